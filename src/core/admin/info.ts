// INFO, with what a server knows besides: how long commands take, and who is held back. https://redis.io/docs/latest/commands/info/
import type { Handler } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { human, infoText, SECTIONS, type Section } from '../engine/info.ts'
import { replicationInfo, syncInfo } from '../replication/commands.ts'
import type { Replication } from '../replication/replication.ts'
import { Verbatim } from '../reply.ts'
import type { Pause } from './pause.ts'
import type { Observer } from './observer.ts'
import { memoryOf } from './server.ts'

interface Parts {
  readonly observer: Observer
  readonly pause: Pause
  readonly replication: Replication
}

/** The sum of what `worth` gives for each. */
function sum<T>(all: Iterable<T>, worth: (each: T) => number): number {
  let total = 0
  for (const each of all) total += worth(each)
  return total
}

/** The highest of what `worth` gives for each; 0 if there are none. */
const most = <T>(all: readonly T[], worth: (each: T) => number): number => all.reduce((highest, each) => Math.max(highest, worth(each)), 0)

/** Fields that exporters ask for, of what never happens here (nothing forks or defragments) or is not counted. */
const zeros = (...names: string[]): [string, number][] => names.map((name) => [name, 0])

/** Redis's clock of idle times counts seconds, in 24 bits. */
const LRU_CLOCK_RANGE = 2 ** 24

const percent = (part: number, whole: number): string => `${whole === 0 ? '0.00' : ((part / whole) * 100).toFixed(2)}%`

const sized = (name: string, bytes: number | undefined): [string, string | number][] =>
  bytes === undefined
    ? []
    : [
        [name, bytes],
        [`${name}_human`, human(bytes)],
      ]

type AdminSection = (engine: Engine, parts: Parts) => ReturnType<Section>

const Clients: AdminSection = (engine, { pause, replication }) => {
  const sessions = engine.clients
  const blocked = sessions.filter(({ waiter }) => waiter !== null).length
  return [
    ['connected_clients', sessions.filter(({ role }) => role !== 'S').length],
    ['maxclients', engine.config.get('maxclients')],
    ['blocked_clients', blocked + pause.waiting + replication.shutdown.clients],
    ['tracking_clients', sessions.filter(({ tracking }) => tracking !== null).length],
    ['pubsub_clients', sessions.filter(({ subscribed }) => subscribed > 0).length],
    ['watching_clients', sessions.filter(({ transaction }) => transaction.watching > 0).length],
    ['total_watched_keys', sum(engine.databases(), ({ watchers }) => watchers.size)],
    ['total_blocking_keys', sum(engine.databases(), ({ waiters }) => waiters.size)],
    // Keys whose waiters also want to hear when the key goes.
    ['total_blocking_keys_on_nokey', sum(engine.databases(), ({ attached }) => attached.size)],
    ['client_recent_max_input_buffer', most(sessions, ({ options }) => options.buffers?.input ?? 0)],
    ['client_recent_max_output_buffer', most(sessions, ({ options }) => options.buffers?.unread ?? 0)],
    ...zeros('cluster_connections'),
  ]
}

const Commandstats: AdminSection = (engine, { observer }) => {
  const { calls, rejected, failed } = engine.stats
  const known = engine.table.commands.filter(({ index }) => calls[index] + rejected[index] > 0)
  return known.map((command) => {
    const { index, name } = command
    const took = observer.histogram(command)?.total ?? 0
    const each = (took / (calls[index] || 1)).toFixed(2)
    return [
      `cmdstat_${name}`,
      `calls=${calls[index]},usec=${took},usec_per_call=${each},rejected_calls=${rejected[index]},failed_calls=${failed[index]}`,
    ]
  })
}

const Latencystats: AdminSection = (engine, { observer }) => {
  const percents = (engine.config.get('latency-tracking-info-percentiles')!.match(/\S+/g) ?? []).map(Number)
  return engine.table.commands.flatMap((command): [string, string][] => {
    const histogram = observer.histogram(command)
    if (histogram === undefined) return []
    const shown = histogram.percentiles(percents).map((micros, i) => `p${percents[i]}=${micros.toFixed(3)}`)
    return [[`latency_percentiles_usec_${command.name}`, shown.join(',')]]
  })
}

const Server: AdminSection = (engine, { replication }) => {
  const [version, ...fields] = SECTIONS['Server'](engine)
  const at = fields.findIndex(([name]) => name === 'run_id')
  const process = engine.clock.process?.()
  const { until } = replication.shutdown
  if (process !== undefined) fields.splice(at, 0, ['process_id', process.id])
  const hz = engine.config.get('hz')!
  if (engine.config.number('port') === 0) fields.find(([name]) => name === 'tcp_port')![1] = engine.config.get('tls-port')!
  return [
    version,
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', engine.runId.slice(0, 16)],
    ...fields,
    ['hz', hz],
    ['configured_hz', hz],
    ['lru_clock', Math.floor(engine.now / 1000) % LRU_CLOCK_RANGE],
    ['config_file', engine.host?.file ?? ''],
    ['io_threads_active', 0],
    ...(until === 0 ? [] : ([['shutdown_in_milliseconds', until - engine.now]] as [string, number][])),
  ]
}

const Stats: AdminSection = (engine, { observer, replication }) => {
  // Saves and rewrites, for which redis-server forks.
  const jobs = engine.durability.info().filter(([name]) => name === 'rdb_saves' || name === 'aof_rewrites')
  const [keys, readers, prefixes] = observer.tracking.totals
  const { denied } = observer.aclLog
  const { commands, input, output } = observer.rates.now
  return [
    ...SECTIONS['Stats'](engine),
    ['instantaneous_ops_per_sec', Math.round(commands)],
    ['instantaneous_input_kbps', (input / 1024).toFixed(2)],
    ['instantaneous_output_kbps', (output / 1024).toFixed(2)],
    ...zeros('total_net_repl_input_bytes', 'total_net_repl_output_bytes'),
    ...syncInfo(replication),
    ['instantaneous_input_repl_kbps', '0.00'],
    ['instantaneous_output_repl_kbps', '0.00'],
    ['expired_stale_perc', '0.00'],
    ...zeros('expired_time_cap_reached_count', 'latest_fork_usec', 'migrate_cached_sockets', 'slave_expires_tracked_keys'),
    ...zeros('active_defrag_hits', 'active_defrag_misses', 'active_defrag_key_hits', 'active_defrag_key_misses'),
    ...zeros('io_threaded_reads_processed', 'io_threaded_writes_processed', 'unexpected_error_replies'),
    ['total_forks', sum(jobs, ([, count]) => Number(count))],
    ['evicted_clients', 0],
    ['tracking_total_keys', keys],
    ['tracking_total_items', readers],
    ['tracking_total_prefixes', prefixes],
    ['client_query_buffer_limit_disconnections', engine.stats.inputLimited],
    ['client_output_buffer_limit_disconnections', engine.stats.outputLimited],
    ['acl_access_denied_auth', denied.auth],
    ['acl_access_denied_cmd', denied.command],
    ['acl_access_denied_key', denied.key],
    ['acl_access_denied_channel', denied.channel],
  ]
}

const replicated: AdminSection = (engine, { replication }) => replicationInfo(engine, replication)

/** Nothing is freed later than it is removed. What the runtime takes for itself is in `used_memory_rss` alone. */
const Memory: AdminSection = (engine, { replication }) => {
  const used = Math.round(engine.memory.used())
  const { overhead } = memoryOf(engine)
  const { resident, machine } = engine.clock.process?.() ?? {}
  const { feed, replicas } = replication
  const backlog = feed === null ? 0 : feed.backlog.end - feed.backlog.start
  const unsent = sum(replicas, (replica) => replica.unsent)
  return [
    ...SECTIONS['Memory'](engine),
    ...sized('used_memory_rss', resident),
    ['used_memory_peak_perc', percent(used, Math.round(engine.memory.peak))],
    ['used_memory_overhead', overhead],
    ['used_memory_startup', 0],
    ['used_memory_dataset', used - overhead],
    ['used_memory_dataset_perc', percent(used - overhead, used)],
    ...sized('total_system_memory', machine),
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', backlog],
    ['mem_total_replication_buffers', backlog + unsent],
    ['mem_clients_slaves', unsent],
    ...zeros('active_defrag_running', 'lazyfree_pending_objects', 'lazyfreed_objects'),
  ]
}

const Modules: AdminSection = ({ modules }) =>
  modules.map(({ flat: [, name, , version] }) => [
    'module',
    `name=${name as string},ver=${version as number},api=1,filters=0,usedby=[],using=[],options=[]`,
  ])

const CPU: AdminSection = ({ clock }) => {
  const used = clock.process?.()
  return used === undefined
    ? []
    : [
        ['used_cpu_sys', used.system.toFixed(6)],
        ['used_cpu_user', used.user.toFixed(6)],
        ['used_cpu_sys_children', '0.000000'],
        ['used_cpu_user_children', '0.000000'],
      ]
}

/** In the order of INFO. */
const ADMIN_SECTIONS = { Server, Clients, Memory, Stats, Replication: replicated, CPU, Modules, Commandstats }

export function infoHandler(parts: (engine: Engine) => Parts): Handler {
  const bound =
    (section: AdminSection): Section =>
    (engine) =>
      section(engine, parts(engine))
  const sections = Object.fromEntries(Object.entries(ADMIN_SECTIONS).map(([name, section]) => [name, bound(section)]))
  return ({ engine }, argv) => {
    const wanted = argv.slice(1)
    const asked = wanted.some((word) => /^(latencystats|all|everything)$/i.test(word))
    return new Verbatim(infoText(engine, wanted, { ...sections, ...(asked && { Latencystats: bound(Latencystats) }) }))
  }
}
