// The keys of one database: a dictionary with two more columns, when a key expires and when it was last used. Columns
// are typed arrays beside the slots, so a key without an expiry pays nothing and one with an expiry 8 bytes.
import { type ByteString, STRING_OVERHEAD } from '../bytes.ts'
import { ExpiryQueue } from './structures/expiry-queue.ts'
import { Dict } from './structures/dict.ts'
import { EXPIRY, sizeOfValue, SLOT } from './memory.ts'
import type { Hash, Value } from './values.ts'

/** Changed values are counted anew many at a time: once there are twice as many as this, all but the last so many. */
const MOST_OPEN = 128

/** Told what changes in a keyspace, for saves that write only that (see persistence/). A change in place is told by the guard. */
export interface ChangeLog {
  /** A key is new in this slot. */
  mark(slot: number): void
  moved(from: number, to: number): void
  removed(key: ByteString): void
}

export class Keyspace extends Dict<Value> {
  /** When keys expire, in milliseconds since 1970. Named as in Redis's databases, as is `hexpires`. */
  readonly expires = new ExpiryQueue()
  /** When hashes are to be looked at because one of their fields expires; null while no hash has, or has had, such fields. */
  hexpires: ExpiryQueue | null = null
  changes: ChangeLog | null = null
  /** Bytes of all values as they were last counted. */
  #bytes = 0
  /** How many of them were hashes with fields that expire. */
  #subexpiry = 0
  /** Values that have changed since then. Each is counted once, however often it has changed. */
  readonly #open: Exclude<Value, string | number>[] = []
  /** When or how often each key was used: see eviction.ts. */
  access: Uint32Array = new Uint32Array(16)

  /** Small keyspaces need no order: Redis's have none. */
  protected override get ordered(): number {
    return 0
  }

  /** When something expires next, a key or a field; Infinity for nothing. */
  get nextExpiry(): number {
    return Math.min(this.expires.next, this.hexpires?.next ?? Infinity)
  }

  /** When a slot's key expires, in milliseconds since 1970; 0 for never. */
  expiry(slot: number): number {
    return this.expires.time(slot)
  }

  /** Sets or (0) clears an expiry. */
  setExpiry(slot: number, at: number): void {
    this.tell(slot)
    this.expires.set(slot, at)
  }

  /** Has a slot's hash looked at when the next of its fields expires. */
  watchFields(slot: number, { nextExpiry }: Hash): void {
    if (nextExpiry !== Infinity) this.hexpires ??= new ExpiryQueue()
    this.hexpires?.set(slot, nextExpiry === Infinity ? 0 : nextExpiry)
  }

  /** How many hashes have fields that expire. */
  get subexpiry(): number {
    this.#count(0)
    return this.#subexpiry
  }

  /** Bytes of all that is in it: see memory.ts. */
  get bytes(): number {
    this.#count(0)
    return this.#bytes + this.chars + this.size * (SLOT + STRING_OVERHEAD) + this.expires.size * EXPIRY
  }

  /** Counts values that have changed anew, all but the last `keep`: the command that runs may go on to change those. */
  #count(keep: number): void {
    for (const value of this.#open.splice(0, this.#open.length - keep)) {
      // Undoes `#changing`: while a value waits to be counted, `counted` is -1 minus its last size.
      const bytes = sizeOfValue(value)
      this.#bytes += bytes + value.counted + 1
      value.counted = bytes
      if (value.type === 'hash' && value.expires !== null) this.#countExpiring(value, value.nextExpiry !== Infinity)
    }
  }

  #countExpiring(hash: Hash, expiring: boolean): void {
    this.#subexpiry += Number(expiring) - Number(hash.expiring)
    hash.expiring = expiring
  }

  override beforeChange(slot: number): void {
    this.tell(slot)
    this.#changing(this.values[slot])
  }

  #changing(value: Value): void {
    if (typeof value !== 'object' || value.counted < 0) return
    value.counted = -1 - value.counted
    if (this.#open.push(value) === 2 * MOST_OPEN) this.#count(MOST_OPEN)
  }

  #enters(value: Value): void {
    if (typeof value === 'object') this.#changing(value)
    else this.#bytes += sizeOfValue(value)
  }

  #leaves(value: Value): void {
    if (typeof value !== 'object') {
      this.#bytes -= sizeOfValue(value)
      return
    }
    if (value.counted < 0) {
      value.counted = -1 - value.counted
      // Usually it is the last one. If not, that one takes its place.
      const last = this.#open.pop()!
      if (last !== value) this.#open[this.#open.lastIndexOf(value)] = last
    }
    this.#bytes -= value.counted
    value.counted = 0
    if (value.type === 'hash') this.#countExpiring(value, false)
  }

  override setAt(slot: number, value: Value): void {
    const old = this.values[slot]
    super.setAt(slot, value)
    // The common case, in which nothing but the length counts.
    if (typeof old === 'string' && typeof value === 'string') this.#bytes += value.length - old.length
    else {
      this.#leaves(old)
      this.#enters(value)
    }
  }

  override insert(key: ByteString, value: Value): number {
    const slot = super.insert(key, value)
    this.#enters(value)
    if (slot >= this.access.length) {
      const access = new Uint32Array(slot * 2)
      access.set(this.access)
      this.access = access
    }
    this.changes?.mark(slot)
    return slot
  }

  override removeAt(slot: number): void {
    this.setExpiry(slot, 0)
    this.hexpires?.set(slot, 0)
    this.changes?.removed(this.keys[slot])
    const value = this.values[slot]
    super.removeAt(slot)
    this.#leaves(value)
  }

  protected override move(from: number, to: number): void {
    super.move(from, to)
    this.changes?.moved(from, to)
    this.access[to] = this.access[from]
    this.expires.moved(from, to)
    this.hexpires?.moved(from, to)
  }
}
