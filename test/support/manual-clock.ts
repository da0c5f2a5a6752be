// A clock that a test moves. Timers fire in order, at their own time; `soon` callbacks when the test says so.
import type { Clock } from '../../src/core/engine/ports.ts'

export class ManualClock implements Clock {
  #now: number
  #timers: { at: number; run: () => void }[] = []
  #soon: (() => void)[] = []

  constructor(now = 1_700_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(delay: number, run: () => void): () => void {
    const timer = { at: this.#now + delay, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  soon(run: () => void): void {
    this.#soon.push(run)
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.length
  }

  /** Moves the time on, and runs what is due on the way. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((each) => each !== due)
      this.#now = Math.max(this.#now, due.at)
      due.run()
    }
    this.#now = end
  }

  /** Moves the time on to the next timer, and runs that one alone. @returns whether there was one */
  step(): boolean {
    const [due] = this.#timers.toSorted((a, b) => a.at - b.at)
    if (due === undefined) return false
    this.#timers = this.#timers.filter((each) => each !== due)
    this.#now = Math.max(this.#now, due.at)
    due.run()
    return true
  }

  /** Runs what was put off until soon, and lets promises settle. @returns whether there was anything */
  async turn(): Promise<boolean> {
    const any = this.runSoon()
    await settled()
    return any
  }

  /** Runs what was put off until soon. @returns whether there was anything */
  runSoon(): boolean {
    const soon = this.#soon.splice(0)
    for (const run of soon) run()
    return soon.length > 0
  }

  /** Turns until nothing is put off any more. */
  async drain(): Promise<void> {
    do await settled()
    while (await this.turn())
  }
}

/** Waits until promises that can settle have. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}
