// The app of docs/moving.md on each backend: only the line that makes the client differs.
import { readFileSync } from 'node:fs'
import { Redis as UpstashRedis } from '@upstash/redis'
import { Cluster, Redis as Ioredis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { Leaderboard } from '../../examples/leaderboard/leaderboard.ts'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import { createRedis, type Redis } from '../../src/adapters/memory.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { serveRest } from '../../src/adapters/serve/rest-server.ts'
import { connectUpstash, fromUpstash } from '../../src/adapters/upstash.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRedisServer } from '../support/redis-server.ts'

async function season(redis: Redis): Promise<void> {
  const board = new Leaderboard(redis, 'chess')
  const news = board.follow()
  const first = news.next()
  // A subscription is made by the first look at it.
  while ((await redis.pubsubChannels()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(await board.play('ann', 3)).toEqual({ points: 3, games: 1, rank: 0 })
  expect((await first).value).toEqual({ player: 'ann', points: 3 })
  expect(await board.play('bob', 5.5)).toEqual({ points: 5.5, games: 1, rank: 0 })
  expect(await board.play('ann', 1)).toEqual({ points: 4, games: 2, rank: 1 })
  expect(await board.top(10)).toEqual([
    { player: 'bob', points: 5.5 },
    { player: 'ann', points: 4 },
  ])
  await news.return()
  await board.reset()
  expect(await board.top(10)).toEqual([])
}

describe('the same app runs', () => {
  test('on the engine', async () => {
    await using redis = await createRedis()
    await season(redis)
  })

  test('on Upstash, through either client', async () => {
    await using engine = await createRedis()
    await using server = await serveRest(createRestHandler(engine, { token: 'token' }), { port: 0 })
    await using redis = connectUpstash({ url: server.url, token: 'token' })
    await season(redis)
    await using other = fromUpstash(new UpstashRedis({ url: server.url, token: 'token', enableTelemetry: false }))
    await season(other)
  })

  test('on a Redis', async () => {
    await using server = await startRedisServer()
    await using redis = fromIoredis(new Ioredis({ path: server.path }))
    await season(redis)
  })

  test('on a cluster', async () => {
    await using cluster = await startRedisCluster()
    await using redis = fromIoredis(new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port }))))
    await season(redis)
  })
})

test('the page shows the app as it is', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  const app = read('../../examples/leaderboard/leaderboard.ts').replace('../../src/adapters/memory.ts', 'isodis').trimEnd()
  expect(read('../../docs/moving.md')).toContain(app)
})
