// A storage whose engine can be made to end without writing: another tab has taken the storage over, and would refuse it.
// What the engine still writes on its way out goes nowhere, and nobody is told that it went anywhere.
import { type DeltaStore, type JournalStore, type SnapshotWriter, type Storage, TakenOverError } from '../../core/persistence/storage.ts'

export interface AbandonableStorage extends Storage {
  abandon(): void
}

/**
 * @param takeOver whether to open it even if another engine has it
 * @param onTaken called when something was refused because another engine has taken it over
 */
export function abandonable(storage: Storage, takeOver: boolean, onTaken: () => void): AbandonableStorage {
  let abandoned = false
  const unless = async <T>(instead: T, write: () => Promise<T>): Promise<T> => {
    if (abandoned) return instead
    try {
      return await write()
    } catch (error) {
      if (error instanceof TakenOverError) onTaken()
      throw error
    }
  }
  const begin = async (open: () => Promise<SnapshotWriter>): Promise<SnapshotWriter> => {
    const writer = await unless(NOWHERE, open)
    return {
      write: (bytes) => unless(undefined, () => writer.write(bytes)),
      commit: () => unless(undefined, () => writer.commit()),
      abort: () => unless(undefined, () => writer.abort()),
    }
  }
  const { deltas, journal } = storage
  const differences: DeltaStore | undefined = deltas && {
    read: () => deltas.read(),
    write: (hurried) => begin(() => deltas.write(hurried)),
    sizes: () => deltas.sizes(),
  }
  const writes: JournalStore | undefined = journal && {
    parts: () => journal.parts(),
    isAhead: () => journal.isAhead(),
    leave: () => unless(undefined, () => journal.leave()),
    truncate: (length) => unless<string | void>(undefined, () => journal.truncate(length)),
    split: (apart) => unless(undefined, () => journal.split(apart)),
    append: (bytes, durable) => unless(undefined, () => journal.append(bytes, durable)),
    base: () => begin(() => journal.base()),
  }
  return {
    name: storage.name,
    open: () => storage.open(takeOver),
    read: () => storage.read(),
    write: (hurried) => begin(() => storage.write(hurried)),
    close: () => storage.close(),
    info: () => storage.info?.() ?? [],
    abandon() {
      abandoned = true
    },
    ...(differences === undefined ? {} : { deltas: differences }),
    ...(writes === undefined ? {} : { journal: writes }),
  }
}

const NOWHERE: SnapshotWriter = { write: async () => {}, commit: async () => {}, abort: async () => {} }
