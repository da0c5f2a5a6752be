// What a backend that is a part of a cluster leaves to the whole of it.
import type { ByteString } from '../../core/bytes.ts'
import type { Backend, Capabilities, Topic } from '../../core/client/backend.ts'
import type { Push } from '../../core/reply.ts'

export abstract class OfCluster {
  protected readonly cluster: Backend

  constructor(cluster: Backend) {
    this.cluster = cluster
  }

  get capabilities(): Capabilities {
    return this.cluster.capabilities
  }

  connect(): Promise<Backend> {
    return this.cluster.connect()
  }

  subscribe(
    topic: Topic,
    names: readonly ByteString[],
    onPush: (push: Push) => void,
    onEnd: (error?: Error) => void,
  ): Promise<() => Promise<void>> {
    return this.cluster.subscribe(topic, names, onPush, onEnd)
  }
}
