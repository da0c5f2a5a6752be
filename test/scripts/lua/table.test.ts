// Lua's table against a Map: whatever is set and removed, in whatever order.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Table } from '../../../src/scripts/lua/table.ts'
import type { LuaValue } from '../../../src/scripts/lua/value.ts'

const key = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 60 }).map((n) => `k${n}`) },
  { weight: 1, arbitrary: fc.constantFrom<LuaValue>(0, -1, 0.5, 1e15, true, false, 2 ** 26 + 1) },
)
const step = fc.tuple(key, fc.oneof({ weight: 3, arbitrary: fc.integer() }, { weight: 2, arbitrary: fc.constant(undefined) }))

/** Few numbers in some order, hardly any of which are removed: the array takes over from the hash again and again. */
const counted = fc.integer({ min: 3, max: 40 }).chain((max) => {
  const value = fc.oneof({ weight: 9, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.constant(undefined) })
  return fc.array(fc.tuple(fc.integer({ min: 0, max }), value), { minLength: 5, maxLength: 60 })
})

/** All pairs, as `next` gives them. */
function pairs(table: Table): [LuaValue, LuaValue][] {
  const found: [LuaValue, LuaValue][] = []
  for (let place = table.seek(0); place >= 0; place = table.seek(table.after(table.keyAt(place)))) {
    found.push([table.keyAt(place), table.valueAt(place)])
    // A key that is there twice leads back to the first.
    if (found.length > 1000) throw new Error('a loop without end')
  }
  return found
}

test('a table holds what a Map holds, and # is a border', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array<[LuaValue, LuaValue]>(step, { maxLength: 400 }), counted), (steps) => {
      const table = new Table()
      const map = new Map<LuaValue, LuaValue>()
      for (const [at, value] of steps) {
        if (table.get(at) !== map.get(at)) throw new Error(`${JSON.stringify(at)} is lost`)
        table.set(at, value)
        if (value === undefined) map.delete(at)
        else map.set(at, value)
      }
      for (const [at] of steps) expect(table.get(at)).toBe(map.get(at))
      const found = pairs(table)
      expect(found).toHaveLength(map.size)
      expect(new Map(found)).toEqual(map)
      const { length } = table
      expect(length === 0 || map.has(length)).toBe(true)
      expect(map.has(length + 1)).toBe(false)
    }),
    { numRuns: 10_000, seed: 1 },
  )
})

test('a number that the array has room for is there, and not in the hash too', () => {
  // 7 and 8 are there before 6, and 5 makes room for eight items.
  const table = new Table()
  for (const at of [8, 1, 2, 3, 4, 5, 7]) table.set(at, 'first')
  table.set(8, 'second')
  expect(pairs(table)).toEqual([1, 2, 3, 4, 5, 7, 8].map((at) => [at, at === 8 ? 'second' : 'first']))
  table.set(8, undefined)
  expect(table.get(8)).toBeUndefined()
})

test('a loop may remove what it sees, and sees every key once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 200 }), (entries) => {
      const table = new Table()
      const removed = new Map(entries)
      for (const at of removed.keys()) table.set(at, 1)
      const seen: LuaValue[] = []
      for (let place = table.seek(0); place >= 0;) {
        const at = table.keyAt(place)
        seen.push(at)
        if (removed.get(at)) table.set(at, undefined)
        place = table.seek(table.after(at))
      }
      expect(seen).toHaveLength(removed.size)
      expect(new Set(seen)).toEqual(new Set(removed.keys()))
      expect(pairs(table)).toHaveLength([...removed.values()].filter((gone) => !gone).length)
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('keys that come and go take no room', () => {
  const table = new Table()
  table.set('stays', 1)
  for (let i = 0; i < 10_000; i++) {
    table.set(`k${i}`, i)
    table.set(`k${i}`, undefined)
  }
  expect(table.keys.length).toBeLessThan(50)
  expect(pairs(table)).toEqual([['stays', 1]])
})

test('a table whose last items were removed one by one has no nil in it: a stack or a queue stays a plain array', () => {
  const table = new Table()
  for (const at of [1, 2, 3]) table.set(at, at)
  table.set(3, undefined)
  expect(table.holes).toBe(false)
  table.set(1, undefined)
  expect(table.holes).toBe(true)
})
