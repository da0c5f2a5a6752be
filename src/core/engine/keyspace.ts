// The keys of one database: a dictionary with two more columns, when a key expires and when it was last used. Columns
// are typed arrays beside the slots, so a key without an expiry pays nothing and one with an expiry 8 bytes.
import type { ByteString } from '../bytes.ts'
import { ExpiryQueue } from './structures/expiry-queue.ts'
import { Dict } from './structures/dict.ts'
import type { Value } from './values.ts'

/** So many stale entries are no reason to tidy a queue up. */
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
  /** How many entries of the queue mean nothing any more: at most half of them. */
  #stale = 0
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
    if (this.#expires[slot] !== 0) this.#unset()
    this.#expires[slot] = at
    if (at === 0) return
    this.volatile++
    this.queue.push(at, this.keys[slot])
  }

  /** Has a hash looked at when a time comes, that of its field that expires next. */
  enqueue(at: number, key: ByteString): void {
    this.#outdate() // the one before, if there was one
    this.queue.push(at, key)
  }

  /** Takes the key whose time comes first. */
  dequeue(): ByteString {
    this.#stale--
    return this.queue.pop()
  }

  #unset(): void {
    this.volatile--
    this.#outdate()
  }

  // One entry more is stale. They are dropped when they are half of all, so that this is O(1).
  #outdate(): void {
    const { queue, keys } = this
    if (2 * ++this.#stale <= queue.size + QUEUE_SLACK) return
    this.#stale = 0
    this.queue = new ExpiryQueue()
    // If few of very many keys expire, these are looked up.
    for (const slot of keys.length > 4 * queue.size ? new Set(queue.keys.map((key) => this.find(key))) : keys.keys()) {
      if (slot < 0) continue
      const at = this.expiry(slot)
      const value = this.values[slot]
      const field = typeof value === 'object' && value.type === 'hash' ? value.nextExpiry : Infinity
      if (at !== 0) this.queue.push(at, keys[slot])
      if (field !== Infinity) this.queue.push(field, keys[slot])
    }
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
    if (this.expiry(slot) !== 0) this.#unset()
    if (this.hasFieldExpiry) this.#outdate()
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
