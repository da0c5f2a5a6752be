// The library `cmsgpack`: https://github.com/msgpack/msgpack/blob/master/spec.md as Redis's library reads and writes it.
import { type ByteString, partOf } from '../../../core/bytes.ts'
import { type Machine, MAX_STRING } from '../machine.ts'
import { Table } from '../table.ts'
import { argumentsOf, type LuaValue, type Result } from '../value.ts'
import { floatBytes, floatOf, integerBytes, integerOf } from './binary.ts'

/** Tables within tables; deeper ones become nil. */
const MAX_NESTING = 16

export function cmsgpackLibrary(machine: Machine): void {
  const unpack = (n: number, a: LuaValue, limit: number, offset: number): Result => {
    const text = machine.string(a, 1, n)
    if (limit < 0 || offset < 0) {
      return machine.error(`Invalid request to unpack with offset of ${offset | 0} and limit of ${text.length}.`)
    }
    if (offset > text.length) machine.error(`Start offset ${offset | 0} greater than input length ${text.length}.`)
    const reader = new Reader(machine, text, offset)
    const values: LuaValue[] = []
    const all = limit === 0 && offset === 0
    while (reader.at < text.length && (all || values.length < limit)) values.push(reader.value())
    if (all) return values
    return [reader.at === text.length ? -1 : reader.at, ...values]
  }
  const table = machine.library('cmsgpack', {
    pack: (n, a, b, c, rest) => {
      if (n === 0) machine.argumentError(0, 'MessagePack pack needs input.')
      let text = ''
      for (const value of argumentsOf(n, a, b, c, rest)) text += pack(machine, value, 0)
      return text
    },
    unpack: (n, a) => unpack(n, a, 0, 0),
    unpack_one: (n, a, offset) => unpack(n, a, 1, offset === undefined ? 0 : machine.integer(offset, 2, n)),
    unpack_limit: (n, a, limit, offset) => {
      const most = machine.integer(limit, 2, n)
      return unpack(n, a, most, offset === undefined ? 0 : machine.integer(offset, 3, n))
    },
  })
  table.set('_NAME', 'cmsgpack')
  table.set('_VERSION', 'lua-cmsgpack 0.4.0')
  table.set('_COPYRIGHT', 'Copyright (C) 2012, Salvatore Sanfilippo')
  table.set('_DESCRIPTION', 'MessagePack C implementation for Lua')
}

/** A number of `size` bytes behind its type. */
function typed(type: number, size: number, value: number): ByteString {
  return String.fromCharCode(type) + integerBytes(value, size)
}

function pack(machine: Machine, value: LuaValue, level: number): ByteString {
  switch (typeof value) {
    case 'string':
      return packLength(value.length, 0xa0, 32, 0xd9) + value
    case 'number':
      return packNumber(value)
    case 'boolean':
      return value ? '\xc3' : '\xc2'
    default:
      return value instanceof Table && level < MAX_NESTING ? packTable(machine, value, level) : '\xc0'
  }
}

/** @param most how many fit into the type's own byte */
function packLength(length: number, fixed: number, most: number, type: number): ByteString {
  if (length < most) return String.fromCharCode(fixed + length)
  const bytes = type === 0xd9 && length <= 0xff
  if (bytes) return typed(type, 1, length)
  const wide = type === 0xd9 ? type + 1 : type
  return length <= 0xffff ? typed(wide, 2, length) : typed(wide + 1, 4, length)
}

function packNumber(value: number): ByteString {
  if (!Number.isInteger(value) || value < -(2 ** 63) || value >= 2 ** 63) {
    return Math.fround(value) === value ? `\xca${floatBytes(value, 4)}` : `\xcb${floatBytes(value, 8)}`
  }
  if (value >= -32 && value <= 127) return String.fromCharCode(value & 255)
  // One bit of a signed number is its sign.
  const bits = value < 0 ? -2 * value - 1 : value
  let size = 0
  while (size < 3 && bits >= 2 ** (8 << size)) size++
  return typed((value < 0 ? 0xd0 : 0xcc) + size, 1 << size, value)
}

function packTable(machine: Machine, table: Table, level: number): ByteString {
  if (--machine.steps < 0) machine.tick()
  let count = 0
  let most = 0
  let array = true
  for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
    const key = table.keyAt(place)
    if (typeof key !== 'number' || key <= 0 || !Number.isInteger(key)) array = false
    else most = Math.max(most, key)
    count++
  }
  let text: ByteString
  if (array && most === count) {
    text = packLength(count, 0x90, 16, 0xdc)
    for (let i = 1; i <= count; i++) text += pack(machine, table.get(i), level + 1)
  } else {
    text = packLength(count, 0x80, 16, 0xde)
    for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
      text += pack(machine, table.keyAt(place), level + 1) + pack(machine, table.valueAt(place), level + 1)
    }
  }
  if (text.length > MAX_STRING) machine.error('not enough memory')
  return text
}

class Reader {
  readonly #machine: Machine
  readonly #text: ByteString
  at: number
  #depth = 0

  constructor(machine: Machine, text: ByteString, at: number) {
    this.#machine = machine
    this.#text = text
    this.at = at
  }

  value(): LuaValue {
    const type = this.#take(1).charCodeAt(0)
    if (type < 0x80) return type
    if (type >= 0xe0) return type - 256
    if (type < 0x90) return this.#map(type & 15)
    if (type < 0xa0) return this.#array(type & 15)
    if (type < 0xc0) return this.#take(type & 31)
    switch (type) {
      case 0xc0:
        return undefined
      case 0xc2:
      case 0xc3:
        return type === 0xc3
      case 0xca:
      case 0xcb:
        return floatOf(this.#take(type === 0xca ? 4 : 8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(2 ** (type - 0xcc))
      // Redis's library takes the unsigned number of 64 bits for a signed one.
      case 0xcf:
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return integerOf(this.#take(2 ** (type & 3)), true)
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#take(this.#unsigned(2 ** (type - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(type === 0xdc ? 2 : 4))
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(type === 0xde ? 2 : 4))
      default:
        return this.#machine.error('Bad data format in input.')
    }
  }

  #take(length: number): ByteString {
    const start = this.at
    if (length > this.#text.length - start) this.#machine.error('Missing bytes in input.')
    this.at += length
    return partOf(this.#text, start, this.at)
  }

  #unsigned(size: number): number {
    return integerOf(this.#take(size), false)
  }

  #enter(): void {
    if (--this.#machine.steps < 0) this.#machine.tick()
    if (++this.#depth > 1000) this.#machine.error('Bad data format in input.')
  }

  #array(length: number): Table {
    this.#enter()
    const items: LuaValue[] = []
    for (let i = 0; i < length; i++) items.push(this.value())
    this.#depth--
    return Table.grown(items)
  }

  #map(length: number): Table {
    this.#enter()
    const table = new Table()
    for (let i = 0; i < length; i++) {
      const key = this.value()
      this.#machine.setIndex(table, key, this.value())
    }
    this.#depth--
    return table
  }
}
