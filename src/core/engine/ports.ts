// What the engine takes from its host: time, timers, randomness, memory and a place for log lines. Nothing in core reads a
// clock or a timer by itself, so that a test can move time and seed chance, and an edge function can run without timers.
import type { ByteString } from '../bytes.ts'

/** Time and timers, for tests that move them. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds and parts of them since any moment, never set back. Default: `now` */
  elapsed?(): number
  /** The process that the program runs in, for INFO. Default: not told */
  process?(): ProcessInfo
  /**
   * Runs a callback after a delay in milliseconds, which may be longer than the host's own timers last.
   * @param holds whether the process is to live that long: somebody waits for it
   * @returns a function that cancels it, or null where timers are not allowed; then expiry and save rules are checked when commands run
   */
  after(delay: number, run: () => void, holds?: boolean): (() => void) | null
  /** Runs a callback as soon as the host has done what waits: the pause between two slices of a save. */
  soon(run: () => void): void
}

export interface ProcessInfo {
  readonly id: number
  /** Seconds of processor time that it has used. */
  readonly user: number
  readonly system: number
  /** Bytes of memory that it takes, and that the machine has. */
  readonly resident?: number
  readonly machine?: number
}

/** To tell how long something takes: the time of day may be set back meanwhile. */
export const elapsed = (clock: Clock): number => clock.elapsed?.() ?? clock.now()

/** A host's timers count in whole milliseconds. */
const EARLY_MS = 2

/**
 * As `clock.after` for somebody who waits, but never before its time. Tests that fake timers may leave `performance` as it
 * is, so that no time seems to have passed at all.
 */
export function timeout(clock: Clock, delay: number, run: () => void, holds = true): (() => void) | null {
  const end = elapsed(clock) + delay
  let cancel: (() => void) | null
  const over = (): void => {
    const rest = end - elapsed(clock)
    if (rest > 0 && rest < EARLY_MS) cancel = clock.after(rest, over, holds)
    else run()
  }
  cancel = clock.after(delay, over, holds)
  return cancel === null ? null : () => cancel?.()
}

/** Gives the host a turn: its timers, its sockets, its page. */
export const nextTurn = (clock: Clock): Promise<void> => new Promise((resolve) => clock.soon(resolve))

const SETTLED = Promise.resolve()

/** Runs a callback as a microtask. Tests fake queueMicrotask. What the callback throws is the host's to see, as there. */
export function microtask(clock: Pick<Clock, 'soon'>, run: () => void): void {
  void SETTLED.then(() => {
    try {
      run()
    } catch (error) {
      clock.soon(() => {
        throw error
      })
    }
  })
}

/** A number from 0 up to, not with, 1. */
export type Random = () => number

/** How long the names are that Redis gives to servers, histories and ends of files. */
export const ID_LENGTH = 40

/** Such a name: hexadecimal digits. */
export const randomId = (random: Random): ByteString =>
  Array.from({ length: ID_LENGTH }, () => Math.floor(random() * 16).toString(16)).join('')

/** Makes memory for what is written. Node's `Buffer.allocUnsafeSlow` takes long strings four times as fast as plain arrays. */
export type Allocate = (length: number) => Uint8Array
export const plainArray: Allocate = (length) => new Uint8Array(length)

/** A connection to another server: what it sends can be read once, and ends when the connection does. */
export interface Wire extends AsyncIterable<Uint8Array> {
  /** Settles when it is there. Rejects with an Error if it cannot be made, or is closed before. */
  readonly opened: Promise<void>
  /** This end's address: `host:port`. */
  readonly local: string
  send(bytes: ByteString): void
  /** Ends it at once, or gives up making it: what is being read from it ends too. */
  close(): void
}

/** Connects to a server. @param by which of `tls-replication` and `tls-cluster` says whether with TLS */
export type Dial = (host: string, port: number, by: 'replication' | 'cluster') => Wire

/** As in redis.conf. */
export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning'
/** Receives a line of the engine's log. */
export type Log = (level: LogLevel, message: string) => void
