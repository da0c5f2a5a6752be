// What the adapter costs beyond plain node-redis. Its pipelines and transactions fail as a whole when one command does, so the
// adapter sends the commands by themselves, in one go; and bytes are Buffers first.
import { createClient } from 'redis6'
import { fromNodeRedis } from '../src/adapters/node-redis.ts'
import { compareAdapter, DEPTH } from './adapter.ts'

await compareAdapter('node-redis 6', { awaited: 1.25, together: 3.2 }, async (path) => {
  const options = { socket: { path, tls: false as const } }
  const plain = await createClient(options).connect()
  return {
    redis: fromNodeRedis(await createClient(options).connect()),
    plain: {
      get: () => plain.get('key'),
      set: (value) => plain.set('key', value),
      hset: (fields) => plain.hSet('hash', fields),
      hgetall: () => plain.hGetAll('hash'),
      many(name, batches) {
        const batch = plain.multi()
        for (let i = 0; i < DEPTH; i++) {
          if (name === 'get') batch.get('key')
          else batch.set('key', 'value')
        }
        return batches === 'pipeline' ? batch.execAsPipeline() : batch.exec()
      },
      close: () => plain.destroy(),
    },
  }
})
