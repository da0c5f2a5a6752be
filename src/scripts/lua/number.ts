// Numbers as Lua 5.1 reads and prints them: C's strtod and "%.14g".
import type { ByteString } from '../../core/bytes.ts'

// C's strings end at a zero byte.
const DECIMAL = /^[ \t-\r]*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[ \t-\r]*(?:\0|$)/
const HEXADECIMAL = /^[ \t-\r]*([+-]?)0[xX]([\da-fA-F]*)(?:\.([\da-fA-F]*))?(?:[pP]([+-]?\d+))?[ \t-\r]*(?:\0|$)/
const SPECIAL = /^[ \t-\r]*([+-]?)(inf|infinity|nan(?:\(\w*\))?)[ \t-\r]*(?:\0|$)/i

/** @returns undefined if the text is no number */
export function parseNumber(text: ByteString): number | undefined {
  // Short integers are most of what scripts read.
  const { length } = text
  if (length > 0 && length < 10) {
    let value = 0
    for (let i = 0; ; i++) {
      if (i === length) return value
      const digit = text.charCodeAt(i) - 48
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
  }
  const decimal = DECIMAL.exec(text)
  if (decimal !== null) return Number(decimal[1])
  const hexadecimal = HEXADECIMAL.exec(text)
  if (hexadecimal !== null) {
    const [, sign, whole, fraction = '', power = '0'] = hexadecimal
    if (whole + fraction === '') return undefined
    let value = 0
    for (const digit of whole + fraction) value = value * 16 + Number.parseInt(digit, 16)
    value *= 2 ** (Number(power) - 4 * fraction.length)
    return sign === '-' ? -value : value
  }
  const special = SPECIAL.exec(text)
  if (special === null) return undefined
  if (/^n/i.test(special[2])) return NaN
  return special[1] === '-' ? -Infinity : Infinity
}

const EXACT = 1e14 // integers of at most 14 digits print as they are

/** As "%.14g" prints it. */
export function formatNumber(value: number): ByteString {
  if (Number.isInteger(value) && value < EXACT && value > -EXACT) return value === 0 && 1 / value < 0 ? '-0' : String(value)
  return formatGeneral(value, 14, false)
}

/** As "%g" with a precision prints it. @param keepZeros the flag `#` */
export function formatGeneral(value: number, precision: number, keepZeros: boolean): string {
  if (!Number.isFinite(value)) return formatSpecial(value)
  const digits = precision === 0 ? 1 : precision
  if (value === 0) {
    const zero = keepZeros ? `0.${'0'.repeat(digits - 1)}` : '0'
    return 1 / value < 0 ? `-${zero}` : zero
  }
  const exponential = exactExponential(value, digits - 1)
  const at = exponential.indexOf('e')
  const exponent = Number(exponential.slice(at + 1))
  if (exponent < -4 || exponent >= digits) {
    const mantissa = exponential.slice(0, at)
    return `${keepZeros ? withPoint(mantissa) : trimZeros(mantissa)}e${formatExponent(exponent)}`
  }
  const fixed = exactFixed(value, digits - 1 - exponent)
  return keepZeros ? withPoint(fixed) : trimZeros(fixed)
}

/** Infinite and not a number. C prints a sign for the NaN that its operations give on x86. */
export function formatSpecial(value: number): string {
  return Number.isNaN(value) ? '-nan' : value > 0 ? 'inf' : '-inf'
}

export function formatExponent(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** As the flag `#` has it. */
export const withPoint = (decimal: string): string => (decimal.includes('.') ? decimal : `${decimal}.`)

function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}

/** toExponential with C's rounding, which takes the even digit in the middle and knows no limit. */
export function exactExponential(value: number, fraction: number): string {
  const text = value.toExponential(Math.min(fraction, 100))
  const at = text.indexOf('e')
  if (fraction > 100) return `${text.slice(0, at)}${'0'.repeat(fraction - 100)}${text.slice(at)}`
  // JS rounds up a value that lies exactly between two results.
  if (fraction < 25 && (text.charCodeAt(at - 1) & 1) === 1) {
    const longer = value.toExponential(Math.min(fraction + 30, 100))
    const end = longer.indexOf('e')
    const tail = longer.slice(at + (fraction === 0 ? 1 : 0), end)
    if (/^50*$/.test(tail) && longer.slice(end) === text.slice(at)) return longer.slice(0, at) + text.slice(at)
  }
  return text
}

/** toFixed for any size and any number of digits, with C's rounding. */
export function exactFixed(value: number, fraction: number): string {
  const whole = Math.abs(value)
  if (whole >= 1e21) {
    const digits = BigInt(whole).toString()
    return `${value < 0 ? '-' : ''}${digits}${fraction > 0 ? `.${'0'.repeat(fraction)}` : ''}`
  }
  const text = value.toFixed(Math.min(fraction, 100))
  if (fraction > 100) return text + '0'.repeat(fraction - 100)
  const signed = value === 0 && 1 / value < 0 ? `-${text}` : value < 0 && !text.startsWith('-') ? `-${text}` : text
  // In the middle of two results C takes the even one: what toFixed rounded up may have to go down.
  if (fraction < 60 && (signed.charCodeAt(signed.length - 1) & 1) === 1) {
    const longer = value.toFixed(Math.min(fraction + 40, 100))
    const cut = longer.indexOf('.') + (fraction === 0 ? 0 : fraction + 1)
    if (/^\.?50*$/.test(longer.slice(cut))) return longer.slice(0, cut)
  }
  return signed
}
