// Keys that expire by themselves, whatever expiries they had before: each at its time, in order, once.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTestRedis } from '../../../src/adapters/testing.ts'

describe('expiry', () => {
  test('keys expire in the order of their last expiry, at that time', async () => {
    const step = fc.record({ key: fc.nat(30), at: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: null }) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300 }), async (steps) => {
        const redis = await createTestRedis({ now: 1_000_000, config: { 'notify-keyspace-events': 'Ex' } })
        const expected = new Map<string, number>()
        for (let key = 0; key <= 30; key++) await redis.set(`${key}`, 1)
        for (const { key, at } of steps) {
          if (at === null) await redis.persist(`${key}`)
          else await redis.pexpire(`${key}`, at)
          if (at === null) expected.delete(`${key}`)
          else expected.set(`${key}`, at)
        }
        await using events = await redis.subscribe('__keyevent@0__:expired')
        const expired: [key: string, at: number][] = []
        const listening = (async () => {
          for await (const { message } of events) expired.push([message, redis.clock.now() - 1_000_000])
        })()
        await redis.clock.advance(1000)
        await events.unsubscribe()
        await listening
        expect(expired.map(([, at]) => at)).toEqual([...expected.values()].toSorted((a, b) => a - b))
        expect(Object.fromEntries(expired)).toEqual(Object.fromEntries(expected))
        expect(await redis.dbsize()).toBe(31 - expected.size)
      }),
      { numRuns: 50, seed: 1 },
    )
  })

  test('expiries that were replaced do not pile up', async () => {
    const redis = await createTestRedis()
    await redis.set('key', 1)
    for (let i = 0; i < 5000; i++) redis.sync.pexpire('key', 1000 + i)
    expect(redis.engine.database(0).keyspace.expires.size).toBeLessThan(1100)
    await redis.clock.advance(5999)
    expect(await redis.exists('key')).toBe(0)
  })
})
