// What a master sends, until its commands begin: lines, and a file with all data.
import { type ByteString, fromUint8Array, joinBytes } from '../bytes.ts'

const LF = 10
const CR = 13
/** No line of a master is longer: what is has not come from one. */
const LONGEST = 1 << 16

export class Received {
  /** Bytes that have come, and are not read yet. */
  rest: Uint8Array = new Uint8Array(0)
  readonly #chunks: AsyncIterator<Uint8Array>

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** What has come, at least a byte; null if the master has ended the connection. */
  async some(): Promise<Uint8Array | null> {
    const { rest } = this
    if (rest.length > 0) {
      this.rest = rest.subarray(rest.length)
      return rest
    }
    const next = await this.#chunks.next()
    return next.done ? null : next.value
  }

  /** The next line, without its end; empty ones only say that the master is there. @throws Error if the connection ends first */
  async line(): Promise<ByteString> {
    for (;;) {
      const end = this.rest.indexOf(LF)
      if (end >= 0) {
        const line = fromUint8Array(this.rest, 0, end > 0 && this.rest[end - 1] === CR ? end - 1 : end)
        this.rest = this.rest.subarray(end + 1)
        if (line !== '') return line
      } else {
        const { rest } = this
        this.rest = rest.subarray(rest.length)
        const more = await this.some()
        if (more === null) throw new Error('the master has closed the connection')
        if (rest.length > LONGEST) throw new Error('the master does not speak the protocol of Redis')
        this.rest = joinBytes([rest, more])
      }
    }
  }

  /** Reads and drops so many bytes, or to the end of a text. @returns what was dropped */
  async drop(length: number): Promise<ByteString> {
    let dropped = ''
    while (dropped.length < length) {
      const some = await this.some()
      if (some === null) throw new Error('the master has closed the connection')
      const left = length - dropped.length
      dropped += fromUint8Array(some, 0, Math.min(left, some.length))
      if (some.length > left) this.rest = some.subarray(left)
    }
    return dropped
  }

  /** What comes, chunk by chunk, without ending the connection when it is read no further. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (let some = await this.some(); some !== null; some = await this.some()) yield some
  }
}
