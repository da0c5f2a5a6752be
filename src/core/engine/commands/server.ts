// The server as a whole: https://redis.io/docs/latest/commands/?group=server
import { STRING_OVERHEAD } from '../../bytes.ts'
import { INT_MAX } from '../../numbers.ts'
import { MapReply, NO_REPLY, OK, type Reply, ReplyError, Verbatim } from '../../reply.ts'
import { integer, integerIn, milliseconds, readOptions } from '../arguments.ts'
import { type Argv, container, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { DB_RANGE, NOT_INTEGER, SYNTAX } from '../errors.ts'
import { infoText } from '../info.ts'
import { sizeOfValue, SLOT } from '../memory.ts'
import { nameOf } from './connection.ts'
import { help } from './help.ts'

/** Database numbers are ints of C. */
const badDatabase = (which: string): ReplyError => new ReplyError(`ERR invalid ${which} DB index`)
const MONITOR_INSIDE = new ReplyError("ERR MONITOR isn't allowed for DENY BLOCKING client")
export const NO_CONFIG_FILE = new ReplyError('ERR The server is running without a config file')

const FLUSH_FLAGS = 'write @keyspace @dangerous request_policy:all_shards response_policy:all_succeeded'

export const server: Group = {
  name: 'server',
  rows: [
    row('DBSIZE', 1, 'readonly fast @keyspace request_policy:all_shards response_policy:agg_sum', '', (db) => db.keyspace.size),
    row('TIME', 1, 'loading stale fast nondeterministic_output', '', ({ engine }) => {
      const { micros } = engine
      return [String(Math.floor(micros / 1e6)), String(micros % 1e6)]
    }),

    row('FLUSHDB', -1, FLUSH_FLAGS, '', (db, argv) => {
      flush(db, [db], argv)
      return OK
    }),
    row('FLUSHALL', -1, FLUSH_FLAGS, '', (db, argv, session) => {
      const { engine } = db
      flush(db, engine.databases(), argv)
      const saved = engine.durability.flushed()
      return saved === null || !session.mayBlock ? OK : saved.then(() => OK)
    }),

    row('SWAPDB', 3, 'write fast @keyspace @dangerous', '', ({ engine }, argv) => {
      const count = engine.config.number('databases')
      const first = integerIn(argv[1], -INT_MAX - 1, INT_MAX, badDatabase('first'))
      const second = integerIn(argv[2], -INT_MAX - 1, INT_MAX, badDatabase('second'))
      if (Math.min(first, second) < 0 || Math.max(first, second) >= count) throw DB_RANGE
      swap(engine.database(first), engine.database(second))
      engine.dirty++
      return OK
    }),

    row(
      'INFO',
      -1,
      'loading stale @dangerous nondeterministic_output request_policy:all_shards response_policy:special',
      '',
      (db, argv) => new Verbatim(infoText(db.engine, argv.slice(1))),
    ),

    container('CONFIG', -2, '', [
      row('CONFIG|GET', -3, 'admin noscript loading stale', '', (db, argv) => new MapReply(db.engine.config.match(argv.slice(2)))),
      row(
        'CONFIG|SET',
        -4,
        'admin noscript loading stale request_policy:all_nodes response_policy:all_succeeded',
        '',
        (db, argv, session) => {
          if (argv.length % 2 !== 0) throw SYNTAX
          const pairs: [string, string][] = []
          for (let i = 2; i < argv.length; i += 2) pairs.push([argv[i], argv[i + 1]])
          db.engine.config.set(pairs)
          const { turning } = db.engine.durability
          return turning === null || !session.mayBlock ? OK : turning.then((error) => error ?? OK)
        },
      ),
      row('CONFIG|RESETSTAT', 2, 'admin noscript loading stale', '', (db) => {
        db.engine.stats.reset()
        return OK
      }),
      row('CONFIG|REWRITE', 2, 'admin noscript loading stale', '', () => {
        throw NO_CONFIG_FILE
      }),
      help('CONFIG'),
    ]),

    container('MEMORY', -2, '', [
      row('MEMORY|USAGE', -3, 'readonly', '2 RO', (db, argv) => {
        readOptions(argv, 3, { SAMPLES: (text) => integerIn(text, 0, Infinity, SYNTAX, NOT_INTEGER) }) // nothing is sampled
        const value = db.peek(argv[2])
        return value === undefined ? null : SLOT + STRING_OVERHEAD + argv[2].length + sizeOfValue(value)
      }),
      help('MEMORY'),
    ]),

    row('MONITOR', 1, 'admin noscript loading stale', '', ({ engine }, _argv, session) => {
      if (!session.mayBlock) throw MONITOR_INSIDE
      if (engine.monitors.has(session)) return NO_REPLY
      engine.monitors.add(session)
      session.restrict()
      return OK
    }),
    row('ROLE', 1, 'noscript loading stale fast @admin @dangerous', '', () => ['master', 0, []]),
    row('WAIT', 3, 'noscript @connection request_policy:all_shards response_policy:agg_min', '', (_db, argv): Reply => {
      integer(argv[1])
      milliseconds(argv[2])
      return 0 // there are no replicas
    }),
    container('ACL', -2, '', [row('ACL|WHOAMI', 2, 'noscript loading stale', '', (_db, _argv, session) => nameOf(session)), help('ACL')]),
  ],
}

function flush(db: Database, flushed: readonly Database[], argv: Argv): void {
  const { engine } = db
  // ASYNC and SYNC are accepted; a flush takes no time either way.
  if (argv.length > 2 || !/^a?sync$/i.test(argv[1] ?? 'SYNC')) throw SYNTAX
  const { dirty } = engine
  for (const each of flushed) engine.dirty += each.flush()
  engine.expiry.restart()
  // As in Redis, a flush is written to the journal even if there was nothing to remove.
  if (engine.dirty === dirty) engine.effects?.wrote(db, argv)
}

function swap(a: Database, b: Database): void {
  if (a === b) return
  const keyspace = a.keyspace
  a.replace(b.keyspace)
  b.replace(keyspace)
}
