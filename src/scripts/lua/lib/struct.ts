// The library `struct`: http://www.inf.puc-rio.br/~roberto/struct/ as Redis brings it.
import { type ByteString, partOf } from '../../../core/bytes.ts'
import { untilZero } from '../errors.ts'
import { type Machine, MAX_STRING, toInteger } from '../machine.ts'
import { argumentsOf, type LuaValue } from '../value.ts'
import { floatBytes, floatOf, integerBytes, integerOf } from './binary.ts'

const MAX_INTEGER_SIZE = 32
const MAX_ALIGNMENT = 8
const INT_MAX = 2_147_483_647
const SIZES: Readonly<Record<string, number>> = { B: 1, b: 1, H: 2, h: 2, L: 8, l: 8, T: 8, f: 4, d: 8, x: 1 }

/** A format, read option by option. */
class Format {
  readonly #machine: Machine
  readonly #text: ByteString
  #at = 0
  little = true
  #alignment = 1

  constructor(machine: Machine, text: ByteString) {
    this.#machine = machine
    this.#text = untilZero(text)
  }

  /** The next option and its size; the empty string at the end. */
  next(): { option: string; size: number } {
    const option = this.#text[this.#at++] ?? ''
    if (option === 'c') return { option, size: this.#number(1) }
    if (option === 'i' || option === 'I') {
      const size = this.#number(4)
      if (size > MAX_INTEGER_SIZE) this.#machine.error(`integral size ${size} is larger than limit of ${MAX_INTEGER_SIZE}`)
      return { option, size }
    }
    return { option, size: SIZES[option] ?? 0 }
  }

  #number(otherwise: number): number {
    const digits = /^\d*/.exec(this.#text.slice(this.#at))![0]
    if (digits === '') return otherwise
    this.#at += digits.length
    if (Number(digits) > INT_MAX) this.#machine.error('integral size overflow')
    return Number(digits)
  }

  /** How many bytes to leave out before an item. */
  padding(position: number, option: string, size: number): number {
    if (size === 0 || option === 'c') return 0
    const alignment = Math.min(size, this.#alignment)
    return (alignment - (position & (alignment - 1))) & (alignment - 1)
  }

  /** An option that stands for no item. */
  control(option: string): void {
    if (option === ' ') return
    if (option === '<' || option === '>') this.little = option === '<'
    else if (option === '!') {
      const alignment = this.#number(MAX_ALIGNMENT)
      if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) this.#machine.error(`alignment ${alignment} is not a power of 2`)
      this.#alignment = alignment
    } else this.#machine.argumentError(1, `invalid format option '${option}'`)
  }
}

export function structLibrary(machine: Machine): void {
  machine.library('struct', {
    pack: (n, a, b, c, rest) => {
      const values = argumentsOf(n, a, b, c, rest)
      const format = new Format(machine, machine.string(a, 1, n))
      // The real library has put a nil behind its arguments: that is what it finds missing.
      const given = n + 1
      let argument = 1
      let text = ''
      for (;;) {
        const { option, size } = format.next()
        if (option === '') return text
        text += '\0'.repeat(format.padding(text.length, option, size))
        const index = argument + 1
        switch (option) {
          case 'x':
            text += '\0'
            break
          case 'f':
          case 'd':
            text += ordered(floatBytes(machine.number(values[argument++], index, given), size), format.little)
            break
          case 'c':
          case 's': {
            const item = machine.string(values[argument++], index, given)
            const length = size === 0 ? item.length : size
            if (item.length < length) machine.argumentError(index + 1, 'string too short')
            text += item.slice(0, length) + (option === 's' ? '\0' : '')
            break
          }
          default:
            if (size === 0 && !/[iI]/.test(option)) format.control(option)
            else text += ordered(integerBytes(cast(machine.number(values[argument++], index, given)), size), format.little)
        }
        if (text.length > MAX_STRING) machine.error('not enough memory')
      }
    },

    unpack: (n, a, b, c) => {
      const format = new Format(machine, machine.string(a, 1, n))
      const data = machine.string(b, 2, n)
      const from = c === undefined ? 1 : machine.integer(c, 3, n)
      if (from === 0) machine.argumentError(3, 'offset must be 1 or greater')
      let at = from - 1
      const values: LuaValue[] = []
      for (;;) {
        const { option, size } = format.next()
        if (option === '') return [...values, at + 1]
        at += format.padding(at, option, size)
        if (at < 0 || at + size > data.length) machine.argumentError(2, 'data string too short')
        const bytes = partOf(data, at, at + size)
        at += size
        switch (option) {
          case 'x':
            break
          case 'f':
          case 'd':
            values.push(floatOf(ordered(bytes, format.little)))
            break
          case 'c':
            if (size > 0) values.push(bytes)
            else {
              const given = values.pop()
              if (typeof given !== 'number') return machine.error("format 'c0' needs a previous size")
              const length = Math.trunc(given)
              if (length < 0 || at + length > data.length) machine.argumentError(2, 'data string too short')
              values.push(partOf(data, at, at + length))
              at += length
            }
            break
          case 's': {
            const end = data.indexOf('\0', at)
            if (end < 0) machine.error('unfinished string in data')
            values.push(partOf(data, at, end))
            at = end + 1
            break
          }
          default:
            if (size === 0 && !/[iI]/.test(option)) format.control(option)
            else values.push(integerOf(ordered(bytes, format.little), option === option.toLowerCase()))
        }
      }
    },

    size: (n, a) => {
      const format = new Format(machine, machine.string(a, 1, n))
      let position = 0
      for (;;) {
        const { option, size } = format.next()
        if (option === '') return position
        position += format.padding(position, option, size)
        if (option === 's') machine.argumentError(1, "option 's' has no fixed size")
        if (option === 'c' && size === 0) machine.argumentError(1, "option 'c0' has no fixed size")
        if (!/[A-Za-z\d]/.test(option)) format.control(option)
        position += size
      }
    },
  })
}

/** Bytes with the highest first, as binary.ts has them. */
function ordered(bytes: ByteString, little: boolean): ByteString {
  return little ? [...bytes].reverse().join('') : bytes
}

/** As C casts it: what an unsigned number of 64 bits cannot hold either is 0. */
function cast(value: number): number {
  return value >= 2 ** 63 ? (value < 2 ** 64 ? value : 0) : toInteger(value)
}
