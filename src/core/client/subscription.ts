// What `subscribe` resolves with: messages as an async iterator. Messages that arrive faster than they are read wait in a
// bounded queue; when it is full the oldest are dropped, and the subscription says how many.
/// <reference lib="esnext.disposable" preserve="true" />
import { type ByteString, decodeUtf8, encodeUtf8 } from '../bytes.ts'
import type { Push } from '../reply.ts'
import { type Backend, reasonOf, type Signal, type Stop, type Topic } from './backend.ts'
import type { Text, ToText } from './decode.ts'
import { asyncDispose, asyncIterator } from '../symbols.ts'
import { RedisError } from './errors.ts'

/** A message that was published. */
export interface Message<T extends Text> {
  /** The channel, always as text. */
  readonly channel: string
  /** Text, or through `redis.bytes` bytes. */
  readonly message: T
  /** With `psubscribe`, the pattern that the channel matches. */
  readonly pattern?: string
}

/** For `subscribe` and its like. */
export interface SubscribeOptions {
  /** How many unread messages are kept, at least 1; when there are more, the oldest are dropped. Default: 10000 */
  limit?: number | undefined
  /** An AbortSignal: it ends the subscription, and reading rejects with its reason. Default: none */
  signal?: Signal | undefined
}

const DEFAULT_LIMIT = 10_000
const COMMANDS: Readonly<Record<Topic, string>> = { channels: 'subscribe', patterns: 'psubscribe', shards: 'ssubscribe' }

/**
 * Messages in the order of their arrival: `for await (const { channel, message } of subscription)`. Leaving the loop ends it, and so
 * do `unsubscribe`, `await using`, a signal, and closing the client. If the connection is lost for good, reading throws a RedisError.
 */
export class Subscription<T extends Text> implements AsyncIterableIterator<Message<T>>, AsyncDisposable {
  /** How many messages were dropped because nobody read them. */
  dropped = 0
  readonly #toText: ToText<T>
  readonly #limit: number
  #queue: Message<T>[] = []
  #readers: { resolve: (result: IteratorResult<Message<T>>) => void; reject: (error: Error) => void }[] = []
  #ended = false
  #error: Error | undefined
  #unsubscribe: Stop = async () => {}
  #ignoreSignal = (): void => {}

  private constructor(toText: ToText<T>, limit: number) {
    this.#toText = toText
    this.#limit = limit
  }

  /** Listens; resolves once the backend has confirmed it. */
  static async open<T extends Text>(
    backend: Backend,
    topic: Topic,
    given: string | readonly string[],
    toText: ToText<T>,
    options: SubscribeOptions,
  ): Promise<Subscription<T>> {
    const names = typeof given === 'string' ? [given] : [...given]
    const command = COMMANDS[topic]
    if (names.length === 0)
      throw new RedisError(`ERR wrong number of arguments for '${command}' command`, { command: command.toUpperCase() })
    const { limit = DEFAULT_LIMIT, signal } = options
    if (!(limit >= 1)) throw new RangeError(`${command}: limit must be at least 1`)
    if (signal?.aborted) throw reasonOf(signal)
    const subscription = new Subscription(toText, limit)
    const begun = backend.subscribe({
      topic,
      names: names.map(encodeUtf8),
      onPush: (push) => subscription.#receive(push),
      onEnd: (error) => subscription.#end(error),
    })
    subscription.#unsubscribe = async () => (await begun)()
    await (signal === undefined ? begun : subscription.#heed(signal, begun))
    return subscription
  }

  [asyncIterator](): this {
    return this
  }

  /** The next message, when there is one. @throws RedisError if the connection is lost for good; the signal's reason */
  next(): Promise<IteratorResult<Message<T>>> {
    const message = this.#queue.shift()
    if (message !== undefined) return Promise.resolve({ done: false, value: message })
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }))
  }

  /** Ends the subscription: what `break` in a `for await` does. */
  async return(): Promise<IteratorResult<Message<T>>> {
    await this.unsubscribe()
    return { done: true, value: undefined }
  }

  /** Ends the subscription and drops unread messages. */
  unsubscribe(): Promise<void> {
    return this.#stop()
  }

  [asyncDispose](): Promise<void> {
    return this.unsubscribe()
  }

  async #stop(reason?: Error): Promise<void> {
    if (this.#ended) return
    this.#queue = []
    this.#end(reason)
    await this.#unsubscribe()
  }

  /** Has a signal end it. Resolves when it has begun. */
  #heed(signal: Signal, begun: Promise<Stop>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        const reason = reasonOf(signal)
        reject(reason)
        this.#stop(reason).catch(() => {}) // it may never begin
      }
      signal.addEventListener('abort', abort)
      this.#ignoreSignal = () => signal.removeEventListener('abort', abort)
      begun.then(resolve, (error: Error) => {
        this.#end(error)
        reject(error)
      })
    })
  }

  #receive({ items }: Push): void {
    const [kind, ...rest] = items as ByteString[]
    if (kind === 'pmessage') this.#deliver({ pattern: decodeUtf8(rest[0]), channel: decodeUtf8(rest[1]), message: this.#toText(rest[2]) })
    else if (kind === 'message' || kind === 'smessage') this.#deliver({ channel: decodeUtf8(rest[0]), message: this.#toText(rest[1]) })
  }

  #deliver(message: Message<T>): void {
    const reader = this.#readers.shift()
    if (reader !== undefined) return reader.resolve({ done: false, value: message })
    if (this.#queue.length >= this.#limit) {
      this.#queue.shift()
      this.dropped++
    }
    this.#queue.push(message)
  }

  #end(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    this.#ignoreSignal()
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (error === undefined) resolve({ done: true, value: undefined })
      else reject(error)
    }
  }
}
