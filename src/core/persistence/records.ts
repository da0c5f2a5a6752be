// A storage over a place that keeps records: names with bytes, each put whole or not at all. Snapshots, deltas and the
// journal are runs of records (records/runs.ts). A new place to keep things is a small file that implements `Records`.
import { RecordJournal } from './records/record-journal.ts'
import { Runs } from './records/runs.ts'
import type { DeltaStore, JournalStore, SnapshotWriter, Storage } from './storage.ts'

/** A place that keeps records. */
export interface Records {
  /** For messages: what it is, and which. */
  readonly name: string
  /** The largest record, in bytes. */
  readonly largest: number
  /** The largest that can be put although the page is gone a moment later. Default: `largest` */
  readonly largestInHurry?: number
  /** Takes the place for this engine alone. @param takeOver takes it from one that does not answer; @throws StorageError if another has it */
  open(takeOver?: boolean): Promise<void>
  /** The names of all records, in any order. */
  names(): Promise<string[]>
  get(name: string): Promise<Uint8Array | undefined>
  /**
   * Puts records, in this order: a later one is only there if the earlier ones are.
   * @param durable whether they must outlive a power cut when the promise resolves, and with them all before them
   * @param hurried the host may be gone in a moment
   */
  put(records: readonly (readonly [name: string, bytes: Uint8Array])[], durable: boolean, hurried?: boolean): Promise<void>
  /** Removes records, in this order. */
  remove(names: readonly string[]): Promise<void>
  close(): Promise<void>
  /** What INFO shows of it: see `Storage`. */
  info?(): [name: string, value: string | number][]
}

export function recordStorage(records: Records): Storage {
  return new RecordStorage(records)
}

class RecordStorage implements Storage {
  readonly name: string
  readonly deltas: DeltaStore
  readonly journal: JournalStore
  readonly #records: Records
  readonly #runs: Runs

  constructor(records: Records) {
    this.name = records.name
    this.#records = records
    const runs = (this.#runs = new Runs(records))
    this.journal = new RecordJournal(runs)
    this.deltas = {
      read: async () => runs.manifest.deltas.map((run, i) => runs.read(run, `delta ${i + 1}`)),
      write: async (hurried) => runs.writer((run) => (now) => ({ ...now, deltas: [...now.deltas, run] }), hurried),
      sizes() {
        const { snapshot, deltas } = runs.manifest
        return { snapshot: snapshot?.size ?? 0, deltas: deltas.reduce((sum, { size }) => sum + size, 0), count: deltas.length }
      },
    }
  }

  async open(takeOver?: boolean): Promise<void> {
    await this.#records.open(takeOver)
    try {
      await this.#runs.open()
    } catch (error) {
      await this.#records.close()
      throw error
    }
  }

  async read(): Promise<AsyncIterable<Uint8Array> | null> {
    const { snapshot } = this.#runs.manifest
    return snapshot && this.#runs.read(snapshot, 'the snapshot')
  }

  async write(hurried?: boolean): Promise<SnapshotWriter> {
    return this.#runs.writer((snapshot) => (now) => ({ ...now, snapshot, deltas: [] }), hurried)
  }

  info(): [name: string, value: string | number][] {
    return this.#records.info?.() ?? []
  }

  close(): Promise<void> {
    return this.#records.close()
  }
}
