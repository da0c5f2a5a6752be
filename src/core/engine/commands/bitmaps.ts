// Bitmaps: https://redis.io/docs/latest/commands/?group=bitmap
import { type ByteString, fromUint8Array } from '../../bytes.ts'
import { type Reply, ReplyError } from '../../reply.ts'
import { int64, integer } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { SYNTAX } from '../errors.ts'
import { EVENT } from '../events.ts'
import { shrink } from '../../numbers.ts'
import { bytesOf, lengthOf, Raw, type StringValue, textOf } from '../values.ts'
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
      const bytes = writable(db, key, value, at + 1)
      const old = bytes[at] & mask ? '1' : '0'
      if (argv[3] === '1') bytes[at] |= mask
      else bytes[at] &= ~mask
      if (old !== argv[3] || at >= length) db.changed(key, EVENT.string, 'setbit')
      return +old
    }),

    row('GETBIT', 3, 'readonly fast', '1 RO access', (db, argv) => {
      const offset = bitOffset(db, argv[2])
      const value = db.string.read(argv[1])
      if (value === undefined) return 0
      const byte = textOf(value).charCodeAt(Math.floor(offset / 8)) // NaN beyond the end, which has no bit set
      return byte & (128 >> (offset & 7)) ? 1 : 0
    }),

    row('BITCOUNT', -2, 'readonly', '1 RO access', (db, argv) => {
      const value = db.string.read(argv[1])
      if (value === undefined) return 0
      const range = bitcountRange(argv, lengthOf(value) * 8)
      return range === null ? 0 : countBits(bytesOf(value), range.first, range.last)
    }),

    row('BITPOS', -3, 'readonly', '1 RO access', (db, argv) => {
      const bit = integer(argv[2])
      if (bit !== 0 && bit !== 1) throw BITPOS_BIT
      const value = db.string.read(argv[1])
      if (value === undefined) return bit === 1 ? -1 : 0
      const range = bitposRange(argv, lengthOf(value) * 8)
      if (range === null) return -1
      const at = findBit(bytesOf(value), bit, range.first, range.last)
      // Beyond a string without a given end are only zeros.
      return at < 0 && bit === 0 && argv.length < 5 ? range.last + 1 : at
    }),

    row('BITOP', -4, 'write denyoom', '2 OW update, 3..-1 RO access', (db, argv) => {
      const operation = argv[1].toUpperCase()
      const combine = BITOPS[operation]
      if (combine === undefined) throw SYNTAX
      if (operation === 'NOT' && argv.length !== 4) throw BITOP_NOT
      const sources = argv.slice(3).map((key) => bytesOf(db.string.read(key) ?? ''))
      const result = new Uint8Array(sources.reduce((longest, { length }) => Math.max(longest, length), 0))
      for (let i = 0; i < result.length; i++) {
        let byte = sources[0][i] ?? 0
        for (let j = 1; j < sources.length; j++) byte = combine(byte, sources[j][i] ?? 0)
        result[i] = operation === 'NOT' ? ~byte : byte
      }
      return db.storeResult(argv[2], new Raw(fromUint8Array(result)), result.length, EVENT.string, 'set')
    }),

    row('BITFIELD', -2, 'write denyoom', '1 RW access update variable_flags', (db, argv) => bitfield(db, argv, false)),
    row('BITFIELD_RO', -2, 'readonly fast', '1 RO access', (db, argv) => bitfield(db, argv, true)),
  ],
}

const BITOPS: Readonly<Record<string, (a: number, b: number) => number>> = {
  AND: (a, b) => a & b,
  OR: (a, b) => a | b,
  XOR: (a, b) => a ^ b,
  NOT: (a) => a,
}

/** @param width bits that must fit behind the offset */
function bitOffset(db: Database, text: ByteString, width = 1): number {
  const offset = integer(text, BIT_OFFSET)
  if (offset < 0 || offset + width > db.engine.config.number('proto-max-bulk-len') * 8) throw BIT_OFFSET
  return offset
}

/** The bytes of a string for writing, at least `length` of them. */
function writable(db: Database, key: ByteString, value: StringValue | undefined, length: number): Uint8Array {
  if (value === undefined) db.insert(key, '')
  return toRaw(db, key, value ?? '').grow(length)
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

/** The bits of a byte that lie inside first..last. */
function maskAt(byte: number, first: number, last: number): number {
  const from = Math.max(first - byte * 8, 0)
  const to = Math.min(last - byte * 8, 7)
  return (0xff >> from) & (0xff << (7 - to))
}

function countBits(bytes: Uint8Array, first: number, last: number): number {
  let count = 0
  for (let i = Math.floor(first / 8); i <= Math.floor(last / 8); i++) {
    for (let byte = bytes[i] & maskAt(i, first, last); byte !== 0; byte &= byte - 1) count++
  }
  return count
}

function findBit(bytes: Uint8Array, bit: number, first: number, last: number): number {
  for (let i = Math.floor(first / 8); i <= Math.floor(last / 8); i++) {
    const found = (bit === 1 ? bytes[i] : ~bytes[i]) & maskAt(i, first, last)
    if (found !== 0) return i * 8 + Math.clz32(found) - 24
  }
  return -1
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
    const bytes = bytesOf(db.string.read(key) ?? '')
    return fields.map((field) => shrink(readField(bytes, field)))
  }
  const length = writes.reduce((longest, { offset, bits }) => Math.max(longest, Math.ceil((offset + bits) / 8)), 0)
  const value = db.string.write(key)
  const before = value === undefined ? -1 : lengthOf(value)
  const bytes = writable(db, key, value, length)
  const grown = length > before
  let changes = 0
  const replies = fields.map((field): Reply => {
    const old = readField(bytes, field)
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
    const offset = bitOffset(db, String(at), bits)
    const value = operation === 'GET' ? 0n : BigInt(int64(argv[i + 3]))
    fields.push({ operation: operation as Field['operation'], signed: type[1] === 'i', bits, offset, value, overflow })
    i += words + 1
  }
  return fields
}

function readField(bytes: Uint8Array, { offset, bits, signed }: Field): bigint {
  let value = 0n
  const last = offset + bits - 1
  for (let i = Math.floor(offset / 8); i <= Math.floor(last / 8); i++) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  value = BigInt.asUintN(bits, value >> BigInt(7 - (last & 7)))
  return signed ? BigInt.asIntN(bits, value) : value
}

function writeField(bytes: Uint8Array, { offset, bits }: Field, value: bigint): void {
  let left = BigInt.asUintN(bits, value)
  for (let bit = offset + bits - 1; bit >= offset; bit--, left >>= 1n) {
    const mask = 128 >> (bit & 7)
    if (left & 1n) bytes[bit >> 3] |= mask
    else bytes[bit >> 3] &= ~mask
  }
}

/** The sum of two values, cut to a field's width as its OVERFLOW says; null if it must fail. */
function fitField(value: bigint, increment: bigint, { bits, signed, overflow }: Field): bigint | null {
  const width = signed ? bits - 1 : bits
  const most = (1n << BigInt(width)) - 1n
  const least = signed ? -most - 1n : 0n
  // Redis computes in 64 bits: a negative value for an unsigned field is a very large one, and what is left up to the
  // limits may itself wrap around.
  const start = signed ? value : BigInt.asUintN(64, value)
  const up = BigInt.asIntN(64, most - start)
  const down = BigInt.asIntN(64, least - start)
  const over = start > most || ((increment > 0n || (signed && bits !== 64)) && increment > up && (bits !== 64 || start >= 0n))
  const under = start < least || ((increment < 0n || (signed && bits !== 64)) && increment < down && (bits !== 64 || start < 0n))
  if ((over || under) && overflow === 'FAIL') return null
  if ((over || under) && overflow === 'SAT') return over ? most : least
  return signed ? BigInt.asIntN(bits, start + increment) : BigInt.asUintN(bits, start + increment)
}
