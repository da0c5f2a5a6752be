// Commands that wait: on lists and sorted sets, with a time limit, with an AbortSignal, and inside of a transaction, where
// nothing waits.
import { expect } from 'vitest'
import { asText, Redis } from '../../../src/core/client/redis.ts'
import { a, b, c, type Case, does, EVERY_BYTE, failure, type Suite, WRONGTYPE } from '../contract.ts'
import { reading } from './streams.ts'

interface Waiting {
  /** Takes from `a`, or from the first of `a` and `b`. */
  readonly take: (redis: Redis, timeout: number, signal?: AbortSignal) => Promise<unknown>
  /** Puts something where `take` looks for it. */
  readonly put: (redis: Redis) => Promise<unknown>
  readonly taken: unknown
  /** What is there is for everyone who waits. */
  readonly shared?: true
}

/** How many connections wait for something, on all nodes. */
async function blocked({ backend }: Redis): Promise<number> {
  const infos = await Promise.all(((await backend.nodes?.()) ?? [backend]).map((node) => new Redis(node, asText).info('clients')))
  return infos.reduce((sum, info) => sum + Number(/blocked_clients:(\d+)/.exec(info)![1]), 0)
}

function waiting({ take, put, taken, shared }: Waiting): Case[] {
  return [
    does(
      'takes at once what is there',
      async ({ redis }) => {
        await put(redis)
        expect(await take(redis, 0)).toEqual(taken)
      },
      { needs: 'waiting' },
    ),
    does(
      'does not wait inside of a transaction',
      async ({ redis }) => {
        expect(await take(redis, 0)).toBeNull()
      },
      { needs: 'waiting', views: ['transaction'] },
    ),
    does(
      'waits until there is something',
      async ({ redis }) => {
        const result = take(redis, 0)
        await expect.poll(() => blocked(redis)).toBe(1)
        await put(redis)
        expect(await result).toEqual(taken)
      },
      { needs: 'waiting', views: ['alone'] },
    ),
    does(
      'gives null when the time is over, and not before',
      async ({ redis }) => {
        const start = performance.now()
        expect(await take(redis, 0.05)).toBeNull()
        expect(performance.now() - start).toBeGreaterThan(45)
      },
      { needs: 'waiting', views: ['alone'] },
    ),
    does(
      'an AbortSignal ends the waiting with its reason, and nothing is taken afterwards',
      async ({ redis }) => {
        const abort = new AbortController()
        const result = expect(take(redis, 0, abort.signal)).rejects.toThrow('enough')
        await expect.poll(() => blocked(redis)).toBe(1)
        abort.abort(new Error('enough'))
        await result
        await expect(take(redis, 0, abort.signal)).rejects.toThrow('enough')
        // A server learns of it when the connection ends.
        await expect.poll(() => blocked(redis)).toBe(0)
        await put(redis)
        expect(await take(redis, 0)).toEqual(taken)
      },
      { needs: 'waiting', views: ['alone'] },
    ),
    does(
      'others are answered meanwhile, and the longest waiting is served first',
      async ({ redis }) => {
        const order: number[] = []
        const results: Promise<unknown>[] = []
        for (const i of [1, 2]) {
          results.push(take(redis, 60).then(() => order.push(i)))
          await expect.poll(() => blocked(redis)).toBe(i)
        }
        expect(await redis.ping()).toBe('PONG')
        await put(redis)
        if (!shared) {
          await expect.poll(() => order, { interval: 5 }).toEqual([1])
          await put(redis)
        }
        await Promise.all(results)
        expect(shared ? order.toSorted() : order).toEqual([1, 2])
      },
      { needs: 'waiting', views: ['alone'] },
    ),
    does(
      'another type is an error at once, a time that is none too',
      async ({ redis }) => {
        await redis.set(a, 1)
        await expect(take(redis, 1)).rejects.toMatchObject(WRONGTYPE)
        await expect(take(redis, -1)).rejects.toMatchObject(failure('ERR timeout is negative'))
      },
      { needs: 'waiting' },
    ),
  ]
}

const list = { put: (redis: Redis): Promise<unknown> => redis.rpush(a, 'x') }
const zset = { put: (redis: Redis): Promise<unknown> => redis.zadd(a, { x: 1.5 }) }

/** Keys and what their entries hold, without the IDs, which are made of the time. */
function withoutIds(read: Record<string, [string, unknown][]> | null): unknown {
  return read && Object.entries(read).map(([key, entries]) => [key, entries.map(([, fields]) => fields)])
}
const entry = { put: (redis: Redis): Promise<unknown> => redis.xadd(a, '*', { f: 'v' }), taken: [[a, [{ f: 'v' }]]] }

export const blocking: Suite = {
  xread: [
    ...reading.xread,
    ...waiting({
      take: async (redis, timeout, signal) => withoutIds(await redis.xread({ [b]: '0', [a]: '0' }, { block: timeout * 1000, signal })),
      ...entry,
      shared: true,
    }),
  ],
  xreadgroup: [
    ...reading.xreadgroup,
    ...waiting({
      take: async (redis, timeout, signal) => {
        await redis.xgroupCreate(a, 'group', '0', { mkstream: true }).catch(() => {})
        return withoutIds(await redis.xreadgroup('group', 'alice', { [a]: '>' }, { block: timeout * 1000, signal }))
      },
      ...entry,
    }),
  ],
  blpop: [
    ...waiting({
      take: (redis, timeout, signal) => redis.blpop([a, b], timeout, { signal }),
      ...list,
      taken: [a, 'x'],
    }),
    does(
      'through bytes',
      async ({ redis }) => {
        await redis.rpush(a, EVERY_BYTE)
        expect(await redis.bytes.blpop(a, 1)).toEqual([Uint8Array.from(Buffer.from(a)), EVERY_BYTE])
      },
      { needs: 'waiting' },
    ),
  ],
  brpop: waiting({ take: (redis, timeout, signal) => redis.brpop([a, b], timeout, { signal }), ...list, taken: [a, 'x'] }),
  blmpop: waiting({ take: (redis, timeout, signal) => redis.blmpop(timeout, [a, b], 'right', { signal }), ...list, taken: [a, ['x']] }),
  blmove: [
    ...waiting({ take: (redis, timeout, signal) => redis.blmove(a, c, 'right', 'left', timeout, { signal }), ...list, taken: 'x' }),
    does(
      'moves',
      async ({ redis }) => {
        await redis.rpush(a, EVERY_BYTE)
        expect(await redis.blmove(a, c, 'left', 'right', 1)).toBe(String(Buffer.from(EVERY_BYTE)))
        expect(await redis.bytes.lrange(c, 0, -1)).toEqual([EVERY_BYTE])
      },
      { needs: 'waiting' },
    ),
  ],
  brpoplpush: waiting({ take: (redis, timeout, signal) => redis.brpoplpush(a, c, timeout, { signal }), ...list, taken: 'x' }),
  bzpopmin: waiting({ take: (redis, timeout, signal) => redis.bzpopmin([a, b], timeout, { signal }), ...zset, taken: [a, 'x', 1.5] }),
  bzpopmax: waiting({
    take: (redis, timeout, signal) => redis.bzpopmax([a, b], timeout, { signal }),
    put: (redis) => redis.zadd(a, { y: Infinity }),
    taken: [a, 'y', Infinity],
  }),
  bzmpop: [
    ...waiting({ take: (redis, timeout, signal) => redis.bzmpop(timeout, [a, b], 'min', { signal }), ...zset, taken: [a, [['x', 1.5]]] }),
    does(
      'takes several',
      async ({ redis }) => {
        await redis.zadd(a, { x: 1.5, y: Infinity })
        expect(await redis.bzmpop(1, [b, a], 'max', { count: 5 })).toEqual([
          a,
          [
            ['y', Infinity],
            ['x', 1.5],
          ],
        ])
      },
      { needs: 'waiting' },
    ),
  ],
}
