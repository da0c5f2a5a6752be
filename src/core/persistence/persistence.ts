// Saving and loading: it answers the engine's questions about durability. What it answers is decided here and by the lock;
// saves.ts runs saves, save-schedule.ts knows when the rules want one, and journal-switch.ts has the journal.
import type { Durability } from '../engine/durability.ts'
import type { Engine } from '../engine/engine.ts'
import { CLOSED, OK, type Reply, ReplyError } from '../reply.ts'
import { JournalSwitch } from './journal-switch.ts'
import { load } from './load.ts'
import { type Next, REWRITE_SCHEDULED, SaveLock, SCHEDULED } from './save-lock.ts'
import { SaveSchedule } from './save-schedule.ts'
import { Saves } from './saves.ts'
import type { Storage } from './storage.ts'

const SHUTDOWN_FAILED = new ReplyError('ERR Errors trying to SHUTDOWN. Check logs.')
const MISCONF =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error."

/** So long a storage may get nothing done before SHUTDOWN FORCE ends without it. */
const PATIENCE_SECONDS = 30
/** So long it may take to open before the log says what is waited for: a database of the browser waits for other tabs. */
const OPENING_MS = 5000

export class Persistence implements Durability {
  readonly #engine: Engine
  /** Where it is all kept. */
  readonly storage: Storage
  readonly #lock = new SaveLock()
  readonly #schedule: SaveSchedule
  readonly #saves: Saves
  readonly #journals: JournalSwitch
  #closed = false
  /** Settles when it has ended; null while it does not end. */
  #ending: Promise<Reply> | null = null
  /** Whether it ends although the storage does not answer. */
  #impatient = false

  constructor(engine: Engine, storage: Storage) {
    this.#engine = engine
    this.storage = storage
    this.#schedule = new SaveSchedule(engine.clock, () => this.changed())
    const shared = { engine, storage, lock: this.#lock, onReleased: (next: Next) => this.#released(next) }
    this.#saves = new Saves({ ...shared, schedule: this.#schedule, prepare: () => this.#journals.ended() })
    this.#journals = new JournalSwitch(shared)
  }

  /** Takes the storage and loads what it holds. @throws StorageError: then the data stays where it is */
  async open(): Promise<void> {
    const { clock, log } = this.#engine
    const cancel = clock.after(OPENING_MS, () => log('warning', 'The storage does not answer. It is waited for.'))
    try {
      const said = await this.storage.open()
      if (said !== undefined) log('warning', said)
    } finally {
      cancel?.()
    }
    try {
      const found = await this.#journals.load()
      // The commands of a journal count as changes, its base does not: as in Redis.
      if (!found) this.#saves.loaded(await load(this.#engine, this.storage))
      await this.#journals.start(found)
    } catch (error) {
      this.#engine.expiry.stop() // its timer would hold what was loaded
      await this.storage.close()
      throw error
    }
    this.#engine.durability = this
    this.configured()
    this.#engine.restrict()
  }

  get lastSave(): number {
    return this.#schedule.lastSave
  }

  /** SAVE. @throws if a save runs */
  save(): Promise<Reply> {
    if (this.#closed) throw CLOSED
    return this.#save()
  }

  async #save(): Promise<Reply> {
    const { journal } = this.#journals
    const failure = await this.#saves.save()
    if (failure !== null) return new ReplyError('ERR', failure)
    if (journal === null) return OK
    // With a journal, that is what will be loaded: it must be as complete as the snapshot. If it was turned off meanwhile, another
    // save, which begins after that, replaces it.
    return (await journal.sync()) ?? (journal.based ? OK : this.#save())
  }

  /** BGSAVE. @throws if a save runs */
  bgsave(schedule = false, later = false): Reply {
    if (this.#closed) throw CLOSED
    if (later && this.#lock.free) return this.#afterExec(() => this.bgsave(), SCHEDULED)
    return this.#saves.bgsave(schedule)
  }

  rewrite(later = false): Reply {
    if (this.#closed) throw CLOSED
    if (later && this.#lock.free && this.storage.journal !== undefined) return this.#afterExec(() => this.rewrite(), REWRITE_SCHEDULED)
    return this.#journals.rewrite()
  }

  /** As in Redis, nothing starts in the middle of a transaction: a snapshot would have half of it. */
  #afterExec(start: () => void, reply: Reply): Reply {
    void Promise.resolve().then(() => {
      if (this.#lock.free && !this.#closed) start()
    })
    return reply
  }

  /** A save or a rewrite has ended. */
  #released(next: Next): void {
    this.#engine.restrict()
    if (this.#closed) return
    if (next === 'bgsave') this.bgsave()
    else if (next === 'rewrite') this.rewrite()
    else this.changed()
  }

  /**
   * Makes durable what has changed, for a page that may be about to go: everything is handed to the storage in this turn
   * of the host, if it can be.
   */
  saveNow(): void {
    const { journal } = this.#journals
    if (journal !== null) void journal.sync()
    else if (this.#saves.dirty > 0 && !this.#closed && !this.#lock.rewriting) this.#saves.hurry()
  }

  durable(): Promise<ReplyError | null> | null {
    return this.#journals.journal?.durable() ?? null
  }

  handedOver(): Promise<ReplyError | null> | null {
    return this.#journals.journal?.handedOver() ?? null
  }

  sync(): Promise<ReplyError | null> {
    return this.#journals.sync()
  }

  replaced(): Promise<ReplyError | null> | null {
    return this.#journals.journal?.replaced() ?? null
  }

  get turning(): Promise<ReplyError | null> | null {
    return this.#journals.turning
  }

  writeError(): ReplyError | null {
    if (this.#closed) return CLOSED
    const { failure, active } = this.#schedule
    const stops = failure !== null && active && this.#engine.config.isOn('stop-writes-on-bgsave-error')
    return stops ? new ReplyError(MISCONF, failure) : (this.#journals.journal?.writeError() ?? null)
  }

  /** Starts a save if a rule says so. */
  changed(): void {
    if (!this.#schedule.active || this.#closed || !this.#lock.free || this.#engine.loading) return
    const rule = this.#schedule.due(this.#saves.dirty)
    if (rule === null) return
    this.#engine.log('notice', `${rule.changes} changes in ${rule.seconds} seconds. Saving...`)
    this.bgsave()
  }

  configured(): void {
    if (this.#closed) return
    this.#journals.configured()
    this.#schedule.configure(this.#engine.config.get('save'))
    this.changed()
  }

  flushed(): Promise<void> | null {
    return this.#saves.running || this.#schedule.active ? this.#saveEmpty() : null
  }

  async #saveEmpty(): Promise<void> {
    await this.#saves.abort()
    if (this.#schedule.active && !this.#closed && !this.#lock.saving) await this.#saves.save(false)
  }

  close(save: boolean | null, force: boolean): Promise<Reply> {
    this.#impatient ||= force
    this.#ending ??= this.#endOrGiveUp(save, force)
    return this.#ending
  }

  /** Ends, or gives up on a storage that does not answer. What was asked of the storage may still happen later. */
  #endOrGiveUp(save: boolean | null, force: boolean): Promise<Reply> {
    const { clock, log } = this.#engine
    return new Promise((resolve, reject) => {
      let [before, silent] = [0, 0]
      let cancel: (() => void) | null = null
      const look = (): void => {
        const now = this.#saves.progress + (this.#journals.journal?.progress ?? 0)
        silent = now === before ? silent + 1 : 0
        before = now
        const tooLong = silent >= PATIENCE_SECONDS
        if (tooLong && this.#impatient) {
          log('warning', 'The storage does not answer. Exiting anyway.')
          return resolve(OK)
        }
        if (silent === PATIENCE_SECONDS) log('warning', 'The storage does not answer. Only SHUTDOWN FORCE ends without it.')
        cancel = clock.after(1000, look)
      }
      look()
      const ended = this.#end(save, force).finally(() => cancel?.())
      ended.then(resolve, reject)
    })
  }

  async #end(save: boolean | null, force: boolean): Promise<Reply> {
    // From here on nothing is written: what was answered is in what is saved now.
    this.#closed = true
    this.#engine.restrict()
    await this.turning
    await this.#saves.abort()
    // A rewrite that is under way would be replaced by the save.
    await this.#journals.ended()
    if (!(await this.#saveLast(save, force)) && !force) {
      this.#engine.log('warning', "Error trying to save the DB, can't exit.")
      this.#closed = false
      this.#ending = null
      this.#impatient = false
      this.configured()
      this.#engine.restrict()
      return SHUTDOWN_FAILED
    }
    this.#schedule.stop()
    this.#saves.stop()
    await this.storage.close().catch((error: unknown) => this.#engine.log('warning', String(error)))
    return OK
  }

  /** Saves for the last time, if that is asked for or due. @returns whether everything that is to be kept is safe */
  async #saveLast(save: boolean | null, force: boolean): Promise<boolean> {
    // How far replicas are, and how far this one is, has to be known after a restart.
    const due = this.#schedule.active && (this.#saves.dirty > 0 || (this.#engine.replication?.saved().length ?? 0) > 0)
    const reply = (save ?? due) ? await this.#save() : OK
    return (!(reply instanceof ReplyError) || force) && this.#journals.stop(force)
  }

  info(): [string, string | number][] {
    const fields = { loading: 0, async_loading: 0, ...this.#saves.info(), ...this.#journals.info() }
    return [...Object.entries(fields), ...(this.storage.info?.() ?? [])]
  }
}
