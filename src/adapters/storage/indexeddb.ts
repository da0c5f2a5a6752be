// Snapshots in IndexedDB, through idb-keyval. A snapshot's chunks are stored as they are made, under a generation of
// their own; the manifest names the generation that counts, so putting the manifest is the one step that makes a snapshot
// the last one. Each chunk has a CRC-64 in the manifest: a bad one is an error with its name, and nothing is touched.
import { delMany, get, keys, setMany } from 'idb-keyval'
import { Crc64 } from '../../core/persistence/rdb/crc64.ts'
import { type SnapshotWriter, type Storage, StorageError } from '../../core/persistence/storage.ts'
import { objectStore, type Store } from './object-store.ts'
import { holdLock } from './web-lock.ts'

export interface IndexedDbOptions {
  /**
   * `strict` waits until the disk has the snapshot; `relaxed` until the system has it, which a power cut may undo.
   * Default: strict
   */
  durability?: 'strict' | 'relaxed'
  /** How long to wait for another tab to give the storage back, in milliseconds; Infinity for as long as it takes. Default: 1000, enough for a reload */
  patience?: number
}

interface Manifest {
  readonly format: 1
  readonly generation: number
  /** Of each chunk. */
  readonly checksums: readonly string[]
  /** Bytes in all chunks. */
  readonly size: number
}

const MANIFEST = 'manifest'
type ChunkKey = [generation: number, index: number]
/** Chunks are put together until there are so many bytes: one transaction each would take ten times as long. */
const BATCH_BYTES = 1 << 20

/** Keeps snapshots in an IndexedDB database: `isodis:` and this name. */
export function indexedDb(name: string, { durability = 'strict', patience = 1000 }: IndexedDbOptions = {}): Storage {
  let store: Store
  let manifest: Manifest | undefined
  let giveBack: () => void = () => {}

  const putManifest = async (next: Manifest): Promise<void> => {
    const old = manifest
    // One transaction: the new manifest is there and the old chunks are gone, or neither.
    await store.use('readwrite', (records) => {
      records.put(next, MANIFEST)
      for (let i = 0; i < (old?.checksums.length ?? 0); i++) records.delete([old!.generation, i])
    })
    manifest = next
  }

  return {
    name: `IndexedDB isodis:${name}`,
    async open(takeOver) {
      giveBack = await holdLock(`isodis:${name}`, patience, takeOver)
      store = objectStore(`isodis:${name}`, 'snapshot', durability)
      try {
        await store.claim()
        manifest = await get<Manifest>(MANIFEST, store.use)
        if (manifest !== undefined && manifest.format !== 1) throw new StorageError(`"${name}" was written by a newer version of isodis`)
        await dropLeftovers(store, manifest)
      } catch (error) {
        await this.close()
        throw error
      }
    },
    async read() {
      return manifest === undefined ? null : readChunks(name, store, manifest)
    },
    async write() {
      return new ChunkWriter(store, (manifest?.generation ?? 0) + 1, putManifest)
    },
    async close() {
      store.close()
      giveBack()
    },
  }
}

/** Chunks of a snapshot that was never finished, because the page went away. */
async function dropLeftovers(store: Store, manifest: Manifest | undefined): Promise<void> {
  const leftovers = (await keys<ChunkKey | string>(store.use)).filter((key) => Array.isArray(key) && key[0] !== manifest?.generation)
  if (leftovers.length > 0) await delMany(leftovers, store.use)
}

async function* readChunks(name: string, store: Store, manifest: Manifest): AsyncGenerator<Uint8Array> {
  for (const [i, checksum] of manifest.checksums.entries()) {
    const chunk = await get<Uint8Array>([manifest.generation, i], store.use)
    const which = `"${name}", snapshot ${manifest.generation}, chunk ${i + 1} of ${manifest.checksums.length}`
    if (chunk === undefined) throw new StorageError(`${which} is missing`)
    const found = checksumOf(chunk)
    if (found !== checksum) throw new StorageError(`${which} is damaged: its CRC-64 is ${found} and should be ${checksum}`)
    yield chunk
  }
}

class ChunkWriter implements SnapshotWriter {
  readonly #store: Store
  readonly #generation: number
  readonly #putManifest: (manifest: Manifest) => Promise<void>
  readonly #checksums: string[] = []
  #size = 0
  #batch: [ChunkKey, Uint8Array][] = []
  #batchBytes = 0

  constructor(store: Store, generation: number, putManifest: (manifest: Manifest) => Promise<void>) {
    this.#store = store
    this.#generation = generation
    this.#putManifest = putManifest
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#batch.push([[this.#generation, this.#checksums.length], bytes])
    this.#checksums.push(checksumOf(bytes))
    this.#size += bytes.length
    this.#batchBytes += bytes.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#putBatch()
  }

  async #putBatch(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    await setMany(batch, this.#store.use)
  }

  async commit(): Promise<void> {
    await this.#putBatch()
    await this.#putManifest({ format: 1, generation: this.#generation, checksums: this.#checksums, size: this.#size })
  }

  async abort(): Promise<void> {
    await delMany(
      this.#checksums.map((_, i): ChunkKey => [this.#generation, i]),
      this.#store.use,
    )
  }
}

function checksumOf(bytes: Uint8Array): string {
  const crc = new Crc64()
  crc.update(bytes)
  return Array.from(crc.digest(), (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join('')
}
