// Values in the order of their stream IDs, in chunks: the ground under a stream's entries and under pending lists. IDs
// mostly arrive in order and leave from the front, which both touch one chunk; everything else is a binary search. A
// chunk is also the unit of copy-on-write for a running save: the guard hears of it before it changes.
import type { ChunkGuard } from '../engine/structures/deque.ts'
import type { Int64 } from '../numbers.ts'
import { compareHalves, compareIds, MAX_ID, MIN_ID, type StreamId } from './stream-id.ts'

/** Three columns of one length. */
export interface Chunk<V> {
  /** No ID in the chunk is lower, and those of the chunk before are. */
  first: StreamId
  readonly ms: Int64[]
  readonly seq: Int64[]
  readonly values: V[]
}

/** Returns false to end a walk. */
export type Visit<V> = (value: V, ms: Int64, seq: Int64) => boolean | void

export class IdChunks<V, C extends Chunk<V>> {
  size = 0
  guard: ChunkGuard<C> | null = null
  /** In order. A chunk may be empty. */
  readonly chunks: C[] = []

  get(id: StreamId): V | undefined {
    const chunk = this.chunks[this.chunkAt(id)]
    if (chunk === undefined) return undefined
    const at = lowerBound(chunk, id)
    return holds(chunk, at, id) ? chunk.values[at] : undefined
  }

  /** @returns whether the ID was there */
  delete(id: StreamId): boolean {
    const c = this.chunkAt(id)
    const chunk = this.chunks[c]
    if (chunk === undefined) return false
    const at = lowerBound(chunk, id)
    if (!holds(chunk, at, id)) return false
    this.removeFrom(chunk, at, 1)
    if (chunk.values.length === 0) this.chunks.splice(c, 1)
    return true
  }

  /** Visits what lies between two IDs, both included, upwards or (`reverse`) downwards. Nothing may change meanwhile. */
  walk(from: StreamId, to: StreamId, reverse: boolean, visit: Visit<V>): void {
    const step = reverse ? -1 : 1
    let c = this.chunkAt(reverse ? to : from)
    if (!reverse && c < 0) c = 0
    let chunk = this.chunks[c]
    if (chunk === undefined) return
    let at = lowerBound(chunk, reverse ? to : from)
    if (reverse && !holds(chunk, at, to)) at--
    const end = reverse ? from : to
    for (;;) {
      const { ms, seq, values } = chunk
      for (; at >= 0 && at < values.length; at += step) {
        if (compareHalves(ms[at], seq[at], end) * step > 0 || visit(values[at], ms[at], seq[at]) === false) return
      }
      chunk = this.chunks[(c += step)]
      if (chunk === undefined) return
      at = reverse ? chunk.values.length - 1 : 0
    }
  }

  /** The ID of the first value, or (`last`) of the last one; undefined if there is none. */
  edge(last: boolean): StreamId | undefined {
    let found: StreamId | undefined
    this.walk(MIN_ID, MAX_ID, last, (_, ms, seq) => {
      found = { ms, seq }
      return false
    })
    return found
  }

  /** The last chunk that starts at or before an ID; -1 if there is none. */
  protected chunkAt(id: StreamId): number {
    let low = 0
    let high = this.chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareIds(this.chunks[middle].first, id) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  protected removeFrom(chunk: C, at: number, count: number): void {
    this.guard?.before(chunk)
    for (const column of [chunk.ms, chunk.seq, chunk.values]) column.splice(at, count)
    this.size -= count
  }
}

/** The first place in a chunk that is not below an ID. */
export function lowerBound({ ms, seq }: Chunk<unknown>, id: StreamId): number {
  let low = 0
  let high = ms.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareHalves(ms[middle], seq[middle], id) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function holds({ ms, seq }: Chunk<unknown>, at: number, id: StreamId): boolean {
  return ms[at] === id.ms && seq[at] === id.seq
}

/** Values a chunk: see CHUNK_SIZE in deque.ts. */
const CHUNK_SIZE = 128

/** A map whose keys are stream IDs. */
export class IdMap<V> extends IdChunks<V, Chunk<V>> {
  set(id: StreamId, value: V): void {
    const c = Math.max(this.chunkAt(id), 0)
    const chunk = this.chunks[c]
    const at = chunk === undefined ? 0 : lowerBound(chunk, id)
    // In order, a full chunk stays as it is.
    if (chunk === undefined || (at === CHUNK_SIZE && c === this.chunks.length - 1)) {
      this.chunks.push({ first: id, ms: [id.ms], seq: [id.seq], values: [value] })
      this.size++
      return
    }
    this.guard?.before(chunk)
    if (holds(chunk, at, id)) {
      chunk.values[at] = value
      return
    }
    if (compareIds(id, chunk.first) < 0) chunk.first = id
    chunk.ms.splice(at, 0, id.ms)
    chunk.seq.splice(at, 0, id.seq)
    chunk.values.splice(at, 0, value)
    this.size++
    if (chunk.ms.length > CHUNK_SIZE) this.#split(c)
  }

  #split(c: number): void {
    const { ms, seq, values } = this.chunks[c]
    const half = CHUNK_SIZE >> 1
    const first = { ms: ms[half], seq: seq[half] }
    this.chunks.splice(c + 1, 0, { first, ms: ms.splice(half), seq: seq.splice(half), values: values.splice(half) })
  }
}
