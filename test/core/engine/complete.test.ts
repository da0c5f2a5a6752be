// A command is more than its row: what CONTRIBUTING.md asks for is there for every command about data. (Messages have their own
// tests, and so have the docs, in docs.test.ts, and the cases of methods, in test/contract.)
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AllCommands } from '../../../src/core/client/commands.ts'
import { Redis } from '../../../src/core/client/redis.ts'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { groups as generated } from '../../differential/commands.ts'

/** What other commands do better, Redis says so itself: for `redis.call`. */
const WITHOUT_METHOD = new Set(['SUBSTR', 'GEORADIUS', 'GEORADIUS_RO', 'GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER_RO', 'WATCH'])
/** The redis-server that replies are compared with has them not yet: redis-8.test.ts. */
const NEWER = /^H(?:P?EXPIRE(?:AT|TIME)?|P?TTL|PERSIST|GETDEL|GETEX|SETEX)$|^X(?:DELEX|ACKDEL)$|^(?:MSETEX|DELEX|DIGEST)$/

const withKeys = new CommandTable(groups).commands
  .filter(({ name, group, keys }) => keys.length > 0 && group !== 'pubsub' && !name.includes('|'))
  .map(({ name }) => name.toUpperCase())

test('has a method', () => {
  const methods = [AllCommands.prototype, Redis.prototype].flatMap((prototype) => Object.getOwnPropertyNames(prototype))
  const known = new Set(methods.map((name) => name.toUpperCase()))
  const missing = withKeys.filter((name) => !known.has(name.replace('_', '')) && !WITHOUT_METHOD.has(name))
  expect(missing, 'no method in src/core/client/commands').toEqual([])
})

test('is compared with redis-server', () => {
  const lines = Object.values(generated).flatMap((group) => fc.sample(group, { numRuns: 5000, seed: 1 }))
  const known = new Set(lines.map(([name]) => name.toUpperCase()))
  const missing = withKeys.filter((name) => !known.has(name) && !NEWER.test(name))
  expect(missing, 'no generator in test/differential/commands.ts').toEqual([])
})
