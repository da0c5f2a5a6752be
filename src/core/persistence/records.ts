// The entry `isodis/records`: a storage over a place that keeps records, names with bytes, each put whole or not at all. Snapshots,
// deltas and the journal are runs of records (records/runs.ts). A new place to keep things is a small file that implements `Records`.
import { RecordJournal } from './records/record-journal.ts'
import { type Manifest, type Run, Runs } from './records/runs.ts'
import type { SnapshotWriter, Storage } from './storage.ts'

export { type Storage, StorageError } from './storage.ts'

/** A place that keeps records. A call may come while others are under way. */
export interface Records {
  /** For messages: what it is, and which. */
  readonly name: string
  /** The largest record, in bytes. */
  readonly largest: number
  /** The largest that can be put although the page is gone a moment later. Default: `largest` */
  readonly largestInHurry?: number
  /** Takes the place for this engine alone: see `Storage`. @throws StorageError if another has it */
  open(takeOver?: boolean): Promise<string | void>
  /** The names of all records, in any order; perhaps also of one that a crash kept from being put, which `get` does not find. */
  names(): Promise<string[]>
  /** The bytes of a record; undefined if there is none. */
  get(name: string): Promise<Uint8Array | undefined>
  /**
   * Puts records, in this order: a later one is only there if the earlier ones are.
   * @param durable whether they must outlive a power cut when the promise resolves, and with them all before them
   * @param hurried the host may be gone in a moment
   */
  put(records: readonly (readonly [name: string, bytes: Uint8Array])[], durable: boolean, hurried?: boolean): Promise<void>
  /** Removes records, in this order. */
  remove(names: readonly string[]): Promise<void>
  /** Gives the place back. */
  close(): Promise<void>
  /** What INFO shows of it: see `Storage`. */
  info?(): [name: string, value: string | number][]
}

/** A storage in such a place: with snapshots, what changed since, a journal, and a checksum for every record. */
export function recordStorage(records: Records): Storage {
  const runs = new Runs(records)
  const journal = new RecordJournal(runs)
  /** A snapshot or a delta takes the place of a journal that was left before it began. */
  const saving = (change: (run: Run, now: Manifest) => Partial<Manifest>, hurried?: boolean): SnapshotWriter => {
    const { left } = journal
    return runs.writer((run, now) => ({ ...now, ...change(run, now), journal: now.journal === left ? null : now.journal }), hurried)
  }
  return {
    name: records.name,
    async open(takeOver) {
      const said = await records.open(takeOver)
      try {
        await runs.open()
        return said
      } catch (error) {
        await records.close()
        throw error
      }
    },
    async read() {
      const { snapshot } = runs.manifest
      return snapshot && runs.read(snapshot, 'the snapshot')
    },
    write: async (hurried) => saving((snapshot) => ({ snapshot, deltas: [] }), hurried),
    close: () => records.close(),
    info: () => records.info?.() ?? [],
    deltas: {
      read: async () => runs.manifest.deltas.map((run, i) => runs.read(run, `delta ${i + 1}`)),
      write: async (hurried) => saving((run, { deltas }) => ({ deltas: [...deltas, run] }), hurried),
      sizes() {
        const { snapshot, deltas } = runs.manifest
        return { snapshot: snapshot?.size ?? 0, deltas: deltas.reduce((sum, { size }) => sum + size, 0), count: deltas.length }
      },
    },
    journal,
  }
}
