// A stream's entries. Redis keeps them in listpacks of limited size, the nodes of a radix tree, and shows it: trimming
// with `~` drops whole nodes only, and XINFO counts them. So a chunk here is a node of Redis's, with the size in bytes
// that its listpack would have, and ends where that would end.
import { type ByteString, STRING_OVERHEAD } from '../bytes.ts'
import { addInt64, type Int64, parseInt64, shrink } from '../numbers.ts'
import { type Chunk, IdChunks, lowerBound } from './id-map.ts'
import { compareIds, MIN_ID, minus, type StreamId } from './stream-id.ts'

/** Fields and values in turn. Never changed once it is part of a stream. */
export type Fields = readonly ByteString[]

export interface StreamNode extends Chunk<Fields> {
  /** The highest ID it ever had. An entry that was deleted still counts when whole nodes are trimmed. */
  last: StreamId
  /** Entries deleted: Redis only marks them, so they go on filling the node. */
  deleted: number
  /** Size of the listpack without its counts of entries, which change. */
  bytes: number
  /** Bytes of the strings of its entries: see memory.ts. */
  chars: number
  /** The first entry's field names: entries with the same ones need not repeat them. */
  readonly fields: Fields
}

/** When a node is full, in bytes and in entries; 0 for no limit. */
export interface NodeLimits {
  readonly bytes: number
  readonly entries: number
}

/** Which entries to drop: all but the newest `maxlen`, or those below `minId`. */
export interface Trim {
  readonly maxlen: number
  readonly minId: StreamId | null
  /** Whole nodes only. */
  readonly approximate: boolean
  /** Drops no more than so many; 0 for no limit. */
  readonly limit: number
}

/** Redis never makes a node larger than this. */
const MOST_BYTES = 2 ** 30

export class StreamLog extends IdChunks<Fields, StreamNode> {
  /** The highest ID ever, or what XSETID made it. */
  lastId = MIN_ID
  maxDeletedId = MIN_ID
  /** How many entries were ever added. */
  added: Int64 = 0
  /** The last result of `radixNodes`, and which chunks it was for. */
  #radix: { count: number; length: number; last: StreamNode | undefined } = { count: 1, length: 0, last: undefined }
  /** Bytes of all strings. */
  chars = 0

  /** Appends an entry; its ID must be above `lastId`. */
  append(id: StreamId, fields: ByteString[], limits: NodeLimits): void {
    let node = this.chunks.at(-1)
    if (node !== undefined && !isFull(node, fields, limits)) this.guard?.before(node)
    else this.chunks.push((node = newNode(id, fields)))
    node.bytes += entrySize(node, id, fields)
    node.ms.push(id.ms)
    node.seq.push(id.seq)
    node.values.push(fields)
    node.last = this.lastId = id
    this.size++
    this.added = sum(this.added, 1)
    this.#count(node, fields, 1)
  }

  /** Appends a node that has been read; its IDs must be above all others. */
  adopt(node: StreamNode): void {
    if (node.values.length > 0) this.chunks.push(node)
    this.size += node.values.length
    for (const fields of node.values) this.#count(node, fields, 1)
  }

  /** Counts the strings of an entry, or (-1) no longer. Names that it shares with the node are not its own. */
  #count(node: StreamNode, fields: Fields, sign: number): void {
    for (let i = 0; i < fields.length; i++) {
      const bytes = sign * (i % 2 === 0 && fields[i] === node.fields[i >> 1] ? 8 : 8 + STRING_OVERHEAD + fields[i].length)
      node.chars += bytes
      this.chars += bytes
    }
  }

  /** @returns how many entries went */
  trim({ maxlen, minId, approximate, limit }: Trim): number {
    const before = this.size
    let dropped = 0
    for (const node of this.chunks) {
      const live = node.values.length
      if (minId === null && this.size <= maxlen) break
      if (limit !== 0 && before - this.size + live > limit) break
      if (minId === null ? this.size - live >= maxlen : compareIds(node.last, minId) < 0) {
        dropped++
        this.size -= live
        this.chars -= node.chars
        continue
      }
      if (!approximate) this.removeFrom(node, 0, minId === null ? this.size - maxlen : lowerBound(node, minId))
      break
    }
    this.chunks.splice(0, dropped)
    return before - this.size
  }

  /** The entries that `trim` would drop, except those that must not go. @param release asked in turn about each of them */
  trimmable({ maxlen, minId, approximate, limit }: Trim, release: (id: StreamId) => boolean): StreamId[] {
    const found: StreamId[] = []
    for (const { ms, seq, last } of this.chunks) {
      const left = this.size - found.length
      if (minId === null && left <= maxlen) break
      if (limit !== 0 && found.length + ms.length > limit) break
      const whole = minId === null ? left - ms.length >= maxlen : compareIds(last, minId) < 0
      if (approximate && !whole) break
      for (let i = 0; i < ms.length; i++) {
        const id = { ms: ms[i], seq: seq[i] }
        if (minId === null ? this.size - found.length <= maxlen : compareIds(id, minId) >= 0) break
        if (release(id)) found.push(id)
      }
      if (!whole) break
    }
    return found
  }

  /** Whether an entry from an ID on has been deleted that is not below all that are left, as far as is known. */
  hasTombstones(from: StreamId): boolean {
    const { maxDeletedId } = this
    const none = this.size === 0 || compareIds(maxDeletedId, MIN_ID) === 0 || compareIds(from, maxDeletedId) > 0
    return !none && compareIds(this.edge(false)!, maxDeletedId) <= 0
  }

  /** How many entries had been added with the one that has this ID, if that can be told; else -1. */
  positionOf(id: StreamId): Int64 {
    if (this.added === 0) return 0
    const last = compareIds(id, this.lastId)
    if (last === 0 || (last < 0 && this.size === 0)) return this.added
    const first = this.edge(false)
    // Behind the first entry, or with one missing on the way, nothing is known.
    if (last > 0 || first === undefined || compareIds(id, first) > 0) return -1
    if (compareIds(this.maxDeletedId, MIN_ID) !== 0 && compareIds(this.maxDeletedId, first) >= 0) return -1
    return sum(this.added, (compareIds(id, first) === 0 ? 1 : 0) - this.size)
  }

  /** How many nodes Redis's radix tree of these chunks has. */
  get radixNodes(): number {
    const { chunks } = this
    const { count, length, last } = this.#radix
    // A new chunk becomes the last one, and a removed one makes them fewer: with the same last one and the same number they are the
    // same chunks.
    if (length === chunks.length && last === chunks.at(-1)) return count
    const keys = chunks.map(({ first }) => hexadecimal(first.ms) + hexadecimal(first.seq))
    this.#radix = { count: keys.length === 0 ? 1 : radixNodes(keys, 0), length: chunks.length, last: chunks.at(-1) }
    return this.#radix.count
  }

  protected override removeFrom(node: StreamNode, at: number, count: number): void {
    for (const fields of node.values.slice(at, at + count)) this.#count(node, fields, -1)
    super.removeFrom(node, at, count)
    node.deleted += count
  }

  /** Makes this empty log the same as another. */
  protected copyFrom(log: StreamLog): void {
    for (const node of log.chunks) {
      this.chunks.push({ ...node, ms: node.ms.slice(), seq: node.seq.slice(), values: node.values.slice() })
    }
    this.size = log.size
    this.lastId = log.lastId
    this.maxDeletedId = log.maxDeletedId
    this.added = log.added
    this.chars = log.chars
  }
}

/** A sum that wraps around at 64 bits, as Redis's counters do. */
export function sum(a: Int64, b: Int64): Int64 {
  return addInt64(a, b) ?? shrink(BigInt.asIntN(64, BigInt(a) + BigInt(b)))
}

function isFull({ values, deleted, bytes }: StreamNode, fields: Fields, limits: NodeLimits): boolean {
  let size = bytes + integerSize(values.length) + integerSize(deleted)
  for (const text of fields) size += text.length
  if (size >= (limits.bytes === 0 ? MOST_BYTES : Math.min(limits.bytes, MOST_BYTES))) return true
  return limits.entries > 0 && values.length + deleted >= limits.entries
}

function newNode(first: StreamId, pairs: Fields): StreamNode {
  const fields = pairs.filter((_, i) => i % 2 === 0)
  let bytes = 9 + integerSize(fields.length) // with the header, the end and the 0 behind the fields
  for (const field of fields) bytes += textSize(field)
  return { first, last: first, ms: [], seq: [], values: [], deleted: 0, bytes, chars: 0, fields }
}

/** What an entry takes in a node. Field names that the node has are shared with it. */
function entrySize(node: StreamNode, id: StreamId, pairs: ByteString[]): number {
  const count = pairs.length / 2
  const same = node.fields.length === count && node.fields.every((field, i) => field === pairs[2 * i])
  let size = 2 + integerSize(Number(minus(id.ms, node.first.ms))) + integerSize(Number(minus(id.seq, node.first.seq)))
  for (let i = 0; i < pairs.length; i++) {
    if (i % 2 === 1 || !same) size += textSize(pairs[i])
    else pairs[i] = node.fields[i >> 1]
  }
  return size + (same ? integerSize(count + 3) : integerSize(count) + integerSize(2 * count + 4))
}

/** Bytes of an integer in a listpack. */
export function integerSize(value: number): number {
  if (value >= 0 && value < 128) return 2
  const magnitude = value < 0 ? -1 - value : value
  return magnitude < 2 ** 12 ? 3 : magnitude < 2 ** 15 ? 4 : magnitude < 2 ** 23 ? 5 : magnitude < 2 ** 31 ? 6 : 10
}

/** Bytes of a string in a listpack: integers are kept as such. */
function textSize(text: ByteString): number {
  const { length } = text
  const number = parseInt64(text)
  if (number !== undefined) return integerSize(Number(number))
  const size = length + (length < 64 ? 1 : length < 4096 ? 2 : 5)
  return size + (size < 128 ? 1 : size < 16_383 ? 2 : size < 2_097_151 ? 3 : size < 268_435_455 ? 4 : 5)
}

/** Eight bytes, the highest first. */
const hexadecimal = (half: Int64): string => half.toString(16).padStart(16, '0')

/** Nodes for sorted keys of one length, two digits a byte, that have their first `depth` digits in common and are done with. */
function radixNodes(keys: readonly string[], depth: number): number {
  const [first] = keys
  const last = keys[keys.length - 1]
  let at = depth
  const byte = (key: string): string => key.slice(at, at + 2)
  while (at < first.length && byte(first) === byte(last)) at += 2
  // A run of single children is one node, a key's end is one, and so is a branching.
  let nodes = (at > depth ? 1 : 0) + 1
  for (let i = 0; at < first.length && i < keys.length;) {
    let end = i + 1
    while (end < keys.length && byte(keys[end]) === byte(keys[i])) end++
    nodes += radixNodes(keys.slice(i, end), at + 2)
    i = end
  }
  return nodes
}
