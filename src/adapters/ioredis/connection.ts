// A connection of ioredis, as the client's backends use one.
import { connectionClosed, RedisError, unreachable } from '../../core/client/errors.ts'
import type { ReplyError } from '../../core/reply.ts'
import { CLOSE_TIMEOUT_MS, type Connection, type Heard, SUBSCRIBE, wordOf } from '../connections/connection.ts'
import type { Connection as IoredisConnection } from './client.ts'
import { hear, METHODS } from './hear.ts'
import { failureOf } from './replies.ts'
import { Sender } from './sender.ts'

/** What all connections of the client's own have: their commands wait until they are connected. */
export const OWN = { lazyConnect: true, enableOfflineQueue: true, enableAutoPipelining: false } as const
/** A command that waits has a time of its own. */
export const PATIENT = { commandTimeout: undefined, socketTimeout: undefined } as const

export class SenderOfConnection<C extends IoredisConnection> extends Sender<C> implements Connection {
  /** Why it was lost, if it was. */
  #reason: unknown

  get ready(): boolean {
    return this.connection.status === 'ready'
  }

  onEnd(listener: (reason: ReplyError) => void): void {
    this.connection.on('end', () => listener(unreachable(this.#reason ?? connectionClosed())))
  }

  drop(): void {
    drop(this.connection)
  }

  async close(): Promise<void> {
    if (!this.ready) return this.drop()
    const timer = setTimeout(() => this.drop(), CLOSE_TIMEOUT_MS)
    await this.connection.quit().catch(() => this.drop())
    clearTimeout(timer)
  }

  /** What is wrong comes back as the failure of a command. For a connection of the client's own; the user hears of theirs. */
  own(): this {
    this.connection.on('error', (error) => {
      this.#reason = error
    })
    return this
  }

  /** @throws RedisError if what is listened to is not confirmed: then the connection has ended */
  async hear({ topic, names, onPush }: Heard): Promise<this> {
    hear(this.connection, onPush)
    try {
      await Promise.race([this.connection[METHODS[topic]](...names.map(wordOf)), new Promise((_, reject) => this.onEnd(reject))])
    } catch (error) {
      this.drop()
      throw RedisError.from(error instanceof Error ? failureOf(this.#reason ?? error) : (error as ReplyError), SUBSCRIBE[topic])
    }
    return this
  }

  /** @throws RedisError if it cannot be reached */
  async connect(): Promise<this> {
    try {
      await this.connection.connect()
    } catch (error) {
      this.drop()
      throw RedisError.from(failureOf(this.#reason ?? error), 'WATCH')
    }
    return this
  }
}

/** Ends a connection at once. ioredis by itself would leave commands unanswered that wait for a reconnection. */
function drop(connection: IoredisConnection): void {
  connection.disconnect()
  flush(connection, {})
}

/**
 * With `autoResendUnfulfilledCommands: false` ioredis forgets what was under way when it connects again, and leaves it unanswered.
 * What it has not sent yet goes on waiting.
 */
export function answerWhatIsLost(connection: IoredisConnection): void {
  connection.on('close', () => flush(connection, { offlineQueue: false }))
}

/** (It is private to ioredis's types; a Cluster has none.) */
function flush(connection: IoredisConnection, queues: { offlineQueue?: false }): void {
  const { flushQueue } = connection as { flushQueue?: (this: IoredisConnection, error: Error, queues: object) => void }
  flushQueue?.call(connection, connectionClosed(), queues)
}
