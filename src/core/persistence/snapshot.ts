// A snapshot of a moment, written while the data goes on changing. Redis forks and lets the kernel copy pages on write;
// here the pages of the dictionaries are the unit. The snapshot is written page by page, in slices of a few milliseconds;
// a page that is about to change before its turn has come is written first, as it still is (its pre-image). Large
// values are taken apart into pages of their own in the same way, so that neither a slice nor a pre-image takes long.
import type { ByteString } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import type { Keyspace } from '../engine/keyspace.ts'
import type { ChunkGuard } from '../engine/structures/id-map.ts'
import { PAGE_BITS, type PageGuard, type SlotTable } from '../engine/structures/slot-table.ts'
import { lengthOf, Raw, type StringValue, type Value } from '../engine/values.ts'
import { VERSION } from '../engine/version.ts'
import type { Delta, Deltas } from './changes.ts'
import { guard, unguard } from './guards.ts'
import { ByteSink, type SinkOptions } from './rdb/byte-sink.ts'
import { LzfCompressor } from './rdb/lzf.ts'
import { type PlacedParts, streamParts } from './rdb/stream.ts'
import { expiryBase, RdbWriter } from './rdb/writer.ts'

/** A slice ends after so many milliseconds: half of a frame at 60 Hz and more is left to the page. */
const SLICE_MS = 4
/** A value with more elements, or a longer string, is taken apart: 256 smaller ones are still written in a millisecond or two. */
const LARGE_SIZE = 64
const LARGE_LENGTH = 1024
/** A longer string is written in parts of so many bytes, and not compressed: that would take too long. */
const STRING_PART = 1 << 18
/** Redis 7.0 reads version 10; expiry of hash fields came with 12. */
const VERSION_FOR_FIELD_EXPIRY = 12

/** The name under which the file of a delta lists the keys that went: their database and name. */
export const REMOVED_KEY = 'isodis-removed'
const REMOVED_AT_ONCE = 256
const MOVED_AT_ONCE = 1 << 15

export interface SnapshotOptions {
  /** Whether it becomes the base of a journal: the file says so. */
  readonly isBase?: boolean
  /** What is to be written; null for everything. Default: null */
  readonly deltas?: Deltas | null
  /** No keys, only functions. */
  readonly functionsOnly?: boolean
}

export interface Slice {
  /** What is ready to be stored. */
  readonly chunks: Uint8Array[]
  /** Whether that was all. */
  readonly done: boolean
}

export class Snapshot {
  readonly #engine: Engine
  readonly #sink: ByteSink
  readonly #writer: RdbWriter
  /** Pre-images of keys: they are put between two entries. */
  readonly #early: Backlog
  /** Which database the entries of each writer belong to just now. */
  readonly #selected = new Map<RdbWriter, SavedKeyspace>()
  readonly #keyspaces: SavedKeyspace[]
  /** Large values whose keys' pages have been written or pre-imaged. */
  readonly #large: LargeValue[] = []
  /** Keys in all databases, and how many of them have been written. */
  readonly total: number
  processed = 0

  /** The state now is the state that is saved. */
  constructor(engine: Engine, sinkOptions: SinkOptions = {}, { isBase = false, deltas = null, functionsOnly }: SnapshotOptions = {}) {
    this.#engine = engine
    const used = engine.databases().filter(({ keyspace }) => !functionsOnly && (keyspace.size > 0 || deltas?.get(keyspace)?.removed.length))
    const version = used.some(({ keyspace }) => keyspace.hasFieldExpiry) ? VERSION_FOR_FIELD_EXPIRY : undefined
    const compressor = engine.config.isOn('rdbcompression') ? new LzfCompressor() : null
    this.#sink = new ByteSink(sinkOptions)
    this.#writer = new RdbWriter(this.#sink, { version, compressor })
    this.#early = new Backlog(this.#writer)
    this.#writer.header([
      ['redis-ver', VERSION],
      ['redis-bits', 64],
      ['ctime', Math.floor(engine.now / 1000)],
      ['used-mem', Math.round(engine.memory.used())],
      ['aof-base', isBase ? 1 : 0],
    ])
    for (const code of engine.scripting.libraries()) this.#writer.library(code)
    this.#keyspaces = used.map(({ index, keyspace }) => {
      const early = (saved: SavedKeyspace, from: number, to: number): void => this.#keys(saved, from, to, this.#early.writer)
      return new SavedKeyspace(index, keyspace, deltas?.get(keyspace) ?? null, early)
    })
    this.total = this.#keyspaces.reduce((sum, { size }) => sum + size, 0)
  }

  get percent(): number {
    return this.total === 0 ? 100 : (100 * this.processed) / this.total
  }

  /** Bytes held for what was changed before its turn. */
  get cowSize(): number {
    return this.#early.held + this.#large.reduce((sum, value) => sum + value.held, 0)
  }

  /** Writes for a few milliseconds. */
  slice(): Slice {
    const { clock } = this.#engine
    const end = clock.now() + SLICE_MS
    let done = false
    do {
      done = !this.#step()
      // While the bytes are still in the cache, and little enough for code that has not been compiled yet.
      this.#sink.sum()
    } while (!done && clock.now() < end)
    if (done) this.#writer.end()
    return { chunks: this.#sink.take(), done }
  }

  /** Gives a chunk back that has been stored, so that the next one needs no new memory. */
  reuse(chunk: Uint8Array): void {
    this.#sink.reuse(chunk)
  }

  /** Gives the data free to be changed: the snapshot is complete, or is not wanted any more. */
  release(): void {
    for (const { pages } of this.#keyspaces) pages.release()
    for (const value of this.#large) value.release()
  }

  /** Writes a page, or a part of a large value. @returns false if all is written */
  #step(): boolean {
    for (const saved of this.#keyspaces) if (saved.removedLeft()) return this.#removed(saved)
    const large = this.#early.halfway ? undefined : this.#large[0]
    if (large !== undefined) {
      if (large.writeNext(this.#writer, (saved) => this.#select(saved, this.#writer))) return true
      this.#large.shift()
      this.processed++
      return true
    }
    if (this.#early.move(this.#sink)) {
      // Both go on with a key whose database the reader cannot know.
      this.#selected.clear()
      return true
    }
    for (const saved of this.#keyspaces) {
      if (saved.pages.writeNext((from, to) => this.#keys(saved, from, to, this.#writer))) return true
    }
    return this.#large.length > 0
  }

  /** The names of keys that went stand before the keys that came: one of them may have come again. */
  #removed(saved: SavedKeyspace): boolean {
    for (const key of saved.someRemoved()) this.#writer.aux(REMOVED_KEY, `${saved.index}:${key}`)
    return true
  }

  /** Writes the keys of some slots; large values are only noted. */
  #keys(saved: SavedKeyspace, from: number, to: number, writer: RdbWriter): void {
    const { keyspace, delta } = saved
    const { eviction } = this.#engine
    for (let slot = from; slot < to; slot++) {
      if (delta !== null && !delta.has(slot)) continue
      const [key, value, expiry] = [keyspace.keys[slot], keyspace.values[slot], keyspace.expiry(slot)]
      const use = eviction.use(keyspace, slot)
      if (isLarge(value)) {
        const early = new Backlog(this.#writer)
        const whole = typeof value === 'string' && value.length <= STRING_PART
        if (!whole) early.writer.entryHead(key, value, expiry, use)
        const parts = whole ? wholeString(() => this.#writer.entry(key, value, expiry, use)) : partsOf(value, early.writer)
        this.#large.push(new LargeValue(saved, parts, early))
      } else {
        this.#select(saved, writer)
        writer.entry(key, value, expiry, use)
        this.processed++
      }
    }
  }

  #select(saved: SavedKeyspace, writer: RdbWriter): void {
    if (this.#selected.get(writer) === saved) return
    this.#selected.set(writer, saved)
    writer.database(saved.index, saved.size, saved.volatile)
  }
}

function isLarge(value: Value): boolean {
  if (typeof value === 'number') return false
  if (typeof value === 'string' || value.type === 'string') return value.length > LARGE_LENGTH
  let { size } = value
  if (value.type === 'stream') for (const { pel, consumers } of value.groups.values()) size += pel.size + consumers.size
  return size > LARGE_SIZE
}

/** One database's keys as they were. */
class SavedKeyspace {
  readonly index: number
  readonly keyspace: Keyspace
  /** What of it is to be written; null for all. */
  readonly delta: Delta | null
  /** How many keys are to be written, and how many of its keys expire. */
  readonly size: number
  readonly volatile: number
  readonly pages: Pages
  #removed = 0

  constructor(index: number, keyspace: Keyspace, delta: Delta | null, early: (saved: SavedKeyspace, from: number, to: number) => void) {
    this.index = index
    this.keyspace = keyspace
    this.delta = delta
    this.size = delta?.count ?? keyspace.size
    this.volatile = Math.min(keyspace.volatile, this.size)
    this.pages = new Pages(keyspace, (from, to) => early(this, from, to), delta?.pages)
  }

  removedLeft(): boolean {
    return this.delta !== null && this.#removed < this.delta.removed.length
  }

  someRemoved(): readonly ByteString[] {
    const start = this.#removed
    this.#removed += REMOVED_AT_ONCE
    return this.delta!.removed.slice(start, this.#removed)
  }
}

/** The slots of a table as they were, page by page. */
class Pages implements PageGuard {
  readonly #table: SlotTable
  readonly #end: number
  readonly #early: (from: number, to: number) => void
  readonly #pending: Uint8Array
  #next = 0
  below: PageGuard | null = null

  /** @param early writes slots that are about to change; @param pending 1 for pages that are wanted, which are then the saver's */
  constructor(table: SlotTable, early: (from: number, to: number) => void, pending?: Uint8Array) {
    this.#table = table
    this.#end = table.size
    this.#early = early
    this.#pending = pending ?? new Uint8Array(Math.ceil(this.#end / (1 << PAGE_BITS))).fill(1)
    guard(table, this)
  }

  before(page: number, slot: number): void {
    this.below?.before(page, slot)
    if (this.#pending[page] === 1) this.#take(page, this.#early)
  }

  /** Writes one page that is still to be written. @returns false if there is none */
  writeNext(write: (from: number, to: number) => void): boolean {
    while (this.#next < this.#pending.length && this.#pending[this.#next] === 0) this.#next++
    if (this.#next < this.#pending.length) {
      this.#take(this.#next, write)
      return true
    }
    this.release()
    return false
  }

  #take(page: number, write: (from: number, to: number) => void): void {
    this.#pending[page] = 0
    write(page << PAGE_BITS, Math.min((page + 1) << PAGE_BITS, this.#end))
  }

  release(): void {
    unguard(this.#table, this)
  }
}

/** A value that is written in parts. What has to be written before its turn goes to a sink of its own. */
class LargeValue {
  readonly #saved: SavedKeyspace
  readonly #early: Backlog
  readonly #parts: Parts
  #started = false

  /** @param early where the head has been written */
  constructor(saved: SavedKeyspace, parts: Parts, early: Backlog) {
    this.#saved = saved
    this.#early = early
    this.#parts = parts
  }

  /** Bytes that wait for their turn. */
  get held(): number {
    return this.#early.held + this.#parts.held
  }

  /** Writes a part. @returns false if all is written */
  writeNext(writer: RdbWriter, select: (saved: SavedKeyspace) => void): boolean {
    if (!this.#started) select(this.#saved)
    this.#started = true
    return this.#early.move(writer.sink) || this.#parts.next(writer)
  }

  release(): void {
    this.#parts.release()
  }
}

interface Parts {
  /** Bytes of pre-images that are not in the value's early sink. */
  readonly held: number
  /** Writes a part. @returns false if that was the last */
  next(writer: RdbWriter): boolean
  release(): void
}

function partsOf(value: Value, early: RdbWriter): Parts {
  if (typeof value !== 'object' || value.type === 'string') return stringParts(value)
  if (value.type === 'stream') return placedParts(streamParts(value), early)
  if (value.type === 'list') {
    const write = (writer: RdbWriter, chunk: object): void => writer.listChunk(chunk as readonly string[])
    return placedParts([{ owner: value, chunks: value.chunks(), write }], early)
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
function wholeString(write: () => void): Parts {
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

/** Of lists and streams, whose order matters: a chunk that changes before its turn leaves its bytes in its place. */
function placedParts(given: readonly PlacedParts[], early: RdbWriter): Parts {
  const images = new Map<object, Uint8Array[]>()
  /** Chunks that are written, or have an image, or came later. */
  const settled = new Set<object>()
  const copy = earlyWriter(early)
  let held = 0
  const keepImage = (chunk: object, { write }: PlacedParts): void => {
    held -= copy.sink.size
    write(copy, chunk)
    held += copy.sink.size
    copy.sink.flush()
    images.set(chunk, copy.sink.take())
  }
  const runs = given.map((parts) => {
    const own: ChunkGuard<object> = {
      below: null,
      before(chunk) {
        this.below?.before(chunk)
        if (settled.has(chunk)) return
        settled.add(chunk)
        if (parts.chunks.includes(chunk)) keepImage(chunk, parts)
      },
    }
    if (parts.owner === null) for (const chunk of parts.chunks) keepImage(chunk, parts)
    else guard(parts.owner, own)
    return { ...parts, own }
  })
  let run = 0
  let at = 0
  const leave = ({ owner, own }: (typeof runs)[number]): void => {
    if (owner !== null) unguard(owner, own)
  }
  const skipDone = (): boolean => {
    for (; run < runs.length && at === runs[run].chunks.length; run++, at = 0) leave(runs[run])
    return run < runs.length
  }
  return {
    get held() {
      return held
    },
    next(writer) {
      if (!skipDone()) return false
      const chunk = runs[run].chunks[at++]
      const image = images.get(chunk)
      settled.add(chunk)
      if (image === undefined) runs[run].write(writer, chunk)
      for (const bytes of image ?? []) {
        writer.sink.bytes(bytes)
        held -= bytes.length
      }
      images.delete(chunk)
      return skipDone()
    },
    release: () => runs.forEach(leave),
  }
}

/** For pre-images: they are written while a command waits, so nothing is compressed. */
function earlyWriter({ version }: RdbWriter): RdbWriter {
  return new RdbWriter(new ByteSink({ checksum: false, chunkSize: MOVED_AT_ONCE }), { version })
}

/** Pre-images on their way into the snapshot. There may be many of them: they are moved a part at a time. */
class Backlog {
  readonly writer: RdbWriter
  #parts: Uint8Array[] = []
  #moved = 0

  /** @param like what it will be moved to */
  constructor(like: RdbWriter) {
    this.writer = earlyWriter(like)
  }

  /** Bytes that wait. */
  get held(): number {
    return this.writer.sink.size - this.#moved
  }

  /** Whether what was moved last may have ended in the middle of an entry. */
  get halfway(): boolean {
    return this.#parts.length > 0
  }

  /** Moves a part. @returns false if there was nothing to move */
  move(to: ByteSink): boolean {
    if (this.#parts.length === 0) {
      this.writer.sink.flush()
      this.#parts = this.writer.sink.take()
    }
    const part = this.#parts.shift()
    if (part === undefined) return false
    to.bytes(part)
    this.#moved += part.length
    return true
  }
}
