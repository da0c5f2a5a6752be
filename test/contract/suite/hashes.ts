// Hashes, and the expiry of their fields.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, does, EDGES, EVERY_BYTE, failure, type Suite, WRONGTYPE } from '../contract.ts'

const FAR = 33_177_117_420

/** What the four commands that set an expiry of fields have in common; `at` makes their argument from milliseconds from now. */
function expiring(method: 'hexpire' | 'hpexpire' | 'hexpireat' | 'hpexpireat', at: (ms: number) => number): Suite[string] {
  return [
    does(
      'a number for each field, under each condition',
      async ({ redis }) => {
        expect(await redis[method](a, at(100_000), ['x'])).toEqual([-2])
        await redis.hset(a, { x: 1, y: 2, z: 3 })
        expect(await redis[method](a, at(100_000), ['x', 'none', 'y'])).toEqual([1, -2, 1])
        expect(await redis[method](a, at(100_000), ['x', 'z'], 'nx')).toEqual([0, 1])
        expect(await redis[method](a, at(200_000), ['x', 'y'], 'lt')).toEqual([0, 0])
        expect(await redis[method](a, at(200_000), ['x'], 'gt')).toEqual([1])
        expect(await redis[method](a, at(100_000), ['x'], 'xx')).toEqual([1])
        expect((await redis.httl(a, 'x'))[0]).toBeGreaterThan(95)
        expect(await redis[method](a, at(-100_000) < 0 ? 0 : at(-100_000), ['x'])).toEqual([2])
        expect(await redis.hgetall(a)).toEqual({ y: '2', z: '3' })
      },
      { needs: 'Redis 7.4' },
    ),
  ]
}

/** What the commands that ask for an expiry have in common. */
function asking(method: 'httl' | 'hpttl' | 'hexpiretime' | 'hpexpiretime', check: (expiry: number) => void): Suite[string] {
  return [
    does(
      '-1 never, -2 no such field',
      async ({ redis }) => {
        await redis.hset(a, { x: 1, y: 2 })
        await redis.hexpireat(a, FAR, ['x'])
        const [expiry, ...others] = await redis[method](a, 'x', 'y', 'none')
        check(expiry)
        expect(others).toEqual([-1, -2])
        expect(await redis[method](b, 'x')).toEqual([-2])
      },
      { needs: 'Redis 7.4' },
    ),
  ]
}

const left = (): number => FAR - Date.now() / 1000

async function walked(redis: Redis, options: { match?: string; count?: number }): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(a, cursor, options)
    for (let i = 0; i < flat.length; i += 2) found[flat[i]] = flat[i + 1]
    cursor = next
  } while (cursor !== '0')
  return found
}

export const hashes: Suite = {
  hget: [
    does('gives a field, null if there is none', async ({ redis }) => {
      await redis.hset(a, { f: 'x', empty: '' })
      expect([await redis.hget(a, 'f'), await redis.hget(a, 'empty'), await redis.hget(a, 'none'), await redis.hget(b, 'f')]).toEqual([
        'x',
        '',
        null,
        null,
      ])
      await redis.hset(a, EVERY_BYTE, EVERY_BYTE)
      expect(await redis.bytes.hget(a, EVERY_BYTE)).toEqual(EVERY_BYTE)
      await redis.set(b, 1)
      await expect(redis.hget(b, 'f')).rejects.toMatchObject(WRONGTYPE)
    }),
  ],
  hset: [
    does('counts what is new, from a field, an object, a Map or pairs', async ({ redis }) => {
      expect(await redis.hset(a, 'f', 1)).toBe(1)
      expect(await redis.hset(a, { f: 2, g: 3 })).toBe(1)
      expect(await redis.hset(a, new Map([['h', 4]]))).toBe(1)
      expect(await redis.hset(a, [[EVERY_BYTE, 5]])).toBe(1)
      expect(await redis.hmget(a, 'f', 'g', 'h', EVERY_BYTE)).toEqual(['2', '3', '4', '5'])
    }),
    does('loses no pairs of JavaScript that says them one by one', async ({ redis }) => {
      const hset = redis.hset.bind(redis) as (...words: (string | number)[]) => Promise<number>
      expect(await hset(a, 'f', 1, 'g', 2)).toBe(2)
      expect(await redis.hgetall(a)).toEqual({ f: '1', g: '2' })
      await expect(hset(a, 'f', 1, 'g')).rejects.toThrow('wrong number of arguments')
    }),
    does("takes what has an interface, and says which value isn't one", async ({ redis }) => {
      interface User {
        name: string
        visits: number
      }
      const user: User = { name: 'Ann', visits: 1 }
      expect(await redis.hset(a, user)).toBe(2)
      expect(await redis.hgetall(a)).toEqual({ name: 'Ann', visits: '1' })
      const perhaps: { name: string; visits?: number | undefined } = { name: 'Bob', visits: undefined }
      const error = new TypeError('argument 5 of HSET must be a string, a number, a bigint or a Uint8Array, not undefined')
      // @ts-expect-error -- what may be missing is no value
      await expect(redis.hset(a, perhaps)).rejects.toThrow(error)
      expect(await redis.hget(a, 'name')).toBe('Ann')
    }),
    does(
      'without fields is an error',
      ({ redis }) => expect(redis.hset(a, {})).rejects.toMatchObject(failure("ERR wrong number of arguments for 'hset' command")),
      { views: ['alone'] },
    ),
  ],
  hmset: [
    does('sets', async ({ redis }) => {
      expect(await redis.hmset(a, { f: 1, g: 2 })).toBe('OK')
      expect(await redis.hgetall(a)).toEqual({ f: '1', g: '2' })
    }),
  ],
  hsetnx: [
    does('1 if it was set', async ({ redis }) => {
      expect([await redis.hsetnx(a, 'f', 1), await redis.hsetnx(a, 'f', 2), await redis.hget(a, 'f')]).toEqual([1, 0, '1'])
    }),
  ],
  hmget: [
    does('gives null where there is no field', async ({ redis }) => {
      await redis.hset(a, { f: 1 })
      expect(await redis.hmget(a, 'f', 'none', 'f')).toEqual(['1', null, '1'])
      expect(await redis.hmget(b, 'f')).toEqual([null])
      expect(await redis.bytes.hmget(a, 'f', 'none')).toEqual([Uint8Array.of(0x31), null])
    }),
  ],
  hgetall: [
    does('gives a plain object; any field is one', async ({ redis }) => {
      const flat = EDGES.map((text): [string, string] => [text, `value of ${text}`])
      await redis.hset(a, flat)
      const found = await redis.hgetall(a)
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
      expect(Object.entries(found).sort()).toEqual([...flat].sort())
      expect(found['__proto__']).toBe('value of __proto__')
      expect(await redis.hgetall(b)).toEqual({})
    }),
    does('through bytes gives pairs', async ({ redis }) => {
      await redis.hset(a, EVERY_BYTE, EVERY_BYTE)
      expect(await redis.bytes.hgetall(a)).toEqual([[EVERY_BYTE, EVERY_BYTE]])
      expect(await redis.bytes.hgetall(b)).toEqual([])
    }),
  ],
  hkeys: [
    does('gives the fields', async ({ redis }) => {
      await redis.hset(a, { f: 1, g: 2 })
      expect((await redis.hkeys(a)).sort()).toEqual(['f', 'g'])
      expect(await redis.hkeys(b)).toEqual([])
      await redis.hset(b, EVERY_BYTE, 1)
      expect(await redis.bytes.hkeys(b)).toEqual([EVERY_BYTE])
    }),
  ],
  hvals: [
    does('gives the values', async ({ redis }) => {
      await redis.hset(a, { f: 1, g: 'true' })
      expect((await redis.hvals(a)).sort()).toEqual(['1', 'true'])
      expect(await redis.hvals(b)).toEqual([])
    }),
  ],
  hlen: [
    does('counts', async ({ redis }) => {
      await redis.hset(a, { f: 1, g: 2 })
      expect([await redis.hlen(a), await redis.hlen(b)]).toEqual([2, 0])
    }),
  ],
  hexists: [
    does('1 or 0', async ({ redis }) => {
      await redis.hset(a, { __proto: 1, '': 2 })
      expect([await redis.hexists(a, ''), await redis.hexists(a, '__proto__'), await redis.hexists(b, 'f')]).toEqual([1, 0, 0])
    }),
  ],
  hstrlen: [
    does('counts bytes', async ({ redis }) => {
      await redis.hset(a, { f: 'ä€' })
      expect([await redis.hstrlen(a, 'f'), await redis.hstrlen(a, 'none')]).toEqual([5, 0])
    }),
  ],
  hdel: [
    does('counts what was there; an empty hash is gone', async ({ redis }) => {
      await redis.hset(a, { f: 1, g: 2 })
      expect(await redis.hdel(a, 'f', 'none')).toBe(1)
      expect(await redis.hdel(a, 'g')).toBe(1)
      expect(await redis.exists(a)).toBe(0)
    }),
  ],
  hincrby: [
    does('adds', async ({ redis }) => {
      expect([await redis.hincrby(a, 'n', 5), await redis.hincrby(a, 'n', -7n)]).toEqual([5, -2])
      await redis.hset(a, { x: 'x' })
      await expect(redis.hincrby(a, 'x', 1)).rejects.toMatchObject(failure('ERR hash value is not an integer'))
    }),
    does(
      'is exact beyond 2^53',
      async ({ redis }) => {
        expect(await redis.hincrby(a, 'n', 9007199254740993n)).toBe(9007199254740993n)
      },
      { needs: 'exact integers' },
    ),
  ],
  hincrbyfloat: [
    does('gives the sum as Redis writes it', async ({ redis }) => {
      expect(await redis.hincrbyfloat(a, 'n', 0.1)).toBe('0.1')
      expect(await redis.hincrbyfloat(a, 'n', 0.2)).toBe('0.3')
      await redis.hset(a, { x: 'x' })
      await expect(redis.hincrbyfloat(a, 'x', 1)).rejects.toMatchObject(failure('ERR hash value is not a float'))
    }),
  ],
  hrandfield: [
    does('gives one, some, or some with repetition', async ({ redis }) => {
      expect(await redis.hrandfield(a)).toBeNull()
      expect(await redis.hrandfield(a, 2)).toEqual([])
      await redis.hset(a, { f: 1, g: 2 })
      expect(['f', 'g']).toContain(await redis.hrandfield(a))
      expect((await redis.hrandfield(a, 5)).sort()).toEqual(['f', 'g'])
      expect(await redis.hrandfield(a, -5)).toHaveLength(5)
      expect((await redis.hrandfield(a, 5, { withValues: true })).sort()).toEqual([
        ['f', '1'],
        ['g', '2'],
      ])
      expect(await redis.hrandfield(b, 5, { withValues: true })).toEqual([])
      await redis.hset(b, EVERY_BYTE, EVERY_BYTE)
      expect(await redis.bytes.hrandfield(b, -2, { withValues: true })).toEqual([
        [EVERY_BYTE, EVERY_BYTE],
        [EVERY_BYTE, EVERY_BYTE],
      ])
    }),
  ],
  hscan: [
    does('finds all fields in steps, or those of a pattern', async ({ redis }) => {
      const all = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, String(i)]))
      await redis.hset(a, all)
      expect(await walked(redis, { count: 20 })).toEqual(all)
      expect(await walked(redis, { match: 'f7' })).toEqual({ f7: '7' })
      expect(await redis.hscan(b, 0)).toEqual(['0', []])
      await redis.hset(b, EVERY_BYTE, EVERY_BYTE)
      expect(await redis.bytes.hscan(b, 0)).toEqual(['0', [EVERY_BYTE, EVERY_BYTE]])
    }),
    does(
      'finds fields without their values',
      async ({ redis }) => {
        await redis.hset(a, { f: 1, g: 2 })
        expect(await redis.hscan(a, 0, { noValues: true, match: 'g' })).toEqual(['0', ['g']])
        expect(await redis.hscan(a, 0, { noValues: false, match: 'g' })).toEqual(['0', ['g', '2']])
      },
      { needs: 'Redis 7.4' },
    ),
  ],
  hexpire: expiring('hexpire', (ms) => Math.round(ms / 1000)),
  hpexpire: expiring('hpexpire', (ms) => ms),
  hexpireat: expiring('hexpireat', (ms) => Math.round((Date.now() + ms) / 1000)),
  hpexpireat: expiring('hpexpireat', (ms) => Date.now() + ms),
  httl: asking('httl', (expiry) => expect(Math.abs(expiry - left())).toBeLessThan(3)),
  hpttl: asking('hpttl', (expiry) => expect(Math.abs(expiry / 1000 - left())).toBeLessThan(3)),
  hexpiretime: asking('hexpiretime', (expiry) => expect(expiry).toBe(FAR)),
  hpexpiretime: asking('hpexpiretime', (expiry) => expect(expiry).toBe(FAR * 1000)),
  hpersist: [
    does(
      'takes the expiry away',
      async ({ redis }) => {
        await redis.hset(a, { x: 1, y: 2 })
        await redis.hexpire(a, 100, ['x'])
        expect(await redis.hpersist(a, 'x', 'y', 'none')).toEqual([1, -1, -2])
        expect(await redis.httl(a, 'x')).toEqual([-1])
      },
      { needs: 'Redis 7.4' },
    ),
  ],
  hgetdel: [
    does(
      'gives what it removes',
      async ({ redis }) => {
        await redis.hset(a, { x: 1, y: 2 })
        expect(await redis.hgetdel(a, 'x', 'none')).toEqual(['1', null])
        expect(await redis.bytes.hgetdel(a, 'y')).toEqual([Uint8Array.of(0x32)])
        expect(await redis.exists(a)).toBe(0)
        await redis.set(b, 1)
        await expect(redis.hgetdel(b, 'x')).rejects.toMatchObject(WRONGTYPE)
      },
      { needs: 'Redis 8' },
    ),
  ],
  hgetex: [
    does(
      'gives values, and says when the fields expire',
      async ({ redis }) => {
        await redis.hset(a, { x: 1, y: 2 })
        expect(await redis.hgetex(a, ['x', 'none', 'y'])).toEqual(['1', null, '2'])
        expect(await redis.hgetex(a, ['x', 'y'], { exat: FAR })).toEqual(['1', '2'])
        expect(await redis.hgetex(a, ['y'], { persist: true })).toEqual(['2'])
        expect(await redis.hexpiretime(a, 'x', 'y')).toEqual([FAR, -1])
        expect(await redis.hgetex(a, ['x'], { pxat: 1 })).toEqual(['1'])
        expect(await redis.hkeys(a)).toEqual(['y'])
      },
      { needs: 'Redis 8' },
    ),
  ],
  hsetex: [
    does(
      'sets fields that expire, all or none of them',
      async ({ redis }) => {
        expect(await redis.hsetex(a, { x: 1, y: 2 }, { pxat: FAR * 1000, fnx: true })).toBe(1)
        expect(await redis.hsetex(a, new Map([['y', 3]]), { fnx: true })).toBe(0)
        expect(await redis.hsetex(a, [['y', 4]])).toBe(1)
        expect(await redis.hsetex(a, { x: 5 }, { keepttl: true, fxx: true })).toBe(1)
        expect(await redis.hsetex(a, { x: 6, z: 6 }, { ex: 1, fxx: true })).toBe(0)
        expect(await redis.hgetall(a)).toEqual({ x: '5', y: '4' })
        expect(await redis.hexpiretime(a, 'x', 'y')).toEqual([FAR, -1])
      },
      { needs: 'Redis 8' },
    ),
    does(
      'takes one of the options that exclude each other',
      async ({ redis }) => {
        const two = 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'
        // @ts-expect-error -- two expiries
        await expect(redis.hsetex(a, { x: 1 }, { ex: 1, keepttl: true })).rejects.toMatchObject(failure(two))
        const both = 'ERR Only one of FXX or FNX arguments can be specified'
        // @ts-expect-error -- two conditions
        await expect(redis.hsetex(a, { x: 1 }, { fnx: true, fxx: true })).rejects.toMatchObject(failure(both))
        expect(await redis.exists(a)).toBe(0)
      },
      { needs: 'Redis 8', views: ['alone'] },
    ),
  ],
}
