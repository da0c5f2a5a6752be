// What a server says of modules, of its memory, and of itself. No modules can be loaded:
// https://redis.io/docs/latest/commands/?group=server
import { integer } from '../engine/arguments.ts'
import { container, type Handler, type Row, row } from '../engine/command.ts'
import { help } from '../engine/commands/help.ts'
import type { Engine } from '../engine/engine.ts'
import { EXPIRY, SLOT } from '../engine/memory.ts'
import { VERSION } from '../engine/version.ts'
import { Double, MapReply, OK, type Reply, Verbatim } from '../reply.ts'
import { notAllowed } from './debug.ts'

const NO_MODULES = notAllowed('MODULE')
/** Redis tells nothing of so little memory. */
const LITTLE = 5 * 1024 * 1024

const loadModule: Handler = () => {
  throw NO_MODULES
}

const STATS = 'nondeterministic_output request_policy:all_shards response_policy:special'

/** Redis gives these commands no flags, so CLIENT PAUSE does not hold them back. This bit has no name, so it shows nowhere. */
const UNNAMED = 1 << 30
const always = (row: Row): Row => ({ ...row, flags: UNNAMED })

export const memoryRows: readonly Row[] = [
  row('MEMORY|DOCTOR', 2, STATS, '', ({ engine }) => new Verbatim(memoryReport(engine))),
  // What Redis says where it is built with the C library's allocator.
  row('MEMORY|MALLOC-STATS', 2, STATS, '', () => 'Stats not supported for the current allocator'),
  row('MEMORY|PURGE', 2, 'request_policy:all_shards response_policy:all_succeeded', '', () => OK),
  row('MEMORY|STATS', 2, STATS, '', ({ engine }) => memoryStats(engine)),
].map(always)

export const serverRows: readonly Row[] = [
  container('MODULE', -2, '', [
    row('MODULE|LIST', 2, 'admin noscript nondeterministic_output_order', '', ({ engine }) => engine.modules),
    row('MODULE|LOAD', -3, 'admin noscript no_async_loading', '', loadModule),
    row('MODULE|LOADEX', -3, 'admin noscript no_async_loading', '', loadModule),
    row('MODULE|UNLOAD', 3, 'admin noscript no_async_loading', '', loadModule),
    help('MODULE'),
  ]),
  row('LOLWUT', -1, 'readonly fast', '', (_db, argv) => {
    if (argv.length > 2 && argv[1].toLowerCase() === 'version') integer(argv[2])
    return new Verbatim(`Redis ver. ${VERSION}\n`)
  }),
]

/** What each database takes beside its values, and what all that is not data takes. */
export function memoryOf(engine: Engine) {
  const databases = engine.databases().filter(({ keyspace }) => keyspace.size > 0)
  const tables = databases.map(({ index, keyspace }) => ({
    name: `db.${index}`,
    keys: keyspace.size,
    main: keyspace.size * SLOT,
    expires: keyspace.expires.size * EXPIRY,
  }))
  return { tables, overhead: tables.reduce((sum, { main, expires }) => sum + main + expires, engine.memory.beside) }
}

/**
 * Redis's figures, as far as an estimate has them. JavaScript's heap is not the engine's, so what Redis tells of its
 * allocator is told of one that wastes nothing.
 */
function memoryStats(engine: Engine): Reply {
  const used = Math.round(engine.memory.used())
  const peak = Math.round(engine.memory.peak)
  const { tables, overhead } = memoryOf(engine)
  const keys = tables.reduce((sum, each) => sum + each.keys, 0)
  const libraries = engine.scripting.libraries().reduce((sum, code) => sum + code.length, 0)
  const of = (part: number, whole: number): Double => new Double(whole === 0 ? 0 : (part / whole) * 100)
  return new MapReply([
    ...['peak.allocated', peak, 'total.allocated', used, 'startup.allocated', 0],
    ...['replication.backlog', 0, 'clients.slaves', 0, 'clients.normal', 0, 'cluster.links', 0, 'aof.buffer', 0, 'lua.caches', 0],
    ...['functions.caches', libraries],
    ...tables.flatMap(({ name, main, expires }): Reply[] => [
      name,
      new MapReply(['overhead.hashtable.main', main, 'overhead.hashtable.expires', expires, 'overhead.hashtable.slot-to-keys', 0]),
    ]),
    ...['overhead.total', overhead, 'keys.count', keys, 'keys.bytes-per-key', keys === 0 ? 0 : Math.floor(used / keys)],
    ...['dataset.bytes', used - overhead, 'dataset.percentage', of(used - overhead, used), 'peak.percentage', of(used, peak)],
    ...['allocator.allocated', used, 'allocator.active', used, 'allocator.resident', used],
    ...['allocator-fragmentation.ratio', new Double(1), 'allocator-fragmentation.bytes', 0],
    ...['allocator-rss.ratio', new Double(1), 'allocator-rss.bytes', 0, 'rss-overhead.ratio', new Double(1), 'rss-overhead.bytes', 0],
    ...['fragmentation', new Double(1), 'fragmentation.bytes', 0],
  ])
}

function memoryReport(engine: Engine): string {
  const used = engine.memory.used()
  const { peak } = engine.memory
  if (used < LITTLE) return 'There is too little data here to tell anything from.\n'
  if (peak <= used * 1.5) return 'No problem with memory was found.\n'
  return `The data once took ${Math.round((peak / used) * 100)}% of the memory that it takes now. JavaScript's collector gives back what is free when it sees fit.\n`
}
