// Ranges of a sorted set: by rank, by score or by name, up or down, with a limit. A range becomes ranks first; then all
// that asks for ranges (ZRANGE and its older forms, ZRANGESTORE, ZCOUNT, ZREMRANGEBY*) is the same walk.
import type { ByteString } from '../../bytes.ts'
import { Double, Pairs, type Reply, ReplyError } from '../../reply.ts'
import { clampRange, integer, looseDouble } from '../arguments.ts'
import type { Argv } from '../command.ts'
import type { Database } from '../database.ts'
import { MIN_MAX_FLOAT, MIN_MAX_LEX, SYNTAX } from '../errors.ts'
import { EVENT } from '../events.ts'
import { SortedSet } from '../values.ts'

const LIMIT_BY_RANK = new ReplyError('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX')
const WITHSCORES_BY_LEX = new ReplyError('ERR syntax error, WITHSCORES not supported in combination with BYLEX')

/** `count` members from the one with rank `from` on, lowest first. */
interface RankRange {
  from: number
  count: number
}
export type Range = (zset: SortedSet) => RankRange

export function rankRange(start: ByteString, stop: ByteString, reverse = false): Range {
  const first = integer(start)
  const last = integer(stop)
  return ({ size }) => {
    const range = clampRange(first, last, size)
    if (range === null) return { from: 0, count: 0 }
    return { from: reverse ? size - 1 - range.stop : range.start, count: range.stop - range.start + 1 }
  }
}

/** Scores from `min` to `max`, each with `(` in front if it is not to be in the range itself. */
export function scoreRange(min: ByteString, max: ByteString): Range {
  const low = scoreBound(min)
  const high = scoreBound(max)
  return ({ order }) => {
    const from = order.partition((score) => (low.open ? score <= low.score : score < low.score))
    const to = order.partition((score) => (high.open ? score < high.score : score <= high.score))
    return { from, count: Math.max(0, to - from) }
  }
}

function scoreBound(text: ByteString): { score: number; open: boolean } {
  const open = text[0] === '('
  return { score: looseDouble(open ? text.slice(1) : text, MIN_MAX_FLOAT), open }
}

/** Members from `min` to `max`: `[name` with the name, `(name` without it, `-` and `+` for the ends. */
export function lexRange(min: ByteString, max: ByteString): Range {
  const low = lexBound(min)
  const high = lexBound(max)
  return ({ order }) => {
    const from = order.partition((_, member) => isBelow(member, low))
    const to = order.partition((_, member) => isBelow(member, { ...high, open: !high.open }))
    return { from, count: Math.max(0, to - from) }
  }
}

interface LexBound {
  /** -1 and 1 are below and above every name. */
  end: -1 | 0 | 1
  name: ByteString
  open: boolean
}

function lexBound(text: ByteString): LexBound {
  if (text === '-') return { end: -1, name: '', open: false }
  if (text === '+') return { end: 1, name: '', open: false }
  if (text[0] !== '[' && text[0] !== '(') throw MIN_MAX_LEX
  return { end: 0, name: text.slice(1), open: text[0] === '(' }
}

/** Whether a member lies before a range that starts at this bound. */
function isBelow(member: ByteString, { end, name, open }: LexBound): boolean {
  if (end !== 0) return end > 0
  return open ? member <= name : member < name
}

interface Query {
  range: Range
  reverse: boolean
  withScores: boolean
  offset: number
  /** At most so many; negative: all. */
  limit: number
}

interface Fixed {
  by?: 'rank' | 'score' | 'lex'
  reverse?: boolean
}

/** `key min max` at a position of argv and the options behind it. @param fixed what the command's name already says */
function query(argv: Argv, at: number, fixed: Fixed, storing: boolean): Query {
  let { by, reverse = false } = fixed
  let withScores = false
  let offset = 0
  let limit = -1
  for (let i = at + 3; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'WITHSCORES' && !storing) withScores = true
    else if (word === 'LIMIT' && i + 2 < argv.length) {
      offset = integer(argv[++i])
      limit = integer(argv[++i])
    } else if (word === 'REV' && fixed.by === undefined && !reverse) reverse = true
    else if (word === 'BYSCORE' && by === undefined) by = 'score'
    else if (word === 'BYLEX' && by === undefined) by = 'lex'
    else throw SYNTAX
  }
  const byRank = by !== 'score' && by !== 'lex'
  // Redis takes a limit of -1 for none given.
  if (limit !== -1 && byRank) throw LIMIT_BY_RANK
  if (withScores && by === 'lex') throw WITHSCORES_BY_LEX
  const [min, max] = [argv[at + 1], argv[at + 2]]
  const [low, high] = reverse ? [max, min] : [min, max]
  const range = byRank ? rankRange(min, max, reverse) : by === 'score' ? scoreRange(low, high) : lexRange(low, high)
  return { range, reverse, withScores, offset: byRank ? 0 : offset, limit }
}

/** The part of a range that LIMIT leaves. */
function limited(zset: SortedSet, { range, reverse, offset, limit }: Query): RankRange {
  const all = range(zset)
  if (offset < 0 || offset >= all.count) return { from: 0, count: 0 }
  const left = all.count - offset
  const count = limit < 0 ? left : Math.min(limit, left)
  return { from: reverse ? all.from + left - count : all.from + offset, count }
}

/** The members of a range, with their scores in turn if asked for. */
export function rangeReply(zset: SortedSet, { from, count }: RankRange, reverse: boolean, withScores: boolean): Reply[] {
  const out: Reply[] = []
  zset.order.walk(reverse ? from + count - 1 : from, count, reverse, (member, score) => {
    out.push(member)
    if (withScores) out.push(new Double(score))
  })
  return out
}

export function zrange(db: Database, argv: Argv, fixed: Fixed): Reply {
  const asked = query(argv, 1, fixed, false)
  const zset = db.zset.read(argv[1])
  if (zset === undefined) return []
  const reply = rangeReply(zset, limited(zset, asked), asked.reverse, asked.withScores)
  return asked.withScores ? new Pairs(reply) : reply
}

export function zrangestore(db: Database, argv: Argv): Reply {
  const [, target, source] = argv
  const asked = query(argv, 2, {}, true)
  const zset = db.zset.read(source)
  const result = new SortedSet()
  if (zset !== undefined) {
    const { from, count } = limited(zset, asked)
    zset.order.walk(from, count, false, (member, score) => result.set(member, score))
  }
  return db.storeResult(target, result, result.size, EVENT.zset, 'zrangestore')
}
