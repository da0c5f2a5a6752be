// The newest entries of a log, up to so many: SLOWLOG and ACL LOG. To add one costs the same however many are kept.

export class Newest<T> {
  /** The newest last. Those that are too old are dropped many at a time, so there may be twice as many as are kept. */
  #entries: T[] = []
  #most = 0

  /** @param most how many are kept from now on */
  add(entry: T, most: number): void {
    this.#most = most
    this.#entries.push(entry)
    if (this.#entries.length > 2 * most) this.#entries = this.#newest(most)
  }

  get length(): number {
    return Math.min(this.#entries.length, this.#most)
  }

  /** Up to so many, the newest first. */
  first(count: number): T[] {
    return this.#newest(Math.min(count, this.#most)).reverse()
  }

  #newest(count: number): T[] {
    return this.#entries.slice(Math.max(0, this.#entries.length - count))
  }

  /** Removes one of the newest; it must be there. */
  remove(entry: T): void {
    this.#entries.splice(this.#entries.lastIndexOf(entry), 1)
  }

  clear(): void {
    this.#entries = []
  }
}
