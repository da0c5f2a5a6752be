// Who owns the database: whoever holds a Web Lock. The browser gives it to the next tab in the queue when the owner's tab
// is closed or has crashed; from an owner that no longer answers it is taken. Each tab also holds a lock of its own for
// as long as it lives, so that the owner learns when a guest is gone.
import type { LockManager } from '../storage/web-lock.ts'

export interface Candidate {
  /** @param stolen whether the owner before may still believe that it is the owner */
  won(stolen: boolean): void
  /** Another tab has taken the lock. */
  robbed(): void
}

export class Election {
  readonly #locks: LockManager
  readonly #name: string
  readonly #candidate: Candidate
  /** Gives the tab's own lock back. */
  #leave: () => void = () => {}
  /** Stops waiting in the queue. */
  #waiting: AbortController | null = null
  /** Gives the owner's lock back. */
  #resign: (() => void) | null = null
  #ended = false

  constructor(locks: LockManager, name: string, candidate: Candidate) {
    this.#locks = locks
    this.#name = name
    this.#candidate = candidate
  }

  /**
   * Says that this tab is there and gets in line. Settles when others can see that it is there.
   * @param onLost called when the browser has taken all locks of the tab
   */
  async enter(tab: string, onLost: () => void): Promise<void> {
    let isHeld = false
    await new Promise<void>((resolve, reject) => {
      const held = (): Promise<void> => {
        isHeld = true
        resolve()
        return this.#ended ? Promise.resolve() : new Promise((leave) => (this.#leave = leave))
      }
      this.#locks.request(`${this.#name}:${tab}`, {}, held).catch((error: unknown) => {
        if (isHeld && !this.#ended) onLost()
        reject(error)
      })
    })
    if (this.#waiting === null && this.#resign === null && !this.#ended) this.#queue(false)
  }

  /** Takes the lock from an owner that does not answer. */
  steal(): void {
    if (this.#resign !== null || this.#ended) return
    this.#waiting?.abort()
    this.#queue(true)
  }

  #queue(steal: boolean): void {
    const waiting = new AbortController()
    this.#waiting = waiting
    let mine: (() => void) | null = null
    const held = (): Promise<void> => {
      if (this.#ended) return Promise.resolve()
      this.#waiting = null
      return new Promise((resign) => {
        this.#resign = mine = resign
        this.#candidate.won(steal)
      })
    }
    // Who steals does not wait, so there is nothing to abort.
    const options = steal ? { steal } : { signal: waiting.signal }
    const again = (): void => {
      if (mine !== null && !this.#ended) this.#queue(false)
    }
    this.#locks.request(`${this.#name}:owner`, options, held).then(again, () => {
      if (this.#waiting === waiting) this.#waiting = null
      if (mine === null || this.#ended) return
      if (this.#resign === mine) {
        this.#resign = null
        this.#candidate.robbed()
      }
      // Otherwise it was stolen by this tab itself, which had won it just then.
      if (this.#resign === null) again()
    })
  }

  /** Calls back when a tab is gone. @returns a function that stops waiting for it */
  whenGone(tab: string, gone: () => void): () => void {
    const waiting = new AbortController()
    this.#locks.request(`${this.#name}:${tab}`, { signal: waiting.signal }, async () => gone()).catch(() => {})
    return () => waiting.abort()
  }

  /** Whether a holder of some lock is a tab that shares this database. @param holder the browser's id of it */
  async isMember(holder: string | undefined): Promise<boolean> {
    const { held = [] } = await this.#locks.query()
    return held.some(({ name, clientId }) => clientId === holder && name?.startsWith(`${this.#name}:`))
  }

  /** Lets another tab own it, and gets in line again unless this was the end. */
  resign(): void {
    const resign = this.#resign
    this.#resign = null
    resign?.()
  }

  /** Leaves for good. */
  end(): void {
    this.#ended = true
    this.#waiting?.abort()
    this.resign()
    this.#leave()
  }
}
