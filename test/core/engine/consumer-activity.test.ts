// What Redis tells of consumers since 7.2, which the servers that tests run beside do not know.
import { expect, test } from 'vitest'
import { createTestRedis } from '../../../src/adapters/testing.ts'

test('a consumer is inactive since it last got an entry, and idle since it was last heard of', async () => {
  await using redis = await createTestRedis({ now: 1_000_000 })
  const consumer = async (name: string): Promise<unknown> =>
    ((await redis.call('XINFO', 'CONSUMERS', 's', 'g')) as { name: string }[]).find((each) => each.name === name)
  const times = async (): Promise<unknown> => {
    const { groups } = (await redis.call('XINFO', 'STREAM', 's', 'FULL')) as { groups: { consumers: Record<string, unknown>[] }[] }
    return groups[0].consumers.map(({ 'seen-time': seen, 'active-time': active }) => [seen, active])
  }
  await redis.xgroupCreate('s', 'g', '$', { mkstream: true })
  await redis.call('XGROUP', 'CREATECONSUMER', 's', 'g', 'alice')
  await redis.clock.advance(50)
  expect(await consumer('alice')).toMatchObject({ pending: 0, idle: 50, inactive: -1 })

  await redis.xadd('s', '1-1', { f: 'v' })
  await redis.call('XREADGROUP', 'GROUP', 'g', 'alice', 'STREAMS', 's', '>')
  await redis.clock.advance(100)
  await redis.call('XREADGROUP', 'GROUP', 'g', 'alice', 'STREAMS', 's', '0')
  await redis.clock.advance(10)
  expect(await consumer('alice')).toMatchObject({ pending: 1, idle: 10, inactive: 110 })

  await redis.xclaim('s', 'g', 'bob', 0, ['1-1'])
  await redis.clock.advance(5)
  expect(await consumer('bob')).toMatchObject({ pending: 1, idle: 5, inactive: 5 })
  expect(await times()).toEqual([
    [1_000_150, 1_000_050],
    [1_000_160, 1_000_160],
  ])
  await redis.call('COPY', 's', 'copy')
  await redis.call('RENAME', 'copy', 's')
  expect(await consumer('alice')).toMatchObject({ idle: 15, inactive: 115 })
})
