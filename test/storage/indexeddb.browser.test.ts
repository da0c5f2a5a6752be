import { get, keys } from 'idb-keyval'
import { describe, expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { indexedDb } from '../../src/adapters/storage/indexeddb.ts'
import { objectStore } from '../../src/adapters/storage/object-store.ts'
import { storageConformance } from './conformance.ts'
import { indexedDbUnderTest } from './indexeddb.ts'

storageConformance('IndexedDB', () => indexedDbUnderTest(true))

describe('the object store under it', () => {
  test('puts all or nothing when a callback throws', async () => {
    const store = objectStore(`isodis:test-throw-${Date.now()}`, 'snapshot')
    const failed = store.use('readwrite', (records) => {
      records.put(1, 'a')
      throw new Error('half-way')
    })
    await expect(failed).rejects.toThrow('half-way')
    expect(await get('a', store.use)).toBeUndefined()
    store.close()
  })

  test('makes way for whoever deletes the database, and opens it again', async () => {
    const name = `isodis:test-delete-${Date.now()}`
    const store = objectStore(name, 'snapshot')
    await store.use('readwrite', (records) => void records.put(1, 'a'))
    const deleted = await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(name)
      request.onsuccess = () => resolve('deleted')
      request.onblocked = () => resolve('blocked')
    })
    expect(deleted).toBe('deleted')
    expect(await keys(store.use)).toEqual([])
    store.close()
  })
})

test('a page that is hidden saves what has changed', async () => {
  const name = `test-hidden-${Date.now()}`
  const redis = await createRedis({ storage: indexedDb(name) })
  await redis.set('a', 1)
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
  await expect.poll(async () => /rdb_changes_since_last_save:(\d+)/.exec(await redis.info('persistence'))![1]).toBe('0')
  Reflect.deleteProperty(document, 'visibilityState')
  await redis.close()
})
