// What an adapter costs beyond the library under it, on the same redis-server, awaited and in pipelines of 100. The two take
// turns on connections of their own, and CPU time of this process is compared: the server's is not the adapter's.
import { setFlagsFromString } from 'node:v8'
import type { Redis } from '../src/core/client/redis.ts'
import { startRedisServer } from '../test/support/redis-server.ts'
import { cpuTimes, report } from './harness.ts'

// On a busy machine the collector's helper threads wait for each other, and their waiting would count as CPU time.
setFlagsFromString('--no-parallel-scavenge')

export const DEPTH = 100
const COUNT = 20_000

type Batches = 'pipeline' | 'transaction'
/** The same in the library's own words. */
export interface Plain {
  get(): Promise<unknown>
  set(value: string): Promise<unknown>
  hset(fields: Record<string, string>): Promise<unknown>
  hgetall(): Promise<unknown>
  /** So many GETs or SETs in one go. */
  many(name: 'get' | 'set', batches: Batches): Promise<unknown>
  close(): void
}
type Run = (count: number) => Promise<void>

/** @param most how many times as long a command may take, awaited and with others */
export async function compareAdapter(
  peer: string,
  most: { awaited: number; together: number },
  open: (path: string) => Promise<{ redis: Redis; plain: Plain }>,
): Promise<void> {
  const server = await startRedisServer()
  const { redis, plain } = await open(server.path)
  await plain.set('some value of an ordinary length')
  await plain.hset(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field${i}`, `value ${i}`])))

  const many = (name: 'get' | 'set', batches: Batches): Promise<unknown> => {
    const batch = batches === 'pipeline' ? redis.pipeline() : redis.multi()
    for (let i = 0; i < DEPTH; i++) {
      if (name === 'get') batch.get('key')
      else batch.set('key', 'value')
    }
    return batch.exec()
  }
  const rows: Record<string, [ours: Run, theirs: Run]> = {
    'GET, awaited': [awaited(() => redis.get('key')), awaited(() => plain.get())],
    'SET, awaited': [awaited(() => redis.set('key', 'value')), awaited(() => plain.set('value'))],
    'HGETALL of 20 fields, awaited': [awaited(() => redis.hgetall('hash')), awaited(() => plain.hgetall())],
    [`GET, pipelines of ${DEPTH}`]: [piped(() => many('get', 'pipeline')), piped(() => plain.many('get', 'pipeline'))],
    [`SET, pipelines of ${DEPTH}`]: [piped(() => many('set', 'pipeline')), piped(() => plain.many('set', 'pipeline'))],
    [`GET, transactions of ${DEPTH}`]: [piped(() => many('get', 'transaction')), piped(() => plain.many('get', 'transaction'))],
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
    report({
      name,
      value,
      unit: 'µs a command',
      peer,
      ratio: value / times.get('theirs')!,
      most: name.endsWith('awaited') ? most.awaited : most.together,
    })
  }
  await redis.close()
  plain.close()
  await server.stop()
}

const awaited =
  (command: () => Promise<unknown>): Run =>
  async (count) => {
    for (let i = 0; i < count; i++) await command()
  }

/** `count` commands, so many at a time. */
const piped =
  (send: () => Promise<unknown>): Run =>
  async (count) => {
    for (let i = 0; i < count; i += DEPTH) await send()
  }
