// ioredis: on `isodis serve` in this process, on a real redis-server, and on a real cluster of three masters.
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { fromIoredis } from '../../../src/adapters/ioredis.ts'
import { createRedis } from '../../../src/adapters/memory.ts'
import { serveResp } from '../../../src/adapters/serve/server.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { overCluster, overIoredis } from '../capabilities.ts'
import type { BackendUnderTest, Running } from '../contract.ts'
import { inCluster, redis70, rounding } from '../exceptions.ts'
import { running } from './running.ts'

export const ioredisOnServe: BackendUnderTest = {
  name: 'ioredis → isodis serve',
  capabilities: overIoredis,
  exceptions: {},
  async start() {
    const engine = await createRedis({ lua })
    const { port } = await serveResp(engine, { port: 0 })
    return running(() => fromIoredis(new Redis({ port, stringNumbers: true })), { stop: () => engine.close() })
  },
}

export const ioredisOnRedis: BackendUnderTest = {
  name: 'ioredis → redis-server',
  capabilities: { ...overIoredis, exactIntegers: false },
  exceptions: { ...redis70, 'exact integers': rounding },
  async start() {
    const server = await startRedisServer()
    return running(() => fromIoredis(new Redis({ path: server.path })), server)
  },
}

export const ioredis5OnRedis: BackendUnderTest = {
  name: 'ioredis 5 → redis-server',
  capabilities: overIoredis,
  exceptions: redis70,
  async start() {
    const server = await startRedisServer()
    return running(() => fromIoredis(new Redis5({ path: server.path, stringNumbers: true })), server)
  },
}

export const ioredisCluster: BackendUnderTest = {
  name: 'ioredis Cluster',
  capabilities: overCluster,
  exceptions: { ...redis70, ...inCluster },
  async start() {
    const cluster = await startRedisCluster()
    const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
    const connect = (): Running['redis'] => fromIoredis(new Cluster(nodes, { redisOptions: { stringNumbers: true } }))
    return running(connect, cluster)
  },
}
