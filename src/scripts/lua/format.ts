// string.format: C's printf as far as Lua 5.1 lets it through.
import type { ByteString } from '../../core/bytes.ts'
import { untilZero } from './errors.ts'
import type { Machine } from './machine.ts'
import { exactExponential, exactFixed, formatExponent, formatGeneral, formatSpecial, withPoint } from './number.ts'
import type { LuaValue } from './value.ts'

interface Spec {
  readonly flags: string
  readonly width: number
  /** -1 if there is none. */
  readonly precision: number
}

const SPEC = /([-+ #0]*)(\d{0,2})(?:\.(\d{0,2}))?([^]?)/y
const PLAIN: Spec = { flags: '', width: 0, precision: -1 }
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
    let conversion = text[percent + 1] ?? ''
    at = percent + 2
    if (conversion === '%') {
      out += '%'
      continue
    }
    if (++argument > n) machine.argumentError(argument, 'no value')
    let spec = PLAIN
    // Most conversions are a letter alone.
    if (conversion < 'A') {
      SPEC.lastIndex = percent + 1
      const [all, flags, width, precision, letter] = SPEC.exec(text)!
      if (flags.length > MAX_FLAGS) machine.error('invalid format (repeated flags)')
      if (letter >= '0' && letter <= '9') machine.error('invalid format (width or precision too long)')
      spec = { flags, width: Number(width), precision: precision === undefined ? -1 : Number(precision) }
      conversion = letter
      at = percent + 1 + all.length
    }
    out += item(machine, spec, conversion, values[argument - 1], argument, n)
  }
}

function item(machine: Machine, spec: Spec, conversion: string, value: LuaValue, index: number, n: number): ByteString {
  switch (conversion) {
    case 'c':
      return untilZero(pad(spec, String.fromCharCode(machine.integer(value, index, n) & 255), false))
    case 'd':
    case 'i':
      return integer(spec, BigInt(machine.integer(value, index, n)), 10)
    case 'u':
    case 'o':
    case 'x': {
      const unsigned = { ...spec, flags: spec.flags.replace(/[+ ]/g, '') }
      return integer(unsigned, asUnsigned(machine.number(value, index, n)), conversion === 'u' ? 10 : conversion === 'o' ? 8 : 16)
    }
    case 'e':
    case 'f':
    case 'g':
      return float(spec, conversion, machine.number(value, index, n))
    case 'X':
    case 'E':
    case 'G':
      return item(machine, spec, conversion.toLowerCase(), value, index, n).toUpperCase()
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

/** As C casts a double to an unsigned 64-bit integer. */
function asUnsigned(value: number): bigint {
  if (!(value > -(2 ** 63) && value < 2 ** 64)) return value >= 2 ** 64 ? 0n : 2n ** 63n
  return BigInt.asUintN(64, BigInt(Math.trunc(value)))
}

function pad(spec: Spec, text: string, numeric: boolean): string {
  if (text.length >= spec.width) return text
  if (spec.flags.includes('-')) return text.padEnd(spec.width)
  if (!spec.flags.includes('0') || !numeric) return text.padStart(spec.width)
  const [, sign, digits] = /^([+\- ]?(?:0[xX])?)(.*)$/s.exec(text)!
  return sign + digits.padStart(spec.width - sign.length, '0')
}

function signed(spec: Spec, negative: boolean, text: string): string {
  return (negative ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : '') + text
}

function integer(spec: Spec, value: bigint, base: number): string {
  let digits = (value < 0n ? -value : value).toString(base)
  if (spec.precision === 0 && value === 0n) digits = ''
  digits = digits.padStart(spec.precision, '0')
  if (spec.flags.includes('#') && base === 8 && digits[0] !== '0') digits = `0${digits}`
  if (spec.flags.includes('#') && base === 16 && value !== 0n) digits = `0x${digits}`
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
  const alternative = spec.flags.includes('#')
  let text: string
  if (conversion === 'g') text = formatGeneral(size, precision, alternative)
  else {
    const [mantissa, exponent] = (conversion === 'f' ? exactFixed : exactExponential)(size, precision).split('e')
    text = alternative ? withPoint(mantissa) : mantissa
    if (conversion === 'e') text += `e${formatExponent(Number(exponent))}`
  }
  return pad(spec, signed(spec, negative, text), true)
}

const QUOTED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\\n', '\r': '\\r', '\0': '\\000' }
function quote(text: ByteString): ByteString {
  return `"${text.replace(/["\\\n\r\0]/g, (char) => QUOTED[char])}"`
}
