// When the rules want a save: whether one is due, and the timer for the next. It knows how the last saves went.
import type { Clock } from '../engine/ports.ts'
import { nextRule, parseSaveRules, type SaveRule, seconds } from './save-rules.ts'

export class SaveSchedule {
  readonly #clock: Clock
  readonly #onTime: () => void
  #rules: readonly SaveRule[] = []
  /** When the last save succeeded, or the engine began, and when the last background save was tried: seconds since 1970. */
  lastSave: number
  #lastTry = 0
  /** Why the last background save failed; null if it did not. */
  failure: unknown = null
  #timer: { at: number; cancel: () => void } | null = null

  /** @param onTime is to ask `due` again */
  constructor(clock: Clock, onTime: () => void) {
    this.#clock = clock
    this.#onTime = onTime
    this.lastSave = seconds(clock.now())
  }

  /** Whether there are rules. */
  get active(): boolean {
    return this.#rules.length > 0
  }

  /** @param rules CONFIG's `save` */
  configure(rules: string): void {
    this.#rules = parseSaveRules(rules)
  }

  /** A background save begins. */
  tried(): void {
    this.#lastTry = seconds(this.#clock.now())
  }

  /** A save has succeeded. */
  succeeded(): void {
    this.lastSave = seconds(this.#clock.now())
    this.failure = null
  }

  /** @param dirty changes since the last save; @returns the rule that wants a save now; if none does, a timer waits for the next */
  due(dirty: number): SaveRule | null {
    const now = this.#clock.now()
    // After the clock was set back: nothing has happened in the time to come.
    const present = seconds(now)
    this.lastSave = Math.min(this.lastSave, present)
    this.#lastTry = Math.min(this.#lastTry, present)
    const next = nextRule(this.#rules, { dirty, lastSave: this.lastSave, lastTry: this.#lastTry, ok: this.failure === null })
    if (next === null) return null
    const wait = next.at * 1000 - now
    if (wait > 0 && this.#timer !== null && this.#timer.at <= next.at) return null
    this.stop()
    if (wait <= 0) return next.rule
    const cancel = this.#clock.after(wait, () => {
      this.#timer = null
      this.#onTime()
    })
    this.#timer = cancel && { at: next.at, cancel }
    return null
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
