// Writes RDB: version 10, which Redis 7.0 reads, with the encodings that every version reads and that need no look ahead.
// A list is a plain LIST and not nodes of listpacks: writing it is a loop over its strings (no sizes to fill in, nothing
// encoded twice), its parts stay the same wherever they are put, and Redis packs it into its own nodes when it loads.
// The elements of a large value can be written part by part, some of them to another sink: a part's bytes depend on
// nothing before it.
import type { ByteString } from '../../bytes.ts'
import { type Hash, lengthOf, type Members, Raw, type SortedSet, type StringValue, textOf, type Value } from '../../engine/values.ts'
import type { ChunkGuard } from '../../engine/structures/deque.ts'
import type { ByteSink } from './byte-sink.ts'
import { contentOf } from '../../engine/modules.ts'
import * as format from './format.ts'
import type { LzfCompressor } from './lzf.ts'
import { writeEnd, writeHead } from './module.ts'

export interface WriterOptions {
  /** Of the format. Default: 10, which does not know hash fields that expire (12 does) */
  version?: number
  /** Compresses strings (`rdbcompression yes`). Default: none */
  compressor?: LzfCompressor | null
}

/** Parts of a value that are written in order. */
export interface OrderedPart {
  /** What tells its guard before one of the chunks changes; null if nothing does: then they must be written at once. */
  readonly owner: { guard: ChunkGuard<object> | null } | null
  readonly chunks: readonly object[]
  readonly write: (writer: RdbWriter, chunk: object) => void
}

/** Shorter strings hardly ever shrink, and to find that out takes as long as writing them. Redis tries from 21 on. */
const COMPRESS_FROM = 64
/** Longer strings are not compressed: it would take a slice of a save too long. */
const COMPRESS_UP_TO = 1 << 20

export class RdbWriter {
  readonly sink: ByteSink
  readonly version: number
  readonly #compressor: LzfCompressor | null

  constructor(sink: ByteSink, { version = format.USUAL_VERSION, compressor = null }: WriterOptions = {}) {
    this.sink = sink
    this.version = version
    this.#compressor = compressor
  }

  /** The beginning of a file. @param aux what it says about itself, in order */
  header(aux: Iterable<readonly [name: ByteString, value: StringValue]>): void {
    this.sink.text(`REDIS${String(this.version).padStart(4, '0')}`)
    for (const [name, value] of aux) this.aux(name, value)
  }

  /** Something that the file says about itself. */
  aux(name: ByteString, value: StringValue): void {
    this.sink.byte(format.AUX)
    this.#string(name)
    this.string(value)
  }

  /** The code of a function library; libraries come before all databases. */
  library(code: ByteString): void {
    this.sink.byte(format.FUNCTION)
    this.#string(code)
  }

  /** What follows belongs to this database. */
  database(index: number, keys: number, expiring: number): void {
    this.sink.byte(format.SELECT_DB)
    this.sink.length(index)
    this.sink.byte(format.RESIZE_DB)
    this.sink.length(keys)
    this.sink.length(expiring)
  }

  /** The end of a file, and its checksum if the sink keeps one. */
  end(): void {
    this.sink.byte(format.EOF)
    this.sink.bytes(this.sink.digest())
    this.sink.flush()
  }

  /** A key with all of its value. @param expiry in milliseconds since 1970, 0 for none */
  entry(key: ByteString, value: Value, expiry: number, use: format.Use): void {
    this.#key(key, value, expiry, use)
    this.value(value)
  }

  /**
   * A key with the head of its value: how many elements there are, or how long the string is. They must follow, all of
   * them, with the functions below.
   */
  entryHead(key: ByteString, value: Value, expiry: number, use: format.Use): void {
    this.#key(key, value, expiry, use)
    this.#head(value)
  }

  #key(key: ByteString, value: Value, expiry: number, { idle, frequency }: format.Use): void {
    const { sink } = this
    if (expiry !== 0) {
      sink.byte(format.EXPIRE_MS)
      sink.milliseconds(expiry)
    }
    if (idle !== undefined) {
      sink.byte(format.IDLE)
      sink.length(idle)
    } else if (frequency !== undefined) {
      sink.byte(format.FREQ)
      sink.byte(frequency)
    }
    sink.byte(rdbTypeOf(value, this.version))
    this.#string(key)
  }

  #head(value: Value): void {
    if (typeof value !== 'object' || value.type === 'string') return this.sink.length(lengthOf(value))
    if (value.type === 'stream') return this.sink.length(value.nodes)
    if (value.type === 'module') return writeHead(this.sink, value.of)
    const base = value.type === 'hash' ? expiryBase(value) : 0
    if (base !== 0) this.sink.milliseconds(base)
    this.sink.length(value.size)
  }

  /** A value without its key and type. */
  value(value: Value): void {
    if (typeof value !== 'object' || value.type === 'string') return this.string(value)
    this.#head(value)
    switch (value.type) {
      case 'list':
        for (const chunk of value.chunks()) this.listChunk(chunk)
        break
      case 'set':
        return this.setSlots(value, 0, value.size)
      case 'hash':
        return this.hashSlots(value, 0, value.size, expiryBase(value))
      case 'zset':
        return this.zsetSlots(value, 0, value.size)
      case 'stream':
        for (const { chunks, write } of value.parts()) for (const chunk of chunks) write(this, chunk)
        break
      case 'module':
        if (value.of.form === 'string') this.#string(contentOf(value))
        else this.sink.text(contentOf(value))
        writeEnd(this.sink)
    }
  }

  /** Elements of a list. */
  listChunk(chunk: readonly ByteString[]): void {
    for (const element of chunk) this.#string(element)
  }

  /** Members in slots `from` up to `to`. */
  setSlots(members: Members, from: number, to: number): void {
    for (let slot = from; slot < to; slot++) this.#string(members.keys[slot])
  }

  /** Members and scores in slots `from` up to `to`. */
  zsetSlots({ scores }: SortedSet, from: number, to: number): void {
    for (let slot = from; slot < to; slot++) {
      this.#string(scores.keys[slot])
      this.sink.double(scores.values[slot])
    }
  }

  /** Fields and values in slots `from` up to `to`. @param base `expiryBase(hash)` when the head was written */
  hashSlots(hash: Hash, from: number, to: number, base: number): void {
    for (let slot = from; slot < to; slot++) {
      const field = hash.keys[slot]
      if (base !== 0) {
        const expiry = hash.expiry(slot)
        this.sink.length(expiry === 0 ? 0 : expiry - base + 1)
      }
      this.#string(field)
      this.#string(hash.values[slot])
    }
  }

  /** Bytes `from` up to `to` of a string whose head was written. */
  stringPart(value: StringValue, from: number, to: number): void {
    if (value instanceof Raw) this.sink.bytes(value.bytes, from, to)
    else this.sink.text(textOf(value), from, to)
  }

  /** A whole string, in its shortest form. */
  string(value: StringValue): void {
    if (typeof value === 'string') this.#string(value)
    else if (typeof value === 'number') this.#number(value)
    else if (value.length <= COMPRESS_UP_TO) this.#string(textOf(value))
    else {
      this.sink.length(value.length)
      this.sink.bytes(value.bytes)
    }
  }

  #number(value: number): void {
    if (value !== (value | 0)) return this.#string(String(value))
    const width = value === (value << 24) >> 24 ? 1 : value === (value << 16) >> 16 ? 2 : 4
    this.sink.byte(format.INT8 + (width >> 1))
    this.sink.integer(value, width)
  }

  #string(text: ByteString): void {
    const { sink } = this
    const { length } = text
    const small = smallInteger(text)
    if (!Number.isNaN(small)) return this.#number(small)
    if (length >= COMPRESS_FROM && length <= COMPRESS_UP_TO && this.#compressor !== null) {
      const size = this.#compressor.compress(text)
      if (size > 0) {
        sink.byte(format.LZF)
        sink.length(size)
        sink.length(length)
        return sink.bytes(this.#compressor.output, 0, size)
      }
    }
    sink.length(length)
    sink.text(text)
  }
}

/** From what on the expiries of a hash's fields are counted; 0 if no field has one. */
export function expiryBase(hash: Hash): number {
  return hash.nextExpiry === Infinity ? 0 : hash.nextExpiry
}

const TYPES = { string: format.STRING, list: format.LIST, set: format.SET, zset: format.ZSET_2, module: format.MODULE_2 }

/** The type that a value is written as. */
export function rdbTypeOf(value: Value, version = format.USUAL_VERSION): number {
  if (typeof value !== 'object') return format.STRING
  if (value.type === 'stream') return version < format.ACTIVE_TIME_VERSION ? format.STREAM_LISTPACKS_2 : format.STREAM_LISTPACKS_3
  if (value.type !== 'hash') return TYPES[value.type]
  return expiryBase(value) === 0 ? format.HASH : format.HASH_METADATA
}

/** The integer of 32 bits that a text is the only form of; NaN if there is none. */
function smallInteger(text: ByteString): number {
  const { length } = text
  if (length > 11) return NaN
  const start = text.charCodeAt(0) === 45 ? 1 : 0 // a minus
  const first = text.charCodeAt(start) - 48
  // Most strings are told apart here.
  if (!(first > 0 && first < 10)) return first === 0 && length === 1 ? 0 : NaN
  let value = first
  for (let i = start + 1; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  if (start === 1) value = -value
  return value === (value | 0) ? value : NaN
}
