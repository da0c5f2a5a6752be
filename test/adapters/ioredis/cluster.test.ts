// The adapter on a Redis Cluster of three masters, with ioredis 5 and 6: what is split by slots, what concerns every node,
// and what is refused before it is sent. What every method does is in test/contract.
import { Cluster as Cluster6, Redis as Redis6 } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromIoredis, type IoredisCluster } from '../../../src/adapters/ioredis.ts'
import type { Redis } from '../../../src/core/client/redis.ts'
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(() => cluster?.stop())

interface Options {
  keyPrefix?: string
  redisOptions?: { stringNumbers?: boolean; protocol?: 2 | 3 }
  scaleReads?: (nodes: never[], command: { name: string }) => never
}
const nodes = (): { host: string; port: number }[] => cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
const versions: Record<string, (options?: Options) => IoredisCluster> = {
  'ioredis 6': (options) => new Cluster6(nodes(), { ...options }),
  'ioredis 5': (options) => new Cluster5(nodes(), { ...options }),
}
const CROSS_SLOT = { name: 'RedisError', message: "CROSSSLOT Keys in request don't hash to the same slot" }
/** One in each master's slots. */
const SPREAD = ['b', 'c', 'a'] as const

describe.each(Object.entries(versions))('%s', (_, make) => {
  let redis: Redis
  beforeEach(async () => {
    redis = fromIoredis(make())
    await redis.flushall()
  })
  afterEach(() => redis.close())
  /** How often the nodes were asked to write or to run a transaction. (Clients ask for more by themselves, now and then.) */
  const writesSent = async (): Promise<number> => {
    const infos = await Promise.all((await redis.backend.nodes!()).map((node) => node.call(['INFO', 'commandstats'])))
    const counts = (infos as string[]).flatMap((info) => [...info.matchAll(/cmdstat_(?:set|mset|flushall|multi|exec):calls=(\d+)/g)])
    return counts.reduce((sum, [, calls]) => sum + Number(calls), 0)
  }

  test("a pipeline's replies come in order, whichever slots its keys are in", async () => {
    const keys = Array.from({ length: 60 }, (__, i) => `k${i}`)
    const pipeline = redis.pipeline()
    for (const key of keys) pipeline.set(key, key)
    for (const key of keys) pipeline.get(key)
    expect(await pipeline.exec()).toEqual([...keys.map(() => 'OK'), ...keys])
    expect(await redis.dbsize()).toBe(60)
  })

  test("a pipeline's failed command leaves the others as they are", async () => {
    const settled = await redis.pipeline().set('a', 1).lpush('a', 1).mget('a', 'b').get('a').dbsize().execSettled()
    expect(settled).toMatchObject(['OK', { code: 'WRONGTYPE' }, CROSS_SLOT, '1', 1])
  })

  test('a transaction across slots is an error before anything is sent', async () => {
    await redis.set('a', 1)
    await redis.flushall()
    const before = await writesSent()
    expect(before).toBeGreaterThan(3)
    await expect(redis.multi().set('a', 1).set('b', 2).exec()).rejects.toMatchObject(CROSS_SLOT)
    await expect(redis.multi().set('a', 1).mset({ a: 1, b: 2 }).exec()).rejects.toMatchObject(CROSS_SLOT)
    await expect(redis.multi().set('a', 1).flushall().exec()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(await writesSent()).toBe(before)
    expect(await redis.dbsize()).toBe(0)
  })

  test('a transaction in one slot runs', async () => {
    expect(await redis.multi().set('{t}1', 1).incr('{t}1').mget('{t}1', '{t}2').exec()).toEqual(['OK', 2, ['2', null]])
    await expect(redis.multi().set('{t}1', 1).call('GET').exec()).rejects.toMatchObject({
      code: 'EXECABORT',
      cause: { message: "ERR wrong number of arguments for 'get' command" },
    })
  })

  test('commands on keys in several slots are errors', async () => {
    await expect(redis.mset({ a: 1, b: 2 })).rejects.toMatchObject(CROSS_SLOT)
    await expect(redis.mget('a', 'b')).rejects.toMatchObject(CROSS_SLOT)
    expect(redis.capabilities.multipleSlots).toBe(false)
  })

  test('what concerns all keys is asked of every master', async () => {
    for (const key of SPREAD) await redis.set(key, key)
    const sizes = await Promise.all((await redis.backend.nodes!()).map((node) => node.call(['DBSIZE'])))
    expect(sizes).toEqual([1, 1, 1])
    expect(await redis.dbsize()).toBe(3)
    expect((await redis.keys('*')).sort()).toEqual(['a', 'b', 'c'])
    const drawn = new Set<string | null>()
    for (let i = 0; i < 200; i++) drawn.add(await redis.randomkey())
    expect(drawn).toEqual(new Set(SPREAD))
    expect(await redis.flushdb()).toBe('OK')
    expect(await redis.dbsize()).toBe(0)
    expect(await redis.randomkey()).toBeNull()
  })

  test('scans walk over all masters, also step by step', async () => {
    const keys = Array.from({ length: 100 }, (__, i) => `k${i}`).sort()
    const fill = redis.pipeline()
    for (const key of keys) fill.set(key, 1)
    await fill.exec()
    const found = new Set<string>()
    for await (const key of redis.scanIterator({ count: 7 })) found.add(key)
    expect([...found].sort()).toEqual(keys)

    const stepped = new Set<string>()
    let cursor = '0'
    do {
      const [next, some] = await redis.scan(cursor, { count: 7 })
      for (const key of some) stepped.add(key)
      cursor = next
    } while (cursor !== '0')
    expect([...stepped].sort()).toEqual(keys)
    await expect(redis.scan('7')).rejects.toMatchObject({ message: 'ERR invalid cursor' })
    await expect(redis.scan('0@10.0.0.1:1')).rejects.toMatchObject({ message: 'ERR invalid cursor' })
  })

  test('a watched slot has a connection of its own; other slots stay reachable', async () => {
    await redis.set('{w}n', 1)
    const result = await redis.watch('{w}n', async (look) => {
      const [n, other, size] = [await look.get('{w}n'), await look.get('elsewhere'), await look.dbsize()]
      await look.set('elsewhere', 'x')
      return [n, other, size, ...(await look.multi().incr('{w}n').get('{w}n').exec())!]
    })
    expect(result).toEqual(['1', null, 1, 2, '2'])
    expect(await redis.get('elsewhere')).toBe('x')
  })

  test('a changed watched key stops the transaction', async () => {
    let looks = 0
    const look = (): Promise<[number] | null> =>
      redis.watch(
        ['{w}a', '{w}b'],
        async (watching) => {
          if (looks++ === 0) await redis.set('{w}b', 1)
          return watching.multi().incr('{w}a').exec()
        },
        { retries: 1 },
      )
    expect(await look()).toEqual([1])
    expect(looks).toBe(2)
    await expect(redis.watch(['a', 'b'], async () => 1)).rejects.toMatchObject(CROSS_SLOT)
    await expect(redis.watch('a', (watching) => watching.multi().incr('b').exec())).rejects.toMatchObject(CROSS_SLOT)
    expect(await redis.get('b')).toBeNull()
  })

  test('waits and subscriptions reach what other clients of the cluster do', async () => {
    await using other = fromIoredis(make())
    for (const key of SPREAD) {
      const waiting = redis.blpop(key, 10)
      await other.rpush(key, key)
      expect(await waiting).toEqual([key, key])
    }
    await using subscription = await redis.subscribe(['c1', 'c2'])
    await using patterns = await redis.psubscribe('p*')
    await using shards = await redis.ssubscribe('s')
    await other.publish('c2', 'x')
    await other.publish('p1', 'y')
    await other.spublish('s', 'z')
    expect((await subscription.next()).value).toEqual({ channel: 'c2', message: 'x' })
    expect((await patterns.next()).value).toEqual({ channel: 'p1', message: 'y', pattern: 'p*' })
    expect((await shards.next()).value).toEqual({ channel: 's', message: 'z' })
    expect(await redis.pubsubNumsub('c1', 'c2')).toEqual({ c1: 1, c2: 1 })
    const abort = new AbortController()
    const aborted = redis.blpop('q', 0, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
  })

  test('a transaction of commands that ioredis does not know goes to who has their keys, and across slots nowhere', async () => {
    const refusals = async (): Promise<number[]> => {
      const nodesNow = await redis.backend.nodes!()
      const infos = await Promise.all(nodesNow.map((node) => node.call(['INFO', 'errorstats'])))
      return infos.map((info) => Number(/errorstat_EXECABORT:count=(\d+)/.exec(info as string)?.[1] ?? 0))
    }
    const owner = (await Promise.all((await redis.backend.nodes!()).map((node) => node.call(['EXISTS', 'a'])))).indexOf(0)
    const before = await refusals()
    // This server does not know them either, and says so.
    for (let i = 0; i < 8; i++) {
      const batch = redis.multi().call('JSON.SET', 'a', '$', '1').call('JSON.MGET', 'a', '{a}b', '$').call('XACKDEL', '{a}c', 'g')
      await expect(batch.exec()).rejects.toMatchObject({ code: 'EXECABORT' })
    }
    expect(await refusals()).toEqual(before.map((count, i) => (i === owner ? count + 8 : count)))
    for (const line of [
      ['JSON.MSET', 'a', '$', '1', 'b', '$', '2'],
      ['JSON.MGET', 'a', 'b', '$'],
    ]) {
      await expect(
        redis
          .multi()
          .call(...(line as [string, ...string[]]))
          .exec(),
      ).rejects.toMatchObject(CROSS_SLOT)
    }
    await expect(redis.multi().call('JSON.DEL', 'a').call('JSON.DEL', 'b').exec()).rejects.toMatchObject(CROSS_SLOT)
  })

  test('a key prefix, in every way that commands go', async () => {
    await using prefixed = fromIoredis(make({ keyPrefix: '{p}:' }))
    await prefixed.mset({ a: 1, b: 2 })
    await prefixed.multi().incr('a').incr('b').exec()
    await prefixed.watch('a', (look) => look.multi().incr('a').exec())
    await prefixed.pipeline().incr('a').exec()
    expect(await prefixed.mget('a', 'b')).toEqual(['4', '3'])
    expect((await redis.keys('*')).sort()).toEqual(['{p}:a', '{p}:b'])
  })

  test('with stringNumbers integers are exact', async () => {
    await using exact = fromIoredis(make({ redisOptions: { stringNumbers: true } }))
    expect(exact.capabilities.exactIntegers).toBe(true)
    await exact.set('n', '9007199254740992')
    expect(await exact.incr('n')).toBe(9007199254740993n)
    expect(await exact.dbsize()).toBe(1)
  })

  test("a client's scaleReads is asked for what only reads, whatever ioredis does with its name", async () => {
    const asked: string[] = []
    const scaleReads = (candidates: never[], { name }: { name: string }): never => {
      asked.push(name.toUpperCase())
      return candidates[0]
    }
    await using scaled = fromIoredis(make({ scaleReads }))
    await scaled.set('{r}s', 1)
    await scaled.hset('{r}h', { f: 1 })
    await scaled.zadd('{r}z', { m: 1 })
    await scaled.get('{r}s')
    await scaled.hgetall('{r}h')
    await scaled.zrange('{r}z', 0, -1)
    expect(asked).toEqual(['GET', 'HGETALL', 'ZRANGE'])
  })

  test("a command without the key that it needs is the server's error, and ends nothing", async () => {
    await expect(redis.call('GET')).rejects.toMatchObject({ message: "ERR wrong number of arguments for 'get' command" })
    await expect(redis.mset({})).rejects.toMatchObject({ message: "ERR wrong number of arguments for 'mset' command" })
    await expect(redis.call('NOSUCH')).rejects.toMatchObject({ code: 'ERR' })
  })

  test('a slot that has moved is found again', async () => {
    await redis.del('{moved}')
    const masters = cluster.ports.map((port) => new Redis6(port))
    try {
      const slot = await masters[0].cluster('KEYSLOT', '{moved}')
      const owned = await Promise.all(
        masters.map((node) =>
          node.get('{moved}').then(
            () => true,
            () => false,
          ),
        ),
      )
      const target = await masters[(owned.indexOf(true) + 1) % masters.length].call('CLUSTER', 'MYID')
      for (const node of masters) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', target as string)
      expect(await redis.watch('{moved}', (look) => look.multi().incr('{moved}').exec())).toEqual([1])
      expect(await redis.get('{moved}')).toBe('1')
    } finally {
      for (const node of masters) node.disconnect()
    }
  })
})

describe.each(Object.entries(versions))('%s, when slots and nodes go', (_, make) => {
  test('a subscription to shard channels follows their slot', async () => {
    await using redis = fromIoredis(make())
    await using subscription = await redis.ssubscribe('{follow}')
    const masters = cluster.ports.map((port) => new Redis6(port))
    try {
      const slot = await masters[0].cluster('KEYSLOT', '{follow}')
      const owned = await Promise.all(
        masters.map((node) =>
          node.get('{follow}').then(
            () => true,
            () => false,
          ),
        ),
      )
      const target = await masters[(owned.indexOf(true) + 1) % masters.length].call('CLUSTER', 'MYID')
      for (const node of masters) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', target as string)
      await expect.poll(() => redis.spublish('{follow}', 'x')).toBe(1)
      expect((await subscription.next()).value).toEqual({ channel: '{follow}', message: 'x' })
    } finally {
      for (const node of masters) node.disconnect()
    }
  })
})

test('a subscription whose node is gone goes on at another', async () => {
  await using small = await startRedisCluster(['--cluster-require-full-coverage', 'no', '--cluster-allow-pubsubshard-when-down', 'yes'])
  const nodes = small.ports.map((port) => ({ host: '127.0.0.1', port }))
  const client = new Cluster6(nodes, { clusterRetryStrategy: () => 50 })
  client.on('error', () => {})
  await using redis = fromIoredis(client)
  await using subscription = await redis.subscribe('channel')
  const clients = small.ports.map((port) => new Redis6(port, { lazyConnect: true }))
  for (const each of clients) each.on('error', () => {})
  const heard = await Promise.all(clients.map((each) => each.pubsub('NUMSUB', 'channel')))
  const at = heard.findIndex(([, count]) => count === 1)
  expect(at).toBeGreaterThanOrEqual(0)
  await small.kill(small.ports[at])
  const other = clients[(at + 1) % clients.length]
  const heardElsewhere = async (): Promise<number> => {
    const counts = await Promise.all(clients.filter((_, i) => i !== at).map((each) => each.pubsub('NUMSUB', 'channel')))
    return counts.reduce((sum, [, count]) => sum + (count as number), 0)
  }
  await expect.poll(heardElsewhere).toBe(1)
  await other.publish('channel', 'x')
  expect((await subscription.next()).value).toEqual({ channel: 'channel', message: 'x' })
  for (const each of clients) each.disconnect()
})

test('without one of the masters, what concerns all keys is an error, not what the others have', async () => {
  await using small = await startRedisCluster(['--cluster-require-full-coverage', 'no'])
  for (const make of [Cluster6, Cluster5]) {
    const client = new make(small.ports.map((port) => ({ host: '127.0.0.1', port })))
    await using redis = fromIoredis(client)
    for (const key of SPREAD) await redis.set(key, key)
    expect(await redis.dbsize()).toBe(3)
    // As when its connection has ended, until ioredis asks the others who has its slots.
    const [gone] = client.nodes('master')
    const left = new Promise((resolve) => client.once('-node', resolve))
    gone.disconnect()
    await left
    expect(client.nodes('master')).toHaveLength(2)
    expect(await redis.dbsize()).toBe(3)
  }
  const client = new Cluster6(small.ports.map((port) => ({ host: '127.0.0.1', port })))
  client.on('error', () => {})
  await using redis = fromIoredis(client)
  expect(await redis.dbsize()).toBe(3)
  const left = new Promise((resolve) => client.once('-node', resolve))
  await small.kill(small.ports[0])
  await left
  const lost = { name: 'RedisError', code: 'CONNECTION', cause: expect.any(Error) as Error }
  await expect(redis.keys('*')).rejects.toMatchObject(lost)
  const walk = async (): Promise<void> => {
    for await (const key of redis.scanIterator()) expect(SPREAD).toContain(key)
  }
  await expect(walk()).rejects.toMatchObject(lost)
  const key = SPREAD[1]
  expect(await redis.pipeline().get(key).dbsize().execSettled()).toMatchObject([key, lost])
})

test('a cluster that goes away: everything that is under way ends with an error that has the cause', async () => {
  await using doomed = await startRedisCluster()
  const client = new Cluster6(
    doomed.ports.map((port) => ({ host: '127.0.0.1', port })),
    { clusterRetryStrategy: () => null },
  )
  client.on('error', () => {})
  const redis = fromIoredis(client)
  await redis.ping()
  const subscription = await redis.subscribe('c')
  const pending = [
    redis.blpop('q', 0),
    subscription.next(),
    redis.get('a'),
    redis.pipeline().get('a').get('b').exec(),
    redis.multi().get('a').exec(),
  ]
  const settled = Promise.allSettled(pending)
  const stopped = doomed.stop()
  for (const outcome of await settled) {
    if (outcome.status === 'fulfilled') continue // it was answered before
    expect(outcome.reason).toMatchObject({ name: 'RedisError', code: 'CONNECTION', cause: expect.any(Error) })
  }
  await stopped
  const outcomes = await settled
  expect(outcomes[0].status).toBe('rejected')
  expect(outcomes[1].status).toBe('rejected')
  await expect(redis.get('a')).rejects.toMatchObject({ code: 'CONNECTION' })
  await expect(redis.dbsize()).rejects.toMatchObject({ code: 'CONNECTION' })
  await expect(redis.watch('a', async () => 1)).rejects.toMatchObject({ code: 'CONNECTION' })
  await redis.close()
})
