// A storage whose calls a test can make fail, hang or stop half-way.
import type { JournalStore, SnapshotWriter, Storage } from '../../src/core/persistence/storage.ts'

export type Call = 'open' | 'read' | 'write' | 'chunk' | 'commit' | 'abort' | 'close' | JournalCall
type JournalCall = 'parts' | 'leave' | 'truncate' | 'split' | 'append' | 'sync' | 'base' | 'base chunk' | 'base commit' | 'base abort'

export interface FaultyStorage extends Storage {
  /** Called before each call; what it throws or waits for happens to the call. Of an append it gets whether it is durable. */
  before: (call: Call, durable?: boolean) => void | Promise<void>
  /** Every call in order. */
  readonly calls: Call[]
}

export function faultyStorage(inner: Storage): FaultyStorage {
  const calls: Call[] = []
  const step = async <T>(call: Call, run: () => Promise<T>, durable?: boolean): Promise<T> => {
    calls.push(call)
    await storage.before(call, durable)
    return run()
  }
  const writer = (made: SnapshotWriter, [chunk, commit, abort]: readonly [Call, Call, Call]): SnapshotWriter => ({
    write: (bytes) => step(chunk, () => made.write(bytes)),
    commit: () => step(commit, () => made.commit()),
    abort: () => step(abort, () => made.abort()),
  })
  const journalOf = (journal: JournalStore): JournalStore => ({
    parts: () => step('parts', () => journal.parts()),
    isAhead: () => journal.isAhead(),
    leave: () => step('leave', () => journal.leave()),
    truncate: (length) => step('truncate', () => journal.truncate(length)),
    split: (apart) => step('split', () => journal.split(apart)),
    append: (bytes, durable) => step('append', () => journal.append(bytes, durable), durable),
    ...(journal.sync === undefined ? {} : { sync: () => step('sync', () => journal.sync!()) }),
    base: () => step('base', async () => writer(await journal.base(), ['base chunk', 'base commit', 'base abort'])),
  })
  const storage: FaultyStorage = {
    name: inner.name,
    calls,
    before: () => {},
    open: () => step('open', () => inner.open()),
    read: () => step('read', () => inner.read()),
    write: () => step('write', async () => writer(await inner.write(), ['chunk', 'commit', 'abort'])),
    close: () => step('close', () => inner.close()),
    info: () => inner.info?.() ?? [],
    journal: inner.journal && journalOf(inner.journal),
  }
  return storage
}
