// Commands that wait. A waiter is tried again when one of its keys gets a value of the type it waits for; waiters of one
// key are served in the order they came. What they do then happens at the end of the command that woke them.
import type { ByteString } from '../bytes.ts'
import { type Reply, ReplyError } from '../reply.ts'
import type { Argv, Command } from './command.ts'
import type { Database } from './database.ts'
import { timeout } from './ports.ts'
import type { Session } from './session.ts'
import { addTo, removeFrom } from './structures/set-map.ts'
import { type TypeName, typeOf } from './values.ts'

export interface Wait {
  readonly keys: readonly ByteString[]
  /** The type whose arrival wakes it. */
  readonly type: TypeName
  /** Milliseconds; 0 waits for ever. */
  readonly timeout: number
  readonly onTimeout: Reply
  /** The reply where waiting is not allowed. Default: that of a timeout */
  readonly onDenied?: Reply
  /** The reply when one of the keys goes or gets another type. Default: it waits on */
  readonly onGone?: Reply
  /** In how many milliseconds it is to be tried again, even if none of its keys gets a value. Default: never */
  readonly again?: (() => number) | undefined
  /** Tries to answer from one key. @returns undefined if there is still nothing */
  readonly attempt: (key: ByteString) => Reply | undefined
}

export class Waiter {
  readonly session: Session
  readonly db: Database
  readonly wait: Wait
  /** What waits, and its words. */
  readonly command: Command
  readonly argv: Argv
  readonly #resolve: (reply: Reply) => void
  readonly #cancelTimer: (() => void) | null = null
  #cancelAgain: (() => void) | null = null

  constructor(session: Session, argv: Argv, wait: Wait, resolve: (reply: Reply) => void) {
    this.session = session
    this.db = session.db
    this.wait = wait
    this.command = session.last!
    this.argv = argv
    this.#resolve = resolve
    for (const key of wait.keys) addTo(this.db.waiters, key, this)
    if (wait.onGone !== undefined) for (const key of wait.keys) addTo(this.db.attached, key, this)
    if (wait.timeout > 0) this.#cancelTimer = timeout(this.db.engine.clock, wait.timeout, () => this.settle(wait.onTimeout))
    this.#tryAgain()
  }

  #tryAgain(): void {
    const { db, wait } = this
    if (wait.again === undefined) return
    const { engine } = db
    this.#cancelAgain = timeout(engine.clock, wait.again(), () => {
      engine.begin()
      for (const key of wait.keys) db.signal(key)
      engine.end()
      if (this.session.waiter === this) this.#tryAgain()
    })
  }

  settle(reply: Reply): void {
    this.#cancelTimer?.()
    this.#cancelAgain?.()
    this.session.waiter = null
    for (const key of this.wait.keys) {
      removeFrom(this.db.waiters, key, this)
      removeFrom(this.db.attached, key, this)
    }
    this.#resolve(reply instanceof ReplyError ? this.db.engine.stats.failure(reply, this.command) : reply)
  }
}

export class Blocking {
  /** The keys that are ready, by the waiters for them: each is served once, however often a command has changed it. */
  readonly #ready = new Map<ReadonlySet<Waiter>, { db: Database; key: ByteString }>()

  get pending(): boolean {
    return this.#ready.size !== 0
  }

  ready(waiters: ReadonlySet<Waiter>, db: Database, key: ByteString): void {
    this.#ready.set(waiters, { db, key })
  }

  /** Serves everyone whose key is ready; serving one may make another ready, or the same once more. */
  serve(): void {
    for (const [waiters, { db, key }] of this.#ready) {
      this.#ready.delete(waiters)
      for (const waiter of waiters) {
        const found = serveOne(waiter, key)
        db.engine.effects?.settle()
        if (found !== false) continue
        // The first waiter has taken all there was. Thousands may wait behind it: only those with an `onGone` must hear of it.
        for (const attached of db.attached.get(key) ?? []) serveOne(attached, key)
        break
      }
    }
  }
}

/** What somebody can wait for. */
const WAITED_FOR: ReadonlySet<TypeName> = new Set(['list', 'zset', 'stream'])

/** @returns false if the key is not there, or nobody can wait for what it holds */
function serveOne(waiter: Waiter, key: ByteString): boolean | void {
  const value = waiter.db.peek(key)
  const type = value === undefined ? null : typeOf(value)
  if (type !== waiter.wait.type) {
    if (waiter.wait.onGone !== undefined) waiter.settle(waiter.wait.onGone)
    return type !== null && WAITED_FOR.has(type)
  }
  try {
    const { engine } = waiter.db
    const { dirty } = engine
    const reply = waiter.wait.attempt(key)
    if (reply === undefined) return
    if (engine.dirty !== dirty) engine.effects?.ran(waiter.command, waiter.argv, reply, waiter.db)
    waiter.settle(reply)
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error
    waiter.settle(error)
  }
}
