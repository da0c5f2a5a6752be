// Keys that go only when they are looked up: while clients are paused, and after DEBUG SET-ACTIVE-EXPIRE 0.
import type { Engine } from '../engine/engine.ts'

export class ActiveExpiry {
  readonly #engine: Engine
  readonly #holders = new Set<object>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Lets no timer remove keys, until whoever said so releases them. */
  hold(holder: object): void {
    this.#holders.add(holder)
    this.#engine.expiry.active = false
    this.#engine.expiry.stop()
  }

  release(holder: object): void {
    this.#holders.delete(holder)
    // A timer would keep an engine that has ended until its last key expires.
    if (this.#holders.size > 0 || this.#engine.closed) return
    const { expiry } = this.#engine
    expiry.active = true
    expiry.restart()
  }
}
