// The embedded client beside a Map, ioredis on a local redis-server, and ioredis-mock.
import { Redis as IORedis } from 'ioredis'
import IORedisMock from 'ioredis-mock'
import { createRedis } from '../src/adapters/memory.ts'
import { startRedisServer } from '../test/support/redis-server.ts'
import { type Candidate, report, speeds } from './harness.ts'

const KEYS = Array.from({ length: 1000 }, (_, i) => `key:${i}`)
const at = (i: number): string => KEYS[i % KEYS.length]
let sink: unknown

const server = await startRedisServer()
const ioredis = new IORedis({ path: server.path })
const mock = new IORedisMock()
const redis = await createRedis()
const map = new Map(KEYS.map((key, i) => [key, `value:${i}`]))
for (const key of KEYS) redis.sync.set(key, map.get(key)!)
const asyncMap = {
  get: async (key: string): Promise<string | undefined> => map.get(key),
  set: async (key: string, value: string): Promise<unknown> => map.set(key, value),
}

const loop =
  (name: string, step: (i: number) => Promise<unknown>): Candidate => ({ name, run: async (count) => {
    for (let i = 0; i < count; i++) sink = await step(i)
  } }) // prettier-ignore
const syncLoop =
  (name: string, step: (i: number) => unknown): Candidate => ({ name, run: (count) => {
    for (let i = 0; i < count; i++) sink = step(i)
  } }) // prettier-ignore

const short = await speeds([
  loop('async Map get', (i) => asyncMap.get(at(i))),
  loop('GET', (i) => redis.get(at(i))),
  loop('async Map set', (i) => asyncMap.set(at(i), 'value')),
  loop('SET', (i) => redis.set(at(i), 'value')),
])
const ratio = (all: Map<string, number>, name: string, peer: string): number => all.get(name)! / all.get(peer)!
report(
  {
    name: 'GET, awaited',
    value: short.get('GET')!,
    unit: 'ops/s',
    peer: 'async function around Map.get',
    ratio: ratio(short, 'GET', 'async Map get'),
    least: 0.5,
  },
  {
    name: 'SET, awaited',
    value: short.get('SET')!,
    unit: 'ops/s',
    peer: 'async function around Map.set',
    ratio: ratio(short, 'SET', 'async Map set'),
    least: 0.5,
  },
)

// As apps call it: with a key put together for the call, which has to be hashed. A key that is a constant has its hash
// with it and is found in a Map by its address; the engine's own work then weighs more.
const fresh = (i: number): string => `key:${i % KEYS.length}`
const sync = await speeds([
  syncLoop('Map.get', (i) => map.get(fresh(i))),
  syncLoop('GET', (i) => redis.sync.get(fresh(i))),
  syncLoop('Map.get, constant', (i) => map.get(at(i))),
  syncLoop('GET, constant', (i) => redis.sync.get(at(i))),
])
report(
  { name: 'GET, sync', value: sync.get('GET')!, unit: 'ops/s', peer: 'Map.get', ratio: ratio(sync, 'GET', 'Map.get'), least: 0.4 },
  {
    name: 'GET, sync, the same key strings again and again',
    value: sync.get('GET, constant')!,
    unit: 'ops/s',
    peer: 'Map.get',
    ratio: ratio(sync, 'GET, constant', 'Map.get, constant'),
  },
)

// Collections of a thousand entries: HSET and ZADD go round the same members, the list is trimmed by its pops.
const member = (i: number): string => `member:${i % 1000}`
for (const client of [ioredis, mock]) {
  await client.hset('hash', Object.fromEntries(KEYS.map((key) => [key, 'value'])))
  await client.zadd('zset', ...KEYS.flatMap((_, i) => [i, member(i)]))
  await client.rpush('list', ...KEYS)
}
await redis.hset('hash', Object.fromEntries(KEYS.map((key) => [key, 'value'])))
await redis.zadd(
  'zset',
  KEYS.map((_, i) => ({ member: member(i), score: i })),
)
await redis.rpush('list', ...KEYS)
const collections: Record<
  string,
  { ours: (i: number) => Promise<unknown>; theirs: (client: IORedis) => (i: number) => Promise<unknown>; mock: boolean }
> = {
  HSET: { ours: (i) => redis.hset('hash', at(i), i), theirs: (client) => (i) => client.hset('hash', at(i), i), mock: true },
  ZADD: {
    ours: (i) => redis.zadd('zset', { member: member(i), score: (i * 7) % 1000 }),
    theirs: (client) => (i) => client.zadd('zset', (i * 7) % 1000, member(i)),
    mock: true,
  },
  LPUSH: { ours: (i) => redis.lpush('list', i), theirs: (client) => (i) => client.lpush('list', i), mock: false },
}
for (const [name, { ours, theirs, mock: mocked }] of Object.entries(collections)) {
  const all = await speeds([loop('isodis', ours), loop('ioredis', theirs(ioredis)), ...(mocked ? [loop('mock', theirs(mock))] : [])])
  report({
    name: `${name} at 1000 entries, awaited`,
    value: all.get('isodis')!,
    unit: 'ops/s',
    peer: 'ioredis on redis-server',
    ratio: ratio(all, 'isodis', 'ioredis'),
    least: 20,
  })
  if (mocked)
    report({
      name: `${name} at 1000 entries, awaited`,
      value: all.get('isodis')!,
      unit: 'ops/s',
      peer: 'ioredis-mock',
      ratio: ratio(all, 'isodis', 'mock'),
      least: 40,
    })
}

const pipelined = await speeds([
  { name: 'isodis', run: (count) => inHundreds(count, (n) => { const batch = redis.pipeline(); for (let i = 0; i < n; i++) batch.get(at(i)); return batch.exec() }) },
  { name: 'ioredis', run: (count) => inHundreds(count, (n) => { const batch = ioredis.pipeline(); for (let i = 0; i < n; i++) batch.get(at(i)); return batch.exec() }) },
]) // prettier-ignore
report({
  name: 'GET in pipelines of 100',
  value: pipelined.get('isodis')!,
  unit: 'ops/s',
  peer: 'ioredis on redis-server',
  ratio: ratio(pipelined, 'isodis', 'ioredis'),
})

async function inHundreds(count: number, run: (n: number) => Promise<unknown>): Promise<void> {
  for (let left = count; left > 0; left -= 100) sink = await run(Math.min(left, 100))
}

ioredis.disconnect()
mock.disconnect()
await server.stop()
process.exit(sink === undefined ? 1 : 0)
