// Export and import of a million keys as a user sees them: the stream is read as fast as it comes.
import { createRedis } from '../src/adapters/memory.ts'
import { median, report } from './harness.ts'

const COUNT = 1_000_000
const ROUNDS = 5

const redis = await createRedis()
for (let i = 0; i < COUNT; i++) redis.sync.set(`key:${1_000_000_000 + i}`, `value of ${i}, some forty bytes long ${i}`)

let chunks: Uint8Array[] = []
const exported: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  chunks = []
  const start = performance.now()
  for await (const chunk of redis.exportRdb()) chunks.push(chunk)
  exported.push(performance.now() - start)
}
const megabytes = chunks.reduce((sum, { length }) => sum + length, 0) / 1e6

const imported: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  const other = await createRedis()
  const start = performance.now()
  await other.importRdb(chunks)
  imported.push(performance.now() - start)
}
report(
  { name: `exporting a million keys, ${Math.round(megabytes)} MB`, value: (megabytes * 1000) / median(exported), unit: 'MB/s', least: 80 },
  { name: 'importing them', value: (megabytes * 1000) / median(imported), unit: 'MB/s' },
)
process.exit(0)
