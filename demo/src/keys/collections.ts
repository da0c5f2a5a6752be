// What the key browser can do with a hash, a list, a set, a sorted set or a stream: read it page by page and change its
// elements. Every type is a row of this table, so that one view shows them all. All values are bytes.
import type { Redis } from 'isodis'

export type Element = readonly Uint8Array[]

export interface Page {
  /** Each with its cells, as many as there are columns. */
  readonly elements: readonly Element[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
}

export interface Collection {
  /** What an element is called. */
  readonly element: string
  readonly columns: readonly string[]
  /** Which columns an element is made of when one is added. */
  readonly entered: readonly number[]
  /** The column that can be changed in place; null where an element is what it is. */
  readonly editable: number | null
  size(redis: Redis, key: Uint8Array): Promise<number>
  page(redis: Redis, key: Uint8Array, at: string): Promise<Page>
  add(redis: Redis, key: Uint8Array, cells: readonly Value[]): Promise<unknown>
  change(redis: Redis, key: Uint8Array, element: Element, value: Value): Promise<unknown>
  remove(redis: Redis, key: Uint8Array, element: Element): Promise<unknown>
}
type Value = string | Uint8Array

export const FIRST_PAGE = '0'
const PAGE_SIZE = 100

const bytes = (text: string | number): Uint8Array => new TextEncoder().encode(String(text))
const text = (from: Uint8Array): string => new TextDecoder().decode(from)
const scan = { count: PAGE_SIZE }
const nextOf = (cursor: string): string | null => (cursor === '0' ? null : cursor)

/** A page of what is read by position. */
async function slice(at: string, read: (start: number, stop: number) => Promise<readonly Element[]>): Promise<Page> {
  const start = Number(at)
  // One more than is shown tells whether there are more.
  const found = await read(start, start + PAGE_SIZE)
  return { elements: found.slice(0, PAGE_SIZE), next: found.length > PAGE_SIZE ? String(start + PAGE_SIZE) : null }
}

function inTwos(flat: readonly Uint8Array[]): Element[] {
  return flat.flatMap((each, i) => (i % 2 === 0 ? [[each, flat[i + 1]]] : []))
}

const hash: Collection = {
  element: 'field',
  columns: ['Field', 'Value'],
  entered: [0, 1],
  editable: 1,
  size: (redis, key) => redis.hlen(key),
  async page(redis, key, at) {
    const [cursor, flat] = await redis.bytes.hscan(key, at, scan)
    return { elements: inTwos(flat), next: nextOf(cursor) }
  },
  add: (redis, key, [field, value]) => redis.hset(key, [[field, value]]),
  change: (redis, key, [field], value) => redis.hset(key, [[field, value]]),
  remove: (redis, key, [field]) => redis.hdel(key, field),
}

const list: Collection = {
  element: 'element',
  columns: ['Index', 'Value'],
  entered: [1],
  editable: 1,
  size: (redis, key) => redis.llen(key),
  page: (redis, key, at) =>
    slice(at, async (start, stop) => (await redis.bytes.lrange(key, start, stop)).map((value, i) => [bytes(start + i), value])),
  add: (redis, key, [value]) => redis.rpush(key, value),
  change: (redis, key, [index], value) => redis.lset(key, Number(text(index)), value),
  // Lists have no command for it: the element becomes something that nothing else is, and that is removed.
  remove: (redis, key, [index]) => {
    const mark = `removed ${Date.now()} ${Math.random()}`
    return redis
      .multi()
      .lset(key, Number(text(index)), mark)
      .lrem(key, 1, mark)
      .exec()
  },
}

const set: Collection = {
  element: 'member',
  columns: ['Member'],
  entered: [0],
  editable: null,
  size: (redis, key) => redis.scard(key),
  async page(redis, key, at) {
    const [cursor, members] = await redis.bytes.sscan(key, at, scan)
    return { elements: members.map((member) => [member]), next: nextOf(cursor) }
  },
  add: (redis, key, [member]) => redis.sadd(key, member),
  change: async () => {},
  remove: (redis, key, [member]) => redis.srem(key, member),
}

const zset: Collection = {
  element: 'member',
  columns: ['Member', 'Score'],
  entered: [0, 1],
  editable: 1,
  size: (redis, key) => redis.zcard(key),
  page: (redis, key, at) =>
    slice(at, async (start, stop) => {
      const found = await redis.bytes.zrange(key, start, stop, { withScores: true })
      return found.map(([member, score]) => [member, bytes(score === Infinity ? 'inf' : score === -Infinity ? '-inf' : score)])
    }),
  add: (redis, key, [member, score]) => redis.call('ZADD', key, score, member),
  change: (redis, key, [member], score) => redis.call('ZADD', key, score, member),
  remove: (redis, key, [member]) => redis.zrem(key, member),
}

const stream: Collection = {
  element: 'entry',
  columns: ['ID', 'Fields'],
  entered: [1],
  editable: null,
  size: async (redis, key) => Number(await redis.call('XLEN', key)),
  async page(redis, key, at) {
    const from = at === FIRST_PAGE ? '-' : `(${at}`
    const found = (await redis.bytes.call('XRANGE', key, from, '+', 'COUNT', PAGE_SIZE)) as [Uint8Array, Uint8Array[]][]
    const elements = found.map(([id, flat]) => [id, bytes(flat.map(text).join(' '))])
    return { elements, next: found.length < PAGE_SIZE ? null : text(found.at(-1)![0]) }
  },
  add: (redis, key, [fields]) => redis.call('XADD', key, '*', ...wordsOf(fields)),
  change: async () => {},
  remove: (redis, key, [id]) => redis.call('XDEL', key, id),
}

const wordsOf = (fields: Value): string[] => (typeof fields === 'string' ? fields : text(fields)).trim().split(/\s+/)

/** By the word that TYPE replies; a string is none of them. */
export const COLLECTIONS: Readonly<Record<string, Collection>> = { hash, list, set, zset, stream }
