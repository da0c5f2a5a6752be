// The owner's side of a guest: runs what guests ask on the embedded client's backend, each guest on connections of its own, and
// sends the answers of one turn together.
import { RedisError } from '../../core/client/errors.ts'
import { RdbError } from '../../core/persistence/rdb/format.ts'
import type { Backend, Listening, Stop } from '../../core/client/backend.ts'
import { type Reply, Status } from '../../core/reply.ts'
import type { EmbeddedRedis } from '../embedded.ts'
import { Channel } from './channels.ts'
import { GuestFiles } from './guest-files.ts'
import { type Answer, type Answers, type Failure, pack, type Request } from './wire.ts'

export class Guest {
  readonly #owner: string
  readonly #channel: Channel<Answers, never>
  readonly #main: Backend
  /** By the id that the guest gave them; 0 is there from the start. */
  readonly #connections = new Map<number, Backend>()
  /** What can be stopped: commands that wait, subscriptions. */
  readonly #lasting = new Map<number, () => void>()
  readonly #files: GuestFiles
  #answers: Answer[] = []
  /** Whether replies have waited for the journal ever since the first of these. */
  #safe: boolean
  #closing = false
  #ended = false

  /** @param backend a connection for this guest alone @param welcome the id of the first answer */
  constructor(owner: string, channelName: string, backend: Backend, redis: EmbeddedRedis, welcome: number) {
    this.#owner = owner
    this.#files = new GuestFiles(redis)
    this.#channel = new Channel(channelName)
    this.#main = backend
    this.#safe = backend.safe === true
    this.#connections.set(0, backend)
    this.#answer({ id: welcome, is: 'welcome' })
  }

  receive(requests: readonly Request[]): void {
    this.#safe = this.#main.safe === true
    for (const request of requests) void this.#run(request)
    this.#flush()
  }

  async #run(request: Request): Promise<void> {
    const { id, op } = request
    const backend = this.#connections.get(request.connection)
    if (op === 'stop') {
      this.#files.stop(id)
      return this.#lasting.get(id)?.()
    }
    if (this.#closing || backend === undefined) return this.#answer({ id, is: 'not run' })
    try {
      switch (op) {
        case 'call': {
          // Without await: a reply that is there at once is sent together with the others of its turn.
          const reply = request.blocking ? this.#wait(id, backend, request.argv) : backend.call(request.argv)
          if (!(reply instanceof Promise)) return this.#reply(id, reply)
          void reply.then(
            (settled) => this.#reply(id, settled),
            (error: unknown) => this.#answer({ id, is: 'failed', ...failure(error) }),
          )
          return
        }
        case 'batch': {
          const replies = await backend.batch(request.commands, request.atomic)
          return this.#answer({ id, is: 'replies', replies: replies && replies.map(pack) })
        }
        case 'script':
          backend.loadScript?.(request)
          return this.#answer({ id, is: 'done' })
        case 'connect':
          this.#connections.set(id, await backend.connect())
          return this.#answer({ id, is: 'done' })
        case 'close':
          this.#connections.delete(request.connection)
          await backend.close()
          return this.#answer({ id, is: 'done' })
        case 'subscribe':
          this.#last(id, await backend.subscribe(this.#listening(id, request)))
          return this.#answer({ id, is: 'done' })
        case 'monitor':
          this.#last(id, await backend.monitor!((line) => this.#push(id, new Status(line)), this.#onEnd(id)))
          return this.#answer({ id, is: 'done' })
        case 'export':
        case 'import':
          this.#files.begin(id, op)
          return this.#answer({ id, is: 'done' })
        case 'pull':
          return this.#answer({ id, is: 'chunk', chunk: await this.#files.pull(request.file) })
        case 'push': {
          const loaded = await this.#files.push(request.file, request.chunk)
          return this.#answer(loaded === null ? { id, is: 'done' } : { id, is: 'loaded', loaded })
        }
      }
    } catch (error) {
      this.#answer({ id, is: 'failed', ...failure(error) })
    }
  }

  /** A command that waits can be stopped: then nobody wants its reply any more. */
  async #wait(id: number, backend: Backend, argv: readonly string[]): Promise<Reply> {
    const abort = new AbortController()
    this.#lasting.set(id, () => abort.abort())
    try {
      return await backend.call(argv, { blocking: true, signal: abort.signal })
    } finally {
      this.#lasting.delete(id)
    }
  }

  #listening(id: number, { topic, names }: Pick<Listening, 'topic' | 'names'>): Listening {
    return { topic, names, onPush: (push) => this.#push(id, push), onEnd: this.#onEnd(id) }
  }

  #last(id: number, stop: Stop): void {
    this.#lasting.set(id, () => {
      this.#lasting.delete(id)
      void stop()
    })
  }

  #onEnd(id: number): (error?: Error) => void {
    return (error) => {
      this.#lasting.delete(id)
      // When the owner ends, the guest subscribes at the next one.
      if (!this.#closing) this.#answer({ id, is: 'ended', error: error?.message ?? null })
    }
  }

  #reply(id: number, reply: Reply): void {
    this.#answer({ id, is: 'reply', reply: pack(reply) })
  }

  #push(id: number, push: Reply): void {
    this.#answer({ id, is: 'push', push: pack(push) })
  }

  #answer(answer: Answer): void {
    this.#answers.push(answer)
    if (this.#answers.length === 1) queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    if (this.#answers.length === 0 || this.#ended) return
    const answers = this.#answers
    this.#answers = []
    this.#channel.send({ owner: this.#owner, answers, safe: this.#safe && this.#main.safe === true })
  }

  /** The owner is about to end: commands that wait have not run, and what comes now does not run. */
  refuse(): void {
    this.#closing = true
    for (const id of this.#lasting.keys()) this.#answer({ id, is: 'not run' })
    this.#flush()
  }

  /** The guest is gone, or this tab does not own the database any more. */
  end(): void {
    this.#flush()
    this.#closing = this.#ended = true
    for (const stop of this.#lasting.values()) stop()
    this.#files.end()
    for (const backend of this.#connections.values()) void backend.close()
    this.#channel.close()
  }
}

/** An error as the guest can make it again. */
function failure(error: unknown): Failure {
  const cause = error instanceof RedisError && error.cause instanceof RedisError ? error.cause : null
  return {
    message: error instanceof Error ? error.message : String(error),
    cause: cause && { command: cause.command, message: cause.message },
    ...(error instanceof RdbError ? { offset: error.offset } : {}),
  }
}
