// TIME: the millisecond is that of the clock which expiry goes by, the microseconds in it come from a finer one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import type { Clock } from '../../../src/core/engine/ports.ts'
import { SEED } from '../../support/seed.ts'

/** @returns what reads TIME, in microseconds */
function timeOf(clock: Pick<Clock, 'now' | 'elapsed'>): () => number {
  const ports = { ...clock, after: () => null, soon: () => {} }
  const session = new Engine({ table: new CommandTable(groups), clock: ports, random: Math.random, log: () => {} }).connect()
  return () => {
    const [seconds, micros] = session.execute(['TIME']) as [string, string]
    expect(micros).toMatch(/^\d{1,6}$/)
    return Number(seconds) * 1e6 + Number(micros)
  }
}

test('TIME goes on within a millisecond, never backwards, and never leaves it', () => {
  const step = fc.double({ min: 0, max: 3, noNaN: true })
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.array(step, { minLength: 2, maxLength: 50 }), (zero, steps) => {
      let real = 1_700_000_000_000
      const time = timeOf({ now: () => Math.floor(real), elapsed: () => real - zero })
      let before = 0
      for (const each of steps) {
        real += each
        const now = time()
        expect(now).toBeGreaterThanOrEqual(before)
        expect(Math.floor(now / 1000)).toBe(Math.floor(real))
        before = now
      }
    }),
    { seed: SEED },
  )
})

test('two looks in the same millisecond differ', () => {
  let elapsed = 5
  const time = timeOf({ now: () => 1_700_000_000_123, elapsed: () => elapsed })
  const first = time()
  elapsed += 0.25
  expect(time() - first).toBe(250)
})

test('a clock that was set back is followed, with the finer one going on', () => {
  let now = 1_700_000_000_000
  let elapsed = 0
  const time = timeOf({ now: () => now, elapsed: () => elapsed })
  time()
  now -= 3_600_000
  elapsed += 10
  expect(Math.floor(time() / 1000)).toBe(now)
})

test('without a finer clock it is the millisecond', () => {
  let now = 1_700_000_000_999
  const time = timeOf({ now: () => now })
  expect(time()).toBe(1_700_000_000_999_000)
  now -= 5000
  expect(time()).toBe(1_699_999_995_999_000)
})
