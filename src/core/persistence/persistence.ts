// Saving and loading: it answers the engine's questions about durability, runs saves under the lock, and keeps the
// figures that INFO persistence shows. How a snapshot is taken is snapshot.ts, where it goes is the storage. The journal is
// fetched only when it is asked for: who does not use it does not ship it.
import { type Durability, NO_JOURNAL } from '../engine/durability.ts'
import type { Engine } from '../engine/engine.ts'
import { CLOSED, OK, type Reply, ReplyError, Status } from '../reply.ts'
import { ChangeTracker, type Deltas } from './changes.ts'
import type { Journal } from './journal/journal.ts'
import { load } from './load.ts'
import type { SinkOptions } from './rdb/byte-sink.ts'
import { type Next, REWRITE_SCHEDULED, SaveLock, SCHEDULED } from './save-lock.ts'
import { nextRule, parseSaveRules, type SaveRule } from './save-rules.ts'
import { Snapshot } from './snapshot.ts'
import { type Storage, StorageError } from './storage.ts'
import { Aborted, type WatchedRun, writeSnapshot } from './write-snapshot.ts'

const SHUTDOWN_FAILED = new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.')
const STARTED = new Status('Background saving started')
const REWRITE_STARTED = new Status('Background append only file rewriting started')
const NO_PLACE = new ReplyError('ERR this storage keeps no journal')
const CANNOT_TURN_ON = new ReplyError(
  "ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.",
)
const MISCONF =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error."

/** A page that is about to go is held up no longer than this by what is to be saved; Chromium ends a closed one after 500 ms. */
const HURRY_MS = 400
/** A save that has taken longer is not begun anew when the page is about to go. */
const MOST_BEGUN_ANEW_MS = 1000

interface Run extends WatchedRun {
  readonly dirty: number
  readonly started: number
  readonly background: boolean
  /** It has what the journal had that is off. */
  readonly leftover: boolean
  /** The one that has taken its place. */
  next?: Run
  /** Settles when it writes no more. */
  written: Promise<unknown>
  /** Settles when the run has ended, with what went wrong or null. */
  done: Promise<unknown>
}

export class Persistence implements Durability {
  readonly #engine: Engine
  /** Where it is all kept. */
  readonly storage: Storage
  readonly #sinkOptions: SinkOptions
  readonly #lock = new SaveLock()
  #rules: SaveRule[] = []
  #run: Run | null = null
  /** Settles when one whose place was taken has ended. */
  #replaced: Promise<unknown> = Promise.resolve()
  /** The engine's dirty count when it was last saved. */
  #savedDirty = 0
  /** Seconds since 1970. */
  #lastSave: number
  #lastTry = 0
  #failure: unknown = null
  #timer: { at: number; cancel: () => void } | null = null
  #closed = false
  /** How many SAVEs and BGSAVEs were begun. */
  #saves = 0
  #lastSeconds = -1
  #lastCowSize = 0
  #journal: Journal | null = null
  /** The journal is off, and there is one that the last snapshot does not stand for. */
  #leftover = false
  #dropped: Promise<void> = Promise.resolve()
  /** The journal is being turned on or off. */
  #turning: Promise<ReplyError | null> | null = null
  /** What BGREWRITEAOF runs while the journal is off, and when the last rewrite has ended. */
  #rewriter: Journal | null = null
  #rewritten: Promise<void> = Promise.resolve()
  #rewrites = 0
  readonly #tracker: ChangeTracker | null
  #loaded = { keys: 0, expired: 0 }

  /** @param sinkOptions how the memory for what is written is made */
  constructor(engine: Engine, storage: Storage, sinkOptions: SinkOptions = {}) {
    this.#engine = engine
    this.storage = storage
    this.#sinkOptions = sinkOptions
    this.#lastSave = seconds(engine.clock.now())
    this.#tracker = storage.deltas === undefined ? null : new ChangeTracker(engine)
  }

  /** Takes the storage and loads what it holds. @throws StorageError: then the data stays where it is */
  async open(): Promise<void> {
    await this.storage.open()
    try {
      const { config, log } = this.#engine
      const on = config.isOn('appendonly')
      this.#leftover = !on && (await this.storage.journal?.isAhead()) === true
      const journal = on || this.#leftover ? await this.#makeJournal() : null
      const found = journal !== null && (await journal.load())
      if (this.#leftover) {
        log('warning', `appendonly is off, but ${this.storage.name} has a journal that goes further than its last snapshot: it was loaded.`)
        log(
          'warning',
          'The next save makes a snapshot of it and removes the journal. Until then it stays as it is, without what is written now.',
        )
        this.#engine.dirty++ // so that the rules save it
      }
      if (!found) {
        this.#loaded = await load(this.#engine, this.storage)
        this.#tracker?.loaded()
        this.#savedDirty = this.#engine.dirty
      }
      // The commands of a journal count as changes, its base does not: as in Redis.
      this.#journal = on ? journal : null
      if (on && journal !== null && !found) {
        // What the snapshot held, or nothing, is the first base.
        const failure = await journal.rewrite(++this.#rewrites)
        if (failure !== null) throw failure
      }
      this.#journal?.start()
    } catch (error) {
      this.#engine.expiry.stop() // its timer would hold what was loaded
      await this.storage.close()
      throw error
    }
    this.#engine.durability = this
    this.configured()
    this.#engine.restrict()
  }

  async #makeJournal(): Promise<Journal> {
    const { journal } = this.storage
    if (journal === undefined) throw new StorageError('appendonly is on, but this storage keeps no journal')
    const { Journal } = await import('./journal/journal.ts')
    return new Journal(this.#engine, journal, this.#sinkOptions, () => {
      if (this.#lock.free) this.rewrite()
    })
  }

  get dirty(): number {
    return this.#engine.dirty - this.#savedDirty
  }

  get lastSave(): number {
    return this.#lastSave
  }

  /** SAVE. @throws if a save runs */
  save(): Promise<Reply> {
    if (this.#closed) throw CLOSED
    return this.#save()
  }

  #save(): Promise<Reply> {
    this.#lock.save()
    this.#saves++
    return this.#start(false).done.then((failure) => (failure === null ? OK : new ReplyError('ERR', failure)))
  }

  /** BGSAVE. @throws if a save runs */
  bgsave(schedule = false, later = false): Reply {
    if (this.#closed) throw CLOSED
    if (later && this.#lock.free) return this.#afterExec(() => this.bgsave(), SCHEDULED)
    const putOff = this.#lock.bgsave(schedule)
    if (putOff !== null) return putOff
    this.#saves++
    this.#start(true)
    return STARTED
  }

  rewrite(later = false): Reply {
    if (this.storage.journal === undefined) throw NO_PLACE
    if (this.#closed) throw CLOSED
    if (later && this.#lock.free) return this.#afterExec(() => this.rewrite(), REWRITE_SCHEDULED)
    const putOff = this.#lock.rewrite()
    if (putOff !== null) return putOff
    this.#startRewrite()
    return REWRITE_STARTED
  }

  /** As Redis: nothing starts in the middle of a transaction, whose state nobody is to see. */
  #afterExec(start: () => void, reply: Reply): Reply {
    void Promise.resolve().then(() => {
      if (this.#lock.free && !this.#closed) start()
    })
    return reply
  }

  #startRewrite(): void {
    const pid = ++this.#rewrites
    const done = this.#journal === null ? this.#rewriteOnce(pid) : this.#journal.rewrite(pid)
    this.#rewritten = done
      .catch((error: unknown) => this.#engine.log('warning', String(error)))
      .then(() => this.#released(this.#lock.release('rewrite')))
  }

  /** As Redis: a rewrite is possible too while the journal is off. */
  async #rewriteOnce(pid: number): Promise<void> {
    this.#rewriter = await this.#makeJournal()
    await this.#dropped
    const saved = this.#savedDirty
    if (!this.#closed) await this.#rewriter.rewrite(pid)
    this.#rewriter = null
    this.#leftover = true
    // A save that came to its end meanwhile has more than that.
    if (saved !== this.#savedDirty) await this.#dropLeftover({ leftover: true })
  }

  /** Gives up such a rewrite, and waits until no rewrite runs. */
  async #endRewrite(): Promise<void> {
    await this.#rewriter?.stop()
    await this.#rewritten
  }

  durable(): Promise<ReplyError | null> | null {
    return this.#journal === null ? null : this.#journal.durable()
  }

  handedOver(): Promise<ReplyError | null> | null {
    return this.#journal === null ? null : this.#journal.handedOver()
  }

  sync(): Promise<ReplyError | null> {
    if (this.#journal === null) throw NO_JOURNAL
    return this.#journal.sync()
  }

  replaced(): Promise<ReplyError | null> | null {
    return this.#journal === null ? null : this.#journal.replaced(++this.#rewrites)
  }

  /**
   * Makes durable what has changed, for a page that may be about to go: everything is handed to the storage in this turn
   * of the host, if it can be. A save that runs cannot be waited for: another takes its place.
   */
  saveNow(): void {
    const { dirty, clock } = this.#engine
    const run = this.#run
    if (this.#journal !== null) void this.#journal.sync()
    if (this.#journal !== null || this.dirty === 0 || this.#closed || this.#lock.rewriting) return
    if (run === null) {
      this.#lock.bgsave(false)
      this.#saves++
      this.#start(true, true)
    } else if ((run.hurriedUntil === 0 || run.dirty !== dirty) && clock.now() - run.started < MOST_BEGUN_ANEW_MS) {
      run.aborted = true
      run.snapshot.release()
      this.#tracker?.end(false)
      run.next = this.#start(run.background, true)
      this.#replaced = Promise.allSettled([this.#replaced, run.written])
    }
  }

  writeError(): ReplyError | null {
    if (this.#closed) return CLOSED
    const stops = this.#failure !== null && this.#rules.length > 0 && this.#engine.config.isOn('stop-writes-on-bgsave-error')
    return stops ? new ReplyError(MISCONF, this.#failure) : (this.#journal?.writeError() ?? null)
  }

  changed(): void {
    this.#schedule()
  }

  configured(): void {
    this.#turnJournal(this.#engine.config.isOn('appendonly'))
    this.#journal?.configured()
    this.#rules = parseSaveRules(this.#engine.config.get('save'))
    this.#schedule()
  }

  #turnJournal(on: boolean): void {
    const journal = this.#journal
    if (on === (journal !== null) || this.#turning !== null || this.#closed) return
    if (on && this.storage.journal === undefined) throw CANNOT_TURN_ON
    const turned = on ? this.#turnOn() : this.#turnOff(journal!)
    this.#turning = turned
      .then(
        () => null,
        (error: unknown) => {
          this.#engine.log('warning', String(error))
          this.#engine.config.set([['appendonly', 'no']]) // or it would be tried again and again
          return CANNOT_TURN_ON
        },
      )
      .then((failed) => {
        this.#turning = null
        this.#turnJournal(this.#engine.config.isOn('appendonly')) // it may have been said otherwise meanwhile
        return failed ?? this.#turning
      })
  }

  get turning(): Promise<ReplyError | null> | null {
    return this.#turning
  }

  /** From here on changes are written; they count once a base is there too, which a rewrite makes. */
  async #turnOn(): Promise<void> {
    const journal = await this.#makeJournal()
    await this.#dropped
    do await this.#endRewrite()
    while (this.#lock.rewriting)
    this.#leftover = false
    this.#journal = journal
    journal.start()
    if (this.#lock.rewrite() === null) this.#startRewrite()
    else {
      const text =
        'AOF was enabled but there is already another background operation. An AOF background was scheduled to start when possible.'
      this.#engine.log('warning', text)
    }
  }

  async #turnOff(journal: Journal): Promise<void> {
    journal.leave()
    this.#journal = null
    // Even if it cannot be written: it must not go on beside the one that may be turned on next.
    await journal.stop(0, true)
    this.#leftover = true
  }

  flushed(): Promise<void> | null {
    if (this.#run === null && this.#rules.length === 0) return null
    return this.#saveEmpty()
  }

  async #saveEmpty(): Promise<void> {
    await this.#abort()
    if (this.#rules.length === 0 || this.#closed || this.#lock.saving !== 'none') return
    this.#lock.save()
    await this.#start(false).done
  }

  async close(save: boolean | null, force: boolean): Promise<Reply> {
    // From here on nothing is written: what was answered is in what is saved now.
    this.#closed = true
    this.#engine.restrict()
    await this.#turning
    await this.#abort()
    // Ended now, what it has made is gone with the save.
    if (this.#journal === null) await this.#endRewrite()
    if (!(await this.#saveLast(save, force)) && !force) {
      this.#closed = false
      this.configured()
      this.#engine.restrict()
      return SHUTDOWN_FAILED
    }
    await this.#endRewrite()
    this.#timer?.cancel()
    this.#tracker?.stop()
    await this.storage.close().catch((error: unknown) => this.#engine.log('warning', String(error)))
    return OK
  }

  /** @returns whether all that is to be kept is safe */
  async #saveLast(save: boolean | null, force: boolean): Promise<boolean> {
    const reply = (save ?? (this.#rules.length > 0 && this.dirty > 0)) ? await this.#save() : OK
    if (reply instanceof ReplyError && !force) return false
    return !(await this.#journal?.stop(++this.#rewrites, force))
  }

  /** The moment that is saved is now: everything up to `new Snapshot` happens before this returns. */
  #start(background: boolean, hurried = false): Run {
    const { dirty, clock, log } = this.#engine
    const started = clock.now()
    const deltas = this.#deltas()
    const snapshot = new Snapshot(this.#engine, this.#sinkOptions, { deltas })
    const hurriedUntil = hurried ? started + HURRY_MS : 0
    const done = Promise.resolve(null)
    const run: Run = {
      snapshot,
      dirty,
      started,
      background,
      hurriedUntil,
      leftover: this.#leftover,
      aborted: false,
      peakCowSize: 0,
      written: done,
      done,
    }
    this.#run = run
    if (background) {
      this.#lastTry = seconds(run.started)
      log('notice', `Background saving started by pid ${this.#saves}`)
    }
    run.written = writeSnapshot(run, () => (deltas === null ? this.storage : this.storage.deltas!).write(hurried), clock)
    run.done = run.written.then(
      () => run.next?.done ?? this.#dropLeftover(run).then(() => this.#succeeded(run)),
      (error: unknown) => run.next?.done ?? this.#failed(run, error),
    )
    return run
  }

  /** What has changed since the last save, if writing that alone is worth it; null to write everything. */
  #deltas(): Deltas | null {
    const tracker = this.#tracker
    if (tracker === null) return null
    const deltas = tracker.begin()
    if (deltas === null) return null
    const sizes = this.storage.deltas!.sizes()
    let [changed, all] = [0, 0]
    for (const [{ size }, { count, removed }] of deltas) {
      changed += count + removed.length
      all += size
    }
    const expected = sizes.deltas + (sizes.snapshot * changed) / Math.max(all, 1)
    if (sizes.snapshot > 0 && sizes.count < MOST_DELTAS && expected <= sizes.snapshot * MOST_OF_SNAPSHOT) return deltas
    tracker.all()
    return null
  }

  /** What a journal had that is off is in a snapshot now. Left as it is, it would be loaded once it is on again. */
  async #dropLeftover({ leftover }: { leftover: boolean }): Promise<void> {
    if (!leftover || this.#journal !== null || this.#turning !== null || this.#rewriter !== null) return
    this.#leftover = false
    this.#dropped = this.storage.journal!.drop().catch((error: unknown) => {
      this.#leftover = true
      this.#engine.log('warning', `The journal cannot be removed: ${String(error)}`)
    })
    await this.#dropped
  }

  #succeeded(run: Run): null {
    this.#tracker?.end(true)
    const { log, clock } = this.#engine
    this.#savedDirty = run.dirty
    this.#lastSave = seconds(clock.now())
    this.#failure = null
    log('notice', 'DB saved on disk')
    if (run.background) log('notice', 'Background saving terminated with success')
    this.#ended(run)
    return null
  }

  #failed(run: Run, error: unknown): unknown {
    this.#tracker?.end(false)
    const { log } = this.#engine
    if (error instanceof Aborted) {
      if (run.background) log('warning', 'Background saving terminated by signal 10')
    } else if (run.background) {
      this.#failure = error
      log('warning', `Background saving error: ${String(error)}`)
    } else log('warning', `Write error saving DB on disk: ${String(error)}`)
    this.#ended(run)
    return error
  }

  #ended(run: Run): void {
    this.#lastCowSize = run.snapshot.cowSize
    if (run.background) this.#lastSeconds = seconds(this.#engine.clock.now() - run.started)
    this.#run = null
    this.#released(this.#lock.release('save'))
  }

  #released(next: Next): void {
    this.#engine.restrict()
    if (this.#closed) return
    if (next === 'bgsave') this.bgsave()
    else if (next === 'rewrite') this.rewrite()
    else this.#schedule()
  }

  /** Gives a running save up; nothing of it will be seen. */
  async #abort(): Promise<void> {
    const run = this.#run
    if (run !== null) {
      run.aborted = true
      run.snapshot.release()
    }
    await run?.done
    await this.#replaced
  }

  /** Starts a save if a rule says so, or has one looked at again when a rule may. */
  #schedule(): void {
    if (this.#closed || !this.#lock.free) return
    const state = { dirty: this.dirty, lastSave: this.#lastSave, lastTry: this.#lastTry, ok: this.#failure === null }
    const next = this.#rules.length === 0 ? null : nextRule(this.#rules, state)
    if (next === null) return
    const now = this.#engine.clock.now()
    if (next.at * 1000 <= now) {
      this.#timer?.cancel()
      this.#timer = null
      this.#engine.log('notice', `${next.rule.changes} changes in ${next.rule.seconds} seconds. Saving...`)
      this.bgsave()
    } else if (this.#timer === null || next.at < this.#timer.at) {
      this.#timer?.cancel()
      const cancel = this.#engine.clock.after(next.at * 1000 - now, () => {
        this.#timer = null
        this.#schedule()
      })
      this.#timer = cancel && { at: next.at, cancel }
    }
  }

  info(): [string, string | number][] {
    const run = this.#run
    const saving = run?.background === true
    const now = this.#engine.clock.now()
    return [
      ['loading', 0],
      ['async_loading', 0],
      ['current_cow_peak', saving ? run.peakCowSize : 0],
      ['current_cow_size', saving ? run.snapshot.cowSize : 0],
      ['current_cow_size_age', 0],
      ['current_fork_perc', saving ? run.snapshot.percent.toFixed(2) : '0.00'],
      ['current_save_keys_processed', saving ? run.snapshot.processed : 0],
      ['current_save_keys_total', saving ? run.snapshot.total : 0],
      ['rdb_changes_since_last_save', this.dirty],
      ['rdb_bgsave_in_progress', saving ? 1 : 0],
      ['rdb_last_save_time', this.#lastSave],
      ['rdb_last_bgsave_status', this.#failure === null ? 'ok' : 'err'],
      ['rdb_last_bgsave_time_sec', this.#lastSeconds],
      ['rdb_current_bgsave_time_sec', saving ? seconds(now - run.started) : -1],
      ['rdb_saves', this.#saves],
      ['rdb_last_cow_size', this.#lastCowSize],
      ['rdb_last_load_keys_expired', this.#loaded.expired],
      ['rdb_last_load_keys_loaded', this.#loaded.keys],
      ...this.#journalInfo(),
    ]
  }

  #journalInfo(): [string, string | number][] {
    const { usual = {}, more = [] } = this.#journal?.info() ?? {}
    const fields: [string, string | number][] = [
      ['aof_enabled', 0],
      ['aof_rewrite_in_progress', this.#lock.rewriting || this.#turning !== null ? 1 : 0],
      ['aof_rewrite_scheduled', this.#lock.rewriteScheduled ? 1 : 0],
      ['aof_last_rewrite_time_sec', -1],
      ['aof_current_rewrite_time_sec', -1],
      ['aof_last_bgrewrite_status', 'ok'],
      ['aof_rewrites', this.#rewrites],
      ['aof_rewrites_consecutive_failures', 0],
      ['aof_last_write_status', 'ok'],
      ['aof_last_cow_size', 0],
      ['module_fork_in_progress', 0],
      ['module_fork_last_cow_size', 0],
    ]
    return [
      ...fields.map(([name, value]): [string, string | number] => [name, usual[name] ?? value]),
      ...more,
      ...(this.storage.info?.() ?? []),
    ]
  }
}

/** More deltas than this are given up too: each of them is read on its own, and named in the manifest, which every save writes. */
const MOST_DELTAS = 500
/** Deltas that together are larger than so much of their snapshot are given up for a new one. */
const MOST_OF_SNAPSHOT = 0.5

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)
