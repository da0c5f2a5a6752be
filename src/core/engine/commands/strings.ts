// Strings, and what of them came with 8.4: https://redis.io/docs/latest/commands/?group=string
import type { ByteString } from '../../bytes.ts'
import { MapReply, OK, type Reply, ReplyError } from '../../reply.ts'
import { flag, int64, integer, integerIn, readOptions } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import {
  DECREMENT_OVERFLOW,
  NAN_OR_INFINITY,
  NOT_FLOAT,
  NOT_INTEGER,
  OFFSET_RANGE,
  OVERFLOW,
  STRING_TOO_LONG,
  SYNTAX,
  wrongArity,
} from '../errors.ts'
import { EVENT } from '../events.ts'
import { addLongDouble, formatLongDouble, parseLongDouble } from '../long-double.ts'
import { addInt64, INT_MAX, type Int64, parseInt64 } from '../../numbers.ts'
import { encodeString, lengthOf, Raw, sliceOf, type StringValue, textOf } from '../values.ts'
import { xxh3 } from '../xxh3.ts'
import { EX, EXPIRE_UNITS, expireKey, type ExpireUnit, persist, positiveExpireTime, PX } from './expire-options.ts'

const NO_STRING_TO_COMPARE = new ReplyError('ERR Key should be of string type if conditions are specified')
const INVALID_CONDITION = new ReplyError('ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE')
const DIGEST_LENGTH = new ReplyError('ERR must be exactly 16 hexadecimal characters')
const INVALID_NUMKEYS = new ReplyError('ERR invalid numkeys value')
const PAIRS_MISSING = new ReplyError('ERR wrong number of key-value pairs')

export const strings: Group = {
  name: 'string',
  rows: [
    row('GET', 2, 'readonly fast', '1 RO access', (db, argv) => {
      const value = db.string.read(argv[1])
      return value === undefined ? null : textOf(value)
    }),

    row('SET', -3, 'write denyoom', '1 RW access update variable_flags', (db, argv) => {
      if (argv.length === 3) {
        set(db, argv[1], argv[2])
        return OK
      }
      const options = setOptions(argv, 3, 'SET')
      const key = argv[1]
      const at = options.unit === null ? 0 : positiveExpireTime(options.expire, options.unit, db.engine.now, 'set')
      const old = options.get ? reply(db.string.read(key)) : null
      if (options.when !== '' && !conditionMet(db, key, options)) return old
      set(db, key, argv[2], at, options.keep)
      return options.get ? old : OK
    }),

    row('SETNX', 3, 'write denyoom fast', '1 OW insert', (db, argv) => {
      if (db.find(argv[1]) >= 0) return 0
      set(db, argv[1], argv[2])
      return 1
    }),

    row('SETEX', 4, 'write denyoom', '1 OW update', (db, argv) => setWithExpiry(db, argv, EX)),
    row('PSETEX', 4, 'write denyoom', '1 OW update', (db, argv) => setWithExpiry(db, argv, PX)),

    row('GETSET', 3, 'write denyoom fast', '1 RW access update', (db, argv) => {
      const old = reply(db.string.read(argv[1]))
      set(db, argv[1], argv[2])
      return old
    }),

    row('GETDEL', 2, 'write fast', '1 RW access delete', (db, argv) => {
      const old = db.string.read(argv[1])
      if (old === undefined) return null
      db.delete(argv[1])
      db.changed(argv[1], EVENT.generic, 'del')
      return textOf(old)
    }),

    row('GETEX', -2, 'write fast', '1 RW access update', (db, argv) => {
      const { unit, expire, keep } = setOptions(argv, 2, 'GETEX')
      const key = argv[1]
      const value = db.string.read(key)
      if (value === undefined) return null
      if (unit !== null) expireKey(db, key, positiveExpireTime(expire, unit, db.engine.now, 'getex'))
      else if (keep) persist(db, key)
      return textOf(value)
    }),

    row('MGET', -2, 'readonly fast request_policy:multi_shard', '1..-1 RO access', (db, argv) =>
      argv.slice(1).map((key) => {
        const value = db.read(key)
        return typeof value === 'object' && value.type !== 'string' ? null : reply(value)
      }),
    ),

    row('MSET', -3, 'write denyoom request_policy:multi_shard response_policy:all_succeeded', '1..-1/2 OW update', (db, argv) => {
      if (argv.length % 2 === 0) throw wrongArity('mset')
      for (let i = 1; i < argv.length; i += 2) set(db, argv[i], argv[i + 1])
      return OK
    }),

    row('MSETNX', -3, 'write denyoom request_policy:multi_shard response_policy:agg_min', '1..-1/2 OW insert', (db, argv) => {
      if (argv.length % 2 === 0) throw wrongArity('msetnx')
      for (let i = 1; i < argv.length; i += 2) if (db.find(argv[i]) >= 0) return 0
      for (let i = 1; i < argv.length; i += 2) set(db, argv[i], argv[i + 1])
      return 1
    }),

    row('MSETEX', -4, 'write denyoom request_policy:multi_shard response_policy:all_succeeded', '#1/2 OW update', (db, argv) => {
      const { pairs, options } = msetexArguments(argv)
      const at = options.unit === null ? 0 : positiveExpireTime(options.expire, options.unit, db.engine.now, 'msetex')
      for (let i = 0; i < pairs.length; i += 2) if (options.when !== '' && !conditionMet(db, pairs[i], options)) return 0
      for (let i = 0; i < pairs.length; i += 2) {
        db.store(pairs[i], encodeString(pairs[i + 1]), options.keep)
        if (at !== 0) {
          db.setExpiry(pairs[i], at)
          db.notify(EVENT.generic, 'expire', pairs[i]) // before the other event, which SET has first
        }
        db.changed(pairs[i], EVENT.string, 'set')
      }
      return 1
    }),

    row('DELEX', -2, 'write fast', '1 RW delete', (db, argv) => {
      const [, key, condition, match] = argv
      if (argv.length !== 2 && argv.length !== 4) throw wrongArity('delex')
      const value = condition === undefined ? db.peek(key) : db.read(key)
      if (value === undefined) return 0
      if (condition !== undefined) {
        const when = condition.toUpperCase()
        if (typeof value === 'object' && value.type !== 'string') throw NO_STRING_TO_COMPARE
        if (!COMPARISON.test(when)) throw INVALID_CONDITION
        if (!compare(value, when, match)) return 0
      }
      db.delete(key)
      db.changed(key, EVENT.generic, 'del')
      return 1
    }),

    row('DIGEST', 2, 'readonly fast', '1 RO access', (db, argv) => {
      const value = db.string.read(argv[1])
      return value === undefined ? null : xxh3(textOf(value))
    }),

    row('APPEND', 3, 'write denyoom fast', '1 RW insert', (db, argv) => {
      const [, key, suffix] = argv
      const old = db.string.write(key)
      if (old === undefined) db.insert(key, encodeString(suffix))
      else checkLength(db, lengthOf(old) + suffix.length)
      const length = old === undefined ? suffix.length : write(db, key, old, lengthOf(old), suffix)
      db.changed(key, EVENT.string, 'append')
      return length
    }),

    row('STRLEN', 2, 'readonly fast', '1 RO', (db, argv) => {
      const value = db.string.read(argv[1])
      return value === undefined ? 0 : lengthOf(value)
    }),

    row('SETRANGE', 4, 'write denyoom', '1 RW update', (db, argv) => {
      const [, key, , bytes] = argv
      const offset = integer(argv[2])
      if (offset < 0) throw OFFSET_RANGE
      const old = db.string.write(key)
      if (bytes === '') return old === undefined ? 0 : lengthOf(old)
      checkLength(db, offset + bytes.length)
      if (old === undefined) db.insert(key, '')
      const length = write(db, key, old ?? '', offset, bytes)
      db.changed(key, EVENT.string, 'setrange')
      return length
    }),

    row('GETRANGE', 4, 'readonly', '1 RO access', getRange),
    row('SUBSTR', 4, 'readonly', '1 RO access', getRange),

    row('INCR', 2, 'write denyoom fast', '1 RW access update', (db, argv) => increment(db, argv[1], 1)),
    row('DECR', 2, 'write denyoom fast', '1 RW access update', (db, argv) => increment(db, argv[1], -1)),
    row('INCRBY', 3, 'write denyoom fast', '1 RW access update', (db, argv) => increment(db, argv[1], int64(argv[2]))),
    row('DECRBY', 3, 'write denyoom fast', '1 RW access update', (db, argv) => {
      const negated = addInt64(0, -int64(argv[2]))
      if (negated === undefined) throw DECREMENT_OVERFLOW
      return increment(db, argv[1], negated)
    }),

    row('INCRBYFLOAT', 3, 'write denyoom fast', '1 RW access update', (db, argv) => {
      const [, key] = argv
      const old = db.string.write(key)
      const value = addFloats(old === undefined ? '0' : textOf(old), argv[2], NOT_FLOAT)
      // Stored as text even if it is an integer: OBJECT ENCODING shows the difference in Redis.
      become(db, key, old, value)
      db.changed(key, EVENT.string, 'incrbyfloat')
      return value
    }),

    row('LCS', -3, 'readonly', '1..2 RO access', lcs),
  ],
}

const reply = (value: StringValue | undefined): ByteString | null => (value === undefined ? null : textOf(value))

function set(db: Database, key: ByteString, text: ByteString, at = 0, keepTtl = false): void {
  db.store(key, encodeString(text), keepTtl)
  if (at !== 0) db.setExpiry(key, at)
  db.changed(key, EVENT.string, 'set')
  if (at !== 0) db.notify(EVENT.generic, 'expire', key)
}

function setWithExpiry(db: Database, argv: Argv, unit: ExpireUnit): Reply {
  const at = positiveExpireTime(argv[2], unit, db.engine.now, argv[0].toLowerCase())
  set(db, argv[1], argv[3], at)
  return OK
}

interface SetOptions {
  /** NX, XX, IFEQ, IFNE, IFDEQ, IFDNE or nothing. */
  when: string
  /** What IFEQ and its like compare with. */
  match: ByteString
  get: boolean
  /** KEEPTTL of SET, PERSIST of GETEX: neither goes with an expiry. */
  keep: boolean
  unit: ExpireUnit | null
  expire: ByteString
}

/** The options of a command, from a position on. */
export function setOptions(argv: Argv, from: number, of: 'SET' | 'GETEX' | 'MSETEX'): SetOptions {
  const options: SetOptions = { when: '', match: '', get: false, keep: false, unit: null, expire: '' }
  const keep = of === 'GETEX' ? 'PERSIST' : 'KEEPTTL'
  for (let i = from; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const unit = EXPIRE_UNITS[word]
    const more = i + 1 < argv.length
    const compares = of === 'SET' && more && COMPARISON.test(word)
    if (word === keep && options.unit === null) options.keep = true
    else if (compares || ((word === 'NX' || word === 'XX') && of !== 'GETEX')) {
      if (options.when !== '' && options.when !== word) throw SYNTAX
      options.when = word
      if (compares) options.match = argv[++i]
    } else if (word === 'GET' && of === 'SET') options.get = true
    else if (unit !== undefined && (options.unit ?? unit) === unit && !options.keep && more) {
      options.unit = unit
      options.expire = argv[++i]
    } else throw SYNTAX
  }
  return options
}

/** `numkeys key value ...` of MSETEX, and its options. */
export function msetexArguments(argv: Argv): { pairs: Argv; options: SetOptions } {
  const end = 2 + 2 * integerIn(argv[1], 1, INT_MAX, INVALID_NUMKEYS)
  if (end > argv.length) throw PAIRS_MISSING
  return { pairs: argv.slice(2, end), options: setOptions(argv, end, 'MSETEX') }
}

const COMPARISON = /^IFD?(?:EQ|NE)$/

/** @throws WRONGTYPE if there is no string to compare with */
function conditionMet(db: Database, key: ByteString, { when, match }: SetOptions): boolean {
  const exists = db.find(key) >= 0
  if (when === 'NX' || when === 'XX') return exists === (when === 'XX')
  return exists ? compare(db.string.read(key)!, when, match) : when.endsWith('NE')
}

/** Whether a string is, or is not, a text, or has the digest. */
function compare(value: StringValue, when: string, match: ByteString): boolean {
  const text = textOf(value)
  const byDigest = when[2] === 'D'
  if (byDigest && match.length !== 16) throw DIGEST_LENGTH
  return (byDigest ? xxh3(text) === match.toLowerCase() : text === match) === when.endsWith('EQ')
}

/** @throws string exceeds maximum allowed size */
function checkLength(db: Database, length: number): void {
  if (length > db.engine.config.number('proto-max-bulk-len') || length > MAX_STRING) throw STRING_TOO_LONG
}
/** V8's longest string, 24 bytes less than Redis's 512 MB. */
const MAX_STRING = 2 ** 29 - 24

/** Writes bytes into a string at an offset. @returns the new length */
function write(db: Database, key: ByteString, old: StringValue, offset: number, bytes: ByteString): number {
  const raw = toRaw(db, key, old)
  raw.write(offset, bytes)
  return raw.length
}

/** The value of a key as bytes that can be changed in place; the key must be there. */
export function toRaw(db: Database, key: ByteString, value: StringValue): Raw {
  // A running save may still hold this Raw: then the change goes to a copy.
  if (value instanceof Raw && value.shared === 0) return value
  const raw = value instanceof Raw ? value.copy() : new Raw(textOf(value))
  db.keyspace.setAt(db.keyspace.find(key), raw)
  return raw
}

function getRange(db: Database, argv: Argv): Reply {
  const start = integer(argv[2])
  const end = integer(argv[3])
  const value = db.string.read(argv[1])
  if (value === undefined || (start < 0 && end < 0 && start > end)) return ''
  const length = lengthOf(value)
  const from = Math.max(start < 0 ? start + length : start, 0)
  const to = Math.max(end < 0 ? end + length : end, 0)
  return sliceOf(value, from, to + 1)
}

function increment(db: Database, key: ByteString, by: Int64): Reply {
  const value = db.string.write(key)
  const old = value === undefined ? 0 : typeof value === 'number' ? value : parseInt64(textOf(value))
  if (old === undefined) throw NOT_INTEGER
  const sum = addInt64(old, by)
  if (sum === undefined) throw OVERFLOW
  const stored = typeof sum === 'number' ? sum : String(sum)
  become(db, key, value, stored)
  db.changed(key, EVENT.string, 'incrby')
  return sum
}

/** Stores the result of an increment. The key keeps its expiry, and does not count as overwritten. */
function become(db: Database, key: ByteString, old: StringValue | undefined, value: StringValue): void {
  if (old === undefined) db.insert(key, value)
  else db.keyspace.setAt(db.keyspace.find(key), value)
}

/** The sum of two numbers as INCRBYFLOAT computes it. @param error if the first is no number */
export function addFloats(text: ByteString, by: ByteString, error: ReplyError): ByteString {
  const old = parseLongDouble(text)
  if (old === undefined) throw error
  const increment = parseLongDouble(by)
  if (increment === undefined) throw NOT_FLOAT
  const sum = addLongDouble(old, increment)
  if (sum === undefined) throw NAN_OR_INFINITY
  return formatLongDouble(sum)
}

function lcs(db: Database, argv: Argv): Reply {
  // Both are looked up, and missed, before either is refused.
  const [a, b] = [db.read(argv[1]), db.read(argv[2])].map((value) => {
    if (typeof value === 'object' && value.type !== 'string') throw new ReplyError('ERR The specified keys must contain string values')
    return value === undefined ? '' : textOf(value)
  })
  const {
    LEN,
    IDX,
    WITHMATCHLEN,
    MINMATCHLEN = 0,
  } = readOptions(argv, 3, { LEN: flag, IDX: flag, WITHMATCHLEN: flag, MINMATCHLEN: (text) => integer(text) })
  if (LEN && IDX) throw new ReplyError('ERR If you want both the length and indexes, please just use IDX.')
  if ((a.length + 1) * (b.length + 1) * 4 > db.engine.config.number('proto-max-bulk-len')) {
    throw new ReplyError('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len')
  }
  const lengths = lcsLengths(a, b)
  const total = lengths[lengths.length - 1]
  if (LEN) return total
  const { text, matches } = lcsTrace(a, b, lengths)
  if (!IDX) return text
  const shown = matches.filter(({ length }) => length >= MINMATCHLEN)
  return new MapReply([
    'matches',
    shown.map(({ startA, startB, length }): Reply => {
      const match: Reply[] = [[startA, startA + length - 1], [startB, startB + length - 1]] // prettier-ignore
      return WITHMATCHLEN ? [...match, length] : match
    }),
    'len',
    total,
  ])
}

/** Row by row, the length of the longest common subsequence of every two prefixes. */
function lcsLengths(a: ByteString, b: ByteString): Uint32Array {
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  for (let i = 1; i <= a.length; i++) {
    const code = a.charCodeAt(i - 1)
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j
      lengths[at] = code === b.charCodeAt(j - 1) ? lengths[at - width - 1] + 1 : Math.max(lengths[at - 1], lengths[at - width])
    }
  }
  return lengths
}

interface Match {
  startA: number
  startB: number
  length: number
}

/** Walks back from the end, as Redis does: its matches come last first. */
function lcsTrace(a: ByteString, b: ByteString, lengths: Uint32Array): { text: ByteString; matches: Match[] } {
  const width = b.length + 1
  const matches: Match[] = []
  let text = ''
  let current: Match | null = null
  for (let i = a.length, j = b.length; i > 0 && j > 0;) {
    if (a[i - 1] === b[j - 1]) {
      text = a[i - 1] + text
      i--
      j--
      if (current !== null && current.startA === i + 1 && current.startB === j + 1) {
        current.startA = i
        current.startB = j
        current.length++
      } else {
        current = { startA: i, startB: j, length: 1 }
        matches.push(current)
      }
    } else if (lengths[(i - 1) * width + j] > lengths[i * width + j - 1]) i--
    else j--
  }
  return { text, matches }
}
