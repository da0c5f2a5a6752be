// One master of a cluster, for what is asked of each of them, such as a walk over all keys. What concerns more than one
// node is the cluster's.
import type { Argv, Backend, CallOptions } from '../../core/client/backend.ts'
import { CLOSED, type Reply } from '../../core/reply.ts'
import type { Sender } from './connection.ts'
import { OfCluster } from './of-cluster.ts'

export class NodeBackend extends OfCluster implements Backend {
  readonly #sender: Sender

  readonly #isClosed: () => boolean

  constructor(cluster: Backend, sender: Sender, isClosed: () => boolean) {
    super(cluster)
    this.#sender = sender
    this.#isClosed = isClosed
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#isClosed()) return CLOSED
    return options?.blocking ? this.cluster.call(argv, options) : this.#sender.send(argv)
  }

  batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    return this.#sender.sendAll(commands, atomic)
  }

  /** The connection is the cluster's. */
  async close(): Promise<void> {}
}
