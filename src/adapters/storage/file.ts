// A directory as redis-server keeps one: a dump.rdb, which is written to a temporary file, made durable, and put in place
// by a rename; and beside it, if the journal is on, Redis's append-only files. It belongs to one process at a time.
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Storage, StorageError } from '../../core/persistence/storage.ts'
import { knownOptions } from '../given.ts'
import { AppendOnlyFiles } from './append-only-files.ts'
import { type DirectoryLock, lockDirectory } from './directory-lock.ts'
import { fileWriter, syncDirectory } from './durable-files.ts'

/** For `fileStorage`. */
export interface FileStorageOptions {
  /** The directory, which is created if it does not exist. Default: the current one */
  dir?: string | undefined
  /** The name of the snapshot's file. Default: `dump.rdb` */
  dbfilename?: string | undefined
  /** The directory of the append-only files, inside `dir`. Default: `appendonlydir` */
  appenddirname?: string | undefined
  /** How the names of the append-only files begin. Default: `appendonly.aof` */
  appendfilename?: string | undefined
}

const READ_SIZE = 1 << 20

/**
 * Keeps snapshots and a journal in files that redis-server loads, and loads redis-server's own.
 * @throws TypeError if an option is unknown
 */
export function fileStorage(options: FileStorageOptions = {}): Storage {
  // What is not understood would be the current directory.
  if (typeof options !== 'object') throw new TypeError('fileStorage takes an object, such as { dir: "./data" }')
  const { dir = '.', dbfilename = 'dump.rdb', appenddirname = 'appendonlydir', appendfilename = 'appendonly.aof' } = options
  knownOptions('fileStorage', options, ['dir', 'dbfilename', 'appenddirname', 'appendfilename'])
  const path = join(dir, dbfilename)
  let lock: DirectoryLock | null = null
  const check = (): void => lock?.check()
  const journal = new AppendOnlyFiles(join(dir, appenddirname), appendfilename, path, check)
  return {
    name: path,
    journal,
    async open() {
      // The lock is the directory's: what is elsewhere would not be guarded.
      for (const [option, name] of Object.entries({ dbfilename, appenddirname, appendfilename }))
        if (name !== basename(name)) throw new StorageError(`${option} can't be a path, just a name`)
      await mkdir(dir, { recursive: true })
      lock = await lockDirectory(dir)
      try {
        // Snapshots that a crash cut short.
        for (const file of await readdir(dir)) if (/^temp-\d+-[\da-f-]{36}\.rdb$/.test(file)) await rm(join(dir, file), { force: true })
      } catch (error) {
        await lock.release()
        throw error
      }
    },
    async read() {
      const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
      return found && createReadStream(path, { highWaterMark: READ_SIZE })
    },
    async write() {
      const dropJournal = journal.replacing()
      const writer = await fileWriter(join(dir, `temp-${process.pid}-${randomUUID()}.rdb`), path)
      const commit = async (): Promise<void> => {
        check()
        await writer.commit()
        await syncDirectory(dir)
        await dropJournal()
      }
      return { ...writer, commit }
    },
    async close() {
      await journal.close().finally(() => lock?.release())
    },
  }
}
