// How long a key has been idle or how often it is used (OBJECT IDLETIME and FREQ), and what goes when `maxmemory` is reached.
import type { Database } from './database.ts'
import type { Engine } from './engine.ts'
import { EVENT } from './events.ts'
import type { Keyspace } from './keyspace.ts'
import { elapsed } from './ports.ts'

/** A new key's frequency, so that it is not the first to go. */
const LFU_INITIAL = 5
const LFU_MAX = 255
/** Evicting ends after so many milliseconds and goes on in the next turn. */
const SLICE_MS = 4
/** Bytes that an engine without data takes at least: with `maxmemory 1` nothing can be written, as in Redis. */
const OWN = 2

export class Eviction {
  readonly #engine: Engine
  /** `maxmemory` in bytes; 0 for no limit. */
  limit = 0
  #policy = 'noeviction'
  /** Whether the policy is one that counts uses. */
  lfu = false
  /** Reading a key leaves no trace while this is set (CLIENT NO-TOUCH). */
  held = false
  // Reading the clock costs half as much as a whole GET (43 ns), and idle time is told in seconds. So one reading is good
  // until a timer says that it is a second old; without timers, or when nothing runs, the clock is read.
  #second = 0
  #fresh = false
  #goesOn = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Whether there is more than fits, and keys may go for it. */
  get tooMuch(): boolean {
    return this.limit > 0 && this.#policy !== 'noeviction' && this.#engine.memory.used() + OWN > this.limit
  }

  /** Whether what goes depends on how long keys have been idle or how often they are used. */
  get ages(): boolean {
    return this.limit > 0 && /l[rf]u$/.test(this.#policy)
  }

  configure(policy: string, limit: number): void {
    this.#policy = policy
    this.lfu = policy.endsWith('lfu')
    this.limit = limit
  }

  /** Notes that a key was used. The access column holds seconds, or under an LFU policy minutes and a frequency. */
  used(keyspace: Keyspace, slot: number): void {
    if (this.held) return
    if (!this.#fresh) this.#readClock()
    keyspace.access[slot] = this.lfu ? this.#frequent(keyspace.access[slot]) : this.#second
  }

  created(keyspace: Keyspace, slot: number): void {
    if (!this.#fresh) this.#readClock()
    keyspace.access[slot] = this.lfu ? (this.#minute() << 8) | LFU_INITIAL : this.#second
  }

  #readClock(): void {
    const { clock, expiry } = this.#engine
    const now = clock.now()
    this.#second = Math.floor(now / 1000)
    this.#fresh = clock.after(1000, () => (this.#fresh = false)) !== null
    expiry.checkTimer(now)
  }

  /** A time in seconds, by the reading that `used` goes by. */
  #now(milliseconds: number): number {
    const second = Math.floor(milliseconds / 1000)
    // Timers of hidden pages are late, and those that a test faked never come.
    if (second - this.#second >= 2) this.#fresh = false
    return this.#fresh ? this.#second : second
  }

  /** Seconds since a key was used. By the same reading of the clock as `used`, so that right after a use it is 0, not 1. */
  idle(keyspace: Keyspace, slot: number): number {
    return Math.max(0, this.#now(this.#engine.now) - keyspace.access[slot])
  }

  /** How often a key is used, 0 to 255, falling with `lfu-decay-time`. */
  frequency(keyspace: Keyspace, slot: number): number {
    return this.#decayed(keyspace.access[slot])
  }

  /** The frequency that the access column holds, less what it has fallen since. */
  #decayed(access: number): number {
    const decay = this.#engine.config.number('lfu-decay-time')
    const minutes = (this.#minute() - (access >>> 8)) & 0xffff
    return Math.max(0, (access & LFU_MAX) - (decay === 0 ? 0 : Math.floor(minutes / decay)))
  }

  /** What a snapshot keeps of a key's use: what the policy needs, as in Redis. */
  use(keyspace: Keyspace, slot: number): { idle?: number; frequency?: number } {
    if (this.lfu) return { frequency: this.frequency(keyspace, slot) }
    return this.#policy.endsWith('lru') ? { idle: this.idle(keyspace, slot) } : {}
  }

  /** Sets what a key's use looks like, for RESTORE and loading. */
  restore(keyspace: Keyspace, slot: number, use: { idle?: number; frequency?: number }): void {
    if (use.frequency !== undefined && this.lfu) keyspace.access[slot] = (this.#minute() << 8) | use.frequency
    else if (use.idle !== undefined && !this.lfu) keyspace.access[slot] = Math.max(0, this.#now(this.#engine.present) - use.idle)
  }

  #minute(): number {
    return Math.floor(this.#engine.present / 60_000) & 0xffff
  }

  // The counter is logarithmic: the higher it is, the less likely one more use raises it.
  #frequent(access: number): number {
    let count = this.#decayed(access)
    const factor = this.#engine.config.number('lfu-log-factor')
    if (count < LFU_MAX && this.#engine.random() < 1 / (Math.max(0, count - LFU_INITIAL) * factor + 1)) count++
    return (this.#minute() << 8) | count
  }

  /**
   * Evicts until the data fits. As in Redis it may go on in later turns, and nothing is refused meanwhile.
   * @param apart whether no command runs: then each key that goes is written to the journal by itself, not as a part of the command's
   * changes
   * @returns false if it does not fit and nothing may go
   */
  makeRoom(apart = false): boolean {
    const { memory, clock } = this.#engine
    let end = 0
    while (this.limit > 0 && memory.used() + OWN > this.limit) {
      if (this.#policy === 'noeviction' || !this.#evictOne(apart)) return false
      end ||= elapsed(clock) + SLICE_MS
      if (elapsed(clock) < end) continue
      this.goOn()
      break
    }
    return true
  }

  /** Evicts in the next turn. */
  goOn(): void {
    if (this.#goesOn) return
    this.#goesOn = true
    this.#engine.clock.soon(() => {
      this.#goesOn = false
      if (this.#engine.closed) return
      this.#engine.begin()
      this.makeRoom(true)
      this.#engine.end()
    })
  }

  #evictOne(apart: boolean): boolean {
    const engine = this.#engine
    let best: { db: Database; slot: number; score: number } | null = null
    for (const db of engine.databases()) {
      const { keyspace } = db
      for (let i = engine.config.number('maxmemory-samples'); i > 0; i--) {
        const slot = this.#sample(keyspace)
        if (slot < 0) break
        const score = this.#score(keyspace, slot)
        if (best === null || score > best.score) best = { db, slot, score }
      }
    }
    if (best === null) return false
    const { db, slot } = best
    const { keyspace } = db
    const key = keyspace.keys[slot]
    keyspace.removeAt(slot)
    engine.stats.evicted++
    if (db.watched) db.touch(key)
    engine.effects?.removed(db, key)
    if (apart) engine.effects?.settle()
    db.signal(key)
    db.notify(EVENT.evicted, 'evicted', key)
    return true
  }

  /** A random slot that the policy may evict, -1 if there is none. */
  #sample(keyspace: Keyspace): number {
    const { random } = this.#engine
    if (!this.#policy.startsWith('allkeys')) return keyspace.expires.size === 0 ? -1 : keyspace.expires.sample(random())
    return keyspace.size === 0 ? -1 : Math.floor(random() * keyspace.size)
  }

  /** The higher, the sooner it goes. */
  #score(keyspace: Keyspace, slot: number): number {
    if (this.#policy.endsWith('lru')) return this.idle(keyspace, slot)
    if (this.lfu) return LFU_MAX - this.frequency(keyspace, slot)
    if (this.#policy.endsWith('ttl')) return -keyspace.expiry(slot)
    return 0
  }
}
