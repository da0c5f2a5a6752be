// What the writer writes the reader reads: all types, in one piece and in parts.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StringValue, Value } from '../../../../src/core/engine/values.ts'
import type { Stream } from '../../../../src/core/streams/stream.ts'
import { ByteSink } from '../../../../src/core/persistence/rdb/byte-sink.ts'
import { LzfCompressor } from '../../../../src/core/persistence/rdb/lzf.ts'
import { streamParts } from '../../../../src/core/streams/saving.ts'
import { expiryBase, RdbWriter } from '../../../../src/core/persistence/rdb/writer.ts'
import { expiringHashes, hashes, keysOf, lists, sets, sortedSets, streams, strings, values } from './arbitraries.ts'
import { contentOf, contentOfKeys, readFile, writeFile } from './content.ts'
import { SEED } from '../../../support/seed.ts'

const options = fc.record({
  version: fc.constantFrom(10, 11, 12),
  compressor: fc.constantFrom(null, new LzfCompressor()),
  chunkSize: fc.constantFrom(256, 300, 1000, 65_536),
  checksum: fc.boolean(),
  allocate: fc.constantFrom(undefined, (length: number) => Buffer.allocUnsafeSlow(length)),
})

/** The same bytes in chunks of a size. */
const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

describe('what is written is read', () => {
  test.each(Object.entries({ strings, lists, sets, hashes, expiringHashes, sortedSets, streams, values }))('%s', async (_, value) => {
    const property = fc.asyncProperty(keysOf(value), options, fc.integer({ min: 1, max: 5000 }), async (keys, options, size) => {
      const file = await readFile(cut(writeFile(keys, options), size))
      expect(file.content).toEqual(contentOfKeys(keys))
      expect(file.version).toBe(options.version)
    })
    await fc.assert(property, { seed: SEED, numRuns: 60 })
  })

  test('use, libraries and what a file says about itself', async () => {
    const sink = new ByteSink()
    const writer = new RdbWriter(sink)
    writer.header([
      ['redis-ver', '7.0.15'],
      ['redis-bits', 64],
      ['ctime', 1_700_000_000],
      ['used-mem', 5_000_000_000],
    ])
    writer.library('#!lua name=one\nreturn 1')
    writer.library('#!lua name=two\nreturn 2')
    writer.database(3, 3, 0)
    writer.entry('idle', 'x', 0, { idle: 100_000 })
    writer.entry('often', 'x', 0, { frequency: 255 })
    writer.entry('neither', 'x', 4_102_444_800_001, {})
    writer.end()
    const file = await readFile(sink.take())
    expect(file.aux).toEqual({ 'redis-ver': '7.0.15', 'redis-bits': '64', ctime: '1700000000', 'used-mem': '5000000000' })
    expect(file.libraries).toEqual(['#!lua name=one\nreturn 1', '#!lua name=two\nreturn 2'])
    expect(file.content).toEqual({
      '3:idle': { type: 'string', value: 'x', expiry: 0, use: { idle: 100_000 } },
      '3:often': { type: 'string', value: 'x', expiry: 0, use: { frequency: 255 } },
      '3:neither': { type: 'string', value: 'x', expiry: 4_102_444_800_001 },
    })
  })
})

/** Writes the elements from one place to another. */
function writePart(writer: RdbWriter, value: Value, from: number, to: number, base: number): void {
  if (typeof value !== 'object' || value.type === 'string') writer.stringPart(value, from, to)
  else if (value.type === 'list') writer.listChunk(value.slice(from, to - 1))
  else if (value.type === 'set') writer.setSlots(value, from, to)
  else if (value.type === 'zset') writer.zsetSlots(value, from, to)
  else if (value.type === 'module') writer.value(value)
  else if (value.type === 'stream') for (const write of partsOf(value).slice(from, to)) write(writer)
  else writer.hashSlots(value, from, to, base)
}

function sizeOf(value: Value): number {
  if (typeof value !== 'object' || value.type === 'string') return (contentOf(value).value as string).length
  return value.type === 'stream' ? partsOf(value).length : 'size' in value ? value.size : 1
}

function partsOf(stream: Stream): ((writer: RdbWriter) => void)[] {
  return streamParts(stream).flatMap(({ chunks, write }) => chunks.map((chunk) => (writer: RdbWriter) => write(writer, chunk)))
}

test('a value written in parts, some of them to other sinks first, is the same value', async () => {
  const all = fc.oneof(values, expiringHashes)
  const property = fc.asyncProperty(all, fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }), options, async (value, cuts, options) => {
    const size = sizeOf(value)
    const places = [...new Set([0, ...cuts.map((place) => Math.min(place, size)), size])].toSorted((a, b) => a - b)
    const sink = new ByteSink(options)
    const writer = new RdbWriter(sink, { ...options, version: 12 })
    writer.header([])
    writer.database(0, 1, 0)
    const base = typeof value === 'object' && value.type === 'hash' ? expiryBase(value) : 0
    // The last parts are written first, to sinks of their own.
    const early = places.slice(1).map((to, i) => {
      const other = new RdbWriter(new ByteSink({ checksum: false }), { version: 12 })
      if (i > 0) writePart(other, value, places[i], to, base)
      other.sink.flush()
      return other.sink.take()
    })
    writer.entryHead('key', value, 0, {})
    if (places.length > 1) writePart(writer, value, 0, places[1], base)
    for (const bytes of early.flat()) sink.bytes(bytes)
    writer.end()
    const { content } = await readFile(sink.take())
    expect(content).toEqual({ '0:key': { ...contentOf(value), expiry: 0 } })
  })
  await fc.assert(property, { seed: SEED, numRuns: 150 })
})

describe('the sink', () => {
  test('hands out chunks of the size that was asked for, and the same bytes whatever that size is', () => {
    fc.assert(
      fc.property(keysOf(values), fc.integer({ min: 256, max: 5000 }), (keys, chunkSize) => {
        const whole = new ByteSink()
        const small = new ByteSink({ chunkSize })
        for (const sink of [whole, small]) {
          const writer = new RdbWriter(sink)
          for (const { key, value } of keys) writer.entry(key, value, 0, {})
          writer.end()
        }
        const chunks = small.take()
        expect(chunks.every(({ length }) => length <= chunkSize)).toBe(true)
        expect(Buffer.concat(chunks)).toEqual(Buffer.concat(whole.take()))
        expect(small.size).toBe(whole.size)
      }),
      { seed: SEED, numRuns: 50 },
    )
  })

  test('a chunk that was handed out is not written to again', () => {
    for (const allocate of [undefined, (length: number) => Buffer.allocUnsafeSlow(length)]) {
      const sink = new ByteSink({ chunkSize: 512, allocate })
      sink.text('one')
      sink.flush()
      const [one] = sink.take()
      sink.text('two')
      expect(Buffer.from(one).toString('latin1')).toBe('one')
    }
  })

  test('writes into the memory of chunks that are given back, and of no others', () => {
    let allocated = 0
    const allocate = (length: number): Uint8Array => {
      allocated += length
      return new Uint8Array(length)
    }
    const sink = new ByteSink({ chunkSize: 512, allocate })
    const kept: [chunk: Uint8Array, copy: Uint8Array][] = []
    const copies: Uint8Array[] = []
    for (let i = 0; i < 1000; i++) {
      sink.text(`some text ${i} `.repeat(20))
      for (const chunk of sink.take()) {
        copies.push(chunk.slice())
        if (copies.length % 10 === 0) kept.push([chunk, chunk.slice()])
        else {
          sink.reuse(chunk)
          sink.reuse(chunk) // twice by mistake
        }
      }
    }
    sink.flush()
    const text = Buffer.concat([...copies, ...sink.take()]).toString('latin1')
    expect(text).toBe(Array.from({ length: 1000 }, (_, i) => `some text ${i} `.repeat(20)).join(''))
    for (const [chunk, copy] of kept) expect(chunk).toEqual(copy)
    expect(allocated).toBeLessThan(text.length / 4)
  })
})

test('numbers and long strings take the forms that Redis gives them', () => {
  const written = (value: StringValue, compressor: LzfCompressor | null = null): number[] => {
    const sink = new ByteSink()
    new RdbWriter(sink, { compressor }).value(value)
    sink.flush()
    return [...Buffer.concat(sink.take())]
  }
  expect(written(-128)).toEqual([0xc0, 0x80])
  expect(written('127')).toEqual([0xc0, 0x7f])
  expect(written(128)).toEqual([0xc1, 0x80, 0])
  expect(written('-32769')).toEqual([0xc2, 0xff, 0x7f, 0xff, 0xff])
  expect(written(2 ** 31)).toEqual([10, ...Buffer.from('2147483648')])
  expect(written('-0')).toEqual([2, 0x2d, 0x30])
  expect(written('y'.repeat(100), new LzfCompressor())).toEqual([0xc3, 5, 0x40, 100, 0, 121, 0xe0, 90, 0])
  expect(written('y'.repeat(100))).toEqual([0x40, 100, ...Buffer.alloc(100, 'y')])
})
