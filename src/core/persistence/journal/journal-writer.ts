// The journal's bytes: commands in RESP, one after the other. What belongs together (a transaction, a script, a command
// with the expiries it came upon) is put between MULTI and EXEC, so that a tail that was cut off shows all of it or none.
import type { ByteString } from '../../bytes.ts'
import type { Argv } from '../../engine/command.ts'

const FIRST_SIZE = 1 << 14
/** From here on Node's Buffer writes a string faster than a loop does. */
const NATIVE_FROM = 40

interface Latin1 {
  latin1Write?: (text: string, offset: number, length: number) => number
}

const MULTI = '*1\r\n$5\r\nMULTI\r\n'
const EXEC = '*1\r\n$4\r\nEXEC\r\n'

export class JournalWriter {
  readonly #allocate: (length: number) => Uint8Array
  #bytes: Uint8Array
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

  /** What follows goes to a new file: it must say which database it is for. */
  forgetDatabase(): void {
    this.#db = -1
  }

  command(argv: Argv, db: number): void {
    if (this.#commands === 1) this.#beginTransaction()
    if (db !== this.#db) {
      this.#db = db
      this.#command(['SELECT', String(db)])
    }
    this.#commands++
    this.#command(argv)
  }

  /** What was written since the last call belongs together. */
  settle(): void {
    if (this.#commands > 1) this.#text(EXEC)
    this.#commands = 0
    this.#start = this.#at
  }

  /** Takes what is there; `settle` was called before. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#at)
    // What is being written away must not change, so a new buffer begins: as large as this one was full.
    this.#bytes = this.#allocate(Math.max(FIRST_SIZE, this.#at))
    this.#at = this.#start = 0
    return taken
  }

  #beginTransaction(): void {
    this.#room(MULTI.length)
    this.#bytes.copyWithin(this.#start + MULTI.length, this.#start, this.#at)
    const end = this.#at + MULTI.length
    this.#at = this.#start
    this.#text(MULTI)
    this.#at = end
  }

  #command(argv: Argv): void {
    let length = 16
    for (let i = 0; i < argv.length; i++) length += argv[i].length + 16
    this.#room(length)
    this.#header(42, argv.length) // *
    for (let i = 0; i < argv.length; i++) {
      const word = argv[i]
      this.#header(36, word.length) // $
      this.#raw(word)
      const bytes = this.#bytes
      bytes[this.#at++] = 13
      bytes[this.#at++] = 10
    }
  }

  #header(sign: number, value: number): void {
    const bytes = this.#bytes
    let at = this.#at
    bytes[at++] = sign
    if (value < 10) bytes[at++] = 48 + value
    else if (value < 100) {
      const tens = (value * 205) >> 11 // value / 10
      bytes[at++] = 48 + tens
      bytes[at++] = 48 + value - tens * 10
    } else for (const digit of String(value)) bytes[at++] = digit.charCodeAt(0)
    bytes[at++] = 13
    bytes[at++] = 10
    this.#at = at
  }

  #text(text: ByteString): void {
    this.#room(text.length)
    this.#raw(text)
  }

  #raw(text: ByteString): void {
    const { length } = text
    const bytes = this.#bytes
    const native = length < NATIVE_FROM ? undefined : (bytes as Latin1).latin1Write
    if (native !== undefined) native.call(bytes, text, this.#at, length)
    else for (let i = 0, at = this.#at; i < length; i++) bytes[at++] = text.charCodeAt(i)
    this.#at += length
  }

  #room(length: number): void {
    const old = this.#bytes
    if (this.#at + length <= old.length) return
    this.#bytes = this.#allocate(Math.max(old.length * 2, this.#at + length))
    this.#bytes.set(old.subarray(0, this.#at))
  }
}
