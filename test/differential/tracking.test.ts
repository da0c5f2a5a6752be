// Client-side caching: random commands of one who reads and of one who writes must bring the one who reads the same invalidations,
// at the same steps, as on a real redis-server.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { besideRedis } from '../support/beside-redis.ts'
import { RespClient, type WireReply } from '../support/resp-client.ts'
import { anything } from './commands.ts'
import { reset } from './compare.ts'
import { type Command, pick, words } from './words.ts'

const STEPS = 30
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 1500)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)

const { redis, engine } = besideRedis({ operated: true })
interface Side {
  readonly reader: RespClient
  readonly writer: RespClient
}
let sides: Side[]
beforeAll(async () => {
  sides = await Promise.all(
    [redis, engine].map(async ({ path, client }) => ({ reader: await RespClient.connect({ path }), writer: client })),
  )
})
afterAll(() => {
  for (const { reader } of sides ?? []) reader.close()
})

const mode = fc.constantFrom(
  [],
  ['NOLOOP'],
  ['BCAST'],
  ['BCAST', 'NOLOOP'],
  ['BCAST', 'PREFIX', 's', 'PREFIX', 'z1'],
  ['OPTIN'],
  ['OPTOUT'],
)
const caching = words('CLIENT', 'CACHING', pick('yes', 'no'))
/** What they take away, or meet first, is chance; and to whom it matters who is subscribed to what. */
const fixed = anything.filter(([name]) => !/^(SPOP|SORT|SELECT|SWAPDB|RANDOMKEY|SCAN|B[LRZ].*)$/i.test(name))
const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('reader' as const), fixed) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('writer' as const), fixed) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('reader' as const), fc.oneof(caching, words(pick('MULTI', 'EXEC', 'EXEC')))) },
)

/** @returns the steps with what they told the reader */
async function run(side: Side, options: readonly string[], steps: readonly (readonly [keyof Side, Command])[]): Promise<unknown> {
  const { reader, writer } = side
  await reset(writer, 3)
  await reader.call('RESET')
  await reader.call('HELLO', '3')
  await reader.call('CLIENT', 'TRACKING', 'ON', ...options)
  const told: unknown[] = []
  for (const [who, command] of steps) {
    reader.pushed.length = 0
    await side[who].call(...command)
    // Invalidations of broadcasts are sent before the next command is read.
    await reader.call('PING')
    const keys = reader.pushed.flatMap(({ value }) => keysOf((value as WireReply[])[1]))
    told.push([`${who}: ${command.join(' ')}`, keys.sort()])
  }
  return told
}

const keysOf = ({ value }: WireReply): string[] => (Array.isArray(value) ? value.map((key) => key.value as string) : ['all'])

test(`who tracks keys hears what redis-server tells (seed ${seed})`, { timeout: 3_600_000 }, async () => {
  const property = fc.asyncProperty(mode, fc.array(step, { minLength: 2, maxLength: 2 * STEPS, size: 'max' }), async (options, steps) => {
    const [wanted, found] = await Promise.all(sides.map((side) => run(side, options, steps)))
    expect(found).toEqual(wanted)
  })
  await fc.assert(property, { seed, numRuns: Math.ceil(commands / STEPS), endOnFailure: false })
})
