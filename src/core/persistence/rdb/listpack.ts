// The listpack: elements in one piece of memory, each with its length behind it so that it can be walked from both ends.
// Redis 7 keeps small hashes, sets, sorted sets and the nodes of lists and streams in it.
import { type ByteString, fromUint8Array } from '../../bytes.ts'
import { integerText, uint16, uint32 } from './integers.ts'

const HEADER = 6
const END = 0xff
const UNKNOWN_COUNT = 0xffff
/** Widths of the integers with codes 0xf1 to 0xf4. */
const WIDTHS = [2, 3, 4, 8]

/** @returns the elements, null if the listpack is damaged */
export function readListpack(bytes: Uint8Array): ByteString[] | null {
  const elements: ByteString[] = []
  const last = bytes.length - 1
  if (last < HEADER || uint32(bytes, 0) !== bytes.length || bytes[last] !== END) return null
  for (let at = HEADER; at < last;) {
    const start = at
    const code = bytes[at++]
    let length = -1 // of a string
    if (code < 0x80) elements.push(String(code))
    else if (code < 0xc0) length = code & 0x3f
    else if (code < 0xe0) elements.push(String(((code << 27) >> 19) | bytes[at++]))
    else if (code < 0xf0) length = ((code & 0x0f) << 8) | bytes[at++]
    else if (code === 0xf0) {
      length = uint32(bytes, at)
      at += 4
    } else {
      const width = WIDTHS[code - 0xf1]
      if (width === undefined) return null
      elements.push(integerText(bytes, at, width))
      at += width
    }
    if (length >= 0) {
      if (at + length > last) return null
      elements.push(fromUint8Array(bytes, at, at + length))
      at += length
    }
    // The length of all that, seven bits a byte, lowest bits last.
    let rest = at - start
    for (let i = backLength(rest) - 1; i >= 0; i--) {
      if (bytes[at + i] !== ((rest & 0x7f) | (i > 0 ? 0x80 : 0))) return null
      rest >>= 7
    }
    at += backLength(at - start)
    if (at > last) return null
  }
  const count = uint16(bytes, 4)
  return count === elements.length || count === UNKNOWN_COUNT ? elements : null
}

/** How many bytes an element's length takes behind it. */
export function backLength(length: number): number {
  return length < 0x80 ? 1 : length < 0x3fff ? 2 : length < 0x1f_ffff ? 3 : length < 0xfff_ffff ? 4 : 5
}
