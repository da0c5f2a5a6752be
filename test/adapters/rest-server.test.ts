// The REST handler on a real port: what HTTP does to it, and @upstash/redis as it is.
import { connect, createServer } from 'node:net'
import { Redis as UpstashRedis } from '@upstash/redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RestServer, serveRest } from '../../src/adapters/serve/rest-server.ts'
import { type Rest, startRest, TOKEN } from '../support/rest.ts'

let rest: Rest
let server: RestServer
beforeAll(async () => {
  rest = await startRest()
  server = await serveRest(rest.handler, { port: 0 })
})
afterAll(() => server?.close())

const post = (path: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(server.url + path, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body: body as BodyInit, ...init })

test('small and large bodies arrive, in pieces too', async () => {
  const value = 'x'.repeat(300_000)
  expect(await (await post('/set/large', value)).json()).toEqual({ result: 'OK' })
  expect(await rest.redis.strlen('large')).toBe(300_000)
  const pieces = new ReadableStream({
    start(controller) {
      for (const piece of ['["SET",', '"pieces",', '"v"]']) controller.enqueue(new TextEncoder().encode(piece))
      controller.close()
    },
  })
  expect(await (await post('/', pieces, { duplex: 'half' } as RequestInit)).json()).toEqual({ result: 'OK' })
  const tooLarge = await post('/set/k', 'x'.repeat(3 << 20))
  expect([tooLarge.status, await tooLarge.json()]).toEqual([
    400,
    { error: 'ERR max request size exceeded. Limit: 1048576 bytes, Actual: 3145728 bytes' },
  ])
})

/** Sends bytes. @returns what comes back until all that is waited for is there, or the server closes or says nothing for long */
const raw = (bytes: string, wanted: RegExp): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes))
    let received = ''
    socket.on('data', (data) => {
      received += data.toString()
      if (wanted.test(received)) socket.destroy()
    })
    socket.on('close', () => resolve(received))
    socket.setTimeout(10_000, () => socket.destroy())
  })

test('a connection is kept for the next request', async () => {
  const get = `GET /ping HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`
  expect((await raw(get + get + get, /("PONG".*){3}/s)).match(/"PONG"/g)).toHaveLength(3)
})

test('requests that are none get 400', async () => {
  for (const line of [
    'GET http://other.example/ping HTTP/1.1\r\nHost: x',
    'OPTIONS * HTTP/1.1\r\nHost: x',
    'GET / HTTP/1.1\r\nHost: a b',
    'nonsense',
  ]) {
    expect(await raw(`${line}\r\n\r\n`, /\r\n\r\n/)).toMatch(/^HTTP\/1.1 400/)
  }
})

test('a client that leaves ends its stream and its waiting', async () => {
  const client = new AbortController()
  // Kept: the stream of a response that is collected as garbage ends.
  const stream = await post('/subscribe/c', '[]', { signal: client.signal })
  const waiting = post('/', '["BLPOP","list","0"]', { signal: client.signal })
  await expect.poll(() => rest.redis.info('clients')).toContain('blocked_clients:1')
  expect(await rest.redis.publish('c', 'x')).toBe(1)
  client.abort()
  await expect(waiting).rejects.toThrow()
  await expect(stream.text()).rejects.toThrow()
  await expect.poll(() => rest.redis.publish('c', 'x')).toBe(0)
  await expect.poll(() => rest.redis.info('clients')).toContain('blocked_clients:0')
})

test('a client that leaves in the middle of its body hurts nobody', async () => {
  const socket = connect(server.port, '127.0.0.1')
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 100\r\n\r\n["SET"`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  expect(await (await post('/', '["PING"]')).json()).toEqual({ result: 'PONG' })
})

test('a taken port is an error', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  await expect(serveRest(rest.handler, { port })).rejects.toThrow('EADDRINUSE')
  other.close()
})

test('@upstash/redis works as it is', async () => {
  const redis = new UpstashRedis({ url: server.url, token: TOKEN, enableTelemetry: false })
  expect(await redis.set('k', { a: [1, 'é'] }, { ex: 60 })).toBe('OK')
  expect(await redis.get('k')).toEqual({ a: [1, 'é'] })
  expect(await redis.hset('h', { a: 1, b: 'x' })).toBe(2)
  expect(await redis.hgetall('h')).toEqual({ a: 1, b: 'x' })
  expect(await redis.zadd('z', { score: 1.5, member: 'm' }, { score: 2, member: 'n' })).toBe(2)
  expect(await redis.zrange('z', 0, -1, { withScores: true })).toEqual(['m', 1.5, 'n', 2])
  expect(await redis.pipeline().incr('n').get('n').exec()).toEqual([1, 1])
  expect(await redis.multi().incr('n').lpush('list', 'a').exec()).toEqual([2, 1])
  await expect(redis.lpush('k', 'x')).rejects.toThrow('WRONGTYPE')
  expect(await redis.scan(0, { match: 'n*' })).toEqual(['0', ['n']])
  const wrong = new UpstashRedis({ url: server.url, token: 'wrong', enableTelemetry: false })
  await expect(wrong.get('k')).rejects.toThrow('WRONGPASS invalid or missing auth token')
  const subscriber = redis.subscribe<string>('news')
  const messages: unknown[] = []
  subscriber.on('message', ({ channel, message }) => messages.push([channel, message]))
  await new Promise<void>((resolve) => subscriber.on('subscribe', () => resolve()))
  await redis.publish('news', 'hello')
  await redis.publish('news', { a: 1 })
  await expect
    .poll(() => messages)
    .toEqual([
      ['news', 'hello'],
      ['news', { a: 1 }],
    ])
  await subscriber.unsubscribe()
  await expect.poll(() => rest.redis.publish('news', 'x')).toBe(0)
})
