// A dump.rdb, as redis-server keeps one: written to a temporary file, made durable, and put in place by a rename.
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SnapshotWriter, Storage } from '../../core/persistence/storage.ts'

export interface FileStorageOptions {
  /** Default: the current directory. It is made if it is not there. */
  dir?: string
  /** Default: `dump.rdb` */
  dbfilename?: string
}

const READ_SIZE = 1 << 20

/** Keeps snapshots in a file that redis-server can load, and loads its files. */
export function fileStorage({ dir = '.', dbfilename = 'dump.rdb' }: FileStorageOptions = {}): Storage {
  const path = join(dir, dbfilename)
  return {
    name: path,
    async open() {
      await mkdir(dir, { recursive: true })
    },
    async read() {
      const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
      return found && createReadStream(path, { highWaterMark: READ_SIZE })
    },
    async write() {
      const temporary = join(dir, `temp-${process.pid}-${randomUUID()}.rdb`)
      return fileWriter(await open(temporary, 'wx'), temporary, path, dir)
    },
    async close() {},
  }
}

function fileWriter(file: FileHandle, temporary: string, path: string, dir: string): SnapshotWriter {
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten
    },
    async commit() {
      await file.sync()
      await file.close()
      await rename(temporary, path)
      await syncDirectory(dir)
    },
    async abort() {
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
    },
  }
}

/** A rename is durable once its directory is. Not every system can do that: Windows refuses. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => null)
  if (handle === null) return
  await handle.sync().catch(() => {})
  await handle.close()
}
