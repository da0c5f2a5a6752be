// WATCH where it would show how its keys are kept.
import { expect, test } from 'vitest'
import { NULL_ARRAY } from '../../../src/core/reply.ts'
import { newEngine } from '../../support/engine-server.ts'

test('WATCH of very many keys, over and over, costs no more than their number', { timeout: 10_000 }, () => {
  const engine = newEngine()
  const [session, other] = [engine.connect(), engine.connect()]
  const keys = Array.from({ length: 200_000 }, (_, i) => `key${i}`)
  session.execute(['WATCH', ...keys])
  session.execute(['WATCH', ...keys])
  expect(session.transaction.watching).toBe(200_000)
  other.execute(['SET', 'key199999', 'v'])
  session.execute(['MULTI'])
  expect(session.execute(['EXEC'])).toBe(NULL_ARRAY)
  expect(engine.database(0).watchers.size).toBe(0)
})
