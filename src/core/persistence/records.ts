// A storage over a place that keeps records: names with bytes, each put whole or not at all. Snapshots, deltas and the
// journal are runs of records; the manifest, one record, names those that count, so putting it is the one step that makes
// them so. Each record ends with a CRC-64 of its name and bytes: a bad one is an error that says which, and nothing is
// touched. A new place to keep things is a small file that implements `Records`.
import { type ByteString, fromUint8Array, joinBytes, toUint8Array } from '../bytes.ts'
import { Crc64 } from './rdb/crc64.ts'
import { type DeltaStore, type JournalPart, type JournalStore, type SnapshotWriter, type Storage, StorageError } from './storage.ts'

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

/** A run of records that belong together: a snapshot, a delta or a base. */
interface Run {
  readonly id: number
  readonly records: number
  /** Bytes of what is in them. */
  readonly size: number
}

interface Manifest {
  readonly format: 2
  readonly snapshot: Run | null
  readonly deltas: readonly Run[]
  /** Null where there is no journal. The parts are numbers, as the runs' are. */
  readonly journal: { readonly base: Run | null; readonly parts: readonly number[] } | null
}

const MANIFEST = 'manifest'
const EMPTY: Manifest = { format: 2, snapshot: null, deltas: [], journal: null }
const SEAL = 8
/** Records are put together until there are so many bytes: one write each takes ten times as long. */
const BATCH_BYTES = 1 << 20
/** In a hurry all is put in one step, unless it is more than this. */
const HURRIED_BYTES = 1 << 26
/** What is appended goes into the last record of the journal as long as it is no larger than this. */
const TAIL_BYTES = 1 << 14

export function recordStorage(records: Records): Storage {
  return new RecordStorage(records)
}

class RecordStorage implements Storage {
  readonly name: string
  readonly deltas: DeltaStore
  readonly journal: JournalStore
  readonly #records: Records
  #manifest = EMPTY
  #committing: Promise<void> = Promise.resolve()
  /** How many snapshots were written in a hurry. */
  #hurries = 0
  #lastId = 0

  constructor(records: Records) {
    this.name = records.name
    this.#records = records
    this.deltas = {
      read: async () => this.#manifest.deltas.map((run, i) => this.#read(run, `delta ${i + 1}`)),
      write: async (hurried) => this.#writer((run) => (now) => [{ ...now, deltas: [...now.deltas, run] }, []], hurried),
      sizes: () => ({
        snapshot: this.#manifest.snapshot?.size ?? 0,
        deltas: this.#manifest.deltas.reduce((sum, { size }) => sum + size, 0),
        count: this.#manifest.deltas.length,
      }),
    }
    const changed =
      (change: JournalChange): Change =>
      (now) => {
        const [journal, removed] = change(now.journal)
        return [{ ...now, journal }, removed]
      }
    this.journal = new RecordJournal({
      records,
      get: (name) => this.#get(name),
      manifest: () => this.#manifest.journal,
      commit: (change) => this.#commit(changed(change)),
      nextId: () => ++this.#lastId,
      read: (run) => this.#read(run, 'the base of the journal'),
      writer: (change) => this.#writer((run) => changed(change(run))),
    })
  }

  async open(takeOver?: boolean): Promise<void> {
    await this.#records.open(takeOver)
    try {
      const bytes = await this.#records.get(MANIFEST)
      // Before its first release isodis kept an object there.
      if (bytes !== undefined && !(bytes instanceof Uint8Array)) throw otherVersion(this.name)
      this.#manifest = bytes === undefined ? EMPTY : parseManifest(this.name, unsealed(MANIFEST, bytes, this.name))
      await this.#dropLeftovers()
    } catch (error) {
      await this.#records.close()
      throw error
    }
  }

  async read(): Promise<AsyncIterable<Uint8Array> | null> {
    const { snapshot } = this.#manifest
    return snapshot && this.#read(snapshot, 'the snapshot')
  }

  async write(hurried?: boolean): Promise<SnapshotWriter> {
    const change =
      (snapshot: Run): Change =>
      (now) => {
        const old = [...(now.snapshot === null ? [] : [now.snapshot]), ...now.deltas]
        return [{ ...now, snapshot, deltas: [] }, old.flatMap(recordsOf)]
      }
    return this.#writer(change, hurried)
  }

  info(): [name: string, value: string | number][] {
    return this.#records.info?.() ?? []
  }

  close(): Promise<void> {
    return this.#records.close()
  }

  /**
   * Puts another manifest in place, behind the last records it names, and removes what it does not name any more. One after
   * the other: SAVE may meet a rewrite. Who is in a hurry goes first.
   */
  #commit(change: Change, last: readonly Entry[] = [], hurried = false): Promise<void> {
    if (hurried) this.#hurries++
    const hurries = this.#hurries
    const put = async (): Promise<void> => {
      // What was in a hurry has been put in place of this.
      if (hurries !== this.#hurries) throw new StorageError('given up')
      const [manifest, removed] = change(this.#manifest)
      await this.#records.put([...last, [MANIFEST, sealed(MANIFEST, toUint8Array(JSON.stringify(manifest)))]], true, hurried)
      this.#manifest = manifest
      // Nothing depends on this: what is left is removed when the storage is opened again. And what came in a hurry while
      // this was being put stands on what was there before.
      if (removed.length > 0 && hurries === this.#hurries) await this.#records.remove(removed).catch(() => {})
    }
    const committed = hurried ? put() : this.#committing.then(put)
    this.#committing = Promise.allSettled([this.#committing, committed]).then(() => {})
    return committed
  }

  /** What was never finished, because the page or the process went away. */
  async #dropLeftovers(): Promise<void> {
    const { snapshot, deltas, journal } = this.#manifest
    const ids = new Set([snapshot, ...deltas, journal?.base].map((run) => run?.id))
    const parts = new Set(journal?.parts)
    const leftovers: string[] = []
    for (const name of await this.#records.names()) {
      const [kind, id] = name.split('/')
      this.#lastId = Math.max(this.#lastId, Number(id) || 0)
      if ((kind === 'run' && !ids.has(Number(id))) || (kind === 'journal' && !parts.has(Number(id)))) leftovers.push(name)
    }
    for (const id of [...ids, ...parts]) this.#lastId = Math.max(this.#lastId, id ?? 0)
    if (leftovers.length > 0) await this.#records.remove(leftovers)
  }

  async #get(name: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#records.get(name)
    return bytes && unsealed(name, bytes, this.name)
  }

  async *#read(run: Run, what: string): AsyncGenerator<Uint8Array> {
    for (const [i, name] of recordsOf(run).entries()) {
      const bytes = await this.#get(name)
      if (bytes === undefined) throw new StorageError(`${this.name}: record ${i + 1} of ${run.records} of ${what} is missing`)
      yield bytes
    }
  }

  #writer(change: (run: Run) => Change, hurried = false): SnapshotWriter {
    const id = ++this.#lastId
    const records = this.#records
    let run: Run = { id, records: 0, size: 0 }
    let batch: Entry[] = []
    let batchBytes = 0
    const putBatch = async (): Promise<void> => {
      const puts = batch
      batch = []
      batchBytes = 0
      await records.put(puts, false)
    }
    return {
      async write(bytes) {
        const most = ((hurried && records.largestInHurry) || records.largest) - SEAL
        for (let at = 0; at < bytes.length; at += most) {
          const part = bytes.subarray(at, at + most)
          const name = recordName('run', id, run.records)
          batch.push([name, sealed(name, part)])
          batchBytes += part.length
          run = { id, records: run.records + 1, size: run.size + part.length }
        }
        if (batchBytes >= (hurried ? HURRIED_BYTES : BATCH_BYTES)) await putBatch()
      },
      commit: () => this.#commit(change(run), batch, hurried),
      async abort() {
        batch = []
        if (run.records > 0) await records.remove(recordsOf(run))
      },
    }
  }
}

type Entry = readonly [name: string, bytes: Uint8Array]
/** @returns what the manifest is to be, and which records are of no use then */
type Change = (now: Manifest) => readonly [Manifest, removed: readonly string[]]
type JournalChange = (now: Manifest['journal']) => readonly [Manifest['journal'], removed: readonly string[]]

interface JournalHost {
  readonly records: Records
  readonly get: (name: string) => Promise<Uint8Array | undefined>
  readonly manifest: () => Manifest['journal']
  readonly commit: (change: JournalChange) => Promise<void>
  readonly nextId: () => number
  readonly read: (run: Run) => AsyncIterable<Uint8Array>
  readonly writer: (change: (base: Run) => JournalChange) => SnapshotWriter
}

/** The journal's parts are runs that grow: record after record, the last of which is put anew while it is small. */
class RecordJournal implements JournalStore {
  readonly #host: JournalHost
  /** How many records each part has; the last one is appended to. */
  readonly #counts = new Map<number, number>()
  /** The part that began at the last split: what came before is in the next base. */
  #current: number | null = null
  /** What the last record of the last part holds. */
  #tail: Uint8Array = new Uint8Array(0)

  constructor(host: JournalHost) {
    this.#host = host
  }

  async parts(): Promise<readonly JournalPart[] | null> {
    const { manifest, records, read, get } = this.#host
    const journal = manifest()
    if (journal === null) return null
    this.#counts.clear()
    for (const part of journal.parts) this.#counts.set(part, 0)
    for (const name of await records.names()) {
      const [kind, part, index] = name.split('/')
      if (kind === 'journal') this.#counts.set(Number(part), Math.max(this.#counts.get(Number(part)) ?? 0, Number(index) + 1))
    }
    this.#current = journal.parts.at(-1) ?? null
    const tail = this.#current === null ? undefined : await get(recordName('journal', this.#current, this.#count - 1))
    this.#tail = tail ?? new Uint8Array(0)
    const parts = journal.parts.map((part): JournalPart => ({ name: `part ${part}`, base: false, read: () => this.#read(part) }))
    return journal.base === null ? parts : [{ name: 'base', base: true, read: () => read(journal.base!) }, ...parts]
  }

  get #count(): number {
    return this.#counts.get(this.#current!) ?? 0
  }

  async *#read(part: number): AsyncGenerator<Uint8Array> {
    const { records, get } = this.#host
    for (let i = 0; i < this.#counts.get(part)!; i++) {
      const bytes = await get(recordName('journal', part, i))
      if (bytes === undefined) throw new StorageError(`${records.name}: record ${i + 1} of part ${part} of the journal is missing`)
      yield bytes
    }
  }

  async isAhead(): Promise<boolean> {
    return this.#host.manifest() !== null
  }

  async drop(): Promise<void> {
    await this.#host.commit((now) => [null, now === null ? [] : [...(now.base ? recordsOf(now.base) : []), ...this.#recordsOf(now.parts)]])
    this.#current = null
  }

  #recordsOf(parts: readonly number[]): string[] {
    return parts.flatMap((part) => Array.from({ length: this.#counts.get(part) ?? 0 }, (_, i) => recordName('journal', part, i)))
  }

  async truncate(length: number): Promise<void> {
    const part = this.#current!
    const { records, get } = this.#host
    let left = length
    let index = 0
    for (; index < this.#count; index++) {
      const bytes = (await get(recordName('journal', part, index)))!
      if (bytes.length > left) break
      left -= bytes.length
    }
    if (index === this.#count) return
    const name = recordName('journal', part, index)
    this.#tail = (await get(name))!.slice(0, left)
    const removed = Array.from({ length: this.#count - index - 1 }, (_, i) => recordName('journal', part, this.#count - 1 - i))
    // From the end: a crash in between must not leave a gap.
    await records.remove(removed)
    await records.put([[name, sealed(name, this.#tail)]], true)
    this.#counts.set(part, index + 1)
  }

  async split(apart: boolean): Promise<void> {
    const part = this.#host.nextId()
    if (!apart) await this.#host.commit((now) => [{ base: now!.base, parts: [...now!.parts, part] }, []])
    this.#current = part
    this.#counts.set(part, 0)
    this.#tail = new Uint8Array(0)
  }

  async append(bytes: Uint8Array, durable: boolean): Promise<void> {
    if (this.#current === null) await this.split(false)
    const part = this.#current!
    const { records } = this.#host
    const most = (records.largestInHurry ?? records.largest) - SEAL
    const grows = this.#count > 0 && this.#tail.length + bytes.length <= Math.min(TAIL_BYTES, most)
    let rest = grows ? joinBytes([this.#tail, bytes]) : bytes
    let index = grows ? this.#count - 1 : this.#count
    const puts: [string, Uint8Array][] = []
    let last = this.#tail
    for (; rest.length > 0; index++) {
      last = rest.subarray(0, most)
      rest = rest.subarray(last.length)
      const name = recordName('journal', part, index)
      puts.push([name, sealed(name, last)])
    }
    // Nothing to put, but what was put before is to be made durable: the last record does it again.
    if (puts.length === 0 && this.#count > 0) {
      const name = recordName('journal', part, this.#count - 1)
      puts.push([name, sealed(name, this.#tail)])
    }
    if (puts.length === 0) return
    await records.put(puts, durable)
    if (bytes.length === 0) return
    this.#counts.set(part, index)
    this.#tail = new Uint8Array(last)
  }

  async base(): Promise<SnapshotWriter> {
    const kept = this.#current!
    return this.#host.writer((base) => (now) => {
      const removed = this.#recordsOf(now?.parts.filter((part) => part !== kept) ?? [])
      return [{ base, parts: [kept] }, [...(now?.base ? recordsOf(now.base) : []), ...removed]]
    })
  }
}

/** Names sort as the records follow each other. */
const recordName = (kind: 'run' | 'journal', id: number, index: number): string => `${kind}/${id}/${String(index).padStart(8, '0')}`
const recordsOf = ({ id, records }: Run): string[] => Array.from({ length: records }, (_, i) => recordName('run', id, i))

function parseManifest(place: string, bytes: Uint8Array): Manifest {
  const manifest = JSON.parse(fromUint8Array(bytes)) as Manifest
  if (manifest.format !== EMPTY.format) throw otherVersion(place)
  return manifest
}

const otherVersion = (place: string): StorageError => new StorageError(`${place} was written by another version of isodis`)

function checksumOf(name: ByteString, bytes: Uint8Array, end: number): Uint8Array {
  const crc = new Crc64()
  crc.update(toUint8Array(name))
  crc.update(bytes, 0, end)
  return crc.digest()
}

/** Bytes with their checksum behind them. */
function sealed(name: string, bytes: Uint8Array): Uint8Array {
  return joinBytes([bytes, checksumOf(name, bytes, bytes.length)])
}

function unsealed(name: string, bytes: Uint8Array, place: string): Uint8Array {
  const end = bytes.length - SEAL
  const checksum = end < 0 ? null : checksumOf(name, bytes, end)
  if (checksum === null || checksum.some((byte, i) => byte !== bytes[end + i])) {
    throw new StorageError(`${place}: the record ${name} is damaged: its checksum is wrong`)
  }
  return bytes.subarray(0, end)
}
