// Records in IndexedDB, through idb-keyval: what is put together is one transaction.
import { get, keys } from 'idb-keyval'
import { recordStorage } from '../../core/persistence/records.ts'
import { type Storage, StorageError } from '../../core/persistence/storage.ts'
import { freshLog } from './fresh-log.ts'
import { type Durability, objectStore, type Store } from './object-store.ts'
import { persisted } from './persisted.ts'
import { denied, type HeldLock, holdLock } from './web-lock.ts'

/** For `indexedDb`. */
export interface IndexedDbOptions {
  /**
   * `strict` waits until a snapshot, or what the journal must keep, is on the disk; `relaxed` until the operating system has
   * it, which a power cut may undo. Default: strict
   */
  durability?: Durability | undefined
  /** How long to wait for another tab to give the storage back, in milliseconds; Infinity for as long as it takes. Default: 1000, enough for a reload */
  patience?: number | undefined
  /**
   * Asks the browser not to delete the data when space runs low; Firefox asks its user. Its answer is `storage_persisted` in
   * INFO persistence. Default: false
   */
  persist?: boolean | undefined
}

/** Larger records are slower to put, smaller ones are more of them. */
const LARGEST_RECORD = 1 << 20
/** Chromium fetches larger ones from the page after it was told of them: too late, if the page is gone. */
const LARGEST_IN_HURRY = 60_000
const STORE = 'snapshot'

/** Keeps snapshots and a journal in the IndexedDB database `isodis:` plus `name`. */
export function indexedDb(name: string, { durability = 'strict', patience = 1000, persist = false }: IndexedDbOptions = {}): Storage {
  let store: Store
  let giveBack: HeldLock
  let isPersisted: ReturnType<typeof persisted>
  return recordStorage({
    name: `IndexedDB isodis:${name}`,
    largest: LARGEST_RECORD,
    largestInHurry: LARGEST_IN_HURRY,
    async open(takeOver) {
      if (typeof indexedDB === 'undefined') {
        throw new StorageError('no IndexedDB here: create the client in the browser; a server has isodis/file')
      }
      giveBack = await holdLock(`isodis:${name}`, patience, takeOver)
      isPersisted = persisted(persist)
      store = objectStore(`isodis:${name}`, STORE)
      try {
        await store.claim(giveBack.isLost)
      } catch (error) {
        store.close()
        giveBack()
        throw (error as Error).name === 'SecurityError' ? denied(error) : error
      }
      void freshLog(name)
      const { loss } = store
      return loss === undefined ? undefined : `The browser found what this site had in IndexedDB damaged and has deleted all of it: ${loss}`
    },
    names: () => keys<string>(store.use),
    get: (record) => get<Uint8Array>(record, store.use),
    async put(entries, durable, hurried) {
      // A transaction that waits for the page holds up the one behind it, which may be in a hurry. But where nobody is, Firefox
      // has to see all of several records there before it ends one: after `commit` the last is all that it looks at.
      const atOnce = hurried || entries.length === 1 || !/Firefox/.test(globalThis.navigator?.userAgent)
      await store.with(durable ? durability : 'relaxed', atOnce)('readwrite', (records) => {
        for (const [record, bytes] of entries) records.put(bytes, record)
      })
    },
    async remove(names) {
      await store.use('readwrite', (records) => {
        for (const record of names) records.delete(record)
      })
    },
    async close() {
      store.close()
      giveBack()
    },
    info: () => [
      ['storage_persisted', isPersisted()],
      ['storage_lost', store.loss === undefined ? 'no' : 'yes'],
    ],
  })
}
