// The nearest of what was found so far, as a heap, for searches: either the nearest is at hand, to go on from, or the farthest of
// those that are kept, to be dropped.

/** A thing and its distance. */
export interface Found<T> {
  readonly node: T
  readonly distance: number
}

/** A heap of what was found. @param order 1: the nearest is on top; -1: the farthest */
export class Heap<T> {
  readonly #items: Found<T>[] = []
  readonly #order: 1 | -1

  constructor(order: 1 | -1) {
    this.#order = order
  }

  get size(): number {
    return this.#items.length
  }

  get top(): Found<T> | undefined {
    return this.#items[0]
  }

  push(item: Found<T>): void {
    const items = this.#items
    let at = items.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(item, items[parent])) break
      items[at] = items[parent]
      at = parent
    }
    items[at] = item
  }

  pop(): Found<T> | undefined {
    const items = this.#items
    const [top] = items
    const last = items.pop()
    const { length } = items
    if (last === undefined || length === 0) return top
    let at = 0
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#isBefore(items[child + 1], items[child])) child++
      if (!this.#isBefore(items[child], last)) break
      items[at] = items[child]
      at = child
    }
    items[at] = last
    return top
  }

  #isBefore(a: Found<T>, b: Found<T>): boolean {
    return (a.distance - b.distance) * this.#order < 0
  }

  /** All of it, nearest first. */
  sorted(): Found<T>[] {
    return [...this.#items].sort((a, b) => a.distance - b.distance)
  }
}
