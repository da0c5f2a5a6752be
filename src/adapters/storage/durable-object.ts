// Records in the storage of a Cloudflare Durable Object. Its limits decide their size: a value of 128 KiB (2 MiB where the
// object is on SQLite, which we do not count on), 128 keys a call. Only one object of a name runs at a time, and what was
// put comes before any answer that leaves the object (its output gate), so nothing needs to be locked or flushed.
// https://developers.cloudflare.com/durable-objects/api/legacy-kv-storage-api/
import { recordStorage } from '../../core/persistence/records.ts'
import { type Storage, StorageError } from '../../core/persistence/storage.ts'

/** What is used of a Durable Object's storage: `ctx.storage`, or `state.storage`. */
export interface DurableObjectStorage {
  get(key: string): Promise<unknown>
  put(entries: Record<string, Uint8Array>): Promise<void>
  delete(keys: string[]): Promise<number>
  list(options: { prefix: string; startAfter?: string; limit: number }): Promise<Map<string, unknown>>
  sync?(): Promise<void>
}

/** For `durableObject`. */
export interface DurableObjectOptions {
  /** What all keys begin with, so that the object can keep other things beside. Default: `isodis/` */
  prefix?: string | undefined
}

/** A value and its key may have 128 KiB and 2 KiB; some room is left for how the value is encoded. */
const LARGEST_RECORD = (128 << 10) - 1024
const KEYS_AT_ONCE = 128
/** Listing reads the values too: few of them fit into an isolate at a time. */
const LISTED_AT_ONCE = 64

/** The storages that are open: an object is one isolate, and two engines in it would overwrite each other's records. */
const owners = new WeakMap<DurableObjectStorage, Set<string>>()

/** Keeps snapshots and a journal in a Durable Object. @param storage `ctx.storage` */
export function durableObject(storage: DurableObjectStorage, { prefix = 'isodis/' }: DurableObjectOptions = {}): Storage {
  return recordStorage({
    name: `Durable Object ${prefix}`,
    largest: LARGEST_RECORD,
    async open(takeOver) {
      const open = owners.get(storage) ?? new Set()
      if (open.has(prefix) && !takeOver) throw new StorageError(`the Durable Object's storage "${prefix}" belongs to another engine`)
      owners.set(storage, open.add(prefix))
    },
    async names() {
      const names: string[] = []
      for (let startAfter: string | undefined; ;) {
        const found = [
          ...(await storage.list({ prefix, limit: LISTED_AT_ONCE, ...(startAfter === undefined ? {} : { startAfter }) })).keys(),
        ]
        names.push(...found.map((key) => key.slice(prefix.length)))
        if (found.length < LISTED_AT_ONCE) return names
        startAfter = found.at(-1)
      }
    },
    async get(record) {
      return (await storage.get(prefix + record)) as Uint8Array | undefined
    },
    async put(records, durable) {
      // Calls that are not awaited one by one are written together, as one transaction.
      const calls: Promise<void>[] = []
      for (let at = 0; at < records.length; at += KEYS_AT_ONCE) {
        const some = records.slice(at, at + KEYS_AT_ONCE)
        calls.push(storage.put(Object.fromEntries(some.map(([record, bytes]) => [prefix + record, bytes]))))
      }
      await Promise.all(calls)
      if (durable) await storage.sync?.()
    },
    async remove(names) {
      const calls: Promise<number>[] = []
      for (let at = 0; at < names.length; at += KEYS_AT_ONCE)
        calls.push(storage.delete(names.slice(at, at + KEYS_AT_ONCE).map((record) => prefix + record)))
      await Promise.all(calls)
    },
    async close() {
      owners.get(storage)?.delete(prefix)
    },
  })
}
