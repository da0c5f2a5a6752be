// node-redis: on a real redis-server, and on a real cluster of three masters.
import { createClient as createClient5 } from 'redis'
import { createClient, createCluster } from 'redis6'
import { fromNodeRedis } from '../../../src/adapters/node-redis.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { everything, overNodeRedisCluster } from '../capabilities.ts'
import type { BackendUnderTest } from '../contract.ts'
import { inCluster, redis70 } from '../exceptions.ts'
import { running } from './running.ts'

export const nodeRedisOnRedis: BackendUnderTest = {
  name: 'node-redis → redis-server',
  capabilities: everything,
  exceptions: redis70,
  async start() {
    const server = await startRedisServer()
    return running(async () => fromNodeRedis(await createClient({ socket: { path: server.path, tls: false } }).connect()), server)
  },
}

export const nodeRedis5OnRedis: BackendUnderTest = {
  name: 'node-redis 5 → redis-server',
  capabilities: everything,
  exceptions: redis70,
  async start() {
    const server = await startRedisServer()
    return running(async () => fromNodeRedis(await createClient5({ socket: { path: server.path, tls: false } }).connect()), server)
  },
}

export const nodeRedisCluster: BackendUnderTest = {
  name: 'node-redis cluster',
  capabilities: overNodeRedisCluster,
  exceptions: { ...redis70, ...inCluster },
  async start() {
    const cluster = await startRedisCluster()
    const rootNodes = cluster.ports.map((port) => ({ socket: { host: '127.0.0.1', port } }))
    return running(async () => fromNodeRedis(await createCluster({ rootNodes }).connect()), cluster)
  },
}
