// INFO, with what a server knows besides: how long commands take, and who is held back. https://redis.io/docs/latest/commands/info/
import type { Waiter } from '../engine/blocking.ts'
import type { Handler } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { infoText, SECTIONS, type Section } from '../engine/info.ts'
import { Verbatim } from '../reply.ts'
import type { Pause } from './pause.ts'
import type { Observer } from './observer.ts'

interface Parts {
  readonly observer: Observer
  readonly pause: Pause
}

/** The sum of what `worth` gives for each. */
function sum<T>(all: Iterable<T>, worth: (each: T) => number): number {
  let total = 0
  for (const each of all) total += worth(each)
  return total
}

const toldOfGone = (waiters: ReadonlySet<Waiter>): boolean => [...waiters].some(({ wait }) => wait.onGone !== undefined)

export function infoHandler(parts: (engine: Engine) => Parts): Handler {
  const of = (engine: Engine): Observer => parts(engine).observer
  const Clients: Section = (engine) => {
    const sessions = engine.clients
    return [
      ['connected_clients', sessions.length],
      ['maxclients', engine.config.get('maxclients')],
      ['blocked_clients', sessions.filter(({ waiter }) => waiter !== null).length + parts(engine).pause.waiting],
      ['tracking_clients', sessions.filter(({ tracking }) => tracking !== null).length],
      ['pubsub_clients', sessions.filter(({ subscribed }) => subscribed > 0).length],
      ['watching_clients', sessions.filter(({ transaction }) => transaction.watching > 0).length],
      ['total_watched_keys', sum(engine.databases(), ({ watchers }) => watchers.size)],
      ['total_blocking_keys', sum(engine.databases(), ({ waiters }) => waiters.size)],
      // Waiters that also want to hear when the key goes.
      ['total_blocking_keys_on_nokey', sum(engine.databases(), ({ waiters }) => sum(waiters.values(), (each) => Number(toldOfGone(each))))],
    ]
  }
  const Commandstats: Section = (engine) => {
    const { calls, rejected, failed } = engine.stats
    const known = engine.table.commands.filter(({ index }) => calls[index] + rejected[index] > 0)
    return known.map((command) => {
      const { index, name } = command
      const took = of(engine).histogram(command)?.total ?? 0
      const each = (took / (calls[index] || 1)).toFixed(2)
      return [
        `cmdstat_${name}`,
        `calls=${calls[index]},usec=${took},usec_per_call=${each},rejected_calls=${rejected[index]},failed_calls=${failed[index]}`,
      ]
    })
  }
  const Latencystats: Section = (engine) => {
    const percents = (engine.config.get('latency-tracking-info-percentiles')!.match(/\S+/g) ?? []).map(Number)
    return engine.table.commands.flatMap((command): [string, string][] => {
      const histogram = of(engine).histogram(command)
      if (histogram === undefined) return []
      const shown = percents.map((percent) => `p${percent}=${histogram.percentile(percent).toFixed(3)}`)
      return [[`latency_percentiles_usec_${command.name}`, shown.join(',')]]
    })
  }
  /** What Redis tells of the program. */
  const Server: Section = (engine) => {
    const [version, ...fields] = SECTIONS['Server'](engine)
    const at = fields.findIndex(([name]) => name === 'run_id')
    const process = engine.clock.process?.()
    if (process !== undefined) fields.splice(at, 0, ['process_id', process.id])
    return [version, ['redis_git_sha1', '00000000'], ['redis_git_dirty', 0], ['redis_build_id', engine.runId.slice(0, 16)], ...fields]
  }
  const Stats: Section = (engine) => {
    // Saves and rewrites, for which redis-server forks.
    const jobs = engine.durability.info().filter(([name]) => name === 'rdb_saves' || name === 'aof_rewrites')
    const [keys, readers, prefixes] = of(engine).tracking.totals
    const { denied } = of(engine).aclLog
    return [
      ...SECTIONS['Stats'](engine),
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
  const Replication: Section = (engine) => [
    ...SECTIONS['Replication'](engine),
    ['master_failover_state', 'no-failover'],
    ['master_replid', engine.runId],
    ['master_repl_offset', 0],
  ]
  /** Nothing is freed later than it is removed. */
  const Memory: Section = (engine) => [
    ...SECTIONS['Memory'](engine),
    ['mem_not_counted_for_evict', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ]
  const Modules: Section = ({ modules }) =>
    modules.map(({ flat: [, name, , version] }) => [
      'module',
      `name=${name as string},ver=${version as number},api=1,filters=0,usedby=[],using=[],options=[]`,
    ])
  const CPU: Section = ({ clock }) => {
    const used = clock.process?.()
    return used === undefined
      ? []
      : [
          ['used_cpu_sys', used.system.toFixed(6)],
          ['used_cpu_user', used.user.toFixed(6)],
        ]
  }
  return ({ engine }, argv) => {
    const wanted = argv.slice(1)
    const asked = wanted.some((word) => /^(latencystats|all|everything)$/i.test(word))
    return new Verbatim(
      infoText(engine, wanted, { Server, Clients, Memory, Stats, Replication, CPU, Modules, Commandstats, ...(asked && { Latencystats }) }),
    )
  }
}
