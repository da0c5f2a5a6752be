// Lists. How commands wait is in blocking.ts.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, c, does, EDGES, EVERY_BYTE, failure, type Suite, WRONGTYPE } from '../contract.ts'

const all = (redis: Redis, key: string): Promise<string[]> => redis.lrange(key, 0, -1)

export const lists: Suite = {
  lpush: [
    does('adds at the left, one after the other', async ({ redis }) => {
      expect(await redis.lpush(a, 'x', 'y')).toBe(2)
      expect(await redis.lpush(a, EVERY_BYTE)).toBe(3)
      expect(await redis.bytes.lindex(a, 0)).toEqual(EVERY_BYTE)
      expect(await redis.lrange(a, 1, 2)).toEqual(['y', 'x'])
      await redis.set(b, 1)
      await expect(redis.lpush(b, 'x')).rejects.toMatchObject(WRONGTYPE)
    }),
  ],
  rpush: [
    does('adds at the right', async ({ redis }) => {
      expect(await redis.rpush(a, 1, 2n, 'x')).toBe(3)
      expect(await all(redis, a)).toEqual(['1', '2', 'x'])
    }),
  ],
  lpushx: [
    does('only to a list that exists', async ({ redis }) => {
      expect(await redis.lpushx(a, 'x')).toBe(0)
      await redis.rpush(a, 'x')
      expect(await redis.lpushx(a, 'y', 'z')).toBe(3)
      expect(await all(redis, a)).toEqual(['z', 'y', 'x'])
    }),
  ],
  rpushx: [
    does('only to a list that exists', async ({ redis }) => {
      expect(await redis.rpushx(a, 'x')).toBe(0)
      await redis.rpush(a, 'x')
      expect(await redis.rpushx(a, 'y', 'z')).toBe(3)
    }),
  ],
  lpop: [
    does('takes one or several, null without list', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y', 'z')
      expect(await redis.lpop(a)).toBe('x')
      expect(await redis.lpop(a, 0)).toEqual([])
      expect(await redis.lpop(a, 5)).toEqual(['y', 'z'])
      expect([await redis.lpop(a), await redis.lpop(a, 2)]).toEqual([null, null])
      await redis.rpush(a, EVERY_BYTE, EVERY_BYTE)
      expect(await redis.bytes.lpop(a)).toEqual(EVERY_BYTE)
      expect(await redis.bytes.lpop(a, 1)).toEqual([EVERY_BYTE])
      await expect(redis.lpop(a, -1)).rejects.toMatchObject(failure('ERR value is out of range, must be positive'))
    }),
  ],
  rpop: [
    does('takes one or several, null without list', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y', 'z')
      expect(await redis.rpop(a)).toBe('z')
      expect(await redis.rpop(a, 5)).toEqual(['y', 'x'])
      expect([await redis.rpop(a), await redis.rpop(a, 2)]).toEqual([null, null])
    }),
  ],
  llen: [
    does('counts', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y')
      expect([await redis.llen(a), await redis.llen(b)]).toEqual([2, 0])
    }),
  ],
  lindex: [
    does('from either end, null beyond them', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y')
      expect([await redis.lindex(a, 0), await redis.lindex(a, -1), await redis.lindex(a, 5), await redis.lindex(b, 0)]).toEqual([
        'x',
        'y',
        null,
        null,
      ])
    }),
  ],
  lset: [
    does('replaces', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y')
      expect(await redis.lset(a, -1, 'z')).toBe('OK')
      expect(await all(redis, a)).toEqual(['x', 'z'])
      await expect(redis.lset(a, 5, 'z')).rejects.toMatchObject(failure('ERR index out of range'))
      await expect(redis.lset(b, 0, 'z')).rejects.toMatchObject(failure('ERR no such key'))
    }),
  ],
  linsert: [
    does('next to the pivot', async ({ redis }) => {
      await redis.rpush(a, 'x', 'z')
      expect(await redis.linsert(a, 'before', 'z', 'y')).toBe(3)
      expect(await redis.linsert(a, 'after', 'z', 'é')).toBe(4)
      expect(await redis.linsert(a, 'after', 'none', 'y')).toBe(-1)
      expect(await redis.linsert(b, 'after', 'x', 'y')).toBe(0)
      expect(await all(redis, a)).toEqual(['x', 'y', 'z', 'é'])
    }),
  ],
  lrange: [
    does('cuts, from either end', async ({ redis }) => {
      await redis.rpush(a, ...EDGES)
      expect(await all(redis, a)).toEqual(EDGES)
      expect(await redis.lrange(a, -2, -1)).toEqual(EDGES.slice(-2))
      expect(await redis.lrange(a, 5, 3)).toEqual([])
      expect(await all(redis, b)).toEqual([])
      await redis.rpush(b, EVERY_BYTE, '')
      expect(await redis.bytes.lrange(b, 0, -1)).toEqual([EVERY_BYTE, new Uint8Array()])
    }),
  ],
  ltrim: [
    does('keeps a range; an empty list is gone', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y', 'z')
      expect(await redis.ltrim(a, 1, -1)).toBe('OK')
      expect(await all(redis, a)).toEqual(['y', 'z'])
      await redis.ltrim(a, 5, 9)
      expect(await redis.exists(a)).toBe(0)
    }),
  ],
  lrem: [
    does('from the left, from the right, or all', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y', 'x', 'y', 'x')
      expect(await redis.lrem(a, 1, 'x')).toBe(1)
      expect(await redis.lrem(a, -1, 'x')).toBe(1)
      expect(await all(redis, a)).toEqual(['y', 'x', 'y'])
      expect(await redis.lrem(a, 0, 'y')).toBe(2)
      expect(await redis.lrem(b, 0, 'y')).toBe(0)
    }),
  ],
  lpos: [
    does('gives an index, or several', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y', 'x', EVERY_BYTE, 'x')
      expect([await redis.lpos(a, 'x'), await redis.lpos(a, 'none'), await redis.lpos(b, 'x')]).toEqual([0, null, null])
      expect(await redis.lpos(a, 'x', { rank: -1 })).toBe(4)
      expect(await redis.lpos(a, EVERY_BYTE)).toBe(3)
      expect(await redis.lpos(a, 'x', { rank: 2, maxlen: 2 })).toBeNull()
      expect(await redis.lpos(a, 'x', { count: 0 })).toEqual([0, 2, 4])
      expect(await redis.lpos(a, 'x', { count: 2, rank: -1 })).toEqual([4, 2])
      expect(await redis.lpos(a, 'none', { count: 2 })).toEqual([])
      await expect(redis.lpos(a, 'x', { rank: 0 })).rejects.toMatchObject({
        message: expect.stringMatching(/^ERR RANK can't be zero/) as string,
      })
    }),
  ],
  lmove: [
    does('from an end to an end', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y', 'z')
      expect(await redis.lmove(a, b, 'left', 'right')).toBe('x')
      expect(await redis.lmove(a, b, 'right', 'left')).toBe('z')
      expect(await all(redis, b)).toEqual(['z', 'x'])
      expect(await redis.lmove(c, b, 'left', 'left')).toBeNull()
      await redis.rpush(c, EVERY_BYTE)
      expect(await redis.bytes.lmove(c, c, 'left', 'right')).toEqual(EVERY_BYTE)
    }),
  ],
  rpoplpush: [
    does('from the right to the left', async ({ redis }) => {
      await redis.rpush(a, 'x', 'y')
      expect(await redis.rpoplpush(a, b)).toBe('y')
      expect(await redis.rpoplpush(c, b)).toBeNull()
      expect(await all(redis, b)).toEqual(['y'])
    }),
  ],
  lmpop: [
    does('from the first list that has some', async ({ redis }) => {
      expect(await redis.lmpop([a, b], 'left')).toBeNull()
      await redis.rpush(b, 'x', 'y', 'z')
      expect(await redis.lmpop([a, b], 'left')).toEqual([b, ['x']])
      expect(await redis.lmpop([a, b], 'right', 5)).toEqual([b, ['z', 'y']])
      await redis.rpush(b, EVERY_BYTE)
      expect(await redis.bytes.lmpop([b], 'left')).toEqual([Uint8Array.from(Buffer.from(b)), [EVERY_BYTE]])
      await expect(redis.lmpop([a], 'left', 0)).rejects.toMatchObject(failure('ERR count should be greater than 0'))
    }),
  ],
}
