// One master of a cluster, for what is asked of each of them, such as a walk over all keys. What concerns more than one
// node is the cluster's.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Backend, CallOptions, Capabilities, Topic } from '../../core/client/backend.ts'
import type { Push, Reply } from '../../core/reply.ts'
import type { Sender } from './sender.ts'

export class NodeBackend implements Backend {
  readonly #cluster: Backend
  readonly #sender: Sender

  constructor(cluster: Backend, sender: Sender) {
    this.#cluster = cluster
    this.#sender = sender
  }

  get capabilities(): Capabilities {
    return this.#cluster.capabilities
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    return options?.blocking ? this.#cluster.call(argv, options) : this.#sender.send(argv)
  }

  batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    return this.#sender.sendAll(commands, atomic)
  }

  connect(): Promise<Backend> {
    return this.#cluster.connect()
  }

  subscribe(
    topic: Topic,
    names: readonly ByteString[],
    onPush: (push: Push) => void,
    onEnd: (error?: Error) => void,
  ): Promise<() => Promise<void>> {
    return this.#cluster.subscribe(topic, names, onPush, onEnd)
  }

  nodes(): readonly Backend[] {
    return [this]
  }

  /** The connection is the cluster's. */
  async close(): Promise<void> {}
}
