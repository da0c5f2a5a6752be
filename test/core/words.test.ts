import { expect, test } from 'vitest'
import { splitWords } from '../../src/core/words.ts'

test('a line is split as redis-cli splits it', () => {
  expect(splitWords(String.raw`a "b \"c\" \n\x41\xff" 'd \'e\' \n' "" ''`)).toEqual(['a', 'b "c" \nA\xff', "d 'e' \\n", '', ''])
  expect(splitWords('  a\tb\x0bc ')).toEqual(['a', 'b', 'c'])
  expect(splitWords('a\xa0b')).toEqual(['a\xa0b'])
  expect(splitWords('   ')).toEqual([])
  expect(splitWords('a b\0 c"')).toEqual(['a', 'b'])
})

test('a quote may begin within a word, and ends it', () => {
  expect(splitWords(`name="my lib" a'b' c`)).toEqual(['name=my lib', 'ab', 'c'])
  for (const line of ['"a', "a 'b", '"a"b', `'a''b'`, String.raw`'a\'`, String.raw`"a\"`]) expect(splitWords(line)).toBe(null)
})

test('a line of blanks or quotes takes no longer the longer it is', () => {
  expect(splitWords(`a${' '.repeat(300_000)}b`)).toEqual(['a', 'b'])
  expect(splitWords(`"${'x'.repeat(300_000)}`)).toBe(null)
})

test('quoted words may be as long as memory allows', () => {
  const long = 'x'.repeat(20_000_000)
  expect(splitWords(`"${long}"`)?.[0].length).toBe(long.length)
  expect(splitWords(`'${long}'`)?.[0].length).toBe(long.length)
  expect(splitWords(`"${String.raw`\"`.repeat(2_000_000)}" end`)?.map((word) => word.length)).toEqual([2_000_000, 3])
})
