// What goes when `maxmemory` is reached, policy by policy. So many keys are sampled that the choice is the best there is.
import { describe, expect, test } from 'vitest'
import { createTestRedis, type TestRedis } from '../../../src/adapters/testing.ts'
import { memoryStorage } from '../../../src/adapters/memory.ts'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import { OK } from '../../../src/core/reply.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const KEYS = Array.from({ length: 20 }, (_, i) => `key:${String(i).padStart(2, '0')}`)
const VALUE = 'v'.repeat(1000)
const OOM = "OOM command not allowed when used memory > 'maxmemory'."

async function filled(policy: string): Promise<TestRedis> {
  const redis = await createTestRedis({
    config: { 'maxmemory-policy': policy, 'maxmemory-samples': '1000', 'notify-keyspace-events': 'KEe' },
  })
  for (const key of KEYS) await redis.set(key, VALUE)
  return redis
}

async function usedMemory(redis: TestRedis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
}

/** Takes the room of so many keys away, and writes. @returns which keys have gone */
async function squeeze(redis: TestRedis, count: number): Promise<string[]> {
  const used = await usedMemory(redis)
  await redis.configSet('maxmemory', Math.floor(used - (count - 0.5) * (used / (await redis.dbsize()))))
  await redis.set('new', '')
  await redis.configSet('maxmemory', 0)
  const left = new Set(await redis.keys('*'))
  return KEYS.filter((key) => !left.has(key))
}

describe('eviction', () => {
  test('noeviction refuses what takes memory, and nothing else', async () => {
    const redis = await filled('noeviction')
    await redis.hset('hash', { field: 'value' })
    await redis.configSet('maxmemory', 1000)
    await expect(redis.set('new', 1)).rejects.toThrow(OOM)
    expect(await redis.get(KEYS[0])).toBe(VALUE)
    expect(await redis.hexpire('hash', 10, ['field'])).toEqual([1])
    expect(await redis.del(KEYS[0])).toBe(1)
    expect(await redis.dbsize()).toBe(KEYS.length)
  })

  test('allkeys-lru takes what was used the longest ago', async () => {
    const redis = await filled('allkeys-lru')
    const old = [KEYS[3], KEYS[11], KEYS[19]]
    await redis.clock.advance(10_000)
    for (const key of KEYS) if (!old.includes(key)) await redis.get(key)
    expect(await squeeze(redis, 3)).toEqual(old)
  })

  test('allkeys-lfu takes what was used the least', async () => {
    const redis = await filled('allkeys-lfu')
    const rare = [KEYS[0], KEYS[7]]
    for (let i = 0; i < 50; i++) for (const key of KEYS) if (!rare.includes(key)) await redis.get(key)
    expect(await squeeze(redis, 2)).toEqual(rare)
  })

  test('takes no turn for long: it goes on in the next ones, and nothing is refused meanwhile', () => {
    // A millisecond passes with every look at it.
    let elapsed = 0
    const clock = Object.assign(new ManualClock(), { elapsed: () => elapsed++ })
    const engine = new Engine({ table: new CommandTable(groups), clock, random: Math.random, log: () => {} })
    const session = engine.connect()
    for (let i = 0; i < 100; i++) session.execute(['SET', `key:${i}`, VALUE])
    session.execute(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random'])
    const sizes = [100]
    const { keyspace } = engine.database(0)
    session.execute(['CONFIG', 'SET', 'maxmemory', '60000'])
    sizes.push(keyspace.size)
    expect(session.execute(['SET', 'new', VALUE])).toEqual(OK)
    while (clock.runSoon()) sizes.push(keyspace.size)
    expect(sizes.length).toBeGreaterThan(5)
    for (const [i, size] of sizes.slice(1).entries()) expect(sizes[i] - size).toBeLessThan(10)
    expect(engine.memory.used()).toBeLessThan(60_000)
    expect(keyspace.size).toBeGreaterThan(45)
  })

  test('an LFU frequency falls while a key is not used', async () => {
    const redis = await filled('allkeys-lfu')
    for (let i = 0; i < 50; i++) await redis.get(KEYS[0])
    const frequency = (await redis.objectFreq(KEYS[0]))!
    expect(frequency).toBeGreaterThan(5)
    await redis.clock.advance(3 * 60_000)
    expect(await redis.objectFreq(KEYS[0])).toBe(frequency - 3)
  })

  test('volatile-ttl takes what expires the soonest', async () => {
    const redis = await filled('volatile-ttl')
    for (const [i, key] of KEYS.slice(5, 15).entries()) await redis.expire(key, 1000 - i)
    expect(await squeeze(redis, 3)).toEqual(KEYS.slice(12, 15))
  })

  test.for(['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'])(
    '%s takes only keys that expire, then refuses',
    async (policy) => {
      const redis = await filled(policy)
      for (const key of KEYS.slice(15)) await redis.expire(key, 1000)
      // Entries of the queue that are stale are not taken for keys that expire.
      for (const key of KEYS.slice(0, 15)) await redis.multi().expire(key, 500).persist(key).exec()
      const gone = await squeeze(redis, 2)
      expect(gone).toHaveLength(2)
      expect(gone.every((key) => KEYS.indexOf(key) >= 15)).toBe(true)
      await redis.configSet('maxmemory', 1000)
      await expect(redis.set('new', 1)).rejects.toThrow(OOM)
      expect((await redis.keys('key:*')).toSorted()).toEqual(KEYS.slice(0, 15))
    },
  )

  test('allkeys-random takes any, until the rest fits', async () => {
    const redis = await filled('allkeys-random')
    expect(await squeeze(redis, 5)).toHaveLength(5)
  })

  test('takes keys of every database, and of every type', async () => {
    const redis = await createTestRedis({ config: { 'maxmemory-policy': 'allkeys-random' } })
    await redis.rpush('list', VALUE)
    await redis.hset('hash', { field: VALUE })
    await redis.call('SELECT', 1)
    await redis.zadd('zset', { [VALUE]: 1 })
    await redis.xadd('stream', '*', { field: VALUE })
    await redis.sadd('set', VALUE)
    await redis.configSet('maxmemory', 100)
    expect(await redis.dbsize()).toBe(0)
    expect(await redis.set('new', 1)).toBe('OK')
    expect(await redis.info('keyspace')).toMatch(/^# Keyspace\r\ndb1:keys=1,/)
    expect(await redis.info('stats')).toContain('evicted_keys:5\r\n')
  })

  test('with maxmemory 1 nothing can be written, as in Redis', async () => {
    const redis = await createTestRedis({ config: { maxmemory: '1' } })
    await expect(redis.set('new', 1)).rejects.toThrow(/^OOM/)
  })

  test('takes away before the next command, whatever that is, what one has made too much', async () => {
    const redis = await filled('volatile-random')
    await redis.expire(KEYS[0], 1000)
    await redis.configSet('maxmemory', (await usedMemory(redis)) + 100)
    await redis.setbit('big', 8000, 0)
    expect((await redis.info('stats')).match(/evicted_keys:\d/g)).toEqual(['evicted_keys:1'])
    // Nothing is left that may go: what takes no memory runs all the same.
    expect(await redis.getbit('big', 0)).toBe(0)
    await expect(redis.set('new', 1)).rejects.toThrow(OOM)
  })

  test('spares a transaction that sets the limit', async () => {
    const redis = await createTestRedis({ config: { 'maxmemory-policy': 'allkeys-lru' } })
    const session = redis.engine.connect({ trusted: true })
    const replies = ['MULTI', 'INCR x', 'CONFIG SET maxmemory 1', 'INCR x', 'EXEC'].map((line) => session.execute(line.split(' ')))
    expect(replies.at(-1)).toEqual([1, OK, 2])
    await redis.clock.advance(0)
    expect(redis.engine.database(0).keyspace.size).toBe(0)
  })

  test('by use goes with integers that no two keys share, as OBJECT REFCOUNT tells', async () => {
    const redis = await createTestRedis()
    await redis.set('a', 1)
    const counts = []
    for (const [policy, limit] of [
      ['allkeys-lru', 0],
      ['allkeys-lru', 1e9],
      ['volatile-lfu', 1e9],
      ['allkeys-random', 1e9],
    ] as const) {
      // prettier-ignore
      await redis.configSet({ 'maxmemory-policy': policy, maxmemory: String(limit) })
      counts.push(await redis.objectRefcount('a'))
    }
    expect(counts).toEqual([2 ** 31 - 1, 1, 1, 2 ** 31 - 1])
  })

  test('is told by an event, fails transactions that watch the key, and counts', async () => {
    const redis = await filled('allkeys-lru')
    await redis.clock.advance(5000)
    for (const key of KEYS.slice(1)) await redis.get(key)
    await using events = await redis.subscribe('__keyevent@0__:evicted')
    const watched = await redis.watch(KEYS[0], async (connection) => {
      expect(await squeeze(redis, 1)).toEqual([KEYS[0]])
      return connection.multi().set('from', 'transaction').exec()
    })
    expect(watched).toBe(null)
    expect((await events.next()).value).toEqual({ channel: '__keyevent@0__:evicted', message: KEYS[0] })
    expect(await redis.info('stats')).toContain('evicted_keys:1\r\n')
  })

  test('is in the journal, so that what was evicted does not come back', async () => {
    const storage = memoryStorage()
    const config = { 'maxmemory-policy': 'allkeys-random', appendonly: 'yes', appendfsync: 'always' }
    const redis = await createTestRedis({ storage, config })
    for (const key of KEYS) await redis.set(key, VALUE)
    const gone = await squeeze(redis, 4)
    await redis.close()
    const again = await createTestRedis({ storage, config })
    expect(await again.exists(...gone)).toBe(0)
    expect(await again.dbsize()).toBe(KEYS.length - gone.length + 1)
    await again.close()
  })
})

test('a key that was just used is idle for 0 seconds, although a second has begun', async () => {
  await using redis = await createTestRedis({ now: 1_000_500 })
  await redis.set('early', 1)
  await redis.clock.advance(490)
  await redis.set('key', 1)
  await redis.clock.advance(20)
  expect(await redis.objectIdletime('key')).toBe(0)
  await redis.clock.advance(1900)
  expect(await redis.objectIdletime('key')).toBe(2)
})
