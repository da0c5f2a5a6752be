// HyperLogLog (https://en.wikipedia.org/wiki/HyperLogLog): 2^14 registers, each with the longest run of zeros that a hash
// of those that fell to it ended in. The bytes are Redis's to the last one, as it is an ordinary string to users: a header
// with the last count, and the registers, of six bits each or (sparse) as runs of equal ones. How runs are split and joined
// depends on what came before, so this goes step by step as Redis does.
import { type Int64, shrink } from '../../numbers.ts'

/** A string that is changed in place: what `grow` gives has room for so many bytes, and `length` is set to what is in use. */
export interface GrowingBytes {
  length: number
  readonly bytes: Uint8Array
  grow(length: number, spare?: number): Uint8Array
}

const REGISTERS = 1 << 14
/** Bits of a hash that are looked at for zeros. */
const HASH_BITS = 50
const HEADER = 16
const DENSE_SIZE = HEADER + (REGISTERS * 6) / 8
const ENCODING_AT = 4
const COUNT_AT = 8
const DENSE = 0
/** The highest register, the longest run of a value, and of zeros in one byte, that runs can show. */
const MOST_VALUE = 32
const MOST_VALUES = 4
const MOST_ZEROS = 64
/** In the last byte of the count: it must be counted again. */
const STALE = 0x80
export const MAGIC = 'HYLL'
/** No register was ever set. */
export const EMPTY = `${MAGIC}\x01${'\0'.repeat(11)}\x7f\xff`

export function isHyperLogLog(bytes: Uint8Array): boolean {
  const { length } = bytes
  const magic = length >= HEADER && String.fromCharCode(...bytes.subarray(0, ENCODING_AT)) === MAGIC
  return magic && (bytes[ENCODING_AT] === DENSE ? length === DENSE_SIZE : bytes[ENCODING_AT] === 1)
}

export const isDense = (bytes: Uint8Array): boolean => bytes[ENCODING_AT] === DENSE

// 64 bits as two halves; the multiplier of MurmurHash64A.
type Halves = [high: number, low: number]
const MULTIPLIER: Halves = [0xc6a4a793, 0x5bd1e995]
const SEED = 0xadc83b19

function times([high, low]: Halves): Halves {
  const [a, b, c, d] = [low >>> 16, low & 0xffff, MULTIPLIER[1] >>> 16, MULTIPLIER[1] & 0xffff]
  const middle = a * d + ((b * d) >>> 16)
  const carry = a * c + Math.floor(middle / 0x10000) + Math.floor(((middle % 0x10000) + b * c) / 0x10000)
  return [(carry + Math.imul(high, MULTIPLIER[1]) + Math.imul(low, MULTIPLIER[0])) | 0, Math.imul(low, MULTIPLIER[1])]
}

/** value ^ (value >> 47) */
const folded = ([high, low]: Halves): Halves => [high, low ^ (high >>> 15)]

function murmurHash64A(text: string): Halves {
  const [high, low] = times([0, text.length])
  let hash: Halves = [high, low ^ SEED]
  const four = (at: number, end: number): number => {
    let value = 0
    for (let i = Math.min(at + 4, end) - 1; i >= at; i--) value = (value << 8) | text.charCodeAt(i)
    return value
  }
  for (let at = 0; at < text.length; at += 8) {
    let block: Halves = [four(at + 4, text.length), four(at, text.length)]
    if (at + 8 <= text.length) block = times(folded(times(block)))
    hash = times([hash[0] ^ block[0], hash[1] ^ block[1]])
  }
  return folded(times(folded(hash)))
}

/** The register of an element, and what it sets that to. */
function registerOf(element: string): { index: number; count: number } {
  const [high, low] = murmurHash64A(element)
  const first = (low >>> 14) | (high << 18)
  const bits = first === 0 ? high >>> 14 : first
  const zeros = bits === 0 ? HASH_BITS : 31 - Math.clz32(bits & -bits) + (first === 0 ? 32 : 0)
  return { index: low & (REGISTERS - 1), count: zeros + 1 }
}

// Runs: 00nnnnnn zeros, 01nnnnnn nnnnnnnn zeros, 1vvvvvnn a value, all numbers less one.
const valueOf = (run: number): number => (run & 0x80 ? ((run >> 2) & 31) + 1 : 0)
const sizeOf = (run: number): number => (run >> 6 === 1 ? 2 : 1)
const spanOf = (run: number, next = 0): number => (run & 0x80 ? run & 3 : run & 0x40 ? ((run & 63) << 8) | next : run) + 1

function runOf(value: number, span: number): number[] {
  const n = span - 1
  return value > 0 ? [0x80 | ((value - 1) << 2) | n] : span > MOST_ZEROS ? [0x40 | (n >> 8), n & 0xff] : [n]
}

/** Visits the runs of a sparse one, in order. No generator: that takes three times as long. */
function walkRuns(bytes: Uint8Array, visit: (value: number, span: number, size: number) => void): void {
  for (let at = HEADER; at < bytes.length; at += sizeOf(bytes[at])) {
    visit(valueOf(bytes[at]), spanOf(bytes[at], bytes[at + 1]), sizeOf(bytes[at]))
  }
}

/** As Redis's PFDEBUG DECODE shows a sparse one. */
export function describeRuns(bytes: Uint8Array): string {
  const shown: string[] = []
  walkRuns(bytes, (value, span, size) => void shown.push(value > 0 ? `v:${value},${span}` : `${size === 2 ? 'Z' : 'z'}:${span}`))
  return shown.join(' ')
}

function denseRegister(bytes: Uint8Array, index: number): number {
  const bit = index * 6
  const at = HEADER + (bit >> 3)
  return ((bytes[at] | (bytes[at + 1] << 8)) >> (bit & 7)) & 63
}

/** @returns whether the register was lower */
function setDense(bytes: Uint8Array, index: number, count: number): boolean {
  if (denseRegister(bytes, index) >= count) return false
  const bit = index * 6
  const at = HEADER + (bit >> 3)
  const shift = bit & 7
  const both = ((bytes[at] | (bytes[at + 1] << 8)) & ~(63 << shift)) | (count << shift)
  bytes[at] = both
  if (shift > 2) bytes[at + 1] = both >> 8
  return true
}

/** Raises registers to those of a HyperLogLog. @returns whether that is whole */
export function mergeInto(registers: Uint8Array, bytes: Uint8Array): boolean {
  if (isDense(bytes)) {
    mergeDense(registers, bytes)
    return true
  }
  let index = 0
  walkRuns(bytes, (value, span) => {
    const end = index + span
    // What a damaged one has beyond the last register is not written.
    for (let i = value === 0 ? end : index; i < end; i++) if (value > registers[i]) registers[i] = value
    index = end
  })
  return index === REGISTERS
}

/** Four registers are three bytes: taken together they take a third of the time. */
function mergeDense(registers: Uint8Array, bytes: Uint8Array): void {
  for (let at = HEADER, i = 0; i < REGISTERS; at += 3, i += 4) {
    const four = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)
    for (let j = 0; j < 4; j++) {
      const value = (four >> (6 * j)) & 63
      if (value > registers[i + j]) registers[i + j] = value
    }
  }
}

/** The other way round. */
function packDense(bytes: Uint8Array, registers: Uint8Array): void {
  for (let at = HEADER, i = 0; i < REGISTERS; at += 3, i += 4) {
    const four = registers[i] | (registers[i + 1] << 6) | (registers[i + 2] << 12) | (registers[i + 3] << 18)
    bytes[at] = four
    bytes[at + 1] = four >> 8
    bytes[at + 2] = four >> 16
  }
}

export const noRegisters = (): Uint8Array => new Uint8Array(REGISTERS)

/** @returns false if it is damaged; it stays as it is then */
export function makeDense(hll: GrowingBytes): boolean {
  if (isDense(hll.bytes)) return true
  const registers = noRegisters()
  if (!mergeInto(registers, hll.bytes)) return false
  const bytes = hll.grow(DENSE_SIZE, 0) // its last size
  hll.length = DENSE_SIZE
  bytes[ENCODING_AT] = DENSE
  packDense(bytes, registers)
  return true
}

/**
 * Raises a register.
 * @param maxBytes a sparse one that would grow beyond becomes dense
 * @returns whether it was lower; null if the HyperLogLog is damaged
 */
function setRegister(hll: GrowingBytes, index: number, count: number, maxBytes: number): boolean | null {
  if (isDense(hll.bytes)) return setDense(hll.grow(hll.length), index, count)
  const promote = (): boolean | null => (makeDense(hll) ? setDense(hll.grow(hll.length), index, count) : null)
  if (count > MOST_VALUE) return promote()
  const { length, bytes: before } = hll
  let [first, at, previous] = [0, HEADER, HEADER]
  for (; at < length; at += sizeOf(before[at])) {
    const span = spanOf(before[at], before[at + 1])
    if (index < first + span) break
    previous = at
    first += span
  }
  if (at >= length) return null
  const old = valueOf(before[at])
  if (old >= count) return false
  const end = first + spanOf(before[at], before[at + 1])
  const split = [
    ...(index > first ? runOf(old, index - first) : []),
    ...runOf(count, 1),
    ...(index + 1 < end ? runOf(old, end - index - 1) : []),
  ]
  const grown = split.length - sizeOf(before[at])
  if (grown > 0 && length + grown > maxBytes) return promote()
  const most = length + split.length
  const bytes = hll.grow(most)
  bytes.copyWithin(at + split.length, at + sizeOf(before[at]), length)
  bytes.set(split, at)
  hll.length = joinRuns(bytes, previous, length + grown)
  bytes.fill(0, hll.length, most)
  bytes[HEADER - 1] |= STALE
  return true
}

/** Joins neighbours of one value, near a place where a run was split. @returns how many bytes are left */
function joinRuns(bytes: Uint8Array, from: number, length: number): number {
  let end = length
  let at = from
  // Redis looks at five runs, or joins.
  for (let left = 5; left > 0 && at < end; left--) {
    const [run, next] = [bytes[at], at + 1 < end ? bytes[at + 1] : 0]
    const span = spanOf(run) + spanOf(next)
    if (valueOf(run) > 0 && valueOf(run) === valueOf(next) && span <= MOST_VALUES) {
      bytes[at] = runOf(valueOf(run), span)[0]
      bytes.copyWithin(at + 1, at + 2, end--)
    } else at += sizeOf(run)
  }
  return end
}

/** @returns whether a register was raised; null if the HyperLogLog is damaged */
export function addElement(hll: GrowingBytes, element: string, maxBytes: number): boolean | null {
  const { index, count } = registerOf(element)
  return setRegister(hll, index, count, maxBytes)
}

/** Raises registers to these, none of which may be lower than it is. */
export function raiseTo(hll: GrowingBytes, registers: Uint8Array, maxBytes: number): void {
  for (let index = 0; index < REGISTERS && !isDense(hll.bytes); index++) {
    if (registers[index] > 0) setRegister(hll, index, registers[index], maxBytes)
  }
  if (isDense(hll.bytes)) packDense(hll.grow(hll.length), registers)
}

/** The registers of a dense one. */
export function registersOf(bytes: Uint8Array): Uint8Array {
  const registers = noRegisters()
  mergeDense(registers, bytes)
  return registers
}

/** The count must be taken anew. */
export function invalidate(bytes: Uint8Array): void {
  bytes[HEADER - 1] |= STALE
}

/** The count as it was last taken; null if it was not taken since the last change. */
export function lastCount(bytes: Uint8Array): Int64 | null {
  if (bytes[HEADER - 1] & STALE) return null
  let count = 0n
  for (let i = HEADER - 1; i >= COUNT_AT; i--) count = (count << 8n) | BigInt(bytes[i])
  return shrink(count)
}

export function keepCount(bytes: Uint8Array, count: number): void {
  for (let i = COUNT_AT, left = count; i < HEADER; i++, left = Math.floor(left / 256)) bytes[i] = left % 256
}

/** Estimates how many elements were added. @returns null if the HyperLogLog is damaged */
export function count(bytes: Uint8Array): number | null {
  if (isDense(bytes)) return countRegisters(registersOf(bytes))
  const histogram = new Float64Array(64)
  let seen = 0
  walkRuns(bytes, (value, span) => {
    histogram[value] += span
    seen += span
  })
  return seen === REGISTERS ? estimate(histogram) : null
}

export function countRegisters(registers: Uint8Array): number {
  const histogram = new Float64Array(64)
  for (let i = 0; i < REGISTERS; i++) histogram[registers[i]]++
  return estimate(histogram)
}

/** Otmar Ertl, New cardinality estimation algorithms for HyperLogLog sketches, arXiv:1702.01284. */
function estimate(histogram: Float64Array): number {
  let z = REGISTERS * tau((REGISTERS - histogram[HASH_BITS + 1]) / REGISTERS)
  for (let i = HASH_BITS; i >= 1; i--) z = (z + histogram[i]) * 0.5
  z += REGISTERS * sigma(histogram[0] / REGISTERS)
  return Math.round((0.7213475204444817 * REGISTERS * REGISTERS) / z)
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0
  let [x, y, z] = [share, 1, 1 - share]
  for (let before = NaN; before !== z;) {
    before = z
    x = Math.sqrt(x)
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}

function sigma(share: number): number {
  if (share === 1) return Infinity
  let [x, y, z] = [share, 1, share]
  for (let before = NaN; before !== z;) {
    before = z
    x *= x
    z += x * y
    y += y
  }
  return z
}
