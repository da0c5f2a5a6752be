// Random commands on HyperLogLogs, and on strings that are damaged ones. GET shows every byte.
import fc from 'fast-check'
import { keyOf, pick, some, value, words } from './words.ts'

const hll = keyOf('p1', 'p2', 'p3', 'p4')
const element = fc.oneof(
  value,
  fc.integer({ min: 0, max: 100_000 }).map(String),
  fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }).map((bytes) => String.fromCharCode(...bytes)),
)
/** So many that a sparse one grows dense. */
const many = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 1500 }))
  .map(([from, size]) => Array.from({ length: size }, (_, i) => `element ${from * 100 + i}`))
const header = pick('HYLL\x01', 'HYLL\x00', 'HYLL\x02', 'HYLX\x01').map((magic) => magic + '\0'.repeat(10) + '\x80')
// No run is cut in two: redis-server then reads, and shows, what lies behind the string.
const opcodes = pick('\x7f\xff', '\x7f\xfe\x80', '\x7f\xf0\x8f\x0b', '\x3f\x80\x7f\xbe', '\xff'.repeat(20), '')

export const hyperloglogs = fc.oneof(
  { weight: 6, arbitrary: words('PFADD', hll, some(element, 8)) },
  words('PFADD', hll),
  { weight: 2, arbitrary: words('PFADD', hll, many) },
  { weight: 3, arbitrary: words('PFCOUNT', some(hll, 3)) },
  { weight: 2, arbitrary: words('PFMERGE', hll, some(hll, 3)) },
  words('PFMERGE', hll),
  words('PFDEBUG', pick('ENCODING', 'encoding', 'DECODE', 'GETREG', 'TODENSE', 'foo'), hll),
  words('GET', hll),
  words('STRLEN', hll),
  words(
    'SET',
    'p4',
    fc.tuple(header, opcodes).map((parts) => parts.join('')),
  ),
  words('SETRANGE', hll, fc.integer({ min: 0, max: 15 }).map(String), pick('\x80', '\0', 'H', '\xff', '\x7f')),
  words('SETRANGE', hll, '12304', 'x'),
  words('SET', hll, value),
  words('COPY', hll, hll),
  words('DEL', hll),
  words('CONFIG', 'SET', 'hll-sparse-max-bytes', pick('3000', '100', '20', '0', '16000')),
  words('LPUSH', 'l1', 'a'),
)
