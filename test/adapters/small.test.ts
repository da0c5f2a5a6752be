// The entry `isodis/small`: what it has is as in `isodis`; what it leaves out is unknown, and stored data of that is refused as a whole.
import { expect, test, vi } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import * as full from '../../src/adapters/memory.ts'
import { replicate, serveResp } from '../../src/adapters/serve/server.ts'
import * as small from '../../src/adapters/small.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { groups } from '../../src/core/engine/commands/index.ts'
import { json, jsonOf } from '../../src/core/json/json.ts'
import { recordStorage } from '../../src/core/persistence/records.ts'
import { vectors } from '../../src/core/vectors/vectors.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { scripts } from '../../src/scripts/engine.ts'
import { defineScript } from '../../src/scripts/builder/define.ts'
import { Redis as Ioredis } from 'ioredis'
import { Locks } from '../support/lock-manager.ts'
import { RecordMap } from '../support/record-map.ts'

const LEFT_OUT = ['stream', 'geo', 'bitmap', 'hyperloglog']
const names = async (redis: small.EmbeddedRedis): Promise<string[]> => ((await redis.call('COMMAND', 'LIST')) as string[]).toSorted()

test('has all commands of isodis but those of four groups', async () => {
  await using all = await full.createRedis()
  await using redis = await small.createRedis()
  const left = groups
    .filter(({ name }) => LEFT_OUT.includes(name))
    .flatMap(({ rows }) => rows.flatMap(({ name, subcommands }) => [name, ...[...(subcommands?.values() ?? [])].map((each) => each.name)]))
  expect(left.length).toBeGreaterThan(30)
  expect(await names(redis)).toEqual((await names(all)).filter((name) => !left.includes(name)))
  const commands = (await names(redis)).filter((name) => !name.includes('|'))
  expect(await redis.call('COMMAND', 'COUNT')).toBe(commands.length)
  expect(Object.keys((await redis.call('COMMAND', 'DOCS')) as object).toSorted()).toEqual(commands)
  for (const category of LEFT_OUT) expect(await redis.call('COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', category)).toEqual([])
  for (const name of left.filter((each) => !each.includes('|'))) {
    await expect(redis.call(name, 'k', 'v'), name).rejects.toMatchObject({
      code: 'ERR',
      message: expect.stringMatching(/^ERR unknown command .*\(createRedis of isodis has it\)$/) as string,
    })
  }
  // Who mistypes a name is told nothing wrong.
  await expect(all.call('GEOFOO')).rejects.toThrow(/beginning with: $/)
})

test('the methods of the client say what has the command', async () => {
  await using redis = await small.createRedis()
  await expect(redis.xadd('s', '*', { a: 1 })).rejects.toBeInstanceOf(small.RedisError)
  await expect(redis.geoadd('g', { member: 'm', longitude: 1, latitude: 2 })).rejects.toThrow('createRedis of isodis has it')
  expect(() => redis.sync.pfadd('h', 'a')).toThrow('createRedis of isodis has it')
  const queued = redis.multi().set('a', 1).setbit('b', 1, 1)
  await expect(queued.exec()).rejects.toThrow('EXECABORT')
  expect(await redis.get('a')).toBe(null)
})

test('what there is does what it does in isodis', async () => {
  await using redis = await small.createRedis()
  await redis.set('s', 'v', { ex: 100 })
  await redis.hset('h', { a: 1 })
  await redis.zadd('z', { ann: 31, bob: 27 })
  await redis.rpush('l', 'a', 'b')
  await redis.sadd('m', 'x')
  expect(await redis.zrange('z', 0, -1)).toEqual(['bob', 'ann'])
  expect(await redis.ttl('s')).toBe(100)
  const popped = redis.blpop('later', 5)
  await redis.rpush('later', 'now')
  expect(await popped).toEqual(['later', 'now'])
  expect(await redis.sort('l', { alpha: true, desc: true })).toEqual(['b', 'a'])
  await redis.copy('z', 'z2')
  expect(await redis.zcard('z2')).toBe(2)
})

test('both entries are in one program, with the same classes', async () => {
  expect(small.EmbeddedRedis).toBe(full.EmbeddedRedis)
  expect(small.RedisError).toBe(full.RedisError)
  await using one = await small.createRedis()
  await using other = await full.createRedis()
  await other.xadd('s', '*', { a: 1 })
  await expect(one.xadd('s', '*', { a: 1 })).rejects.toThrow('unknown command')
  await using again = await small.createRedis({ json })
  await expect(again.xlen('s')).rejects.toThrow('unknown command')
  await using more = await full.createRedis({ json })
  expect(await more.xlen('s')).toBe(0)
})

test('options bring their commands, types and scripts', async () => {
  await using redis = await small.createRedis({ json, vectors, lua, admin })
  await jsonOf(redis).set('doc', '$', { a: [1] })
  expect(await jsonOf(redis).get('doc')).toEqual({ a: [1] })
  expect(await redis.call('VADD', 'v', 'VALUES', 2, 1, 0, 'e')).toBe(true)
  expect(await redis.eval("return redis.call('INCR', KEYS[1])", ['n'])).toBe(1)
  await expect(redis.eval("return redis.call('XLEN', KEYS[1])", ['n'])).rejects.toThrow('Unknown Redis command called from script')
  expect(await redis.call('SLOWLOG', 'LEN')).toEqual(expect.any(Number))
  expect(await redis.call('DEBUG', 'DIGEST')).toMatch(/^[0-9a-f]{40}$/)
  expect((await names(redis)).filter((name) => name.startsWith('pf'))).toEqual([])
  await redis.call('ACL', 'SETUSER', 'ann', 'on', 'nopass', '~*', '+@all', '-@stream')

  const count = defineScript({ name: 'count', keys: { n: 'string' } }, (_$, { n }) => n.incr())
  await using scripted = await small.createRedis({ scripts })
  expect(await scripted.script(count)({ n: 'n' })).toBe(1)
})

test('a snapshot, deltas and a journal of its own come back, in isodis too', async () => {
  for (const appendonly of ['no', 'yes']) {
    const map = new RecordMap()
    const options = { save: '', config: { appendonly } }
    {
      await using redis = await small.createRedis({ storage: recordStorage(map), ...options })
      await redis.hset('h', { a: 1 })
      await redis.save()
      await redis.zadd('z', { ann: 31 })
      if (appendonly === 'no') await redis.save()
    }
    for (const { createRedis } of [small, full]) {
      await using redis = await createRedis({ storage: recordStorage(map), ...options })
      expect([await redis.hget('h', 'a'), await redis.zscore('z', 'ann')]).toEqual(['1', 31])
    }
  }
})

const NAMED = /a value of the type stream \(createRedis of isodis has it\)/

test('stored data with a stream is refused as a whole, and left as it is', async () => {
  const map = new RecordMap()
  {
    await using redis = await full.createRedis({ storage: recordStorage(map), save: '' })
    await redis.set('first', 'v')
    await redis.xadd('s', '*', { a: 1 })
    await redis.save()
  }
  const before = map.content()
  const refused = await small.createRedis({ storage: recordStorage(map) }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(small.StorageError)
  expect((refused as Error).message).toMatch(NAMED)
  expect((refused as Error).message).toMatch(/has what this engine cannot read and was left as it is/)
  expect(map.content()).toEqual(before)
  await using redis = await full.createRedis({ storage: recordStorage(map) })
  expect(await redis.xlen('s')).toBe(1)
})

test('a delta with a stream too', async () => {
  const map = new RecordMap()
  {
    await using redis = await full.createRedis({ storage: recordStorage(map), save: '' })
    for (let i = 0; i < 100; i++) await redis.set(`k${i}`, 'v')
    await redis.save()
    await redis.xadd('s', '*', { a: 1 })
    await redis.save()
  }
  const before = map.content()
  await expect(small.createRedis({ storage: recordStorage(map) })).rejects.toThrow(NAMED)
  expect(map.content()).toEqual(before)
})

test.each([
  ['XADD', (redis: full.EmbeddedRedis) => redis.xadd('s', '*', { a: 1 })],
  ['SETBIT', (redis: full.EmbeddedRedis) => redis.setbit('b', 7, 1)],
  ['PFADD', (redis: full.EmbeddedRedis) => redis.pfadd('h', 'a')],
])('a journal with %s too', async (name, write) => {
  const map = new RecordMap()
  const config = { appendonly: 'yes', appendfsync: 'always' }
  {
    await using redis = await full.createRedis({ storage: recordStorage(map), config })
    await redis.set('first', 'v')
    await write(redis)
  }
  const before = map.content()
  const refused = await small.createRedis({ storage: recordStorage(map), config }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(small.StorageError)
  expect((refused as Error).message).toMatch(new RegExp(`Unknown command '${name}' .*\\(createRedis of isodis has it\\)`))
  expect(map.content()).toEqual(before)
  await using redis = await full.createRedis({ storage: recordStorage(map), config })
  expect(await redis.exists('first', 's', 'b', 'h')).toBe(2)
})

test('places are in a journal as ZADD, which it knows, and in a snapshot as sorted sets', async () => {
  const map = new RecordMap()
  const config = { appendonly: 'yes', appendfsync: 'always' }
  {
    await using redis = await full.createRedis({ storage: recordStorage(map), config })
    await redis.geoadd('g', { member: 'm', longitude: 13.4, latitude: 52.5 })
  }
  await using redis = await small.createRedis({ storage: recordStorage(map), config })
  expect(await redis.zcard('g')).toBe(1)
})

test('importRdb and RESTORE take nothing of a stream', async () => {
  await using all = await full.createRedis()
  await all.set('a', 'new')
  await all.xadd('s', '*', { a: 1 })
  await using redis = await small.createRedis({ admin })
  await redis.set('a', 'old')
  const error = await redis.importRdb(all.exportRdb()).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(small.RdbError)
  expect((error as Error).message).toMatch(NAMED)
  expect(await redis.get('a')).toBe('old')
  const payload = (await all.bytes.call('DUMP', 's')) as Uint8Array
  await expect(redis.call('RESTORE', 's', 0, payload)).rejects.toThrow(NAMED)
  expect(await redis.exists('s')).toBe(0)
})

test('tabs share one database', async () => {
  vi.stubGlobal('navigator', { locks: new Locks() })
  try {
    const storage = small.memoryStorage()
    await using owner = await small.createRedis({ storage, shared: true })
    await using guest = await small.createRedis({ storage, shared: true })
    await owner.set('a', 1)
    expect(await guest.incr('a')).toBe(2)
    await expect(guest.xlen('s')).rejects.toThrow('createRedis of isodis has it')
  } finally {
    vi.unstubAllGlobals()
  }
})

test('servers and drop-ins take either', async () => {
  await using redis = await small.createRedis()
  await redis.set('a', '1')
  const client = new Ioredis(ioredisOn(redis))
  expect(await client.get('a')).toBe('1')
  await expect(client.xlen('s')).rejects.toThrow('unknown command')
  client.disconnect()
})

test("a master's data with a stream is not taken, and what was there stays", async () => {
  await using master = await full.createRedis()
  await using server = await serveResp(master, { port: 0 })
  await master.set('a', 'new')
  await master.xadd('s', '*', { a: 1 })
  await using redis = await small.createRedis()
  await redis.set('a', 'old')
  await expect(replicate(redis, { port: server.port })).rejects.toThrow(NAMED)
  expect(await redis.get('a')).toBe('old')
})
