// Sorted sets, blocking commands among them: https://redis.io/docs/latest/commands/?group=sorted-set
import type { ByteString } from '../../bytes.ts'
import { Double, NULL_ARRAY, Pairs, type Reply, ReplyError } from '../../reply.ts'
import { cursor, double, positive, readOptions } from '../arguments.ts'
import { type Argv, type Group, type Handler, row } from '../command.ts'
import type { Database } from '../database.ts'
import { encodingOf } from '../encoding.ts'
import { SCORE_NAN, SYNTAX, wrongArity } from '../errors.ts'
import { EVENT } from '../events.ts'
import { formatDouble } from '../../numbers.ts'
import type { SortedSet } from '../values.ts'
import { blockingPop, multiPop } from './popping.ts'
import { randomEntries } from './random.ts'
import { SCAN_OPTIONS, scanTable } from './scanning.ts'
import { lexRange, type Range, rangeReply, rankRange, scoreRange, zrange, zrangestore } from './sorted-set-ranges.ts'

const NX_XX = new ReplyError('ERR XX and NX options at the same time are not compatible')
const GT_LT_NX = new ReplyError('ERR GT, LT, and/or NX options at the same time are not compatible')
const INCR_PAIRS = new ReplyError('ERR INCR option supports a single increment-element pair')

/** The end a pop takes from. */
type End = 'min' | 'max'

export const sortedSets: Group = {
  name: 'sorted-set',
  rows: [
    row('ZADD', -4, 'write denyoom fast', '1 RW update', zadd),
    row('ZINCRBY', 4, 'write denyoom fast', '1 RW access update', (db, argv) => {
      const by = double(argv[2])
      return addAll(db, argv[1], [{ score: by, member: argv[3] }], { ...NO_CONDITIONS, incr: true })
    }),

    row('ZREM', -3, 'write fast', '1 RW delete', (db, argv) => {
      const [, key] = argv
      const zset = db.zset.write(key)
      if (zset === undefined) return 0
      let removed = 0
      for (let i = 2; i < argv.length; i++) if (zset.delete(argv[i])) removed++
      if (removed > 0) db.shrunk(key, zset, EVENT.zset, 'zrem', removed)
      return removed
    }),

    row('ZCARD', 2, 'readonly fast', '1 RO', (db, argv) => db.zset.read(argv[1])?.size ?? 0),
    row('ZSCORE', 3, 'readonly fast', '1 RO access', (db, argv) => score(db.zset.read(argv[1]), argv[2])),
    row('ZMSCORE', -3, 'readonly fast', '1 RO access', (db, argv) => {
      const zset = db.zset.read(argv[1])
      return argv.slice(2).map((member) => score(zset, member))
    }),

    row('ZRANK', -3, 'readonly fast', '1 RO access', (db, argv) => rank(db, argv, false)),
    row('ZREVRANK', -3, 'readonly fast', '1 RO access', (db, argv) => rank(db, argv, true)),

    row('ZCOUNT', 4, 'readonly fast', '1 RO access', (db, argv) => countRange(db, argv, scoreRange(argv[2], argv[3]))),
    row('ZLEXCOUNT', 4, 'readonly fast', '1 RO access', (db, argv) => countRange(db, argv, lexRange(argv[2], argv[3]))),

    row('ZRANGE', -4, 'readonly', '1 RO access', (db, argv) => zrange(db, argv, {})),
    row('ZREVRANGE', -4, 'readonly', '1 RO access', (db, argv) => zrange(db, argv, { by: 'rank', reverse: true })),
    row('ZRANGEBYSCORE', -4, 'readonly', '1 RO access', (db, argv) => zrange(db, argv, { by: 'score', reverse: false })),
    row('ZREVRANGEBYSCORE', -4, 'readonly', '1 RO access', (db, argv) => zrange(db, argv, { by: 'score', reverse: true })),
    row('ZRANGEBYLEX', -4, 'readonly', '1 RO access', (db, argv) => zrange(db, argv, { by: 'lex', reverse: false })),
    row('ZREVRANGEBYLEX', -4, 'readonly', '1 RO access', (db, argv) => zrange(db, argv, { by: 'lex', reverse: true })),
    row('ZRANGESTORE', -5, 'write denyoom', '1 OW update, 2 RO access', zrangestore),

    row('ZREMRANGEBYRANK', 4, 'write', '1 RW delete', (db, argv) => removeRange(db, argv, rankRange(argv[2], argv[3]))),
    row('ZREMRANGEBYSCORE', 4, 'write', '1 RW delete', (db, argv) => removeRange(db, argv, scoreRange(argv[2], argv[3]))),
    row('ZREMRANGEBYLEX', 4, 'write', '1 RW delete', (db, argv) => removeRange(db, argv, lexRange(argv[2], argv[3]))),

    row('ZPOPMIN', -2, 'write fast', '1 RW access delete', (db, argv) => pop(db, argv, 'min')),
    row('ZPOPMAX', -2, 'write fast', '1 RW access delete', (db, argv) => pop(db, argv, 'max')),
    row('ZMPOP', -4, 'write', '#1 RW access delete', multiPop('zset', 1, endArgument, popSome)),
    row('BZMPOP', -5, 'write blocking', '#2 RW access delete', multiPop('zset', 2, endArgument, popSome)),
    row('BZPOPMIN', -3, 'write noscript blocking fast', '1..-2 RW access delete', popOrWait('min')),
    row('BZPOPMAX', -3, 'write noscript blocking fast', '1..-2 RW access delete', popOrWait('max')),

    row('ZRANDMEMBER', -2, 'readonly nondeterministic_output', '1 RO access', (db, argv) =>
      randomEntries(
        argv,
        'WITHSCORES',
        () => db.zset.read(argv[1])?.scores,
        (score) => new Double(score),
        db.engine.random,
      ),
    ),

    row('ZSCAN', -3, 'readonly nondeterministic_output', '1 RO access', (db, argv) => {
      const from = cursor(argv[2])
      const zset = db.zset.read(argv[1])
      if (zset === undefined) return ['0', []]
      const { keys, values } = zset.scores
      const byRank = (): ByteString[] => {
        const members: ByteString[] = []
        zset.order.walk(0, zset.size, false, (member) => members.push(member))
        return members
      }
      const options = readOptions(argv, 3, SCAN_OPTIONS)
      // In its small encoding Redis has large scores as integers, and ZSCAN shows what is there.
      const isInteger = (score: number): boolean => {
        const size = Math.abs(score)
        return size >= 1e17 && size <= 2 ** 62 && encodingOf(zset, db.engine.config) === 'listpack'
      }
      const shown = (score: number): ByteString => (isInteger(score) ? String(BigInt(score)) : formatDouble(score))
      return scanTable(zset.scores, from, options, (slot) => [keys[slot], shown(values[slot])], byRank)
    }),
  ],
}

interface Conditions {
  nx: boolean
  xx: boolean
  gt: boolean
  lt: boolean
  /** Reply what changed rather than what is new. */
  ch: boolean
  incr: boolean
}
const NO_CONDITIONS: Conditions = { nx: false, xx: false, gt: false, lt: false, ch: false, incr: false }

export function zadd(db: Database, argv: Argv): Reply {
  const conditions = { ...NO_CONDITIONS }
  let i = 2
  for (; i < argv.length; i++) {
    const word = argv[i].toLowerCase()
    if (!Object.hasOwn(NO_CONDITIONS, word)) break
    conditions[word as keyof Conditions] = true
  }
  const words = argv.length - i
  if (words === 0 || words % 2 !== 0) throw SYNTAX
  if (conditions.nx && conditions.xx) throw NX_XX
  if ((conditions.gt && conditions.nx) || (conditions.lt && conditions.nx) || (conditions.gt && conditions.lt)) throw GT_LT_NX
  if (conditions.incr && words > 2) throw INCR_PAIRS
  const pairs: { score: number; member: ByteString }[] = []
  for (; i < argv.length; i += 2) pairs.push({ score: double(argv[i]), member: argv[i + 1] })
  return addAll(db, argv[1], pairs, conditions)
}

function addAll(db: Database, key: ByteString, pairs: readonly { score: number; member: ByteString }[], conditions: Conditions): Reply {
  if (conditions.xx && db.zset.write(key) === undefined) return conditions.incr ? null : 0
  const zset = db.zset.orCreate(key)
  let added = 0
  let updated = 0
  let result: number | null = null
  for (const { score: given, member } of pairs) {
    const old = zset.scores.get(member)
    if (old === undefined ? conditions.xx : conditions.nx) continue
    const score = conditions.incr && old !== undefined ? old + given : given
    if (Number.isNaN(score)) throw SCORE_NAN
    if (old !== undefined && ((conditions.gt && score <= old) || (conditions.lt && score >= old))) continue
    result = score
    if (!zset.set(member, score)) continue
    if (old === undefined) added++
    else updated++
  }
  if (added + updated > 0) db.changed(key, EVENT.zset, conditions.incr ? 'zincr' : 'zadd', added + updated)
  if (conditions.incr) return result === null ? null : new Double(result)
  return conditions.ch ? added + updated : added
}

function score(zset: SortedSet | undefined, member: ByteString): Reply {
  const found = zset?.scores.get(member)
  return found === undefined ? null : new Double(found)
}

function rank(db: Database, argv: Argv, reverse: boolean): Reply {
  if (argv.length > 4) throw wrongArity(argv[0].toLowerCase())
  const withScore = argv.length === 4
  if (withScore && argv[3].toUpperCase() !== 'WITHSCORE') throw SYNTAX
  const zset = db.zset.read(argv[1])
  const found = zset?.scores.get(argv[2])
  if (zset === undefined || found === undefined) return withScore ? NULL_ARRAY : null
  const up = zset.order.rank(found, argv[2])
  const at = reverse ? zset.size - 1 - up : up
  return withScore ? [at, new Double(found)] : at
}

function countRange(db: Database, argv: Argv, range: Range): Reply {
  const zset = db.zset.read(argv[1])
  return zset === undefined ? 0 : range(zset).count
}

function removeRange(db: Database, argv: Argv, range: Range): Reply {
  const [name, key] = argv
  const zset = db.zset.write(key)
  if (zset === undefined) return 0
  const { from, count } = range(zset)
  const members: ByteString[] = []
  zset.order.walk(from, count, false, (member) => members.push(member))
  for (const member of members) zset.delete(member)
  if (members.length > 0) db.shrunk(key, zset, EVENT.zset, name.toLowerCase(), members.length)
  return members.length
}

function pop(db: Database, argv: Argv, end: End): Reply {
  if (argv.length > 3) throw SYNTAX
  const count = argv.length === 3 ? positive(argv[2]) : 1
  const zset = db.zset.write(argv[1])
  if (zset === undefined) return []
  const flat = take(db, argv[1], zset, end, count)
  return argv.length === 3 ? new Pairs(flat) : flat
}

/** Pops members and scores, in turn. */
function take(db: Database, key: ByteString, zset: SortedSet, end: End, count: number): Reply[] {
  const most = Math.min(count, zset.size)
  const flat = rangeReply(zset, { from: end === 'min' ? 0 : zset.size - most, count: most }, end === 'max', true)
  for (let i = 0; i < flat.length; i += 2) zset.delete(flat[i] as ByteString)
  if (most > 0) db.shrunk(key, zset, EVENT.zset, `zpop${end}`, most)
  return flat
}

function popOrWait(end: End): Handler {
  return blockingPop('zset', (db, key) => {
    const zset = db.zset.write(key)
    return zset && [key, ...take(db, key, zset, end, 1)]
  })
}

function endArgument(text: ByteString): End {
  const end = text.toLowerCase()
  if (end !== 'min' && end !== 'max') throw SYNTAX
  return end
}

function popSome(db: Database, key: ByteString, end: End, count: number): Reply | undefined {
  const zset = db.zset.write(key)
  if (zset === undefined) return undefined
  const flat = take(db, key, zset, end, count)
  // Nested in RESP2 too.
  return [key, flat.flatMap((member, i) => (i % 2 === 0 ? [[member, flat[i + 1]]] : []))]
}
