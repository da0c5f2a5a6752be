// Snapshots and a journal in memory: for an engine that needs none to last, and for tests.
import type { JournalPart, JournalStore, SnapshotWriter, Storage } from '../../core/persistence/storage.ts'

export interface MemoryStorage extends Storage {
  /** The last snapshot, in parts; null if there is none. */
  snapshot: readonly Uint8Array[] | null
  readonly journal: MemoryJournal
}

export interface MemoryJournal extends JournalStore {
  /** What has been written, part by part; null if there is no journal. */
  written: { base: boolean; chunks: Uint8Array[] }[] | null
  /** What was written when it was left. */
  left: MemoryJournal['written']
}

/** Keeps everything for as long as the returned object lives: pass it to the next engine, and that one finds the data. */
export function memoryStorage(snapshot: readonly Uint8Array[] | null = null): MemoryStorage {
  const storage: MemoryStorage = {
    name: 'memory',
    snapshot,
    journal: memoryJournal(),
    open: async () => {},
    read: async () => storage.snapshot && each(storage.snapshot),
    async write() {
      const left = storage.journal.left
      return writerInto((chunks) => {
        storage.snapshot = chunks
        if (storage.journal.written === left) storage.journal.written = null
      })
    },
    close: async () => {},
  }
  return storage
}

function memoryJournal(): MemoryJournal {
  /** Parts that the next base does not stand for; they count once there is a base. */
  let kept: { base: boolean; chunks: Uint8Array[] }[] = []
  const journal: MemoryJournal = {
    written: null,
    left: null,
    async parts() {
      kept = []
      return journal.written?.map(({ base, chunks }, i): JournalPart => ({ name: `part ${i + 1}`, base, read: () => each(chunks) })) ?? null
    },
    isAhead: async () => journal.written !== null,
    async leave() {
      journal.left = journal.written
    },
    async truncate(length) {
      const last = journal.written!.at(-1)!
      let left = length
      last.chunks = last.chunks.map((chunk) => {
        const cut = chunk.subarray(0, left)
        left -= cut.length
        return cut
      })
    },
    async split(apart) {
      const part = { base: false, chunks: [] }
      kept = [part]
      if (!apart) journal.written!.push(part)
    },
    async append(bytes) {
      const last = kept.at(-1) ?? journal.written!.at(-1)!
      last.chunks.push(new Uint8Array(bytes))
    },
    async base() {
      const behind = kept
      return writerInto((chunks) => (journal.written = [{ base: true, chunks }, ...behind]))
    },
  }
  return journal
}

function writerInto(commit: (chunks: Uint8Array[]) => void): SnapshotWriter {
  const chunks: Uint8Array[] = []
  return {
    write: async (bytes) => void chunks.push(new Uint8Array(bytes)),
    commit: async () => commit(chunks),
    abort: async () => {},
  }
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
