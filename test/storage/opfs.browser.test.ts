// The OPFS storage in real browsers: what every storage must do, in pages and workers, and that only one owner writes.
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { opfs } from '../../src/adapters/storage/opfs.ts'
import { storageConformance } from './conformance.ts'
import { terminatedWorkers } from './terminated.ts'

let last = 0

storageConformance('OPFS', async () => {
  const name = `test-${Date.now()}-${last++}`
  return {
    open: () => opfs(name),
    exclusive: true,
    async damage(how) {
      const root = await navigator.storage.getDirectory()
      const directory = await root.getDirectoryHandle(`isodis-${name}`)
      const names: string[] = []
      for await (const each of (directory as unknown as { keys(): AsyncIterable<string> }).keys())
        if (each.startsWith('run')) names.push(each)
      const chosen = names.toSorted()[names.length >> 1]
      if (how === 'drop') return directory.removeEntry(chosen)
      const file = await directory.getFileHandle(chosen)
      const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer())
      bytes[bytes.length >> 1] ^= 4
      const stream = await file.createWritable()
      await stream.write(bytes)
      await stream.close()
    },
  }
})

terminatedWorkers('OPFS')

test('OPFS in a worker and in its page are the same', async () => {
  const name = `test-worker-${Date.now()}`
  const redis = await createRedis({ storage: opfs(name), save: '' })
  await redis.set('from', 'the page')
  await redis.save()
  await redis.close()
  const worker = new Worker(new URL('opfs-worker.ts', import.meta.url), { type: 'module' })
  const answer = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data)
    worker.postMessage(name)
  })
  worker.terminate()
  expect(answer).toBe('the page')
  const again = await createRedis({ storage: opfs(name), save: '' })
  expect(await again.get('from')).toBe('the worker')
  await again.close()
})

test('OPFS that another tab has taken over is not changed any more', async () => {
  const name = `test-taken-${Date.now()}`
  const first = await createRedis({ storage: opfs(name), save: '' })
  await first.set('key', 'first')
  await first.save()
  // As a tab does that finds the owner asleep.
  await new Promise<void>((stolen) => {
    void navigator.locks.request(`isodis:opfs:${name}`, { steal: true }, async () => stolen())
  })
  await first.set('key', 'late')
  const refused = await first.save().catch((error: unknown) => error)
  expect(refused).toMatchObject({ cause: { message: expect.stringMatching(/taken over by another tab/) as string } })
  const second = await createRedis({ storage: opfs(name), save: '' })
  expect(await second.get('key')).toBe('first')
  await second.close()
})

test('OPFS that is deleted while it is open says so', async () => {
  const name = `test-deleted-${Date.now()}`
  const redis = await createRedis({ storage: opfs(name), save: '' })
  await redis.set('key', 1)
  await redis.save()
  await (await navigator.storage.getDirectory()).removeEntry(`isodis-${name}`, { recursive: true })
  await redis.set('key', 2)
  const refused = await redis.save().catch((error: unknown) => error)
  expect(refused).toMatchObject({ cause: { message: `the directory isodis-${name} was deleted while it was open` } })
  await redis.close()
})
