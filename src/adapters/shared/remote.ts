// A guest's side: a backend that has its commands run by the owner's tab. What is sent in one turn goes in one message.
// It is bound to one owner; when that is gone, everything that is still open is `Lost`.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Backend, CallOptions, Capabilities, Listening, Stop } from '../../core/client/backend.ts'
import type { ScriptTree } from '../../core/client/script.ts'
import { RedisError } from '../../core/client/errors.ts'
import { Push, type Reply, Status } from '../../core/reply.ts'
import type { Export } from '../../core/persistence/export.ts'
import type { Loaded } from '../../core/persistence/load.ts'
import { RdbError } from '../../core/persistence/rdb/format.ts'
import { Channel } from './channels.ts'
import { type Answer, type Failure, type Packed, type Request, type Requests, unpack } from './wire.ts'

/** The owner is gone before it has answered. */
export class Lost extends RedisError {
  /** Whether it is certain that the command has not run. */
  readonly notRun: boolean
  constructor(notRun: boolean) {
    super(`CONNECTION The tab that ran the commands is gone${notRun ? '' : ', and whether this one has run is not known'}`)
    this.notRun = notRun
  }
}

interface Open {
  answered(answer: Answer): void
  lost(error: Lost): void
}

/** What can be asked, without what the connection adds. */
type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'id' | 'connection'> : never) : never

export class Remote {
  readonly first: number
  readonly capabilities: Capabilities
  readonly #tab: string
  readonly #channel: Channel<Requests, never>
  readonly #onAsk: () => void
  readonly #open = new Map<number, Open>()
  /** The scripts that the owner has been sent. */
  readonly scripts = new Set<string>()
  /** Whether a crash of the owner cannot undo what it has answered last. */
  safe = false
  #requests: Request[] = []
  #lastId: number
  #lost: Lost | null = null

  /** @param first what it asks has ids above @param onAsk called when somebody begins to wait for the owner */
  constructor(channelName: string, tab: string, first: number, capabilities: Capabilities, onAsk: () => void) {
    this.first = this.#lastId = first
    this.#onAsk = onAsk
    this.#tab = tab
    this.#channel = new Channel(channelName)
    this.capabilities = capabilities
  }

  /** Whether anybody waits for the owner. */
  get busy(): boolean {
    return this.#open.size > 0
  }

  get main(): Backend {
    return new RemoteBackend(this, 0)
  }

  receive(answers: readonly Answer[], safe: boolean): void {
    this.safe = safe
    for (const answer of answers) this.#open.get(answer.id)?.answered(answer)
  }

  /** The owner is gone. */
  lose(): void {
    this.#lost = new Lost(false)
    const unsent = new Set(this.#requests.map(({ id }) => id))
    for (const [id, each] of this.#open) each.lost(unsent.has(id) ? new Lost(true) : this.#lost)
    this.#open.clear()
    this.#channel.close()
  }

  /** The owner's data, as `EmbeddedRedis.exportRdb` gives it. */
  exportRdb(): Export {
    const begun = this.ask(0, { op: 'export' })
    // `next` throws it.
    begun.catch(() => {})
    return {
      next: async () => {
        const { id } = await begun
        return ((await this.ask(0, { op: 'pull', file: id })) as { chunk: Uint8Array | null }).chunk
      },
      cancel: () => void begun.then(({ id }) => this.#send({ id, connection: 0, op: 'stop' })).catch(() => {}),
    }
  }

  /** @throws RdbError, what the chunks throw: then nothing has changed */
  async importRdb(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Loaded> {
    const { id } = await this.ask(0, { op: 'import' })
    try {
      for await (const chunk of chunks) await this.ask(0, { op: 'push', file: id, chunk })
      const answer = await this.ask(0, { op: 'push', file: id, chunk: null })
      return (answer as { loaded: Loaded }).loaded
    } catch (error) {
      this.#send({ id, connection: 0, op: 'stop' })
      throw error
    }
  }

  /** Asks something that has one answer. */
  ask(connection: number, asked: Asked, signal?: CallOptions['signal']): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      let id = 0
      const aborted = (): void => {
        this.#open.delete(id)
        this.#send({ id, connection, op: 'stop' })
        reject(signal!.reason)
      }
      const ended = (): void => {
        this.#open.delete(id)
        signal?.removeEventListener('abort', aborted)
      }
      id = this.#begin(connection, asked, {
        answered: (answer) => {
          ended()
          if (answer.is === 'not run') reject(new Lost(true))
          else if (answer.is === 'failed') reject(errorOf(answer))
          else resolve(answer)
        },
        lost: (error) => {
          ended()
          reject(error)
        },
      })
      signal?.addEventListener('abort', aborted)
    })
  }

  /** Begins something that goes on until it is stopped. @returns a function that stops it */
  last(connection: number, asked: Asked, onPush: (push: Reply) => void, onEnd: (error?: Error) => void): Promise<Stop> {
    return new Promise((resolve, reject) => {
      let id = 0
      id = this.#begin(connection, asked, {
        answered: (answer) => {
          if (answer.is === 'push') return onPush(unpack(answer.push))
          if (answer.is === 'done') return resolve(async () => this.#stop(id, connection))
          this.#open.delete(id)
          if (answer.is === 'ended') onEnd(answer.error === null ? undefined : new RedisError(answer.error))
          else if (answer.is === 'failed') reject(errorOf(answer))
          else {
            // One of them does something: the promise before it has begun, `onEnd` after that.
            const lost = new Lost(true)
            reject(lost)
            onEnd(lost)
          }
        },
        lost: (error) => {
          reject(error)
          onEnd(error)
        },
      })
    })
  }

  #stop(id: number, connection: number): void {
    if (this.#open.delete(id)) this.#send({ id, connection, op: 'stop' })
  }

  #begin(connection: number, asked: Asked, open: Open): number {
    const id = ++this.#lastId
    if (this.#lost !== null) open.lost(new Lost(true))
    else {
      this.#open.set(id, open)
      this.#onAsk()
      this.#send({ ...asked, id, connection } as Request)
    }
    return id
  }

  #send(request: Request): void {
    if (this.#lost !== null) return
    this.#requests.push(request)
    if (this.#requests.length === 1) queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    if (this.#lost !== null) return
    const requests = this.#requests
    this.#requests = []
    this.#channel.send({ tab: this.#tab, requests })
  }
}

/** One connection at the owner. */
class RemoteBackend implements Backend {
  readonly #remote: Remote
  readonly #connection: number

  constructor(remote: Remote, connection: number) {
    this.#remote = remote
    this.#connection = connection
  }

  get capabilities(): Capabilities {
    return this.#remote.capabilities
  }

  get safe(): boolean {
    return this.#remote.safe
  }

  async call(argv: Argv, { blocking = false, signal }: CallOptions = {}): Promise<Reply> {
    const answer = await this.#remote.ask(this.#connection, { op: 'call', argv, blocking }, signal)
    return unpack((answer as { reply: Packed }).reply)
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    const answer = await this.#remote.ask(this.#connection, { op: 'batch', commands, atomic })
    return (answer as { replies: readonly Packed[] | null }).replies?.map(unpack) ?? null
  }

  /** It goes ahead of the command that calls it. */
  loadScript({ sha, body }: ScriptTree): void {
    if (this.#remote.scripts.has(sha)) return
    this.#remote.scripts.add(sha)
    // An owner that cannot take it says so when the script is called.
    this.#remote.ask(this.#connection, { op: 'script', sha, body }).catch(() => this.#remote.scripts.delete(sha))
  }

  async connect(): Promise<Backend> {
    const { id } = await this.#remote.ask(this.#connection, { op: 'connect' })
    return new RemoteBackend(this.#remote, id)
  }

  subscribe({ topic, names, onPush, onEnd }: Listening): Promise<Stop> {
    return this.#remote.last(this.#connection, { op: 'subscribe', topic, names }, (push) => push instanceof Push && onPush(push), onEnd)
  }

  monitor(onLine: (line: ByteString) => void, onEnd: (error?: Error) => void): Promise<Stop> {
    return this.#remote.last(this.#connection, { op: 'monitor' }, (line) => line instanceof Status && onLine(line.text), onEnd)
  }

  async close(): Promise<void> {
    if (this.#connection !== 0) await this.#remote.ask(this.#connection, { op: 'close' }).catch(() => {})
  }
}

function errorOf({ message, cause, offset }: Failure): Error {
  if (offset !== undefined) return Object.assign(new RdbError('', offset), { message })
  return new RedisError(message, {
    command: 'EXEC',
    cause: cause === null ? undefined : new RedisError(cause.message, { command: cause.command }),
  })
}
