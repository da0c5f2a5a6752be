// From key to slot, for tables with very many keys: an open hash table of hashes and slots in one typed array. The keys
// themselves stay in the table's own array. Beside a Map, a million keys take two thirds of the memory and are put there
// 2.5 times as fast; a Map finds long keys faster as long as it is small, since V8 keeps a string's hash with the string.
import type { ByteString } from '../../bytes.ts'

const FIRST_CAPACITY = 1 << 10

export class SlotIndex {
  readonly #keys: readonly ByteString[]
  // Nobody can choose keys that collide without knowing it.
  readonly #seed = (Math.random() * 2 ** 32) | 0
  /** A hash and a slot plus one (0: free) in turn. Its capacity is a power of two. */
  #entries = new Int32Array(2 * FIRST_CAPACITY)
  #mask = FIRST_CAPACITY - 1
  size = 0

  /** @param keys the table's keys by slot: a key's must be there when it is set, and still be there when it is deleted */
  constructor(keys: readonly ByteString[]) {
    this.#keys = keys
    for (let slot = 0; slot < keys.length; slot++) this.set(keys[slot], slot)
  }

  get(key: ByteString): number | undefined {
    const at = this.#find(key, this.#hash(key))
    return at < 0 ? undefined : this.#entries[at + 1] - 1
  }

  has(key: ByteString): boolean {
    return this.#find(key, this.#hash(key)) >= 0
  }

  /** Sets the slot of a key, be it there or not. */
  set(key: ByteString, slot: number): void {
    const hash = this.#hash(key)
    const at = this.#find(key, hash)
    if (at >= 0) {
      this.#entries[at + 1] = slot + 1
      return
    }
    // At most two thirds full.
    if (3 * this.size >= 2 * this.#mask) this.#resize(2 * (this.#mask + 1))
    this.size++
    this.#put(hash, slot + 1)
  }

  delete(key: ByteString): boolean {
    let free = this.#find(key, this.#hash(key))
    if (free < 0) return false
    const entries = this.#entries
    const wrap = 2 * this.#mask + 1
    // Those behind it that could not stand where they belong move up, so that nothing is ever marked as deleted.
    for (let at = (free + 2) & wrap; entries[at + 1] !== 0; at = (at + 2) & wrap) {
      const home = 2 * (entries[at] & this.#mask)
      if (((at - home) & wrap) < ((at - free) & wrap)) continue
      entries[free] = entries[at]
      entries[free + 1] = entries[at + 1]
      free = at
    }
    entries[free + 1] = 0
    this.size--
    if (this.#mask >= FIRST_CAPACITY && 8 * this.size < this.#mask) this.#resize((this.#mask + 1) / 2)
    return true
  }

  /** Where a key's entry is, or minus one. */
  #find(key: ByteString, hash: number): number {
    const entries = this.#entries
    const keys = this.#keys
    const wrap = 2 * this.#mask + 1
    for (let at = 2 * (hash & this.#mask); ; at = (at + 2) & wrap) {
      const slot = entries[at + 1]
      if (slot === 0) return -1
      if (entries[at] === hash && keys[slot - 1] === key) return at
    }
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
    const old = this.#entries
    this.#entries = new Int32Array(2 * capacity)
    this.#mask = capacity - 1
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#put(old[at], old[at + 1])
  }

  #hash(key: ByteString): number {
    let hash = this.#seed
    for (let i = 0; i < key.length; i++) hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ key.charCodeAt(i), 0x9e3779b1)
    // The low bits choose the place: let the high ones take part.
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    return hash ^ (hash >>> 13)
  }
}
