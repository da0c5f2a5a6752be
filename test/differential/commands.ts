// Random commands, a generator a group: few keys and values, so that commands meet; now and then a wrong type, a wrong
// number or a word too many, so that errors are compared as well.
import fc from 'fast-check'
import { geo } from './commands-geo.ts'
import { hyperloglogs } from './commands-hyperloglog.ts'
import { streams } from './commands-streams.ts'
import {
  type Command,
  count,
  float,
  integer,
  keyOf,
  maybe,
  member,
  none,
  oneWord,
  pick,
  sloppy,
  some,
  spoilt,
  value,
  type Words,
  words,
} from './words.ts'

export type { Command } from './words.ts'

const s = keyOf('s1', 's2', 's3')
const oneExpiry = fc.oneof(
  words(pick('EX', 'ex'), pick('100', '1000', '0', '-1', 'x', '9223372036854775807')),
  words('PX', pick('100000', '0', '9223372036854775807')),
  words('EXAT', pick('33177117420', '0')),
  words('PXAT', pick('33177117420000', '-5')),
)
const expiry = fc.oneof({ weight: 9, arbitrary: oneExpiry }, { weight: 1, arbitrary: words(oneExpiry, oneExpiry) })
const strings = fc.oneof(
  words(sloppy('SET'), s, value),
  words('SET', s, value, maybe(oneWord('NX', 'XX', 'nx')), maybe(oneWord('GET')), maybe(fc.oneof(expiry, oneWord('KEEPTTL')))),
  words('GET', s),
  words('GETSET', s, value),
  words('GETDEL', s),
  words('GETEX', s, maybe(fc.oneof(expiry, oneWord('PERSIST')))),
  words('SETNX', s, value),
  words('SETEX', s, pick('100', '0', '-1', 'x'), value),
  words('PSETEX', s, pick('100000', '0', 'x'), value),
  words('MGET', some(s)),
  words('MSET', some(words(s, value), 3)),
  words('MSETNX', some(words(s, value), 3)),
  words('APPEND', s, value),
  words('STRLEN', s),
  words(
    'SETRANGE',
    s,
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: -1, max: 100 }).map(String) },
      { weight: 1, arbitrary: pick('x', '536870912', '9223372036854775807') },
    ),
    value,
  ),
  words(pick('GETRANGE', 'SUBSTR'), s, integer, integer),
  words(pick('INCR', 'DECR'), s),
  words(pick('INCRBY', 'DECRBY'), s, integer),
  words('INCRBYFLOAT', s, float),
  words('SET', s, fc.oneof(integer, float)),
  words('LCS', s, s, maybe(oneWord('LEN', 'IDX')), maybe(oneWord('WITHMATCHLEN')), maybe(words('MINMATCHLEN', pick('0', '1', '3', 'x')))),
  words('COPY', s, s, 'REPLACE'),
  words('OBJECT', 'REFCOUNT', pick('nosuch')),
  words('TTL', s),
)

const bit = keyOf('bit1', 'bit2', 'bit3', 's1')
const bitOffset = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 120 }).map(String) },
  { weight: 1, arbitrary: pick('-1', 'x', '4294967296', '#1', '99999999999999999999') },
)
const fieldType = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(pick('i', 'u'), fc.integer({ min: 1, max: 63 })).map(([sign, bits]) => `${sign}${bits}`) },
  { weight: 1, arbitrary: pick('i64', 'u64', 'u0', 'i65', 'x8', 'u') },
)
const fieldOffset = fc.oneof(
  bitOffset,
  fc.integer({ min: 0, max: 10 }).map((n) => `#${n}`),
)
const bitfieldPart = fc.oneof(
  words('GET', fieldType, fieldOffset),
  words('SET', fieldType, fieldOffset, integer),
  words('INCRBY', fieldType, fieldOffset, integer),
  words('OVERFLOW', pick('WRAP', 'SAT', 'FAIL', 'wrap', 'foo')),
)
const bitmaps = fc.oneof(
  words('SETBIT', bit, bitOffset, pick('0', '1', '1', '2')),
  words('GETBIT', bit, bitOffset),
  words('SET', bit, value),
  words('BITCOUNT', bit, maybe(words(integer, integer, maybe(oneWord('BYTE', 'BIT', 'bit', 'foo'))))),
  words('BITPOS', bit, pick('0', '1', '2'), maybe(words(integer, maybe(words(integer, maybe(oneWord('BYTE', 'BIT'))))))),
  words('BITOP', pick('AND', 'OR', 'XOR', 'NOT', 'foo'), bit, some(bit, 3)),
  words('BITFIELD', bit, some(bitfieldPart, 4)),
  words('BITFIELD_RO', bit, some(bitfieldPart, 2)),
  words('GET', bit),
  words('OBJECT', 'ENCODING', bit),
  words('DEL', bit),
)

const anyKey = pick('s1', 's2', 'l1', 'h1', 'set1', 'z1', 'z2', 'none', 'k1')
/** A set's elements have no order, so none is to come where SORT takes some of those of a sorted set. */
const noSortedSet = pick('s1', 's2', 'set1', 'k1')
const seconds = pick('100', '1000', '0', '-1', 'x', '9223372036854775807', '-9223372036854775808', '50')
const expireFlags = fc.oneof(
  { weight: 4, arbitrary: none },
  { weight: 4, arbitrary: oneWord('NX', 'XX', 'GT', 'LT', 'nx') },
  { weight: 1, arbitrary: words(pick('NX', 'GT'), pick('LT', 'XX', 'foo')) },
)
const seed = fc.oneof(
  words('SET', pick('s1', 's2', 'k1'), value),
  words('RPUSH', 'l1', some(pick('3', '1', '2', '10', 'b', 'a'), 5)),
  words('HSET', 'h1', some(words(member, value), 3)),
  words('SADD', 'set1', some(pick('1', '2', '3', '10'), 5)),
  words('ZADD', pick('z1', 'z2'), some(words(fc.integer({ min: 0, max: 9 }).map(String), member), 4)),
  words('SET', pick('w_1', 'w_2', 'w_3', 'w_10', 'w_a'), fc.oneof(float, value)),
  words('HSET', pick('hw_1', 'hw_2', 'hw_3'), 'f', fc.oneof(float, value)),
)
const sortOptions = fc
  .array(
    fc.oneof(
      words('BY', pick('w_*', 'hw_*->f', 'x*y*z')),
      words('LIMIT', pick('0', '1', '-1', 'x'), pick('2', '0', '-1', '10')),
      words('GET', pick('#', 'w_*', 'hw_*->f', 'nostar')),
      oneWord('ASC', 'DESC'),
      words('STORE', pick('l2', 'l1', 's1')),
    ),
    { maxLength: 4 },
  )
  .map((found) => found.flat())
const keys = fc.oneof(
  { weight: 8, arbitrary: seed },
  words(pick('DEL', 'UNLINK', 'EXISTS', 'TOUCH'), some(anyKey)),
  words('TYPE', anyKey),
  words('KEYS', pick('*', 's*', '?1', '[sl]1', '[^s]*', 'nothing*', '\\s1', '[a-z]1')),
  words(pick('RENAME', 'RENAMENX'), anyKey, noSortedSet),
  words('COPY', anyKey, noSortedSet, maybe(words('DB', pick('0', '1', '99', 'x'))), maybe(oneWord('REPLACE', 'foo'))),
  words('MOVE', anyKey, pick('1', '0', '99', 'x')),
  words('SWAPDB', pick('0', '1', '99', 'x'), pick('0', '1', '99', 'x')),
  words('EXPIRE', anyKey, seconds, expireFlags),
  words('PEXPIRE', anyKey, pick('100000', '1000000', '50000', '0', '-1', 'x', '9223372036854775807'), expireFlags),
  words('EXPIREAT', anyKey, pick('33177117420', '0', 'x', '33177117421'), expireFlags),
  words('PEXPIREAT', anyKey, pick('33177117420000', '-1', '33177117420001'), expireFlags),
  words(pick('TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME', 'PERSIST'), anyKey),
  words('OBJECT', 'ENCODING', anyKey),
  words('OBJECT', pick('REFCOUNT', 'FREQ', 'foo'), 'nosuch'),
  words(
    'SCAN',
    '0',
    'COUNT',
    pick('1000', '0', 'x'),
    maybe(words('MATCH', pick('*1', 's*'))),
    maybe(words('TYPE', pick('string', 'list', 'zset', 'foo'))),
  ),
  words('SORT', anyKey, sortOptions),
  words('SORT', anyKey, 'BY', pick('nosort', 'hw_->f'), maybe(oneWord('DESC')), maybe(words('GET', '#')), maybe(words('STORE', 'l2'))),
  // A set has no order of its own.
  words(
    'SORT',
    pick('l1', 'z1', 'z2', 'h1', 'none'),
    'BY',
    'nosort',
    maybe(oneWord('DESC')),
    words('LIMIT', pick('0', '1', '-1'), pick('0', '1', '2', '-1')),
  ),
  // With equal weights ALPHA has no defined order, so it comes without BY.
  words('SORT', anyKey, pick('ALPHA', 'alpha'), maybe(oneWord('DESC')), maybe(words('LIMIT', '1', '3'))),
  words('SORT_RO', anyKey, sortOptions),
  words('SELECT', pick('0', '1', '0', '16', 'x', '-1')),
  words('DBSIZE'),
  words(pick('FLUSHDB', 'FLUSHALL'), maybe(oneWord('SYNC', 'foo'))),
  words('RANDOMKEY'),
)

const l = keyOf('l1', 'l2', 'l3')
const end = pick('LEFT', 'RIGHT', 'left', 'right', 'LEFT', 'foo')
const timeout = pick('0.01', '0.01', 'x', '-1')
const lists = fc.oneof(
  { weight: 3, arbitrary: words(pick('LPUSH', 'RPUSH'), l, some(value)) },
  words(pick('LPUSHX', 'RPUSHX'), l, some(value)),
  words(pick('LPOP', 'RPOP'), l, maybe(count.map((n) => [n]))),
  words('LLEN', l),
  words('LINDEX', l, integer),
  words('LSET', l, integer, value),
  words('LINSERT', l, pick('BEFORE', 'AFTER', 'before', 'foo'), value, value),
  words('LRANGE', l, integer, integer),
  words('LTRIM', l, integer, integer),
  words('LREM', l, count, value),
  words(
    'LPOS',
    l,
    value,
    maybe(words('RANK', pick('1', '2', '-1', '0', 'x', '-3'))),
    maybe(words('COUNT', count)),
    maybe(words('MAXLEN', count)),
  ),
  words('LMOVE', l, l, end, end),
  words('RPOPLPUSH', l, l),
  words('LMPOP', pick('1', '2', '1', '0', 'x'), some(l, 2), end, maybe(words('COUNT', count))),
  words(pick('BLPOP', 'BRPOP'), some(keyOf('l1', 'l2', 'l3'), 2), timeout),
  words('BLMPOP', timeout, pick('1', '2', '0'), some(l, 2), end, maybe(words('COUNT', count))),
  words('BLMOVE', l, l, end, end, timeout),
  words('BRPOPLPUSH', l, l, timeout),
)

const h = keyOf('h1', 'h2')
const hashes = fc.oneof(
  { weight: 3, arbitrary: words(pick('HSET', 'HMSET', 'HSET'), h, some(words(member, value))) },
  words('HSETNX', h, member, value),
  words('OBJECT', 'ENCODING', h),
  words('COPY', h, h, 'REPLACE'),
  words(pick('HGET', 'HEXISTS', 'HSTRLEN'), h, member),
  words('HMGET', h, some(member)),
  words(pick('HGETALL', 'HKEYS', 'HVALS', 'HLEN'), h),
  words('HDEL', h, some(member)),
  words('HINCRBY', h, member, integer),
  words('HINCRBYFLOAT', h, member, float),
  words('HSET', h, member, fc.oneof(float, integer)),
  words('HRANDFIELD', h, maybe(words(pick('0', '3', '100', 'x'), maybe(oneWord('WITHVALUES', 'foo'))))),
  words('HSCAN', h, pick('0', 'x'), 'COUNT', pick('1000', '1000', '0', 'x'), maybe(words('MATCH', pick('*', 'a*')))),
)

const set = keyOf('set1', 'set2', 'set3')
const sets = fc.oneof(
  { weight: 4, arbitrary: words('SADD', set, some(member)) },
  { weight: 2, arbitrary: words('SADD', set, some(pick('1', '2', '3', '-5', '10'))) },
  words('OBJECT', 'ENCODING', set),
  words('COPY', set, set, 'REPLACE'),
  words('SREM', set, some(member)),
  words('SMOVE', set, set, member),
  words(pick('SCARD', 'SMEMBERS'), set),
  words('SISMEMBER', set, member),
  words('SMISMEMBER', set, some(member)),
  words('SPOP', set, pick('0', '100', 'x', '-1')),
  words('SRANDMEMBER', set, maybe(words(pick('0', '3', '100', 'x', '-5')))),
  words(pick('SINTER', 'SUNION', 'SDIFF'), some(set, 3)),
  words(pick('SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'), set, some(set, 5)),
  words('SINTERCARD', pick('1', '2', '2', '0', '9', 'x'), some(set, 2), maybe(words('LIMIT', pick('0', '1', '2', '-1', 'x')))),
  words('SSCAN', set, '0', 'COUNT', pick('1000', '0'), maybe(words('MATCH', pick('*', '[ab]')))),
)

const z = keyOf('z1', 'z2', 'z3')
const scoreBound = fc.oneof(
  float,
  fc.tuple(pick('(', ''), fc.integer({ min: -5, max: 20 })).map(([open, n]) => open + n),
  pick('-inf', '+inf', '(inf', '('),
)
const lexBound = pick('-', '+', '[a', '(a', '[c', '(d', '[', '(', 'x', '[z', '(1')
const score = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -5, max: 20 }).map(String) }, { weight: 2, arbitrary: float })
const limit = words('LIMIT', pick('0', '1', '2', '-1', 'x'), pick('2', '1', '-1', '0', '10'))
const weights = words('WEIGHTS', some(fc.oneof(score, float), 3))
const aggregate = words('AGGREGATE', pick('SUM', 'MIN', 'MAX', 'min', 'foo'))
const sortedSets = fc.oneof(
  { weight: 5, arbitrary: words('ZADD', z, maybe(some(pick('NX', 'XX', 'GT', 'LT', 'CH', 'INCR', 'ch'), 2)), some(words(score, member))) },
  words('ZINCRBY', z, score, member),
  words('ZREM', z, some(member)),
  words('ZADD', z, score, 'a long one'),
  words('OBJECT', 'ENCODING', z),
  words('COPY', z, z, 'REPLACE'),
  words('ZCARD', z),
  words(pick('ZSCORE', 'ZRANK', 'ZREVRANK'), z, member),
  words('ZMSCORE', z, some(member)),
  words('ZCOUNT', z, scoreBound, scoreBound),
  words('ZRANGE', z, integer, integer, maybe(oneWord('REV')), maybe(oneWord('WITHSCORES')), maybe(limit)),
  words('ZRANGE', z, scoreBound, scoreBound, 'BYSCORE', maybe(oneWord('REV')), maybe(oneWord('WITHSCORES')), maybe(limit)),
  words('ZREVRANGE', z, integer, integer, maybe(oneWord('WITHSCORES', 'foo'))),
  words(pick('ZRANGEBYSCORE', 'ZREVRANGEBYSCORE'), z, scoreBound, scoreBound, maybe(oneWord('WITHSCORES')), maybe(limit)),
  words('ZRANGESTORE', z, z, scoreBound, scoreBound, maybe(oneWord('BYSCORE')), maybe(oneWord('REV')), maybe(limit)),
  words('ZREMRANGEBYRANK', z, integer, integer),
  words('ZREMRANGEBYSCORE', z, scoreBound, scoreBound),
  words(pick('ZPOPMIN', 'ZPOPMAX'), z, maybe(count.map((n) => [n]))),
  words(pick('BZPOPMIN', 'BZPOPMAX'), some(z, 2), timeout),
  words('ZMPOP', pick('1', '2', '0', 'x'), some(z, 2), pick('MIN', 'MAX', 'min', 'foo'), maybe(words('COUNT', count))),
  words('BZMPOP', timeout, pick('1', '2', '0'), some(z, 2), pick('MIN', 'MAX'), maybe(words('COUNT', count))),
  words('ZRANDMEMBER', z, maybe(words(pick('0', '3', '100', 'x'), maybe(oneWord('WITHSCORES', 'foo'))))),
  words('ZSCAN', z, '0', 'COUNT', pick('1000', '0'), maybe(words('MATCH', pick('*', '[ab]')))),
  words(
    pick('ZUNION', 'ZINTER'),
    pick('1', '2', '2', '3', '0', 'x'),
    some(fc.oneof(z, set), 3),
    maybe(weights),
    maybe(aggregate),
    maybe(oneWord('WITHSCORES')),
  ),
  words('ZDIFF', pick('1', '2', '2', '3', '0'), some(fc.oneof(z, set), 3), maybe(oneWord('WITHSCORES', 'foo'))),
  words(pick('ZUNIONSTORE', 'ZINTERSTORE'), z, pick('1', '2', '2', '3', '0'), some(fc.oneof(z, set), 3), maybe(weights), maybe(aggregate)),
  words('ZDIFFSTORE', z, pick('1', '2', '3'), some(z, 3)),
  words('ZINTERCARD', pick('1', '2', '2', '0'), some(z, 2), maybe(words('LIMIT', pick('0', '1', '2', '-1', 'x')))),
  words('SADD', set, some(member)),
)
// All scores are the same here: only then is the order by name defined.
const lex = pick('lex1', 'lex2')
const lexSets = fc.oneof(
  { weight: 4, arbitrary: words('ZADD', lex, some(words('0', fc.oneof(member, pick('aa', 'ab', 'b\0', 'zz', ''))))) },
  words('ZREM', lex, some(member)),
  words('ZLEXCOUNT', lex, lexBound, lexBound),
  words('ZRANGE', lex, lexBound, lexBound, 'BYLEX', maybe(oneWord('REV')), maybe(oneWord('WITHSCORES')), maybe(limit)),
  words(pick('ZRANGEBYLEX', 'ZREVRANGEBYLEX'), lex, lexBound, lexBound, maybe(limit)),
  words('ZRANGESTORE', lex, lex, lexBound, lexBound, 'BYLEX', maybe(limit)),
  words('ZREMRANGEBYLEX', lex, lexBound, lexBound),
)

const mixed = fc.oneof(strings, keys, lists, hashes, sets, sortedSets).filter(([name]) => !/RAND/.test(name))
const transactions = fc.oneof(
  { weight: 3, arbitrary: mixed },
  words('MULTI'),
  words('MULTI'),
  { weight: 2, arbitrary: words('EXEC') },
  words('DISCARD'),
  words('WATCH', some(anyKey, 2)),
  words('UNWATCH'),
  words(pick('foo', 'GET', 'exec')),
  words('SELECT', pick('0', '1')),
)
const connection = fc.oneof(
  words('PING', maybe(words(value))),
  words('ECHO', value),
  words('SELECT', integer),
  words('CLIENT', pick('SETNAME'), pick('a', 'b c', '', 'x\n')),
  words('CLIENT', pick('GETNAME')),
  words('CLIENT', pick('NO-EVICT'), pick('on', 'off', 'foo')),
  words('CLIENT', pick('LIST'), pick('TYPE', 'ID', 'foo'), pick('foo', 'x')),
  words('HELLO', pick('4', 'x', '1')),
  words('AUTH', value, maybe(words(value))),
  words(
    'CONFIG',
    'SET',
    pick(
      'maxmemory-samples',
      'hash-max-listpack-entries',
      'nosuch',
      'databases',
      'stop-writes-on-bgsave-error',
      'lfu-log-factor',
      'maxmemory-policy',
      'notify-keyspace-events',
      'appendfsync',
    ),
    pick('10', '-1', 'yes', 'foo', '99999999999999999999', 'noeviction', 'KEA', 'always', ''),
  ),
  words(
    'CONFIG',
    'GET',
    pick('maxmemory-s*', 'hash-max-listpack-entries', 'nosuch', 'lfu-log-factor', 'notify-keyspace-events', 'stop-writes*'),
  ),
  words('CONFIG', pick('foo', 'GET', 'SET')),
  // ZRANK and ZREVRANK have WITHSCORE since 7.2: there they may have another word.
  words('COMMAND', pick('GETKEYS', 'GETKEYSANDFLAGS'), mixed).filter(([, , name]) => !/^z(rev)?rank$/i.test(name)),
  words('COMMAND', 'foo', 'x'),
  words('OBJECT', 'foo'),
  words(pick('nosuch', 'no such', 'x\r\ny'), some(value, 6)),
  words('PUBLISH', 'c', value),
  words('PUBSUB', pick('CHANNELS', 'NUMSUB', 'NUMPAT', 'SHARDCHANNELS', 'SHARDNUMSUB', 'foo'), maybe(words(value))),
  words('WAIT', '0', '0'),
  words('ROLE'),
)

/** Commands of all kinds, most of them as they should be. */
export const anything: Words = fc.oneof(strings, bitmaps, keys, lists, hashes, sets, sortedSets, lexSets, geo, hyperloglogs, streams)

/** The groups that are compared. */
export const groups: Readonly<Record<string, fc.Arbitrary<Command>>> = {
  strings: spoilt(strings),
  bitmaps: spoilt(bitmaps),
  keys: spoilt(keys),
  lists: spoilt(lists),
  hashes: spoilt(hashes),
  sets: spoilt(sets),
  'sorted sets': spoilt(fc.oneof({ weight: 3, arbitrary: sortedSets }, { weight: 1, arbitrary: lexSets })),
  transactions: spoilt(transactions),
  connection: spoilt(connection),
  geo: spoilt(geo),
  hyperloglog: spoilt(hyperloglogs),
  streams: spoilt(streams),
}
