// LZF, the compression of RDB strings. A control byte below 32 copies so many bytes and one more from the input; any other
// repeats what was put out before: 3 bits length, 13 bits distance, and a byte more of length when the 3 bits are full.
import { type ByteString, putBytes } from '../../bytes.ts'

const HASH_BITS = 13
const MAX_DISTANCE = 1 << 13
const MAX_REPEAT = 264
const MAX_LITERAL = 32
const SKIP_BITS = 6
/** A repeat puts out at most 264 bytes for 3: more than this cannot come out of a byte. */
export const MAX_EXPANSION = 88

/** Compresses strings one after the other, with the same memory for all of them. */
export class LzfCompressor {
  // Where three bytes of a hash were last seen, counted over all inputs, so that it need not be cleared for each.
  readonly #seen = new Int32Array(1 << HASH_BITS)
  #base = 1
  #input = new Uint8Array(256)
  /** What `compress` made. */
  output: Uint8Array = new Uint8Array(256)

  /** Compresses a string into `output`. @returns how many bytes that took; 0 if it would not save at least 4 */
  compress(text: ByteString): number {
    const { length } = text
    if (this.#input.length < length) {
      // With room for those that are a little longer; to have twice as much of a very long one takes longer than to compress it.
      const room = length + Math.min(length, 1 << 16)
      this.#input = new Uint8Array(room)
      this.output = new Uint8Array(room)
    }
    const input = putBytes(this.#input, 0, text)
    if (this.#base > 2 ** 30) {
      this.#base = 1
      this.#seen.fill(0)
    }
    const size = pack(input, length, this.output, length - 4, this.#seen, this.#base)
    this.#base += length
    return size
  }
}

function pack(input: Uint8Array, length: number, output: Uint8Array, room: number, seen: Int32Array, base: number): number {
  let out = 1 // behind the control byte of the literals to come
  let literals = 0
  let next = 0 // where a repeat is looked for again
  let repeated = 0 // end of the last one
  for (let i = 0; i < length;) {
    if (i >= next && i < length - 2) {
      const hash = Math.imul((input[i] << 16) | (input[i + 1] << 8) | input[i + 2], 0x9e3779b1) >>> (32 - HASH_BITS)
      const from = seen[hash] - base
      const distance = i - from - 1
      seen[hash] = base + i
      const found = from >= 0 && distance < MAX_DISTANCE && input[from] === input[i] && input[from + 1] === input[i + 1]
      if (found && input[from + 2] === input[i + 2]) {
        const most = Math.min(length - i, MAX_REPEAT)
        let repeat = 3
        while (repeat < most && input[from + repeat] === input[i + repeat]) repeat++
        if (literals > 0) output[out - literals - 1] = literals - 1
        else out--
        if (out + 3 > room) return 0
        if (repeat < 9) output[out++] = ((repeat - 2) << 5) | (distance >> 8)
        else {
          output[out++] = 0xe0 | (distance >> 8)
          output[out++] = repeat - 9
        }
        output[out++] = distance
        out++
        literals = 0
        i += repeat
        repeated = i
        continue
      }
      // The longer nothing has repeated, the larger the steps in which repeats are looked for.
      next = i + 1 + ((i - repeated) >> SKIP_BITS)
    }
    if (out >= room) return 0
    output[out++] = input[i++]
    if (++literals === MAX_LITERAL) {
      output[out - literals - 1] = literals - 1
      literals = 0
      out++
    }
  }
  if (literals > 0) output[out - literals - 1] = literals - 1
  else out--
  return out
}

/** Decompresses bytes `from` up to `to`. @returns whether they fill the first `length` bytes of `output` exactly */
export function decompress(input: Uint8Array, from: number, to: number, output: Uint8Array, length: number): boolean {
  let out = 0
  let i = from
  while (i < to) {
    const control = input[i++]
    if (control < MAX_LITERAL) {
      const end = i + control + 1
      if (end > to || out + control >= length) return false
      while (i < end) output[out++] = input[i++]
    } else {
      let repeat = control >> 5
      if (repeat === 7) {
        if (i === to) return false
        repeat += input[i++]
      }
      if (i === to) return false
      let back = out - ((control & 31) << 8) - input[i++] - 1
      const end = out + repeat + 2
      if (back < 0 || end > length) return false
      while (out < end) output[out++] = output[back++]
    }
  }
  return out === length
}
