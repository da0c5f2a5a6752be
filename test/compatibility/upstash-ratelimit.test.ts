// @upstash/ratelimit from npm, unmodified, with @upstash/redis: on engines in process, and over REST on a redis-server. What
// it lets in must be the same.
import { MultiRegionRatelimit, Ratelimit } from '@upstash/ratelimit'
import { Redis as Upstash } from '@upstash/redis'
import { Redis as IORedis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { requesterOn } from '../../src/adapters/drop-in/upstash.ts'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'
import { requestOf } from '../support/rest.ts'

/** As many databases as the multi-region limiter has regions. */
const REGIONS = 3

let server: RedisServer
beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server?.stop())
afterEach(() => vi.unstubAllGlobals())

type RatelimitResponse = Awaited<ReturnType<Ratelimit['limit']>>
type Scenario = (regions: Upstash[]) => Promise<unknown>

async function same(scenario: Scenario): Promise<unknown> {
  const wanted = await overRest(scenario)
  const got = await inProcess(scenario)
  expect(got).toEqual(wanted)
  return got
}

async function overRest(scenario: Scenario): Promise<unknown> {
  const databases = Array.from({ length: REGIONS }, (_, db) => fromIoredis(new IORedis({ path: server.path, db })))
  const handlers = databases.map((redis) => createRestHandler(redis, { token: 'secret' }))
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => handlers[Number(new URL(address).port)](requestOf(address, init)))
  await databases[0].flushall()
  return closing(databases, () => scenario(databases.map((_, port) => new Upstash({ url: `http://localhost:${port}`, token: 'secret' }))))
} // prettier-ignore

async function inProcess(scenario: Scenario): Promise<unknown> {
  const engines = await Promise.all(Array.from({ length: REGIONS }, () => createRedis({ lua })))
  return closing(engines, () => scenario(engines.map((redis) => new Upstash(requesterOn(redis)))))
}

async function closing<T>(open: Pick<Redis, 'close'>[], run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } finally {
    for (const each of open) await each.close()
  }
}

const HOUR = 3_600_000
/** Windows begin at multiples of their length, by the clock of whoever asks: it stands still at the begin of an hour, until it is moved. */
const BEGIN = 500_000 * HOUR
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: BEGIN }))
afterEach(() => void vi.useRealTimers())

async function said({ success, limit, remaining, reason, pending }: RatelimitResponse): Promise<unknown> {
  await pending
  return [success, limit, remaining, reason]
}
async function times(count: number, step: () => Promise<RatelimitResponse>): Promise<unknown[]> {
  const log: unknown[] = []
  for (let i = 0; i < count; i++) log.push(await said(await step()))
  return log
}
const allowed = (log: unknown): boolean[] => (log as boolean[][]).map(([success]) => success)

describe('@upstash/ratelimit', () => {
  test('fixed window', async () => {
    const log = await same(async ([redis]) => {
      const limit = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(3, '1 h'), ephemeralCache: false, prefix: 'app' })
      const replies = await times(5, () => limit.limit('ann'))
      const { reset } = await limit.limit('ann')
      const keys = await redis.keys('app*')
      return [
        ...replies,
        await said(await limit.limit('bob', { rate: 2 })),
        [reset % HOUR, keys.map((key) => key.replace(/\d+$/, 'N')), (await redis.pttl(keys[0])) > HOUR - 20_000],
        (await limit.getRemaining('ann')).remaining,
        await limit.resetUsedTokens('ann'),
        await said(await limit.limit('ann')),
      ]
    })
    expect(allowed((log as unknown[]).slice(0, 5))).toEqual([true, true, true, false, false])
  })

  test('a fixed window ends', async () => {
    await same(async ([redis]) => {
      vi.setSystemTime(BEGIN)
      const limit = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(1, '1 h'), ephemeralCache: false })
      const log = await times(2, () => limit.limit('ann'))
      vi.setSystemTime(BEGIN + HOUR)
      return [...log, ...(await times(2, () => limit.limit('ann')))]
    })
  })

  test('the end of a window is waited for', async () => {
    vi.useRealTimers()
    await same(async ([redis]) => {
      const limit = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(1, '1 s'), ephemeralCache: false })
      await limit.limit('ann')
      return (await limit.blockUntilReady('ann', 20_000)).success
    })
  })

  test('sliding window', async () => {
    const log = await same(async ([redis]) => {
      const limit = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(3, '1 h'), ephemeralCache: false })
      return [
        ...(await times(5, () => limit.limit('ann'))),
        (await limit.getRemaining('ann')).remaining,
        await limit.resetUsedTokens('ann'),
        await said(await limit.limit('ann')),
      ]
    })
    expect(allowed((log as unknown[]).slice(0, 5))).toEqual([true, true, true, false, false])
  })

  test('a sliding window counts part of the one before', async () => {
    await same(async ([redis]) => {
      vi.setSystemTime(BEGIN)
      const limit = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(10, '1 h'), ephemeralCache: false })
      const first = await times(10, () => limit.limit('ann'))
      // At 5 % of the second window some nine of the ten still count.
      vi.setSystemTime(BEGIN + 1.05 * HOUR)
      return [first, await times(5, () => limit.limit('ann'))]
    })
  })

  test('token bucket', async () => {
    const log = await same(async ([redis]) => {
      const limit = new Ratelimit({ redis, limiter: Ratelimit.tokenBucket(1, '1 h', 4), ephemeralCache: false })
      return [
        ...(await times(6, () => limit.limit('ann'))),
        await said(await limit.limit('bob', { rate: 3 })),
        await said(await limit.limit('bob', { rate: 3 })),
        (await limit.getRemaining('bob')).remaining,
      ]
    })
    expect(allowed((log as unknown[]).slice(0, 6))).toEqual([true, true, true, true, false, false])
  })

  test('a bucket is filled again', async () => {
    await same(async ([redis]) => {
      vi.setSystemTime(BEGIN)
      const limit = new Ratelimit({ redis, limiter: Ratelimit.tokenBucket(2, '1 h', 2), ephemeralCache: false })
      const log = await times(3, () => limit.limit('ann'))
      vi.setSystemTime(BEGIN + HOUR)
      return [log, await times(3, () => limit.limit('ann'))]
    })
  })

  test('cached fixed window, ephemeral cache and limits that change', async () => {
    await same(async ([redis]) => {
      const cached = new Ratelimit({ redis, limiter: Ratelimit.cachedFixedWindow(2, '1 h'), ephemeralCache: new Map(), prefix: 'cached' })
      const log = await times(4, () => cached.limit('ann'))
      const dynamic = new Ratelimit({ redis, limiter: Ratelimit.fixedWindow(2, '1 h'), dynamicLimits: true, prefix: 'dynamic' })
      await dynamic.setDynamicLimit({ limit: 4 })
      return [log, await dynamic.getDynamicLimit(), await times(5, () => dynamic.limit('ann'))]
    })
  })

  test('as many as are allowed of a crowd', async () => {
    await same(async ([redis]) => {
      const limit = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(20, '1 h'), ephemeralCache: false })
      const all = await Promise.all(Array.from({ length: 50 }, () => limit.limit('crowd')))
      return all.filter(({ success }) => success).length
    })
  })

  test('many regions', async () => {
    const log = await same(async (redis) => {
      const fixed = new MultiRegionRatelimit({ redis: redis as never[], limiter: MultiRegionRatelimit.fixedWindow(3, '1 h'), ephemeralCache: false, prefix: 'f' })
      const sliding = new MultiRegionRatelimit({ redis: redis as never[], limiter: MultiRegionRatelimit.slidingWindow(3, '1 h'), ephemeralCache: false, prefix: 's' })
      const log = [...(await times(5, () => fixed.limit('ann'))), ...(await times(5, () => sliding.limit('ann')))]
      // Each region has seen every request.
      const seen = await Promise.all(redis.map(async (region) => Object.keys((await region.hgetall((await region.keys('f:*'))[0])) ?? {}).length))
      return [...log, seen]
    }) // prettier-ignore
    expect(allowed((log as unknown[]).slice(0, 5))).toEqual([true, true, true, false, false])
  })
})
