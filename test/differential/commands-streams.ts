// Random commands on streams and their groups. IDs are small and few, so that they meet; the nodes of the streams are
// small too, so that trimming by whole nodes and the counts of XINFO have something to show.
import fc from 'fast-check'
import { count, keyOf, maybe, oneWord, pick, sloppy, some, value, words } from './words.ts'

const x = keyOf('x1', 'x1', 'x2', 'x3')
const group = pick('g1', 'g1', 'g2', 'g3')
const consumer = pick('c1', 'c1', 'c2', 'c3')
const small = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 })).map(([ms, seq]) => `${ms}-${seq}`)
const odd = pick(
  '0',
  '0-0',
  '5',
  '+',
  '-',
  '$',
  '>',
  '18446744073709551615-18446744073709551615',
  '18446744073709551615',
  '18446744073709551616',
  '9007199254740993-9007199254740995',
  '5-18446744073709551615',
  ' 7-1',
  '+7-01',
  '7--0',
  '7- -1',
  '7-1\0x',
  '7-',
  '-7',
  '7-1-1',
  'x',
  '',
  '7'.repeat(200),
)
const id = fc.oneof(
  { weight: 16, arbitrary: small },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map(String) },
  { weight: 1, arbitrary: odd },
)
const newId = fc.oneof(
  { weight: 6, arbitrary: small },
  { weight: 14, arbitrary: fc.integer({ min: 0, max: 40 }).map((ms) => `${ms}-*`) },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: pick('9007199254740991-*', '18446744073709551614-*', '18446744073709551615-18446744073709551614', '*') },
)
const bound = fc.oneof(
  { weight: 6, arbitrary: id },
  { weight: 6, arbitrary: pick('-', '+') },
  { weight: 3, arbitrary: id.map((text) => `(${text})`.slice(0, -1)) },
)
const field = pick('a', 'b', 'c', '1', '500', 'long field name that takes more room than others in a node of the stream')
const content = fc.oneof(
  { weight: 5, arbitrary: value },
  { weight: 2, arbitrary: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map(String) },
  { weight: 2, arbitrary: pick('127', '128', '-4096', '4095', '32767', '-32768', '8388607', '2147483647', '-9223372036854775808') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 350 }).map((length) => 'x'.repeat(length)) },
)
// No entry is larger than the smallest node: with those, redis-server 7.0 now and then loses a node's memory, and falls.
const nodeBytes = pick('0', '1500', '2000', '4096')
const fields = fc.oneof(
  { weight: 4, arbitrary: words('a', content) },
  { weight: 4, arbitrary: words('a', content, 'b', content) },
  { weight: 2, arbitrary: some(words(field, content), 3) },
)
const limit = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 12 }).map(String) },
  { weight: 1, arbitrary: pick('-1', 'x', '1000000', '9223372036854775807') },
)
const trimming = fc.oneof(
  words('MAXLEN', maybe(oneWord('~', '=')), limit),
  words('MAXLEN', '~', limit, maybe(words('LIMIT', limit))),
  words('MINID', maybe(oneWord('~', '=')), id),
  words('minid', '~', id, 'limit', limit),
  words('MAXLEN', limit, pick('LIMIT', 'MINID'), limit),
)
const block = words('BLOCK', pick('1', '1', '-1', 'x'))
// An ID of `+` came with Redis 7.4.
const readId = fc.oneof({ weight: 6, arbitrary: id.filter((text) => text !== '+') }, { weight: 3, arbitrary: pick('0', '$') })
const groupId = fc.oneof({ weight: 2, arbitrary: id }, { weight: 7, arbitrary: pick('>', '>', '0') })
const reads = (ids: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    { weight: 4, arbitrary: words(x, ids) },
    { weight: 2, arbitrary: fc.tuple(x, x, ids, ids).map((each) => [...each]) },
    { weight: 1, arbitrary: fc.tuple(x, x, ids).map((each) => [...each]) },
  )
const minIdle = pick('0', '0', '0', '50000', '9999999', '-1', 'x')
const range = words(bound, bound, count)

export const streams = fc.oneof(
  { weight: 12, arbitrary: words(sloppy('XADD'), x, newId, fields) },
  { weight: 3, arbitrary: words('XADD', x, maybe(oneWord('NOMKSTREAM')), trimming, newId, fields) },
  words('XADD', 'auto', maybe(oneWord('NOMKSTREAM')), pick('*', '*', '5-*'), 'a', 'b'),
  words('XADD', x, newId, field),
  words('XLEN', x),
  { weight: 2, arbitrary: words('XRANGE', x, bound, bound, maybe(words('COUNT', count))) },
  { weight: 2, arbitrary: words('XREVRANGE', x, bound, bound, maybe(words('COUNT', count))) },
  words('XRANGE', 'auto', '-', '+'),
  { weight: 3, arbitrary: words('XDEL', x, some(id)) },
  { weight: 2, arbitrary: words('XTRIM', x, trimming) },
  words('XTRIM', x, 'LIMIT', limit),
  words(
    'XSETID',
    x,
    id,
    maybe(words('ENTRIESADDED', pick('0', '1', '5', '50', '-1', 'x', '9223372036854775807'))),
    maybe(words('MAXDELETEDID', id)),
  ),
  { weight: 2, arbitrary: words('XREAD', maybe(words('COUNT', count)), maybe(block), 'STREAMS', reads(readId)) },
  words('XREAD', maybe(words('GROUP', group, consumer)), maybe(oneWord('NOACK')), 'STREAMS', x, pick('0', '>')),
  {
    weight: 10,
    arbitrary: words(
      'XREADGROUP',
      'GROUP',
      group,
      consumer,
      maybe(words('COUNT', count)),
      maybe(block),
      maybe(oneWord('NOACK', 'noack')),
      'STREAMS',
      reads(groupId),
    ),
  },
  {
    weight: 5,
    arbitrary: words(
      'XGROUP',
      'CREATE',
      x,
      group,
      fc.oneof(id, pick('0', '$')),
      maybe(oneWord('MKSTREAM')),
      maybe(words('ENTRIESREAD', pick('0', '1', '3', '10', '-1', '-2', 'x', '9223372036854775807'))),
    ),
  },
  words('XGROUP', 'SETID', x, group, fc.oneof(id, pick('0', '$')), maybe(words('ENTRIESREAD', pick('0', '2', '10', '-1', '-2', 'x')))),
  words('XGROUP', 'DESTROY', x, group),
  words('XGROUP', pick('CREATECONSUMER', 'DELCONSUMER'), x, group, consumer),
  words('XGROUP', pick('foo', 'CREATE', 'DESTROY'), x, group),
  { weight: 3, arbitrary: words('XACK', x, group, some(id)) },
  words('XPENDING', x, group),
  { weight: 2, arbitrary: words('XPENDING', x, group, maybe(words('IDLE', minIdle)), range, maybe(words(consumer))) },
  {
    weight: 3,
    arbitrary: words(
      'XCLAIM',
      x,
      group,
      consumer,
      minIdle,
      some(id),
      maybe(words('IDLE', pick('0', '100000', '2000000', '-5', 'x'))),
      maybe(words('TIME', pick('0', '5', '-5', '99999999999999', 'x'))),
      maybe(words('RETRYCOUNT', pick('0', '5', '-3', 'x', '9223372036854775807'))),
      maybe(oneWord('FORCE')),
      maybe(oneWord('JUSTID', 'foo')),
      maybe(words('LASTID', id)),
    ),
  },
  {
    weight: 3,
    arbitrary: words('XAUTOCLAIM', x, group, consumer, minIdle, bound, maybe(words('COUNT', count)), maybe(oneWord('JUSTID', 'foo'))),
  },
  { weight: 2, arbitrary: words('XINFO', 'STREAM', x, maybe(words('FULL', maybe(words('COUNT', count))))) },
  words('XINFO', 'GROUPS', x),
  words('XINFO', 'CONSUMERS', x, group),
  words('XINFO', pick('foo', 'STREAM'), x, 'foo'),
  words(pick('RENAME', 'COPY', 'RENAMENX'), x, x),
  words('COPY', x, x, 'REPLACE'),
  words('MOVE', x, '1'),
  words('OBJECT', 'ENCODING', pick('x1', 'none')),
  words('TYPE', x),
  words('DEL', x),
  words('CONFIG', 'SET', 'stream-node-max-entries', pick('1', '2', '3', '5', '100', '0')),
  words('CONFIG', 'SET', 'stream-node-max-bytes', nodeBytes),
  words('SET', 's1', 'a'),
  words('RPUSH', 'l1', 'a'),
)
