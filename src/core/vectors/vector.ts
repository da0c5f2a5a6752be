// Vectors as a vector set keeps them: of length 1, in full, in eight bits a component, or in one. How alike two are is the cosine of
// the angle between them; a distance goes from 0 for the same direction to 2 for the opposite one.

import { type ByteString, toUint8Array } from '../bytes.ts'

export const MOST_DIMENSIONS = 65_536
export const MOST_M = 4096

/** As VINFO has them. */
export type Quantization = 'f32' | 'int8' | 'bin'

export interface Vector {
  readonly data: Float32Array | Int8Array | Uint32Array
  /** In eight bits: what 127 stands for. */
  readonly range: number
  /** The length it came with. */
  readonly length: number
}

/** Vectors are brought to fewer dimensions. */
export interface Projection {
  /** How many they have at first. */
  readonly from: number
  readonly matrix: Float32Array
}

/** What a set is made with. */
export interface Form {
  readonly quantization: Quantization
  /** Dimensions of its vectors. */
  readonly dim: number
  /** How many links an element has on a layer; on the lowest twice as many. */
  readonly m: number
  readonly projection: Projection | null
}

type Distance = (a: Vector, b: Vector) => number

/** Brings a vector to length 1, in 32 bits as Redis does it. @returns the length that it had; 1 for one that has none */
function normalize(values: Float32Array): number {
  const { fround } = Math
  let sum = 0
  for (let i = 0; i < values.length; i += 4) {
    // Four at a time; those left over one by one.
    const four = i + 3 < values.length
    let part = four ? 0 : sum
    for (let j = i; j < Math.min(i + 4, values.length); j++) part = fround(part + fround(values[j] * values[j]))
    sum = four ? fround(sum + part) : part
  }
  if (sum === 0) return 1
  // Too large for that: Redis loses the vector.
  if (sum === Infinity) sum = values.reduce((all, value) => all + value * value, 0)
  const length = fround(Math.sqrt(sum))
  for (let i = 0; i < values.length; i++) values[i] /= length
  return length
}

/** Brings a vector into the form of a set. */
export function quantized(values: Float32Array, quantization: Quantization): Vector {
  const unit = values.slice()
  const length = normalize(unit)
  if (quantization === 'f32') return { data: unit, range: 0, length }
  if (quantization === 'bin') {
    // Whole words of 64 bits, as files have them.
    const bits = new Uint32Array(Math.ceil(unit.length / 64) * 2)
    for (let i = 0; i < unit.length; i++) if (unit[i] > 0) bits[i >> 5] |= 1 << (i & 31)
    return { data: bits, range: 0, length }
  }
  let range = 0
  for (const value of unit) range = Math.max(range, Math.abs(value))
  const data = new Int8Array(unit.length)
  const scale = Math.fround(127 / range)
  // As C's roundf: halves go away from zero.
  for (let i = 0; range > 0 && i < unit.length; i++) data[i] = Math.sign(unit[i]) * Math.round(Math.fround(Math.abs(unit[i]) * scale))
  return { data, range, length }
}

/** The vector again, with its length, as well as it is known. Of one bit a component only the signs are. */
export function restored({ data, range, length }: Vector, dim: number): Float32Array {
  const values = new Float32Array(dim)
  for (let i = 0; i < dim; i++) {
    if (data instanceof Uint32Array) values[i] = data[i >> 5] & (1 << (i & 31)) ? 1 : -1
    else values[i] = (data instanceof Int8Array ? (data[i] * range) / 127 : data[i]) * length
  }
  return values
}

// V8 makes good code of a loop over one kind of array only, and of sums that do not wait for each other.

function dotOfFloats(x: Float32Array, y: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < x.length; i += 4) {
    a += x[i] * y[i]
    b += x[i + 1] * y[i + 1]
    c += x[i + 2] * y[i + 2]
    d += x[i + 3] * y[i + 3]
  }
  for (; i < x.length; i++) a += x[i] * y[i]
  return a + b + c + d
}

function dotOfBytes(x: Int8Array, y: Int8Array): number {
  let sum = 0
  let i = 0
  // Eight at a time, and as integers: 65 536 products are less than 2^31.
  for (; i + 7 < x.length; i += 8) {
    const first = x[i] * y[i] + x[i + 1] * y[i + 1] + x[i + 2] * y[i + 2] + x[i + 3] * y[i + 3]
    sum = (sum + first + x[i + 4] * y[i + 4] + x[i + 5] * y[i + 5] + x[i + 6] * y[i + 6] + x[i + 7] * y[i + 7]) | 0
  }
  for (; i < x.length; i++) sum = (sum + x[i] * y[i]) | 0
  return sum
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x5555_5555)
  n = (n & 0x3333_3333) + ((n >>> 2) & 0x3333_3333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

const between = (distance: number): number => Math.fround(Math.min(Math.max(distance, 0), 2))

/** How to tell the distance of two vectors of a set. */
export function distanceOf(quantization: Quantization, dim: number): Distance {
  if (quantization === 'f32') return (a, b) => between(1 - dotOfFloats(a.data as Float32Array, b.data as Float32Array))
  if (quantization === 'int8') {
    return (a, b) => between(1 - dotOfBytes(a.data as Int8Array, b.data as Int8Array) * ((a.range / 127) * (b.range / 127)))
  }
  return (a, b) => {
    let different = 0
    for (let i = 0; i < a.data.length; i++) different += ones(a.data[i] ^ b.data[i])
    return Math.fround((different * 2) / dim)
  }
}

/**
 * The matrix that takes vectors to fewer dimensions: of ones and minus ones, after Hadamard, so that every set gets the same.
 * @returns row after row
 */
export function projection(from: number, to: number): Float32Array {
  const matrix = new Float32Array(from * to)
  const scale = 1 / Math.sqrt(from)
  for (let i = 0; i < to; i++) for (let j = 0; j < from; j++) matrix[i * from + j] = ones(i & j) % 2 === 0 ? scale : -scale
  return matrix
}

export function project(values: Float32Array, matrix: Float32Array, to: number): Float32Array {
  const from = values.length
  return Float32Array.from({ length: to }, (_, i) => dotOfFloats(matrix.subarray(i * from, (i + 1) * from), values))
}

/** How many bytes a vector takes. */
export const vectorBytes = (quantization: Quantization, dim: number): number =>
  quantization === 'f32' ? dim * 4 : quantization === 'int8' ? dim : Math.ceil(dim / 64) * 8

/** The bytes of a vector, as files and FP32 have them: lowest first. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength)

/** A vector of its bytes. */
export function fromBytes(bytes: ByteString, quantization?: 'f32'): Float32Array
export function fromBytes(bytes: ByteString, quantization: Quantization): Vector['data']
export function fromBytes(bytes: ByteString, quantization: Quantization = 'f32'): Vector['data'] {
  const { buffer } = toUint8Array(bytes).slice()
  if (quantization === 'f32') return new Float32Array(buffer)
  return quantization === 'int8' ? new Int8Array(buffer) : new Uint32Array(buffer)
}
