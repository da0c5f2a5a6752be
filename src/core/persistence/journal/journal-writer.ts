// The journal's bytes: commands in RESP, one after the other. What belongs together (a transaction, a script, a command
// with the expiries it came upon) is put between MULTI and EXEC, so that a tail that was cut off shows all of it or none.
import { NATIVE_FROM, putBytes } from '../../bytes.ts'
import type { Argv } from '../../engine/command.ts'
import { type Allocate, plainArray } from '../../engine/ports.ts'

const FIRST_SIZE = 1 << 14

/** So many commands are encoded together. */
const AT_ONCE = 256

const MULTI: Argv = ['MULTI']
const EXEC: Argv = ['EXEC']

/** Bytes that were taken out of a buffer. */
export interface Taken {
  readonly bytes: Uint8Array
  readonly buffer: Uint8Array
}

export class JournalWriter {
  readonly #allocate: Allocate
  #bytes: Uint8Array
  /** A buffer that was written away, to be used again: it is in the processor's cache, which new memory is not. */
  #spare: Uint8Array | null = null
  #at = 0
  /** Commands that are not encoded yet: encoding many together takes less time. */
  readonly #commands: Argv[] = []
  /** How many commands were written since the last `settle`: these belong together. */
  #together = 0
  /** The database that the last command was for; -1 if a reader cannot know. */
  #db = -1

  constructor(allocate = plainArray) {
    this.#allocate = allocate
    this.#bytes = allocate(FIRST_SIZE)
  }

  /** How many bytes are there to be taken. */
  get size(): number {
    this.#encode()
    return this.#at
  }

  /** Whether there is anything to be taken: not while what belongs together is still being written. */
  get ready(): boolean {
    return this.#together === 0 && this.size > 0
  }

  /** What follows goes to a new file: it must say which database it is for. */
  forgetDatabase(): void {
    this.#db = -1
  }

  /** @param argv must not change any more */
  command(argv: Argv, db: number): void {
    const commands = this.#commands
    if (this.#together === 1) commands.splice(-1, 0, MULTI)
    if (db !== this.#db) {
      this.#db = db
      commands.push(['SELECT', String(db)])
    }
    commands.push(argv)
    this.#together++
    if (commands.length >= AT_ONCE) this.#encode()
  }

  /** What was written since the last call belongs together. @returns whether there was any */
  settle(): boolean {
    if (this.#together === 0) return false
    if (this.#together > 1) this.#commands.push(EXEC)
    this.#together = 0
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
    this.#at = 0
    return { bytes, buffer }
  }

  /** Says that bytes that were taken have been written away. */
  free({ bytes, buffer }: Taken): void {
    if (bytes.length * 4 > buffer.length || buffer.length === FIRST_SIZE) this.#spare = buffer
  }

  /** Encodes the commands, but not one that is alone since the last `settle`: if another follows, MULTI goes before both. */
  #encode(): void {
    const commands = this.#commands
    const last = this.#together === 1 ? commands.pop()! : null
    for (let i = 0; i < commands.length; i++) this.#command(commands[i])
    commands.length = 0
    if (last !== null) commands.push(last)
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
