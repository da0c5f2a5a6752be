// Clients of clusters on a cluster of one node: over TCP, and ioredis in the same process.
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createCluster as nodeRedisCluster5 } from 'redis'
import { createCluster as nodeRedisCluster } from 'redis6'
import { describe, expect, test } from 'vitest'
import { allIoredisOn, ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import { fromNodeRedis } from '../../src/adapters/node-redis.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import { defineScript } from '../../src/scripts/builder/define.ts'
import { createCluster, startEngineCluster } from './servers.ts'

const CROSS_SLOT = { code: 'CROSSSLOT' }
const both = defineScript({ name: 'both', keys: { a: 'string', b: 'string' }, args: {} }, (_, { a, b }) => a.incrby(0).add(b.incrby(0)))

async function isCluster(redis: Redis): Promise<void> {
  expect(redis.capabilities).toMatchObject({ databases: false, multipleSlots: false })
  await redis.mset({ '{x}a': 1, '{x}b': 2 })
  expect(await redis.mget('{x}a', '{x}b')).toEqual(['1', '2'])
  await expect(redis.mget('{x}a', 'b')).rejects.toMatchObject(CROSS_SLOT)
  await expect(redis.multi().set('{x}a', 1).set('b', 2).exec()).rejects.toMatchObject(CROSS_SLOT)
  expect(await redis.exists('b')).toBe(0)
  expect(await redis.multi().incr('{x}a').incr('{x}b').exec()).toEqual([2, 3])
  const script = redis.script(both)
  expect(await script({ a: '{x}a', b: '{x}b' })).toBe(5)
  await expect(script({ a: '{x}a', b: 'b' })).rejects.toMatchObject(CROSS_SLOT)
  expect(await redis.watch('{x}a', (look) => look.multi().incr('{x}a').exec())).toEqual([3])
  await using news = await redis.subscribe('news')
  await expect.poll(() => redis.publish('news', 'hello')).toBe(1)
  expect((await news.next()).value).toEqual({ channel: 'news', message: 'hello' })
  const keys: string[] = []
  for await (const key of redis.scanIterator()) keys.push(key)
  expect(keys.toSorted()).toEqual(['{x}a', '{x}b'])
}

test("the engine's own client", async () => {
  await using redis = await createCluster()
  await isCluster(redis)
  expect(() => redis.sync.mget('{x}a', 'b')).toThrow('CROSSSLOT')
})

const clients: Record<string, (port: number) => Promise<Redis>> = {
  'ioredis 6': async (port) => fromIoredis(new Cluster6([{ host: '127.0.0.1', port }])),
  'ioredis 5': async (port) => fromIoredis(new Cluster5([{ host: '127.0.0.1', port }])),
  'node-redis 6': async (port) => fromNodeRedis(await nodeRedisCluster({ rootNodes: [{ socket: { port } }] }).connect()),
  'node-redis 5': async (port) => fromNodeRedis(await nodeRedisCluster5({ rootNodes: [{ socket: { port } }] }).connect()),
}
describe.each(Object.entries(clients))('%s', (_, connect) => {
  test('over TCP', async () => {
    await using server = await startEngineCluster()
    await using redis = await connect(server.port)
    await isCluster(redis)
  })
})

test.each([
  ['ioredis 6', Cluster6],
  ['ioredis 5', Cluster5],
])('%s in the same process', async (_, Cluster) => {
  await using redis = await createCluster()
  await using client = fromIoredis(new Cluster([{ host: '127.0.0.1' }], { redisOptions: ioredisOn(redis) }))
  await isCluster(client)
  expect(await redis.get('{x}a')).toBe('3')
})

test.each([
  ['ioredis 6', Redis6, Cluster6],
  ['ioredis 5', Redis5, Cluster5],
])('%s in the same process, made by code that knows of no engine', async (_, Redis, Cluster) => {
  await using redis = await createCluster()
  const restore = allIoredisOn(Redis, redis)
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }])
  await cluster.set('a', 1)
  expect(await redis.get('a')).toBe('1')
  await expect(cluster.mget('a', 'b')).rejects.toThrow("CROSSSLOT Keys in request don't hash to the same slot")
  const heard = new Promise((resolve) => cluster.on('message', (_channel, message) => resolve(message)))
  await cluster.subscribe('news')
  await redis.publish('news', 'hello')
  expect(await heard).toBe('hello')
  await cluster.quit()
  restore()
})
