// Random Lua programs by EVAL on redis-server and on the engine: the same replies, error texts and data.
// The programs are the same in each run: others, by ISODIS_SEED, now and then come upon what Lua leaves open or docs/lua.md
// names as different (how long a table with holes is, how deep calls may nest). ISODIS_PROGRAMS makes it longer.
import { expect, test } from 'vitest'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../../support/beside-redis.ts'
import type { WireReply } from '../../support/resp-client.ts'
import { libraryProgram } from './library-programs.ts'
import { broken, damaged } from './mutations.ts'
import { orderProgram } from './order-programs.ts'
import { randomProgram } from './programs.ts'

const SEED = Number(process.env['ISODIS_SEED'] ?? 20_000)
const PROGRAMS = Number(process.env['ISODIS_PROGRAMS'] ?? 1500)

/** https://en.wikipedia.org/wiki/Xorshift */
function randomFrom(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const { redis, engine } = besideRedis({ lua })

/** C prints a sign for some of its NaNs, which JS cannot tell apart. */
const unsigned = (replies: readonly WireReply[]): unknown => JSON.parse(JSON.stringify(replies).replace(/[ -]?nan/g, 'nan'))

test(`${PROGRAMS} random programs, seed ${SEED}`, async () => {
  let shown = 0
  for (let i = 0; i < PROGRAMS; i++) {
    const program = randomProgram(randomFrom(SEED + i), i % 3 === 0)
    const lines = [
      ['FLUSHALL'],
      ['EVAL', program, '0'],
      ['GET', 'k0'],
      ['GET', 'k1'],
      ['LRANGE', 'l', '0', '-1'],
      ['ZRANGE', 'z', '0', '-1'],
      ['SCARD', 's'],
    ]
    const [expected, actual] = await Promise.all([redis.client.pipeline(lines), engine.client.pipeline(lines)])
    if (Array.isArray(expected[1].value)) shown += expected[1].value.length
    expect(unsigned(actual), `seed ${SEED + i}:\n${program}`).toEqual(unsigned(expected))
  }
  // They do something.
  expect(shown).toBeGreaterThan(PROGRAMS * 2)
}, 600_000)

/** Addresses differ, and what a NaN's sign is. */
const masked = (text: string): string => text.replace(/[ -]*nan/gi, 'nan').replace(/0x[\da-f]{8,}/g, 'ADDRESS')

test(`${PROGRAMS} random programs of calls of the libraries, seed ${SEED}`, async () => {
  let calls = 0
  for (let i = 0; i < PROGRAMS; i++) {
    const program = libraryProgram(randomFrom((SEED + i) * 7919))
    const lines = [
      ['FLUSHALL'],
      ['EVAL', program, '0'],
      ['GET', 'k0'],
      ['LRANGE', 'l', '0', '-1'],
      ['ZRANGE', 'z', '0', '-1', 'WITHSCORES'],
    ]
    const [expected, actual] = await Promise.all([redis.client.pipeline(lines), engine.client.pipeline(lines)])
    if (Array.isArray(expected[1].value)) calls += expected[1].value.length
    if (masked(JSON.stringify(actual)) !== masked(JSON.stringify(expected))) {
      expect(actual, `seed ${SEED + i}:\n${program}`).toEqual(expected)
    }
  }
  expect(calls).toBeGreaterThan(PROGRAMS * 15)
}, 600_000)

test(`${PROGRAMS} random programs about the order of things, seed ${SEED}`, async () => {
  let shown = 0
  for (let i = 0; i < PROGRAMS; i++) {
    const program = orderProgram(randomFrom((SEED + i) * 6151))
    const [expected, actual] = await Promise.all([redis.client.call('EVAL', program, '0'), engine.client.call('EVAL', program, '0')])
    if (Array.isArray(expected.value)) shown += expected.value.length
    if (masked(JSON.stringify(actual)) !== masked(JSON.stringify(expected))) {
      expect(actual, `seed ${SEED + i}:\n${program}`).toEqual(expected)
    }
  }
  expect(shown).toBeGreaterThan(PROGRAMS * 5)
}, 600_000)

test(`${PROGRAMS} random programs with other line breaks, and with wrong tokens, seed ${SEED}`, async () => {
  let failed = 0
  for (let i = 0; i < PROGRAMS; i++) {
    const random = randomFrom((SEED + i) * 104_729)
    const program = randomProgram(random, i % 3 === 0)
    const lines = [
      ['FLUSHALL'],
      ['EVAL', broken(random, program), '0'],
      ['EVAL', 'return {loadstring(ARGV[1])}', '0', damaged(random, program)],
      ['SCRIPT', 'LOAD', damaged(random, program)],
    ]
    const [expected, actual] = await Promise.all([redis.client.pipeline(lines), engine.client.pipeline(lines)])
    if (expected[3].type === '-') failed++
    expect(unsigned(actual), `seed ${SEED + i}:\n${lines.map((line) => line[1]).join('\n---\n')}`).toEqual(unsigned(expected))
  }
  expect(failed).toBeGreaterThan(PROGRAMS / 2)
}, 600_000)
