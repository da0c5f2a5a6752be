// Saves as they run. One runs at a time, but a page that is about to go cannot wait for it: another takes its place then.
// How a snapshot is taken is snapshot.ts, where it goes is the storage.
import type { Engine } from '../engine/engine.ts'
import { elapsed } from '../engine/ports.ts'
import { type Reply, Status } from '../reply.ts'
import { ChangeTracker } from './changes.ts'
import type { Loaded } from './load.ts'
import type { Next, SaveLock } from './save-lock.ts'
import { seconds } from './save-rules.ts'
import type { SaveSchedule } from './save-schedule.ts'
import { Snapshot } from './snapshot.ts'
import type { SnapshotWriter, Storage } from './storage.ts'
import { Aborted, type WatchedRun, writeSnapshot } from './write-snapshot.ts'

const STARTED = new Status('Background saving started')

/** A save holds up a page that is being closed for at most so long; Chromium ends the page after 500 ms. */
const HURRY_MS = 400
/** A save that has run for longer than this goes on when the page is about to go: begun anew it would hardly be done in time. */
const MOST_BEGUN_ANEW_MS = 1000
interface Run extends WatchedRun {
  /** The engine's dirty count at its moment. */
  readonly dirty: number
  readonly started: number
  readonly background: boolean
  /** The one that has taken its place. */
  next?: Run
  /** Settles when it writes no more. */
  written: Promise<unknown>
  /** Settles when the run has ended, with what went wrong or null. */
  done: Promise<unknown>
}

export interface SavesOptions {
  readonly engine: Engine
  readonly storage: Storage
  readonly lock: SaveLock
  readonly schedule: SaveSchedule
  /** Ends what must not be written beside a save; null if nothing is. */
  readonly prepare: () => Promise<void> | null
  /** The lock has been given back. */
  readonly onReleased: (next: Next) => void
}

export class Saves {
  readonly #options: SavesOptions
  readonly #tracker: ChangeTracker | null
  #run: Run | null = null
  /** Settles when all runs whose place was taken have ended. */
  #replaced: Promise<unknown> = Promise.resolve()
  /** The engine's dirty count when it was last saved. */
  #savedDirty = 0
  #loaded: Loaded = { keys: 0, expired: 0 }
  /** How many SAVEs and BGSAVEs were begun. */
  #count = 0
  #lastSeconds = -1
  #lastCowSize = 0

  constructor(options: SavesOptions) {
    this.#options = options
    const { engine, storage } = options
    this.#tracker = storage.deltas === undefined ? null : new ChangeTracker(engine, storage.deltas)
  }

  /** Changes since the last save. */
  get dirty(): number {
    return this.#options.engine.dirty - this.#savedDirty
  }

  get running(): boolean {
    return this.#run !== null
  }

  /** Another number whenever the storage has done something. */
  get progress(): number {
    return this.#count + (this.#run?.size ?? 0)
  }

  /** All that the engine holds comes from the last snapshot. */
  loaded(loaded: Loaded): void {
    this.#loaded = loaded
    this.#tracker?.loaded()
    this.#savedDirty = this.#options.engine.dirty
  }

  /** @param asked whether by SAVE; @returns what went wrong, or null; @throws if a save runs */
  save(asked = true): Promise<unknown> {
    this.#options.lock.save()
    if (asked) this.#count++
    return this.#start(false).done
  }

  /** BGSAVE. @throws if a save runs, or a rewrite unless it may be scheduled */
  bgsave(schedule: boolean, hurried = false): Reply {
    const putOff = this.#options.lock.bgsave(schedule)
    if (putOff !== null) return putOff
    this.#count++
    this.#start(true, hurried)
    return STARTED
  }

  /** Begins a save in a hurry. A running save that lacks the latest changes is given up for it. */
  hurry(): void {
    const run = this.#run
    const { clock, dirty } = this.#options.engine
    if (run === null) this.bgsave(false, true)
    else if ((run.hurriedUntil === 0 || run.dirty !== dirty) && elapsed(clock) - run.started < MOST_BEGUN_ANEW_MS) {
      giveUp(run)
      this.#tracker?.end(false)
      run.next = this.#start(run.background, true)
      this.#replaced = Promise.allSettled([this.#replaced, run.written])
    }
  }

  /** The moment that is saved is now: everything up to `new Snapshot` happens before this returns. */
  #start(background: boolean, hurried = false): Run {
    const { engine, storage, schedule, prepare } = this.#options
    const { dirty, clock, log } = engine
    const started = elapsed(clock)
    const deltas = this.#tracker?.begin() ?? null
    const none = Promise.resolve(null)
    const run: Run = {
      snapshot: new Snapshot(engine, { deltas }),
      dirty,
      started,
      background,
      hurriedUntil: hurried ? started + HURRY_MS : 0,
      aborted: false,
      peakCowSize: 0,
      size: 0,
      written: none,
      done: none,
    }
    this.#run = run
    if (background) {
      schedule.tried()
      log('notice', `Background saving started by pid ${this.#count}`)
    }
    const open = (): Promise<SnapshotWriter> => (deltas === null ? storage : storage.deltas!).write(hurried)
    run.written = writeSnapshot(run, () => prepare()?.then(open) ?? open(), clock)
    run.done = run.written.then(
      () => this.#stored(run),
      (error: unknown) => run.next?.done ?? this.#failed(run, error),
    )
    return run
  }

  #stored(run: Run): unknown {
    const { engine, schedule } = this.#options
    if (run.next !== undefined) return run.next.done
    this.#tracker?.end(true)
    this.#savedDirty = run.dirty
    schedule.succeeded()
    engine.log('notice', 'DB saved on disk')
    if (run.background) engine.log('notice', 'Background saving terminated with success')
    this.#ended(run)
    return null
  }

  #failed(run: Run, error: unknown): unknown {
    this.#tracker?.end(false)
    const { engine, schedule } = this.#options
    if (error instanceof Aborted) {
      if (run.background) engine.log('warning', 'Background saving terminated by signal 10')
    } else if (run.background) {
      schedule.failure = error
      engine.log('warning', `Background saving error: ${String(error)}`)
    } else engine.log('warning', `Write error saving DB on disk: ${String(error)}`)
    this.#ended(run)
    return error
  }

  #ended(run: Run): void {
    const { engine, lock, onReleased } = this.#options
    this.#lastCowSize = run.snapshot.cowSize
    if (run.background) this.#lastSeconds = seconds(elapsed(engine.clock) - run.started)
    this.#run = null
    onReleased(lock.release('save'))
  }

  /** Gives a background save up; nothing of it will be seen. SAVE has somebody who waits for it, so it is waited for here too. */
  async abort(): Promise<void> {
    const run = this.#run
    if (run?.background) giveUp(run)
    await run?.done
    await this.#replaced
  }

  stop(): void {
    this.#tracker?.stop()
  }

  /** INFO's fields of saves, in Redis's order. */
  info(): Record<string, string | number> {
    const { engine, schedule } = this.#options
    const run = this.#run?.background === true ? this.#run : null
    return {
      current_cow_peak: run?.peakCowSize ?? 0,
      current_cow_size: run?.snapshot.cowSize ?? 0,
      current_cow_size_age: 0,
      current_fork_perc: (run?.snapshot.percent ?? 0).toFixed(2),
      current_save_keys_processed: run?.snapshot.processed ?? 0,
      current_save_keys_total: run?.snapshot.total ?? 0,
      rdb_changes_since_last_save: this.dirty,
      rdb_bgsave_in_progress: run === null ? 0 : 1,
      rdb_last_save_time: schedule.lastSave,
      rdb_last_bgsave_status: schedule.failure === null ? 'ok' : 'err',
      rdb_last_bgsave_time_sec: this.#lastSeconds,
      rdb_current_bgsave_time_sec: run === null ? -1 : seconds(elapsed(engine.clock) - run.started),
      rdb_saves: this.#count,
      rdb_last_cow_size: this.#lastCowSize,
      rdb_last_load_keys_expired: this.#loaded.expired,
      rdb_last_load_keys_loaded: this.#loaded.keys,
    }
  }
}

function giveUp(run: Run): void {
  run.aborted = true
  run.snapshot.release()
}
