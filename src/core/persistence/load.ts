// Taking an RDB file in. Its keys go into key spaces of their own, which take their place in one step when the whole file
// has been read and was right: nothing is ever half loaded, and on an error the engine is as it was.
import type { ByteString } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import { printed } from '../engine/errors.ts'
import { Keyspace } from '../engine/keyspace.ts'
import type { Types } from '../engine/modules.ts'
import { nextTurn } from '../engine/ports.ts'
import { Hash, type Value } from '../engine/values.ts'
import { ReplyError } from '../reply.ts'
import { RdbError, type Use } from './rdb/format.ts'
import { MissingTypeError } from './rdb/module.ts'
import { readRdb, type RdbTarget } from './rdb/reader.ts'
import { REMOVED_KEY } from './snapshot.ts'
import { type Storage, StorageError } from './storage.ts'

/** So many keys that are left out are named in the log. */
const MOST_NAMED = 10

/** What was loaded. */
export interface Loaded {
  /** How many keys there are now. */
  readonly keys: number
  /** Keys that were left out because their time had come. */
  readonly expired: number
}

/** Loads the last snapshot into an engine that is still empty. @throws StorageError if it is damaged; what the storage throws */
export async function load(engine: Engine, storage: Storage): Promise<Loaded> {
  const chunks = await storage.read()
  if (chunks === null) return { keys: 0, expired: 0 }
  const { replication } = engine
  const incoming = new Incoming(engine, replication?.willFollow)
  const pause = (): Promise<void> => nextTurn(engine.clock)
  let install: () => void
  try {
    await readRdb(chunks, incoming, pause)
    for (const delta of (await storage.deltas?.read()) ?? []) {
      incoming.patch()
      await readRdb(delta, incoming, pause)
    }
    install = incoming.prepare()
  } catch (cause) {
    throw damaged(storage.name, cause)
  }
  install()
  replication?.loaded(incoming.beside, incoming.gone)
  const { keys, expired, skipped } = incoming
  const done = `Done loading RDB, keys loaded: ${keys}, keys expired: ${expired}`
  if (skipped === 0) engine.log('notice', `${done}.`)
  else engine.log('warning', `${done}, empty keys skipped: ${skipped}.`)
  return { keys, expired }
}

/** What is said of stored data that cannot be read; any other error stays what it is. @param name where the data is */
export function damaged(name: string, cause: unknown): unknown {
  if (!(cause instanceof RdbError)) return cause
  const trouble = cause instanceof MissingTypeError ? 'has what this engine cannot read' : 'is damaged'
  return new StorageError(`${name} ${trouble} and was left as it is: ${cause.message}`, { cause })
}

/**
 * Puts a file's data in place of all that the engine holds.
 * @throws RdbError, what the chunks throw, StorageError while nothing can be written: then nothing has changed
 */
export async function importRdb(engine: Engine, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Loaded> {
  const incoming = new Incoming(engine)
  await readRdb(chunks, incoming, () => nextTurn(engine.clock))
  const install = incoming.prepare()
  const refusal = engine.writeError()
  if (refusal !== null) throw unwritable(refusal)
  engine.begin()
  install()
  // Whatever was there is gone and what is there is new: both count, and at least one, so that it is saved.
  engine.dirty += Math.max(1, incoming.keys)
  engine.replication?.replaced()
  const known = engine.durability.replaced()
  engine.end()
  const unknown = await known
  if (unknown !== null) throw unwritable(unknown)
  return { keys: incoming.keys, expired: incoming.expired }
}

const unwritable = ({ text, cause }: ReplyError): StorageError => new StorageError(text, { cause })

/** The content of a file on its way into an engine. */
export class Incoming implements RdbTarget {
  readonly databases: number
  readonly types: Types
  keys = 0
  expired = 0
  skipped = 0
  /** What the file says of itself. */
  readonly beside = new Map<ByteString, ByteString>()
  /** Keys that were left out because their time had come, as `db:key`, if replicas may have to hear of them. */
  readonly gone = new Set<ByteString>()
  #patching = false
  readonly #engine: Engine
  readonly #now: number
  readonly #keyspaces = new Map<number, Keyspace>()
  #libraries: ByteString[] = []

  /** @param all whether keys that have expired are taken too: a journal that follows says itself when they went */
  constructor(engine: Engine, all = false) {
    this.#engine = engine
    this.#now = all ? 0 : engine.clock.now()
    // A cluster has one: nobody could reach the keys of others.
    this.databases = engine.slots === null ? engine.config.number('databases') : 1
    this.types = engine.types
  }

  entry(index: number, key: ByteString, value: Value, expiry: number, use: Use): boolean {
    if (this.#patching) this.#remove(index, key)
    if (expiry !== 0 && expiry <= this.#now) {
      this.expired++
      if (this.#engine.replication) this.gone.add(`${index}:${key}`)
      return true
    }
    let keyspace = this.#keyspaces.get(index)
    if (keyspace === undefined) this.#keyspaces.set(index, (keyspace = new Keyspace()))
    const { eviction } = this.#engine
    const slot = keyspace.insert(key, value)
    if (!keyspace.distinct) return false
    eviction.created(keyspace, slot)
    eviction.restore(keyspace, slot, use)
    if (expiry !== 0) keyspace.setExpiry(slot, expiry)
    if (value instanceof Hash) keyspace.watchFields(slot, value)
    this.keys++
    return true
  }

  empty(key: ByteString): void {
    if (this.skipped++ < MOST_NAMED) this.#engine.log('warning', `rdbLoadObject skipping empty key: ${printed(key)}`)
  }

  library(code: ByteString): void {
    this.#libraries.push(code)
  }

  /**
   * All is read.
   * @returns what puts all of it in the place of what the engine holds
   * @throws RdbError if a library of functions cannot be loaded
   */
  prepare(): () => void {
    const engine = this.#engine
    try {
      const installLibraries = engine.scripting.prepare(this.#libraries)
      return () => {
        installLibraries()
        const last = Math.max(engine.databases().length - 1, ...this.#keyspaces.keys())
        for (let index = 0; index <= last; index++) engine.database(index).replace(this.#keyspaces.get(index) ?? new Keyspace())
      }
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error
      throw new RdbError(`a library of functions cannot be loaded: ${error.text}`, 0)
    }
  }

  /** What comes now is a delta: keys change what has come before, and it has all libraries. */
  patch(): void {
    this.#patching = true
    this.beside.clear()
    this.#libraries = []
  }

  aux(name: ByteString, value: ByteString): void {
    if (name !== REMOVED_KEY) return void this.beside.set(name, value)
    const colon = value.indexOf(':')
    this.#remove(Number(value.slice(0, colon)), value.slice(colon + 1))
  }

  #remove(index: number, key: ByteString): void {
    this.gone.delete(`${index}:${key}`)
    if (this.#keyspaces.get(index)?.delete(key)) this.keys--
  }
}
