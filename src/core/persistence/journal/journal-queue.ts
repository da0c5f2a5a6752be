// The journal's bytes on their way to the store, in order. What is changed in one turn of the host, or while other bytes are
// being written, is appended together; what cannot be appended is tried again. It also sees to it that all becomes durable.
import { joinBytes } from '../../bytes.ts'
import type { Engine } from '../../engine/engine.ts'
import { elapsed } from '../../engine/ports.ts'
import { ReplyError } from '../../reply.ts'
import { type JournalStore, StorageError } from '../storage.ts'
import { JournalWriter, type Taken } from './journal-writer.ts'

/** As Redis: bytes that could not be written are tried again after a second, and everysec syncs once in a second. */
const SECOND_MS = 1000
/** As in Redis: a store that has not answered for so long is taken for a slow one. Appends no longer wait for its sync. */
const SLOW_MS = 2000
/** While so many bytes wait for a store that does not answer, writes are refused: they would fill the memory. */
const MOST_WAITING = 1 << 24
/** While so many callers wait for a store that does not answer, further ones get an error: WAITAOF may be called again and again. */
const MOST_SYNCS = 1000

type Policy = 'always' | 'everysec' | 'no'

/** Callers that wait for something, and get an error or null. */
export interface Waiting {
  readonly promise: Promise<ReplyError | null>
  settle(error: ReplyError | null): void
}

export function waiting(): Waiting {
  let settle: Waiting['settle'] = () => {}
  const promise = new Promise<ReplyError | null>((resolve) => (settle = resolve))
  return { promise, settle }
}

/** What is still to be done with the store, in order: bytes to be appended, or something between two of them. */
type Job =
  | { readonly taken: Taken; waiting: Waiting | null }
  | { readonly taken: null; readonly run: () => Promise<void>; readonly ended: (error: unknown) => void; readonly harmless: boolean }

/** The journal that it belongs to. */
export interface QueueOwner {
  /** Whether the store has the data that the journal continues: then what is appended counts at once. */
  readonly based: boolean
  writeError(): ReplyError | null
  /** Nothing is left to be done. */
  idle(): void
}

export class JournalQueue {
  readonly #engine: Engine
  readonly #store: JournalStore
  readonly #owner: QueueOwner
  readonly writer: JournalWriter
  #policy: Policy = 'everysec'
  /** Whether replies wait until the change that they report is durable (`appendfsync always`). */
  waits = false
  /** Bytes in the store. */
  size = 0
  /** Whether what is appended next begins a new part: it does not continue what the store has. */
  apart = true
  /** Why nothing can be appended just now, or nothing more can wait for a store that does not answer; null if it can. */
  failure: unknown = null
  /** How often something was appended although a sync took long. */
  delayedSyncs = 0
  /** Nothing is tried again any more. */
  stopped = false
  #scheduled = false
  readonly #jobs: Job[] = []
  #pumping = false
  /** When the store was given what it does now, and how many bytes that is. */
  #since = 0
  #inFlight = 0
  /** How many bytes were appended in all, how many of those are safe from a power cut, and when they last were all safe. */
  #appended = 0
  #synced = 0
  #lastSync = -Infinity
  /** When the sync that runs beside appends began, or was last found to take too long; null while there is none. */
  #syncingSince: number | null = null
  #cancelTimer: (() => void) | null = null
  /** Those who wait for what is still in the writer. */
  #waiting: Waiting | null = null

  constructor(engine: Engine, store: JournalStore, writer: JournalWriter, owner: QueueOwner) {
    this.#engine = engine
    this.#store = store
    this.#owner = owner
    this.writer = writer
    this.configured()
  }

  configured(): void {
    this.#policy = this.#engine.config.get('appendfsync') as Policy
    this.waits = this.#policy === 'always'
    // An append that is under way may not have been told to be durable.
    if ((this.unsynced || this.#pumping) && this.#policy !== 'no') void this.sync()
  }

  /** A command is done: what it has changed is written soon. */
  settle(): void {
    if (this.writer.settle() && !this.#scheduled) this.#schedule()
  }

  #schedule(): void {
    this.#scheduled = true
    const flush = (): void => {
      this.#scheduled = false
      if (this.#pumping) this.#limitWaiting()
      else if (this.failure === null) void this.#pump()
    }
    // Replies wait for this, so it begins as soon as the running code is done rather than in the next turn.
    if (this.waits) void Promise.resolve().then(flush)
    else this.#engine.clock.soon(flush)
  }

  /** Has writes refused if too much waits for a store that does not answer. */
  #limitWaiting(): void {
    const waiting = this.buffered - this.#inFlight
    const { clock, log } = this.#engine
    if (this.failure !== null || waiting < MOST_WAITING || elapsed(clock) - this.#since < SLOW_MS) return
    const text = `the storage does not answer, and ${waiting >> 20} MB wait for it`
    log('warning', `Error writing to the AOF file: ${text}`)
    this.failure = new StorageError(text)
    this.#engine.restrict()
  }

  /** Makes what is in the writer the next job. */
  #enqueue(): void {
    if (!this.writer.ready) return
    this.#jobs.push({ taken: this.writer.take(), waiting: this.#waiting })
    this.#waiting = null
  }

  /**
   * Does a job between two appends.
   * @param harmless whether the journal can go on if it fails
   * @throws what it throws, or what the appends before it did
   */
  between(run: () => Promise<void>, harmless = false): Promise<void> {
    this.#enqueue()
    const done = new Promise<void>((resolve, reject) => {
      this.#jobs.push({ taken: null, run, ended: (error) => (error === null ? resolve() : reject(error)), harmless })
    })
    void this.#pump()
    return done
  }

  /** Does all jobs there are, and those that come meanwhile; ends early with an error, which `#failed` takes care of. */
  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    for (;;) {
      this.#enqueue()
      const [first] = this.#jobs
      if (first === undefined) break
      this.#since = elapsed(this.#engine.clock)
      try {
        if (first.taken === null) {
          await first.run()
          this.#jobs.shift()
          first.ended(null)
        } else await this.#append()
      } catch (error) {
        if (first.taken !== null || !first.harmless) {
          this.#pumping = false
          return this.#failed(error)
        }
        this.#jobs.shift()
        first.ended(error)
        continue
      }
      if (this.failure !== null) this.#recovered()
    }
    // In the same step as the last look at the jobs: whoever adds a job after this starts the pump again.
    this.#pumping = false
    this.#goOn()
    this.#owner.idle()
  }

  /** Appends the bytes of all jobs up to the next that has none. */
  async #append(): Promise<void> {
    const end = this.#jobs.findIndex(({ taken }) => taken === null)
    const jobs = (end < 0 ? this.#jobs.slice() : this.#jobs.slice(0, end)) as { taken: Taken; waiting: Waiting | null }[]
    const bytes = joinBytes(jobs.map(({ taken }) => taken.bytes))
    if (this.apart) await this.split()
    const now = elapsed(this.#engine.clock)
    const late = now - this.#lastSync >= SECOND_MS
    if (this.#syncingSince !== null && now - this.#syncingSince >= SLOW_MS) this.#delayed(now)
    const durable = this.waits || (this.#policy === 'everysec' && this.#store.sync === undefined && late)
    this.#inFlight = bytes.length
    try {
      await this.#store.append(bytes, durable)
    } finally {
      this.#inFlight = 0
    }
    this.#jobs.splice(0, jobs.length)
    this.size += bytes.length
    this.#appended += bytes.length
    if (durable) this.#nowSynced(this.#appended)
    for (const { taken, waiting } of jobs) {
      this.writer.free(taken)
      waiting?.settle(null)
    }
  }

  #delayed(now: number): void {
    this.#syncingSince = now
    this.delayedSyncs++
    const text =
      'Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to complete, this may slow down Redis.'
    this.#engine.log('notice', text)
  }

  /** What is appended from now on goes to a new part. */
  async split(): Promise<void> {
    await this.#store.split(!this.#owner.based)
    this.apart = false
  }

  /** What changes from now on goes to a part that does not continue what the store has; what was changed before is still appended to that. */
  sever(): void {
    this.#enqueue()
    const ended = (): void => {
      this.apart = true
    }
    this.#jobs.push({ taken: null, run: async () => {}, ended, harmless: true })
  }

  /** Tries again in a second to make everything durable. */
  later(): void {
    if (this.stopped || this.#syncingSince !== null) return
    this.#cancelTimer ??= this.#engine.clock.after(SECOND_MS, () => {
      this.#cancelTimer = null
      void (this.failure === null && this.#store.sync !== undefined ? this.#syncBeside() : this.sync())
    })
  }

  /** Does not try again by itself. */
  cancel(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = null
  }

  /** Makes durable what has been appended; what comes meanwhile is appended, but not covered. */
  async #syncBeside(): Promise<void> {
    const appended = this.#appended
    this.#syncingSince = elapsed(this.#engine.clock)
    try {
      await this.#store.sync!()
      this.#nowSynced(appended)
    } catch (error) {
      await this.between(() => Promise.reject(error)).catch(() => {}) // it is in `writeError`
    }
    this.#syncingSince = null
    this.#goOn()
  }

  #goOn(): void {
    if (this.failure !== null || (this.unsynced && this.#policy === 'everysec')) this.later()
  }

  /** Bytes that are not in the store yet. */
  get buffered(): number {
    return this.writer.size + this.#jobs.reduce((sum, { taken }) => sum + (taken?.bytes.length ?? 0), 0)
  }

  /** Whether something is in the store that a power cut may still undo. */
  get unsynced(): boolean {
    return this.#appended > this.#synced
  }

  #nowSynced(bytes: number): void {
    this.#synced = Math.max(this.#synced, bytes)
    if (!this.unsynced) this.#lastSync = elapsed(this.#engine.clock)
  }

  /** Makes durable what has been changed so far. @returns the error that a client gets, or null */
  async sync(): Promise<ReplyError | null> {
    const tooMany = this.#jobs.length >= MOST_SYNCS && elapsed(this.#engine.clock) - this.#since >= SLOW_MS
    if (tooMany && !this.stopped) return new ReplyError('MISCONF Errors writing to the AOF file: the storage does not answer')
    await this.between(async () => {
      if (!this.unsynced) return
      await this.#store.append(new Uint8Array(0), true)
      this.#nowSynced(this.#appended)
    }).catch(() => {}) // it is in `writeError`
    return this.#owner.writeError()
  }

  #failed(error: unknown): void {
    const { log } = this.#engine
    if (String(this.failure) !== String(error)) log('warning', `Error writing to the AOF file: ${String(error)}`)
    this.failure = error
    const refusal = this.#owner.writeError()
    const jobs = this.#jobs.splice(0)
    // Bytes are kept to be tried again. A job between them is given up.
    for (const job of jobs) {
      if (job.taken === null) job.ended(error)
      else {
        job.waiting?.settle(refusal)
        this.#jobs.push({ taken: job.taken, waiting: null })
      }
    }
    this.#waiting?.settle(refusal)
    this.#waiting = null
    this.#engine.restrict()
    this.cancel()
    this.later()
  }

  #recovered(): void {
    this.failure = null
    this.#engine.log('warning', 'AOF write error looks solved, Redis can write again.')
    this.#engine.restrict()
  }

  /** Settles when all that was changed so far is in the store; null if it is. */
  written(): Promise<ReplyError | null> | null {
    if (this.writer.size > 0) return (this.#waiting ??= waiting()).promise
    for (let last = this.#jobs.length - 1; last >= 0; last--) {
      const job = this.#jobs[last]
      if (job.taken !== null) return (job.waiting ??= waiting()).promise
    }
    return null
  }
}
