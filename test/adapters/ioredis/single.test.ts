// The adapter on a single redis-server, with ioredis 5 and 6: connections, what the user's options change, and a server
// that goes away. What every method does is in test/contract.
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5, ReplyError } from 'ioredis5'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromIoredis, type IoredisSingle } from '../../../src/adapters/ioredis.ts'
import { RedisError } from '../../../src/core/client/errors.ts'
import type { Redis } from '../../../src/core/client/redis.ts'
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts'

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
  protocol?: 2 | 3
}
const versions: Record<string, (options: Options) => IoredisSingle> = {
  'ioredis 6': (options) => new Redis6({ path: server.path, ...options }),
  'ioredis 6 that speaks RESP2': (options) => new Redis6({ path: server.path, protocol: 2, ...options }),
  'ioredis 5': (options) => new Redis5({ path: server.path, ...options }),
}

describe.each(Object.entries(versions))('%s', (_, make) => {
  let redis: Redis
  beforeEach(async () => {
    redis = fromIoredis(make({}))
    await redis.flushall()
  })
  afterEach(() => redis.close())
  const connections = async (): Promise<number> => (await redis.clientList()).trim().split('\n').length

  test('calls made at once are sent in order', async () => {
    const replies = await Promise.all([redis.set('k', 1), redis.incr('k'), redis.get('k'), redis.incr('k'), redis.get('k')])
    expect(replies).toEqual(['OK', 2, '2', 3, '3'])
  })

  test("an error is the server's, with its code, the command's name, and no arguments", async () => {
    await redis.set('secret-key', 'secret-value')
    await expect(redis.lpush('secret-key', 'x')).rejects.toMatchObject({
      name: 'RedisError',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
      code: 'WRONGTYPE',
      command: 'LPUSH',
    })
  })

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

  test('connections of its own are on the database of the client', async () => {
    await using other = fromIoredis(make({ db: 3 }))
    await other.rpush('q', 'x')
    expect(await other.blpop('q', 1)).toEqual(['q', 'x'])
    await other.call('SELECT', 4)
    await other.rpush('q', 'y')
    expect(await other.watch('q', (look) => look.multi().llen('q').exec())).toEqual([1])
    expect(await redis.dbsize()).toBe(0)
  })

  test('an aborted wait takes nothing afterwards, and its connection is dropped', async () => {
    const abort = new AbortController()
    const waiting = redis.blpop('q', 0, { signal: abort.signal })
    const reason = new Error('enough')
    await expect.poll(async () => (await redis.info('clients')).includes('blocked_clients:1')).toBe(true)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect.poll(connections).toBe(1)
    await redis.rpush('q', 'x')
    expect(await redis.llen('q')).toBe(1)
    await expect(redis.blpop('q', 0, { signal: abort.signal })).rejects.toBe(reason)
  })

  test('waiting commands do not hold up others, and reuse connections', async () => {
    const waiting = Promise.all(Array.from({ length: 4 }, () => redis.blpop('q', 0)))
    await redis.rpush('q', 'a', 'b', 'c', 'd')
    expect(new Set((await waiting).map((popped) => popped?.[1]))).toEqual(new Set(['a', 'b', 'c', 'd']))
    for (let i = 0; i < 10; i++) {
      await redis.rpush('q', i)
      await redis.blpop('q', 0)
    }
    // Those of the test before may be there for a moment yet.
    await expect.poll(connections).toBeLessThanOrEqual(5)
  })

  test('a changed watched key stops the transaction, and its connection is given back', async () => {
    let looks = 0
    const result = await redis.watch(
      'n',
      async (look) => {
        if (looks++ === 0) await redis.set('n', 5)
        return look.multi().incr('n').exec()
      },
      { retries: 1 },
    )
    expect([result, looks]).toEqual([[6], 2])
    await expect.poll(connections).toBe(1)
  })

  test('closing ends subscriptions and waits, and later calls are errors', async () => {
    const subscription = await redis.subscribe('c')
    const waiting = expect(redis.blpop('q', 0)).rejects.toMatchObject({ name: 'RedisError', message: 'ERR The client is closed' })
    const next = subscription.next()
    await redis.close()
    await waiting
    expect(await next).toEqual({ done: true, value: undefined })
    await expect(redis.get('k')).rejects.toMatchObject({ message: 'ERR The client is closed' })
    await expect(redis.pipeline().get('k').exec()).rejects.toMatchObject({ message: 'ERR The client is closed' })
    await expect(redis.subscribe('c')).rejects.toMatchObject({ message: 'ERR The client is closed' })
    await expect(redis.watch('c', async () => 1)).rejects.toMatchObject({ message: 'ERR The client is closed' })
    await redis.close()
  })
})

test('a client that gives maps as objects is refused', () => {
  const client = new Redis6({ lazyConnect: true, replyMapping: 'resp3' })
  expect(() => fromIoredis(client)).toThrow("fromIoredis takes a client without replyMapping: 'resp3'")
  expect(() => fromIoredis({} as IoredisSingle)).toThrow('fromIoredis takes a client of ioredis: new Redis() or new Cluster()')
})

describe.each([
  ['ioredis 6', (options: Options) => new Redis6(options)],
  ['ioredis 5', (options: Options) => new Redis5(options)],
])('%s, and a server that goes away', (_, make) => {
  test('everything that is under way ends with an error that has the cause', async () => {
    await using doomed = await startRedisServer()
    const client = make({ path: doomed.path, retryStrategy: () => null })
    client.on('error', () => {})
    const redis = fromIoredis(client)
    await redis.ping()
    const subscription = await redis.subscribe('c')
    const pending = [
      redis.blpop('q', 0),
      subscription.next(),
      redis.call('DEBUG', 'SLEEP', 30),
      redis.get('k'),
      redis.pipeline().get('a').get('b').exec(),
    ]
    const settled = Promise.allSettled([...pending, redis.multi().get('a').exec()])
    doomed.process.kill('SIGKILL')
    for (const outcome of await settled) {
      expect(outcome.status).toBe('rejected')
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toMatchObject({ name: 'RedisError', code: 'CONNECTION' })
      expect(reason.cause).toBeInstanceOf(Error)
      expect(reason.cause).not.toBeInstanceOf(RedisError)
    }
    await expect(redis.get('k')).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(redis.blpop('q', 0)).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(redis.subscribe('c')).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(redis.watch('k', async () => 1)).rejects.toMatchObject({ code: 'CONNECTION' })
    await redis.close()
  })

  test('a server that does not answer: a signal and closing end what waits for connections to it', async () => {
    await using hung = await startRedisServer()
    const redis = fromIoredis(make({ path: hung.path }))
    await redis.ping()
    hung.process.kill('SIGSTOP')
    const reason = new Error('enough')
    const abort = new AbortController()
    const aborted = expect(redis.blpop('q', 0, { signal: abort.signal })).rejects.toBe(reason)
    const closed = { name: 'RedisError', message: 'ERR The client is closed' }
    const ended = [redis.blpop('q', 0), redis.watch('k', async () => 1), redis.subscribe('c')]
    const closing = ended.map((each) => expect(each).rejects.toMatchObject(closed))
    abort.abort(reason)
    await aborted
    await redis.close()
    await Promise.all(closing)
  })

  test('a server that comes back is used again', async () => {
    const first = await startRedisServer()
    const redis = fromIoredis(make({ path: first.path, retryStrategy: () => 20, maxRetriesPerRequest: null }))
    await redis.set('k', 'v')
    first.process.kill('SIGKILL')
    await new Promise((resolve) => first.process.once('exit', resolve))
    const reply = redis.get('k')
    await using second = await startRedisServer([], first.dir)
    expect(await reply).toBeNull()
    expect(second.path).toBe(first.path)
    await redis.close()
  })

  test('a look under WATCH whose connection is lost fails rather than running unguarded', async () => {
    await using doomed = await startRedisServer()
    const redis = fromIoredis(make({ path: doomed.path }))
    const killed = redis.watch('k', async (look) => {
      const id = await look.clientId()
      await redis.call('CLIENT', 'KILL', 'ID', id)
      return look.multi().set('k', 1).exec()
    })
    await expect(killed).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(await redis.get('k')).toBeNull()
    await redis.close()
  })
})
