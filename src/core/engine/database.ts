// One database: the keyspace with what Redis does around it. Looking a key up expires it, counts hits and notes its use;
// changing it tells WATCH, keyspace events and the dirty count, in one call.
import type { ByteString } from '../bytes.ts'
import type { Waiter } from './blocking.ts'
import type { Engine } from './engine.ts'
import { WRONG_TYPE } from './errors.ts'
import { EVENT } from './events.ts'
import { Keyspace } from './keyspace.ts'
import type { Session } from './session.ts'
import type { Stream } from '../streams/stream.ts'
import type { Watch } from './transaction.ts'
import { Hash, List, Members, SortedSet, type StringValue, type TypeName, typeOf, type Value } from './values.ts'

/** One type's keys: a key of another type is WRONGTYPE. */
class Typed<T extends Value> {
  readonly #db: Database
  readonly #type: TypeName
  readonly #make: () => T

  constructor(db: Database, type: TypeName, make: () => T) {
    this.#db = db
    this.#type = type
    this.#make = make
  }

  /** The value for reading; see `Database.willChange`. */
  read(key: ByteString): T | undefined {
    return this.#check(this.#db.read(key))
  }

  /** The value for changing it; undefined if there is none. */
  write(key: ByteString): T | undefined {
    return this.#check(this.#db.write(key))
  }

  /** The value for changing it, made if there is none. The caller must put something into it. */
  orCreate(key: ByteString): T {
    const value = this.write(key)
    if (value !== undefined) return value
    const made = this.#make()
    this.#db.insert(key, made)
    return made
  }

  #check(value: Value | undefined): T | undefined {
    if (value === undefined || typeOf(value) === this.#type) return value as T | undefined
    throw WRONG_TYPE
  }
}

export class Database {
  readonly engine: Engine
  readonly index: number
  keyspace = new Keyspace()
  /** Sessions that WATCH a key. */
  readonly watchers = new Map<ByteString, Map<Session, Watch>>()
  /** Whether somebody wants to hear of changes: a WATCH, or tracking. */
  watched: boolean
  /** Sessions that wait for a key, first come first served. */
  readonly waiters = new Map<ByteString, Set<Waiter>>()
  /** Those of them who must hear when the key goes. */
  readonly attached = new Map<ByteString, Set<Waiter>>()
  readonly string = new Typed<StringValue>(this, 'string', () => '')
  readonly hash = new Typed(this, 'hash', () => new Hash())
  readonly list = new Typed(this, 'list', () => new List())
  readonly set = new Typed(this, 'set', () => new Members())
  readonly zset = new Typed(this, 'zset', () => new SortedSet())
  readonly stream: Typed<Stream> = new Typed(this, 'stream', () => this.engine.types.stream!.make())

  constructor(engine: Engine, index: number) {
    this.engine = engine
    this.index = index
    this.watched = engine.tracking !== null
  }

  /** The slot of a key that has not expired; -1 if there is none. */
  find(key: ByteString): number {
    const slot = this.keyspace.find(key)
    if (slot < 0) return -1
    const expiry = this.keyspace.expiry(slot)
    if (expiry !== 0 && expiry <= this.engine.now) {
      if (!this.engine.replication?.follows) this.expire(slot)
      return -1
    }
    const value = this.keyspace.values[slot]
    if (typeof value === 'object' && value.type === 'hash' && value.nextExpiry <= this.engine.now && !this.engine.replication?.follows) {
      this.#expireFields(slot, value)
      if (this.keyspace.values[slot] !== value) return -1
    }
    return slot
  }

  /** Whether a key is there that has not expired; nothing is removed. */
  alive(key: ByteString, slot = this.keyspace.find(key)): boolean {
    if (slot < 0) return false
    const expiry = this.keyspace.expiry(slot)
    return expiry === 0 || expiry > this.engine.now
  }

  /** The value of a key, without marking it used. */
  peek(key: ByteString): Value | undefined {
    const slot = this.find(key)
    return slot < 0 ? undefined : this.keyspace.values[slot]
  }

  /** As `find`, for commands that ask about a key without using it: counts a hit or a miss. */
  lookAt(key: ByteString): number {
    const slot = this.find(key)
    if (slot < 0) {
      this.engine.stats.misses++
      if (this.engine.events & EVENT.miss) this.notify(EVENT.miss, 'keymiss', key)
    } else this.engine.stats.hits++
    return slot
  }

  /** The value of a key for reading: counts a hit or a miss and marks the key used. */
  read(key: ByteString): Value | undefined {
    const slot = this.lookAt(key)
    if (slot < 0) return undefined
    this.engine.eviction.used(this.keyspace, slot)
    return this.keyspace.values[slot]
  }

  /** Must be called before a value that was looked up with `read` is changed in place: a running save may have to write it first. */
  willChange(key: ByteString): void {
    this.keyspace.beforeChange(this.keyspace.find(key))
  }

  /** The value of a key for changing it in place. */
  write(key: ByteString): Value | undefined {
    const slot = this.find(key)
    if (slot < 0) return undefined
    this.keyspace.beforeChange(slot)
    this.engine.eviction.used(this.keyspace, slot)
    return this.keyspace.values[slot]
  }

  /** Adds a key that is not there. */
  insert(key: ByteString, value: Value): number {
    const slot = this.keyspace.insert(key, value)
    this.engine.eviction.created(this.keyspace, slot)
    if (this.waiters.size !== 0) this.signal(key)
    if (this.engine.events & EVENT.new) this.notify(EVENT.new, 'new', key)
    return slot
  }

  /** Sets a key whatever it held. Its expiry goes unless it is to be kept. */
  store(key: ByteString, value: Value, keepExpiry = false): void {
    const slot = this.find(key)
    if (slot < 0) {
      this.insert(key, value)
      return
    }
    const old = this.keyspace.values[slot]
    this.keyspace.setAt(slot, value)
    if (this.engine.events & (EVENT.overwritten | EVENT.typeChanged)) this.overwritten(key, old, value)
    if (!keepExpiry && this.keyspace.expiry(slot) !== 0) this.keyspace.setExpiry(slot, 0)
    this.engine.eviction.used(this.keyspace, slot)
    // As in Redis, overwriting a key does not wake clients that wait for its new type; those that wait on a stream hear that it is
    // gone.
    if (this.waiters.size !== 0 && typeof old === 'object' && old.type === 'stream') this.signal(key)
  }

  /** Puts what a command has worked out under a key; if that is empty, the key goes. @returns its size */
  storeResult(key: ByteString, value: Value, size: number, kind: number, event: string, dirty = 1): number {
    if (size > 0) {
      this.store(key, value)
      this.changed(key, kind, event, dirty)
      // Not `find`, which would remove a key that has expired as such: as in Redis, it is deleted here like any other.
    } else if (this.delete(key, this.keyspace.find(key))) this.changed(key, EVENT.generic, 'del')
    return size
  }

  /** Stores a value that another key, database or file had, with its expiry (0 for none). */
  adopt(key: ByteString, value: Value, expiry: number): void {
    this.delete(key)
    this.insert(key, value)
    if (expiry !== 0) this.setExpiry(key, expiry)
    if (value instanceof Hash) this.watchFields(key, value)
  }

  /** Removes a key. @returns whether it was there */
  delete(key: ByteString, slot = this.find(key)): boolean {
    if (slot < 0) return false
    this.keyspace.removeAt(slot)
    if (this.waiters.size !== 0) this.signal(key)
    return true
  }

  /** When a key expires in milliseconds since 1970; 0 for never, -1 if there is no such key. */
  expiryOf(key: ByteString): number {
    const slot = this.find(key)
    return slot < 0 ? -1 : this.keyspace.expiry(slot)
  }

  setExpiry(key: ByteString, at: number): void {
    const slot = this.find(key)
    if (slot < 0) return
    this.keyspace.setExpiry(slot, at)
    if (at !== 0) this.engine.expiry.schedule(at)
  }

  /** Has a hash looked at when the next of its fields expires. */
  watchFields(key: ByteString, hash: Hash): void {
    this.keyspace.watchFields(this.keyspace.find(key), hash)
    this.engine.expiry.schedule(hash.nextExpiry)
  }

  /**
   * Says that a key has changed: WATCH, keyspace events and the dirty count hear of it here and nowhere else.
   * @param kind the class of the event, one of EVENT
   * @param dirty how many changes it counts as
   */
  changed(key: ByteString, kind: number, event: string, dirty = 1): void {
    if (this.watched) this.touch(key)
    this.noted(key, kind, event, dirty)
  }

  /** As `changed`, for what WATCH does not see: the consumer groups of a stream. */
  noted(key: ByteString, kind: number, event: string, dirty = 1): void {
    this.engine.dirty += dirty
    if (this.engine.events & kind) this.notify(kind, event, key)
  }

  /** As `changed`, for a collection that may have become empty: then the key goes too. */
  shrunk(key: ByteString, value: { size: number }, kind: number, event: string, dirty = 1): void {
    this.changed(key, kind, event, dirty)
    if (value.size !== 0) return
    this.delete(key)
    this.notify(EVENT.generic, 'del', key)
  }

  /** Fails the transactions that WATCH a key, and tells those who track it. */
  touch(key: ByteString): void {
    this.engine.tracking?.(key)
    for (const [session, watch] of this.watchers.get(key) ?? []) session.transaction.fail(watch)
  }

  /** Has the sessions that wait for a key look at it when the command is done. */
  signal(key: ByteString): void {
    const waiters = this.waiters.get(key)
    if (waiters !== undefined) this.engine.blocking.ready(waiters, this, key)
  }

  /** Publishes a keyspace event, if its class is on. */
  notify(kind: number, event: string, key: ByteString): void {
    const { events, pubsub } = this.engine
    if ((events & kind) === 0) return
    if (events & EVENT.keyspace) pubsub.publish(`__keyspace@${this.index}__:${key}`, event)
    if (events & EVENT.keyevent) pubsub.publish(`__keyevent@${this.index}__:${event}`, key)
  }

  /** Publishes that a key was given another value, rather than its value changed (Redis 8.2). */
  overwritten(key: ByteString, old: Value | undefined, value: Value): void {
    if (old === undefined) return
    this.notify(EVENT.overwritten, 'overwritten', key)
    if (typeOf(old) !== typeOf(value)) this.notify(EVENT.typeChanged, 'type_changed', key)
  }

  /** Removes a key whose time has come. */
  expire(slot: number): void {
    const key = this.keyspace.keys[slot]
    this.keyspace.removeAt(slot)
    if (this.waiters.size !== 0) this.signal(key)
    this.engine.stats.expired++
    this.engine.effects?.removed(this, key)
    if (this.watched) this.touch(key)
    if (this.engine.events & EVENT.expired) this.notify(EVENT.expired, 'expired', key)
  }

  /**
   * Removes what expires next: a key, or fields of a hash up to so many. Its time must have come.
   * @returns how many it was
   */
  expireNext(most: number): number {
    const { expires, hexpires, values } = this.keyspace
    if (expires.next <= this.engine.now) {
      this.expire(expires.first)
      return 1
    }
    const slot = hexpires!.first
    const value = values[slot]
    if (typeof value === 'object' && value.type === 'hash') return this.#expireFields(slot, value, most)
    hexpires!.set(slot, 0) // the hash was overwritten
    return 1
  }

  /** Removes fields of a hash whose time has come, up to so many. @returns how many steps that took, at least one */
  #expireFields(slot: number, hash: Hash, most?: number): number {
    const key = this.keyspace.keys[slot]
    const { effects, now, stats } = this.engine
    this.keyspace.beforeChange(slot)
    // If all fields are due, the key goes in one step, however many they are.
    const all = hash.expires?.allDue(hash.size, now)
    const removed = all ? hash.keys : hash.removeExpired(now, most)
    stats.expiredSubkeys += removed.length
    if (all) {
      this.keyspace.removeAt(slot)
      effects?.removed(this, key)
      if (this.waiters.size !== 0) this.signal(key)
    } else {
      if (removed.length > 0) effects?.fieldsRemoved(this, key, removed)
      this.watchFields(key, hash)
    }
    if (removed.length > 0) this.changed(key, EVENT.hash, 'hexpired', 0)
    if (all) this.notify(EVENT.generic, 'del', key)
    return all ? 1 : removed.length || 1
  }

  /** Empties the database. @returns how many keys went */
  flush(): number {
    return this.replace(new Keyspace())
  }

  /** Puts other keys in place of all that it holds. @returns how many keys went */
  replace(keyspace: Keyspace): number {
    const old = this.keyspace
    this.keyspace = keyspace
    for (const [key, watches] of this.watchers) {
      if (old.has(key) || this.alive(key)) this.touch(key)
      // It has it, but expired: for WATCH nothing has changed.
      else if (keyspace.has(key)) for (const watch of watches.values()) watch.expired = true
    }
    for (const key of this.waiters.keys()) if (old.has(key) || keyspace.has(key)) this.signal(key)
    this.engine.expiry.schedule(keyspace.nextExpiry)
    return old.size
  }
}
