// The journal, which CONFIG SET turns on and off: its code is loaded only when it is asked for, so that who does not use it
// does not ship it. While it is off BGREWRITEAOF writes one all the same, as in Redis. One that is off is left to the store: it
// goes on to count until a save has what is in it, or it would be loaded once it is on again.
import { NO_JOURNAL } from '../engine/durability.ts'
import type { Engine } from '../engine/engine.ts'
import { type Reply, ReplyError, Status } from '../reply.ts'
import type { Journal } from './journal/journal.ts'
import type { Next, SaveLock } from './save-lock.ts'
import type { Storage } from './storage.ts'

const REWRITE_STARTED = new Status('Background append only file rewriting started')
const NO_PLACE = new ReplyError('ERR this storage keeps no journal')
const CANNOT_TURN_ON = new ReplyError(
  "ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.",
)

/** The journal is on; or it is off, and something is still written for it. */
type State =
  | { readonly is: 'on'; readonly journal: Journal }
  /** It was turned off, and what is left of it is written. */
  | { readonly is: 'leaving'; readonly left: Promise<void> }
  /** BGREWRITEAOF writes a base all the same. */
  | { readonly is: 'rewriting'; readonly journal: Promise<Journal> }

export interface JournalSwitchOptions {
  readonly engine: Engine
  readonly storage: Storage
  readonly lock: SaveLock
  /** The lock has been given back. */
  readonly onReleased: (next: Next) => void
}

export class JournalSwitch {
  readonly #options: JournalSwitchOptions
  /** Null while it is off, and nothing is written. */
  #state: State | null = null
  /** Settles, with an error or null, when what CONFIG SET has begun is done. */
  turning: Promise<ReplyError | null> | null = null
  /** Settles when the last rewrite has ended. */
  #rewritten: Promise<void> = Promise.resolve()
  #rewrites = 0

  constructor(options: JournalSwitchOptions) {
    this.#options = options
  }

  /** The journal that every change is written to; null while it is off. */
  get journal(): Journal | null {
    return this.#state?.is === 'on' ? this.#state.journal : null
  }

  /** Loads the journal, if there is one that counts. @returns whether there is; @throws StorageError, RdbError */
  async load(): Promise<boolean> {
    const { engine, storage } = this.#options
    const on = engine.config.isOn('appendonly')
    if (!on && !(await storage.journal?.isAhead())) return false
    const journal = await this.#make()
    const found = await journal.load(on ? undefined : storage.name)
    if (on) this.#state = { is: 'on', journal }
    else {
      await storage.journal!.leave()
      engine.dirty++ // so that the rules save it
    }
    return found
  }

  /** Has the journal hear of changes, if it is on. @param based whether the engine's data came from it */
  async start(based: boolean): Promise<void> {
    const { journal } = this
    if (journal === null) return
    // What the snapshot held, or nothing, is the first base.
    const failure = based ? null : await journal.rewrite()
    if (failure !== null) throw failure
    journal.start()
  }

  async #make(): Promise<Journal> {
    const { engine, storage, lock } = this.#options
    const { Journal } = await import('./journal/journal.ts')
    return new Journal(engine, storage.journal, {
      grown: () => void (lock.free && this.rewrite()),
      nextRewrite: () => ++this.#rewrites,
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
    const done = this.journal?.rewrite() ?? this.#rewriteOnce()
    this.#rewritten = done.catch((error: unknown) => engine.log('warning', String(error))).then(() => onReleased(lock.release('rewrite')))
  }

  async #rewriteOnce(): Promise<void> {
    const journal = Promise.resolve(this.ended()).then(() => this.#make())
    this.#state = { is: 'rewriting', journal }
    try {
      const failure = await (await journal).rewrite()
      if (failure === null) await this.#options.storage.journal!.leave()
    } finally {
      this.#state = null
    }
  }

  /**
   * Ends what is still being written for a journal that is off: a save that begins after that replaces it. Null if nothing is being
   * written.
   */
  ended(): Promise<void> | null {
    const state = this.#state
    if (state?.is === 'rewriting') return state.journal.then((journal) => journal.stop(false)).then(() => this.#rewritten)
    return state?.is === 'leaving' ? state.left : null
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
        this.#turn() // CONFIG SET may have been called again meanwhile
        return failed ?? this.turning
      })
  }

  /** From here on changes are written. They count once a rewrite has made the base that they follow. */
  async #turnOn(): Promise<void> {
    const { lock } = this.#options
    const journal = await this.#make()
    do await (this.ended() ?? this.#rewritten)
    while (lock.rewriting)
    this.#state = { is: 'on', journal }
    const putOff = lock.rewrite() !== null
    journal.start(putOff)
    if (!putOff) this.#startRewrite()
  }

  #turnOff(journal: Journal): Promise<void> {
    journal.leave()
    const left = this.#leave(journal)
    this.#state = { is: 'leaving', left }
    return left
  }

  async #leave(journal: Journal): Promise<void> {
    try {
      // Even if its last bytes cannot be written: it must not run beside the journal that may be turned on next.
      await journal.stop(true)
      await this.#options.storage.journal!.leave()
    } finally {
      // BGREWRITEAOF may wait to begin another.
      if (this.#state?.is === 'leaving') this.#state = null
    }
  }

  /** WAITAOF. @throws ReplyError if there is no journal */
  sync(): Promise<ReplyError | null> {
    const { journal } = this
    if (journal === null) throw NO_JOURNAL
    return journal.sync().then((error) => error ?? (this.journal === journal ? null : NO_JOURNAL))
  }

  /** Writes what is left and ends. @returns whether it could; if it could not, it goes on unless `force` */
  async stop(force: boolean): Promise<boolean> {
    const failed = (await this.journal?.stop(force)) ?? null
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
