// A snapshot of a moment, written while the data goes on changing. Redis forks and lets the kernel copy pages on write;
// here the pages of the dictionaries are the unit. The snapshot is written page by page, in slices of a few milliseconds;
// a page that is about to change before its turn has come is written first, as it still is (its pre-image). Large
// values are taken apart into pages of their own in the same way, so that neither a slice nor a pre-image takes long.
import type { ByteString } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import type { Keyspace } from '../engine/keyspace.ts'
import { elapsed } from '../engine/ports.ts'
import { VERSION } from '../engine/version.ts'
import type { Delta, Deltas } from './changes.ts'
import { isLarge, LargeValue } from './large-value.ts'
import { Backlog, Pages, type WriteSlots } from './pre-images.ts'
import { ByteSink } from './rdb/byte-sink.ts'
import { FIELD_EXPIRY_VERSION } from './rdb/format.ts'
import { LzfCompressor } from './rdb/lzf.ts'
import { RdbWriter } from './rdb/writer.ts'

/** A slice ends after so many milliseconds, which leaves the page more than half of a frame at 60 Hz. */
const SLICE_MS = 4
/** The name under which the file of a delta lists the keys that went: their database and name. */
export const REMOVED_KEY = 'isodis-removed'
const REMOVED_AT_ONCE = 256

export interface SnapshotOptions {
  /** Whether it becomes the base of a journal: the file says so. */
  readonly isBase?: boolean
  /** What is to be written; null for everything. Default: null */
  readonly deltas?: Deltas | null
  /** No keys, only functions. */
  readonly functionsOnly?: boolean
  /** See `SinkOptions`. */
  readonly chunkSize?: number
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
  readonly #large: { readonly saved: SavedKeyspace; readonly value: LargeValue }[] = []
  /** Keys in all databases, and how many of them have been written. */
  readonly total: number
  processed = 0

  /** The state now is the state that is saved. */
  constructor(engine: Engine, { isBase = false, deltas = null, functionsOnly, chunkSize }: SnapshotOptions = {}) {
    this.#engine = engine
    const used = engine.databases().filter(({ keyspace }) => !functionsOnly && (keyspace.size > 0 || deltas?.get(keyspace)?.removed.length))
    const version = used.some(({ keyspace }) => keyspace.hexpires !== null) ? FIELD_EXPIRY_VERSION : undefined
    const compressor = engine.config.isOn('rdbcompression') ? new LzfCompressor() : null
    this.#sink = new ByteSink({ chunkSize, allocate: engine.allocate })
    this.#writer = new RdbWriter(this.#sink, { version, compressor })
    this.#early = new Backlog(this.#writer)
    this.#writer.header([
      ['redis-ver', VERSION],
      ['redis-bits', 64],
      ['ctime', Math.floor(engine.now / 1000)],
      ['used-mem', Math.round(engine.memory.used())],
      // A base cannot tell what the journal brings after it.
      ...((!isBase && engine.replication?.saved()) || []),
      ['aof-base', isBase ? 1 : 0],
    ])
    for (const code of engine.scripting.libraries()) this.#writer.library(code)
    this.#keyspaces = used.map(({ index, keyspace }) => {
      const early: WriteSlots = (from, to) => this.#keys(saved, from, to, this.#early.writer)
      const saved = new SavedKeyspace(index, keyspace, deltas?.get(keyspace) ?? null, early)
      return saved
    })
    this.total = this.#keyspaces.reduce((sum, { size }) => sum + size, 0)
  }

  get percent(): number {
    return this.total === 0 ? 100 : (100 * this.processed) / this.total
  }

  /** Bytes held for what was changed before its turn. */
  get cowSize(): number {
    return this.#early.held + this.#large.reduce((sum, { value }) => sum + value.held, 0)
  }

  /** Writes for a few milliseconds. */
  slice(): Slice {
    const { clock } = this.#engine
    const end = elapsed(clock) + SLICE_MS
    let done = false
    do {
      done = !this.#step()
      // In small parts: the bytes are still in the cache, and code that V8 has not optimized yet does not take long.
      this.#sink.sum()
    } while (!done && elapsed(clock) < end)
    if (done) this.#writer.end()
    return { chunks: this.#sink.take(), done }
  }

  /** Gives a chunk back that has been stored, so that the next one needs no new memory. */
  reuse(chunk: Uint8Array): void {
    this.#sink.reuse(chunk)
  }

  /** Keeps nothing as it was any more: the snapshot is complete, or is not wanted. */
  release(): void {
    for (const { pages } of this.#keyspaces) pages.release()
    for (const { value } of this.#large) value.release()
  }

  /** Writes a page, or a part of a large value. @returns false if all is written */
  #step(): boolean {
    for (const saved of this.#keyspaces) {
      const removed = saved.nextRemoved()
      // The names of keys that went stand before the keys that came: one of them may have come again.
      for (const key of removed) this.#writer.aux(REMOVED_KEY, `${saved.index}:${key}`)
      if (removed.length > 0) return true
    }
    const large = this.#early.halfway ? undefined : this.#large[0]
    if (large !== undefined) {
      this.#select(large.saved, this.#writer) // which says nothing in the middle of it
      if (large.value.writeNext(this.#writer)) return true
      this.#large.shift()
      this.processed++
      return true
    }
    if (this.#early.move(this.#sink)) {
      // Neither writer knows now which database the reader is in.
      this.#selected.clear()
      return true
    }
    for (const saved of this.#keyspaces) {
      if (saved.pages.writeNext((from, to) => this.#keys(saved, from, to, this.#writer))) return true
    }
    return this.#large.length > 0
  }

  /** Writes the keys of some slots; large values are only noted. */
  #keys(saved: SavedKeyspace, from: number, to: number, writer: RdbWriter): void {
    const { keyspace, delta } = saved
    const { eviction } = this.#engine
    for (let slot = from; slot < to; slot++) {
      if (delta !== null && !delta.has(slot)) continue
      const [key, value, expiry] = [keyspace.keys[slot], keyspace.values[slot], keyspace.expiry(slot)]
      const use = eviction.use(keyspace, slot)
      if (isLarge(value)) this.#large.push({ saved, value: new LargeValue({ key, value, expiry, use }, this.#writer) })
      else {
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

  constructor(index: number, keyspace: Keyspace, delta: Delta | null, early: WriteSlots) {
    this.index = index
    this.keyspace = keyspace
    this.delta = delta
    this.size = delta?.count ?? keyspace.size
    this.volatile = Math.min(keyspace.expires.size, this.size)
    this.pages = new Pages(keyspace, early, delta?.pages)
  }

  /** Some of the keys that went; none if all were given. */
  nextRemoved(): readonly ByteString[] {
    const start = this.#removed
    this.#removed += REMOVED_AT_ONCE
    return this.delta?.removed.slice(start, this.#removed) ?? []
  }
}
