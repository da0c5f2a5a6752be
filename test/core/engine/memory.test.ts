// used_memory: it follows what the data takes, returns to nothing with it, and `maxmemory` holds whatever is written.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/adapters/memory.ts'
import { createTestRedis, type TestRedis } from '../../../src/adapters/testing.ts'
import { EXPIRY, sizeOfValue, SLOT, STRING } from '../../../src/core/engine/memory.ts'
import type { Value } from '../../../src/core/engine/values.ts'
import { usedMemory } from '../../support/garbage.ts'
import { groups } from '../../differential/commands.ts'

const usedBy = async (redis: TestRedis): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
const lengths = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0)

/** The bytes of a collection's text, as the structures should have counted them; undefined for a string. */
function charsOf(value: Value): number | undefined {
  if (typeof value !== 'object' || value.type === 'string') return undefined
  if (value.type === 'list') return lengths(value.size === 0 ? [] : value.slice(0, value.size - 1))
  if (value.type === 'set') return lengths(value.keys)
  if (value.type === 'hash') return lengths(value.keys) + lengths(value.values)
  if (value.type === 'zset') return lengths(value.scores.keys)
  let chars = 0
  for (const node of value.chunks) {
    for (const pairs of node.values) {
      pairs.forEach((text, i) => (chars += 8 + (i % 2 === 0 && text === node.fields[i / 2] ? 0 : STRING + text.length)))
    }
  }
  return chars
}

test('used_memory is what a count of all data gives after any commands, and nothing when all is gone', async () => {
  // Not those of connections, which set the configuration.
  const data = Object.entries(groups).flatMap(([name, group]) => (name === 'connection' ? [] : [group]))
  const commands = fc.array(fc.oneof(...data), { minLength: 1, maxLength: 200, size: 'max' })
  const property = fc.asyncProperty(commands, fc.boolean(), async (sequence, often) => {
    await using redis = await createTestRedis()
    const { engine } = redis
    const session = engine.connect({ trusted: true })
    session.mayBlock = false
    const check = (): void => {
      let bytes = 0
      for (const { keyspace } of engine.databases()) {
        bytes += keyspace.queue.size * EXPIRY
        keyspace.values.forEach((value, slot) => {
          bytes += SLOT + STRING + keyspace.keys[slot].length + sizeOfValue(value)
          const chars = charsOf(value)
          if (chars === undefined || typeof value !== 'object' || value.type === 'string') return
          expect(value.type === 'zset' ? value.scores.chars : value.chars).toBe(chars)
        })
      }
      expect(engine.memory.used()).toBeCloseTo(bytes, 3)
    }
    for (const [i, command] of sequence.entries()) {
      await session.execute([...command])
      if (often) check()
      if (i % 50 === 49) await redis.clock.advance(1000)
    }
    check()
    void session.execute(['DISCARD'])
    for (const db of engine.databases()) {
      // One by one, and at once.
      if (db.index === 0) while (db.keyspace.size > 0) db.delete(db.keyspace.keys[0])
      else db.flush()
    }
    expect(engine.memory.used()).toBeCloseTo(0, 3)
    session.close()
  })
  await fc.assert(property, { numRuns: 150 })
}, 120_000)

describe('maxmemory holds', () => {
  const LIMIT = 8e6
  const limited = (policy = 'allkeys-lru'): Promise<TestRedis> =>
    createTestRedis({ config: { maxmemory: String(LIMIT), 'maxmemory-policy': policy } })
  const large = 'v'.repeat(500_000)

  test('large values among many small ones', async () => {
    const redis = await limited()
    for (let i = 0; i < 20_000; i++) await redis.set(`small:${i}`, i)
    for (let i = 0; i < 100; i++) {
      await redis.set(`large:${i}`, large)
      expect(await usedBy(redis)).toBeLessThan(LIMIT + 1.1 * large.length)
    }
    expect(await redis.dbsize()).toBeLessThan(20_000)
  })

  test('one list that grows among many small keys', async () => {
    const redis = await limited('volatile-lru')
    for (let i = 0; i < 20_000; i++) await redis.set(`small:${i}`, i)
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 300; i++) await redis.rpush('list', i % 10 === 0 ? large : 'x')
    }
    await expect(fill()).rejects.toThrow(/^OOM/)
    expect(await redis.llen('list')).toBeLessThan(200)
  })

  test('a few large elements behind small ones', async () => {
    const redis = await limited('noeviction')
    await redis.hset('hash', Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`small${i}`, i])))
    const fill = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await redis.hset('hash', { [`large${i}`]: large })
    }
    await expect(fill()).rejects.toThrow(/^OOM/)
    expect(await redis.hdel('hash', ...Array.from({ length: 100 }, (_, i) => `large${i}`))).toBe(16)
    expect(await redis.memoryUsage('hash')).toBeLessThan(20_000)
  })

  const fillers: Record<string, (redis: TestRedis, i: number) => unknown> = {
    integers: ({ sync }, i) => sync.set(`key:${i}`, i),
    strings: ({ sync }, i) => sync.set(`key:${i}`, `some value ${i}`),
    'strings that expire': ({ sync }, i) => sync.set(`key:${i}`, `some value ${i}`, { ex: 1000 + i }),
    'strings changed in place': ({ sync }, i) => sync.append(`key:${i >> 3}`, `some value ${i}`),
    bitmaps: ({ sync }, i) => sync.setbit(`key:${i >> 2}`, (i % 4) * 1000, 1),
    'hashes of one field': ({ sync }, i) => sync.hset(`key:${i}`, { field: i }),
    'hashes of 100 fields': ({ sync }, i) => sync.hset(`key:${Math.floor(i / 100)}`, { [`field:${i}`]: `value ${i}` }),
    'hashes whose fields expire': ({ sync }, i) => {
      sync.hset(`key:${i >> 2}`, { [`field:${i}`]: i })
      sync.hpexpire(`key:${i >> 2}`, 1e6, [`field:${i}`])
    },
    'lists of 10 elements': ({ sync }, i) => sync.rpush(`key:${Math.floor(i / 10)}`, `element ${i}`),
    'lists of 1000 elements': ({ sync }, i) => sync.lpush(`key:${Math.floor(i / 1000)}`, `element ${i}`),
    'sets of 5 members': ({ sync }, i) => sync.sadd(`key:${Math.floor(i / 5)}`, `member ${i}`),
    'sets of 2000 members': ({ sync }, i) => sync.sadd(`key:${Math.floor(i / 2000)}`, `member ${i}`),
    'sorted sets of 3 members': ({ sync }, i) => sync.zadd(`key:${Math.floor(i / 3)}`, { [`member ${i}`]: i }),
    'sorted sets of 1000 members': ({ sync }, i) => sync.zadd(`key:${Math.floor(i / 1000)}`, { [`member ${i}`]: (i * 7919) % 1000 }),
    'streams of 100 entries': ({ sync }, i) => sync.xadd(`key:${Math.floor(i / 100)}`, '*', { sensor: 'outside', value: i }),
    HyperLogLogs: ({ sync }, i) => sync.pfadd(`key:${i >> 4}`, `element ${i}`),
  }
  test.for(Object.keys(fillers))('on the real heap, filled with %s', { timeout: 60_000 }, async (name) => {
    const before = await usedMemory()
    await using redis = await limited()
    for (let i = 0; redis.engine.stats.evicted < 100; i++) fillers[name](redis, i)
    const taken = (await usedMemory()) - before
    expect(redis.engine.memory.used()).toBeGreaterThan(0.8 * LIMIT)
    // As the engine counts it, give or take.
    expect(taken).toBeGreaterThan(0.6 * LIMIT)
    expect(taken).toBeLessThan(1.35 * LIMIT)
  })
})

test('what is loaded counts as what is written does', async () => {
  const storage = memoryStorage()
  const redis = await createTestRedis({ storage })
  for (let i = 0; i < 1000; i++) redis.sync.rpush(`list:${i}`, 'a', 'b', 'c'.repeat(100))
  redis.sync.xadd('stream', '1-1', { field: 'value' })
  redis.sync.set('string', 'v'.repeat(10_000), { ex: 1000 })
  await redis.save()
  const again = await createTestRedis({ storage })
  expect(await again.dbsize()).toBe(1002)
  expect(await usedBy(again)).toBe(await usedBy(redis))
})
