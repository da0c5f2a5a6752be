// An ioredis `Redis`: a single server, or one master of a cluster.
import type { Argv } from '../../core/client/backend.ts'
import type { RedisError } from '../../core/client/errors.ts'
import type { Reply } from '../../core/reply.ts'
import type { Master, Purpose, Server } from '../connections/connection.ts'
import { systemClock } from '../host.ts'
import type { IoredisSingle, NodeOverrides } from './client.ts'
import { OWN, PATIENT, SenderOfConnection } from './connection.ts'
import { failureOf } from './replies.ts'
import { hasStringNumbers, Sender } from './sender.ts'

/** With the connection WATCH is lost: after a reconnection EXEC would run unguarded. */
const WATCHING = { retryStrategy: null, autoResendUnfulfilledCommands: false } as const

export class SingleServer extends SenderOfConnection<IoredisSingle> implements Server {
  readonly traits: Server['traits'] = { exactIntegers: hasStringNumbers(this.connection), delivery: 'at least once' }
  /** Calls that will be sent together. */
  #collected: { argv: Argv; resolve: (reply: Reply) => void }[] = []

  override send(argv: Argv): Promise<Reply> {
    return this.connection.options.enableAutoPipelining ? this.#collect(argv) : super.send(argv)
  }

  async open(purpose: Purpose): Promise<SingleServer> {
    if (purpose !== 'watch') return new SingleServer(duplicate(this.connection, purpose === 'wait' ? PATIENT : {})).own()
    const server = new SingleServer(duplicate(this.connection, WATCHING)).own()
    await server.connect()
    return server
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
    const replies = await this.sendAll(lines, false).catch((error: RedisError) => lines.map(() => failureOf(error.cause)))
    for (const [i, { resolve }] of collected.entries()) resolve(replies![i])
  }
}

export class ClusterMaster extends Sender<IoredisSingle> implements Master {
  readonly #keyPrefix: string | undefined

  constructor(connection: IoredisSingle, keyPrefix: string | undefined) {
    super(connection, keyPrefix)
    this.#keyPrefix = keyPrefix
  }

  get address(): string {
    return addressOf(this.connection)
  }

  /** What is listened to has its prefix already. */
  async open(purpose: 'listen' | 'watch'): Promise<SenderOfConnection<IoredisSingle>> {
    const connection = duplicate(this.connection, purpose === 'listen' ? { ...WATCHING, keyPrefix: '' } : WATCHING)
    const opened = new SenderOfConnection(connection, this.#keyPrefix).own()
    // When the slot has moved; ioredis 5 only finds such a message strange.
    for (const event of ['moved', 'error']) connection.on(event, () => opened.drop())
    await opened.connect()
    return opened
  }
}

export const addressOf = ({ options }: IoredisSingle): string => `${options.host}:${options.port}`

function duplicate(client: IoredisSingle, overrides: NodeOverrides): IoredisSingle {
  return client.duplicate({ db: client.condition?.select ?? client.options.db ?? 0, ...OWN, ...overrides })
}
