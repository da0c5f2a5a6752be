// Waiting against the clock: times that are over at once.
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
