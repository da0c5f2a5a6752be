// Lists, blocking commands among them: https://redis.io/docs/latest/commands/?group=list
import type { ByteString } from '../../bytes.ts'
import { NULL_ARRAY, OK, type Reply, ReplyError } from '../../reply.ts'
import { clampRange, integer, integerIn, positive, readOptions, timeout } from '../arguments.ts'
import { type Argv, type Group, type Handler, type Result, row } from '../command.ts'
import type { Database } from '../database.ts'
import { INDEX_RANGE, NO_SUCH_KEY, SYNTAX, wrongArity } from '../errors.ts'
import { EVENT } from '../events.ts'
import type { Session } from '../session.ts'
import type { List } from '../values.ts'
import { blockingPop, multiPop } from './popping.ts'

const ZERO_RANK = new ReplyError(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
)
const NEGATIVE_COUNT = new ReplyError("ERR COUNT can't be negative")
const NEGATIVE_MAXLEN = new ReplyError("ERR MAXLEN can't be negative")

/** An end of a list: LEFT or RIGHT. */
type End = 'l' | 'r'

export const lists: Group = {
  name: 'list',
  rows: [
    row('LPUSH', -3, 'write denyoom fast', '1 RW insert', (db, argv) => push(db, argv, 'l')),
    row('RPUSH', -3, 'write denyoom fast', '1 RW insert', (db, argv) => push(db, argv, 'r')),
    row('LPUSHX', -3, 'write denyoom fast', '1 RW insert', (db, argv) => (db.list.write(argv[1]) ? push(db, argv, 'l') : 0)),
    row('RPUSHX', -3, 'write denyoom fast', '1 RW insert', (db, argv) => (db.list.write(argv[1]) ? push(db, argv, 'r') : 0)),
    row('LPOP', -2, 'write fast', '1 RW access delete', (db, argv) => pop(db, argv, 'l')),
    row('RPOP', -2, 'write fast', '1 RW access delete', (db, argv) => pop(db, argv, 'r')),
    row('LLEN', 2, 'readonly fast', '1 RO', (db, argv) => db.list.read(argv[1])?.size ?? 0),

    row('LINDEX', 3, 'readonly', '1 RO access', (db, argv) => {
      const list = db.list.read(argv[1])
      if (list === undefined) return null
      const index = integer(argv[2])
      return list.get(index < 0 ? index + list.size : index) ?? null
    }),

    row('LSET', 4, 'write denyoom', '1 RW update', (db, argv) => {
      const [, key, , element] = argv
      const list = db.list.write(key)
      if (list === undefined) throw NO_SUCH_KEY
      const given = integer(argv[2])
      const index = given < 0 ? given + list.size : given
      if (index < 0 || index >= list.size) throw INDEX_RANGE
      list.set(index, element)
      db.changed(key, EVENT.list, 'lset')
      return OK
    }),

    row('LINSERT', 5, 'write denyoom', '1 RW insert', (db, argv) => {
      const [, key, , pivot, element] = argv
      const where = argv[2].toUpperCase()
      if (where !== 'BEFORE' && where !== 'AFTER') throw SYNTAX
      const list = db.list.write(key)
      if (list === undefined) return 0
      const at = indexOf(list, pivot)
      if (at < 0) return -1
      list.insert(where === 'BEFORE' ? at : at + 1, element)
      db.changed(key, EVENT.list, 'linsert')
      return list.size
    }),

    row('LRANGE', 4, 'readonly', '1 RO access', (db, argv) => {
      const start = integer(argv[2])
      const stop = integer(argv[3])
      const list = db.list.read(argv[1])
      const range = list && clampRange(start, stop, list.size)
      return range ? list.slice(range.start, range.stop) : []
    }),

    row('LTRIM', 4, 'write', '1 RW delete', (db, argv) => {
      const [, key] = argv
      const start = integer(argv[2])
      const stop = integer(argv[3])
      const list = db.list.write(key)
      if (list === undefined) return OK
      const before = list.size
      const range = clampRange(start, stop, before)
      if (range === null) list.trim(before, before - 1)
      else list.trim(range.start, range.stop)
      db.shrunk(key, list, EVENT.list, 'ltrim', before - list.size)
      return OK
    }),

    row('LREM', 4, 'write', '1 RW delete', (db, argv) => {
      const [, key, , element] = argv
      const count = integer(argv[2])
      const list = db.list.write(key)
      if (list === undefined) return 0
      const removed = list.remove(element, Math.abs(count) || Infinity, count < 0)
      if (removed > 0) db.shrunk(key, list, EVENT.list, 'lrem', removed)
      return removed
    }),

    row('LPOS', -3, 'readonly', '1 RO access', lpos),

    row('LMOVE', 5, 'write denyoom', '1 RW access delete, 2 RW insert', (db, argv) => {
      const [from, to] = [endArgument(argv[3]), endArgument(argv[4])]
      return move(db, argv[1], argv[2], from, to) ?? null
    }),
    row('RPOPLPUSH', 3, 'write denyoom', '1 RW access delete, 2 RW insert', (db, argv) => move(db, argv[1], argv[2], 'r', 'l') ?? null),

    row('LMPOP', -4, 'write', '#1 RW access delete', multiPop('list', 1, endArgument, popSome)),
    row('BLMPOP', -5, 'write blocking', '#2 RW access delete', multiPop('list', 2, endArgument, popSome)),
    row('BLPOP', -3, 'write noscript blocking', '1..-2 RW access delete', popOrWait('l')),
    row('BRPOP', -3, 'write noscript blocking', '1..-2 RW access delete', popOrWait('r')),

    row('BLMOVE', 6, 'write denyoom noscript blocking', '1 RW access delete, 2 RW insert', (db, argv, session) => {
      const [from, to] = [endArgument(argv[3]), endArgument(argv[4])]
      return blockingMove(db, argv, session, from, to)
    }),
    row('BRPOPLPUSH', 4, 'write denyoom noscript blocking', '1 RW access delete, 2 RW insert', (db, argv, session) =>
      blockingMove(db, argv, session, 'r', 'l'),
    ),
  ],
}

function push(db: Database, argv: Argv, end: End): Reply {
  const key = argv[1]
  const list = db.list.orCreate(key)
  for (let i = 2; i < argv.length; i++) pushTo(list, end, argv[i])
  db.changed(key, EVENT.list, `${end}push`, argv.length - 2)
  return list.size
}

function pop(db: Database, argv: Argv, end: End): Reply {
  if (argv.length > 3) throw wrongArity(argv[0].toLowerCase())
  const counted = argv.length === 3
  const count = counted ? positive(argv[2]) : 1
  const list = db.list.write(argv[1])
  if (list === undefined) return counted ? NULL_ARRAY : null
  if (!counted) return take(db, argv[1], list, end)
  return takeMany(db, argv[1], list, end, count)
}

function pushTo(list: List, end: End, element: ByteString): void {
  if (end === 'l') list.unshift(element)
  else list.push(element)
}

/** Pops one element of a list that has some. */
function popFrom(list: List, end: End): ByteString {
  return (end === 'l' ? list.shift() : list.pop())!
}

function take(db: Database, key: ByteString, list: List, end: End): ByteString {
  const element = popFrom(list, end)
  db.shrunk(key, list, EVENT.list, `${end}pop`)
  return element
}

function takeMany(db: Database, key: ByteString, list: List, end: End, count: number): ByteString[] {
  const taken: ByteString[] = []
  while (taken.length < count && list.size > 0) taken.push(popFrom(list, end))
  if (taken.length > 0) db.shrunk(key, list, EVENT.list, `${end}pop`, taken.length)
  return taken
}

function indexOf(list: List, element: ByteString): number {
  let found = -1
  list.walk(0, false, (each, index) => {
    if (each !== element) return true
    found = index
    return false
  })
  return found
}

function endArgument(text: ByteString): End {
  const word = text.toUpperCase()
  if (word !== 'LEFT' && word !== 'RIGHT') throw SYNTAX
  return word === 'LEFT' ? 'l' : 'r'
}

/** @returns undefined if there is nothing to move */
function move(db: Database, source: ByteString, destination: ByteString, from: End, to: End): Reply | undefined {
  const list = db.list.write(source)
  if (list === undefined) return undefined
  // Throws if the destination has another type, before anything moves.
  db.list.write(destination)
  const element = popFrom(list, from)
  const target = destination === source ? list : db.list.orCreate(destination)
  pushTo(target, to, element)
  db.changed(destination, EVENT.list, `${to}push`, 0)
  db.shrunk(source, list, EVENT.list, `${from}pop`)
  return element
}

function popOrWait(end: End): Handler {
  return blockingPop('list', (db, key) => {
    const list = db.list.write(key)
    return list && [key, take(db, key, list, end)]
  })
}

function popSome(db: Database, key: ByteString, end: End, count: number): Reply | undefined {
  const list = db.list.write(key)
  return list && [key, takeMany(db, key, list, end, count)]
}

function blockingMove(db: Database, argv: Argv, session: Session, from: End, to: End): Result {
  return session.block(argv, {
    keys: [argv[1]],
    type: 'list',
    timeout: timeout(argv[argv.length - 1]),
    onTimeout: NULL_ARRAY,
    onDenied: null,
    attempt: (key) => move(db, key, argv[2], from, to),
  })
}

const LPOS_OPTIONS = {
  RANK(text: ByteString): number {
    const rank = integer(text)
    if (rank === 0) throw ZERO_RANK
    return rank
  },
  COUNT: (text: ByteString) => integerIn(text, 0, Infinity, NEGATIVE_COUNT),
  MAXLEN: (text: ByteString) => integerIn(text, 0, Infinity, NEGATIVE_MAXLEN),
}

function lpos(db: Database, argv: Argv): Reply {
  const [, key, element] = argv
  const { RANK: rank = 1, COUNT: count, MAXLEN: maxlen } = readOptions(argv, 3, LPOS_OPTIONS)
  const list = db.list.read(key)
  const found: number[] = []
  let skip = Math.abs(rank) - 1
  let compared = 0
  const most = count === undefined ? 1 : count || Infinity
  list?.walk(rank < 0 ? list.size - 1 : 0, rank < 0, (each, index) => {
    if (each === element && skip-- <= 0) found.push(index)
    return found.length < most && ++compared !== maxlen
  })
  return count === undefined ? (found[0] ?? null) : found
}
