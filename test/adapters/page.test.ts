// What a page that is hidden and shown again does for its data.
import { afterEach, expect, test, vi } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { memoryStorage } from '../../src/adapters/storage/memory.ts'
import { faultyStorage } from '../support/faulty-storage.ts'

afterEach(() => void vi.unstubAllGlobals())

test('a save that the browser breaks off when the page goes is made good when the page comes back', async () => {
  const page = new EventTarget()
  vi.stubGlobal('document', { visibilityState: 'visible' })
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  const storage = faultyStorage(memoryStorage())
  const redis = await createRedis({ storage })
  await redis.set('a', 1)
  storage.before = (call) => {
    if (call === 'commit') throw new DOMException('Script execution context has stopped', 'InvalidStateError')
  }
  page.dispatchEvent(new Event('pagehide'))
  await expect.poll(() => redis.set('a', 2).catch(({ code }: { code: string }) => code)).toBe('MISCONF')
  storage.before = () => {}
  page.dispatchEvent(new Event('pageshow'))
  await expect.poll(() => redis.set('a', 2).catch(({ code }: { code: string }) => code)).toBe('OK')
  await redis.close()
})
