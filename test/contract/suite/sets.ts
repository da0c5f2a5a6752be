// Sets.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, c, d, does, EDGES, EVERY_BYTE, failure, type Suite, WRONGTYPE } from '../contract.ts'

const members = async (redis: Redis, key: string): Promise<string[]> => (await redis.smembers(key)).sort()

async function two(redis: Redis): Promise<void> {
  await redis.sadd(a, 'x', 'y', 'z')
  await redis.sadd(b, 'y', 'z', 'é')
}

export const sets: Suite = {
  sadd: [
    does('counts what is new', async ({ redis }) => {
      expect(await redis.sadd(a, 'x', 'y', 'x')).toBe(2)
      expect(await redis.sadd(a, 'x', 1, '1')).toBe(1)
      expect(await members(redis, a)).toEqual(['1', 'x', 'y'])
      await redis.set(b, 1)
      await expect(redis.sadd(b, 'x')).rejects.toMatchObject(WRONGTYPE)
    }),
  ],
  srem: [
    does('counts what was there; an empty set is gone', async ({ redis }) => {
      await redis.sadd(a, 'x', 'y')
      expect(await redis.srem(a, 'x', 'none')).toBe(1)
      expect(await redis.srem(a, 'y')).toBe(1)
      expect(await redis.exists(a)).toBe(0)
    }),
  ],
  smove: [
    does('1 if it was moved', async ({ redis }) => {
      await two(redis)
      expect([await redis.smove(a, b, 'x'), await redis.smove(a, b, 'x'), await redis.smove(c, b, 'x')]).toEqual([1, 0, 0])
      expect(await redis.sismember(b, 'x')).toBe(1)
    }),
  ],
  scard: [
    does('counts', async ({ redis }) => {
      await two(redis)
      expect([await redis.scard(a), await redis.scard(c)]).toEqual([3, 0])
    }),
  ],
  sismember: [
    does('1 or 0', async ({ redis }) => {
      await redis.sadd(a, '', EVERY_BYTE)
      expect([await redis.sismember(a, ''), await redis.sismember(a, EVERY_BYTE), await redis.sismember(a, '__proto__')]).toEqual([1, 1, 0])
    }),
  ],
  smismember: [
    does('1 or 0 for each', async ({ redis }) => {
      await two(redis)
      expect(await redis.smismember(a, 'x', 'é', 'x')).toEqual([1, 0, 1])
      expect(await redis.smismember(c, 'x')).toEqual([0])
    }),
  ],
  smembers: [
    does('gives all, whatever they look like', async ({ redis }) => {
      await redis.sadd(a, ...EDGES)
      expect(await members(redis, a)).toEqual([...EDGES].sort())
      expect(await redis.smembers(b)).toEqual([])
      await redis.sadd(b, EVERY_BYTE)
      expect(await redis.bytes.smembers(b)).toEqual([EVERY_BYTE])
    }),
  ],
  spop: [
    does('takes one or several', async ({ redis }) => {
      expect([await redis.spop(a), await redis.spop(a, 2)]).toEqual([null, []])
      await redis.sadd(a, 'x', 'y', 'z')
      const taken = [(await redis.spop(a))!, ...(await redis.spop(a, 5))]
      expect(taken.sort()).toEqual(['x', 'y', 'z'])
      expect(await redis.exists(a)).toBe(0)
      await redis.sadd(a, EVERY_BYTE)
      expect(await redis.bytes.spop(a, 1)).toEqual([EVERY_BYTE])
    }),
  ],
  srandmember: [
    does('gives one, some, or some with repetition', async ({ redis }) => {
      expect([await redis.srandmember(a), await redis.srandmember(a, 2)]).toEqual([null, []])
      await redis.sadd(a, 'x', 'y')
      expect(['x', 'y']).toContain(await redis.srandmember(a))
      expect((await redis.srandmember(a, 5)).sort()).toEqual(['x', 'y'])
      expect(await redis.srandmember(a, -5)).toHaveLength(5)
    }),
  ],
  sinter: [
    does('what is in all', async ({ redis }) => {
      await two(redis)
      expect((await redis.sinter(a, b)).sort()).toEqual(['y', 'z'])
      expect(await redis.sinter(a, c)).toEqual([])
      await redis.sadd(c, EVERY_BYTE)
      expect(await redis.bytes.sinter(c, c)).toEqual([EVERY_BYTE])
    }),
  ],
  sunion: [
    does('what is in any', async ({ redis }) => {
      await two(redis)
      expect((await redis.sunion(a, b, c)).sort()).toEqual(['x', 'y', 'z', 'é'])
    }),
  ],
  sdiff: [
    does('what is in the first alone', async ({ redis }) => {
      await two(redis)
      expect(await redis.sdiff(a, b)).toEqual(['x'])
    }),
  ],
  sinterstore: [
    does('gives the size', async ({ redis }) => {
      await two(redis)
      expect(await redis.sinterstore(c, a, b)).toBe(2)
      expect(await members(redis, c)).toEqual(['y', 'z'])
      expect(await redis.sinterstore(c, a, d)).toBe(0)
      expect(await redis.exists(c)).toBe(0)
    }),
  ],
  sunionstore: [
    does('gives the size', async ({ redis }) => {
      await two(redis)
      expect(await redis.sunionstore(c, a, b)).toBe(4)
    }),
  ],
  sdiffstore: [
    does('gives the size', async ({ redis }) => {
      await two(redis)
      expect(await redis.sdiffstore(a, a, b)).toBe(1)
      expect(await members(redis, a)).toEqual(['x'])
    }),
  ],
  sintercard: [
    does('counts, up to a limit', async ({ redis }) => {
      await two(redis)
      expect(await redis.sintercard([a, b])).toBe(2)
      expect(await redis.sintercard([a, b], { limit: 1 })).toBe(1)
      expect(await redis.sintercard([a, c])).toBe(0)
      await expect(redis.sintercard([a], { limit: -1 })).rejects.toMatchObject(failure("ERR LIMIT can't be negative"))
    }),
  ],
  sscan: [
    does('finds all members in steps, or those of a pattern', async ({ redis }) => {
      const all = Array.from({ length: 300 }, (_, i) => `m${i}`)
      await redis.sadd(a, ...all)
      const found = new Set<string>()
      let cursor = '0'
      do {
        const [next, some] = await redis.sscan(a, cursor, { count: 20 })
        for (const member of some) found.add(member)
        cursor = next
      } while (cursor !== '0')
      expect([...found].sort()).toEqual([...all].sort())
      await redis.sadd(b, 'x', EVERY_BYTE)
      expect(await redis.sscan(b, 0, { match: 'x*' })).toEqual(['0', ['x']])
      expect(await redis.bytes.sscan(b, 0, { match: '*\u0001*' })).toEqual(['0', [EVERY_BYTE]])
      expect(await redis.sscan(c, 0)).toEqual(['0', []])
    }),
  ],
}
