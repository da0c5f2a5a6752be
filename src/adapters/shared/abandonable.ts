// A storage whose engine can be made to end without writing: another tab has taken the storage over, and would refuse it.
// What the engine still writes on its way out goes nowhere, and nobody is told that it went anywhere.
import { type SnapshotWriter, type Storage, TakenOverError } from '../../core/persistence/storage.ts'

export interface AbandonableStorage extends Storage {
  abandon(): void
}

/**
 * @param takeOver whether to open it even if another engine has it
 * @param onTaken called when something was refused because another engine has taken it over
 */
export function abandonable(storage: Storage, takeOver: boolean, onTaken: () => void): AbandonableStorage {
  let abandoned = false
  const unless = async <T>(write: () => Promise<T>, instead?: T): Promise<T> => {
    if (abandoned) return instead!
    try {
      return await write()
    } catch (error) {
      if (error instanceof TakenOverError) onTaken()
      throw error
    }
  }
  const begin = async (open: () => Promise<SnapshotWriter>): Promise<SnapshotWriter> => {
    const writer = await unless(open, NOWHERE)
    return {
      write: (bytes) => unless(() => writer.write(bytes)),
      commit: () => unless(() => writer.commit()),
      abort: () => unless(() => writer.abort()),
    }
  }
  const { deltas, journal } = storage
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
    deltas: deltas && {
      read: () => deltas.read(),
      write: (hurried) => begin(() => deltas.write(hurried)),
      sizes: () => deltas.sizes(),
    },
    journal: journal && {
      parts: () => journal.parts(),
      isAhead: () => journal.isAhead(),
      leave: () => unless(() => journal.leave()),
      truncate: (length) => unless(() => journal.truncate(length)),
      split: (apart) => unless(() => journal.split(apart)),
      append: (bytes, durable) => unless(() => journal.append(bytes, durable)),
      base: () => begin(() => journal.base()),
    },
  }
}

const NOWHERE: SnapshotWriter = { write: async () => {}, commit: async () => {}, abort: async () => {} }
