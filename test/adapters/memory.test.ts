// What the client on an engine in this process has beyond the contract.
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'

test('`call` gives the same with and without promises', async () => {
  await using redis = await createRedis()
  await redis.xadd('stream', '1-1', { field: 'value' })
  const read = ['XREAD', 'STREAMS', 'stream', '0'] as const
  expect(redis.sync.call(...read)).toEqual(await redis.call(...read))
})
