// When slots of a table expire: a binary heap of (time, slot) that knows where each slot stands. So a time is changed or taken
// away at once, nothing in it is ever out of date, and no command has to tidy up after others.

export class ExpiryQueue {
  // Two arrays, so that the times stay unboxed doubles.
  readonly #times: number[] = []
  readonly #slots: number[] = []
  /** Of each slot its place in these plus one; 0 for none. */
  #places = new Uint32Array(16)

  get size(): number {
    return this.#times.length
  }

  /** The earliest time, Infinity if there is none. */
  get next(): number {
    return this.#times[0] ?? Infinity
  }

  /** Slots that have a time, in no order. */
  get slots(): readonly number[] {
    return this.#slots
  }

  /** The slot of the earliest time. */
  get first(): number {
    return this.#slots[0]
  }

  /** When a slot expires; 0 for never. */
  time(slot: number): number {
    const place = this.#places[slot]
    return place > 0 ? this.#times[place - 1] : 0
  }

  /** Sets or (0) clears when a slot expires. */
  set(slot: number, time: number): void {
    const place = this.#places[slot]
    if (place > 0) {
      this.#places[slot] = 0
      const [last, from] = [this.#slots.pop()!, this.#times.pop()!]
      if (last !== slot) this.#sink(place - 1, from, last)
    }
    if (time === 0) return
    this.#rise(this.size, time, slot)
  }

  /** Takes away all times that have come. @param gone gets -1 for the slots that they had */
  takeDue(now: number, gone: Int32Array): void {
    const times = this.#times.splice(0)
    const slots = this.#slots.splice(0)
    for (let i = 0; i < times.length; i++) {
      if (times[i] > now) this.#rise(this.size, times[i], slots[i])
      else {
        this.#places[slots[i]] = 0
        gone[slots[i]] = -1
      }
    }
  }

  /** What was in a slot, with its time, is in another now, which has none. */
  moved(from: number, to: number): void {
    const place = this.#places[from] ?? 0
    if (place === 0) return
    this.#places[from] = 0
    this.#put(place - 1, this.#times[place - 1], to)
  }

  /** Whether all have a time and it has come. */
  allDue(size: number, now: number): boolean {
    return this.size === size && this.#times.every((time) => time <= now)
  }

  /** A slot somewhere in the queue: the sample that eviction of volatile keys takes. */
  sample(random: number): number {
    return this.#slots[Math.floor(random * this.size)]
  }

  #rise(place: number, time: number, slot: number): void {
    let at = place
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#times[parent] <= time) break
      this.#put(at, this.#times[parent], this.#slots[parent])
      at = parent
    }
    this.#put(at, time, slot)
  }

  /** Puts a slot where one is missing, or below or above that. */
  #sink(place: number, time: number, slot: number): void {
    const { size } = this
    let at = place
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && this.#times[child + 1] < this.#times[child]) child++
      if (this.#times[child] >= time) break
      this.#put(at, this.#times[child], this.#slots[child])
      at = child
    }
    this.#rise(at, time, slot)
  }

  // At the end it makes the arrays longer.
  #put(at: number, time: number, slot: number): void {
    this.#times[at] = time
    this.#slots[at] = slot
    if (slot >= this.#places.length) {
      const places = new Uint32Array(2 * slot)
      places.set(this.#places)
      this.#places = places
    }
    this.#places[slot] = at + 1
  }
}
