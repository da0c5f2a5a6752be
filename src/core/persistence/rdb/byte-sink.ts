// Where a snapshot's bytes are written: a buffer that grows up to a chunk's size and is then handed out and begun anew.
// It keeps the checksum of all that went through, and knows how RDB writes lengths, since those stand before everything.
import { type ByteString, NATIVE_FROM, putBytes, viewOf } from '../../bytes.ts'
import { type Allocate, plainArray } from '../../engine/ports.ts'
import type { Int64 } from '../../numbers.ts'
import { Crc64 } from './crc64.ts'

export interface SinkOptions {
  /** How large a chunk gets, in bytes: at least 256. Default: 256 KiB */
  chunkSize?: number | undefined
  /** Whether to keep a checksum; bytes that are only on their way to another sink need none. Default: true */
  checksum?: boolean
  /** Makes a chunk's memory. Default: plain arrays */
  allocate?: Allocate
}

/** What is written in one piece is at most this long. */
const PIECE = 256
const FIRST_SIZE = 1024

export class ByteSink {
  readonly #chunkSize: number
  readonly #allocate: Allocate
  readonly #crc: Crc64 | null
  #chunks: Uint8Array[] = []
  /** The buffers of chunks that were handed out, and those that were given back. */
  readonly #lent = new WeakMap<Uint8Array, Uint8Array>()
  readonly #spare: Uint8Array[] = []
  #flushed = 0
  #buffer: Uint8Array
  #view: DataView
  #at = 0
  /** Up to here the buffer is in the checksum. */
  #summed = 0

  constructor({ chunkSize = 1 << 18, checksum = true, allocate = plainArray }: SinkOptions = {}) {
    this.#chunkSize = chunkSize
    this.#allocate = allocate
    this.#crc = checksum ? new Crc64() : null
    this.#buffer = allocate(Math.min(FIRST_SIZE, chunkSize))
    this.#view = viewOf(this.#buffer)
  }

  /** How many bytes have been written. */
  get size(): number {
    return this.#flushed + this.#at
  }

  /** The full chunks, which are the caller's from now on. */
  take(): Uint8Array[] {
    const chunks = this.#chunks
    this.#chunks = []
    return chunks
  }

  /** Takes a chunk's memory back, which nobody reads any more. Without that a large save would keep the collector busy. */
  reuse(chunk: Uint8Array): void {
    const buffer = this.#lent.get(chunk)
    this.#lent.delete(chunk)
    if (buffer?.length === this.#chunkSize) this.#spare.push(buffer)
  }

  /** Makes a chunk of what has been written since the last one. */
  flush(): void {
    if (this.#at === 0) return
    const { length } = this.#buffer
    const full = this.#at > length - PIECE
    let chunk = this.#buffer.subarray(0, this.#at)
    // A chunk that is kept must not keep much more memory than it needs.
    if (full) {
      this.#lent.set(chunk, this.#buffer)
      this.#renew(length)
    } else {
      chunk = this.#allocate(this.#at)
      chunk.set(this.#buffer.subarray(0, this.#at))
    }
    this.#crc?.update(chunk, this.#summed)
    this.#chunks.push(chunk)
    this.#flushed += this.#at
    this.#at = 0
    this.#summed = 0
  }

  /** Brings the checksum up to date. Otherwise that happens for a whole chunk at once. */
  sum(): void {
    this.#crc?.update(this.#buffer, this.#summed, this.#at)
    this.#summed = this.#at
  }

  /** The checksum of all that has been written; zeros where none is kept. */
  digest(): Uint8Array {
    this.sum()
    return this.#crc?.digest() ?? new Uint8Array(8)
  }

  byte(value: number): void {
    if (this.#at === this.#buffer.length) this.#makeRoom(1)
    this.#buffer[this.#at++] = value
  }

  /** A length: 1, 2, 5 or 9 bytes. */
  length(value: number): void {
    if (this.#at + 9 > this.#buffer.length) this.#makeRoom(9)
    const buffer = this.#buffer
    if (value < 0x40) buffer[this.#at++] = value
    else if (value < 0x4000) {
      buffer[this.#at++] = 0x40 | (value >> 8)
      buffer[this.#at++] = value
    } else {
      const long = value > 0xffff_ffff
      buffer[this.#at++] = long ? 0x81 : 0x80
      if (long) this.#uint32(Math.floor(value / 2 ** 32), false)
      this.#uint32(value, false)
    }
  }

  /** 64 bits in the form of a length. */
  identifier(value: Int64): void {
    if (typeof value === 'number' && value >= 0) return this.length(value)
    this.byte(0x81)
    this.half(value)
  }

  /** Eight bytes, highest first. */
  half(value: Int64): void {
    if (this.#at + 8 > this.#buffer.length) this.#makeRoom(8)
    if (typeof value === 'number' && value >= 0) {
      this.#view.setUint32(this.#at, value / 2 ** 32)
      this.#view.setUint32(this.#at + 4, value)
    } else this.#view.setBigUint64(this.#at, BigInt.asUintN(64, BigInt(value)))
    this.#at += 8
  }

  /** An integer, lowest byte first. @param width 1, 2 or 4 */
  integer(value: number, width: number): void {
    for (let i = 0; i < width; i++) this.byte(value >> (8 * i))
  }

  /** A double, lowest byte first. */
  double(value: number): void {
    if (this.#at + 8 > this.#buffer.length) this.#makeRoom(8)
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  /** A time in milliseconds: eight bytes, lowest first. */
  milliseconds(value: number): void {
    if (this.#at + 8 > this.#buffer.length) this.#makeRoom(8)
    this.#uint32(value, true)
    this.#uint32(Math.min(Math.floor(value / 2 ** 32), 0x7fff_ffff), true)
  }

  #uint32(value: number, little: boolean): void {
    this.#view.setUint32(this.#at, value, little)
    this.#at += 4
  }

  /** Chars `from` up to `to` of a byte string, as they are. */
  text(text: ByteString, from = 0, to = text.length): void {
    for (let i = from; i < to;) {
      const want = Math.min(to - i, PIECE)
      if (this.#at + want > this.#buffer.length) this.#makeRoom(want)
      const buffer = this.#buffer
      const at = this.#at
      const length = Math.min(to - i, buffer.length - at)
      if (length < NATIVE_FROM) for (let j = 0; j < length; j++) buffer[at + j] = text.charCodeAt(i + j)
      else putBytes(buffer, at, length === text.length ? text : text.slice(i, i + length))
      this.#at += length
      i += length
    }
  }

  /** Bytes `from` up to `to`, as they are. */
  bytes(bytes: Uint8Array, from = 0, to = bytes.length): void {
    for (let i = from; i < to;) {
      const want = Math.min(to - i, PIECE)
      if (this.#at + want > this.#buffer.length) this.#makeRoom(want)
      const length = Math.min(to - i, this.#buffer.length - this.#at)
      if (length < NATIVE_FROM) for (let j = 0; j < length; j++) this.#buffer[this.#at + j] = bytes[i + j]
      else this.#buffer.set(bytes.subarray(i, i + length), this.#at)
      this.#at += length
      i += length
    }
  }

  /** Room for so many bytes in one piece: the buffer grows, and when it is as large as a chunk, it is one. */
  #makeRoom(piece: number): void {
    if (this.#at + piece > this.#chunkSize) this.flush()
    if (this.#at + piece <= this.#buffer.length) return
    const old = this.#buffer
    const { length } = old
    this.#renew(Math.min(Math.max(2 * length, this.#at + piece), this.#chunkSize))
    this.#buffer.set(old.subarray(0, this.#at))
  }

  #renew(length: number): void {
    this.#buffer = (length === this.#chunkSize ? this.#spare.pop() : undefined) ?? this.#allocate(length)
    this.#view = viewOf(this.#buffer)
  }
}
