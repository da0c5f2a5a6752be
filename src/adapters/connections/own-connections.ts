// Connections besides the user's own: one for each command that waits, kept for the next one, and one for each
// subscription. They end with the client that they were made like, and then nobody waits for those that are still being made.
import { type Argv, type Listening, reasonOf, type Signal, type Stop } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { CLOSED, type Reply, ReplyError } from '../../core/reply.ts'
import { type Connection, type Lasting, type Nodes, type Server, SUBSCRIBE } from './connection.ts'

/** How many connections for waiting commands are kept once they are free. */
const MAX_IDLE = 8

export class OwnConnections {
  readonly #owner: Server | Nodes
  /** Those that are free, and have the owner's database, which it may change. */
  readonly #idle: Connection[] = []
  #database: number | undefined
  readonly #all = new Set<Lasting>()
  /** Those being made: how each is given up. */
  readonly #opening = new Set<(reason: ReplyError) => void>()
  /** The client is being closed: then subscriptions end without an error. */
  #closing = false

  /** @param owner when it ends, they end too */
  constructor(owner: Server | Nodes) {
    this.#owner = owner
    owner.onEnd((reason) => this.#drop(reason))
  }

  /** Runs a command that may wait. When the signal says so its connection is dropped, and with it the waiting. */
  async wait(argv: Argv, signal: Signal | undefined): Promise<Reply> {
    if (signal?.aborted) throw reasonOf(signal)
    if (this.#database !== this.#owner.database) this.#changeDatabase()
    const connection = this.#idle.pop() ?? (await this.#make(argv[0], signal))
    const abort = (): void => connection.drop()
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
    const database = this.#database
    const reply = await connection.send(argv)
    signal?.removeEventListener('abort', abort)
    // What came with the signal is taken from its key: it is given.
    if (signal?.aborted && reply instanceof ReplyError) throw reasonOf(signal)
    this.#free(connection, database)
    return reply
  }

  /** See Backend.subscribe. */
  async listen(server: Server, listening: Listening): Promise<Stop> {
    const command = SUBSCRIBE[listening.topic]
    const ear = await this.#keep(command, server.listen(listening), (reason) =>
      listening.onEnd(this.#closing ? undefined : RedisError.from(reason, command)),
    )
    return async () => ear.drop()
  }

  /**
   * Waits for a connection that is being made.
   * @param command what it is for
   * @param use is called as soon as it is there
   * @throws RedisError if the others end before; the connection, once it is there, does too
   */
  made<T extends Pick<Lasting, 'drop'>>(command: string, opening: Promise<T>, use: (one: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      let isGivenUp = false
      const giveUp = (reason: ReplyError): void => {
        isGivenUp = true
        reject(RedisError.from(reason, command))
      }
      const opened = (one: T): void => {
        if (isGivenUp) return one.drop()
        use(one)
        resolve(one)
      }
      this.#opening.add(giveUp)
      void opening.then(opened, reject).then(() => this.#opening.delete(giveUp))
    })
  }

  /** Ends them: what still waits gets an error, subscriptions end. */
  close(): void {
    this.#closing = true
    this.#drop(CLOSED)
  }

  #drop(reason: ReplyError): void {
    this.#idle.length = 0
    for (const giveUp of this.#opening) giveUp(reason)
    for (const connection of this.#all) connection.drop()
  }

  #keep<T extends Lasting>(command: string, opening: Promise<T>, onEnd: (reason: ReplyError) => void): Promise<T> {
    return this.made(command, opening, (one) => {
      this.#all.add(one)
      one.onEnd((reason) => {
        this.#all.delete(one)
        onEnd(reason)
      })
    })
  }

  /** @throws the signal's reason; then the next command gets what is made */
  #make(command: string, signal: Signal | undefined): Promise<Connection> {
    const opening = this.#owner.open()
    const kept = this.#keep(command, opening, async () => {
      const at = this.#idle.indexOf(await opening)
      if (at >= 0) this.#idle.splice(at, 1)
    })
    const database = this.#database
    return untilAborted(() => kept, signal).catch((error: unknown) => {
      kept.then((connection) => this.#free(connection, database)).catch(() => {}) // nobody waits for it any more
      throw error
    })
  }

  #changeDatabase(): void {
    this.#database = this.#owner.database
    for (const connection of this.#idle.splice(0)) connection.drop()
  }

  #free(connection: Connection, database: number | undefined): void {
    if (connection.ready && database === this.#owner.database && this.#idle.length < MAX_IDLE) this.#idle.push(connection)
    else connection.drop()
  }
}

/** What `run` gives, unless the signal comes first. The command goes on even then: it shares its connection with others. */
export async function untilAborted<T>(run: () => Promise<T>, signal: Signal | undefined): Promise<T> {
  if (signal === undefined) return run()
  if (signal.aborted) throw reasonOf(signal)
  let abort = (): void => {}
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(reasonOf(signal))))
  signal.addEventListener('abort', abort)
  return Promise.race([run(), aborted]).finally(() => signal.removeEventListener('abort', abort))
}
