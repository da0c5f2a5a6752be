// The ziplist: what listpacks were before Redis 7. Each entry begins with the length of the one before it.
import { type ByteString, fromUint8Array } from '../../bytes.ts'
import { integerText, uint16, uint32 } from './integers.ts'

const HEADER = 10
const END = 0xff
const LONG_LENGTH = 254
const UNKNOWN_COUNT = 0xffff
const WIDTHS: Readonly<Record<number, number>> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 }

/** @returns the elements, null if the ziplist is damaged */
export function readZiplist(bytes: Uint8Array): ByteString[] | null {
  const elements: ByteString[] = []
  const last = bytes.length - 1
  if (last < HEADER || uint32(bytes, 0) !== bytes.length || bytes[last] !== END) return null
  let start = HEADER
  let before = 0 // length of the entry before
  for (let at = HEADER; at < last;) {
    start = at
    let said = bytes[at++]
    if (said === LONG_LENGTH) {
      said = uint32(bytes, at)
      at += 4
    }
    if (said !== before) return null
    const code = bytes[at++]
    let length = -1 // of a string
    if (code < 0x40) length = code
    else if (code < 0x80) length = ((code & 0x3f) << 8) | bytes[at++]
    else if (code < 0xc0) {
      // The only number here with its highest byte first.
      length = ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0
      at += 4
    } else if (code > 0xf0 && code < 0xfe) elements.push(String(code - 0xf1))
    else {
      const width = WIDTHS[code]
      if (width === undefined) return null
      elements.push(integerText(bytes, at, width))
      at += width
    }
    if (length >= 0) {
      if (at + length > last) return null
      elements.push(fromUint8Array(bytes, at, at + length))
      at += length
    }
    if (at > last) return null
    before = at - start
  }
  const count = uint16(bytes, 8)
  return uint32(bytes, 4) === start && (count === elements.length || count === UNKNOWN_COUNT) ? elements : null
}
