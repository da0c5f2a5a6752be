// Loading a snapshot into an engine that is still empty. On an error the engine is to be thrown away: nothing is ever
// half loaded, and the storage keeps what it has.
import type { Engine } from '../engine/engine.ts'
import { Hash } from '../engine/values.ts'
import { RdbReader, type RdbTarget } from './rdb/reader.ts'
import type { Storage } from './storage.ts'

/** Bytes that are read before the host gets a turn. */
const SLICE_BYTES = 1 << 18

export interface Loaded {
  readonly keys: number
  readonly expired: number
}

/** @throws StorageError, RdbError */
export async function load(engine: Engine, storage: Storage): Promise<Loaded> {
  const counts = { keys: 0, expired: 0 }
  const chunks = await storage.read()
  if (chunks === null) return counts
  const reader = new RdbReader(targetOf(engine, counts))
  for await (const chunk of chunks) {
    reader.push(chunk)
    while (reader.read(SLICE_BYTES)) await new Promise<void>((resolve) => engine.clock.soon(resolve))
  }
  reader.end()
  engine.log('notice', `Done loading RDB, keys loaded: ${counts.keys}, keys expired: ${counts.expired}.`)
  return counts
}

function targetOf(engine: Engine, counts: { keys: number; expired: number }): RdbTarget {
  return {
    databases: engine.config.number('databases'),
    entry(index, key, value, expiry, use) {
      const db = engine.database(index)
      if (expiry !== 0 && expiry <= engine.now) {
        counts.expired++
        return true
      }
      if (db.keyspace.has(key)) return false
      const slot = db.keyspace.insert(key, value)
      engine.eviction.created(db.keyspace, slot)
      engine.eviction.restore(db.keyspace, slot, use)
      if (expiry !== 0) db.setExpiry(key, expiry)
      if (value instanceof Hash) db.watchFields(key, value)
      counts.keys++
      return true
    },
  }
}
