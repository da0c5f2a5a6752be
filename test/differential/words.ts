// The words that random commands are made of: few keys and values, so that commands meet, and now and then one that is wrong.
import fc from 'fast-check'

export type Command = readonly string[]
export type Words = fc.Arbitrary<readonly string[]>

export const words = (...parts: (string | fc.Arbitrary<string> | Words)[]): Words =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant([part]) : (part as fc.Arbitrary<string | readonly string[]>))))
    .map((found) => found.flat())
export const none: Words = fc.constant([])
export const maybe = (part: Words): Words => fc.oneof({ weight: 2, arbitrary: none }, { weight: 1, arbitrary: part })
export const pick = (...choices: string[]): fc.Arbitrary<string> => fc.constantFrom(...choices)
export const oneWord = (...choices: string[]): Words => pick(...choices).map((word) => [word])
export const some = (part: fc.Arbitrary<string> | Words, most = 4): Words =>
  fc.array(part as fc.Arbitrary<string | readonly string[]>, { minLength: 1, maxLength: most }).map((found) => found.flat())

// A key of each type's own, and some that any command may hit.
export const keyOf = (...names: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 12, arbitrary: pick(...names) }, { weight: 1, arbitrary: pick('s1', 'l1', 'h1', 'set1', 'z1', 'none') })

export const integer = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -6, max: 6 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: -1000, max: 1000 }).map(String) },
  {
    weight: 1,
    arbitrary: pick(
      '9223372036854775807',
      '-9223372036854775808',
      '9223372036854775806',
      '9007199254740993',
      '99999999999999999999',
      '9223372036854775808',
      '-9223372036854775809',
      '-9223372036854775807',
      '4294967296',
      '-2147483649',
    ),
  },
  { weight: 1, arbitrary: pick('', ' 1', '1 ', '01', '+1', '1.0', '1e2', 'x', '-0', '-') },
)
export const count = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -6, max: 6 }).map(String) },
  { weight: 1, arbitrary: pick('100', '-100', 'x', '', '1.5') },
)
export const float = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  { weight: 4, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }).map(String) },
  {
    weight: 2,
    arbitrary: pick(
      'inf',
      '-inf',
      '+inf',
      '1e300',
      '-1e300',
      '1e-300',
      '0.1',
      '0.2',
      '3.0e3',
      '1.0',
      '.5',
      '5.',
      '0x10',
      '-0.0',
      '17179869184.5',
      '1.7976931348623157e308',
      '5e-324',
      '2.2250738585072014e-308',
      '9007199254740993',
      '123456789.123456789',
      '0.30000000000000004',
      '1e17',
      '1e21',
      '-1e-7',
      '0x1p3',
      '0x1.8p-3',
      'infinity',
      '123456789012345678901234567890',
      '0.1234567890123456789012345678901',
    ),
  },
  { weight: 1, arbitrary: pick('nan', '', ' 1', '1 ', 'x', '1e400', '1e-400', '--1', '1e') },
)
export const value = fc.oneof(
  { weight: 5, arbitrary: pick('a', 'b', 'c', 'hello', 'foobar', '') },
  { weight: 3, arbitrary: fc.integer({ min: -20, max: 200 }).map(String) },
  { weight: 1, arbitrary: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }).map((bytes) => String.fromCharCode(...bytes)) },
  { weight: 1, arbitrary: pick('x'.repeat(70), 'y'.repeat(300), '__proto__', '9223372036854775807', '1.5', '3000.1', '-0', '\r\n', ' ') },
)
export const member = pick('a', 'b', 'c', 'd', 'e', 'f', '1', '2', '3', '10', '__proto__', '\xff\0')
export const sloppy = (word: string): fc.Arbitrary<string> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(word) }, { weight: 2, arbitrary: fc.constant(word.toLowerCase()) })

/** Now and then a word too many or too few. */
export function spoilt(commands: Words): Words {
  return fc.tuple(commands, fc.integer({ min: 0, max: 59 }), value).map(([command, dice, extra]) => {
    if (dice === 0 && command.length > 1 && command[0] !== 'SPOP') return command.slice(0, -1)
    // One word more would be a blocking command's timeout, or an option newer than the server's.
    if (dice === 1 && !/^(B[LRZ]|Z(REV)?RANK)/.test(command[0])) return [...command, extra]
    return command
  })
}
