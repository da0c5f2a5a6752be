// CONFIG's parameters that servers have beside the engine's: here those that have an effect, in ignored-parameters.ts the others.
import { between, memory, oneOf, type Parameter, PARAMETERS, type Parameters, text, yesNo } from '../engine/config.ts'
import { INT64_MAX, INT_MAX } from '../numbers.ts'
import { DEFAULT_OUTPUT_LIMITS } from '../resp/output-limits.ts'
import { IGNORED, PORT, REFUSED } from './ignored-parameters.ts'
import { checkOutputLimits } from './output-limits.ts'

type Check = Parameter['check']

const percentiles: Check = (value) => {
  const each = value === '' ? [] : value.split(' ').map(Number)
  for (const percent of each) {
    if (Number.isNaN(percent)) throw 'Invalid latency-tracking-info-percentiles parameters'
    if (percent < 0 || percent > 100) throw 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]'
  }
  return each.join(' ')
}

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

/** What operators look at, and what protects the server. */
const OPERATORS: Parameters = {
  'acl-pubsub-default': { default: 'resetchannels', check: oneOf('allchannels', 'resetchannels') },
  aclfile: { default: '', check: text, fixed: 'immutable' },
  'acllog-max-len': { default: '128', check: between(0, INT64_MAX) },
  'client-output-buffer-limit': { default: DEFAULT_OUTPUT_LIMITS, check: checkOutputLimits },
  'client-query-buffer-limit': { default: '1073741824', check: memory(1024 * 1024) },
  // Redis's default is no: its servers can be reached from elsewhere.
  'enable-debug-command': { default: 'local', check: oneOf('no', 'yes', 'local'), fixed: 'immutable' },
  'latency-monitor-threshold': { default: '0', check: between(0, INT64_MAX) },
  'latency-tracking': { default: 'yes', check: yesNo },
  'latency-tracking-info-percentiles': { default: '50 99 99.9', check: percentiles },
  loglevel: { default: 'notice', check: oneOf('debug', 'verbose', 'notice', 'warning') },
  'protected-mode': { default: 'yes', check: yesNo },
  'shutdown-on-sigint': { default: 'default', check: signals },
  'shutdown-on-sigterm': { default: 'default', check: signals },
  'slowlog-log-slower-than': { default: '10000', check: between(-1, INT64_MAX) },
  'slowlog-max-len': { default: '128', check: between(0, INT64_MAX) },
  'tracking-table-max-keys': { default: '1000000', check: between(0, INT64_MAX) },
}

/** What `isodis serve` follows. */
const PROCESS: Parameters = {
  bind: { default: '127.0.0.1', check: text, fixed: 'immutable' },
  daemonize: { default: 'no', check: yesNo, fixed: 'immutable' },
  logfile: { default: '', check: text, fixed: 'immutable' },
  pidfile: { default: '', check: text, fixed: 'immutable' },
  supervised: { default: 'no', check: oneOf('no', 'auto', 'systemd', 'upstart'), fixed: 'immutable' },
  'tcp-keepalive': { default: '300', check: between(0, INT_MAX) },
}

const REPLICATION: Parameters = {
  masterauth: { default: '', check: text },
  masteruser: { default: '', check: text },
  'min-replicas-max-lag': { default: '10', check: between(0, INT_MAX), alias: 'min-slaves-max-lag' },
  'min-replicas-to-write': { default: '0', check: between(0, INT_MAX), alias: 'min-slaves-to-write' },
  'repl-backlog-size': { default: '1048576', check: memory(1) },
  'repl-backlog-ttl': { default: '3600', check: between(0, INT64_MAX) },
  'repl-ping-replica-period': { default: '10', check: between(1, INT_MAX), alias: 'repl-ping-slave-period' },
  'repl-timeout': { default: '60', check: between(1, INT_MAX) },
  'replica-announce-ip': { default: '', check: text, alias: 'slave-announce-ip' },
  'replica-announce-port': { default: '0', check: between(0, PORT), alias: 'slave-announce-port' },
  'replica-announced': { default: 'yes', check: yesNo },
  'replica-priority': { default: '100', check: between(0, INT_MAX), alias: 'slave-priority' },
  'replica-serve-stale-data': { default: 'yes', check: yesNo, alias: 'slave-serve-stale-data' },
  replicaof: { default: '', check: follows, fixed: 'immutable', alias: 'slaveof' },
  'shutdown-timeout': { default: '10', check: between(0, INT_MAX) },
}

/** TLS, whose sockets `isodis serve` has: it is what lets CONFIG SET change them. */
const TLS: Parameters = Object.fromEntries(
  Object.entries({
    'tls-auth-clients': ['yes', oneOf('no', 'yes', 'optional')],
    'tls-ca-cert-dir': ['', text],
    'tls-ca-cert-file': ['', text],
    'tls-cert-file': ['', text],
    'tls-ciphers': ['', text],
    'tls-ciphersuites': ['', text],
    'tls-client-cert-file': ['', text],
    'tls-client-key-file': ['', text],
    'tls-client-key-file-pass': ['', text],
    'tls-cluster': ['no', yesNo],
    'tls-dh-params-file': ['', text],
    'tls-key-file': ['', text],
    'tls-key-file-pass': ['', text],
    'tls-port': ['0', between(0, PORT)],
    'tls-prefer-server-ciphers': ['no', yesNo],
    'tls-protocols': ['', text],
    'tls-replication': ['no', yesNo],
    // Clients keep their sessions themselves, in tickets: there is no cache with a size.
    'tls-session-cache-size': ['20480', between(0, INT_MAX)],
    'tls-session-cache-timeout': ['300', between(0, INT_MAX)],
    'tls-session-caching': ['yes', yesNo],
  } satisfies Record<string, [string, Check]>).map(([name, [value, check]]) => [
    name,
    { default: value, check, fixed: 'immutable' as const },
  ]),
)

const CLUSTER: Parameters = {
  'cluster-announce-hostname': { default: '', check: text },
  'cluster-announce-ip': { default: '', check: text },
  'cluster-announce-port': { default: '0', check: between(0, PORT) },
  'cluster-announce-tls-port': { default: '0', check: between(0, PORT) },
  'cluster-enabled': { default: 'no', check: yesNo, fixed: 'immutable' },
  'cluster-preferred-endpoint-type': { default: 'ip', check: oneOf('ip', 'hostname', 'unknown-endpoint') },
}

export const parameters: Parameters = {
  ...PARAMETERS,
  ...OPERATORS,
  ...PROCESS,
  ...REPLICATION,
  ...TLS,
  ...CLUSTER,
  ...REFUSED,
  ...IGNORED,
}
