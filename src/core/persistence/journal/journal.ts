// The journal (`appendonly yes`): every change goes to it, and it is rewritten when it has grown. How changes become commands
// is recording.ts and propagation.ts, how they get to the store journal-queue.ts.
import type { Engine } from '../../engine/engine.ts'
import { elapsed } from '../../engine/ports.ts'
import { ReplyError } from '../../reply.ts'
import { seconds } from '../save-rules.ts'
import { Snapshot } from '../snapshot.ts'
import { type JournalStore, StorageError } from '../storage.ts'
import { Aborted, type WatchedRun, writeSnapshot } from '../write-snapshot.ts'
import { JournalQueue, type QueueOwner, type Waiting, waiting } from './journal-queue.ts'
import { JournalWriter } from './journal-writer.ts'
import { loadJournal } from './load-journal.ts'
import { Recording } from './recording.ts'

/** As Redis: after so many failures in a row an automatic rewrite waits: a minute, then twice as long each time, up to an hour. */
const FAILURES_BEFORE_DELAY = 3
const MOST_DELAY_MINUTES = 60
const MINUTE_MS = 60_000

interface Run extends WatchedRun {
  readonly started: number
  done: Promise<unknown>
  /** The journal's size when the new part began. */
  sizeBefore?: number
}

/** Where changes go. */
type State =
  /** Nowhere: it has not begun, or was turned off. */
  | { readonly is: 'off' }
  /** To a part that counts only together with the base that a rewrite makes. `failure` is why the last one could not. */
  | { readonly is: 'apart'; readonly failure: unknown; readonly base: Waiting }
  /** Behind what the store has. They count at once. */
  | { readonly is: 'on' }

const OFF: State = { is: 'off' }
const ON: State = { is: 'on' }
const apart = (failure: unknown = null): State => ({ is: 'apart', failure, base: waiting() })

/** What it belongs to. */
export interface JournalOwner {
  /** It has grown so much that it is to be rewritten, or its first base is to be tried again. */
  grown(): void
  /** A rewrite begins. @returns its number: what it is called in the log */
  nextRewrite(): number
}

export class Journal extends Recording implements QueueOwner {
  readonly #engine: Engine
  readonly #store: JournalStore
  readonly #owner: JournalOwner
  readonly #queue: JournalQueue
  #state: State = OFF
  /** The size at which growth is counted from. */
  #sizeAfterRewrite = 0
  #run: Run | null = null
  /** How many rewrites have failed in a row. */
  #failures = 0
  /** When it may be tried again to make a base, as `elapsed` counts. */
  #notBefore = -Infinity
  #lastSeconds = -1
  #lastCowSize = 0

  /** @throws StorageError if there is no place for it */
  constructor(engine: Engine, store: JournalStore | undefined, owner: JournalOwner) {
    if (store === undefined) throw new StorageError('appendonly is on, but this storage keeps no journal')
    super(engine.table, new JournalWriter(engine.allocate))
    this.#engine = engine
    this.#store = store
    this.#owner = owner
    this.#queue = new JournalQueue(engine, store, this.writer, this)
  }

  get waits(): boolean {
    return this.#queue.waits
  }

  get based(): boolean {
    return this.#state.is === 'on'
  }

  configured(): void {
    this.#queue.configured()
  }

  /** Another number whenever the store has done something. */
  get progress(): number {
    return this.#queue.size + (this.#run?.size ?? 0)
  }

  /**
   * Loads the journal.
   * @param place where it is, to be named in the log, if it is loaded although `appendonly` is off
   * @returns false if there is none; @throws StorageError, RdbError
   */
  async load(place?: string): Promise<boolean> {
    const sizes = await loadJournal(this.#engine, this.#store)
    if (sizes === null) return false
    if (place !== undefined) {
      const { log } = this.#engine
      log('warning', `appendonly is off, but ${place} has a journal that goes further than its last snapshot: it was loaded.`)
      log('warning', 'The next save takes its place. Until then it stays as it is, without what is written now.')
    }
    // As Redis, which does not know either how large it was after the last rewrite.
    this.#queue.size = sizes.total
    this.#sizeAfterRewrite = sizes.base
    this.#queue.apart = false
    return true
  }

  /** From now on changes are written. @param putOff whether the base that they need has to wait */
  start(putOff = false): void {
    this.#engine.listen(this, true)
    this.#become(this.#queue.apart ? apart() : ON)
    if (!putOff) return
    const text =
      'AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible.'
    this.#engine.log('warning', text)
  }

  settle(): void {
    this.#queue.settle()
  }

  /** Makes durable what has been changed so far. @returns the error that a client gets, or null */
  async sync(): Promise<ReplyError | null> {
    const error = await this.#queue.sync()
    return error === null && this.#state.is === 'apart' ? this.#state.base.promise : error
  }

  /** The error that writes get while the journal cannot be written, or null. */
  writeError(): ReplyError | null {
    const cause = this.#queue.failure ?? (this.#state.is === 'apart' ? this.#state.failure : null)
    return cause === null ? null : new ReplyError(`MISCONF Errors writing to the AOF file: ${messageOf(cause)}`, cause)
  }

  /** Settles when what has been changed so far is durable, under `always`; null if a reply need not wait. */
  durable(): Promise<ReplyError | null> | null {
    if (!this.waits || this.writeError() !== null) return null
    const written = this.#queue.written()
    return this.#state.is === 'apart' ? this.#state.base.promise.then((error) => error ?? written) : written
  }

  /** Settles when what has been changed so far would outlive this process; null if a reply need not wait. */
  handedOver(): Promise<ReplyError | null> | null {
    if (this.waits) return this.durable()
    if (this.#store.sync === undefined || this.writeError() !== null) return null
    // As in Redis, the reply goes out even if the append that was to come first has failed; that is tried again.
    return this.#queue.written()?.then(() => null) ?? null
  }

  /** Looks whether it has grown so much that it is to be rewritten. */
  idle(): void {
    const { config, clock, log } = this.#engine
    if (this.#queue.stopped || this.#run !== null || this.#state.is === 'off') return
    if (this.#state.is === 'apart') {
      if (this.#state.failure === null) return // the base is still to be made
      if (elapsed(clock) >= this.#notBefore) this.#owner.grown()
      return this.#queue.later()
    }
    const percentage = config.number('auto-aof-rewrite-percentage')
    if (percentage === 0 || this.#queue.size <= config.number('auto-aof-rewrite-min-size')) return
    const growth = Math.floor((this.#queue.size * 100) / (this.#sizeAfterRewrite || 1)) - 100
    if (growth < percentage || elapsed(clock) < this.#notBefore) return
    log('notice', `Starting automatic rewriting of AOF on ${growth}% growth`)
    this.#owner.grown()
  }

  /** The state now becomes a new base. @returns what went wrong, or null */
  rewrite(): Promise<unknown> {
    if (this.#run !== null) return this.#run.done.then(() => (this.#queue.stopped ? null : this.rewrite()))
    const { clock, log } = this.#engine
    const snapshot = new Snapshot(this.#engine, { isBase: true })
    const run: Run = { snapshot, aborted: false, peakCowSize: 0, size: 0, started: elapsed(clock), done: Promise.resolve(null) }
    this.#run = run
    log('notice', `Background append only file rewriting started by pid ${this.#owner.nextRewrite()}`)
    // What was changed up to here is in the snapshot and goes to the old part; what comes goes to a new one.
    const split = this.#queue.between(async () => {
      if (run.aborted) throw new Aborted()
      await this.#queue.split()
      run.sizeBefore = this.#queue.size
    }, true)
    this.writer.forgetDatabase()
    run.done = split
      .then(() => writeSnapshot(run, () => this.#store.base(), clock))
      .then(
        () => this.#rewritten(run),
        (error: unknown) => this.#rewriteFailed(run, error),
      )
    return run.done
  }

  /** All data was replaced: only a new base can say so. Settles when it is there, or with the error that writes get. */
  async replaced(): Promise<ReplyError | null> {
    if (this.#state.is === 'on') this.#become(apart())
    this.#queue.sever()
    await this.#abort()
    if (this.#state.is === 'apart') await this.#makeBase()
    return this.writeError()
  }

  /** Makes the base that is needed. Another import may give up what was begun; then the next one counts. */
  async #makeBase(): Promise<void> {
    do await (this.#run?.done ?? this.rewrite())
    while (this.#state.is === 'apart' && this.#state.failure === null)
  }

  /** Gives a running rewrite up. @returns null if there is none */
  #abort(): Promise<unknown> | null {
    if (this.#run === null) return null
    this.#run.aborted = true
    this.#run.snapshot.release()
    return this.#run.done
  }

  #rewritten(run: Run): null {
    const { log, clock } = this.#engine
    this.#queue.size += run.size - run.sizeBefore!
    this.#sizeAfterRewrite = this.#queue.size
    this.#failures = 0
    log('notice', 'Background AOF rewrite terminated with success')
    log('notice', 'Background AOF rewrite finished successfully')
    this.#lastSeconds = seconds(elapsed(clock) - run.started)
    this.#lastCowSize = run.snapshot.cowSize
    this.#run = null
    // A base that was finished although it had been given up is not the one that is waited for.
    if (this.#state.is === 'apart' && !run.aborted) this.#become(ON)
    return null
  }

  #rewriteFailed(run: Run, error: unknown): unknown {
    const { log, clock } = this.#engine
    run.snapshot.release()
    this.#run = null
    this.#lastSeconds = seconds(elapsed(clock) - run.started)
    if (error instanceof Aborted) {
      log('warning', 'Background AOF rewrite terminated by signal 10')
      return error
    }
    this.#failures++
    const minutes = this.#failures < FAILURES_BEFORE_DELAY ? 0 : Math.min(2 ** (this.#failures - FAILURES_BEFORE_DELAY), MOST_DELAY_MINUTES)
    this.#notBefore = elapsed(clock) + minutes * MINUTE_MS
    log('warning', `Background AOF rewrite terminated with error: ${String(error)}`)
    if (this.#state.is === 'apart') {
      this.#become(apart(error))
      this.#queue.later()
    }
    return error
  }

  /** Callers that waited for a base hear how it stands. */
  #become(state: State): void {
    const before = this.#state
    this.#state = state
    this.#engine.restrict()
    if (before.is === 'apart') before.base.settle(this.writeError())
  }

  /**
   * Writes what is left and stops. If there is no base yet, and it is not turned off, that is made.
   * @param force stops also if something cannot be written
   * @returns an error if something could not be written; then it goes on
   */
  async stop(force: boolean): Promise<ReplyError | null> {
    this.#queue.stopped = true
    if (this.#state.is === 'apart') await this.#makeBase()
    else await this.#abort()
    const error = await this.#queue.sync()
    if (error === null || force) {
      this.#queue.cancel()
      this.leave()
    } else {
      this.#queue.stopped = false
      this.#queue.later()
    }
    return error
  }

  /** Stops listening to changes. */
  leave(): void {
    this.#engine.listen(this, false)
    this.#become(OFF)
  }

  /** Its fields of INFO: those that it says otherwise than where there is no journal, and those that only a journal has. */
  info(): Record<string, string | number> {
    const run = this.#run
    return {
      aof_enabled: 1,
      aof_rewrite_in_progress: run === null ? 0 : 1,
      aof_last_rewrite_time_sec: this.#lastSeconds,
      aof_current_rewrite_time_sec: run === null ? -1 : seconds(elapsed(this.#engine.clock) - run.started),
      aof_last_bgrewrite_status: this.#failures === 0 ? 'ok' : 'err',
      aof_rewrites_consecutive_failures: this.#failures,
      aof_last_write_status: this.#queue.failure === null ? 'ok' : 'err',
      aof_last_cow_size: this.#lastCowSize,
      aof_current_size: this.#queue.size,
      aof_base_size: this.#sizeAfterRewrite,
      aof_pending_rewrite: 0,
      aof_buffer_length: this.#queue.buffered,
      aof_pending_bio_fsync: this.#queue.unsynced ? 1 : 0,
      aof_delayed_fsync: this.#queue.delayedSyncs,
    }
  }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error && error.message !== '' ? error.message : String(error)).replaceAll(/[\r\n]+/g, ' ')
