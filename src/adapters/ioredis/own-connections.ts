// Connections besides the user's own: one for each command that waits, kept for the next one, and one for each
// subscription. They end with the client that they were made like.
import type { Argv, Listening, Signal, Stop } from '../../core/client/backend.ts'
import { connectionClosed, RedisError } from '../../core/client/errors.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import type { Connection } from './client.ts'
import { hear, METHODS } from './hear.ts'
import { failureOf, wordOf } from './replies.ts'
import { Sender } from './sender.ts'

/** How many connections for waiting commands are kept once they are free. */
const MAX_IDLE = 8

export class OwnConnections {
  readonly #open: (patient: boolean) => Connection
  readonly #idle: Connection[] = []
  readonly #all = new Set<Connection>()
  /** The client is being closed: then subscriptions end without an error. */
  #closing = false

  /**
   * @param owner when it ends, they end too
   * @param open makes a connection that connects when it is used; `patient`: its commands have a time of their own
   */
  constructor(owner: Connection, open: (patient: boolean) => Connection) {
    this.#open = open
    owner.on('end', () => this.#drop())
  }

  /** Runs a command that may wait. When the signal says so its connection is dropped, and with it the waiting. */
  async wait(argv: Argv, signal: Signal | undefined): Promise<Reply> {
    if (signal?.aborted) throw signal.reason
    const connection = this.#idle.pop() ?? this.#make(true)
    const abort = (): void => drop(connection)
    signal?.addEventListener('abort', abort)
    const reply = await new Sender(connection).send(argv)
    signal?.removeEventListener('abort', abort)
    // What came with the signal is taken from its key: it is given.
    if (signal?.aborted && reply instanceof ReplyError) throw signal.reason
    if (connection.status === 'ready' && this.#idle.length < MAX_IDLE) this.#idle.push(connection)
    else drop(connection)
    return reply
  }

  /** See Backend.subscribe. */
  async listen({ topic, names, onPush, onEnd }: Listening): Promise<Stop> {
    const connection = this.#make(false)
    hear(connection, onPush)
    let reason: unknown
    connection.on('error', (error) => {
      reason = error
    })
    const failed = (error: unknown): RedisError => RedisError.from(failureOf(reason ?? error), METHODS[topic].toUpperCase())
    try {
      await connection[METHODS[topic]](...names.map(wordOf))
    } catch (error) {
      drop(connection)
      throw failed(error)
    }
    connection.on('end', () => onEnd(this.#closing ? undefined : failed(connectionClosed())))
    return async () => drop(connection)
  }

  /** Ends them: what still waits gets an error, subscriptions end. */
  close(): void {
    this.#closing = true
    this.#drop()
  }

  #drop(): void {
    this.#idle.length = 0
    for (const connection of this.#all) drop(connection)
  }

  #make(patient: boolean): Connection {
    const connection = this.#open(patient)
    this.#all.add(connection)
    connection.on('error', () => {}) // it comes back as the failure of a command
    connection.on('end', () => {
      this.#all.delete(connection)
      const at = this.#idle.indexOf(connection)
      if (at >= 0) this.#idle.splice(at, 1)
    })
    return connection
  }
}

/** Ends a connection at once. ioredis by itself would leave commands unanswered that wait for a reconnection. */
export function drop(connection: Connection): void {
  connection.disconnect()
  const { flushQueue } = connection as { flushQueue?: (this: Connection, error: Error) => void }
  flushQueue?.call(connection, connectionClosed())
}
