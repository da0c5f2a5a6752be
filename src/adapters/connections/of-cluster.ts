// What a backend that is a part of a cluster leaves to the whole of it.
import type { Backend, Capabilities, Listening, Stop } from '../../core/client/backend.ts'

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

  subscribe(listening: Listening): Promise<Stop> {
    return this.cluster.subscribe(listening)
  }
}
