// INCRBYFLOAT and HINCRBYFLOAT compute with C's 80-bit long double and print `%.17Lf` without its last zeros, and their
// replies show it (3000.1 + 0 = 3000.10000000000000009). The same here, exactly: a mantissa of 64 bits in a bigint.
import type { ByteString } from '../bytes.ts'
import { trimZeros } from '../numbers.ts'

const MANTISSA_BITS = 64
const MAX_EXPONENT = 16384 // values are below 2^16384
const MIN_EXPONENT = -16445 // the smallest denormal is 2^-16445

/** mantissa * 2^exponent; an infinity is null as mantissa. */
export interface LongDouble {
  readonly mantissa: bigint | null
  readonly exponent: number
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i
const HEXADECIMAL = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i
const INFINITE = /^[+-]?inf(?:inity)?$/i
const DECIMAL_EXPONENT_LIMIT = 5000

/** Reads a number as strtold does. @returns undefined if it is none, or does not fit */
export function parseLongDouble(text: ByteString): LongDouble | undefined {
  if (INFINITE.test(text)) return { mantissa: null, exponent: text[0] === '-' ? -1 : 1 }
  const hex = HEXADECIMAL.exec(text)
  const parts = hex ?? DECIMAL.exec(text)
  if (parts === null || parts[2] + parts[3] === '') return undefined
  const digits = BigInt((hex ? '0x' : '') + parts[2] + parts[3])
  if (digits === 0n) return { mantissa: 0n, exponent: 0 }
  const shift = Number(parts[4] ?? 0)
  // A power far outside of what fits need not be computed to be refused.
  if (Math.abs(shift) - parts[2].length - parts[3].length > (hex ? 4 * DECIMAL_EXPONENT_LIMIT : DECIMAL_EXPONENT_LIMIT)) return undefined
  const signed = parts[1] === '-' ? -digits : digits
  if (hex) return fit(round(signed, 1n, shift - 4 * parts[3].length))
  const power = shift - parts[3].length
  return fit(power >= 0 ? round(signed * 10n ** BigInt(power), 1n, 0) : round(signed, 10n ** BigInt(-power), 0))
}

/** @returns undefined if the sum is infinite */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | undefined {
  if (a.mantissa === null || b.mantissa === null) return undefined
  const exponent = Math.min(a.exponent, b.exponent)
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent))
  return fit(round(sum, 1n, exponent))
}

const SCALE = 10n ** 17n

/** `%.17Lf` without trailing zeros. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): ByteString {
  const value = mantissa ?? 0n
  const magnitude = (value < 0n ? -value : value) * SCALE
  const scaled = exponent >= 0 ? magnitude << BigInt(exponent) : divideRounded(magnitude, 1n << BigInt(-exponent))
  const digits = scaled.toString().padStart(18, '0')
  const text = trimZeros(`${digits.slice(0, -17)}.${digits.slice(-17)}`)
  return value < 0n && text !== '0' ? `-${text}` : text
}

/** numerator / denominator * 2^exponent to the nearest value with a mantissa of 64 bits. */
function round(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 }
  const negative = numerator < 0n
  const magnitude = negative ? -numerator : numerator
  let shift = bits(magnitude) - bits(denominator) - MANTISSA_BITS
  // The quotient has 64 or 65 bits: with 65 one more bit goes.
  if (quotientBits(magnitude, denominator, shift) > MANTISSA_BITS) shift++
  shift = Math.max(shift, MIN_EXPONENT - exponent)
  const mantissa =
    shift >= 0 ? divideRounded(magnitude, denominator << BigInt(shift)) : divideRounded(magnitude << BigInt(-shift), denominator)
  return { mantissa: negative ? -mantissa : mantissa, exponent: exponent + shift }
}

function quotientBits(numerator: bigint, denominator: bigint, shift: number): number {
  return bits(shift >= 0 ? numerator / (denominator << BigInt(shift)) : (numerator << BigInt(-shift)) / denominator)
}

/** Division to the nearest, ties to even. */
function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = (numerator % denominator) * 2n
  return twice > denominator || (twice === denominator && quotient & 1n) ? quotient + 1n : quotient
}

const bits = (value: bigint): number => {
  const hex = value.toString(16)
  return hex.length * 4 - Math.clz32(parseInt(hex[0], 16)) + 28
}

/** @returns undefined where C reports a range error */
function fit(value: LongDouble): LongDouble | undefined {
  if (value.mantissa === null || value.mantissa === 0n) return value.mantissa === 0n && value.exponent !== 0 ? undefined : value
  const magnitude = value.mantissa < 0n ? -value.mantissa : value.mantissa
  return bits(magnitude) + value.exponent > MAX_EXPONENT ? undefined : value
}
