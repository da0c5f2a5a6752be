// Records in a Map, and what a crash would leave of them: writing can be cut off after any put or removal.
import { type Records, recordStorage } from '../../src/core/persistence/records.ts'
import { type Storage, StorageError } from '../../src/core/persistence/storage.ts'

export class RecordMap implements Records {
  readonly name = 'a map'
  readonly largest: number
  readonly map: Map<string, Uint8Array>
  /** How many puts and removals are still done; then every write fails, half-done. */
  left = Infinity
  #open = false

  constructor(map = new Map<string, Uint8Array>(), largest = 1 << 16) {
    this.map = map
    this.largest = largest
  }

  /** All records as they are now. */
  content(): Map<string, Uint8Array> {
    return new Map(this.map)
  }

  /** The same records in another's hands. */
  storage(): Storage {
    return recordStorage(this)
  }

  async open(): Promise<void> {
    if (this.#open) throw new StorageError('the map belongs to another engine')
    this.#open = true
  }

  async names(): Promise<string[]> {
    return [...this.map.keys()].reverse()
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const bytes = this.map.get(name)
    return bytes?.length ? bytes.slice() : undefined
  }

  async put(records: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    for (const [name, bytes] of records) {
      if (bytes.length > this.largest) throw new Error(`${name} is too large`)
      // As a file in a browser, which is there, empty, before it is written.
      if (!this.map.has(name)) this.map.set(name, new Uint8Array(0))
      this.#step()
      this.map.set(name, bytes.slice())
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#step()
      this.map.delete(name)
    }
  }

  #step(): void {
    if (this.left-- <= 0) throw new Error('cut off')
  }

  async close(): Promise<void> {
    this.#open = false
  }
}
