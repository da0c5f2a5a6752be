// The client on a single server: ordinary commands share the connection that the user made.
import {
  type Argv,
  type Backend,
  type CallOptions,
  type Capabilities,
  type Listening,
  ONE_SERVER,
  type Stop,
} from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import { tellsOfWrites } from '../../core/client/waits.ts'
import { CLOSED, type Reply } from '../../core/reply.ts'
import { type Server, SUBSCRIBE } from './connection.ts'
import { goesAlone, inParts } from './in-parts.ts'
import { OwnConnections, untilAborted } from './own-connections.ts'

export class SingleBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #server: Server
  readonly #own: OwnConnections
  readonly #onClose: () => void
  /** Those under WATCH. */
  readonly #watching = new Set<SingleBackend>()
  #closed = false

  constructor(server: Server, onClose = () => {}) {
    this.#server = server
    this.#onClose = onClose
    this.#own = new OwnConnections(server)
    this.capabilities = { ...ONE_SERVER, ...server.traits }
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    if (tellsOfWrites(argv)) return untilAborted(() => this.#server.send(argv), options?.signal)
    if (options?.blocking) return this.#own.wait(argv, options.signal).then((reply) => (this.#closed && isLost(reply) ? CLOSED : reply))
    return this.#server.send(argv)
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    if (!atomic && commands.some(goesAlone)) return inParts(this, commands)
    return this.#server.sendAll(commands, atomic)
  }

  async connect(): Promise<Backend> {
    if (this.#closed) throw RedisError.from(CLOSED, 'WATCH')
    let watching: SingleBackend
    await this.#own.made('WATCH', this.#server.watch(), (server) => {
      watching = new SingleBackend(server, () => this.#watching.delete(watching))
      this.#watching.add(watching)
    })
    return watching!
  }

  async subscribe(listening: Listening): Promise<Stop> {
    if (this.#closed) throw RedisError.from(CLOSED, SUBSCRIBE[listening.topic])
    return this.#own.listen(this.#server, listening)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#onClose()
    const watching = [...this.#watching].map((each) => each.close())
    this.#own.close()
    await Promise.all([...watching, this.#server.close()])
  }
}
