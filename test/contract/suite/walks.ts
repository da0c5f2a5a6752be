// Walks over keys, fields and members, while others write.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { a, b, does, EDGES, EVERY_BYTE, type Suite } from '../contract.ts'

const ALONE = { views: ['alone'] } as const

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** Writes while a walk goes on: what was there the whole time has to be found. */
async function disturb(redis: Redis, walk: AsyncIterable<unknown>, write: (i: number) => Promise<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  let i = 0
  for await (const item of walk) {
    found.push(item)
    if (i < 100) await write(i++)
  }
  await redis.ping()
  return found
}

export const walks: Suite = {
  scanIterator: [
    does(
      'walks over all keys, or those of a pattern or type',
      async ({ redis }) => {
        const keys = [...EDGES]
        for (const key of keys) await redis.set(key, 1)
        await redis.sadd('set', 1)
        expect((await collect(redis.scanIterator({ count: 3 }))).sort()).toEqual([...keys, 'set'].sort())
        expect(await collect(redis.scanIterator({ match: '__pro*' }))).toEqual(['__proto__'])
        expect(await collect(redis.scanIterator({ type: 'set' }))).toEqual(['set'])
        await redis.set(EVERY_BYTE, 1)
        expect(await collect(redis.bytes.scanIterator({ match: '*\u0001*' }))).toEqual([EVERY_BYTE])
      },
      ALONE,
    ),
    does(
      'finds what is there the whole time, although others write',
      async ({ redis }) => {
        const keys = Array.from({ length: 300 }, (_, i) => `stays${i}`)
        const fill = redis.pipeline()
        for (const key of keys) fill.set(key, 1)
        for (let i = 0; i < 100; i++) fill.set(`goes${i}`, 1)
        await fill.exec()
        const found = await disturb(redis, redis.scanIterator({ count: 10 }), async (i) => {
          await redis.del(`goes${i}`)
          await redis.set(`comes${i}`, 1)
        })
        expect(new Set(found)).toEqual(new Set([...keys, ...(found as string[]).filter((key) => !key.startsWith('stays'))]))
      },
      ALONE,
    ),
  ],
  hscanIterator: [
    does(
      'walks over fields and values, although others write',
      async ({ redis }) => {
        const fields = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, String(i)]))
        await redis.hset(a, fields)
        const found = (await disturb(redis, redis.hscanIterator(a, { count: 10 }), (i) => redis.hset(a, { [`new${i}`]: i }))) as [
          string,
          string,
        ][]
        expect(Object.fromEntries(found.filter(([field]) => field.startsWith('f')))).toEqual(fields)
        expect(await collect(redis.hscanIterator(a, { match: 'f7' }))).toEqual([['f7', '7']])
        expect(await collect(redis.hscanIterator(b))).toEqual([])
      },
      ALONE,
    ),
    does(
      'walks over fields alone',
      async ({ redis }) => {
        const fields = Array.from({ length: 300 }, (_, i) => `f${i}`)
        await redis.hset(a, Object.fromEntries(fields.map((field) => [field, 'v'])))
        const found: string[] = []
        for await (const field of redis.hscanIterator(a, { noValues: true, count: 10 })) found.push(field)
        expect(new Set(found)).toEqual(new Set(fields))
        for await (const [, value] of redis.hscanIterator(a, { noValues: false })) expect(value).toBe('v')
      },
      { ...ALONE, needs: 'Redis 7.4' },
    ),
    does(
      "an error's stack leads to the loop",
      async ({ redis }) => {
        await redis.set(a, 'x')
        async function loopOfTheApp(items: AsyncIterable<unknown>): Promise<void> {
          for await (const _ of items) throw new Error('there is nothing')
        }
        for (const items of [redis.hscanIterator(a), redis.sscanIterator(a), redis.zscanIterator(a), redis.bytes.zscanIterator(a)]) {
          await expect(loopOfTheApp(items)).rejects.toMatchObject({ code: 'WRONGTYPE', stack: expect.stringContaining('loopOfTheApp') })
        }
      },
      ALONE,
    ),
  ],
  sscanIterator: [
    does(
      'walks over members, although others write',
      async ({ redis }) => {
        const members = Array.from({ length: 300 }, (_, i) => `m${i}`)
        await redis.sadd(a, ...members)
        const found = await disturb(redis, redis.sscanIterator(a, { count: 10 }), (i) => redis.sadd(a, `new${i}`))
        expect(new Set(found.filter((member) => (member as string).startsWith('m')))).toEqual(new Set(members))
        await redis.sadd(b, EVERY_BYTE)
        expect(await collect(redis.bytes.sscanIterator(b))).toEqual([EVERY_BYTE])
      },
      ALONE,
    ),
  ],
  zscanIterator: [
    does(
      'walks over members and scores, although others write',
      async ({ redis }) => {
        const members = Array.from({ length: 300 }, (_, i) => ({ member: `m${i}`, score: i / 4 }))
        await redis.zadd(a, members)
        const found = (await disturb(redis, redis.zscanIterator(a, { count: 10 }), (i) => redis.zadd(a, { [`new${i}`]: i }))) as [
          string,
          number,
        ][]
        expect(Object.fromEntries(found.filter(([member]) => member.startsWith('m')))).toEqual(
          Object.fromEntries(members.map(({ member, score }) => [member, score])),
        )
        await redis.zadd(b, { x: Infinity, y: -Infinity })
        expect((await collect(redis.zscanIterator(b))).sort()).toEqual([
          ['x', Infinity],
          ['y', -Infinity],
        ])
      },
      ALONE,
    ),
  ],
}
