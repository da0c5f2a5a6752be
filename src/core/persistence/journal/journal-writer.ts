// The journal's bytes: commands in RESP, one after the other. What belongs together (a transaction, a script, a command
// with the expiries it came upon) is put between MULTI and EXEC, so that a tail that was cut off shows all of it or none.
import { type ByteString, NATIVE_FROM, putBytes } from '../../bytes.ts'
import type { Argv } from '../../engine/command.ts'

const FIRST_SIZE = 1 << 14

const MULTI = '*1\r\n$5\r\nMULTI\r\n'
const EXEC = '*1\r\n$4\r\nEXEC\r\n'

/** Bytes that were taken out of a buffer. */
export interface Taken {
  readonly bytes: Uint8Array
  readonly buffer: Uint8Array
}

export class JournalWriter {
  readonly #allocate: (length: number) => Uint8Array
  #bytes: Uint8Array
  /** A buffer that has been written away. Memory that was used just now is in the cache, which new memory is not. */
  #spare: Uint8Array | null = null
  #at = 0
  /** The database that the last command was for; -1 if a reader cannot know. */
  #db = -1
  // What has been written since the last `settle`: where it starts, and how many commands.
  #start = 0
  #commands = 0

  constructor(allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length)) {
    this.#allocate = allocate
    this.#bytes = allocate(FIRST_SIZE)
  }

  /** How many bytes are there to be taken. */
  get size(): number {
    return this.#at
  }

  /** Whether there is anything to be taken: not while what belongs together is still being written. */
  get ready(): boolean {
    return this.#at > 0 && this.#commands === 0
  }

  /** What follows goes to a new file: it must say which database it is for. */
  forgetDatabase(): void {
    this.#db = -1
  }

  command(argv: Argv, db: number): void {
    if (this.#commands++ === 1) this.#beginTransaction()
    if (db !== this.#db) {
      this.#db = db
      this.#command(['SELECT', String(db)])
      // A transaction begins behind it.
      if (this.#commands === 1) this.#start = this.#at
    }
    this.#command(argv)
  }

  /** What was written since the last call belongs together. @returns whether there was any */
  settle(): boolean {
    if (this.#commands === 0) return false
    if (this.#commands > 1) this.#text(EXEC)
    this.#commands = 0
    this.#start = this.#at
    return true
  }

  /** Takes what is there, which must be `ready`. */
  take(): Taken {
    const buffer = this.#bytes
    const bytes = buffer.subarray(0, this.#at)
    // What is being written away must not change, so another buffer begins: as large as this one, unless that was too large.
    const length = this.#at * 4 > buffer.length ? buffer.length : Math.max(FIRST_SIZE, buffer.length >> 1)
    this.#bytes = this.#spare !== null && this.#spare.length >= length ? this.#spare : this.#allocate(length)
    this.#spare = null
    this.#at = this.#start = 0
    return { bytes, buffer }
  }

  /** Says that bytes that were taken have been written away. */
  free({ bytes, buffer }: Taken): void {
    if (bytes.length * 4 > buffer.length || buffer.length === FIRST_SIZE) this.#spare = buffer
  }

  #beginTransaction(): void {
    this.#room(MULTI.length)
    this.#bytes.copyWithin(this.#start + MULTI.length, this.#start, this.#at)
    const end = this.#at + MULTI.length
    this.#at = this.#start
    this.#text(MULTI)
    this.#at = end
  }

  // One function with its place in a local variable: in pieces it takes twice as long, and every write pays for it.
  #command(argv: Argv): void {
    let length = 16
    for (let i = 0; i < argv.length; i++) length += argv[i].length + 16
    this.#room(length)
    const bytes = this.#bytes
    let at = header(bytes, this.#at, 42, argv.length) // *
    for (let i = 0; i < argv.length; i++) {
      const word = argv[i]
      const { length } = word
      at = header(bytes, at, 36, length) // $
      if (length >= NATIVE_FROM) putBytes(bytes, at, word)
      else for (let j = 0; j < length; j++) bytes[at + j] = word.charCodeAt(j)
      at += length
      bytes[at] = 13
      bytes[at + 1] = 10
      at += 2
    }
    this.#at = at
  }

  #text(text: ByteString): void {
    this.#room(text.length)
    putBytes(this.#bytes, this.#at, text)
    this.#at += text.length
  }

  #room(length: number): void {
    const old = this.#bytes
    if (this.#at + length <= old.length) return
    this.#bytes = this.#allocate(Math.max(old.length * 2, this.#at + length))
    this.#bytes.set(old.subarray(0, this.#at))
  }
}

/** A sign, a number and the end of a line. @returns where they end */
function header(bytes: Uint8Array, start: number, sign: number, value: number): number {
  let at = start + 1
  bytes[start] = sign
  if (value < 10) bytes[at++] = 48 + value
  else if (value < 100) {
    const tens = (value * 205) >> 11 // value / 10
    bytes[at] = 48 + tens
    bytes[at + 1] = 48 + value - tens * 10
    at += 2
  } else for (const digit of String(value)) bytes[at++] = digit.charCodeAt(0)
  bytes[at] = 13
  bytes[at + 1] = 10
  return at + 2
}
