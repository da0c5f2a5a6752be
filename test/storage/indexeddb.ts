// IndexedDB, for the conformance suite in every place that has it.
import { entries, set } from 'idb-keyval'
import { indexedDb } from '../../src/adapters/storage/indexeddb.ts'
import { objectStore } from '../../src/adapters/storage/object-store.ts'
import type { StorageUnderTest } from './conformance.ts'

let last = 0

export async function indexedDbUnderTest(exclusive: boolean): Promise<StorageUnderTest> {
  const name = `test-${Date.now()}-${last++}`
  return {
    open: () => indexedDb(name),
    exclusive,
    async damage(how) {
      const store = objectStore(`isodis:${name}`, 'snapshot')
      const chunks = (await entries<string, Uint8Array>(store.use)).filter(([key]) => key.startsWith('run/'))
      const [key, chunk] = chunks[chunks.length >> 1]
      chunk[chunk.length >> 1] ^= 4
      if (how === 'flip') await set(key, chunk, store.use)
      else await store.use('readwrite', (records) => records.delete(key))
      store.close()
    },
  }
}
