// The adapter on a client of node-redis that finds its server by Sentinels: it and connections of its own go on with the
// replica that has become the master.
import { createSentinel as createSentinel5 } from 'redis'
import { createSentinel } from 'redis6'
import { expect, test } from 'vitest'
import { fromNodeRedis } from '../../../src/adapters/node-redis.ts'
import { startRedisSentinel } from '../../support/redis-sentinel.ts'

test.each([
  ['node-redis 6', createSentinel],
  ['node-redis 5', createSentinel5 as unknown as typeof createSentinel],
])('%s: the client goes on with the replica that has become the master', async (_, make) => {
  await using sentinel = await startRedisSentinel()
  const client = make({ name: sentinel.name, sentinelRootNodes: [{ host: '127.0.0.1', port: sentinel.port }], scanInterval: 100 })
  client.on('error', () => {})
  await client.connect()
  await using redis = fromNodeRedis(client)
  expect(await redis.pipeline().set('k', 'v').wait(1, 0).exec()).toEqual(['OK', 1])
  await redis.rpush('q', 'x')
  expect(await redis.blpop('q', 1)).toEqual(['q', 'x'])
  expect(await redis.watch('k', (look) => look.multi().get('k').exec())).toEqual(['v'])
  await using subscription = await redis.subscribe('c')

  const waiting = expect(redis.blpop('q', 0)).rejects.toMatchObject({ code: 'CONNECTION' })
  await expect.poll(() => redis.info('clients')).toContain('blocked_clients:1')
  await sentinel.killMaster()
  expect(await redis.set('after', 'failover')).toBe('OK')
  await waiting
  expect(await redis.get('k')).toBe('v')
  expect(await redis.watch('k', (look) => look.multi().append('k', '!').exec())).toEqual([2])
  await redis.rpush('q', 'y')
  expect(await redis.blpop('q', 0)).toEqual(['q', 'y'])
  await expect.poll(() => redis.publish('c', 'hello')).toBe(1)
  expect((await subscription.next()).value).toEqual({ channel: 'c', message: 'hello' })
  await expect(redis.call('SELECT', 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})
