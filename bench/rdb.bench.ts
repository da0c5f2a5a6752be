// RDB: the checksum, and a million short strings written and read, beside what neither can be faster than: the checksum
// of the same bytes, and putting the same keys into a Map. And the same file loaded by an engine.
import { allocate } from '../src/adapters/host.ts'
import { createRedis } from '../src/adapters/memory.ts'
import { memoryStorage } from '../src/adapters/storage/memory.ts'
import { ByteSink } from '../src/core/persistence/rdb/byte-sink.ts'
import { Crc64 } from '../src/core/persistence/rdb/crc64.ts'
import { LzfCompressor } from '../src/core/persistence/rdb/lzf.ts'
import { RdbReader } from '../src/core/persistence/rdb/reader.ts'
import { RdbWriter } from '../src/core/persistence/rdb/writer.ts'
import { median, report } from './harness.ts'

const COUNT = 1_000_000
const ROUNDS = 9
const flat = (text: string): string => Buffer.from(text).toString('latin1')
const keys = Array.from({ length: COUNT }, (_, i) => flat(`key:${1_000_000 + i}`))
const values = keys.map((_, i) => flat(`value ${i}`))

/** Milliseconds of each, medians of rounds in turn. */
async function times<T extends Record<string, () => unknown>>(candidates: T): Promise<Record<keyof T, number>> {
  const names: (keyof T)[] = Object.keys(candidates)
  const taken = new Map(names.map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      ;(globalThis as { gc?: () => void }).gc?.()
      const start = performance.now()
      await candidates[name]()
      taken.get(name)!.push(performance.now() - start)
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name)!.slice(2))])) as Record<keyof T, number>
}

let chunks: Uint8Array[] = []
function write(options: ConstructorParameters<typeof ByteSink>[0]): void {
  const sink = new ByteSink(options)
  const writer = new RdbWriter(sink)
  writer.header([])
  writer.database(0, COUNT, 0)
  for (let i = 0; i < COUNT; i++) writer.entry(keys[i], values[i], 0, {})
  writer.end()
  chunks = sink.take()
}
function read(from: readonly Uint8Array[]): void {
  const reader = new RdbReader({ databases: 1, entry: () => true })
  for (const chunk of from) {
    reader.push(chunk)
    reader.read()
  }
  reader.end()
}
write({})
const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
const plainChunks = chunks.map((chunk) => new Uint8Array(chunk))
const buffers = chunks.map((chunk) => Buffer.from(chunk))

const json = flat(JSON.stringify(Array.from({ length: 400 }, (_, i) => ({ id: i, name: `user ${i}`, email: `user${i}@example.com` }))))
const compressor = new LzfCompressor()

const taken = await times({
  crc: () => plainChunks.forEach((chunk) => new Crc64().update(chunk)),
  write: () => write({}),
  writeBuffers: () => write({ allocate }),
  read: () => read(plainChunks),
  readBuffers: () => read(buffers),
  load: async () => {
    const redis = await createRedis({ storage: memoryStorage(buffers), save: '' })
    if (redis.sync.dbsize() !== COUNT) throw new Error('not all keys were loaded')
  },
  map: () => new Map(keys.map((key) => [flat(key), key])),
  compress: () => {
    for (let i = 0; i < 200; i++) compressor.compress(json)
  },
})

const per = (ms: number): number => bytes / 1000 / ms
report(
  { name: 'CRC-64', value: per(taken.crc), unit: 'MB/s' },
  {
    name: 'writing a million short strings',
    value: taken.write,
    unit: 'ms',
    peer: 'their CRC-64',
    ratio: taken.write / taken.crc,
    most: 6,
  },
  {
    name: 'the same into Buffers',
    value: taken.writeBuffers,
    unit: 'ms',
    peer: 'their CRC-64',
    ratio: taken.writeBuffers / taken.crc,
    most: 6,
  },
  { name: 'reading them', value: taken.read, unit: 'ms', peer: 'a Map of them', ratio: taken.read / taken.map, most: 1 },
  {
    name: 'the same from Buffers',
    value: taken.readBuffers,
    unit: 'ms',
    peer: 'a Map of them',
    ratio: taken.readBuffers / taken.map,
    most: 1,
  },
  {
    name: 'loading them into an engine',
    value: taken.load,
    unit: 'ms',
    peer: 'reading them, which keeps nothing',
    ratio: taken.load / taken.readBuffers,
    most: 3,
  },
  { name: 'loading them into an engine', value: taken.load, unit: 'ms', peer: 'a Map of them', ratio: taken.load / taken.map },
  { name: 'compressing JSON', value: (200 * json.length) / 1000 / taken.compress, unit: 'MB/s' },
)
