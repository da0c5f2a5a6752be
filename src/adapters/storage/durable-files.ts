// What files need to be safe from a crash.
import { writeSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { SnapshotWriter } from '../../core/persistence/storage.ts'

/** Writes all of the bytes: one call may write some of them only. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
}

/** The same without a turn of the event loop. */
export function writeAllSync(file: FileHandle, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file.fd, bytes, at, bytes.length - at, position + at)
}

/** Writes a file beside its place, which it takes when it is committed. That is durable once the directory is. */
export async function fileWriter(temporary: string, path: string): Promise<SnapshotWriter> {
  const file = await open(temporary, 'wx')
  let size = 0
  return {
    async write(bytes) {
      await writeAll(file, bytes, size)
      size += bytes.length
    },
    async commit() {
      await file.sync()
      await file.close()
      await rename(temporary, path)
    },
    async abort() {
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
    },
  }
}

/** A rename is durable once its directory is. Not every system can do that: Windows refuses. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => null)
  if (handle === null) return
  await handle.sync().catch(() => {})
  await handle.close()
}
