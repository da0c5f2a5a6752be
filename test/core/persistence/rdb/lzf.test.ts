// LZF against payloads that Redis compressed, and against itself: what is compressed comes back, what is damaged is refused.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decompress, LzfCompressor } from '../../../../src/core/persistence/rdb/lzf.ts'
import { byteStrings } from './arbitraries.ts'
import { SEED } from '../../../support/seed.ts'

const unpack = (bytes: Uint8Array, length: number): string | null => {
  const output = new Uint8Array(length)
  return decompress(bytes, 0, bytes.length, output, length) ? Buffer.from(output).toString('latin1') : null
}

describe('LZF', () => {
  test('what Redis compressed is decompressed', () => {
    // `SET k <100 times y>` in a file of redis-server 7.0.15.
    expect(unpack(Uint8Array.of(1, 121, 121, 224, 86, 0, 1, 121, 121), 100 - 5)).toBe(null)
    expect(unpack(Uint8Array.of(1, 121, 121, 224, 87, 0, 1, 121, 121), 100)).toBe('y'.repeat(100))
  })

  test('what is compressed comes back', () => {
    const compressor = new LzfCompressor()
    fc.assert(
      fc.property(byteStrings, (text) => {
        const size = compressor.compress(text)
        expect(size === 0 || size <= text.length - 4).toBe(true)
        if (size > 0) expect(unpack(compressor.output.subarray(0, size), text.length)).toBe(text)
      }),
      { seed: SEED },
    )
  })

  test('repetition is compressed, noise is not', () => {
    const compressor = new LzfCompressor()
    expect(compressor.compress('abcdefgh'.repeat(1000))).toBeLessThan(200)
    expect(compressor.compress(Array.from({ length: 256 }, (_, i) => String.fromCharCode((i * 167) & 255)).join(''))).toBe(0)
  })

  test('a repeat may overlap itself, reach back 8 KiB and be 264 bytes long', () => {
    const compressor = new LzfCompressor()
    const noise = Array.from({ length: 8192 }, (_, i) => String.fromCharCode((i * i * 31 + (i >> 3)) & 255)).join('')
    for (const text of ['x'.repeat(5000), noise + noise, noise.slice(0, 300) + noise.slice(0, 300)]) {
      const size = compressor.compress(text)
      expect(size).toBeGreaterThan(0)
      expect(unpack(compressor.output.subarray(0, size), text.length)).toBe(text)
    }
  })

  test('damaged input is refused and writes nothing beyond the output', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(300), (bytes, length) => {
        const output = new Uint8Array(length + 1)
        decompress(bytes, 0, bytes.length, output, length)
        expect(output[length]).toBe(0)
      }),
      { seed: SEED, numRuns: 2000 },
    )
  })
})
