// What an engine keeps when everything has been given back: nothing, however long it lives and whatever the clock does.
import { describe, expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'
import { createTestRedis } from '../../../src/adapters/testing.ts'
import type { Clock } from '../../../src/core/engine/ports.ts'
import { systemClock } from '../../../src/adapters/host.ts'
import { admin } from '../../../src/core/admin/admin.ts'
import { sha1 } from '../../../src/core/sha1.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { usedMemory } from '../../support/garbage.ts'

describe('the queue of expiries', () => {
  test('does not keep the keys that were deleted before their time', async () => {
    const redis = await createTestRedis()
    const { keyspace } = redis.engine.database(0)
    for (let i = 0; i < 20_000; i++) redis.sync.set(`key:${i}`, 'x', { ex: 1_000_000 })
    expect(keyspace.expires.size).toBe(20_000)
    for (let i = 0; i < 20_000; i++) redis.sync.del(`key:${i}`)
    expect(keyspace.expires.size).toBeLessThan(1100)
  })

  test('does not keep those whose expiry was taken away, nor those that were overwritten', async () => {
    const redis = await createTestRedis()
    const { keyspace } = redis.engine.database(0)
    for (let i = 0; i < 20_000; i++) redis.sync.set(`key:${i}`, 'x', { ex: 1_000_000 })
    for (let i = 0; i < 10_000; i++) redis.sync.persist(`key:${i}`)
    for (let i = 10_000; i < 20_000; i++) redis.sync.set(`key:${i}`, 'y')
    expect(keyspace.expires.size).toBeLessThan(1100)
  })

  test('of a few among very many keys keeps what is still to come', async () => {
    const redis = await createTestRedis()
    const { keyspace } = redis.engine.database(0)
    for (let i = 0; i < 40_000; i++) redis.sync.set(`plain:${i}`, 'x')
    for (let i = 0; i < 30_000; i++) redis.sync.set(`key:${i % 100}`, 'x', { px: 1000 + i })
    redis.sync.hset('hash', { a: '1', b: '2' })
    redis.sync.call('HPEXPIRE', 'hash', 5000, 'FIELDS', 1, 'a')
    for (let i = 0; i < 3000; i++) redis.sync.pexpire('key:0', 40_000 + i)
    expect(keyspace.expires.size).toBeLessThan(1500)
    await redis.clock.advance(5000)
    expect(await redis.hlen('hash')).toBe(1)
    await redis.clock.advance(27_000)
    expect(await redis.dbsize()).toBe(40_002)
    await redis.clock.advance(20_000)
    expect(await redis.dbsize()).toBe(40_001)
  })

  test('of hashes whose fields expire does not grow with what was deleted', async () => {
    const redis = await createTestRedis()
    const { keyspace } = redis.engine.database(0)
    for (let i = 0; i < 5000; i++) {
      redis.sync.hset(`hash:${i}`, { a: '1' })
      redis.sync.call('HEXPIRE', `hash:${i}`, 1_000_000, 'FIELDS', 1, 'a')
    }
    for (let i = 0; i < 5000; i++) redis.sync.del(`hash:${i}`)
    for (let i = 0; i < 2000; i++) {
      redis.sync.hset('hash', { a: '1' })
      redis.sync.call('HEXPIRE', 'hash', 1_000_000, 'FIELDS', 1, 'a')
      redis.sync.del('hash')
    }
    expect(keyspace.expires.size).toBeLessThan(2100)
  })
})

describe('memory', () => {
  test('that has expired can be written again, although nothing else was', async () => {
    const redis = await createTestRedis({ config: { maxmemory: '200000', 'maxmemory-policy': 'noeviction' } })
    const fill = (): number => {
      for (let i = 0; ; i++) {
        try {
          redis.sync.set(`key:${i}`, 'x'.repeat(1000), { ex: 10 })
        } catch {
          return i
        }
      }
    }
    const fitted = fill()
    expect(fitted).toBeGreaterThan(100)
    await redis.clock.advance(11_000)
    expect(await redis.dbsize()).toBe(0)
    expect(await redis.info('memory')).toContain('used_memory:0\r\n')
    expect(fill()).toBeGreaterThan(fitted * 0.9)
  })

  test('that one deletion frees can be written again', async () => {
    const redis = await createTestRedis({ config: { 'maxmemory-policy': 'noeviction' } })
    for (let i = 0; i < 400; i++) await redis.set(`small:${i}`, 'x')
    await redis.set('large', 'x'.repeat(1_000_000))
    await redis.configSet('maxmemory', 500_000)
    await expect(redis.set('new', '1')).rejects.toThrow('OOM')
    await redis.del('large')
    expect(await redis.set('new', '1')).toBe('OK')
  })
})

describe('a value that is a part of another, or was put together,', () => {
  const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(20_000) // 520 kB
  const cases = {
    GETRANGE: null,
    'string.sub': 'return string.sub(ARGV[1], 1, 30)',
    'string.match': "return string.match(ARGV[1], '^(abcdefghijklmnopqrstuvwxyz)')",
    'cjson.decode': 'return cjson.decode(\'["\' .. ARGV[1] .. \'","abcdefghijklmnopqrstuvwxyz"]\')[2]',
    'cmsgpack.unpack': "return cmsgpack.unpack(cmsgpack.pack({ARGV[1], string.rep('q', 30)}))[2]",
    'struct.unpack': "return (struct.unpack('c30', ARGV[1]))",
    '..': "local s = '' for i = 1, 10000 do s = s .. string.char(97 + i % 26) end return s",
  }
  test.for(Object.entries(cases))('takes its own memory only: %s', async ([, body]) => {
    await using redis = await createRedis({ lua })
    const make = async (i: number): Promise<void> => {
      if (body !== null) {
        await redis.call('EVAL', `redis.call('RPUSH', 'list', (function() ${body} end)())`, 0, text + i)
        return
      }
      await redis.set('text', text + i)
      await redis.rpush('list', await redis.getrange('text', 0, 30))
      await redis.del('text')
    }
    await make(0)
    const before = await usedMemory()
    for (let i = 0; i < 50; i++) await make(i)
    expect((await usedMemory()) - before).toBeLessThan(5_000_000)
    expect(await redis.llen('list')).toBe(51)
  })
})

test('what SLOWLOG keeps of long words is the part that it shows', async () => {
  await using redis = await createRedis({ admin, config: { 'slowlog-log-slower-than': '0' } })
  const before = await usedMemory()
  for (let i = 0; i < 50; i++) await redis.echo(Buffer.alloc(1_000_000, 'x').toString())
  expect((await usedMemory()) - before).toBeLessThan(10_000_000)
  expect(await redis.call('SLOWLOG', 'LEN')).toBe(50)
})

/** The host's clock, with a time of day that can be set. */
function settableClock(): Clock & { ahead: number } {
  return { ...systemClock, ahead: 0, now() { return Date.now() + this.ahead } } // prettier-ignore
}

describe('the time of day', () => {
  test('that is set back does not make those wait longer who wait', async () => {
    const clock = settableClock()
    await using redis = await createRedis({ clock })
    const waiting = redis.blpop('nothing', 0.05)
    clock.ahead = -3_600_000
    const late = new Promise((resolve) => setTimeout(resolve, 2000, 'still waiting'))
    expect(await Promise.race([waiting, late])).toBeNull()
  })

  test('that is set back makes no CLIENT PAUSE longer', async () => {
    const clock = settableClock()
    await using redis = await createRedis({ clock, admin })
    await redis.call('CLIENT', 'PAUSE', 50)
    clock.ahead = -3_600_000
    const late = new Promise((resolve) => setTimeout(resolve, 2000, 'still waiting'))
    expect(await Promise.race([redis.ping(), late])).toBe('PONG')
  })

  test.for(['noeviction', 'allkeys-lfu'])(
    'that jumps ahead, as after a sleep, has keys expire by themselves soon after the next command: %s',
    async (policy) => {
      const clock = settableClock()
      await using redis = await createRedis({ clock, config: { 'notify-keyspace-events': 'Ex', 'maxmemory-policy': policy } })
      await redis.set('key', '1', { ex: 3600 })
      await redis.set('other', '1')
      await using events = await redis.subscribe('__keyevent@0__:expired')
      clock.ahead = 7_200_000
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await redis.get('other')
      const late = new Promise((resolve) => setTimeout(resolve, 2000, 'nothing expired'))
      expect(await Promise.race([events.next(), late])).toMatchObject({ value: { message: 'key' } })
      expect(await redis.dbsize()).toBe(1)
    },
  )
})

test.for([undefined, admin])('an engine that has ended leaves no timer behind, which would keep it', async (extension) => {
  const timers = new Set<number>()
  const clock: Clock = {
    ...systemClock,
    after(delay, run) {
      const cancel = systemClock.after(delay, run)!
      timers.add(delay)
      return () => {
        timers.delete(delay)
        cancel()
      }
    },
  }
  const redis = await createRedis({ clock, admin: extension, save: '3600 1' })
  await redis.set('key', 'x', { ex: 100 })
  await redis.hset('hash', { a: '1' })
  await redis.call('HEXPIRE', 'hash', 50, 'FIELDS', 1, 'a')
  const waiting = redis.blpop('list', 500)
  if (extension !== undefined) await redis.call('CLIENT', 'PAUSE', 200_000, 'WRITE')
  expect(timers.size).toBeGreaterThan(2)
  await redis.close()
  await waiting.catch(() => {})
  // What is read once a second is no longer read.
  expect([...timers].filter((delay) => delay > 1000)).toEqual([])
})

describe('scripts', () => {
  test('whose text is always another are forgotten, but for the last 500 and those that were loaded', async () => {
    await using redis = await createRedis({ lua })
    const text = (i: number): string => `return ${i}`
    const sha = (i: number): string => sha1(text(i))
    const known = async (...numbers: number[]): Promise<unknown> => redis.call('SCRIPT', 'EXISTS', ...numbers.map(sha))
    for (let i = 0; i < 500; i++) await redis.call('EVAL', text(i), 0)
    await redis.call('SCRIPT', 'LOAD', text(1))
    await redis.call('SCRIPT', 'LOAD', text(1000))
    expect(await known(0, 1, 2, 3, 4, 499, 1000)).toEqual([1, 1, 1, 1, 1, 1, 1])
    // Called again, it is not the oldest any more.
    await redis.call('EVALSHA', sha(0), 0)
    await redis.call('EVAL', text(2), 0)
    for (let i = 500; i < 503; i++) await redis.call('EVAL', text(i), 0)
    expect(await known(0, 1, 2, 3, 4, 5, 502, 1000)).toEqual([1, 1, 1, 0, 0, 1, 1, 1])
    expect(await redis.call('EVAL', text(3), 0)).toBe(3)
    expect(await known(3, 5, 6)).toEqual([1, 0, 1])
    for (let i = 2000; i < 3000; i++) await redis.call('EVAL', text(i), 0)
    expect(await known(0, 1, 2, 1000, 2499, 2500)).toEqual([0, 1, 0, 1, 0, 1])
  })
})
