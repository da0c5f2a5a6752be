// The entry `isodis/ioredis`: the client on any Redis, Valkey or Redis Cluster, through a client of ioredis 5 or 6 that the
// user made. ioredis itself is not imported: it stays the user's own.
import { asText, Redis } from '../core/client/redis.ts'
import { ClusterBackend } from './connections/cluster.ts'
import { SingleBackend } from './connections/single.ts'
import type { IoredisCluster, IoredisSingle } from './ioredis/client.ts'
import { ClusterNodes } from './ioredis/cluster.ts'
import { SingleServer } from './ioredis/single.ts'

export { RedisError } from '../core/client/errors.ts'
export { Redis } from '../core/client/redis.ts'
export { Subscription } from '../core/client/subscription.ts'
export type * from '../core/client/types.ts'
export type { IoredisCluster, IoredisSingle } from './ioredis/client.ts'

/**
 * Creates a client from one of ioredis: `fromIoredis(new Redis())`, also for Sentinels, or `fromIoredis(new Cluster(nodes))`.
 * Commands share its connection; WATCH, blocking commands and subscriptions get connections of their own, made like it.
 * Closing the client closes all of them. With `stringNumbers` integers beyond 2^53 are exact.
 * @throws TypeError if it is not a client of ioredis, or is set to return replies in a form that loses information
 */
export function fromIoredis(client: IoredisSingle | IoredisCluster): Redis {
  if (typeof client?.callBuffer !== 'function') throw new TypeError('fromIoredis takes a client of ioredis: new Redis() or new Cluster()')
  if (isCluster(client)) {
    refuseMapped(client.options.redisOptions)
    return new Redis(new ClusterBackend(new ClusterNodes(client)), asText)
  }
  refuseMapped(client.options)
  return new Redis(new SingleBackend(new SingleServer(client)), asText)
}

function isCluster(client: IoredisSingle | IoredisCluster): client is IoredisCluster {
  return 'slots' in client
}

/** ioredis 6 would make objects of maps, which have no place for every field, and numbers of doubles. */
function refuseMapped(options: { readonly replyMapping?: string | undefined } | undefined): void {
  if (options?.replyMapping === 'resp3') throw new TypeError("fromIoredis takes a client without replyMapping: 'resp3'")
}
