// Damaged files: whatever is wrong, the reader ends with an RdbError or, where the damage makes another good file, with
// that file's content; it never hangs, and never takes more memory than the bytes that are there allow.
import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RdbError } from '../../../../src/core/persistence/rdb/format.ts'
import { LzfCompressor } from '../../../../src/core/persistence/rdb/lzf.ts'
import { RdbReader } from '../../../../src/core/persistence/rdb/reader.ts'
import { ReplyError } from '../../../../src/core/reply.ts'
import { expiringHashes, keysOf, values } from './arbitraries.ts'
import { restore, TYPES, writeFile } from './content.ts'
import { SEED } from '../../../support/seed.ts'

const DIR = new URL('samples/', import.meta.url)
const samples = readdirSync(DIR)
  .filter((name) => name.endsWith('.rdb'))
  .map((name): [string, Buffer] => [name, readFileSync(new URL(name, DIR))])

/** @returns what was wrong, null if nothing was */
function read(bytes: Uint8Array): RdbError | null {
  const reader = new RdbReader({ databases: 16, types: TYPES, entry: () => true })
  try {
    reader.push(bytes)
    reader.end()
    return null
  } catch (error) {
    if (error instanceof RdbError) return error
    throw error
  }
}

const withoutChecksum = (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, -8), Buffer.alloc(8)])

/** Places to damage: all of them with ISODIS_ALL=1, otherwise some 1000 of a file, others with another ISODIS_SEED. */
function places(bytes: Buffer): number[] {
  const step = process.env['ISODIS_ALL'] === '1' ? 1 : Math.ceil(bytes.length / 1000)
  const first = Number(process.env['ISODIS_SEED'] ?? 1) % step
  return Array.from({ length: Math.ceil((bytes.length - first) / step) }, (_, i) => first + i * step)
}

describe.each(samples)('%s', { timeout: 120_000 }, (_, bytes) => {
  test('every truncation is an error', () => {
    expect(places(bytes).filter((length) => read(bytes.subarray(0, length)) === null)).toEqual([])
  })

  test('every changed byte is an error', () => {
    const changed = Buffer.from(bytes)
    const unseen = places(bytes).filter((i) =>
      [0xff, 1 << (i & 7)].some((change) => {
        changed[i] = bytes[i] ^ change
        const error = read(changed)
        changed[i] = bytes[i]
        return error === null
      }),
    )
    expect(unseen).toEqual([])
  })

  test('a changed byte that no checksum gives away breaks nothing', () => {
    const changed = withoutChecksum(bytes)
    expect(read(changed)).toBe(null)
    for (const i of places(bytes)) {
      for (const value of [0, 0xff, bytes[i] ^ 0x80, bytes[i] + 1]) {
        changed[i] = value
        read(changed)
      }
      changed[i] = i < bytes.length - 8 ? bytes[i] : 0
    }
  })
})

test('random bytes written over files of ours break nothing', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(keysOf(fc.oneof(values, expiringHashes)), changes, fc.boolean(), (keys, changes, compressed) => {
      const bytes = withoutChecksum(Buffer.from(writeFile(keys, { version: 12, compressor: compressed ? new LzfCompressor() : null })))
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      read(bytes)
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

test('noise behind a header breaks nothing', () => {
  const types = fc.constantFrom(...Array.from({ length: 26 }, (_, type) => type), ...Array.from({ length: 13 }, (_, i) => 243 + i))
  const noise = fc.tuple(types, fc.uint8Array({ maxLength: 60 }))
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 4 }), (parts) => {
      read(Buffer.concat([Buffer.from('REDIS0012'), ...parts.map(([type, bytes]) => Buffer.concat([Buffer.of(type, 1, 97), bytes]))]))
    }),
    { seed: SEED, numRuns: 5000 },
  )
})

test('a length alone takes no memory', () => {
  const before = process.memoryUsage().arrayBuffers
  const claims = [
    [0, 1, 97, 0x80, 0x1f, 0xff, 0xff, 0x00], // a string of 536 MB
    [0, 1, 97, 0xc3, 1, 0x80, 0x1f, 0xff, 0xff, 0x00, 0], // the same out of one byte
    [1, 1, 97, 0x81, 255, 255, 255, 255, 255, 255, 255, 255], // a list of 2^64 elements
    [4, 1, 97, 0x80, 255, 255, 255, 255],
    [18, 1, 97, 0x80, 255, 255, 255, 255, 2, 0x80, 0x1f, 0xff, 0xff, 0x00],
  ]
  for (const claim of claims) expect(read(Buffer.concat([Buffer.from('REDIS0012'), Buffer.from(claim)]))).toBeInstanceOf(RdbError)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
})

test('a payload that is not as it was dumped is refused with an error reply', () => {
  const text = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  fc.assert(
    fc.property(text, (payload) => {
      expect(() => restore(payload)).toThrow(expect.any(ReplyError) as Error)
    }),
    { seed: SEED },
  )
})
