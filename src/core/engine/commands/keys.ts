// Keys whatever they hold: https://redis.io/docs/latest/commands/?group=generic
import type { ByteString } from '../../bytes.ts'
import { INT_MAX } from '../../numbers.ts'
import { OK, type Reply, ReplyError, Status } from '../../reply.ts'
import { cursor, flag, integerIn, readOptions } from '../arguments.ts'
import { type Argv, container, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { encodingOf } from '../encoding.ts'
import { DB_RANGE, NO_SUCH_KEY, NOT_INTEGER, notBetween, SAME_OBJECT } from '../errors.ts'
import { EVENT } from '../events.ts'
import { matches } from '../glob.ts'
import type { Session } from '../session.ts'
import { copyOf, nameOfType } from '../values.ts'
import { EX, EXAT, expireCondition, expireKey, expireTime, type ExpireUnit, persist, PX, PXAT } from './expire-options.ts'
import { help } from './help.ts'
import { SCAN_OPTIONS, USUAL_COUNT } from './scanning.ts'

const LFU_NOT_SELECTED = new ReplyError(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
)
const LFU_SELECTED = new ReplyError(
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
)
const SCAN_KEYS_OPTIONS = { ...SCAN_OPTIONS, TYPE: (name: ByteString) => name.toLowerCase() }
const NOT_AN_INT = notBetween(-INT_MAX - 1, INT_MAX)
/** What Redis counts for its shared objects. */
const SHARED_REFERENCES = INT_MAX

/**
 * Called when a command has come upon an expired key that it was not asked about: its DEL goes to the journal by itself, unless the
 * command is part of a transaction or a script.
 */
const apart = ({ mayBlock, engine }: Session): void => {
  if (mayBlock) engine.effects?.settle()
}

export const keys: Group = {
  name: 'generic',
  rows: [
    row('DEL', -2, 'write request_policy:multi_shard response_policy:agg_sum', '1..-1 RM delete', remove),
    row('UNLINK', -2, 'write fast request_policy:multi_shard response_policy:agg_sum', '1..-1 RM delete', remove),
    row('EXISTS', -2, 'readonly fast request_policy:multi_shard response_policy:agg_sum', '1..-1 RO', (db, argv) =>
      count(argv, (key) => db.lookAt(key) >= 0),
    ),
    row('TOUCH', -2, 'readonly fast request_policy:multi_shard response_policy:agg_sum', '1..-1 RO', (db, argv) => {
      const { eviction } = db.engine
      const { held } = eviction
      eviction.held = false // TOUCH marks keys as used even under CLIENT NO-TOUCH
      const touched = count(argv, (key) => db.read(key) !== undefined)
      eviction.held = held
      return touched
    }),

    row('TYPE', 2, 'readonly fast', '1 RO', (db, argv) => {
      const slot = db.lookAt(argv[1])
      return new Status(slot < 0 ? 'none' : nameOfType(db.keyspace.values[slot]))
    }),

    row('KEYS', 2, 'readonly @dangerous nondeterministic_output_order request_policy:all_shards', '', (db, argv) => {
      const pattern = argv[1]
      const all = pattern === '*'
      const alive = db.keyspace.keys.filter((key, slot) => (all || matches(pattern, key)) && db.alive(key, slot))
      // A hash all of whose fields have expired is gone too.
      return db.keyspace.nextExpiry > db.engine.now ? alive : alive.filter((key) => db.find(key) >= 0)
    }),

    row('SCAN', -2, 'readonly nondeterministic_output request_policy:special', '', (db, argv, session) => {
      const from = cursor(argv[1])
      const { MATCH, COUNT = USUAL_COUNT, TYPE } = readOptions(argv, 2, SCAN_KEYS_OPTIONS)
      const found: ByteString[] = []
      const next = db.keyspace.scan(from, COUNT, (slot) => found.push(db.keyspace.keys[slot]))
      const wanted = found.filter((key) => {
        if (MATCH !== undefined && !matches(MATCH, key)) return false
        const value = db.peek(key)
        if (value === undefined) apart(session)
        return value !== undefined && (TYPE === undefined || nameOfType(value).toLowerCase() === TYPE)
      })
      return [String(next), wanted]
    }),

    row('RANDOMKEY', 1, 'readonly nondeterministic_output request_policy:all_shards', '', (db, _argv, session) => {
      // An expired key is removed by looking it up; a new one is drawn then. A replica keeps it: as in Redis, it may be what is found.
      for (let tries = 1; db.keyspace.size > 0; tries++) {
        const key = db.keyspace.keys[Math.floor(db.engine.random() * db.keyspace.size)]
        if (db.find(key) >= 0 || (tries > 100 && db.keyspace.has(key))) return key
        apart(session)
      }
      return null
    }),

    row('RENAME', 3, 'write', '1 RW access delete, 2 OW update', (db, argv) => {
      if (db.find(argv[1]) < 0) throw NO_SUCH_KEY
      if (argv[1] !== argv[2]) rename(db, argv[1], argv[2])
      return OK
    }),

    row('RENAMENX', 3, 'write fast', '1 RW access delete, 2 OW insert', (db, argv) => {
      if (db.find(argv[1]) < 0) throw NO_SUCH_KEY
      if (argv[1] === argv[2] || db.find(argv[2]) >= 0) return 0
      rename(db, argv[1], argv[2])
      return 1
    }),

    row('COPY', -3, 'write denyoom', '1 RO access, 2 OW update', (db, argv) => {
      const [, source, destination] = argv
      const { REPLACE, DB: target = db } = readOptions(argv, 3, { REPLACE: flag, DB: (text) => databaseAt(db, text) })
      if (target === db && source === destination) throw SAME_OBJECT
      const value = db.read(source)
      if (value === undefined) return 0
      if (target.find(destination) >= 0 && !REPLACE) return 0
      const old = target.peek(destination)
      target.adopt(destination, copyOf(value), db.expiryOf(source))
      target.changed(destination, EVENT.generic, 'copy_to')
      target.overwritten(destination, old, value)
      return 1
    }),

    row('MOVE', 3, 'write fast', '1 RW access update', (db, argv) => {
      const [, key] = argv
      const target = databaseAt(db, argv[2])
      if (target === db) throw SAME_OBJECT
      const value = db.write(key)
      if (value === undefined || target.find(key) >= 0) return 0
      const expiry = db.expiryOf(key)
      db.delete(key)
      target.adopt(key, value, expiry)
      db.changed(key, EVENT.generic, 'move_from')
      target.changed(key, EVENT.generic, 'move_to', 0)
      return 1
    }),

    row('EXPIRE', -3, 'write fast', '1 RW update', (db, argv) => expire(db, argv, EX)),
    row('PEXPIRE', -3, 'write fast', '1 RW update', (db, argv) => expire(db, argv, PX)),
    row('EXPIREAT', -3, 'write fast', '1 RW update', (db, argv) => expire(db, argv, EXAT)),
    row('PEXPIREAT', -3, 'write fast', '1 RW update', (db, argv) => expire(db, argv, PXAT)),

    row('TTL', 2, 'readonly fast nondeterministic_output', '1 RO access', (db, argv) =>
      timeLeft(db, argv[1], (ms) => Math.floor((ms + 500) / 1000)),
    ),
    row('PTTL', 2, 'readonly fast nondeterministic_output', '1 RO access', (db, argv) => timeLeft(db, argv[1], (ms) => ms)),
    row('EXPIRETIME', 2, 'readonly fast', '1 RO access', (db, argv) => expiresAt(db, argv[1], (ms) => Math.floor((ms + 500) / 1000))),
    row('PEXPIRETIME', 2, 'readonly fast', '1 RO access', (db, argv) => expiresAt(db, argv[1], (ms) => ms)),

    row('PERSIST', 2, 'write fast', '1 RW update', (db, argv) => (persist(db, argv[1]) ? 1 : 0)),

    container('OBJECT', -2, '', [
      row('OBJECT|ENCODING', 3, 'readonly nondeterministic_output', '2 RO', (db, argv) => {
        const value = db.peek(argv[2])
        return value === undefined ? null : encodingOf(value, db.engine.config)
      }),
      row('OBJECT|REFCOUNT', 3, 'readonly nondeterministic_output', '2 RO', (db, argv) => {
        const value = db.peek(argv[2])
        // Redis shares the integers below 10000, unless each key's use is to be known.
        const shared = typeof value === 'number' && value >= 0 && value < 10_000 && !db.engine.eviction.ages
        return value === undefined ? null : shared ? SHARED_REFERENCES : 1
      }),
      row('OBJECT|IDLETIME', 3, 'readonly nondeterministic_output', '2 RO', (db, argv) => {
        const slot = db.find(argv[2])
        if (slot < 0) return null
        if (db.engine.eviction.lfu) throw LFU_SELECTED
        return db.engine.eviction.idle(db.keyspace, slot)
      }),
      row('OBJECT|FREQ', 3, 'readonly nondeterministic_output', '2 RO', (db, argv) => {
        const slot = db.find(argv[2])
        if (slot < 0) return null
        if (!db.engine.eviction.lfu) throw LFU_NOT_SELECTED
        return db.engine.eviction.frequency(db.keyspace, slot)
      }),
      help('OBJECT', '@keyspace'),
    ]),
  ],
}

function remove(db: Database, argv: Argv): Reply {
  return count(argv, (key) => {
    if (!db.delete(key)) return false
    db.changed(key, EVENT.generic, 'del')
    return true
  })
}

function count(argv: Argv, predicate: (key: ByteString) => boolean): number {
  let found = 0
  for (let i = 1; i < argv.length; i++) if (predicate(argv[i])) found++
  return found
}

/** The database of a number given as text. @throws DB index is out of range */
/** @throws ReplyError if it is none that C can hold; that it is there is not said */
export const databaseIndex = (text: ByteString): number => integerIn(text, -INT_MAX - 1, INT_MAX, NOT_AN_INT, NOT_INTEGER)

export function databaseAt(db: Database, text: ByteString): Database {
  const index = databaseIndex(text)
  if (index < 0 || index >= db.engine.config.number('databases')) throw DB_RANGE
  return db.engine.database(index)
}

function rename(db: Database, from: ByteString, to: ByteString): void {
  const value = db.write(from)!
  const expiry = db.expiryOf(from)
  const old = db.peek(to)
  db.delete(from)
  db.adopt(to, value, expiry)
  db.changed(from, EVENT.generic, 'rename_from', 0)
  db.changed(to, EVENT.generic, 'rename_to')
  db.overwritten(to, old, value)
}

function expire(db: Database, argv: Argv, unit: ExpireUnit): Reply {
  const [, key, time] = argv
  const condition = expireCondition(argv, 3)
  const at = expireTime(time, unit, db.engine.now, argv[0].toLowerCase())
  const current = db.expiryOf(key)
  if (current < 0 || !condition(current, at)) return 0
  expireKey(db, key, at)
  return 1
}

function timeLeft(db: Database, key: ByteString, unit: (milliseconds: number) => number): Reply {
  return expiresAt(db, key, (at) => unit(at - db.engine.now))
}

function expiresAt(db: Database, key: ByteString, unit: (milliseconds: number) => number): Reply {
  const slot = db.lookAt(key)
  const at = slot < 0 ? 0 : db.keyspace.expiry(slot)
  return slot < 0 ? -2 : at === 0 ? -1 : unit(at)
}
