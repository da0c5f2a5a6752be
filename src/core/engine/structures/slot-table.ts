// Keys in a dense array plus an index from key to slot: the ground under the keyspace, hashes, sets and sorted sets.
// Dense, so that a random member is one random number and a page (a run of slots) is the unit of copy-on-write.
// A removed slot is filled with the last entry; small tables close the gap instead and so keep insertion order, as
// Redis's listpacks do. There are no tombstones: nothing is ever compacted, so no command pays for earlier deletions.
import type { ByteString } from '../../bytes.ts'
import { SlotIndex } from './slot-index.ts'

/** 2^8 slots are a page. */
export const PAGE_BITS = 8

/** Told before the first change to a page while a save is running (see persistence/). */
export interface PageGuard {
  before(page: number, slot: number): void
  /** The one that was there before, which is to be told too: a save and an export may run at the same time. */
  below: PageGuard | null
}

// Up to here `indexOf` finds a key as fast, in 22 ns, and the index's memory is saved.
const INDEX_FROM = 32
/** Up to here removal keeps insertion order; Redis's default listpack limit. */
const ORDERED_UP_TO = 128

export class SlotTable {
  keys: ByteString[] = []
  /** Set while a save still needs this table as it was. */
  guard: PageGuard | null = null
  /** Its largest size, and the longest key or value that was removed: Redis does not go back to a smaller encoding. */
  peak = 0
  longest = 0
  /** Bytes of all keys, and of values that are strings: see memory.ts. */
  chars = 0
  protected index: SlotIndex | null = null

  get size(): number {
    return this.keys.length
  }

  /** The slot of a key, -1 if it is not there. */
  find(key: ByteString): number {
    return this.index === null ? this.keys.indexOf(key) : this.index.get(key)
  }

  has(key: ByteString): boolean {
    return this.find(key) >= 0
  }

  /** Whether every key is there once: keys of a file are appended without a look for each of them before. */
  get distinct(): boolean {
    return this.keys.length === (this.index ?? new Set(this.keys)).size
  }

  /** Appends a key that is not there yet. @returns its slot */
  protected append(key: ByteString): number {
    this.chars += key.length
    const slot = this.keys.length
    if (slot === 0) {
      this.keys = [key] // not pushed: V8 would make room for 17
      this.index = null
    } else this.keys.push(key)
    if (this.index !== null) this.index.set(key, slot)
    else if (slot === INDEX_FROM) this.index = new SlotIndex(this.keys)
    return slot
  }

  /** Adds a key. @returns whether it is new */
  add(key: ByteString): boolean {
    if (this.has(key)) return false
    this.append(key)
    return true
  }

  /** Removes a key. @returns whether it was there */
  delete(key: ByteString): boolean {
    const slot = this.find(key)
    if (slot < 0) return false
    this.removeAt(slot)
    return true
  }

  /** Must be called before a slot's key or value changes; appending changes no slot. */
  beforeChange(slot: number): void {
    this.tell(slot)
  }

  /** As `beforeChange`, where the value is not changed in place. */
  protected tell(slot: number): void {
    if (this.guard !== null) this.guard.before(slot >> PAGE_BITS, slot)
  }

  removeAt(slot: number): void {
    const last = this.keys.length - 1
    this.tell(slot)
    this.tell(last)
    if (last >= this.peak) this.peak = last + 1
    this.leaves(slot)
    this.index?.delete(this.keys[slot])
    if (last < this.ordered) {
      if (slot < last) this.closeGap(slot)
    } else if (slot < last) {
      this.keys[slot] = this.keys[last]
      this.index?.set(this.keys[slot], slot)
      this.move(last, slot)
    }
    this.dropLast()
  }

  /**
   * Removes many slots in one pass over all, which takes a tenth of the time that they would take one by one.
   * @param mark gets an array that has a place for each slot, and sets the places of those that go to -1
   * @returns their keys
   */
  removeMarked(mark: (places: Int32Array) => void): ByteString[] {
    const { keys } = this
    const { length } = keys
    if (length > this.peak) this.peak = length
    for (let slot = 0; slot < length; slot += 1 << PAGE_BITS) this.tell(slot)
    const places = new Int32Array(length)
    mark(places)
    const removed: ByteString[] = []
    let size = 0
    for (let slot = 0; slot < length; slot++) {
      if (places[slot] < 0) {
        this.leaves(slot)
        removed.push(keys[slot])
      } else {
        if (size < slot) {
          keys[size] = keys[slot]
          this.move(slot, size)
        }
        places[slot] = ++size
      }
    }
    this.index?.renumber(places, size)
    while (keys.length > size) this.dropLast()
    return removed
  }

  /** A slot's entry is about to go. */
  protected leaves(slot: number): void {
    this.gone(this.keys[slot])
  }

  /** A key or value is about to go. */
  protected gone({ length }: ByteString): void {
    this.chars -= length
    if (length > this.longest) this.longest = length
  }

  /** Copies how large another table was. */
  remember({ peak, longest }: SlotTable): void {
    this.peak = peak
    this.longest = longest
  }

  /** Up to this size removal keeps insertion order. */
  protected get ordered(): number {
    return ORDERED_UP_TO
  }

  private closeGap(slot: number): void {
    for (let i = slot + 1; i < this.keys.length; i++) {
      this.index?.set(this.keys[i], i - 1) // before the key itself moves: the index finds it where it was
      this.move(i, i - 1)
    }
    // To the end, from where it is dropped. V8's copyWithin takes a hundred times as long as splice.
    this.keys.push(this.keys.splice(slot, 1)[0])
  }

  /** A subclass with columns of its own copies them from one slot to another. */
  protected move(_from: number, _to: number): void {}
  /** A subclass with columns of its own drops their last entries too. */
  protected dropLast(): void {
    this.keys.pop()
  }

  /**
   * One step of a scan. It walks from the last slot to the first: a removal only ever moves an entry to a lower slot, and
   * from the part not yet visited to the part not yet visited or from the visited part, so every entry that is there
   * during the whole scan is visited, and the cursor (how many slots are left) needs no state.
   * @returns the next cursor, 0 at the end
   */
  scan(cursor: number, count: number, visit: (slot: number) => void): number {
    let left = cursor === 0 ? this.keys.length : Math.min(cursor, this.keys.length)
    for (; left > 0 && count > 0; count--) visit(--left)
    return left
  }
}
