// A list's elements: a deque of chunks. Pushing and popping at both ends touch one chunk; a chunk is also the unit of
// copy-on-write for a running save, so the chunk is handed to the guard before it changes.
import type { ByteString } from '../../bytes.ts'

/** Elements in order; never empty while it is part of a deque. */
export type Chunk = ByteString[]

/** Told before the first change to a chunk while a save is running (see persistence/). A new chunk is no change. */
export interface ChunkGuard<C> {
  before(chunk: C): void
  /** The one that was there before. */
  below: ChunkGuard<C> | null
}

/** Elements a chunk: small enough that inserting in its middle costs less than a lookup, large enough to keep 1 M elements in 8 k chunks. */
const CHUNK_SIZE = 128

export class Deque {
  size = 0
  /** Bytes of all elements: see memory.ts. */
  chars = 0
  guard: ChunkGuard<Chunk> | null = null
  #chunks: Chunk[] = []
  // How many of the first chunks' places are vacated: dropping the first chunk moves this index, not the array.
  #head = 0

  /** The chunks in order, as they are now. */
  chunks(): Chunk[] {
    return this.#chunks.slice(this.#head)
  }

  /** Makes this empty one the same as another. */
  copyFrom(other: Deque): void {
    this.#chunks = other.chunks().map((chunk) => chunk.slice())
    this.size = other.size
    this.chars = other.chars
  }

  push(element: ByteString): void {
    const last = this.#chunks[this.#chunks.length - 1]
    this.chars += element.length
    if (this.size++ === 0) {
      // Not pushed: V8 would make room for 17.
      this.#chunks = [[element]]
      this.#head = 0
    } else if (last.length >= CHUNK_SIZE) this.#chunks.push([element])
    else {
      this.guard?.before(last)
      last.push(element)
    }
  }

  unshift(element: ByteString): void {
    const first = this.#chunks[this.#head]
    this.size++
    this.chars += element.length
    if (first !== undefined && first.length < CHUNK_SIZE) {
      this.guard?.before(first)
      first.unshift(element)
    } else if (this.#head > 0) this.#chunks[--this.#head] = [element]
    else {
      // Open as many places in front as there are chunks, so that a queue filled from the left stays O(1) an element.
      const room = Math.max(this.#chunks.length, 1)
      this.#chunks = new Array<Chunk>(room).concat(this.#chunks)
      this.#head = room - 1
      this.#chunks[this.#head] = [element]
    }
  }

  pop(): ByteString | undefined {
    if (this.size === 0) return undefined
    const last = this.#chunks[this.#chunks.length - 1]
    this.guard?.before(last)
    const element = last.pop()!
    if (last.length === 0) this.#chunks.pop()
    this.size--
    this.chars -= element.length
    return element
  }

  shift(): ByteString | undefined {
    if (this.size === 0) return undefined
    const first = this.#chunks[this.#head]
    this.guard?.before(first)
    const element = first.shift()!
    if (first.length === 0) this.#dropFirst()
    this.size--
    this.chars -= element.length
    return element
  }

  get(index: number): ByteString | undefined {
    const place = this.#locate(index)
    return place === null ? undefined : this.#chunks[place.chunk][place.at]
  }

  /** @throws RangeError outside of the deque */
  set(index: number, element: ByteString): void {
    const place = this.#locate(index)
    if (place === null) throw new RangeError('index out of range')
    const chunk = this.#chunks[place.chunk]
    this.guard?.before(chunk)
    this.chars += element.length - chunk[place.at].length
    chunk[place.at] = element
  }

  /** Inserts before an index; at `size` it appends. */
  insert(index: number, element: ByteString): void {
    const place = this.#locate(index)
    if (place === null) return this.push(element)
    const chunk = this.#chunks[place.chunk]
    this.guard?.before(chunk)
    chunk.splice(place.at, 0, element)
    if (chunk.length > CHUNK_SIZE) this.#chunks.splice(place.chunk + 1, 0, chunk.splice(CHUNK_SIZE >> 1))
    this.size++
    this.chars += element.length
  }

  /** Removes up to `most` elements equal to one, from the first or (`reverse`) the last on. @returns how many */
  remove(element: ByteString, most: number, reverse: boolean): number {
    const chunks = this.#chunks
    let removed = 0
    let emptied = false
    for (let c = reverse ? chunks.length - 1 : this.#head; removed < most && c >= this.#head && c < chunks.length; c += reverse ? -1 : 1) {
      const chunk = chunks[c]
      for (let at: number; removed < most && (at = reverse ? chunk.lastIndexOf(element) : chunk.indexOf(element)) >= 0; removed++) {
        this.guard?.before(chunk)
        chunk.splice(at, 1)
      }
      emptied ||= chunk.length === 0
    }
    // Once at the end, however many chunks were emptied.
    if (emptied) {
      this.#chunks = this.chunks().filter(({ length }) => length > 0)
      this.#head = 0
    }
    this.size -= removed
    this.chars -= removed * element.length
    return removed
  }

  /** Keeps only the elements from `start` up to and with `stop`; both are inside the deque. */
  trim(start: number, stop: number): void {
    this.#dropFromRight(this.size - 1 - stop)
    this.#dropFromLeft(start)
  }

  /** Visits elements from an index on, upwards or (`reverse`) downwards, until `visit` returns false. */
  walk(index: number, reverse: boolean, visit: (element: ByteString, index: number) => boolean | void): void {
    const place = this.#locate(index)
    if (place === null) return
    let { chunk, at } = place
    const step = reverse ? -1 : 1
    for (let i = index; chunk >= this.#head && chunk < this.#chunks.length; i += step) {
      if (visit(this.#chunks[chunk][at], i) === false) return
      at += step
      if (at < 0) at = --chunk >= this.#head ? this.#chunks[chunk].length - 1 : 0
      else if (at === this.#chunks[chunk].length) {
        chunk++
        at = 0
      }
    }
  }

  /** Elements `start` up to and with `stop`; both are inside the deque. */
  slice(start: number, stop: number): ByteString[] {
    const out: ByteString[] = []
    const place = this.#locate(start)
    if (place === null) return out
    let left = stop - start + 1
    for (let { chunk, at } = place; left > 0 && chunk < this.#chunks.length; chunk++, at = 0) {
      const elements = this.#chunks[chunk]
      for (const end = Math.min(elements.length, at + left); at < end; at++, left--) out.push(elements[at])
    }
    return out
  }

  /** Which chunk holds an index: counted from the nearer end. */
  #locate(index: number): { chunk: number; at: number } | null {
    if (index < 0 || index >= this.size) return null
    if (index < this.size >> 1) {
      let at = index
      let chunk = this.#head
      while (at >= this.#chunks[chunk].length) at -= this.#chunks[chunk++].length
      return { chunk, at }
    }
    let after = this.size - 1 - index
    let chunk = this.#chunks.length - 1
    while (after >= this.#chunks[chunk].length) after -= this.#chunks[chunk--].length
    return { chunk, at: this.#chunks[chunk].length - 1 - after }
  }

  #dropFromRight(count: number): void {
    this.size -= count
    for (let left = count; left > 0;) {
      const last = this.#chunks[this.#chunks.length - 1]
      if (last.length <= left) {
        this.#chunks.pop()
        this.#gone(last)
        left -= last.length
      } else {
        this.guard?.before(last)
        this.#gone(last.splice(-left))
        left = 0
      }
    }
  }

  #dropFromLeft(count: number): void {
    this.size -= count
    for (let left = count; left > 0;) {
      const first = this.#chunks[this.#head]
      if (first.length <= left) {
        this.#dropFirst()
        this.#gone(first)
        left -= first.length
      } else {
        this.guard?.before(first)
        this.#gone(first.splice(0, left))
        left = 0
      }
    }
  }

  #gone(elements: Chunk): void {
    for (const { length } of elements) this.chars -= length
  }

  #dropFirst(): void {
    this.#chunks[this.#head++] = undefined as unknown as Chunk // a vacated place; nothing reads it
    if (this.#head > 32 && this.#head > this.#chunks.length >> 1) {
      this.#chunks.splice(0, this.#head)
      this.#head = 0
    }
  }
}
