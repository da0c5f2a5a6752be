// ioredis: on `isodis serve` in this process, on a real redis-server, and on a real cluster of three masters.
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { expect } from 'vitest'
import { fromIoredis } from '../../../src/adapters/ioredis.ts'
import { createRedis } from '../../../src/adapters/memory.ts'
import { serveResp } from '../../../src/adapters/serve/server.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { overCluster, overIoredis } from '../capabilities.ts'
import type { BackendUnderTest, Running } from '../contract.ts'
import { ANOTHER_SERVER, failsWith, redis70, rounding } from '../exceptions.ts'

async function running(connect: () => Running['redis'], server: { stop(): Promise<void> }): Promise<Running> {
  const redis = connect()
  await redis.ping()
  const stop = async (): Promise<void> => {
    await redis.close()
    await server.stop()
  }
  return { redis, another: async () => connect(), stop }
}

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
  exceptions: {
    ...redis70,
    databases: {
      name: 'one database',
      why: "a cluster has one database: SWAPDB, MOVE and COPY to another database give the server's error",
      instead: failsWith(/ERR (?:SWAPDB|MOVE|COPY|The source and destination|DB index)? ?.*(?:in cluster mode|out of range)/),
    },
    'all keys in reach': {
      name: 'no SORT by patterns',
      why: "SORT's BY and GET may read keys of any slot: they give the server's error",
      instead: failsWith(/ERR (?:BY|GET) option of SORT denied in [Cc]luster mode/, ANOTHER_SERVER),
    },
    'a connection': {
      name: 'connections of their own',
      why: 'a cluster has several connections: CLIENT SETNAME names only one of them',
      instead: async ({ redis }) => {
        expect(await redis.clientSetname('name')).toBe('OK')
        expect(['name', null]).toContain(await redis.clientGetname())
      },
    },
    'receivers counted': {
      name: 'receivers of one node',
      why: 'PUBLISH reaches all subscribers, but returns the number on one node',
      instead: async ({ redis }) => {
        await using subscription = await redis.subscribe('channel')
        await using patterns = await redis.psubscribe('chan*')
        expect([0, 1, 2]).toContain(await redis.publish('channel', 'x'))
        expect([(await subscription.next()).value?.message, (await patterns.next()).value?.message]).toEqual(['x', 'x'])
      },
    },
    'every node': {
      name: 'no transaction over all nodes',
      why: 'DBSIZE, KEYS, SCAN, FLUSHALL and their like are sent to every master, which cannot be one transaction: `UNSUPPORTED` before anything is sent',
      views: ['transaction'],
      instead: failsWith(/UNSUPPORTED/),
    },
  },
  async start() {
    const cluster = await startRedisCluster()
    const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
    const connect = (): Running['redis'] => fromIoredis(new Cluster(nodes, { redisOptions: { stringNumbers: true } }))
    return running(connect, cluster)
  },
}
