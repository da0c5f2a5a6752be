// The journal, which CONFIG SET turns on and off: its code is loaded only when it is asked for, so that who does not use it
// does not ship it. While it is off BGREWRITEAOF writes one all the same, as in Redis. One that is off goes on to count until
// a save has what is in it: then it is dropped, or it would be loaded once it is on again.
import { NO_JOURNAL } from '../engine/durability.ts'
import type { Engine } from '../engine/engine.ts'
import { type Reply, ReplyError, Status } from '../reply.ts'
import type { Journal } from './journal/journal.ts'
import type { SinkOptions } from './rdb/byte-sink.ts'
import type { Next, SaveLock } from './save-lock.ts'
import type { Storage } from './storage.ts'

const REWRITE_STARTED = new Status('Background append only file rewriting started')
const NO_PLACE = new ReplyError('ERR this storage keeps no journal')
const CANNOT_TURN_ON = new ReplyError(
  "ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.",
)

export interface JournalSwitchOptions {
  readonly engine: Engine
  readonly storage: Storage
  readonly sinkOptions: SinkOptions
  readonly lock: SaveLock
  /** The lock has been given back. */
  readonly onReleased: (next: Next) => void
}

export class JournalSwitch {
  readonly #options: JournalSwitchOptions
  /** The one that has every change; null while it is off. */
  journal: Journal | null = null
  /** Settles, with an error or null, when what CONFIG SET has begun is done. */
  turning: Promise<ReplyError | null> | null = null
  /** Up to which dirty count a journal goes that is off; null if there is none, or it is of no use. */
  #leftover: number | null = null
  /** Up to which dirty count the last save went; -1 if there was none since a rewrite began. */
  #stored = -1
  #dropped: Promise<void> = Promise.resolve()
  /** What BGREWRITEAOF runs while the journal is off, and when the last rewrite has ended. */
  #rewriter: Journal | null = null
  #rewritten: Promise<void> = Promise.resolve()
  #rewrites = 0

  constructor(options: JournalSwitchOptions) {
    this.#options = options
  }

  /** Loads the journal, if there is one that counts. @returns whether there is; @throws StorageError, RdbError */
  async load(): Promise<boolean> {
    const { engine, storage } = this.#options
    const on = engine.config.isOn('appendonly')
    if (!on && !(await storage.journal?.isAhead())) return false
    const journal = await this.#make()
    const found = await journal.load(on ? undefined : storage.name)
    if (on) this.journal = journal
    else this.#leftover = ++engine.dirty // so that the rules save it
    return found
  }

  /** Has the journal hear of changes, if it is on. @param based whether the engine's data came from it */
  async start(based: boolean): Promise<void> {
    const { journal } = this
    if (journal === null) return
    // What the snapshot held, or nothing, is the first base.
    const failure = based ? null : await journal.rewrite(++this.#rewrites)
    if (failure !== null) throw failure
    journal.start()
  }

  async #make(): Promise<Journal> {
    const { engine, storage, sinkOptions, lock } = this.#options
    const { Journal } = await import('./journal/journal.ts')
    return new Journal(engine, storage.journal, sinkOptions, () => {
      if (lock.free) this.rewrite()
    })
  }

  /** BGREWRITEAOF. @throws if a rewrite runs, or there is no place for a journal */
  rewrite(): Reply {
    const { storage, lock } = this.#options
    if (storage.journal === undefined) throw NO_PLACE
    const putOff = lock.rewrite()
    if (putOff !== null) return putOff
    this.#startRewrite()
    return REWRITE_STARTED
  }

  #startRewrite(): void {
    const { engine, lock, onReleased } = this.#options
    const pid = ++this.#rewrites
    const done = this.journal === null ? this.#rewriteOnce(pid) : this.journal.rewrite(pid)
    this.#rewritten = done.catch((error: unknown) => engine.log('warning', String(error))).then(() => onReleased(lock.release('rewrite')))
  }

  async #rewriteOnce(pid: number): Promise<void> {
    this.#rewriter = await this.#make()
    await this.#dropped
    const { dirty } = this.#options.engine
    this.#stored = -1
    await this.#rewriter.rewrite(pid)
    this.#rewriter = null
    this.#leftover = dirty
    // A save may have come to its end meanwhile.
    await this.stored(this.#stored)
  }

  /** Gives up what BGREWRITEAOF writes while the journal is off. */
  async endRewrite(): Promise<void> {
    if (this.journal !== null) return
    await this.#rewriter?.stop()
    await this.#rewritten
  }

  /** All that was changed up to a dirty count is in a snapshot. Settles when a journal that is of no use then is gone. */
  async stored(dirty: number): Promise<void> {
    this.#stored = dirty
    const leftover = this.#leftover
    if (leftover === null || dirty < leftover || this.journal !== null || this.turning !== null || this.#rewriter !== null) return
    const { engine, storage } = this.#options
    this.#leftover = null
    this.#dropped = storage.journal!.drop().catch((error: unknown) => {
      this.#leftover = leftover
      engine.log('warning', `The journal cannot be removed: ${String(error)}`)
    })
    await this.#dropped
  }

  /** CONFIG SET was called. @throws ReplyError if there is no place for a journal that is to be turned on */
  configured(): void {
    this.#turn()
    this.journal?.configured()
  }

  #turn(): void {
    const { engine, storage } = this.#options
    const { config, log } = engine
    const { journal } = this
    const on = config.isOn('appendonly')
    if (on === (journal !== null) || this.turning !== null) return
    if (on && storage.journal === undefined) throw CANNOT_TURN_ON
    const turned = journal === null ? this.#turnOn() : this.#turnOff(journal)
    this.turning = turned
      .then(
        () => null,
        (error: unknown) => {
          log('warning', String(error))
          config.set([['appendonly', 'no']]) // or it would be tried again and again
          return CANNOT_TURN_ON
        },
      )
      .then((failed) => {
        this.turning = null
        this.#turn() // it may have been said otherwise meanwhile
        return failed ?? this.turning
      })
  }

  /** From here on changes are written; they count once a base is there too, which a rewrite makes. */
  async #turnOn(): Promise<void> {
    const { lock } = this.#options
    const journal = await this.#make()
    await this.#dropped
    do await this.endRewrite()
    while (lock.rewriting)
    this.#leftover = null
    this.journal = journal
    const putOff = lock.rewrite() !== null
    journal.start(putOff)
    if (!putOff) this.#startRewrite()
  }

  async #turnOff(journal: Journal): Promise<void> {
    journal.leave()
    this.journal = null
    this.#leftover = this.#options.engine.dirty
    // Even if it cannot be written: it must not go on beside the one that may be turned on next.
    await journal.stop(0, true)
  }

  /** WAITAOF. @throws ReplyError if there is no journal */
  sync(): Promise<ReplyError | null> {
    if (this.journal === null) throw NO_JOURNAL
    return this.journal.sync()
  }

  /** All data was replaced: see `Durability`. */
  replaced(): Promise<ReplyError | null> | null {
    return this.journal === null ? null : this.journal.replaced(++this.#rewrites)
  }

  /** Writes what is left and ends. @returns whether it could; if it could not, it goes on unless `force` */
  async stop(force: boolean): Promise<boolean> {
    const failed = (await this.journal?.stop(++this.#rewrites, force)) ?? null
    if (failed === null || force) await this.#rewritten
    return failed === null
  }

  /** INFO's fields of the journal, in Redis's order. */
  info(): Record<string, string | number> {
    const { lock } = this.#options
    return {
      aof_enabled: 0,
      aof_rewrite_in_progress: lock.rewriting || this.turning !== null ? 1 : 0,
      aof_rewrite_scheduled: lock.rewriteScheduled ? 1 : 0,
      aof_last_rewrite_time_sec: -1,
      aof_current_rewrite_time_sec: -1,
      aof_last_bgrewrite_status: 'ok',
      aof_rewrites: this.#rewrites,
      aof_rewrites_consecutive_failures: 0,
      aof_last_write_status: 'ok',
      aof_last_cow_size: 0,
      module_fork_in_progress: 0,
      module_fork_last_cow_size: 0,
      ...this.journal?.info(),
    }
  }
}
