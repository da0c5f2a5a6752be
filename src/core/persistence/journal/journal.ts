// The journal (`appendonly yes`): every change goes to it, and its file is rewritten when it has grown. Changes are
// gathered while the host's turn lasts, or while the ones before are being written, and then written together.
import { type ByteString, joinBytes } from '../../bytes.ts'
import type { Argv, Command } from '../../engine/command.ts'
import type { Database } from '../../engine/database.ts'
import type { Effects } from '../../engine/effects.ts'
import type { Engine } from '../../engine/engine.ts'
import { type Reply, ReplyError } from '../../reply.ts'
import type { SinkOptions } from '../rdb/byte-sink.ts'
import { seconds } from '../save-rules.ts'
import { Snapshot } from '../snapshot.ts'
import { type JournalStore, StorageError } from '../storage.ts'
import { Aborted, type WatchedRun, writeSnapshot } from '../write-snapshot.ts'
import { JournalWriter, type Taken } from './journal-writer.ts'
import { loadJournal } from './load-journal.ts'
import { type Rewrite, REWRITES } from './propagation.ts'

/** As Redis: bytes that could not be written are tried again after a second, and everysec syncs once in a second. */
const SECOND_MS = 1000
/** As Redis: after so many failures in a row an automatic rewrite waits: a minute, then twice as long each time, up to an hour. */
const FAILURES_BEFORE_DELAY = 3
const MOST_DELAY_MINUTES = 60
const MINUTE_MS = 60_000

type Policy = 'always' | 'everysec' | 'no'

interface Waiting {
  readonly promise: Promise<ReplyError | null>
  settle(error: ReplyError | null): void
}

/** What is still to be done with the store, in order: bytes to be appended, or something between two of them. */
type Job =
  | { readonly taken: Taken; waiting: Waiting | null }
  | { readonly taken: null; readonly run: () => Promise<void>; readonly ended: (error: unknown) => void; readonly harmless: boolean }

interface Run extends WatchedRun {
  readonly started: number
  done: Promise<unknown>
  /** The journal's size when the new part began. */
  sizeBefore?: number
}

export class Journal implements Effects {
  readonly #engine: Engine
  readonly #store: JournalStore
  readonly #sinkOptions: SinkOptions
  readonly #onGrown: () => void
  readonly #writer: JournalWriter
  /** By the command's index. */
  readonly #rewrites: (Rewrite | undefined)[]
  #policy: Policy = 'everysec'
  waits = false
  #scheduled = false
  readonly #jobs: Job[] = []
  #pumping = false
  /** How many bytes were appended in all, how many of them no power cut undoes any more, and when that was all of them. */
  #appended = 0
  #synced = 0
  #lastSync = 0
  #syncing = false
  #cancelTimer: (() => void) | null = null
  #failure: unknown = null
  /** Those who wait for what is still in the writer. */
  #waiting: Waiting | null = null
  /** Whether the store has what the data comes from. Otherwise that takes a base, and before it nothing counts as durable. */
  #based = false
  /** Those who wait for that base. */
  #forBase: Waiting | null = null
  /** What is appended next must not follow what the store has. */
  #apart = true
  #size = 0
  /** The size at which growth is counted from. */
  #sizeAfterRewrite = 0
  #run: Run | null = null
  #rewriteFailure: unknown = null
  #failures = 0
  #notBefore = 0
  #lastSeconds = -1
  #lastCowSize = 0
  #stopped = false

  /** @throws StorageError if there is no place for it; @param onGrown called when the journal has grown so much that it is to be rewritten */
  constructor(engine: Engine, store: JournalStore | undefined, sinkOptions: SinkOptions, onGrown: () => void) {
    if (store === undefined) throw new StorageError('appendonly is on, but this storage keeps no journal')
    this.#engine = engine
    this.#store = store
    this.#sinkOptions = sinkOptions
    this.#onGrown = onGrown
    this.#writer = new JournalWriter(sinkOptions.allocate)
    this.#rewrites = engine.table.commands.map(({ name }) => REWRITES[name])
    this.configured()
  }

  configured(): void {
    this.#policy = this.#engine.config.get('appendfsync') as Policy
    this.waits = this.#policy === 'always'
    // What is being written now may not have been asked to be durable.
    if ((this.#unsynced || this.#pumping) && this.#policy !== 'no') void this.sync()
  }

  /** Loads the journal. @param place where it is, if it is not asked for; @returns false if there is none; @throws StorageError, RdbError */
  async load(place?: string): Promise<boolean> {
    const sizes = await loadJournal(this.#engine, this.#store)
    if (sizes === null) return false
    if (place !== undefined) {
      const { log } = this.#engine
      log('warning', `appendonly is off, but ${place} has a journal that goes further than its last snapshot: it was loaded.`)
      log(
        'warning',
        'The next save makes a snapshot of it and removes the journal. Until then it stays as it is, without what is written now.',
      )
    }
    // As Redis, which does not know either how large it was after the last rewrite.
    this.#size = sizes.total
    this.#sizeAfterRewrite = sizes.base
    this.#based = true
    this.#apart = false
    return true
  }

  /** From now on changes are written. @param putOff whether the base that they need has to wait */
  start(putOff = false): void {
    this.#engine.effects = this
    if (!putOff) return
    const text =
      'AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible.'
    this.#engine.log('warning', text)
  }

  ran(command: Command, argv: Argv, reply: Reply, db: Database): void {
    const rewrite = this.#rewrites[command.index]
    const rewritten = rewrite === undefined ? null : rewrite(argv, reply, db)
    if (rewritten === null) this.#writer.command(argv, db.index)
    else for (const each of rewritten) this.#writer.command(each, db.index)
  }

  wrote(db: Database, argv: Argv): void {
    this.#writer.command(argv, db.index)
  }

  removed(db: Database, key: ByteString): void {
    this.#writer.command(['DEL', key], db.index)
  }

  fieldsRemoved(db: Database, key: ByteString, fields: readonly ByteString[]): void {
    this.#writer.command(['HDEL', key, ...fields], db.index)
  }

  settle(): void {
    if (this.#writer.settle() && !this.#scheduled) this.#schedule()
  }

  #schedule(): void {
    this.#scheduled = true
    const flush = (): void => {
      this.#scheduled = false
      if (this.#failure === null) void this.#pump()
    }
    // Whoever waits for a reply waits for this: then it begins as soon as the code that runs now is done.
    if (this.waits) void Promise.resolve().then(flush)
    else this.#engine.clock.soon(flush)
  }

  /** What is in the writer is to be appended. */
  #enqueue(): void {
    if (!this.#writer.ready) return
    this.#jobs.push({ taken: this.#writer.take(), waiting: this.#waiting })
    this.#waiting = null
  }

  /**
   * Does a job between two appends.
   * @param harmless whether the journal can go on if it fails
   * @throws what it throws, or what the appends before it did
   */
  #between(run: () => Promise<void>, harmless = false): Promise<void> {
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
      if (this.#failure !== null) this.#recovered()
    }
    // Together with the last look at the jobs: what is added now is begun by who adds it.
    this.#pumping = false
    if (this.#unsynced && this.#policy === 'everysec') this.#later()
    this.#checkGrowth()
  }

  /** Appends the bytes of all jobs up to the next that has none. */
  async #append(): Promise<void> {
    const end = this.#jobs.findIndex(({ taken }) => taken === null)
    const jobs = (end < 0 ? this.#jobs.slice() : this.#jobs.slice(0, end)) as { taken: Taken; waiting: Waiting | null }[]
    const bytes = jobs.length === 1 ? jobs[0].taken.bytes : joinBytes(jobs.map(({ taken }) => taken.bytes))
    if (this.#apart) await this.#split()
    const late = this.#engine.clock.now() - this.#lastSync >= SECOND_MS
    const durable = this.waits || (this.#policy === 'everysec' && this.#store.sync === undefined && late)
    await this.#store.append(bytes, durable)
    this.#jobs.splice(0, jobs.length)
    this.#size += bytes.length
    this.#appended += bytes.length
    if (durable) this.#nowSynced(this.#appended)
    for (const { taken, waiting } of jobs) {
      this.#writer.free(taken)
      waiting?.settle(null)
    }
  }

  async #split(): Promise<void> {
    await this.#store.split(!this.#based)
    this.#apart = false
  }

  /** In a second it is tried again to make everything durable. */
  #later(): void {
    if (this.#stopped || this.#syncing) return
    this.#cancelTimer ??= this.#engine.clock.after(SECOND_MS, () => {
      this.#cancelTimer = null
      void (this.#failure === null && this.#store.sync !== undefined ? this.#syncBeside() : this.sync())
    })
  }

  /** Makes durable what has been appended; what comes meanwhile is appended, but not covered. */
  async #syncBeside(): Promise<void> {
    const appended = this.#appended
    this.#syncing = true
    try {
      await this.#store.sync!()
      this.#nowSynced(appended)
    } catch (error) {
      await this.#between(() => Promise.reject(error)).catch(() => {}) // it is in `writeError`
    }
    this.#syncing = false
    if (this.#failure !== null || (this.#unsynced && this.#policy === 'everysec')) this.#later()
  }

  get #unsynced(): boolean {
    return this.#appended > this.#synced
  }

  #nowSynced(bytes: number): void {
    this.#synced = Math.max(this.#synced, bytes)
    if (!this.#unsynced) this.#lastSync = this.#engine.clock.now()
  }

  /** Makes durable what has been changed so far. @returns the error that a client gets, or null */
  async sync(): Promise<ReplyError | null> {
    await this.#between(async () => {
      if (!this.#unsynced) return
      await this.#store.append(new Uint8Array(0), true)
      this.#nowSynced(this.#appended)
    }).catch(() => {}) // it is in `writeError`
    return this.writeError()
  }

  #failed(error: unknown): void {
    const { log } = this.#engine
    if (this.#failure === null) log('warning', `Error writing to the AOF file: ${String(error)}`)
    this.#failure = error
    const refusal = this.writeError()
    const jobs = this.#jobs.splice(0)
    // Bytes stay to be tried again. What was to happen between them does not happen.
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
    this.#cancelTimer?.()
    this.#cancelTimer = null
    this.#later()
  }

  #recovered(): void {
    this.#failure = null
    this.#engine.log('warning', 'AOF write error looks solved, Redis can write again.')
    this.#engine.restrict()
  }

  /** The error that writes get while the journal cannot be written, or null. */
  writeError(): ReplyError | null {
    const cause = this.#failure ?? (this.#based ? null : this.#rewriteFailure)
    return cause === null ? null : new ReplyError(`MISCONF Errors writing to the AOF file: ${messageOf(cause)}`, cause)
  }

  /** Settles when what has been changed so far is durable, under `always`; null if a reply need not wait. */
  durable(): Promise<ReplyError | null> | null {
    if (!this.waits || this.writeError() !== null) return null
    const written = this.#written()
    return this.#based ? written : (this.#forBase ??= waiting()).promise.then((error) => error ?? written)
  }

  /** Settles when what has been changed so far would outlive this process; null if a reply need not wait. */
  handedOver(): Promise<ReplyError | null> | null {
    if (this.waits) return this.durable()
    if (this.#store.sync === undefined || this.writeError() !== null) return null
    // As Redis, which answers although the write that was to come first has failed, and tries it again.
    return this.#written()?.then(() => null) ?? null
  }

  #written(): Promise<ReplyError | null> | null {
    if (this.#writer.size > 0) return (this.#waiting ??= waiting()).promise
    const last = this.#jobs.findLast(({ taken }) => taken !== null)
    return last?.taken ? (last.waiting ??= waiting()).promise : null
  }

  #checkGrowth(): void {
    const { config, clock, log } = this.#engine
    const percentage = config.number('auto-aof-rewrite-percentage')
    if (this.#stopped || this.#run !== null) return
    if (!this.#based) return this.#retryBase()
    if (percentage === 0 || this.#size <= config.number('auto-aof-rewrite-min-size')) return
    const growth = Math.floor((this.#size * 100) / (this.#sizeAfterRewrite || 1)) - 100
    if (growth < percentage || clock.now() < this.#notBefore) return
    log('notice', `Starting automatic rewriting of AOF on ${growth}% growth`)
    this.#onGrown()
  }

  /** The first base could not be made. */
  #retryBase(): void {
    if (this.#engine.effects !== this || this.#rewriteFailure === null) return
    if (this.#engine.clock.now() >= this.#notBefore) this.#onGrown()
    this.#later()
  }

  /** The state now becomes a new base. @param pid what it is called in the log; @returns what went wrong, or null */
  rewrite(pid: number): Promise<unknown> {
    if (this.#run !== null) return this.#run.done.then(() => (this.#stopped ? null : this.rewrite(pid)))
    const { clock, log } = this.#engine
    const snapshot = new Snapshot(this.#engine, this.#sinkOptions, { isBase: true })
    const run: Run = { snapshot, aborted: false, peakCowSize: 0, started: clock.now(), done: Promise.resolve(null) }
    this.#run = run
    log('notice', `Background append only file rewriting started by pid ${pid}`)
    // What was changed up to here is in the snapshot and goes to the old part; what comes goes to a new one.
    const split = this.#between(async () => {
      if (run.aborted) throw new Aborted()
      await this.#split()
      run.sizeBefore = this.#size
    }, true)
    this.#writer.forgetDatabase()
    run.done = split
      .then(() => writeSnapshot(run, () => this.#store.base(), clock))
      .then(
        (base) => this.#rewritten(run, base),
        (error: unknown) => this.#rewriteFailed(run, error),
      )
    return run.done
  }

  /** All data was replaced: only a new base can say so. Settles when it is there, or with the error that writes get. */
  async replaced(pid: number): Promise<ReplyError | null> {
    this.#based = false
    this.#enqueue()
    // What was changed before still follows what is there; what comes now must not.
    const ended = (): void => {
      this.#apart = true
    }
    this.#jobs.push({ taken: null, run: async () => {}, ended, harmless: true })
    await this.#abort()
    if (this.#engine.effects === this) await this.#makeBase(pid)
    return this.writeError()
  }

  /** Another import may give the base up that was begun: then it is the next one that counts. */
  async #makeBase(pid: number): Promise<void> {
    do {
      await (this.#run?.done ?? this.rewrite(pid))
    } while (!this.#based && this.#rewriteFailure === null && this.#engine.effects === this)
  }

  /** Gives a running rewrite up. @returns null if there is none */
  #abort(): Promise<unknown> | null {
    if (this.#run === null) return null
    this.#run.aborted = true
    this.#run.snapshot.release()
    return this.#run.done
  }

  #rewritten(run: Run, base: number): null {
    const { log, clock } = this.#engine
    this.#size = base + (this.#size - run.sizeBefore!)
    this.#sizeAfterRewrite = this.#size
    this.#failures = 0
    this.#rewriteFailure = null
    log('notice', 'Background AOF rewrite terminated with success')
    log('notice', 'Background AOF rewrite finished successfully')
    this.#lastSeconds = seconds(clock.now() - run.started)
    this.#lastCowSize = run.snapshot.cowSize
    this.#run = null
    // One that came too late to be given up is not the base that is waited for.
    if (!run.aborted) this.#based = true
    if (this.#based) this.#settleBase()
    return null
  }

  #rewriteFailed(run: Run, error: unknown): unknown {
    const { log, clock } = this.#engine
    run.snapshot.release()
    this.#run = null
    this.#lastSeconds = seconds(clock.now() - run.started)
    if (error instanceof Aborted) {
      log('warning', 'Background AOF rewrite terminated by signal 10')
      return error
    }
    this.#rewriteFailure = error
    this.#failures++
    const minutes = this.#failures < FAILURES_BEFORE_DELAY ? 0 : Math.min(2 ** (this.#failures - FAILURES_BEFORE_DELAY), MOST_DELAY_MINUTES)
    this.#notBefore = clock.now() + minutes * MINUTE_MS
    log('warning', `Background AOF rewrite terminated with error: ${String(error)}`)
    this.#settleBase()
    if (!this.#based && this.#engine.effects === this) this.#later()
    return error
  }

  #settleBase(): void {
    this.#engine.restrict()
    this.#forBase?.settle(this.writeError())
    this.#forBase = null
  }

  /**
   * Writes what is left and stops.
   * @param pid of the rewrite that it takes if there is no base yet; 0 if the journal is not wanted any more
   * @param force stops also if something cannot be written
   * @returns an error if something could not be written; then it goes on
   */
  async stop(pid = 0, force = false): Promise<ReplyError | null> {
    this.#stopped = true
    if (this.#based || pid === 0) await this.#abort()
    else await this.#makeBase(pid)
    const error = await this.sync()
    this.#settleBase()
    this.#stopped = error === null || force
    if (!this.#stopped) this.#later()
    else {
      this.#cancelTimer?.()
      this.leave()
    }
    return error
  }

  /** Hears of no more changes. */
  leave(): void {
    if (this.#engine.effects === this) this.#engine.effects = null
  }

  /** Its fields of INFO: those that it says otherwise than where there is no journal, and those that only a journal has. */
  info(): Record<string, string | number> {
    const run = this.#run
    return {
      aof_enabled: 1,
      aof_rewrite_in_progress: run === null ? 0 : 1,
      aof_last_rewrite_time_sec: this.#lastSeconds,
      aof_current_rewrite_time_sec: run === null ? -1 : seconds(this.#engine.clock.now() - run.started),
      aof_last_bgrewrite_status: this.#rewriteFailure === null ? 'ok' : 'err',
      aof_rewrites_consecutive_failures: this.#failures,
      aof_last_write_status: this.#failure === null ? 'ok' : 'err',
      aof_last_cow_size: this.#lastCowSize,
      aof_current_size: this.#size,
      aof_base_size: this.#sizeAfterRewrite,
      aof_pending_rewrite: 0,
      aof_buffer_length: this.#writer.size + this.#jobs.reduce((sum, { taken }) => sum + (taken?.bytes.length ?? 0), 0),
      aof_pending_bio_fsync: this.#unsynced ? 1 : 0,
      aof_delayed_fsync: 0,
    }
  }
}

function waiting(): Waiting {
  let settle: Waiting['settle'] = () => {}
  const promise = new Promise<ReplyError | null>((resolve) => (settle = resolve))
  return { promise, settle }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error && error.message !== '' ? error.message : String(error)).replaceAll(/[\r\n]+/g, ' ')
