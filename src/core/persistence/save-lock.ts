// The save lock. One save runs at a time, and the lock is non-reentrant: while it is held nobody can take it, its holder
// included, and nothing waits for it, except that BGSAVE SCHEDULE may wait for a rewrite of the append-only file.
import { type Reply, ReplyError, Status } from '../reply.ts'

/** What holds the lock. */
export type Holder = 'none' | 'save' | 'bgsave' | 'rewrite'

const IN_PROGRESS = new ReplyError('ERR Background save already in progress')
const REWRITE_ACTIVE = new ReplyError(
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
)
const REWRITE_IN_PROGRESS = new ReplyError('ERR Background append only file rewriting already in progress')
const SCHEDULED = new Status('Background saving scheduled')
const REWRITE_SCHEDULED = new Status('Background append only file rewriting scheduled')

export class SaveLock {
  #holder: Holder = 'none'
  /** What is to start when the lock is free. */
  #next: 'none' | 'bgsave' | 'rewrite' = 'none'

  get holder(): Holder {
    return this.#holder
  }

  get rewriteScheduled(): boolean {
    return this.#next === 'rewrite'
  }

  /** SAVE takes the lock. @throws if a save has it; a rewrite does not hold SAVE back */
  save(): void {
    if (this.#holder === 'save' || this.#holder === 'bgsave') throw IN_PROGRESS
    this.#holder = 'save'
  }

  /** BGSAVE takes the lock. @returns a reply if it is put off, null if it has the lock; @throws if it may not have it */
  bgsave(schedule: boolean): Reply | null {
    if (this.#holder === 'save' || this.#holder === 'bgsave') throw IN_PROGRESS
    if (this.#holder === 'rewrite') {
      if (!schedule) throw REWRITE_ACTIVE
      this.#next = 'bgsave'
      return SCHEDULED
    }
    this.#holder = 'bgsave'
    return null
  }

  /** BGREWRITEAOF takes the lock. @returns a reply if it is put off, null if it has the lock; @throws if it may not have it */
  rewrite(): Reply | null {
    if (this.#holder === 'rewrite') throw REWRITE_IN_PROGRESS
    if (this.#holder !== 'none') {
      this.#next = 'rewrite'
      return REWRITE_SCHEDULED
    }
    this.#holder = 'rewrite'
    return null
  }

  /** The holder is done. @returns what is to start now */
  release(): 'none' | 'bgsave' | 'rewrite' {
    const next = this.#next
    this.#holder = 'none'
    this.#next = 'none'
    return next
  }
}
