// The IndexedDB storage in real browsers: what every storage must do, and what other tabs may do to it meanwhile.
import { get, keys } from 'idb-keyval'
import { describe, expect, test, vi } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { indexedDb } from '../../src/adapters/storage/indexeddb.ts'
import { objectStore } from '../../src/adapters/storage/object-store.ts'
import { storageConformance } from './conformance.ts'
import { indexedDbUnderTest } from './indexeddb.ts'
import { expectWritten } from './written.ts'
import written from './written/0.1.0.json' with { type: 'json' }
import { terminatedWorkers } from './terminated.ts'

storageConformance('IndexedDB', () => indexedDbUnderTest(true))
terminatedWorkers('IndexedDB')

test.each([1, 2])('records in a database of version %s are loaded', async (version) => {
  const name = `test-version-${version}-${Date.now()}`
  // As they were made: the first had no owners.
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(`isodis:${name}`, version)
    request.onupgradeneeded = () => {
      const records = request.result.createObjectStore('snapshot')
      if (version === 2) {
        records.createIndex('owner', 'owner', { unique: true })
        records.put({ owner: 1 }, 'owner/1-1')
      }
      for (const [record, base64] of Object.entries(written.journal)) {
        records.put(
          Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
          record,
        )
      }
    }
    request.onsuccess = () => resolve(request.result)
  })
  db.close()
  await expectWritten(indexedDb(name), 'journal')
})

test('a database of a later version is left alone', async () => {
  const name = `test-later-${Date.now()}`
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(`isodis:${name}`, 100)
    request.onsuccess = () => resolve(request.result)
  })
  db.close()
  await expect(createRedis({ storage: indexedDb(name) })).rejects.toThrow(`"isodis:${name}" is of a later version of isodis`)
})

test.each<Record<string, string>>([{}, { appendonly: 'yes', appendfsync: 'always' }])(
  'a storage without any room can be read (%j)',
  async (config) => {
    const name = `test-full-${Date.now()}`
    const open = (): Promise<EmbeddedRedis> => createRedis({ storage: indexedDb(name), save: '1000 1', config })
    const first = await open()
    await first.set('a', 1)
    await first.close()
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError')
    })
    const full = await open()
    expect(await full.get('a')).toBe('1')
    await full.set('b', 2).catch(() => {})
    await expect(full.save()).rejects.toMatchObject({ cause: { name: 'QuotaExceededError' } })
    put.mockRestore()
    // Both at once: the first to write makes it the owner.
    await Promise.allSettled([full.save(), full.set('c', 3)])
    await expect.poll(() => full.set('c', 3).catch(String)).toBe('OK')
    await full.close()
    const after = await open()
    expect(await after.mget('a', 'c')).toEqual(['1', '3'])
    await after.close()
  },
)

test('a storage that was opened without any room belongs to who has written to it meanwhile', async () => {
  const name = `isodis:test-full-taken-${Date.now()}`
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError')
  })
  const slept = objectStore(name, 'snapshot')
  await slept.claim(() => false)
  put.mockRestore()
  const owner = objectStore(name, 'snapshot')
  await owner.claim(() => false)
  await owner.use('readwrite', (records) => void records.put(1, 'a'))
  const written = slept.use('readwrite', (records) => void records.put(2, 'a'))
  await expect(written).rejects.toThrow('was taken over by another tab')
  expect(await get('a', owner.use)).toBe(1)
  for (const store of [slept, owner]) store.close()
})

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

describe('who may write', () => {
  const name = (): string => `isodis:test-claim-${Date.now()}`
  const succeeded = async (tries: Promise<unknown>[]): Promise<number> =>
    (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled').length

  test('is one of those that ask at the same time', async () => {
    const database = name()
    const stores = [1, 2, 3].map(() => objectStore(database, 'snapshot'))
    // One that asks late may take it from one that has got it: then only the late one writes.
    const claims = stores.map((store) => store.claim(() => false))
    expect(await succeeded(claims)).toBeGreaterThan(0)
    const writes = stores.map(async (store, i) => {
      await claims[i]
      await store.use('readwrite', (records) => void records.put(i, 'a'))
    })
    expect(await succeeded(writes)).toBe(1)
    for (const store of stores) store.close()
  })

  test('is nobody who has lost the lock meanwhile', async () => {
    const store = objectStore(name(), 'snapshot')
    expect(await succeeded([store.claim(() => true)])).toBe(0)
    store.close()
  })
})

describe('a database that others touch while it is open', () => {
  const fails = async (change: (name: string) => Promise<unknown>): Promise<string> => {
    const name = `test-touched-${Date.now()}`
    const redis = await createRedis({ storage: indexedDb(name), save: '' })
    await redis.set('a', 1)
    await redis.save()
    await change(name)
    await redis.set('a', 2)
    const error = await redis.save().catch((failed: Error) => failed)
    await redis.close()
    return String((error as Error).cause)
  }

  test('refuses what an owner writes that another has replaced', async () => {
    const message = await fails(async (name) => {
      const thief = indexedDb(name)
      await thief.open(true)
      await thief.close()
    })
    expect(message).toMatch(/^StorageError: "isodis:test-touched-\d+" was taken over by another tab$/)
  })

  test('says so if it was deleted: a difference to what is gone would be no use', async () => {
    const message = await fails(
      (name) =>
        new Promise((resolve) => {
          indexedDB.deleteDatabase(`isodis:${name}`).onsuccess = resolve
        }),
    )
    expect(message).toMatch(/^StorageError: "isodis:test-touched-\d+" was deleted while it was open$/)
  })
})

test('INFO tells whether the browser may throw the data away', async () => {
  const name = `test-persisted-${Date.now()}`
  await using redis = await createRedis({ storage: indexedDb(name) })
  const told = async (): Promise<string | undefined> => /storage_persisted:(\w+)/.exec(await redis.info('persistence'))?.[1]
  // Not every WebKit can say so.
  const storage = navigator.storage as StorageManager | undefined
  await expect.poll(told).toBe(storage === undefined ? 'unknown' : (await storage.persisted()) ? 'yes' : 'no')
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
