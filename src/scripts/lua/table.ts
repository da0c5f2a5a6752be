// Lua's table: items from 1 on in an array, everything else in a hash that keeps the order of insertion, so that `next`
// needs no state. A removed key stays in its place, without a value, until the hash is compacted: a loop over a table
// may remove what it sees.
import type { LuaValue } from './value.ts'

/** A hash of more keys has an index; fewer are looked through. */
const SMALL = 8
const NO_KEYS: LuaValue[] = []

export class Table {
  readonly array: LuaValue[] = []
  /** The hash's keys and values by slot. Compiled code looks here first, at the slot where it last found its key. */
  keys: LuaValue[] = NO_KEYS
  values: LuaValue[] = NO_KEYS
  metatable: Table | null = null
  /** Scripts may not change it. */
  readonly = false
  #index: Map<LuaValue, number> | null = null
  #dead = 0
  /** How many keys of the hash are numbers: they may become items. */
  #numbers = 0
  /** As large as Lua would have made the array part. */
  #capacity = 0
  /** How many keys Lua's hash would have room for. */
  #hashSize = 0
  /** Whether the array may have nil in it. */
  #holes = false

  /** A table of items. Takes the array over. */
  static of(items: LuaValue[]): Table {
    const table = new Table()
    ;(table as { array: LuaValue[] }).array = items
    table.#capacity = items.length
    if (items.includes(undefined)) {
      table.#holes = true
      table.#trim()
    }
    return table
  }

  /** A table that items were put into one by one: Lua makes room for twice as many when it is full. */
  static grown(items: LuaValue[]): Table {
    const table = Table.of(items)
    while (table.#capacity & (table.#capacity - 1)) table.#capacity += table.#capacity & -table.#capacity
    return table
  }

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number') {
      const i = key - 1
      if (i >= 0 && i < this.array.length && (i | 0) === i) return this.array[i]
      if (this.#numbers === 0) return undefined
    }
    const slot = this.find(key)
    return slot < 0 ? undefined : this.values[slot]
  }

  /** The slot of a key in the hash, -1 if it is not there. */
  find(key: LuaValue): number {
    if (this.#index !== null) return this.#index.get(key) ?? -1
    const { keys } = this
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i
    return -1
  }

  /** Sets a key that is neither nil nor NaN. */
  set(key: LuaValue, value: LuaValue): void {
    if (typeof key !== 'number') return this.#setHash(key, value)
    const { array } = this
    const i = key - 1
    if (i >= 0 && i <= array.length && (i | 0) === i) {
      if (i < array.length) {
        array[i] = value
        if (value === undefined) {
          if (i === array.length - 1) this.#trim()
          else this.#holes = true
        }
      } else if (value !== undefined) this.push(value)
    } else if (i > 0 && i < this.#capacity && (i | 0) === i) {
      if (value === undefined) return
      while (array.length < i) array.push(undefined)
      array.push(value)
      this.#holes = true
      if (this.#numbers !== 0) this.#takeOver()
    } else this.#setHash(key, value)
  }

  /** Adds an item behind the last one of the array. */
  push(value: LuaValue): void {
    const { array } = this
    array.push(value)
    if (array.length > this.#capacity) {
      this.#capacity = this.#capacity === 0 ? 1 : 2 ** Math.ceil(Math.log2(array.length))
      if (this.#numbers !== 0) this.#adopt()
    }
    if (this.#numbers !== 0) this.#takeOver()
  }

  /** Moves numeric keys from the hash into the array where it has room: lookups expect them there. */
  #adopt(): void {
    const { keys, values } = this
    keys.forEach((key, slot) => {
      const value = values[slot]
      if (typeof key !== 'number' || key < 1 || key > this.#capacity || !Number.isInteger(key) || value === undefined) return
      values[slot] = undefined
      this.#dead++
      this.#numbers--
      this.set(key, value)
    })
  }

  /** Moves items from the hash that follow the array's last. */
  #takeOver(): void {
    for (;;) {
      const slot = this.find(this.array.length + 1)
      const value = slot < 0 ? undefined : this.values[slot]
      if (value === undefined) return
      this.values[slot] = undefined
      this.#dead++
      this.#numbers--
      this.array.push(value)
      this.#capacity = Math.max(this.#capacity, this.array.length)
    }
  }

  #trim(): void {
    const { array } = this
    while (array.length > 0 && array[array.length - 1] === undefined) array.pop()
    if (array.length === 0) this.#holes = false
  }

  #setHash(key: LuaValue, value: LuaValue): void {
    const slot = this.find(key)
    if (slot >= 0) {
      const before = this.values[slot]
      this.values[slot] = value
      if ((before === undefined) === (value === undefined)) return
      const by = value === undefined ? 1 : -1
      this.#dead += by
      if (typeof key === 'number') this.#numbers -= by
    } else if (value !== undefined) this.#insert(key, value)
  }

  #insert(key: LuaValue, value: LuaValue): void {
    if (this.keys.length >= this.#hashSize && this.#grow(key)) return this.set(key, value)
    if (this.keys === NO_KEYS) {
      this.keys = [key]
      this.values = [value]
    } else {
      if (this.#dead > SMALL && this.#dead > this.keys.length >> 1) this.#compact()
      this.keys.push(key)
      this.values.push(value)
    }
    if (typeof key === 'number') this.#numbers++
    const { length } = this.keys
    if (this.#index !== null) this.#index.set(key, length - 1)
    else if (length > SMALL) this.#index = new Map(this.keys.map((each, slot) => [each, slot]))
  }

  /**
   * The hash is as full as Lua's would be, which then looks how large its array part should be: more than half of it must
   * be in use. `#` of a table with nil in it depends on that.
   * @returns whether a key that was to come into the hash now belongs into the array
   */
  #grow(key: LuaValue): boolean {
    const live = this.keys.length - this.#dead
    this.#hashSize = 2 ** Math.ceil(Math.log2(live + 1))
    if (typeof key !== 'number' || !isIndex(key)) return false
    const counts: number[] = []
    const count = (index: number): void => {
      const bin = Math.ceil(Math.log2(index))
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    this.array.forEach((value, i) => value !== undefined && count(i + 1))
    this.keys.forEach((each, slot) => typeof each === 'number' && isIndex(each) && this.values[slot] !== undefined && count(each))
    count(key)
    let size = 0
    for (let bin = 0, sum = 0; bin < counts.length; bin++) {
      sum += counts[bin] ?? 0
      if (sum > 2 ** bin / 2) size = 2 ** bin
    }
    if (size <= this.#capacity) return false
    this.#capacity = size
    this.#adopt()
    return key <= Math.max(size, this.array.length + 1)
  }

  #compact(): void {
    const { keys, values } = this
    this.keys = keys.filter((_, slot) => values[slot] !== undefined)
    this.values = values.filter((value) => value !== undefined)
    this.#dead = 0
    this.#index = this.keys.length >= SMALL ? new Map(this.keys.map((each, slot) => [each, slot])) : null
  }

  /** Sets a field of a slot that holds its key: compiled code has looked. */
  setSlot(slot: number, value: LuaValue): void {
    const before = this.values[slot]
    if (before === undefined || value === undefined) this.#setHash(this.keys[slot], value)
    else this.values[slot] = value
  }

  /** `#`: as Lua computes it, also where there is nil between items. */
  get length(): number {
    const { array } = this
    if (!this.#holes) return array.length
    if (array.length >= this.#capacity) return array.length
    let low = 0
    let high = this.#capacity
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (middle > array.length || array[middle - 1] === undefined) high = middle
      else low = middle
    }
    return low
  }

  /** Whether nil may be among the items. */
  get holes(): boolean {
    return this.#holes
  }

  /** The place behind a key in the order of `next`; -1 if there is no such key. nil's is the first. */
  after(key: LuaValue): number {
    if (key === undefined) return 0
    if (typeof key === 'number' && key >= 1 && key <= Math.max(this.#capacity, this.array.length) && Number.isInteger(key)) return key
    const slot = this.find(key)
    return slot < 0 ? -1 : PLACES + slot + 1
  }

  /** The first place from `place` on that has a value; -1 at the end. */
  seek(place: number): number {
    const { array, values } = this
    let at = place
    if (at < PLACES) {
      while (at < array.length) {
        if (array[at] !== undefined) return at
        at++
      }
      at = PLACES
    }
    while (at - PLACES < values.length) {
      if (values[at - PLACES] !== undefined) return at
      at++
    }
    return -1
  }

  keyAt(place: number): LuaValue {
    return place < PLACES ? place + 1 : this.keys[place - PLACES]
  }

  valueAt(place: number): LuaValue {
    return place < PLACES ? this.array[place] : this.values[place - PLACES]
  }
}

const isIndex = (key: number): boolean => key >= 1 && key <= 2 ** 26 && Number.isInteger(key)

/** Places of the hash come behind those of any array. */
const PLACES = 2 ** 40
