// The graph: what holds after any changes, and that searches find what looking at all finds.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Quantization } from '../../src/core/vectors/vector.ts'
import { VectorSet } from '../../src/core/vectors/vector-set.ts'

const DIM = 12
const form = (quantization: Quantization, m = 4) => VectorSet.form(quantization, DIM, 0, m)

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
const vectorOf = (random: () => number): Float32Array => Float32Array.from({ length: DIM }, () => random() * 2 - 1)

function check(set: VectorSet): void {
  const { nodes } = set.graph
  expect(nodes.map(({ index }) => index)).toEqual(nodes.map((_, i) => i))
  expect(new Set(nodes.map(({ name }) => name)).size).toBe(set.size)
  expect(set.graph.topLayer).toBe(Math.max(0, ...nodes.map(({ layers }) => layers.length - 1)))
  for (const node of nodes) {
    expect(set.find(node.name)).toBe(node)
    node.layers.forEach(({ links }, layer) => {
      const distances = set.graph.distances(node, layer)
      expect(distances).toHaveLength(links.length)
      expect(new Set(links).size).toBe(links.length)
      expect(links).not.toContain(node)
      links.forEach((other, i) => {
        if (nodes[other.index] !== other) throw new Error(`${node.name} is linked to ${other.name}, which is gone`)
        if (!other.layers[layer].links.includes(node)) throw new Error(`${other.name} is not linked back to ${node.name}`)
        if (set.graph.distance(node.vector, other.vector) !== distances[i]) throw new Error(`a wrong distance at ${node.name}`)
      })
    })
  }
}

describe.each(['f32', 'int8', 'bin'] as const)('%s', (quantization) => {
  test('links go both ways, after any changes', () => {
    const command = fc.tuple(fc.constantFrom('add', 'add', 'add', 'remove', 'same'), fc.nat(60))
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300, size: 'max' }), fc.nat(), (commands, seed) => {
        const random = randomOf(seed)
        const set = new VectorSet(form(quantization))
        const model = new Set<string>()
        for (const [what, number] of commands) {
          const name = `e${number}`
          if (what === 'remove') {
            const node = set.find(name)
            expect(node !== undefined).toBe(model.delete(name))
            if (node !== undefined) set.remove(node)
          } else {
            // Many of one vector, too: all of them are equally near.
            const { isNew } = set.add(name, what === 'same' ? new Float32Array(DIM).fill(1) : vectorOf(random), random, 20)
            expect(isNew).toBe(!model.has(name))
            model.add(name)
          }
        }
        expect([...set.sorted()]).toEqual([...model].toSorted())
        check(set)
        check(set.copy())
      }),
      { numRuns: 40 },
    )
  })

  test('searches find nearly all that there is to find, after many have gone too', () => {
    const random = randomOf(7)
    const set = new VectorSet(form(quantization, 16))
    for (let i = 0; i < 2500; i++) set.add(`e${i}`, vectorOf(random), random, 100)
    for (let i = 0; i < 2500; i += 3) set.remove(set.find(`e${i}`)!)
    for (let i = 0; i < 500; i++) set.add(`e${i}`, vectorOf(random), random, 100)
    check(set)
    let found = 0
    for (let i = 0; i < 50; i++) {
      const vector = set.toVector(vectorOf(random))
      const farthest = set.graph.scan(vector, 10).at(-1)!.distance
      // As near as the tenth: with a bit a component, many are equally near.
      found += set.graph.search(vector, 100).filter(({ distance }, at) => at < 10 && distance <= farthest).length
    }
    expect(found).toBeGreaterThan(450)
  })
})

test('a search with a filter gives only what passes, and looks at no more than it may', () => {
  const random = randomOf(3)
  const set = new VectorSet(form('int8', 16))
  for (let i = 0; i < 3000; i++)
    set.setAttributes(set.add(`e${i}`, vectorOf(random), random, 100).node, i % 10 === 0 ? 'ten' : i % 2 === 0 ? 'two' : null)
  const vector = set.toVector(vectorOf(random))
  const found = set.graph.search(vector, 20, (attributes) => attributes === 'ten', 2000)
  expect(found).toHaveLength(20)
  expect(found.every(({ node }) => node.attributes === 'ten')).toBe(true)
  let asked = 0
  set.graph.search(vector, 20, () => (asked++, false), 50)
  expect(asked).toBeLessThan(50 * 34)
})

test('vectors come back as well as they are kept', () => {
  const values = Float32Array.of(3, -4, 0, 0.5, 1, 1, 1, 1, 1, 1, 1, -1)
  const back = (quantization: Quantization): number[] => {
    const set = new VectorSet(form(quantization))
    return Array.from(set.valuesOf(set.add('e', values, Math.random, 1).node))
  }
  back('f32').forEach((value, i) => expect(value).toBeCloseTo(values[i], 5))
  back('int8').forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThan(4 / 127))
  expect(back('bin')).toEqual(Array.from(values, (value) => (value > 0 ? 1 : -1)))
  const set = new VectorSet(form('int8'))
  expect([...set.valuesOf(set.add('zero', new Float32Array(DIM), Math.random, 1).node)]).toEqual(Array.from({ length: DIM }, () => 0))
})
