// The last of what was sent to replicas: one that was away for a moment is sent what it has missed, not everything anew.
import type { ByteString } from '../bytes.ts'

/** Pieces grow up to so many bytes: so there are few, and little is kept beyond the limit. */
const PIECE = 1 << 14

export class Backlog {
  /** How many bytes had been sent before what is held, and with it. */
  start: number
  end: number
  readonly #pieces: ByteString[] = []

  constructor(offset: number) {
    this.start = this.end = offset
  }

  /** @param limit how many of the last bytes are held, at least */
  push(bytes: ByteString, limit: number): void {
    const pieces = this.#pieces
    if (pieces.length > 0 && pieces.at(-1)!.length < PIECE) pieces[pieces.length - 1] += bytes
    else for (let at = 0; at < bytes.length; at += PIECE) pieces.push(bytes.slice(at, at + PIECE))
    this.end += bytes.length
    const last = pieces.length - 1
    let gone = 0
    while (gone < last && this.end - this.start - pieces[gone].length >= limit) this.start += pieces[gone++].length
    if (gone > 0) pieces.splice(0, gone)
  }

  /** What came after the first so many bytes; null if that is not held any more, or is still to come. */
  after(offset: number): ByteString | null {
    if (offset < this.start || offset > this.end) return null
    return this.#pieces.join('').slice(offset - this.start)
  }
}
