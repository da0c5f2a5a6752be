// Notices that the owner's tab does not answer although it is there: its thread is blocked, or the browser has frozen it.
// It looks only while somebody waits for the owner.
import { systemClock } from '../host.ts'

export interface Watched {
  /** Whether somebody waits. */
  isBusy(): boolean
  ping(): void
  /** It has not answered for as long as patience lasts. */
  suspect(): void
}

/** The patience has three steps: in the first the owner may fall silent, after the second it is asked, and it has the third to answer. */
const STEPS = 3
/**
 * A tab that has just won the lock was alive a moment ago and is busy loading: if tabs took it from each other then, nobody would get
 * far. Where timers are late, the whole machine may be busy; but in a hidden tab they always are.
 */
const PATIENCE_WHEN_SLOW = 10

export class Watchdog {
  readonly #patience: number
  readonly #watched: Watched
  /** Cancels the timer; null while there is none. */
  #cancel: (() => void) | null = null
  #heard = false
  #loading = false
  /** How long it has not answered, in milliseconds; null if it was not asked. */
  #silent: number | null = null

  /** @param patience milliseconds; Infinity never loses it */
  constructor(patience: number, watched: Watched) {
    this.#patience = patience
    this.#watched = watched
  }

  /** The owner has said something. */
  heard(): void {
    this.#heard = true
  }

  /** The owner loads what is stored, or has done so. */
  loads(loading: boolean): void {
    this.#heard = true
    this.#loading = loading
  }

  /** Somebody begins to wait. */
  watch(): void {
    if (this.#cancel !== null || this.#patience === Infinity) return
    this.#begin()
    this.#wait()
  }

  #wait(): void {
    const step = (this.#patience * (this.#loading ? PATIENCE_WHEN_SLOW : 1)) / STEPS
    const begun = performance.now()
    this.#cancel = systemClock.after(step, () => {
      const passed = performance.now() - begun
      // A timer that is late shows that this thread was blocked itself: what the owner has said may not have been read yet.
      this.#look(passed, passed > step * 1.5)
    })
  }

  /** @param late whether this thread may not have read yet what the owner has said */
  #look(passed: number, late: boolean): void {
    const most = this.#patience * PATIENCE_WHEN_SLOW
    this.#cancel = null
    if (!this.#watched.isBusy()) return
    if (this.#heard) this.#begin()
    else if (this.#silent === null) {
      this.#silent = 0
      this.#watched.ping()
    } else {
      // However long a computer sleeps, the owner gets a turn after it.
      this.#silent += Math.min(passed, most)
      if (!late || this.#silent > most) {
        this.#silent = null
        this.#watched.suspect()
      }
    }
    this.#wait()
  }

  #begin(): void {
    this.#heard = false
    this.#silent = null
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }
}
