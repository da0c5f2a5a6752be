// A subscription in a cluster: a connection of its own to a master, for shards to the one that has their slot. When that
// goes away or the slot moves, another is looked for as long as the user's client tries to reach the cluster. (ioredis's own
// subscriber does not see that a cluster is gone unless commands are sent as well, and listens in silence.)
import type { ByteString } from '../../core/bytes.ts'
import type { Listening, Topic } from '../../core/client/backend.ts'
import { connectionClosed, isLost, RedisError } from '../../core/client/errors.ts'
import type { Push } from '../../core/reply.ts'
import type { IoredisSingle } from './client.ts'
import { type ClusterSender, CROSS_SLOT } from './cluster-sender.ts'
import { hear, METHODS } from './hear.ts'
import { drop } from './own-connections.ts'
import { failureOf, wordOf } from './replies.ts'
import { connectLike } from './single.ts'
import { slotOf } from '../../core/client/slots.ts'

/** Between two attempts to listen again. */
const RETRY_MS = 100
/** Until a slot that moves right now has a master again. */
const MAX_ATTEMPTS = 5

export class ClusterSubscription {
  readonly #sender: ClusterSender
  readonly #topic: Topic
  readonly #names: readonly ByteString[]
  readonly #onPush: (push: Push) => void
  readonly #onEnd: (error?: Error) => void
  #connection: IoredisSingle | null = null
  #attempts = 0
  #ended = false

  /** @throws RedisError if shard channels are in several slots */
  constructor(sender: ClusterSender, { topic, names, onPush, onEnd }: Listening) {
    this.#sender = sender
    this.#topic = topic
    this.#names = topic === 'shards' ? sender.keysOf(['SSUBSCRIBE', ...names])! : names
    if (topic === 'shards' && new Set(this.#names.map(slotOf)).size > 1) throw RedisError.from(CROSS_SLOT, 'SSUBSCRIBE')
    this.#onPush = onPush
    this.#onEnd = onEnd
  }

  /** Resolves once the subscription is confirmed. @throws RedisError if no node confirms it */
  async open(): Promise<void> {
    for (let left = MAX_ATTEMPTS; ; left--) {
      try {
        return await this.#listen()
      } catch (error) {
        if (left === 0) throw error
        await this.#alive()
      }
    }
  }

  /** Ends it. @param error is passed on; without one it has ended as it should */
  end(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#connection !== null) drop(this.#connection)
    this.#onEnd(error)
  }

  async #listen(): Promise<void> {
    const node = await this.#master()
    const connection = await connectLike(node, { keyPrefix: '' })
    hear(connection, this.#onPush)
    try {
      await Promise.race([connection[METHODS[this.#topic]](...this.#names.map(wordOf)), lost(connection)])
    } catch (error) {
      drop(connection)
      throw RedisError.from(failureOf(error), METHODS[this.#topic].toUpperCase())
    }
    if (this.#ended) return drop(connection)
    this.#connection = connection
    lost(connection).catch(() => void this.#again())
  }

  async #again(): Promise<void> {
    if (this.#connection !== null) drop(this.#connection)
    this.#connection = null
    while (!this.#ended) {
      try {
        await this.#alive()
        return await this.#listen()
      } catch (error) {
        if (this.#sender.connection.status === 'end') return this.end(error as Error)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  /** Waits as long as the user's client does. @throws RedisError if the cluster cannot be reached */
  async #alive(): Promise<void> {
    const reply = await this.#sender.send(['PING'])
    if (isLost(reply)) throw RedisError.from(reply, METHODS[this.#topic].toUpperCase())
    if (this.#topic === 'shards') await this.#sender.locate(this.#names[0])
  }

  /** Every node hears of all channels but shards'. Where the first one is published, it is heard the soonest. */
  async #master(): Promise<IoredisSingle> {
    const nearest = await this.#sender.masterOf(this.#names[0] ?? '')
    if (this.#topic === 'shards' || this.#attempts++ === 0) return nearest
    const masters = await this.#sender.masters()
    return masters[Math.floor(Math.random() * masters.length)]
  }
}

/** Rejects when a connection ends, or the slot that it listens in has moved: ioredis 5 only finds such a message strange. */
function lost(connection: IoredisSingle): Promise<never> {
  return new Promise((_, reject) => {
    connection.on('error', reject)
    connection.on('end', () => reject(connectionClosed()))
    connection.on('moved', () => reject(new Error('The slot has moved.')))
  })
}
