// The adapter on a single redis-server, with ioredis 5 and 6: what every library's adapter does, and what the user's options change.
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5, ReplyError } from 'ioredis5'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromIoredis, type IoredisSingle } from '../../../src/adapters/ioredis.ts'
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
  retryStrategy?: () => number | null
  maxRetriesPerRequest?: null
  keyPrefix?: string
  enableAutoPipelining?: boolean
  stringNumbers?: boolean
  db?: number
  connectionName?: string
  lazyConnect?: boolean
  autoResendUnfulfilledCommands?: boolean
  protocol?: 2 | 3
}
const versions: Record<string, (options: Options) => IoredisSingle> = {
  'ioredis 6': (options) => new Redis6({ path: server.path, ...options }),
  'ioredis 6 that speaks RESP2': (options) => new Redis6({ path: server.path, protocol: 2, ...options }),
  'ioredis 5': (options) => new Redis5({ path: server.path, ...options }),
}

describe.each(Object.entries(versions))('%s', (_, make) => {
  const connect: Connect = async ({ path = server.path, database: db, reconnects = true }) => {
    const client = make({ path, db, retryStrategy: () => (reconnects ? 20 : null) })
    client.on('error', () => {})
    return fromIoredis(client)
  }
  testOneServer(connect)
  testOrder(connect)
})

describe.each(Object.entries(versions))("%s, and the user's options", (_, make) => {
  let redis: Redis
  beforeEach(async () => {
    redis = fromIoredis(make({}))
    await redis.flushall()
  })
  afterEach(() => redis.close())

  test("an error is the server's in a bundle too, which shortens the names of classes", async () => {
    const { name } = ReplyError
    Object.defineProperty(ReplyError, 'name', { value: 'e' })
    try {
      await redis.set('text', 'x')
      const wrong = { name: 'RedisError', code: 'WRONGTYPE' }
      await expect(redis.lpush('text', 'x')).rejects.toMatchObject(wrong)
      expect(await redis.pipeline().lpush('text', 'x').get('text').execSettled()).toMatchObject([wrong, 'x'])
      expect(await redis.multi().lpush('text', 'x').get('text').execSettled()).toMatchObject([wrong, 'x'])
      expect(await redis.call('EVAL', "return {{err='my own'}, 'x'}", '0')).toMatchObject([{ message: 'my own' }, 'x'])
      await expect(redis.multi().call('NOSUCH').exec()).rejects.toMatchObject({ code: 'EXECABORT', cause: { code: 'ERR' } })
    } finally {
      Object.defineProperty(ReplyError, 'name', { value: name })
    }
  })

  test('a key prefix is put before keys, also those of pipelines and transactions', async () => {
    await using prefixed = fromIoredis(make({ keyPrefix: 'p:' }))
    await prefixed.mset({ a: 1, b: 2 })
    await prefixed.pipeline().set('c', 3).call('SET', 'd', 4).exec()
    await prefixed.multi().incr('a').exec()
    await prefixed.watch('a', (look) => look.multi().incr('a').exec())
    expect((await redis.keys('*')).sort()).toEqual(['p:a', 'p:b', 'p:c', 'p:d'])
    expect(await redis.get('p:a')).toBe('3')
    // Also before the keys of commands that ioredis does not know; this server does not either, and shows what it was sent.
    for (const [line, sent] of [
      ['JSON.SET é $ 1', "'p:é' '$' '1'"],
      ['JSON.MGET a b $', "'p:a' 'p:b' '$'"],
      ['JSON.MSET a $ 1 b $ 2', "'p:a' '$' '1' 'p:b' '$' '2'"],
      ['JSON.DEBUG MEMORY a $', "'MEMORY' 'p:a' '$'"],
    ]) {
      const [name, ...args] = line.split(' ')
      await expect(prefixed.call(name, ...args)).rejects.toThrow(`unknown command '${name}', with args beginning with: ${sent}`)
    }
    // And of those with subcommands, which ioredis 5 takes for commands without keys.
    expect(await prefixed.xgroupCreate('s', 'g', '$', { mkstream: true })).toBe('OK')
    expect(await redis.call('XINFO', 'GROUPS', 'p:s')).toMatchObject([{ name: 'g' }])
    expect(await prefixed.xinfoStream('s')).toMatchObject({ groups: 1 })
    expect(await prefixed.objectEncoding('a')).toBe('int')
    expect(await prefixed.memoryUsage('a')).toBe(await redis.memoryUsage('p:a'))
    await expect(prefixed.call('XGROUP', 'CREATE')).rejects.toMatchObject({ code: 'ERR' })
    await expect(prefixed.call('JSON.GET')).rejects.toThrow("unknown command 'JSON.GET'")
    await expect(prefixed.call('GET')).rejects.toMatchObject({ message: "ERR wrong number of arguments for 'get' command" })
  })

  test('automatic pipelining keeps the order and gives the same replies', async () => {
    await using piped = fromIoredis(make({ enableAutoPipelining: true }))
    const replies = await Promise.all([
      piped.hset('h', { f: 'é' }),
      piped.hgetall('h'),
      piped.call('HGETALL', 'h'),
      piped.bytes.hget('h', 'f'),
    ])
    expect(replies).toEqual([1, { f: 'é' }, { f: 'é' }, new Uint8Array([0xc3, 0xa9])])
    await expect(Promise.all([piped.set('s', 1), piped.lpush('s', 1)])).rejects.toMatchObject({ code: 'WRONGTYPE' })
    const together = [piped.set('n', 1), piped.pipeline().incr('n').exec(), piped.incr('n'), piped.multi().incr('n').exec()]
    expect(await Promise.all(together)).toEqual(['OK', [2], 3, [4]])
  })

  test('with stringNumbers integers are exact', async () => {
    await using exact = fromIoredis(make({ stringNumbers: true }))
    expect(exact.capabilities.exactIntegers).toBe(true)
    await exact.set('n', '9007199254740992')
    expect(await exact.incr('n')).toBe(9007199254740993n)
    expect(await exact.decrby('n', 9007199254740993n)).toBe(0)
    await exact.zadd('z', { m: 1.5 })
    expect(await exact.zscore('z', 'm')).toBe(1.5)
    expect(await exact.call('ZSCORE', 'z', 'm')).toBe(1.5)
  })

  test('connections of its own are on the database that was selected last', async () => {
    await using other = fromIoredis(make({ db: 3 }))
    await other.call('SELECT', 4)
    await other.rpush('q', 'y')
    expect(await other.watch('q', (look) => look.multi().llen('q').exec())).toEqual([1])
    expect(await other.blpop('q', 1)).toEqual(['q', 'y'])
  })

  test('with autoResendUnfulfilledCommands: false what was under way when a connection is lost is an error, and is not sent again', async () => {
    await using once = fromIoredis(make({ autoResendUnfulfilledCommands: false, retryStrategy: () => 20 }))
    expect([once.capabilities.delivery, redis.capabilities.delivery]).toEqual(['exactly once', 'at least once'])
    const id = (await once.call('CLIENT', 'ID')) as number
    await redis.call('CLIENT', 'PAUSE', 60_000, 'WRITE')
    const under = [once.incr('n'), once.pipeline().incr('n').get('n').exec(), once.multi().incr('n').exec()]
    const settled = Promise.allSettled(under)
    await expect.poll(async () => (await redis.clientList()).includes('cmd=incr')).toBe(true)
    await redis.call('CLIENT', 'KILL', 'ID', id)
    await redis.call('CLIENT', 'UNPAUSE')
    const lost = { status: 'rejected', reason: { name: 'RedisError', code: 'CONNECTION' } }
    expect(await settled).toMatchObject([lost, lost, lost])
    expect(await once.incr('n')).toBe(1)
  })

  test('with maxRetriesPerRequest: null a call while the server is away is answered when it is back', async () => {
    const first = await startRedisServer()
    await using again = fromIoredis(make({ path: first.path, retryStrategy: () => 20, maxRetriesPerRequest: null }))
    await again.set('k', 'v')
    first.process.kill('SIGKILL')
    await new Promise((resolve) => first.process.once('exit', resolve))
    const reply = again.get('k')
    await using second = await startRedisServer([], first.dir)
    expect(await reply).toBeNull()
    expect(second.path).toBe(first.path)
  })
})

test('a client that gives maps as objects is refused', () => {
  const client = new Redis6({ lazyConnect: true, replyMapping: 'resp3' })
  expect(() => fromIoredis(client)).toThrow("fromIoredis takes a client without replyMapping: 'resp3'")
  expect(() => fromIoredis({} as IoredisSingle)).toThrow('fromIoredis takes a client of ioredis: new Redis() or new Cluster()')
})
