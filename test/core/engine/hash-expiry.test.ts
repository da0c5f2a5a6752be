// Fields that expire, whatever expiries they had before: each at its time, while hashes are copied, changed and kept small.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestRedis } from '../../../src/adapters/testing.ts'
import { copyOf, Hash } from '../../../src/core/engine/values.ts'

test('fields are there until their last expiry, and no longer', async () => {
  const step = fc.record({
    do: fc.constantFrom('expire', 'expire', 'persist', 'set', 'delete', 'copy', 'wait'),
    field: fc.nat(20),
    time: fc.integer({ min: 1, max: 60 }),
  })
  const property = fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
    const redis = await createTestRedis({ now: 1_000_000 })
    const model = new Map<string, number>()
    for (const { do: what, field: number, time } of steps) {
      const field = `f${number}`
      if (what === 'wait') await redis.clock.advance(time)
      else if (what === 'copy') {
        await redis.copy('key', 'other')
        await redis.del('key')
        await redis.copy('other', 'key', { replace: true })
      } else if (what === 'delete') await redis.hdel('key', field)
      else if (what === 'set') await redis.hset('key', { [field]: 1 })
      else await (what === 'persist' ? redis.hpersist('key', field) : redis.hpexpire('key', time, [field]))
      if (what === 'set') model.set(field, Infinity)
      else if (what === 'delete') model.delete(field)
      else if (what === 'persist' && model.has(field)) model.set(field, Infinity)
      else if (what === 'expire' && model.has(field)) model.set(field, redis.clock.now() + time)
      for (const [each, at] of model) if (at <= redis.clock.now()) model.delete(each)
      // By the timer, not by a look at it.
      const kept = redis.engine.database(0).keyspace.get('key') as Hash | undefined
      expect([...(kept?.keys ?? [])].toSorted()).toEqual([...model.keys()].toSorted())
    }
  })
  await fc.assert(property, { numRuns: 100, seed: 1 })
})

test('expiries of fields that were replaced do not pile up', () => {
  const hash = new Hash()
  for (const field of ['a', 'b', 'c']) hash.insert(field, '')
  for (let i = 0; i < 10_000; i++) hash.setExpiry(i % 3, 10_000 + i)
  for (const each of [hash, copyOf(hash) as Hash]) {
    // What is out of date comes up, and goes, before the last expiries do: a few are left, not thousands.
    let steps = 0
    while (each.nextExpiry < 19_997) {
      expect(each.removeExpired(each.nextExpiry)).toEqual([])
      steps++
    }
    expect(steps).toBeLessThan(10)
    expect(each.removeExpired(19_998)).toEqual(['b', 'c'])
    expect(each.removeExpired(19_999)).toEqual(['a'])
    expect(each.nextExpiry).toBe(Infinity)
  }
})
