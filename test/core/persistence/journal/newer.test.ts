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
const commands = fc.oneof(
  line('HSETEX', h, maybe(oneWord('FNX', 'FXX')), maybe(fc.oneof(expiry, line('KEEPTTL'))), 'FIELDS', '2', field, 'x', field, 'y'),
  line('HGETEX', h, maybe(fc.oneof(expiry, line('PERSIST'))), 'FIELDS', '2', field, field),
  line('HGETDEL', h, 'FIELDS', '2', field, field),
  line('HEXPIRE', h, pick('0', '5'), 'FIELDS', '2', field, field),
  line('HINCRBYFLOAT', h, pick('n', 'm'), '0.5'),
  line('HPEXPIRE', h, pick('5', '100000'), 'FIELDS', '1', 'n'),
)

/** Hashes with their fields' values and expiries. */
async function content(redis: Redis): Promise<object> {
  const all: Record<string, object> = {}
  for (const key of (await redis.keys('*')).toSorted()) {
    const fields = await redis.hgetall(key)
    all[key] = { fields, expiries: await redis.hpexpiretime(key, ...Object.keys(fields).toSorted()) }
  }
  return all
}

const NEWER = /HGETDEL|HGETEX|HSETEX/

test('what newer commands did is found again, and older servers can read it', async () => {
  const property = fc.asyncProperty(fc.array(fc.tuple(commands, fc.nat(3)), { minLength: 20, maxLength: 60 }), async (steps) => {
    const { redis, clock, memory, found } = await setup()
    for (const [[name, ...args], pause] of steps) {
      await redis.call(name, ...args).catch(() => null)
      await clock.advance(pause)
    }
    const again = await found()
    expect(await content(again)).toEqual(await content(redis))
    expect(Buffer.concat(memory.journal.written!.at(-1)!.chunks).toString('latin1')).not.toMatch(NEWER)
  })
  await fc.assert(property, { numRuns: 100, seed: 1 })
})
