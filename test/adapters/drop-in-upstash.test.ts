// An unmodified @upstash/redis client on the engine in process, and on the same engine behind the REST handler as over
// HTTP: the same scenarios, and what the client says must be the same.
import { Redis as Upstash } from '@upstash/redis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RequesterOptions, requesterOn } from '../../src/adapters/drop-in/upstash.ts'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { createTestRedis } from '../../src/adapters/testing.ts'
import { fromUpstash } from '../../src/adapters/upstash.ts'
import { requestOf } from '../support/rest.ts'

let behindHttp: EmbeddedRedis
let inProcess: EmbeddedRedis
beforeEach(async () => {
  behindHttp = await createRedis()
  inProcess = await createRedis()
  const handler = createRestHandler(behindHttp, { token: 'secret' })
  vi.stubGlobal('fetch', (input: string, init: RequestInit) => handler(requestOf(input, init)))
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await behindHttp.close()
  await inProcess.close()
})

async function same(
  scenario: (redis: Upstash) => Promise<unknown>,
  responseEncoding?: RequesterOptions['responseEncoding'],
): Promise<void> {
  const http = new Upstash({ url: 'http://localhost', token: 'secret', responseEncoding, enableAutoPipelining: false })
  const wanted = await scenario(http)
  const got = await scenario(new Upstash(requesterOn(inProcess, { responseEncoding })))
  expect(got).toEqual(wanted)
}

const failure = (error: unknown): string => `${(error as Error).name}: ${(error as Error).message}`
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe.for(['base64', false] as const)('with the response encoding %s', (encoding) => {
  test('commands reply the same', async () => {
    await same(async (redis) => {
      return [
        await redis.set('text', 'grüße 🙂'),
        await redis.get('text'),
        await redis.set('json', { a: [1, 'x', null], é: true }),
        await redis.get('json'),
        await redis.set('bom', '\ufeffA'),
        await redis.get('bom'),
        await redis.set('ok', 'OK'),
        await redis.get('ok'),
        await redis.mget('ok', 'bom', 'missing'),
        await redis.set('number', '9007199254740993'),
        await redis.incr('number'),
        await redis.get('number'),
        await redis.set('nx', 1, { nx: true, ex: 100 }),
        await redis.set('nx', 1, { nx: true }),
        await redis.hset('hash', { a: 1, b: 'x', c: '1.50' }),
        await redis.hgetall('hash'),
        await redis.hgetall('missing'),
        await redis.hmget('hash', 'a', 'missing'),
        await redis.zadd('zset', { score: 1.5, member: 'a' }, { score: -3, member: 'b' }),
        await redis.zrange('zset', 0, -1, { withScores: true }),
        await redis.zscore('zset', 'a'),
        await redis.rpush('list', 'a', '2', '{"three":3}'),
        await redis.lrange('list', 0, -1),
        await redis.sadd('set', 'only'),
        await redis.smembers('set'),
        await redis.setbit('binary', 0, 1),
        await redis.get('binary'),
        await redis.scan(0, { match: 'te*', count: 100 }),
        await redis.type('hash'),
        await redis.expire('hash', 100),
        await redis.ttl('hash'),
        await redis.ping(),
        await redis.echo('\r\n'),
        await redis.exec(['CONFIG', 'GET', 'maxmemory']),
      ]
    }, encoding)
  })

  test('errors are worded the same', async () => {
    await same(async (redis) => {
      await redis.set('text', 'x')
      return [
        await redis.lpush('text', 1).catch(failure),
        await redis.exec(['NOSUCH', 'a b']).catch(failure),
        await redis.exec(['GET']).catch(failure),
        await redis.exec(['SUBSCRIBE', 'x']).catch(failure),
        await redis.exec(['MULTI']).catch(failure),
        await redis.zadd('zset', { score: Infinity, member: 'x' }).catch(failure),
        await redis.set(undefined as never, 1).catch(failure),
        await redis.set('n', -0).then(() => redis.get('n')),
        await redis.set('n', 1e21).then(() => redis.strlen('n')),
        await redis.expire('text', 0).catch(failure),
      ]
    }, encoding)
  })

  test('pipelines and transactions give the same, with their errors', async () => {
    await same(async (redis) => [
      await redis.pipeline().set('a', 'é').incr('b').get('a').exec(),
      await redis.pipeline().set('a', 'x').lpush('a', 1).get('a').exec({ keepErrors: true }),
      await redis.pipeline().set('a', 'x').lpush('a', 1).exec().catch(failure),
      await redis.pipeline().exec().catch(failure),
      await redis.multi().set('a', 1).incr('a').hset('h', { f: 1 }).hgetall('h').exec(),
      await redis.multi().set('a', 1).lpush('a', 1).exec({ keepErrors: true }),
      await redis.multi().exec().catch(failure),
      await new Upstash((redis as unknown as { client: never }).client).pipeline().set('a', NaN as never).exec().catch(failure),
      await Promise.all(Array.from({ length: 200 }, (_, i) => redis.rpush('many', i))).then(() => redis.lrange('many', 0, -1)),
    ], encoding) // prettier-ignore
  })
})

test('automatic pipelining gives the same', async () => {
  await same(async (client) => {
    const redis = (client as unknown as { autoPipeline(): Upstash }).autoPipeline()
    const replies = await Promise.all([redis.set('a', 1), redis.incr('a'), redis.hset('h', { f: 'v' })])
    return [replies, await redis.get('a'), await Promise.all([redis.get('a'), redis.hgetall('h')])]
  })
})

test('commands that wait get what comes, or null in the end', async () => {
  await same(async (redis) => {
    const waiting = redis.exec(['BLPOP', 'queue', '5'])
    await redis.rpush('queue', 'job')
    return [await waiting, await redis.exec(['BLPOP', 'queue', '0.01'])]
  })
})

test('subscriptions hear the same, and end', async () => {
  await same(async (redis) => {
    const heard: [type: string, data: unknown][] = []
    const count = (...types: string[]): number => heard.filter(([type]) => types.includes(type)).length
    const listeners = async (): Promise<unknown[]> => [
      ...((await redis.exec(['PUBSUB', 'CHANNELS'])) as string[]),
      await redis.exec(['PUBSUB', 'NUMPAT']),
    ]
    const channels = redis.subscribe(['news', 'with space'])
    for (const type of ['subscribe', 'message', 'error'] as const) channels.on(type, (data: unknown) => heard.push([type, data]))
    const patterns = redis.psubscribe('n*')
    for (const type of ['psubscribe', 'pmessage', 'error'] as const)
      patterns.on(type, (data: unknown) => heard.push([type, data instanceof Error ? data.message : data]))
    await until(() => count('subscribe', 'psubscribe') === 3)
    const counts = [
      await redis.publish('news', { a: 1 }),
      await redis.publish('news', 'grüße, with, commas'),
      await redis.publish('with space', 'two\nlines'),
      await redis.publish('other', 'unheard'),
    ]
    await until(() => count('message', 'pmessage', 'error') === 5)
    await channels.unsubscribe(['news'])
    await patterns.unsubscribe()
    await until(async () => String(await listeners()) === 'with space,0')
    counts.push(await redis.publish('news', 'nobody'), await redis.publish('with space', 'last'))
    await until(() => count('message') === 4)
    await channels.unsubscribe()
    // Each subscription is a stream of its own: only within one is there an order.
    return [heard.map((each) => JSON.stringify(each)).toSorted(), counts]
  })
})

test('MONITOR shows every command', async () => {
  const lines: string[] = []
  const end = new AbortController()
  const requester = requesterOn(inProcess)
  await requester.request({ path: ['monitor'], onMessage: (line) => lines.push(line), signal: end.signal })
  const redis = new Upstash(requester)
  await redis.set('a', 'two words')
  await until(() => lines.length === 2)
  end.abort()
  await redis.set('a', 'unseen')
  await new Promise(setImmediate)
  expect(lines.map((line) => line.replace(/^[\d.]+ \[0 [^\]]*\]/, 'TIME'))).toEqual(['"OK"', 'TIME "SET" "a" "two words"'])
})

test('a path may be a command, as in the service', async () => {
  const requester = requesterOn(inProcess)
  expect(await requester.request({ path: ['set', 'key'], body: { a: 1 } })).toEqual({ result: 'OK' })
  expect(await requester.request({ path: ['get/key'] })).toEqual({ result: '{"a":1}' })
})

test('the sync token moves on', async () => {
  const redis = new Upstash(requesterOn(inProcess))
  await redis.set('a', 1)
  const first = redis.readYourWritesSyncToken
  await redis.set('a', 2)
  expect(first).not.toBe('')
  expect(redis.readYourWritesSyncToken).not.toBe(first)
})

test('timers run while commands are awaited in a loop', async () => {
  const redis = new Upstash(requesterOn(inProcess))
  let over = false
  setTimeout(() => (over = true))
  while (!over) await redis.incr('a')
  expect(over).toBe(true)
})

test('shares data with the typed client; when that is closed it says so', async () => {
  const own = await createRedis()
  const redis = new Upstash(requesterOn(own))
  await redis.set('a', [1])
  expect(await own.get('a')).toBe('[1]')
  await own.close()
  await expect(redis.get('a')).rejects.toThrow('ERR The client is closed, command was: ["get","a"]')
  await expect(redis.pipeline().get('a').exec()).rejects.toThrow('ERR The client is closed, command was: [["get","a"]]')
})

test('under the typed client every byte and every digit arrives, which @upstash/redis itself could not', async () => {
  const redis = fromUpstash(new Upstash(requesterOn(inProcess)))
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
  await redis.bytes.set(bytes, bytes)
  expect(await redis.bytes.get(bytes)).toEqual(bytes)
  await redis.set('text', '\ufeffA')
  await redis.set('n', '9007199254740992')
  expect(await redis.pipeline().get('text').incr('n').exec()).toEqual(['\ufeffA', 9007199254740993n])
  await using news = await redis.subscribe(['a,b', 'c\nd'])
  await redis.publish('c\nd', 'two\r\nlines')
  expect((await news.next()).value).toEqual({ channel: 'c\nd', message: 'two\r\nlines' })
})

describe('faults', () => {
  test('fail the next command', async () => {
    const own = await createTestRedis()
    const redis = new Upstash(requesterOn(own))
    own.faults.fail('ERR max daily request limit exceeded')
    await expect(redis.set('a', 1)).rejects.toThrow('ERR max daily request limit exceeded, command was: ["set","a",1]')
    own.faults.fail('ERR no', { command: 'INCR' })
    expect(await redis.pipeline().set('a', 1).incr('a').exec({ keepErrors: true })).toEqual([
      { result: 'OK', error: undefined },
      { result: undefined, error: 'ERR no' },
    ])
    await own.close()
  })

  test('lose the connection: requests are repeated, as often as the client would', async () => {
    const own = await createTestRedis()
    const redis = new Upstash(requesterOn(own, { retry: { retries: 2, backoff: () => 0 } }))
    own.faults.drop({ command: 'INCR', after: true, times: 2 })
    expect(await redis.incr('a')).toBe(3)
    own.faults.drop({ command: 'INCR', times: 3 })
    await expect(redis.pipeline().incr('a').exec()).rejects.toThrow('fetch failed')
    expect(await redis.get('a')).toBe(3)
    await own.close()
  })

  test('delay replies', async () => {
    const own = await createTestRedis()
    const redis = new Upstash(requesterOn(own))
    own.faults.delay(1000, { command: 'GET' })
    let reply: unknown
    void redis.get('a').then((value) => (reply = value))
    await own.clock.advance(999)
    expect(reply).toBeUndefined()
    await own.clock.advance(1)
    expect(reply).toBeNull()
    await own.close()
  })
})
