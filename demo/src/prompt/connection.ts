// The prompt's connection: what redis-cli keeps track of on its own, the selected database, an open transaction, the
// protocol, and modes that show what comes until they are ended.
import { type Redis, RedisError } from 'isodis'
import { type ByteString, encodeUtf8 } from '../../../src/core/bytes.ts'
import { Push, type Reply, ReplyError, Status, Verbatim } from '../../../src/core/reply.ts'
import type { Protocol } from './print-reply.ts'

type Backend = Redis['backend']

const TOPICS: Readonly<Record<string, 'channels' | 'patterns' | 'shards'>> = {
  SUBSCRIBE: 'channels',
  PSUBSCRIBE: 'patterns',
  SSUBSCRIBE: 'shards',
}
/** After these the selected database may be another one. */
const SELECTING = new Set(['SELECT', 'EXEC', 'RESET'])

export class Connection {
  readonly #redis: Redis
  #backend: Backend | null = null
  readonly #categories = new Map<string, Promise<ReadonlySet<string>>>()
  db = 0
  inTransaction = false
  protocol: Protocol = 2

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** Whether a command line goes on until it is stopped. With the wrong number of arguments it does not even start. */
  static isEndless(words: readonly ByteString[]): boolean {
    const name = words[0].toUpperCase()
    return name === 'MONITOR' ? words.length === 1 : TOPICS[name] !== undefined && words.length > 1
  }

  /**
   * Runs a command line. An error is a reply too.
   * @param signal ends the waiting of a command that waits
   */
  async run(words: readonly ByteString[], signal: AbortSignal): Promise<Reply> {
    const name = words[0].toUpperCase()
    const waits = !this.inTransaction && (await this.#commands('blocking')).has(name)
    let reply: Reply
    try {
      reply = await this.#send(words, waits ? { blocking: true, signal } : undefined)
    } catch (error) {
      return signal.aborted
        ? new Status('(stopped)')
        : new ReplyError(encodeUtf8(error instanceof RedisError ? error.message : String(error)))
    }
    await this.#follow([name, ...words.slice(1)], reply)
    return reply
  }

  /** The connection ends with the tab that ran the commands. As in redis-cli another takes its place, and selects as before. */
  async #send(words: readonly ByteString[], options: { blocking: true; signal: AbortSignal } | undefined): Promise<Reply> {
    this.#backend ??= await this.#redis.backend.connect()
    try {
      return await this.#backend.call(words, options)
    } catch (error) {
      if (!(error instanceof RedisError) || error.code !== 'CONNECTION') throw error
      const inTransaction = this.inTransaction
      this.inTransaction = false
      this.protocol = 2
      this.#backend = await this.#redis.backend.connect()
      if (this.db !== 0) await this.#backend.call(['SELECT', String(this.db)])
      // What writes may have run.
      if (inTransaction || !(await this.#commands('read')).has(words[0].toUpperCase())) throw error
      return this.#backend.call(words, options)
    }
  }

  /** @returns a function that ends it */
  async listen(words: readonly ByteString[], show: (reply: Reply) => void): Promise<() => Promise<void>> {
    const [name, ...names] = words
    const command = name.toUpperCase()
    const { backend } = this.#redis
    if (command === 'MONITOR') {
      const end = await backend.monitor!(
        (line) => show(new Status(line)),
        () => {},
      )
      show(new Status('OK'))
      return end
    }
    const end = await backend.subscribe({ topic: TOPICS[command], names, onPush: show, onEnd: () => {} })
    names.forEach((each, i) => show(new Push([command.toLowerCase(), each, i + 1])))
    return end
  }

  async #follow([name, ...rest]: readonly ByteString[], reply: Reply): Promise<void> {
    const failed = reply instanceof ReplyError
    if (name === 'MULTI' && !failed) this.inTransaction = true
    // A refused EXEC ends the transaction too.
    if (name === 'EXEC' || name === 'DISCARD' || name === 'RESET') this.inTransaction = false
    if (name === 'HELLO' && !failed && (rest[0] === '2' || rest[0] === '3')) this.protocol = rest[0] === '3' ? 3 : 2
    if (name === 'RESET' && !failed) this.protocol = 2
    if (name === 'QUIT' && !failed) {
      await this.#backend?.close()
      this.#backend = null
      this.db = 0
    } else if (SELECTING.has(name) && !failed && !this.inTransaction) await this.#askForDb()
  }

  async #askForDb(): Promise<void> {
    const info = await this.#backend!.call(['CLIENT', 'INFO'])
    if (info instanceof Verbatim) this.db = Number(/ db=(\d+)/.exec(info.text)?.[1] ?? 0)
  }

  #commands(aclcat: 'blocking' | 'read'): Promise<ReadonlySet<string>> {
    const found =
      this.#categories.get(aclcat) ?? this.#redis.commandList({ aclcat }).then((names) => new Set(names.map((name) => name.toUpperCase())))
    this.#categories.set(aclcat, found)
    return found
  }
}
