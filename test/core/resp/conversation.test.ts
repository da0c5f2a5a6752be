// What goes to one connection before what goes to another, and what ends one.
import { describe, expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'
import { createTestRedis } from '../../../src/adapters/testing.ts'
import { admin } from '../../../src/core/admin/admin.ts'
import { Conversation } from '../../../src/core/resp/conversation.ts'

test('a message is on its way to its subscribers before who published it gets the reply', async () => {
  const redis = await createRedis()
  const sent: string[] = []
  const connect = (name: string): ((line: string) => void) => {
    const send = (bytes: string): void => void sent.push(`${name}: ${bytes.trim().split('\r\n').at(-1)}`)
    const carrier = { full: false, backlog: 0, send, end: () => {}, destroy: () => {} }
    const conversation = new Conversation(redis.engine, carrier, { address: '', local: '', isLocal: true })
    return (line) => conversation.receive(new TextEncoder().encode(`${line}\r\n`))
  }
  const [first, second, publisher] = ['first', 'second', 'publisher'].map(connect)
  first('SUBSCRIBE news')
  second('SUBSCRIBE news')
  publisher('PUBLISH news one\r\nPUBLISH news two')
  expect(sent).toEqual(['first: :1', 'second: :1', 'first: two', 'second: two', 'publisher: :2'])
  await redis.publish('news', 'three')
  expect(sent.slice(5)).toEqual(['first: three', 'second: three'])
  await redis.close()
})

test('INFO counts those that were cut off, for sending too much and for not reading (Redis 7.2)', async () => {
  const config = { 'client-query-buffer-limit': '1mb', 'client-output-buffer-limit': 'normal 1mb 0 0' }
  await using redis = await createRedis({ admin, config })
  let destroyed = 0
  const connect = (): ((text: string) => void) => {
    const carrier = { full: false, backlog: 2 ** 20, send: () => {}, end: () => {}, destroy: () => void destroyed++ }
    const conversation = new Conversation(redis.engine, carrier, { address: '', local: '', isLocal: true })
    return (text) => conversation.receive(new TextEncoder().encode(text))
  }
  connect()(`*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1048576\r\n${'x'.repeat(2 ** 20)}\r\n`)
  expect(await redis.get('a')).toBe(null)
  for (const send of [connect(), connect()]) send('PING\r\n')
  expect(destroyed).toBe(3)
  expect(await redis.info('stats')).toContain(
    'client_query_buffer_limit_disconnections:1\r\nclient_output_buffer_limit_disconnections:2\r\n',
  )
})

test.each([
  ['slave 1 0 0', false],
  ['normal 1mb 0 0', true],
])('MONITOR has the output limits of ordinary clients, not those of replicas: %s', async (limits, cutOff) => {
  await using redis = await createRedis({ admin, config: { 'client-output-buffer-limit': limits } })
  let destroyed = false
  const carrier = { full: false, backlog: 2 ** 20, send: () => {}, end: () => {}, destroy: () => void (destroyed = true) }
  const conversation = new Conversation(redis.engine, carrier, { address: '', local: '', isLocal: true })
  conversation.receive(new TextEncoder().encode('MONITOR\r\n'))
  await redis.get('a')
  expect(destroyed).toBe(cutOff)
})

describe('the soft output limit', () => {
  const waitingClient = async (limit: string) => {
    const redis = await createTestRedis({ config: { 'client-output-buffer-limit': limit } })
    let destroyed = false
    const carrier = { full: false, backlog: 2000, send: () => {}, end: () => {}, destroy: () => void (destroyed = true) }
    const conversation = new Conversation(redis.engine, carrier, { address: '', local: '', isLocal: true })
    conversation.receive(new TextEncoder().encode('PING\r\n'))
    const cutOffAfter = async (ms: number): Promise<boolean> => {
      await redis.clock.advance(ms)
      return destroyed
    }
    return { redis, carrier, cutOffAfter }
  }

  test('does not end a connection that has read in time', async () => {
    const { redis, carrier, cutOffAfter } = await waitingClient('normal 0 1000 10')
    expect(await cutOffAfter(9_000)).toBe(false)
    carrier.backlog = 0
    expect(await cutOffAfter(60_000)).toBe(false)
    await redis.close()
  })

  test('that CONFIG SET changes holds at once for those who wait already', async () => {
    const raised = await waitingClient('normal 0 1000 10')
    await raised.redis.configSet({ 'client-output-buffer-limit': 'normal 0 5000 10' })
    expect(await raised.cutOffAfter(60_000)).toBe(false)

    const longer = await waitingClient('normal 0 1000 10')
    await longer.redis.configSet({ 'client-output-buffer-limit': 'normal 0 1000 30' })
    expect(await longer.cutOffAfter(29_000)).toBe(false)
    expect(await longer.cutOffAfter(2_000)).toBe(true)

    const lowered = await waitingClient('normal 0 5000 10')
    await lowered.redis.configSet({ 'client-output-buffer-limit': 'normal 0 1000 10' })
    expect(await lowered.cutOffAfter(9_000)).toBe(false)
    expect(await lowered.cutOffAfter(2_000)).toBe(true)

    for (const { redis } of [raised, longer, lowered]) await redis.close()
  })
})

test('what the commands of EXEC publish to their own connection comes behind its reply (Redis 7.2)', async () => {
  await using redis = await createRedis()
  let sent = ''
  const carrier = { full: false, backlog: 0, send: (bytes: string) => void (sent += bytes), end: () => {}, destroy: () => {} }
  const conversation = new Conversation(redis.engine, carrier, { address: '', local: '', isLocal: true })
  const say = (...lines: string[]): string => {
    sent = ''
    conversation.receive(new TextEncoder().encode(lines.map((line) => `${line}\r\n`).join('')))
    return sent.replaceAll('\r\n', ' ')
  }
  say('HELLO 3', 'MULTI')
  say('SUBSCRIBE news', 'PUBLISH news one', 'PING')
  expect(say('EXEC')).toBe('*3 >3 $9 subscribe $4 news :1 :1 +PONG >3 $7 message $4 news $3 one ')
  expect(say('MULTI', 'PUBLISH news two', 'PUBLISH news three', 'EXEC', 'PING')).toBe(
    '+OK +QUEUED +QUEUED *2 :1 :1 >3 $7 message $4 news $3 two >3 $7 message $4 news $5 three +PONG ',
  )
})
