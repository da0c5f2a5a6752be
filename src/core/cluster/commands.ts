// CLUSTER and its like on a node that is a whole cluster, and what other commands may not do there:
// https://redis.io/docs/latest/commands/?group=cluster
import type { ByteString } from '../bytes.ts'
import { integer, readOptions } from '../engine/arguments.ts'
import { type Argv, type CommandTable, container, type Group, type Handler, type Row, row } from '../engine/command.ts'
import { databaseAt, databaseIndex } from '../engine/commands/keys.ts'
import { help } from '../engine/commands/help.ts'
import type { Database } from '../engine/database.ts'
import { MapReply, OK, ReplyError, Verbatim } from '../reply.ts'
import { slotOf, SLOTS } from '../slots.ts'
import { nodeOf, nodesLine, shardsNode, slotsNode, STATE } from './node.ts'

const NO_CLUSTER = new ReplyError('ERR This instance has cluster support disabled')
const INVALID_SLOT = new ReplyError('ERR Invalid slot')
const INVALID_SLOT_OR_COUNT = new ReplyError('ERR Invalid slot or number of keys')
const OUT_OF_RANGE = new ReplyError('ERR Invalid or out of range slot')
const ALONE = new ReplyError('ERR isodis is a cluster of one node, which has all slots')
const NO_OTHER_DATABASE = new ReplyError('ERR Copying to another database is not allowed in cluster mode')
const notAllowed = (name: string): ReplyError => new ReplyError(`ERR ${name} is not allowed in cluster mode`)

/** What only a cluster has. */
const inCluster =
  (handler: Handler): Handler =>
  (db, argv, session) => {
    if (db.engine.slots === null) throw NO_CLUSTER
    return handler(db, argv, session)
  }

const LAST = SLOTS - 1
const TELLS = 'stale nondeterministic_output'
const CHANGES = 'admin stale no_async_loading'

const tell = (name: string, handler: Handler): Row => row(`CLUSTER|${name}`, 2, TELLS, '', inCluster(handler))
const change = (name: string, arity: number, handler: Handler): Row => row(`CLUSTER|${name}`, arity, CHANGES, '', inCluster(handler))
const free = (name: string, flags: string): Row =>
  row(
    name,
    1,
    `${flags}fast @connection`,
    '',
    inCluster(() => OK),
  )

export const clusterRows: readonly Row[] = [
  container('CLUSTER', -2, '', [
    tell('INFO', () => new Verbatim(STATE)),
    tell('SLOTS', (_db, _argv, session) => [[0, LAST, slotsNode(nodeOf(session))]]),
    tell('SHARDS', (_db, _argv, session) => [new MapReply(['slots', [0, LAST], 'nodes', [shardsNode(nodeOf(session))]])]),
    tell('NODES', (_db, _argv, session) => new Verbatim(nodesLine(nodeOf(session)))),
    tell('LINKS', () => []),
    row(
      'CLUSTER|MYID',
      2,
      'stale',
      '',
      inCluster(({ engine }) => engine.runId),
    ),
    row(
      'CLUSTER|KEYSLOT',
      3,
      'stale',
      '',
      inCluster((_db, argv) => slotOf(argv[2])),
    ),
    row(
      'CLUSTER|COUNTKEYSINSLOT',
      3,
      'stale',
      '',
      inCluster((db, argv) => {
        const slot = integer(argv[2])
        if (slot < 0 || slot > LAST) throw INVALID_SLOT
        return keysIn(db, slot).length
      }),
    ),
    row(
      'CLUSTER|GETKEYSINSLOT',
      4,
      TELLS,
      '',
      inCluster((db, argv) => {
        const [slot, count] = [integer(argv[2]), integer(argv[3])]
        if (slot < 0 || slot > LAST || count < 0) throw INVALID_SLOT_OR_COUNT
        return keysIn(db, slot).slice(0, count)
      }),
    ),
    ...['REPLICAS', 'SLAVES'].map((name) => row(`CLUSTER|${name}`, 3, `admin ${TELLS}`, '', inCluster(ofUnknown))),
    change('FORGET', 3, ofUnknown),
    change('ADDSLOTS', -3, taken),
    change('ADDSLOTSRANGE', -4, taken),
    change('SAVECONFIG', 2, () => OK),
    change('MEET', -4, stays),
    row('CLUSTER|RESET', -2, 'admin noscript stale', '', inCluster(stays)),
    help('CLUSTER'),
  ]),
  free('ASKING', ''),
  free('READONLY', 'loading stale '),
  free('READWRITE', 'loading stale '),
]

/** It looks at every key, where Redis has a list of them: only tools ask, and every write would pay for one. */
function keysIn(db: Database, slot: number): ByteString[] {
  return db.keyspace.keys.filter((key) => slotOf(key) === slot && db.alive(key))
}

function ofUnknown(_db: Database, argv: Argv): never {
  throw new ReplyError(`ERR Unknown node ${argv[2]}`)
}

function stays(): never {
  throw ALONE
}

function taken(_db: Database, argv: Argv): never {
  for (const word of argv.slice(2)) {
    const slot = /^\d+$/.test(word) ? Number(word) : -1
    if (slot < 0 || slot > LAST) throw OUT_OF_RANGE
  }
  throw new ReplyError(`ERR Slot ${Number(argv[2])} is already busy`)
}

/** Commands that would leave the one database of a cluster. */
export function singleDatabase(table: CommandTable): Group[] {
  const guarded = (name: string, check: (argv: Argv, db: Database) => void): Group => {
    const known = table.get(name)!
    const handler: Handler = (db, argv, session) => {
      if (db.engine.slots !== null) check(argv, db)
      return known.handler(db, argv, session)
    }
    return { name: known.group, rows: [{ ...known, handler }] }
  }
  return [
    guarded('select', ([, index]) => {
      if (databaseIndex(index) !== 0) throw notAllowed('SELECT')
    }),
    guarded('move', () => {
      throw notAllowed('MOVE')
    }),
    guarded('swapdb', () => {
      throw notAllowed('SWAPDB')
    }),
    guarded('copy', (argv, db) => {
      const { DB = db } = readOptions(argv, 3, { REPLACE: () => true, DB: (index) => databaseAt(db, index) })
      if (DB !== db) throw NO_OTHER_DATABASE
    }),
  ]
}
