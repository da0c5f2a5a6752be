// What a save costs when little has changed: the time (of the processor: nothing is waited for) and bytes of the next save, by how many keys there are and how many
// of them changed at random places, beside a full save of the same data and beside writing every page that changed.
// With `--write`, docs/persistence.md gets the rows as a table and a picture (incremental-docs.js).
import { createRedis, type EmbeddedRedis } from '../src/adapters/memory.ts'
import { PAGE_BITS } from '../src/core/engine/structures/slot-table.ts'
import { type Records, recordStorage } from '../src/core/persistence/records.ts'
import { ByteSink } from '../src/core/persistence/rdb/byte-sink.ts'
import { RdbWriter } from '../src/core/persistence/rdb/writer.ts'
import { allocate } from '../src/adapters/host.ts'
import { median, report } from './harness.ts'

const SIZES = [10_000, 100_000, 1_000_000]
const SHARES = [0.001, 0.01, 0.1, 0.3, 1]
const ROUNDS = 5

/** Records that cost nothing to put, and count. */
class Counted implements Records {
  readonly name = 'memory'
  readonly largest = 1 << 20
  readonly map = new Map<string, Uint8Array>()
  bytes = 0
  open = async (): Promise<void> => {}
  close = async (): Promise<void> => {}
  names = async (): Promise<string[]> => [...this.map.keys()]
  get = async (name: string): Promise<Uint8Array | undefined> => this.map.get(name)
  async put(records: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    for (const [name, bytes] of records) {
      this.map.set(name, bytes)
      this.bytes += bytes.length
    }
  }
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) this.map.delete(name)
  }
}

const key = (i: number): string => String(1_000_000_000 + i)

/** Milliseconds of the processor. */
function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function saved(redis: EmbeddedRedis, records: Counted): Promise<{ ms: number; bytes: number }> {
  records.bytes = 0
  const start = cpu()
  await redis.save()
  return { ms: cpu() - start, bytes: records.bytes }
}

/** Writing the pages with changes, whole. */
function pages(redis: EmbeddedRedis, changed: readonly number[]): { ms: number; bytes: number } {
  const { keyspace } = redis.engine.database(0)
  const touched = new Set(changed.map((i) => keyspace.find(key(i)) >> PAGE_BITS))
  const start = cpu()
  const writer = new RdbWriter(new ByteSink({ allocate }))
  for (const page of touched) {
    for (let slot = page << PAGE_BITS; slot < Math.min((page + 1) << PAGE_BITS, keyspace.size); slot++)
      writer.entry(keyspace.keys[slot], keyspace.values[slot], 0, {})
  }
  writer.end()
  return { ms: cpu() - start, bytes: writer.sink.size }
}

interface Row {
  size: number
  share: number
  ms: number
  bytes: number
  fullMs: number
  fullBytes: number
  pagesMs: number
  pagesBytes: number
}
const rows: Row[] = []

/** Saves everything, then changes a share of the keys and saves, again and again. */
async function measure(size: number, share: number): Promise<Row> {
  const records = new Counted()
  const redis = await createRedis({ storage: recordStorage(records), save: '' })
  for (let i = 0; i < size; i++) redis.sync.set(key(i), `v${100_000_000 + i}`)
  const full = await saved(redis, records)
  const next: { ms: number; bytes: number }[] = []
  const whole: { ms: number; bytes: number }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const all = share === 1
    const changed = Array.from({ length: Math.round(size * share) }, (_, i) => (all ? i : Math.floor(Math.random() * size)))
    for (const i of changed) redis.sync.set(key(i), `w${100_000_000 + i}`)
    whole.push(pages(redis, changed))
    next.push(await saved(redis, records))
  }
  const of = (taken: typeof next, name: 'ms' | 'bytes'): number => median(taken.map((each) => each[name]))
  const [ms, bytes, pagesMs, pagesBytes] = [of(next, 'ms'), of(next, 'bytes'), of(whole, 'ms'), of(whole, 'bytes')]
  return { size, share, ms, bytes, fullMs: full.ms, fullBytes: full.bytes, pagesMs, pagesBytes }
}

for (let warm = 0; warm < 3; warm++) await measure(100_000, 0.05)
for (const size of SIZES) {
  const own: Row[] = []
  for (const share of SHARES) own.push(await measure(size, share))
  const fullMs = median(own.map((row) => row.fullMs))
  rows.push(...own.map((row) => ({ ...row, fullMs })))
}
for (const row of rows) {
  const { size, share, ms, bytes, fullMs, fullBytes, pagesMs, pagesBytes } = row
  const name = `${size.toLocaleString('en')} keys, ${share * 100} % changed: ${(bytes / 1e6).toFixed(2)} MB, pages ${(pagesBytes / 1e6).toFixed(2)} MB in ${pagesMs.toFixed(1)} ms`
  report({
    name,
    value: ms,
    unit: 'ms',
    peer: `full save, ${fullMs.toFixed(1)} ms, ${(fullBytes / 1e6).toFixed(2)} MB`,
    ratio: ms / fullMs,
    row,
    ...(size === 1_000_000 && share === 0.01 ? { most: 0.1 } : {}),
  })
}

process.exit(0)
