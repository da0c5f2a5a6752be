// What the client asks of a backend. A new backend is one file in adapters/ that implements this; everything above it
// (methods, types, pipelines, iterators) is shared.
import type { ByteString } from '../bytes.ts'
import type { Push, Reply } from '../reply.ts'
import type { ScriptTree } from './script.ts'

/** A command line: byte strings, the command's name first and in upper case. */
export type Argv = readonly ByteString[]

/** What a backend can do. Calling what it cannot do is a RedisError with the code UNSUPPORTED, before anything is sent. */
export interface Capabilities {
  /** WATCH, which needs a connection of its own: `redis.watch`. */
  readonly watch: boolean
  /** Blocking commands, such as BLPOP. */
  readonly blocking: boolean
  /** `redis.subscribe` and its like. */
  readonly subscribe: boolean
  /** More than one database: SELECT, MOVE, SWAPDB. */
  readonly databases: boolean
  /** SAVE, BGSAVE and their like. */
  readonly persistence: boolean
  /** Whether keys of one command may lie in different slots; false in a cluster. */
  readonly multipleSlots: boolean
  /** Whether integers beyond 2^53 arrive exact, as bigints; where false they are rounded. */
  readonly exactIntegers: boolean
  /** `exactly once`, or `at least once` where a command may be sent again after a lost connection. */
  readonly delivery: 'exactly once' | 'at least once'
}

/** What there is on one server, reached by connections. */
export const ONE_SERVER = { watch: true, blocking: true, subscribe: true, databases: true, persistence: true, multipleSlots: true } as const

/** The part of an AbortSignal that is used: core does not know the DOM's types. */
export interface Signal {
  /** Whether it has aborted. */
  readonly aborted: boolean
  /** Why: the error that a caller gets. */
  readonly reason: unknown
  /** Has a function called when it aborts. */
  addEventListener(type: 'abort', listener: () => void): void
  /** Takes that back. */
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Why a signal has aborted. React Native's do not say. */
export function reasonOf({ reason }: Signal): Error {
  return reason === undefined ? Object.assign(new Error('The operation was aborted'), { name: 'AbortError' }) : (reason as Error)
}

export interface CallOptions {
  /** The command may wait: it needs a connection of its own. */
  readonly blocking?: boolean
  /** Ends the waiting. */
  readonly signal?: Signal | undefined
}

export type Topic = 'channels' | 'patterns' | 'shards'

/** What is listened to, and who hears it. */
export interface Listening {
  readonly topic: Topic
  readonly names: readonly ByteString[]
  /** Gets every message. */
  readonly onPush: (push: Push) => void
  /** Called if the subscription ends by itself, with the reason if it is an error. */
  readonly onEnd: (error?: Error) => void
}

/** Ends what was begun. */
export type Stop = () => Promise<void>

export interface Backend {
  readonly capabilities: Capabilities
  /** Whether a crash cannot undo what has been answered, if that is known. */
  readonly safe?: boolean

  /**
   * Runs one command. An error reply is a value; a promise rejects only if the backend cannot be reached.
   * A backend in process answers at once, the others by promise.
   */
  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply>

  /**
   * Runs commands in order, in one go.
   * @param atomic as a transaction; the result is null if a watched key has changed
   * @returns the replies, in an array that is the caller's
   */
  batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null>

  /** A connection of its own, for WATCH. Closing it leaves this one as it is. */
  connect(): Promise<Backend>

  /** Listens. Resolves once the subscription is confirmed. */
  subscribe(listening: Listening): Promise<Stop>

  /** Shows every command that the server runs, a line each, as MONITOR does. Missing where there is no such thing. */
  monitor?(onLine: (line: ByteString) => void, onEnd: (error?: Error) => void): Promise<Stop>

  /** Makes a script known that will be called by its SHA-1. Missing where scripts travel as source. */
  loadScript?(script: ScriptTree): void

  /** For a walk over all keys: a backend for each node of a cluster that holds some. Missing where there is one node, itself. */
  nodes?(): readonly Backend[] | Promise<readonly Backend[]>

  close(): Promise<void>
}
