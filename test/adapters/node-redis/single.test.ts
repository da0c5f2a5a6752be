// The adapter on a single redis-server, with node-redis 5 and 6, one connection or a pool of them: what every library's adapter does,
// what replies are, and what the user's options change.
import * as redis5 from 'redis'
import * as redis6 from 'redis6'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromNodeRedis, type NodeRedisClient, type NodeRedisPool } from '../../../src/adapters/node-redis.ts'
import type { Redis } from '../../../src/core/client/redis.ts'
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts'
import { type Connect, testOneServer, testOrder } from '../one-server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server?.stop())

interface Options {
  path?: string
  database?: number
  RESP?: 2 | 3
  reconnectStrategy?: false | (() => number)
  socketTimeout?: number
  commandOptions?: { asap: true }
}
type Made = (NodeRedisClient | NodeRedisPool) & { connect(): Promise<unknown>; on(event: 'error', listener: () => void): unknown }
const optionsOf = ({ path = server.path, reconnectStrategy = () => 20, socketTimeout, ...rest }: Options): Options & { socket: never } =>
  ({ ...rest, socket: { path, reconnectStrategy, socketTimeout } }) as never
const single: Record<string, (options: Options) => Made> = {
  'node-redis 6': (options) => redis6.createClient(optionsOf(options)),
  'node-redis 6 that speaks RESP2': (options) => redis6.createClient(optionsOf({ RESP: 2, ...options })),
  'node-redis 5': (options) => redis5.createClient(optionsOf(options)),
  'node-redis 5 that speaks RESP3': (options) => redis5.createClient(optionsOf({ RESP: 3, ...options })),
}
/** As many as are needed: if one that is made later fails to connect, nobody in version 5 catches that. */
const SIZE = { minimum: 6 }
const pools: typeof single = {
  'a pool of node-redis 6': (options) => redis6.createClientPool(optionsOf(options), SIZE),
  'a pool of node-redis 5': (options) => redis5.createClientPool(optionsOf(options), SIZE),
}
async function connected(made: Made): Promise<Redis> {
  made.on('error', () => {})
  await made.connect()
  return fromNodeRedis(made)
}
const connectWith =
  (make: (options: Options) => Made): Connect =>
  ({ reconnects = true, ...options }) =>
    connected(make(reconnects ? options : { ...options, reconnectStrategy: false }))

describe.each(Object.entries({ ...single, ...pools }))('%s', (_, make) => testOneServer(connectWith(make)))

describe.each(Object.entries({ ...single, ...pools }))('%s: what replies are', (_, make) => {
  let redis: Redis
  beforeEach(async () => {
    redis = await connected(make({}))
    await redis.flushall()
  })
  afterEach(() => redis.close())

  test('integers are exact, and doubles, and bytes', async () => {
    await redis.set('n', '9007199254740992')
    expect(await redis.incr('n')).toBe(9007199254740993n)
    await redis.zadd('z', { m: 0.1 + 0.2, n: -Infinity })
    expect(await redis.zrange('z', 0, -1, { withScores: true })).toEqual([
      ['n', -Infinity],
      ['m', 0.1 + 0.2],
    ])
    const bytes = Uint8Array.from({ length: 256 }, (__, i) => i)
    await redis.bytes.hset('h', bytes, bytes)
    expect(await redis.bytes.hgetall('h')).toEqual([[bytes, bytes]])
  })

  test('messages of channels, patterns and shards are bytes, and each pattern gets its own', async () => {
    await using channels = await redis.bytes.subscribe(['a', 'b', 'a'])
    await using patterns = await redis.psubscribe(['a*', '*'])
    await using shards = await redis.ssubscribe('s')
    await redis.publish('a', Uint8Array.of(0xff, 0))
    await redis.spublish('s', 'z')
    expect((await channels.next()).value).toEqual({ channel: 'a', message: Uint8Array.of(0xff, 0) })
    const heard = [(await patterns.next()).value, (await patterns.next()).value]
    expect(heard.map((message) => message?.pattern).toSorted()).toEqual(['*', 'a*'])
    expect((await shards.next()).value).toEqual({ channel: 's', message: 'z' })
    await channels.unsubscribe()
    expect(await redis.pubsubNumsub('a')).toEqual({ a: 0 })
  })
})

describe.each(Object.entries(single))('%s', (_, make) => {
  testOrder(connectWith(make))

  test('with the option `asap` transactions and pipelines keep their order', async () => {
    await using redis = await connected(make({ commandOptions: { asap: true } }))
    expect(await redis.multi().set('k', 1).incr('k').exec()).toEqual(['OK', 2])
    expect(await redis.pipeline().set('k', 1).incr('k').exec()).toEqual(['OK', 2])
    expect(await Promise.all([redis.set('k', 1), redis.incr('k')])).toEqual(['OK', 2])
  })

  test('a socketTimeout ends no command that waits', async () => {
    await using redis = await connected(make({ socketTimeout: 100 }))
    await using others = await connected(make({}))
    await others.del('q')
    const waiting = redis.blpop('q', 0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await others.rpush('q', 'x')
    expect(await waiting).toEqual(['q', 'x'])
  })

  test('a selected database is selected again after a reconnection, and in connections of its own', async () => {
    await using redis = await connected(make({}))
    const lengthAfterKill = async (): Promise<unknown> => {
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no').catch(() => {})
      let length: unknown = 'lost'
      while (length === 'lost') length = await redis.llen('q').catch(() => 'lost')
      return length
    }
    await redis.pipeline().call('SELECT', 5).flushdb().rpush('q', 1, 2).exec()
    expect(await lengthAfterKill()).toBe(2)
    await redis.multi().call('SELECT', 6).flushdb().rpush('q', 1, 2, 3).exec()
    expect(await lengthAfterKill()).toBe(3)
    await redis.call('SELECT', 4)
    await redis.flushdb()
    await redis.rpush('q', 'y')
    expect(await lengthAfterKill()).toBe(1)
    expect(await redis.watch('q', (look) => look.multi().llen('q').exec())).toEqual([1])
    expect(await redis.blpop('q', 1)).toEqual(['q', 'y'])
    await expect(redis.call('SELECT', 99)).rejects.toMatchObject({ message: 'ERR DB index is out of range' })
    await expect(redis.call('SELECT', 'x')).rejects.toMatchObject({ code: 'ERR' })
  })
})

describe.each(Object.entries(pools))('%s', (_, make) => {
  test('a pool has no one database to select: that is said before anything is sent', async () => {
    await using redis = await connected(make({}))
    const refused = { code: 'UNSUPPORTED', command: 'SELECT' }
    await expect(redis.call('SELECT', 1)).rejects.toMatchObject(refused)
    await expect(redis.pipeline().set('k', 1).call('SELECT', 1).exec()).rejects.toMatchObject(refused)
  })
})

test('what is no client of node-redis 5 or 6 is refused, and one with a key prefix', () => {
  expect(() => fromNodeRedis({} as NodeRedisClient)).toThrow('fromNodeRedis takes a client of node-redis 5 or 6')
  const prefixed = 'fromNodeRedis takes a client without keyPrefix'
  expect(() => fromNodeRedis(redis6.createClient({ keyPrefix: 'p:' }))).toThrow(prefixed)
  expect(() => fromNodeRedis(redis6.createClientPool({ keyPrefix: 'p:' }))).toThrow(prefixed)
  expect(() => fromNodeRedis(redis6.createCluster({ rootNodes: [], keyPrefix: 'p:' }))).toThrow(prefixed)
})
