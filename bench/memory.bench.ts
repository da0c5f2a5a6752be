// What a million short strings take, beside a plain Map; and what an engine by itself takes.
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
report({ name: 'an expiry for each of them', value: (heapUsed() - before) / COUNT, unit: 'bytes a key' })
report({
  name: 'INFO used_memory, an estimate',
  value: Number(/used_memory:(\d+)/.exec(redis.sync.info('memory'))![1]) / 1e6,
  unit: 'MB',
  peer: 'heap',
  ratio: Number(/used_memory:(\d+)/.exec(redis.sync.info('memory'))![1]) / ours,
})

const engines = await Promise.all(Array.from({ length: 1000 }, () => createRedis()))
const start = performance.now()
for (let i = 0; i < 1000; i++) engines[i] = await createRedis()
report({ name: 'createRedis()', value: ((performance.now() - start) / 1000) * 1000, unit: 'us', most: 100 })
