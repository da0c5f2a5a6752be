// Text to bytes and back against TextEncoder and TextDecoder, and byte strings as memcmp sees them.
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { compareBytes, decodeUtf8, encodeUtf8, equalInConstantTime, fromUint8Array, joinBytes, toUint8Array } from '../../src/core/bytes.ts'
import { SEED } from '../support/seed.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
/** The bytes at which the rules change. */
const nearlyUtf8 = fc
  .array(
    fc.constantFrom(
      0x41,
      0x25,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xe1,
      0xed,
      0xef,
      0xf0,
      0xf1,
      0xf3,
      0xf4,
      0xf5,
      0xff,
    ),
    { maxLength: 12 },
  )
  .map((given) => Uint8Array.from(given))
const anyText = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 30 })

// As in QuickJS, and in React Native.
const noCoders = (): unknown => ['TextEncoder', 'TextDecoder'].map((name) => vi.stubGlobal(name, undefined))
afterEach(() => void vi.unstubAllGlobals())

describe.each([
  ['', () => {}],
  [' without a TextEncoder and a TextDecoder', noCoders],
])('text becomes UTF-8%s', (_, prepare) => {
  test('as TextEncoder makes it, lone surrogates included, however long it is', () => {
    const encoder = new TextEncoder()
    prepare()
    fc.assert(
      fc.property(anyText, fc.constantFrom(1, 20), (piece, times) => {
        const text = piece.repeat(times)
        expect(toUint8Array(encodeUtf8(text))).toEqual(encoder.encode(text))
      }),
      { seed: SEED },
    )
  })

  test('and comes back, a byte order mark kept', () => {
    prepare()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void expect(decodeUtf8(encodeUtf8(text))).toBe(text)),
      { seed: SEED },
    )
    expect(decodeUtf8(encodeUtf8('\ufeffA'))).toBe('\ufeffA')
  })

  test('bytes that are not UTF-8 become U+FFFD', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    prepare()
    fc.assert(
      fc.property(fc.oneof(bytes, nearlyUtf8), (given) => void expect(decodeUtf8(fromUint8Array(given))).toBe(decoder.decode(given))),
      { seed: SEED },
    )
  })
})

describe('byte strings', () => {
  test('hold bytes as they are, with and without a native reader', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(toUint8Array(fromUint8Array(given))).toEqual(given)
        expect(fromUint8Array(Buffer.from(given))).toBe(fromUint8Array(given))
      }),
      { seed: SEED },
    )
    const long = new Uint8Array(100_000).map((_, i) => i)
    expect(toUint8Array(fromUint8Array(long, 7, 99_000))).toEqual(long.subarray(7, 99_000))
  })

  test('are put together in memory of the last part’s kind', () => {
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        const whole = parts.flatMap((part) => [...part])
        expect([...joinBytes(parts)]).toEqual(whole)
        expect([...joinBytes([...parts, Buffer.from('x')])]).toEqual([...whole, 120])
      }),
      { seed: SEED },
    )
    expect(joinBytes([new Uint8Array(1), Buffer.from('x')])).toBeInstanceOf(Buffer)
    expect(joinBytes([Buffer.from('x'), new Uint8Array(1)])).not.toBeInstanceOf(Buffer)
  })

  test('are ordered as memcmp orders them', () => {
    fc.assert(
      fc.property(
        bytes,
        bytes,
        (a, b) => void expect(compareBytes(fromUint8Array(a), fromUint8Array(b))).toBe(Math.sign(Buffer.compare(a, b))),
      ),
      { seed: SEED },
    )
  })

  test('secrets are equal only if they are the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => void expect(equalInConstantTime(a, b)).toBe(a === b)),
      { seed: SEED },
    )
    expect(equalInConstantTime('', '')).toBe(true)
    expect(equalInConstantTime('aa', 'a')).toBe(false)
  })
})
