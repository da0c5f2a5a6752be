// What has changed since the last save, so that the next one need not write the rest. Each slot of a keyspace has the
// number of the save after which it last changed: a change costs one store into a typed array, and nothing is hashed.
// Keys that went are listed by name. When too much has changed, or a whole database was replaced, all is written again.
import type { ByteString } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import type { ChangeLog, Keyspace } from '../engine/keyspace.ts'
import { PAGE_BITS, type PageGuard } from '../engine/structures/slot-table.ts'
import { guard, unguard } from './guards.ts'
import type { DeltaStore } from './storage.ts'

/** Beyond half of the keys writing all of them costs little more, and reads faster. */
const MOST_CHANGED = 0.5
/** So many removed names are kept in any case. */
const REMOVED_SLACK = 1000

/** With more deltas than this everything is written anew: each is read by itself, and named in the manifest that every save writes. */
const MOST_DELTAS = 500
/** Deltas that together are larger than so much of their snapshot are given up for a new one. */
const MOST_OF_SNAPSHOT = 0.5

/** What has changed in one keyspace up to the moment that is saved. */
export interface Delta {
  readonly removed: readonly ByteString[]
  /** How many of its slots have changed. */
  readonly count: number
  /** 1 for pages with a slot that has changed. */
  readonly pages: Uint8Array
  has(slot: number): boolean
}

class Changes implements PageGuard, ChangeLog {
  readonly keyspace: Keyspace
  below: PageGuard | null = null
  #slots: Uint32Array
  /** The number of the save that comes next, and of the last that was good. */
  #save = 1
  #saved = 0
  #removed: ByteString[] = []
  /** Names that the running save writes. If it fails they are listed again. */
  #taken: ByteString[] = []
  #tooMany = false

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace
    this.#slots = new Uint32Array(Math.max(16, keyspace.size))
    guard(keyspace, this)
    keyspace.changes = this
  }

  before(page: number, slot: number): void {
    this.below?.before(page, slot)
    this.mark(slot)
  }

  mark(slot: number): void {
    if (slot >= this.#slots.length) {
      const slots = new Uint32Array(slot * 2)
      slots.set(this.#slots)
      this.#slots = slots
    }
    this.#slots[slot] = this.#save
  }

  moved(from: number, to: number): void {
    this.#slots[to] = this.#slots[from]
  }

  removed(key: ByteString): void {
    if (this.#removed.length <= this.keyspace.size * MOST_CHANGED + REMOVED_SLACK) this.#removed.push(key)
    else this.#tooMany = true
  }

  /** @returns null if it is better to write everything */
  begin(): Delta | null {
    const { size } = this.keyspace
    const slots = this.#slots
    const saved = this.#saved
    const pages = new Uint8Array(Math.ceil(size / (1 << PAGE_BITS)))
    let count = 0
    for (let slot = 0; slot < size; slot++) {
      if (slots[slot] <= saved) continue
      count++
      pages[slot >> PAGE_BITS] = 1
    }
    if (this.#tooMany || count + this.#removed.length > size * MOST_CHANGED + REMOVED_SLACK) return null
    this.#taken = this.#removed
    this.#removed = []
    this.#save++
    return { removed: this.#taken, count, pages, has: (slot) => this.#slots[slot] > saved }
  }

  end(good: boolean): void {
    if (good) this.#saved = this.#save - 1
    else this.#removed = [...this.#taken, ...this.#removed]
    this.#taken = []
  }

  stop(): void {
    unguard(this.keyspace, this)
    if (this.keyspace.changes === this) this.keyspace.changes = null
  }
}

export type Deltas = ReadonlyMap<Keyspace, Delta>

export class ChangeTracker {
  readonly #engine: Engine
  readonly #store: DeltaStore
  #tracked: Changes[] = []
  /** Whether every slot that is not marked is in the last save. */
  #valid = false
  /** Whether the running save writes only what has changed. */
  #writesDelta = false

  /** @param store where deltas are written */
  constructor(engine: Engine, store: DeltaStore) {
    this.#engine = engine
    this.#store = store
  }

  /** All that is there is saved. */
  loaded(): void {
    this.#restart()
    this.#valid = true
  }

  #restart(): void {
    this.stop()
    this.#tracked = this.#engine.databases().map(({ keyspace }) => new Changes(keyspace))
  }

  stop(): void {
    for (const changes of this.#tracked) changes.stop()
    this.#tracked = []
    this.#valid = false
  }

  /** A save begins, which must end with `end`. @returns what it has to write; null for all */
  begin(): Deltas | null {
    const deltas = this.#deltas()
    this.#writesDelta = deltas !== null && this.#pays(deltas)
    if (this.#writesDelta) return deltas
    this.#restart()
    return null
  }

  /** Whether writing these alone is better than writing all anew. */
  #pays(changes: Deltas): boolean {
    const { snapshot, deltas, count } = this.#store.sizes()
    let [changed, all] = [0, 0]
    for (const [{ size }, delta] of changes) {
      changed += delta.count + delta.removed.length
      all += size
    }
    return snapshot > 0 && count < MOST_DELTAS && deltas + (snapshot * changed) / Math.max(all, 1) <= snapshot * MOST_OF_SNAPSHOT
  }

  #deltas(): Deltas | null {
    const databases = this.#engine.databases()
    // A flush, an import and SWAPDB put other keyspaces in a database's place.
    const same = databases.length === this.#tracked.length && this.#tracked.every(({ keyspace }, i) => keyspace === databases[i].keyspace)
    if (!this.#valid || !same) return null
    const deltas = new Map<Keyspace, Delta>()
    for (const changes of this.#tracked) {
      const delta = changes.begin()
      if (delta === null) return null
      deltas.set(changes.keyspace, delta)
    }
    return deltas
  }

  end(good: boolean): void {
    if (this.#writesDelta) for (const changes of this.#tracked) changes.end(good)
    else this.#valid = good
  }
}
