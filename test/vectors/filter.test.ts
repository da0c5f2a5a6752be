// The filters of VSIM: what they mean, and what is refused.
import { expect, test } from 'vitest'
import { encodeUtf8 } from '../../src/core/bytes.ts'
import { ReplyError } from '../../src/core/reply.ts'
import { parseFilter } from '../../src/core/vectors/filter.ts'

const ATTRIBUTES = {
  year: 1984,
  rating: 7.5,
  name: 'Ännchen "x"',
  genre: 'drama',
  tags: ['a', 'b', 3],
  on: true,
  off: false,
  none: null,
  inner: { year: 1 },
  'two-parts_1': 2,
  __proto__own: 1,
}
const passes = (expression: string, attributes: unknown = ATTRIBUTES): boolean =>
  parseFilter(encodeUtf8(expression))(encodeUtf8(typeof attributes === 'string' ? attributes : JSON.stringify(attributes)))

test.each([
  '.year == 1984',
  '.year>=1984 and .year<1990',
  '.year > 1980 && .rating > 7',
  '.year < 1980 or .genre == "drama"',
  ".genre == 'drama' || .year == 0",
  '.genre in ["comedy", "drama"]',
  '3 in .tags',
  '"a" in .tags and not ("z" in .tags)',
  '"ram" in .genre',
  '!(.year == 1)',
  'not .off',
  'not not .on',
  '.on == 1 and .off == 0',
  '.none == null',
  '.year != null',
  '(.year - 1980) ** 2 == 16',
  '2 ** 3 ** 2 == 512',
  '7 % 4 == 3 and 1 + 2 * 3 == 7',
  '.year - 4 == 1980',
  '.year -4 == 1980',
  '.rating / 2 > 3.7',
  '.year > -5',
  '-5 < .year',
  '1 < 2 == 1',
  '.name == "Ännchen \\"x\\""',
  '.two-parts_1 == 2',
  '"1984" == .year',
  '.tags',
  '.genre',
  '[1, 2,]',
  '5 in [ ]  ==  0',
])('%s holds', (expression) => {
  expect(passes(expression)).toBe(true)
})

test.each([
  '.year == 1985',
  '.missing == 1',
  '.missing == 1 or .year == 1984', // an attribute that is missing decides
  '.inner == 1',
  '.genre in "drama and comedy" and 0',
  'not .year',
  '.none',
  '""',
  '0',
  '.genre > 1',
  '3 in .genre',
  '.toString == 1',
  '.__proto__ == null',
])('%s does not hold', (expression) => {
  expect(passes(expression)).toBe(false)
})

test('attributes that are no object pass no filter', () => {
  for (const attributes of ['', 'x', '[1]', '"text"', 'null', '{"year":1984', '1']) expect(passes('.year == 1984', attributes)).toBe(false)
  expect(passes('.year == 1984', '{"year":1984}')).toBe(true)
})

test.each([
  ['', ''],
  ['.year >', '.year >'],
  ['.year > 1 and', '.year > 1 and'],
  ['(.year', '(.year'],
  ['.year)', '.year)'],
  ['.year 5', '.year 5'],
  ['.year == 5 # 3', '# 3'],
  ['.year = 5', ' 5'],
  ['.year == "x', '.year == "x'],
  ['.year in [1, .x]', '.x]'],
  ['.year == 1.2.3', '.year == 1.2.3'],
  ['. == 1', '. == 1'],
  ['maybe', 'maybe'],
])('%s is refused', (expression, near) => {
  expect(() => passes(expression)).toThrow(expect.objectContaining({ text: `ERR syntax error in FILTER expression near: ${near}` }))
})

test('parentheses, signs and operators in any number', () => {
  const deep = (count: number): string => `${'('.repeat(count)}1${')'.repeat(count)}`
  expect(passes(deep(100))).toBe(true)
  expect(passes(Array.from({ length: 100_000 }, () => '.on').join(' and '))).toBe(true)
  for (const expression of [deep(100_000), 'not '.repeat(100_000), `${'2**'.repeat(100_000)}2`]) {
    expect(() => passes(expression)).toThrow(ReplyError as unknown as Error)
  }
})
