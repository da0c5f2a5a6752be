// Bytes that arrive in chunks, read in steps. A step reads a whole element or, when bytes are missing, nothing: it is cut
// short and repeated when they have come. So reading needs no more memory than one element and one chunk, and can stop
// between any two steps. No memory is taken on the word of a length alone: so many bytes must be there first.
import { type ByteString, fromUint8Array, joinBytes, memoryLike, viewOf } from '../../bytes.ts'
import { encodeString, type StringValue } from '../../engine/values.ts'
import type { Crc64 } from './crc64.ts'
import { INT32, INT8, LZF, RdbError } from './format.ts'
import { integerText } from './integers.ts'
import { decompress, MAX_EXPANSION } from './lzf.ts'

/** Thrown to end a step that needs bytes which have not arrived: it is run again when they have. */
const MISSING = Symbol('bytes are missing')

/** A step to be done so many times. */
interface Loop {
  left: number
  readonly step: () => void
}

/** V8's longest string, a little less than the 512 MB that Redis allows. */
const LONGEST_STRING = 2 ** 29 - 24
/** Memory to decompress into is kept for the next string up to this size. */
const SCRATCH_LIMIT = 1 << 20

export class ByteSource {
  readonly #crc: Crc64 | null
  // What is left to do; the innermost loop is last.
  #loops: Loop[] = []
  #bytes: Uint8Array = new Uint8Array(0)
  #view = viewOf(this.#bytes)
  #at = 0
  /** Where the step began. */
  #start = 0
  /** Up to here the bytes are in the checksum. */
  #summed = 0
  /** Where the first of `#bytes` is in the whole. */
  #offset = 0
  #chunks: Uint8Array[] = []
  #arrived = 0
  #missing = 0
  #scratch: Uint8Array = new Uint8Array(0)

  constructor(crc: Crc64 | null = null) {
    this.#crc = crc
  }

  /** Takes a chunk that has arrived. Its bytes must stay as they are until `run` has read them. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#arrived += chunk.length
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#offset + this.#at
  }

  /** How many bytes are here and not read. */
  get pending(): number {
    return this.#bytes.length - this.#at + this.#arrived
  }

  /** What is here and not read. */
  get rest(): Uint8Array {
    this.#join()
    return this.#bytes
  }

  /** Whether nothing is left to do. */
  get done(): boolean {
    return this.#loops.length === 0
  }

  /**
   * Schedules a step, so many times, before everything that was scheduled before: what is to be done first is said last. A step must
   * have read all that it needs before it changes anything or calls this.
   */
  repeat(times: number, step: () => void): void {
    this.#loops.push({ left: times, step })
  }

  /** Drops what was still to be done. */
  finish(): void {
    this.#loops = []
  }

  /**
   * Does what is to be done, as far as the bytes go.
   * @param budget stops when so many bytes have been read
   * @returns whether it stopped for that reason
   */
  run(budget = Infinity): boolean {
    const stop = this.position + budget
    while (!this.done && (this.#arrived === 0 || this.#arrived >= this.#missing)) {
      if (this.#arrived > 0) this.#join()
      try {
        for (let loop; (loop = this.#loops[this.#loops.length - 1]) !== undefined;) {
          this.#start = this.#at
          if (loop.left === 0) this.#loops.pop()
          else if (this.position >= stop) return true
          else {
            loop.step()
            loop.left--
          }
        }
      } catch (error) {
        if (error !== MISSING) throw error
        this.#at = this.#start
        if (this.#arrived === 0) break
      }
    }
    return false
  }

  /** The checksum of all that has been read. */
  digest(): Uint8Array {
    this.#sum()
    return this.#crc?.digest() ?? new Uint8Array(8)
  }

  #sum(): void {
    this.#crc?.update(this.#bytes, this.#summed, this.#at)
    this.#summed = this.#at
  }

  /** Puts what has arrived behind what was not read. */
  #join(): void {
    this.#sum()
    const rest = this.#bytes.subarray(this.#at)
    this.#offset += this.#at
    this.#bytes = joinBytes([rest, ...this.#chunks])
    this.#view = viewOf(this.#bytes)
    this.#at = 0
    this.#summed = 0
    this.#chunks = []
    this.#arrived = 0
    this.#missing = 0
  }

  /** Goes past so many bytes. @returns where they begin */
  #pass(length: number): number {
    const start = this.#at
    if (start + length > this.#bytes.length) {
      this.#missing = start + length - this.#bytes.length
      throw MISSING
    }
    this.#at += length
    return start
  }

  /** An error in what the step reads. */
  fail(what: string): RdbError {
    return new RdbError(what, this.#offset + this.#start)
  }

  byte(): number {
    return this.#bytes[this.#pass(1)]
  }

  /** So many bytes, without a copy: they are good until the end of the step. */
  raw(length: number): Uint8Array {
    const start = this.#pass(length)
    return this.#bytes.subarray(start, start + length)
  }

  double(): number {
    return this.#view.getFloat64(this.#pass(8), true)
  }

  /** A signed integer of 4 or 8 bytes, lowest first. */
  integer(width: 4 | 8): number {
    const at = this.#pass(width)
    return width === 4 ? this.#view.getInt32(at, true) : this.#view.getInt32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true)
  }

  length(): number {
    return this.#lengthFrom(this.byte())
  }

  #lengthFrom(first: number): number {
    if (first < 0x40) return first
    if (first < 0x80) return ((first & 0x3f) << 8) | this.byte()
    if (first === 0x80) return this.#view.getUint32(this.#pass(4))
    if (first !== 0x81) throw this.fail(`no length begins with ${first}`)
    return Number(this.#view.getBigUint64(this.#pass(8)))
  }

  /** Eight bytes, highest first. */
  half(): bigint {
    return this.#view.getBigUint64(this.#pass(8))
  }

  /** A length that is really 64 bits of something else. */
  identifier(): bigint {
    if (this.#bytes[this.#at] !== 0x81) return BigInt(this.length())
    return this.#view.getBigUint64(this.#pass(9) + 1)
  }

  string(): ByteString {
    const first = this.byte()
    if (first < 0xc0) {
      const length = this.#stringLength(first)
      const start = this.#pass(length)
      return fromUint8Array(this.#bytes, start, start + length)
    }
    if (first === LZF) return fromUint8Array(this.#decompressed())
    if (first > INT32) throw this.fail(`unknown string encoding ${first}`)
    const width = 1 << (first - INT8)
    return integerText(this.#bytes, this.#pass(width), width)
  }

  /** A string as a key's value. */
  value(): StringValue {
    return encodeString(this.string())
  }

  /** The bytes of a string, without a copy: they are good until the end of the step. */
  blob(): Uint8Array {
    const first = this.byte()
    if (first === LZF) return this.#decompressed()
    return this.raw(this.#stringLength(first))
  }

  #stringLength(first: number): number {
    const length = this.#lengthFrom(first)
    if (length > LONGEST_STRING) throw this.fail(`a string of ${length} bytes is too long`)
    return length
  }

  #decompressed(): Uint8Array {
    const size = this.length()
    const length = this.length()
    if (length > Math.min(LONGEST_STRING, size * MAX_EXPANSION)) throw this.fail(`a string of ${length} bytes cannot come out of ${size}`)
    const start = this.#pass(size)
    let output = this.#scratch
    if (output.length < length) {
      output = memoryLike(this.#bytes, length)
      if (length <= SCRATCH_LIMIT) this.#scratch = output
    }
    if (!decompress(this.#bytes, start, start + size, output, length)) throw this.fail('damaged compressed string')
    return output.subarray(0, length)
  }
}
