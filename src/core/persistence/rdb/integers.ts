// Integers inside the small encodings (listpack, ziplist, intset): little-endian, as text where they are elements.
import type { ByteString } from '../../bytes.ts'
import { shrink } from '../../numbers.ts'

export function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8)
}

function int32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) | (uint16(bytes, at + 2) << 16)
}

export function uint32(bytes: Uint8Array, at: number): number {
  return int32(bytes, at) >>> 0
}

/** A signed integer of 1, 2, 3, 4 or 8 bytes. */
export function integerText(bytes: Uint8Array, at: number, width: number): ByteString {
  if (width === 8) return String(shrink((BigInt(int32(bytes, at + 4)) << 32n) | BigInt(uint32(bytes, at))))
  const unused = 32 - 8 * width
  return String((int32(bytes, at) << unused) >> unused)
}
