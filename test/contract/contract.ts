// The contract of the client: what each of its methods does, said once and run on every backend. A backend may differ only
// by a named exception, which says what happens instead, and is tested too.
import type { Capabilities } from '../../src/core/client/backend.ts'
import type { Redis } from '../../src/core/client/redis.ts'

/**
 * How a method's command is sent: by itself, in a pipeline, in a transaction, or, where the engine is in this process,
 * through `redis.sync`. What it gives is the same.
 */
export type View = 'alone' | 'pipeline' | 'transaction' | 'sync'
/** How a case is run unless it says otherwise. */
const VIEWS: readonly View[] = ['alone', 'pipeline', 'transaction', 'sync']

/** What a case relies on that not every backend has. */
export type Need =
  | 'Redis 7.2'
  | 'Redis 7.4'
  | 'Redis 8'
  /** Integers beyond 2^53 in replies. */
  | 'exact integers'
  /** Commands that wait for others. */
  | 'waiting'
  | 'watching'
  | 'databases'
  /** Commands for one connection, such as CLIENT SETNAME. */
  | 'a connection'
  /** Keys that no slot is known of beforehand, such as SORT's patterns. */
  | 'all keys in reach'
  /** A command that a cluster's every node has to run. */
  | 'every node'
  /** SSUBSCRIBE and SPUBLISH. */
  | 'shard channels'
  /** Messages and channels of any bytes. */
  | 'any message'
  /** Keys and arguments of scripts that are no UTF-8. */
  | 'bytes in scripts'
  /** PUBLISH tells how many have heard it. */
  | 'receivers counted'
  | 'saving'

export interface Context {
  readonly redis: Redis
  /** A client of its own, which the case may close. */
  another(): Promise<Redis>
}
export type Body = (context: Context) => Promise<void>

export interface Case {
  readonly title: string
  readonly body: Body
  readonly needs: readonly Need[]
  readonly views: readonly View[]
}
/** A method's name, and what it does. */
export type Suite = Readonly<Record<string, readonly Case[]>>

export function does(title: string, body: Body, options: { needs?: Need | readonly Need[]; views?: readonly View[] } = {}): Case {
  const { needs = [], views = VIEWS } = options
  return { title, body, needs: typeof needs === 'string' ? [needs] : needs, views }
}

export interface Exception {
  /** As the table of outcomes names it. */
  readonly name: string
  /** What happens instead, and why. */
  readonly why: string
  /** Where it applies. Default: wherever the need arises */
  readonly views?: readonly View[]
  /** What has to hold instead of the case. */
  readonly instead: (context: Context, body: Body) => Promise<void>
}

export interface Running {
  readonly redis: Redis
  another(): Promise<Redis>
  stop(): Promise<void>
}

export interface BackendUnderTest {
  readonly name: string
  /** What `redis.capabilities` says, and the table. */
  readonly capabilities: Capabilities
  /** Where there is a `redis.sync`. */
  readonly sync?: true
  readonly start: () => Promise<Running>
  readonly exceptions: Readonly<Partial<Record<Need, Exception>>>
}

/** How a case is run on a backend. */
export function viewsOf(backend: BackendUnderTest, { views }: Case): View[] {
  return views.filter((view) => view !== 'sync' || backend.sync)
}

/** The exception that a case meets on a backend. */
export function exceptionOf(backend: BackendUnderTest, { needs }: Case, view: View): Exception | undefined {
  return needs.map((need) => backend.exceptions[need]).find((found) => found !== undefined && (found.views ?? VIEWS).includes(view))
}

/** Keys in one slot, so that they may be in one command of a cluster. */
export const [a, b, c, d] = ['{k}a', '{k}b', '{k}c', '{k}d'] as const

/** Text that some library or protocol takes for something else. */
export const EDGES: readonly string[] = [
  '',
  ' ',
  'ä€𝄞 \u200b',
  '\uFEFFbom',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'true',
  'OK',
  'QUEUED',
  '"quoted"',
  '{"a":1}',
  '[1]',
  '0123',
  '1e3',
  '-0',
  '1.10',
  'inf',
  'nan',
  '9007199254740993',
  '9223372036854775807',
  'a\r\nb',
  'a,b',
  '\0',
  'data: x\n\n',
  '%2F/?#&',
  'x'.repeat(70_000),
]

/** All bytes, which are no UTF-8. */
export const EVERY_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, i) => i)

export const WRONGTYPE = {
  name: 'RedisError',
  code: 'WRONGTYPE',
  message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
}
export const SYNTAX = { name: 'RedisError', code: 'ERR', message: 'ERR syntax error' }
export const failure = (message: string): object => ({ name: 'RedisError', message })
