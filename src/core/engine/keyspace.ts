// The keys of one database: a dictionary with two more columns, when a key expires and when it was last used. Columns
// are typed arrays beside the slots, so a key without an expiry pays nothing and one with an expiry 8 bytes.
import type { ByteString } from '../bytes.ts'
import { ExpiryQueue } from './expiry-queue.ts'
import { Dict } from './structures/dict.ts'
import type { Value } from './values.ts'

const QUEUE_SLACK = 1024

/** Told what changes in a keyspace, for saves that write only that (see persistence/). A change in place is told by the guard. */
export interface ChangeLog {
  /** A key is new in this slot. */
  mark(slot: number): void
  moved(from: number, to: number): void
  removed(key: ByteString): void
}

export class Keyspace extends Dict<Value> {
  /** How many keys have an expiry. */
  volatile = 0
  queue = new ExpiryQueue()
  /** Whether a hash in it has, or has had, fields that expire. */
  hasFieldExpiry = false
  changes: ChangeLog | null = null
  // Milliseconds since 1970, 0 for none; null until a key gets an expiry.
  #expires: Float64Array | null = null
  #queueLimit = QUEUE_SLACK
  /** When or how often each key was used: see eviction.ts. */
  access: Uint32Array = new Uint32Array(16)

  /** Small keyspaces need no order: Redis's have none. */
  protected override get ordered(): number {
    return 0
  }

  /** When a slot's key expires, in milliseconds since 1970; 0 for never. */
  expiry(slot: number): number {
    return this.#expires === null ? 0 : this.#expires[slot]
  }

  /** Sets or (0) clears an expiry. */
  setExpiry(slot: number, at: number): void {
    if (this.#expires === null) {
      if (at === 0) return
      this.#expires = new Float64Array(this.access.length)
    }
    this.beforeChange(slot)
    this.volatile += (at === 0 ? 0 : 1) - (this.#expires[slot] === 0 ? 0 : 1)
    this.#expires[slot] = at
    if (at !== 0) this.enqueue(at, this.keys[slot])
  }

  /** Has a key looked at when a time comes: its own expiry, or that of a field of its hash. */
  enqueue(at: number, key: ByteString): void {
    this.queue.push(at, key)
    if (this.queue.size > this.#queueLimit) this.#rebuildQueue()
  }

  // Drops the stale entries. Doubling the limit keeps this at O(1) a push.
  #rebuildQueue(): void {
    this.queue = new ExpiryQueue()
    for (let slot = 0; slot < this.keys.length; slot++) {
      const at = this.expiry(slot)
      const value = this.values[slot]
      const field = typeof value === 'object' && value.type === 'hash' ? value.nextExpiry : Infinity
      if (at !== 0) this.queue.push(at, this.keys[slot])
      if (field !== Infinity) this.queue.push(field, this.keys[slot])
    }
    this.#queueLimit = 2 * this.queue.size + QUEUE_SLACK
  }

  override insert(key: ByteString, value: Value): number {
    const slot = super.insert(key, value)
    if (slot >= this.access.length) this.#widen(slot * 2)
    this.changes?.mark(slot)
    return slot
  }

  #widen(length: number): void {
    const access = new Uint32Array(length)
    access.set(this.access)
    this.access = access
    if (this.#expires === null) return
    const expires = new Float64Array(length)
    expires.set(this.#expires)
    this.#expires = expires
  }

  override removeAt(slot: number): void {
    if (this.#expires !== null && this.#expires[slot] !== 0) this.volatile--
    this.changes?.removed(this.keys[slot])
    super.removeAt(slot)
  }

  protected override move(from: number, to: number): void {
    super.move(from, to)
    this.changes?.moved(from, to)
    this.access[to] = this.access[from]
    if (this.#expires !== null) this.#expires[to] = this.#expires[from]
  }

  protected override dropLast(): void {
    super.dropLast()
    if (this.#expires !== null) this.#expires[this.keys.length] = 0
  }
}
