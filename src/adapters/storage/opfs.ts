// Records as files in the origin's private file system (OPFS). A file is written beside and takes its place when it is
// closed, whole or not at all; so each record is one file, and there is nothing to clean up after a crash but files that
// nothing names.
// https://developer.mozilla.org/docs/Web/API/File_System_API/Origin_private_file_system
import { recordStorage } from '../../core/persistence/records.ts'
import { COMMITTED } from '../../core/persistence/records/runs.ts'
import { type Storage, StorageError, TakenOverError } from '../../core/persistence/storage.ts'
import { persisted } from './persisted.ts'
import { denied, type HeldLock, holdLock } from './web-lock.ts'

/** For `opfs`. */
export interface OpfsOptions {
  /** How long to wait for another tab to give the storage back, in milliseconds; Infinity for as long as it takes. Default: 1000 */
  patience?: number | undefined
  /**
   * Asks the browser not to delete the data when space runs low; Firefox asks its user. Its answer is `storage_persisted` in
   * INFO persistence. Default: false
   */
  persist?: boolean | undefined
}

/**
 * Written anew at each start. Chromium, after it was killed in the middle of a record of its list of files, drops at the start
 * after next what was changed since: then this is missing. (fresh-log.ts has more of it.)
 */
const OPENED = 'opened'

/** A record is a file; large ones make few of them. */
const LARGEST_RECORD = 4 << 20

/** Keeps snapshots and a journal in the origin private file system, in the directory `isodis-` plus `name`. */
export function opfs(name: string, { patience = 1000, persist = false }: OpfsOptions = {}): Storage {
  let directory: FileSystemDirectoryHandle
  let lock: HeldLock
  let isPersisted: ReturnType<typeof persisted>
  let lost = false

  /** A tab that slept while another took the storage over must not change it; there are no transactions to tie that to. */
  const checkOwner = (): void => {
    if (lock.isLost()) throw new TakenOverError(`the directory isodis-${name} was taken over by another tab`)
  }

  const find = async (create: boolean): Promise<FileSystemDirectoryHandle> =>
    (await navigator.storage.getDirectory()).getDirectoryHandle(`isodis-${fileName(name)}`, { create })

  /** What a browser says if the directory is gone is no help: Firefox calls it an unknown failure. */
  const unlessDeleted = async (error: unknown): Promise<unknown> => {
    const gone = await find(false).then(
      () => false,
      (reason: Error) => reason.name === 'NotFoundError',
    )
    return gone ? new StorageError(`the directory isodis-${name} was deleted while it was open`) : error
  }

  const has = (record: string): Promise<boolean> =>
    directory.getFileHandle(fileName(record)).then(
      () => true,
      () => false,
    )

  const put = async (record: string, bytes: Uint8Array): Promise<void> => {
    const file = await directory.getFileHandle(fileName(record), { create: true })
    const stream = await file.createWritable()
    try {
      await stream.write(bytes as Uint8Array<ArrayBuffer>)
      checkOwner()
      await stream.close()
    } catch (error) {
      await stream.abort().catch(() => {})
      throw error
    }
  }

  return recordStorage({
    name: `OPFS isodis-${name}`,
    largest: LARGEST_RECORD,
    async open(takeOver) {
      if (typeof FileSystemFileHandle === 'undefined' || !('createWritable' in FileSystemFileHandle.prototype)) {
        throw new StorageError('no private file system here that can be written to: a browser has isodis/indexeddb, a server isodis/file')
      }
      lock = await holdLock(`isodis:opfs:${name}`, patience, takeOver)
      isPersisted = persisted(persist)
      try {
        directory = await find(true)
      } catch (error) {
        lock()
        throw (error as Error).name === 'SecurityError' ? denied(error) : error
      }
      lost = (await has(COMMITTED)) && !(await has(OPENED))
      await put(OPENED, new Uint8Array(1)).catch(() => {}) // no room
      return lost ? `The browser has lost what was written to isodis-${name} after it was killed: what is loaded may be older` : undefined
    },
    info: () => [
      ['storage_persisted', isPersisted()],
      ['storage_lost', lost ? 'yes' : 'no'],
    ],
    async names() {
      const names: string[] = []
      for await (const file of (directory as unknown as { keys(): AsyncIterable<string> }).keys()) {
        // What the browser itself leaves of a file that was being written.
        if (!file.endsWith('.crswap')) names.push(decodeURIComponent(file))
      }
      return names
    },
    async get(record) {
      try {
        const file = await directory.getFileHandle(fileName(record))
        const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer())
        // It is made before it is written: empty, it has not come to be.
        return bytes.length === 0 ? undefined : bytes
      } catch (error) {
        if (error instanceof DOMException && error.name === 'NotFoundError') return undefined
        throw error
      }
    },
    async put(records) {
      // One after the other: a later one may only be there if the earlier ones are.
      for (const [record, bytes] of records) {
        await put(record, bytes).catch(async (error: unknown) => {
          throw await unlessDeleted(error)
        })
      }
    },
    async remove(names) {
      for (const record of names) {
        checkOwner()
        await directory.removeEntry(fileName(record)).catch((error: unknown) => {
          if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
        })
      }
    },
    async close() {
      lock()
    },
  })
}

/** A slash would be a directory. */
const fileName = (record: string): string => encodeURIComponent(record)
