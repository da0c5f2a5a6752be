// What a key can hold. A string is a number where Redis would keep an int (INCR then parses nothing), a byte string, or a
// Raw where it is changed in place; the other types are classes over the structures.
import { type ByteString, fromUint8Array, partOf, putBytes, STRING_OVERHEAD, toUint8Array } from '../bytes.ts'
import { parseInt64 } from '../numbers.ts'
import type { ModuleValue } from './modules.ts'
import { ExpiryQueue } from './structures/expiry-queue.ts'
import { Deque } from './structures/deque.ts'
import { Dict } from './structures/dict.ts'
import { RankedTree } from './structures/ranked-tree.ts'
import { SlotTable } from './structures/slot-table.ts'
import type { Stream } from '../streams/stream.ts'

export type StringValue = ByteString | number | Raw
export type Value = StringValue | Hash | List | Members | SortedSet | Stream | ModuleValue
export type TypeName = 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream' | 'module'

export function typeOf(value: Value): TypeName {
  return typeof value === 'object' ? value.type : 'string'
}

/** A value's type as TYPE says it. */
export function nameOfType(value: Value): string {
  return typeof value === 'object' && value.type === 'module' ? value.of.name : typeOf(value)
}

/**
 * A string that APPEND, SETRANGE or SETBIT has changed, as Redis's raw encoding: bytes with room to grow. Short ones that
 * no bit was set in are still a text, which takes a fifth of the memory.
 */
export class Raw {
  readonly type = 'string'
  /** What its keyspace counts it as: see keyspace.ts. */
  counted = 0
  length: number
  /** How many running saves still have to write it: a change must go to a copy. */
  shared = 0
  #content: ByteString | Uint8Array

  /** @param content bytes become its own */
  constructor(content: ByteString | Uint8Array) {
    this.length = content.length
    this.#content = content
  }

  /** Bytes `from` to `to`; what is beyond the end is left out. */
  slice(from: number, to: number): ByteString {
    const content = this.#content
    if (typeof content === 'string') return partOf(content, from, to)
    return fromUint8Array(content, Math.min(from, this.length), Math.min(to, this.length))
  }

  /** A byte; nothing behind the end. */
  byteAt(at: number): number | undefined {
    const content = this.#content
    return typeof content === 'string' ? content.charCodeAt(at) : content[at]
  }

  copy(): Raw {
    return new Raw(typeof this.#content === 'string' ? this.#content : this.#content.slice(0, this.length))
  }

  /** The bytes for reading. */
  get bytes(): Uint8Array {
    const bytes = typeof this.#content === 'string' ? toUint8Array(this.#content) : this.#content
    return bytes.length === this.length ? bytes : bytes.subarray(0, this.length)
  }

  /** Bytes of memory that the content takes. */
  get room(): number {
    return typeof this.#content === 'string' ? STRING_OVERHEAD + this.length : 210 + this.#content.length
  }

  /**
   * The bytes for writing, at least `length` of them; new ones are zero.
   * @param spare so many more if room has to be made. What grows again, or is long, gets half as much again, above 2 MiB less, but never
   * so little that to append time and again copies each byte more than a few times.
   */
  grow(length: number, spare?: number): Uint8Array {
    const old = this.#content
    const isText = typeof old === 'string'
    const more = isText && length < LONG ? 0 : Math.min(length >> 1, Math.max(1 << 20, length >> 3))
    const room = length > old.length ? length + (spare ?? more) : old.length
    // The array itself, no subarray: V8 keeps short arrays on its heap until there is a view of them.
    let bytes = old as Uint8Array
    if (isText) bytes = putBytes(new Uint8Array(room), 0, old)
    else if (room > old.length) {
      bytes = new Uint8Array(room)
      bytes.set(old)
    }
    this.#content = bytes
    this.length = Math.max(this.length, length)
    return bytes
  }

  /** Writes bytes at an offset; zeros fill a gap before it. */
  write(at: number, bytes: ByteString): void {
    const text = this.#content
    const end = at + bytes.length
    if (typeof text === 'string' && Math.max(end, this.length) <= SHORT) {
      // With join: V8 makes a rope of `a + b`, which would keep each of its parts in memory.
      this.#content = [text.slice(0, at).padEnd(at, '\0'), bytes, text.slice(end)].join('')
      this.length = this.#content.length
    } else putBytes(this.grow(end), at, bytes)
  }

  toString(): ByteString {
    // The text is not kept beside the bytes: that would double the memory of a long string once it has been read.
    return typeof this.#content === 'string' ? this.#content : this.slice(0, this.length)
  }
}
/** Up to this length a text is written into as a text. */
const SHORT = 64
/** A text from here on has room to grow as soon as it becomes bytes: to copy it once more would take long. */
const LONG = 1 << 16

/** A string value as Redis would store it: an integer in its only form becomes a number. */
export function encodeString(text: ByteString): StringValue {
  // 48..57 are digits, 45 is the minus; most strings are told apart by their first char.
  const first = text.charCodeAt(0)
  if (text.length > 15 || !(first <= 57 && (first >= 48 || first === 45))) return text
  return (parseInt64(text) as number | undefined) ?? text
}

export function textOf(value: StringValue): ByteString {
  return typeof value === 'string' ? value : String(value)
}

export function lengthOf(value: StringValue): number {
  return typeof value === 'number' ? String(value).length : value.length
}

/** The bytes of a string, or of a part of it, for reading. */
export function bytesOf(value: StringValue, from?: number, to?: number): Uint8Array {
  return value instanceof Raw ? value.bytes.subarray(from, to) : toUint8Array(textOf(value).slice(from, to))
}

/** Bytes `from` to `to` of a string; what is beyond its end is left out. */
export function sliceOf(value: StringValue, from: number, to: number): ByteString {
  return value instanceof Raw ? value.slice(from, to) : partOf(textOf(value), from, to)
}

/** A value of its own with the same content. */
export function copyOf(value: Value): Value {
  if (typeof value !== 'object') return value
  switch (value.type) {
    case 'string':
      return value.copy()
    case 'list': {
      const list = new List()
      list.copyFrom(value)
      return list
    }
    case 'set': {
      const members = new Members()
      for (const member of value.keys) members.add(member)
      members.remember(value)
      return members
    }
    case 'hash': {
      const hash = new Hash()
      value.keys.forEach((field, slot) => hash.insert(field, value.values[slot]))
      hash.remember(value)
      if (value.expires !== null) value.keys.forEach((_, slot) => hash.setExpiry(slot, value.expiry(slot)))
      return hash
    }
    case 'zset': {
      const zset = new SortedSet()
      value.scores.keys.forEach((member, slot) => zset.scores.insert(member, value.scores.values[slot]))
      // In their order elements are only appended: to insert them anywhere takes twice as long.
      value.order.walk(0, value.size, false, (member, score) => zset.order.insert(score, member))
      zset.scores.remember(value.scores)
      return zset
    }
    case 'stream':
    case 'module':
      return value.copy()
  }
}

/** Fields and values; a field may have an expiry of its own (Redis 7.4). */
export class Hash extends Dict<ByteString> {
  readonly type = 'hash'
  counted = 0
  /** Whether it counts as one with fields that expire: see keyspace.ts. */
  expiring = false
  /** When fields expire, in milliseconds since 1970; null while nobody asked for one. */
  expires: ExpiryQueue | null = null

  /** When the first of its fields expires; Infinity if none does. */
  get nextExpiry(): number {
    return this.expires?.next ?? Infinity
  }

  /** When a slot's field expires; 0 for never. */
  expiry(slot: number): number {
    return this.expires?.time(slot) ?? 0
  }

  /** Sets a field and takes its expiry away. @returns whether it is new */
  put(field: ByteString, value: ByteString): boolean {
    const slot = this.find(field)
    if (slot < 0) this.insert(field, value)
    else {
      this.setAt(slot, value)
      // Only after `setAt`, which has a running save write the field with its old expiry.
      this.expires?.set(slot, 0)
    }
    return slot < 0
  }

  override insert(field: ByteString, value: ByteString): number {
    this.chars += value.length
    return super.insert(field, value)
  }

  override setAt(slot: number, value: ByteString): void {
    this.gone(this.values[slot])
    this.chars += value.length
    super.setAt(slot, value)
  }

  protected override leaves(slot: number): void {
    super.leaves(slot)
    this.gone(this.values[slot])
  }

  override removeAt(slot: number): void {
    this.beforeChange(slot)
    this.expires?.set(slot, 0)
    super.removeAt(slot)
  }

  protected override move(from: number, to: number): void {
    super.move(from, to)
    this.expires?.moved(from, to)
  }

  setExpiry(slot: number, at: number): void {
    this.beforeChange(slot)
    this.mayExpire().set(slot, at)
  }

  /** As in Redis, to ask for expiries makes room for them, even if no field gets one. */
  mayExpire(): ExpiryQueue {
    return (this.expires ??= new ExpiryQueue())
  }

  /** @returns whether the field had an expiry */
  clearExpiry(slot: number): boolean {
    if (this.expiry(slot) === 0) return false
    this.setExpiry(slot, 0)
    return true
  }

  /** Removes fields that are due. @param most up to so many, one by one; default: all. @returns which */
  removeExpired(now: number, most?: number): ByteString[] {
    const removed: ByteString[] = []
    // Where more are due, all of them go together.
    const few = most ?? this.size >> 8
    while (removed.length < few && this.nextExpiry <= now) {
      const slot = this.expires!.first
      removed.push(this.keys[slot])
      this.removeAt(slot)
    }
    if (most !== undefined || this.nextExpiry > now) return removed
    return removed.concat(this.removeMarked((places) => this.expires!.takeDue(now, places)))
  }
}

export class List extends Deque {
  readonly type = 'list'
  counted = 0
}

export class Members extends SlotTable {
  readonly type = 'set'
  counted = 0
  /** Whether a removed member was no integer: Redis's sets do not become intsets again. */
  mixed = false

  protected override gone(member: ByteString): void {
    super.gone(member)
    if (!this.mixed && parseInt64(member) === undefined) this.mixed = true
  }

  override remember(other: Members): void {
    super.remember(other)
    this.mixed = other.mixed
  }

  /** Forgets that it was ever larger, or held what is no integer, as if it were a new set. */
  forget(): void {
    this.peak = 0
    this.mixed = false
  }
}

/** Members by name and by (score, member). */
export class SortedSet {
  readonly type = 'zset'
  counted = 0
  readonly scores = new Dict<number>()
  readonly order = new RankedTree()

  get size(): number {
    return this.scores.size
  }

  /** @returns whether the member is new or its score another */
  set(member: ByteString, score: number): boolean {
    // Redis's listpack keeps no negative zero; here it is never kept.
    const value = score === 0 ? 0 : score
    const slot = this.scores.find(member)
    if (slot < 0) this.scores.insert(member, value)
    else {
      const old = this.scores.values[slot]
      if (old === value) return false
      this.scores.setAt(slot, value)
      this.order.delete(old, member)
    }
    this.order.insert(value, member)
    return true
  }

  delete(member: ByteString): boolean {
    const slot = this.scores.find(member)
    if (slot < 0) return false
    this.order.delete(this.scores.values[slot], member)
    this.scores.removeAt(slot)
    return true
  }
}
