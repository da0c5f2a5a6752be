// The keys of one database: a dictionary with two more columns, when a key expires and when it was last used. Columns
// are typed arrays beside the slots, so a key without an expiry pays nothing and one with an expiry 8 bytes.
import type { ByteString } from '../bytes.ts'
import { ExpiryQueue } from './structures/expiry-queue.ts'
import { Dict } from './structures/dict.ts'
import type { Hash, Value } from './values.ts'

/** Told what changes in a keyspace, for saves that write only that (see persistence/). A change in place is told by the guard. */
export interface ChangeLog {
  /** A key is new in this slot. */
  mark(slot: number): void
  moved(from: number, to: number): void
  removed(key: ByteString): void
}

export class Keyspace extends Dict<Value> {
  /** When keys expire, in milliseconds since 1970. */
  readonly queue = new ExpiryQueue()
  /** When hashes are to be looked at because one of their fields expires; null while no hash has, or has had, such fields. */
  fields: ExpiryQueue | null = null
  changes: ChangeLog | null = null
  /** When or how often each key was used: see eviction.ts. */
  access: Uint32Array = new Uint32Array(16)

  /** Small keyspaces need no order: Redis's have none. */
  protected override get ordered(): number {
    return 0
  }

  /** When something expires next, a key or a field; Infinity for nothing. */
  get nextExpiry(): number {
    return Math.min(this.queue.next, this.fields?.next ?? Infinity)
  }

  /** When a slot's key expires, in milliseconds since 1970; 0 for never. */
  expiry(slot: number): number {
    return this.queue.time(slot)
  }

  /** Sets or (0) clears an expiry. */
  setExpiry(slot: number, at: number): void {
    this.beforeChange(slot)
    this.queue.set(slot, at)
  }

  /** Has a slot's hash looked at when the next of its fields expires. */
  watchFields(slot: number, { nextExpiry }: Hash): void {
    if (nextExpiry !== Infinity) this.fields ??= new ExpiryQueue()
    this.fields?.set(slot, nextExpiry === Infinity ? 0 : nextExpiry)
  }

  override insert(key: ByteString, value: Value): number {
    const slot = super.insert(key, value)
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
    this.fields?.set(slot, 0)
    this.changes?.removed(this.keys[slot])
    super.removeAt(slot)
  }

  protected override move(from: number, to: number): void {
    super.move(from, to)
    this.changes?.moved(from, to)
    this.access[to] = this.access[from]
    this.queue.moved(from, to)
    this.fields?.moved(from, to)
  }
}
