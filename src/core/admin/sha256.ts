// SHA-256, as which ACL shows passwords: https://www.rfc-editor.org/rfc/rfc6234
import type { ByteString } from '../bytes.ts'

/** The fractional part of a number, as 32 bits. */
const fraction = (value: number): number => (value - Math.floor(value)) * 2 ** 32

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes
}

const PRIMES = firstPrimes(64)
const CONSTANTS = PRIMES.map((prime) => fraction(Math.cbrt(prime)) | 0)
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)) | 0)

/** The digest in hexadecimal. Of a long text nothing is copied: anybody may try to log in with one. */
export function sha256(text: ByteString): string {
  const state = Int32Array.from(START)
  const words = (((text.length + 8) >>> 6) + 1) * 16
  const byte = (at: number): number => (at < text.length ? text.charCodeAt(at) & 0xff : at === text.length ? 0x80 : 0)
  const word = (at: number): number => {
    if (at >= words - 2) return at === words - 1 ? text.length << 3 : Math.floor(text.length / 2 ** 29)
    return (byte(at * 4) << 24) | (byte(at * 4 + 1) << 16) | (byte(at * 4 + 2) << 8) | byte(at * 4 + 3)
  }
  const schedule = new Int32Array(64)
  for (let block = 0; block < words; block += 16) {
    let [a, b, c, d, e, f, g, h] = state
    for (let i = 0; i < 64; i++) {
      const [near, far] = [schedule[i - 15], schedule[i - 2]]
      schedule[i] =
        i < 16
          ? word(block + i)
          : (rotate(near, 7) ^ rotate(near, 18) ^ (near >>> 3)) +
            (rotate(far, 17) ^ rotate(far, 19) ^ (far >>> 10)) +
            schedule[i - 7] +
            schedule[i - 16]
      const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + CONSTANTS[i] + schedule[i]) | 0
      const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))
      ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
    }
    for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] += value
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))
