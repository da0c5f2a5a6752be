// The entry `isodis`: the engine in this process, and the client on it.
import { encodeUtf8 } from '../core/bytes.ts'
import { asBytes, asText, Redis } from '../core/client/redis.ts'
import type { Argv } from '../core/client/backend.ts'
import { RedisError } from '../core/client/errors.ts'
import { SyncRedis } from '../core/client/sync.ts'
import { CommandTable, FLAG, type Group, type LoadDocs } from '../core/engine/command.ts'
import { groups } from '../core/engine/commands/index.ts'
import { Engine, type EngineOptions, type Extension } from '../core/engine/engine.ts'
import type { Module } from '../core/engine/modules.ts'
import type { Clock, Log, Random } from '../core/engine/ports.ts'
import type { ScriptingExtension } from '../core/engine/scripting.ts'
import { dump } from '../core/persistence/commands-dump.ts'
import { type Export, exportRdb } from '../core/persistence/export.ts'
import { importRdb, type Loaded } from '../core/persistence/load.ts'
import { Persistence } from '../core/persistence/persistence.ts'
import type { Storage } from '../core/persistence/storage.ts'
import { CLOSED, type Reply, ReplyError } from '../core/reply.ts'
import { CAPABILITIES, connect, EngineBackend } from './engine-backend.ts'
import { allocate, systemClock } from './host.ts'
import { chunksOf, streamOf } from './byte-stream.ts'
import { checkOptions } from './options.ts'
import { onPageHidden } from './page.ts'
import type { Role, SharedRedis } from './shared/shared-redis.ts'
import { memoryStorage } from './storage/memory.ts'

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
<<<<<<< HEAD
   * How long the tab that runs the commands may be silent before another tab takes over, in milliseconds. What it has not
   * saved is then lost. Default: 300 where nothing can be lost (`appendonly yes` with `appendfsync always`), otherwise 3000
=======
   * How long the tab that runs the commands may be silent before another takes its place, in milliseconds. What it has not
   * saved is then lost; Infinity for as long as the tab is there. Default: 300 where nothing can be lost (`appendonly yes` with
   * `appendfsync always`), otherwise 3000
>>>>>>> 0de9276 (Patience of Infinity, or longer than a timer lasts, is waited for; an owner that was asked before the computer slept gets to answer after it)
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

/** By the second that Redis compares with: a change made now is being saved at most 5 s from now. */
const PAGE_RULES = '4 1'

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

/** What brings commands: each is put on a table once, so that engines with the same commands share theirs. */
interface Commands {
  readonly groups: readonly Group[]
  readonly docs?: LoadDocs
}
const ALWAYS: Commands = { groups: [...groups, dump] }
const tables = new WeakMap<object, WeakMap<Commands, CommandTable>>()

function tableOf({ lua, scripts, json, vectors }: Pick<RedisOptions, 'lua' | 'scripts' | 'json' | 'vectors'>): CommandTable {
  let table: CommandTable | undefined
  for (const commands of [ALWAYS, lua ?? scripts, json, vectors] as (Commands | undefined)[]) {
    if (commands === undefined) continue
    const known = tables.get(table ?? ALWAYS) ?? new WeakMap<Commands, CommandTable>()
    tables.set(table ?? ALWAYS, known)
    const next: CommandTable = known.get(commands) ?? new CommandTable(commands.groups, table, commands.docs)
    known.set(commands, next)
    table = next
  }
  return table!
}

/**
 * Starts an engine in this process and creates a client on it.
 * @example const redis = await createRedis({ storage: indexedDb('my-app') })
 * @throws StorageError if another engine has the storage, or what it holds is damaged; nothing in it is changed
 * @throws RdbError if a stored snapshot is damaged; nothing in the storage is changed
 * @throws TypeError if an option is unknown or of the wrong type; nothing has run then
 * @throws RedisError if `config` or `save` has an unknown parameter or an invalid value
 */
export function createRedis(options: SharedRedisOptions): Promise<SharedRedis>
export function createRedis(options?: RedisOptions): Promise<EmbeddedRedis>
export async function createRedis(options: RedisOptions | SharedRedisOptions = {}): Promise<EmbeddedRedis | SharedRedis> {
  checkOptions(options)
  return options.shared ? shareStorage(options) : embed(options)
}

async function embed(options: RedisOptions): Promise<EmbeddedRedis> {
  const { storage, clock = systemClock, random = Math.random, log = () => {} } = options
  const config = parametersOf(options)
  const journals = is(config['appendonly'], 'yes')
  const rules = options.save ?? config['save']
  const extension = options.lua ?? options.scripts
  const engine = makeEngine({
    table: tableOf(options),
    clock,
    random,
    log,
    allocate,
    parameters: options.admin?.parameters,
    config: { ...config, save: rules ?? (storage === undefined || journals ? '' : PAGE_RULES) },
  })
  if (extension !== undefined) engine.scripting = extension.attach(engine)
  for (const module of [options.json, options.vectors]) {
    if (module === undefined) continue
    engine.types.modules.set(module.type.name, module.type)
    engine.modules.push(module.listing)
  }
  options.admin?.attach(engine)
  const persistence = new Persistence(engine, storage ?? memoryStorage())
  await persistence.open()
  if (storage !== undefined && (rules === undefined || journals)) engine.onClose.add(onPageHidden(() => persistence.saveNow()))
  return new EmbeddedRedis(engine)
}

/** CONFIG takes names and words in any case, and values as bytes. */
function parametersOf({ config = {} }: Pick<RedisOptions, 'config'>): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name.toLowerCase(), encodeUtf8(value)]))
}

const is = (value: string | undefined, word: string): boolean => value?.toLowerCase() === word

/** The code for sharing is loaded only when it is used. */
async function shareStorage({ storage, shared, ...options }: SharedRedisOptions): Promise<SharedRedis> {
  if (typeof storage !== 'object') throw new TypeError('`shared` needs a storage: it is what the tabs have in common')
  const config = parametersOf(options)
  const journals = is(config['appendonly'], 'yes')
  // A guest will need the journal when it takes over, and there may be no network then.
  const needed = journals && import('../core/persistence/journal/journal.ts')
  const [{ abandonable, share }] = await Promise.all([import('./shared/share.ts'), needed])
  const table = tableOf(options)
  const sharing = shared === true ? {} : shared
  const nothingCanBeLost = journals && is(config['appendfsync'], 'always')
  return share({
    name: `isodis:shared:${storage.name}`,
    capabilities: CAPABILITIES,
    patience: sharing.patience ?? (nothingCanBeLost ? 300 : 3000),
    onRole: sharing.onRole,
    isRepeatable: (argv) => ((table.get(argv[0])?.flags ?? 0) & FLAG.readonly) !== 0 || REPEATABLE.has(argv[0].toUpperCase()),
    async open(takeOver, onTaken) {
      const owned = abandonable(storage, takeOver, onTaken)
      const redis = await embed({ ...options, storage: owned })
      return {
        redis,
        async abandon() {
          owned.abandon()
          await redis.engine.close(false, true)
        },
      }
    },
  })
}

/** Commands that do no harm when they run twice, besides those that only read. */
const REPEATABLE = new Set(['PING', 'ECHO', 'TIME', 'INFO', 'LASTSAVE', 'SELECT', 'COMMAND', 'CLIENT', 'SAVE', 'BGSAVE'])

function makeEngine(options: EngineOptions): Engine {
  try {
    return new Engine(options)
  } catch (error) {
    throw error instanceof ReplyError ? RedisError.from(error, 'CONFIG SET') : error
  }
}
