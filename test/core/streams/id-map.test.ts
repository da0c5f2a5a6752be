// The map of stream IDs against a sorted map, and its guards.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Chunk, IdMap } from '../../../src/core/streams/id-map.ts'
import { compareIds, formatId, MAX_ID, MIN_ID, nextId, previousId, type StreamId } from '../../../src/core/streams/stream-id.ts'
import type { Int64 } from '../../../src/core/numbers.ts'
import { SEED } from '../../support/seed.ts'

const half = fc.oneof(
  { weight: 9, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.constantFrom<Int64>(2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n) },
)
const id = fc.record<StreamId>({ ms: half, seq: half })
type Step = ['set' | 'delete', StreamId] | ['range', StreamId, { to: StreamId; reverse: boolean }]
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: id.map((id): Step => ['set', id]) },
  { weight: 3, arbitrary: id.map((id): Step => ['delete', id]) },
  { weight: 1, arbitrary: fc.tuple(id, id, fc.boolean()).map(([from, to, reverse]): Step => ['range', from, { to, reverse }]) },
)

describe('a map of IDs', () => {
  test('is a sorted map', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.array(step, { maxLength: 400, size: 'max' }), (size, steps) => {
        const map = new IdMap<number>()
        const model = new Map<string, [StreamId, number]>()
        const set = (id: StreamId, value: number): void => {
          map.set(id, value)
          model.set(formatId(id), [id, value])
        }
        for (let i = 0; i < size; i++) set({ ms: i % 50, seq: Math.floor(i / 50) }, i)
        const sorted = (): [StreamId, number][] => [...model.values()].toSorted(([a], [b]) => compareIds(a, b))
        steps.forEach((each, i) => {
          if (each[0] === 'set') set(each[1], -i)
          else if (each[0] === 'delete') expect(map.delete(each[1])).toBe(model.delete(formatId(each[1])))
          else {
            const [, from, { to, reverse }] = each as Extract<Step, readonly ['range', ...unknown[]]>
            const found: [StreamId, number][] = []
            map.walk(from, to, reverse, (value, ms, seq) => void found.push([{ ms, seq }, value]))
            const wanted = sorted().filter(([id]) => compareIds(id, from) >= 0 && compareIds(id, to) <= 0)
            expect(found).toEqual(reverse ? wanted.toReversed() : wanted)
          }
        })
        expect(map.size).toBe(model.size)
        expect([map.edge(false), map.edge(true)]).toEqual([sorted()[0]?.[0], sorted().at(-1)?.[0]])
        for (const [id, value] of model.values()) expect(map.get(id)).toBe(value)
      }),
      { seed: SEED, numRuns: 150 },
    )
  })

  test('tells its guard of a chunk before that changes, and the bytes of others stay', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const map = new IdMap<number>()
        for (let i = 0; i < 1000; i++) map.set({ ms: i % 50, seq: Math.floor(i / 50) }, i)
        const copy = ({ ms, seq, values }: Chunk<number>): unknown => [[...ms], [...seq], [...values]]
        const before = new Map(map.chunks.map((chunk) => [chunk, copy(chunk)]))
        const told = new Set<Chunk<number>>()
        map.guard = {
          below: null,
          before: (chunk) => {
            if (!told.has(chunk) && before.has(chunk)) expect(copy(chunk)).toEqual(before.get(chunk))
            told.add(chunk)
          },
        }
        for (const [what, id] of steps) {
          if (what === 'set') map.set(id, -1)
          else if (what === 'delete') map.delete(id)
        }
        for (const [chunk, copied] of before) if (!told.has(chunk)) expect(copy(chunk)).toEqual(copied)
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})

test('IDs follow each other up to the last one', () => {
  fc.assert(
    fc.property(id, (id) => {
      const next = nextId(id)
      if (next === undefined) expect(compareIds(id, MAX_ID)).toBe(0)
      else {
        expect(compareIds(next, id)).toBeGreaterThan(0)
        expect(previousId(next)).toEqual(id)
      }
    }),
    { seed: SEED },
  )
  expect([nextId(MAX_ID), previousId(MIN_ID)]).toEqual([undefined, undefined])
})
