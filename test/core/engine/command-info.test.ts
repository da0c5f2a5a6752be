// COMMAND INFO of every command against a real redis-server. Clients route and check commands by these rows, so a row
// differs from Redis's only where the list below says why.
import { beforeAll, describe, expect, test } from 'vitest'
import { besideRedis } from '../../support/beside-redis.ts'
import type { RespClient, WireReply } from '../../support/resp-client.ts'

/** What COMMAND INFO says of one command. */
interface Info {
  arity: number
  flags: Set<string>
  /** First, last, step. */
  range: number[]
  /** In Redis's order. */
  categories: string[]
  tips: Set<string>
  keySpecs: unknown[]
  subcommands: string[]
}

/** Newer Redis than the 7.0.15 of the reference. */
const DIFFERENCES: Readonly<Record<string, Partial<Info>>> = {
  zrank: { arity: -3 }, // WITHSCORE, 7.2
  zrevrank: { arity: -3 }, // WITHSCORE, 7.2
}

/** Subcommands that the engine has no use for. */
const LEFT_OUT: Readonly<Record<string, RegExp>> = {
  // It is a cluster by itself, if any, and has all slots.
  cluster: /\|(bumpepoch|count-failure-reports|delslots|delslotsrange|failover|flushslots|replicate|set-config-epoch|setslot)$/,
}
/** Subcommands newer than the reference. */
const ADDED = new Set(['client|setinfo', 'client|no-touch'])

const { redis, engine } = besideRedis()
let wanted: ReadonlyMap<string, Info>
let found: ReadonlyMap<string, Info>

function plain({ type, value }: WireReply): unknown {
  if (!Array.isArray(value)) return type === ':' ? Number(value) : value
  const items = value.map(plain)
  if (type === '~') return new Set(items)
  return type === '%' ? Object.fromEntries(items.flatMap((name, i) => (i % 2 === 0 ? [[name, items[i + 1]]] : []))) : items
}

type Row = [string, number, Set<string>, number, number, number, Set<string>, Set<string>, Set<Record<string, unknown>>, Set<Row>]

function collect(rows: Iterable<Row>): [string, Info][] {
  return [...rows].flatMap(([name, arity, flags, first, last, step, categories, tips, keySpecs, subcommands]): [string, Info][] => {
    // Redis's remarks on a key spec are for people.
    const specs = [...keySpecs].map((spec) => ({ ...spec, notes: undefined }))
    const names = [...subcommands].map(([each]) => each).toSorted()
    const info = { arity, flags, range: [first, last, step], categories: [...categories], tips, keySpecs: specs, subcommands: names }
    return [[name, info], ...collect(subcommands)]
  })
}

async function infos(client: RespClient): Promise<Map<string, Info>> {
  await client.call('HELLO', '3')
  return new Map(collect(plain(await client.call('COMMAND')) as Row[]))
}

beforeAll(async () => {
  wanted = await infos(redis.client)
  found = await infos(engine.client)
})

describe('COMMAND INFO is what redis-server says', () => {
  test.for(['arity', 'flags', 'range', 'categories', 'tips', 'keySpecs'] as const)('%s', (field) => {
    const differing: Record<string, unknown> = {}
    for (const [name, info] of found) {
      const expected = wanted.get(name)
      if (expected === undefined) continue
      const value = DIFFERENCES[name]?.[field] ?? expected[field]
      if (!same(info[field], value)) differing[name] = { found: info[field], wanted: value }
    }
    expect(differing).toEqual({})
  })

  test('with the same subcommands', () => {
    for (const [name, { subcommands }] of found) {
      const theirs = wanted.get(name)?.subcommands.filter((each) => !LEFT_OUT[name]?.test(each))
      if (theirs !== undefined)
        expect(
          subcommands.filter((each) => !ADDED.has(each)),
          name,
        ).toEqual(theirs)
    }
  })
})

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a, sorted) === JSON.stringify(b, sorted)
const sorted = (_: string, value: unknown): unknown => (value instanceof Set ? [...(value as Set<string>)].toSorted() : value)
