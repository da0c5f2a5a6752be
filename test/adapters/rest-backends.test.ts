// The REST handler over a real redis-server beside the engine: the same requests, the same answers. And what happens when
// the server goes away.
import { Redis as Ioredis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import { createRestHandler, type RestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { connectUpstash, type Redis, type RedisError } from '../../src/adapters/upstash.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'
import { ask, READ_ONLY, requestOf, requestTo, type Rest, startRest, TOKEN } from '../support/rest.ts'

let server: RedisServer
let real: RestHandler
let engine: Rest
let redis: Redis
beforeAll(async () => {
  server = await startRedisServer()
  redis = fromIoredis(new Ioredis({ path: server.path, stringNumbers: true }))
  real = createRestHandler(redis, { token: TOKEN, readOnlyToken: READ_ONLY })
  engine = await startRest()
})
afterAll(async () => {
  await redis?.close()
  await server?.stop()
})

const HEADERS: Record<string, string>[] = [{}, { 'upstash-encoding': 'base64' }, { 'upstash-response-format': 'resp2' }]
const COMMANDS = [
  ['SET', 'string', 'é'],
  ['GET', 'string'],
  ['SET', 'string', 'x', 'GET'],
  ['GET', 'none'],
  ['SET', 'n', '9007199254740993'],
  ['INCR', 'n'],
  ['SET', 'ok', 'OK'],
  ['GET', 'ok'],
  ['HSET', 'hash', 'f', '1', 'g', '2'],
  ['HGETALL', 'hash'],
  ['HGETALL', 'none'],
  ['ZADD', 'z', '1.5', 'a', 'inf', 'b'],
  ['ZADD', 'z', 'INCR', '1', 'a'],
  ['ZRANGE', 'z', '0', '-1', 'WITHSCORES'],
  ['ZSCORE', 'z', 'b'],
  ['ZMSCORE', 'z', 'a', 'none'],
  ['ZPOPMIN', 'z'],
  ['ZMPOP', '1', 'z', 'MAX'],
  ['RPUSH', 'list', 'a', 'b', 'c'],
  ['LPOP', 'list', '2'],
  ['LPOP', 'none', '2'],
  ['BLPOP', 'list', '1'],
  ['BLPOP', 'list', '0.01'],
  ['LMPOP', '1', 'none', 'LEFT'],
  ['SADD', 'set', 'x'],
  ['SMEMBERS', 'set'],
  ['SMISMEMBER', 'set', 'x', 'y'],
  ['CONFIG', 'GET', 'maxmemory-policy'],
  ['OBJECT', 'ENCODING', 'n'],
  ['TYPE', 'hash'],
  ['SCAN', '0', 'MATCH', 'none*', 'COUNT', '100'],
  ['LCS', 'string', 'ok', 'IDX'],
  ['PING'],
  ['ECHO', 'hi'],
  ['NOPE', 'a'],
  ['GET'],
  ['LPUSH', 'string', 'x'],
  ['INCR', 'string'],
  ['SELECT', '1'],
]

/** ioredis does not tell simple strings from bulk strings, nor null arrays from null. */
const bulk = (body: unknown): unknown =>
  typeof body === 'string'
    ? body.replace(/^\+(.*)\r\n/, (_, text: string) => `$${text.length}\r\n${text}\r\n`).replace(/^\*-1/, '$-1')
    : body

test.each(HEADERS)('answers are the same with %o', async (headers) => {
  for (const handler of [real, engine.handler]) await ask(handler, '/flushall')
  for (const command of COMMANDS) {
    const [theirs, ours] = await Promise.all([real, engine.handler].map((handler) => ask(handler, '/', command, { headers })))
    expect([command, ours.status, bulk(ours.body)]).toEqual([command, theirs.status, bulk(theirs.body)])
  }
})

test('pipelines and transactions are the same', async () => {
  for (const handler of [real, engine.handler]) await ask(handler, '/flushall')
  const bodies = [
    [
      ['SET', 'k', 1],
      ['LPUSH', 'k', 'x'],
      ['INCR', 'k'],
      ['GET', 'none'],
    ],
    [['SET', 'k', 5], ['NOPE'], ['INCR', 'k']],
    [
      ['HSET', 'h', 'f', 'v'],
      ['HGETALL', 'h'],
      ['EXISTS', 'k'],
    ],
  ]
  for (const path of ['/pipeline', '/multi-exec']) {
    for (const body of bodies) {
      const [theirs, ours] = await Promise.all([real, engine.handler].map((handler) => ask(handler, path, body)))
      expect([path, body, ours.status, ours.body]).toEqual([path, body, theirs.status, theirs.body])
    }
  }
})

test('a read-only token may run the same commands', async () => {
  const headers = { authorization: `Bearer ${READ_ONLY}` }
  const known = new Set(await engine.redis.commandList())
  const names = (await redis.commandList()).filter((name) => known.has(name))
  const permitted = async (handler: RestHandler): Promise<string[]> => {
    const answers = await Promise.all(names.map((name) => ask(handler, '/', [name], { headers })))
    return names.filter((_, i) => !JSON.stringify(answers[i].body).includes('NOPERM'))
  }
  const [theirs, ours] = await Promise.all([permitted(real), permitted(engine.handler)])
  expect(ours).toEqual(theirs)
  expect(ours.length).toBeGreaterThan(50)
})

test('event streams and waiting commands end with their client', async () => {
  const client = new AbortController()
  const stream = await real(requestTo('/subscribe/c', '[]', { signal: client.signal }))
  const waiting = ask(real, '/', ['BLPOP', 'nothing', '0'], { signal: client.signal })
  await expect.poll(() => redis.info('clients')).toContain('blocked_clients:1')
  expect(await redis.publish('c', 'x')).toBe(1)
  client.abort()
  await waiting
  await expect.poll(() => redis.info('clients')).toContain('blocked_clients:0')
  await expect.poll(() => redis.publish('c', 'x')).toBe(0)
  await stream.text()
})

describe('an Upstash client that sends bytes', () => {
  const EVERY = Uint8Array.from({ length: 256 }, (_, i) => i)

  test('does so through a script where nothing else is known', async () => {
    const fetch = async (url: string, init: RequestInit): Promise<Response> =>
      (init.body as string).startsWith('bytes:')
        ? Response.json({ error: 'ERR failed to parse command' }, { status: 400 })
        : real(requestOf(url, init))
    await using upstash = connectUpstash({ url: 'http://rest.test', token: TOKEN, fetch })
    const { bytes } = upstash
    await redis.flushall()
    expect(await bytes.set(EVERY, EVERY)).toBe('OK')
    expect(await redis.bytes.get(EVERY)).toEqual(EVERY)
    expect(await bytes.get(EVERY)).toEqual(EVERY)
    expect(await bytes.get(Uint8Array.of(128))).toBeNull()
    const results = await bytes
      .multi()
      .rpush('list', EVERY, 'é')
      .lrange('list', 0, -1)
      .zadd('z', { score: 1.5, member: EVERY })
      .zscore('z', EVERY)
      .exec()
    expect(results).toEqual([2, [EVERY, new TextEncoder().encode('é')], 1, 1.5])
    await expect(bytes.lpush(EVERY, EVERY)).rejects.toMatchObject({
      code: 'WRONGTYPE',
      command: 'LPUSH',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
    })
  })
})

test('a server that dies in the middle: 500, no hanging, and the client gets the cause', async () => {
  const dying = await startRedisServer()
  const ioredis = new Ioredis({ path: dying.path, maxRetriesPerRequest: 0, retryStrategy: () => null })
  ioredis.on('error', () => {})
  const errors: unknown[] = []
  const handler = createRestHandler(fromIoredis(ioredis), { token: TOKEN, onError: (error) => errors.push(error) })
  const upstash = connectUpstash({ url: 'http://rest.test', token: TOKEN, fetch: (url, init) => handler(requestOf(url, init)) })
  await upstash.set('k', 'v')
  const subscription = await upstash.subscribe('c')
  const message = subscription.next()
  const waiting = ask(handler, '/', ['BLPOP', 'list', '0'])
  await expect.poll(() => upstash.info('clients')).toContain('blocked_clients:1')
  // It may fail before the server's process is known to have ended.
  await Promise.all([expect(message).rejects.toMatchObject({ code: 'CONNECTION' }), dying.stop()])
  expect((await waiting).status).toBe(500)
  for (const run of [() => upstash.get('k'), () => upstash.pipeline().get('k').get('l').exec(), () => upstash.multi().get('k').exec()]) {
    const error = await run().then(
      () => expect.unreachable(),
      (reason: RedisError) => reason,
    )
    expect([error.code, error.message]).toEqual(['CONNECTION', 'CONNECTION HTTP status 500: ERR the database cannot be reached'])
    expect(error.cause).toBeInstanceOf(Error)
  }
  expect(errors.length).toBeGreaterThan(0)
  await upstash.close()
  ioredis.disconnect()
})
