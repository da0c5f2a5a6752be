// The clients that scripts are tested on: a real redis-server, and the engine. Whatever a script does, both do the same.
import { Redis as IORedis } from 'ioredis'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { scripts } from '../../src/scripts/engine.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { startRedisServer } from './redis-server.ts'

export interface ScriptBackend {
  readonly redis: Redis
  close(): Promise<void>
}

export const scriptBackends: Readonly<Record<string, () => Promise<ScriptBackend>>> = {
  'redis-server': async () => {
    const server = await startRedisServer()
    const redis = fromIoredis(new IORedis({ path: server.path }))
    return {
      redis,
      close: async () => {
        await redis.close()
        await server.stop()
      },
    }
  },
  engine: async () => {
    const redis = await createRedis({ scripts })
    return { redis, close: () => redis.close() }
  },
  'engine with Lua': async () => {
    const redis = await createRedis({ lua })
    return { redis, close: () => redis.close() }
  },
}

/** Everything that a database holds, by key, in the order of the keys; what has no order is sorted. */
export async function dataOf(redis: Redis): Promise<Record<string, unknown>> {
  const data: Record<string, unknown> = {}
  for (const key of (await redis.keys('*')).toSorted()) {
    const type = await redis.type(key)
    const read: Partial<Record<typeof type, () => Promise<unknown>>> = {
      string: () => redis.get(key),
      hash: async () => Object.entries(await redis.hgetall(key)).toSorted(),
      list: () => redis.lrange(key, 0, -1),
      set: async () => (await redis.smembers(key)).toSorted(),
      zset: () => redis.zrange(key, 0, -1, { withScores: true }),
      stream: () => redis.call('XRANGE', key, '-', '+'),
    }
    data[key] = [type, await read[type]!()]
  }
  return data
}
