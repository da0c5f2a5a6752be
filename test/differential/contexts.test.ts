// The same commands elsewhere: random commands of all groups in scripts and transactions, said by users who may not do all, with
// memory used up, on keys whose time has come, and asked for their keys. redis-server and the engine must give the same.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../support/beside-redis.ts'
import type { WireReply } from '../support/resp-client.ts'
import { anything } from './commands.ts'
import { atTimesOf, keyspace, normalise, reset } from './compare.ts'
import { type Command, pick, some, spoilt, words } from './words.ts'

const SEQUENCE = 40
const commands = Number(process.env['ISODIS_COMMANDS'] ?? 1000)
const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const only = process.env['ISODIS_GROUP']

const { redis, engine } = besideRedis({ args: ['--enable-debug-command', 'yes'], lua, operated: true })
type Side = typeof redis | typeof engine

interface Context {
  /** What is said between the first part of a sequence and the second, of which each command is said as `said` has it. */
  readonly between?: readonly Command[]
  /** What is said before both. */
  readonly before?: readonly Command[]
  /** For which time is to pass. */
  readonly pause?: number
  readonly said?: (command: Command) => Command
  /** What puts the server right again. */
  readonly after?: readonly Command[]
}

const CALL = 'return redis.call(unpack(ARGV))'
const rule = pick('+@all', '-@all', '+@read', '+@write', '-@write', '-@dangerous', '+@keyspace', '-@string', '+@set', '+@sortedset', '-@slow', '+@stream', '+@geo', '+get', '-set', '-@blocking', '~*', '~s*', '~l1', '~z1', '~h1', '~[xg]*', '%R~*', '%W~*', '%R~s*', '%W~l*', '%RW~set1', '(+@all %R~*)', '(+@write ~z*)', '(+@read ~*)', 'resetkeys') // prettier-ignore
const KEYS = ['s1', 's2', 'k1', 'bit1', 'l1', 'l2', 'h1', 'h2', 'set1', 'set2', 'z1', 'z2', 'lex1', 'geo1', 'p1', 'p4', 'x1', 'x2', 'w_1', 'hw_1'] // prettier-ignore

const CONTEXTS: Readonly<Record<string, fc.Arbitrary<Context>>> = {
  // A map that a script gets in RESP3 has its fields in the order of a Lua table.
  scripts: pick('', 'redis.setresp(3)', 'redis.setresp(2)').map((first) => ({ said: (command) => ['EVAL', (/^(XINFO|LCS)$/.test(command[0]) ? '' : first) + CALL, '0', ...command] })),
  'caught errors': fc.constant({ said: (command) => ['EVAL', 'return redis.pcall(unpack(ARGV))', '0', ...command] }),
  'read-only scripts': pick('', '#!lua flags=no-writes\n').map((first) => ({ said: (command) => ['EVAL_RO', first + CALL, '0', ...command] })),
  'memory used up': fc.constant({ between: [['CONFIG', 'SET', 'maxmemory', '1']], after: [['CONFIG', 'SET', 'maxmemory', '0']] }),
  'memory used up in scripts': pick('', '#!lua\n', '#!lua flags=allow-oom\n').map((first) => ({
    between: [['CONFIG', 'SET', 'maxmemory', '1']],
    said: (command) => ['EVAL', first + CALL, '0', ...command],
    after: [['CONFIG', 'SET', 'maxmemory', '0']],
  })),
  users: fc.array(rule, { minLength: 1, maxLength: 6 }).map((rules) => ({
    between: [
      ['ACL', 'SETUSER', 'u', 'reset', 'on', 'nopass', '+reset', ...rules],
      ['AUTH', 'u', 'x'],
    ],
  })),
  keys: pick('GETKEYS', 'GETKEYSANDFLAGS').map((asked) => ({ said: (command) => ['COMMAND', asked, ...command] })),
  'expired keys': fc.subarray(KEYS, { minLength: 3 }).map((expired) => ({
    between: [['DEBUG', 'SET-ACTIVE-EXPIRE', '0'], ...expired.map((key) => ['PEXPIRE', key, '1'])],
    pause: 3,
    after: [['DEBUG', 'SET-ACTIVE-EXPIRE', '1']],
  })),
  encodings: some(
    words(
      pick('hash-max-listpack-entries', 'hash-max-listpack-value', 'set-max-intset-entries', 'zset-max-listpack-entries', 'zset-max-listpack-value', 'list-max-listpack-size', 'stream-node-max-entries', 'hll-sparse-max-bytes'),
      pick('0', '1', '2', '128'),
    ),
  ).map((found) => ({ before: [['CONFIG', 'SET', ...Object.entries(Object.fromEntries(pairs(found))).flat()]] })),
} // prettier-ignore

const pairs = (flat: readonly string[]): [string, string][] => flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : []))

const dirtyOf = async (side: Side): Promise<number> =>
  'engine' in side
    ? side.engine.dirty
    : Number(/rdb_changes_since_last_save:(\d+)/.exec((await side.client.call('INFO', 'persistence')).value as string)![1])

async function run(
  side: Side,
  protocol: 2 | 3,
  first: readonly Command[],
  context: Context,
  unlimited: readonly Command[],
): Promise<unknown> {
  const { client } = side
  const { before = [], between = [], pause = 0, said = (command) => command, after = [] } = context
  await reset(client, protocol)
  const clean = await dirtyOf(side)
  await client.pipeline([...before, ...first])
  const changed = await client.pipeline(between)
  if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  // Which expired keys RANDOMKEY comes upon and removes is chance; and users may PFMERGE without sources into any key there.
  const second = unlimited.filter(([name, ...rest]) => name !== 'RANDOMKEY' && (name !== 'PFMERGE' || rest.length > 1))
  const replies = await client.pipeline(second.map(said))
  const shown = second.map((command, i) => [
    said(command)
      .map((word) => JSON.stringify(word))
      .join(' '),
    normalise(command, replies[i]),
  ])
  await client.call('RESET')
  await client.pipeline(after)
  const dirty = (await dirtyOf(side)) - clean
  return { changed: changed.map(({ value }: WireReply) => value), replies: shown, dirty, keyspace: await keyspace(client) }
}

const sequence: fc.Arbitrary<readonly Command[]> = fc.array(spoilt(anything), { minLength: 1, maxLength: SEQUENCE, size: 'max' })

describe(`commands do elsewhere what they do in redis-server (seed ${seed})`, () => {
  test.for(Object.keys(CONTEXTS))('%s', { timeout: 3_600_000 }, async (name, { skip }) => {
    skip(only !== undefined && only !== name)
    const property = fc.asyncProperty(
      fc.constantFrom(2 as const, 3 as const),
      sequence,
      CONTEXTS[name],
      sequence,
      async (protocol, first, context, second) => {
        const wanted = await run(redis, protocol, first, context, second)
        expect(atTimesOf(wanted, await run(engine, protocol, first, context, second))).toEqual(wanted)
      },
    )
    await fc.assert(property, { seed, numRuns: Math.ceil(commands / SEQUENCE), endOnFailure: false })
  })
})
