// What the client on an engine in this process has beyond the contract.
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'

test('`call` gives the same with and without promises', async () => {
  await using redis = await createRedis()
  await redis.xadd('stream', '1-1', { field: 'value' })
  const read = ['XREAD', 'STREAMS', 'stream', '0'] as const
  expect(redis.sync.call(...read)).toEqual(await redis.call(...read))
})

test('console.log shows a client in a line', async () => {
  await using redis = await createRedis()
  expect(inspect({ redis, bytes: redis.bytes })).toBe('{ redis: Redis { EngineBackend }, bytes: Redis { EngineBackend } }')
})
