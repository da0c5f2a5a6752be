// The engine: databases, sessions and what they share. It is single-threaded and synchronous: a command runs from begin()
// to end() with one reading of the clock, and what it set in motion for others (waiters, saving) happens in end().
import type { ByteString } from '../bytes.ts'
import { Blocking } from './blocking.ts'
import { type Argv, type Command, type CommandTable, FLAG, type Result } from './command.ts'
import { Config, type Parameters } from './config.ts'
import { Database } from './database.ts'
import type { Effects } from './effects.ts'
import { type Durability, NOT_DURABLE } from './durability.ts'
import { parseEvents } from './events.ts'
import { Eviction } from './eviction.ts'
import { Expiry } from './expiry.ts'
import { Memory } from './memory.ts'
import { type MapReply, type Reply, ReplyError } from '../reply.ts'
import { type Allocate, type Clock, type Dial, type Log, plainArray, type Random, randomId } from './ports.ts'
import type { ModuleType, Types } from './modules.ts'
import { PubSub } from './pubsub.ts'
import { keptLibraries, type Scripting } from './scripting.ts'
import { Session, type SessionOptions } from './session.ts'
import { Stats } from './stats.ts'
import type { Users } from './users.ts'

export interface EngineOptions {
  table: CommandTable
  clock: Clock
  random: Random
  log: Log
  /** Default: plain arrays */
  allocate?: Allocate
  /** The parameters of CONFIG. Default: those that every engine has */
  parameters?: Parameters
  /** CONFIG's parameters that differ from their defaults. */
  config?: Readonly<Record<string, string>>
}

/** What sees commands run: how long they take, what they read. */
export interface Probe {
  /** Has the session perform the command. */
  attempt(session: Session, command: Command, argv: Argv): Result
  /** CONFIG SET was called. */
  configured(): void
}

/** Holds a command back. @returns its reply, once it has run after all; null if it may run now */
export type Gate = (session: Session, command: Command, argv: Argv) => Promise<Reply> | null

/** What an engine runs in, where that can be told to change. */
export interface Host {
  /** The configuration file; empty if there is none. */
  readonly file: string
  /** CONFIG REWRITE, if there is a file. @param all also parameters that have their defaults; @throws Error why it cannot be written */
  readonly rewrite: ((all: boolean) => void) | null
  /** Takes connections as CONFIG SET is to have it. @param parameters what it changes; @throws ReplyError if it cannot; then nothing changes */
  listen(parameters: ReadonlyMap<string, string>): Promise<void>
}

/** What the engine asks of replication. */
export interface Replicates {
  /** What is saved beside the data, as names and values. */
  saved(): [ByteString, ByteString | number][]
  /** Whether the engine is to follow a master from its start. */
  readonly willFollow: boolean
  /** The data that was stored is there. @param beside what was saved beside it; @param gone what had expired, as `db:key` */
  loaded(beside: ReadonlyMap<ByteString, ByteString>, gone: Iterable<ByteString>): void
  /** Whether the data is a master's. What has expired is then hidden, and stays until the master says that it goes. */
  readonly follows: boolean
  /** Whether `writeError` has to be asked before every write. */
  readonly asks: boolean
  /** The error that writes get here: on a replica, or where too few replicas would have them; null if they may run. */
  writeError(): ReplyError | null
  /**
   * The error of commands that look at data, while that may be old: on a replica that has lost its master. Null if it is not, or if
   * `replica-serve-stale-data` says that it may be seen.
   */
  readonly stale: ReplyError | null
  /**
   * Ends the engine once the replicas have all there is, or have had enough time for it.
   * @param now whether they are not waited for
   * @returns what `end` does, or an error if it was called off
   */
  ending(end: () => Promise<Reply>, now: boolean): Promise<Reply>
  /** Several that hear of changes, as one. */
  both(all: readonly Effects[]): Effects
  /** All data was replaced: replicas need all of it again. */
  replaced(): void
}

/** What a node of a cluster asks of commands. */
export interface SlotRules {
  /** Of a client's, before it runs. @returns the error of one whose keys are not in one slot */
  ofClient(session: Session, command: Command, argv: Argv): ReplyError | null
  /** Of one that a script calls. @param anySlot whether the script's commands may each have another slot */
  ofScript(command: Command, argv: Argv, anySlot: boolean): ReplyError | null
}

/** Commands that not every engine has. */
export interface Extension {
  /** CONFIG's, with those that come with the commands. `attach` makes them known where they are not. */
  readonly parameters: Parameters
  /** Adds them to one, unless they are there already. */
  attach(engine: Engine): void
}

export const isClient = ({ options, last }: Session): boolean => options.onKill !== undefined || last !== null

/** A microsecond before the next millisecond. */
const LAST_OF_MS = 0.999

export class Engine {
  /** Another with more commands may take its place. */
  table: CommandTable
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly allocate: Allocate
  readonly config: Config
  readonly stats: Stats
  readonly pubsub = new PubSub()
  readonly blocking = new Blocking()
  readonly expiry = new Expiry(this)
  readonly eviction = new Eviction(this)
  readonly memory = new Memory(this)
  /** By their numbers. */
  readonly sessions = new Map<number, Session>()

  /**
   * Functions that send what a connection gets without having asked: before the reply to whoever caused it, or else at the end of the
   * turn.
   */
  readonly unsent = new Set<() => void>()
  /** Sessions that see every command. */
  readonly monitors = new Set<Session>()
  durability: Durability = NOT_DURABLE
  /** Who hears of every change: the journal, if there is one, and what feeds replicas. See `listen`. */
  effects: Effects | null = null
  replication: Replicates | null = null
  scripting: Scripting = keptLibraries()
  /** The types of values that not every engine has. */
  readonly types: Types & { readonly modules: Map<string, ModuleType> }
  /** What brings them, as MODULE LIST and HELLO have it. */
  readonly modules: MapReply[] = []
  probe: Probe | null = null
  gate: Gate | null = null
  /** In a cluster. */
  slots: SlotRules | null = null
  users: Users | null = null
  host: Host | null = null
  /** Connects to other servers, where that can be done. */
  dial: Dial | null = null
  /** Hears of keys that have changed, in databases that are `watched`. */
  tracking: ((key: ByteString) => void) | null = null
  /** Called when the engine ends, by SHUTDOWN or by its owner. */
  readonly onClose = new Set<() => void>()
  /** Hears of sessions that have ended. */
  sessionEnded: ((session: Session) => void) | null = null
  closed = false
  /** Changes to the data since the start. Save rules compare it with what it was at the last save. */
  dirty = 0
  /** The classes of keyspace events that are on. */
  events = 0
  /** Commands with one of these flags are looked at more closely before they run. */
  restricted = 0
  readonly started: number
  readonly runId: ByteString
  readonly #databases: Database[] = []
  #now = 0
  /**
   * What `begin` sets `#now` to. 0: the clock is read when it is asked for; 1, while a journal is loaded or a master's commands
   * run: a time at which nothing has expired yet.
   */
  #unread = 0
  #loading = false
  #listeners: Effects[] = []
  /** How far `now` and the host's finer clock are apart. */
  #apart = 0
  #settled = 0
  /** Whether the data is larger than `maxmemory`: then every command, even one that only reads, first evicts. */
  #tooMuch = false
  #lastSession = 0
  #closing: Promise<Reply> | null = null
  /** Whether it has begun to save: replicas are no longer waited for. */
  #ends = false

  constructor(options: EngineOptions) {
    this.table = options.table
    this.types = { modules: new Map(), stream: options.table.stream }
    this.clock = options.clock
    this.random = options.random
    this.allocate = options.allocate ?? plainArray
    this.log = (level, message) => {
      try {
        options.log(level, message)
      } catch (error) {
        // A log that throws must not stop what is being logged. Its error shows as a rejection that nobody handles.
        void Promise.reject(error)
      }
    }
    this.stats = new Stats(options.table.commands.length)
    this.started = this.clock.now()
    this.runId = randomId(this.random)
    this.config = new Config(options.config ?? {}, () => this.configure(), options.parameters)
    this.configure()
  }

  /** Connections, and of this process's own sessions those that have run a command: the others are nobody's client. */
  get clients(): Session[] {
    return [...this.sessions.values()].filter(isClient)
  }

  /** Takes over what CONFIG says. */
  configure(): void {
    this.events = parseEvents(this.config.get('notify-keyspace-events'))
    // A replica evicts nothing by itself: its master says what goes.
    this.eviction.configure(this.config.get('maxmemory-policy'), this.replication?.follows ? 0 : this.config.number('maxmemory'))
    // In the next turn, not now: CONFIG SET may run inside a transaction, whose keys must not go while it works on them.
    if (this.eviction.tooMuch) this.eviction.goOn()
    this.#weigh()
    this.durability.configured()
    this.probe?.configured()
    for (const { options } of this.sessions.values()) options.onConfig?.()
    this.restrict()
  }

  /** Must be called when something changes that commands have to be checked against. */
  restrict(): void {
    const ordinary = (this.eviction.limit > 0 ? FLAG.denyoom : 0) | (this.writeError() === null && !this.replication?.asks ? 0 : FLAG.write)
    this.restricted =
      this.gate === null && this.slots === null && !this.loading && !this.#tooMuch && !this.replication?.stale ? ordinary : -1
  }

  /** As INFO and HELLO have it. */
  get mode(): string {
    return this.slots === null ? 'standalone' : 'cluster'
  }

  /** The error that every write gets now, or null. */
  writeError(): ReplyError | null {
    return this.durability.writeError() ?? this.replication?.writeError() ?? null
  }

  /** Has somebody hear of every change, or not any more. */
  listen(who: Effects, listens: boolean): void {
    this.#listeners = this.#listeners.filter((each) => each !== who).concat(listens ? who : [])
    const [first = null] = this.#listeners
    // If there are two, one of them is replication's.
    this.effects = this.#listeners.length > 1 ? this.replication!.both(this.#listeners) : first
  }

  /** Milliseconds since 1970, the same throughout a command. */
  get now(): number {
    if (this.#now === 0) this.#now = this.clock.now()
    return this.#now
  }

  /** Microseconds since 1970. Those within the millisecond of `now` come from the host's finer clock, whose zero is anywhere. */
  get micros(): number {
    const { now } = this
    const elapsed = this.clock.elapsed?.()
    if (elapsed === undefined) return Math.round(now * 1000)
    // Each look narrows down how far the two are apart: never is it another millisecond than that of `now`.
    this.#apart = Math.min(Math.max(this.#apart, now - elapsed), now - elapsed + LAST_OF_MS)
    return Math.round((this.#apart + elapsed) * 1000)
  }

  /** Whether what runs has run elsewhere: in a journal, or on a master. */
  get replays(): boolean {
    return this.#unread !== 0
  }

  /** As `now`, but the true time also while a journal is loaded or a master's commands run. */
  get present(): number {
    return this.replays ? this.clock.now() : this.now
  }

  /** Runs commands of a journal or a master, which say themselves what has expired: meanwhile nothing expires by the clock. */
  timeless<T>(run: () => T): T {
    this.#now = this.#unread = 1
    try {
      return run()
    } finally {
      this.#now = this.#unread = 0
    }
  }

  /** A command starts. */
  begin(): void {
    this.#now = this.#unread
  }

  /** Whether a journal is being loaded. Its commands say themselves what expired: until it is loaded, nothing does. */
  get loading(): boolean {
    return this.#loading
  }

  set loading(loading: boolean) {
    this.#loading = loading
    this.#now = this.#unread = loading ? 1 : 0
    this.restrict()
    if (!loading) this.expiry.restart()
  }

  /** A command is done: clients that were waiting for what it changed are served, and persistence hears of changes. */
  end(): void {
    this.effects?.settle()
    if (this.blocking.pending) this.blocking.serve()
    if (this.dirty !== this.#settled) {
      this.#settled = this.dirty
      this.#weigh()
      this.durability.changed()
    } else if (this.#tooMuch) this.#weigh()
  }

  #weigh(): void {
    const { tooMuch } = this.eviction
    if (tooMuch === this.#tooMuch) return
    this.#tooMuch = tooMuch
    this.restrict()
  }

  connect(options: SessionOptions = {}): Session {
    const session = new Session(this, ++this.#lastSession, options)
    this.sessions.set(session.id, session)
    this.stats.connections++
    return session
  }

  /** A database by its number, which must be below `databases`. */
  database(index: number): Database {
    while (this.#databases.length <= index) this.#databases.push(new Database(this, this.#databases.length))
    return this.#databases[index]
  }

  /** The databases that have been used. */
  databases(): readonly Database[] {
    return this.#databases
  }

  /**
   * Saves if there are save rules, or as `save` says, and ends: timers, sessions, servers. From here on nothing can be written.
   * @param force ends although the data could not be saved
   * @param now whether replicas are not waited for
   * @returns an error if the data could not be saved; then the engine goes on
   */
  close(save: boolean | null = null, force = false, now = force): Promise<Reply> {
    if (force && this.#ends && this.#closing !== null && !this.closed) {
      // A close that already waits for a storage is told to give up too. If it fails all the same, since it began without `force`,
      // another follows.
      void this.durability.close(save, true)
      return this.#closing.then((reply) => (reply instanceof ReplyError ? this.close(save, true) : reply))
    }
    this.#closing ??= this.#close(save, force, now)
    return this.#closing
  }

  async #close(save: boolean | null, force: boolean, now: boolean): Promise<Reply> {
    const end = (): Promise<Reply> => {
      this.#ends = true
      return this.durability.close(save, force)
    }
    const reply = await (this.replication?.ending(end, now) ?? end())
    if (reply instanceof ReplyError) {
      this.#closing = null
      this.#ends = false
      return reply
    }
    this.closed = true
    this.expiry.stop()
    for (const session of [...this.sessions.values()]) session.close()
    for (const end of this.onClose) end()
    return reply
  }
}
