// Makes an embedded Redis: engine, persistence and client together.
import { encodeUtf8 } from '../core/bytes.ts'
import { RedisError } from '../core/client/errors.ts'
import { CommandTable, FLAG, type Group, type LoadDocs } from '../core/engine/command.ts'
import { Engine, type EngineOptions } from '../core/engine/engine.ts'
import { Persistence } from '../core/persistence/persistence.ts'
import { ReplyError } from '../core/reply.ts'
import { EmbeddedRedis, type RedisOptions, type SharedRedisOptions } from './embedded.ts'
import { CAPABILITIES } from './engine-backend.ts'
import { allocate, systemClock } from './host.ts'
import { checkOptions } from './options.ts'
import { onPageHidden } from './page.ts'
import type { SharedRedis } from './shared/shared-redis.ts'
import { memoryStorage } from './storage/memory.ts'

/** By the second that Redis compares with: a change made now is being saved at most 5 s from now. */
const PAGE_RULES = '4 1'

/** What brings commands: each is put on a table once, so that engines with the same commands share theirs. */
export interface Commands {
  readonly groups: readonly Group[]
  readonly docs?: LoadDocs
}
const tables = new WeakMap<object, WeakMap<Commands, CommandTable>>()

function tableOf(
  base: Commands,
  { lua, scripts, json, vectors }: Pick<RedisOptions, 'lua' | 'scripts' | 'json' | 'vectors'>,
): CommandTable {
  let table: CommandTable | undefined
  for (const commands of [base, lua ?? scripts, json, vectors] as (Commands | undefined)[]) {
    if (commands === undefined) continue
    const known = tables.get(table ?? base) ?? new WeakMap<Commands, CommandTable>()
    tables.set(table ?? base, known)
    const next: CommandTable = known.get(commands) ?? new CommandTable(commands.groups, table, commands.docs)
    known.set(commands, next)
    table = next
  }
  return table!
}

/** `createRedis` of an entry. @param base the commands of all its engines: the same object every time */
export async function create(base: Commands, options: RedisOptions | SharedRedisOptions): Promise<EmbeddedRedis | SharedRedis> {
  checkOptions(options)
  return options.shared ? shareStorage(base, options) : embed(base, options)
}

async function embed(base: Commands, options: RedisOptions): Promise<EmbeddedRedis> {
  const { storage, clock = systemClock, random = Math.random, log = () => {} } = options
  const config = parametersOf(options)
  const journals = is(config['appendonly'], 'yes')
  const rules = options.save ?? config['save']
  const extension = options.lua ?? options.scripts
  const engine = makeEngine({
    table: tableOf(base, options),
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
async function shareStorage(base: Commands, { storage, shared, ...options }: SharedRedisOptions): Promise<SharedRedis> {
  if (typeof storage !== 'object') throw new TypeError('`shared` needs a storage: it is what the tabs have in common')
  const config = parametersOf(options)
  const journals = is(config['appendonly'], 'yes')
  // A guest will need the journal when it takes over, and there may be no network then.
  const needed = journals && import('../core/persistence/journal/journal.ts')
  const [{ abandonable, share }] = await Promise.all([import('./shared/share.ts'), needed])
  const table = tableOf(base, options)
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
      const redis = await embed(base, { ...options, storage: owned })
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
