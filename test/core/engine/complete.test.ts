// A command is more than its row: what CONTRIBUTING.md asks for is there for every command about data. (Messages have their own
// tests, and so have the docs, in docs.test.ts, and the cases of methods, in test/contract.)
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'
import { AllCommands } from '../../../src/core/client/commands.ts'
import { Redis } from '../../../src/core/client/redis.ts'
import { CommandTable, FLAG } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { REWRITES } from '../../../src/core/persistence/journal/propagation.ts'
import { groups as generated } from '../../differential/commands.ts'

/** What other commands do better, Redis says so itself: for `redis.call`. */
const WITHOUT_METHOD = new Set(['SUBSTR', 'GEORADIUS', 'GEORADIUS_RO', 'GEORADIUSBYMEMBER', 'GEORADIUSBYMEMBER_RO', 'WATCH'])

const commands = new CommandTable(groups).commands.filter(
  ({ name, group, keys }) => keys.length > 0 && group !== 'pubsub' && !name.includes('|'),
)
const withKeys = commands.map(({ name }) => name.toUpperCase())

/** The names of commands that came after a version of Redis, as their docs say. */
async function newerThan(version: string): Promise<Set<string>> {
  await using redis = await createRedis()
  const docs = Object.entries((await redis.commandDocs()) as Record<string, { since: string }>)
  return new Set(
    docs.flatMap(([name, { since }]) => (since.localeCompare(version, 'en', { numeric: true }) > 0 ? [name.toUpperCase()] : [])),
  )
}

test('has a method', () => {
  const methods = [AllCommands.prototype, Redis.prototype].flatMap((prototype) => Object.getOwnPropertyNames(prototype))
  const known = new Set(methods.map((name) => name.toUpperCase()))
  const missing = withKeys.filter((name) => !known.has(name.replace('_', '')) && !WITHOUT_METHOD.has(name))
  expect(missing, 'no method in src/core/client/commands').toEqual([])
})

test('is compared with redis-server, unless that has it not yet: then redis-8.test.ts', async () => {
  const newer = await newerThan('7.0.15')
  const lines = Object.values(generated).flatMap((group) => fc.sample(group, { numRuns: 5000, seed: 1 }))
  const known = new Set(lines.map(([name]) => name.toUpperCase()))
  const missing = withKeys.filter((name) => !known.has(name) && !newer.has(name))
  expect(missing, 'no generator in test/differential/commands.ts').toEqual([])
})

test('is in the journal as commands that Redis 7.4 knows', async () => {
  const newer = await newerThan('7.4.99')
  const writes = commands.filter(({ flags }) => (flags & FLAG.write) !== 0).map(({ name }) => name)
  const missing = writes.filter((name) => newer.has(name.toUpperCase()) && REWRITES[name] === undefined)
  expect(missing, 'no row in src/core/persistence/journal/propagation.ts').toEqual([])
})
