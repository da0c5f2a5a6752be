// Upstash's REST protocol, request by request: https://upstash.com/docs/redis/features/restapi
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import type { Backend } from '../../src/core/client/backend.ts'
import { unreachable } from '../../src/core/client/errors.ts'
import { asText, Redis } from '../../src/core/client/redis.ts'
import { READ_ONLY, requestTo, type Rest, startRest, TOKEN } from '../support/rest.ts'
import { SEED } from '../support/seed.ts'

let rest: Rest
beforeEach(async () => {
  rest = await startRest()
})

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('commands', () => {
  test('are the path, the body or both, with the query behind', async () => {
    const rows: [path: string, body: unknown, init: RequestInit | undefined, result: unknown][] = [
      ['/set/foo/bar', undefined, undefined, 'OK'],
      ['/get/foo', undefined, undefined, 'bar'],
      ['/SET/foo/baz/EX/100', undefined, { method: 'POST' }, 'OK'],
      ['/ttl/foo', undefined, undefined, 100],
      ['/set/foo?EX=200', '{"a": 1}', undefined, 'OK'],
      ['/get/foo', undefined, { method: 'PUT' }, '{"a": 1}'],
      ['/ttl/foo', undefined, undefined, 200],
      ['/set/foo?pxat=9000000000000&xx', 'value', { method: 'PUT' }, 'OK'],
      ['/', ['pexpiretime', 'foo'], undefined, 9_000_000_000_000],
      ['/', ['set', 'number', 12.5], undefined, 'OK'],
      ['/', ['SET', 'bool', true], undefined, 'OK'],
      ['', ['MGET', 'number', 'bool', 'none'], undefined, ['12.5', 'true', null]],
      ['/set/a%2Fb%20c/x+y', undefined, undefined, 'OK'],
      ['/', ['GET', 'a/b c'], undefined, 'x+y'],
      ['/set/empty/', undefined, undefined, 'OK'],
      ['/get/empty', undefined, undefined, ''],
    ]
    for (const [path, body, init, result] of rows) {
      const answer = await rest.ask(path, body, init)
      expect([path, answer.status, answer.body]).toEqual([path, 200, { result }])
    }
    expect((await rest.ask('/get/foo', undefined, { method: 'HEAD' })).status).toBe(200)
    expect((await rest.ask('/get/foo', undefined, { method: 'HEAD' })).body).toBeNull()
  })

  test('keep the bytes of a path and of a raw body', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    await rest.ask('/set/%FF%00', bytes)
    expect(await rest.redis.bytes.get(Uint8Array.of(255, 0))).toEqual(bytes)
  })

  test('in a body that says so are bytes, and the answer confirms it', async () => {
    const answer = await rest.ask('/', `bytes:${JSON.stringify(['set', '\xff', '\x00\x80é'])}`)
    expect([answer.status, answer.headers.get('isodis-bytes')]).toEqual([200, '1'])
    expect(await rest.redis.bytes.get(Uint8Array.of(255))).toEqual(Uint8Array.of(0, 128, 233))
    const wide = await rest.ask('/', 'bytes:["set","k","\\u0100"]')
    expect([wide.status, wide.body]).toEqual([400, { error: 'ERR failed to parse command' }])
    expect((await rest.ask('/', ['PING'])).headers.get('isodis-bytes')).toBeNull()
  })

  test('64-bit integers arrive and leave exact', async () => {
    await rest.ask('/', '["set", "n", 9223372036854775806]')
    const response = await rest.handler(requestTo('/incr/n'))
    expect(await response.text()).toBe('{"result":9223372036854775807}')
  })

  test('replies have RESP2 shapes', async () => {
    await rest.redis.hset('hash', { a: '1', b: '2' })
    await rest.redis.zadd('zset', [{ score: 1.5, member: 'm' }])
    await rest.redis.sadd('set', 'x')
    const rows: [unknown[], unknown][] = [
      [
        ['HGETALL', 'hash'],
        ['a', '1', 'b', '2'],
      ],
      [
        ['ZRANGE', 'zset', 0, -1, 'WITHSCORES'],
        ['m', '1.5'],
      ],
      [['ZSCORE', 'zset', 'm'], '1.5'],
      [['SMEMBERS', 'set'], ['x']],
      [
        ['CONFIG', 'GET', 'save'],
        ['save', ''],
      ],
      [['GET', 'none'], null],
      [['LPOP', 'none', 2], null],
      [['TYPE', 'hash'], 'hash'],
    ]
    for (const [command, result] of rows) expect([command, (await rest.ask('/', command)).body]).toEqual([command, { result }])
  })

  test('with base64 all strings are in it but OK', async () => {
    await rest.redis.rpush('list', 'OK', 'é')
    const headers = { 'upstash-encoding': 'base64' }
    const body = (command: unknown[]): Promise<unknown> => rest.ask('/', command, { headers }).then((answer) => answer.body)
    expect(await body(['SET', 'k', 'OK'])).toEqual({ result: 'OK' })
    expect(await body(['LRANGE', 'list', 0, -1])).toEqual({ result: [base64('OK'), base64('é')] })
    expect(await body(['PING'])).toEqual({ result: base64('PONG') })
    expect(await body(['LLEN', 'list'])).toEqual({ result: 2 })
    expect(await body(['INCR', 'list'])).toEqual({ error: 'WRONGTYPE Operation against a key holding the wrong kind of value' })
  })

  test('with resp2 the answer is what a socket would say', async () => {
    const headers = { 'upstash-response-format': 'resp2' }
    const response = await rest.handler(requestTo('/', ['MGET', 'a', 'b'], { headers }))
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(await response.text()).toBe('*2\r\n$-1\r\n$-1\r\n')
    const error = await rest.handler(requestTo('/', ['GET'], { headers }))
    expect([error.status, await error.text()]).toEqual([400, "-ERR wrong number of arguments for 'get' command\r\n"])
    const both = await rest.handler(requestTo('/pipeline', [['SET', 'a', 1], ['INCR', 'a'], ['NO']], { headers }))
    expect(await both.text()).toBe("+OK\r\n:2\r\n-ERR unknown command 'NO', with args beginning with: \r\n")
    expect((await rest.ask('/', ['PING'], { headers: { ...headers, 'upstash-encoding': 'base64' } })).status).toBe(400)
    expect((await rest.ask('/multi-exec', [['PING']], { headers })).status).toBe(400)
    expect((await rest.ask('/', ['PING'], { headers: { 'upstash-response-format': 'resp3' } })).status).toBe(400)
  })

  test('that wait do, until there is something or the client leaves', async () => {
    const waiting = rest.ask('/', ['BLPOP', 'list', 0])
    await rest.redis.rpush('list', 'x')
    expect((await waiting).body).toEqual({ result: ['list', 'x'] })
    const client = new AbortController()
    const left = rest.ask('/blpop/list/0', undefined, { signal: client.signal })
    await expect.poll(() => rest.redis.info('clients')).toContain('blocked_clients:1')
    client.abort()
    await left
    expect(await rest.redis.info('clients')).toContain('blocked_clients:0')
  })

  test('give a sync token to clients that have one', async () => {
    const first = await rest.ask('/', ['PING'], { headers: { 'upstash-sync-token': '0' } })
    const token = first.headers.get('upstash-sync-token')
    expect(token).toMatch(/./)
    expect((await rest.ask('/', ['PING'])).headers.get('upstash-sync-token')).toBeNull()
  })
})

describe('pipelines and transactions', () => {
  test('a pipeline runs all its commands and tells of each', async () => {
    const answer = await rest.ask('/pipeline', [
      ['SET', 'k', 'v'],
      ['INCR', 'k'],
      [],
      ['GET', 'k'],
      ['BLPOP', 'none', 0.01],
      ['WATCH', 'k'],
    ])
    expect([answer.status, answer.body]).toEqual([
      200,
      [
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { error: 'ERR empty pipeline command' },
        { result: 'v' },
        { result: null },
        { error: expect.stringMatching(/^ERR Command is not available: 'WATCH'/) },
      ],
    ])
  })

  test('a transaction runs as a whole or not at all', async () => {
    const answer = await rest.ask('/multi-exec', [
      ['SET', 'k', '1'],
      ['LPUSH', 'k', 'x'],
      ['INCR', 'k'],
    ])
    expect(answer.body).toEqual([
      { result: 'OK' },
      { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' },
      { result: 2 },
    ])
    for (const wrong of [['GET'], ['MULTI'], []]) {
      const refused = await rest.ask('/multi-exec', [['SET', 'k', 'changed'], wrong])
      expect([refused.status, Object.keys(refused.body as object)]).toEqual([400, ['error']])
    }
    expect((await rest.ask('/multi-exec', [['SET', 'k', 'x'], ['GET']])).body).toEqual({
      error: 'EXECABORT Transaction discarded because of previous errors.',
    })
    expect(await rest.redis.get('k')).toBe('2')
  })
})

describe('bad input', () => {
  const PARSE = { error: 'ERR failed to parse command' }
  const PARSE_PIPELINE = { error: 'ERR failed to parse pipeline request' }
  const rows: [what: string, path: string, body: unknown, status: number, answer: unknown][] = [
    ['no JSON', '/', 'set foo bar', 400, PARSE],
    ['half of JSON', '/', '["set", "foo"', 400, PARSE],
    ['no body at all', '/', undefined, 400, PARSE],
    ['an object', '/', { command: 'PING' }, 400, PARSE],
    ['a string', '/', '"PING"', 400, PARSE],
    ['null', '/', 'null', 400, PARSE],
    ['an empty array', '/', [], 400, { error: 'ERR empty command' }],
    ['an array in a command', '/', ['SET', 'k', ['v']], 400, PARSE],
    ['an object in a command', '/', ['SET', 'k', { a: 1 }], 400, PARSE],
    ['null in a command', '/', ['SET', 'k', null], 400, PARSE],
    ['an empty name', '/', [''], 400, { error: "ERR unknown command '', with args beginning with: " }],
    ['an unknown command', '/nope/x', undefined, 400, { error: "ERR unknown command 'NOPE', with args beginning with: 'x' " }],
    ['too few arguments', '/set/k', undefined, 400, { error: "ERR wrong number of arguments for 'set' command" }],
    ['a stray percent sign', '/get/%zz', undefined, 400, PARSE],
    ['a stray percent sign in the query', '/set/k/v?EX=%', undefined, 400, PARSE],
    ['a pipeline that is none', '/pipeline', ['SET', 'k', 'v'], 400, PARSE_PIPELINE],
    [
      'a pipeline of nested arguments',
      '/pipeline',
      [
        ['SET', 'k', 'v'],
        ['SET', 'k', ['v']],
      ],
      400,
      PARSE_PIPELINE,
    ],
    ['a pipeline without JSON', '/pipeline', 'x', 400, PARSE_PIPELINE],
    ['a pipeline by GET', '/pipeline', undefined, 400, PARSE_PIPELINE],
    ['an empty pipeline', '/pipeline', [], 400, { error: 'ERR empty pipeline request' }],
    ['a transaction that is none', '/multi-exec', { 0: ['PING'] }, 400, PARSE_PIPELINE],
    ['no channel', '/subscribe', '[]', 400, { error: "ERR wrong number of arguments for 'subscribe' command" }],
    ['a stray percent sign in a channel', '/subscribe/%', '[]', 400, PARSE],
  ]
  test.each(rows)('%s', async (_what, path, body, status, answer) => {
    const given = await rest.ask(path, body)
    expect([given.status, given.body]).toEqual([status, answer])
    expect(await rest.redis.dbsize()).toBe(0)
  })

  test('whatever comes is answered in the protocol, and nothing goes wrong inside', async () => {
    const errors: unknown[] = []
    rest = await startRest({ onError: (error) => errors.push(error) })
    const word = fc.oneof(
      fc.constantFrom('get', 'SET', 'hset', 'mget', 'eval', 'xadd', 'pipeline', 'multi-exec', 'k', '%', '%00', '..', '//'),
      fc.string(),
    )
    const commands = fc.array(
      fc.oneof(fc.constantFrom('GET', 'SET', 'k', 'KEEPTTL', 1, -0, 1e300, true, null), fc.string({ unit: 'binary' }), fc.jsonValue()),
    )
    const body = fc.oneof(
      fc.constant(undefined),
      fc.string(),
      fc.uint8Array(),
      fc.oneof(commands, fc.array(commands), fc.jsonValue()).map((json) => JSON.stringify(json)),
      commands.map((json) => `bytes:${JSON.stringify(json)}`),
    )
    const headers = fc.record({
      'upstash-encoding': fc.constantFrom('', 'base64', 'x'),
      'upstash-response-format': fc.constantFrom('', 'json', 'resp2', 'x'),
      'upstash-sync-token': fc.constantFrom('', 'x'),
      authorization: fc.constantFrom('', `Bearer ${TOKEN}`, `Bearer ${READ_ONLY}`, 'Bearer x'),
    })
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE')
    const path = fc.array(word, { maxLength: 4 }).map((words) => `/${words.join('/').replaceAll(/[?#\\\t\n\r]/g, '')}`)
    await fc.assert(
      fc.asyncProperty(path, body, headers, method, async (path, body, headers, method) => {
        const sent = method === 'POST' || method === 'PUT' ? body : undefined
        const answer = await rest.ask(path, sent, { method, headers })
        expect([200, 400, 401, 405]).toContain(answer.status)
        if (method === 'HEAD' || answer.status === 405) return void expect(answer.body).toBeNull()
        const parts = Array.isArray(answer.body) ? answer.body : [answer.body]
        if (headers['upstash-response-format'] === 'resp2' && answer.status === 200) return
        if (answer.headers.get('content-type') === 'application/octet-stream') return
        for (const part of parts) expect(Object.keys(part as object)).toEqual([expect.stringMatching(/^(?:result|error)$/)])
      }),
      { seed: SEED, numRuns: 2000 },
    )
    expect(errors).toEqual([])
  })

  test('commands of a connection, and those that end the server, are not available', async () => {
    for (const command of [
      'multi',
      'exec',
      'select',
      'subscribe',
      'monitor',
      'hello',
      'reset',
      'quit',
      'auth',
      'shutdown',
      'replicaof',
      'migrate',
      'debug',
    ]) {
      const answer = await rest.ask('/', [command, '0'])
      expect([answer.status, answer.body]).toEqual([
        400,
        {
          error: `ERR Command is not available: '${command.toUpperCase()}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`,
        },
      ])
    }
    expect((await rest.ask('/client/reply/off')).status).toBe(400)
    expect((await rest.ask('/ping')).body).toEqual({ result: 'PONG' })
  })

  test('a body that is too large is not read to its end', async () => {
    rest = await startRest({ limits: { body: 1000, commands: 3 } })
    const large = { error: expect.stringMatching(/^ERR max request size exceeded. Limit: 1000 bytes/) }
    expect((await rest.ask('/', ['SET', 'k', 'x'.repeat(1000)])).body).toEqual(large)
    expect((await rest.ask('/set/k', 'x'.repeat(1001))).body).toEqual(large)
    expect((await rest.ask('/set/k', 'x'.repeat(1000))).body).toEqual({ result: 'OK' })
    const declared = await rest.ask('/', ['PING'], { headers: { 'content-length': '5000000000' } })
    expect(declared.body).toEqual({ error: 'ERR max request size exceeded. Limit: 1000 bytes, Actual: 5000000000 bytes' })
    let read = 0
    const endless = new ReadableStream({
      pull(controller) {
        read++
        controller.enqueue(new Uint8Array(100).fill(32))
      },
    })
    const request = new Request('http://rest.test/', {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { authorization: `Bearer ${TOKEN}` },
    } as RequestInit)
    expect(await (await rest.handler(request)).json()).toEqual(large)
    expect(read).toBeLessThan(20)
    const many = await rest.ask('/pipeline', [['PING'], ['PING'], ['PING'], ['PING']])
    expect([many.status, many.body]).toEqual([400, { error: 'ERR max pipeline size exceeded. Limit: 3 commands, Actual: 4 commands' }])
  })

  test('other methods get 405', async () => {
    for (const method of ['DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await rest.ask('/get/foo', undefined, { method })
      expect([method, answer.status, answer.body, answer.headers.get('allow')]).toEqual([method, 405, null, 'HEAD, GET, POST, PUT'])
    }
  })
})

describe('tokens', () => {
  test('nobody gets in without one', async () => {
    const rows: [path: string, authorization: string][] = [
      ['/ping', ''],
      ['/ping', 'Bearer'],
      ['/ping', 'Bearer '],
      ['/ping', `Bearer ${TOKEN}x`],
      ['/ping', `Bearer ${TOKEN.slice(0, -1)}`],
      ['/ping', `Bearer ${TOKEN.toUpperCase()}`],
      ['/ping', `Basic ${TOKEN}`],
      ['/ping', TOKEN],
      ['/ping?_token=', ''],
      ['/ping?_token=wrong', `Bearer ${TOKEN}`],
      ['/subscribe/x', ''],
      ['/%', ''],
    ]
    for (const [path, authorization] of rows) {
      const answer = await rest.ask(path, undefined, { headers: { authorization } })
      expect([path, authorization, answer.status, answer.body]).toEqual([
        path,
        authorization,
        401,
        { error: 'WRONGPASS invalid or missing auth token' },
      ])
    }
    const method = await rest.ask('/ping', undefined, { method: 'DELETE', headers: { authorization: '' } })
    expect(method.status).toBe(401)
  })

  test('may stand in the query', async () => {
    const headers = { authorization: '' }
    expect((await rest.ask(`/set/k/v?_token=${TOKEN}&EX=10`, undefined, { headers })).body).toEqual({ result: 'OK' })
    expect((await rest.ask(`/ttl/k?_token=${TOKEN}`, undefined, { headers })).body).toEqual({ result: 10 })
  })

  test('must not be empty or the same', async () => {
    const { redis } = rest
    expect(() => createRestHandler(redis, { token: '' })).toThrow('createRestHandler needs a token')
    expect(() => createRestHandler(redis, {} as never)).toThrow(TypeError)
    expect(() => createRestHandler(redis, { token: 'a', readOnlyToken: 'a' })).toThrow('must differ')
    expect(() => createRestHandler(redis, { token: 'a', readOnlyToken: '' })).toThrow('must not be empty')
  })

  test('for reading only read', async () => {
    const headers = { authorization: `Bearer ${READ_ONLY}` }
    await rest.redis.set('k', 'v')
    await rest.redis.rpush('list', 'x')
    const reads = [
      ['GET', 'k'],
      ['MGET', 'k', 'l'],
      ['HGETALL', 'h'],
      ['LRANGE', 'list', 0, -1],
      ['TTL', 'k'],
      ['PING'],
      ['EXISTS', 'k'],
      ['OBJECT', 'ENCODING', 'k'],
      ['MEMORY', 'USAGE', 'k'],
      ['ECHO', 'x'],
    ]
    for (const command of reads) expect([command, (await rest.ask('/', command, { headers })).status]).toEqual([command, 200])
    const others = [
      'SET k x',
      'DEL k',
      'KEYS *',
      'SCAN 0',
      'FLUSHALL',
      'CONFIG GET *',
      'SORT list',
      'BLPOP list 0',
      'PUBLISH c m',
      'GETDEL k',
      'SAVE',
    ]
    for (const line of others) {
      const answer = await rest.ask(`/${line.split(' ').join('/')}`, undefined, { headers })
      const error = `NOPERM this user has no permissions to run the '${line.split(' ')[0].toLowerCase()}' command`
      expect([line, answer.status, answer.body]).toEqual([line, 400, { error }])
    }
    const pipeline = await rest.ask(
      '/pipeline',
      [
        ['GET', 'k'],
        ['SET', 'k', 'x'],
      ],
      { headers },
    )
    expect(pipeline.body).toEqual([{ result: 'v' }, { error: "NOPERM this user has no permissions to run the 'set' command" }])
    const transaction = await rest.ask(
      '/multi-exec',
      [
        ['GET', 'k'],
        ['SET', 'k', 'x'],
      ],
      { headers },
    )
    expect([transaction.status, transaction.body]).toEqual([400, { error: "NOPERM this user has no permissions to run the 'set' command" }])
    for (const path of ['/subscribe/c', '/psubscribe/c', '/monitor']) expect((await rest.ask(path, '[]', { headers })).status).toBe(400)
    expect(await rest.redis.get('k')).toBe('v')
  })
})

describe('event streams', () => {
  /** Reads events as they come. */
  async function* eventsOf(response: Response): AsyncGenerator<string> {
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        yield text.slice(0, end)
        text = text.slice(end + 2)
      }
    }
  }
  const next = async (events: AsyncGenerator<string>): Promise<string | undefined> => {
    const { value, done } = await events.next()
    return done === true ? undefined : value
  }

  test('SUBSCRIBE and PSUBSCRIBE show messages until the client leaves', async () => {
    for (const [path, first, message] of [
      ['/subscribe/news', 'data: subscribe,news,1', 'data: message,news,hello'],
      ['/psubscribe/n*', 'data: psubscribe,n*,1', 'data: pmessage,n*,news,hello'],
    ]) {
      const response = await rest.handler(requestTo(path, '[]'))
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
      const events = eventsOf(response)
      expect(await next(events)).toBe(first)
      expect(await rest.redis.publish('news', 'hello')).toBe(1)
      expect(await next(events)).toBe(message)
      await events.return(undefined)
      await expect.poll(() => rest.redis.publish('news', 'gone')).toBe(0)
    }
  })

  test('several channels share a stream', async () => {
    const events = eventsOf(await rest.handler(requestTo('/subscribe/a/b%2Fc')))
    expect([await next(events), await next(events)]).toEqual(['data: subscribe,a,1', 'data: subscribe,b/c,2'])
    await rest.redis.publish('b/c', '1,2')
    expect(await next(events)).toBe('data: message,b/c,1,2')
    await events.return(undefined)
  })

  test('a message of several lines stays one event', async () => {
    const events = eventsOf(await rest.handler(requestTo('/subscribe/c')))
    await next(events)
    await rest.redis.publish('c', 'one\ntwo\r\n three')
    expect(await next(events)).toBe('data: message,c,one\ndata:two\ndata:  three')
    await events.return(undefined)
  })

  test('in base64 a message keeps its bytes', async () => {
    const response = await rest.handler(requestTo('/subscribe/c', '[]', { headers: { 'isodis-events': 'base64' } }))
    expect(response.headers.get('isodis-events')).toBe('base64')
    const events = eventsOf(response)
    await next(events)
    await rest.redis.publish('c', Uint8Array.of(0, 255, 10))
    expect(await next(events)).toBe(`data: message,${btoa('c')},${btoa('\0\xff\n')}`)
    await events.return(undefined)
  })

  test('an aborted request ends its stream', async () => {
    const client = new AbortController()
    const response = await rest.handler(requestTo('/subscribe/c', '[]', { signal: client.signal }))
    expect(await rest.redis.publish('c', 'x')).toBe(1)
    client.abort()
    expect(await rest.redis.publish('c', 'x')).toBe(0)
    await response.text()
  })

  test('MONITOR shows every command', async () => {
    const events = eventsOf(await rest.handler(requestTo('/monitor', '[]')))
    expect(await next(events)).toBe('data: "OK"')
    await rest.redis.set('k', 'a "b"')
    expect(await next(events)).toMatch(/^data: \d+\.\d{6} \[0 .*\] "SET" "k" "a \\"b\\""$/)
    await events.return(undefined)
  })

  test('one that is not read is cut off, and their number is bounded', async () => {
    rest = await startRest({ limits: { streams: 1, buffer: 1000 } })
    const slow = await rest.handler(requestTo('/subscribe/c'))
    const second = await rest.ask('/subscribe/c')
    expect([second.status, second.body]).toEqual([400, { error: 'ERR max concurrent connections exceeded' }])
    for (let i = 0; i < 20; i++) await rest.redis.publish('c', 'x'.repeat(100))
    expect(await rest.redis.publish('c', 'x')).toBe(0)
    await expect(slow.text()).rejects.toThrow('the client does not read its events')
    const free = await rest.handler(requestTo('/subscribe/c'))
    expect(free.status).toBe(200)
    await free.body!.cancel()
  })

  test('the end of the engine ends them', async () => {
    const events = eventsOf(await rest.handler(requestTo('/subscribe/c')))
    await next(events)
    await rest.redis.close()
    expect((await rest.ask('/ping')).body).toEqual({ error: 'ERR The client is closed' })
    await events.return(undefined)
  })
})

describe('CORS', () => {
  const headers = { origin: 'https://app.example' }
  const allowed = (answer: { headers: Headers }): string | null => answer.headers.get('access-control-allow-origin')

  test('is off unless asked for', async () => {
    expect(allowed(await rest.ask('/ping', undefined, { headers }))).toBeNull()
    expect((await rest.ask('/ping', undefined, { headers, method: 'OPTIONS' })).status).toBe(405)
  })

  test('lets in the origins that are named, or all', async () => {
    rest = await startRest({ cors: ['https://app.example'] })
    expect(allowed(await rest.ask('/ping', undefined, { headers }))).toBe('https://app.example')
    expect(allowed(await rest.ask('/ping', undefined, { headers: { origin: 'https://evil.example' } }))).toBeNull()
    const asked = { ...headers, 'access-control-request-headers': 'authorization', authorization: '' }
    const preflight = await rest.ask('/ping', undefined, { method: 'OPTIONS', headers: asked })
    expect([preflight.status, allowed(preflight), preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'https://app.example',
      'authorization',
    ])
    const refused = await rest.ask('/ping', undefined, { headers: { ...headers, authorization: '' } })
    expect([refused.status, allowed(refused)]).toEqual([401, 'https://app.example'])
    rest = await startRest({ cors: true })
    expect(allowed(await rest.ask('/ping', undefined, { headers }))).toBe('*')
  })
})

describe('a backend that fails', () => {
  /** The engine's, with some of it replaced. */
  const broken = (replaced: Partial<Backend>, onError?: (error: unknown) => void): Promise<Rest> =>
    startRest({
      served: ({ backend }) =>
        new Redis(Object.assign(Object.create(backend) as Backend, { capabilities: backend.capabilities }, replaced), asText),
      ...(onError === undefined ? {} : { onError }),
    })

  test('is a 500 without its words, which only the owner gets', async () => {
    const cause = new Error('connect ECONNREFUSED 10.0.0.7:6379')
    const errors: unknown[] = []
    const gone = {
      call: async () => unreachable(cause),
      batch: async () => {
        throw cause
      },
    }
    rest = await broken(gone, (error) => errors.push(error))
    const rows = [await rest.ask('/ping'), await rest.ask('/pipeline', [['PING']]), await rest.ask('/multi-exec', [['PING']])]
    expect(rows.map(({ status }) => status)).toEqual([500, 500, 500])
    for (const { body } of rows) expect(JSON.stringify(body)).not.toContain('10.0.0.7')
    expect(rows[0].body).toEqual({ error: 'ERR the database cannot be reached' })
    expect(errors).toEqual([cause, cause, cause])
  })

  test('an error in its code is a 500 without a stack', async () => {
    rest = await broken({
      call: () => {
        throw new TypeError('secret at /home/me/app.js:3')
      },
    })
    expect(await rest.ask('/ping')).toMatchObject({ status: 500, body: { error: 'ERR internal error' } })
  })
})

test('a mounted handler knows its path', async () => {
  rest = await startRest({ path: '/api/redis/' })
  expect((await rest.ask('/api/redis/set/k/v')).body).toEqual({ result: 'OK' })
  expect((await rest.ask('/api/redis', ['GET', 'k'])).body).toEqual({ result: 'v' })
  expect((await rest.ask('/get/k')).body).toEqual({ result: 'v' })
})
