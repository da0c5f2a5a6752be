// string.format: C's printf as far as Lua 5.1 lets it through.
import type { ByteString } from '../../core/bytes.ts'
import type { Machine } from './machine.ts'
import { exactExponential, exactFixed, formatExponent, formatGeneral, formatSpecial, withPoint } from './number.ts'
import type { LuaValue } from './value.ts'

interface Spec {
  readonly left: boolean
  readonly plus: boolean
  readonly space: boolean
  readonly alternative: boolean
  readonly zero: boolean
  readonly width: number
  /** -1 if there is none. */
  readonly precision: number
}

const MAX_FLAGS = 5
/** Longer strings are put in as they are, as Lua's buffer for one item is no longer. */
const LONG = 100

/** @param values the arguments, the format itself the first */
export function format(machine: Machine, values: readonly LuaValue[]): ByteString {
  const n = values.length
  const text = machine.string(values[0], 1, n)
  let out = ''
  let argument = 1
  for (let at = 0; ;) {
    const percent = text.indexOf('%', at)
    if (percent < 0) return out + text.slice(at)
    out += text.slice(at, percent)
    if (text[percent + 1] === '%') {
      out += '%'
      at = percent + 2
      continue
    }
    if (++argument > n) machine.argumentError(argument, 'no value')
    const { spec, end } = parseSpec(machine, text, percent + 1)
    out += item(machine, spec, text[end] ?? '', values[argument - 1], argument, n)
    at = end + 1
  }
}

function parseSpec(machine: Machine, text: ByteString, start: number): { spec: Spec; end: number } {
  let end = start
  while (end < text.length && '-+ #0'.includes(text[end])) end++
  const flags = text.slice(start, end)
  if (flags.length >= MAX_FLAGS + 1) machine.error('invalid format (repeated flags)')
  const digits = (): string => {
    const from = end
    while (end - from < 2 && text[end] >= '0' && text[end] <= '9') end++
    return text.slice(from, end)
  }
  const width = digits()
  let precision = -1
  if (text[end] === '.') {
    end++
    precision = Number(digits())
  }
  if (text[end] >= '0' && text[end] <= '9') machine.error('invalid format (width or precision too long)')
  const [left, plus, space, alternative, zero] = ['-', '+', ' ', '#', '0'].map((flag) => flags.includes(flag))
  return { spec: { left, plus, space, alternative, zero, width: Number(width), precision }, end }
}

function item(machine: Machine, spec: Spec, conversion: string, value: LuaValue, index: number, n: number): ByteString {
  switch (conversion) {
    case 'c': {
      const char = String.fromCharCode(machine.integer(value, index, n) & 255)
      return untilZero(pad(spec, char, false))
    }
    case 'd':
    case 'i':
      return integer(spec, BigInt(machine.integer(value, index, n)), 10)
    case 'u':
      return integer(unsigned(spec), asUnsigned(machine.number(value, index, n)), 10)
    case 'o':
      return integer(unsigned(spec), asUnsigned(machine.number(value, index, n)), 8)
    case 'x':
      return integer(unsigned(spec), asUnsigned(machine.number(value, index, n)), 16)
    case 'X':
      return integer(unsigned(spec), asUnsigned(machine.number(value, index, n)), 16).toUpperCase()
    case 'e':
    case 'f':
    case 'g':
      return float(spec, conversion, machine.number(value, index, n))
    case 'E':
    case 'G':
      return float(spec, conversion.toLowerCase(), machine.number(value, index, n)).toUpperCase()
    case 'q':
      return quote(machine.string(value, index, n))
    case 's': {
      const text = machine.string(value, index, n)
      if (spec.precision < 0 && text.length >= LONG) return text
      const shown = untilZero(text)
      return pad(spec, spec.precision < 0 ? shown : shown.slice(0, spec.precision), false)
    }
    default:
      return machine.error(`invalid option '%${untilZero(conversion)}' to 'format'`)
  }
}

/** C's strings end at a zero byte. */
const untilZero = (text: ByteString): ByteString => text.split('\0', 1)[0]
const unsigned = (spec: Spec): Spec => ({ ...spec, plus: false, space: false })

/** As C casts a double to an unsigned 64-bit integer. */
function asUnsigned(value: number): bigint {
  if (!(value > -(2 ** 63) && value < 2 ** 64)) return value >= 2 ** 64 ? 0n : 2n ** 63n
  return BigInt.asUintN(64, BigInt(Math.trunc(value)))
}

function pad(spec: Spec, text: string, numeric: boolean): string {
  if (text.length >= spec.width) return text
  if (spec.left) return text.padEnd(spec.width)
  if (!spec.zero || !numeric) return text.padStart(spec.width)
  const [, sign, digits] = /^([+\- ]?(?:0[xX])?)(.*)$/s.exec(text)!
  return sign + digits.padStart(spec.width - sign.length, '0')
}

function signed(spec: Spec, negative: boolean, text: string): string {
  return (negative ? '-' : spec.plus ? '+' : spec.space ? ' ' : '') + text
}

function integer(spec: Spec, value: bigint, base: number): string {
  let digits = (value < 0n ? -value : value).toString(base)
  if (spec.precision === 0 && value === 0n) digits = ''
  digits = digits.padStart(spec.precision, '0')
  if (spec.alternative && base === 8 && digits[0] !== '0') digits = `0${digits}`
  if (spec.alternative && base === 16 && value !== 0n) digits = `0x${digits}`
  // With a precision, zeros do not fill the width.
  return pad(spec, signed(spec, value < 0n, digits), spec.precision < 0)
}

function float(spec: Spec, conversion: string, value: number): string {
  const negative = value < 0 || (value === 0 && 1 / value < 0)
  if (!Number.isFinite(value)) {
    const special = formatSpecial(value)
    return pad(spec, special.startsWith('-') ? special : signed(spec, false, special), false)
  }
  const precision = spec.precision < 0 ? 6 : spec.precision
  const size = Math.abs(value)
  let text: string
  if (conversion === 'f') text = spec.alternative ? withPoint(exactFixed(size, precision)) : exactFixed(size, precision)
  else if (conversion === 'g') text = formatGeneral(size, precision, spec.alternative)
  else {
    const [mantissa, exponent] = exactExponential(size, precision).split('e')
    text = `${spec.alternative ? withPoint(mantissa) : mantissa}e${formatExponent(Number(exponent))}`
  }
  return pad(spec, signed(spec, negative, text), true)
}

const QUOTED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\\n', '\r': '\\r', '\0': '\\000' }
function quote(text: ByteString): ByteString {
  return `"${text.replace(/["\\\n\r\0]/g, (char) => QUOTED[char])}"`
}
