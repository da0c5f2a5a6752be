// Code that makes its own ioredis clients, unmodified: all of them are on the engine, until that is ended.
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { allIoredisOn, ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { createTestRedis, type TestRedis } from '../../src/adapters/testing.ts'

const versions = { 'ioredis 6': Redis6, 'ioredis 5': Redis5 as unknown as typeof Redis6 }

describe.for(Object.entries(versions))('%s', ([, Redis]) => {
  let redis: TestRedis
  let restore: () => void
  let clients: Redis6[]
  const keep = (client: Redis6): Redis6 => {
    clients.push(client)
    return client
  }
  beforeEach(async () => {
    redis = await createTestRedis()
    restore = allIoredisOn(Redis, redis)
    clients = []
  })
  afterEach(async () => {
    restore()
    for (const client of clients) client.disconnect()
    await redis.close()
  })

  test('any address, credentials, Sentinels and TLS lead to the engine; the database and the other options stay', async () => {
    keep(new Redis())
    keep(new Redis(6390))
    keep(new Redis(6390, 'redis.internal', { keyPrefix: 'app:' }))
    keep(new Redis('/run/redis.sock'))
    keep(new Redis('redis://ann:secret@redis.internal:6390/3'))
    keep(new Redis('rediss://:secret@redis.internal', { db: 4 }))
    keep(new Redis({ host: 'redis.internal', username: 'ann', password: 'secret', tls: {}, db: 5 }))
    keep(new Redis({ sentinels: [{ host: 'sentinel.internal', port: 26379 }], name: 'main', password: 'secret' }))
    keep(clients[4].duplicate({ db: 6 }))
    for (const [i, client] of clients.entries()) expect(await client.set(`key:${i}`, i)).toBe('OK')
    const keys = (db: number): string[] => {
      redis.sync.call('SELECT', db)
      return redis.sync.keys('*').toSorted()
    }
    expect(keys(0)).toEqual(['app:key:2', 'key:0', 'key:1', 'key:3', 'key:7'])
    for (const [i, from] of [4, 5, 6, 8].entries()) expect(keys(i + 3)).toEqual([`key:${from}`])
  })

  test('a client that is put on another engine stays there', async () => {
    const other = await createTestRedis()
    await keep(new Redis(ioredisOn(other))).set('key', 1)
    expect([other.sync.exists('key'), redis.sync.exists('key')]).toEqual([1, 0])
    await other.close()
  })

  test('later clients go where they are told again; those from before stay, and their duplicates too', async () => {
    const client = keep(new Redis('redis://redis.internal'))
    await client.set('key', 1)
    restore()
    expect(await keep(client.duplicate()).get('key')).toBe('1')
    const outside = keep(new Redis(1, '127.0.0.1', { retryStrategy: null, lazyConnect: true })).on('error', () => {})
    await expect(outside.connect()).rejects.toThrow()
  })

  test('the database of the next test is another', async () => {
    await keep(new Redis()).set('key', 1)
    const next = await createTestRedis()
    const end = allIoredisOn(Redis, next)
    expect(await keep(new Redis()).get('key')).toBeNull()
    end()
    expect(await keep(new Redis()).get('key')).toBe('1')
    await next.close()
  })
})

test('what is not the class Redis, or no client, is a TypeError', async () => {
  const redis = await createTestRedis()
  expect(() => allIoredisOn(Map, redis)).toThrow(new TypeError('allIoredisOn takes the class Redis of ioredis 5 or 6'))
  // A later version, whose clients have other defaults: none may go to a server unnoticed.
  class Later {
    static defaultOptions: { Connector?: unknown } = {}
    disconnect(): void {}
  }
  expect(() => allIoredisOn(Later, redis)).toThrow('does not know where this version of ioredis keeps its defaults')
  expect(Later.defaultOptions.Connector).toBeUndefined()
  // @ts-expect-error -- an await is missing
  expect(() => allIoredisOn(Redis6, createTestRedis())).toThrow('is an await missing?')
  await redis.close()
})
