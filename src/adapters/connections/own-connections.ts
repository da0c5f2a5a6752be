// Connections besides the user's own: one for each command that waits, kept for the next one, and one for each
// subscription. They end with the client that they were made like.
import { type Argv, type Listening, reasonOf, type Signal, type Stop } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { type Connection, type Lasting, type Nodes, type Server, SUBSCRIBE } from './connection.ts'

/** How many connections for waiting commands are kept once they are free. */
const MAX_IDLE = 8

export class OwnConnections {
  readonly #owner: Server | Nodes
  readonly #idle: Connection[] = []
  readonly #all = new Set<Lasting>()
  /** The client is being closed: then subscriptions end without an error. */
  #closing = false
  /** How often they were all ended. */
  #drops = 0

  /** @param owner when it ends, they end too */
  constructor(owner: Server | Nodes) {
    this.#owner = owner
    owner.onEnd(() => this.#drop())
  }

  /** Runs a command that may wait. When the signal says so its connection is dropped, and with it the waiting. */
  async wait(argv: Argv, signal: Signal | undefined): Promise<Reply> {
    if (signal?.aborted) throw reasonOf(signal)
    const connection = this.#idle.pop() ?? (await this.#make())
    const abort = (): void => connection.drop()
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
    const reply = await connection.send(argv)
    signal?.removeEventListener('abort', abort)
    // What came with the signal is taken from its key: it is given.
    if (signal?.aborted && reply instanceof ReplyError) throw reasonOf(signal)
    if (connection.ready && this.#idle.length < MAX_IDLE) this.#idle.push(connection)
    else connection.drop()
    return reply
  }

  /** See Backend.subscribe. */
  async listen(server: Server, listening: Listening): Promise<Stop> {
    const ear = await this.#keep(server.listen(listening), (reason) =>
      listening.onEnd(this.#closing ? undefined : RedisError.from(reason, SUBSCRIBE[listening.topic])),
    )
    return async () => ear.drop()
  }

  /** Ends them: what still waits gets an error, subscriptions end. */
  close(): void {
    this.#closing = true
    this.#drop()
  }

  #drop(): void {
    this.#drops++
    this.#idle.length = 0
    for (const connection of this.#all) connection.drop()
  }

  #make(): Promise<Connection> {
    const opening = this.#owner.open()
    return this.#keep(opening, async () => {
      const at = this.#idle.indexOf(await opening)
      if (at >= 0) this.#idle.splice(at, 1)
    })
  }

  async #keep<T extends Lasting>(opening: Promise<T>, onEnd: (reason: ReplyError) => void): Promise<T> {
    const drops = this.#drops
    const one = await opening
    this.#all.add(one)
    one.onEnd((reason) => {
      this.#all.delete(one)
      onEnd(reason)
    })
    if (drops !== this.#drops) one.drop()
    return one
  }
}

/** A reply, for as long as its caller waits. The command goes on: its connection is not its own. */
export async function untilAborted(send: () => Promise<Reply>, signal: Signal | undefined): Promise<Reply> {
  if (signal === undefined) return send()
  if (signal.aborted) throw reasonOf(signal)
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(reasonOf(signal))))
  signal.addEventListener('abort', abort)
  return Promise.race([send(), aborted]).finally(() => signal.removeEventListener('abort', abort))
}
