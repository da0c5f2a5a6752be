// INFO: the sections and their fields, in Redis's order. What has no meaning here is left out rather than made up.
import type { Engine } from './engine.ts'
import type { Keyspace } from './keyspace.ts'
import { VERSION } from './version.ts'

type Fields = [string, string | number][]
export type Section = (engine: Engine) => Fields

export const SECTIONS: Readonly<Record<string, Section>> = {
  Server: (engine) => {
    const uptime = Math.floor((engine.now - engine.started) / 1000)
    return [
      ['redis_version', VERSION],
      ['redis_mode', engine.mode],
      ['os', 'JavaScript'],
      ['arch_bits', 64],
      ['run_id', engine.runId],
      ['tcp_port', engine.config.get('port')],
      ['server_time_usec', engine.now * 1000],
      ['uptime_in_seconds', uptime],
      ['uptime_in_days', Math.floor(uptime / 86_400)],
    ]
  },
  Clients: (engine) => {
    const sessions = engine.clients
    return [
      ['connected_clients', sessions.length],
      ['maxclients', engine.config.get('maxclients')],
      ['blocked_clients', sessions.filter(({ waiter }) => waiter !== null).length],
    ]
  },
  Memory: (engine) => {
    const used = Math.round(engine.memory.used())
    const peak = Math.round(engine.memory.peak)
    return [
      ['used_memory', used],
      ['used_memory_human', human(used)],
      ['used_memory_peak', peak],
      ['used_memory_peak_human', human(peak)],
      ...(engine.scripting.counts?.() ?? []),
      ['maxmemory', engine.eviction.limit],
      ['maxmemory_human', human(engine.eviction.limit)],
      ['maxmemory_policy', engine.config.get('maxmemory-policy')],
    ]
  },
  Persistence: (engine) => engine.durability.info(),
  Stats: ({ stats, pubsub }) => [
    ['total_connections_received', stats.connections],
    ['total_commands_processed', stats.commands],
    ['total_net_input_bytes', stats.inputBytes],
    ['total_net_output_bytes', stats.outputBytes],
    ['rejected_connections', stats.rejectedConnections],
    ['expired_keys', stats.expired],
    ['expired_subkeys', stats.expiredSubkeys],
    ['evicted_keys', stats.evicted],
    ['evicted_scripts', stats.evictedScripts],
    ['keyspace_hits', stats.hits],
    ['keyspace_misses', stats.misses],
    ['pubsub_channels', pubsub.channels.size],
    ['pubsub_patterns', pubsub.patterns.size],
    ['pubsubshard_channels', pubsub.shards.size],
    ['total_error_replies', [...stats.errors.values()].reduce((sum, count) => sum + count, 0)],
  ],
  Replication: () => [
    ['role', 'master'],
    ['connected_slaves', 0],
  ],
  Modules: () => [],
  Commandstats: ({ stats, table }) =>
    table.commands.flatMap(({ name, index }): Fields => {
      const [calls, rejected, failed] = [stats.calls[index], stats.rejected[index], stats.failed[index]]
      return calls + rejected === 0 ? [] : [[`cmdstat_${name}`, `calls=${calls},rejected_calls=${rejected},failed_calls=${failed}`]]
    }),
  Errorstats: ({ stats }) => [...stats.errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]),
  Cluster: ({ slots }) => [['cluster_enabled', slots === null ? 0 : 1]],
  Keyspace: (engine) =>
    engine
      .databases()
      .filter(({ keyspace }) => keyspace.size > 0)
      .map(({ index, keyspace }) => [
        `db${index}`,
        `keys=${keyspace.size},expires=${keyspace.expires.size},avg_ttl=${averageTtl(engine, keyspace)},subexpiry=${keyspace.subexpiry}`,
      ]),
}

/** Not shown unless asked for. */
const ON_REQUEST = new Set(['Commandstats'])

/**
 * INFO's text.
 * @param wanted section names in any case; none for the default ones
 * @param others sections that are added, or replace those of the same name
 */
export function infoText(engine: Engine, wanted: readonly string[], others?: Readonly<Record<string, Section>>): string {
  const asked = new Set(wanted.map((name) => name.toLowerCase()))
  const all = asked.has('all') || asked.has('everything')
  const usual = asked.size === 0 || asked.has('default')
  return Object.entries({ ...SECTIONS, ...others })
    .filter(([name]) => all || asked.has(name.toLowerCase()) || (usual && !ON_REQUEST.has(name)))
    .map(([name, section]) => [`# ${name}`, ...section(engine).map(([field, value]) => `${field}:${value}`), ''].join('\r\n'))
    .join('\r\n')
}

const UNITS = ['B', 'K', 'M', 'G', 'T']

export function human(bytes: number): string {
  let unit = 0
  let value = bytes
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024
  return unit === 0 ? `${value}B` : `${value.toFixed(2)}${UNITS[unit]}`
}

/** Milliseconds, from a few keys at random. */
function averageTtl({ random, now }: Engine, keyspace: Keyspace): number {
  const { expires } = keyspace
  const counted = Math.min(expires.size, 20)
  let sum = 0
  for (let i = 0; i < counted; i++) sum += Math.max(0, expires.time(expires.sample(random())) - now)
  return Math.floor(sum / (counted || 1))
}
