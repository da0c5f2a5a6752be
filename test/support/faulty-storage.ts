// A storage whose calls a test can make fail, hang or stop half-way.
import type { SnapshotWriter, Storage } from '../../src/core/persistence/storage.ts'

type Call = 'open' | 'read' | 'write' | 'chunk' | 'commit' | 'abort' | 'close'

export interface FaultyStorage extends Storage {
  /** Called before each call; what it throws or waits for happens to the call. */
  before: (call: Call) => void | Promise<void>
  /** Every call in order. */
  readonly calls: Call[]
}

export function faultyStorage(inner: Storage): FaultyStorage {
  const calls: Call[] = []
  const step = async <T>(call: Call, run: () => Promise<T>): Promise<T> => {
    calls.push(call)
    await storage.before(call)
    return run()
  }
  const storage: FaultyStorage = {
    name: inner.name,
    calls,
    before: () => {},
    open: () => step('open', () => inner.open()),
    read: () => step('read', () => inner.read()),
    write: () =>
      step('write', async (): Promise<SnapshotWriter> => {
        const writer = await inner.write()
        return {
          write: (bytes) => step('chunk', () => writer.write(bytes)),
          commit: () => step('commit', () => writer.commit()),
          abort: () => step('abort', () => writer.abort()),
        }
      }),
    close: () => step('close', () => inner.close()),
  }
  return storage
}
