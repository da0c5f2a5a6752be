// The dictionary against a Map and an array, with its order, its scans and its guards.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Dict } from '../../../../src/core/engine/structures/dict.ts'
import { PAGE_BITS } from '../../../../src/core/engine/structures/slot-table.ts'
import { SEED } from '../../../support/seed.ts'

type Step = { do: 'set' | 'delete'; key: string; value: number }
// From few keys (kept in order, found by a linear search) to many (indexed, removal fills the gap with the last).
const steps = fc.nat(400).chain((keys) =>
  fc.array(fc.record<Step>({ do: fc.constantFrom('set', 'set', 'delete'), key: fc.nat(keys).map((n) => `k${n}`), value: fc.nat(9) }), {
    maxLength: 600,
    size: 'max',
  }),
)

function run(dict: Dict<number>, model: Map<string, number>, step: Step): void {
  if (step.do === 'set') {
    expect(dict.set(step.key, step.value)).toBe(!model.has(step.key))
    model.set(step.key, step.value)
  } else expect(dict.delete(step.key)).toBe(model.delete(step.key))
}

describe('a dictionary', () => {
  test('holds what a Map holds, without gaps', () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const dict = new Dict<number>()
        const model = new Map<string, number>()
        for (const step of steps) run(dict, model, step)
        expect(dict.size).toBe(model.size)
        expect(dict.distinct).toBe(true)
        expect(new Map(dict.keys.map((key, slot) => [key, dict.values[slot]]))).toEqual(model)
        for (const [key, value] of model) expect(dict.get(key)).toBe(value)
        dict.keys.forEach((key, slot) => expect(dict.find(key)).toBe(slot))
      }),
      { seed: SEED },
    )
  })

  test('keeps insertion order as long as it is small', () => {
    const dict = new Dict<number>()
    for (let i = 0; i < 100; i++) dict.set(`k${i}`, i)
    for (let i = 0; i < 100; i += 3) dict.delete(`k${i}`)
    expect(dict.keys).toEqual(Array.from({ length: 100 }, (_, i) => `k${i}`).filter((_, i) => i % 3 !== 0))
  })

  test('takes __proto__ and constructor for keys like any other', () => {
    const dict = new Dict<number>()
    expect(dict.has('__proto__')).toBe(false)
    dict.set('__proto__', 1)
    dict.set('constructor', 2)
    expect([dict.get('__proto__'), dict.get('constructor'), dict.get('toString')]).toEqual([1, 2, undefined])
  })

  test('a scan gives every key that is there the whole time, whatever is added and removed meanwhile', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.array(
          fc.array(
            fc.record<Step>({
              do: fc.constantFrom('set', 'delete', 'delete'),
              key: fc.nat(600).map((n) => `k${n}`),
              value: fc.constant(0),
            }),
            { maxLength: 60 },
          ),
          { maxLength: 40, size: 'max' },
        ),
        fc.integer({ min: 1, max: 40 }),
        (size, batches, count) => {
          const dict = new Dict<number>()
          for (let i = 0; i < size; i++) dict.set(`k${i}`, i)
          const always = new Set(dict.keys)
          const seen = new Set<string>()
          let cursor = 0
          for (let i = 0; ; i++) {
            cursor = dict.scan(cursor, count, (slot) => seen.add(dict.keys[slot]))
            if (cursor === 0) break
            for (const step of batches[i] ?? []) {
              if (step.do === 'set') dict.set(step.key, 0)
              else if (dict.delete(step.key)) always.delete(step.key)
            }
          }
          expect([...always].filter((key) => !seen.has(key))).toEqual([])
        },
      ),
      { seed: SEED },
    )
  })

  test('a guard sees each page as it was before its first change', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1500 }), steps, (size, steps) => {
        const dict = new Dict<number>()
        for (let i = 0; i < size; i++) dict.set(`k${i}`, i)
        const before = new Map(dict.keys.map((key, slot) => [key, dict.values[slot]]))
        const saved = new Map<string, number>()
        const pages = new Set<number>()
        const save = (page: number): void => {
          if (pages.has(page)) return
          pages.add(page)
          for (let slot = page << PAGE_BITS; slot < Math.min((page + 1) << PAGE_BITS, size); slot++)
            saved.set(dict.keys[slot], dict.values[slot])
        }
        dict.guard = { before: save, below: null }
        const model = new Map(before)
        for (const step of steps) run(dict, model, step)
        for (let page = 0; page << PAGE_BITS < size; page++) save(page)
        expect(saved).toEqual(before)
      }),
      { seed: SEED },
    )
  })
})
