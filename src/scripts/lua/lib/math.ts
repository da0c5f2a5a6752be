// The library `math`: https://www.lua.org/manual/5.1/manual.html#5.6
// Random numbers are Redis's: the sequence of C's lrand48, from where a new server begins.
import { type Machine, power } from '../machine.ts'
import { argumentsOf, type LuaValue, type Native } from '../value.ts'

export function mathLibrary(machine: Machine): void {
  const one =
    (compute: (x: number) => number): Native =>
    (n, a) =>
      compute(machine.number(a, 1, n))
  const two =
    (compute: (x: number, y: number) => number): Native =>
    (n, a, b) => {
      // As C's compiler has it: the second argument is looked at first.
      const y = machine.number(b, 2, n)
      return compute(machine.number(a, 1, n), y)
    }
  const extreme =
    (better: (x: number, y: number) => boolean): Native =>
    (n, a, b, c, rest) => {
      const values: LuaValue[] = argumentsOf(n, a, b, c, rest)
      let best = machine.number(a, 1, n)
      for (let i = 1; i < n; i++) {
        const value = machine.number(values[i], i + 1, n)
        if (better(value, best)) best = value
      }
      return best
    }
  const random = new Random48()

  const table = machine.library('math', {
    abs: one(Math.abs),
    acos: one(Math.acos),
    asin: one(Math.asin),
    atan: one(Math.atan),
    atan2: two(Math.atan2),
    ceil: one(Math.ceil),
    cos: one(Math.cos),
    cosh: one(Math.cosh),
    deg: one((x) => x / (Math.PI / 180)),
    exp: one(Math.exp),
    floor: one(Math.floor),
    fmod: two((x, y) => x % y),
    frexp: (n, a) => {
      const x = machine.number(a, 1, n)
      if (x === 0 || !Number.isFinite(x)) return [x, 0]
      let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1)
      let mantissa = x * 2 ** -exponent
      while (Math.abs(mantissa) < 0.5) {
        mantissa *= 2
        exponent--
      }
      while (Math.abs(mantissa) >= 1) {
        mantissa /= 2
        exponent++
      }
      return [mantissa, exponent]
    },
    ldexp: (n, a, b) => {
      // In steps: 2 to the exponent alone may be too large or too small.
      let exponent = Math.max(-2200, Math.min(2200, machine.int(b, 2, n)))
      let x = machine.number(a, 1, n)
      for (; exponent > 1000; exponent -= 1000) x *= 2 ** 1000
      for (; exponent < -1000; exponent += 1000) x *= 2 ** -1000
      return x * 2 ** exponent
    },
    log: one(Math.log),
    log10: one(Math.log10),
    max: extreme((x, best) => x > best),
    min: extreme((x, best) => x < best),
    modf: (n, a) => {
      const x = machine.number(a, 1, n)
      const whole = Math.trunc(x)
      // What is left of an infinite number is 0.
      return [whole, Math.abs(x) === Infinity ? (x < 0 ? -0 : 0) : x % 1]
    },
    pow: two(power),
    rad: one((x) => x * (Math.PI / 180)),
    random: (n, a, b) => {
      const r = (random.next() % RAND_MAX) / RAND_MAX
      if (n === 0) return r
      if (n > 2) return machine.error('wrong number of arguments')
      const low = n === 1 ? 1 : machine.int(a, 1, n)
      const high = machine.int(n === 1 ? a : b, n, n)
      if (low > high) machine.argumentError(n, 'interval is empty')
      // Int in C: the length of a range may overflow.
      return Math.floor(r * ((high - low + 1) | 0)) + low
    },
    randomseed: (n, a) => {
      random.seed(machine.integer(a, 1, n))
      return []
    },
    sin: one(Math.sin),
    sinh: one(Math.sinh),
    sqrt: one(Math.sqrt),
    tan: one(Math.tan),
    tanh: one(Math.tanh),
  })
  table.set('mod', table.get('fmod'))
  table.set('pi', Math.PI)
  table.set('huge', Infinity)
}

const RAND_MAX = 0x7fffffff

/** C's lrand48: 48 bits, multiplied and added to. */
class Random48 {
  // The 48 bits in halves of 24, whose products are exact.
  #low = 0xcd330e
  #high = 0x1234ab

  seed(seed: number): void {
    const bits = Number(BigInt.asUintN(32, BigInt(seed)))
    this.#low = 0x330e | ((bits & 0xff) << 16)
    this.#high = bits >>> 8
  }

  /** 31 bits. */
  next(): number {
    const low = this.#low * 0xece66d + 0xb
    const high = this.#high * 0xece66d + this.#low * 0x5de + Math.floor(low / 2 ** 24)
    this.#low = low % 2 ** 24
    this.#high = high % 2 ** 24
    return Math.floor((this.#high * 2 ** 24 + this.#low) / 2 ** 17)
  }
}
