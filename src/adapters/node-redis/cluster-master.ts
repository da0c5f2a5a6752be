// One master of a node-redis cluster.
import type { Argv } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import type { Reply } from '../../core/reply.ts'
import type { Connection, Heard, Master } from '../connections/connection.ts'
import type { ClusterNode, NodeRedisClient, NodeRedisCluster } from './client.ts'
import { watchLike } from './connection.ts'
import { failureOf } from './replies.ts'
import { sendAll, sendOne } from './sending.ts'

export class ClusterMaster implements Master {
  readonly #cluster: NodeRedisCluster
  readonly #node: ClusterNode

  constructor(cluster: NodeRedisCluster, node: ClusterNode) {
    this.#cluster = cluster
    this.#node = node
  }

  get address(): string {
    return this.#node.address
  }

  send(argv: Argv): Promise<Reply> {
    return this.#cluster.nodeClient(this.#node).then((client) => sendOne(client, argv), failureOf)
  }

  async sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    return sendAll(await this.#client(commands[0][0]), commands, atomic)
  }

  async watch(): Promise<Connection> {
    return watchLike(await this.#client('WATCH'))
  }

  async listen(heard: Heard): Promise<Connection> {
    return (await watchLike(await this.#client('SUBSCRIBE'))).hear(heard)
  }

  #client(command: string): Promise<NodeRedisClient> {
    return this.#cluster.nodeClient(this.#node).catch((error: unknown) => {
      throw RedisError.from(failureOf(error), command)
    })
  }
}
