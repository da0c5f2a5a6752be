// WATCH in a cluster: a connection of its own to the master that has the watched keys' slot. What is read or changed in
// that slot goes through it; everything else is the cluster's, as before.
import type { Argv, Backend, CallOptions } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { CROSS_SLOT } from '../../core/cluster/errors.ts'
import { slotOf } from '../../core/slots.ts'
import { tellsOfWrites } from '../../core/client/waits.ts'
import { CLOSED, type Reply, ReplyError } from '../../core/reply.ts'
import type { Connection, Nodes } from './connection.ts'
import { goesAlone, inParts } from './in-parts.ts'
import { OfCluster } from './of-cluster.ts'
import { untilAborted } from './own-connections.ts'
import { keysInTransaction } from './transaction.ts'

/** How often a slot is looked for again that has moved meanwhile. */
const MAX_REDIRECTIONS = 3

export class ClusterWatch extends OfCluster implements Backend {
  readonly #nodes: Nodes
  #slot = -1
  #node: Connection | null = null
  #closed = false
  readonly #onClose: () => void

  constructor(cluster: Backend, nodes: Nodes, onClose: () => void) {
    super(cluster)
    this.#nodes = nodes
    this.#onClose = onClose
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    if (argv[0] === 'WATCH') return this.#watch(argv)
    const node = this.#node
    if (node !== null && tellsOfWrites(argv)) return untilAborted(() => node.send(argv), options?.signal)
    if (this.#node === null || options?.blocking) return this.cluster.call(argv, options)
    return this.#where(argv)
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    if (!atomic) return commands.some(goesAlone) ? inParts(this, commands) : Promise.all(commands.map((argv) => this.call(argv)))
    if (this.#node === null) return this.cluster.batch(commands, true)
    for (const argv of commands) {
      const keys = (await keysInTransaction(this.#nodes, argv)) ?? []
      if (keys.some((key) => slotOf(key) !== this.#slot)) throw RedisError.from(CROSS_SLOT, argv[0])
    }
    return this.#node.sendAll(commands, true)
  }

  nodes(): readonly Backend[] | Promise<readonly Backend[]> {
    return this.cluster.nodes!()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#onClose()
    await this.#disconnect()
  }

  async #watch(argv: Argv): Promise<Reply> {
    const keys = await this.#nodes.keysOf(argv)
    if (keys === null || keys.length === 0) return this.#nodes.send(argv)
    const slots = new Set(keys.map(slotOf))
    if (this.#node !== null) slots.add(this.#slot)
    if (slots.size > 1) return CROSS_SLOT
    ;[this.#slot] = slots
    for (let left = MAX_REDIRECTIONS; ; left--) {
      this.#node ??= await (await this.#nodes.masterOf(keys[0])).watch()
      const reply = await this.#node.send(argv)
      const moved = reply instanceof ReplyError && reply.text.startsWith('MOVED ')
      if (!moved || left === 0) return reply
      await this.#disconnect()
      await this.#nodes.locate(keys[0])
    }
  }

  async #disconnect(): Promise<void> {
    const node = this.#node
    this.#node = null
    if (node !== null) await node.close()
  }

  /** To the watched slot's connection, or to the cluster. */
  async #where(argv: Argv): Promise<Reply> {
    const keys = (await this.#nodes.keysOf(argv)) ?? []
    const isHere = keys.length > 0 && keys.every((key) => slotOf(key) === this.#slot)
    return isHere && this.#node !== null ? this.#node.send(argv) : this.cluster.call(argv)
  }
}
