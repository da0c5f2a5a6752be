// MIGRATE between engines and real redis-servers: what moves, what stays, and what is said.
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, type Server, start } from './servers.ts'

const kinds = ['redis', 'engine'] as const

describe.each(kinds.flatMap((from) => kinds.map((to) => [from, to] as const)))('from %s to %s', (from, to) => {
  let source: Server
  let target: Server
  beforeAll(async () => {
    source = await start[from]()
    target = await start[to]()
  })
  afterAll(async () => {
    await source?.stop()
    await target?.stop()
  })

  test('keys move with their expiries; those that are there already stay, unless they are to be replaced', async () => {
    const move = (...rest: string[]): Promise<unknown> => ask(source, 'MIGRATE', '127.0.0.1', String(target.port), ...rest)
    await source.client.pipeline([
      ['SET', 'a', '1', 'PX', '100000'],
      ['RPUSH', 'l', 'x', 'y'],
      ['ZADD', 'z', '1.5', 'm'],
      ['HSET', 'h', 'f', 'v'],
      ['SET', 'both', 'source'],
      ['SET', 'copied', '1'],
    ])
    await ask(target, 'SET', 'both', 'target')
    expect([
      await move('missing', '0', '5000'),
      await move('a', '0', '5000'),
      await move('', '0', '5000', 'KEYS', 'l', 'z', 'missing', 'h'),
      await move('both', '0', '5000'),
      await move('', '0', '5000', 'KEYS', 'both', 'copied'),
      await move('both', '3', '5000', 'COPY'),
      await move('both', '0', '5000', 'REPLACE'),
      await move('a', '0', '5000', 'KEYS', 'a'),
      await move('a', '0', 'x'),
      await move('copied', '0', '5000', 'AUTH'),
      await move('copied', '0', '5000', 'NONSENSE'),
    ]).toEqual([
      'NOKEY',
      'OK',
      'OK',
      { error: expect.stringMatching(/^ERR Target instance replied with error: BUSYKEY/) },
      { error: expect.stringMatching(/^ERR Target instance replied with error: BUSYKEY/) },
      'OK',
      'OK',
      { error: 'ERR When using MIGRATE KEYS option, the key argument must be set to the empty string' },
      { error: 'ERR value is not an integer or out of range' },
      { error: 'ERR syntax error' },
      { error: 'ERR syntax error' },
    ])
    expect(await ask(source, 'KEYS', '*')).toEqual([])
    expect(Number(await ask(target, 'PTTL', 'a'))).toBeGreaterThan(50_000)
    expect(await ask(target, 'LRANGE', 'l', '0', '-1')).toEqual(['x', 'y'])
    expect(await ask(target, 'ZSCORE', 'z', 'm')).toBe('1.5')
    expect(await ask(target, 'HGET', 'h', 'f')).toBe('v')
    expect(await ask(target, 'MGET', 'both', 'copied')).toEqual(['source', '1'])
    await ask(target, 'SELECT', '3')
    expect(await ask(target, 'GET', 'both')).toBe('source')
    await ask(target, 'SELECT', '0')
  })

  test('gives the password that it is told, and leaves the key where that is wrong', async () => {
    await using target = await start[to]()
    await ask(target, 'CONFIG', 'SET', 'requirepass', 'secret')
    const move = (...auth: string[]): Promise<unknown> =>
      ask(source, 'MIGRATE', '127.0.0.1', String(target.port), 'p', '0', '5000', ...auth)
    await ask(source, 'SET', 'p', '1')
    expect(await move()).toEqual({ error: expect.stringMatching(/^ERR Target instance replied with error: NOAUTH/) })
    expect(await move('AUTH', 'wrong')).toEqual({ error: expect.stringMatching(/^ERR Target instance replied with error: WRONGPASS/) })
    expect(await ask(source, 'GET', 'p')).toBe('1')
    expect(await move('AUTH2', 'default', 'secret')).toBe('OK')
    expect(await ask(source, 'EXISTS', 'p')).toBe(0)
  })
})

test.each(kinds)('%s: a target that is not there, that says nothing, or that is no Redis: the key stays', async (kind) => {
  await using source = await start[kind]()
  await ask(source, 'SET', 'a', '1')
  const sockets: { destroy(): void }[] = []
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  expect(await ask(source, 'MIGRATE', '127.0.0.1', String(port), 'a', '0', '200')).toEqual({
    error: 'IOERR error or timeout reading to target instance',
  })
  silent.close()
  for (const socket of sockets) socket.destroy()
  expect(await ask(source, 'MIGRATE', '127.0.0.1', '1', 'a', '0', '200')).toEqual({
    error: expect.stringMatching(/^IOERR error or timeout/),
  })
  expect(await ask(source, 'GET', 'a')).toBe('1')
})

test.each(kinds)('%s: SLOWLOG shows no password', async (kind) => {
  await using source = await start[kind]()
  await ask(source, 'CONFIG', 'SET', 'slowlog-log-slower-than', '0')
  await ask(source, 'SLOWLOG', 'RESET')
  for (const [key, ...rest] of [
    ['keys', 'AUTH', 'secret'],
    ['', 'copy', 'auth2', 'ann', 'secret', 'REPLACE'],
    ['', 'AUTH', 'auth2', 'KEYS', 'auth', 'b'],
    ['a', 'AUTH', 'secret', 'AUTH2', 'ann', 'secret'],
  ]) {
    await ask(source, 'MIGRATE', '127.0.0.1', '1', key, '0', '5000', ...rest)
  }
  await ask(source, 'HELLO', '2', 'SETNAME', 'auth', 'AUTH', 'ann', 'secret')
  const log = (await ask(source, 'SLOWLOG', 'GET')) as [number, number, number, string[]][]
  expect(log.flatMap(([, , , words]) => (/^(MIGRATE|HELLO)$/.test(words[0]) ? [words.slice(words[0] === 'HELLO' ? 2 : 6)] : []))).toEqual([
    ['SETNAME', 'auth', 'AUTH', '(redacted)', '(redacted)'],
    ['AUTH', '(redacted)', 'AUTH2', '(redacted)', '(redacted)'],
    ['AUTH', '(redacted)', 'KEYS', 'auth', 'b'],
    ['copy', 'auth2', '(redacted)', '(redacted)', 'REPLACE'],
    ['AUTH', '(redacted)'],
  ])
})
