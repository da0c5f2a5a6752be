// Numbers as Redis reads and writes them: strict 64-bit integers, doubles as strtod reads and %.17g prints them.
import type { ByteString } from './bytes.ts'

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/
/** The highest value of C's int and long. */
export const INT_MAX = 2 ** 31 - 1
export const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)
/** Integers of at most this many chars are exact as a JS number. */
const SAFE_LENGTH = 15

/** An integer: a number where that is exact, a bigint otherwise. */
export type Int64 = number | bigint

/** Reads a 64-bit integer in Redis's only form: no plus, no space, no leading zero. @returns undefined if it is not one */
export function parseInt64(text: ByteString): Int64 | undefined {
  if (!INTEGER.test(text)) return undefined
  if (text.length <= SAFE_LENGTH) return +text
  const value = BigInt(text)
  return value > INT64_MAX || value < INT64_MIN ? undefined : shrink(value)
}

/** A bigint as a number where that is exact. */
export function shrink(value: bigint): Int64 {
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

/** @returns undefined if the sum does not fit in 64 bits */
export function addInt64(a: Int64, b: Int64): Int64 | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  const sum = BigInt(a) + BigInt(b)
  return sum > INT64_MAX || sum < INT64_MIN ? undefined : shrink(sum)
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const INFINITE = /^([+-]?)inf(?:inity)?$/i
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i

/** Reads a double as C's strtod does, without NaN. @returns NaN if it is none, or too large or too small to hold */
export function parseDouble(text: ByteString): number {
  if (DECIMAL.test(text)) {
    const value = +text
    if (value === Infinity || value === -Infinity) return NaN
    return value === 0 && /^[^e]*[1-9]/i.test(text) ? NaN : value
  }
  const infinite = INFINITE.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  const hex = HEXADECIMAL.exec(text)
  if (hex === null || hex[2] + hex[3] === '') return NaN
  const value = Number(`0x${hex[2]}${hex[3]}`) * 2 ** (Number(hex[4] ?? 0) - 4 * hex[3].length)
  return value === Infinity ? NaN : hex[1] === '-' ? -value : value
}

/** A double as a server writes it in a reply. */
export function readDouble(text: ByteString): number {
  return +text.replace(/inf$/, 'Infinity')
}

/** A double as C's `%.17g` prints it: what Redis 7.0 replies for scores. */
export function formatDouble(value: number): ByteString {
  if (Number.isSafeInteger(value)) return value === 0 && 1 / value < 0 ? '-0' : String(value)
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  const [mantissa, exponent] = halfToEven(value, value.toExponential(16)).split('e')
  const power = +exponent
  if (power < -4 || power >= 17) return `${trimZeros(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  const sign = value < 0 ? '-' : ''
  const digits = mantissa.slice(sign.length).replace('.', '')
  if (power < 0) return trimZeros(`${sign}0.${'0'.repeat(-power - 1)}${digits}`)
  return trimZeros(`${sign}${digits.slice(0, power + 1)}.${digits.slice(power + 1)}`)
}

/** Where the exact value lies in the middle of two results, C takes the even one and JS the larger. */
function halfToEven(value: number, rounded: string): string {
  const at = rounded.indexOf('e') - 1
  const last = +rounded[at]
  if (last % 2 === 0 || !value.toExponential(17).includes('5e')) return rounded
  const beyond = value.toExponential(60).slice(at + 1)
  return /^50*e/.test(beyond) ? rounded.slice(0, at) + (last - 1) + rounded.slice(at + 1) : rounded
}

/** Cuts the zeros, and the point, that say nothing. */
export function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0*$/, '') : decimal
}
