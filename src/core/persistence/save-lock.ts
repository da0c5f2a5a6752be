// The save lock. One save runs at a time, and the lock is non-reentrant: while it is held nobody can take it, its holder
// included, and nothing waits for it, except that BGSAVE SCHEDULE may wait for a rewrite of the append-only file.
import { type Reply, ReplyError, Status } from '../reply.ts'

/** What starts when the lock is free. */
export type Next = 'none' | 'bgsave' | 'rewrite'

const IN_PROGRESS = new ReplyError('ERR Background save already in progress')
const REWRITE_ACTIVE = new ReplyError(
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
)
export const REWRITE_IN_PROGRESS = new ReplyError('ERR Background append only file rewriting already in progress')
export const SCHEDULED = new Status('Background saving scheduled')
export const REWRITE_SCHEDULED = new Status('Background append only file rewriting scheduled')

export class SaveLock {
  #saving = false
  #rewriting = false
  #next: Next = 'none'

  /** Whether SAVE or BGSAVE has the lock. */
  get saving(): boolean {
    return this.#saving
  }

  /** Whether the append-only file is being rewritten. Only SAVE may run beside that. */
  get rewriting(): boolean {
    return this.#rewriting
  }

  get free(): boolean {
    return !this.#saving && !this.#rewriting
  }

  get rewriteScheduled(): boolean {
    return this.#next === 'rewrite'
  }

  /** SAVE takes the lock. @throws if a save has it; a rewrite does not hold SAVE back */
  save(): void {
    if (this.#saving) throw IN_PROGRESS
    this.#saving = true
  }

  /** BGSAVE takes the lock. @returns a reply if it is put off, null if it has the lock; @throws if it may not have it */
  bgsave(schedule: boolean): Reply | null {
    if (this.#saving) throw IN_PROGRESS
    if (this.#rewriting) {
      if (!schedule) throw REWRITE_ACTIVE
      this.#next = 'bgsave'
      return SCHEDULED
    }
    this.#saving = true
    return null
  }

  /** BGREWRITEAOF takes the lock. @returns a reply if it is put off, null if it has the lock; @throws if it may not have it */
  rewrite(): Reply | null {
    if (this.#rewriting) throw REWRITE_IN_PROGRESS
    if (this.#saving) {
      this.#next = 'rewrite'
      return REWRITE_SCHEDULED
    }
    this.#rewriting = true
    return null
  }

  /** The save, or the rewrite, is done. @returns what is to start now */
  release(done: 'save' | 'rewrite'): Next {
    if (done === 'save') this.#saving = false
    else this.#rewriting = false
    if (!this.free) return 'none'
    const next = this.#next
    this.#next = 'none'
    return next
  }
}
