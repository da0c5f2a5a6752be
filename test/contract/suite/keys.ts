// Keys whatever they hold.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, c, d, does, EDGES, EVERY_BYTE, failure, type Suite, SYNTAX, WRONGTYPE } from '../contract.ts'

const NO_SUCH_KEY = failure('ERR no such key')

/** What the four commands that set an expiry have in common; `at` makes their argument from milliseconds from now. */
function expiring(method: 'expire' | 'pexpire' | 'expireat' | 'pexpireat', at: (ms: number) => number): Suite[string] {
  return [
    does('1 if it was set, under each condition', async ({ redis }) => {
      expect(await redis[method](a, at(100_000))).toBe(0)
      await redis.set(a, 'x')
      expect(await redis[method](a, at(100_000), 'xx')).toBe(0)
      expect(await redis[method](a, at(100_000), 'gt')).toBe(0)
      expect(await redis[method](a, at(100_000), 'nx')).toBe(1)
      expect(await redis[method](a, at(100_000), 'nx')).toBe(0)
      expect(await redis[method](a, at(50_000), 'gt')).toBe(0)
      expect(await redis[method](a, at(200_000), 'gt')).toBe(1)
      expect(await redis[method](a, at(300_000), 'lt')).toBe(0)
      expect(await redis[method](a, at(50_000), 'lt')).toBe(1)
      expect(await redis[method](a, at(60_000), ['xx', 'lt'])).toBe(0)
      expect(await redis[method](a, at(60_000), ['xx', 'gt'])).toBe(1)
      expect(await redis[method](a, at(50_000), ['xx', 'lt'])).toBe(1)
      expect(Math.abs((await redis.pttl(a)) - 50_000)).toBeLessThan(2500)
    }),
    does('a time that has passed removes the key', async ({ redis }) => {
      await redis.set(a, 'x')
      expect(await redis[method](a, at(-5000))).toBe(1)
      expect(await redis.exists(a)).toBe(0)
    }),
    does('refuses what is no time', async ({ redis }) => {
      await redis.set(a, 'x')
      await expect(redis[method](a, 0.5)).rejects.toMatchObject(failure('ERR value is not an integer or out of range'))
      await expect(redis[method](a, 1, 'no' as 'nx')).rejects.toMatchObject(failure('ERR Unsupported option no'))
      // @ts-expect-error -- the first expiry is neither later nor earlier
      await expect(redis[method](a, 1, ['nx', 'gt'])).rejects.toMatchObject(
        failure('ERR NX and XX, GT or LT options at the same time are not compatible'),
      )
      expect(await redis.ttl(a)).toBe(-1)
    }),
  ]
}

async function filled(redis: Redis): Promise<void> {
  await redis.rpush(a, 3, 1, 2)
  await redis.mset({ '{k}w1': 30, '{k}w2': 20, '{k}w3': 10, '{k}n1': 'one', '{k}n3': 'three' })
}

async function walked(redis: Redis, options: { match?: string; count?: number; type?: 'set' }): Promise<string[]> {
  const found = new Set<string>()
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, options)
    for (const key of keys) found.add(key)
    cursor = next
  } while (cursor !== '0')
  return [...found].sort()
}

export const keys: Suite = {
  del: [
    does('counts what was there', async ({ redis }) => {
      await redis.mset({ [a]: 1, [b]: 2 })
      expect(await redis.del(a, b, c, a)).toBe(2)
      expect(await redis.exists(a, b)).toBe(0)
    }),
  ],
  unlink: [
    does('counts what was there', async ({ redis }) => {
      await redis.mset({ [a]: 1, [b]: 2 })
      expect(await redis.unlink(a, c)).toBe(1)
    }),
  ],
  exists: [
    does('counts a key as often as it is named', async ({ redis }) => {
      await redis.set(a, 1)
      expect(await redis.exists(a, a, b)).toBe(2)
    }),
  ],
  touch: [
    does('counts the keys that exist', async ({ redis }) => {
      await redis.mset({ [a]: 1, [b]: 2 })
      expect(await redis.touch(a, b, c)).toBe(2)
    }),
  ],
  type: [
    does('names what a key holds', async ({ redis }) => {
      await redis.set('s', 1)
      await redis.rpush('l', 1)
      await redis.sadd('e', 1)
      await redis.zadd('z', { m: 1 })
      await redis.hset('h', 'f', 1)
      const types: string[] = []
      for (const key of ['s', 'l', 'e', 'z', 'h', 'none']) types.push(await redis.type(key))
      expect(types).toEqual(['string', 'list', 'set', 'zset', 'hash', 'none'])
    }),
  ],
  keys: [
    does(
      'gives all that fit a pattern',
      async ({ redis }) => {
        for (const key of EDGES) await redis.set(key, 1)
        expect((await redis.keys('*')).sort()).toEqual([...EDGES].sort())
        expect(await redis.keys('__pr?t[n-p]__')).toEqual(['__proto__'])
        expect(await redis.keys('nothing*')).toEqual([])
        await redis.set(EVERY_BYTE, 1)
        expect(await redis.bytes.keys('*\u0001*')).toEqual([EVERY_BYTE])
      },
      { needs: 'every node' },
    ),
  ],
  scan: [
    does(
      'finds all keys in steps, or those of a pattern or a type',
      async ({ redis }) => {
        const all = Array.from({ length: 50 }, (_, i) => `key:${i}`).sort()
        for (const key of all) await redis.set(key, 1)
        await redis.sadd('set', 'x')
        expect(await walked(redis, { count: 5 })).toEqual([...all, 'set'])
        expect(await walked(redis, { match: 'key:?' })).toEqual(all.filter((key) => key.length === 5))
        expect(await walked(redis, { type: 'set' })).toEqual(['set'])
        await expect(redis.scan('x')).rejects.toMatchObject(failure('ERR invalid cursor'))
        await expect(redis.scan(0, { count: 0 })).rejects.toMatchObject(SYNTAX)
      },
      { needs: 'every node' },
    ),
  ],
  randomkey: [
    does(
      'gives a key, null if there is none',
      async ({ redis }) => {
        expect(await redis.randomkey()).toBeNull()
        await redis.mset({ [a]: 1, [b]: 1 })
        const found = new Set<string | null>()
        for (let i = 0; i < 60; i++) found.add(await redis.randomkey())
        expect(found).toEqual(new Set([a, b]))
      },
      { needs: 'every node' },
    ),
  ],
  rename: [
    does('takes the place of what had the name', async ({ redis }) => {
      await redis.set(a, 1, { ex: 100 })
      await redis.set(b, 2)
      expect(await redis.rename(a, b)).toBe('OK')
      expect([await redis.get(b), await redis.exists(a)]).toEqual(['1', 0])
      expect(await redis.ttl(b)).toBeGreaterThan(90)
      await expect(redis.rename(a, b)).rejects.toMatchObject(NO_SUCH_KEY)
    }),
  ],
  renamenx: [
    does('only if the name is free', async ({ redis }) => {
      await redis.mset({ [a]: 1, [b]: 2 })
      expect(await redis.renamenx(a, b)).toBe(0)
      expect(await redis.renamenx(a, c)).toBe(1)
      await expect(redis.renamenx(a, b)).rejects.toMatchObject(NO_SUCH_KEY)
    }),
  ],
  copy: [
    does('copies, and replaces if told to', async ({ redis }) => {
      await redis.hset(a, { f: 1 })
      expect(await redis.copy(a, b)).toBe(1)
      await redis.hset(b, { f: 2 })
      expect(await redis.copy(b, a)).toBe(0)
      expect(await redis.copy(b, a, { replace: true })).toBe(1)
      expect(await redis.hgetall(a)).toEqual({ f: '2' })
      expect(await redis.copy(c, d)).toBe(0)
      await expect(redis.copy(a, a)).rejects.toMatchObject(failure('ERR source and destination objects are the same'))
    }),
    does(
      'copies to another database',
      async ({ redis }) => {
        await redis.set(a, 1)
        expect(await redis.copy(a, a, { db: 9 })).toBe(1)
        expect(await redis.copy(a, b, { db: 9, replace: true })).toBe(1)
        expect(await redis.dbsize()).toBe(1)
      },
      { needs: 'databases' },
    ),
  ],
  move: [
    does(
      'moves to another database',
      async ({ redis }) => {
        await redis.set(a, 1)
        expect(await redis.move(a, 9)).toBe(1)
        expect(await redis.exists(a)).toBe(0)
        expect(await redis.move(a, 9)).toBe(0)
        await redis.set(a, 2)
        expect(await redis.move(a, 9)).toBe(0)
        await expect(redis.move(a, 99)).rejects.toMatchObject({ message: expect.stringMatching(/^ERR /) as string })
      },
      { needs: 'databases' },
    ),
  ],
  expire: expiring('expire', (ms) => Math.round(ms / 1000)),
  pexpire: expiring('pexpire', (ms) => ms),
  expireat: expiring('expireat', (ms) => Math.round((Date.now() + ms) / 1000)),
  pexpireat: expiring('pexpireat', (ms) => Date.now() + ms),
  ttl: [
    does('-1 if it never expires, -2 if there is no such key', async ({ redis }) => {
      expect(await redis.ttl(a)).toBe(-2)
      await redis.set(a, 1)
      expect(await redis.ttl(a)).toBe(-1)
      await redis.expire(a, 100)
      expect(await redis.ttl(a)).toBeGreaterThan(97)
    }),
  ],
  pttl: [
    does('-1 if it never expires, -2 if there is no such key', async ({ redis }) => {
      expect(await redis.pttl(a)).toBe(-2)
      await redis.set(a, 1)
      expect(await redis.pttl(a)).toBe(-1)
      await redis.expire(a, 100)
      expect(await redis.pttl(a)).toBeGreaterThan(97_000)
    }),
  ],
  expiretime: [
    does('gives the second', async ({ redis }) => {
      expect(await redis.expiretime(a)).toBe(-2)
      await redis.set(a, 1)
      expect(await redis.expiretime(a)).toBe(-1)
      await redis.expireat(a, 33_177_117_420)
      expect(await redis.expiretime(a)).toBe(33_177_117_420)
    }),
  ],
  pexpiretime: [
    does('gives the millisecond', async ({ redis }) => {
      expect(await redis.pexpiretime(a)).toBe(-2)
      await redis.set(a, 1)
      expect(await redis.pexpiretime(a)).toBe(-1)
      await redis.pexpireat(a, 33_177_117_420_123)
      expect(await redis.pexpiretime(a)).toBe(33_177_117_420_123)
    }),
  ],
  persist: [
    does('1 if there was an expiry', async ({ redis }) => {
      await redis.set(a, 1, { ex: 100 })
      expect(await redis.persist(a)).toBe(1)
      expect(await redis.persist(a)).toBe(0)
      expect(await redis.ttl(a)).toBe(-1)
    }),
  ],
  objectEncoding: [
    does('names it, null if there is no such key', async ({ redis }) => {
      await redis.set('i', 1)
      await redis.set('e', 'x')
      await redis.set('r', 'x'.repeat(200))
      await redis.hset('h', { f: 1 })
      await redis.sadd('n', 1)
      await redis.zadd('z', { m: 1 })
      const encodings: (string | null)[] = []
      for (const key of ['i', 'e', 'r', 'h', 'n', 'z', 'none']) encodings.push(await redis.objectEncoding(key))
      expect(encodings).toEqual(['int', 'embstr', 'raw', 'listpack', 'intset', 'listpack', null])
    }),
  ],
  objectIdletime: [
    does('counts seconds', async ({ redis }) => {
      // The engine reads the clock for it once a second, by a timer, which wants its turn.
      await new Promise((resolve) => setTimeout(resolve, 1))
      await redis.set(a, 1)
      expect(await redis.objectIdletime(a)).toBeLessThan(2)
      expect(await redis.objectIdletime(b)).toBeNull()
    }),
  ],
  objectFreq: [
    does('needs an LFU policy', async ({ redis }) => {
      await redis.set(a, 1)
      await expect(redis.objectFreq(a)).rejects.toMatchObject({
        message: expect.stringMatching(/^ERR An LFU maxmemory policy is not selected, access frequency not tracked\./) as string,
      })
      expect(await redis.objectFreq(b)).toBeNull()
    }),
  ],
  objectRefcount: [
    does('is a number', async ({ redis }) => {
      await redis.set(a, 'some text')
      expect(await redis.objectRefcount(a)).toBe(1)
      expect(await redis.objectRefcount(b)).toBeNull()
    }),
  ],
  sort: [
    does('refuses an option that it does not have', async ({ redis }) => {
      await expect(redis.sort(a, { descending: true } as object)).rejects.toMatchObject(SYNTAX)
    }),
    does('sorts numbers or text, with a limit', async ({ redis }) => {
      await redis.rpush(a, 10, 9, '-1.5')
      expect(await redis.sort(a)).toEqual(['-1.5', '9', '10'])
      expect(await redis.sort(a, { desc: true, limit: { offset: 1, count: 2 } })).toEqual(['9', '-1.5'])
      expect(await redis.sort(a, { alpha: true })).toEqual(['-1.5', '10', '9'])
      expect(await redis.sort(b)).toEqual([])
      await redis.rpush(a, 'x')
      await expect(redis.sort(a)).rejects.toMatchObject(failure("ERR One or more scores can't be converted into double"))
      await redis.set(b, 1)
      await expect(redis.sort(b)).rejects.toMatchObject(WRONGTYPE)
    }),
    does(
      'by and get look at other keys',
      async ({ redis }) => {
        await filled(redis)
        expect(await redis.sort(a, { by: '{k}w*' })).toEqual(['3', '2', '1'])
        expect(await redis.sort(a, { get: ['#', '{k}n*'] })).toEqual(['1', 'one', '2', null, '3', 'three'])
      },
      { needs: 'all keys in reach' },
    ),
  ],
  sortRo: [
    does('sorts', async ({ redis }) => {
      await redis.sadd(a, 3, 1, 2)
      expect(await redis.sortRo(a, { desc: true })).toEqual(['3', '2', '1'])
      await redis.rpush(b, EVERY_BYTE)
      expect(await redis.bytes.sortRo(b, { alpha: true })).toEqual([EVERY_BYTE])
    }),
    does(
      'by and get look at other keys',
      async ({ redis }) => {
        await filled(redis)
        expect(await redis.sortRo(a, { by: '{k}w*', get: ['{k}n*'] })).toEqual(['three', null, 'one'])
      },
      { needs: 'all keys in reach' },
    ),
  ],
  sortStore: [
    does('gives the length of the list', async ({ redis }) => {
      await redis.rpush(a, 3, 1, 2)
      expect(await redis.sortStore(a, b)).toBe(3)
      expect(await redis.lrange(b, 0, -1)).toEqual(['1', '2', '3'])
      expect(await redis.sortStore(c, b)).toBe(0)
      expect(await redis.exists(b)).toBe(0)
    }),
    does(
      'by looks at other keys',
      async ({ redis }) => {
        await filled(redis)
        expect(await redis.sortStore(a, b, { by: '{k}w*' })).toBe(3)
        expect(await redis.lrange(b, 0, -1)).toEqual(['3', '2', '1'])
      },
      { needs: 'all keys in reach' },
    ),
  ],
  dump: [
    does('gives bytes that restore makes the key of', async ({ redis }) => {
      expect(await redis.dump(a)).toBeNull()
      await redis.set(a, EVERY_BYTE)
      const dump = (await redis.bytes.dump(a))!
      expect(dump).toBeInstanceOf(Uint8Array)
      expect(await redis.restore(b, 0, dump)).toBe('OK')
      expect(await redis.bytes.get(b)).toEqual(EVERY_BYTE)
    }),
  ],
  restore: [
    does('with an expiry, in place of another key, or not', async ({ redis }) => {
      await redis.zadd(a, { m: 1.5, n: -Infinity })
      const dump = (await redis.bytes.dump(a))!
      expect(await redis.restore(b, 100_000, dump)).toBe('OK')
      expect(await redis.ttl(b)).toBeGreaterThan(97)
      expect(await redis.zrange(b, 0, -1, { withScores: true })).toEqual([
        ['n', -Infinity],
        ['m', 1.5],
      ])
      await expect(redis.restore(b, 0, dump)).rejects.toMatchObject({ code: 'BUSYKEY', message: 'BUSYKEY Target key name already exists.' })
      expect(await redis.restore(b, 33_177_117_420_000, dump, { replace: true, absttl: true, idletime: 100 })).toBe('OK')
      expect(await redis.expiretime(b)).toBe(33_177_117_420)
      expect(await redis.objectIdletime(b)).toBeGreaterThanOrEqual(100)
      await expect(redis.restore(c, 0, dump.slice(1))).rejects.toMatchObject(failure('ERR DUMP payload version or checksum are wrong'))
      // @ts-expect-error -- one way of eviction
      await expect(redis.restore(c, 0, dump, { idletime: 1, freq: 1 })).rejects.toMatchObject(SYNTAX)
      await expect(redis.restore(c, -1, dump)).rejects.toMatchObject(failure('ERR Invalid TTL value, must be >= 0'))
    }),
  ],
}
