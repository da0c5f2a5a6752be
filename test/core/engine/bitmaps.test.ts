// Bitmaps and parts of strings against the plainest model there is, an array of bytes: the engine goes by words where it can.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTestRedis, type TestRedis } from '../../../src/adapters/testing.ts'

/** Long runs of one byte, which are skipped, with others between them. */
const run = fc.tuple(fc.constantFrom(0, 255, 255, 0, 1, 128, 77), fc.integer({ min: 1, max: 23 }))
const bytes = fc.array(run, { maxLength: 5 }).map((runs) => runs.flatMap(([byte, length]) => new Array<number>(length).fill(byte)))

const bitsOf = (value: readonly number[]): number[] => value.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1))

/** A string that was set, or one that is changed in place. */
function put(redis: TestRedis, key: string, value: readonly number[], inPlace: boolean): void {
  redis.sync.del(key)
  const text = Uint8Array.from(value)
  if (inPlace && value.length > 0) redis.sync.setrange(key, 0, text)
  else redis.sync.set(key, text)
}

describe('bitmaps', () => {
  test('BITCOUNT, BITPOS and GETRANGE of a range give what a model gives', async () => {
    const redis = await createTestRedis()
    const ends = fc.record({ start: fc.integer({ min: -130, max: 130 }), end: fc.integer({ min: -130, max: 130 }) })
    const property = fc.property(bytes, fc.boolean(), ends, fc.boolean(), (value, inPlace, { start, end }, byBit) => {
      put(redis, 'key', value, inPlace)
      const scale = byBit ? 1 : 8
      const length = (value.length * 8) / scale
      const at = (index: number): number => Math.max(index < 0 ? index + length : index, 0)
      const bits = bitsOf(value)
      const none = start < 0 && end < 0 && start > end
      const inside = none ? [] : bits.slice(at(start) * scale, (at(end) + 1) * scale)
      const unit = byBit ? 'BIT' : 'BYTE'
      expect(redis.sync.call('BITCOUNT', 'key', start, end, unit)).toBe(inside.filter((bit) => bit === 1).length)
      for (const bit of [0, 1]) {
        const range = bits.slice(at(start) * scale, (at(end) + 1) * scale)
        const found = range.indexOf(bit)
        expect(redis.sync.call('BITPOS', 'key', bit, start, end, unit)).toBe(found < 0 ? -1 : at(start) * scale + found)
      }
      if (!byBit) expect([...redis.sync.bytes.getrange('key', start, end)]).toEqual(none ? [] : value.slice(at(start), at(end) + 1))
      const offset = Math.max(0, start)
      expect(redis.sync.getbit('key', offset)).toBe(bits[offset] ?? 0)
      expect(redis.sync.call('BITFIELD_RO', 'key', 'GET', 'u9', offset)).toEqual([
        Array.from({ length: 9 }, (_, i) => bits[offset + i] ?? 0).reduce((sum, bit) => 2 * sum + bit, 0),
      ])
    })
    fc.assert(property, { numRuns: 1000, seed: 1 })
  })

  test('BITCOUNT and BITPOS find the one bit that differs, wherever it is in a long string', async () => {
    const redis = await createTestRedis()
    // Longer than what is looked at in one go, with places around its end.
    const length = 70_001
    const places = fc.oneof(fc.integer({ min: 0, max: length * 8 - 1 }), fc.integer({ min: 65_530 * 8, max: 65_550 * 8 }))
    const property = fc.property(places, fc.nat(9), fc.boolean(), fc.boolean(), (place, start, inPlace, set) => {
      const value = new Array<number>(length).fill(set ? 0 : 255)
      value[place >> 3] ^= 128 >> (place & 7)
      put(redis, 'key', value, inPlace)
      const inside = place >= 8 * start
      expect(redis.sync.call('BITPOS', 'key', set ? 1 : 0, start, -1)).toBe(inside ? place : -1)
      expect(redis.sync.call('BITCOUNT', 'key', start, -1)).toBe(set ? Number(inside) : (length - start) * 8 - Number(inside))
    })
    fc.assert(property, { numRuns: 60, seed: 1 })
  })

  test('what is read beyond the end of a string that is changed in place is empty, or zero', async () => {
    const redis = await createTestRedis()
    redis.sync.setrange('key', 0, 'x'.repeat(100))
    expect(redis.sync.getrange('key', 200, 300)).toBe('')
    expect(redis.sync.getrange('key', 90, 300)).toBe('x'.repeat(10))
    expect(redis.sync.call('BITFIELD', 'key', 'SET', 'u8', 0, 1, 'GET', 'u8', 5000)).toEqual([120, 0])
  })

  test('BITOP gives what a model gives, and its sources stay as they are', async () => {
    const redis = await createTestRedis()
    const operations = { AND: (a: number, b: number) => a & b, OR: (a: number, b: number) => a | b, XOR: (a: number, b: number) => a ^ b }
    const source = fc.tuple(bytes, fc.boolean())
    const property = fc.property(fc.array(source, { minLength: 1, maxLength: 4 }), (sources) => {
      sources.forEach(([value, inPlace], i) => put(redis, `source${i}`, value, inPlace))
      const keys = sources.map((_, i) => `source${i}`)
      const length = Math.max(...sources.map(([value]) => value.length))
      for (const [name, operation] of Object.entries(operations)) {
        expect(redis.sync.call('BITOP', name, 'result', ...keys)).toBe(length)
        const wanted = Array.from({ length }, (_, i) => sources.map(([value]) => value[i] ?? 0).reduce(operation))
        expect([...(redis.sync.bytes.get('result') ?? [])]).toEqual(wanted)
      }
      expect(redis.sync.call('BITOP', 'NOT', 'result', 'source0')).toBe(sources[0][0].length)
      expect([...(redis.sync.bytes.get('result') ?? [])]).toEqual(sources[0][0].map((byte) => byte ^ 255))
      // What was made of words is a string like any other.
      redis.sync.append('result', 'tail')
      expect([...redis.sync.bytes.get('result')!]).toEqual([...sources[0][0].map((byte) => byte ^ 255), ...Buffer.from('tail')])
      sources.forEach(([value], i) => expect([...(redis.sync.bytes.get(`source${i}`) ?? [])]).toEqual(value))
    })
    fc.assert(property, { numRuns: 300, seed: 1 })
  })
})
