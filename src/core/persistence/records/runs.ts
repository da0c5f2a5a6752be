// Runs of records, and the manifest, one record, which names those that count: putting it is the one step that makes them
// so. Each record ends with a CRC-64 of its name and bytes: a bad one is an error that says which, and nothing is touched.
import { type ByteString, fromUint8Array, joinBytes, toUint8Array } from '../../bytes.ts'
import { Crc64 } from '../rdb/crc64.ts'
import type { Records } from '../records.ts'
import { type SnapshotWriter, StorageError } from '../storage.ts'

/** A run of records that belong together: a snapshot, a delta or a base. */
export interface Run {
  readonly id: number
  readonly records: number
  /** Bytes of what is in them. */
  readonly size: number
}

export interface Manifest {
  readonly format: 2
  readonly snapshot: Run | null
  readonly deltas: readonly Run[]
  /** Null where there is no journal. The parts are numbers, as the runs' are. */
  readonly journal: { readonly base: Run | null; readonly parts: readonly number[] } | null
}

type Entry = readonly [name: string, bytes: Uint8Array]

const MANIFEST = 'manifest'
/** Put once, after the first manifest: where this is and no manifest, the place has lost it. */
export const COMMITTED = 'committed'
const EMPTY: Manifest = { format: 2, snapshot: null, deltas: [], journal: null }
/** Bytes of a checksum. */
export const SEAL = 8
/** Records are put together until there are so many bytes: one by one they take longer, and more at once hold up the page. */
const BATCH_BYTES = 1 << 19
/** In a hurry all is put in one step, unless it is more than this. */
const HURRIED_BYTES = 1 << 26

export class Runs {
  readonly records: Records
  /** How many records each part of the journal has; the last one is appended to. */
  readonly counts = new Map<number, number>()
  manifest = EMPTY
  #committed = false
  #committing: Promise<unknown> = Promise.resolve()
  /** How many snapshots were written in a hurry. */
  #hurries = 0
  #lastId = 0

  constructor(records: Records) {
    this.records = records
  }

  /** Reads the manifest, and removes what was never finished because the page or the process went away. */
  async open(): Promise<void> {
    const { records } = this
    const bytes = await records.get(MANIFEST)
    this.#committed = (await this.get(COMMITTED)) !== undefined
    if (bytes === undefined && this.#committed) {
      throw new StorageError(`${records.name}: the manifest, which says what the other records are, is missing; they were left as they are`)
    }
    this.manifest = bytes === undefined ? EMPTY : parseManifest(bytes, records.name)
    this.counts.clear()
    const leftovers: string[] = []
    const runs = new Set(runsOf(this.manifest).map(({ id }) => id))
    const parts = new Set(partsOf(this.manifest))
    for (const part of parts) this.counts.set(part, 0)
    for (const name of await records.names()) {
      const [kind, number, index] = name.split('/')
      const id = Number(number)
      this.#lastId = Math.max(this.#lastId, id || 0)
      if ((kind === 'run' && !runs.has(id)) || (kind === 'journal' && !parts.has(id))) leftovers.push(name)
      else if (kind === 'journal') this.counts.set(id, Math.max(this.counts.get(id)!, Number(index) + 1))
    }
    this.#lastId = Math.max(this.#lastId, ...runs, ...parts)
    if (leftovers.length > 0) await records.remove(leftovers)
  }

  nextId(): number {
    return ++this.#lastId
  }

  /**
   * Puts another manifest in place, behind the last records it names, and removes what it does not name any more. One after
   * the other: SAVE may meet a rewrite. Who is in a hurry goes first.
   */
  commit(change: (now: Manifest) => Manifest, last: readonly Entry[] = [], hurried = false): Promise<void> {
    if (hurried) this.#hurries++
    const hurries = this.#hurries
    const put = async (): Promise<void> => {
      // A hurried snapshot has taken the place of this one.
      if (hurries !== this.#hurries) throw new StorageError('given up')
      const before = this.manifest
      const manifest = change(before)
      await this.records.put([...last, sealed(MANIFEST, toUint8Array(JSON.stringify(manifest)))], true, hurried)
      this.manifest = manifest
      if (!this.#committed) await this.#noteCommit()
      const removed = this.#onlyIn(before, manifest)
      // Nothing depends on the removal: what is left is removed when the storage is opened again. If a hurried snapshot came meanwhile,
      // it still builds on the old records, which then stay.
      if (removed.length > 0 && hurries === this.#hurries) await this.records.remove(removed).catch(() => {})
    }
    const committed = hurried ? put() : this.#committing.then(put)
    const ended = committed.catch(() => {})
    this.#committing = this.#committing.then(() => ended)
    return committed
  }

  /** Nothing depends on it: if it cannot be put, the next commit does so. */
  async #noteCommit(): Promise<void> {
    await this.records.put([sealed(COMMITTED, new Uint8Array(0))], false).then(
      () => (this.#committed = true),
      () => {},
    )
  }

  /** The names of records that a manifest has, and the next one has not. */
  #onlyIn(before: Manifest, next: Manifest): string[] {
    const kept = new Set<unknown>([...runsOf(next), ...partsOf(next)])
    const parts = partsOf(before).filter((part) => !kept.has(part))
    return [
      ...runsOf(before).flatMap((run) => (kept.has(run) ? [] : namesOf(run))),
      ...parts.flatMap((part) => namesFrom('journal', part, this.counts.get(part) ?? 0)),
    ]
  }

  /** What a record holds; undefined if it is missing. @throws StorageError if it is damaged */
  async get(name: string): Promise<Uint8Array | undefined> {
    const bytes = await this.records.get(name)
    return bytes && unsealed(name, bytes, this.records.name)
  }

  async *read(run: Run, what: string): AsyncGenerator<Uint8Array> {
    for (const [i, name] of namesOf(run).entries()) {
      const bytes = await this.get(name)
      if (bytes === undefined) throw new StorageError(`${this.records.name}: record ${i + 1} of ${run.records} of ${what} is missing`)
      yield bytes
    }
  }

  /** Writes a run. @param change what the manifest is to be with it */
  writer(change: (run: Run, now: Manifest) => Manifest, hurried = false): SnapshotWriter {
    const id = this.nextId()
    const { records } = this
    const most = ((hurried && records.largestInHurry) || records.largest) - SEAL
    let run: Run = { id, records: 0, size: 0 }
    let batch: Entry[] = []
    let batchBytes = 0
    return {
      async write(bytes) {
        for (let at = 0; at < bytes.length; at += most) {
          const part = bytes.subarray(at, at + most)
          batch.push(sealed(recordName('run', id, run.records), part))
          batchBytes += part.length
          run = { id, records: run.records + 1, size: run.size + part.length }
        }
        if (batchBytes < (hurried ? HURRIED_BYTES : BATCH_BYTES)) return
        const puts = batch
        batch = []
        batchBytes = 0
        await records.put(puts, false)
      },
      commit: () => this.commit((now) => change(run, now), batch, hurried),
      async abort() {
        batch = []
        if (run.records > 0) await records.remove(namesOf(run))
      },
    }
  }
}

/** Names sort as the records follow each other. */
export const recordName = (kind: 'run' | 'journal', id: number, index: number): string => `${kind}/${id}/${String(index).padStart(8, '0')}`
const namesFrom = (kind: 'run' | 'journal', id: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => recordName(kind, id, index))
const namesOf = ({ id, records }: Run): string[] => namesFrom('run', id, records)
const runsOf = ({ snapshot, deltas, journal }: Manifest): Run[] =>
  [snapshot, ...deltas, journal?.base].filter((run) => run !== null && run !== undefined)
const partsOf = ({ journal }: Manifest): readonly number[] => journal?.parts ?? []

/** @throws StorageError */
function parseManifest(bytes: Uint8Array, place: string): Manifest {
  const manifest = JSON.parse(fromUint8Array(unsealed(MANIFEST, bytes, place))) as Manifest
  if (manifest.format !== EMPTY.format) throw new StorageError(`${place} was written by another version of isodis`)
  return manifest
}

function checksumOf(name: ByteString, bytes: Uint8Array, end: number): Crc64 {
  const crc = new Crc64()
  crc.update(toUint8Array(name))
  crc.update(bytes, 0, end)
  return crc
}

/** A record: bytes with their checksum behind them. */
export function sealed(name: string, bytes: Uint8Array): Entry {
  return [name, joinBytes([bytes, checksumOf(name, bytes, bytes.length).digest()])]
}

function unsealed(name: string, bytes: Uint8Array, place: string): Uint8Array {
  const end = bytes.length - SEAL
  if (end < 0 || !checksumOf(name, bytes, end).matches(bytes, end)) {
    throw new StorageError(`${place}: the record ${name} is damaged: its checksum is wrong`)
  }
  return bytes.subarray(0, end)
}
