// The listpack: elements in one piece of memory, each with its length behind it so that it can be walked from both ends.
// Redis 7 keeps small hashes, sets, sorted sets and the nodes of lists and streams in it.
import { type ByteString, fromUint8Array } from '../../bytes.ts'
import { type Int64, parseInt64 } from '../../numbers.ts'
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

/** Makes a listpack, element by element. */
export class ListpackWriter {
  #bytes = new Uint8Array(1024)
  #at = HEADER
  #count = 0

  /** A string; one that is an integer in its only form is kept as that. */
  text(text: ByteString): void {
    const number = parseInt64(text)
    if (number !== undefined) return this.integer(number)
    const { length } = text
    this.#reserve(length)
    const start = this.#at
    if (length < 64) this.#put(0x80 | length)
    else if (length < 4096) this.#put(0xe0 | (length >> 8), length)
    else this.#put(0xf0, length, length >> 8, length >> 16, length >> 24)
    for (let i = 0; i < length; i++) this.#bytes[this.#at++] = text.charCodeAt(i)
    this.#end(start)
  }

  integer(value: Int64): void {
    this.#reserve(0)
    const start = this.#at
    if (value >= 0 && value < 128) this.#put(Number(value))
    else if (value >= -4096 && value < 4096) this.#put(0xc0 | ((Number(value) >> 8) & 31), Number(value))
    else {
      const code = LIMITS.findIndex((limit) => value >= -limit && value < limit)
      const width = WIDTHS[code] ?? 8
      this.#put(code < 0 ? 0xf4 : 0xf1 + code)
      if (code < 0) for (let i = 0, left = BigInt(value); i < width; i++, left >>= 8n) this.#put(Number(left & 255n))
      else for (let i = 0; i < width; i++) this.#put(Number(value) >> (8 * i))
    }
    this.#end(start)
  }

  /** The whole listpack; nothing can be added after this. */
  finish(): Uint8Array {
    this.#bytes[this.#at++] = END
    const bytes = this.#bytes.subarray(0, this.#at)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, bytes.length, true)
    view.setUint16(4, Math.min(this.#count, UNKNOWN_COUNT), true)
    return bytes
  }

  /** Room for an element, and for the end. */
  #reserve(length: number): void {
    const needed = this.#at + length + LARGEST_FRAME
    if (needed <= this.#bytes.length) return
    const bytes = new Uint8Array(2 * needed)
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }

  #put(...bytes: number[]): void {
    for (const byte of bytes) this.#bytes[this.#at++] = byte
  }

  #end(start: number): void {
    const length = this.#at - start
    for (let i = backLength(length) - 1, last = i; i >= 0; i--) this.#put(((length / 2 ** (7 * i)) & 0x7f) | (i < last ? 0x80 : 0))
    this.#count++
  }
}

/** Below these, an integer takes 2, 3 or 4 bytes. */
const LIMITS = [2 ** 15, 2 ** 23, 2 ** 31]
/** What an element takes besides its bytes, or a number with it, and the end of the listpack. */
const LARGEST_FRAME = 16

/** How many bytes an element's length takes behind it. */
export function backLength(length: number): number {
  return length < 0x80 ? 1 : length < 0x3fff ? 2 : length < 0x1f_ffff ? 3 : length < 0xfff_ffff ? 4 : 5
}
