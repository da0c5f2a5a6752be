// A subscription in a cluster: a connection of its own to a master, for shards to the one that has their slot. When that
// goes away or the slot moves, another is looked for as long as the user's client tries to reach the cluster. (The subscriber of
// ioredis does not see that a cluster is gone unless commands are sent as well, and listens in silence.)
import type { ByteString } from '../../core/bytes.ts'
import type { Listening, Topic } from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import { CROSS_SLOT } from '../../core/cluster/errors.ts'
import { slotOf } from '../../core/slots.ts'
import type { Push } from '../../core/reply.ts'
import { type Lasting, type Master, type Nodes, SUBSCRIBE } from './connection.ts'

/** Between two attempts to listen again. */
const RETRY_MS = 100
/** Until a slot that moves right now has a master again. */
const MAX_ATTEMPTS = 5

export class ClusterSubscription {
  readonly #nodes: Nodes
  readonly #topic: Topic
  /** As they are sent. */
  #names: readonly ByteString[]
  readonly #onPush: (push: Push) => void
  readonly #onEnd: (error?: Error) => void
  #ear: Lasting | null = null
  #attempts = 0
  #ended = false

  constructor(nodes: Nodes, { topic, names, onPush, onEnd }: Listening) {
    this.#nodes = nodes
    this.#topic = topic
    this.#names = names
    this.#onPush = onPush
    this.#onEnd = onEnd
  }

  /** Resolves once the subscription is confirmed. @throws RedisError if no node confirms it, or shard channels are in several slots */
  async open(): Promise<this> {
    if (this.#topic === 'shards') this.#names = (await this.#nodes.keysOf(['SSUBSCRIBE', ...this.#names]))!
    if (this.#topic === 'shards' && new Set(this.#names.map(slotOf)).size > 1) throw RedisError.from(CROSS_SLOT, 'SSUBSCRIBE')
    for (let left = MAX_ATTEMPTS; ; left--) {
      try {
        await this.#listen()
        return this
      } catch (error) {
        if (left === 0) throw error
        await this.#alive()
      }
    }
  }

  /** Ends it. @param error is passed on; without one it has ended as it should */
  drop(error?: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#ear?.drop()
    this.#onEnd(error)
  }

  async #listen(): Promise<void> {
    const master = await this.#master()
    const ear = await master.listen({ topic: this.#topic, names: this.#names, onPush: this.#onPush })
    if (this.#ended) return ear.drop()
    this.#ear = ear
    ear.onEnd(() => void this.#again())
  }

  async #again(): Promise<void> {
    this.#ear = null
    while (!this.#ended) {
      try {
        await this.#alive()
        return await this.#listen()
      } catch (error) {
        if (this.#nodes.ended) return this.drop(error as Error)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  /** Waits as long as the user's client does. @throws RedisError if the cluster cannot be reached */
  async #alive(): Promise<void> {
    const reply = await this.#nodes.send(['PING'])
    if (isLost(reply)) throw RedisError.from(reply, SUBSCRIBE[this.#topic])
    if (this.#topic === 'shards') await this.#nodes.locate(this.#names[0])
  }

  /**
   * Where to listen. Every node has the messages of all channels, and the one that has the first channel's slot may have them soonest;
   * if that cannot be reached, it is any. A shard's channels are at the master of their slot alone.
   */
  async #master(): Promise<Master> {
    const nearest = await this.#nodes.masterOf(this.#names[0] ?? '')
    if (this.#topic === 'shards' || this.#attempts++ === 0) return nearest
    const masters = await this.#nodes.masters()
    return masters[Math.floor(Math.random() * masters.length)]
  }
}
