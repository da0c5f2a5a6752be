// A connection to the engine: what a client has selected, queued, watched and subscribed. `execute` is the one way in for
// the async client, the servers and scripts alike.
import type { ByteString } from '../bytes.ts'
import { NO_REPLY, type Push, type Reply, ReplyError, Several, Status } from '../reply.ts'
import { Waiter, type Wait } from './blocking.ts'
import { arityFits, type Argv, type Command, FLAG, type Result } from './command.ts'
import type { Database } from './database.ts'
import type { Engine } from './engine.ts'
import { LOADING, NO_AUTH, NOT_IN_TRANSACTION, OUT_OF_MEMORY, wrongArity } from './errors.ts'
import { SUBSCRIPTION } from './memory.ts'
import { showMonitors } from './monitor.ts'
import type { Topic } from './pubsub.ts'
import { addTo, removeFrom } from './structures/set-map.ts'
import { Transaction } from './transaction.ts'
import type { User } from './users.ts'

const QUEUED = new Status('QUEUED')
/** Commands that run at once inside MULTI rather than be queued. */
const NOT_QUEUED = /^(exec|discard|multi|watch|quit|reset)$/
/** What a subscriber that speaks RESP2 may still say. */
const SUBSCRIBER_COMMANDS = /^([ps]?(un)?subscribe|ping|quit|reset)$/

/** To Redis a client in MONITOR is a kind of replica, which may not use keys. */
const OF_KEYSPACE = FLAG.write | FLAG.readonly | FLAG.may_replicate
const NO_KEYSPACE = new ReplyError("ERR Replica can't interact with the keyspace")

/** What a server tells the engine about a connection. */
export interface Peer {
  /** `host:port` of the client, and of the server's end. */
  readonly address: string
  readonly local: string
  /** Whether the client is on this machine. */
  readonly isLocal: boolean
}

export interface SessionOptions {
  /** Gets published messages (Push) and MONITOR's lines (Status). Default: they are dropped. */
  onPush?: (push: Push | Status) => void
  /** Closes the connection, for CLIENT KILL. */
  onKill?: () => void
  /** CONFIG has been set. */
  onConfig?: () => void
  /** Counts as authenticated although the engine asks for a password: in-process callers do. Default: false */
  trusted?: boolean
  /** Runs what scripts call. Default: false */
  script?: boolean
  peer?: Peer
  /** Sends bytes that are no reply, and then ends the connection. */
  onStream?: (bytes: AsyncIterable<ByteString>) => Promise<void>
  /** What a connection has in its buffers, for CLIENT LIST. */
  buffers?: Buffers
}

/** In bytes. */
export interface Buffers {
  /** Arrived and not yet run, with the command that runs. */
  readonly input: number
  /** Replies that are not yet sent, and what was sent and not yet taken. */
  readonly replies: number
  readonly unread: number
}

/** What a connection tracks: see CLIENT TRACKING. */
export interface TrackingState {
  /** As CLIENT LIST shows it. */
  readonly letters: string
  readonly redirect: number
}

export class Session {
  readonly id: number
  readonly engine: Engine
  readonly options: SessionOptions
  readonly transaction = new Transaction(this)
  readonly created: number
  db: Database
  protocol: 2 | 3 = 2
  name: ByteString = ''
  library: { name: ByteString; version: ByteString } = { name: '', version: '' }
  noEvict = false
  noTouch = false
  tracking: TrackingState | null = null
  /** Whose rights it has; null for all that there are. */
  user: User | null = null
  /** The last command, for CLIENT LIST. */
  last: Command | null = null
  lastUsed: number
  /** False inside MULTI and scripts: a blocking command then acts as if its time were up. */
  mayBlock = true
  /** Whether EXEC runs what was queued. */
  inExec = false
  waiter: Waiter | null = null
  authenticated = false
  /** What is at the other end: a replica (S), the master (M), or an ordinary client. */
  role: '' | 'S' | 'M' = ''
  closed = false
  /** QUIT was said: the server closes the connection once the reply is sent. */
  quitting = false
  /** CLIENT REPLY: whether replies are held back, or the next one is. */
  silence: 'none' | 'next' | 'all' = 'none'
  #subscriptions: Record<Topic, Set<ByteString>> | null = null
  /** Whether `execute` has to look at more than the command's row. */
  #restricted = false

  constructor(engine: Engine, id: number, options: SessionOptions) {
    this.engine = engine
    this.id = id
    this.options = options
    this.db = engine.database(0)
    this.created = this.lastUsed = engine.clock.now()
    this.#arrive()
  }

  /** The state of a new connection: nobody has logged in. */
  #arrive(): void {
    const { users, config } = this.engine
    this.user = this.options.trusted || users === null ? null : users.default
    this.authenticated = this.options.trusted === true || (users?.open ?? config.get('requirepass') === '')
    this.restrict()
  }

  /** Runs one command. An error is a reply too; only a bug throws. */
  execute(argv: Argv): Result {
    this.engine.begin()
    const result = this.silence === 'none' ? this.#run(argv) : this.#runQuietly(argv)
    this.engine.end()
    return result
  }

  /** CLIENT REPLY. */
  #runQuietly(argv: Argv): Result {
    const { silence } = this
    // SKIP silences one command, and this is it. The flag goes before it runs, since it may itself be CLIENT REPLY SKIP.
    if (silence === 'next') this.silence = 'none'
    const filter = (reply: Reply): Reply => {
      // SUBSCRIBE and its like reply with push messages, which Redis does not hold back.
      if (reply instanceof Several) return reply
      const speaks = this.silence === 'none' && (silence === 'all' || this.last?.name === 'client|reply')
      return speaks && !(reply instanceof ReplyError) ? reply : NO_REPLY
    }
    const result = this.#run(argv)
    return result instanceof Promise ? result.then(filter) : filter(result)
  }

  #run(argv: Argv): Result {
    let command: Command | undefined
    try {
      this.last = command = this.engine.table.find(argv)
      if (!arityFits(command, argv.length)) throw wrongArity(command.name)
      if (this.#restricted || (command.flags & this.engine.restricted) !== 0) {
        const reply = this.#check(command, argv)
        if (reply !== null) return reply
      }
    } catch (error) {
      const refusal = this.engine.stats.failure(error, command, false)
      if (command?.name === 'exec') return this.transaction.refuse(refusal)
      this.transaction.abort()
      return refusal
    }
    return this.noTouch ? this.#attemptUntouched(command, argv) : this.attempt(command, argv)
  }

  /** CLIENT NO-TOUCH. */
  #attemptUntouched(command: Command, argv: Argv): Result {
    this.engine.eviction.held = true
    const result = this.attempt(command, argv)
    this.engine.eviction.held = false
    return result
  }

  /** Runs a command whose row has been checked, under the eyes of the engine's probe. An error is its reply. */
  attempt(command: Command, argv: Argv): Result {
    const { probe } = this.engine
    return probe === null ? this.perform(command, argv) : probe.attempt(this, command, argv)
  }

  /** Runs a command. An error is its reply. */
  perform(command: Command, argv: Argv): Result {
    const { effects, dirty } = this.engine
    const { db } = this
    try {
      const result = command.handler(db, argv, this)
      this.#ran(command, argv)
      if (effects !== null && this.engine.dirty !== dirty && command.flags & FLAG.write) {
        effects.ran(command, argv, result instanceof Promise ? null : result, db)
      }
      if (!(result instanceof Promise)) return result
      return result.catch((error: unknown) => this.engine.stats.failure(error, command))
    } catch (error) {
      this.#ran(command, argv)
      return this.engine.stats.failure(error, command)
    }
  }

  /**
   * Counts a command, and shows it to MONITOR. Only after it ran: INFO does not count itself, CONFIG RESETSTAT is the first to be
   * counted anew, and MONITOR shows EXEC behind the commands of its transaction.
   */
  #ran(command: Command, argv: Argv): void {
    const { stats, monitors } = this.engine
    stats.calls[command.index]++
    if (monitors.size !== 0) showMonitors(this, command, argv)
  }

  /** Must be called when something changes that `execute` has to look at. */
  restrict(): void {
    this.#restricted =
      !this.authenticated ||
      this.transaction.open ||
      (this.protocol === 2 && this.subscribed > 0) ||
      this.user?.limited === true ||
      this.role === 'S' ||
      this.engine.monitors.has(this)
  }

  /** @returns a reply if the command must not run now, null if it may; @throws if it is refused */
  #check(command: Command, argv: Argv): Result | null {
    const { name } = command
    // EXEC is checked for what the commands do that it is about to run.
    const flags = command.flags | (name === 'exec' ? this.transaction.flags : 0)
    if (!this.authenticated && !(flags & FLAG.no_auth) && !this.engine.users?.open) throw NO_AUTH
    const denied = this.user?.check(this, command, argv)
    if (denied) throw denied
    const misplaced = this.engine.slots?.ofClient(this, command, argv)
    if (misplaced) throw misplaced
    // What is queued takes memory too, whatever it does.
    const queued = this.transaction.open && !NOT_QUEUED.test(name)
    const { eviction } = this.engine
    const takesMemory = queued || (flags & FLAG.denyoom) !== 0
    if ((takesMemory || eviction.tooMuch) && !eviction.makeRoom(true) && takesMemory) throw OUT_OF_MEMORY
    if (flags & FLAG.write && this.role !== 'M') {
      const refusal = this.engine.writeError()
      if (refusal !== null) throw refusal
    }
    if (this.protocol === 2 && this.subscribed > 0 && !SUBSCRIBER_COMMANDS.test(name)) {
      throw new ReplyError(
        `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      )
    }
    if ((this.role === 'S' || this.engine.monitors.has(this)) && flags & OF_KEYSPACE) throw NO_KEYSPACE
    const held = this.engine.gate?.(this, command, argv)
    if (held) return held
    const stale = this.engine.replication?.stale
    const runs = name === 'exec' ? (this.transaction.queue ?? []) : [{ command }]
    if (stale && this.role !== 'M' && runs.some((each) => !(each.command.flags & FLAG.stale))) throw stale
    if (this.engine.loading && !(flags & FLAG.loading)) throw LOADING
    if (this.transaction.open && flags & FLAG.no_multi) throw NOT_IN_TRANSACTION
    if (!queued) return null
    this.transaction.add(command, argv)
    return QUEUED
  }

  /**
   * Answers at once if one of the keys can be answered from, waits otherwise.
   * Inside MULTI and scripts it never waits.
   */
  block(argv: Argv, wait: Wait): Result {
    for (const key of wait.keys) {
      const reply = wait.attempt(key)
      if (reply !== undefined) return reply
    }
    if (!this.mayBlock) return wait.onDenied === undefined ? wait.onTimeout : wait.onDenied
    return new Promise<Reply>((resolve) => {
      this.waiter = new Waiter(this, argv, wait, resolve)
    })
  }

  /** Sends something to the client that is no reply. */
  push(push: Push | Status): void {
    this.options.onPush?.(push)
  }

  subscriptions(topic: Topic): ReadonlySet<ByteString> {
    return this.#subscriptions?.[topic] ?? new Set()
  }

  /** How many channels, patterns and shard channels it listens to. */
  get subscribed(): number {
    const topics = this.#subscriptions
    return topics === null ? 0 : topics.channels.size + topics.patterns.size + topics.shards.size
  }

  subscribe(topic: Topic, name: ByteString): void {
    this.#subscriptions ??= { channels: new Set(), patterns: new Set(), shards: new Set() }
    if (this.#subscriptions[topic].has(name)) return
    this.#subscriptions[topic].add(name)
    this.engine.memory.beside += SUBSCRIPTION + name.length
    addTo(this.engine.pubsub[topic], name, this)
    this.restrict()
  }

  unsubscribe(topic: Topic, name: ByteString): void {
    if (!this.#subscriptions?.[topic].delete(name)) return
    this.engine.memory.beside -= SUBSCRIPTION + name.length
    removeFrom(this.engine.pubsub[topic], name, this)
    this.restrict()
  }

  /** RESET: as if newly connected. */
  reset(): void {
    this.transaction.discard()
    for (const topic of ['channels', 'patterns', 'shards'] as const) {
      for (const name of [...this.subscriptions(topic)]) this.unsubscribe(topic, name)
    }
    this.db = this.engine.database(0)
    this.protocol = 2
    this.name = ''
    this.noEvict = this.noTouch = false
    this.tracking = null
    this.silence = 'none'
    this.engine.monitors.delete(this)
    this.#arrive()
  }

  /** Ends the session: what it waits for, watches and listens to is given up. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.waiter?.settle(null)
    this.reset()
    this.engine.sessions.delete(this.id)
    this.engine.sessionEnded?.(this)
  }
}
