// What the adapter costs beyond plain ioredis on the same redis-server, awaited and in pipelines of 100. The two take turns
// on connections of their own, and CPU time of this process is compared: the server's is not the adapter's.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Redis as Ioredis } from 'ioredis'
import { fromIoredis } from '../src/adapters/ioredis.ts'
import { cpuTimes, report } from './harness.ts'

// On a busy machine the collector's helper threads wait for each other, and their waiting would count as CPU time.
setFlagsFromString('--no-parallel-scavenge')

const DEPTH = 100
const COUNT = 20_000
const AT_MOST = 1.1

const dir = mkdtempSync(join(tmpdir(), 'isodis-bench-'))
const path = join(dir, 'redis.sock')
const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--dir', dir], { stdio: 'ignore' })
while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10))

const plain = new Ioredis({ path })
const redis = fromIoredis(new Ioredis({ path }))
await plain.set('key', 'some value of an ordinary length')
await plain.hset('hash', Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field${i}`, `value ${i}`])))

const awaited = (command: () => Promise<unknown>) => async (count: number) => {
  for (let i = 0; i < count; i++) await command()
}
/** `count` commands, so many at a time. */
const piped = (send: () => Promise<unknown>) => async (count: number) => {
  for (let i = 0; i < count; i += DEPTH) await send()
}
interface Filled {
  exec(): Promise<unknown>
}
const filled =
  <P extends Filled>(make: () => P, add: (pipeline: P) => unknown) =>
  (): Promise<unknown> => {
    const pipeline = make()
    for (let i = 0; i < DEPTH; i++) add(pipeline)
    return pipeline.exec()
  }

type Run = (count: number) => Promise<void>
const rows: Record<string, [ours: Run, theirs: Run]> = {
  'GET, awaited': [awaited(() => redis.get('key')), awaited(() => plain.get('key'))],
  'SET, awaited': [awaited(() => redis.set('key', 'value')), awaited(() => plain.set('key', 'value'))],
  'HGETALL of 20 fields, awaited': [awaited(() => redis.hgetall('hash')), awaited(() => plain.hgetall('hash'))],
  [`GET, pipelines of ${DEPTH}`]: [
    piped(
      filled(
        () => redis.pipeline(),
        (pipeline) => pipeline.get('key'),
      ),
    ),
    piped(
      filled(
        () => plain.pipeline(),
        (pipeline) => pipeline.get('key'),
      ),
    ),
  ],
  [`SET, pipelines of ${DEPTH}`]: [
    piped(
      filled(
        () => redis.pipeline(),
        (pipeline) => pipeline.set('key', 'value'),
      ),
    ),
    piped(
      filled(
        () => plain.pipeline(),
        (pipeline) => pipeline.set('key', 'value'),
      ),
    ),
  ],
  [`GET, transactions of ${DEPTH}`]: [
    piped(
      filled(
        () => redis.multi(),
        (pipeline) => pipeline.get('key'),
      ),
    ),
    piped(
      filled(
        () => plain.multi(),
        (pipeline) => pipeline.get('key'),
      ),
    ),
  ],
}
for (const [name, [ours, theirs]] of Object.entries(rows)) {
  const times = await cpuTimes(
    [
      { name: 'ours', run: ours },
      { name: 'theirs', run: theirs },
    ],
    COUNT,
  )
  const value = times.get('ours')!
  report({ name, value, unit: 'µs a command', peer: 'ioredis 5', ratio: value / times.get('theirs')!, most: AT_MOST })
}

await redis.close()
plain.disconnect()
server.kill()
rmSync(dir, { recursive: true, force: true })
