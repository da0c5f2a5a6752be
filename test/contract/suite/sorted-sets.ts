// Sorted sets. How commands wait is in blocking.ts.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, c, d, does, EDGES, EVERY_BYTE, failure, type Suite, WRONGTYPE } from '../contract.ts'

type Scores = [member: string, score: number][]

const scores = (redis: Redis, key: string): Promise<Scores> => redis.zrange(key, 0, -1, { withScores: true })
const abc = (redis: Redis): Promise<number> => redis.zadd(a, { x: 1, y: 2, z: 3 })
const names = (redis: Redis): Promise<number> => redis.zadd(a, { alpha: 0, bravo: 0, charlie: 0, delta: 0 })

async function two(redis: Redis): Promise<void> {
  await abc(redis)
  await redis.zadd(b, { y: 20, z: 30, w: 40 })
}

const NO_FLOAT = failure('ERR min or max is not a float')
const NO_STRING_RANGE = failure('ERR min or max not valid string range item')

export const sortedSets: Suite = {
  zadd: [
    does('counts what is new, from one, several or an object', async ({ redis }) => {
      expect(await redis.zadd(a, { member: 'x', score: 1 })).toBe(1)
      expect(
        await redis.zadd(a, [
          { member: 'x', score: 2 },
          { member: EVERY_BYTE, score: -1 },
        ]),
      ).toBe(1)
      expect(await redis.zadd(a, { y: 3, __proto__x: 4 })).toBe(2)
      expect(await redis.bytes.zrange(a, 0, 0, { withScores: true })).toEqual([[EVERY_BYTE, -1]])
      await redis.set(b, 1)
      await expect(redis.zadd(b, { x: 1 })).rejects.toMatchObject(WRONGTYPE)
    }),
    does('under each condition', async ({ redis }) => {
      await redis.zadd(a, { x: 5 })
      expect(await redis.zadd(a, { x: 9, y: 1 }, { nx: true })).toBe(1)
      expect(await redis.zadd(a, { x: 6, w: 1 }, { xx: true })).toBe(0)
      expect(await redis.zadd(a, { x: 7, y: 0 }, { gt: true, ch: true })).toBe(1)
      expect(await redis.zadd(a, { x: 9, y: 0 }, { lt: true, ch: true })).toBe(1)
      expect(await scores(redis, a)).toEqual([
        ['y', 0],
        ['x', 7],
      ])
    }),
    does('refuses conditions that exclude each other', async ({ redis }) => {
      const both = failure('ERR XX and NX options at the same time are not compatible')
      const one = failure('ERR GT, LT, and/or NX options at the same time are not compatible')
      // @ts-expect-error -- members are new, or they are not
      await expect(redis.zadd(a, { x: 1 }, { nx: true, xx: true })).rejects.toMatchObject(both)
      // @ts-expect-error -- a new member has no score to compare with
      await expect(redis.zadd(a, { x: 1 }, { nx: true, gt: true })).rejects.toMatchObject(one)
      // @ts-expect-error -- nor here
      await expect(redis.zadd(a, { x: 1 }, { nx: true, lt: true, ch: true })).rejects.toMatchObject(one)
      // @ts-expect-error -- it is higher, or lower
      await expect(redis.zadd(a, { x: 1 }, { gt: true, lt: true })).rejects.toMatchObject(one)
      // @ts-expect-error -- nor when adding to a score
      await expect(redis.zaddIncr(a, 1, 'x', { nx: true, gt: true })).rejects.toMatchObject(one)
      expect(await redis.zadd(a, { x: 1 }, { xx: true, gt: true, lt: false, ch: true })).toBe(0)
      expect(await redis.exists(a)).toBe(0)
    }),
    does('keeps every score', async ({ redis }) => {
      const kept = [-Infinity, -1e300, -1.5, 0, 5e-324, 0.1, 2 ** 53, 1e21, 1.7976931348623157e308, Infinity]
      await redis.zadd(
        a,
        kept.map((score, i) => ({ member: `m${i}`, score })),
      )
      expect(await scores(redis, a)).toEqual(kept.map((score, i) => [`m${i}`, score]))
      await redis.zadd(b, { x: -0 })
      expect(await redis.zscore(b, 'x')).toBe(0)
      await expect(redis.zadd(a, { x: NaN })).rejects.toBeInstanceOf(TypeError)
    }),
    does('keeps every member', async ({ redis }) => {
      await redis.zadd(
        a,
        EDGES.map((member, score) => ({ member, score })),
      )
      expect(await scores(redis, a)).toEqual(EDGES.map((member, score) => [member, score]))
    }),
  ],
  zaddIncr: [
    does('gives the new score, null if the condition was not met', async ({ redis }) => {
      expect(await redis.zaddIncr(a, 1.5, 'x')).toBe(1.5)
      expect(await redis.zaddIncr(a, 1, 'x', { nx: true })).toBeNull()
      expect(await redis.zaddIncr(a, Infinity, 'x')).toBe(Infinity)
      await expect(redis.zaddIncr(a, -Infinity, 'x')).rejects.toMatchObject(failure('ERR resulting score is not a number (NaN)'))
    }),
  ],
  zincrby: [
    does('gives the new score', async ({ redis }) => {
      expect(await redis.zincrby(a, 2, 'x')).toBe(2)
      expect(await redis.zincrby(a, -0.5, 'x')).toBe(1.5)
      expect(await redis.zincrby(a, -Infinity, 'x')).toBe(-Infinity)
    }),
  ],
  zrem: [
    does('counts what was there; an empty set is gone', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zrem(a, 'x', 'none')).toBe(1)
      expect(await redis.zrem(a, 'y', 'z')).toBe(2)
      expect(await redis.exists(a)).toBe(0)
    }),
  ],
  zcard: [
    does('counts', async ({ redis }) => {
      await abc(redis)
      expect([await redis.zcard(a), await redis.zcard(b)]).toEqual([3, 0])
    }),
  ],
  zscore: [
    does('gives a number, null if it is no member', async ({ redis }) => {
      await redis.zadd(a, { x: 1.5, inf: Infinity })
      expect([await redis.zscore(a, 'x'), await redis.zscore(a, 'inf'), await redis.zscore(a, 'none'), await redis.zscore(b, 'x')]).toEqual(
        [1.5, Infinity, null, null],
      )
    }),
  ],
  zmscore: [
    does('gives a number or null for each', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zmscore(a, 'x', 'none', 'z')).toEqual([1, null, 3])
      expect(await redis.zmscore(b, 'x')).toEqual([null])
    }),
  ],
  zrank: [
    does('counts from below', async ({ redis }) => {
      await abc(redis)
      expect([await redis.zrank(a, 'x'), await redis.zrank(a, 'z'), await redis.zrank(a, 'none'), await redis.zrank(b, 'x')]).toEqual([
        0,
        2,
        null,
        null,
      ])
    }),
  ],
  zrevrank: [
    does('counts from the top', async ({ redis }) => {
      await abc(redis)
      expect([await redis.zrevrank(a, 'x'), await redis.zrevrank(a, 'none')]).toEqual([2, null])
    }),
  ],
  zrankWithScore: [
    does(
      'gives both',
      async ({ redis }) => {
        await redis.zadd(a, { x: 1, y: 2.5 })
        expect(await redis.zrankWithScore(a, 'y')).toEqual([1, 2.5])
        expect(await redis.zrankWithScore(a, 'none')).toBeNull()
      },
      { needs: 'Redis 7.2' },
    ),
  ],
  zrevrankWithScore: [
    does(
      'gives both',
      async ({ redis }) => {
        await redis.zadd(a, { x: 1, y: 2.5 })
        expect(await redis.zrevrankWithScore(a, 'x')).toEqual([1, 1])
        expect(await redis.zrevrankWithScore(b, 'x')).toBeNull()
      },
      { needs: 'Redis 7.2' },
    ),
  ],
  zcount: [
    does('counts within bounds', async ({ redis }) => {
      await abc(redis)
      expect([
        await redis.zcount(a, 1, 2),
        await redis.zcount(a, '(1', '+inf'),
        await redis.zcount(a, -Infinity, Infinity),
        await redis.zcount(b, 0, 1),
      ]).toEqual([2, 2, 3, 0])
      await expect(redis.zcount(a, 'x', 1)).rejects.toMatchObject(NO_FLOAT)
    }),
  ],
  zlexcount: [
    does('counts within names', async ({ redis }) => {
      await names(redis)
      expect([await redis.zlexcount(a, '-', '+'), await redis.zlexcount(a, '[b', '(charlie')]).toEqual([4, 1])
      await expect(redis.zlexcount(a, 'b', '+')).rejects.toMatchObject(NO_STRING_RANGE)
    }),
  ],
  zrange: [
    does('by rank, score or name, in either direction', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zrange(a, 0, -1)).toEqual(['x', 'y', 'z'])
      expect(await redis.zrange(a, 0, 0, { rev: true })).toEqual(['z'])
      expect(await redis.zrange(a, '(1', 3, { byScore: true })).toEqual(['y', 'z'])
      expect(await redis.zrange(a, Infinity, -Infinity, { byScore: true, rev: true, limit: { offset: 1, count: 1 } })).toEqual(['y'])
      expect(await redis.zrange(a, 5, 9)).toEqual([])
      expect(await redis.zrange(b, 0, -1)).toEqual([])
      await redis.del(a)
      await names(redis)
      expect(await redis.zrange(a, '[b', '+', { byLex: true, limit: { offset: 1, count: 2 } })).toEqual(['charlie', 'delta'])
    }),
    does('with scores gives pairs', async ({ redis }) => {
      await redis.zadd(a, { x: 1.5, y: Infinity })
      expect(await redis.zrange(a, 0, -1, { withScores: true })).toEqual([
        ['x', 1.5],
        ['y', Infinity],
      ])
      expect(await redis.zrange(b, 0, -1, { withScores: true })).toEqual([])
      expect(await redis.zrange(a, 2, 1, { byScore: true, rev: true, withScores: true })).toEqual([['x', 1.5]])
      await redis.zadd(c, { member: EVERY_BYTE, score: 1 })
      expect(await redis.bytes.zrange(c, 0, -1)).toEqual([EVERY_BYTE])
    }),
    does('refuses what its bounds cannot have', async ({ redis }) => {
      const scored = failure('ERR syntax error, WITHSCORES not supported in combination with BYLEX')
      const ranked = failure('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX')
      // @ts-expect-error -- scores or names
      await expect(redis.zrange(a, '-', '+', { byScore: true, byLex: true })).rejects.toMatchObject({ name: 'RedisError' })
      // @ts-expect-error -- members of one score
      await expect(redis.zrange(a, '-', '+', { byLex: true, withScores: true })).rejects.toMatchObject(scored)
      // @ts-expect-error -- ranks say where to stop
      await expect(redis.zrange(a, 0, 1, { limit: { offset: 0, count: 1 } })).rejects.toMatchObject(ranked)
      // @ts-expect-error -- nor when storing
      await expect(redis.zrangestore(b, a, 0, 1, { limit: { offset: 0, count: 1 } })).rejects.toMatchObject(ranked)
    }),
  ],
  zrangestore: [
    does('gives the size', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zrangestore(b, a, 2, 3, { byScore: true })).toBe(2)
      expect(await scores(redis, b)).toEqual([
        ['y', 2],
        ['z', 3],
      ])
      expect(await redis.zrangestore(b, c, 0, -1)).toBe(0)
      expect(await redis.exists(b)).toBe(0)
    }),
  ],
  zrevrange: [
    does('from the top', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zrevrange(a, 0, 1)).toEqual(['z', 'y'])
      expect(await redis.zrevrange(a, 0, 0, { withScores: true })).toEqual([['z', 3]])
    }),
  ],
  zrangebyscore: [
    does('within scores', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zrangebyscore(a, '-inf', '(3')).toEqual(['x', 'y'])
      expect(await redis.zrangebyscore(a, 1, 3, { withScores: true, limit: { offset: 1, count: 1 } })).toEqual([['y', 2]])
      await expect(redis.zrangebyscore(a, 'x', 1)).rejects.toMatchObject(NO_FLOAT)
    }),
  ],
  zrevrangebyscore: [
    does('within scores, from the top', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zrevrangebyscore(a, Infinity, 2)).toEqual(['z', 'y'])
      expect(await redis.zrevrangebyscore(a, 3, 1, { withScores: true, limit: { offset: 2, count: -1 } })).toEqual([['x', 1]])
    }),
  ],
  zrangebylex: [
    does('within names', async ({ redis }) => {
      await names(redis)
      expect(await redis.zrangebylex(a, '[b', '(d')).toEqual(['bravo', 'charlie'])
      expect(await redis.zrangebylex(a, '-', '+', { limit: { offset: 3, count: 5 } })).toEqual(['delta'])
    }),
  ],
  zrevrangebylex: [
    does('within names, from the last', async ({ redis }) => {
      await names(redis)
      expect(await redis.zrevrangebylex(a, '+', '[c')).toEqual(['delta', 'charlie'])
    }),
  ],
  zremrangebyrank: [
    does('counts what it removes', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zremrangebyrank(a, 0, 1)).toBe(2)
      expect(await redis.zrange(a, 0, -1)).toEqual(['z'])
    }),
  ],
  zremrangebyscore: [
    does('counts what it removes', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zremrangebyscore(a, '(1', Infinity)).toBe(2)
      expect(await redis.zremrangebyscore(b, 0, 1)).toBe(0)
    }),
  ],
  zremrangebylex: [
    does('counts what it removes', async ({ redis }) => {
      await names(redis)
      expect(await redis.zremrangebylex(a, '[alpha', '[bravo')).toBe(2)
    }),
  ],
  zpopmin: [
    does('takes the lowest', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zpopmin(a)).toEqual([['x', 1]])
      expect(await redis.zpopmin(a, 5)).toEqual([
        ['y', 2],
        ['z', 3],
      ])
      expect(await redis.zpopmin(a)).toEqual([])
      await redis.zadd(a, { member: EVERY_BYTE, score: Infinity })
      expect(await redis.bytes.zpopmin(a)).toEqual([[EVERY_BYTE, Infinity]])
    }),
  ],
  zpopmax: [
    does('takes the highest', async ({ redis }) => {
      await abc(redis)
      expect(await redis.zpopmax(a)).toEqual([['z', 3]])
      expect(await redis.zpopmax(a, 0)).toEqual([])
      expect(await redis.zpopmax(b, 2)).toEqual([])
    }),
  ],
  zmpop: [
    does('from the first set that has some', async ({ redis }) => {
      expect(await redis.zmpop([a, b], 'min')).toBeNull()
      await redis.zadd(b, { x: 1, y: 2.5, z: Infinity })
      expect(await redis.zmpop([a, b], 'min')).toEqual([b, [['x', 1]]])
      expect(await redis.zmpop([a, b], 'max', 5)).toEqual([
        b,
        [
          ['z', Infinity],
          ['y', 2.5],
        ],
      ])
    }),
  ],
  zrandmember: [
    does('gives one, some, or some with repetition', async ({ redis }) => {
      expect([await redis.zrandmember(a), await redis.zrandmember(a, 2)]).toEqual([null, []])
      await redis.zadd(a, { x: 1, y: 2.5 })
      expect(['x', 'y']).toContain(await redis.zrandmember(a))
      expect((await redis.zrandmember(a, 5)).sort()).toEqual(['x', 'y'])
      expect(await redis.zrandmember(a, -5)).toHaveLength(5)
      expect((await redis.zrandmember(a, 5, { withScores: true })).sort()).toEqual([
        ['x', 1],
        ['y', 2.5],
      ])
      expect(await redis.zrandmember(b, 5, { withScores: true })).toEqual([])
    }),
  ],
  zscan: [
    does('finds all members in steps, or those of a pattern', async ({ redis }) => {
      await redis.zadd(
        a,
        Array.from({ length: 300 }, (_, i) => ({ member: `m${i}`, score: i / 2 })),
      )
      const found = new Map<string, string>()
      let cursor = '0'
      do {
        const [next, flat] = await redis.zscan(a, cursor, { count: 20 })
        for (let i = 0; i < flat.length; i += 2) found.set(flat[i], flat[i + 1])
        cursor = next
      } while (cursor !== '0')
      expect(found.size).toBe(300)
      expect([found.get('m3'), found.get('m4')]).toEqual(['1.5', '2'])
      await redis.zadd(b, { x: 1, y: Infinity })
      expect(await redis.zscan(b, 0, { match: 'y' })).toEqual(['0', ['y', 'inf']])
      expect(await redis.zscan(c, 0)).toEqual(['0', []])
    }),
  ],
  zunion: [
    does('what is in any, with weights and aggregates', async ({ redis }) => {
      await two(redis)
      expect(await redis.zunion([a, b])).toEqual(['x', 'y', 'z', 'w'])
      expect(await redis.zunion([a, b], { withScores: true, weights: [10, 1], aggregate: 'max' })).toEqual([
        ['x', 10],
        ['y', 20],
        ['z', 30],
        ['w', 40],
      ])
      expect(await redis.zunion([c, d], { withScores: true })).toEqual([])
    }),
  ],
  zinter: [
    does('what is in all', async ({ redis }) => {
      await two(redis)
      expect(await redis.zinter([a, b])).toEqual(['y', 'z'])
      expect(await redis.zinter([a, b], { withScores: true, aggregate: 'min' })).toEqual([
        ['y', 2],
        ['z', 3],
      ])
    }),
  ],
  zdiff: [
    does('what is in the first alone', async ({ redis }) => {
      await two(redis)
      expect(await redis.zdiff([a, b])).toEqual(['x'])
      expect(await redis.zdiff([b, a], { withScores: true })).toEqual([['w', 40]])
    }),
  ],
  zunionstore: [
    does('gives the size', async ({ redis }) => {
      await two(redis)
      expect(await redis.zunionstore(c, [a, b], { weights: [1, 0] })).toBe(4)
      expect(await scores(redis, c)).toEqual([
        ['w', 0],
        ['x', 1],
        ['y', 2],
        ['z', 3],
      ])
    }),
  ],
  zinterstore: [
    does('gives the size', async ({ redis }) => {
      await two(redis)
      expect(await redis.zinterstore(c, [a, b], { aggregate: 'sum' })).toBe(2)
      expect(await scores(redis, c)).toEqual([
        ['y', 22],
        ['z', 33],
      ])
    }),
  ],
  zdiffstore: [
    does('gives the size', async ({ redis }) => {
      await two(redis)
      expect(await redis.zdiffstore(c, [a, b])).toBe(1)
      expect(await redis.zdiffstore(c, [d])).toBe(0)
      expect(await redis.exists(c)).toBe(0)
    }),
  ],
  zintercard: [
    does('counts, up to a limit', async ({ redis }) => {
      await two(redis)
      expect(await redis.zintercard([a, b])).toBe(2)
      expect(await redis.zintercard([a, b], { limit: 1 })).toBe(1)
    }),
  ],
}
