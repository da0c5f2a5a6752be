// One connection of node-redis, as the client's backends use one: the user's, or one of the client's own.
import type { Argv } from '../../core/client/backend.ts'
import { connectionClosed, RedisError, unreachable } from '../../core/client/errors.ts'
import { OK, type Reply, type ReplyError } from '../../core/reply.ts'
import { CLOSE_TIMEOUT_MS, type Connection, type Heard, pause, type Server, SUBSCRIBE } from '../connections/connection.ts'
import type { NodeRedisClient } from './client.ts'
import { hear } from './hear.ts'
import { failureOf } from './replies.ts'
import { select, sendAll, sendOne } from './sending.ts'

/** What differs in all connections of the client's own: their commands wait until they are connected, and `socket` has the `url` already. */
const OWN = { url: undefined, disableOfflineQueue: false, clientSideCache: undefined, emitInvalidate: undefined } as const
const DATABASE = /^\d{1,9}$/

export class ClientConnection implements Connection, Server {
  readonly traits: Server['traits'] = { exactIntegers: true, delivery: 'exactly once' }
  readonly #client: NodeRedisClient
  /** Of connections made like it, too. */
  #database: number | undefined
  /** Why it was lost, if it was. */
  #reason: unknown
  /** How often a database was selected. */
  #selections = 0
  /** What was sent before it was connected: how each is answered. */
  readonly #early = new Set<(reply: ReplyError) => void>()

  constructor(client: NodeRedisClient) {
    this.#client = client
    this.#database = client.options?.database
    client.on('error', (error) => {
      this.#reason = error
    })
  }

  get ready(): boolean {
    return this.#client.isReady
  }

  get database(): number {
    return this.#database ?? 0
  }

  send(argv: Argv): Promise<Reply> {
    const reply = isSelect(argv) ? this.#select(Number(argv[1])) : sendOne(this.#client, argv)
    return this.ready ? reply : this.#untilDropped(reply)
  }

  /** What selects a database is told to node-redis afterwards: it selects again, after a reconnection, what its own method has. */
  async sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    const selects = commands.some(isSelect)
    const selection = selects ? ++this.#selections : 0
    const replies = await sendAll(this.#client, commands, atomic)
    const last = selects && replies !== null ? commands.findLast((argv, i) => isSelect(argv) && replies[i] === 'OK') : undefined
    if (last !== undefined && selection === this.#selections) await this.#select(Number(last[1]))
    return replies
  }

  async open(): Promise<Connection> {
    return openLike(this.#client, this.#database)
  }

  watch(): Promise<ClientConnection> {
    return watchLike(this.#client, this.#database)
  }

  listen(heard: Heard): Promise<Connection> {
    return openLike(this.#client, this.#database).hear(heard)
  }

  /** @throws RedisError if what is listened to is not confirmed: then the connection has ended */
  async hear(heard: Heard): Promise<this> {
    // When the slot of a shard's channel has moved.
    this.#client.on('sharded-channel-moved', () => this.drop())
    try {
      await hear(this.#client, heard)
    } catch (error) {
      this.drop()
      throw RedisError.from(failureOf(this.#reason ?? error), SUBSCRIBE[heard.topic])
    }
    return this
  }

  onEnd(listener: (reason: ReplyError) => void): void {
    let over = false
    // One that gives up says so by an error, when it is closed already; the end is said only of one that was closed.
    const end = (): void => {
      if (over || this.#client.isOpen) return
      over = true
      listener(unreachable(this.#reason ?? connectionClosed()))
    }
    this.#client.on('error', end)
    this.#client.on('end', end)
  }

  /**
   * While it connects node-redis 5 could not be stopped: it would have a connection in the end that nobody can close. So that ends
   * later, and if the server does not answer, never; but nobody waits for it.
   */
  drop(): void {
    const destroy = (): void => {
      if (this.#client.isOpen) this.#client.destroy()
    }
    if (this.#client.isReady) return destroy()
    this.#client.on('ready', destroy)
    this.#client.on('error', destroy)
    for (const resolve of this.#early) resolve(unreachable(this.#reason ?? connectionClosed()))
  }

  /** Its own `close` would wait for ever for a server that does not answer. */
  async close(): Promise<void> {
    if (this.ready) await Promise.race([sendOne(this.#client, ['PING']), pause(CLOSE_TIMEOUT_MS)])
    this.drop()
  }

  #untilDropped(reply: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve) => {
      this.#early.add(resolve)
      void reply.then(resolve).then(() => this.#early.delete(resolve))
    })
  }

  async #select(database: number): Promise<Reply> {
    this.#selections++
    const reply = await select(this.#client, database)
    if (reply === OK) this.#database = database
    return reply
  }
}

const isSelect = ([name, database]: Argv): boolean => name === 'SELECT' && DATABASE.test(database)

/** A connection like another, for what waits: it comes back when it is lost. @param database that the other has selected */
export function openLike(client: NodeRedisClient, database = client.options?.database): ClientConnection {
  const own = client.duplicate({ ...OWN, database, socket: { ...client.options?.socket, socketTimeout: undefined } })
  const connection = new ClientConnection(own)
  own.connect().catch(() => {}) // it comes back as the failure of a command
  return connection
}

/** A connection like another that ends when it is lost: after a reconnection EXEC would run unguarded. @throws RedisError */
export async function watchLike(client: NodeRedisClient, database = client.options?.database): Promise<ClientConnection> {
  const own = client.duplicate({ ...OWN, database, socket: { ...client.options?.socket, reconnectStrategy: false } })
  const connection = new ClientConnection(own)
  await own.connect().catch((error: unknown) => {
    throw RedisError.from(failureOf(error), 'WATCH')
  })
  return connection
}
