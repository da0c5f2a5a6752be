// Notices that the owner's tab does not answer although it is there: its thread is blocked, or the browser has frozen it.
// It looks only while somebody waits for the owner.

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
  #timer: ReturnType<typeof setTimeout> | undefined
  #heard = false
  #loading = false
  /** When it was asked whether it is there. */
  #asked: number | null = null

  /** @param patience milliseconds */
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
    if (this.#timer !== undefined) return
    this.#begin()
    this.#wait()
  }

  #wait(): void {
    const step = (this.#patience * (this.#loading ? PATIENCE_WHEN_SLOW : 1)) / STEPS
    const due = performance.now() + step
    this.#timer = setTimeout(() => {
      // A timer that is late shows that this thread was blocked itself: what the owner has said may not have been read yet.
      this.#look(performance.now() - due > step / 2)
    }, step)
  }

  /** @param late whether this thread may not have read yet what the owner has said */
  #look(late: boolean): void {
    this.#timer = undefined
    const now = performance.now()
    if (!this.#watched.isBusy()) return
    if (this.#heard) this.#begin()
    else if (this.#asked === null) {
      this.#asked = now
      this.#watched.ping()
    } else if (!late || now - this.#asked > this.#patience * PATIENCE_WHEN_SLOW) {
      this.#asked = null
      this.#watched.suspect()
    }
    this.#wait()
  }

  #begin(): void {
    this.#heard = false
    this.#asked = null
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
