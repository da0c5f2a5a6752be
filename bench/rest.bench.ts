// The REST handler beside an empty one on the same kind of server, and the Upstash adapter beside plain @upstash/redis,
// both over HTTP, with their server in this process. CPU time is compared, which is the same on a busy machine.
import { Agent, request } from 'node:http'
import { Redis as UpstashRedis } from '@upstash/redis'
import { createRedis } from '../src/adapters/memory.ts'
import { createRestHandler } from '../src/adapters/serve/rest-handler.ts'
import { serveRest } from '../src/adapters/serve/rest-server.ts'
import { fromUpstash } from '../src/adapters/upstash.ts'
import { cpuTimes, report } from './harness.ts'

const TOKEN = 'token'
const HEADERS = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'upstash-encoding': 'base64' }
const redis = await createRedis()
await redis.set('key', 'value')
const served = await serveRest(createRestHandler(redis, { token: TOKEN }), { port: 0 })
const empty = await serveRest(async () => new Response('{"result":"dmFsdWU="}', { headers: { 'content-type': 'application/json' } }), {
  port: 0,
})

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const post = (url: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: 'POST', agent, headers: { ...HEADERS, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume()
        response.on('end', resolve)
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
const repeat =
  (run: () => Promise<unknown>) =>
  async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await run()
  }

const DEPTH = 100
const pipelineOf = (command: readonly string[]): string => JSON.stringify(Array.from({ length: DEPTH }, () => command))
const GET = ['GET', 'key']
const SET = ['SET', 'key', 'value']
const singles = await cpuTimes(
  [
    { name: 'empty', run: repeat(() => post(`${empty.url}/`, JSON.stringify(GET))) },
    { name: 'GET', run: repeat(() => post(`${served.url}/`, JSON.stringify(GET))) },
    { name: 'SET', run: repeat(() => post(`${served.url}/`, JSON.stringify(SET))) },
    { name: 'empty by path', run: repeat(() => post(`${empty.url}/get/key`, '')) },
    { name: 'GET by path', run: repeat(() => post(`${served.url}/get/key`, '')) },
  ],
  2000,
)
const pipelines = await cpuTimes(
  [
    { name: 'empty', run: repeat(() => post(`${empty.url}/pipeline`, pipelineOf(GET))) },
    { name: 'GET', run: repeat(() => post(`${served.url}/pipeline`, pipelineOf(GET))) },
    { name: 'SET', run: repeat(() => post(`${served.url}/pipeline`, pipelineOf(SET))) },
  ],
  300,
)
for (const [name, peer] of [
  ['GET', 'empty'],
  ['SET', 'empty'],
  ['GET by path', 'empty by path'],
]) {
  const value = singles.get(name)! - singles.get(peer)!
  report({ name: `handler's own: ${name}`, value, unit: 'µs a request', peer: 'an empty fetch handler', most: 60 })
}
for (const name of ['GET', 'SET']) {
  const value = (pipelines.get(name)! - pipelines.get('empty')!) / DEPTH
  report({ name: `handler's own: ${name} in a pipeline of ${DEPTH}`, value, unit: 'µs a command', peer: 'an empty fetch handler', most: 3 })
}

const plain = new UpstashRedis({ url: served.url, token: TOKEN, enableTelemetry: false })
const ours = fromUpstash(plain)
const inPipeline =
  (start: () => { get(key: string): unknown; exec(): Promise<unknown> }) =>
  async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += DEPTH) {
      const pipeline = start()
      for (let i = 0; i < DEPTH; i++) pipeline.get('key')
      await pipeline.exec()
    }
  }
const awaited = await cpuTimes(
  [
    { name: 'plain GET', run: repeat(() => plain.get('key')) },
    { name: 'GET', run: repeat(() => ours.get('key')) },
    { name: 'plain SET', run: repeat(() => plain.set('key', 'value')) },
    { name: 'SET', run: repeat(() => ours.set('key', 'value')) },
  ],
  1000,
)
const pipelined = await cpuTimes(
  [
    { name: 'plain GET, pipelined', run: inPipeline(() => plain.pipeline()) },
    { name: 'GET, pipelined', run: inPipeline(() => ours.pipeline()) },
  ],
  20_000,
)
const times = new Map([...awaited, ...pipelined])
for (const name of ['GET', 'SET', 'GET, pipelined']) {
  const value = times.get(name)!
  report({ name: `adapter: ${name}`, value, unit: 'µs', peer: '@upstash/redis', ratio: value / times.get(`plain ${name}`)!, most: 1.1 })
}
await served.close()
await empty.close()
agent.destroy()
