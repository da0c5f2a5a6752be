// used_memory: it follows what the data takes, returns to nothing with it, and `maxmemory` holds whatever is written.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { STRING_OVERHEAD } from '../../../src/core/bytes.ts'
import { memoryStorage } from '../../../src/adapters/memory.ts'
import { createTestRedis, type TestRedis } from '../../../src/adapters/testing.ts'
import { EXPIRY, sizeOfValue, SLOT } from '../../../src/core/engine/memory.ts'
import { ReplyError } from '../../../src/core/reply.ts'
import type { Value } from '../../../src/core/engine/values.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { usedMemory } from '../../support/garbage.ts'
import { groups } from '../../differential/commands.ts'
import { SEED } from '../../support/seed.ts'

const usedBy = async (redis: TestRedis): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
const lengths = (texts: readonly string[]): number => texts.reduce((sum, { length }) => sum + length, 0)

/** The bytes of a collection's text, as the structures should have counted them; undefined for a string. */
function charsOf(value: Value): number | undefined {
  if (typeof value !== 'object' || value.type === 'string' || value.type === 'module') return undefined
  if (value.type === 'list') return lengths(value.size === 0 ? [] : value.slice(0, value.size - 1))
  if (value.type === 'set') return lengths(value.keys)
  if (value.type === 'hash') return lengths(value.keys) + lengths(value.values)
  if (value.type === 'zset') return lengths(value.scores.keys)
  let chars = 0
  for (const node of value.chunks) {
    for (const pairs of node.values) {
      pairs.forEach((text, i) => (chars += 8 + (i % 2 === 0 && text === node.fields[i / 2] ? 0 : STRING_OVERHEAD + text.length)))
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
      let bytes = engine.memory.beside
      for (const { keyspace } of engine.databases()) {
        bytes += keyspace.expires.size * EXPIRY
        keyspace.values.forEach((value, slot) => {
          bytes += SLOT + STRING_OVERHEAD + keyspace.keys[slot].length + sizeOfValue(value)
          const chars = charsOf(value)
          if (chars === undefined || typeof value !== 'object' || value.type === 'string' || value.type === 'module') return
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
    void session.execute(['RESET'])
    for (const db of engine.databases()) {
      // One by one, and at once.
      if (db.index === 0) while (db.keyspace.size > 0) db.delete(db.keyspace.keys[0])
      else db.flush()
    }
    expect(engine.memory.used()).toBeCloseTo(0, 3)
    session.close()
  })
  await fc.assert(property, { seed: SEED, numRuns: 150 })
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
    'entries that consumers have': ({ sync }, i) => {
      const key = `key:${i >> 8}`
      if (i % 256 === 0) for (const group of ['one', 'two']) sync.xgroupCreate(key, group, '0', { mkstream: true })
      sync.xadd(key, '*', { value: i })
      for (const group of ['one', 'two']) sync.call('XREADGROUP', 'GROUP', group, `consumer:${i % 16}`, 'STREAMS', key, '>')
    },
    'streams with consumers': ({ sync }, i) => {
      const key = `key:${i >> 6}`
      if (i % 64 === 0) sync.xgroupCreate(key, 'group', '0', { mkstream: true })
      sync.call('XGROUP', 'CREATECONSUMER', key, 'group', `a consumer whose name is long ${'-'.repeat(300)} ${i}`)
    },
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

describe('beside the data', () => {
  const NAME = 'n'.repeat(1000)
  /** What a connection keeps, and what gives it back. */
  const kept: Record<string, [begin: string[][], grow: (i: number) => string[], end: string[][]]> = {
    'a queue that is discarded': [[['MULTI']], (i) => ['SET', `${NAME}${i}`, '1'], [['DISCARD']]],
    'a queue that fails': [[['MULTI']], (i) => ['GET', `${NAME}${i}`], [['NOSUCH'], ['EXEC']]],
    'a queue that runs': [[['MULTI']], (i) => ['GET', `${NAME}${i}`], [['EXEC']]],
    'a queue and watches at RESET': [[['WATCH', NAME], ['MULTI']], (i) => ['GET', `${NAME}${i}`], [['RESET']]],
    watches: [[['WATCH', NAME]], (i) => ['WATCH', `${NAME}${i}`, `${NAME}${i}`], [['UNWATCH']]],
    channels: [[], (i) => ['SUBSCRIBE', `${NAME}${i}`, `${NAME}${i}`], [['UNSUBSCRIBE']]],
    patterns: [[], (i) => ['PSUBSCRIBE', `${NAME}${i}`], [['RESET']]],
    'shard channels': [[], (i) => ['SSUBSCRIBE', `${NAME}${i}`], [['SUNSUBSCRIBE']]],
    'tracked keys that change': [[['CLIENT', 'TRACKING', 'ON']], (i) => ['MGET', `${NAME}${i}`, `${NAME}${i}`], [['FLUSHALL']]],
    'tracked keys that are evicted': [
      [['CLIENT', 'TRACKING', 'ON']],
      (i) => ['GET', `${NAME}${i}`],
      [
        ['CONFIG', 'SET', 'tracking-table-max-keys', '1'],
        ['GET', 'x'],
        ['SET', 'x', '1'],
        ['DEL', 'x'],
        ['CONFIG', 'SET', 'tracking-table-max-keys', '1000'],
      ],
    ],
    scripts: [[], (i) => ['SCRIPT', 'LOAD', `return '${NAME}${i}'`], [['SCRIPT', 'FLUSH']]],
    libraries: [
      [],
      (i) => ['FUNCTION', 'LOAD', `#!lua name=l${i}\n--${NAME}\nredis.register_function('f${i}', function() end)`],
      [['FUNCTION', 'FLUSH']],
    ],
  }
  test.for(Object.entries(kept))('%s', async ([, [begin, grow, end]]) => {
    await using redis = await createTestRedis({ lua, config: { maxmemory: '1mb', 'maxmemory-policy': 'allkeys-lru' } })
    const { engine } = redis
    const empty = engine.memory.used()
    expect(empty).toBe(0)
    for (const ended of [end, []]) {
      const session = engine.connect({ trusted: true, onKill: () => {} })
      session.protocol = 3
      for (const command of begin) await session.execute(command)
      for (let i = 0; i < 100; i++) expect(await session.execute(grow(i))).not.toBeInstanceOf(ReplyError)
      expect(engine.memory.used()).toBeGreaterThan(100 * NAME.length)
      for (const command of ended) await session.execute(command)
      if (ended.length > 0) expect(engine.memory.used()).toBeCloseTo(0, 3)
      session.close()
    }
    if (!/SCRIPT|FUNCTION/.test(String(end))) expect(engine.memory.used()).toBeCloseTo(0, 3)
  })

  test('EVAL forgets scripts, and what they took', async () => {
    await using redis = await createTestRedis({ lua })
    for (let i = 0; i < 1000; i++) await redis.eval(`return '${NAME}${i}'`, [], [])
    expect(await usedBy(redis)).toBeLessThan(500 * 1.1 * (NAME.length + 2000))
    await redis.scriptFlush()
    expect(await usedBy(redis)).toBe(0)
  })

  test('a queue that is too large is refused, and other keys have gone for it', async () => {
    await using redis = await createTestRedis({ config: { maxmemory: '1mb', 'maxmemory-policy': 'allkeys-lru' } })
    for (let i = 0; i < 100; i++) redis.sync.set(`key:${i}`, NAME)
    const session = redis.engine.connect({ trusted: true })
    session.execute(['MULTI'])
    const replies = Array.from({ length: 2000 }, (_, i) => session.execute(['GET', `${NAME}${i}`]))
    expect(replies.at(-1)).toMatchObject({ text: "OOM command not allowed when used memory > 'maxmemory'." })
    expect(await redis.dbsize()).toBe(0)
    expect(redis.engine.memory.used()).toBeLessThan(1.1 * 2 ** 20)
    expect(session.execute(['EXEC'])).toMatchObject({ text: 'EXECABORT Transaction discarded because of previous errors.' })
  })

  test('XREADGROUP, which is never refused, makes room for what it hands out', async () => {
    await using redis = await createTestRedis({ config: { maxmemory: '1mb', 'maxmemory-policy': 'volatile-lru' } })
    const { sync } = redis
    sync.xgroupCreate('stream', 'group', '0', { mkstream: true })
    for (let i = 0; i < 3000; i++) sync.xadd('stream', '*', { i })
    for (let i = 0; sync.info('stats').includes('evicted_keys:0'); i++) sync.set(`key:${i}`, NAME, { ex: 1000 })
    const before = await redis.dbsize()
    for (let i = 0; i < 3000; i++) sync.call('XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', '1', 'STREAMS', 'stream', '>')
    expect(await redis.dbsize()).toBeLessThan(before - 300)
    expect(redis.engine.memory.used()).toBeLessThan(2 ** 20 + 1000)
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
