// The ranked tree against a sorted array.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RankedTree } from '../../../../src/core/engine/structures/ranked-tree.ts'
import { SEED } from '../../../support/seed.ts'

interface Element {
  score: number
  member: string
}
const order = (a: Element, b: Element): number => a.score - b.score || (a.member < b.member ? -1 : 1)
const element = (scores: number): fc.Arbitrary<Element> =>
  fc.record({ score: fc.integer({ min: 0, max: scores }), member: fc.nat(3000).map((n) => `m${n}`) })
const steps = fc
  .constantFrom(1, 20, 100_000)
  .chain((scores) => fc.array(fc.record({ remove: fc.boolean(), element: element(scores) }), { maxLength: 3000, size: 'max' }))

function all(tree: RankedTree, reverse = false): Element[] {
  const found: Element[] = []
  tree.walk(reverse ? tree.size - 1 : 0, tree.size, reverse, (member, score) => found.push({ score, member }))
  return found
}

describe('the ranked tree', () => {
  test('is a sorted array that knows ranks', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat(200), (steps, at, count) => {
        const tree = new RankedTree()
        const model = new Map<string, Element>()
        for (const { remove, element } of steps) {
          const key = `${element.score}:${element.member}`
          if (remove) expect(tree.delete(element.score, element.member)).toBe(model.delete(key))
          else if (!model.has(key)) {
            model.set(key, element)
            tree.insert(element.score, element.member)
          }
        }
        const sorted = [...model.values()].sort(order)
        expect(tree.size).toBe(sorted.length)
        expect(all(tree)).toEqual(sorted)
        expect(all(tree, true)).toEqual(sorted.toReversed())
        sorted.forEach(({ score, member }, rank) => expect(tree.rank(score, member)).toBe(rank))
        expect(tree.rank(-1, 'nobody')).toBe(-1)
        const from = sorted.length === 0 ? 0 : at % sorted.length
        const page: Element[] = []
        tree.walk(from, count, false, (member, score) => page.push({ score, member }))
        expect(page).toEqual(sorted.slice(from, from + count))
        const bound = sorted[from]?.score ?? 0
        expect(tree.partition((score) => score < bound)).toBe(sorted.filter(({ score }) => score < bound).length)
        expect(tree.partition((score) => score <= bound)).toBe(sorted.filter(({ score }) => score <= bound).length)
      }),
      { seed: SEED, numRuns: 60 },
    )
  })

  test('stays in order when filled in order, backwards and by chance, and emptied again', () => {
    const size = 20_000
    const fill: Record<string, (i: number) => number> = { up: (i) => i, down: (i) => size - i, 'all over': (i) => (i * 7919) % size }
    for (const score of Object.values(fill)) {
      const tree = new RankedTree()
      for (let i = 0; i < size; i++) tree.insert(score(i), `m${i}`)
      expect(all(tree).every(({ score }, i, list) => i === 0 || list[i - 1].score <= score)).toBe(true)
      expect(tree.partition((each) => each < size / 2)).toBe(
        Array.from({ length: size }, (_, i) => score(i)).filter((each) => each < size / 2).length,
      )
      for (let i = 0; i < size; i++) expect(tree.delete(score(i), `m${i}`)).toBe(true)
      expect(tree.size).toBe(0)
      expect(all(tree)).toEqual([])
    }
  })

  test('orders infinities and equal scores by name', () => {
    const tree = new RankedTree()
    for (const [score, member] of [[Infinity, 'z'], [-Infinity, 'a'], [0, 'b'], [0, 'a'], [0, '']] as const) tree.insert(score, member) // prettier-ignore
    expect(all(tree).map(({ member }) => member)).toEqual(['a', '', 'a', 'b', 'z'])
  })
})
