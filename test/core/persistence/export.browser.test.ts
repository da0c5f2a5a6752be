// Exports in browsers, which drop the objects of streams and make them anew, whoever reads these.
import { expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'

test('an export of which only a reader is held comes to its end', async () => {
  const redis = await createRedis()
  for (let i = 0; i < 100_000; i++) redis.sync.set(`key:${i}`, `a value that is not short, of key ${i}`)
  const reader = redis.exportRdb().getReader()
  const chunks: Uint8Array[] = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value)
    // Garbage, and a turn for whoever collects it.
    let garbage: object[] = []
    for (let i = 0; i < 400_000; i++) {
      if (i % 1000 === 0) garbage = []
      garbage.push({ i })
    }
    await new Promise((resolve) => setTimeout(resolve))
  }
  expect(await redis.importRdb(chunks)).toEqual({ keys: 100_000, expired: 0 })
  await redis.close()
})
