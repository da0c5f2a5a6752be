// From key to slot: an open hash table of hashes and slots in one typed array. The keys themselves stay in the table's own array.
// When it grows or shrinks, each command moves a little of it, as in Redis. A Map would do, but V8's keeps what was deleted in
// its chains until it is full: a lock or a queue that comes and goes among ten thousand keys took 20 µs each time. It is also
// three times as large, and slower for strings that it sees for the first time, as most are that come from a client.
import type { ByteString } from '../../bytes.ts'

const FIRST_CAPACITY = 1 << 6
/** When the capacity changes, so much of what was before moves with each command: half of it are slots. */
const MOVED_AT_ONCE = 64

export class SlotIndex {
  readonly #keys: readonly ByteString[]
  // A secret: without it nobody can choose keys that collide.
  readonly #seed = (Math.random() * 2 ** 32) | 0
  /** A hash and a slot plus one (0: free) in turn. Its capacity is a power of two. */
  #entries: Int32Array = new Int32Array(2 * FIRST_CAPACITY)
  #mask = FIRST_CAPACITY - 1
  /** The entries before the capacity changed; those below `#moved` mean nothing any more, and -1 is a slot that was deleted. */
  #old: Int32Array | null = null
  #moved = 0
  size = 0

  /** @param keys the table's keys by slot: a key must stand where the index says while it is set anew, and still when it is deleted */
  constructor(keys: readonly ByteString[]) {
    this.#keys = keys
    keys.forEach((key, slot) => this.set(key, slot))
  }

  /** The slot of a key, -1 if it is not there. */
  get(key: ByteString): number {
    if (this.#old !== null) this.#move()
    const hash = this.#hash(key)
    const at = this.#find(this.#entries, key, hash)
    if (at >= 0) return this.#entries[at + 1] - 1
    const before = this.#before(key, hash)
    return before < 0 ? -1 : this.#old![before + 1] - 1
  }

  /** Sets the slot of a key, be it there or not. */
  set(key: ByteString, slot: number): void {
    if (this.#old !== null) this.#move()
    const hash = this.#hash(key)
    const at = this.#find(this.#entries, key, hash)
    if (at >= 0) {
      this.#entries[at + 1] = slot + 1
      return
    }
    const before = this.#before(key, hash)
    if (before >= 0) {
      this.#old![before + 1] = slot + 1
      return
    }
    // At most two thirds full.
    if (3 * this.size >= 2 * this.#mask) this.#resize(2 * (this.#mask + 1))
    this.size++
    this.#put(hash, slot + 1)
  }

  delete(key: ByteString): boolean {
    if (this.#old !== null) this.#move()
    const hash = this.#hash(key)
    const at = this.#find(this.#entries, key, hash)
    if (at >= 0) this.#free(at)
    else {
      const before = this.#before(key, hash)
      if (before < 0) return false
      this.#old![before + 1] = -1
    }
    this.size--
    if (this.#mask >= FIRST_CAPACITY && 8 * this.size < this.#mask) this.#resize((this.#mask + 1) / 2)
    return true
  }

  /** Many keys have another slot or are gone. @param places of each slot the new one plus one; -1 if its key is gone; @param size how many stay */
  renumber(places: Int32Array, size: number): void {
    while (this.#old !== null) this.#move()
    const entries = this.#entries
    for (let at = 1; at < entries.length; at += 2) if (entries[at] !== 0) entries[at] = places[entries[at] - 1]
    this.size = size
    // What was there before the capacity changed may hold deleted entries: so they need not be moved now.
    this.#resize(Math.max(FIRST_CAPACITY, 2 ** (33 - Math.clz32(size))))
  }

  #free(place: number): void {
    const entries = this.#entries
    const wrap = 2 * this.#mask + 1
    let free = place
    // Later entries that collided move up into the gap, so that no entry is ever marked as deleted.
    for (let at = (free + 2) & wrap; entries[at + 1] !== 0; at = (at + 2) & wrap) {
      const home = 2 * (entries[at] & this.#mask)
      if (((at - home) & wrap) < ((at - free) & wrap)) continue
      entries[free] = entries[at]
      entries[free + 1] = entries[at + 1]
      free = at
    }
    entries[free + 1] = 0
  }

  /** Where a key's entry is, or minus one. */
  #find(entries: Int32Array, key: ByteString, hash: number): number {
    const keys = this.#keys
    const wrap = entries.length - 1
    for (let at = (hash << 1) & wrap; ; at = (at + 2) & wrap) {
      const slot = entries[at + 1]
      if (slot === 0) return -1
      if (entries[at] === hash && keys[slot - 1] === key) return at
    }
  }

  /** As `#find`, among what has yet to move. */
  #before(key: ByteString, hash: number): number {
    const at = this.#old === null ? -1 : this.#find(this.#old, key, hash)
    return at < this.#moved ? -1 : at
  }

  #put(hash: number, slot: number): void {
    const entries = this.#entries
    const wrap = 2 * this.#mask + 1
    let at = 2 * (hash & this.#mask)
    while (entries[at + 1] !== 0) at = (at + 2) & wrap
    entries[at] = hash
    entries[at + 1] = slot
  }

  #resize(capacity: number): void {
    while (this.#old !== null) this.#move()
    this.#old = this.#entries
    this.#moved = 0
    this.#entries = new Int32Array(2 * capacity)
    this.#mask = capacity - 1
  }

  // A little at a time: moving all at once took 20 ms and more of the command that added the millionth key.
  #move(): void {
    const old = this.#old!
    const end = this.#moved + MOVED_AT_ONCE
    for (let at = this.#moved; at < end; at += 2) if (old[at + 1] > 0) this.#put(old[at], old[at + 1])
    this.#moved = end
    if (end === old.length) this.#old = null
  }

  #hash(key: ByteString): number {
    let hash = this.#seed
    for (let i = 0; i < key.length; i++) hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ key.charCodeAt(i), 0x9e3779b1)
    // The low bits choose the place: let the high ones take part.
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    return hash ^ (hash >>> 13)
  }
}
