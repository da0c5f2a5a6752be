// Snapshots in memory: for an engine that needs none to last, and for tests.
import type { SnapshotWriter, Storage } from '../../core/persistence/storage.ts'

export interface MemoryStorage extends Storage {
  /** The last snapshot, in parts; null if there is none. */
  snapshot: readonly Uint8Array[] | null
}

export function memoryStorage(snapshot: readonly Uint8Array[] | null = null): MemoryStorage {
  const storage: MemoryStorage = {
    name: 'memory',
    snapshot,
    open: async () => {},
    read: async () => storage.snapshot && each(storage.snapshot),
    write: async (): Promise<SnapshotWriter> => {
      const parts: Uint8Array[] = []
      return {
        write: async (bytes) => void parts.push(bytes),
        commit: async () => void (storage.snapshot = parts),
        abort: async () => {},
      }
    },
    close: async () => {},
  }
  return storage
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
