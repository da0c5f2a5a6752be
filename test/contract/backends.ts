// All backends that the contract runs on, in the order of the table.
import { dropInIoredis, dropInUpstash } from './backends/drop-in.ts'
import { engine, engineCluster } from './backends/engine.ts'
import { ioredis5OnRedis, ioredisCluster, ioredisOnRedis, ioredisOnServe } from './backends/ioredis.ts'
import { nodeRedis5OnRedis, nodeRedisCluster, nodeRedisOnRedis } from './backends/node-redis.ts'
import { upstashOnEngine, upstashOnRedis } from './backends/upstash.ts'
import type { BackendUnderTest } from './contract.ts'

export const backends: readonly BackendUnderTest[] = [
  engine,
  engineCluster,
  ioredisOnServe,
  ioredisOnRedis,
  ioredis5OnRedis,
  ioredisCluster,
  nodeRedisOnRedis,
  nodeRedis5OnRedis,
  nodeRedisCluster,
  upstashOnEngine,
  upstashOnRedis,
  dropInIoredis,
  dropInUpstash,
]
