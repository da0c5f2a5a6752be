// WAIT through the adapters: it is about what their connections have written, so a replica that lacks it does not count.
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { createClient as createClient5 } from 'redis'
import { createClient, createClientPool } from 'redis6'
import { describe, expect, test } from 'vitest'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import { fromNodeRedis } from '../../src/adapters/node-redis.ts'
import type { Redis } from '../../src/core/client/redis.ts'
import { ask, follow, startRedis } from '../replication/servers.ts'

const clients: Record<string, (port: number) => Promise<Redis>> = {
  'ioredis 6': async (port) => fromIoredis(new Redis6(port)),
  'ioredis 5': async (port) => fromIoredis(new Redis5(port)),
  'node-redis 6': async (port) => fromNodeRedis(await createClient({ socket: { port } }).connect()),
  'node-redis 5': async (port) => fromNodeRedis(await createClient5({ socket: { port } }).connect()),
}

describe.each(Object.entries(clients))('%s', (_, connect) => {
  test('a replica that stands still does not have what was written', async () => {
    await using master = await startRedis()
    await using replica = await startRedis()
    await follow(replica, master)
    await using redis = await connect(master.port)
    await redis.set('a', 1)
    expect(await redis.wait(1, 10_000)).toBe(1)
    const pid = Number(/process_id:(\d+)/.exec(String(await ask(replica, 'INFO', 'server')))![1])
    process.kill(pid, 'SIGSTOP')
    await redis.set('a', 2)
    expect(await redis.wait(1, 50)).toBe(0)
    await expect(redis.wait(1, 0, { signal: AbortSignal.timeout(10) })).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect(redis.wait(1, 0, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    await redis.watch('a', async (look) => {
      await look.set('a', 3)
      expect(await look.wait(1, 50)).toBe(0)
    })
    process.kill(pid, 'SIGCONT')
    expect(await redis.wait(1, 10_000)).toBe(1)
  })
})

test('a pool of node-redis does not know which of its connections is meant, but in a pipeline', async () => {
  await using master = await startRedis()
  await using replica = await startRedis()
  await follow(replica, master)
  const pool = createClientPool({ socket: { port: master.port } })
  await pool.connect()
  await using redis = fromNodeRedis(pool)
  await expect(redis.wait(1, 0)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(await redis.pipeline().set('a', 1).wait(1, 10_000).exec()).toEqual(['OK', 1])
})
