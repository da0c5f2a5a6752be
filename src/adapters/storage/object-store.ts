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
  /** @param atOnce the page may be gone in a moment: everything has been asked for when the callback returns */
  with(durability: Durability, atOnce?: boolean): UseStore
  /**
   * From now on only this store writes: transactions of others, who may not know yet, are undone. If there is no room even for
   * that, this is so from the first time that it writes something.
   * @param isLost whether the lock that allows it is lost meanwhile
   * @throws TakenOverError if another one was faster
   */
  claim(isLost: () => boolean): Promise<void>
  /** What Chromium said if it had deleted the database, which it found damaged. It says so once. */
  readonly loss: string | undefined
  close(): void
}

interface ChromiumEvent extends IDBVersionChangeEvent {
  readonly dataLoss?: 'none' | 'total'
  readonly dataLossMessage?: string
}

/** The records of those who may write have this, and an index allows it once: who writes puts its own record too. */
const OWNER = 'owner'
/** Databases of the first version have no index. */
const VERSION = 2

export function objectStore(database: string, name: string): Store {
  let connection: Promise<IDBDatabase> | null = null
  let owner: string | null = null
  /** Makes this the owner before it writes, if there was no room for that when it was opened. */
  let claimFirst: (() => Promise<void>) | null = null
  let deleted = false
  let loss: string | undefined
  const takenOver = (): StorageError => new TakenOverError(`"${database}" was taken over by another tab`)

  const connect = (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database, VERSION)
    request.onupgradeneeded = ({ oldVersion, dataLoss, dataLossMessage }: ChromiumEvent) => {
      if (dataLoss === 'total') loss = dataLossMessage ?? ''
      // Whoever owns it has written to it: it is gone, and what is written now would be no use without what was there.
      if (owner !== null) {
        deleted = true
        return request.transaction!.abort()
      }
      const records = oldVersion === 0 ? request.result.createObjectStore(name) : request.transaction!.objectStore(name)
      records.createIndex(OWNER, OWNER, { unique: true })
    }
    const opened = promisifyRequest(request).catch((cause: unknown) => {
      // An older build of the app, from a cache or after a step back.
      throw (cause as Error).name === 'VersionError' ? new StorageError(`"${database}" is of a later version of isodis`, { cause }) : cause
    })
    return opened.then((db) => {
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
      if (deleted) throw new StorageError(`"${database}" was deleted while it was open`)
      // A connection that died without saying so is opened once more.
      if (again && error instanceof DOMException && error.name === 'InvalidStateError') return begin(mode, durability, false)
      throw error
    }
  }

  const oneByOne = blocksWhenTerminated()
  let last: Promise<unknown> = Promise.resolve()
  /** What waits until the one before has ended. */
  const inTurn =
    (run: UseStore): UseStore =>
    (mode, callback) => {
      const result = last.then(() => run(mode, callback))
      last = result.catch(() => {})
      return result
    }

  const use = (durability: Durability, atOnce = false): UseStore =>
    oneByOne ? inTurn(asOwner(transact(durability, false))) : asOwner(transact(durability, atOnce))

  /** Without a turn in between, unless it has to be: the page may be gone in a moment. */
  const asOwner =
    (run: UseStore): UseStore =>
    (mode, callback) =>
      mode === 'readwrite' && claimFirst !== null ? claimFirst().then(() => run(mode, callback)) : run(mode, callback)

  const transact =
    (durability: Durability, atOnce: boolean): UseStore =>
    async (mode, callback) => {
      const transaction = await begin(mode, durability, true)
      const done = ended(transaction)
      const records = transaction.objectStore(name)
      const owned = mode === 'readwrite' && owner !== null
      let refusal: StorageError | null = null
      let failed: DOMException | null = null
      transaction.addEventListener('error', ({ target }) => (failed ??= (target as IDBRequest).error))
      try {
        const running = callback(records)
        if (owned) {
          // It fails if another one's record is there, and then nothing of the transaction is kept. It comes last: after
          // `commit` Firefox gives a transaction up only if the last of what it was asked for fails.
          const request = records.put({ [OWNER]: 1 }, owner!)
          request.onerror = () => request.error!.name === 'ConstraintError' && (refusal = takenOver())
          // The page may be gone before it hears that everything is put, so the transaction is committed now.
          if (atOnce) transaction.commit?.()
        }
        const result = await running
        if (mode === 'readwrite' || oneByOne) await done
        if (failed !== null) throw failed
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
      const token = `${OWNER}/${Date.now()}-${Math.random()}`
      const current = (records: IDBObjectStore): Promise<IDBValidKey | undefined> => promisifyRequest(records.index(OWNER).getKey(1))
      // In two steps: a tab that was frozen between them finds another owner, and one that was frozen before them has heard by now that
      // the lock is lost.
      const before = await use('relaxed')('readonly', current)
      const claim = async (): Promise<void> => {
        const claimed = await transact('relaxed', false)('readwrite', async (records) => {
          const now = await current(records)
          if (now !== before || isLost()) return false
          if (now !== undefined) records.delete(now)
          await promisifyRequest(records.put({ [OWNER]: 1 }, token))
          return true
        })
        if (!claimed) throw takenOver()
        owner = token
        claimFirst = null
      }
      await claim().catch((error: unknown) => {
        // What is stored can be read all the same, and there may be room again when something is to be written.
        if ((error as Error).name !== 'QuotaExceededError') throw error
        let claiming: Promise<void> | null = null
        claimFirst = () => (claiming ??= claim().finally(() => (claiming = null)))
      })
    },
    get loss() {
      return loss
    },
    close() {
      void connection?.then((db) => db.close()).catch(() => {})
      connection = null
    },
  }
}

/**
 * WebKit never ends the transactions of a worker that is terminated, as service workers are all the time, if there are several
 * or one was committed explicitly; then nobody can use the database until the browser is closed. So there they follow each
 * other, and each ends by itself.
 */
function blocksWhenTerminated(): boolean {
  const { document, navigator } = globalThis
  return document === undefined && /AppleWebKit(?!.*Chrom)/.test(navigator?.userAgent ?? '')
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
