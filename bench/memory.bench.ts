// What a million short strings take, beside a plain Map; what collections take, and an engine by itself.
import { createRedis } from '../src/adapters/memory.ts'
import { heapUsed, report } from './harness.ts'

const COUNT = 1_000_000
const key = (i: number): string => String(1_000_000_000 + i)
const value = (i: number): string => `v${100_000_000 + i}`

let before = heapUsed()
let map: Map<string, string> | null = new Map()
for (let i = 0; i < COUNT; i++) map.set(key(i), value(i))
const plain = heapUsed() - before
if (map.size !== COUNT) throw new Error('the Map is not full')
map = null

const redis = await createRedis()
before = heapUsed()
for (let i = 0; i < COUNT; i++) redis.sync.set(key(i), value(i))
const ours = heapUsed() - before
report({
  name: '1 M SETs of 10-byte keys and values',
  value: ours / 1e6,
  unit: 'MB of heap',
  peer: 'Map<string, string>',
  ratio: ours / plain,
  most: 1.6,
})

before = heapUsed()
for (let i = 0; i < COUNT; i++) redis.sync.pexpire(key(i), 1_000_000_000 + i)
const expiries = heapUsed() - before
report({ name: 'an expiry for each of them', value: expiries / COUNT, unit: 'bytes a key' })
report({
  name: 'INFO used_memory',
  value: Number(/used_memory:(\d+)/.exec(redis.sync.info('memory'))![1]) / 1e6,
  unit: 'MB',
  peer: 'heap',
  ratio: Number(/used_memory:(\d+)/.exec(redis.sync.info('memory'))![1]) / (ours + expiries),
})

// A collection's elements, many to a key and few, beside what they are in plain JS.
const member = (i: number): string => `member:${i}`
const types: Record<string, [add: (key: string, i: number) => unknown, plain: () => { add: (i: number) => unknown }]> = {
  list: [(k, i) => redis.sync.rpush(k, member(i)), () => ((a: string[]) => ({ a, add: (i) => a.push(member(i)) }))([])],
  set: [(k, i) => redis.sync.sadd(k, member(i)), () => ((a: Set<string>) => ({ a, add: (i) => a.add(member(i)) }))(new Set())],
  hash: [(k, i) => redis.sync.hset(k, { [member(i)]: value(i) }), () => mapped(value)],
  'sorted set': [(k, i) => redis.sync.zadd(k, { [member(i)]: i / 2 }), () => mapped((i) => i / 2)],
}
function mapped(of: (i: number) => unknown): { add: (i: number) => unknown } {
  const values = new Map<string, unknown>()
  return { add: (i) => values.set(member(i), of(i)) }
}
for (const [type, [add, plain]] of Object.entries(types)) {
  for (const size of [10, 100_000]) {
    redis.sync.flushall()
    before = heapUsed()
    const kept = new Map<string, { add: (i: number) => unknown }>()
    for (let i = 0; i < 100_000; i++) {
      const at = key(Math.floor(i / size))
      if (!kept.has(at)) kept.set(at, plain())
      kept.get(at)!.add(i)
    }
    const peer = heapUsed() - before
    if (kept.size !== 100_000 / size) throw new Error('the plain ones are not all there')
    kept.clear()
    before = heapUsed()
    for (let i = 0; i < 100_000; i++) add(key(Math.floor(i / size)), i)
    const taken = heapUsed() - before
    report({
      name: `${type}, ${size} elements a key`,
      value: taken / 100_000,
      unit: 'bytes an element',
      peer: 'plain JS',
      ratio: taken / peer,
    })
    const used = Number(/used_memory:(\d+)/.exec(redis.sync.info('memory'))![1])
    report({
      name: `${type}, ${size} elements a key: used_memory`,
      value: used / 100_000,
      unit: 'bytes an element',
      peer: 'heap',
      ratio: used / taken,
    })
  }
}

const engines = await Promise.all(Array.from({ length: 1000 }, () => createRedis()))
// Milliseconds for a thousand are microseconds for one.
const start = performance.now()
for (let i = 0; i < 1000; i++) engines[i] = await createRedis()
report({ name: 'createRedis()', value: performance.now() - start, unit: 'µs', most: 100 })
