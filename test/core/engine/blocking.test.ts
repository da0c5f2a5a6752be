// Waiting against the clock: times that are over at once, and times that no timer can hold.
import { expect, test } from 'vitest'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import type { Clock } from '../../../src/core/engine/ports.ts'
import { NULL_ARRAY } from '../../../src/core/reply.ts'

const table = new CommandTable(groups)

test('a session whose time is over before its timer is set is answered, and may wait again', async () => {
  // Every look at the clock finds a millisecond gone.
  let now = 1_700_000_000_000
  const clock: Clock = {
    now: () => now++,
    after(delay, run) {
      const timer = setTimeout(run, delay)
      return () => clearTimeout(timer)
    },
    soon: (run) => setImmediate(run),
  }
  const engine = new Engine({ table, clock, random: Math.random, log: () => {} })
  const session = engine.connect({ trusted: true })
  for (let i = 0; i < 3; i++) expect(await session.execute(['XREAD', 'BLOCK', '1', 'STREAMS', 's', '$'])).toBe(NULL_ARRAY)
  expect(session.waiter).toBe(null)
})

test('a time longer than timers last is waited for in parts', async () => {
  let now = 1_700_000_000_000
  const delays: number[] = []
  const clock: Clock = {
    now: () => now,
    after(delay, run) {
      const longest = 2 ** 31 - 1
      delays.push(delay)
      setImmediate(() => {
        now += Math.min(delay, longest)
        run()
      })
      return () => {}
    },
    soon: (run) => setImmediate(run),
  }
  const engine = new Engine({ table, clock, random: Math.random, log: () => {} })
  const days = 60 * 86_400_000
  expect(await engine.connect({ trusted: true }).execute(['XREAD', 'BLOCK', String(days), 'STREAMS', 's', '$'])).toBe(NULL_ARRAY)
  expect(delays).toEqual([days, days - (2 ** 31 - 1), days - 2 * (2 ** 31 - 1)])
})
