// Test runners fake timers, some of them all there are, before or after the modules are loaded. What takes no time goes on
// then, and what takes time takes that of the fakes.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Redis as IORedis } from 'ioredis'
import { Redis as IORedis5 } from 'ioredis5'
import { Redis as UpstashRedis } from '@upstash/redis'

// The same calls, of classes that TypeScript tells apart.
const versions = [IORedis, IORedis5 as unknown as typeof IORedis]

const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const
const turns = ['setImmediate', 'clearImmediate', 'queueMicrotask'] as const
const sets = {
  everything: [...timers, ...turns, 'Date', 'performance', 'hrtime'],
  'timers and the date': [...timers, 'Date'],
  'timers alone': timers,
} as const

const load = async () => ({
  ...(await import('../../src/adapters/memory.ts')),
  ...(await import('../../src/adapters/testing.ts')),
  ...(await import('../../src/adapters/drop-in/ioredis.ts')),
  ...(await import('../../src/adapters/drop-in/upstash.ts')),
  ...(await import('../../src/adapters/ioredis.ts')),
})

beforeEach(() => void vi.resetModules())
afterEach(() => void vi.useRealTimers())

describe.for(Object.entries(sets))('while %s are faked', ([, toFake]) => {
  describe.for(['before', 'after'])('%s the modules are loaded', (when) => {
    const ready = async (): ReturnType<typeof load> => {
      if (when === 'after') await load()
      vi.useFakeTimers({ toFake: [...toFake] })
      return load()
    }

    test('commands that wait end', async () => {
      const { createRedis } = await ready()
      await using redis = await createRedis()
      const waiting = redis.blpop('nothing', 60)
      await vi.advanceTimersByTimeAsync(59_000)
      expect(redis.sync.info('clients')).toContain('blocked_clients:1')
      await vi.advanceTimersByTimeAsync(1000)
      expect(await waiting).toBeNull()
    })

    test('saves end', async () => {
      const { createRedis, memoryStorage } = await ready()
      await using redis = await createRedis({ storage: memoryStorage(), save: '' })
      for (let i = 0; i < 3000; i++) redis.sync.set(`key:${i}`, 'x'.repeat(200))
      await redis.save()
      expect(redis.sync.info('persistence')).toContain('rdb_changes_since_last_save:0')
    })

    test('the clock of a test moves', async () => {
      const { createTestRedis } = await ready()
      await using redis = await createTestRedis()
      await redis.set('session', 1, { ex: 60 })
      const waiting = redis.blpop('nothing', 30)
      await redis.clock.advance(60_000)
      expect([await waiting, await redis.get('session')]).toEqual([null, null])
    })

    test.for(versions)('ioredis goes on', async (Redis) => {
      const { createTestRedis, fromIoredis, ioredisOn } = await ready()
      await using redis = await createTestRedis()
      const client = new Redis(ioredisOn(redis))
      for (let i = 0; i < 200; i++) await client.incr('n')
      expect(await fromIoredis(client).get('n')).toBe('200')
      const listener = client.duplicate()
      const heard: string[] = []
      listener.on('message', (_channel, message) => heard.push(message))
      await listener.subscribe('news')
      await redis.publish('news', 'said')
      await redis.clock.advance(0)
      expect(heard).toEqual(['said'])
      redis.faults.disconnect()
      const reply = client.get('n')
      await redis.clock.advance(0)
      await vi.advanceTimersByTimeAsync(1000) // until ioredis tries again
      expect(await reply).toBe('200')
      const ended = new Promise((resolve) => client.once('end', resolve))
      await client.quit()
      await ended
      listener.disconnect()
    })

    test('@upstash/redis goes on', async () => {
      const { createRedis, requesterOn } = await ready()
      await using redis = await createRedis()
      const client = new UpstashRedis(requesterOn(redis))
      for (let i = 0; i < 200; i++) await client.incr('n')
      expect(await client.get('n')).toBe(200)
    })
  })
})

test.for(versions)('ioredis needs no process.nextTick for its commands, as Jest fakes it', async (Redis) => {
  const { createRedis, ioredisOn } = await load()
  await using redis = await createRedis()
  const ticks: (() => void)[] = []
  const fake = vi.spyOn(process, 'nextTick').mockImplementation((run, ...args) => void ticks.push(() => run(...args)))
  const client = new Redis(ioredisOn(redis))
  const secure = new Redis({ ...ioredisOn(redis), tls: {} })
  const replies = await Promise.all([client.set('a', 1), client.multi().incr('a').exec(), secure.get('a')]).finally(() =>
    fake.mockRestore(),
  )
  for (const tick of ticks) tick()
  expect(replies).toEqual(['OK', [[null, 2]], '2'])
  client.disconnect()
  secure.disconnect()
})

test('a listener that throws is seen by the process', async () => {
  const { createRedis, ioredisOn } = await load()
  await using redis = await createRedis()
  const client = new IORedis5(ioredisOn(redis))
  client.on('message', () => {
    throw new Error('a fault of the listener')
  })
  await client.subscribe('news')
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const seen = new Promise((resolve) => process.once('uncaughtException', resolve))
  await redis.publish('news', 'said')
  expect(await seen).toEqual(new Error('a fault of the listener'))
  for (const other of others) process.on('uncaughtException', other)
  client.disconnect()
})

test('what is far away is waited for in parts, and what never comes is not waited for again and again', async () => {
  const { createRedis } = await load()
  vi.useFakeTimers()
  await using redis = await createRedis()
  const days = 60 * 86_400
  const waiting = redis.blpop('nothing', days)
  let over = false
  void waiting.then(() => (over = true))
  await vi.advanceTimersByTimeAsync((days - 1) * 1000)
  expect(over).toBe(false)
  await vi.advanceTimersByTimeAsync(1000)
  expect(await waiting).toBeNull()
  const { signal } = new AbortController()
  void redis.blpop('nothing', 0, { signal }).catch(() => {})
  await vi.runAllTimersAsync()
})

test('FLUSHALL forgets a timer that went with the fakes', async () => {
  const { createRedis } = await load()
  vi.useFakeTimers()
  await using redis = await createRedis({ config: { 'notify-keyspace-events': 'Ex' } })
  await redis.set('before', 1, { px: 10 })
  vi.useRealTimers()
  await redis.flushall()
  const events = await redis.subscribe('__keyevent@0__:expired')
  await redis.set('after', 1, { px: 30 })
  expect((await events.next()).value?.message).toBe('after')
})
