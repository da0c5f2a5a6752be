// Unmodified ioredis, version 5 and 6, on the engine in process and on a real redis-server: the same scenarios, and what
// the client says must be the same.
import { Redis as Redis6, type RedisOptions } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'

test('clients that have ended, and the options they were made with, are forgotten by the engine', async () => {
  const own = await createRedis()
  const use = async (): Promise<void> => {
    const client = new Redis6(ioredisOn(own))
    await client.get('a')
    const other = client.duplicate()
    await other.get('a')
    const ended = Promise.all([client, other].map((each) => new Promise((resolve) => each.once('end', resolve))))
    await client.quit()
    other.disconnect()
    await ended
  }
  await use()
  const before = own.engine.onClose.size
  for (let i = 0; i < 5; i++) await use()
  expect(own.engine.onClose.size).toBe(before)
  await own.close()
  const late = new Redis6({ ...ioredisOn(own), retryStrategy: null, lazyConnect: true }).on('error', () => {})
  await expect(late.connect()).rejects.toThrow()
})

let server: RedisServer
let redis: EmbeddedRedis
let clients: Redis6[] = []
beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  redis = await createRedis({ lua })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await redis.close()
})

type Make = (options?: RedisOptions) => Redis6
const versions = { 'ioredis 6': Redis6, 'ioredis 5': Redis5 as unknown as typeof Redis6 }

function maker(Redis: typeof Redis6, where: RedisOptions): Make {
  return (options = {}) => {
    const client = new Redis({ retryStrategy: () => 1, ...where, ...options })
    clients.push(client)
    return client
  }
}

/** Runs a scenario on both and compares what it returns. */
async function same(Redis: typeof Redis6, scenario: (make: Make) => Promise<unknown>): Promise<void> {
  const [onServer, onEngine] = [maker(Redis, { path: server.path }), maker(Redis, ioredisOn(redis))]
  for (const make of [onServer, onEngine]) await make().flushall()
  const wanted = await scenario(onServer)
  expect(await scenario(onEngine)).toEqual(wanted)
}

const failure = (error: unknown): string => `${(error as Error).name}: ${(error as Error).message}`
const event = (client: Redis6, name: string): Promise<unknown[]> => new Promise((resolve) => client.once(name, (...args) => resolve(args)))
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await pause(1)
}
/** Waits until so many clients wait on the server. */
const blocked = (observer: Redis6, count = 1): Promise<void> =>
  until(async () => [...((await observer.client('LIST')) as string).matchAll(/flags=b/g)].length === count)

describe.for(Object.entries(versions))('%s', ([, Redis]) => {
  test('gets the same replies', async () => {
    await same(Redis, async (make) => {
      const client = make()
      return [
        await client.set('text', 'grüße 🙂'),
        await client.get('text'),
        await client.getBuffer('text'),
        await client.set(everyByte, everyByte),
        await client.getBuffer(everyByte),
        await client.get('missing'),
        await client.set('text', 'x', 'EX', 100, 'NX'),
        await client.call('INCRBY', 'number', '9007199254740993'),
        await client.hset('hash', { a: 1, b: 'x', c: '' }),
        await client.hset('hash', '__proto__', 'own'),
        Object.entries(await client.hgetall('hash')),
        await client.hset('few', { f: 'v' }),
        await client.hgetall('missing'),
        await client.hmget('hash', 'a', 'missing'),
        await client.zadd('zset', 1.5, 'a', '-inf', 'b', 3e21, 'c'),
        await client.zrange('zset', '0', '-1', 'WITHSCORES'),
        await client.zscore('zset', 'a'),
        await client.zpopmin('zset'),
        await client.rpush('list', 1, 2, 3),
        await client.lrange('list', 0, -1),
        await client.lpop('missing', 2),
        (await client.sadd('set', 'a', 'b')) && (await client.smembers('set')).toSorted(),
        await client.call('CONFIG', 'GET', 'maxmemory'),
        await client.lpush('hash', 1).catch(failure),
        await client.call('nosuchcommand', 'a b').catch(failure),
        await client.call('GET').catch(failure),
        await client.hscan('few', 0),
      ]
    })
  })

  test('understands every protocol and reply option', async () => {
    const options: RedisOptions[] = [{ protocol: 2 }, { protocol: 3 }, { protocol: 3, replyMapping: 'resp3' }, { stringNumbers: true }]
    for (const each of options) {
      await same(Redis, async (make) => {
        const client = make(each)
        return [
          await client.zadd('zset', 1.5, 'a', 2, 'b'),
          await client.zrange('zset', '0', '-1', 'WITHSCORES'),
          await client.call('ZRANGE', 'zset', '0', '-1', 'WITHSCORES'),
          await client.zscore('zset', 'a'),
          await client.hset('hash', 'f', 'v'),
          await client.hgetall('hash'),
          await client.call('HGETALL', 'hash'),
          await client.set('big', '9007199254740993'),
          await client.incr('big'),
          await client.call('CONFIG', 'GET', 'maxmemory'),
        ]
      })
    }
  })

  test('pipelines, runs transactions and watches', async () => {
    await same(Redis, async (make) => {
      const [client, other] = [make(), make()]
      const plain = (results: [Error | null, unknown][] | null): unknown =>
        results?.map(([error, value]) => (error ? failure(error) : value))
      const log: unknown[] = [
        plain(await client.pipeline().set('a', 'é').incr('a').get('a').exec()),
        plain(await client.multi().set('a', 1).incr('a').hgetall('nosuch').lpush('a', 1).exec()),
        await client.multi().set('a', 2).call('nosuchcommand').exec().catch(failure),
        await client.watch('a'),
      ]
      await other.incr('a')
      log.push(await client.multi().incr('a').exec(), await client.get('a'))
      const long = client.pipeline()
      for (let i = 0; i < 5000; i++) long.rpush('list', `item ${i}`)
      log.push((await long.exec())?.length, await client.llen('list'), (await client.lrange('list', 0, -1)).length)
      const auto = make({ enableAutoPipelining: true })
      log.push(await Promise.all([auto.set('auto', 1), auto.incr('auto'), auto.get('auto')]))
      return log
    })
  })

  test('carries values of megabytes, in both directions', async () => {
    await same(Redis, async (make) => {
      const client = make()
      const value = Buffer.alloc(5_000_000, everyByte)
      await client.set('big', value)
      return [(await client.getBuffer('big'))?.equals(value), await client.strlen('big')]
    })
  })

  test('listens to channels and patterns', async () => {
    await same(Redis, async (make) => {
      const [listener, publisher] = [make(), make()]
      const heard: unknown[] = []
      listener.on('message', (...args: unknown[]) => heard.push(args))
      listener.on('pmessageBuffer', (pattern: string, channel: Buffer, message: Buffer) => heard.push([pattern, channel, message]))
      const replies = [await listener.subscribe('a', 'b'), await listener.psubscribe('p*')]
      replies.push(
        await publisher.publish('a', 'grüße'),
        await publisher.publish('pattern', everyByte),
        await publisher.publish('none', 'x'),
      )
      await until(() => heard.length === 2)
      replies.push(
        await listener.unsubscribe('a'),
        await publisher.publish('a', 'unheard'),
        await listener.punsubscribe('p*'),
        await listener.unsubscribe(),
      )
      return [heard, replies, await listener.set('after', 1)]
    })
  })

  test('refuses what a subscriber may not say in protocol 2', async () => {
    await same(Redis, async (make) => {
      const listener = make({ protocol: 2 })
      await listener.subscribe('a')
      return [await listener.get('x').catch(failure), await listener.ping()]
    })
  })

  test('waits for what does not yet exist', async () => {
    await same(Redis, async (make) => {
      const [first, second, other] = [make(), make(), make()]
      const one = first.blpop('queue', 0)
      await blocked(other)
      const two = second.brpop('queue', 5)
      await blocked(other, 2)
      await other.rpush('queue', 'one', 'two')
      return [await one, await two, await first.blpop('queue', 0.01), await first.bzpopmin('zset', 0.01)]
    })
  })

  test('settles what waits when it is disconnected', async () => {
    await same(Redis, async (make) => {
      const [client, other] = [make(), make()]
      const waiting = client.blpop('queue', 0).catch(failure)
      await blocked(other)
      client.disconnect()
      const said = await waiting
      await blocked(other, 0)
      return [said, client.status, await client.get('a').catch(failure), await other.rpush('queue', 'kept'), await other.llen('queue')]
    })
  })

  test('has databases, prefixes and names of its own; duplicates have the same', async () => {
    await same(Redis, async (make) => {
      const client = make({ db: 3, keyPrefix: 'app:', connectionName: 'mine' })
      const log: unknown[] = [
        await client.set('a', 1),
        await client.client('GETNAME'),
        await make().get('app:a'),
        await make({ db: 3 }).keys('*'),
      ]
      const copy = client.duplicate()
      clients.push(copy)
      log.push(await copy.get('a'), await copy.select(0), await copy.get('a'), await client.get('a'))
      return log
    })
  })

  test('shows every command to a monitor', async () => {
    await same(Redis, async (make) => {
      const [client, watcher] = [make({ disableClientInfo: true }), make()]
      await client.ping()
      const monitor = await watcher.monitor()
      clients.push(monitor)
      const seen: unknown[] = []
      const done = new Promise((resolve) =>
        monitor.on('monitor', (_time: string, args: string[], _source: string, database: string) => {
          seen.push([args, database])
          if (args[0] === 'get') resolve(null)
        }),
      )
      await client.set('a', 'two words')
      await client.get('a')
      await done
      return seen
    })
  })

  test('comes back when its connection is killed, and listens again', async () => {
    await same(Redis, async (make) => {
      const [client, listener, killer] = [make({ db: 2 }), make(), make()]
      const log: unknown[] = [await client.set('a', 1), await listener.subscribe('news')]
      const heard: unknown[] = []
      listener.on('message', (...args) => heard.push(args))
      const again = Promise.all([event(client, 'ready'), event(listener, 'ready')])
      log.push(
        await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
        await killer.call('CLIENT', 'KILL', 'ID', String(await client.client('ID'))),
      )
      await again
      // ioredis subscribes anew once it is ready.
      await until(async () => (await killer.pubsub('CHANNELS')).length === 1)
      log.push(await client.get('a'), await killer.publish('news', 'again'))
      await until(() => heard.length > 0)
      return [log, heard]
    })
  })

  test('sends again what was lost with the connection', async () => {
    await same(Redis, async (make) => {
      const [client, killer] = [make(), make()]
      const waiting = client.blpop('queue', 5)
      await blocked(killer)
      await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await blocked(killer)
      await killer.rpush('queue', 'job')
      return [await waiting]
    })
  })

  test('connects when it is told to, quits, and connects anew', async () => {
    await same(Redis, async (make) => {
      const client = make({ lazyConnect: true })
      const log: unknown[] = [client.status, await client.get('a'), client.status]
      const ended = event(client, 'end')
      log.push(await Promise.all([client.set('a', 1), client.quit()]), client.status === 'ready')
      await ended
      log.push(client.status, await client.get('a').catch(failure))
      await client.connect()
      log.push(client.status, await client.get('a'))
      const early = make()
      log.push(await early.quit())
      return log
    })
  })

  test('runs scripts, by their text and by their digest', async () => {
    await same(Redis, async (make) => {
      const client = make({ keyPrefix: 'app:' })
      client.defineCommand('addAll', {
        numberOfKeys: 1,
        lua: "local sum = 0 for i, n in ipairs(ARGV) do sum = sum + n end return {redis.call('INCRBY', KEYS[1], sum), KEYS[1], 3.9, false}",
      })
      const { addAll } = client as unknown as { addAll: (...args: (string | number)[]) => Promise<unknown> }
      const defined = addAll.bind(client)
      const results = await (client.multi() as unknown as { addAll: (...args: (string | number)[]) => ReturnType<Redis6['multi']> }).addAll('sum', 1).exec()
      return [
        await defined('sum', 1, 2, 3),
        await defined('sum', 4),
        results,
        await client.eval("return redis.call('GET', KEYS[1])", 1, 'sum'),
        await client.evalsha('f'.repeat(40), 0).catch(failure),
        await client.eval("return redis.call('LPUSH', KEYS[1], 1)", 1, 'sum').catch(failure),
        await client.eval('return {err = "MY own"}', 0).catch(failure),
        await client.eval('return 1 +', 0).catch(failure),
        await client.script('LOAD', 'return 1'),
        await client.script('EXISTS', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', 'f'.repeat(40)),
      ]
    })
  }) // prettier-ignore

  test('reads streams', async () => {
    await same(Redis, async (make) => {
      const [client, other] = [make(), make()]
      const log: unknown[] = [
        await client.xadd('stream', '1-1', 'f', 'v', 'g', 'w'),
        await client.xgroup('CREATE', 'stream', 'group', '0'),
        await client.xreadgroup('GROUP', 'group', 'ann', 'STREAMS', 'stream', '>'),
        await client.xread('BLOCK', 10, 'STREAMS', 'stream', '$'),
      ]
      const waiting = client.xread('BLOCK', 5000, 'STREAMS', 'stream', '$')
      await blocked(other)
      await other.xadd('stream', '2-1', 'f', 'v')
      log.push(await waiting, await other.xpending('stream', 'group'), await other.xack('stream', 'group', '1-1'))
      return [...log, await other.xrange('stream', '-', '+')]
    })
  })

  test('walks over all keys', async () => {
    await same(Redis, async (make) => {
      const client = make()
      await client.mset(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`key:${i}`, i])))
      const found: string[] = []
      for await (const keys of client.scanStream({ match: 'key:*', count: 50 })) found.push(...(keys as string[]))
      return found.toSorted()
    })
  })

  test('must know the password', async () => {
    const guarded = await createRedis({ config: { requirepass: 'secret' } })
    const make = maker(Redis, ioredisOn(guarded))
    expect(await make({ password: 'secret' }).set('a', 1)).toBe('OK')
    const stranger = make({ retryStrategy: () => null, enableReadyCheck: false })
    stranger.on('error', () => {})
    await expect(stranger.get('a')).rejects.toThrow('NOAUTH')
    await guarded.close()
  })

  test('lets timers run while commands are awaited in a loop', async () => {
    const client = maker(Redis, ioredisOn(redis))()
    let over = false
    setTimeout(() => (over = true))
    while (!over) await client.incr('a')
    expect(over).toBe(true)
  })

  test('works while the test runner fakes the timers, and the engine follows them', async () => {
    vi.useFakeTimers()
    try {
      const own = await createRedis()
      const client = maker(Redis, ioredisOn(own))()
      await client.set('a', 1, 'PX', 1000)
      for (let i = 0; i < 200; i++) await client.incr('n')
      const waiting = client.blpop('nothing', 1)
      await vi.advanceTimersByTimeAsync(1000)
      expect([await client.exists('a'), await waiting, await client.get('n')]).toEqual([0, null, '200'])
      client.disconnect()
      await own.close()
    } finally {
      vi.useRealTimers()
    }
  })

  test('shares data with the typed client, and ends with the engine', async () => {
    const own = await createRedis()
    const client = maker(Redis, ioredisOn(own))()
    await client.hset('hash', { f: 'v' })
    expect(await own.hgetall('hash')).toEqual({ f: 'v' })
    expect(await own.call('CLIENT', 'LIST')).toContain('addr=in-process:1')
    const errors: unknown[] = []
    client.on('error', (error) => errors.push(error))
    const ended = event(client, 'end')
    await own.close()
    await ended
    await expect(client.get('a')).rejects.toThrow('Connection is closed.')
    expect(errors).toEqual([])
  })

  test('keeps the process alive as a socket does, until it is closed', async () => {
    const ports = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    const client = maker(Redis, ioredisOn(redis))()
    await client.ping()
    const open = ports()
    const ended = event(client, 'end')
    await client.quit()
    await ended
    await expect.poll(ports).toBe(open - 1)
  })
})
