// SPOP of many members at once: it goes over the set once instead of taking one after the other.
import { expect, test } from 'vitest'
import { createTestRedis } from '../../../src/adapters/testing.ts'

const SIZE = 3000

test('what is popped and what stays are the set', async () => {
  const redis = await createTestRedis({})
  const members = Array.from({ length: SIZE }, (_, i) => `m${i}`)
  for (const count of [1001, 2000, SIZE - 1, SIZE, SIZE + 1]) {
    await redis.sadd('set', ...members)
    const popped = await redis.spop('set', count)
    expect(popped).toHaveLength(Math.min(count, SIZE))
    const left = await redis.smembers('set')
    expect([...popped, ...left].toSorted()).toEqual(members.toSorted())
    for (const member of left) expect(await redis.sismember('set', member)).toBe(1)
    for (const member of popped.slice(0, 100)) expect(await redis.sismember('set', member)).toBe(0)
    expect(await redis.exists('set')).toBe(left.length === 0 ? 0 : 1)
    // While the index has yet to forget the others.
    await redis.sadd('set', ...popped.slice(0, 500))
    expect(await redis.scard('set')).toBe(left.length + 500)
    await redis.del('set')
  }
  await redis.close()
})

test('every member is popped as often as any other', async () => {
  const redis = await createTestRedis({ seed: 1 })
  const members = Array.from({ length: SIZE }, (_, i) => String(i))
  const tenths = Array.from({ length: 10 }, () => 0)
  for (let round = 0; round < 20; round++) {
    await redis.sadd('set', ...members)
    for (const member of await redis.spop('set', SIZE / 2)) tenths[Math.floor(Number(member) / (SIZE / 10))]++
    await redis.del('set')
  }
  // 3000 are expected of each tenth; seven standard deviations are 270.
  for (const popped of tenths) expect(Math.abs(popped - SIZE)).toBeLessThan(270)
  await redis.close()
})
