// The adapter on a client that finds its server by Sentinels: connections of its own find it the same way, also after a
// failover.
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { expect, test } from 'vitest'
import { fromIoredis } from '../../../src/adapters/ioredis.ts'
import { startRedisSentinel } from '../../support/redis-sentinel.ts'

interface Options {
  sentinels: { host: string; port: number }[]
  name: string
  sentinelRetryStrategy: () => number
  retryStrategy: () => number
  maxRetriesPerRequest: null
}

test.each([
  ['ioredis 6', (options: Options) => new Redis6(options)],
  ['ioredis 5', (options: Options) => new Redis5(options)],
])('%s: the client goes on with the replica that has become the master', async (_, make) => {
  await using sentinel = await startRedisSentinel()
  const client = make({
    sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
    name: sentinel.name,
    sentinelRetryStrategy: () => 50,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  })
  client.on('error', () => {})
  await using redis = fromIoredis(client)
  await redis.set('k', 'v')
  await redis.rpush('q', 'x')
  expect(await redis.blpop('q', 1)).toEqual(['q', 'x'])
  expect(await redis.watch('k', (look) => look.multi().get('k').exec())).toEqual(['v'])
  const subscription = await redis.subscribe('c')
  await redis.wait(1, 0)

  const waiting = redis.blpop('q', 0)
  await expect.poll(() => redis.info('clients')).toContain('blocked_clients:1')
  await sentinel.killMaster()
  expect(await redis.set('after', 'failover')).toBe('OK')
  expect(await redis.get('k')).toBe('v')
  expect(await redis.watch('k', (look) => look.multi().append('k', '!').exec())).toEqual([2])
  await redis.rpush('q', 'y')
  expect(await waiting).toEqual(['q', 'y'])
  await expect.poll(() => redis.publish('c', 'hello')).toBe(1)
  expect((await subscription.next()).value).toEqual({ channel: 'c', message: 'hello' })
})
