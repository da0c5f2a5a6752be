// The adapter on a single redis-server, with node-redis 5 and 6, one connection or a pool of them: connections, the user's
// options, and a server that goes away. What every method does is in test/contract.
import * as redis5 from 'redis'
import * as redis6 from 'redis6'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromNodeRedis, type NodeRedisClient, type NodeRedisPool } from '../../../src/adapters/node-redis.ts'
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

describe.each(Object.entries({ ...single, ...pools }))('%s', (_, make) => {
  let redis: Redis
  beforeEach(async () => {
    redis = await connected(make({}))
    await redis.flushall()
  })
  afterEach(() => redis.close())
  const connections = async (): Promise<number> => (await redis.clientList()).trim().split('\n').length

  test("an error is the server's, with its code, the command's name, and no arguments", async () => {
    await redis.set('secret-key', 'secret-value')
    const wrong = {
      name: 'RedisError',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
      code: 'WRONGTYPE',
      command: 'LPUSH',
    }
    await expect(redis.lpush('secret-key', 'x')).rejects.toMatchObject(wrong)
    expect(await redis.pipeline().lpush('secret-key', 'x').get('secret-key').execSettled()).toMatchObject([wrong, 'secret-value'])
    expect(await redis.multi().lpush('secret-key', 'x').get('secret-key').execSettled()).toMatchObject([wrong, 'secret-value'])
    expect(await redis.call('EVAL', "return {{err='my own'}, 'x'}", '0')).toMatchObject([{ message: 'my own' }, 'x'])
    await expect(redis.multi().call('NOSUCH').exec()).rejects.toMatchObject({ code: 'EXECABORT', cause: { code: 'ERR' } })
  })

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

  test('an aborted wait takes nothing afterwards, and its connection is dropped', async () => {
    const before = await connections()
    const abort = new AbortController()
    const waiting = redis.blpop('q', 0, { signal: abort.signal })
    const reason = new Error('enough')
    await expect.poll(async () => (await redis.info('clients')).includes('blocked_clients:1')).toBe(true)
    abort.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect.poll(connections).toBe(before)
    await redis.rpush('q', 'x')
    expect(await redis.llen('q')).toBe(1)
    await expect(redis.blpop('q', 0, { signal: abort.signal })).rejects.toBe(reason)
  })

  test('a wait that is aborted before it is connected leaves no connection', async () => {
    const before = await connections()
    const abort = new AbortController()
    const waiting = redis.blpop('q', 0, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect.poll(connections).toBe(before)
    expect(await redis.info('clients')).toContain('blocked_clients:0')
  })

  test('waiting commands do not hold up others, and reuse connections', async () => {
    const before = await connections()
    const waiting = Promise.all(Array.from({ length: 4 }, () => redis.blpop('q', 0)))
    await redis.rpush('q', 'a', 'b', 'c', 'd')
    expect(new Set((await waiting).map((popped) => popped?.[1]))).toEqual(new Set(['a', 'b', 'c', 'd']))
    for (let i = 0; i < 10; i++) {
      await redis.rpush('q', i)
      await redis.blpop('q', 0)
    }
    await expect.poll(connections).toBeLessThanOrEqual(before + 4)
  })

  test('a changed watched key stops the transaction, and its connection is given back', async () => {
    const before = await connections()
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
    await expect.poll(connections).toBe(before)
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

  test('connections of its own are on the database of the client', async () => {
    await using other = await connected(make({ database: 3 }))
    await other.rpush('q', 'x')
    expect(await other.blpop('q', 1)).toEqual(['q', 'x'])
    expect(await other.watch('q', (look) => look.multi().rpush('q', 'y').exec())).toEqual([1])
    expect(await redis.dbsize()).toBe(0)
  })

  test('closing ends subscriptions and waits, and later calls are errors', async () => {
    const subscription = await redis.subscribe('c')
    const waiting = expect(redis.blpop('q', 0)).rejects.toMatchObject({ name: 'RedisError', message: 'ERR The client is closed' })
    const next = subscription.next()
    const last = redis.set('last', 'x')
    await redis.close()
    expect(await last).toBe('OK')
    await waiting
    expect(await next).toEqual({ done: true, value: undefined })
    const closed = { message: 'ERR The client is closed' }
    await expect(redis.get('k')).rejects.toMatchObject(closed)
    await expect(redis.pipeline().get('k').exec()).rejects.toMatchObject(closed)
    await expect(redis.subscribe('c')).rejects.toMatchObject(closed)
    await expect(redis.watch('c', async () => 1)).rejects.toMatchObject(closed)
    await redis.close()
  })

  test('a look under WATCH whose connection is lost fails rather than running unguarded', async () => {
    const killed = redis.watch('k', async (look) => {
      const id = await look.clientId()
      await redis.call('CLIENT', 'KILL', 'ID', id)
      return look.multi().set('k', 1).exec()
    })
    await expect(killed).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(await redis.get('k')).toBeNull()
  })

  test('everything that is under way when the server goes ends with an error that has the cause', async () => {
    await using doomed = await startRedisServer()
    const lost = await connected(make({ path: doomed.path, reconnectStrategy: false }))
    await lost.ping()
    const subscription = await lost.subscribe('c')
    const pending = [lost.blpop('q', 0), subscription.next(), lost.call('DEBUG', 'SLEEP', 30), lost.pipeline().get('a').get('b').exec()]
    const settled = Promise.allSettled([...pending, lost.multi().get('a').exec()])
    doomed.process.kill('SIGKILL')
    for (const outcome of await settled) {
      expect(outcome.status).toBe('rejected')
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toMatchObject({ name: 'RedisError', code: 'CONNECTION' })
      expect(reason.cause).toBeInstanceOf(Error)
      expect(reason.cause).not.toBeInstanceOf(RedisError)
    }
    await expect(lost.get('k')).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.blpop('q', 0)).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.subscribe('c')).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.watch('k', async () => 1)).rejects.toMatchObject({ code: 'CONNECTION' })
    await lost.close()
  })

  test('a server that does not answer: a signal and closing end what waits for connections to it', async () => {
    await using hung = await startRedisServer()
    const redis = await connected(make({ path: hung.path }))
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
    await using again = await connected(make({ path: first.path }))
    await again.set('k', 'v')
    await using subscription = await again.subscribe('c')
    first.process.kill('SIGKILL')
    await new Promise((resolve) => first.process.once('exit', resolve))
    await using second = await startRedisServer([], first.dir)
    expect(second.path).toBe(first.path)
    const getKey = (): Promise<string | null> => again.get('k').catch(() => 'lost')
    await expect.poll(getKey).toBeNull()
    await expect.poll(() => again.publish('c', 'x')).toBe(1)
    expect((await subscription.next()).value).toEqual({ channel: 'c', message: 'x' })
  })
})

describe.each(Object.entries(single))('%s', (_, make) => {
  test('calls made at once are sent in order', async () => {
    await using redis = await connected(make({}))
    const replies = await Promise.all([redis.set('k', 1), redis.incr('k'), redis.get('k'), redis.incr('k'), redis.get('k')])
    expect(replies).toEqual(['OK', 2, '2', 3, '3'])
  })

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
