// CRC-64 as Redis computes it: the Jones polynomial, reflected, from 0 and without a final inversion. The register is two
// 32-bit halves, and eight bytes go in at once through eight tables (slicing-by-8): 0.8 GB/s in Node 20.

// The polynomial 0xad93d23594c935a9 with its bits in reverse, in halves.
const POLY_LOW = 0xac4bc9b5 | 0
const POLY_HIGH = 0x95ac9329 | 0

// Entry i of table t is the CRC of byte i with t zero bytes behind it: the low half at (t << 9) + 2 * i, the high one behind it.
const TABLES = /* @__PURE__ */ makeTables()

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 512)
  for (let i = 0; i < 512; i += 2) {
    let low = i >> 1
    let high = 0
    for (let bit = 0; bit < 8; bit++) {
      const carry = -(low & 1)
      low = ((low >>> 1) | (high << 31)) ^ (carry & POLY_LOW)
      high = (high >>> 1) ^ (carry & POLY_HIGH)
    }
    tables[i] = low
    tables[i + 1] = high
  }
  for (let i = 512; i < tables.length; i += 2) {
    const low = tables[i - 512]
    const high = tables[i - 511]
    const first = (low & 255) << 1
    tables[i] = ((low >>> 8) | (high << 24)) ^ tables[first]
    tables[i + 1] = (high >>> 8) ^ tables[first + 1]
  }
  return tables
}

const PIECE = 4096

/** A running CRC-64. */
export class Crc64 {
  #low = 0
  #high = 0

  /** Takes in bytes `from` up to `to`. */
  update(bytes: Uint8Array, from = 0, to = bytes.length): void {
    // Piece by piece: V8 optimizes a function that is called often, but a single long loop late or not at all.
    for (let i = from; i < to; i += PIECE) this.#piece(bytes, i, Math.min(i + PIECE, to))
  }

  #piece(bytes: Uint8Array, from: number, to: number): void {
    const t = TABLES
    let low = this.#low
    let high = this.#high
    let i = from
    for (const end = to - 7; i < end; i += 8) {
      const a = ((bytes[i] ^ low) & 255) << 1
      const b = ((bytes[i + 1] ^ (low >>> 8)) & 255) << 1
      const c = ((bytes[i + 2] ^ (low >>> 16)) & 255) << 1
      const d = ((bytes[i + 3] ^ (low >>> 24)) & 255) << 1
      const e = ((bytes[i + 4] ^ high) & 255) << 1
      const f = ((bytes[i + 5] ^ (high >>> 8)) & 255) << 1
      const g = ((bytes[i + 6] ^ (high >>> 16)) & 255) << 1
      const h = ((bytes[i + 7] ^ (high >>> 24)) & 255) << 1
      low = t[3584 + a] ^ t[3072 + b] ^ t[2560 + c] ^ t[2048 + d] ^ t[1536 + e] ^ t[1024 + f] ^ t[512 + g] ^ t[h]
      high = t[3585 + a] ^ t[3073 + b] ^ t[2561 + c] ^ t[2049 + d] ^ t[1537 + e] ^ t[1025 + f] ^ t[513 + g] ^ t[h + 1]
    }
    for (; i < to; i++) {
      const a = ((bytes[i] ^ low) & 255) << 1
      low = ((low >>> 8) | (high << 24)) ^ t[a]
      high = (high >>> 8) ^ t[a + 1]
    }
    this.#low = low
    this.#high = high
  }

  /** Whether the eight bytes at a place are the checksum. */
  matches(bytes: Uint8Array, at: number): boolean {
    return this.digest().every((byte, i) => byte === bytes[at + i])
  }

  /** The eight bytes of the checksum, lowest first. */
  digest(): Uint8Array {
    const bytes = new Uint8Array(8)
    for (let i = 0; i < 4; i++) {
      bytes[i] = this.#low >>> (8 * i)
      bytes[i + 4] = this.#high >>> (8 * i)
    }
    return bytes
  }
}
