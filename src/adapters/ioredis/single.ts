// The client on an ioredis `Redis`: ordinary commands share the connection that the user made.
import type { Argv, Backend, CallOptions, Capabilities, Listening, Stop } from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import { CLOSED, type Reply } from '../../core/reply.ts'
import { systemClock } from '../host.ts'
import type { Connection, IoredisSingle, NodeOverrides } from './client.ts'
import { drop, OwnConnections } from './own-connections.ts'
import { failureOf } from './replies.ts'
import { hasStringNumbers, Sender } from './sender.ts'

/** What all connections of the client's own have: their commands wait until they are connected. */
export const OWN = { lazyConnect: true, enableOfflineQueue: true, enableAutoPipelining: false } as const
/** A command that waits has a time of its own. */
export const PATIENT = { commandTimeout: undefined, socketTimeout: undefined } as const
/** With the connection WATCH is lost: after a reconnection EXEC would run unguarded. */
const WATCHING = { retryStrategy: null, autoResendUnfulfilledCommands: false } as const
/** `quit` lets what was sent before finish, but not for ever. */
const QUIT_TIMEOUT_MS = 2000

export class SingleBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #client: IoredisSingle
  readonly #sender: Sender
  readonly #own: OwnConnections
  #closed = false
  /** Calls that will be sent together. */
  #collected: { argv: Argv; resolve: (reply: Reply) => void }[] = []

  constructor(client: IoredisSingle) {
    this.#client = client
    this.#sender = new Sender(client)
    this.#own = new OwnConnections(client, (patient) => duplicate(client, patient ? PATIENT : {}))
    this.capabilities = {
      watch: true,
      blocking: true,
      subscribe: true,
      databases: true,
      persistence: true,
      multipleSlots: true,
      exactIntegers: hasStringNumbers(client),
      delivery: 'at least once',
    }
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    if (options?.blocking) return this.#own.wait(argv, options.signal).then((reply) => (this.#closed && isLost(reply) ? CLOSED : reply))
    return this.#client.options.enableAutoPipelining ? this.#collect(argv) : this.#sender.send(argv)
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    return this.#sender.sendAll(commands, atomic)
  }

  async connect(): Promise<Backend> {
    if (this.#closed) throw RedisError.from(CLOSED, 'WATCH')
    return new SingleBackend(await connectLike(this.#client))
  }

  async subscribe(listening: Listening): Promise<Stop> {
    if (this.#closed) throw RedisError.from(CLOSED, 'SUBSCRIBE')
    return this.#own.listen(listening)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#own.close()
    await quit(this.#client)
  }

  /** What ioredis does with `enableAutoPipelining`: calls made in one turn of the event loop go out together. */
  #collect(argv: Argv): Promise<Reply> {
    if (this.#collected.length === 0) systemClock.soon(() => void this.#sendCollected())
    return new Promise((resolve) => this.#collected.push({ argv, resolve }))
  }

  async #sendCollected(): Promise<void> {
    const collected = this.#collected
    this.#collected = []
    const lines = collected.map(({ argv }) => argv)
    const replies = await this.#sender.sendAll(lines, false).catch((error: RedisError) => lines.map(() => failureOf(error.cause)))
    for (const [i, { resolve }] of collected.entries()) resolve(replies![i])
  }
}

function duplicate(client: IoredisSingle, overrides: NodeOverrides): IoredisSingle {
  return client.duplicate({ db: client.condition?.select ?? client.options.db ?? 0, ...OWN, ...overrides })
}

/** A connection like another that ends when it is lost, such as for WATCH. @throws RedisError if it cannot be reached */
export async function connectLike(client: IoredisSingle, overrides: NodeOverrides = {}): Promise<IoredisSingle> {
  const connection = duplicate(client, { ...WATCHING, ...overrides })
  let reason: unknown
  connection.on('error', (error) => {
    reason = error
  })
  try {
    await connection.connect()
  } catch (error) {
    drop(connection)
    throw RedisError.from(failureOf(reason ?? error), 'WATCH')
  }
  return connection
}

/** Ends a connection, once what was sent before is answered. */
export async function quit(connection: Connection): Promise<void> {
  if (connection.status !== 'ready') return drop(connection)
  const timer = setTimeout(() => drop(connection), QUIT_TIMEOUT_MS)
  await connection.quit().catch(() => drop(connection))
  clearTimeout(timer)
}
