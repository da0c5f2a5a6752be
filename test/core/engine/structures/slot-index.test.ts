// The index of a table's keys against a Set, and a table that begins to have one.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dict } from '../../../../src/core/engine/structures/dict.ts'
import { SlotIndex } from '../../../../src/core/engine/structures/slot-index.ts'
import { SEED } from '../../../support/seed.ts'

/** A table as small as can be: a removed key's place is taken by the last one. */
class Table {
  readonly keys: string[] = []
  readonly index = new SlotIndex(this.keys)

  add(key: string): void {
    if (this.index.get(key) >= 0) return
    this.keys.push(key)
    this.index.set(key, this.keys.length - 1)
  }

  delete(key: string): boolean {
    const slot = this.index.get(key)
    expect(this.index.delete(key)).toBe(slot >= 0)
    if (slot < 0) return false
    const last = this.keys.at(-1)!
    if (last !== key) {
      this.keys[slot] = last
      this.index.set(last, slot)
    }
    this.keys.pop()
    return true
  }
}

function expectAll({ keys, index }: Table, wanted: ReadonlySet<string>): void {
  expect(new Set(keys)).toEqual(wanted)
  expect(index.size).toBe(wanted.size)
  keys.forEach((key, slot) => expect(index.get(key)).toBe(slot))
}

describe('an index of keys', () => {
  test('finds what a Set holds, while it grows and shrinks', () => {
    const step = fc.record({ add: fc.boolean(), key: fc.nat(3000) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), (steps) => {
        const table = new Table()
        const model = new Set<string>()
        for (const { add, key } of steps) {
          const name = `k${key}`
          if (add) {
            table.add(name)
            model.add(name)
          } else expect(table.delete(name)).toBe(model.delete(name))
        }
        expectAll(table, model)
        for (let key = 0; key < 100; key++) expect(table.index.get(`k${key}`) >= 0).toBe(model.has(`k${key}`))
      }),
      { seed: SEED, numRuns: 30 },
    )
  })

  test('finds everything while it moves to another capacity, whatever goes and comes again meanwhile', () => {
    // It grows at 683 keys and shrinks at 255: from there on, each step falls into the move.
    const step = fc.record({
      do: fc.constantFrom('again', 'delete', 'add', 'find'),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.constantFrom(683, 684, 690), fc.boolean(), fc.array(step, { maxLength: 60 }), (size, shrinking, steps) => {
        const table = new Table()
        const model = new Set<string>()
        for (let i = 0; i < size; i++) {
          table.add(`k${i}`)
          model.add(`k${i}`)
        }
        if (shrinking) {
          for (let i = 0; i < 100; i++) expect(table.index.get('k0')).toBe(0)
          for (let i = size - 1; i >= 255; i--) {
            expect(table.delete(`k${i}`)).toBe(true)
            model.delete(`k${i}`)
          }
        }
        steps.forEach(({ do: what, at }, i) => {
          const key = table.keys[Math.floor(at * table.keys.length)]
          if (what === 'find') expect(table.keys[table.index.get(key)]).toBe(key)
          else if (what === 'add') {
            table.add(`new${i}`)
            model.add(`new${i}`)
          } else {
            expect(table.delete(key)).toBe(true)
            expect(table.index.get(key)).toBe(-1)
            if (what === 'again') table.add(key)
            else model.delete(key)
          }
        })
        expect(new Set(table.keys)).toEqual(model)
        expectAll(table, model)
      }),
      { seed: SEED, numRuns: 300 },
    )
  })

  test('has every key after growing to many and losing nearly all of them', () => {
    const table = new Table()
    for (let i = 0; i < 50_000; i++) table.add(`key:${i}`)
    expectAll(table, new Set(Array.from({ length: 50_000 }, (_, i) => `key:${i}`)))
    for (let i = 0; i < 50_000; i++) if (i % 1000 !== 0) table.delete(`key:${i}`)
    expectAll(table, new Set(Array.from({ length: 50 }, (_, i) => `key:${i * 1000}`)))
    expect(table.index.get('key:1')).toBe(-1)
  })

  test('takes the empty key, every byte and __proto__', () => {
    const keys = ['', '__proto__', ...Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))]
    const index = new SlotIndex(keys)
    keys.forEach((key, slot) => expect(index.get(key)).toBe(slot))
  })
})

test('a table changes to it and goes on as before', () => {
  const dict = new Dict<number>()
  for (let i = 0; i < 40_000; i++) expect(dict.set(`k${i}`, i)).toBe(true)
  for (let i = 0; i < 40_000; i += 7) expect(dict.set(`k${i}`, -i)).toBe(false)
  for (let i = 0; i < 40_000; i += 2) expect(dict.delete(`k${i}`)).toBe(true)
  expect(dict.size).toBe(20_000)
  for (let i = 0; i < 40_000; i++) expect(dict.get(`k${i}`)).toBe(i % 2 === 0 ? undefined : i % 7 === 0 ? -i : i)
})

test.for([33, 1000, 40_000])('a table of %d keys is emptied and filled again', (size) => {
  const dict = new Dict<number>()
  for (const round of [1, 2]) {
    for (let i = 0; i < size; i++) expect(dict.set(`k${i}`, round * i)).toBe(true)
    for (let i = 0; i < size; i++) expect(dict.get(`k${i}`)).toBe(round * i)
    for (let i = 0; i < size; i++) expect(dict.delete(`k${i}`)).toBe(true)
    expect(dict.get('k0')).toBe(undefined)
  }
})
