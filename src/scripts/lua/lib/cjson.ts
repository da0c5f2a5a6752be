// The library `cjson`, as Redis brings it: https://redis.io/docs/latest/develop/programmability/lua-api/#cjson-library
import type { ByteString } from '../../../core/bytes.ts'
import { encodeUtf8, partOf } from '../../../core/bytes.ts'
import { type Machine, MAX_STRING } from '../machine.ts'
import { formatGeneral, formatNumber, parseNumber } from '../number.ts'
import { Table } from '../table.ts'
import { type LuaValue, type Native, typeName, Userdata } from '../value.ts'

interface Settings {
  readonly machine: Machine
  readonly null: Userdata
  /** The metatable of what was an array, for `decodeArrays`. */
  readonly arrays: Table
  encodeMaxDepth: number
  decodeMaxDepth: number
  precision: number
  keepBuffer: boolean
  encodeInvalid: boolean | 'null'
  decodeInvalid: boolean
  /** Whether arrays are known as such when they are encoded again, even empty ones: since Redis 8.4. */
  decodeArrays: boolean
  sparseConvert: boolean
  sparseRatio: number
  sparseSafe: number
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}
/** A table is an array if its metatable has this. */
const IS_ARRAY = '__is_cjson_array'
const SPECIAL = /["\\/\x00-\x1f\x7f]/g
const escape = (char: string): string => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

export function cjsonLibrary(machine: Machine): void {
  const arrays = new Table()
  arrays.set(IS_ARRAY, true)
  arrays.readonly = true
  machine.globals.set('cjson', instance(machine, new Userdata('userdata: (nil)'), arrays))
}

/** The library's table, with settings of its own: `cjson.new()` makes another. */
function instance(machine: Machine, nothing: Userdata, arrays: Table): Table {
  const settings: Settings = {
    machine,
    null: nothing,
    arrays,
    encodeMaxDepth: 1000,
    decodeMaxDepth: 1000,
    precision: 14,
    keepBuffer: true,
    encodeInvalid: false,
    decodeInvalid: true,
    decodeArrays: false,
    sparseConvert: false,
    sparseRatio: 2,
    sparseSafe: 10,
  }
  const only = (n: number): void => {
    if (n !== 1) machine.argumentError(1, 'expected 1 argument')
  }
  const atMost = (n: number, most: number): void => {
    if (n > most) machine.argumentError(most + 1, 'found too many arguments')
  }
  const integerSetting = (value: LuaValue, index: number, n: number, low: number, high: number): number => {
    const number = machine.int(value, index, n)
    if (number < low || number > high) machine.argumentError(1, `expected integer between ${low} and ${high}`)
    return number
  }
  const depth =
    (name: 'encodeMaxDepth' | 'decodeMaxDepth'): Native =>
    (n, a) => {
      atMost(n, 1)
      if (a !== undefined) settings[name] = integerSetting(a, 1, n, 1, 2_147_483_647)
      return settings[name]
    }
  const toggle =
    (name: 'keepBuffer' | 'decodeInvalid' | 'decodeArrays'): Native =>
    (n, a) => {
      atMost(n, 1)
      if (a !== undefined) settings[name] = switched(machine, a, n)
      return settings[name]
    }

  const table = new Table()
  const functions: Record<string, Native> = {
    new: () => instance(machine, nothing, arrays),
    encode: (n, a) => {
      only(n)
      return encode(settings, a, 0)
    },
    decode: (n, a) => {
      only(n)
      const text = machine.string(a, 1, n)
      if (text.length >= 2 && (text[0] === '\0' || text[1] === '\0')) {
        return machine.error('JSON parser does not support UTF-16 or UTF-32')
      }
      return new Decoder(settings, text).decode()
    },
    encode_max_depth: depth('encodeMaxDepth'),
    decode_max_depth: depth('decodeMaxDepth'),
    encode_number_precision: (n, a) => {
      atMost(n, 1)
      if (a !== undefined) settings.precision = integerSetting(a, 1, n, 1, 14)
      return settings.precision
    },
    encode_keep_buffer: toggle('keepBuffer'),
    encode_invalid_numbers: (n, a) => {
      atMost(n, 1)
      if (a !== undefined) settings.encodeInvalid = a === 'null' ? a : switched(machine, a, n)
      return settings.encodeInvalid
    },
    decode_invalid_numbers: toggle('decodeInvalid'),
    decode_array_with_array_mt: toggle('decodeArrays'),
    encode_sparse_array: (n, a, b, c) => {
      atMost(n, 3)
      if (a !== undefined) settings.sparseConvert = switched(machine, a, n)
      if (b !== undefined) settings.sparseRatio = integerSetting(b, 2, n, 0, 2_147_483_647)
      if (c !== undefined) settings.sparseSafe = integerSetting(c, 3, n, 0, 2_147_483_647)
      return [settings.sparseConvert, settings.sparseRatio, settings.sparseSafe]
    },
  }
  machine.functions(functions, table)
  table.set('null', nothing)
  table.set('_NAME', 'cjson')
  table.set('_VERSION', '2.1.0')
  return table
}

function switched(machine: Machine, value: LuaValue, n: number): boolean {
  if (typeof value === 'boolean') return value
  const text = machine.string(value, 1, n)
  if (text !== 'on' && text !== 'off') machine.argumentError(1, `invalid option '${text}'`)
  return text === 'on'
}

function encode(settings: Settings, value: LuaValue, depth: number): string {
  switch (typeof value) {
    case 'string':
      return encodeString(value)
    case 'number':
      return encodeNumber(settings, value)
    case 'boolean':
      return String(value)
    case 'undefined':
      return 'null'
    default:
      if (value instanceof Table) return encodeTable(settings, value, depth + 1)
      return value === settings.null ? 'null' : refuse(settings, value, 'type not supported')
  }
}

function refuse({ machine }: Settings, value: LuaValue, reason: string): never {
  return machine.error(`Cannot serialise ${typeName(value)}: ${reason}`)
}

function encodeString(text: ByteString): string {
  return `"${text.search(SPECIAL) < 0 ? text : text.replace(SPECIAL, escape)}"`
}

function encodeNumber(settings: Settings, value: number): string {
  const { encodeInvalid, precision } = settings
  if (!Number.isFinite(value)) {
    if (encodeInvalid === false) refuse(settings, value, 'must not be NaN or Inf')
    if (encodeInvalid === 'null') return 'null'
    if (Number.isNaN(value)) return 'nan'
  }
  return precision === 14 ? formatNumber(value) : formatGeneral(value, precision, false)
}

function encodeTable(settings: Settings, table: Table, depth: number): string {
  const { machine } = settings
  if (depth > settings.encodeMaxDepth) machine.error(`Cannot serialise, excessive nesting (${depth})`)
  if (--machine.steps < 0) machine.tick()
  const mark = table.metatable?.get(IS_ARRAY)
  const marked = mark !== undefined && mark !== false
  const length = marked ? table.length : arrayLength(settings, table)
  let text = ''
  if (marked && length === 0) return '[]'
  if (length > 0) {
    for (let i = 1; i <= length; i++) {
      text += (i === 1 ? '[' : ',') + encode(settings, table.get(i), depth)
      if (text.length > MAX_STRING) machine.error('not enough memory')
    }
    return `${text}]`
  }
  for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
    const key = table.keyAt(place)
    text += text === '' ? '{' : ','
    if (typeof key === 'string') text += encodeString(key)
    else if (typeof key === 'number') text += `"${encodeNumber(settings, key)}"`
    else refuse(settings, key, 'table key must be a number or string')
    text += `:${encode(settings, table.valueAt(place), depth)}`
    if (text.length > MAX_STRING) machine.error('not enough memory')
  }
  return text === '' ? '{}' : `${text}}`
}

/** How long a table is as an array; -1 for an object. */
function arrayLength(settings: Settings, table: Table): number {
  if (table.keys.length === 0 && !table.holes) return table.array.length
  let most = 0
  let items = 0
  for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
    const key = table.keyAt(place)
    if (typeof key !== 'number' || key < 1 || !Number.isInteger(key)) return -1
    // An int in C: what is larger than 2^31 becomes the least there is.
    if (key > most) most = key < 2 ** 31 ? key : -(2 ** 31)
    items++
  }
  const { sparseRatio, sparseSafe, sparseConvert } = settings
  if (sparseRatio > 0 && most > items * sparseRatio && most > sparseSafe) {
    if (!sparseConvert) refuse(settings, table, 'excessively sparse array')
    return -1
  }
  return most
}

type TokenType =
  | 'T_OBJ_BEGIN'
  | 'T_OBJ_END'
  | 'T_ARR_BEGIN'
  | 'T_ARR_END'
  | 'T_STRING'
  | 'T_NUMBER'
  | 'T_BOOLEAN'
  | 'T_NULL'
  | 'T_COLON'
  | 'T_COMMA'
  | 'T_END'
  | 'T_ERROR'

const SIGNS: Readonly<Record<string, TokenType>> = {
  '{': 'T_OBJ_BEGIN',
  '}': 'T_OBJ_END',
  '[': 'T_ARR_BEGIN',
  ']': 'T_ARR_END',
  ':': 'T_COLON',
  ',': 'T_COMMA',
}
const UNESCAPED: ReadonlyMap<string, string> = new Map(Object.entries(ESCAPES).map(([char, text]) => [text[1], char]))
const SPACE = /[ \t\n\r]*/y
const PLAIN = /[^"\\\0]*/y
const NUMBER = /[+-]?(?:0[xX][\da-fA-F]*\.?[\da-fA-F]*(?:[pP][+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)/iy
const INVALID_NUMBER = /\+|-?(?:0[xX]|0\d|inf|nan)/iy
const HEX4 = /^[\da-fA-F]{4}$/

class Decoder {
  readonly #settings: Settings
  readonly #text: ByteString
  #at = 0
  #type: TokenType = 'T_END'
  #value: LuaValue
  #index = 0
  #depth = 0

  constructor(settings: Settings, text: ByteString) {
    this.#settings = settings
    this.#text = text
  }

  decode(): LuaValue {
    this.#next()
    const value = this.#process()
    this.#next()
    if (this.#type !== 'T_END') this.#fail('the end')
    return value
  }

  #fail(expected: string): never {
    const found = this.#type === 'T_ERROR' ? (this.#value as string) : this.#type
    return this.#settings.machine.error(`Expected ${expected} but found ${found} at character ${this.#index + 1}`)
  }

  #process(): LuaValue {
    switch (this.#type) {
      case 'T_STRING':
      case 'T_NUMBER':
      case 'T_BOOLEAN':
        return this.#value
      case 'T_NULL':
        return this.#settings.null
      case 'T_OBJ_BEGIN':
        return this.#object()
      case 'T_ARR_BEGIN':
        return this.#array()
      default:
        return this.#fail('value')
    }
  }

  #descend(): void {
    const { machine, decodeMaxDepth } = this.#settings
    if (--machine.steps < 0) machine.tick()
    if (++this.#depth <= decodeMaxDepth) return
    machine.error(`Found too many nested data structures (${this.#depth}) at character ${this.#at}`)
  }

  /** Goes to the next item. @returns whether there is one */
  #more(end: TokenType, what: string): boolean {
    this.#next()
    if (this.#type === end) {
      this.#depth--
      return false
    }
    if (this.#type !== 'T_COMMA') this.#fail(`comma or ${what} end`)
    this.#next()
    return true
  }

  #array(): Table {
    this.#descend()
    const items: LuaValue[] = []
    this.#next()
    if (this.#type === 'T_ARR_END') this.#depth--
    else {
      do items.push(this.#process())
      while (this.#more('T_ARR_END', 'array'))
    }
    const table = Table.grown(items)
    if (this.#settings.decodeArrays) table.metatable = this.#settings.arrays
    return table
  }

  #object(): Table {
    this.#descend()
    const table = new Table()
    this.#next()
    if (this.#type === 'T_OBJ_END') this.#depth--
    else {
      do {
        if (!this.#is('T_STRING')) this.#fail('object key string')
        const key = this.#value
        this.#next()
        if (!this.#is('T_COLON')) this.#fail('colon')
        this.#next()
        table.set(key, this.#process())
      } while (this.#more('T_OBJ_END', 'object'))
    }
    return table
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0] ?? ''
  }

  #is(type: TokenType): boolean {
    return this.#type === type
  }

  #token(type: TokenType, length: number, value?: LuaValue): void {
    this.#type = type
    this.#value = value
    this.#at += length
  }

  #error(message: string): void {
    this.#type = 'T_ERROR'
    this.#value = message
    this.#index = this.#at
  }

  #next(): void {
    const text = this.#text
    this.#at += this.#take(SPACE).length
    this.#index = this.#at
    const char = text[this.#at]
    if (char === undefined || char === '\0') return this.#token('T_END', 0)
    if (char === '"') return this.#string()
    const sign = SIGNS[char]
    if (sign !== undefined) return this.#token(sign, 1)
    const invalid = this.#take(INVALID_NUMBER) !== ''
    if (char === '-' || (char >= '0' && char <= '9')) {
      if (invalid && !this.#settings.decodeInvalid) return this.#error('invalid number')
      return this.#number()
    }
    if (text.startsWith('true', this.#at)) return this.#token('T_BOOLEAN', 4, true)
    if (text.startsWith('false', this.#at)) return this.#token('T_BOOLEAN', 5, false)
    if (text.startsWith('null', this.#at)) return this.#token('T_NULL', 4)
    if (invalid && this.#settings.decodeInvalid) return this.#number()
    return this.#error('invalid token')
  }

  #number(): void {
    let digits = this.#take(NUMBER)
    // C reads the 0 of a 0x that nothing follows.
    if (/^[+-]?0x\.?(?:p|$)/i.test(digits)) digits = digits.slice(0, digits.search(/x/i))
    const value = parseNumber(digits)
    if (value === undefined) return this.#error('invalid number')
    return this.#token('T_NUMBER', digits.length, value)
  }

  #string(): void {
    const text = this.#text
    this.#at++
    let out = ''
    for (;;) {
      const plain = this.#take(PLAIN)
      out += partOf(text, this.#at, this.#at + plain.length)
      this.#at += plain.length
      const char = text[this.#at]
      if (char === '"') return this.#token('T_STRING', 1, out)
      if (char !== '\\') return this.#error('unexpected end of string')
      const code = text[this.#at + 1] ?? ''
      if (code === 'u') {
        const decoded = this.#unicode()
        if (decoded === undefined) return this.#error('invalid unicode escape code')
        out += decoded
      } else {
        const unescaped = UNESCAPED.get(code)
        if (unescaped === undefined) return this.#error('invalid escape code')
        out += unescaped
        this.#at += 2
      }
    }
  }

  #unicode(): ByteString | undefined {
    const unit = (at: number): number => {
      const digits = this.#text.slice(at, at + 4)
      return HEX4.test(digits) ? Number.parseInt(digits, 16) : -1
    }
    const high = unit(this.#at + 2)
    if (high < 0) return undefined
    if ((high & 0xf800) !== 0xd800) {
      this.#at += 6
      return encodeUtf8(String.fromCharCode(high))
    }
    if ((high & 0x400) !== 0 || !this.#text.startsWith('\\u', this.#at + 6)) return undefined
    const low = unit(this.#at + 8)
    if ((low & 0xfc00) !== 0xdc00) return undefined
    this.#at += 12
    return encodeUtf8(String.fromCharCode(high, low))
  }
}
