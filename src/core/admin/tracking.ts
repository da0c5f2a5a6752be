// CLIENT TRACKING: connections that keep what they have read hear when it changes. Either the engine remembers which keys a
// connection has read, or (BCAST) tells it of every change under some prefixes, once for all commands of one turn.
// https://redis.io/docs/latest/develop/reference/client-side-caching/
import type { ByteString } from '../bytes.ts'
import { type Argv, type Command, FLAG, type Result } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { findKeys, type KeySpec, keySpecs } from '../engine/key-specs.ts'
import { microtask } from '../engine/ports.ts'
import type { Session, TrackingState } from '../engine/session.ts'
import type { SetMap } from '../engine/structures/set-map.ts'
import { Push, ReplyError } from '../reply.ts'

export interface TrackingOptions {
  readonly bcast: boolean
  readonly optin: boolean
  readonly optout: boolean
  readonly noloop: boolean
}

/** What one connection wants to hear. */
export class Tracker implements TrackingState {
  options: TrackingOptions
  /** The connection that hears it instead; 0 for none. */
  redirect: number
  /** Whether the connection to redirect to is gone. */
  broken = false
  /** Whether CLIENT CACHING was said for the next command. */
  caching = false
  readonly prefixes = new Set<ByteString>()

  constructor(options: TrackingOptions, redirect: number) {
    this.options = options
    this.redirect = redirect
  }

  get letters(): string {
    return `t${this.broken ? 'R' : ''}${this.options.bcast ? 'B' : ''}`
  }
}

/** What runs scripts. If one reads anything, the keys that were named for it count as read: Redis has it so. */
const SCRIPT = /^(?:eval|fcall)/

// Bytes on V8 without pointer compression, as measured: a key, and who has read it.
const TRACKED = 195
const READER = 20

interface Broadcast {
  readonly sessions: Set<Session>
  /** What has changed in this turn, and who did it last. */
  changed: Map<ByteString, Session | null>
}

export class Tracking {
  readonly #engine: Engine
  /** Who has read a key: connections by their numbers, since the keys of one that has gone are not looked for at once. */
  readonly #readers: SetMap<ByteString, number> = new Map()
  /** Where commands have their keys: to read it from the row each time takes longer than most commands. */
  readonly #specs = new Map<Command, KeySpec[]>()
  /** Those that have tracked, with how many keys were noted for them. */
  readonly #known = new Map<number, { session: Session; noted: number }>()
  /** How many readers are noted, and at most how many of them have gone. */
  #noted = 0
  #gone = 0
  /** Bytes of the keys, and of all that is remembered. */
  #chars = 0
  #bytes = 0
  readonly #broadcasts = new Map<ByteString, Broadcast>()
  /** Whose command runs: a script's commands are its caller's. */
  #current: Session | null = null
  /** The script that runs. */
  #script: { command: Command; argv: Argv } | null = null
  /** What that connection hears once it has its reply. */
  #own: { session: Session; key: ByteString | null }[] = []
  #scheduled = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Whether anybody has ever tracked. */
  get active(): boolean {
    return this.#engine.tracking !== null
  }

  /** How many keys it remembers, how many readers of these, and how many prefixes. */
  get totals(): [keys: number, readers: number, prefixes: number] {
    this.#prune()
    return [this.#readers.size, this.#noted, this.#broadcasts.size]
  }

  begin(session: Session, options: TrackingOptions, redirect: number, prefixes: readonly ByteString[]): void {
    const tracker = trackerOf(session) ?? new Tracker(options, redirect)
    session.tracking = tracker
    if (!this.#known.has(session.id)) this.#known.set(session.id, { session, noted: 0 })
    tracker.options = options
    tracker.redirect = redirect
    tracker.broken = false
    for (const prefix of options.bcast && prefixes.length === 0 ? [''] : prefixes) {
      tracker.prefixes.add(prefix)
      const broadcast = this.#broadcasts.get(prefix) ?? { sessions: new Set(), changed: new Map() }
      this.#broadcasts.set(prefix, broadcast)
      broadcast.sessions.add(session)
    }
    this.#engine.tracking = (key) => this.#touched(key)
    for (const db of this.#engine.databases()) db.watched = true
  }

  /** Has a command run, and notes what it read and what it changed. */
  run(session: Session, command: Command, argv: Argv, perform: () => Result): Result {
    const outermost = this.#current === null
    if (outermost) {
      this.#tellOwn()
      this.#current = session
    }
    const { name, flags } = command
    const isScript = SCRIPT.test(name)
    if (isScript) this.#script = { command, argv }
    try {
      const result = perform()
      if (isScript) return result
      if (flags & FLAG.readonly) this.#remember(this.#current!, this.#script?.command ?? command, this.#script?.argv ?? argv)
      else if (name === 'config|set') this.#keepToLimit()
      else if ((name === 'flushall' || name === 'flushdb') && !(result instanceof ReplyError)) this.#flushed()
      return result
    } finally {
      if (isScript) this.#script = null
      if (outermost) {
        this.#current = null
        const tracker = trackerOf(session)
        if (tracker !== null && !session.transaction.open && !command.name.startsWith('client|')) tracker.caching = false
      }
    }
  }

  #remember(session: Session, command: Command, argv: Argv): void {
    const tracker = trackerOf(session)
    if (tracker === null || tracker.options.bcast) return
    const { optin, optout } = tracker.options
    if ((optin && !tracker.caching) || (optout && tracker.caching)) return
    const known = this.#known.get(session.id)!
    let specs = this.#specs.get(command)
    if (specs === undefined) this.#specs.set(command, (specs = keySpecs(command)))
    for (const { key } of findKeys(command, argv, specs) ?? []) {
      const readers = this.#readers.get(key) ?? new Set()
      if (readers.has(session.id)) continue
      if (readers.size === 0) this.#chars += key.length
      this.#readers.set(key, readers.add(session.id))
      this.#noted++
      known.noted++
    }
    this.#keepToLimit()
    this.#count()
  }

  /** A connection has gone. The keys that it has read are forgotten when about half of all readers have gone. */
  forget({ id }: Session): void {
    const known = this.#known.get(id)
    if (known === undefined) return
    this.#known.delete(id)
    if (this.#known.size === 0) return this.#stopListening()
    this.#prune()
    this.#gone += known.noted
    if (2 * this.#gone <= this.#noted) return
    this.#gone = 0
    for (const [key, readers] of this.#readers) {
      for (const reader of readers) if (!this.#known.has(reader) && readers.delete(reader)) this.#noted--
      if (readers.size > 0) continue
      this.#readers.delete(key)
      this.#chars -= key.length
    }
    this.#count()
  }

  #count(): void {
    const bytes = this.#readers.size * TRACKED + this.#noted * READER + this.#chars
    this.#engine.memory.beside += bytes - this.#bytes
    this.#bytes = bytes
  }

  /** Stops listening to changes when nobody tracks any more: commands then cost what they did before. */
  #stopListening(): void {
    this.#clear()
    this.#broadcasts.clear()
    this.#engine.tracking = null
    for (const db of this.#engine.databases()) db.watched = db.watchers.size !== 0
  }

  #clear(): void {
    this.#readers.clear()
    this.#noted = this.#gone = this.#chars = 0
    this.#count()
  }

  /** Forgets who no longer wants to hear of a prefix, and prefixes that nobody wants to hear of. */
  #prune(): void {
    for (const [prefix, { sessions }] of this.#broadcasts) {
      for (const session of sessions) if (trackerOf(session)?.prefixes.has(prefix) !== true) sessions.delete(session)
      if (sessions.size === 0) this.#broadcasts.delete(prefix)
    }
  }

  /** Keeps to `tracking-table-max-keys`. What is forgotten might change unheard: it counts as changed. */
  #keepToLimit(): void {
    const most = this.#engine.config.number('tracking-table-max-keys')!
    if (most === 0) return
    for (const key of this.#readers.keys()) {
      if (this.#readers.size <= most) break
      this.#invalidate(key, null)
    }
  }

  /** A key has changed, whoever did it. */
  #touched(key: ByteString): void {
    for (const [prefix, { changed }] of this.#broadcasts) {
      if (!key.startsWith(prefix)) continue
      changed.set(key, this.#current)
      this.#schedule()
    }
    this.#invalidate(key, this.#current)
  }

  /** @param by who changed it */
  #invalidate(key: ByteString, by: Session | null): void {
    const readers = this.#readers.get(key)
    if (readers === undefined) return
    this.#readers.delete(key)
    this.#noted -= readers.size
    this.#chars -= key.length
    this.#count()
    for (const id of readers) {
      const session = this.#known.get(id)?.session
      const tracker = session === undefined ? null : trackerOf(session)
      if (session === undefined || tracker === null || tracker.options.bcast || (tracker.options.noloop && session === by)) continue
      this.#tell(session, key)
    }
  }

  /** Everything of a database is gone: whoever tracks forgets everything. */
  #flushed(): void {
    this.#clear()
    for (const { session } of this.#known.values()) if (trackerOf(session) !== null) this.#tell(session, null)
  }

  /** At once, or if it is the one whose command runs or ends its wait, after the reply to that. */
  #tell(session: Session, key: ByteString | null): void {
    if (session.waiter !== null) return this.#engine.clock.soon(() => this.#send(session, key === null ? null : [key]))
    if (session !== this.#current) return this.#send(session, key === null ? null : [key])
    this.#own.push({ session, key })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    microtask(this.#engine.clock, () => {
      this.#scheduled = false
      this.#tellOwn()
      this.#broadcast()
    })
  }

  #tellOwn(): void {
    if (this.#own.length === 0) return
    const own = this.#own
    this.#own = []
    for (const { session, key } of own) this.#send(session, key === null ? null : [key])
  }

  #broadcast(): void {
    this.#prune()
    for (const [, broadcast] of [...this.#broadcasts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const changed = [...broadcast.changed].sort(([a], [b]) => (a < b ? -1 : 1))
      broadcast.changed = new Map()
      for (const session of broadcast.sessions) {
        const heard = trackerOf(session)?.options.noloop ? changed.filter(([, by]) => by !== session) : changed
        if (heard.length > 0)
          this.#send(
            session,
            heard.map(([key]) => key),
          )
      }
    }
  }

  #send(session: Session, keys: ByteString[] | null): void {
    const tracker = trackerOf(session)
    if (tracker === null) return
    const { redirect } = tracker
    const target = redirect === 0 ? session : this.#engine.sessions.get(redirect)
    if (target === undefined) {
      tracker.broken = true
      if (session.protocol === 3) session.push(new Push(['tracking-redir-broken', redirect]))
    } else if (target.protocol === 3) target.push(new Push(['invalidate', keys]))
    else if (redirect !== 0 && target.subscribed > 0) target.push(new Push(['message', '__redis__:invalidate', keys]))
  }

  /** @throws ReplyError if there is no such connection */
  mustExist(id: number): void {
    if (!this.#engine.sessions.has(id)) throw new ReplyError('ERR The client ID you want redirect to does not exist')
  }
}

/** What a connection wants to hear; null if nothing. RESET and its end make it so. */
export function trackerOf({ tracking }: Session): Tracker | null {
  return tracking as Tracker | null
}
