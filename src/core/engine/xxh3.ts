// XXH3 with 64 bits, the hash behind DIGEST: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
import { type ByteString, toUint8Array, viewOf } from '../bytes.ts'

const SECRET = new DataView(
  Uint8Array.from(
    'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e'.match(
      /../g,
    )!,
    (byte) => parseInt(byte, 16),
  ).buffer,
)
const P32_1 = 0x9e3779b1n
const P32_2 = 0x85ebca77n
const P32_3 = 0xc2b2ae3dn
const P64_1 = 0x9e3779b185ebca87n
const P64_2 = 0xc2b2ae3d27d4eb4fn
const P64_3 = 0x165667b19e3779f9n
const P64_4 = 0x85ebca77c2b2ae63n
const P64_5 = 0x27d4eb2f165667c5n
const MIX_1 = 0x165667919e3779f9n
const MIX_2 = 0x9fb21c651e98df25n
const LOW = 0xffffffffn

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value)
const xorShift = (value: bigint, bits: bigint): bigint => value ^ (value >> bits)
const rotate = (value: bigint, bits: bigint): bigint => wrap(value << bits) | (value >> (64n - bits))
const avalanche = (value: bigint): bigint => xorShift(wrap(xorShift(wrap(value), 37n) * MIX_1), 32n)
const shortAvalanche = (value: bigint): bigint => xorShift(wrap(xorShift(wrap(xorShift(value, 33n) * P64_2), 29n) * P64_3), 32n)

/** The product of 64 bits by 64, its halves folded into one. */
function fold(a: bigint, b: bigint): bigint {
  const product = a * b
  return wrap(product) ^ (product >> 64n)
}

/** The hash of some bytes, as sixteen hexadecimal digits. */
export function xxh3(text: ByteString): string {
  return hash(viewOf(toUint8Array(text)), text.length)
    .toString(16)
    .padStart(16, '0')
}

function hash(data: DataView, length: number): bigint {
  const secret = (at: number): bigint => SECRET.getBigUint64(at, true)
  const read = (at: number): bigint => data.getBigUint64(at, true)
  const mix = (at: number, from: number): bigint => fold(read(at) ^ secret(from), read(at + 8) ^ secret(from + 8))
  const size = BigInt(length)

  if (length === 0) return shortAvalanche(secret(56) ^ secret(64))
  if (length < 4) {
    const [first, middle, last] = [0, length >> 1, length - 1].map((at) => BigInt(data.getUint8(at)))
    return shortAvalanche(((first << 16n) | (middle << 24n) | last | (size << 8n)) ^ ((secret(0) ^ (secret(0) >> 32n)) & LOW))
  }
  if (length < 9) {
    const mixed = (BigInt(data.getUint32(length - 4, true)) | (BigInt(data.getUint32(0, true)) << 32n)) ^ secret(8) ^ secret(16)
    const spread = wrap((mixed ^ rotate(mixed, 49n) ^ rotate(mixed, 24n)) * MIX_2)
    return xorShift(wrap((spread ^ ((spread >> 35n) + size)) * MIX_2), 28n)
  }
  if (length < 17) {
    const low = read(0) ^ secret(24) ^ secret(32)
    const high = read(length - 8) ^ secret(40) ^ secret(48)
    const swapped = new DataView(new ArrayBuffer(8))
    swapped.setBigUint64(0, low)
    return avalanche(size + swapped.getBigUint64(0, true) + high + fold(low, high))
  }
  let sum = size * P64_1
  if (length <= 128) {
    for (let i = 0; i <= (length - 1) >> 5; i++) sum += mix(16 * i, 32 * i) + mix(length - 16 * (i + 1), 32 * i + 16)
    return avalanche(sum)
  }
  if (length <= 240) {
    for (let i = 0; i < 8; i++) sum += mix(16 * i, 16 * i)
    sum = avalanche(sum)
    for (let i = 8; i < length >> 4; i++) sum += mix(16 * i, 16 * i - 125)
    return avalanche(sum + mix(length - 16, 119))
  }
  const lanes = BigUint64Array.of(P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1)
  // In halves of 32 bits, the lower one first: several times as fast as bigints.
  const halves = new Uint32Array(lanes.buffer)
  const add = (lane: number, low: number, high: number): void => {
    const sum = halves[2 * lane] + low
    halves[2 * lane] = sum
    halves[2 * lane + 1] += high + (sum >= 2 ** 32 ? 1 : 0)
  }
  const stripe = (start: number, from: number): void => {
    for (let i = 0; i < 8; i++) {
      const at = start + 8 * i
      const key = from + 8 * i
      const low = data.getUint32(at, true)
      const high = data.getUint32(at + 4, true)
      add(i ^ 1, low, high)
      const a = low ^ SECRET.getUint32(key, true)
      const b = (high ^ SECRET.getUint32(key + 4, true)) >>> 0
      // The product of a and b, of which a double would not hold all digits.
      const upper = (a >>> 16) * b
      const lower = (a & 0xffff) * b + (upper % 2 ** 16) * 2 ** 16
      add(i, lower % 2 ** 32, Math.floor(upper / 2 ** 16) + Math.floor(lower / 2 ** 32))
    }
  }
  for (let n = 0; n < (length - 1) >> 6; n++) {
    stripe(64 * n, 8 * (n & 15))
    if ((n & 15) === 15) for (let i = 0; i < 8; i++) lanes[i] = (xorShift(lanes[i], 47n) ^ secret(128 + 8 * i)) * P32_1
  }
  stripe(length - 64, 121)
  for (let i = 0; i < 8; i += 2) sum += fold(lanes[i] ^ secret(11 + 8 * i), lanes[i + 1] ^ secret(19 + 8 * i))
  return avalanche(sum)
}
