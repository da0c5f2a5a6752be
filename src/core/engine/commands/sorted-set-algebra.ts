// Union, intersection and difference of sorted sets, and of plain sets among them (each member scores 1).
import type { ByteString } from '../../bytes.ts'
import { Pairs, type Reply, ReplyError } from '../../reply.ts'
import { double, integer, limitOption } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { SYNTAX, WRONG_TYPE } from '../errors.ts'
import { EVENT } from '../events.ts'
import { type Members, SortedSet } from '../values.ts'
import { rangeReply } from './sorted-set-ranges.ts'

const WEIGHT_NOT_FLOAT = new ReplyError('ERR weight value is not a float')

type Source = SortedSet | Members | undefined
type Aggregate = (a: number, b: number) => number
interface Operands {
  sources: Source[]
  weights: number[]
  aggregate: Aggregate
  withScores: boolean
}
type Operation = (operands: Operands) => SortedSet

export const sortedSetAlgebra: Group = {
  name: 'sorted-set',
  rows: [
    row('ZUNION', -3, 'readonly', '#1 RO access', (db, argv) => combine(db, argv, union)),
    row('ZINTER', -3, 'readonly', '#1 RO access', (db, argv) => combine(db, argv, intersection)),
    row('ZDIFF', -3, 'readonly', '#1 RO access', (db, argv) => combine(db, argv, difference)),
    row('ZUNIONSTORE', -4, 'write denyoom', '1 OW update, #2 RO access', (db, argv) => combineAndStore(db, argv, union)),
    row('ZINTERSTORE', -4, 'write denyoom', '1 OW update, #2 RO access', (db, argv) => combineAndStore(db, argv, intersection)),
    row('ZDIFFSTORE', -4, 'write denyoom', '1 OW update, #2 RO access', (db, argv) => combineAndStore(db, argv, difference)),

    row('ZINTERCARD', -3, 'readonly', '#1 RO access', (db, argv) => {
      const { sources, next } = readSources(db, argv, 1)
      const limit = limitOption(argv, next)
      if (sources.includes(undefined)) return 0
      const [smallest, ...others] = [...(sources as (SortedSet | Members)[])].sort((a, b) => a.size - b.size)
      let found = 0
      for (const member of membersOf(smallest)) {
        if (others.every((source) => scoreIn(source, member) !== undefined)) found++
        if (found >= limit) break
      }
      return found
    }),
  ],
}

const SUM: Aggregate = (a, b) => (Number.isNaN(a + b) ? 0 : a + b) // inf and -inf make 0
const AGGREGATES: Readonly<Record<string, Aggregate>> = { SUM, MIN: Math.min, MAX: Math.max }

/** `numkeys key ...` at a position of argv. @returns the values, and where the options begin */
function readSources(db: Database, argv: Argv, at: number): { sources: Source[]; next: number } {
  const count = integer(argv[at])
  if (count < 1) throw new ReplyError(`ERR at least 1 input key is needed for '${argv[0].toLowerCase()}' command`)
  const next = at + 1 + count
  if (next > argv.length) throw SYNTAX
  const sources = argv.slice(at + 1, next).map((key): Source => {
    const value = db.read(key)
    if (value === undefined || (typeof value === 'object' && (value.type === 'zset' || value.type === 'set'))) return value
    throw WRONG_TYPE
  })
  return { sources, next }
}

function operands(db: Database, argv: Argv, at: number, operation: Operation): Operands {
  const { sources, next } = readSources(db, argv, at)
  const result: Operands = { sources, weights: sources.map(() => 1), aggregate: SUM, withScores: false }
  for (let i = next; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (word === 'WEIGHTS' && operation !== difference && left >= sources.length) {
      result.weights = sources.map((_, j) => double(argv[i + 1 + j], WEIGHT_NOT_FLOAT))
      i += sources.length
    } else if (word === 'AGGREGATE' && operation !== difference && left >= 1) {
      const aggregate = AGGREGATES[argv[++i].toUpperCase()]
      if (aggregate === undefined) throw SYNTAX
      result.aggregate = aggregate
    } else if (word === 'WITHSCORES' && at === 1) result.withScores = true
    else throw SYNTAX
  }
  return result
}

function combine(db: Database, argv: Argv, operation: Operation): Reply {
  const asked = operands(db, argv, 1, operation)
  const result = operation(asked)
  const reply = rangeReply(result, { from: 0, count: result.size }, false, asked.withScores)
  return asked.withScores ? new Pairs(reply) : reply
}

function combineAndStore(db: Database, argv: Argv, operation: Operation): Reply {
  const result = operation(operands(db, argv, 2, operation))
  return db.storeResult(argv[1], result, result.size, EVENT.zset, argv[0].toLowerCase())
}

const membersOf = (source: SortedSet | Members): readonly ByteString[] => (source.type === 'zset' ? source.scores.keys : source.keys)
const scoreIn = (source: Source, member: ByteString): number | undefined =>
  source?.type === 'zset' ? source.scores.get(member) : source?.has(member) ? 1 : undefined

function weighted(score: number, weight: number): number {
  const product = score * weight
  return Number.isNaN(product) ? 0 : product // infinity times 0
}

function union({ sources, weights, aggregate }: Operands): SortedSet {
  const scores = new Map<ByteString, number>()
  sources.forEach((source, i) => {
    for (const member of source === undefined ? [] : membersOf(source)) {
      const score = weighted(scoreIn(source, member)!, weights[i])
      const before = scores.get(member)
      scores.set(member, before === undefined ? score : aggregate(before, score))
    }
  })
  const result = new SortedSet()
  for (const [member, score] of scores) result.set(member, score)
  return result
}

function intersection({ sources, weights, aggregate }: Operands): SortedSet {
  const result = new SortedSet()
  if (sources.includes(undefined)) return result
  const smallest = (sources as (SortedSet | Members)[]).reduce((a, b) => (b.size < a.size ? b : a))
  for (const member of membersOf(smallest)) {
    const scores = sources.map((source) => scoreIn(source, member))
    if (scores.includes(undefined)) continue
    result.set(
      member,
      (scores as number[]).map((score, i) => weighted(score, weights[i])).reduce((a, b) => aggregate(a, b)),
    )
  }
  return result
}

function difference({ sources: [first, ...others] }: Operands): SortedSet {
  const result = new SortedSet()
  for (const member of first === undefined ? [] : membersOf(first)) {
    if (others.every((source) => scoreIn(source, member) === undefined)) result.set(member, scoreIn(first, member)!)
  }
  return result
}
