// The client on Upstash's protocol: against the REST handler on the engine, beside the client on the engine itself.
import { getEventListeners } from 'node:events'
import { Redis as UpstashRedis } from '@upstash/redis'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requesterOn } from '../../src/adapters/drop-in/upstash.ts'
import { serveRest, type RestServer } from '../../src/adapters/serve/rest-server.ts'
import { connectUpstash, fromUpstash, type Redis, RedisError } from '../../src/adapters/upstash.ts'
import { type Rest, startRest, TOKEN } from '../support/rest.ts'

const URL = 'http://rest.test'
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)

interface Sent {
  readonly path: string
  readonly body: string
  readonly headers: Headers
}

let rest: Rest
let sent: Sent[]
/** What happens to a request: the handler answers, unless a test says otherwise. */
let answer: (request: Request) => Promise<Response>
let redis: Redis
const fetch = async (url: string, init: RequestInit): Promise<Response> => {
  const request = new Request(url, init)
  sent.push({ path: url.slice(URL.length), body: init.body as string, headers: request.headers })
  return answer(request)
}
const connect = (options: Partial<Parameters<typeof connectUpstash>[0]> = {}): Redis =>
  connectUpstash({ url: URL, token: TOKEN, fetch, ...options })

beforeEach(async () => {
  rest = await startRest()
  sent = []
  answer = rest.handler
  redis = connect()
})
afterEach(() => redis.close())

describe('commands', () => {
  test('give what they give on the engine', async () => {
    const fill = async (db: Redis): Promise<void> => {
      await db.call('MSET', 'string', 'é', 'number', '12', 'empty', '', 'json', '{"a":1}', 'true', 'true', 'bom', '\ufeffx', 'nul', '\0')
      await db.call('HSET', 'hash', 'f', '1.5', '__proto__', 'x')
      await db.call('ZADD', 'zset', '1.5', 'a', 'inf', 'b', '-inf', 'c')
      await db.call('RPUSH', 'list', 'OK', 'OK', '')
      await db.call('SADD', 'set', 'x')
      await db.call('SET', 'large', '9007199254740992')
    }
    const lines = [
      'GET string', 'GET number', 'GET empty', 'GET json', 'GET true', 'GET bom', 'GET nul', 'GET none', 'HGETALL hash', 'HGETALL none',
      'ZRANGE zset 0 -1 WITHSCORES', 'ZSCORE zset b', 'ZPOPMIN zset', 'ZRANDMEMBER zset 1', 'LRANGE list 0 -1', 'SMEMBERS set', 'LPOP none 2',
      'INCR large', 'INCRBY large 9214364837600034814', 'INCR large', 'HRANDFIELD hash -1 WITHVALUES', 'TYPE zset', 'TTL string',
      'CONFIG GET maxmemory*', 'COMMAND INFO get', 'EXISTS string none', 'LMPOP 1 list LEFT', 'OBJECT ENCODING number', 'PING', 'ECHO OK', 'LCS string json IDX',
    ] // prettier-ignore
    await fill(rest.redis)
    const direct: unknown[] = []
    const settle = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: RedisError) => [error.code, error.message])
    for (const line of lines) {
      const [name, ...args] = line.split(' ')
      direct.push([line, await settle(rest.redis.call(name, ...args))])
    }
    await rest.redis.flushall()
    await fill(redis)
    for (const [i, line] of lines.entries()) {
      const [name, ...args] = line.split(' ')
      if (!name.includes('RAND')) expect([line, await settle(redis.call(name, ...args))]).toEqual(direct[i])
    }
    expect(sent.every(({ path }) => path === '')).toBe(true)
  })

  test('keep every byte', async () => {
    const { bytes } = redis
    await bytes.set(ALL_BYTES, ALL_BYTES)
    expect(await bytes.get(ALL_BYTES)).toEqual(ALL_BYTES)
    expect(await rest.redis.bytes.get(ALL_BYTES)).toEqual(ALL_BYTES)
    await bytes.hset('hash', new Map([[ALL_BYTES, Uint8Array.of(255)]]))
    expect(await bytes.hgetall('hash')).toEqual([[ALL_BYTES, Uint8Array.of(255)]])
    const results = await bytes.pipeline().rpush('list', ALL_BYTES, 'é').lrange('list', 0, -1).exec()
    expect(results).toEqual([2, [ALL_BYTES, new TextEncoder().encode('é')]])
    expect(await bytes.multi().append('k', Uint8Array.of(128)).get('k').exec()).toEqual([1, Uint8Array.of(128)])
    for (const text of ['\ufeff', '\0', '"\\', '\ud83d\ude00', '\u2028', 'null', '']) {
      await redis.set('text', text)
      expect(await redis.get('text')).toBe(text)
    }
  })

  test('of one turn go out together, in their order', async () => {
    const results = await Promise.all([
      redis.set('a', 1),
      redis.incr('a'),
      redis.get('a'),
      redis.lpush('a', 'x').catch((error: RedisError) => error.code),
    ])
    expect(results).toEqual(['OK', 2, '2', 'WRONGTYPE'])
    expect(sent.map(({ path }) => path)).toEqual(['/pipeline'])
    await Promise.all([redis.set('b', 1), redis.multi().incr('b').incr('b').exec(), redis.pipeline().get('b').exec(), redis.get('b')])
    expect(sent.slice(1).map(({ path, body }) => [path, body])).toEqual([
      ['', '["SET","b","1"]'],
      ['/multi-exec', '[["INCR","b"],["INCR","b"]]'],
      ['/pipeline', '[["GET","b"],["GET","b"]]'],
    ])
  })

  test('that are many or long need more requests than one', async () => {
    const pipeline = redis.pipeline()
    const value = 'x'.repeat(200_000)
    for (let i = 0; i < 8; i++) pipeline.set(`k${i}`, value)
    expect(await pipeline.exec()).toHaveLength(8)
    expect(sent.length).toBeGreaterThan(1)
    const many = redis.pipeline()
    for (let i = 0; i < 10_001; i++) many.incr('n')
    expect(((await many.exec()) as number[]).at(-1)).toBe(10_001)
  })

  test('what a request cannot do is an error before it is sent', async () => {
    const rows: [name: string, run: () => Promise<unknown>][] = [
      ['BLPOP', () => redis.blpop('list', 0)],
      ['XREAD', () => redis.call('XREAD', 'BLOCK', 0, 'STREAMS', 's', '$')],
      ['BLPOP', () => redis.pipeline().call('BLPOP', 'list', 0).exec()],
      ['WATCH', () => redis.watch('k', async () => null)],
      ['SELECT', () => redis.call('SELECT', 1)],
      ['MULTI', () => redis.call('MULTI')],
      ['SSUBSCRIBE', () => redis.ssubscribe('c')],
    ]
    for (const [name, run] of rows) {
      const error = await run().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(RedisError)
      expect(error).toMatchObject({ code: 'UNSUPPORTED', command: name })
      expect((error as RedisError).message).toContain(`UNSUPPORTED ${name}: `)
    }
    expect(sent).toEqual([])
    expect(redis.capabilities).toEqual({
      watch: false,
      blocking: false,
      subscribe: true,
      databases: false,
      persistence: false,
      multipleSlots: true,
      exactIntegers: true,
      delivery: 'exactly once',
    })
    // In a transaction it would not wait.
    await rest.redis.rpush('list', 'x')
    expect(await redis.multi().call('BLPOP', 'list', 0).exec()).toEqual([['list', 'x']])
  })

  test('carry the sync token of the answer before', async () => {
    await redis.get('a')
    await redis.get('a')
    const tokens = sent.map(({ headers }) => headers.get('upstash-sync-token'))
    expect(tokens[0]).toBe('')
    expect(tokens[1]).toMatch(/./)
  })

  test('walk over keys', async () => {
    for (let i = 0; i < 50; i++) await rest.redis.set(`k${i}`, i)
    const keys: string[] = []
    for await (const key of redis.scanIterator({ count: 7 })) keys.push(key)
    expect(new Set(keys).size).toBe(50)
  })
})

describe('a service that knows no more than Upstash', () => {
  beforeEach(() => {
    answer = async (request) => {
      const body = await request.clone().text()
      if (body.startsWith('bytes:')) return Response.json({ error: 'ERR failed to parse command' }, { status: 400 })
      const response = await rest.handler(request)
      response.headers.delete('isodis-events')
      return response
    }
  })

  test('is given bytes through a script, and asked once', async () => {
    const scripts = async (): Promise<string[][]> => {
      await redis.bytes.set(Uint8Array.of(255), 'x').catch(() => {})
      return sent.filter(({ body }) => body.includes('EVAL')).map(({ body }) => JSON.parse(body) as string[])
    }
    expect((await scripts()).map(([name, , ...rest]) => [name, ...rest])).toEqual([['EVAL', '0', '534554', 'ff', '78']])
    expect(await scripts()).toHaveLength(2)
    expect(sent.filter(({ body }) => body.startsWith('bytes:'))).toHaveLength(1)
    await redis.set('é', 'text')
    expect(sent.at(-1)!.body).toBe('["SET","é","text"]')
  })
})

describe('errors', () => {
  const failure = (promise: Promise<unknown>): Promise<RedisError> =>
    promise.then(
      () => expect.unreachable(),
      (error: RedisError) => error,
    )

  test('are Redis’s own, without the values of the command', async () => {
    await redis.set('k', 'secret')
    const error = await failure(redis.lpush('k', 'secret'))
    expect(error).toBeInstanceOf(RedisError)
    expect([error.code, error.command, error.message]).toEqual([
      'WRONGTYPE',
      'LPUSH',
      'WRONGTYPE Operation against a key holding the wrong kind of value',
    ])
    const batch = await failure(redis.pipeline().lpush('k', 'secret').get('k').exec())
    expect([batch.code, batch.command]).toEqual(['WRONGTYPE', 'LPUSH'])
    const discarded = await failure(redis.multi().set('k', 1).call('GET').exec())
    expect([discarded.code, discarded.command]).toEqual(['EXECABORT', 'EXEC'])
    expect(await redis.get('k')).toBe('secret')
  })

  test('a wrong token', async () => {
    const stranger = connect({ token: 'wrong' })
    for (const run of [
      () => stranger.get('k'),
      () => stranger.pipeline().get('k').exec(),
      () => stranger.multi().get('k').exec(),
      () => stranger.subscribe('c'),
    ]) {
      const error = await failure(run())
      expect([error.code, error.message]).toEqual(['WRONGPASS', 'WRONGPASS invalid or missing auth token'])
    }
  })

  const responses: [what: string, respond: () => Response, text: RegExp][] = [
    ['a proxy that has no server', () => new Response('<html>Bad Gateway</html>', { status: 502 }), /^CONNECTION HTTP status 502$/],
    ['a database that is away', () => Response.json({ error: 'ERR away' }, { status: 500 }), /^CONNECTION HTTP status 500: ERR away$/],
    ['a page instead of an answer', () => new Response('<html>'), /^CONNECTION .*JSON/],
    ['JSON of another kind', () => Response.json('x'), /^CONNECTION the answer is not/],
    ['an object of another kind', () => Response.json({ status: 'fine' }), /^CONNECTION the answer is not/],
    ['what is no base64', () => Response.json({ result: 'é' }), /^CONNECTION /],
    ['an empty answer', () => new Response(''), /^CONNECTION /],
    ['a login page', () => new Response(null, { status: 403 }), /^CONNECTION HTTP status 403$/],
  ]
  test.each(responses)('%s', async (_what, respond, text) => {
    answer = async () => respond()
    const error = await failure(redis.get('k'))
    expect([error.code, error.command, error.message]).toEqual(['CONNECTION', 'GET', expect.stringMatching(text)])
    expect(error.cause).toBeInstanceOf(Error)
    expect((await failure(redis.pipeline().get('k').get('l').exec())).code).toBe('CONNECTION')
    expect((await failure(redis.multi().get('k').exec())).code).toBe('CONNECTION')
  })

  test('too few replies', async () => {
    answer = async () => Response.json([{ result: null }])
    expect((await failure(redis.pipeline().get('k').get('l').exec())).message).toMatch(/not one reply for each command/)
  })

  test('a service that cannot be reached, and then can', async () => {
    answer = async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    }
    const error = await failure(redis.get('k'))
    expect(error.message).toBe('CONNECTION fetch failed: connect ECONNREFUSED')
    expect((error.cause as Error).message).toBe('fetch failed')
    expect(sent).toHaveLength(1)
    answer = rest.handler
    expect(await redis.get('k')).toBeNull()
  })

  test('no answer in time, and all that waits for it settles', async () => {
    redis = connect({ timeout: 20 })
    answer = () => new Promise(() => {}) // and it does not look at its signal
    const settled = await Promise.allSettled([redis.get('a'), redis.get('b'), redis.pipeline().get('c').exec()])
    expect(settled.map((each) => (each as PromiseRejectedResult).reason.message)).toEqual(
      Array.from({ length: 3 }, () => 'CONNECTION there was no answer within 20 ms'),
    )
  })

  test('a reply of another kind than its command has, and a fetch that says nothing', async () => {
    answer = async () => Response.json({ result: btoa('x') })
    expect((await failure(redis.call('JSON.NUMINCRBY', 'k', '$', '1'))).code).toBe('CONNECTION')
    answer = () => Promise.reject(undefined)
    expect((await failure(redis.get('k'))).code).toBe('CONNECTION')
  })

  const stalling: [where: string, respond: () => Promise<Response>][] = [
    ['before the answer', () => new Promise(() => {})],
    ['before the confirmation', async () => new Response(new ReadableStream())],
    ['in the middle of an error', async () => new Response(new ReadableStream(), { status: 500 })],
  ]
  test.each(stalling)('a subscription that is not confirmed in time: %s', async (_where, respond) => {
    redis = connect({ timeout: 20 })
    answer = respond
    expect((await failure(redis.subscribe('c'))).message).toBe('CONNECTION there was no answer within 20 ms')
  })

  test('without a limit an answer may take its time', async () => {
    redis = connect({ timeout: Infinity })
    answer = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return rest.handler(request)
    }
    expect(await redis.incr('n')).toBe(1)
  })

  test('retries, if they are asked for', async () => {
    redis = connect({ retries: 2 })
    expect(redis.capabilities.delivery).toBe('at least once')
    let left = 2
    answer = async (request) => {
      if (left-- > 0) throw new TypeError('fetch failed')
      return rest.handler(request)
    }
    expect(await redis.incr('n')).toBe(1)
    expect(sent).toHaveLength(3)
  })

  test('of how it is made', () => {
    expect(() => connectUpstash({ url: 'nowhere', token: 'x' })).toThrow(TypeError)
    expect(() => connectUpstash({ url: 'ftp://x', token: 'x' })).toThrow('http or https URL')
    expect(() => connectUpstash({ url: URL, token: '' })).toThrow('needs a token')
    expect(() => fromUpstash({} as never)).toThrow('needs a client made with @upstash/redis')
  })

  test('after the client is closed', async () => {
    await redis.close()
    expect((await failure(redis.get('k'))).message).toBe('ERR The client is closed')
    expect((await failure(redis.multi().get('k').exec())).message).toBe('ERR The client is closed')
    expect((await failure(redis.subscribe('c'))).message).toBe('ERR The client is closed')
    expect(sent).toEqual([])
  })
})

describe('subscriptions', () => {
  test('hear messages with every byte, until they end', async () => {
    const subscription = await redis.bytes.subscribe(['a,b', 'é/c'])
    expect(await rest.redis.publish('a,b', ALL_BYTES)).toBe(1)
    await rest.redis.publish('é/c', 'x\n')
    expect(await subscription.next()).toEqual({ done: false, value: { channel: 'a,b', message: ALL_BYTES } })
    expect(await subscription.next()).toEqual({ done: false, value: { channel: 'é/c', message: Uint8Array.of(120, 10) } })
    await subscription.unsubscribe()
    await expect.poll(() => rest.redis.publish('a,b', 'gone')).toBe(0)
  })

  test('to patterns', async () => {
    const subscription = await redis.psubscribe('n*')
    await rest.redis.publish('news', 'hello')
    expect((await subscription.next()).value).toEqual({ pattern: 'n*', channel: 'news', message: 'hello' })
    await redis.close()
    expect(await subscription.next()).toEqual({ done: true, value: undefined })
    await expect.poll(() => rest.redis.publish('news', 'gone')).toBe(0)
  })

  test('without base64, as Upstash sends them', async () => {
    answer = (request) => {
      request.headers.delete('isodis-events')
      return rest.handler(request)
    }
    const channel = await redis.subscribe('a,b')
    const pattern = await redis.psubscribe('a*')
    await rest.redis.publish('a,b', '{"x":1,"y":2}')
    expect((await channel.next()).value).toEqual({ channel: 'a,b', message: '{"x":1,"y":2}' })
    await rest.redis.publish('a', '1,2')
    await pattern.next()
    expect((await pattern.next()).value).toEqual({ pattern: 'a*', channel: 'a', message: '1,2' })
    await channel.unsubscribe()
    await pattern.unsubscribe()
  })

  test('tell when the service ends them', async () => {
    let cut = (): void => {}
    answer = async (request) => {
      const response = await rest.handler(request)
      const cutter = new AbortController()
      cut = () => cutter.abort()
      return new Response(response.body!.pipeThrough(new TransformStream(), { signal: cutter.signal }), { headers: response.headers })
    }
    const subscription = await redis.subscribe('c')
    const next = subscription.next()
    cut()
    await expect(next).rejects.toMatchObject({ code: 'CONNECTION', command: 'SUBSCRIBE' })
    await expect.poll(() => rest.redis.publish('c', 'gone')).toBe(0)
  })
})

describe('over a client made with @upstash/redis', () => {
  let server: RestServer
  beforeAll(async () => {
    server = await serveRest((request) => rest.handler(request), { port: 0 })
  })
  afterAll(() => server?.close())

  test('its address, token and settings are used', async () => {
    const theirs = new UpstashRedis({ url: server.url, token: TOKEN, enableTelemetry: false })
    redis = fromUpstash(theirs)
    expect(redis.capabilities.delivery).toBe('at least once')
    await redis.bytes.set('k', ALL_BYTES)
    expect(await redis.bytes.get('k')).toEqual(ALL_BYTES)
    await theirs.set('json', { a: 1 })
    expect(await redis.get('json')).toBe('{"a":1}')
    const token = theirs.readYourWritesSyncToken
    await redis.get('k')
    expect(theirs.readYourWritesSyncToken).not.toBe(token)
    const subscription = await redis.subscribe('c')
    await redis.publish('c', 'x')
    expect((await subscription.next()).value).toEqual({ channel: 'c', message: 'x' })
    await redis.close()
    expect(await theirs.get('json')).toEqual({ a: 1 })
  })

  test('its signal keeps nothing of requests and subscriptions that have ended', async () => {
    const { signal } = new AbortController()
    redis = fromUpstash(new UpstashRedis({ url: server.url, token: TOKEN, signal, retry: false }))
    /** Node 20 keeps in a set of the signal's own what AbortSignal.any made of it. */
    const kept = (): number =>
      Object.getOwnPropertySymbols(signal)
        .map((symbol): unknown => Reflect.get(signal, symbol))
        .map((value) => (typeof value === 'object' && value !== null && 'size' in value ? Number(value.size) : 0))
        .reduce((sum, size) => sum + size, getEventListeners(signal, 'abort').length)
    for (let i = 0; i < 5; i++) await redis.set('a', '1')
    const subscription = await redis.subscribe('news')
    await subscription.unsubscribe()
    await expect.poll(kept).toBe(0)
  })

  test('its signal ends requests with an error', async () => {
    const controller = new AbortController()
    redis = fromUpstash(new UpstashRedis({ url: server.url, token: TOKEN, signal: controller.signal, retry: false }))
    await redis.set('k', 'v')
    controller.abort(new Error('why'))
    await expect(redis.get('k')).rejects.toMatchObject({ code: 'CONNECTION', message: 'CONNECTION why' })
  })

  test('a requester of the user’s own is used too', async () => {
    const requests: unknown[] = []
    const plain = new UpstashRedis({ url: server.url, token: TOKEN, responseEncoding: false }) as unknown as {
      client: { request(request: unknown): Promise<unknown> }
    }
    const requester = {
      request: (request: unknown) => {
        requests.push(request)
        return plain.client.request(request)
      },
    }
    redis = fromUpstash(new UpstashRedis(requester as never))
    expect(await redis.set('k', '12')).toBe('OK')
    expect(await redis.get('k')).toBe('12')
    expect(await redis.pipeline().incr('k').hgetall('h').exec()).toEqual([13, {}])
    expect(await redis.multi().incr('k').get('k').exec()).toEqual([14, '14'])
    await expect(redis.lpush('k', 'secret')).rejects.toMatchObject({
      code: 'WRONGTYPE',
      message: 'WRONGTYPE Operation against a key holding the wrong kind of value',
    })
    expect(requests).toHaveLength(5)
    const subscription = await redis.subscribe('c')
    await redis.publish('c', 'x,y')
    expect((await subscription.next()).value).toEqual({ channel: 'c', message: 'x,y' })
    await subscription.unsubscribe()
    expect(redis.capabilities.exactIntegers).toBe(false)
  })
})

test('over @upstash/redis on the engine in process: the drop-in and back', async () => {
  const { redis: engine } = rest
  redis = fromUpstash(new UpstashRedis(requesterOn(engine) as never))
  expect(await redis.pipeline().set('k', 'é').get('k').call('HGETALL', 'none').exec()).toEqual(['OK', 'é', {}])
  const failures = [redis.lpush('k', 'secret'), redis.multi().set('k', 'secret').call('GET').exec()].map((failing) =>
    (failing as Promise<unknown>).then(
      () => expect.unreachable(),
      (error: RedisError) => error.message,
    ),
  )
  expect(await Promise.all(failures)).toEqual([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'EXECABORT Transaction discarded because of previous errors.',
  ])
  const subscription = await redis.psubscribe('n*')
  await engine.publish('news', '1,2')
  expect((await subscription.next()).value).toEqual({ pattern: 'n*', channel: 'news', message: '1,2' })
  await subscription.unsubscribe()
})

test('no line of the engine is in it', async () => {
  const { metafile } = await build({ entryPoints: ['src/adapters/upstash.ts'], bundle: true, write: false, metafile: true, format: 'esm' })
  expect(Object.keys(metafile.inputs).filter((path) => /engine|persistence|node_modules|\/serve\//.test(path))).toEqual([])
})
