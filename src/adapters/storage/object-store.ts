// The store that idb-keyval works on. Its own `createStore` sets no durability, keeps what was put before a callback
// threw, holds up the deletion of the database, and never recovers a connection that the browser has closed
// (https://github.com/jakearchibald/idb-keyval/issues/165). This one does.
import { promisifyRequest, type UseStore } from 'idb-keyval'
import { StorageError, TakenOverError } from '../../core/persistence/storage.ts'

/** Whether a transaction waits for the disk, or for the system only. */
export type Durability = 'strict' | 'relaxed'

export interface Store {
  /** For reading, and for changes that a power cut may undo. */
  readonly use: UseStore
  with(durability: Durability): UseStore
  /**
   * From now on only this store writes: transactions of others, who may not know yet, are undone.
   * @param isLost whether the lock that allows it is lost meanwhile
   * @throws TakenOverError if another one was faster
   */
  claim(isLost: () => boolean): Promise<void>
  close(): void
}

/** The record that says who may write. */
const OWNER = 'owner'

export function objectStore(database: string, name: string): Store {
  let connection: Promise<IDBDatabase> | null = null
  let owner: string | null = null
  const TAKEN_OVER = `"${database}" was taken over by another tab`

  const connect = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database)
    request.onupgradeneeded = () => request.result.createObjectStore(name)
    return promisifyRequest(request).then((db) => {
      const forget = (): void => {
        connection = null
      }
      db.onclose = forget
      // Somebody wants to delete the database or change it: make way.
      db.onversionchange = () => {
        db.close()
        forget()
      }
      return db
    })
  }

  const begin = async (mode: IDBTransactionMode, durability: Durability, again: boolean): Promise<IDBTransaction> => {
    connection ??= connect()
    try {
      const db = await connection
      return db.transaction(name, mode, { durability })
    } catch (error) {
      connection = null
      // A connection that died without saying so is opened once more.
      if (again && error instanceof DOMException && error.name === 'InvalidStateError') return begin(mode, durability, false)
      throw error
    }
  }

  const use =
    (durability: Durability): UseStore =>
    async (mode, callback) => {
      const transaction = await begin(mode, durability, true)
      const done = ended(transaction)
      const records = transaction.objectStore(name)
      let refusal: StorageError | null = null
      if (mode === 'readwrite' && owner !== null) {
        // It is asked before anything is written, and answered before anything can be committed.
        const request: IDBRequest<unknown> = records.get(OWNER)
        request.addEventListener('success', () => {
          if (request.result === owner) return
          refusal =
            request.result === undefined ? new StorageError(`"${database}" was deleted while it was open`) : new TakenOverError(TAKEN_OVER)
          abort(transaction)
        })
      }
      try {
        const result = await callback(records)
        if (mode === 'readwrite') await done
        return result
      } catch (error) {
        abort(transaction)
        await done.catch(() => {})
        // An abort says why in the transaction's own error: a full quota, above all.
        throw refusal ?? transaction.error ?? error
      }
    }

  return {
    use: use('relaxed'),
    with: use,
    async claim(isLost) {
      // Not randomUUID: pages without TLS do not have it.
      const token = `${Date.now()}-${Math.random()}`
      // In two steps: who sleeps between them finds that the owner is another one, and who slept before them has heard by
      // now that the lock is lost.
      const before: unknown = await use('relaxed')('readonly', (records) => promisifyRequest<unknown>(records.get(OWNER)))
      const claimed = await use('relaxed')('readwrite', async (records) => {
        const now = await promisifyRequest<unknown>(records.get(OWNER))
        if (now !== before || isLost()) return false
        await promisifyRequest(records.put(token, OWNER))
        return true
      })
      if (!claimed) throw new TakenOverError(TAKEN_OVER)
      owner = token
    },
    close() {
      void connection?.then((db) => db.close()).catch(() => {})
      connection = null
    },
  }
}

/** Settles with a transaction. By listeners: idb-keyval's own functions set the `on...` properties. */
function ended(transaction: IDBTransaction): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError')))
  })
  // Who reads does not wait for the end.
  promise.catch(() => {})
  return promise
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended already.
  }
}
