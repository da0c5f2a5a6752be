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
    if (this.#commands++ === 1) this.#beginTransaction()
    if (db !== this.#db) {
      this.#db = db
      this.#command(['SELECT', String(db)])
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

  /** Takes what is there; `settle` was called before. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#at)
    // What is being written away must not change, so a new buffer begins: as large as this one, unless that was too large.
    const { length } = this.#bytes
    this.#bytes = this.#allocate(this.#at * 4 > length || length === FIRST_SIZE ? length : Math.max(FIRST_SIZE, length >> 1))
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

  // One function with its place in a local variable: in pieces it takes twice as long, and every write pays for it.
  #command(argv: Argv): void {
    let length = 16
    for (let i = 0; i < argv.length; i++) length += argv[i].length + 16
    this.#room(length)
    const bytes = this.#bytes
    let at = header(bytes, this.#at, 42, argv.length) // *
    for (let i = 0; i < argv.length; i++) {
      const word = argv[i]
      at = header(bytes, at, 36, word.length) // $
      at = raw(bytes, at, word)
      bytes[at++] = 13
      bytes[at++] = 10
    }
    this.#at = at
  }

  #text(text: ByteString): void {
    this.#room(text.length)
    this.#at = raw(this.#bytes, this.#at, text)
  }

  #room(length: number): void {
    const old = this.#bytes
    if (this.#at + length <= old.length) return
    this.#bytes = this.#allocate(Math.max(old.length * 2, this.#at + length))
    this.#bytes.set(old.subarray(0, this.#at))
  }
}

function header(bytes: Uint8Array, start: number, sign: number, value: number): number {
  let at = start
  bytes[at++] = sign
  if (value < 10) bytes[at++] = 48 + value
  else if (value < 100) {
    const tens = (value * 205) >> 11 // value / 10
    bytes[at++] = 48 + tens
    bytes[at++] = 48 + value - tens * 10
  } else for (const digit of String(value)) bytes[at++] = digit.charCodeAt(0)
  bytes[at++] = 13
  bytes[at++] = 10
  return at
}

function raw(bytes: Uint8Array, start: number, text: ByteString): number {
  const { length } = text
  if (length >= NATIVE_FROM) {
    const native = (bytes as Latin1).latin1Write
    if (native !== undefined) {
      native.call(bytes, text, start, length)
      return start + length
    }
  }
  for (let i = 0; i < length; i++) bytes[start + i] = text.charCodeAt(i)
  return start + length
}
