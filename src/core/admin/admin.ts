// The entry `isodis/admin`: what operators and monitoring tools ask a server, beyond what an app asks its database. Servers,
// drop-in clients and isodis/testing add it to their engine; an app that does not import it ships none of it.
import { CommandTable, type Group, type Handler, type Row } from '../engine/command.ts'
import type { Engine, Extension } from '../engine/engine.ts'
import { clusterRows, singleDatabase } from '../cluster/commands.ts'
import { OneNodeRules } from '../cluster/slot-rules.ts'
import { aclRows } from './acl/commands.ts'
import { sortGroup } from './acl/sort.ts'
import { ActiveExpiry } from './active-expiry.ts'
import { sealed } from './debug-data.ts'
import { configRows } from './config-commands.ts'
import { debugRow } from './debug.ts'
import { docs } from './docs.ts'
import { hyperloglogRows } from './hyperloglogs.ts'
import { infoHandler } from './info.ts'
import { latencyRow } from './latency.ts'
import { Observer } from './observer.ts'
import { parameters } from './parameters.ts'
import { Pause, pauseRows } from './pause.ts'
import { memoryRows, serverRows } from './server.ts'
import { slowlogRow } from './slowlog.ts'
import { ReplyError } from '../reply.ts'
import { trackingRows } from './tracking-commands.ts'
import { migrateRow } from '../replication/migrate.ts'
import { messageRows, replicationRows } from '../replication/commands.ts'
import { Replication } from '../replication/replication.ts'
import { failoverRow } from '../replication/failover.ts'
import { shutdownRow } from '../replication/shutdown.ts'
import { ReplicaConnections } from '../replication/sync.ts'

export type { Extension } from '../engine/engine.ts'

/** What it takes on one engine. */
interface Parts {
  readonly observer: Observer
  readonly expiry: ActiveExpiry
  readonly pause: Pause
  readonly replication: Replication
  /** Of RESTORE. */
  readonly payloads: { unchecked: boolean }
}

function makeAdmin(): Extension {
  const engines = new WeakMap<Engine, Parts>()
  const parts = (engine: Engine): Parts => engines.get(engine)!
  const observer = (engine: Engine): Observer => parts(engine).observer
  const pause = (engine: Engine): Pause => parts(engine).pause
  const replication = (engine: Engine): Replication => parts(engine).replication
  const replicas = new ReplicaConnections(replication)

  const groupsFor = (table: CommandTable): Group[] => [
    sortGroup(table),
    { name: 'cluster', rows: clusterRows },
    ...singleDatabase(table),
    {
      name: 'connection',
      rows: [withMore(table, 'client', [...pauseRows(pause), ...trackingRows((engine) => observer(engine).tracking)])],
    },
    {
      name: 'generic',
      rows: [...restoreRows(table, (engine) => parts(engine).payloads.unchecked), migrateRow((engine, work) => pause(engine).during(work))],
    },
    { name: 'hyperloglog', rows: table.get('pfadd') ? hyperloglogRows : [] },
    { name: 'pubsub', rows: messageRows(table, replication) },
    {
      name: 'server',
      rows: [
        slowlogRow((engine) => observer(engine).slowlog),
        latencyRow(observer),
        debugRow(parts),
        withMore(table, 'memory', memoryRows),
        withMore(table, 'config', configRows(table)),
        withMore(
          table,
          'acl',
          aclRows((engine) => ({ users: observer(engine).users, log: observer(engine).aclLog })),
        ),
        { ...table.get('info')!, handler: infoHandler(parts) },
        ...serverRows,
        ...replicationRows(table, replication),
        failoverRow((engine) => replication(engine).failover),
        shutdownRow(table, (engine) => replication(engine).shutdown),
        ...replicas.rows(),
      ],
    },
  ]
  /** Engines with the same commands share their table. */
  const tables = new WeakMap<CommandTable, CommandTable>()
  const tableFrom = (base: CommandTable): CommandTable => {
    const made = tables.get(base) ?? new CommandTable(groupsFor(base), base, docs)
    tables.set(base, made)
    return made
  }

  return {
    parameters,
    attach(engine) {
      if (engines.has(engine)) return
      const { stats } = engine
      engine.config.parameters = parameters
      engine.table = tableFrom(engine.table)
      for (const counts of [stats.calls, stats.rejected, stats.failed]) while (counts.length < engine.table.commands.length) counts.push(0)
      const expiry = new ActiveExpiry(engine)
      const observer = new Observer(engine)
      engine.probe = observer
      engine.users = observer.users
      const pause = new Pause(engine, expiry)
      engine.sessionEnded = (session) => {
        observer.tracking.forget(session)
        pause.forget(session)
        replicas.forget(session)
      }
      if (engine.config.get('cluster-enabled') === 'yes') {
        engine.slots = new OneNodeRules()
        engine.restrict()
      }
      engines.set(engine, { observer, expiry, pause, replication: new Replication(engine, expiry, pause), payloads: { unchecked: false } })
    },
  }
}

/** RESTORE that logs a damaged payload, or, after DEBUG SET-SKIP-CHECKSUM-VALIDATION, takes it all the same. */
function restoreRows(table: CommandTable, unchecked: (engine: Engine) => boolean): Row[] {
  const known = table.get('restore')
  if (known === undefined) return []
  const handler: Handler = (db, argv, session) => {
    try {
      return known.handler(db, unchecked(db.engine) ? [...argv.slice(0, 3), sealed(argv[3]), ...argv.slice(4)] : argv, session)
    } catch (error) {
      if (error instanceof ReplyError && error.text === 'ERR Bad data format')
        db.engine.log('warning', 'RESTORE: the integrity check failed: the payload is none, or was changed')
      throw error
    }
  }
  return [{ ...known, handler }]
}

/** A container with more subcommands, before the others, or with some in the place of others: HELP stays the last. */
function withMore(table: CommandTable, name: string, rows: readonly Row[]): Row {
  const known = table.get(name)!
  const more = rows.map((each): [string, Row] => [each.name.slice(name.length + 1), each])
  const added = more.filter(([each]) => !known.subcommands!.has(each))
  return { ...known, subcommands: new Map([...added, ...known.subcommands!, ...more]) }
}

/** SLOWLOG, LATENCY, CLIENT PAUSE, DEBUG and their like: `createRedis({ admin })`. */
export const admin: Extension = makeAdmin()
