// The library `bit`: https://bitop.luajit.org/api.html
import type { Machine } from '../machine.ts'
import { argumentsOf, type Native } from '../value.ts'

export function bitLibrary(machine: Machine): void {
  // A number becomes 32 bits by adding 2^52 + 2^51: the low half of the sum's mantissa is what is wanted, rounded.
  const sum = new Float64Array(1)
  const words = new Int32Array(sum.buffer)
  const low = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1
  const bits = (value: Parameters<Native>[1], index: number, n: number): number => {
    sum[0] = machine.number(value, index, n) + 6_755_399_441_055_744
    return words[low]
  }
  const fold =
    (combine: (x: number, y: number) => number): Native =>
    (n, a, b, c, rest) => {
      let result = bits(a, 1, n)
      const values = argumentsOf(n, a, b, c, rest)
      // The last first, as the real library does: it decides which of two wrong ones is named.
      for (let i = n - 1; i > 0; i--) result = combine(result, bits(values[i], i + 1, n))
      return result
    }
  const shift =
    (move: (x: number, by: number) => number): Native =>
    (n, a, b) =>
      move(bits(a, 1, n), bits(b, 2, n) & 31) | 0

  machine.library('bit', {
    tobit: (n, a) => bits(a, 1, n),
    bnot: (n, a) => ~bits(a, 1, n),
    band: fold((x, y) => x & y),
    bor: fold((x, y) => x | y),
    bxor: fold((x, y) => x ^ y),
    lshift: shift((x, by) => x << by),
    rshift: shift((x, by) => x >>> by),
    arshift: shift((x, by) => x >> by),
    rol: shift((x, by) => (x << by) | (x >>> (32 - by))),
    ror: shift((x, by) => (x >>> by) | (x << (32 - by))),
    bswap: (n, a) => {
      const x = bits(a, 1, n)
      return (x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)
    },
    tohex: (n, a, b) => {
      const hex = (bits(a, 1, n) >>> 0).toString(16).padStart(8, '0')
      const digits = n < 2 ? 8 : bits(b, 2, n)
      const shown = hex.slice(8 - Math.min(8, Math.abs(digits)))
      return digits < 0 ? shown.toUpperCase() : shown
    },
  })
}
