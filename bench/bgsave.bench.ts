// BGSAVE of a million short strings and a hash of a million fields while 10 000 writes a second go on: how long a slice
// takes, how long a write that needs a pre-image, and the whole, beside plain serialisation of the same data.
//
// V8 collects garbage in pauses of its own, and part of it in steps inside of whatever runs, which it tells nobody of. So
// there are two processes: in one the heap is so large that nothing is collected in steps, and slices and writes are what
// is measured there, without the pauses, which V8 does tell of; the other has V8's defaults, and shows the pauses and what
// a clock on the wall sees. The time in which the thread waited for a core does not count: V8's helpers compete for it.
import { spawnSync } from 'node:child_process'
import { openSync, readSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { allocate } from '../src/adapters/host.ts'
import { createRedis } from '../src/adapters/memory.ts'
import { memoryStorage } from '../src/adapters/storage/memory.ts'
import { ByteSink } from '../src/core/persistence/rdb/byte-sink.ts'
import { RdbWriter } from '../src/core/persistence/rdb/writer.ts'
import { Snapshot } from '../src/core/persistence/snapshot.ts'
import { median, report } from './harness.ts'

const COUNT = 1_000_000
const WRITES_A_SECOND = 10_000
const SAVES = 5
const LARGE_HEAP = ['--min-semi-space-size=512', '--max-semi-space-size=512', '--initial-heap-size=8000', '--max-old-space-size=8000']
const key = (i: number): string => String(1_000_000_000 + i)

const quiet = process.argv.includes('--quiet')
if (!quiet) {
  // What it prints goes where this process's results go.
  const args = ['--expose-gc', ...LARGE_HEAP, fileURLToPath(import.meta.url), '--quiet']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error(`the quiet process ended with ${status}`)
}

const storage = memoryStorage()
const redis = await createRedis({ storage, save: '' })
for (let i = 0; i < COUNT; i++) redis.sync.set(key(i), `v${100_000_000 + i}`)
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

interface Span {
  readonly start: number
  readonly end: number
  /** Milliseconds in which the thread could have run and did not. */
  readonly waited: number
}

/** When garbage was collected, by the clock of performance.now(). */
const collections: { start: number; end: number }[] = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) collections.push({ start: startTime, end: startTime + duration })
}).observe({ entryTypes: ['gc'] })

/** How long this thread has waited for a core, in milliseconds: Linux counts it. */
const waitedSoFar = countWaiting()
function countWaiting(): () => number {
  try {
    const file = openSync(`/proc/${process.pid}/task/${process.pid}/schedstat`, 'r')
    const buffer = Buffer.alloc(80)
    return () => Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, 80, 0)).split(' ')[1]) / 1e6
  } catch {
    return () => 0
  }
}

function timed<T>(into: Span[], run: () => T): T {
  const before = waitedSoFar()
  const start = performance.now()
  const result = run()
  const end = performance.now()
  into.push({ start, end, waited: waitedSoFar() - before })
  return result
}

// Every slice is timed where it is made.
const slices: Span[] = []
const writes: Span[] = []
const { slice } = Snapshot.prototype
Snapshot.prototype.slice = function sliceInTime(this: Snapshot) {
  return timed(slices, () => slice.call(this))
}

async function save(): Promise<number> {
  if (quiet) (globalThis as { gc?: () => void }).gc?.()
  const start = performance.now()
  let due = start
  await redis.bgsave()
  while (redis.sync.info('persistence').includes('rdb_bgsave_in_progress:1')) {
    for (const now = performance.now(); due < now; due += 1000 / WRITES_A_SECOND) {
      const i = Math.floor(Math.random() * COUNT)
      timed(writes, () => {
        if (i % 3 === 0) redis.sync.hset('large', `field${i}`, due)
        else redis.sync.set(key(i), due)
      })
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return performance.now() - start
}

const serialised = [plain(), plain(), plain()]
const totals: number[] = []
for (let i = 0; i < SAVES; i++) totals.push(await save())
await new Promise((resolve) => setTimeout(resolve, 50))

/** The longest of some spans, without the collections inside of them and without waiting for a core. */
function longest(spans: readonly Span[]): number {
  // Few of them are long; only those are compared with the collections.
  const [...long] = spans.toSorted((a, b) => b.end - b.start - (a.end - a.start)).slice(0, 1000)
  const without = long.map(({ start, end, waited }) => {
    const inside = collections.filter((gc) => gc.start < end && gc.end > start)
    return end - start - waited - inside.reduce((sum, gc) => sum + Math.min(gc.end, end) - Math.max(gc.start, start), 0)
  })
  return Math.max(...without)
}
const wall = (spans: readonly { start: number; end: number }[]): number => Math.max(...spans.map(({ start, end }) => end - start))

if (quiet) {
  report(
    { name: 'longest slice, without the collector', value: longest(slices), unit: 'ms', most: 8 },
    { name: 'longest write, with its pre-image, without the collector', value: longest(writes), unit: 'ms', most: 8 },
  )
} else {
  const total = median(totals)
  report(
    { name: 'longest garbage collection', value: wall(collections), unit: 'ms' },
    { name: 'longest slice by the clock, with the steps of the collector in it', value: wall(slices), unit: 'ms' },
    { name: 'longest write by the clock, likewise', value: wall(writes), unit: 'ms' },
    {
      name: `whole save, ${Math.round(writes.length / SAVES)} writes meanwhile`,
      value: total,
      unit: 'ms',
      peer: 'plain serialisation',
      ratio: total / median(serialised),
      most: 4,
    },
    { name: 'its size', value: storage.snapshot!.reduce((sum, chunk) => sum + chunk.length, 0) / 1e6, unit: 'MB' },
  )
}
process.exit(0)
