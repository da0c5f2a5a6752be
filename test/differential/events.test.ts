// Keyspace events: random sequences of commands must tell subscribers the same on the engine and on a real redis-server,
// in the same order.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { besideRedis } from '../support/beside-redis.ts'
import { RespClient, type WireReply } from '../support/resp-client.ts'
import { type Command, groups } from './commands.ts'
import { reset } from './compare.ts'

const SEQUENCE = 30
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 1500)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const only = process.env['ISODIS_GROUP']
/** What they remove, or where they begin, is left to chance; or they change what is told. */
const LEFT_OUT = new Set(['spop', 'config', 'reset', 'randomkey', 'hello', 'shutdown', 'debug', 'quit'])

interface Side {
  readonly client: RespClient
  readonly listener: RespClient
}
const { redis, engine } = besideRedis()
let sides: Side[]

beforeAll(async () => {
  sides = await Promise.all([redis, engine].map(async ({ path, client }) => ({ client, listener: await RespClient.connect({ path }) })))
  for (const { listener } of sides) {
    await listener.call('HELLO', '3')
    // RESP3 pushes the confirmation, so there is no reply to wait for but the next command's.
    await listener.raw('*2\r\n$10\r\nPSUBSCRIBE\r\n$6\r\n__key*\r\n*1\r\n$4\r\nPING\r\n', 1)
  }
})

afterAll(async () => {
  for (const { listener } of sides ?? []) listener.close()
})

/** @returns each command with the events it made */
async function run({ client, listener }: Side, sequence: readonly Command[], classes: string): Promise<unknown> {
  await reset(client, 3)
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', classes)
  await listener.call('PING')
  const told: unknown[] = []
  for (const command of sequence) {
    listener.pushed.length = 0
    await client.call(...command)
    // Events are sent before the reply, but on another connection.
    await listener.call('PING')
    const events = listener.pushed.map(shown)
    // SORT BY looks keys up in the order in which its elements come, which is none.
    if (command[0]?.toLowerCase().startsWith('sort')) events.sort()
    told.push([command.map((word) => JSON.stringify(word)).join(' '), events])
  }
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', '')
  return told
}

const shown = ({ value }: WireReply): string => (value as WireReply[]).slice(2).map((each) => each.value as string).join(' ') // prettier-ignore

describe(`keyspace events are those of redis-server (seed ${seed})`, () => {
  const names = Object.keys(groups).filter((name) => name !== 'connection' && (only === undefined || only === name))
  test.for(names)('%s', { timeout: 3_600_000 }, async (name) => {
    const kept = groups[name].filter(([word]) => !LEFT_OUT.has((word ?? '').toLowerCase()))
    const sequence = fc.array(kept, { minLength: 1, maxLength: 2 * SEQUENCE, size: 'max' })
    // Where a command of streams has several errors, Redis may have looked the key up before it finds the first.
    const classes = name === 'streams' ? 'KEAn' : 'KEAmn'
    const property = fc.asyncProperty(sequence, async (sequence) => {
      const [wanted, found] = await Promise.all(sides.map((side) => run(side, sequence, classes)))
      expect(found).toEqual(wanted)
    })
    await fc.assert(property, { seed, numRuns: Math.ceil(commands / SEQUENCE), endOnFailure: false })
  })
})
