// rate-limiter-flexible from npm, unmodified: its counters, by Lua and by MULTI, on the engine in process as on redis-server.
import { BurstyRateLimiter, type IRateLimiterRedisOptions, RateLimiterQueue, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { describe, expect, test } from 'vitest'
import { type Connect, until, usePlaces } from './places.ts'

const places = usePlaces()

const limiter = (connect: Connect, options: Partial<IRateLimiterRedisOptions>): RateLimiterRedis =>
  new RateLimiterRedis({ storeClient: connect(), points: 3, duration: 60, keyPrefix: 'limit', ...options })

/** What a reply says; how long it is to the next, in half minutes, which are hardly over while a scenario runs. */
function said(result: unknown): unknown {
  if (!(result instanceof RateLimiterRes)) return result instanceof Error ? result.message : result
  const { remainingPoints, consumedPoints, isFirstInDuration, msBeforeNext } = result
  return { remainingPoints, consumedPoints, isFirstInDuration, halfMinutes: Math.ceil(msBeforeNext / 30_000) }
}
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.then((result) => ['let in', said(result)], (reason) => ['refused', said(reason)]) // prettier-ignore

describe('rate-limiter-flexible', () => {
  test('lets in so many, and no more', async () => {
    const got = await places.same(async (connect) => {
      const limit = limiter(connect, {})
      const log: unknown[] = []
      for (let i = 0; i < 5; i++) log.push(await outcome(limit.consume('ann')))
      log.push(await outcome(limit.consume('bob', 2)), said(await limit.get('ann')), said(await limit.get('nobody')))
      log.push(
        said(await limit.penalty('bob', 2)),
        said(await limit.reward('bob', 1)),
        await limit.delete('ann'),
        await limit.delete('ann'),
      )
      log.push(await outcome(limit.consume('ann')), said(await limit.set('ann', 9, 30)), await outcome(limit.consume('ann')))
      return log
    })
    expect((got as unknown[][]).slice(0, 5).map(([what]) => what)).toEqual(['let in', 'let in', 'let in', 'refused', 'refused'])
  })

  test('lets in again when the time is over', async () => {
    await places.same(async (connect) => {
      const limit = limiter(connect, { points: 1 })
      const log = [await outcome(limit.consume('ann')), await outcome(limit.consume('ann'))]
      const client = connect()
      await client.pexpire('limit:ann', 10)
      await until(async () => (await client.exists('limit:ann')) === 0)
      return [...log, await outcome(limit.consume('ann'))]
    })
  })

  test('blocks whoever goes too far', async () => {
    await places.same(async (connect) => {
      const limit = limiter(connect, { blockDuration: 600 })
      const log: unknown[] = []
      for (let i = 0; i < 5; i++) log.push(await outcome(limit.consume('ann')))
      log.push(said(await limit.block('bob', 120)), await outcome(limit.consume('bob')))
      return log
    })
  })

  test('keeps counts that do not run out, and refuses in memory what was refused before', async () => {
    await places.same(async (connect) => {
      const limit = limiter(connect, { duration: 0, inMemoryBlockOnConsumed: 4, inMemoryBlockDuration: 10 })
      const log: unknown[] = []
      for (let i = 0; i < 6; i++) log.push(await outcome(limit.consume('ann')))
      return [...log, await connect().ttl('limit:ann')]
    })
  })

  test('counts exactly, however many come at once', async () => {
    await places.same(async (connect) => {
      const limit = limiter(connect, { points: 50 })
      const all = await Promise.all(Array.from({ length: 80 }, () => outcome(limit.consume('crowd'))))
      return [all.filter((each) => (each as string[])[0] === 'let in').length, await connect().get('limit:crowd')]
    })
  })

  test('lets bursts in, and queues', async () => {
    await places.same(async (connect) => {
      const bursty = new BurstyRateLimiter(limiter(connect, { points: 1, duration: 60 }), limiter(connect, { points: 2, duration: 60, keyPrefix: 'burst' }))
      const log: unknown[] = []
      for (let i = 0; i < 4; i++) log.push(await outcome(bursty.consume('ann')).then((each) => (each as unknown[])[0]))
      const queue = new RateLimiterQueue(limiter(connect, { points: 2, duration: 1, keyPrefix: 'queue' }), { maxQueueSize: 10 })
      const start = Date.now()
      await Promise.all([1, 2, 3, 4].map(() => queue.removeTokens(1)))
      return [log, Date.now() - start >= 900]
    }) // prettier-ignore
  })
})
