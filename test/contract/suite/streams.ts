// Streams and their consumer groups. How XREAD and XREADGROUP wait is in blocking.ts.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, does, EDGES, EVERY_BYTE, failure, type Suite, SYNTAX, WRONGTYPE } from '../contract.ts'

/** Entries `1-1`, `2-1`, ... with the field `n`. */
async function fill(redis: Redis, count: number, key: string = a): Promise<void> {
  for (let n = 1; n <= count; n++) await redis.xadd(key, `${n}-1`, { n })
}
/** A group that has read entries: `alice` the first, `bob` the others. */
async function read(redis: Redis, count = 3): Promise<void> {
  await fill(redis, count)
  await redis.xgroupCreate(a, 'group', '0')
  await redis.xreadgroup('group', 'alice', { [a]: '>' }, { count: 1 })
  await redis.xreadgroup('group', 'bob', { [a]: '>' })
}
const NO_GROUP = failure(`NOGROUP No such key '${b}' or consumer group 'group'`)

/** What does not wait of the commands that may. */
export const reading = {
  xread: [
    does('what comes after an ID, of several streams', async ({ redis }) => {
      await fill(redis, 3)
      await fill(redis, 1, b)
      expect(await redis.xread({ [a]: '1-1', [b]: '0' }, { count: 1 })).toEqual({ [a]: [['2-1', { n: '2' }]], [b]: [['1-1', { n: '1' }]] })
      expect(await redis.xread(new Map([[a, '3-1'], [b, '$']]))).toBeNull() // prettier-ignore
      const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
      expect(await redis.bytes.xread({ [b]: '0' })).toEqual([[bytes(b), [['1-1', [[bytes('n'), bytes('1')]]]]]])
      await expect(redis.xread({ [a]: 'x' })).rejects.toMatchObject(failure('ERR Invalid stream ID specified as stream command argument'))
    }),
  ],
  xreadgroup: [
    does('what is new to the group, and what is pending for a consumer', async ({ redis }) => {
      await fill(redis, 3)
      await redis.xgroupCreate(a, 'group', '1-1')
      expect(await redis.xreadgroup('group', 'alice', { [a]: '>' }, { count: 1 })).toEqual({ [a]: [['2-1', { n: '2' }]] })
      expect(await redis.xreadgroup('group', 'bob', { [a]: '>' }, { noack: true })).toEqual({ [a]: [['3-1', { n: '3' }]] })
      expect(await redis.xreadgroup('group', 'bob', { [a]: '>' })).toBeNull()
      await redis.xdel(a, '2-1')
      expect(await redis.xreadgroup('group', 'alice', { [a]: '0' })).toEqual({ [a]: [['2-1', null]] })
      expect(await redis.xreadgroup('group', 'bob', { [a]: '0' })).toEqual({ [a]: [] })
      await expect(redis.xreadgroup('group', 'bob', { [b]: '>' })).rejects.toMatchObject({ name: 'RedisError', code: 'NOGROUP' })
    }),
    does(
      'with CLAIM gives what others have left lying',
      async ({ redis }) => {
        await read(redis, 2)
        await redis.xadd(a, '3-1', { n: 3 })
        await redis.xclaim(a, 'group', 'bob', 0, ['2-1'], { idle: 100_000 })
        const claimed = await redis.xreadgroup('group', 'carol', { [a]: '>' }, { claim: 50_000 })
        expect(claimed).toEqual({ [a]: [['2-1', { n: '2' }, expect.any(Number), 2], ['3-1', { n: '3' }, 0, 0]] }) // prettier-ignore
        expect(claimed![a][0][2]).toBeGreaterThanOrEqual(100_000)
        expect(await redis.xreadgroup('group', 'carol', { [a]: '>' }, { claim: 50_000 })).toBeNull()
        // @ts-expect-error -- what is this consumer's own is not claimed
        void (() => redis.xreadgroup('group', 'carol', { [a]: '0' }, { claim: 50_000 }))
      },
      { needs: 'Redis 8' },
    ),
  ],
} satisfies Suite

export const streams: Suite = {
  xadd: [
    does('appends, with an ID of the time or a given one', async ({ redis }) => {
      expect(await redis.xadd(a, '5-*', { f: 'v' })).toBe('5-0')
      expect(await redis.xadd(a, '5-*', [['f', 1], ['f', 2n]])).toBe('5-1') // prettier-ignore
      expect(await redis.xadd(a, '*', new Map([['f', EVERY_BYTE]]))).toMatch(/^\d{13}-0$/)
      expect(await redis.bytes.xrange(a, '(5-1', '+')).toEqual([[expect.any(String), [[Uint8Array.of(102), EVERY_BYTE]]]])
      await expect(redis.xadd(a, '5-1', { f: 'v' })).rejects.toMatchObject(
        failure('ERR The ID specified in XADD is equal or smaller than the target stream top item'),
      )
      await redis.set(b, 1)
      await expect(redis.xadd(b, '*', { f: 'v' })).rejects.toMatchObject(WRONGTYPE)
    }),
    does('trims, and makes no stream if it shall not', async ({ redis }) => {
      expect(await redis.xadd(a, '*', { f: 'v' }, { nomkstream: true })).toBeNull()
      await fill(redis, 4)
      expect(await redis.xadd(a, '5-1', { n: 5 }, { nomkstream: true, maxlen: 3 })).toBe('5-1')
      expect(await redis.xlen(a)).toBe(3)
      await redis.xadd(a, '6-1', { n: 6 }, { minid: '5' })
      expect(await redis.xlen(a)).toBe(2)
      await redis.xadd(a, '7-1', { n: 7 }, { maxlen: 1, approximate: true, limit: 10 })
      expect(await redis.xlen(a)).toBe(3)
      const both = failure('ERR syntax error, MAXLEN and MINID options at the same time are not compatible')
      const rough = failure('ERR syntax error, LIMIT cannot be used without the special ~ option')
      // @ts-expect-error -- how many, or which
      await expect(redis.xadd(a, '*', { n: 8 }, { maxlen: 1, minid: '5' })).rejects.toMatchObject(both)
      // @ts-expect-error -- who counts exactly removes all
      await expect(redis.xtrim(a, { maxlen: 1, limit: 1 })).rejects.toMatchObject(rough)
      // @ts-expect-error -- nothing to be approximate about
      void (() => redis.xadd(a, '*', { n: 8 }, { approximate: true }))
      expect(await redis.xlen(a)).toBe(3)
    }),
    does('keeps every text', async ({ redis }) => {
      for (const text of EDGES) {
        const id = await redis.xadd(a, '*', { [text]: text })
        expect(await redis.xrange(a, id, id)).toEqual([[id, Object.fromEntries([[text, text]])]])
      }
    }),
  ],
  xtrim: [
    does(
      'drops only what groups have acknowledged, or has it pending no more',
      async ({ redis }) => {
        await read(redis)
        await redis.xack(a, 'group', '2-1')
        expect(await redis.xtrim(a, { maxlen: 0, acked: true })).toBe(1)
        expect(await redis.xtrim(a, { minid: '2', keepref: true })).toBe(1)
        expect(await redis.xadd(a, '5-1', { f: 'v' }, { maxlen: 1, delref: true })).toBe('5-1')
        expect(await redis.xpending(a, 'group')).toMatchObject([1, '1-1', '1-1', expect.anything()])
        // @ts-expect-error -- pending or not
        await expect(redis.xtrim(a, { maxlen: 0, acked: true, delref: true })).rejects.toMatchObject(SYNTAX)
      },
      { needs: 'Redis 8' },
    ),
    does('refuses an option that it does not have', async ({ redis }) => {
      await expect(redis.xtrim(a, { maxlen: 1, atmost: 2 } as { maxlen: number })).rejects.toMatchObject(SYNTAX)
    }),
    does('drops the oldest', async ({ redis }) => {
      await fill(redis, 5)
      expect([await redis.xtrim(a, { maxlen: 4 }), await redis.xtrim(a, { minid: '4-1' })]).toEqual([1, 2])
      expect(await redis.xtrim(a, { maxlen: 0, approximate: true, limit: 1 })).toBe(0)
      await expect(redis.xtrim(a, { maxlen: -1 })).rejects.toMatchObject(failure('ERR The MAXLEN argument must be >= 0.'))
    }),
  ],
  xlen: [
    does('counts', async ({ redis }) => {
      await fill(redis, 2)
      expect([await redis.xlen(a), await redis.xlen(b)]).toEqual([2, 0])
    }),
  ],
  xdel: [
    does('removes', async ({ redis }) => {
      await fill(redis, 3)
      expect(await redis.xdel(a, '1-1', '3-1', '9-9')).toBe(2)
      expect(await redis.xrange(a, '-', '+')).toEqual([['2-1', { n: '2' }]])
    }),
  ],
  xdelex: [
    does(
      'removes what groups do not need, or has them not need it',
      async ({ redis }) => {
        await read(redis)
        expect(await redis.xdelex(a, ['1-1', '9-9'])).toEqual([1, -1])
        expect(await redis.xdelex(a, ['2-1'], 'acked')).toEqual([2])
        expect(await redis.xdelex(a, ['2-1'], 'delref')).toEqual([1])
        expect(await redis.xpending(a, 'group')).toMatchObject([2, '1-1', '3-1', expect.anything()])
        expect(await redis.xdelex(b, ['1-1'])).toEqual([-1])
      },
      { needs: 'Redis 8' },
    ),
  ],
  xrange: [
    does('upwards', async ({ redis }) => {
      await fill(redis, 3)
      expect(await redis.xrange(a, '-', '+', 2)).toEqual([
        ['1-1', { n: '1' }],
        ['2-1', { n: '2' }],
      ])
      expect(await redis.xrange(a, '(2-1', '3')).toEqual([['3-1', { n: '3' }]])
      expect(await redis.xrange(b, '-', '+')).toEqual([])
    }),
  ],
  xrevrange: [
    does('downwards', async ({ redis }) => {
      await fill(redis, 3)
      expect((await redis.xrevrange(a, '+', '2')).map(([id]) => id)).toEqual(['3-1', '2-1'])
      expect(await redis.xrevrange(a, '+', '-', 1)).toEqual([['3-1', { n: '3' }]])
    }),
  ],
  xack: [
    does('counts what was pending', async ({ redis }) => {
      await read(redis)
      expect(await redis.xack(a, 'group', '1-1', '2-1', '9-9')).toBe(2)
      expect(await redis.xack(b, 'group', '1-1')).toBe(0)
    }),
  ],
  xackdel: [
    does(
      'acknowledges and removes',
      async ({ redis }) => {
        await read(redis)
        await redis.xgroupCreate(a, 'other', '1-1')
        expect(await redis.xackdel(a, 'group', ['1-1', '9-9'])).toEqual([1, -1])
        expect(await redis.xackdel(a, 'group', ['2-1'], 'acked')).toEqual([2])
        expect(await redis.xackdel(a, 'group', ['3-1'], 'delref')).toEqual([1])
        expect(await redis.xrange(a, '-', '+')).toEqual([['2-1', { n: '2' }]])
        expect(await redis.xpending(a, 'group')).toEqual([0, null, null, []])
      },
      { needs: 'Redis 8' },
    ),
  ],
  xgroupCreate: [
    does('with a stream, or making one', async ({ redis }) => {
      expect(await redis.xgroupCreate(a, 'group', '$', { mkstream: true })).toBe('OK')
      await fill(redis, 1)
      expect(await redis.xgroupCreate(a, 'other', '0', { entriesread: 0 })).toBe('OK')
      await expect(redis.xgroupCreate(a, 'group', '$')).rejects.toMatchObject(failure('BUSYGROUP Consumer Group name already exists'))
      await expect(redis.xgroupCreate(b, 'group', '$')).rejects.toMatchObject({ code: 'ERR' })
    }),
  ],
  xgroupSetid: [
    does('reads again from there', async ({ redis }) => {
      await read(redis)
      expect(await redis.xgroupSetid(a, 'group', '2-1', { entriesread: 2 })).toBe('OK')
      expect(await redis.xreadgroup('group', 'carol', { [a]: '>' })).toEqual({ [a]: [['3-1', { n: '3' }]] })
    }),
  ],
  xgroupDestroy: [
    does('1 if there was one', async ({ redis }) => {
      await read(redis)
      expect([await redis.xgroupDestroy(a, 'group'), await redis.xgroupDestroy(a, 'group')]).toEqual([1, 0])
    }),
  ],
  xgroupCreateconsumer: [
    does('1 if it is new', async ({ redis }) => {
      await read(redis)
      expect([await redis.xgroupCreateconsumer(a, 'group', 'carol'), await redis.xgroupCreateconsumer(a, 'group', 'alice')]).toEqual([1, 0])
    }),
  ],
  xgroupDelconsumer: [
    does('with what was pending for it', async ({ redis }) => {
      await read(redis)
      expect([await redis.xgroupDelconsumer(a, 'group', 'bob'), await redis.xgroupDelconsumer(a, 'group', 'bob')]).toEqual([2, 0])
      expect(await redis.xpending(a, 'group')).toEqual([1, '1-1', '1-1', [['alice', 1]]])
    }),
  ],
  xpending: [
    does('sums up', async ({ redis }) => {
      await read(redis)
      expect(await redis.xpending(a, 'group')).toEqual([3, '1-1', '3-1', [['alice', 1], ['bob', 2]]]) // prettier-ignore
      await redis.xack(a, 'group', '1-1', '2-1', '3-1')
      expect(await redis.xpending(a, 'group')).toEqual([0, null, null, []])
      await expect(redis.xpending(b, 'group')).rejects.toMatchObject(NO_GROUP)
    }),
  ],
  xpendingRange: [
    does('whose, since when, how often', async ({ redis }) => {
      await read(redis)
      const pending = await redis.xpendingRange(a, 'group', '-', '+', 10, { consumer: 'bob' })
      expect(pending).toEqual([
        ['2-1', 'bob', expect.any(Number), 1],
        ['3-1', 'bob', expect.any(Number), 1],
      ])
      expect(await redis.xpendingRange(a, 'group', '-', '+', 10, { idle: 100_000 })).toEqual([])
      expect(await redis.xpendingRange(a, 'group', '(2-1', '3-1', 10)).toHaveLength(1)
    }),
  ],
  xclaim: [
    does('from another consumer', async ({ redis }) => {
      await read(redis)
      expect(await redis.xclaim(a, 'group', 'alice', 0, ['2-1', '9-9'])).toEqual([['2-1', { n: '2' }]])
      expect(await redis.xclaim(a, 'group', 'alice', 100_000, ['3-1'])).toEqual([])
      expect(await redis.xclaim(a, 'group', 'alice', 0, ['3-1'], { justid: true, idle: 50_000, retrycount: 7 })).toEqual(['3-1'])
      const [[id, consumer, idle, deliveries]] = await redis.xpendingRange(a, 'group', '3-1', '3-1', 1)
      expect([id, consumer, deliveries]).toEqual(['3-1', 'alice', 7])
      expect(idle).toBeGreaterThanOrEqual(50_000)
      await redis.xack(a, 'group', '1-1')
      expect(await redis.xclaim(a, 'group', 'bob', 0, ['1-1'], { force: true, time: 1, lastid: '3-1' })).toEqual([['1-1', { n: '1' }]])
    }),
  ],
  xautoclaim: [
    does('whatever has waited too long', async ({ redis }) => {
      await read(redis)
      await redis.xdel(a, '2-1')
      expect(await redis.xautoclaim(a, 'group', 'carol', 0, '0', { count: 1 })).toEqual(['2-1', [['1-1', { n: '1' }]], []])
      expect(await redis.xautoclaim(a, 'group', 'carol', 0, '2-1', { justid: true })).toEqual(['0-0', ['3-1'], ['2-1']])
      expect(await redis.xautoclaim(a, 'group', 'carol', 100_000, '-')).toEqual(['0-0', [], []])
    }),
  ],
  xsetid: [
    does('sets the last ID', async ({ redis }) => {
      await fill(redis, 1)
      expect(await redis.xsetid(a, '7-0', { entriesadded: 5, maxdeletedid: '3-3' })).toBe('OK')
      expect(await redis.xinfoStream(a)).toMatchObject({ 'last-generated-id': '7-0', 'entries-added': 5, 'max-deleted-entry-id': '3-3' })
      await expect(redis.xsetid(b, '1-1')).rejects.toMatchObject(failure('ERR no such key'))
    }),
  ],
  xinfoStream: [
    does('with the first and the last entry', async ({ redis }) => {
      await read(redis)
      const info = await redis.xinfoStream(a)
      expect(info).toMatchObject({ length: 3, 'last-generated-id': '3-1', groups: 1 })
      expect(info['first-entry']).toEqual(['1-1', ['n', '1']])
    }),
  ],
  xinfoStreamFull: [
    does('with entries, groups and consumers', async ({ redis }) => {
      await read(redis)
      const info = await redis.xinfoStreamFull(a, 2)
      expect(info['entries']).toEqual([
        ['1-1', ['n', '1']],
        ['2-1', ['n', '2']],
      ])
      expect(info['groups']).toMatchObject([{ name: 'group', 'pel-count': 3, consumers: [{ name: 'alice' }, { name: 'bob' }] }])
    }),
  ],
  xinfoGroups: [
    does('a group each', async ({ redis }) => {
      await read(redis)
      expect(await redis.xinfoGroups(a)).toMatchObject([
        { name: 'group', consumers: 2, pending: 3, 'last-delivered-id': '3-1', 'entries-read': 3, lag: 0 },
      ])
      await expect(redis.xinfoGroups(b)).rejects.toMatchObject(failure('ERR no such key'))
    }),
  ],
  xinfoConsumers: [
    does('a consumer each', async ({ redis }) => {
      await read(redis)
      expect(await redis.xinfoConsumers(a, 'group')).toMatchObject([
        { name: 'alice', pending: 1 },
        { name: 'bob', pending: 2 },
      ])
      await expect(redis.call('XINFO', 'STREAM', a, 'x')).rejects.toMatchObject({ name: 'RedisError', code: SYNTAX.code })
    }),
  ],
}
