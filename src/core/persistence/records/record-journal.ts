// A journal in records. Its parts are runs that grow: record after record, the last of which is put anew while it is small.
import { joinBytes } from '../../bytes.ts'
import { type JournalPart, type JournalStore, type SnapshotWriter, StorageError } from '../storage.ts'
import { type Manifest, recordName, type Runs, SEAL, sealed } from './runs.ts'

/** What is appended goes into the last record of the journal as long as it is no larger than this. */
const TAIL_BYTES = 1 << 14

export class RecordJournal implements JournalStore {
  /** The journal that nothing more is appended to. */
  left: Manifest['journal'] = null
  readonly #runs: Runs
  /** The part that began at the last split: what came before is in the next base. */
  #current: number | null = null
  /** What its last record holds. */
  #tail: Uint8Array = new Uint8Array(0)

  constructor(runs: Runs) {
    this.#runs = runs
  }

  async parts(): Promise<readonly JournalPart[] | null> {
    const { manifest } = this.#runs
    const { journal } = manifest
    if (journal === null) return null
    this.#current = journal.parts.at(-1) ?? null
    this.#tail = new Uint8Array(0)
    for (const part of journal.parts) this.#tail = await this.#last(part)
    const { base } = journal
    const parts = journal.parts.map((part): JournalPart => ({ name: `part ${part}`, base: false, read: () => this.#read(part) }))
    return base === null ? parts : [{ name: 'base', base: true, read: () => this.#runs.read(base, 'the base of the journal') }, ...parts]
  }

  /** The last record of a part. One that was made, but not written before a crash, is none: see `Records`. */
  async #last(part: number): Promise<Uint8Array> {
    const { counts } = this.#runs
    for (let count = counts.get(part)!; count > 0; counts.set(part, --count)) {
      const bytes = await this.#runs.get(recordName('journal', part, count - 1))
      if (bytes !== undefined) return bytes
    }
    return new Uint8Array(0)
  }

  /** How many records the current part has. */
  get #count(): number {
    return this.#runs.counts.get(this.#current!) ?? 0
  }

  #name(index: number): string {
    return recordName('journal', this.#current!, index)
  }

  async *#read(part: number): AsyncGenerator<Uint8Array> {
    const { records, counts } = this.#runs
    for (let i = 0; i < counts.get(part)!; i++) {
      const bytes = await this.#runs.get(recordName('journal', part, i))
      if (bytes === undefined) throw new StorageError(`${records.name}: record ${i + 1} of part ${part} of the journal is missing`)
      yield bytes
    }
  }

  async isAhead(): Promise<boolean> {
    return this.#runs.manifest.journal !== null
  }

  async leave(): Promise<void> {
    this.left = this.#runs.manifest.journal
  }

  async truncate(length: number): Promise<void> {
    const count = this.#count
    let left = length
    for (let index = 0; index < count; index++) {
      const bytes = (await this.#runs.get(this.#name(index)))!
      if (bytes.length <= left) {
        left -= bytes.length
        continue
      }
      this.#tail = bytes.slice(0, left)
      // From the last to the first: a crash in between must not leave a gap.
      const removed = Array.from({ length: count - index - 1 }, (_, i) => this.#name(count - 1 - i))
      await this.#runs.records.remove(removed)
      await this.#runs.records.put([sealed(this.#name(index), this.#tail)], true)
      this.#runs.counts.set(this.#current!, index + 1)
      return
    }
  }

  async split(apart: boolean): Promise<void> {
    const runs = this.#runs
    const part = runs.nextId()
    if (!apart) await runs.commit((now) => ({ ...now, journal: { ...now.journal!, parts: [...now.journal!.parts, part] } }))
    this.#current = part
    runs.counts.set(part, 0)
    this.#tail = new Uint8Array(0)
  }

  async append(bytes: Uint8Array, durable: boolean): Promise<void> {
    if (this.#current === null) await this.split(false)
    const { records, counts } = this.#runs
    const most = (records.largestInHurry ?? records.largest) - SEAL
    // With nothing to append, the last record is put again: that makes durable what was put before.
    const fits = bytes.length === 0 || this.#tail.length + bytes.length <= Math.min(TAIL_BYTES, most)
    const grows = this.#count > 0 && fits
    let rest = grows ? joinBytes([this.#tail, bytes]) : bytes
    let index = grows ? this.#count - 1 : this.#count
    let last = this.#tail
    const puts: ReturnType<typeof sealed>[] = []
    for (; rest.length > 0; index++) {
      last = rest.subarray(0, most)
      rest = rest.subarray(last.length)
      puts.push(sealed(this.#name(index), last))
    }
    if (puts.length === 0) return
    await records.put(puts, durable)
    counts.set(this.#current!, index)
    this.#tail = new Uint8Array(last)
  }

  async base(): Promise<SnapshotWriter> {
    const kept = this.#current!
    return this.#runs.writer((base, now) => ({ ...now, journal: { base, parts: [kept] } }))
  }
}
