// A server that is reached through connections which node-redis lends, one for each use: those of a pool, or to the master
// that Sentinels name.
import type { Argv } from '../../core/client/backend.ts'
import { RedisError, unsupported } from '../../core/client/errors.ts'
import { tellsOfWrites } from '../../core/client/waits.ts'
import type { Reply } from '../../core/reply.ts'
import { CLOSE_TIMEOUT_MS, type Connection, type Heard, type Lasting, pause, type Server } from '../connections/connection.ts'
import { EXECUTE, type NodeRedisClient, type NodeRedisPool, type NodeRedisSentinel } from './client.ts'
import { openLike, watchLike } from './connection.ts'
import { hear } from './hear.ts'
import { failureOf, replyOf } from './replies.ts'
import { sendAll, sendRaw } from './sending.ts'

abstract class LentServer implements Server {
  abstract readonly traits: Server['traits']
  protected abstract lend<T>(use: (client: NodeRedisClient) => Promise<T>): Promise<T>
  protected abstract readonly owner: { close(): Promise<unknown>; destroy(): unknown }

  async send(argv: Argv): Promise<Reply> {
    refuseSelect(argv)
    if (tellsOfWrites(argv)) throw unsupported(argv[0], 'there are several connections: put it into the pipeline with what it waits for')
    return this.lend((client) => sendRaw(client, argv)).then((value) => replyOf(argv, value), failureOf)
  }

  async sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    for (const argv of commands) refuseSelect(argv)
    return this.#lend(commands[0][0], (client) => sendAll(client, commands, atomic))
  }

  open(): Promise<Connection> {
    return this.#lend('CONNECT', async (client) => openLike(client))
  }

  watch(): Promise<Server & Lasting> {
    return this.#lend('WATCH', (client) => watchLike(client))
  }

  listen(heard: Heard): Promise<Lasting> {
    return this.#lend('SUBSCRIBE', (client) => openLike(client).hear(heard))
  }

  /** Neither tells. */
  onEnd(): void {}

  async close(): Promise<void> {
    const closed = this.owner.close().catch(() => {}) // some of its connections are closed already
    // What is destroyed may never be closed.
    if (await Promise.race([closed, pause(CLOSE_TIMEOUT_MS).then(() => true)])) this.owner.destroy()
  }

  #lend<T>(command: string, use: (client: NodeRedisClient) => Promise<T>): Promise<T> {
    return this.lend(use).catch((error: unknown) => {
      throw error instanceof RedisError ? error : RedisError.from(failureOf(error), command)
    })
  }
}

export class Pool extends LentServer {
  readonly traits = { exactIntegers: true, delivery: 'exactly once' } as const
  protected readonly owner: NodeRedisPool

  constructor(pool: NodeRedisPool) {
    super()
    this.owner = pool
  }

  protected lend<T>(use: (client: NodeRedisClient) => Promise<T>): Promise<T> {
    return this.owner.execute(use) as Promise<T>
  }
}

export class Sentinel extends LentServer {
  /** What is under way when the master is lost is sent to the next one. */
  readonly traits = { exactIntegers: true, delivery: 'at least once' } as const
  protected readonly owner: NodeRedisSentinel

  constructor(sentinel: NodeRedisSentinel) {
    super()
    this.owner = sentinel
  }

  protected lend<T>(use: (client: NodeRedisClient) => Promise<T>): Promise<T> {
    return this.owner[EXECUTE](false, use)
  }

  /** On node-redis's own connection, which follows the master. */
  override async listen(heard: Heard): Promise<Lasting> {
    const unhear = await hear(this.owner, heard).catch((error: unknown) => {
      throw RedisError.from(failureOf(error), 'SUBSCRIBE')
    })
    return new SentinelEar(unhear)
  }
}

/** It ends only when it is told to. */
class SentinelEar implements Lasting {
  readonly #unhear: () => Promise<unknown>

  constructor(unhear: () => Promise<unknown>) {
    this.#unhear = unhear
  }

  onEnd(): void {}

  drop(): void {
    this.#unhear().catch(() => {}) // the connection is gone, and with it the subscription
  }
}

/** It would be another connection's for the next command. */
function refuseSelect(argv: Argv): void {
  if (argv[0] === 'SELECT') throw unsupported('SELECT', 'there are several connections: say `database` in the options of the client')
}
