// An ioredis `Redis`: a single server, or one master of a cluster.
import type { Argv } from '../../core/client/backend.ts'
import type { RedisError } from '../../core/client/errors.ts'
import type { Reply } from '../../core/reply.ts'
import type { Connection, Heard, Master, Server } from '../connections/connection.ts'
import { systemClock } from '../host.ts'
import type { IoredisSingle, NodeOverrides } from './client.ts'
import { answerWhatIsLost, OWN, PATIENT, SenderOfConnection } from './connection.ts'
import { failureOf } from './replies.ts'
import { hasStringNumbers, Sender } from './sender.ts'

/** With the connection WATCH is lost: after a reconnection EXEC would run unguarded. */
const WATCHING = { retryStrategy: null, autoResendUnfulfilledCommands: false } as const

export class SingleServer extends SenderOfConnection<IoredisSingle> implements Server {
  readonly traits: Server['traits'] = {
    exactIntegers: hasStringNumbers(this.connection),
    delivery: this.connection.options.autoResendUnfulfilledCommands === false ? 'exactly once' : 'at least once',
  }
  /** Calls that will be sent together. */
  #collected: { argv: Argv; resolve: (reply: Reply) => void }[] = []

  constructor(connection: IoredisSingle) {
    super(connection)
    if (connection.options.autoResendUnfulfilledCommands === false) answerWhatIsLost(connection)
  }

  get database(): number {
    return databaseOf(this.connection)
  }

  override send(argv: Argv): Promise<Reply> {
    return this.connection.options.enableAutoPipelining ? this.#collect(argv) : super.send(argv)
  }

  async open(): Promise<Connection> {
    return this.#another(PATIENT)
  }

  watch(): Promise<SingleServer> {
    return this.#another(WATCHING).connect()
  }

  listen(heard: Heard): Promise<Connection> {
    return this.#another({}).hear(heard)
  }

  /** Behind what was called before. */
  override sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    void this.#sendCollected()
    return super.sendAll(commands, atomic)
  }

  override close(): Promise<void> {
    void this.#sendCollected()
    return super.close()
  }

  #another(overrides: NodeOverrides): SingleServer {
    return new SingleServer(duplicate(this.connection, overrides)).own()
  }

  /** What ioredis does with `enableAutoPipelining`: calls made in one turn of the event loop go out together. */
  #collect(argv: Argv): Promise<Reply> {
    if (this.#collected.length === 0) systemClock.soon(() => void this.#sendCollected())
    return new Promise((resolve) => this.#collected.push({ argv, resolve }))
  }

  async #sendCollected(): Promise<void> {
    const collected = this.#collected
    if (collected.length === 0) return
    this.#collected = []
    const lines = collected.map(({ argv }) => argv)
    const replies = await super.sendAll(lines, false).catch((error: RedisError) => lines.map(() => failureOf(error.cause)))
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

  watch(): Promise<Connection> {
    return this.#another({}, this.#keyPrefix).connect()
  }

  /** The names have their prefix already. */
  async listen(heard: Heard): Promise<Connection> {
    const another = this.#another({ keyPrefix: '' }, '')
    // When the slot has moved; ioredis 5 only finds such a message strange.
    for (const event of ['moved', 'error']) another.connection.on(event, () => another.drop())
    return (await another.connect()).hear(heard)
  }

  #another(overrides: NodeOverrides, keyPrefix: string | undefined): SenderOfConnection<IoredisSingle> {
    // A SELECT that was refused counts as said to ioredis.
    return new SenderOfConnection(duplicate(this.connection, { db: 0, ...WATCHING, ...overrides }), keyPrefix).own()
  }
}

export const addressOf = ({ options }: IoredisSingle): string => `${options.host}:${options.port}`

const databaseOf = ({ condition, options }: IoredisSingle): number => condition?.select ?? options.db ?? 0

function duplicate(client: IoredisSingle, overrides: NodeOverrides): IoredisSingle {
  return client.duplicate({ db: databaseOf(client), ...OWN, ...overrides })
}
