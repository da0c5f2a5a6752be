// CONFIG's parameters that servers have beside the engine's: those that the commands here follow, and those of redis.conf
// that a program or a file may set, though not all of them have an effect: what many are about is not there.
import { between, memory, oneOf, type Parameter, PARAMETERS, type Parameters, text, yesNo } from '../engine/config.ts'
import { INT64_MAX, INT_MAX } from '../numbers.ts'
import { DEFAULT_OUTPUT_LIMITS } from '../resp/output-limits.ts'
import { checkOutputLimits } from './output-limits.ts'

const PORT = 65_535
const ALONE = 'isodis is one server alone, without a cluster'

type Check = Parameter['check']

/** Each word of a value. */
const words =
  (fits: (words: string[]) => string | undefined): Check =>
  (value) => {
    const wrong = fits(value.split(' '))
    if (wrong !== undefined) throw wrong
    return value
  }

const percentiles: Check = (value) => {
  const each = value === '' ? [] : value.split(' ').map(Number)
  for (const percent of each) {
    if (Number.isNaN(percent)) throw 'Invalid latency-tracking-info-percentiles parameters'
    if (percent < 0 || percent > 100) throw 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]'
  }
  return each.join(' ')
}

const scores = words((each) => {
  if (each.length !== 3) return 'wrong number of arguments'
  const numbers = each.map(Number)
  if (!numbers.every((score) => Number.isInteger(score) && Math.abs(score) <= 2000)) {
    return 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.'
  }
  return undefined
})

const SIGNAL_WORDS = ['default', 'save', 'nosave', 'now', 'force']
const signals: Check = (value) => {
  const each = value.toLowerCase().split(' ')
  if (!each.every((word) => SIGNAL_WORDS.includes(word))) throw `argument(s) must be one of the following: ${SIGNAL_WORDS.join(', ')}`
  if (each.includes('save') && each.includes('nosave'))
    throw 'SAVE and NOSAVE options for shutdown-on-sigint and shutdown-on-sigterm are incompatible'
  const set = SIGNAL_WORDS.filter((word) => word !== 'default' && each.includes(word))
  return set.length === 0 ? 'default' : set.join(' ')
}

/** Which server to follow from the start: `host port`. */
const follows: Check = (value) => {
  const each = value.split(' ')
  if (value === '' || value.toLowerCase() === 'no one') return ''
  if (each.length !== 2) throw 'wrong number of arguments'
  const port = /^\d+$/.test(each[1]) ? Number(each[1]) : NaN
  if (!(port >= 0 && port <= PORT)) throw 'Invalid master port'
  return value
}

/** Only the values that are true here are accepted: others would ask for something that is not there. */
const onlyWhere =
  (known: string, reason: string): Check =>
  (value) =>
    value === known ? value : fail(reason)

const shared = (rows: Readonly<Record<string, string>>, check: Check, fixed?: Parameter['fixed']): Parameters =>
  Object.fromEntries(
    Object.entries(rows).map(([names, value]) => {
      const [name, alias] = names.split('=')
      return [name, { default: value, check, ...(alias !== undefined && { alias }), ...(fixed !== undefined && { fixed }) }]
    }),
  )

/** These are accepted and shown by CONFIG GET. Replication and `isodis serve` follow some of them; the others have no effect. */
const ACCEPTED: Parameters = {
  ...shared(
    {
      activerehashing: 'yes',
      'aof-disable-auto-gc': 'no',
      'aof-rewrite-incremental-fsync': 'yes',
      'aof-use-rdb-preamble': 'yes',
      'cluster-allow-pubsubshard-when-down': 'yes',
      'cluster-allow-reads-when-down': 'no',
      'cluster-allow-replica-migration': 'yes',
      'cluster-replica-no-failover=cluster-slave-no-failover': 'no',
      'cluster-require-full-coverage': 'yes',
      'crash-log-enabled': 'yes',
      'crash-memcheck-enabled': 'yes',
      'dynamic-hz': 'yes',
      'hide-user-data-from-log': 'no',
      'jemalloc-bg-thread': 'yes',
      'lazyfree-lazy-eviction': 'no',
      'lazyfree-lazy-expire': 'no',
      'lazyfree-lazy-server-del': 'no',
      'lazyfree-lazy-user-del': 'no',
      'lazyfree-lazy-user-flush': 'no',
      'no-appendfsync-on-rewrite': 'no',
      'protected-mode': 'yes',
      'rdb-del-sync-files': 'no',
      'rdb-save-incremental-fsync': 'yes',
      'repl-disable-tcp-nodelay': 'no',
      'repl-diskless-sync': 'yes',
      'replica-announced': 'yes',
      'replica-ignore-disk-write-errors': 'no',
      'replica-ignore-maxmemory=slave-ignore-maxmemory': 'yes',
      'replica-lazy-flush=slave-lazy-flush': 'no',
      'use-exit-on-panic': 'no',
    },
    yesNo,
  ),
  ...shared(
    {
      'always-show-logo': 'no',
      daemonize: 'no',
      'disable-thp': 'yes',
      'io-threads-do-reads': 'no',
      'set-proc-title': 'yes',
      'syslog-enabled': 'no',
    },
    yesNo,
    'immutable',
  ),
  // There is no allocator that could be defragmented.
  activedefrag: {
    default: 'no',
    check: (value) => {
      if (yesNo(value) === 'yes')
        throw 'DISABLED: Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution'
      return 'no'
    },
  },
  'lua-enable-deprecated-api': { default: 'no', check: onlyWhere('no', 'scripts have no deprecated functions here'), fixed: 'immutable' },
  'locale-collate': {
    default: '',
    check: (value) => (/^(C|POSIX)?$/.test(value) ? value : fail('SORT ALPHA compares bytes here, as the locale C has it')),
  },
  'aof-timestamp-enabled': { default: 'no', check: onlyWhere('no', 'the append-only files here have no timestamps') },
  'maxmemory-clients': {
    default: '0',
    check: (value) => {
      if (/^\d+%$/.test(value) && Number.parseInt(value, 10) > 100) throw 'percentage argument must be less or equal to 100'
      return onlyWhere('0', 'clients are not evicted here: set client-output-buffer-limit')(value)
    },
  },
  'replica-read-only': { default: 'yes', check: onlyWhere('yes', 'replicas cannot be written to here'), alias: 'slave-read-only' },
  'replica-serve-stale-data': { default: 'yes', check: yesNo, alias: 'slave-serve-stale-data' },
  'cluster-compatibility-sample-ratio': { default: '0', check: onlyWhere('0', ALONE) },
  'cluster-enabled': { default: 'no', check: yesNo, fixed: 'immutable' },
  replicaof: { default: '', check: follows, fixed: 'immutable', alias: 'slaveof' },
  'tls-port': {
    default: '0',
    check: (value) => (value === '0' ? value : fail('there is no TLS here: let a proxy do it')),
    fixed: 'immutable',
  },
  ...shared(
    {
      'bind-source-addr': '',
      'cluster-announce-hostname': '',
      'cluster-announce-human-nodename': '',
      'cluster-announce-ip': '',
      'ignore-warnings': '',
      masterauth: '',
      masteruser: '',
      'proc-title-template': '{title} {listen-addr} {server-mode}',
      'replica-announce-ip=slave-announce-ip': '',
    },
    text,
  ),
  ...shared(
    {
      'aof-rewrite-cpulist=aof_rewrite_cpulist': '',
      'bgsave-cpulist=bgsave_cpulist': '',
      bind: '127.0.0.1',
      'bio-cpulist=bio_cpulist': '',
      'cluster-config-file': 'nodes.conf',
      logfile: '',
      pidfile: '',
      'server-cpulist=server_cpulist': '',
      'syslog-ident': 'redis',
      unixsocket: '',
    },
    text,
    'immutable',
  ),
  ...shared(
    {
      'active-defrag-cycle-max': '25',
      'active-defrag-cycle-min': '1',
    },
    between(1, 99),
  ),
  ...shared({ 'active-defrag-threshold-lower': '10', 'active-defrag-threshold-upper': '100' }, between(0, 1000)),
  ...shared({ 'active-defrag-ignore-bytes': '104857600', 'repl-backlog-size': '1048576' }, memory(1)),
  ...shared({ 'active-defrag-max-scan-fields': '1000' }, between(1, INT64_MAX)),
  ...shared(
    {
      'cluster-announce-bus-port': '0',
      'cluster-announce-port': '0',
      'cluster-announce-tls-port': '0',
      'replica-announce-port=slave-announce-port': '0',
    },
    between(0, PORT),
  ),
  ...shared({ 'cluster-port': '0' }, between(0, PORT), 'immutable'),
  ...shared({ 'cluster-link-sendbuf-limit': '0', 'replica-full-sync-buffer-limit': '0' }, memory(0)),
  ...shared({ 'cluster-node-timeout': '15000', 'repl-backlog-ttl': '3600' }, between(0, INT64_MAX)),
  ...shared(
    {
      'cluster-migration-barrier': '1',
      'cluster-replica-validity-factor=cluster-slave-validity-factor': '10',
      hz: '10',
      'min-replicas-max-lag=min-slaves-max-lag': '10',
      'min-replicas-to-write=min-slaves-to-write': '0',
      'repl-diskless-sync-delay': '5',
      'repl-diskless-sync-max-replicas': '0',
      'replica-priority=slave-priority': '100',
      'shutdown-timeout': '10',
      'tcp-keepalive': '300',
      'watchdog-period': '0',
    },
    between(0, INT_MAX),
  ),
  ...shared({ 'key-load-delay': '0', 'rdb-key-save-delay': '0' }, between(-INT_MAX - 1, INT_MAX)),
  ...shared({ 'loading-process-events-interval-bytes': '2097152' }, between(1024, INT_MAX)),
  ...shared({ 'maxmemory-eviction-tenacity': '10' }, between(0, 100)),
  ...shared({ 'max-new-connections-per-cycle': '10', 'max-new-tls-connections-per-cycle': '1' }, between(1, 1000)),
  // A small set is an intset or a hash table, as in Redis 7.0.
  ...shared({ 'set-max-listpack-entries': '128', 'set-max-listpack-value': '64' }, between(0, INT64_MAX)),
  ...shared({ 'repl-ping-replica-period=repl-ping-slave-period': '10', 'repl-timeout': '60' }, between(1, INT_MAX)),
  ...shared({ 'io-threads': '1' }, between(1, 128), 'immutable'),
  ...shared({ 'socket-mark-id': '0' }, between(0, 4_294_967_295), 'immutable'),
  ...shared({ 'tcp-backlog': '511' }, between(0, INT_MAX), 'immutable'),
  ...shared(
    { unixsocketperm: '0' },
    (value) => {
      if (!/^[0-7]+$/.test(value)) fail("argument couldn't be parsed as an octal number")
      const mode = Number.parseInt(value, 8)
      return mode <= 0o777 ? mode.toString(8) : fail('argument must be between 0 and 777 inclusive')
    },
    'immutable',
  ),
  'cluster-preferred-endpoint-type': { default: 'ip', check: oneOf('ip', 'hostname', 'unknown-endpoint') },
  'oom-score-adj': { default: 'no', check: oneOf('no', 'yes', 'relative', 'absolute') },
  'oom-score-adj-values': { default: '0 200 800', check: scores },
  'propagation-error-behavior': { default: 'ignore', check: oneOf('ignore', 'panic', 'panic-on-replicas') },
  'repl-diskless-load': { default: 'disabled', check: oneOf('disabled', 'on-empty-db', 'swapdb') },
  'sanitize-dump-payload': { default: 'no', check: oneOf('no', 'yes', 'clients') },
  supervised: { default: 'no', check: oneOf('no', 'auto', 'systemd', 'upstart'), fixed: 'immutable' },
  'syslog-facility': { default: 'local0', check: oneOf('user', ...Array.from({ length: 8 }, (_, i) => `local${i}`)), fixed: 'immutable' },
}

function fail(reason: string): never {
  throw reason
}

/** As in Redis, CONFIG GET shows these only to those who name them. */
const HIDDEN = [
  'key-load-delay',
  'loading-process-events-interval-bytes',
  'lua-enable-deprecated-api',
  'rdb-key-save-delay',
  'use-exit-on-panic',
  'watchdog-period',
]

const withHidden = (rows: Parameters): Parameters => ({
  ...rows,
  ...Object.fromEntries(HIDDEN.map((name) => [name, { ...rows[name], hidden: true as const }])),
})

export const parameters: Parameters = withHidden({
  ...PARAMETERS,
  ...ACCEPTED,
  'acl-pubsub-default': { default: 'resetchannels', check: oneOf('allchannels', 'resetchannels') },
  aclfile: { default: '', check: text, fixed: 'immutable' },
  'acllog-max-len': { default: '128', check: between(0, INT64_MAX) },
  'client-output-buffer-limit': { default: DEFAULT_OUTPUT_LIMITS, check: checkOutputLimits },
  'client-query-buffer-limit': { default: '1073741824', check: memory(1024 * 1024) },
  // Redis's default is no: its servers can be reached from elsewhere.
  'enable-debug-command': { default: 'local', check: oneOf('no', 'yes', 'local'), fixed: 'immutable' },
  'enable-module-command': { default: 'no', check: oneOf('no', 'yes', 'local'), fixed: 'immutable' },
  'enable-protected-configs': { default: 'no', check: oneOf('no', 'yes', 'local'), fixed: 'immutable' },
  'latency-monitor-threshold': { default: '0', check: between(0, INT64_MAX) },
  'latency-tracking': { default: 'yes', check: yesNo },
  'latency-tracking-info-percentiles': { default: '50 99 99.9', check: percentiles },
  loglevel: { default: 'notice', check: oneOf('debug', 'verbose', 'notice', 'warning') },
  'shutdown-on-sigint': { default: 'default', check: signals },
  'shutdown-on-sigterm': { default: 'default', check: signals },
  'slowlog-log-slower-than': { default: '10000', check: between(-1, INT64_MAX) },
  'slowlog-max-len': { default: '128', check: between(0, INT64_MAX) },
  'tracking-table-max-keys': { default: '1000000', check: between(0, INT64_MAX) },
})
