// A group's pending entries in the order of their last delivery, so that CLAIM of XREADGROUP looks at those it takes over and not
// at all the others. Pending entries are replaced, never changed: one that was delivered again or acknowledged is recognized when
// its turn comes, and nothing has to be removed.
import type { PendingEntry } from './consumer-group.ts'
import type { IdMap } from './id-map.ts'
import { MAX_ID, MIN_ID, type StreamId } from './stream-id.ts'
import type { Fields, StreamLog } from './stream-log.ts'

interface Delivery {
  readonly id: StreamId
  readonly entry: PendingEntry
}

export class DeliveryOrder {
  readonly #pel: IdMap<PendingEntry>
  #deliveries: Delivery[] = []
  /** How many of the first deliveries are done with. */
  #head = 0

  constructor(pel: IdMap<PendingEntry>) {
    this.#pel = pel
    pel.walk(MIN_ID, MAX_ID, false, (entry, ms, seq) => void this.#deliveries.push({ id: { ms, seq }, entry }))
    this.#deliveries.sort((a, b) => a.entry.time - b.entry.time)
  }

  /** How many deliveries it holds. */
  get size(): number {
    return this.#deliveries.length
  }

  /**
   * Adds a delivery. @returns false if it cannot, and has to be made anew: the delivery is older than the last, or most of what is held
   * is done with
   */
  add(id: StreamId, entry: PendingEntry): boolean {
    const last = this.#deliveries.at(-1)
    if ((last !== undefined && entry.time < last.entry.time) || this.size > 2 * this.#pel.size + 64) return false
    this.#deliveries.push({ id, entry })
    return true
  }

  /** When what is idle for longest was delivered; undefined if nothing is pending. */
  oldest(log: StreamLog): number | undefined {
    return this.#next(log)?.entry.time
  }

  /**
   * Takes the entries that were delivered no later than a time, the earliest first; at most `count`, 0 for all. The caller delivers
   * them again.
   */
  take(log: StreamLog, latest: number, count: number): (Delivery & { fields: Fields })[] {
    const taken: (Delivery & { fields: Fields })[] = []
    for (let next = this.#next(log); next !== undefined && next.entry.time <= latest; next = this.#next(log)) {
      taken.push(next)
      this.#head++
      if (taken.length === count) break
    }
    return taken
  }

  /** The first delivery that is still the latest of its entry. Entries that the stream no longer has are passed over for good. */
  #next(log: StreamLog): (Delivery & { fields: Fields }) | undefined {
    for (; this.#head < this.#deliveries.length; this.#head++) {
      const { id, entry } = this.#deliveries[this.#head]
      const fields = this.#pel.get(id) === entry ? log.get(id) : undefined
      if (fields !== undefined) return { id, entry, fields }
    }
    return undefined
  }
}
