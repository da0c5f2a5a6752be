// The deque against an array, and its guards.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Chunk, Deque } from '../../../../src/core/engine/structures/deque.ts'
import { SEED } from '../../../support/seed.ts'

type Step = { do: 'push' | 'unshift' | 'pop' | 'shift' | 'set' | 'insert' | 'remove' | 'trim'; at: number; to: number }
const step = fc.record<Step>({
  do: fc.constantFrom('push', 'push', 'unshift', 'unshift', 'pop', 'shift', 'set', 'insert', 'remove', 'trim'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
})
const steps = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: step.map((each) => (each.do === 'trim' ? { ...each, do: 'insert' as const } : each)) },
    { weight: 1, arbitrary: step },
  ),
  { maxLength: 500, size: 'max' },
)

function run(deque: Deque, model: string[], { do: what, at, to }: Step, i: number): void {
  const element = `e${i}`
  const index = Math.floor(at * model.length)
  if (what === 'push') {
    deque.push(element)
    model.push(element)
  } else if (what === 'unshift') {
    deque.unshift(element)
    model.unshift(element)
  } else if (what === 'pop') expect(deque.pop()).toBe(model.pop())
  else if (what === 'shift') expect(deque.shift()).toBe(model.shift())
  else if (what === 'insert') {
    deque.insert(index, element)
    model.splice(index, 0, element)
  } else if (index < model.length && what === 'set') {
    deque.set(index, element)
    model[index] = element
  } else if (index < model.length && what === 'remove') {
    // Elements of the start are there several times.
    const gone = model[index]
    const places = model.flatMap((each, place) => (each === gone ? [place] : []))
    const most = to < 0.4 ? 1 : to < 0.7 ? Infinity : Math.ceil(to * places.length)
    const reverse = at > 0.5
    const removed = reverse ? places.slice(-most) : places.slice(0, most)
    expect(deque.remove(gone, most, reverse)).toBe(removed.length)
    for (const place of removed.toReversed()) model.splice(place, 1)
  } else if (index < model.length && what === 'trim') {
    // Mostly a little at both ends, so that something is left.
    const start = Math.floor(index / 8)
    const stop = model.length - 1 - Math.floor((to * (model.length - start)) / 8)
    deque.trim(start, stop)
    model.splice(0, model.length, ...model.slice(start, stop + 1))
  }
}

const all = (deque: Deque): string[] => deque.slice(0, deque.size - 1)

describe('a deque', () => {
  test('is an array', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), steps, (size, steps) => {
        const model = Array.from({ length: size }, (_, i) => `s${(i * i) % 7}`)
        const deque = new Deque()
        for (const element of model) deque.push(element)
        steps.forEach((each, i) => run(deque, model, each, i))
        expect(deque.size).toBe(model.length)
        expect(all(deque)).toEqual(model)
        expect(deque.chunks().flat()).toEqual(model)
        expect(Array.from(model, (_, i) => deque.get(i))).toEqual(model)
        expect([deque.get(-1), deque.get(model.length)]).toEqual([undefined, undefined])
        for (const reverse of [false, true]) {
          const walked: string[] = []
          deque.walk(reverse ? model.length - 1 : 0, reverse, (element, index) => {
            expect(model[index]).toBe(element)
            walked.push(element)
          })
          expect(walked).toEqual(reverse ? model.toReversed() : model)
        }
        // A copy goes its own way.
        const copy = new Deque()
        copy.copyFrom(deque)
        const copied = [...model]
        steps.forEach((each, i) => run(copy, copied, each, i))
        expect(all(copy)).toEqual(copied)
        expect(all(deque)).toEqual(model)
      }),
      { seed: SEED },
    )
  })

  test('as a queue in either direction it neither grows nor loses', () => {
    const deque = new Deque()
    for (let i = 0; i < 5000; i++) {
      deque.push(`a${i}`)
      deque.push(`b${i}`)
      expect(deque.shift()).toBe(i % 2 === 0 ? `a${i >> 1}` : `b${i >> 1}`)
    }
    while (deque.size > 0) deque.pop()
    for (let i = 0; i < 1000; i++) {
      deque.unshift(`c${i}`)
      expect(deque.pop()).toBe(`c${i}`)
    }
    expect(deque.chunks()).toEqual([])
  })

  test('a guard sees each chunk as it was before its first change', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), steps, (size, steps) => {
        const model = Array.from({ length: size }, (_, i) => `s${(i * i) % 7}`)
        const deque = new Deque()
        for (const element of model) deque.push(element)
        const parts: (Chunk | string[])[] = deque.chunks()
        const places = new Map(parts.map((chunk, i) => [chunk, i]))
        deque.guard = {
          below: null,
          before(chunk) {
            const place = places.get(chunk)
            if (place === undefined) return
            parts[place] = chunk.slice()
            places.delete(chunk)
          },
        }
        const before = model.slice()
        steps.forEach((each, i) => run(deque, model, each, i))
        expect(parts.flat()).toEqual(before)
      }),
      { seed: SEED },
    )
  })
})
