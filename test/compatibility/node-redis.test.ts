// node-redis from npm, unmodified: over a socket, in RESP2 and RESP3, with what it adds of its own (pipelines, a pool, a cache
// at the client). What a scenario returns must be the same from redis-server and from the engine.
import { BasicClientSideCache, createClient, createClientPool } from 'redis'
import { describe, expect, test } from 'vitest'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../support/beside-redis.ts'
import { until } from './places.ts'

const { redis, engine } = besideRedis({ lua })

type Client = ReturnType<typeof createClient>
type Scenario = (connect: (options?: object) => Promise<Client>) => Promise<unknown>

/** Runs a scenario on both, each empty at the start. @returns what it returned */
async function same(RESP: 2 | 3, scenario: Scenario): Promise<unknown> {
  const outcomes: unknown[] = []
  for (const { path } of [redis, engine]) {
    const clients: Client[] = []
    const connect = async (options: object = {}): Promise<Client> => {
      const client = createClient({ socket: { path }, RESP, ...options } as never) as Client
      clients.push(client)
      await client.connect()
      return client
    }
    try {
      await (await connect()).flushAll()
      outcomes.push(await scenario(connect))
    } finally {
      for (const client of clients) client.destroy()
    }
  }
  expect(outcomes[1]).toEqual(outcomes[0])
  return outcomes[0]
}

const message = (error: unknown): string => (error as Error).message

describe.each([2, 3] as const)('node-redis over RESP%d', (RESP) => {
  test('gets every type of value as from redis-server', async () => {
    await same(RESP, async (connect) => {
      const client = await connect()
      return [
        await client.set('a', 'grüße', { expiration: { type: 'EX', value: 10 }, condition: 'NX' }),
        await client.get('a'),
        await client.hSet('h', { a: 1, b: 2 }),
        await client.hGetAll('h'),
        await client.zAdd('z', [{ score: 1, value: 'a' }, { score: 2.5, value: 'b' }]), // prettier-ignore
        await client.zRangeWithScores('z', 0, -1),
        await client.zScore('z', 'b'),
        await client.rPush('l', ['1', '2', '3']),
        await client.lmPop('l', 'LEFT', { COUNT: 2 }),
        await client.sAdd('s', ['x']),
        await client.sMembers('s'),
        await client.xAdd('st', '1-1', { f: 'v' }),
        await client.xGroupCreate('st', 'g', '0'),
        await client.xPending('st', 'g'),
        await client.xInfoGroups('st'),
        await client.geoAdd('geo', { longitude: 13.36, latitude: 38.1, member: 'P' }),
        await client.geoPos('geo', ['P', 'nowhere']),
        await client.bitField('bits', [{ operation: 'SET', encoding: 'u8', offset: 0, value: 7 }]),
        await client.eval('return {KEYS[1], ARGV[1], {1}}', { keys: ['k'], arguments: ['v'] }),
        await client.functionLoad('#!lua name=lib\nredis.register_function("f", function(keys, args) return args[1] end)', {
          REPLACE: true,
        }),
        await client.fCall('f', { keys: ['k'], arguments: ['said'] }),
        (await client.configGet('maxmemory'))['maxmemory'],
        (await client.clientInfo()).db,
        await client.aclWhoAmI(),
        await client.lPush('h', 'x').catch(message),
        await client.sendCommand(['NOSUCH', 'a']).catch(message),
      ]
    })
  })

  test('runs transactions, and none whose watched key was changed', async () => {
    const outcome = await same(RESP, async (connect) => {
      const [client, other] = [await connect(), await connect()]
      const done = await client.multi().set('n', '1').incr('n').get('n').exec()
      await client.watch('n')
      await other.set('n', '5')
      return [done, await client.multi().get('n').exec().catch((error: unknown) => (error as Error).name)] // prettier-ignore
    })
    expect(outcome).toEqual([['OK', 2, '2'], 'Error'])
  })

  test('scans, sends thousands of commands at once, and waits on connections of a pool', async () => {
    await same(RESP, async (connect) => {
      const client = await connect()
      const set = await Promise.all(Array.from({ length: 5000 }, (_, i) => client.set(`key:${i % 300}`, 'v'.repeat(i % 400))))
      const found = new Set<string>()
      for await (const keys of client.scanIterator({ MATCH: 'key:*', COUNT: 50 })) for (const key of keys) found.add(key)
      const pool = createClientPool({ ...client.options, RESP } as never, { maximum: 3 })
      await pool.connect()
      const waiting = [pool.blPop('queue', 5), pool.blPop('queue', 5)]
      await pool.rPush('queue', ['first', 'second'])
      const popped = (await Promise.all(waiting)).map((each) => each?.element).toSorted()
      pool.destroy()
      return [set.length, found.size, popped]
    })
  })

  test('hears messages of channels, patterns and shard channels', async () => {
    await same(RESP, async (connect) => {
      const [client, listener] = [await connect(), await connect()]
      const heard: string[] = []
      await listener.subscribe('news', (text, channel) => void heard.push(`${channel}: ${text}`))
      await listener.pSubscribe('n*', (text, channel) => void heard.push(`pattern ${channel}: ${text}`))
      await listener.sSubscribe('shard', (text) => void heard.push(`shard: ${text}`))
      const counts = [await client.publish('news', 'hello'), await client.sPublish('shard', 'hello')]
      await until(() => heard.length === 3)
      await listener.unsubscribe('news')
      return [counts, heard, await client.publish('news', 'again'), await client.pubSubNumSub(['news'])]
    })
  })
})

test('the cache of node-redis forgets what another client changes', async () => {
  const outcome = await same(3, async (connect) => {
    const cache = new BasicClientSideCache({ ttl: 0, maxEntries: 0 })
    const [client, other] = [await connect({ clientSideCache: cache }), await connect()]
    await other.set('key', '1')
    const before = [await client.get('key'), await client.get('key')]
    const told = new Promise((resolve) => cache.once('invalidate', resolve))
    await other.set('key', '2')
    await told
    return [before, await client.get('key'), cache.stats().hitCount]
  })
  expect(outcome).toEqual([['1', '1'], '2', 1])
})
