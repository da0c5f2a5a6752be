// The entry `isodis/node-redis`: the client on any Redis, Valkey or Redis Cluster, through a client of node-redis 5 or 6 (the
// package `redis`) that the user made. node-redis itself is not imported: it stays the user's own.
import { asText, Redis } from '../core/client/redis.ts'
import { ClusterBackend } from './connections/cluster.ts'
import { SingleBackend } from './connections/single.ts'
import { EXECUTE, type NodeRedisClient, type NodeRedisCluster, type NodeRedisPool, type NodeRedisSentinel } from './node-redis/client.ts'
import { ClusterNodes } from './node-redis/cluster.ts'
import { ClientConnection } from './node-redis/connection.ts'
import { Pool, Sentinel } from './node-redis/lent.ts'

export { RedisError } from '../core/client/errors.ts'
export { Redis } from '../core/client/redis.ts'
export { Subscription } from '../core/client/subscription.ts'
export type * from '../core/client/types.ts'
export type { NodeRedisClient, NodeRedisCluster, NodeRedisPool, NodeRedisSentinel } from './node-redis/client.ts'

/** Version 6 has it, of all kinds of clients. */
const KEY_PREFIX = '_keyPrefix'

type AnyClient = NodeRedisClient | NodeRedisPool | NodeRedisSentinel | NodeRedisCluster

/**
 * Creates a client from one of node-redis: of `createClient`, `createClientPool`, `createSentinel` or `createCluster`, on which
 * `connect` was called. Commands share its connections; WATCH, blocking commands and subscriptions get connections of their
 * own, made like it. Closing the client closes all of them.
 * @throws TypeError if it is not a client of node-redis 5 or 6, or has a `keyPrefix`
 */
export function fromNodeRedis(client: AnyClient): Redis {
  if (!('withTypeMapping' in client)) throw new TypeError('fromNodeRedis takes a client of node-redis 5 or 6: createClient() or its like')
  if (KEY_PREFIX in client && client[KEY_PREFIX]) {
    throw new TypeError('fromNodeRedis takes a client without keyPrefix: node-redis has it only before keys of its own methods')
  }
  if ('slots' in client) return new Redis(new ClusterBackend(new ClusterNodes(client)), asText)
  if ('execute' in client) return new Redis(new SingleBackend(new Pool(client)), asText)
  if (EXECUTE in client) return new Redis(new SingleBackend(new Sentinel(client)), asText)
  return new Redis(new SingleBackend(new ClientConnection(client)), asText)
}
