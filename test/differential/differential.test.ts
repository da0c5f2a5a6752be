// The engine against a real redis-server: random sequences of commands must give the same replies and leave the same keys.
// ISODIS_COMMANDS sets how many commands a group (default 3000), ISODIS_SEED which (the same ones unless set), ISODIS_GROUP takes
// one group.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { besideRedis } from '../support/beside-redis.ts'
import { RespClient } from '../support/resp-client.ts'
import { type Command, groups } from './commands.ts'
import { atTimesOf, keyspace, normalise, reset } from './compare.ts'

const SEQUENCE = 50
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 3000)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const only = process.env['ISODIS_GROUP']

const { redis, engine } = besideRedis()

/** How many changes a server counts toward its save rules. */
async function dirtyOf(client: RespClient): Promise<number> {
  if (client === engine.client) return engine.engine.dirty
  const info = (await client.call('INFO', 'persistence')).value as string
  return Number(/rdb_changes_since_last_save:(\d+)/.exec(info)![1])
}

/** @returns what the sequence gave on one server */
async function run(client: RespClient, protocol: 2 | 3, sequence: readonly Command[]): Promise<unknown> {
  await reset(client, protocol)
  const before = await dirtyOf(client)
  const replies = await client.pipeline(sequence)
  const shown = sequence.map((command, i) => [command.map((word) => JSON.stringify(word)).join(' '), normalise(command, replies[i])])
  await client.call('RESET')
  const dirty = (await dirtyOf(client)) - before
  return { replies: shown, dirty, keyspace: await keyspace(client) }
}

describe(`the engine and redis-server give the same (seed ${seed})`, () => {
  test.for(Object.keys(groups))('%s', { timeout: 3_600_000 }, async (name, { skip }) => {
    skip(only !== undefined && only !== name)
    const sequence = fc.array(groups[name], { minLength: 1, maxLength: 2 * SEQUENCE, size: 'max' })
    const property = fc.asyncProperty(fc.constantFrom(2 as const, 3 as const), sequence, async (protocol, sequence) => {
      const wanted = await run(redis.client, protocol, sequence)
      expect(atTimesOf(wanted, await run(engine.client, protocol, sequence))).toEqual(wanted)
    })
    await fc.assert(property, { seed, numRuns: Math.ceil(commands / SEQUENCE), endOnFailure: false })
  })
})
