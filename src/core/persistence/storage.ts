// The storage port: where snapshots are kept, and a journal. Each place is one small file in adapters/storage; what is
// asked of it is little: hold the last good snapshot, take a new one without showing any of it before it is whole, and
// belong to one engine at a time.

/** Where snapshots and a journal are kept. `indexedDb`, `opfs`, `fileStorage`, `durableObject` and `memoryStorage` make one. */
export interface Storage {
  /** Where it keeps them, for errors: a path, a database's name. */
  readonly name: string
  /**
   * Takes the storage for this engine alone.
   * @param takeOver takes it even if another has it, who does not answer any more; whatever that still writes is refused
   * @returns what the log is to say of it, if there is anything
   * @throws StorageError if another has it
   */
  open(takeOver?: boolean): Promise<string | void>
  /** The bytes of the last snapshot, in order; null if there is none. @throws StorageError if a part is damaged or missing */
  read(): Promise<AsyncIterable<Uint8Array> | null>
  /**
   * Starts a snapshot.
   * @param hurried the host may be gone in a moment: all is to be handed over at once, as far as that is possible. It
   * stands on the last that was finished, whatever has not come to its end
   */
  write(hurried?: boolean): Promise<SnapshotWriter>
  /** Gives the storage back. */
  close(): Promise<void>
  /** What INFO persistence shows of it besides Redis's fields, as names and values. */
  info?(): [name: string, value: string | number][]
  /** What changed since the last snapshot, where that can be kept without writing the snapshot anew. */
  readonly deltas?: DeltaStore | undefined
  /** The journal beside the snapshots, where this place can keep one. */
  readonly journal?: JournalStore | undefined
}

/** Where a snapshot may be followed by what changed since, delta by delta. A new snapshot drops them. */
export interface DeltaStore {
  /** The last snapshot's deltas, oldest first. */
  read(): Promise<readonly AsyncIterable<Uint8Array>[]>
  /** Starts a delta to the last snapshot. @param hurried as above */
  write(hurried?: boolean): Promise<SnapshotWriter>
  /** Bytes of the last snapshot (0 if there is none) and of its deltas, and how many deltas there are. */
  sizes(): { snapshot: number; deltas: number; count: number }
}

/**
 * Where a journal is kept: in parts, of which the first may be a base (a snapshot) and the others are what was appended
 * since. It is used between `open` and `close` of its storage, by one caller that waits for each call to end.
 */
export interface JournalStore {
  /** What is to be loaded, oldest first; null if there is no journal. */
  parts(): Promise<readonly JournalPart[] | null>
  /** Whether there is a journal that may have changes which the last snapshot lacks. */
  isAhead(): Promise<boolean>
  /**
   * The engine has all of it, and nothing more is appended: a snapshot or delta that is begun after this takes its place in
   * the step that commits it, unless another journal has done so before.
   */
  leave(): Promise<void>
  /** Drops what the last part has beyond so many bytes. @returns where that is kept for people to look at, if it is */
  truncate(length: number): Promise<string | void>
  /**
   * What is appended from now on goes to a new part.
   * @param apart it does not follow what is there: it counts only once the next base does
   */
  split(apart: boolean): Promise<void>
  /**
   * Appends to the last part, all or nothing. When the promise has resolved, the bytes are the caller's again.
   * @param durable whether these bytes, and all before them, must outlive a power cut when the promise resolves
   */
  append(bytes: Uint8Array, durable: boolean): Promise<void>
  /**
   * Makes durable what has been appended, while more is. A store has it if appending is quick: then servers send no reply
   * before what it tells of is appended.
   */
  sync?(): Promise<void>
  /** Starts a base. Committing it puts it in place of all parts before the last split. */
  base(): Promise<SnapshotWriter>
}

export interface JournalPart {
  /** For messages. */
  readonly name: string
  readonly base: boolean
  /** @throws StorageError if it is damaged or missing */
  read(): AsyncIterable<Uint8Array>
}

/** A snapshot in the making. Nothing of it can be read before `commit`; the last good one stays until then. */
export interface SnapshotWriter {
  /** Writes more of it. When the promise has resolved, the bytes are the caller's again. */
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

/** Another engine has taken the storage over: this one must not write any more. */
export class TakenOverError extends StorageError {}
