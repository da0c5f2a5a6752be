// What the adapter costs beyond plain ioredis.
import { Redis as Ioredis } from 'ioredis'
import { fromIoredis } from '../src/adapters/ioredis.ts'
import { compareAdapter, DEPTH } from './adapter.ts'

await compareAdapter('ioredis 5', { awaited: 1.1, together: 1.1 }, async (path) => {
  const plain = new Ioredis({ path })
  return {
    redis: fromIoredis(new Ioredis({ path })),
    plain: {
      get: () => plain.get('key'),
      set: (value) => plain.set('key', value),
      hset: (fields) => plain.hset('hash', fields),
      hgetall: () => plain.hgetall('hash'),
      many(name, batches) {
        const batch = batches === 'pipeline' ? plain.pipeline() : plain.multi()
        for (let i = 0; i < DEPTH; i++) {
          if (name === 'get') batch.get('key')
          else batch.set('key', 'value')
        }
        return batch.exec()
      },
      close: () => plain.disconnect(),
    },
  }
})
