// Unmodified clients on the engine in process: ioredis beside itself on a local redis-server and beside ioredis-mock;
// @upstash/redis beside itself on the REST handler; and how long a fresh database for a test takes.
import { Redis as Upstash } from '@upstash/redis'
import { type ConnectionOptions, Queue, Worker } from 'bullmq'
import { Redis as IORedis } from 'ioredis'
import IORedisMock from 'ioredis-mock'
import { ioredisOn } from '../src/adapters/drop-in/ioredis.ts'
import { requesterOn } from '../src/adapters/drop-in/upstash.ts'
import { createRedis } from '../src/adapters/memory.ts'
import { createRestHandler } from '../src/adapters/serve/rest-handler.ts'
import { createTestRedis } from '../src/adapters/testing.ts'
import { lua } from '../src/scripts/lua/scripting.ts'
import { startRedisServer } from '../test/support/redis-server.ts'
import { type Candidate, median, report, speeds } from './harness.ts'

const at = (i: number): string => `key:${i % 1000}`
const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [at(i), `value:${i}`]))

const redis = await createRedis()
const server = await startRedisServer()
const ours = new IORedis(ioredisOn(redis))
const theirs = new IORedis({ path: server.path })
const mock = new IORedisMock()
for (const client of [ours, theirs, mock]) {
  await client.mset(fields)
  await client.hset('hash', fields)
}

const loop = (name: string, step: (i: number) => Promise<unknown>): Candidate => ({
  name,
  run: async (count) => {
    for (let i = 0; i < count; i++) await step(i)
  },
})

interface Measured {
  step: (client: IORedis) => (i: number) => Promise<unknown>
  /** What the project promises against redis-server and against ioredis-mock, where it does. */
  server?: number
  mock?: number
}
const commands: Record<string, Measured> = {
  GET: { step: (client) => (i) => client.get(at(i)), server: 3 },
  SET: { step: (client) => (i) => client.set(at(i), 'value'), server: 3 },
  'HSET of a hash of 1000 fields': { step: (client) => (i) => client.hset('hash', at(i), i), server: 3, mock: 50 },
  'HGETALL of 1000 fields': { step: (client) => () => client.hgetall('hash') },
}
for (const [name, { step, server: leastOfServer, mock: leastOfMock }] of Object.entries(commands)) {
  const all = await speeds([loop('ours', step(ours)), loop('theirs', step(theirs)), loop('mock', step(mock))])
  const result = { name: `ioredis: ${name}, awaited`, value: all.get('ours')!, unit: 'ops/s' }
  report({ ...result, peer: 'ioredis on redis-server', ratio: result.value / all.get('theirs')!, least: leastOfServer })
  report({ ...result, peer: 'ioredis-mock', ratio: result.value / all.get('mock')!, least: leastOfMock })
}

const pipelined = (client: IORedis) => async (count: number) => {
  for (let left = count; left > 0; left -= 100) {
    const batch = client.pipeline()
    for (let i = 0; i < Math.min(left, 100); i++) batch.get(at(i))
    await batch.exec()
  }
}
const batches = await speeds([
  { name: 'ours', run: pipelined(ours) },
  { name: 'theirs', run: pipelined(theirs) },
])
report({
  name: 'ioredis: GET in pipelines of 100',
  value: batches.get('ours')!,
  unit: 'ops/s',
  peer: 'ioredis on redis-server',
  ratio: batches.get('ours')! / batches.get('theirs')!,
})

// A library that lives on Lua, streams and blocking commands: a job added one by one and worked off by one worker.
function bullmq(name: string, connect: () => IORedis): Candidate & { close(): Promise<void> } {
  // Its types are those of another version of ioredis.
  const clients: IORedis[] = []
  const connection = (): ConnectionOptions => clients[clients.push(connect()) - 1] as unknown as ConnectionOptions
  const queue = new Queue(name, { connection: connection() })
  let done = (): void => {}
  let left = 0
  const worker = new Worker(name, async () => --left === 0 && done(), { connection: connection(), removeOnComplete: { count: 0 } })
  return {
    name,
    run: async (count) => {
      left = count
      const all = new Promise<void>((resolve) => (done = resolve))
      for (let i = 0; i < count; i++) await queue.add('job', { i })
      await all
    },
    async close() {
      await worker.close(true)
      await queue.close()
      for (const client of clients) client.disconnect()
    },
  }
}
const scripted = await createRedis({ lua })
const queues = [
  bullmq('ours', () => new IORedis({ ...ioredisOn(scripted), maxRetriesPerRequest: null })),
  bullmq('theirs', () => new IORedis({ path: server.path, maxRetriesPerRequest: null })),
]
/** Scripts and clients are much code, which V8 compiles over the first seconds. */
const COLD_JOBS = 1000
const WARM_JOBS = 5000
const started = performance.now()
await queues[0].run(COLD_JOBS)
report({ name: 'BullMQ: the first thousand jobs of a process', value: (COLD_JOBS * 1000) / (performance.now() - started), unit: 'jobs/s' })
for (const { run } of queues) await run(WARM_JOBS)
const jobs = await speeds(queues)
report({
  name: 'BullMQ: jobs added and worked off, once it is warm',
  value: jobs.get('ours')!,
  unit: 'jobs/s',
  peer: 'BullMQ on redis-server',
  ratio: jobs.get('ours')! / jobs.get('theirs')!,
})
for (const queue of queues) await queue.close()
await scripted.close()

// The client's own HTTP code, with the handler in the place of the network.
const handler = createRestHandler(redis, { token: 'secret' })
globalThis.fetch = (input, init) => handler(new Request(input, init))
const upstash = new Upstash(requesterOn(redis))
const overHttp = new Upstash({ url: 'http://localhost', token: 'secret', enableAutoPipelining: false })
const rest = await speeds([loop('ours', (i) => upstash.get(at(i))), loop('theirs', (i) => overHttp.get(at(i)))])
report({
  name: '@upstash/redis: GET, awaited',
  value: rest.get('ours')!,
  unit: 'ops/s',
  peer: 'its HTTP code on the REST handler',
  ratio: rest.get('ours')! / rest.get('theirs')!,
})

const times: number[] = []
for (let i = 0; i < 4000; i++) {
  const start = performance.now()
  const fresh = await createTestRedis()
  times.push((performance.now() - start) * 1000)
  await fresh.close()
}
report({ name: 'a fresh database for a test', value: median(times.slice(1000)), unit: 'µs', most: 100 })

for (const client of [ours, theirs, mock]) client.disconnect()
await redis.close()
await server.stop()
process.exit()
