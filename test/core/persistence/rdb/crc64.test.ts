// The tables of CRC-64 against its definition, bit by bit.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Crc64 } from '../../../../src/core/persistence/rdb/crc64.ts'
import { SEED } from '../../../support/seed.ts'

const POLYNOMIAL = 0x95ac9329ac4bc9b5n

/** Bit by bit, as the definition says. */
function reference(bytes: Uint8Array): string {
  let crc = 0n
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n
  }
  return crc.toString(16).padStart(16, '0')
}

const hex = (crc: Crc64): string => Buffer.from(crc.digest()).reverse().toString('hex')

test('the check value is that of the Jones polynomial', () => {
  const crc = new Crc64()
  crc.update(Buffer.from('123456789'))
  expect(hex(crc)).toBe('e9c6d914c4b8d9ca')
})

test('nothing gives 0', () => {
  expect(hex(new Crc64())).toBe('0000000000000000')
})

test('any bytes, in any parts, give what the definition gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(fc.nat(100), { maxLength: 4 }), (bytes, cuts) => {
      const crc = new Crc64()
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length]
      for (let i = 1; i < places.length; i++) crc.update(bytes, places[i - 1], places[i])
      expect(hex(crc)).toBe(reference(bytes))
    }),
    { seed: SEED },
  )
})
