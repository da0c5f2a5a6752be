// SORT and SORT_RO: https://redis.io/docs/latest/commands/sort/
import { type ByteString, compareBytes } from '../../bytes.ts'
import { ReplyError } from '../../reply.ts'
import { integer, looseDouble } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { SYNTAX, WRONG_TYPE } from '../errors.ts'
import { EVENT } from '../events.ts'
import type { Session } from '../session.ts'
import { rangeReply } from './sorted-set-ranges.ts'
import { List, Members, textOf, type Value } from '../values.ts'

const NOT_A_SCORE = new ReplyError("ERR One or more scores can't be converted into double")

export const sort: Group = {
  name: 'generic',
  rows: [
    row('SORT', -2, 'write denyoom @set @sortedset @list @dangerous', '1 RO access, ? RO access, ?STORE OW update', (db, argv, session) => {
      const options = sortOptions(argv, true)
      const sorted = sorting(session, argv[1], options)
      if (options.store === null) return sorted
      const list = new List()
      for (const element of sorted) list.push(element ?? '')
      return db.storeResult(options.store, list, list.size, EVENT.list, 'sortstore', list.size)
    }),
    row('SORT_RO', -2, 'readonly @set @sortedset @list @dangerous', '1 RO access, ? RO access', (_db, argv, session) =>
      sorting(session, argv[1], sortOptions(argv, false)),
    ),
  ],
}

interface SortOptions {
  by: ByteString | null
  /** A BY without `*` asks for no order at all, whatever other BY follows. */
  unsorted: boolean
  get: ByteString[]
  descending: boolean
  alpha: boolean
  offset: number
  count: number
  store: ByteString | null
}

function sortOptions(argv: Argv, mayStore: boolean): SortOptions {
  const options: SortOptions = { by: null, unsorted: false, get: [], descending: false, alpha: false, offset: 0, count: -1, store: null }
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (word === 'ASC') options.descending = false
    else if (word === 'DESC') options.descending = true
    else if (word === 'ALPHA') options.alpha = true
    else if (word === 'LIMIT' && left >= 2) {
      options.offset = integer(argv[++i])
      options.count = integer(argv[++i])
    } else if (word === 'STORE' && left >= 1 && mayStore) options.store = argv[++i]
    else if (word === 'BY' && left >= 1) {
      options.by = argv[++i]
      options.unsorted ||= !options.by.includes('*')
    } else if (word === 'GET' && left >= 1) options.get.push(argv[++i])
    else throw SYNTAX
  }
  return options
}

function sorting(session: Session, key: ByteString, options: SortOptions): (ByteString | null)[] {
  const { db } = session
  const value = db.read(key)
  // A result that is stored or used by a script must be the same on every replay: a set, which has no order, is then sorted as text.
  if (options.unsorted && (options.store !== null || session.options.script) && value instanceof Members) {
    Object.assign(options, { unsorted: false, alpha: true, by: null })
  }
  const size = typeof value === 'object' && 'size' in value ? value.size : 0
  const start = Math.min(Math.max(options.offset, 0), size)
  const end = options.count < 0 ? size : Math.min(start + options.count, size)
  // Without sorting, only the elements within LIMIT are looked at.
  const page = options.unsorted
    ? elementsOf(value, options.descending, start, end)
    : inOrder(db, elementsOf(value, false, 0, size), options).slice(start, end)
  if (options.get.length === 0) return page
  return page.flatMap((element) => options.get.map((pattern) => lookUp(db, pattern, element)))
}

/** Elements `start` to `end`, those of a list and of a sorted set in its order, or against it. */
function elementsOf(value: Value | undefined, descending: boolean, start: number, end: number): ByteString[] {
  if (value === undefined) return []
  if (typeof value === 'object' && 'size' in value) {
    if (value.type === 'set') return value.keys.slice(start, end)
    const count = end - start
    const from = descending ? value.size - end : start
    if (value.type === 'list') {
      const elements = value.slice(from, from + count - 1)
      return descending ? elements.reverse() : elements
    }
    if (value.type === 'zset') {
      // Redis keeps a sorted set that was sorted in its large encoding.
      value.scores.peak = Infinity
      return rangeReply(value, { from, count }, descending, false) as ByteString[]
    }
  }
  throw WRONG_TYPE
}

function inOrder(db: Database, elements: ByteString[], { by, alpha, descending }: SortOptions): ByteString[] {
  // All are looked up before one is found to be no score.
  const weights = by === null ? elements : elements.map((element) => lookUp(db, by, element))
  const scores = alpha ? [] : weights.map(scoreOf)
  // Equal scores are put in the order of the elements, so that the result is always the same.
  const compare = alpha
    ? (a: number, b: number) => compareWeights(weights[a], weights[b])
    : (a: number, b: number) => scores[a] - scores[b] || compareBytes(elements[a], elements[b])
  // Their places are sorted: objects with all that belongs to an element take three times as long.
  const places = elements.map((_, place) => place)
  return places.sort(descending ? (a, b) => compare(b, a) : compare).map((place) => elements[place])
}

function scoreOf(weight: ByteString | null): number {
  return weight === null ? 0 : looseDouble(weight, NOT_A_SCORE, true)
}

function compareWeights(a: ByteString | null, b: ByteString | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareBytes(a, b)
}

/** What a BY or GET pattern stands for: `#` the element, `key_*` a string, `key_*->field` a hash's field. */
function lookUp(db: Database, pattern: ByteString, element: ByteString): ByteString | null {
  if (pattern === '#') return element
  const star = pattern.indexOf('*')
  if (star < 0) return null
  const arrow = pattern.indexOf('->', star)
  const isField = arrow >= 0 && arrow + 2 < pattern.length
  const end = isField ? arrow : pattern.length
  const key = pattern.slice(0, star) + element + pattern.slice(star + 1, end)
  const value = db.read(key)
  if (typeof value === 'object' && value.type === 'hash') return isField ? (value.get(pattern.slice(arrow + 2)) ?? null) : null
  if (isField || value === undefined || (typeof value === 'object' && value.type !== 'string')) return null
  return textOf(value)
}
