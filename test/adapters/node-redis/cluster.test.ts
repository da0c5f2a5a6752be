// The adapter on a Redis Cluster of three masters, with node-redis 5 and 6: what is split by slots, what concerns every node,
// and what is refused before it is sent. What every method does is in test/contract.
import { createClient, createCluster as createCluster6 } from 'redis6'
import { createCluster as createCluster5 } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromNodeRedis } from '../../../src/adapters/node-redis.ts'
import type { Redis } from '../../../src/core/client/redis.ts'
import { slotOf } from '../../../src/core/slots.ts'
import { type RedisCluster, startRedisCluster } from '../../support/redis-cluster.ts'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startRedisCluster()
})
afterAll(() => cluster?.stop())

type Cluster = ReturnType<typeof createCluster6>
type NodeClient = { sendCommand(words: readonly string[]): Promise<string>; destroy(): void }
interface Options {
  reconnectStrategy?: false
}
const optionsOf = (ports = cluster.ports, options: Options = {}) => ({
  rootNodes: ports.map((port) => ({ socket: { host: '127.0.0.1', port } })),
  defaults: { socket: { tls: false, ...options } } as const,
})
const versions: Record<string, (ports?: readonly number[], options?: Options) => Cluster> = {
  'node-redis 6': (...given) => createCluster6(optionsOf(...given)) as unknown as Cluster,
  'node-redis 5': (...given) => createCluster5(optionsOf(...given)) as unknown as Cluster,
}
async function connected(client: Cluster): Promise<Redis> {
  client.on('error', () => {})
  await client.connect()
  return fromNodeRedis(client)
}
const CROSS_SLOT = { name: 'RedisError', message: "CROSSSLOT Keys in request don't hash to the same slot" }
/** One in each master's slots. */
const SPREAD = ['b', 'c', 'a'] as const

describe.each(Object.entries(versions))('%s', (_, make) => {
  let redis: Redis
  beforeEach(async () => {
    redis = await connected(make())
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
    await using other = await connected(make())
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

  test("a command without the key that it needs is the server's error, and ends nothing", async () => {
    await expect(redis.call('GET')).rejects.toMatchObject({ message: "ERR wrong number of arguments for 'get' command" })
    await expect(redis.mset({})).rejects.toMatchObject({ message: "ERR wrong number of arguments for 'mset' command" })
    await expect(redis.call('NOSUCH')).rejects.toMatchObject({ code: 'ERR' })
  })

  test('a slot that has moved is found again, by commands, transactions and WATCH', async () => {
    await redis.del('{moved}')
    await moveSlot('{moved}')
    expect(await Promise.all([redis.incr('{moved}'), redis.incr('{moved}')])).toEqual([1, 2])
    await moveSlot('{moved}')
    expect(await redis.multi().incr('{moved}').exec()).toEqual([1])
    await redis.del('{moved}')
    await moveSlot('{moved}')
    expect(await redis.watch('{moved}', (look) => look.multi().incr('{moved}').exec())).toEqual([1])
    expect(await redis.get('{moved}')).toBe('1')
    await redis.del('{moved}')
  })

  test('a key that has moved before its slot is found, too', async () => {
    await redis.del('{ask}here', '{ask}stays')
    const [from, to, slot, port] = await ownerAndNext('{ask}')
    await to.sendCommand(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', await from.sendCommand(['CLUSTER', 'MYID'])])
    await from.sendCommand(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', await to.sendCommand(['CLUSTER', 'MYID'])])
    expect(await redis.set('{ask}here', 'there')).toBe('OK')
    expect(await redis.get('{ask}here')).toBe('there')
    expect(await redis.multi().append('{ask}here', '!').strlen('{ask}here').exec()).toEqual([6, 6])
    // One of them here, the other one there, until the second has followed.
    await from.sendCommand(['CLUSTER', 'SETSLOT', slot, 'STABLE'])
    expect(await redis.set('{ask}stays', 'here')).toBe('OK')
    await from.sendCommand(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', await to.sendCommand(['CLUSTER', 'MYID'])])
    const both = redis.mget('{ask}here', '{ask}stays')
    await expect(redis.multi().get('{ask}here').get('{ask}stays').exec()).rejects.toMatchObject({ code: 'TRYAGAIN' })
    await from.sendCommand(['MIGRATE', '127.0.0.1', port, '{ask}stays', '0', '5000'])
    expect(await both).toEqual(['there!', 'here'])
    for (const node of [to, from]) await node.sendCommand(['CLUSTER', 'SETSLOT', slot, 'NODE', await to.sendCommand(['CLUSTER', 'MYID'])])
    expect(await redis.get('{ask}here')).toBe('there!')
    for (const node of [from, to]) node.destroy()
  })

  test('a subscription to shard channels follows their slot', async () => {
    await using subscription = await redis.ssubscribe('{follow}')
    await moveSlot('{follow}')
    await expect.poll(() => redis.spublish('{follow}', 'x')).toBe(1)
    expect((await subscription.next()).value).toEqual({ channel: '{follow}', message: 'x' })
  })

  test('a subscription whose connection is lost goes on at another', async () => {
    await using subscription = await redis.subscribe('channel')
    const nodes = await redis.backend.nodes!()
    for (const node of nodes) await node.call(['CLIENT', 'KILL', 'TYPE', 'pubsub'])
    await expect.poll(() => redis.pubsubNumsub('channel')).toEqual({ channel: 1 })
    await redis.publish('channel', 'x')
    expect((await subscription.next()).value).toEqual({ channel: 'channel', message: 'x' })
  })

  test('a cluster that goes away: everything that is under way ends with an error that has the cause', async () => {
    await using doomed = await startRedisCluster()
    const client = make(doomed.ports, { reconnectStrategy: false })
    const lost = await connected(client)
    await lost.ping()
    const subscription = await lost.subscribe('c')
    await lost.blpop('q', 0.01) // then the next one has its connection
    const pending = [lost.blpop('q', 0), subscription.next()]
    const settled = Promise.allSettled(pending)
    await doomed.stop()
    await expect(lost.get('a')).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.pipeline().get('a').get('b').exec()).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.multi().get('a').exec()).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.dbsize()).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(lost.watch('a', async () => 1)).rejects.toMatchObject({ code: 'CONNECTION' })
    await lost.close()
    const [waiting, listening] = await settled
    expect(waiting).toMatchObject({ status: 'rejected', reason: { name: 'RedisError', code: 'CONNECTION', cause: expect.any(Error) } })
    expect(listening).toMatchObject({ status: 'fulfilled', value: { done: true } })
    await expect(lost.get('a')).rejects.toMatchObject({ message: 'ERR The client is closed' })
  })
})

/** Connections to the master that has a key's slot and to another, the slot, and the other's port. */
async function ownerAndNext(key: string): Promise<[NodeClient, NodeClient, string, string]> {
  const nodes = await Promise.all(cluster.ports.map((port) => createClient({ socket: { port } }).connect() as Promise<NodeClient>))
  const has = await Promise.all(nodes.map((node) => node.sendCommand(['TYPE', key]).then(() => true, () => false))) // prettier-ignore
  const at = has.indexOf(true)
  const [next, last] = [(at + 1) % nodes.length, (at + 2) % nodes.length]
  nodes[last].destroy()
  return [nodes[at], nodes[next], String(slotOf(key)), String(cluster.ports[next])]
}

/** Gives the slot of a key to another master. A key that it has is lost. */
async function moveSlot(key: string): Promise<void> {
  const [from, to, slot] = await ownerAndNext(key)
  await from.sendCommand(['DEL', key])
  const id = await to.sendCommand(['CLUSTER', 'MYID'])
  const nodes = await Promise.all(cluster.ports.map((port) => createClient({ socket: { port } }).connect() as Promise<NodeClient>))
  for (const node of nodes) await node.sendCommand(['CLUSTER', 'SETSLOT', slot, 'NODE', id])
  for (const node of [from, to, ...nodes]) node.destroy()
}
