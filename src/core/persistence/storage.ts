// The storage port: where snapshots are kept. Each place is one small file in adapters/storage; what is asked of it is
// little: hold the last good snapshot, take a new one without showing any of it before it is whole, and belong to one
// engine at a time.

export interface Storage {
  /** Where it keeps them, for errors: a path, a database's name. */
  readonly name: string
  /** Takes the storage for this engine alone. @throws StorageError if another has it */
  open(): Promise<void>
  /** The bytes of the last snapshot, in order; null if there is none. @throws StorageError if a part is damaged or missing */
  read(): Promise<AsyncIterable<Uint8Array> | null>
  /** Starts a snapshot. */
  write(): Promise<SnapshotWriter>
  /** Gives the storage back. */
  close(): Promise<void>
}

/** A snapshot in the making. Nothing of it can be read before `commit`; the last good one stays until then. */
export interface SnapshotWriter {
  write(bytes: Uint8Array): Promise<void>
  /** Makes the snapshot durable and the one that is read, in one step. */
  commit(): Promise<void>
  /** Drops what was written. */
  abort(): Promise<void>
}

/** Stored data cannot be read, or the storage is not to be had. */
export class StorageError extends Error {
  override name = 'StorageError'
}
