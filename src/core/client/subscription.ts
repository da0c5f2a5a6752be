// What `subscribe` resolves with: messages as an async iterator. Messages that arrive faster than they are read wait in a
// bounded queue; when it is full the oldest are dropped, and the subscription says how many.
/// <reference lib="esnext.disposable" preserve="true" />
import { type ByteString, decodeUtf8, encodeUtf8 } from '../bytes.ts'
import type { Push } from '../reply.ts'
import type { Backend, Topic } from './backend.ts'
import type { Text, ToText } from './decode.ts'
import { asyncDispose } from './dispose.ts'
import { RedisError } from './errors.ts'

export interface Message<T extends Text> {
  readonly channel: string
  readonly message: T
  /** With `psubscribe`, the pattern that the channel matches. */
  readonly pattern?: string
}

export interface SubscribeOptions {
  /** How many unread messages are kept. Default: 10000 */
  limit?: number | undefined
}

const DEFAULT_LIMIT = 10_000
const COMMANDS: Readonly<Record<Topic, string>> = { channels: 'subscribe', patterns: 'psubscribe', shards: 'ssubscribe' }

export class Subscription<T extends Text> implements AsyncIterableIterator<Message<T>>, AsyncDisposable {
  /** How many messages were dropped because nobody read them. */
  dropped = 0
  readonly #toText: ToText<T>
  readonly #limit: number
  #queue: Message<T>[] = []
  #readers: { resolve: (result: IteratorResult<Message<T>>) => void; reject: (error: Error) => void }[] = []
  #ended = false
  #error: Error | undefined
  #unsubscribe: () => Promise<void> = async () => {}

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
    const subscription = new Subscription(toText, options.limit ?? DEFAULT_LIMIT)
    subscription.#unsubscribe = await backend.subscribe({
      topic,
      names: names.map(encodeUtf8),
      onPush: (push) => subscription.#receive(push),
      onEnd: (error) => subscription.#end(error),
    })
    return subscription
  }

  [Symbol.asyncIterator](): this {
    return this
  }

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
  async unsubscribe(): Promise<void> {
    if (this.#ended) return
    this.#queue = []
    this.#end()
    await this.#unsubscribe()
  }

  [asyncDispose](): Promise<void> {
    return this.unsubscribe()
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
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (error === undefined) resolve({ done: true, value: undefined })
      else reject(error)
    }
  }
}
