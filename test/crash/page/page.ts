// What the crash test has a page do: it fills an engine in such a way that a glance tells which save it is from.
import { createRedis, type EmbeddedRedis, type Storage } from '../../../src/adapters/memory.ts'
import { indexedDb } from '../../../src/adapters/storage/indexeddb.ts'
import { opfs } from '../../../src/adapters/storage/opfs.ts'
import type { Log } from '../../../src/core/engine/ports.ts'
import { faultyStorage } from '../../support/faulty-storage.ts'

const KEYS_OF_A_TYPE = 2000
let redis: EmbeddedRedis
const logged: string[] = []
const log: Log = (level, line) => void (level === 'warning' && logged.push(line))
let hangs = (): void => {}
const hanging = new Promise<void>((resolve) => (hangs = resolve))

/** Writes keys of every type, each of which holds its generation. */
function fill(generation: number): void {
  const { sync } = redis
  for (let i = 0; i < KEYS_OF_A_TYPE; i++) {
    sync.set(`string:${i}`, `${generation}:${i}`)
    sync.hset(`hash:${i}`, { generation, i })
    sync.del(`list:${i}`, `set:${i}`, `zset:${i}`)
    sync.rpush(`list:${i}`, generation, i)
    sync.sadd(`set:${i}`, `generation ${generation}`, i)
    sync.zadd(`zset:${i}`, { member: generation, [`i${i}`]: i })
  }
  sync.hset('large', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field${i}`, generation])))
}

/** The generation that all keys are of; an error if they are not of one. */
function generation(): number {
  const { sync } = redis
  const found = new Set<string | number | null | undefined>()
  for (let i = 0; i < KEYS_OF_A_TYPE; i++) {
    found.add(sync.get(`string:${i}`)?.split(':')[0])
    found.add(sync.hget(`hash:${i}`, 'generation'))
    found.add(sync.lindex(`list:${i}`, 0))
    found.add(sync.smembers(`set:${i}`).find((member) => member.startsWith('generation '))?.slice('generation '.length)) // prettier-ignore
    found.add(String(sync.zscore(`zset:${i}`, 'member')))
  }
  for (const value of sync.hvals('large')) found.add(value)
  if (found.size !== 1 || sync.dbsize() !== 5 * KEYS_OF_A_TYPE + 1) throw new Error(`not of one generation: ${[...found].join(', ')}`)
  return Number([...found][0])
}

const page = {
  /** Opens the engine. @param hangAt a call of the storage that never comes back, in the second save */
  async open(hangAt?: string): Promise<number> {
    const storage: Storage = indexedDb('crash')
    const faulty = faultyStorage(storage)
    redis = await createRedis({ storage: faulty, save: '', log })
    if (hangAt !== undefined) {
      let saves = 0
      faulty.before = (call) => {
        if (call === 'write') saves++
        if (saves < 2 || call !== hangAt) return undefined
        hangs()
        return new Promise(() => {})
      }
    }
    return redis.sync.dbsize()
  },
  /** Opens one whose journal is in OPFS. */
  async openFiles(): Promise<void> {
    const config = { appendonly: 'yes', appendfsync: 'always' }
    redis = await createRedis({ storage: opfs('crash'), config, log })
  },
  set: (value: string): Promise<unknown> => redis.set('key', value),
  fill,
  generation,
  save: (): Promise<string> => redis.save(),
  /** The warnings in the log. */
  warnings: (): string[] => logged,
  info: (): Promise<string> => redis.info('persistence'),
  /** Begins a save and says that it has. */
  bgsave: (): Promise<string> => redis.bgsave(),
  /** Waits until the save has come to where it hangs. */
  hanging: (): Promise<void> => hanging,
}

declare global {
  // oxlint-disable-next-line no-var -- how a global is declared
  var crashTest: typeof page
}
Object.assign(globalThis, { crashTest: page })
