// Removing keys when their time has come, exactly: one timer for the earliest expiry of all databases, no polling. Keys
// are also checked whenever they are looked up, so without timers expiry is merely lazy.
import type { Engine } from './engine.ts'

/** So many due keys and fields are removed in one turn: a million that expire together must not block for long. */
const BATCH = 1000

export class Expiry {
  readonly #engine: Engine
  #cancel: (() => void) | null = null
  #next = Infinity
  /** False while expired keys are removed only when they are looked up. */
  active = true

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Something expires at this time, in milliseconds since 1970; Infinity for nothing. */
  schedule(at: number): void {
    if (at >= this.#next || this.#engine.loading || !this.active) return
    this.#cancel?.()
    this.#next = at
    const { clock } = this.#engine
    this.#cancel = clock.after(Math.max(at - clock.now(), 0), () => this.#run())
    if (this.#cancel === null) this.#next = Infinity
  }

  /** Timers stand still while a computer sleeps, and do not know that its clock was set: what is overdue goes now. */
  checkTimer(now: number): void {
    if (now < this.#next) return
    this.stop()
    this.schedule(now)
  }

  /** For when many keys have come or gone. The old timer may never fire: tests that fake timers take them back. */
  restart(): void {
    this.stop()
    for (const { keyspace } of this.#engine.databases()) this.schedule(keyspace.nextExpiry)
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
    this.#next = Infinity
  }

  #run(): void {
    this.stop()
    this.#engine.begin()
    let left = BATCH
    let next = Infinity
    for (const db of this.#engine.databases()) {
      while (left > 0 && db.keyspace.nextExpiry <= this.#engine.now) {
        left -= db.expireNext(left)
        this.#engine.effects?.settle()
      }
      next = Math.min(next, db.keyspace.nextExpiry)
    }
    this.#engine.end()
    this.schedule(next)
  }
}
