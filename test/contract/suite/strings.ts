// Strings and bitmaps.
import { expect } from 'vitest'
import { a, b, c, d, does, EDGES, EVERY_BYTE, failure, type Suite, SYNTAX, WRONGTYPE } from '../contract.ts'

const NOT_AN_INTEGER = failure('ERR value is not an integer or out of range')

export const strings: Suite = {
  get: [
    does('gives the string, null if there is none', async ({ redis }) => {
      await redis.set(a, 'x')
      expect(await redis.get(a)).toBe('x')
      expect(await redis.get(b)).toBeNull()
      await redis.rpush(c, 'x')
      await expect(redis.get(c)).rejects.toMatchObject({ ...WRONGTYPE, command: 'GET' })
    }),
    does('gives back what was set, whatever it looks like', async ({ redis }) => {
      for (const [i, text] of EDGES.entries()) {
        await redis.set(`{k}${i}`, text)
        expect(await redis.get(`{k}${i}`)).toBe(text)
      }
    }),
    does('keys may be any text or bytes', async ({ redis }) => {
      for (const key of EDGES) {
        expect(await redis.set(key, `value of ${key}`)).toBe('OK')
        expect(await redis.get(key)).toBe(`value of ${key}`)
      }
      await redis.set(EVERY_BYTE, 'bytes')
      expect(await redis.get(EVERY_BYTE)).toBe('bytes')
    }),
    does('bytes come and go unchanged; as text, what is no UTF-8 becomes U+FFFD', async ({ redis }) => {
      await redis.set(a, EVERY_BYTE)
      expect(await redis.bytes.get(a)).toEqual(EVERY_BYTE)
      expect(await redis.bytes.get(b)).toBeNull()
      await redis.set(a, Uint8Array.of(0x61, 0xff, 0xc3, 0xa4))
      expect(await redis.get(a)).toBe('a\ufffdä')
      await redis.set(a, new Uint8Array())
      expect(await redis.bytes.get(a)).toEqual(new Uint8Array())
    }),
    does('numbers go as Redis writes them', async ({ redis }) => {
      const rows: [number | bigint, string][] = [
        [0, '0'],
        [-0, '-0'],
        [1.5, '1.5'],
        [2 ** 53, '9007199254740992'],
        [2n ** 63n - 1n, '9223372036854775807'],
        [-(2n ** 63n), '-9223372036854775808'],
        [Infinity, 'inf'],
        [-Infinity, '-inf'],
        [1e-7, '1e-7'],
      ]
      for (const [number, text] of rows) {
        await redis.set(a, number)
        expect(await redis.get(a)).toBe(text)
      }
    }),
  ],
  set: [
    does('sets, and with nx and xx only if it may', async ({ redis }) => {
      expect(await redis.set(a, 'x', { xx: true })).toBeNull()
      expect(await redis.set(a, 'x', { nx: true })).toBe('OK')
      expect(await redis.set(a, 'y', { nx: true })).toBeNull()
      expect(await redis.set(a, 'z', { xx: true })).toBe('OK')
      expect(await redis.get(a)).toBe('z')
    }),
    does('refuses what is no option of it, and sets nothing', async ({ redis }) => {
      await expect(redis.set(a, 'x', { expire: 60 } as object)).rejects.toMatchObject(SYNTAX)
      await expect(redis.set(a, 'x', { EX: 60 } as object)).rejects.toMatchObject(SYNTAX)
      await expect(redis.set(a, 'x', { GET: true } as object)).rejects.toMatchObject(SYNTAX)
      await expect(redis.set(a, 'x', 'EX' as unknown as object)).rejects.toMatchObject(SYNTAX)
      expect(await redis.get(a)).toBeNull()
    }),
    does('with get gives what was there', async ({ redis }) => {
      expect(await redis.set(a, 'x', { get: true })).toBeNull()
      expect(await redis.set(a, 'y', { get: true })).toBe('x')
      expect(await redis.set(a, 'z', { get: true, nx: true })).toBe('y')
      expect(await redis.get(a)).toBe('y')
      await redis.rpush(b, 'x')
      await expect(redis.set(b, 'x', { get: true })).rejects.toMatchObject(WRONGTYPE)
    }),
    does('sets an expiry in each of four ways, keeps it or takes it away', async ({ redis }) => {
      const later = Math.floor(Date.now() / 1000) + 1000
      await redis.set(a, 'x', { ex: 1000 })
      await redis.set(b, 'x', { px: 1_000_000 })
      await redis.set(c, 'x', { exat: later })
      await redis.set(d, 'x', { pxat: later * 1000 + 1 })
      for (const key of [a, b, c, d]) expect(Math.abs((await redis.ttl(key)) - 1000)).toBeLessThan(3)
      expect(await redis.pexpiretime(d)).toBe(later * 1000 + 1)
      await redis.set(a, 'y', { keepttl: true })
      expect(await redis.ttl(a)).toBeGreaterThan(900)
      await redis.set(a, 'z')
      expect(await redis.ttl(a)).toBe(-1)
    }),
    does('refuses what makes no sense', async ({ redis }) => {
      await expect(redis.set(a, 'x', { ex: 0 })).rejects.toMatchObject(failure("ERR invalid expire time in 'set' command"))
      await expect(redis.set(a, 'x', { ex: 1.5 })).rejects.toMatchObject(NOT_AN_INTEGER)
      // @ts-expect-error -- one expiry
      await expect(redis.set(a, 'x', { ex: 1, px: 1 })).rejects.toMatchObject(SYNTAX)
      // @ts-expect-error -- a new one, or the old one
      await expect(redis.set(a, 'x', { exat: 1, keepttl: true })).rejects.toMatchObject(SYNTAX)
      // @ts-expect-error -- never both
      await expect(redis.set(a, 'x', { nx: true, xx: true })).rejects.toMatchObject(SYNTAX)
      // @ts-expect-error -- with get neither
      await expect(redis.set(a, 'x', { ex: 1, pxat: 1, get: true })).rejects.toMatchObject(SYNTAX)
      expect(await redis.exists(a)).toBe(0)
    }),
    does(
      'only if the value is, or is not, a given one',
      async ({ redis }) => {
        expect(await redis.set(a, 'x', { ifeq: 'y' })).toBeNull()
        expect(await redis.set(a, 'x', { ifne: 'x' })).toBe('OK')
        expect(await redis.set(a, 'y', { ifne: 'x' })).toBeNull()
        expect(await redis.set(a, EVERY_BYTE, { ifeq: 'x', ex: 100 })).toBe('OK')
        expect(await redis.bytes.set(a, 'z', { ifeq: EVERY_BYTE, keepttl: true, get: true })).toEqual(EVERY_BYTE)
        expect(await redis.ttl(a)).toBeGreaterThan(95)
        const digest = (await redis.digest(a)) ?? ''
        expect(await redis.set(a, 'x', { ifdne: digest })).toBeNull()
        expect(await redis.set(a, 'Hello world', { ifdeq: digest })).toBe('OK')
        // @ts-expect-error -- one condition
        await expect(redis.set(a, 'x', { nx: true, ifeq: 'x' })).rejects.toMatchObject(SYNTAX)
      },
      { needs: 'Redis 8' },
    ),
    does('does not take a condition that is missing for none', async ({ redis }) => {
      const missing = undefined as unknown as string
      await expect(redis.set(a, 'x', { ifeq: missing })).rejects.toBeInstanceOf(TypeError)
      await expect(redis.set(a, 'x', { nx: true, ifdne: missing as unknown as undefined })).rejects.toBeInstanceOf(TypeError)
      expect(await redis.exists(a)).toBe(0)
    }),
    does('what is no value is a TypeError before anything is sent', async ({ redis }) => {
      for (const wrong of [null, undefined, true, NaN, {}, [], Symbol.iterator, () => 1] as unknown[] as string[]) {
        await expect(redis.set(a, wrong)).rejects.toBeInstanceOf(TypeError)
        await expect(redis.set(wrong, 'x')).rejects.toBeInstanceOf(TypeError)
      }
      expect(await redis.exists(a)).toBe(0)
    }),
  ],
  setnx: [
    does('1 if it was set', async ({ redis }) => {
      expect(await redis.setnx(a, 'x')).toBe(1)
      expect(await redis.setnx(a, 'y')).toBe(0)
      expect(await redis.get(a)).toBe('x')
    }),
  ],
  setex: [
    does('sets with an expiry in seconds', async ({ redis }) => {
      expect(await redis.setex(a, 100, 'x')).toBe('OK')
      expect(await redis.ttl(a)).toBeGreaterThan(97)
      await expect(redis.setex(a, -1, 'x')).rejects.toMatchObject(failure("ERR invalid expire time in 'setex' command"))
    }),
  ],
  psetex: [
    does('sets with an expiry in milliseconds', async ({ redis }) => {
      expect(await redis.psetex(a, 100_000, 'x')).toBe('OK')
      expect(await redis.pttl(a)).toBeGreaterThan(97_000)
      await expect(redis.psetex(a, 0, 'x')).rejects.toMatchObject(failure("ERR invalid expire time in 'psetex' command"))
    }),
    does('is over when the time has come', async ({ redis }) => {
      await redis.psetex(a, 5, 'x')
      await expect.poll(() => redis.get(a), { interval: 3 }).toBeNull()
      expect(await redis.ttl(a)).toBe(-2)
    }),
  ],
  getset: [
    does('gives what was there', async ({ redis }) => {
      expect(await redis.getset(a, 'x')).toBeNull()
      expect(await redis.getset(a, EVERY_BYTE)).toBe('x')
      expect(await redis.bytes.getset(a, 'y')).toEqual(EVERY_BYTE)
    }),
  ],
  getdel: [
    does('gives and removes', async ({ redis }) => {
      await redis.set(a, EVERY_BYTE)
      expect(await redis.bytes.getdel(a)).toEqual(EVERY_BYTE)
      expect(await redis.getdel(a)).toBeNull()
      await redis.sadd(a, 'x')
      await expect(redis.getdel(a)).rejects.toMatchObject(WRONGTYPE)
    }),
  ],
  getex: [
    does('gives, and sets or takes away the expiry', async ({ redis }) => {
      expect(await redis.getex(a)).toBeNull()
      await redis.set(a, 'x')
      expect(await redis.getex(a, { ex: 100 })).toBe('x')
      expect(await redis.ttl(a)).toBeGreaterThan(97)
      expect(await redis.getex(a, { pxat: Date.now() + 500_000 })).toBe('x')
      expect(await redis.ttl(a)).toBeGreaterThan(490)
      expect(await redis.bytes.getex(a, { persist: true })).toEqual(Uint8Array.of(0x78))
      expect(await redis.ttl(a)).toBe(-1)
    }),
    does('refuses more than one expiry', async ({ redis }) => {
      await redis.set(a, 'x')
      // @ts-expect-error -- seconds or milliseconds
      await expect(redis.getex(a, { ex: 1, px: 1 })).rejects.toMatchObject(SYNTAX)
      // @ts-expect-error -- an expiry or none
      await expect(redis.getex(a, { ex: 1, persist: true })).rejects.toMatchObject(SYNTAX)
      expect(await redis.ttl(a)).toBe(-1)
    }),
  ],
  mget: [
    does('gives null where there is no string', async ({ redis }) => {
      await redis.set(a, 'x')
      await redis.set(b, '')
      await redis.rpush(c, 'x')
      expect(await redis.mget(a, b, c, d, a)).toEqual(['x', '', null, null, 'x'])
      await redis.set(a, EVERY_BYTE)
      expect(await redis.bytes.mget(a, d)).toEqual([EVERY_BYTE, null])
    }),
    does(
      'without keys is an error',
      ({ redis }) => expect(redis.mget()).rejects.toMatchObject(failure("ERR wrong number of arguments for 'mget' command")),
      { views: ['alone'] },
    ),
  ],
  mset: [
    does('sets from an object, a Map or pairs', async ({ redis }) => {
      expect(await redis.mset({ [a]: 'x', [b]: 1 })).toBe('OK')
      expect(await redis.mset(new Map<string, string | Uint8Array>([[c, EVERY_BYTE]]))).toBe('OK')
      expect(await redis.mset([[d, '']])).toBe('OK')
      expect(await redis.mget(a, b, d)).toEqual(['x', '1', ''])
      expect(await redis.bytes.get(c)).toEqual(EVERY_BYTE)
    }),
  ],
  msetnx: [
    does('sets all or none', async ({ redis }) => {
      expect(await redis.msetnx({ [a]: 'x', [b]: 'y' })).toBe(1)
      expect(await redis.msetnx({ [b]: 'z', [c]: 'z' })).toBe(0)
      expect(await redis.mget(a, b, c)).toEqual(['x', 'y', null])
    }),
  ],
  msetex: [
    does(
      'sets with one expiry, all or none',
      async ({ redis }) => {
        expect(await redis.msetex({ [a]: 1, [b]: 2 }, { ex: 100 })).toBe(1)
        expect(await redis.msetex(new Map([[c, 3], [a, 3]]), { nx: true })).toBe(0) // prettier-ignore
        expect(await redis.msetex([[a, EVERY_BYTE]], { xx: true, keepttl: true })).toBe(1)
        expect(await redis.bytes.mget(a, b, c)).toEqual([EVERY_BYTE, Uint8Array.of(0x32), null])
        expect(await redis.ttl(a)).toBeGreaterThan(95)
        // @ts-expect-error -- one expiry
        await expect(redis.msetex({ [a]: 1 }, { ex: 1, px: 1 })).rejects.toMatchObject(SYNTAX)
        // @ts-expect-error -- never both
        await expect(redis.msetex({ [a]: 1 }, { nx: true, xx: true })).rejects.toMatchObject(SYNTAX)
      },
      { needs: 'Redis 8' },
    ),
  ],
  delex: [
    does(
      'removes what holds the right string',
      async ({ redis }) => {
        await redis.set(a, EVERY_BYTE)
        expect([await redis.delex(a, { ifeq: 'x' }), await redis.delex(a, { ifeq: EVERY_BYTE })]).toEqual([0, 1])
        await redis.set(a, 1)
        expect([await redis.delex(a, { ifne: 1 }), await redis.delex(a), await redis.delex(a)]).toEqual([0, 1, 0])
        await redis.set(a, 'Hello world')
        const digest = 'b6acb9d84a38ff74'
        expect([await redis.delex(a, { ifdne: digest }), await redis.delex(a, { ifdeq: digest })]).toEqual([0, 1])
        await redis.set(a, 1)
        // @ts-expect-error -- one condition
        await expect(redis.delex(a, { ifeq: 1, ifne: 2 })).rejects.toMatchObject({ code: 'ERR' })
      },
      { needs: 'Redis 8' },
    ),
    does('does not take a condition that is missing for none', async ({ redis }) => {
      await redis.set(a, 1)
      const missing = undefined as unknown as string
      await expect(redis.delex(a, { ifeq: missing })).rejects.toThrow(
        new TypeError('argument 3 of DELEX must be a string, a number, a bigint or a Uint8Array, not undefined'),
      )
      expect(await redis.exists(a)).toBe(1)
    }),
  ],
  digest: [
    does(
      'hashes a string',
      async ({ redis }) => {
        await redis.set(a, 'Hello world')
        expect(await redis.digest(a)).toBe('b6acb9d84a38ff74')
        expect(await redis.bytes.digest(a)).toBe('b6acb9d84a38ff74')
        expect(await redis.digest(b)).toBeNull()
      },
      { needs: 'Redis 8' },
    ),
  ],
  append: [
    does('gives the new length in bytes', async ({ redis }) => {
      expect(await redis.append(a, 'ä')).toBe(2)
      expect(await redis.append(a, EVERY_BYTE)).toBe(258)
      expect(await redis.append(a, '')).toBe(258)
      expect(await redis.bytes.get(a)).toEqual(Uint8Array.of(0xc3, 0xa4, ...EVERY_BYTE))
    }),
  ],
  strlen: [
    does('counts bytes', async ({ redis }) => {
      expect(await redis.strlen(a)).toBe(0)
      await redis.set(a, '€𝄞')
      expect(await redis.strlen(a)).toBe(7)
    }),
  ],
  getrange: [
    does('cuts bytes, from either end', async ({ redis }) => {
      await redis.set(a, 'This is a string')
      expect(await redis.getrange(a, 0, 3)).toBe('This')
      expect(await redis.getrange(a, -3, -1)).toBe('ing')
      expect(await redis.getrange(a, 10, 3)).toBe('')
      expect(await redis.getrange(b, 0, -1)).toBe('')
      await redis.set(a, EVERY_BYTE)
      expect(await redis.bytes.getrange(a, 254, 300)).toEqual(Uint8Array.of(254, 255))
    }),
  ],
  setrange: [
    does('overwrites, and fills a gap with zero bytes', async ({ redis }) => {
      expect(await redis.setrange(a, 2, 'x')).toBe(3)
      expect(await redis.get(a)).toBe('\0\0x')
      await expect(redis.setrange(a, -1, 'x')).rejects.toMatchObject(failure('ERR offset is out of range'))
      await expect(redis.setrange(a, 2 ** 29, 'x')).rejects.toMatchObject({
        message: 'ERR string exceeds maximum allowed size (proto-max-bulk-len)',
      })
    }),
  ],
  incr: [
    does('counts up from nothing', async ({ redis }) => {
      expect(await redis.incr(a)).toBe(1)
      expect(await redis.incr(a)).toBe(2)
      await redis.set(a, 'x')
      await expect(redis.incr(a)).rejects.toMatchObject(NOT_AN_INTEGER)
      await redis.set(a, '9223372036854775807')
      await expect(redis.incr(a)).rejects.toMatchObject(failure('ERR increment or decrement would overflow'))
      expect(await redis.get(a)).toBe('9223372036854775807')
    }),
    does(
      'is exact beyond 2^53',
      async ({ redis }) => {
        await redis.set(a, '9007199254740991')
        expect(await redis.incr(a)).toBe(9007199254740992n)
        expect(await redis.incr(a)).toBe(9007199254740993n)
      },
      { needs: 'exact integers' },
    ),
  ],
  incrby: [
    does('adds numbers and bigints', async ({ redis }) => {
      expect(await redis.incrby(a, 41)).toBe(41)
      expect(await redis.incrby(a, -42n)).toBe(-1)
      expect(await redis.incrby(a, 2n ** 52n)).toBe(2 ** 52 - 1)
      expect(await redis.get(a)).toBe('4503599627370495')
      await expect(redis.incrby(a, 1.5)).rejects.toMatchObject(NOT_AN_INTEGER)
    }),
    does(
      'is exact at the ends of 64 bits',
      async ({ redis }) => {
        expect(await redis.incrby(a, 2n ** 63n - 1n)).toBe(9223372036854775807n)
        expect(await redis.incrby(b, -(2n ** 63n))).toBe(-9223372036854775808n)
      },
      { needs: 'exact integers' },
    ),
  ],
  incrbyfloat: [
    does('gives the sum as Redis writes it', async ({ redis }) => {
      expect(await redis.incrbyfloat(a, 10.5)).toBe('10.5')
      expect(await redis.incrbyfloat(a, 0.1)).toBe('10.6')
      expect(await redis.incrbyfloat(a, -10.6)).toBe('0')
      expect(await redis.incrbyfloat(b, 5e3)).toBe('5000')
      await expect(redis.incrbyfloat(a, Infinity)).rejects.toMatchObject(failure('ERR increment would produce NaN or Infinity'))
      await redis.set(a, 'x')
      await expect(redis.incrbyfloat(a, 1)).rejects.toMatchObject(failure('ERR value is not a valid float'))
    }),
  ],
  decr: [
    does('counts down', async ({ redis }) => {
      expect(await redis.decr(a)).toBe(-1)
      await redis.set(a, '-9223372036854775808')
      await expect(redis.decr(a)).rejects.toMatchObject(failure('ERR increment or decrement would overflow'))
    }),
  ],
  decrby: [
    does('takes away', async ({ redis }) => {
      expect(await redis.decrby(a, 5)).toBe(-5)
      await expect(redis.decrby(a, -(2n ** 63n))).rejects.toMatchObject(failure('ERR decrement would overflow'))
    }),
    does(
      'is exact beyond 2^53',
      async ({ redis }) => {
        expect(await redis.decrby(a, 9007199254740993n)).toBe(-9007199254740993n)
      },
      { needs: 'exact integers' },
    ),
  ],
  lcs: [
    does('gives the longest common subsequence', async ({ redis }) => {
      await redis.mset({ [a]: 'ohmytext', [b]: 'mynewtext' })
      expect(await redis.lcs(a, b)).toBe('mytext')
      expect(await redis.lcs(a, c)).toBe('')
      await redis.set(c, EVERY_BYTE)
      expect(await redis.bytes.lcs(c, c)).toEqual(EVERY_BYTE)
    }),
  ],
  lcsLen: [
    does('gives its length', async ({ redis }) => {
      await redis.mset({ [a]: 'ohmytext', [b]: 'mynewtext' })
      expect(await redis.lcsLen(a, b)).toBe(6)
      expect(await redis.lcsLen(c, d)).toBe(0)
    }),
  ],
  lcsIdx: [
    does('gives its places', async ({ redis }) => {
      await redis.mset({ [a]: 'ohmytext', [b]: 'mynewtext' })
      const long = [[4, 7], [5, 8], 4]
      expect(await redis.lcsIdx(a, b)).toEqual({ matches: [long, [[2, 3], [0, 1], 2]], len: 6 })
      expect(await redis.lcsIdx(a, b, { minmatchlen: 3 })).toEqual({ matches: [long], len: 6 })
      expect(await redis.lcsIdx(c, d)).toEqual({ matches: [], len: 0 })
    }),
  ],
  setbit: [
    does('gives what the bit was', async ({ redis }) => {
      expect(await redis.setbit(a, 7, 1)).toBe(0)
      expect(await redis.setbit(a, 7, 0)).toBe(1)
      await redis.setbit(a, 0, 1)
      expect(await redis.bytes.get(a)).toEqual(Uint8Array.of(0x80))
      await expect(redis.setbit(a, 2 ** 32, 1)).rejects.toMatchObject(failure('ERR bit offset is not an integer or out of range'))
    }),
  ],
  getbit: [
    does('gives 0 beyond the end', async ({ redis }) => {
      await redis.set(a, Uint8Array.of(0b0100_0000))
      expect([await redis.getbit(a, 0), await redis.getbit(a, 1), await redis.getbit(a, 100), await redis.getbit(b, 0)]).toEqual([
        0, 1, 0, 0,
      ])
    }),
  ],
  bitcount: [
    does('counts in all, in bytes and in bits', async ({ redis }) => {
      await redis.set(a, 'foobar')
      expect(await redis.bitcount(a)).toBe(26)
      expect(await redis.bitcount(a, { start: 1, end: 1 })).toBe(6)
      expect(await redis.bitcount(a, { start: 1, end: 1, unit: 'byte' })).toBe(6)
      expect(await redis.bitcount(a, { start: 5, end: 30, unit: 'bit' })).toBe(17)
      expect(await redis.bitcount(b)).toBe(0)
    }),
  ],
  bitpos: [
    does('finds the first bit', async ({ redis }) => {
      await redis.set(a, Uint8Array.of(0xff, 0xf0, 0x00))
      expect(await redis.bitpos(a, 0)).toBe(12)
      expect(await redis.bitpos(a, 1, { start: 2 })).toBe(-1)
      expect(await redis.bitpos(a, 0, { start: 0, end: 0 })).toBe(-1)
      expect(await redis.bitpos(a, 1, { start: 7, end: 15, unit: 'bit' })).toBe(7)
      expect(await redis.bitpos(b, 0)).toBe(0)
      expect(await redis.bitpos(b, 1)).toBe(-1)
    }),
  ],
  bitop: [
    does(
      'says in which of several the bits are',
      async ({ redis }) => {
        await redis.set(a, Uint8Array.of(0b1111_0000))
        await redis.set(b, Uint8Array.of(0b1100_1100))
        await redis.set(c, Uint8Array.of(0b1010_1010))
        const found: Record<string, number> = {}
        for (const operation of ['diff', 'diff1', 'andor', 'one'] as const) {
          expect(await redis.bitop(operation, d, a, b, c)).toBe(1)
          found[operation] = (await redis.bytes.get(d))![0]
        }
        expect(found).toEqual({ diff: 0b0001_0000, diff1: 0b0000_1110, andor: 0b1110_0000, one: 0b0001_0110 })
      },
      { needs: 'Redis 8' },
    ),
    does('combines bitmaps', async ({ redis }) => {
      await redis.set(a, Uint8Array.of(0b1100, 1))
      await redis.set(b, Uint8Array.of(0b1010))
      const results: [string, number[]][] = []
      for (const operation of ['and', 'or', 'xor'] as const) {
        expect(await redis.bitop(operation, c, a, b)).toBe(2)
        results.push([operation, [...(await redis.bytes.get(c))!]])
      }
      expect(results).toEqual([
        ['and', [0b1000, 0]],
        ['or', [0b1110, 1]],
        ['xor', [0b0110, 1]],
      ])
      expect(await redis.bitop('not', c, b)).toBe(1)
      expect(await redis.bytes.get(c)).toEqual(Uint8Array.of(0b1111_0101))
      await expect(redis.bitop('not', c, a, b)).rejects.toMatchObject(failure('ERR BITOP NOT must be called with a single source key.'))
    }),
  ],
  bitfield: [
    does('gives a result for each operation, null where it overflows', async ({ redis }) => {
      expect(
        await redis.bitfield(
          a,
          { set: 'u8', offset: 0, value: 250 },
          { get: 'u8', offset: 0 },
          { incrby: 'u8', offset: '#0', value: 10 },
          { overflow: 'sat' },
          { incrby: 'i8', offset: '#1', value: 200 },
          { overflow: 'fail' },
          { incrby: 'u2', offset: 100, value: 4 },
        ),
      ).toEqual([0, 250, 4, 127, null])
      await expect(redis.bitfield(a, { get: 'u64', offset: 0 })).rejects.toMatchObject({
        message: 'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
      })
    }),
    does(
      'is exact with 63 bits',
      async ({ redis }) => {
        expect(
          await redis.bitfield(a, { set: 'i64', offset: 0, value: -(2n ** 63n) }, { get: 'i64', offset: 0 }, { get: 'u63', offset: 0 }),
        ).toEqual([0, -9223372036854775808n, 4611686018427387904n])
      },
      { needs: 'exact integers' },
    ),
  ],
  bitfieldRo: [
    does('reads', async ({ redis }) => {
      await redis.set(a, Uint8Array.of(1, 2, 255))
      expect(await redis.bitfieldRo(a, { get: 'u8', offset: 0 }, { get: 'i8', offset: '#2' })).toEqual([1, -1])
      expect(await redis.bitfieldRo(b, { get: 'u8', offset: 0 })).toEqual([0])
    }),
  ],
}
