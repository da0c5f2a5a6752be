// DUMP and RESTORE beside redis-server: the same commands get the same replies.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import { dump } from '../../../src/core/persistence/commands-dump.ts'
import { dumpValue } from '../../../src/core/persistence/rdb/dump.ts'
import { Hash } from '../../../src/core/engine/values.ts'
import type { Session } from '../../../src/core/engine/session.ts'
import { type Reply, ReplyError, Status } from '../../../src/core/reply.ts'
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts'
import { plain, RespClient } from '../../support/resp-client.ts'

let server: RedisServer
let client: RespClient
let engine: Engine
let session: Session
let now = 1_800_000_000_000

beforeAll(async () => {
  server = await startRedisServer()
  client = await RespClient.connect({ path: server.path })
})
afterAll(async () => {
  client?.close()
  await server?.stop()
})
beforeEach(async () => {
  await client.call('FLUSHALL')
  const table = new CommandTable([...groups, dump])
  const clock = { now: () => now, after: () => null, soon: () => {} }
  engine = new Engine({ table, clock, random: Math.random, log: () => {} })
  session = engine.connect({})
})

function shown(reply: Reply): unknown {
  if (reply instanceof ReplyError) return { error: reply.text }
  return reply instanceof Status ? reply.text : reply
}

const call = async (...argv: string[]): Promise<unknown> => shown(await session.execute(argv))

/** Both must reply the same. */
async function alike(...argv: string[]): Promise<unknown> {
  const reply = await call(...argv)
  expect(reply).toEqual(plain(await client.call(...argv)))
  return reply
}

const HELLO = '\x00\x05hello\x0a\x00cr\xdfve4 \x0a'
const damaged = `${HELLO.slice(0, -1)}x`

describe('beside redis-server', () => {
  test('DUMP gives a payload, null where there is no key', async () => {
    await alike('SET', 'a', 'hello')
    expect(await alike('DUMP', 'a')).toBe(HELLO)
    expect(await alike('DUMP', 'none')).toBe(null)
  })

  test('RESTORE makes the key again', async () => {
    expect(await alike('RESTORE', 'key', '0', HELLO)).toBe('OK')
    expect(await alike('GET', 'key')).toBe('hello')
    expect(await alike('PTTL', 'key')).toBe(-1)
  })

  test.each([
    [['0', HELLO], 'a key that exists'],
    [['x', HELLO], 'no number, but the key exists'],
    [['-1', HELLO, 'REPLACE'], 'a negative time'],
    [['x', HELLO, 'REPLACE'], 'a time that is no number'],
    [['0', HELLO, 'REPLACE', 'IDLETIME'], 'no idle time'],
    [['0', HELLO, 'REPLACE', 'IDLETIME', 'x'], 'an idle time that is no number'],
    [['0', HELLO, 'replace', 'idletime', '-1'], 'a negative idle time'],
    [['0', HELLO, 'REPLACE', 'FREQ', '256'], 'a frequency too high'],
    [['0', HELLO, 'REPLACE', 'FREQ', '-1'], 'a negative frequency'],
    [['0', HELLO, 'REPLACE', 'FREQ', '1', 'IDLETIME', '1'], 'both'],
    [['0', HELLO, 'REPLACE', 'IDLETIME', '1', 'FREQ', '1'], 'both, the other way round'],
    [['0', HELLO, 'REPLACE', 'SOMETHING'], 'an unknown option'],
    [['-1', damaged, 'REPLACE'], 'a negative time with a damaged payload'],
    [['0', damaged, 'REPLACE'], 'a damaged payload'],
    [['0', '', 'REPLACE'], 'no payload'],
    [['0', 'short', 'REPLACE'], 'a payload that is too short'],
    [['0', `${HELLO.slice(0, -8)}\0\0\0\0\0\0\0\0`, 'REPLACE'], 'a payload without a checksum'],
    [[], 'too few arguments'],
  ])('an error changes nothing: %j (%s)', async (rest) => {
    await alike('SET', 'key', 'before')
    expect(await alike('RESTORE', 'key', ...rest)).toEqual({ error: expect.any(String) as string })
    await alike('GET', 'key')
  })

  test('REPLACE takes the place of a key and its expiry', async () => {
    await alike('RPUSH', 'key', 'a')
    await alike('EXPIRE', 'key', '100')
    expect(await alike('RESTORE', 'key', '0', HELLO, 'REPLACE')).toBe('OK')
    expect(await alike('GET', 'key')).toBe('hello')
    expect(await alike('TTL', 'key')).toBe(-1)
  })

  test('ABSTTL gives the time since 1970; a time that has passed leaves no key', async () => {
    await alike('RESTORE', 'key', '4102444800000', HELLO, 'ABSTTL')
    expect(await alike('PEXPIRETIME', 'key')).toBe(4_102_444_800_000)
    expect(await alike('RESTORE', 'key', '1', HELLO, 'ABSTTL', 'REPLACE')).toBe('OK')
    expect(await alike('EXISTS', 'key')).toBe(0)
    expect(await alike('RESTORE', 'key', '1', HELLO, 'ABSTTL')).toBe('OK')
    expect(await alike('EXISTS', 'key')).toBe(0)
  })

  test('IDLETIME and FREQ set what OBJECT tells', async () => {
    await alike('RESTORE', 'key', '0', HELLO, 'IDLETIME', '1000')
    expect(await call('OBJECT', 'IDLETIME', 'key')).toBe(1000)
    // A second may be over by then.
    expect(plain(await client.call('OBJECT', 'IDLETIME', 'key'))).toBeOneOf([1000, 1001, 1002, 1003])
    await alike('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu', 'lfu-decay-time', '0')
    await alike('RESTORE', 'other', '0', HELLO, 'FREQ', '77')
    expect(await alike('OBJECT', 'FREQ', 'other')).toBe(77)
    await alike('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'lfu-decay-time', '1')
  })
})

describe('alone', () => {
  test('a time is from now, in milliseconds', async () => {
    await call('RESTORE', 'key', '1500', HELLO)
    expect(await call('PTTL', 'key')).toBe(1500)
    now += 1500
    expect(await call('EXISTS', 'key')).toBe(0)
  })

  test('a hash keeps the expiry of its fields, and they expire', async () => {
    const hash = new Hash()
    hash.put('stays', '1')
    hash.put('goes', '2')
    hash.setExpiry(1, now + 1000)
    await call('RESTORE', 'key', '0', dumpValue(hash))
    expect(await call('HLEN', 'key')).toBe(2)
    now += 1000
    expect(await call('HGET', 'key', 'goes')).toBe(null)
    expect(await call('HGET', 'key', 'stays')).toBe('1')
  })

  test('a change is counted, and WATCH hears of it', async () => {
    const before = engine.dirty
    const other = engine.connect({})
    await session.execute(['WATCH', 'key'])
    await other.execute(['RESTORE', 'key', '0', HELLO])
    expect(engine.dirty - before).toBe(1)
    await session.execute(['MULTI'])
    await session.execute(['PING'])
    expect(await call('EXEC')).toEqual(expect.not.arrayContaining(['PONG']))
  })
})

test('RESTORE refuses a field that expires later than Redis can tell', () => {
  const restored = (at: number): unknown => {
    const hash = new Hash()
    hash.insert('never', '1')
    hash.setExpiry(hash.insert('field', '2'), at)
    return shown(session.execute(['RESTORE', 'hash', '0', dumpValue(hash), 'REPLACE']) as Reply)
  }
  expect(restored(2 ** 48 - 1)).toBe('OK')
  expect(session.execute(['HPEXPIRETIME', 'hash', 'FIELDS', '2', 'field', 'never'])).toEqual([2 ** 48 - 1, -1])
  expect(restored(2 ** 48)).toEqual({ error: 'ERR Bad data format' })
})
