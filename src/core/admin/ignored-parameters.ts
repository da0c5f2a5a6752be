// CONFIG's parameters that a program or a redis.conf may set and CONFIG GET shows, though they have no effect: what they are about
// is not there.
import { between, memory, oneOf, type Parameter, type Parameters, text, yesNo } from '../engine/config.ts'
import { INT64_MAX, INT_MAX } from '../numbers.ts'

export const PORT = 65_535

type Check = Parameter['check']

function fail(reason: string): never {
  throw reason
}

/** Accepts the only value that is true here: another would ask for something that is not there. */
const only =
  (known: string, reason: string): Check =>
  (value) =>
    value === known ? value : fail(reason)

/** Only the values that say what is done here are accepted. */
export const REFUSED: Parameters = {
  // There is no allocator that could be defragmented.
  activedefrag: {
    default: 'no',
    check: (value) => {
      if (yesNo(value) === 'yes')
        throw 'DISABLED: Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution'
      return 'no'
    },
  },
  'aof-timestamp-enabled': { default: 'no', check: only('no', 'the append-only files here have no timestamps') },
  'cluster-compatibility-sample-ratio': { default: '0', check: only('0', 'isodis is one server alone, without a cluster') },
  'locale-collate': {
    default: '',
    check: (value) => (/^(C|POSIX)?$/.test(value) ? value : fail('SORT ALPHA compares bytes here, as the locale C has it')),
  },
  'lua-enable-deprecated-api': {
    default: 'no',
    check: only('no', 'scripts have no deprecated functions here'),
    fixed: 'immutable',
    hidden: true,
  },
  'maxmemory-clients': {
    default: '0',
    check: (value) => {
      if (/^\d+%$/.test(value) && Number.parseInt(value, 10) > 100) throw 'percentage argument must be less or equal to 100'
      return only('0', 'clients are not evicted here: set client-output-buffer-limit')(value)
    },
  },
  'replica-read-only': { default: 'yes', check: only('yes', 'replicas cannot be written to here'), alias: 'slave-read-only' },
}

const scores: Check = (value) => {
  const each = value.split(' ').map(Number)
  if (each.length !== 3) throw 'wrong number of arguments'
  if (!each.every((score) => Number.isInteger(score) && Math.abs(score) <= 2000))
    throw 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.'
  return value
}

const permissions: Check = (value) => {
  if (!/^[0-7]+$/.test(value)) throw "argument couldn't be parsed as an octal number"
  const mode = Number.parseInt(value, 8)
  if (mode > 0o777) throw 'argument must be between 0 and 777 inclusive'
  return mode.toString(8)
}

/** Parameters of one kind: names, with `=` and an older name where there is one, and defaults. */
const each = (rows: Readonly<Record<string, string>>, check: Check, more?: Pick<Parameter, 'fixed' | 'hidden'>): Parameters =>
  Object.fromEntries(
    Object.entries(rows).map(([names, value]) => {
      const [name, alias] = names.split('=')
      return [name, { default: value, check, ...(alias !== undefined && { alias }), ...more }]
    }),
  )
const FIXED = { fixed: 'immutable' } as const
const HIDDEN = { hidden: true } as const

export const IGNORED: Parameters = {
  ...each(
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
      'rdb-del-sync-files': 'no',
      'rdb-save-incremental-fsync': 'yes',
      'repl-disable-tcp-nodelay': 'no',
      'repl-diskless-sync': 'yes',
      'replica-ignore-disk-write-errors': 'no',
      'replica-ignore-maxmemory=slave-ignore-maxmemory': 'yes',
      'replica-lazy-flush=slave-lazy-flush': 'no',
    },
    yesNo,
  ),
  ...each(
    {
      'always-show-logo': 'no',
      'disable-thp': 'yes',
      'io-threads-do-reads': 'no',
      'set-proc-title': 'yes',
      'syslog-enabled': 'no',
    },
    yesNo,
    FIXED,
  ),
  ...each(
    {
      'bind-source-addr': '',
      'cluster-announce-human-nodename': '',
      'ignore-warnings': '',
      'proc-title-template': '{title} {listen-addr} {server-mode}',
    },
    text,
  ),
  ...each(
    {
      'aof-rewrite-cpulist=aof_rewrite_cpulist': '',
      'bgsave-cpulist=bgsave_cpulist': '',
      'bio-cpulist=bio_cpulist': '',
      'cluster-config-file': 'nodes.conf',
      'server-cpulist=server_cpulist': '',
      'syslog-ident': 'redis',
      unixsocket: '',
    },
    text,
    FIXED,
  ),
  ...each(
    {
      'active-defrag-cycle-max': '25',
      'active-defrag-cycle-min': '1',
    },
    between(1, 99),
  ),
  ...each({ 'active-defrag-threshold-lower': '10', 'active-defrag-threshold-upper': '100' }, between(0, 1000)),
  ...each({ 'active-defrag-ignore-bytes': '104857600' }, memory(1)),
  ...each({ 'active-defrag-max-scan-fields': '1000' }, between(1, INT64_MAX)),
  ...each(
    {
      'cluster-announce-bus-port': '0',
    },
    between(0, PORT),
  ),
  ...each({ 'cluster-port': '0' }, between(0, PORT), FIXED),
  ...each({ 'cluster-link-sendbuf-limit': '0', 'replica-full-sync-buffer-limit': '0' }, memory(0)),
  ...each({ 'cluster-node-timeout': '15000' }, between(0, INT64_MAX)),
  ...each(
    {
      'cluster-migration-barrier': '1',
      'cluster-replica-validity-factor=cluster-slave-validity-factor': '10',
      hz: '10',
      'repl-diskless-sync-delay': '5',
      'repl-diskless-sync-max-replicas': '0',
    },
    between(0, INT_MAX),
  ),
  ...each({ 'key-load-delay': '0', 'rdb-key-save-delay': '0' }, between(-INT_MAX - 1, INT_MAX), HIDDEN),
  ...each({ 'loading-process-events-interval-bytes': '2097152' }, between(1024, INT_MAX), HIDDEN),
  ...each({ 'use-exit-on-panic': 'no' }, yesNo, HIDDEN),
  ...each({ 'watchdog-period': '0' }, between(0, INT_MAX), HIDDEN),
  ...each({ 'maxmemory-eviction-tenacity': '10' }, between(0, 100)),
  ...each({ 'max-new-connections-per-cycle': '10', 'max-new-tls-connections-per-cycle': '1' }, between(1, 1000)),
  // A small set is an intset or a hash table, as in Redis 7.0.
  ...each({ 'set-max-listpack-entries': '128', 'set-max-listpack-value': '64' }, between(0, INT64_MAX)),
  ...each({ 'io-threads': '1' }, between(1, 128), FIXED),
  ...each({ 'socket-mark-id': '0' }, between(0, 4_294_967_295), FIXED),
  ...each({ 'tcp-backlog': '511' }, between(0, INT_MAX), FIXED),
  ...each({ unixsocketperm: '0' }, permissions, FIXED),
  'enable-module-command': { default: 'no', check: oneOf('no', 'yes', 'local'), fixed: 'immutable' },
  'enable-protected-configs': { default: 'no', check: oneOf('no', 'yes', 'local'), fixed: 'immutable' },
  'oom-score-adj': { default: 'no', check: oneOf('no', 'yes', 'relative', 'absolute') },
  'oom-score-adj-values': { default: '0 200 800', check: scores },
  'propagation-error-behavior': { default: 'ignore', check: oneOf('ignore', 'panic', 'panic-on-replicas') },
  'repl-diskless-load': { default: 'disabled', check: oneOf('disabled', 'on-empty-db', 'swapdb') },
  'sanitize-dump-payload': { default: 'no', check: oneOf('no', 'yes', 'clients') },
  'syslog-facility': { default: 'local0', check: oneOf('user', ...Array.from({ length: 8 }, (_, i) => `local${i}`)), fixed: 'immutable' },
}
