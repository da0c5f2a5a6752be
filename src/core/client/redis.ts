// The client: every command as a promise, and what needs more than one command: pipelines, transactions, WATCH,
// subscriptions and scans.
/// <reference lib="esnext.disposable" preserve="true" />
import { decodeUtf8, fromUint8Array, toUint8Array } from '../bytes.ts'
import { readDouble } from '../numbers.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { encodeCommand, type Key, listOf, type Value } from './arguments.ts'
import type { Backend, CallOptions, Capabilities } from './backend.ts'
import { Batch } from './batch.ts'
import { AllCommands } from './commands.ts'
import type { HscanOptions } from './commands/hashes.ts'
import type { KeyType, ScanOptions } from './commands/keys.ts'
import { sharedCommand } from './connection-commands.ts'
import { anything, type Decode, type Plain, type Text, type ToText, word } from './decode.ts'
import { asyncDispose } from '../symbols.ts'
import { RedisError, unsupported } from './errors.ts'
import { type Given, type Returned, runScript, type Script, scriptLine, scriptResult } from './script.ts'
import { Subscription, type SubscribeOptions } from './subscription.ts'
import { waits } from './waits.ts'

/** Text as UTF-8; bytes that are not become U+FFFD. */
export const asText: ToText<string> = decodeUtf8
/** Bytes as they are. */
export const asBytes: ToText<Uint8Array> = toUint8Array

const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** The client that `watch` gives its function: the `exec` of its `multi()` gives null if a watched key has changed. */
export type Watching<T extends Text> = Omit<Redis<T>, 'multi'> & { multi(): Batch<[], null, T> }

/**
 * The typed client: a method for every command of Redis, on any backend. `createRedis`, `fromIoredis` and `connectUpstash` make one.
 * A command that fails rejects with a RedisError, a wrong argument with a TypeError.
 */
export class Redis<T extends Text = string> extends AllCommands<'async', T> implements AsyncDisposable {
  /** What runs the commands, and gives their replies raw: for a server that passes them on. */
  readonly backend: Backend
  protected readonly toText: ToText<T>
  #bytes: Redis<Uint8Array> | null = null

  constructor(backend: Backend, toText: ToText<T>) {
    super()
    this.backend = backend
    this.toText = toText
  }

  /** What the backend can do. */
  get capabilities(): Capabilities {
    return this.backend.capabilities
  }

  /** The same client with `Uint8Array` where this one gives strings. */
  get bytes(): Redis<Uint8Array> {
    this.#bytes ??= new Redis(this.backend, asBytes)
    return this.#bytes
  }

  protected run<R>(argv: Value[], decode: Decode<T, R>, options?: CallOptions): Promise<R> {
    try {
      const line = encodeCommand(argv)
      const reply = this.backend.call(line, options)
      if (reply instanceof Promise) return reply.then((settled) => finish(settled, line[0], decode, this.toText))
      return Promise.resolve(finish(reply, line[0], decode, this.toText))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends any command.
   * @returns its RESP3 reply: null, a number, a string, an array, an object for a map
   * @throws RedisError for a command that would change the connection, which is shared
   */
  async call(name: string, ...args: Value[]): Promise<Plain<T>> {
    const command = sharedCommand(name, args)
    const argv = [command, ...args]
    return this.run(argv, anything(command), waits(argv) ? { blocking: true } : undefined)
  }

  /**
   * Makes a function of a script: `const pick = redis.script(pickTask)`, `await pick({ queue }, { worker })`.
   * It rejects with a TypeError if a key or an argument is missing or of the wrong type.
   */
  script<K, A, R>(script: Script<K, A, R>): (...given: Given<K, A>) => Promise<Returned<R, T>> {
    const { backend, toText } = this
    return (...given) => {
      try {
        const reply = runScript(backend, script, scriptLine(backend.capabilities, script, given, false))
        if (reply instanceof Promise) return reply.then((settled) => scriptResult(settled, script, toText))
        return Promise.resolve(scriptResult(reply, script, toText))
      } catch (error) {
        return Promise.reject(error)
      }
    }
  }

  /** Collects commands and sends them together; other clients' commands may run in between. */
  pipeline(): Batch<[], never, T> {
    return new Batch(this.backend, this.toText, false)
  }

  /** Collects commands and runs them as a transaction. */
  multi(): Batch<[], never, T> {
    return new Batch(this.backend, this.toText, true)
  }

  /**
   * Optimistic locking: reads keys, then changes them only if nobody else has changed them in between.
   * @param look reads through the connection it is given, and returns the result of that connection's `multi()...exec()`
   * @param options `retries`: how often to call `look` again if a key has changed. Default: 0
   * @returns what `look` returned; null if a key had changed every time
   */
  async watch<R>(
    keys: Key | readonly Key[],
    look: (redis: Watching<T>) => Promise<R>,
    options: { retries?: number | undefined } = {},
  ): Promise<R | null> {
    if (!this.capabilities.watch) throw unsupported('WATCH', 'use a script instead')
    const connection = await this.backend.connect()
    const redis = new Redis(connection, this.toText)
    try {
      for (let left = options.retries ?? 0; ; left--) {
        await redis.run(['WATCH', ...listOf(keys)], word)
        const result = await look(redis)
        if (result !== null || left <= 0) return result
      }
    } finally {
      await connection.close()
    }
  }

  /** Subscribes to channels. Resolves once the subscription is confirmed. */
  subscribe(channels: string | readonly string[], options: SubscribeOptions = {}): Promise<Subscription<T>> {
    return Subscription.open(this.backend, 'channels', channels, this.toText, options)
  }

  /** Subscribes to all channels that match a pattern. */
  psubscribe(patterns: string | readonly string[], options: SubscribeOptions = {}): Promise<Subscription<T>> {
    return Subscription.open(this.backend, 'patterns', patterns, this.toText, options)
  }

  /** Subscribes to shard channels. */
  ssubscribe(channels: string | readonly string[], options: SubscribeOptions = {}): Promise<Subscription<T>> {
    return Subscription.open(this.backend, 'shards', channels, this.toText, options)
  }

  /** Iterates over all keys. A key that exists the whole time is returned at least once. */
  async *scanIterator(options: ScanOptions & { type?: Exclude<KeyType, 'none'> | undefined } = {}): AsyncGenerator<T, void, undefined> {
    for (const node of (await this.backend.nodes?.()) ?? [this.backend]) {
      const redis = node === this.backend ? this : new Redis(node, this.toText)
      yield* walk((cursor) => redis.scan(cursor, options), asTheyAre)
    }
  }

  /** Iterates over the fields and values of a hash, with `noValues` over its fields (Redis 7.4). */
  hscanIterator(key: Key, options: HscanOptions & { noValues: true }): AsyncGenerator<T, void, undefined>
  hscanIterator(key: Key, options?: HscanOptions & { noValues?: false | undefined }): AsyncGenerator<[field: T, value: T], void, undefined>
  hscanIterator(key: Key, options: HscanOptions = {}): AsyncGenerator<T | [field: T, value: T], void, undefined> {
    return walk<T, T | [T, T]>((cursor) => this.hscan(key, cursor, options), options.noValues ? asTheyAre : twoByTwo)
  }

  /** Iterates over the members of a set. */
  sscanIterator(key: Key, options: ScanOptions = {}): AsyncGenerator<T, void, undefined> {
    return walk((cursor) => this.sscan(key, cursor, options), asTheyAre)
  }

  /** Iterates over the members and scores of a sorted set. */
  zscanIterator(key: Key, options: ScanOptions = {}): AsyncGenerator<[member: T, score: number], void, undefined> {
    return walk(
      (cursor) => this.zscan(key, cursor, options),
      (flat) => twoByTwo(flat).map(([member, score]) => [member, readDouble(typeof score === 'string' ? score : fromUint8Array(score))]),
    )
  }

  /** What `console.log` shows in Node, rather than all that the backend holds. */
  [INSPECT](): string {
    return `Redis { ${this.backend.constructor.name} }`
  }

  /** Closes the client. The embedded engine first saves if there are save rules, and releases the storage. */
  close(): Promise<void> {
    return this.backend.close()
  }

  [asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A reply as a result. @throws RedisError if it is an error */
export function finish<T extends Text, R>(reply: Reply, command: string, decode: Decode<T, R>, toText: ToText<T>): R {
  if (reply instanceof ReplyError) throw RedisError.from(reply, command)
  return decode(reply, toText)
}

/** One generator, however many steps: with more of them in between, an error's stack would end before the caller's line. */
async function* walk<T, Item>(
  step: (cursor: string) => Promise<[string, T[]]>,
  itemsOf: (found: T[]) => Item[],
): AsyncGenerator<Item, void, undefined> {
  for (let cursor = '0'; ;) {
    const [next, found] = await step(cursor)
    yield* itemsOf(found)
    if (next === '0') return
    cursor = next
  }
}

const asTheyAre = <T>(found: T[]): T[] => found

function twoByTwo<T>(flat: T[]): [T, T][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]])
}
