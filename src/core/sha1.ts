// SHA-1, by which scripts are named: https://www.rfc-editor.org/rfc/rfc3174
import type { ByteString } from './bytes.ts'

/** The digest in hexadecimal. */
export function sha1(text: ByteString): string {
  return hexOf(sha1Words(paddedWords(text)))
}

export const hexOf = (words: Int32Array): string => Array.from(words, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')

/** A text as whole blocks: a bit behind it, and its length at the end. */
export function paddedWords(text: ByteString): Int32Array {
  const words = new Int32Array((((text.length + 8) >> 6) + 1) * 16)
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8)
  words[text.length >> 2] |= 0x80 << (24 - (text.length & 3) * 8)
  words[words.length - 2] = Math.floor(text.length / 2 ** 29)
  words[words.length - 1] = text.length << 3
  return words
}

/** The digest of whole blocks, as five words. */
export function sha1Words(words: Int32Array): Int32Array {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  const schedule = new Int32Array(80)
  for (let block = 0; block < words.length; block += 16) {
    for (let i = 0; i < 16; i++) schedule[i] = words[block + i]
    for (let i = 16; i < 80; i++) schedule[i] = rotate(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1)
    let [a, b, c, d, e] = [state[0], state[1], state[2], state[3], state[4]]
    for (let i = 0; i < 80; i++) {
      // Sums of two that are cut to 32 bits at once take half the time of a sum of all, which is a double.
      const mixed =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6
      const next = (rotate(a, 5) + (mixed | 0) + ((e + schedule[i]) | 0)) | 0
      e = d
      d = c
      c = rotate(b, 30)
      b = a
      a = next
    }
    state[0] += a
    state[1] += b
    state[2] += c
    state[3] += d
    state[4] += e
  }
  return state
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
