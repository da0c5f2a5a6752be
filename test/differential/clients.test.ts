// Connections that act on others: CLIENT KILL by every filter, on redis-server and on the engine, over TCP for the addresses.
// And CLIENT NO-TOUCH, which redis-server 7.0 does not know.
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveEngine, type RespServer } from '../../src/adapters/serve/resp-server.ts'
import { createTestRedis } from '../../src/adapters/testing.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { newEngine } from '../support/engine-server.ts'
import { REDIS_SERVER } from '../support/executables.ts'
import { killed, onFreePorts, type Started } from '../support/redis-ports.ts'
import { plain, RespClient } from '../support/resp-client.ts'

let redis: Started
let engine: RespServer
let ports: number[]
beforeAll(async () => {
  const options = ['--bind', '127.0.0.1', '--save', '', '--dir', tmpdir()]
  redis = await onFreePorts(1, 1, (port) => spawn(REDIS_SERVER, ['--port', String(port), ...options], { stdio: 'ignore' }))
  redis.clients[0].close()
  engine = await serveEngine(newEngine(), { port: 0 })
  ports = [redis.ports[0][0], engine.port]
})
afterAll(async () => {
  await engine?.close()
  if (redis !== undefined) await killed(redis.servers[0])
})

/** Kills in a scene of three connections: the one that kills, a subscriber and another. `$word` stands for a fact about one. */
const SCENES = [
  'ID $other',
  'ID $self',
  'ID $self SKIPME no',
  'ID 0',
  'ID -1',
  'ID x',
  'ID 999999',
  'ID',
  'TYPE pubsub',
  'TYPE normal',
  'TYPE normal SKIPME no',
  'TYPE replica',
  'TYPE master',
  'TYPE nonsense',
  'ADDR $otherAddr',
  'ADDR 1.2.3.4:5',
  'LADDR $laddr',
  'LADDR $laddr SKIPME no',
  'USER default',
  'USER nobody',
  'SKIPME yes',
  'SKIPME maybe',
  'ID $other TYPE pubsub',
  'ID $other ID $subscriber',
  'ID $other ID 999999',
  'ID $subscriber TYPE pubsub ADDR $subscriberAddr LADDR $laddr USER default SKIPME yes',
  'ID $other NONSENSE x',
  '$otherAddr',
  '1.2.3.4:5',
  '$selfAddr',
]

async function play(port: number, scene: string): Promise<unknown> {
  const connect = (): Promise<RespClient> => RespClient.connect({ port, host: '127.0.0.1' })
  const [self, other, subscriber] = [await connect(), await connect(), await connect()]
  const facts: Record<string, string> = {}
  for (const [name, client] of Object.entries({ self, other, subscriber })) {
    const info = plain(await client.call('CLIENT', 'INFO')) as string
    facts[name] = /id=(\d+)/.exec(info)![1]
    facts[`${name}Addr`] = / addr=(\S+)/.exec(info)![1]
    facts['laddr'] = / laddr=(\S+)/.exec(info)![1]
  }
  await subscriber.call('SUBSCRIBE', 'channel')
  const words = scene.split(' ').map((word) => (word[0] === '$' ? facts[word.slice(1)] : word))
  const reply = await self.call('CLIENT', 'KILL', ...words).then(plain, () => 'closed')
  const left: string[] = []
  for (const [name, client] of Object.entries({ self, other, subscriber })) {
    // A subscriber may say PING, and gets an array.
    await client.call('PING').then(() => left.push(name), () => {}) // prettier-ignore
    client.close()
  }
  return { reply, left }
}

test.for(SCENES)('CLIENT KILL %s', async (scene) => {
  // One after the other: a kill of all connections is for those of its own scene.
  const wanted = await play(ports[0], scene)
  expect(await play(ports[1], scene)).toEqual(wanted)
})

test('CLIENT LIST ID shows those that there are, in the order in which they were asked for', async () => {
  const shown = await Promise.all(
    ports.map(async (port) => {
      const clients = await Promise.all([1, 2, 3].map(() => RespClient.connect({ port, host: '127.0.0.1' })))
      const ids = (await Promise.all(clients.map((client) => client.call('CLIENT', 'ID')))).map((id) => String(plain(id)))
      const list = plain(await clients[0].call('CLIENT', 'LIST', 'ID', ids[2], '999999', ids[0], ids[2])) as string
      for (const client of clients) client.close()
      return [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => ids.indexOf(id))
    }),
  )
  expect(shown[1]).toEqual(shown[0])
  expect(shown[0]).toEqual([2, 0, 2])
})

test('CLIENT KILL MAXAGE (Redis 7.4) closes those that are connected for so many seconds', async () => {
  const client = await RespClient.connect({ port: ports[1], host: '127.0.0.1' })
  for (const age of ['x', '1.5', '9999999999999999999'])
    expect(plain(await client.call('CLIENT', 'KILL', 'MAXAGE', age))).toEqual({ error: 'ERR maxage is not an integer or out of range' })
  for (const age of ['0', '-1'])
    expect(plain(await client.call('CLIENT', 'KILL', 'MAXAGE', age, 'SKIPME', 'no'))).toEqual({
      error: 'ERR maxage should be greater than 0',
    })
  client.close()
  const redis = await createTestRedis()
  const killed: string[] = []
  const old = redis.engine.connect({ onKill: () => void killed.push('old') })
  await redis.clock.advance(1000)
  redis.engine.connect({ onKill: () => void killed.push('young') })
  await redis.clock.advance(999)
  expect(old.execute(['CLIENT', 'KILL', 'MAXAGE', '2'])).toBe(0)
  const self = redis.engine.connect()
  expect(self.execute(['CLIENT', 'KILL', 'MAXAGE', '2'])).toBe(0)
  await redis.clock.advance(1)
  expect(self.execute(['CLIENT', 'KILL', 'MAXAGE', '2'])).toBe(1)
  expect(killed).toEqual(['old'])
})

test('with CLIENT NO-TOUCH (Redis 7.2) a connection leaves no trace on the keys it reads, but for TOUCH', async () => {
  const redis = await createTestRedis({ lua })
  const session = redis.engine.connect()
  await redis.set('key', 1)
  await redis.clock.advance(10_000)
  session.execute(['CLIENT', 'NO-TOUCH', 'on'])
  session.execute(['GET', 'key'])
  expect(await redis.objectIdletime('key')).toBe(10)
  session.execute(['TOUCH', 'key'])
  expect(await redis.objectIdletime('key')).toBe(0)
  // In a transaction or a script too.
  for (const lines of [[['MULTI'], ['TOUCH', 'key'], ['EXEC']], [['EVAL', "return redis.call('TOUCH', KEYS[1])", '1', 'key']]]) {
    await redis.clock.advance(5000)
    session.execute(['GET', 'key'])
    expect(await redis.objectIdletime('key')).toBe(5)
    for (const argv of lines) session.execute(argv)
    expect(await redis.objectIdletime('key')).toBe(0)
  }
  await redis.clock.advance(5000)
  session.execute(['CLIENT', 'NO-TOUCH', 'off'])
  session.execute(['GET', 'key'])
  expect(await redis.objectIdletime('key')).toBe(0)
  expect(session.execute(['CLIENT', 'NO-TOUCH', 'maybe'])).toMatchObject({ text: 'ERR syntax error' })
})

test('CLIENT SETINFO (Redis 7.2) says what it does not take, in the words that it was given', async () => {
  const client = await RespClient.connect({ port: ports[1], host: '127.0.0.1' })
  const says = async (name: string, value: string): Promise<unknown> => plain(await client.call('CLIENT', 'SETINFO', name, value))
  expect(await says('LIB-Name', 'redis.py')).toBe('OK')
  expect(await says('LIB-Ver', '1 2')).toEqual({ error: 'ERR LIB-Ver cannot contain spaces, newlines or special characters.' })
  expect(await says('badger', 'hamster')).toEqual({ error: "ERR Unrecognized option 'badger'" })
  expect(plain(await client.call('CLIENT', 'INFO'))).toMatch(/ lib-name=redis.py lib-ver=\n/)
  client.close()
})

test('CLIENT LIST has the fields and flags of Redis 7.0 in their order, and what a connection watches since 7.4', async () => {
  const fields = await Promise.all(
    ports.map(async (port) => {
      const [client, other] = await Promise.all([1, 2].map(() => RespClient.connect({ port, host: '127.0.0.1' })))
      const id = String(plain(await client.call('CLIENT', 'ID')))
      for (const line of ['CLIENT TRACKING ON BCAST NOLOOP', 'CLIENT NO-EVICT ON', 'WATCH a b', 'MULTI']) {
        expect(plain(await client.call(...line.split(' ')))).toBe('OK')
      }
      const watching = plain(await other.call('CLIENT', 'LIST', 'ID', id)) as string
      // A transaction that has failed watches no more.
      await other.call('SET', 'a', 'x')
      const list = plain(await other.call('CLIENT', 'LIST', 'ID', id)) as string
      for (const each of [client, other]) each.close()
      if (port === ports[1]) expect(watching).toContain(' watch=2 ')
      return Object.fromEntries([...list.trim().matchAll(/(\S+)=(\S*)/g)].map(([, name, value]) => [name, value]))
    }),
  )
  expect(fields.map(({ flags }) => flags)).toEqual(['xtBde', 'xtBde'])
  expect(fields[1]).toMatchObject({ watch: '0' })
  // What 7.2 and 7.4 have added.
  const [old, names] = fields.map((each) => Object.keys(each))
  expect(names).toEqual([...old.toSpliced(old.indexOf('tot-mem') + 1, 0, 'watch'), 'lib-name', 'lib-ver'])
})
