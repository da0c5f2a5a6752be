// What the journal costs: SET in process, awaited and in pipelines, and through the RESP server under redis-benchmark, with
// and without appendfsync everysec on real files. The candidates take turns.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRedis } from '../src/adapters/memory.ts'
import { fileStorage } from '../src/adapters/storage/file.ts'
import { serveResp } from '../src/adapters/serve/server.ts'
import { median, report, speeds } from './harness.ts'
import { redisBenchmark, serveAs } from './redis-benchmark.ts'

const key = (i: number): string => `key:${1_000_000 + (i % 100_000)}`

async function open(config: Record<string, string>): Promise<Awaited<ReturnType<typeof createRedis>>> {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-bench-'))
  return createRedis({ storage: fileStorage({ dir }), save: '', config: { 'auto-aof-rewrite-percentage': '0', ...config } })
}

if (process.argv[2] === 'serve') {
  const { port } = await serveResp(await open({ appendonly: process.argv[3] }), { port: 0 })
  process.stdout.write(`${port}\n`)
} else {
  await inProcess()
  await served()
  process.exit(0)
}

async function served(): Promise<void> {
  const [off, on] = [await serveAs('serve', 'no'), await serveAs('serve', 'yes')]
  for (const depth of [1, 16]) {
    const rounds = [1, 2, 3, 4, 5].map(() => ({ on: redisBenchmark(on.port, 'set', depth), off: redisBenchmark(off.port, 'set', depth) }))
    report({
      name: `SET -P ${depth} through isodis serve, everysec`,
      value: median(rounds.map((round) => round.on)) / 1e3,
      unit: 'k ops/s',
      peer: 'no journal',
      ratio: median(rounds.map((round) => round.on / round.off)),
      least: 0.75,
    })
  }
  off.kill()
  on.kill()
}

async function inProcess(): Promise<void> {
  const without = await open({})
  const everysec = await open({ appendonly: 'yes', appendfsync: 'everysec' })
  const always = await open({ appendonly: 'yes', appendfsync: 'always' })

  /** Awaited one by one; the event loop turns now and then, as it does in a program that lives. */
  const awaited =
    (redis: typeof without) =>
    async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        await redis.set(key(i), 'some value')
        if (i % 1000 === 999) await new Promise((resolve) => setImmediate(resolve))
      }
    }
  const piped =
    (redis: typeof without) =>
    async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 100) {
        const pipeline = redis.pipeline()
        for (let j = 0; j < 100; j++) pipeline.set(key(i + j), 'some value')
        await pipeline.exec()
        if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
  const ROUNDS = 60
  const at = new Map([
    ...(await speeds(
      [
        { name: 'without', run: awaited(without) },
        { name: 'everysec', run: awaited(everysec) },
      ],
      ROUNDS,
    )),
    ...(await speeds(
      [
        { name: 'pipelines without', run: piped(without) },
        { name: 'pipelines with everysec', run: piped(everysec) },
      ],
      ROUNDS,
    )),
    ...(await speeds([{ name: 'pipelines of 100 with always', run: piped(always) }])),
  ])
  const value = (name: string): number => at.get(name)!
  report(
    { name: 'SET awaited, no journal', value: value('without') / 1e3, unit: 'k ops/s' },
    {
      name: 'SET awaited, everysec',
      value: value('everysec') / 1e3,
      unit: 'k ops/s',
      peer: 'no journal',
      ratio: value('everysec') / value('without'),
      least: 0.75,
    },
    {
      name: 'pipelines of 100 SETs, everysec',
      value: value('pipelines with everysec') / 1e3,
      unit: 'k ops/s',
      peer: 'no journal',
      ratio: value('pipelines with everysec') / value('pipelines without'),
      least: 0.75,
    },
    { name: 'pipelines of 100 SETs, always', value: value('pipelines of 100 with always') / 1e3, unit: 'k ops/s' },
  )
}
