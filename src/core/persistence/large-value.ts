// A value that is too large to be written at once: it is written in parts, and what of it is about to change before its turn
// is written first, to a place of its own.
import type { ByteString } from '../bytes.ts'
import type { ChunkGuard } from '../engine/structures/deque.ts'
import type { ModuleValue } from '../engine/modules.ts'
import { lengthOf, Raw, type StringValue, type Value } from '../engine/values.ts'
import { guard, unguard } from './guards.ts'
import { Backlog, earlyWriter, Pages } from './pre-images.ts'
import type { Use } from './rdb/format.ts'
import { writeEnd } from './rdb/module.ts'
import { expiryBase, type OrderedPart, type RdbWriter } from './rdb/writer.ts'

/** A value with more elements, or a longer string, is written in parts. Of smaller ones a whole page, 256, takes a millisecond or two. */
const LARGE_SIZE = 64
const LARGE_LENGTH = 1024
/** Bytes in memory of a value that a module brings; in a file it has fewer. */
const LARGE_MODULE = 8192
/** A longer string is written in parts of so many bytes, and not compressed: that would take too long. */
const STRING_PART = 1 << 18

export function isLarge(value: Value): boolean {
  if (typeof value === 'number') return false
  if (typeof value === 'string' || value.type === 'string') return value.length > LARGE_LENGTH
  if (value.type === 'module') return value.bytes > LARGE_MODULE
  return (value.type === 'stream' ? value.elements : value.size) > LARGE_SIZE
}

/** A key with all that is written of it. */
export interface Entry {
  readonly key: ByteString
  readonly value: Value
  readonly expiry: number
  readonly use: Use
}

export class LargeValue {
  readonly #early: Backlog
  readonly #parts: Parts

  /** Its moment is now. @param writer what it will be written to */
  constructor({ key, value, expiry, use }: Entry, writer: RdbWriter) {
    this.#early = new Backlog(writer)
    if (typeof value === 'string' && value.length <= STRING_PART) this.#parts = inOneGo(() => writer.entry(key, value, expiry, use))
    else {
      this.#early.writer.entryHead(key, value, expiry, use)
      this.#parts = partsOf(value, this.#early.writer)
    }
  }

  /** Bytes that wait for their turn. */
  get held(): number {
    return this.#early.held + this.#parts.held
  }

  /** Writes a part. @returns false if all is written */
  writeNext(writer: RdbWriter): boolean {
    return this.#early.move(writer.sink) || this.#parts.next(writer)
  }

  release(): void {
    this.#parts.release()
  }
}

interface Parts {
  /** Bytes of pre-images that are not in the value's backlog. */
  readonly held: number
  /** Writes a part. @returns false if that was the last */
  next(writer: RdbWriter): boolean
  release(): void
}

function partsOf(value: Value, early: RdbWriter): Parts {
  if (typeof value !== 'object' || value.type === 'string') return stringParts(value)
  if (value.type === 'stream') return new ChunksInOrder(value.parts(), early)
  if (value.type === 'module') return moduleParts(value)
  if (value.type === 'list') {
    const write = (writer: RdbWriter, chunk: object): void => writer.listChunk(chunk as readonly string[])
    return new ChunksInOrder([{ owner: value, chunks: value.chunks(), write }], early)
  }
  const base = value.type === 'hash' ? expiryBase(value) : 0
  const write = (writer: RdbWriter, from: number, to: number): void => {
    if (value.type === 'hash') writer.hashSlots(value, from, to, base)
    else if (value.type === 'set') writer.setSlots(value, from, to)
    else writer.zsetSlots(value, from, to)
  }
  const pages = new Pages(value.type === 'zset' ? value.scores : value, (from, to) => write(early, from, to))
  return { held: 0, next: (writer) => pages.writeNext((from, to) => write(writer, from, to)), release: () => pages.release() }
}

/** A string that is written, and may be compressed, in one go when its turn comes. */
function inOneGo(write: () => void): Parts {
  return {
    held: 0,
    next() {
      write()
      return false
    },
    release: () => {},
  }
}

/** A byte string never changes; a Raw is not changed in place while it is shared. */
function stringParts(value: StringValue): Parts {
  const length = lengthOf(value)
  let at = 0
  let held = value instanceof Raw
  if (value instanceof Raw) value.shared++
  const release = (): void => {
    if (held) (value as Raw).shared--
    held = false
  }
  return {
    held: 0,
    next(writer) {
      const end = Math.min(at + STRING_PART, length)
      writer.stringPart(value, at, end)
      at = end
      if (at === length) release()
      return at < length
    },
    release,
  }
}

/** A module's value gives its content in pieces. Where they are one string, whose length comes first, all are made before any is written. */
function moduleParts(value: ModuleValue): Parts {
  const saving = value.save()
  if (value.of.form === 'items') {
    return {
      held: 0,
      next({ sink }) {
        const piece = saving.next()
        if (piece !== null) sink.text(piece)
        else {
          saving.release()
          writeEnd(sink)
        }
        return piece !== null
      },
      release: () => saving.release(),
    }
  }
  const pieces: ByteString[] = []
  let made = false
  const parts = {
    held: 0,
    next({ sink }: RdbWriter) {
      if (made) {
        const piece = pieces.shift()!
        sink.text(piece)
        parts.held -= piece.length
        if (pieces.length === 0) writeEnd(sink)
        return pieces.length > 0
      }
      const piece = saving.next()
      if (piece === null) {
        made = true
        saving.release()
        sink.length(parts.held)
      } else {
        pieces.push(piece)
        parts.held += piece.length
      }
      return true
    },
    release: () => saving.release(),
  }
  return parts
}

/** The parts of lists and streams, whose order matters: a chunk that is about to change before its turn leaves its bytes behind. */
class ChunksInOrder implements Parts {
  held = 0
  readonly #chunks: object[] = []
  #at = 0
  /** How to write those that have neither been written nor left an image. Chunks that came later are not among them. */
  readonly #pending = new Map<object, OrderedPart['write']>()
  readonly #images = new Map<object, Uint8Array[]>()
  readonly #copy: RdbWriter
  readonly #unguard: (() => void)[] = []

  constructor(parts: readonly OrderedPart[], early: RdbWriter) {
    this.#copy = earlyWriter(early)
    for (const { owner, chunks, write } of parts) {
      for (const chunk of chunks) {
        this.#chunks.push(chunk)
        this.#pending.set(chunk, write)
        if (owner === null) this.#keep(chunk)
      }
      if (owner === null) continue
      const own: ChunkGuard<object> = {
        below: null,
        before: (chunk) => {
          own.below?.before(chunk)
          this.#keep(chunk)
        },
      }
      guard(owner, own)
      this.#unguard.push(() => unguard(owner, own))
    }
  }

  /** Leaves a chunk's bytes, as they are now, in its place. */
  #keep(chunk: object): void {
    const write = this.#pending.get(chunk)
    if (write === undefined) return
    this.#pending.delete(chunk)
    const { sink } = this.#copy
    this.held -= sink.size
    write(this.#copy, chunk)
    this.held += sink.size
    sink.flush()
    this.#images.set(chunk, sink.take())
  }

  next(writer: RdbWriter): boolean {
    const chunk = this.#chunks[this.#at++]
    this.#pending.get(chunk)?.(writer, chunk)
    this.#pending.delete(chunk)
    for (const bytes of this.#images.get(chunk) ?? []) {
      writer.sink.bytes(bytes)
      this.held -= bytes.length
    }
    this.#images.delete(chunk)
    if (this.#at < this.#chunks.length) return true
    this.release()
    return false
  }

  release(): void {
    for (const leave of this.#unguard) leave()
  }
}
