// The hash behind DIGEST. What it must give is from xxHash's own implementation, through python3-xxhash.
import { expect, test } from 'vitest'
import { xxh3 } from '../../../src/core/engine/xxh3.ts'

/** So many bytes, different ones for each length. */
function bytes(length: number): string {
  let state = length + 1
  let text = ''
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    text += String.fromCharCode((state >> 16) & 255)
  }
  return text
}

test.each([
  [0, '2d06800538d394c2'],
  [1, '7aac75b84f2390bf'],
  [3, '17fcb0ba5051c429'],
  [4, '96334f08200cdc46'],
  [8, '04bf2240973535b3'],
  [9, '06cffd0fd53a47a0'],
  [16, 'df65b6e8e9a81037'],
  [17, 'd3aacf4c769285ee'],
  [128, '23c252219a76a1a8'],
  [129, 'cf85d860ef5125a1'],
  [240, 'aca548b74597d2fb'],
  [241, 'ee17218137b14d78'],
  [1024, '07cf0290da6b601f'],
  [1025, '53af6bd1991a2fdd'],
])('%i bytes', (length, digest) => {
  expect(xxh3(bytes(length))).toBe(digest)
})

test('every length up to 2000 bytes: the hash of all hashes', () => {
  const all = Array.from({ length: 2001 }, (_, length) => xxh3(bytes(length)))
  expect(xxh3(all.join(''))).toBe('55f15c2dcdcc50d1')
})
