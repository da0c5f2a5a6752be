// BGSAVE of a million short strings while 10 000 writes a second go on: how long a slice takes, how long a write that
// needs a pre-image, and the whole, beside plain serialisation of the same data. Garbage collection is told apart: V8
// stops the world for it at times that have nothing to do with what runs.
import { PerformanceObserver } from 'node:perf_hooks'
import { allocate } from '../src/adapters/host.ts'
import { createRedis } from '../src/adapters/memory.ts'
import { memoryStorage } from '../src/adapters/storage/memory.ts'
import { ByteSink } from '../src/core/persistence/rdb/byte-sink.ts'
import { RdbWriter } from '../src/core/persistence/rdb/writer.ts'
import { Snapshot } from '../src/core/persistence/snapshot.ts'
import { median, report } from './harness.ts'

const COUNT = 1_000_000
const WRITES_A_SECOND = 10_000
const key = (i: number): string => String(1_000_000_000 + i)

const storage = memoryStorage()
const redis = await createRedis({ storage, save: '' })
for (let i = 0; i < COUNT; i++) redis.sync.set(key(i), `v${100_000_000 + i}`)
redis.sync.hset('hash', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`field${i}`, 'value'])))
for (let i = 0; i < 1000; i++)
  redis.sync.call('HSET', 'large', ...Array.from({ length: 1000 }, (_, j) => [`field${i * 1000 + j}`, 'value']).flat())

function plain(): number {
  const { keyspace } = redis.engine.databases()[0]
  const start = performance.now()
  const writer = new RdbWriter(new ByteSink({ allocate }))
  writer.header([])
  writer.database(0, COUNT, 0)
  for (let slot = 0; slot < keyspace.size; slot++) writer.entry(keyspace.keys[slot], keyspace.values[slot], keyspace.expiry(slot), {})
  writer.end()
  return performance.now() - start
}

/** When garbage was collected, by the clock of performance.now(). */
const collections: { start: number; end: number }[] = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) collections.push({ start: startTime, end: startTime + duration })
}).observe({ entryTypes: ['gc'] })

// Every slice is timed where it is made.
const slices: { start: number; end: number }[] = []
const { slice } = Snapshot.prototype
Snapshot.prototype.slice = function timed(this: Snapshot) {
  const start = performance.now()
  const made = slice.call(this)
  slices.push({ start, end: performance.now() })
  return made
}

const writes: { start: number; end: number }[] = []
async function save(): Promise<number> {
  const start = performance.now()
  let due = start
  await redis.bgsave()
  while (redis.sync.info('persistence').includes('rdb_bgsave_in_progress:1')) {
    for (const now = performance.now(); due < now; due += 1000 / WRITES_A_SECOND) {
      const i = Math.floor(Math.random() * COUNT)
      const before = performance.now()
      if (i % 3 === 0) redis.sync.hset('large', `field${i}`, due)
      else redis.sync.set(key(i), due)
      writes.push({ start: before, end: performance.now() })
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return performance.now() - start
}

const serialised = [plain(), plain(), plain()]
await save() // warms up
const totals: number[] = []
slices.length = writes.length = 0
for (let i = 0; i < 5; i++) totals.push(await save())
await new Promise((resolve) => setTimeout(resolve, 50))

/** The longest of some spans, without the collections inside of them. */
function longest(spans: readonly { start: number; end: number }[]): number {
  // Few of them are long; only those are compared with the collections.
  const [...long] = spans.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, 1000)
  const without = long.map(({ start, end }) => {
    const inside = collections.filter((gc) => gc.start < end && gc.end > start)
    return end - start - inside.reduce((sum, gc) => sum + Math.min(gc.end, end) - Math.max(gc.start, start), 0)
  })
  return Math.max(...without)
}
const total = median(totals)
report(
  { name: 'longest slice', value: longest(slices), unit: 'ms', most: 8 },
  { name: 'longest write, with its pre-image', value: longest(writes), unit: 'ms', most: 8 },
  { name: 'longest garbage collection', value: Math.max(...collections.map(({ start, end }) => end - start)), unit: 'ms' },
  {
    name: `whole save, ${Math.round(writes.length / 5)} writes meanwhile`,
    value: total,
    unit: 'ms',
    peer: 'plain serialisation',
    ratio: total / median(serialised),
    most: 4,
  },
)

const bytes = storage.snapshot!.reduce((sum, chunk) => sum + chunk.length, 0)
const start = performance.now()
await createRedis({ storage: memoryStorage(storage.snapshot), save: '' })
report({ name: 'loading it', value: performance.now() - start, unit: 'ms' }, { name: 'its size', value: bytes / 1e6, unit: 'MB' })
process.exit(0)
