// Command lines out of a stream of bytes, as a server reads them: RESP arrays of bulk strings, and inline commands as a
// person types them. Every length is checked before anything is kept for it; what is wrong is a protocol error, after
// which nothing of that stream can be trusted.
import { type ByteString, fromUint8Array, joinBytes } from '../bytes.ts'
import { INT_MAX } from '../numbers.ts'
import { splitWords } from '../words.ts'

/** What a server says before it closes the connection, if anything. */
export class ProtocolError extends Error {
  override name = 'ProtocolError'
}

const UNAUTHENTICATED_WORDS = 10
const UNAUTHENTICATED_BULK = 16_384

/** Bytes of an inline command, as in Redis. */
const LONGEST_INLINE = 65_536

const CR = 13
const LF = 10
const ASTERISK = 42
const DOLLAR = 36
const ZERO = 48
const EMPTY = new Uint8Array(0)
const NO_WORDS: ByteString[] = []

export class RequestParser {
  /** The longest bulk string in bytes, and whether the client has said who it is: before, it may send little. */
  readonly limits = { maxBulk: 536_870_912, authenticated: true }
  #buffer: Uint8Array = EMPTY
  #at = 0
  #chunks: Uint8Array[] = []
  #arrived = 0
  // No command can be complete before so many bytes are there: a long value is joined once, not with each chunk.
  #needed = 0
  #argv = NO_WORDS
  /** Words still to come of the current array; 0 between commands. */
  #words = 0
  /** Length of the bulk string that is next; -1 before its header was read. */
  #bulk = -1

  /** Takes bytes that have arrived. */
  feed(bytes: Uint8Array): void {
    if (this.#at === this.#buffer.length && this.#chunks.length === 0) {
      this.#buffer = bytes
      this.#at = 0
    } else {
      this.#chunks.push(bytes)
      this.#arrived += bytes.length
    }
  }

  /** Bytes that are held for commands not yet complete. */
  get pending(): number {
    return this.#buffer.length - this.#at + this.#arrived
  }

  /** The next command line, undefined if it has not all arrived. @throws ProtocolError */
  next(): ByteString[] | undefined {
    if (this.#chunks.length > 0 && this.pending < this.#needed) return undefined
    const argv = this.#take()
    if (argv !== undefined || this.#chunks.length === 0 || this.pending < this.#needed) return argv
    this.#join()
    return this.#take()
  }

  /** A command line out of what is joined. What came later is joined when this is used up, so that no byte is moved often. */
  #take(): ByteString[] | undefined {
    this.#needed = 0
    for (;;) {
      if (this.#words === 0) {
        if (this.#at >= this.#buffer.length) return undefined
        if (this.#buffer[this.#at] !== ASTERISK) {
          const line = this.#inline()
          if (line?.length === 0) continue
          return line
        }
        const words = this.#header('multibulk')
        if (words === undefined) return undefined
        if (words > INT_MAX) throw invalidLength('multibulk')
        if (words > UNAUTHENTICATED_WORDS && !this.limits.authenticated)
          throw new ProtocolError('Protocol error: unauthenticated multibulk length')
        if (words <= 0) continue
        this.#words = words
        this.#argv = []
      }
      if (!this.#readWords()) return undefined
      const argv = this.#argv
      // An idle connection does not keep its last command, which may be large.
      this.#argv = NO_WORDS
      if (this.#at === this.#buffer.length) this.#release()
      return argv
    }
  }

  /** @returns false if more has to arrive first */
  #readWords(): boolean {
    for (; this.#words > 0; this.#words--) {
      if (this.#bulk < 0) {
        if (this.#at >= this.#buffer.length) return false
        const type = this.#buffer[this.#at]
        if (type !== DOLLAR) throw new ProtocolError(`Protocol error: expected '$', got '${printed(type)}'`)
        const length = this.#header('bulk')
        if (length === undefined) return false
        if (length < 0 || length > this.limits.maxBulk) throw invalidLength('bulk')
        if (length > UNAUTHENTICATED_BULK && !this.limits.authenticated)
          throw new ProtocolError('Protocol error: unauthenticated bulk length')
        this.#bulk = length
      }
      const end = this.#at + this.#bulk
      if (end + 2 > this.#buffer.length) {
        this.#needed = this.#bulk + 2
        return false
      }
      this.#argv.push(fromUint8Array(this.#buffer, this.#at, end))
      this.#at = end + 2
      this.#bulk = -1
    }
    return true
  }

  /** A line of `*` or `$` and a number. @returns the number, undefined if the line is not all there */
  #header(kind: 'multibulk' | 'bulk'): number | undefined {
    const buffer = this.#buffer
    let at = this.#at + 1
    const negative = buffer[at] === 45
    if (negative) at++
    let value = 0
    const first = at
    for (; at < buffer.length; at++) {
      const digit = buffer[at] - 48
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    if (at + 1 >= buffer.length) {
      // A number has at most 20 digits; a line that goes on without an end is no header.
      if (at - first > 20 || (at < buffer.length && buffer[at] !== CR)) throw invalidLength(kind)
      return undefined
    }
    const padded = buffer[first] === ZERO && (negative || at - first > 1)
    if (buffer[at] !== CR || at === first || padded || value > Number.MAX_SAFE_INTEGER) throw invalidLength(kind)
    this.#at = at + 2
    return negative ? -value : value
  }

  /** A command typed as a line of words; none if the line is empty. @returns undefined if it is not all there */
  #inline(): ByteString[] | undefined {
    const end = this.#buffer.indexOf(LF, this.#at)
    const length = (end < 0 ? this.#buffer.length : end) - this.#at
    if (length > LONGEST_INLINE) throw new ProtocolError('Protocol error: too big inline request')
    if (end < 0) return undefined
    const line = fromUint8Array(this.#buffer, this.#at, this.#buffer[end - 1] === CR && end > this.#at ? end - 1 : end)
    this.#at = end + 1
    const words = splitWords(line)
    if (words === null) throw new ProtocolError('Protocol error: unbalanced quotes in request')
    // This is HTTP: a web page may make its visitor's browser post to this port. As in Redis, nothing of it is run.
    if (/^(post|host:)$/i.test(words[0])) throw new ProtocolError()
    return words
  }

  #release(): void {
    this.#buffer = EMPTY
    this.#at = 0
  }

  #join(): void {
    this.#buffer = joinBytes([this.#buffer.subarray(this.#at), ...this.#chunks])
    this.#at = 0
    this.#chunks = []
    this.#arrived = 0
  }
}

const invalidLength = (kind: string): ProtocolError => new ProtocolError(`Protocol error: invalid ${kind} length`)
/** As C prints it: a zero byte is nothing, and an error is one line. */
const printed = (byte: number): string => (byte === 0 ? '' : byte === CR || byte === LF ? ' ' : String.fromCharCode(byte))
