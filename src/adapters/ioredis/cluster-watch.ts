// WATCH in a cluster: a connection of its own to the master that has the watched keys' slot. What is read or changed in
// that slot goes through it; everything else is the cluster's, as before.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Backend, CallOptions } from '../../core/client/backend.ts'
import { RedisError, unsupported } from '../../core/client/errors.ts'
import { CLOSED, type Reply, ReplyError } from '../../core/reply.ts'
import type { IoredisSingle } from './client.ts'
import { type ClusterSender, CROSS_SLOT } from './cluster-sender.ts'
import { isForEveryNode } from './every-node.ts'
import { OfCluster } from './of-cluster.ts'
import { Sender } from './sender.ts'
import { connectLike, quit } from './single.ts'
import { slotOf } from '../../core/client/slots.ts'

/** How often a slot is looked for again that has moved meanwhile. */
const MAX_REDIRECTIONS = 3

export class ClusterWatch extends OfCluster implements Backend {
  readonly #sender: ClusterSender
  #slot = -1
  #node: Sender<IoredisSingle> | null = null
  #closed = false

  constructor(cluster: Backend, sender: ClusterSender) {
    super(cluster)
    this.#sender = sender
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    if (argv[0] === 'WATCH') return this.#watch(argv)
    if (this.#node === null || options?.blocking || !this.#isHere(argv)) return this.cluster.call(argv, options)
    return this.#node.send(argv)
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    if (!atomic) return Promise.all(commands.map((argv) => this.call(argv)))
    if (this.#node === null) return this.cluster.batch(commands, true)
    for (const argv of commands) {
      if (isForEveryNode(argv)) throw unsupported(argv[0], 'it is for every node of the cluster, a transaction for one')
      const keys = this.#sender.keysOf(argv) ?? []
      if (keys.some((key) => slotOf(key) !== this.#slot)) throw RedisError.from(CROSS_SLOT, argv[0])
    }
    return this.#node.sendAll(commands, true)
  }

  nodes(): readonly Backend[] | Promise<readonly Backend[]> {
    return this.cluster.nodes!()
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#disconnect()
  }

  async #watch(argv: Argv): Promise<Reply> {
    const keys = this.#sender.keysOf(argv)
    if (keys === null || keys.length === 0) return this.#sender.send(argv)
    const slots = new Set(keys.map(slotOf))
    if (this.#node !== null) slots.add(this.#slot)
    if (slots.size > 1) return CROSS_SLOT
    ;[this.#slot] = slots
    for (let left = MAX_REDIRECTIONS; ; left--) {
      this.#node ??= await this.#connect(keys[0])
      const reply = await this.#node.send(argv)
      const moved = reply instanceof ReplyError && reply.text.startsWith('MOVED ')
      if (!moved || left === 0) return reply
      await this.#disconnect()
      await this.#sender.locate(keys[0])
    }
  }

  async #connect(key: ByteString): Promise<Sender<IoredisSingle>> {
    const node = await this.#sender.masterOf(key)
    return new Sender(await connectLike(node), this.#sender.connection.options.keyPrefix)
  }

  async #disconnect(): Promise<void> {
    const node = this.#node
    this.#node = null
    if (node !== null) await quit(node.connection)
  }

  /** Whether a command is for the watched slot. */
  #isHere(argv: Argv): boolean {
    const keys = this.#sender.keysOf(argv) ?? []
    return keys.length > 0 && keys.every((key) => slotOf(key) === this.#slot)
  }
}
