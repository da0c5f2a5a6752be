// A session's MULTI queue and its WATCHed keys.
import type { ByteString } from '../bytes.ts'
import { NULL_ARRAY, type Reply, ReplyError } from '../reply.ts'
import { type Argv, type Command, FLAG, type Result } from './command.ts'
import type { Database } from './database.ts'
import { EXEC_ABORT } from './errors.ts'
import { sizeOfCommand, WATCH } from './memory.ts'
import type { Session } from './session.ts'

/** A watched key. */
export interface Watch {
  readonly db: Database
  readonly key: ByteString
  /** Whether it is there and has expired: that it goes is no change then. */
  expired: boolean
}

export class Transaction {
  readonly #session: Session
  /** The commands since MULTI; null outside of one. */
  queue: { command: Command; argv: Argv }[] | null = null
  #aborted = false
  #failed = false
  #watched: Watch[] = []
  /** What the queue and the watches take. */
  #bytes = 0
  /** Bytes of the words that are queued. */
  queued = 0

  constructor(session: Session) {
    this.#session = session
  }

  get open(): boolean {
    return this.queue !== null
  }

  /** The flags of the commands since MULTI for which a command may be refused. */
  get flags(): number {
    return (this.queue ?? []).reduce((flags, { command }) => flags | (command.flags & (FLAG.write | FLAG.denyoom)), 0)
  }

  /** How many keys are watched. */
  get watching(): number {
    return this.#watched.length
  }

  /** Whether a watched key has changed. */
  get failed(): boolean {
    return this.#failed
  }

  /** Queues a command; a transaction must be open. What will not run anyway is not kept. */
  add(command: Command, argv: Argv): void {
    if (this.#aborted || this.#failed) return
    this.queue!.push({ command, argv })
    for (const { length } of argv) this.queued += length
    this.#takes(sizeOfCommand(argv))
  }

  #takes(bytes: number): void {
    this.#bytes += bytes
    this.#session.engine.memory.beside += bytes
  }

  /** A command could not be queued: EXEC will refuse. */
  abort(): void {
    if (this.queue !== null) this.#aborted = true
  }

  /** A watched key has changed: EXEC will give null. Nothing needs to be watched any more, and no later change pays for it. */
  fail({ db, key, expired }: Watch): void {
    if (expired && !db.alive(key)) return
    this.unwatch()
    this.#failed = true
  }

  watch(db: Database, key: ByteString): void {
    if (this.#failed || db.watchers.get(key)?.has(this.#session)) return
    const expired = db.keyspace.has(key) && !db.alive(key)
    // Fields of a hash that are due go before it is watched: that they go later would be a change.
    if (!expired) db.find(key)
    const watch = { db, key, expired }
    this.#watched.push(watch)
    db.watched = true
    this.#takes(WATCH + key.length)
    const watchers = db.watchers.get(key)
    if (watchers === undefined) db.watchers.set(key, new Map([[this.#session, watch]]))
    else watchers.set(this.#session, watch)
  }

  unwatch(): void {
    for (const { db, key } of this.#watched) {
      this.#takes(-WATCH - key.length)
      const watchers = db.watchers.get(key)
      watchers?.delete(this.#session)
      if (watchers?.size === 0) db.watchers.delete(key)
      db.watched = db.watchers.size !== 0 || db.engine.tracking !== null
    }
    this.#watched = []
    this.#failed = false
  }

  /** Drops the queue and the watches. */
  discard(): void {
    this.queue = null
    this.queued = 0
    this.#aborted = false
    this.unwatch()
    this.#takes(-this.#bytes)
  }

  /** EXEC itself cannot run. @returns what it replies then */
  refuse(reason: ReplyError): ReplyError {
    this.discard()
    this.#session.restrict()
    if (reason.text.startsWith('CROSSSLOT')) return reason
    return new ReplyError(`EXECABORT Transaction discarded because of: ${reason.text.replace(/^ERR /, '')}`)
  }

  /** Runs the queue. @throws EXECABORT */
  exec(): Result {
    const session = this.#session
    // A watched key that expired since counts as changed, even if nothing has removed it yet.
    for (const { db, key, expired } of this.#watched) if (!expired && db.keyspace.has(key) && db.find(key) < 0) this.#failed = true
    const { queue } = this
    const aborted = this.#aborted
    const failed = this.#failed
    this.discard()
    if (aborted) throw EXEC_ABORT
    if (failed) return NULL_ARRAY
    const mayBlock = session.mayBlock
    session.mayBlock = false
    session.inExec = true
    try {
      const results = queue!.map(({ command, argv }) => session.user?.check(session, command, argv) ?? session.attempt(command, argv))
      return results.every((result) => !(result instanceof Promise)) ? (results as Reply[]) : Promise.all(results)
    } finally {
      session.mayBlock = mayBlock
      session.inExec = false
    }
  }
}
