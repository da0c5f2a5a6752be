// Commands newer than Redis 7.4 in the journal: the next start finds what they have done, and what is written of them are
// commands that older servers know.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Redis } from '../../../../src/core/client/redis.ts'
import { maybe, oneWord, pick, words as line } from '../../../differential/words.ts'
import { setup } from './setup.ts'

const h = pick('h1', 'h2')
const field = pick('a', 'b', 'c')
const expiry = fc.oneof(
  line('PX', pick('0', '5', '100000')),
  line('EX', pick('0', '1', '100')),
  line('PXAT', pick('1', '99999999999999')),
  line('EXAT', pick('1', '99999999999')),
)
const id = pick('1-1', '2-1', '3-1', '4-1', '5-1', '6-1')
const references = maybe(oneWord('KEEPREF', 'DELREF', 'ACKED'))
const trim = line(pick('MAXLEN', 'MINID'), maybe(oneWord('=', '~')), pick('0', '2', '4'))
const streams = fc.oneof(
  line('XADD', 's', references, maybe(trim), '*', 'f', 'v'),
  line('XADD', 's', maybe(trim), references, pick('1-1', '2-1', '3-1', '4-1'), 'f', 'v'),
  line('XTRIM', 's', trim, references),
  line('XDELEX', 's', references, 'IDS', '2', id, id),
  line('XACKDEL', 's', pick('g', 'h'), references, 'IDS', '2', id, id),
  line('XREADGROUP', 'GROUP', pick('g', 'h'), 'ann', maybe(line('CLAIM', pick('0', '2'))), 'COUNT', pick('1', '2'), 'STREAMS', 's', '>'),
  line('XACK', 's', pick('g', 'h'), id),
)
const s = pick('s1', 's2', 's3')
const text = pick('a', 'b', '1')
const comparison = line(pick('IFEQ', 'IFNE'), text)
const strings = fc.oneof(
  line('SET', s, text, maybe(fc.oneof(expiry, line('KEEPTTL'))), maybe(oneWord('GET')), comparison),
  line('SET', s, text, comparison, maybe(fc.oneof(expiry, line('KEEPTTL')))),
  line('DELEX', s, maybe(comparison)),
  line('MSETEX', '2', s, text, s, text, maybe(oneWord('NX', 'XX')), maybe(fc.oneof(expiry, line('KEEPTTL')))),
  line('BITOP', pick('DIFF', 'diff1', 'ANDOR', 'ONE', 'AND'), s, s, s),
)
const hashes = fc.oneof(
  line('HSETEX', h, maybe(oneWord('FNX', 'FXX')), maybe(fc.oneof(expiry, line('KEEPTTL'))), 'FIELDS', '2', field, 'x', field, 'y'),
  line('HGETEX', h, maybe(fc.oneof(expiry, line('PERSIST'))), 'FIELDS', '2', field, field),
  line('HGETDEL', h, 'FIELDS', '2', field, field),
  line('HEXPIRE', h, pick('0', '5'), 'FIELDS', '2', field, field),
  line('HINCRBYFLOAT', h, pick('n', 'm'), '0.5'),
  line('HPEXPIRE', h, pick('5', '100000'), 'FIELDS', '1', 'n'),
)

/**
 * What of XINFO a journal does not have, as Redis's: when consumers were heard of, and the nodes. That no entry is missing is
 * written as 0-1 after ACKED has left entries before those that went.
 */
const written = (name: string, value: unknown): unknown =>
  /-time$|^radix-/.test(name) ? undefined : name === 'max-deleted-entry-id' && value === '0-1' ? '0-0' : value

/** What each key holds, with the expiries of fields. */
async function content(redis: Redis): Promise<object> {
  const all: Record<string, unknown> = {}
  for (const key of (await redis.keys('*')).toSorted()) {
    if ((await redis.type(key)) === 'stream') {
      all[key] = JSON.parse(JSON.stringify(await redis.call('XINFO', 'STREAM', key, 'FULL'), written))
      continue
    }
    if ((await redis.type(key)) === 'string') {
      all[key] = [await redis.get(key), await redis.pexpiretime(key)]
      continue
    }
    const fields = await redis.hgetall(key)
    all[key] = { fields, expiries: await redis.hpexpiretime(key, ...Object.keys(fields).toSorted()) }
  }
  return all
}

const NEWER = /HGETDEL|HGETEX|HSETEX|XDELEX|XACKDEL|KEEPREF|DELREF|ACKED|IF(?:EQ|NE)|DELEX|MSETEX|DIFF|ANDOR|ONE|\nCLAIM/

test.each([
  ['of strings', strings, []],
  ['of hashes', hashes, []],
  ['of streams', streams, ['g', 'h'].map((group) => ['XGROUP', 'CREATE', 's', group, '0', 'MKSTREAM'])],
])('what newer commands %s did is found again, and older servers can read it', async (_, commands, before) => {
  const property = fc.asyncProperty(fc.array(fc.tuple(commands, fc.nat(3)), { minLength: 20, maxLength: 60 }), async (steps) => {
    const { redis, clock, memory, found } = await setup({ config: { 'stream-node-max-entries': '2' } })
    for (const [name, ...args] of before) await redis.call(name, ...args)
    for (const [[name, ...args], pause] of steps) {
      await redis.call(name, ...args).catch(() => null)
      clock.advance(pause)
    }
    const again = await found()
    expect(await content(again)).toEqual(await content(redis))
    expect(Buffer.concat(memory.journal.written!.at(-1)!.chunks).toString('latin1')).not.toMatch(NEWER)
  })
  await fc.assert(property, { numRuns: 100, seed: 1 })
})

test('entries that ACKED removed behind others are gone again, and the next start knows as much of what is to be read', async () => {
  const { redis, found } = await setup()
  for (const id of ['1-1', '2-1', '3-1']) await redis.xadd('s', id, { f: 'v' })
  await redis.xgroupCreate('s', 'g', '0')
  await redis.xreadgroup('g', 'ann', { s: '>' })
  await redis.xack('s', 'g', '2-1', '3-1')
  expect(await redis.xtrim('s', { maxlen: 0, acked: true })).toBe(2)
  const again = await found()
  expect(await again.xrange('s', '-', '+')).toEqual([['1-1', { f: 'v' }]])
  await again.xgroupCreate('s', 'new', '0')
  expect((await again.xinfoGroups('s')).map(({ name, lag }) => [name, lag])).toEqual([['g', 0], ['new', 1]]) // prettier-ignore
})
