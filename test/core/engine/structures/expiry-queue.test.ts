// When slots expire, against a Map: times set, changed and taken away, slots that move, and which one comes first.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExpiryQueue } from '../../../../src/core/engine/structures/expiry-queue.ts'

test('a queue tells each slot its time, and which time comes first', () => {
  const step = fc.record({
    do: fc.constantFrom('set', 'set', 'clear', 'move', 'first'),
    slot: fc.nat(60),
    time: fc.integer({ min: 1, max: 40 }),
  })
  const property = fc.property(fc.array(step, { maxLength: 300 }), fc.nat(1000), (steps, random) => {
    const queue = new ExpiryQueue()
    const model = new Map<number, number>()
    for (const { do: what, slot, time } of steps) {
      if (what === 'set') {
        queue.set(slot, time)
        model.set(slot, time)
      } else if (what === 'clear') {
        queue.set(slot, 0)
        model.delete(slot)
      } else if (what === 'move') {
        // To a slot that has none, as when the last one fills a hole.
        queue.set(time, 0)
        model.delete(time)
        queue.moved(slot, time)
        const moved = model.get(slot)
        model.delete(slot)
        if (moved !== undefined) model.set(time, moved)
      } else if (queue.size > 0) {
        const { first } = queue
        expect(model.get(first)).toBe(Math.min(...model.values()))
        queue.set(first, 0)
        model.delete(first)
      }
      expect(queue.size).toBe(model.size)
      expect(queue.next).toBe(Math.min(...model.values()))
    }
    for (let slot = 0; slot <= 70; slot++) expect(queue.time(slot)).toBe(model.get(slot) ?? 0)
    if (model.size > 0) expect(model.has(queue.sample(random / 1001))).toBe(true)
    const times = [...model.values()]
    for (const now of [0, 20, 40]) expect(queue.allDue(model.size, now)).toBe(times.every((time) => time <= now))
    expect(queue.allDue(model.size + 1, 40)).toBe(false)
  })
  fc.assert(property, { numRuns: 500, seed: 1 })
})
