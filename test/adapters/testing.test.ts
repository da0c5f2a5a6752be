// isodis/testing: the clock, the seed and the faults, through the typed client and through ioredis.
import { Redis as IORedis, type RedisOptions } from 'ioredis'
import { Redis as IORedis5 } from 'ioredis5'
import { afterEach, describe, expect, test } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { memoryStorage } from '../../src/adapters/storage/memory.ts'
import { createTestRedis, redisFixture, type TestOptions, type TestRedis } from '../../src/adapters/testing.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'

let open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

async function make(options?: TestOptions): Promise<TestRedis> {
  const redis = await createTestRedis(options)
  open.push(redis)
  return redis
}

function ioredisFor(redis: TestRedis, Redis: unknown = IORedis, options: RedisOptions = {}): IORedis {
  const client = new (Redis as typeof IORedis)({ ...ioredisOn(redis), retryStrategy: () => 1, ...options })
  open.unshift({ close: () => client.disconnect() })
  return client
}

describe('databases', () => {
  test('share nothing', async () => {
    const [a, b] = [await make(), await make()]
    await a.set('key', 1)
    expect(await b.get('key')).toBeNull()
    expect((await a.call('CLIENT', 'LIST')) as string).not.toContain('\n\n')
  })

  test('with one seed reply the same', async () => {
    const drawn = async (seed?: number): Promise<unknown> => {
      const redis = await make({ seed })
      await redis.sadd('set', ...Array.from({ length: 100 }, (_, i) => `member ${i}`))
      return Promise.all(Array.from({ length: 10 }, () => redis.spop('set')))
    }
    expect(await drawn(7)).toEqual(await drawn(7))
    expect(await drawn()).toEqual(await drawn(1))
    expect(await drawn(7)).not.toEqual(await drawn(8))
  })

  test('draw evenly, whatever the seed', async () => {
    for (const seed of [0, 1, 2, -5, 2 ** 31, 0x9e3779b9]) {
      const { engine } = await make({ seed })
      const counts = Array.from({ length: 10 }, () => 0)
      for (let i = 0; i < 10_000; i++) counts[Math.floor(engine.random() * 10)]++
      expect(Math.min(...counts)).toBeGreaterThan(850)
      expect(Math.max(...counts)).toBeLessThan(1150)
    }
  })
})

describe('the clock', () => {
  test('stands still until it is moved', async () => {
    const redis = await make({ now: new Date('2030-01-01T00:00:00Z') })
    expect(await redis.time()).toEqual(await redis.time())
    expect((await redis.time())[0]).toBe(1_893_456_000)
    await redis.set('key', 1, { px: 1000 })
    await redis.clock.advance(999)
    expect(await redis.get('key')).toBe('1')
    expect(await redis.pttl('key')).toBe(1)
    await redis.clock.advance(1)
    expect(await redis.get('key')).toBeNull()
  })

  test('makes everything happen at its own time, in order', async () => {
    const redis = await make({ storage: memoryStorage(), save: '2 1', config: { 'notify-keyspace-events': 'Ex' } })
    const start = redis.clock.now()
    const log: [string, number][] = []
    const note = (what: string): unknown => log.push([what, redis.clock.now() - start])
    const events = await redis.subscribe('__keyevent@0__:expired')
    void (async () => {
      for await (const { message } of events) note(`${message} expired`)
    })()
    void redis.blpop('nothing', 1).then(async (reply) => {
      note(reply === null ? 'blpop gave up' : 'blpop')
      // What awaits a timeout goes on at the time of the timeout.
      await redis.set('later', 1, { px: 200 })
    })
    await redis.set('first', 1, { px: 500 })
    await redis.set('last', 1, { px: 1500 })
    const before = await redis.lastsave()
    await redis.clock.advance(10_000)
    expect(log).toEqual([
      ['first expired', 500],
      ['blpop gave up', 1000],
      ['later expired', 1200],
      ['last expired', 1500],
    ])
    const saved = (await redis.lastsave()) - before
    expect(saved).toBeGreaterThanOrEqual(2)
    expect(saved).toBeLessThanOrEqual(4)
  })

  test('moves without promises too', async () => {
    const redis = await make()
    redis.sync.set('key', 1, { ex: 60 })
    redis.clock.skip(59_999)
    expect(redis.sync.ttl('key')).toBe(0)
    redis.clock.skip(1)
    expect(redis.sync.exists('key')).toBe(0)
  })

  test('goes on by itself if it should, and can be moved all the same', async () => {
    const redis = await make({ running: true, now: 0 })
    await redis.set('soon', 1, { px: 10 })
    const start = redis.clock.now()
    expect(await redis.blpop('nothing', 0.02)).toBeNull()
    expect(redis.clock.now() - start).toBeGreaterThanOrEqual(20)
    expect(await redis.dbsize()).toBe(0)
    const waiting = redis.blpop('nothing', 3600)
    await redis.clock.advance(3_600_000)
    expect(await waiting).toBeNull()
  })

  test('refuses to go back', async () => {
    const { clock } = await make()
    await expect(clock.advance(-1)).rejects.toThrow(RangeError)
    expect(() => clock.skip(NaN)).toThrow(RangeError)
  })
})

test('scripts run on the clock and the seed of the test', async () => {
  const redis = await make({ lua, now: 1_000_000, seed: 3 })
  const script = "redis.call('SET', KEYS[1], redis.call('TIME')[1], 'PX', 500) return redis.call('GET', KEYS[1])"
  expect(await redis.call('EVAL', script, 1, 'key')).toBe('1000')
  await redis.clock.advance(500)
  expect(await redis.exists('key')).toBe(0)
})

describe('faults for the typed client', () => {
  test('fail the next command, which changes nothing', async () => {
    const redis = await make()
    redis.faults.fail("OOM command not allowed when used memory > 'maxmemory'.")
    await expect(redis.set('key', 1)).rejects.toMatchObject({ name: 'RedisError', code: 'OOM', command: 'SET' })
    expect(await redis.exists('key')).toBe(0)
    expect(await redis.set('key', 1)).toBe('OK')
  })

  test('strike the command they are for, as often as they should', async () => {
    const redis = await make()
    const fault = redis.faults.fail('ERR no', { command: 'incr', times: 2 })
    await redis.set('key', 1)
    for (let i = 0; i < 2; i++) await expect(redis.incr('key')).rejects.toThrow('ERR no')
    expect([await redis.incr('key'), fault.struck]).toEqual([2, 2])
    const never = redis.faults.fail('ERR no', { command: 'CONFIG|GET' })
    never.cancel()
    expect(await redis.call('CONFIG', 'GET', 'maxmemory')).toEqual({ maxmemory: '0' })
    redis.faults.fail('ERR no', { command: 'CONFIG' })
    await expect(redis.call('CONFIG', 'GET', 'maxmemory')).rejects.toThrow('ERR no')
    expect(() => redis.faults.fail('ERR no', { command: 'nosuch' })).toThrow(RangeError)
    expect(() => redis.faults.fail('ERR no', { times: 0 })).toThrow(RangeError)
  })

  test('strike inside MULTI, where the other commands still run', async () => {
    const redis = await make()
    redis.faults.fail('ERR no', { command: 'INCR' })
    const batch = redis.multi().set('a', 1).incr('a').set('b', 2)
    await expect(batch.exec()).rejects.toThrow('ERR no')
    expect(await redis.mget('a', 'b')).toEqual(['1', '2'])
  })

  test('lose the connection before the command or after it', async () => {
    const redis = await make()
    redis.faults.drop({ command: 'INCR' })
    await expect(redis.incr('n')).rejects.toMatchObject({ code: 'CONNECTION' })
    redis.faults.drop({ command: 'INCR', after: true })
    await expect(redis.incr('n')).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(await redis.get('n')).toBe('1')
  })

  test('end subscriptions and what waits', async () => {
    const redis = await make()
    const news = await redis.subscribe('news')
    const waits = expect(redis.blpop('jobs', 0)).rejects.toMatchObject({ code: 'CONNECTION' })
    redis.faults.disconnect()
    await waits
    await expect(news.next()).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(await redis.publish('news', 'unheard')).toBe(0)
  })

  test('delay a reply, not the command', async () => {
    const redis = await make()
    redis.faults.delay(500, { command: 'INCR' })
    let reply: unknown
    void redis.incr('n').then((value) => (reply = value))
    await redis.clock.advance(499)
    expect([reply, await redis.get('n')]).toEqual([undefined, '1'])
    await redis.clock.advance(1)
    expect(reply).toBe(1)
  })

  test('let everything go when they are cleared or the client is closed', async () => {
    const redis = await make()
    redis.faults.fail('ERR no', { command: 'SET' })
    redis.faults.delay(500, { command: 'GET' })
    const slow = redis.get('a')
    redis.faults.clear()
    expect([await slow, await redis.set('a', 1)]).toEqual([null, 'OK'])
    redis.faults.delay(500)
    const last = redis.get('a')
    await redis.close()
    expect(await last).toBe('1')
  })
})

test('a subscription ends with the client', async () => {
  const redis = await make()
  const news = await redis.subscribe('news')
  const next = news.next()
  await redis.close()
  expect((await next).done).toBe(true)
})

describe.for([
  ['ioredis 6', IORedis],
  ['ioredis 5', IORedis5],
] as const)('faults for %s', ([, Redis]) => {
  test('fail the next command, not the handshake', async () => {
    const redis = await make()
    redis.faults.fail('LOADING Redis is loading the dataset in memory')
    const client = ioredisFor(redis, Redis)
    await expect(client.set('a', 1)).rejects.toThrow('LOADING Redis is loading the dataset in memory')
    expect(await client.set('a', 1)).toBe('OK')
  })

  test('drop the connection: ioredis sends a command again whose reply was lost', async () => {
    const redis = await make()
    const client = ioredisFor(redis, Redis)
    redis.faults.drop({ command: 'INCR' })
    expect(await client.incr('a')).toBe(1)
    redis.faults.drop({ command: 'INCR', after: true })
    expect(await client.incr('a')).toBe(3)
  })

  test('drop all connections', async () => {
    const redis = await make()
    const [client, listener] = [ioredisFor(redis, Redis), ioredisFor(redis, Redis)]
    await client.ping()
    await listener.subscribe('news')
    const heard = new Promise((resolve) => listener.once('message', (_channel, message) => resolve(message)))
    const again = new Promise((resolve) => listener.once('ready', resolve))
    redis.faults.disconnect()
    await again
    while ((await client.publish('news', 'again')) === 0);
    expect(await heard).toBe('again')
  })

  test('delay replies: those behind wait too', async () => {
    const redis = await make()
    const client = ioredisFor(redis, Redis)
    await client.ping()
    redis.faults.delay(1000, { command: 'GET' })
    const replies: unknown[] = []
    void client.get('a').then((reply) => replies.push(reply))
    void client.set('a', 1).then((reply) => replies.push(reply))
    await redis.clock.advance(999)
    expect([replies, await redis.get('a')]).toEqual([[], null])
    await redis.clock.advance(1)
    expect(replies).toEqual([null, 'OK'])
  })

  test('show what a time limit does: the command has run all the same', async () => {
    const redis = await make()
    const client = ioredisFor(redis, Redis)
    await client.ping()
    redis.faults.delay(1000, { command: 'INCR' })
    client.options.commandTimeout = 20
    await expect(client.incr('n')).rejects.toThrow('Command timed out')
    // What is answered may take its time.
    delete client.options.commandTimeout
    await redis.clock.advance(1000)
    expect(await client.get('n')).toBe('1')
  })

  test('the clock ends what ioredis waits for', async () => {
    const redis = await make()
    const client = ioredisFor(redis, Redis)
    await client.ping()
    let reply: unknown
    void client.blpop('nothing', 30).then((value) => (reply = value))
    await redis.clock.advance(29_999)
    expect(reply).toBeUndefined()
    await redis.clock.advance(1)
    expect(reply).toBeNull()
  })
})

const it = test.extend(redisFixture({ now: 0 }))
describe('the vitest fixture', () => {
  let last: TestRedis
  it('gives a test a database of its own', async ({ redis }) => {
    last = redis
    expect([redis.clock.now(), await redis.set('key', 1)]).toEqual([0, 'OK'])
  })

  it('and closes it', async ({ redis }) => {
    expect(await redis.get('key')).toBeNull()
    await expect(last.get('key')).rejects.toThrow('ERR The client is closed')
  })
})
