// A worker that opens the storage whose name it gets, and answers with what it finds there.
import { createRedis } from '../../src/adapters/memory.ts'
import { opfs } from '../../src/adapters/storage/opfs.ts'

addEventListener('message', ({ data }: MessageEvent<string>) => {
  void answer(data)
})

async function answer(name: string): Promise<void> {
  const redis = await createRedis({ storage: opfs(name), save: '' })
  const found = await redis.get('from')
  await redis.set('from', 'the worker')
  await redis.save()
  await redis.close()
  ;(globalThis as unknown as Worker).postMessage(found)
}
