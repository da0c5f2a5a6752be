// Commands on replication: who follows whom, and waiting for replicas. https://redis.io/docs/latest/commands/?group=server
import { integer, milliseconds } from '../engine/arguments.ts'
import { type CommandTable, type Handler, type Row, row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import type { Session } from '../engine/session.ts'
import { parseInt64 } from '../numbers.ts'
import { OK, type Reply, ReplyError, Status } from '../reply.ts'
import { BAD_PORT, FAILING_OVER, NO_DIALING, WAIT_ON_REPLICA } from './errors.ts'
import type { Replication } from './replication.ts'

const PORT_MAX = 65_535
const ALREADY = new Status('OK Already connected to specified master')
const NOT_IN_CLUSTER = new ReplyError('ERR REPLICAOF not allowed in cluster mode.')

type Of = (engine: Engine) => Replication

/** REPLICAOF host port, REPLICAOF NO ONE */
const replicaOf =
  (of: Of): Handler =>
  ({ engine }, [, host, port]) => {
    if (engine.slots !== null) throw NOT_IN_CLUSTER
    const replication = of(engine)
    if (replication.failover.under) throw FAILING_OVER
    if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') {
      replication.lead()
      return OK
    }
    const number = Number(parseInt64(port) ?? -1)
    if (number < 0 || number > PORT_MAX) throw BAD_PORT
    const { link } = replication
    const { dial } = engine
    if (link !== null && link.host.toLowerCase() === host.toLowerCase() && link.port === number) return ALREADY
    if (dial === null) throw NO_DIALING
    replication.follow(dial, host, number)
    return OK
  }

const role =
  (of: Of): Handler =>
  ({ engine }) => {
    const { link, offset, replicas } = of(engine)
    if (link !== null) return ['slave', link.host, link.port, link.state, link.state === 'connected' ? offset : -1]
    return [
      'master',
      offset,
      replicas.filter(({ online }) => online).map(({ address, port, has }): Reply => [address, String(port), String(has)]),
    ]
  }

/** WAIT numreplicas timeout: for what was written up to now. */
const wait =
  (of: Of): Handler =>
  ({ engine }, argv, session: Session) => {
    const replication = of(engine)
    if (replication.follows) throw WAIT_ON_REPLICA
    const wanted = integer(argv[1])
    const limit = milliseconds(argv[2])
    replication.feed?.flush()
    const { offset, feed } = replication
    const count = (): number => replication.replicas.filter(({ online, has }) => online && has >= offset).length
    const now = count()
    if (now >= wanted || !session.mayBlock) return now
    feed?.say('REPLCONF', 'GETACK', '*')
    const reply = session.block(argv, {
      keys: [],
      type: 'string',
      timeout: limit,
      // Asked when its time is up.
      get onTimeout() {
        return count()
      },
      attempt: () => undefined,
    })
    const { waiter } = session
    const look = (): void => {
      if (session.waiter === waiter && count() >= wanted) waiter!.settle(count())
      if (session.waiter !== waiter) replication.onProgress.delete(look)
    }
    replication.onProgress.add(look)
    return reply
  }

/** A command that replicas are told of too, though it changes nothing. */
function told(table: CommandTable, name: string, of: Of): Row {
  const known = table.get(name)!
  const handler: Handler = (db, argv, session) => {
    const reply = known.handler(db, argv, session)
    const { feed, follows } = of(db.engine)
    if (!follows) feed?.wrote(db, argv)
    return reply
  }
  return { ...known, handler }
}

export function replicationRows(table: CommandTable, of: Of): Row[] {
  const follow = replicaOf(of)
  return [
    row('REPLICAOF', 3, 'admin noscript stale no_async_loading', '', follow),
    row('SLAVEOF', 3, 'admin noscript stale no_async_loading', '', follow),
    { ...table.get('role')!, handler: role(of) },
    { ...table.get('wait')!, handler: wait(of) },
  ]
}

/** PUBLISH and SPUBLISH. */
export const messageRows = (table: CommandTable, of: Of): Row[] => ['publish', 'spublish'].map((name) => told(table, name, of))

type Fields = [name: string, value: string | number][]

/** Of INFO stats: how often replicas were sent everything, how often what they had missed, and how often that could not be. */
export function syncInfo({ syncs }: Replication): Fields {
  return [
    ['sync_full', syncs.full],
    ['sync_partial_ok', syncs.partial],
    ['sync_partial_err', syncs.refused],
  ]
}

/** INFO replication. */
export function replicationInfo(engine: Engine, replication: Replication): Fields {
  const { link, feed, offset, replicas, known, id, formerId, formerEnd } = replication
  const now = engine.clock.now()
  const seconds = (since: number): number => Math.floor((now - since) / 1000)
  const follows = (): Fields => {
    if (link === null) return [['role', 'master']]
    const up = link.state === 'connected'
    return [
      ['role', 'slave'],
      ['master_host', link.host],
      ['master_port', link.port],
      ['master_link_status', up ? 'up' : 'down'],
      ['master_last_io_seconds_ago', up ? seconds(link.heard) : -1],
      ['master_sync_in_progress', link.state === 'sync' ? 1 : 0],
      ['slave_read_repl_offset', known === null ? 0 : offset],
      ['slave_repl_offset', known === null ? 0 : offset],
      ...(up ? [] : ([['master_link_down_since_seconds', known === null ? -1 : seconds(link.downSince)]] as Fields)),
      ['slave_priority', engine.config.get('replica-priority')!],
      ['slave_read_only', 1],
      ['replica_announced', engine.config.isOn('replica-announced') ? 1 : 0],
    ]
  }
  const one = (at: number): [string, string] => {
    const { address, port, online, has, heard } = replicas[at]
    return [`slave${at}`, `ip=${address},port=${port},state=${online ? 'online' : 'send_bulk'},offset=${has},lag=${seconds(heard)}`]
  }
  const good = engine.config.number('min-replicas-to-write')! > 0 ? ([['min_slaves_good_slaves', replication.good]] as Fields) : []
  return [
    ...follows(),
    ['connected_slaves', replicas.length],
    ...good,
    ...replicas.map((_, at) => one(at)),
    ['master_failover_state', replication.failover.state],
    ['master_replid', id],
    ['master_replid2', formerId],
    ['master_repl_offset', offset],
    ['second_repl_offset', formerEnd < 0 ? -1 : formerEnd + 1],
    ['repl_backlog_active', feed === null ? 0 : 1],
    ['repl_backlog_size', engine.config.get('repl-backlog-size')!],
    ['repl_backlog_first_byte_offset', feed === null ? 0 : feed.backlog.start + 1],
    ['repl_backlog_histlen', feed === null ? 0 : feed.backlog.end - feed.backlog.start],
  ]
}
