// What the entries `isodis` and `isodis/small` have in common, besides how an engine is made: the client on it, and the options.
import { asBytes, asText, Redis } from '../core/client/redis.ts'
import type { Argv } from '../core/client/backend.ts'
import { SyncRedis } from '../core/client/sync.ts'
import type { Engine, Extension } from '../core/engine/engine.ts'
import type { Module } from '../core/engine/modules.ts'
import type { Clock, Log, Random } from '../core/engine/ports.ts'
import type { ScriptingExtension } from '../core/engine/scripting.ts'
import { type Export, exportRdb } from '../core/persistence/export.ts'
import { importRdb, type Loaded } from '../core/persistence/load.ts'
import type { Storage } from '../core/persistence/storage.ts'
import { CLOSED, type Reply } from '../core/reply.ts'
import { connect, EngineBackend } from './engine-backend.ts'
import { chunksOf, streamOf } from './byte-stream.ts'
import type { Role } from './shared/shared-redis.ts'

export { RedisError } from '../core/client/errors.ts'
export { Redis } from '../core/client/redis.ts'
export { memoryStorage } from './storage/memory.ts'
export { Subscription } from '../core/client/subscription.ts'
export type * from '../core/client/types.ts'
export { RdbError } from '../core/persistence/rdb/format.ts'
export { StorageError, type SnapshotWriter, type Storage } from '../core/persistence/storage.ts'
export type { SyncRedis } from '../core/client/sync.ts'
export type { Role, SharedRedis } from './shared/shared-redis.ts'
export type { Loaded } from '../core/persistence/load.ts'
export type { Clock, Log, LogLevel, Random } from '../core/engine/ports.ts'

/** For `createRedis({ shared })`. */
export interface SharingOptions {
  /**
   * How long the tab that runs the commands may be silent before another tab takes over, in milliseconds. What it has not
   * saved is then lost; Infinity for as long as the tab is there. Default: 300 where nothing can be lost (`appendonly yes` with
   * `appendfsync always`), otherwise 3000
   */
  patience?: number | undefined
  /**
   * Called whenever `redis.role` has changed: the commands run in this tab from now on (`owner`), or in another (`guest`).
   * It is not called for the role at the start, nor when the client is closed. Default: none
   */
  onRole?: ((role: Role) => void) | undefined
}

/** For `createRedis`. */
export interface RedisOptions {
  /** Where the data is kept, such as `indexedDb('my-app')`. Default: in memory, for as long as the client lives */
  storage?: Storage | undefined
  /**
   * Save rules in Redis's form: `'3600 1 300 100 60 10000'`; `''` for none.
   * Default with a storage: rules that suit a page, where a save starts at most 5 s after a change and when the page is
   * hidden; with a journal (`config: { appendonly: 'yes' }`) none, since the journal has every change
   */
  save?: string | undefined
  /** CONFIG's parameters, such as `{ 'notify-keyspace-events': 'KEA', maxmemory: '64mb' }`. */
  config?: Readonly<Record<string, string>> | undefined
  /** Lua scripts: `import { lua } from 'isodis/lua'`. Default: none; EVAL, SCRIPT and FUNCTION are then unknown commands */
  lua?: ScriptingExtension | undefined
  /** Scripts of `isodis/scripts`, not needed beside `lua`: `import { scripts } from 'isodis/scripts/engine'`. Default: none */
  scripts?: ScriptingExtension | undefined
  /** The data type JSON: `import { json } from 'isodis/json'`. Default: none; JSON.SET and the like are then unknown commands */
  json?: Module | undefined
  /** The data type vector set: `import { vectors } from 'isodis/vectors'`. Default: none; VADD and the like are then unknown commands */
  vectors?: Module | undefined
  /** SLOWLOG, ACL, CLUSTER, DEBUG and the like: `import { admin } from 'isodis/admin'`. Default: none, until a server or drop-in adds it */
  admin?: Extension | undefined
  /** Time and timers. In tests use `isodis/testing`. Default: the host's */
  clock?: Clock | undefined
  /** Random numbers from 0 up to 1, for tests that must repeat. Default: Math.random */
  random?: Random | undefined
  /** Receives the engine's log, in Redis's words. Default: nothing is logged */
  log?: Log | undefined
  /** Whether the tabs of a browser share one database: see `SharedRedisOptions`. Default: false */
  shared?: false | undefined
}

/** For `createRedis({ storage, shared: true })`: the same, with a storage that the tabs have in common. */
export interface SharedRedisOptions extends Omit<RedisOptions, 'shared'> {
  /** Where the data of all tabs is kept, such as `indexedDb('my-app')`. */
  storage: Storage
  /**
   * All tabs of a browser that use this storage share one live database: one of them runs the commands, and when it is gone
   * another takes over with what is stored. Default: false, the storage belongs to one tab
   */
  shared: true | SharingOptions
}

/** The client on an engine in this process. */
export class EmbeddedRedis extends Redis<string> {
  /** The same commands without promises. */
  readonly sync: SyncRedis<string> & { readonly bytes: SyncRedis<Uint8Array> }
  /** Private, so that a test runner which prints a client does not print all that the engine holds. */
  readonly #engine: Engine
  /** Gives up exports whose streams nobody has any more. Not every host tells. */
  readonly #forgotten = typeof FinalizationRegistry === 'undefined' ? null : new FinalizationRegistry<Export>((file) => file.cancel())

  constructor(engine: Engine) {
    const backend = new EngineBackend(engine)
    super(backend, asText)
    this.#engine = engine
    // A session of its own: SELECT affects only `sync`, and blocking commands never block.
    const session = connect(engine, 0)
    session.mayBlock = false
    const execute = (argv: Argv): Reply | Promise<Reply> => (session.closed ? CLOSED : session.execute(argv))
    this.sync = Object.assign(new SyncRedis(execute, asText, backend), { bytes: new SyncRedis(execute, asBytes, backend) })
  }

  /** The engine itself, for what runs on it: servers, drop-in clients, `isodis/admin`. */
  get engine(): Engine {
    return this.#engine
  }

  /**
   * All data as it is now, as an RDB file that any Redis loads. The file is made as the stream is read, in slices, while
   * commands go on; data that changes meanwhile is kept in memory as it was, so read the stream to its end or cancel it. (One
   * that is forgotten is cancelled when it is collected as garbage.)
   */
  exportRdb(): ReadableStream<Uint8Array> {
    const file = exportRdb(this.#engine)
    // It lives as long as anything reads. Not so the stream's own object: Chromium drops it while only a reader is held.
    const source = { next: () => file.next(), cancel: () => file.cancel() }
    this.#forgotten?.register(source, file)
    return streamOf(source)
  }

  /**
   * Replaces all data with that of an RDB file, in one step, after the whole file has been read and checked.
   * @param file its bytes: a stream (of `fetch`, of a `File`), a Node stream, or an array of chunks
   * @returns how many keys were loaded, and how many others were left out because they had expired
   * @throws RdbError if the file is damaged; then nothing has changed
   */
  importRdb(file: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Loaded> {
    return importRdb(this.#engine, chunksOf(file))
  }
}
