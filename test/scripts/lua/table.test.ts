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

/** All pairs, as `next` gives them. */
function pairs(table: Table): [LuaValue, LuaValue][] {
  const found: [LuaValue, LuaValue][] = []
  for (let place = table.seek(0); place >= 0; place = table.seek(table.after(table.keyAt(place)))) {
    found.push([table.keyAt(place), table.valueAt(place)])
  }
  return found
}

test('a table holds what a Map holds, and # is a border', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const table = new Table()
      const map = new Map<LuaValue, LuaValue>()
      for (const [at, value] of steps) {
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
    { numRuns: 500, seed: 1 },
  )
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
