// Keeping data as it was while it goes on changing: what is about to change before its turn has come is written first. Such
// bytes, its pre-image, wait in a backlog until they can take their place.
import { PAGE_BITS, type PageGuard, type SlotTable } from '../engine/structures/slot-table.ts'
import { guard, unguard } from './guards.ts'
import { ByteSink } from './rdb/byte-sink.ts'
import { RdbWriter } from './rdb/writer.ts'

const MOVED_AT_ONCE = 1 << 15

/** Writes slots `from` up to `to`. */
export type WriteSlots = (from: number, to: number) => void

/** The slots of a table as they were, page by page. */
export class Pages implements PageGuard {
  readonly #table: SlotTable
  readonly #end: number
  readonly #early: WriteSlots
  readonly #pending: Uint8Array
  #next = 0
  below: PageGuard | null = null

  /** @param early writes slots that are about to change; @param pending 1 for pages that are wanted, which are then the saver's */
  constructor(table: SlotTable, early: WriteSlots, pending?: Uint8Array) {
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
  writeNext(write: WriteSlots): boolean {
    while (this.#next < this.#pending.length && this.#pending[this.#next] === 0) this.#next++
    if (this.#next < this.#pending.length) {
      this.#take(this.#next, write)
      return true
    }
    this.release()
    return false
  }

  #take(page: number, write: WriteSlots): void {
    this.#pending[page] = 0
    write(page << PAGE_BITS, Math.min((page + 1) << PAGE_BITS, this.#end))
  }

  release(): void {
    unguard(this.#table, this)
  }
}

/** For pre-images: they are written while a command waits, so nothing is compressed. */
export function earlyWriter({ version }: RdbWriter): RdbWriter {
  return new RdbWriter(new ByteSink({ checksum: false, chunkSize: MOVED_AT_ONCE }), { version })
}

/** Pre-images on their way into the snapshot. There may be many of them: they are moved a part at a time. */
export class Backlog {
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

  /** Whether the part that was moved last may have ended in the middle of an entry. */
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
