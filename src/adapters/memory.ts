// The entry `isodis`: the engine in this process, and the client on it.
import { asBytes, asText, Redis } from '../core/client/redis.ts'
import type { Argv } from '../core/client/backend.ts'
import { RedisError } from '../core/client/errors.ts'
import { SyncRedis } from '../core/client/sync.ts'
import { CommandTable, FLAG } from '../core/engine/command.ts'
import { groups } from '../core/engine/commands/index.ts'
import { Engine, type EngineOptions } from '../core/engine/engine.ts'
import type { Clock, Log, Random } from '../core/engine/ports.ts'
import type { ScriptingExtension } from '../core/engine/scripting.ts'
import { dump } from '../core/persistence/commands-dump.ts'
import { exportRdb } from '../core/persistence/export.ts'
import { importRdb, type Loaded } from '../core/persistence/load.ts'
import { Persistence } from '../core/persistence/persistence.ts'
import type { Storage } from '../core/persistence/storage.ts'
import { type Reply, ReplyError } from '../core/reply.ts'
import { CAPABILITIES, CLOSED, EngineBackend } from './engine-backend.ts'
import { allocate, systemClock } from './host.ts'
import { chunksOf, streamOf } from './byte-stream.ts'
import { onPageHidden } from './page.ts'
import type { SharedRedis } from './shared/shared-redis.ts'
import { memoryStorage } from './storage/memory.ts'

export { RedisError } from '../core/client/errors.ts'
export { Redis } from '../core/client/redis.ts'
export { memoryStorage } from './storage/memory.ts'
export { Subscription, type Message, type SubscribeOptions } from '../core/client/subscription.ts'
export { RdbError } from '../core/persistence/rdb/format.ts'
export { StorageError, type SnapshotWriter, type Storage } from '../core/persistence/storage.ts'
export type { Role, SharedRedis } from './shared/shared-redis.ts'
export type { Loaded } from '../core/persistence/load.ts'
export type { Key, Pairs, Value } from '../core/client/arguments.ts'
export type { Capabilities } from '../core/client/backend.ts'
export type { Plain } from '../core/client/decode.ts'
export type { Clock, Log, LogLevel, Random } from '../core/engine/ports.ts'

export interface SharingOptions {
  /**
   * How long the tab that runs the commands may be silent until another takes its place, in milliseconds. What it has not
   * saved is lost then. Default: 300 where nothing can be lost (`appendonly yes` with `appendfsync always`), otherwise 3000
   */
  patience?: number
}

export interface RedisOptions {
  /** Where snapshots are kept. Default: in memory, for as long as the client lives */
  storage?: Storage
  /**
   * Save rules in Redis's form: `'3600 1 300 100 60 10000'`; `''` for none.
   * Default with a storage: what suits a page: a save starts at most 5 s after a change, and when the page is hidden;
   * with a journal (`config: { appendonly: 'yes' }`) none, since the journal has every change
   */
  save?: string
  /** CONFIG's other parameters, such as `{ 'notify-keyspace-events': 'KEA', maxmemory: '64mb' }`. */
  config?: Readonly<Record<string, string>>
  /** Lua scripts: `import { lua } from 'isodis/lua'`. Default: none, EVAL and its like are unknown */
  lua?: ScriptingExtension
  /** Scripts of isodis/scripts, where `lua` is not there: `import { scripts } from 'isodis/scripts/engine'`. Default: none */
  scripts?: ScriptingExtension
  /** Time and timers. Default: the host's */
  clock?: Clock
  /** Random numbers, for a test that wants to know them. Default: Math.random */
  random?: Random
  /** Gets the engine's log, in Redis's words. Default: nothing is logged */
  log?: Log
  shared?: false
}

export interface SharedRedisOptions extends Omit<RedisOptions, 'shared'> {
  storage: Storage
  /**
   * All tabs of a browser that use this storage have one live database: one of them runs the commands, and when it is gone
   * another one goes on with what is stored. Default: false, the storage belongs to one tab
   */
  shared: true | SharingOptions
}

/** By the second that Redis compares with: a change made now is being saved at most 5 s from now. */
const PAGE_RULES = '4 1'

/** The client on an engine in this process. */
export class EmbeddedRedis extends Redis<string> {
  /** The same commands without promises. */
  readonly sync: SyncRedis<string> & { readonly bytes: SyncRedis<Uint8Array> }
  readonly engine: Engine

  constructor(engine: Engine) {
    const backend = new EngineBackend(engine)
    super(backend, asText)
    this.engine = engine
    // A session of its own: what it selects is its own affair, and it can never wait.
    const session = engine.connect({ trusted: true })
    session.mayBlock = false
    const execute = (argv: Argv): Reply | Promise<Reply> => (session.closed ? CLOSED : session.execute(argv))
    this.sync = Object.assign(new SyncRedis(execute, asText, backend), { bytes: new SyncRedis(execute, asBytes, backend) })
  }

  /**
   * All data as it is now, as an RDB file that any Redis loads. It is made as it is read, in slices, while commands go on;
   * what changes meanwhile is kept in memory as it was, so read the stream or cancel it.
   */
  exportRdb(): ReadableStream<Uint8Array> {
    return streamOf(exportRdb(this.engine, { allocate }))
  }

  /**
   * Puts the data of an RDB file in place of all that is there, in one step, when the whole file was read and is right.
   * @param file its bytes: a stream (of `fetch`, of a `File`), a Node stream, or an array of chunks
   * @returns how many keys it had, and how many more were left out because they have expired
   * @throws RdbError if the file is damaged; then nothing has changed
   */
  importRdb(file: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Loaded> {
    return importRdb(this.engine, chunksOf(file))
  }
}

let table: CommandTable | null = null
const extended = new WeakMap<ScriptingExtension, CommandTable>()

/** Engines with the same commands share their table. */
function tableWith(lua: ScriptingExtension | undefined): CommandTable {
  if (lua === undefined) return (table ??= new CommandTable([...groups, dump]))
  const made = extended.get(lua) ?? new CommandTable([...groups, dump, ...lua.groups])
  extended.set(lua, made)
  return made
}

/**
 * Makes an engine and a client on it.
 * @throws StorageError if the storage belongs to another engine, or what it holds is damaged; it stays where it is
 * @throws RedisError if a parameter of `config` or the rules of `save` are none
 */
export function createRedis(options: SharedRedisOptions): Promise<SharedRedis>
export function createRedis(options?: RedisOptions): Promise<EmbeddedRedis>
export async function createRedis(options: RedisOptions | SharedRedisOptions = {}): Promise<EmbeddedRedis | SharedRedis> {
  return options.shared ? shareStorage(options) : embed(options)
}

async function embed(options: RedisOptions): Promise<EmbeddedRedis> {
  const { storage, clock = systemClock, random = Math.random, log = () => {} } = options
  const journals = /^yes$/i.test(options.config?.['appendonly'] ?? '')
  const save = options.save ?? (storage === undefined || journals ? '' : PAGE_RULES)
  const extension = options.lua ?? options.scripts
  const engine = makeEngine({ table: tableWith(extension), clock, random, log, config: { ...options.config, save } })
  if (extension !== undefined) engine.scripting = extension.attach(engine)
  const persistence = new Persistence(engine, storage ?? memoryStorage(), { allocate })
  await persistence.open()
  if (storage !== undefined && (options.save === undefined || journals)) engine.onClose.add(onPageHidden(() => persistence.saveSoon()))
  return new EmbeddedRedis(engine)
}

/** Who shares loads some more code. */
async function shareStorage({ storage, shared, ...options }: SharedRedisOptions): Promise<SharedRedis> {
  if (typeof storage !== 'object') throw new TypeError('`shared` needs a storage: it is what the tabs have in common')
  const { abandonable, share } = await import('./shared/share.ts')
  const table = tableWith(options.lua ?? options.scripts)
  const { appendonly = 'no', appendfsync = 'everysec' } = options.config ?? {}
  const nothingCanBeLost = appendonly === 'yes' && appendfsync === 'always'
  return share({
    name: `isodis:shared:${storage.name}`,
    capabilities: CAPABILITIES,
    patience: (shared === true ? undefined : shared.patience) ?? (nothingCanBeLost ? 300 : 3000),
    isRepeatable: (argv) => ((table.get(argv[0])?.flags ?? 0) & FLAG.readonly) !== 0 || REPEATABLE.has(argv[0].toUpperCase()),
    async open(takeOver, onTaken) {
      const owned = abandonable(storage, takeOver, onTaken)
      const redis = await embed({ ...options, storage: owned })
      return {
        redis,
        async abandon() {
          owned.abandon()
          await redis.engine.close(false)
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
