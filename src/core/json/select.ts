// What a path selects, in the order of RedisJSON: an object or array before what lies in it.
import { type ByteString, decodeUtf8 } from '../bytes.ts'
import { ReplyError } from '../reply.ts'
import type { Place } from './document.ts'
import type { Filter, Operator, Step, Term } from './path.ts'
import { matcher } from './pattern.ts'
import { isContainer, isNumber, isSame, type Json, toNumber } from './value.ts'

/** So many values may be looked at: several `..` in one path may find the same ones again and again. */
const MOST_LOOKS = 5_000_000

/** The places that a path leads to. A place may be among them more than once. */
export function select(steps: readonly Step[], root: Json): Place[] {
  return new Selection(root).from({ parent: null, key: '', value: root }, steps)
}

class Selection {
  readonly #root: Json
  #looks = 0
  readonly #matchers = new Map<ByteString, (text: string) => boolean>()

  constructor(root: Json) {
    this.#root = root
  }

  from(place: Place, steps: readonly Step[]): Place[] {
    const found: Place[] = []
    this.#go(place, steps, 0, found)
    return found
  }

  #go(place: Place, steps: readonly Step[], at: number, found: Place[]): void {
    if (++this.#looks > MOST_LOOKS) throw new ReplyError('ERR the path has too much to look at')
    if (at === steps.length) {
      found.push(place)
      return
    }
    if (!isContainer(place.value)) return
    this.#take(place, steps, at, found)
    if (!steps[at].deep) return
    each(place, (child) => {
      if (isContainer(child.value)) this.#go(child, steps, at, found)
    })
  }

  /** What one step takes of an object or array. */
  #take(place: Place, steps: readonly Step[], at: number, found: Place[]): void {
    const { selector } = steps[at]
    const { value } = place
    const go = (child: Place): void => this.#go(child, steps, at + 1, found)
    switch (selector.kind) {
      case 'all':
        return each(place, go)
      case 'filter':
        return each(place, (child) => {
          if (this.#holds(selector.filter, child.value)) go(child)
        })
      case 'keys':
        if (!(value instanceof Map)) return
        for (const key of selector.keys) {
          const field = value.get(key)
          if (field !== undefined) go({ parent: place, key, value: field })
        }
        return
      case 'indexes':
        if (!Array.isArray(value)) return
        for (const index of selector.indexes) {
          const key = absolute(index, value.length)
          if (key < value.length) go({ parent: place, key, value: value[key] })
        }
        return
      case 'slice': {
        if (!Array.isArray(value)) return
        const to = absolute(selector.to ?? value.length, value.length)
        for (let key = absolute(selector.from ?? 0, value.length); key < to; key += selector.by)
          go({ parent: place, key, value: value[key] })
      }
    }
  }

  #holds(filter: Filter, current: Json): boolean {
    this.#looks++
    switch (filter.kind) {
      case 'and':
        return filter.filters.every((part) => this.#holds(part, current))
      case 'or':
        return filter.filters.some((part) => this.#holds(part, current))
      case 'not':
        return !this.#holds(filter.filter, current)
      case 'exists':
        return 'value' in filter.term ? filter.term.value !== false : this.#find(filter.term, current).length > 0
      case 'compare':
        return this.#compare(this.#value(filter.left, current), filter.operator, this.#value(filter.right, current))
    }
  }

  #compare(left: Json | undefined, operator: Operator, right: Json | undefined): boolean {
    if (operator !== '=~') return compare(left, operator, right)
    if (typeof left !== 'string' || typeof right !== 'string') return false
    let matches = this.#matchers.get(right)
    if (matches === undefined) this.#matchers.set(right, (matches = matcher(decodeUtf8(right))))
    return matches(decodeUtf8(left))
  }

  /** What a term stands for; undefined unless that is one value. */
  #value(term: Term, current: Json): Json | undefined {
    if ('value' in term) return term.value
    const found = this.#find(term, current)
    return found.length === 1 ? found[0].value : undefined
  }

  #find({ from, steps }: Exclude<Term, { value: Json }>, current: Json): Place[] {
    return this.from({ parent: null, key: '', value: from === '@' ? current : this.#root }, steps)
  }
}

function each(place: Place, visit: (child: Place) => void): void {
  const { value } = place
  if (Array.isArray(value)) value.forEach((element, key) => visit({ parent: place, key, value: element }))
  else if (value instanceof Map) for (const [key, field] of value) visit({ parent: place, key, value: field })
}

/** An index that may count from the end: what is before the first is the first, what is behind the last the length. */
const absolute = (index: number, length: number): number => (index < 0 ? Math.max(0, index + length) : Math.min(index, length))

function compare(left: Json | undefined, operator: Exclude<Operator, '=~'>, right: Json | undefined): boolean {
  const order = left === undefined || right === undefined ? NaN : orderOf(left, right)
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

/** Below, at or above zero; NaN for what cannot be compared. Objects and arrays are the same or not. */
function orderOf(a: Json, b: Json): number {
  if (isNumber(a) && isNumber(b)) {
    // Both as they are: a bigint and a number are compared exactly.
    const [x, y] = [a, b].map((each) => (typeof each === 'bigint' ? each : toNumber(each)))
    return x < y ? -1 : x > y ? 1 : 0
  }
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  return isSame(a, b) ? 0 : NaN
}
