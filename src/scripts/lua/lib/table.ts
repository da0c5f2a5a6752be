// The library `table`: https://www.lua.org/manual/5.1/manual.html#5.5
import { isTrue, type Machine, MAX_STRING } from '../machine.ts'
import { formatNumber } from '../number.ts'
import { NOWHERE } from '../site.ts'
import { first, LuaFunction, type LuaValue, NONE, typeName } from '../value.ts'

export function tableLibrary(machine: Machine): void {
  /** A function argument. */
  const callback = (value: LuaValue, index: number, n: number): LuaFunction =>
    value instanceof LuaFunction ? value : machine.typeError(index, 'function', value, n)

  machine.library('table', {
    concat: (n, a, b, from, [to]) => {
      const separator = b === undefined ? '' : machine.string(b, 2, n)
      const table = machine.table(a, 1, n)
      const start = from === undefined ? 1 : machine.int(from, 3, n)
      const end = to === undefined ? table.length : machine.int(to, 4, n)
      let text = ''
      for (let i = start; i <= end; i++) {
        const value = table.get(i)
        if (typeof value === 'string') text += value
        else if (typeof value === 'number') text += formatNumber(value)
        else return machine.error(`invalid value (${typeName(value)}) at index ${i} in table for 'concat'`)
        if (i < end) text += separator
        if (text.length > MAX_STRING - separator.length) machine.error('string length overflow')
      }
      return text
    },
    insert: (n, a, b, c) => {
      const table = machine.table(a, 1, n)
      if (n === 2) {
        machine.writable(table).set(table.length + 1, b)
        return NONE
      }
      if (n !== 3) return machine.error("wrong number of arguments to 'insert'")
      const at = machine.int(b, 2, n)
      machine.writable(table)
      const { length, array } = table
      if (at >= 1 && at <= length && length === array.length && c !== undefined && !table.holes) {
        table.push(c) // behind the last, where it makes room
        array.splice(length, 1)
        array.splice(at - 1, 0, c)
        return NONE
      }
      for (let i = Math.max(length + 1, at); i > at; i--) table.set(i, table.get(i - 1))
      table.set(at, c)
      return NONE
    },
    remove: (n, a, b) => {
      const table = machine.table(a, 1, n)
      const { length, array } = table
      const at = b === undefined ? length : machine.int(b, 2, n)
      if (!(at >= 1 && at <= length)) return NONE
      machine.writable(table)
      if (length === array.length && !table.holes) return array.splice(at - 1, 1)[0]
      const removed = table.get(at)
      for (let i = at; i < length; i++) table.set(i, table.get(i + 1))
      table.set(length, undefined)
      return removed
    },
    sort: (n, a, b) => {
      const table = machine.table(a, 1, n)
      const by = b === undefined ? null : callback(b, 2, n)
      machine.writable(table)
      const { site } = machine
      const less = (x: LuaValue, y: LuaValue): boolean => {
        if (by === null) return machine.lessThan(x, y)
        machine.site = NOWHERE
        return isTrue(first(by.call(2, x, y)))
      }
      const { length } = table
      const items: LuaValue[] = []
      for (let i = 1; i <= length; i++) items.push(table.get(i))
      const plain = by === null && (items.every((each) => typeof each === 'number') || items.every((each) => typeof each === 'string'))
      if (plain) sortPlain(items)
      else {
        machine.nest(NOWHERE)
        sortAs(items, less, () => machine.fail(site, 'invalid order function for sorting'))
        machine.nested--
      }
      machine.site = site
      items.forEach((item, i) => table.set(i + 1, item))
      return NONE
    },
    getn: (n, a) => machine.table(a, 1, n).length,
    setn: (n, a) => {
      machine.table(a, 1, n)
      return machine.error("'setn' is obsolete")
    },
    maxn: (n, a) => {
      const table = machine.table(a, 1, n)
      let most = 0
      for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
        const key = table.keyAt(place)
        if (typeof key === 'number' && key > most) most = key
      }
      return most
    },
    foreach: (n, a, b) => {
      const table = machine.table(a, 1, n)
      const fn = callback(b, 2, n)
      for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
        const result = first(machine.call(fn, table.keyAt(place), table.valueAt(place)))
        if (result !== undefined) return result
      }
      return NONE
    },
    foreachi: (n, a, b) => {
      const table = machine.table(a, 1, n)
      const fn = callback(b, 2, n)
      for (let i = 1, { length } = table; i <= length; i++) {
        const result = first(machine.call(fn, i, table.get(i)))
        if (result !== undefined) return result
      }
      return NONE
    },
  })
}

/** Numbers or byte strings: their order is JS's. */
function sortPlain(items: LuaValue[]): void {
  if (typeof items[0] === 'number') {
    if (items.some((each) => each !== each))
      return sortAs(
        items,
        (x, y) => (x as number) < (y as number),
        () => {},
      )
    Float64Array.from(items as number[])
      .sort()
      .forEach((number, i) => (items[i] = number))
  } else items.sort((x, y) => ((x as string) < (y as string) ? -1 : x === y ? 0 : 1))
}

/** Lua's own quicksort: a script can see in which order its function is asked, and what an inconsistent one makes of it. */
function sortAs(items: LuaValue[], less: (x: LuaValue, y: LuaValue) => boolean, invalid: () => void): void {
  const swap = (i: number, j: number): void => {
    const item = items[i]
    items[i] = items[j]
    items[j] = item
  }
  const sort = (from: number, to: number): void => {
    let low = from
    let high = to
    while (low < high) {
      if (less(items[high], items[low])) swap(low, high)
      if (high - low === 1) return
      let i = (low + high) >> 1
      if (less(items[i], items[low])) swap(i, low)
      else if (less(items[high], items[i])) swap(i, high)
      if (high - low === 2) return
      const pivot = items[i]
      swap(i, high - 1)
      i = low
      let j = high - 1
      for (;;) {
        while (less(items[++i], pivot)) if (i > high) return invalid()
        while (less(pivot, items[--j])) if (j < low) return invalid()
        if (j < i) break
        swap(i, j)
      }
      swap(high - 1, i)
      // The smaller part by a call, the larger by the loop.
      if (i - low < high - i) {
        sort(low, i - 1)
        low = i + 1
      } else {
        sort(i + 1, high)
        high = i - 1
      }
    }
  }
  sort(0, items.length - 1)
}
