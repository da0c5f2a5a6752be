// What the engine takes from its host: time, timers, randomness and a place for log lines. Nothing in core reads a clock
// or a timer by itself, so that a test can move time and seed chance, and an edge function can run without timers.

/** Time and timers, for tests that move them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds and parts of them since any moment, to tell how long a command took. Default: `now` */
  elapsed?(): number
  /** Seconds of processor time that the program has used, for INFO. Default: not told */
  processor?(): { readonly user: number; readonly system: number }
  /**
   * Runs a callback after a delay in milliseconds, or earlier where the host's timers do not last that long: 24 days.
   * @param holds whether the process is to live that long: somebody waits for it
   * @returns a function that cancels it, or null where timers are not allowed; then expiry and save rules are checked when commands run
   */
  after(delay: number, run: () => void, holds?: boolean): (() => void) | null
  /** Runs a callback as soon as the host has done what waits: the pause between two slices of a save. */
  soon(run: () => void): void
}

/** Gives the host a turn: its timers, its sockets, its page. */
export const nextTurn = (clock: Clock): Promise<void> => new Promise((resolve) => clock.soon(resolve))

/** A number from 0 up to, not with, 1. */
export type Random = () => number

/** As in redis.conf. */
export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning'
/** Receives a line of the engine's log. */
export type Log = (level: LogLevel, message: string) => void
