// Reads the journal's bytes: commands in RESP, and nothing else. It knows where the last command ended, so that a tail
// that was cut off can be dropped.
import { type ByteString, fromUint8Array, joinBytes } from '../../bytes.ts'

const STAR = 42
const DOLLAR = 36
const HASH = 35
const CR = 13
const LF = 10
/** Redis's own limits. Bytes that say otherwise are damaged. */
const MOST_WORDS = 2 ** 31 - 1
const LONGEST_WORD = 2 ** 29
/** A line is a sign and a number. */
const LONGEST_LINE = 32
const LONGEST_NOTE = 1 << 10

/** The bytes are no command. */
export class JournalFormatError extends Error {}

export class JournalReader {
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #offset: number
  // Chunks that came since, and how many bytes must come before there is a whole word to read.
  #chunks: Uint8Array[] = []
  #arrived = 0
  #missing = 0
  // What `#line` found.
  #next = 0
  // Of a command that has not arrived whole: how many words it has, those that have arrived, and where they end.
  #count = 0
  #words: ByteString[] = []
  #reach = 0

  /** @param offset where the first byte is in the whole */
  constructor(offset = 0) {
    this.#offset = offset
  }

  /** Where what was read last ended, from the beginning. */
  get position(): number {
    return this.#offset + this.#at
  }

  /** What is here and not read. */
  get rest(): Uint8Array {
    this.#join()
    return this.#bytes.subarray(this.#at)
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#arrived += chunk.length
  }

  /** Joins the chunks that came to the bytes not yet read: once for a long word, however many chunks it has. */
  #join(): void {
    const chunks = this.#chunks
    if (chunks.length === 0) return
    const rest = this.#bytes.subarray(this.#at)
    this.#offset += this.#at
    this.#at = this.#arrived = this.#missing = 0
    this.#chunks = []
    this.#bytes = joinBytes([rest, ...chunks])
  }

  /** @returns the next command; null if it is not all here; @throws JournalFormatError */
  next(): ByteString[] | null {
    if (this.#arrived < this.#missing) return null
    this.#join()
    const bytes = this.#bytes
    let at = this.#at
    // Notes (`#TS:1700000000`) stand between the commands where redis-server has aof-timestamp-enabled.
    while (bytes[at] === HASH) {
      const end = bytes.indexOf(LF, at)
      if (end < 0 && bytes.length - at > LONGEST_NOTE) throw new JournalFormatError()
      if (end < 0) return null
      this.#at = at = end + 1
    }
    if (at >= bytes.length) return null
    if (this.#count > 0) at += this.#reach
    else {
      const count = this.#line(at, STAR, MOST_WORDS)
      if (count < 0) return null
      if (count === 0) throw new JournalFormatError()
      this.#count = count
      this.#words = []
      at = this.#next
    }
    const words = this.#words
    while (words.length < this.#count) {
      this.#reach = at - this.#at
      const length = this.#line(at, DOLLAR, LONGEST_WORD)
      if (length < 0) return null
      const end = this.#next + length
      if (end + 2 > bytes.length) {
        this.#missing = end + 2 - bytes.length
        return null
      }
      if (bytes[end] !== CR || bytes[end + 1] !== LF) throw new JournalFormatError()
      words.push(fromUint8Array(bytes, this.#next, end))
      at = end + 2
    }
    this.#at = at
    this.#count = 0
    return words
  }

  /** A sign and a number. @returns the number, -1 if the line is not all here */
  #line(from: number, sign: number, most: number): number {
    const bytes = this.#bytes
    if (from >= bytes.length) return -1
    if (bytes[from] !== sign) throw new JournalFormatError()
    let value = 0
    let at = from + 1
    for (; at < bytes.length && bytes[at] !== CR; at++) {
      const digit = bytes[at] - 48
      if (!(digit >= 0 && digit <= 9) || at - from > LONGEST_LINE) throw new JournalFormatError()
      value = value * 10 + digit
    }
    if (value > most || (at === from + 1 && at < bytes.length)) throw new JournalFormatError()
    if (at + 1 >= bytes.length) return -1
    if (bytes[at + 1] !== LF) throw new JournalFormatError()
    this.#next = at + 2
    return value
  }
}
