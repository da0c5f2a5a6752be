// Which key expires next: a binary heap of (time, key). An entry whose key got another expiry, or none, is stale and is
// dropped when it comes up; the keyspace makes the heap anew when stale entries outnumber the live ones.
import type { ByteString } from '../../bytes.ts'

export class ExpiryQueue {
  // Two arrays, so that the times stay unboxed doubles.
  readonly #times: number[] = []
  readonly keys: ByteString[] = []

  get size(): number {
    return this.#times.length
  }

  /** The earliest time, Infinity if there is none. */
  get next(): number {
    return this.#times[0] ?? Infinity
  }

  push(time: number, key: ByteString): void {
    let at = this.#times.length
    this.#times.push(time)
    this.keys.push(key)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#times[parent] <= time) break
      this.#put(at, this.#times[parent], this.keys[parent])
      at = parent
    }
    this.#put(at, time, key)
  }

  /** Takes the key of the earliest time. */
  pop(): ByteString {
    const first = this.keys[0]
    const time = this.#times.pop()!
    const key = this.keys.pop()!
    const size = this.#times.length
    if (size === 0) return first
    let at = 0
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#times[child + 1] < this.#times[child]) child++
      if (this.#times[child] >= time) break
      this.#put(at, this.#times[child], this.keys[child])
      at = child
    }
    this.#put(at, time, key)
    return first
  }

  /** A key somewhere in the queue: the sample that eviction of volatile keys takes. */
  sample(random: number): ByteString {
    return this.keys[Math.floor(random * this.keys.length)]
  }

  #put(at: number, time: number, key: ByteString): void {
    this.#times[at] = time
    this.keys[at] = key
  }
}
