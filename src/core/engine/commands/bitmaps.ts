// Bitmaps: https://redis.io/docs/latest/commands/?group=bitmap
import type { ByteString } from '../../bytes.ts'
import { type Reply, ReplyError } from '../../reply.ts'
import { int64, integer } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { SYNTAX } from '../errors.ts'
import { EVENT } from '../events.ts'
import { INT64_MAX, shrink } from '../../numbers.ts'
import { bytesOf, textOf, lengthOf, Raw, type StringValue } from '../values.ts'
import { toRaw } from './strings.ts'

const BIT_OFFSET = new ReplyError('ERR bit offset is not an integer or out of range')
const BIT_VALUE = new ReplyError('ERR bit is not an integer or out of range')
const BITOP_NOT = new ReplyError('ERR BITOP NOT must be called with a single source key.')
const BITPOS_BIT = new ReplyError('ERR The bit argument must be 1 or 0.')
const BITFIELD_TYPE = new ReplyError('ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.')
const BITFIELD_OVERFLOW = new ReplyError('ERR Invalid OVERFLOW type specified')
const BITFIELD_READ_ONLY = new ReplyError('ERR BITFIELD_RO only supports the GET subcommand')

export const bitmaps: Group = {
  name: 'bitmap',
  rows: [
    row('SETBIT', 4, 'write denyoom', '1 RW access update', (db, argv) => {
      const [, key] = argv
      const offset = bitOffset(db, argv[2])
      if (argv[3] !== '0' && argv[3] !== '1') throw BIT_VALUE
      const at = Math.floor(offset / 8)
      const mask = 128 >> (offset & 7)
      const value = db.string.write(key)
      const length = value === undefined ? -1 : lengthOf(value)
      const byte = byteAt(value ?? '', at)
      const old = byte & mask ? '1' : '0'
      writable(db, key, value).write(at, String.fromCharCode(argv[3] === '1' ? byte | mask : byte & ~mask))
      if (old !== argv[3] || at >= length) db.changed(key, EVENT.string, 'setbit')
      return +old
    }),

    row('GETBIT', 3, 'readonly fast', '1 RO access', (db, argv) => {
      const offset = bitOffset(db, argv[2])
      const value = db.string.read(argv[1])
      if (value === undefined) return 0
      return byteAt(value, Math.floor(offset / 8)) & (128 >> (offset & 7)) ? 1 : 0
    }),

    row('BITCOUNT', -2, 'readonly', '1 RO access', (db, argv) => {
      const value = db.string.read(argv[1])
      if (value === undefined) return 0
      const range = bitcountRange(argv, lengthOf(value) * 8)
      let count = 0
      const add = (words: Int32Array): number => {
        count += onesIn(words)
        return words.length
      }
      walkBits(value, range, 0, (bits) => void add(Int32Array.of(bits)), add)
      return count
    }),

    row('BITPOS', -3, 'readonly', '1 RO access', (db, argv) => {
      const bit = integer(argv[2])
      if (bit !== 0 && bit !== 1) throw BITPOS_BIT
      const value = db.string.read(argv[1])
      if (value === undefined) return bit === 1 ? -1 : 0
      const range = bitposRange(argv, lengthOf(value) * 8)
      if (range === null) return -1
      let at = -1
      const visit = (bits: number, from: number): boolean => {
        if (bits !== 0) at = from + Math.clz32(bits)
        return bits !== 0
      }
      walkBits(value, range, bit - 1, visit, (words) => runOf(words, bit - 1))
      // Beyond a string without a given end are only zeros.
      return at < 0 && bit === 0 && argv.length < 5 ? range.last + 1 : at
    }),

    row('BITOP', -4, 'write denyoom', '2 OW update, 3..-1 RO access', (db, argv) => {
      const operation = argv[1].toUpperCase()
      const combine = BITOPS[operation]
      if (combine === undefined) throw SYNTAX
      if (operation === 'NOT' && argv.length !== 4) throw BITOP_NOT
      if (typeof combine === 'function' && operation !== 'ONE' && argv.length < 5) {
        throw new ReplyError(`ERR BITOP ${operation} must be called with at least two source keys.`)
      }
      const sources = argv.slice(3).map((key) => bytesOf(db.string.read(key) ?? ''))
      const length = sources.reduce((longest, each) => Math.max(longest, each.length), 0)
      // Whole words, with zeros behind a shorter one.
      const [result, ...others] = sources.map((source) => {
        const words = new Int32Array(Math.ceil(length / 4))
        new Uint8Array(words.buffer).set(source)
        return words
      })
      if (typeof combine === 'function') {
        for (let i = 0; i < result.length; i++) {
          let any = 0
          let twice = 0
          for (const words of others) {
            twice |= any & words[i]
            any |= words[i]
          }
          result[i] = combine(result[i], any, twice)
        }
      } else {
        const [ones, unequal] = combine
        for (const words of others)
          for (let i = 0; i < words.length; i++) result[i] = (result[i] & words[i] & ones) | ((result[i] ^ words[i]) & unequal)
      }
      if (operation === 'NOT') for (let i = 0; i < result.length; i++) result[i] = ~result[i]
      return db.storeResult(argv[2], new Raw(new Uint8Array(result.buffer, 0, length)), length, EVENT.string, 'set')
    }),

    row('BITFIELD', -2, 'write denyoom', '1 RW access update variable_flags', (db, argv) => bitfield(db, argv, false)),
    row('BITFIELD_RO', -2, 'readonly fast', '1 RO access', (db, argv) => bitfield(db, argv, true)),
  ],
}

/** AND, OR and XOR of two bitmaps: -1 if a bit that is set in both is set in the result, and -1 if a bit that is set in only one is. */
type OfTwo = readonly [ones: number, unequal: number]
/**
 * The other operations look at all bitmaps together (8.2): a word of the first, of which bits are set in any of the others, and in two
 * or more.
 */
type OfAll = (first: number, any: number, twice: number) => number
const BITOPS: Readonly<Record<string, OfTwo | OfAll>> = {
  AND: [-1, 0],
  OR: [-1, -1],
  XOR: [0, -1],
  NOT: [0, 0],
  DIFF: (first, any) => first & ~any,
  DIFF1: (first, any) => ~first & any,
  ANDOR: (first, any) => first & any,
  ONE: (first, any, twice) => (first ^ any) & ~twice,
}

/** @param width bits that must fit behind the offset */
function bitOffset(db: Database, text: ByteString, width = 1): number {
  const offset = integer(text, BIT_OFFSET)
  if (offset < 0 || offset + width > db.engine.config.number('proto-max-bulk-len') * 8) throw BIT_OFFSET
  return offset
}

/** The bytes of a string for writing. */
function writable(db: Database, key: ByteString, value: StringValue | undefined): Raw {
  if (value === undefined) db.insert(key, '')
  return toRaw(db, key, value ?? '')
}

interface BitRange {
  first: number
  last: number
}

/** The bits from `start` to `end`, both counted in bytes or bits and from the end if negative; null if there are none. */
function bitRange(start: number, end: number, unit: Unit, bits: number): BitRange | null {
  const scale = unit === 'BIT' ? 1 : 8
  const length = bits / scale
  const from = Math.max(start < 0 ? start + length : start, 0)
  const to = Math.min(Math.max(end < 0 ? end + length : end, 0), length - 1)
  return from > to ? null : { first: from * scale, last: to * scale + scale - 1 }
}

type Unit = 'BYTE' | 'BIT'
function unitArgument(text = 'BYTE'): Unit {
  const unit = text.toUpperCase()
  if (unit !== 'BYTE' && unit !== 'BIT') throw SYNTAX
  return unit
}

/** BITCOUNT's `[start end [BYTE|BIT]]`. */
function bitcountRange(argv: Argv, bits: number): BitRange | null {
  if (argv.length === 2) return { first: 0, last: bits - 1 }
  if (argv.length < 4 || argv.length > 5) throw SYNTAX
  const start = integer(argv[2])
  const end = integer(argv[3])
  if (start < 0 && end < 0 && start > end) return null
  return bitRange(start, end, unitArgument(argv[4]), bits)
}

/** BITPOS's `[start [end [BYTE|BIT]]]`. */
function bitposRange(argv: Argv, bits: number): BitRange | null {
  if (argv.length > 6) throw SYNTAX
  const start = argv.length > 3 ? integer(argv[3]) : 0
  const unit = unitArgument(argv[5])
  const end = argv.length > 4 ? integer(argv[4]) : -1
  return bitRange(start, end, unit, bits)
}

/** A byte of a string; 0 beyond its end. */
const byteAt = (value: StringValue, at: number): number => (value instanceof Raw ? value.byteAt(at) : textOf(value).charCodeAt(at)) || 0

/** So many bytes of a text are made bytes at a time: BITPOS often needs only the first. */
const PART = 1 << 16
/** So many words are looked at in one call: V8 optimizes a function that is called often, but a single long loop late or not at all. */
const RUN = 1024

/**
 * Visits the bits of a range until `visit` returns true, a byte at a time.
 * @param flip -1 inverts the bits
 * @param visit gets the byte as the highest eight of 32 bits, and the position of its first bit
 * @param pass gets runs of whole words, which takes a tenth of the time; the number that it returns have been dealt with, and the byte-
 * wise visit goes on behind them
 */
function walkBits(
  value: StringValue,
  range: BitRange | null,
  flip: number,
  visit: (bits: number, from: number) => boolean | void,
  pass: (words: Int32Array) => number,
): void {
  if (range === null) return
  const { first, last } = range
  const to = Math.floor(last / 8)
  for (let from = Math.floor(first / 8); from <= to; from += PART) {
    const bytes = bytesOf(value, from, Math.min(from + PART, to + 1))
    const end = from + bytes.length
    for (let i = from, single = from; i < end; i++) {
      const place = bytes.byteOffset + i - from
      const whole = (Math.min(end, to) - i) >> 2
      if (i > single && place % 4 === 0 && whole > 0) {
        const words = new Int32Array(bytes.buffer, place, Math.min(RUN, whole))
        const passed = pass(words)
        i += 4 * passed
        // The word at which `pass` stopped is visited byte by byte.
        single = i + (passed < words.length ? 3 : -1)
        if (i === end) break
      }
      // Only some bits of the first and the last byte may be in the range.
      const mask = (0xff >> Math.max(first - i * 8, 0)) & (0xff << Math.max(i * 8 + 7 - last, 0))
      if (visit(((bytes[i - from] ^ flip) & mask) << 24, i * 8)) return
    }
  }
}

function onesIn(words: Int32Array): number {
  let count = 0
  for (let i = 0; i < words.length; i++) {
    const pairs = words[i] - ((words[i] >>> 1) & 0x55555555)
    const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}

/** How many words in front are the same one. */
function runOf(words: Int32Array, word: number): number {
  let i = 0
  // Four at a time take half as long.
  while (i < words.length - 3 && words[i] === word && words[i + 1] === word && words[i + 2] === word && words[i + 3] === word) i += 4
  while (i < words.length && words[i] === word) i++
  return i
}

interface Field {
  operation: 'GET' | 'SET' | 'INCRBY'
  signed: boolean
  bits: number
  offset: number
  value: bigint
  overflow: string
}

function bitfield(db: Database, argv: Argv, readOnly: boolean): Reply {
  const fields = bitfieldArguments(db, argv)
  const key = argv[1]
  const writes = fields.filter(({ operation }) => operation !== 'GET')
  if (writes.length > 0 && readOnly) throw BITFIELD_READ_ONLY
  if (writes.length === 0) {
    const value = db.string.read(key) ?? ''
    return fields.map((field) => shrink(readField((at) => byteAt(value, at), field)))
  }
  const length = writes.reduce((longest, { offset, bits }) => Math.max(longest, Math.ceil((offset + bits) / 8)), 0)
  const value = db.string.write(key)
  const before = value === undefined ? -1 : lengthOf(value)
  const bytes = writable(db, key, value).grow(length)
  const grown = length > before
  let changes = 0
  const replies = fields.map((field): Reply => {
    const old = readField((at) => bytes[at] ?? 0, field)
    if (field.operation === 'GET') return shrink(old)
    const fitted = field.operation === 'SET' ? fitField(field.value, 0n, field) : fitField(old, field.value, field)
    if (fitted === null) return null
    writeField(bytes, field, fitted)
    if (grown || fitted !== old) changes++
    return shrink(field.operation === 'SET' ? old : fitted)
  })
  if (changes > 0) db.changed(key, EVENT.string, 'setbit', changes)
  return replies
}

function bitfieldArguments(db: Database, argv: Argv): Field[] {
  const fields: Field[] = []
  let overflow = 'WRAP'
  for (let i = 2; i < argv.length;) {
    const operation = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (operation === 'OVERFLOW' && left >= 1) {
      overflow = argv[i + 1].toUpperCase()
      if (!['WRAP', 'SAT', 'FAIL'].includes(overflow)) throw BITFIELD_OVERFLOW
      i += 2
      continue
    }
    const words = operation === 'GET' ? 2 : 3
    if (!['GET', 'SET', 'INCRBY'].includes(operation) || left < words) throw SYNTAX
    const type = /^([iu])([1-9]\d?)$/.exec(argv[i + 1])
    const bits = type === null ? 0 : +type[2]
    if (type === null || bits > (type[1] === 'i' ? 64 : 63)) throw BITFIELD_TYPE
    const counted = argv[i + 2][0] === '#' // in fields of this width
    const at = counted ? integer(argv[i + 2].slice(1), BIT_OFFSET) * bits : integer(argv[i + 2], BIT_OFFSET)
    const offset = bitOffset(db, String(at), operation === 'GET' ? 1 : bits)
    const value = operation === 'GET' ? 0n : BigInt(int64(argv[i + 3]))
    fields.push({ operation: operation as Field['operation'], signed: type[1] === 'i', bits, offset, value, overflow })
    i += words + 1
  }
  return fields
}

function readField(byteAt: (at: number) => number, { offset, bits, signed }: Field): bigint {
  let value = 0n
  const last = offset + bits - 1
  for (let i = Math.floor(offset / 8); i <= Math.floor(last / 8); i++) value = (value << 8n) | BigInt(byteAt(i))
  value = BigInt.asUintN(bits, value >> BigInt(7 - (last & 7)))
  return signed ? BigInt.asIntN(bits, value) : value
}

function writeField(bytes: Uint8Array, { offset, bits }: Field, value: bigint): void {
  let left = BigInt.asUintN(bits, value)
  for (let bit = offset + bits - 1; bit >= offset; bit--, left >>= 1n) {
    const mask = 128 >> (bit & 7)
    const at = Math.floor(bit / 8) // beyond 2^31 bits, >> would cut it
    if (left & 1n) bytes[at] |= mask
    else bytes[at] &= ~mask
  }
}

/** The sum of two values, as it fits into a field by its OVERFLOW; null if it must fail. */
function fitField(value: bigint, increment: bigint, { bits, signed, overflow }: Field): bigint | null {
  const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n
  const least = signed ? -most - 1n : 0n
  // Redis computes in 64 bits: a negative number that SET puts into an unsigned field is a very large one.
  const start = signed ? value : BigInt.asUintN(64, value)
  const sum = start + increment
  if (sum >= least && sum <= most) return sum
  if (overflow === 'FAIL') return null
  if (overflow === 'WRAP') return signed ? BigInt.asIntN(bits, sum) : BigInt.asUintN(bits, sum)
  // A number so far below a signed field that its distance from `most` takes more than 64 bits is taken for one above it.
  const wraps = start < least && most - start > INT64_MAX
  return sum > most || wraps ? most : least
}
