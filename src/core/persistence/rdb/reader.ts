// Reads RDB files, versions 1 to 13 and Valkey's, from bytes as they come. Keys are handed on as they are read; only the end tells
// whether all was well (the checksum stands there), so what was taken in must be thrown away on an error.
import type { ByteString } from '../../bytes.ts'
import type { Types } from '../../engine/modules.ts'
import type { Value } from '../../engine/values.ts'
import { ByteSource } from './byte-source.ts'
import { Crc64 } from './crc64.ts'
import * as format from './format.ts'
import { skipBeside } from './module.ts'
import { readValue } from './value-reader.ts'

/** Where the content of a file goes. */
export interface RdbTarget {
  /** How many databases there are; a key of another one is an error. */
  readonly databases: number
  /** The types of values that not every engine has. Default: none */
  readonly types?: Types
  /**
   * A key with its value, its expiry in milliseconds since 1970 (0 for none; it may have passed) and its use.
   * @returns false if the database has the key already, which is an error
   */
  entry(db: number, key: ByteString, value: Value, expiry: number, use: format.Use): boolean
  /** A key without elements, which older servers could leave: as in Redis, it is no entry. */
  empty?(key: ByteString): void
  /** What the file says about itself, such as `redis-ver`. */
  aux?(name: ByteString, value: ByteString): void
  /** The code of a function library. */
  library?(code: ByteString): void
}

/** Redis's and Valkey's files begin with it, of which the version has three digits. */
const HEADER = /^(?:REDIS(\d{4})|VALKEY(\d{3}))$/
const CHECKSUM_FROM_VERSION = 5
const UNUSED: format.Use = {}

/** Whether a file that begins with these bytes is one. */
export const isRdb = (bytes: Uint8Array): boolean => /^(?:REDIS|VALKE)/.test(String.fromCharCode(...bytes.subarray(0, 5)))

export class RdbReader {
  /** Of the file, once it is known. */
  version = 0
  readonly #target: RdbTarget
  readonly #followed: boolean
  readonly #source = new ByteSource(new Crc64())
  #db = 0
  // What stands before a key.
  #expiry = 0
  #use = UNUSED
  #key: ByteString = ''
  #position = 0
  readonly #done = (value: Value | null): void => this.#entry(value)

  /** @param followed whether something else may follow the end: it stays in `rest` */
  constructor(target: RdbTarget, followed = false) {
    this.#target = target
    this.#followed = followed
    this.#source.repeat(Infinity, () => this.#record())
    this.#source.repeat(1, () => this.#header())
  }

  /** Takes a chunk, whose bytes must stay as they are until `read` has returned false. */
  push(chunk: Uint8Array): void {
    this.#source.push(chunk)
  }

  /**
   * Reads what was pushed.
   * @param budget stops when so many bytes have been read
   * @returns whether it stopped for that reason, so that there is more to read
   * @throws RdbError
   */
  read(budget?: number): boolean {
    if (this.#source.run(budget)) return true
    if (!this.#followed && this.done && this.#source.pending > 0)
      throw new format.RdbError('something follows the end', this.#source.position)
    return false
  }

  /** Whether the end has been read. */
  get done(): boolean {
    return this.#source.done
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#source.position
  }

  /** What was pushed and not read. */
  get rest(): Uint8Array {
    return this.#source.rest
  }

  /** Says that nothing more comes. @throws RdbError if the file was not complete */
  end(): void {
    this.read()
    const { done, position, pending } = this.#source
    if (!done) throw new format.RdbError('the data ends too early', position + pending)
  }

  #header(): void {
    const bytes = this.#source.raw(9)
    if (!isRdb(bytes)) throw this.#source.fail('this is no RDB file')
    const header = String.fromCharCode(...bytes)
    const [, redis, valkey] = HEADER.exec(header) ?? []
    this.version = Number(redis ?? valkey ?? 0)
    if (!format.isKnown(this.version) || (this.version === format.VALKEY_VERSION) !== (valkey !== undefined))
      throw this.#source.fail(`unknown version ${redis ?? valkey ?? header.slice(5)}`)
  }

  /** One opcode with what belongs to it, or one key, whose value may take further steps. */
  #record(): void {
    const source = this.#source
    const { position } = source
    const code = source.byte()
    switch (code) {
      case format.EXPIRE_MS:
        // 0 stands for "no expiry": a time before 1970 must not become that.
        this.#expiry = Math.max(1, source.integer(8))
        break
      case format.EXPIRE_SECONDS:
        this.#expiry = Math.max(1, source.integer(4) * 1000)
        break
      case format.IDLE:
        this.#use = { idle: source.length() }
        break
      case format.FREQ:
        this.#use = { frequency: source.byte() }
        break
      case format.SELECT_DB:
        this.#select(source.length())
        break
      case format.RESIZE_DB:
        for (let i = 0; i < 2; i++) source.length()
        break
      case format.SLOT_INFO:
        for (let i = 0; i < 3; i++) source.length()
        break
      case format.AUX: {
        const name = source.string()
        const value = source.string()
        this.#target.aux?.(name, value)
        break
      }
      case format.FUNCTION: {
        const code = source.string()
        this.#target.library?.(code)
        break
      }
      case format.FUNCTION_PRE_GA:
        throw source.fail('functions from before Redis 7.0.0 cannot be read')
      case format.MODULE_AUX:
        skipBeside(source, this.#target.types)
        break
      case format.EOF:
        source.finish()
        if (this.version >= CHECKSUM_FROM_VERSION) source.repeat(1, () => this.#checksum())
        break
      default:
        if (code > format.STREAM_LISTPACKS_4) throw source.fail(`unknown type or opcode ${code}`)
        this.#position = position
        this.#key = source.string()
        readValue(source, format.typeIn(this.version, code), this.#done, this.#target.types)
    }
  }

  #select(db: number): void {
    if (db >= this.#target.databases) throw this.#source.fail(`there is no database ${db}`)
    this.#db = db
  }

  #entry(value: Value | null): void {
    if (value === null) this.#target.empty?.(this.#key)
    else if (!this.#target.entry(this.#db, this.#key, value, this.#expiry, this.#use)) {
      throw new format.RdbError('a key that was there already', this.#position)
    }
    this.#expiry = 0
    this.#use = UNUSED
  }

  /** All zeros where the server had `rdbchecksum no`. */
  #checksum(): void {
    const source = this.#source
    const computed = source.digest()
    const stored = source.raw(computed.length)
    if (stored.some((byte) => byte !== 0) && stored.some((byte, i) => byte !== computed[i]))
      throw source.fail('RDB CRC error: wrong checksum')
  }
}

/** Bytes between two pauses: a millisecond or two. */
const SLICE = 1 << 17

/**
 * Reads a whole file.
 * @param pause is awaited again and again, so that a page stays alive
 * @param followed whether something else may follow the end: no chunk is taken then beyond the one with the end
 * @throws RdbError
 */
export async function readRdb(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  target: RdbTarget,
  pause: () => Promise<void> = () => Promise.resolve(),
  followed = false,
): Promise<RdbReader> {
  const reader = new RdbReader(target, followed)
  for await (const chunk of chunks) {
    reader.push(chunk)
    while (reader.read(SLICE)) await pause()
    if (followed && reader.done) break
  }
  reader.end()
  return reader
}
