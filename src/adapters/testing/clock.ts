// A clock that a test moves. Timers fire in the order of their times, each at its own time.
import type { Clock } from '../../core/engine/ports.ts'
import { systemClock } from '../host.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** After so many turns of the host, everything that a timer has set in motion (a reply, the next command, its reply) has happened. */
const TURNS = 2

/** A clock that stands still until a test moves it, in milliseconds. */
export class TestClock implements Clock {
  #now: number
  /** By time; those of one time in the order they were set. */
  #timers: Timer[] = []
  /** Callbacks that the host has yet to run. */
  #soon = 0
  /** While it runs with the host's clock: what has to be added to that. */
  #offset: number | null = null
  #cancel: (() => void) | null = null

  /**
   * @param now milliseconds since 1970
   * @param running whether time also passes by itself between the moves. Default: false
   */
  constructor(now: number, running = false) {
    this.#now = now
    if (running) this.#offset = now - systemClock.now()
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#offset === null ? this.#now : systemClock.now() + this.#offset
  }

  /**
   * Moves time on by milliseconds. Everything that falls due happens at its own time and in order: expiries, timeouts of
   * blocking commands, save rules, delayed replies. Code that awaits one of them runs before the next one happens.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now() + duration(milliseconds)
    await this.#settle()
    while (this.#fire(end)) await this.#settle()
    this.#setTime(end)
    await this.#settle()
  }

  /** As `advance`, without a promise: code that awaits something runs afterwards, at the final time. */
  skip(milliseconds: number): void {
    const end = this.now() + duration(milliseconds)
    while (this.#fire(end));
    this.#setTime(end)
  }

  /** Runs something when so many milliseconds have passed. @returns what prevents it */
  after(delay: number, run: () => void): () => void {
    const timer = { at: this.now() + delay, run }
    let place = this.#timers.length
    while (place > 0 && this.#timers[place - 1].at > timer.at) place--
    this.#timers.splice(place, 0, timer)
    this.#arm()
    return () => {
      const index = this.#timers.indexOf(timer)
      if (index >= 0) this.#timers.splice(index, 1)
    }
  }

  /** Runs something in the host's next turn, whether or not time moves. */
  soon(run: () => void): void {
    this.#soon++
    systemClock.soon(() => {
      this.#soon--
      run()
    })
  }

  /** Runs the next timer that is due by then. @returns whether there was one */
  #fire(end: number): boolean {
    if (this.#timers.length === 0 || this.#timers[0].at > end) return false
    const { at, run } = this.#timers.shift()!
    this.#setTime(at)
    run()
    return true
  }

  /** Time does not go back: a timer may be overdue. */
  #setTime(time: number): void {
    const past = time - this.now()
    if (past <= 0) return
    if (this.#offset === null) this.#now = time
    else this.#offset += past
    this.#arm()
  }

  /** Lets the host's clock run the next timer, if time goes on by itself. */
  #arm(): void {
    this.#cancel?.()
    this.#cancel = null
    if (this.#offset === null || this.#timers.length === 0) return
    this.#cancel = systemClock.after(Math.max(this.#timers[0].at - this.now(), 0), () => {
      while (this.#fire(this.now()));
      this.#arm()
    })
  }

  /** Waits until what is in motion has come to rest. */
  async #settle(): Promise<void> {
    for (let turns = 0; turns < TURNS || this.#soon > 0; turns++) await new Promise<void>((resolve) => systemClock.soon(resolve))
  }
}

function duration(milliseconds: number): number {
  if (!(milliseconds >= 0 && milliseconds < Infinity)) throw new RangeError(`${milliseconds} is no time to move on by`)
  return milliseconds
}
