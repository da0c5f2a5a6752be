// The table of shapes against redis-server: what it makes of a RESP2 reply is what the server gives in RESP3.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeUtf8 } from '../../../src/core/bytes.ts'
import { anything } from '../../../src/core/client/decode.ts'
import { toResp2, toResp3 } from '../../../src/core/client/shapes.ts'
import { Double, MapReply, type Reply, ReplyError, SetReply, Verbatim } from '../../../src/core/reply.ts'
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts'
import { RespClient, type WireReply } from '../../support/resp-client.ts'

let server: RedisServer
let resp2: RespClient
let resp3: RespClient

beforeAll(async () => {
  server = await startRedisServer()
  resp2 = await RespClient.connect({ path: server.path })
  resp3 = await RespClient.connect({ path: server.path })
  await resp3.call('HELLO', '3')
  const setup = [
    'HSET h a 1 b 2',
    'HSET withvalues x 1',
    'ZADD z 1 a 2.5 b inf c -0 d 0.1 e',
    'ZADD withscores 1 x',
    'SADD s a b c',
    'SET ka ohmytext',
    'SET kb mynewtext',
    'GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania',
    'XADD x 1-1 f v',
    'XADD x 2-1 f v g w',
    'XGROUP CREATE x grp 0',
    'XREADGROUP GROUP grp c1 COUNT 1 STREAMS x >',
  ]
  for (const line of setup) await resp2.call(...line.split(' '))
  await resp2.call('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)")
})
afterAll(async () => {
  resp2.close()
  resp3.close()
  await server.stop()
})

function fromWire({ type, value }: WireReply): Reply {
  if (value === null || type === '_') return null
  if (Array.isArray(value)) {
    const items = value.map(fromWire)
    return type === '%' ? new MapReply(items) : type === '~' ? new SetReply(items) : items
  }
  if (type === ':') return Number(value)
  if (type === ',') return new Double(value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value))
  if (type === '#') return value === 't'
  if (type === '-') return new ReplyError(value)
  return type === '=' ? new Verbatim(value.slice(4)) : value
}

/** Without what goes on between two calls. */
function steady(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(steady)
  if (value === null || typeof value !== 'object' || value instanceof Error) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === 'idle' || name === 'seen-time' ? 0 : steady(inner)]),
  )
}

const shown = (reply: Reply): unknown => anything('')(reply, decodeUtf8)

// What takes something away gives the same twice by being put back in between.
const again = 'ZADD z 1 a 2.5 b inf c -0 d 0.1 e'.split(' ')
const COMMANDS = `
HGETALL h|HGETALL missing|HRANDFIELD withvalues|HRANDFIELD h 5|HRANDFIELD h 5 WITHVALUES|HRANDFIELD missing 5 withvalues|HSCAN h 0|HMGET h a c
ZSCORE z a|ZSCORE z missing|ZSCORE z c|ZSCORE z d|ZSCORE z e|ZADD z 1 a|ZADD z INCR 0 b|ZADD z XX INCR 1 missing|ZMSCORE z a missing b
ZINCRBY z 0 a|ZRANK z b|ZRANGE z 0 -1|ZRANGE z 0 -1 WITHSCORES|ZRANGE withscores 0 -1|ZRANGE z 0 -1 REV WITHSCORES|ZRANGE missing 0 -1 WITHSCORES
ZREVRANGE z 0 -1 withscores|ZRANGEBYSCORE z -inf +inf WITHSCORES|ZRANGEBYSCORE z -inf +inf WITHSCORES LIMIT 0 2|ZREVRANGEBYSCORE z +inf -inf WITHSCORES
ZUNION 1 withscores|ZUNION 2 z withscores WITHSCORES|ZINTER 1 z WITHSCORES|ZDIFF 1 z WITHSCORES|ZDIFF 1 z|ZRANDMEMBER withscores|ZRANDMEMBER withscores 3 WITHSCORES
ZRANDMEMBER withscores 3|ZPOPMIN z|ZPOPMIN z 2|ZPOPMAX z 1|ZPOPMIN missing|ZPOPMIN missing 2|BZPOPMIN z 0|BZPOPMAX z 0|ZMPOP 1 z MIN COUNT 2|BZMPOP 0 1 z MAX
ZMPOP 1 missing MIN|ZSCAN z 0|GEOPOS g Palermo missing|GEODIST g Palermo Catania|GEOHASH g Palermo|GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC
GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD|GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHCOORD WITHDIST WITHHASH
GEORADIUS g 15 37 200 km WITHCOORD ASC|GEORADIUS_RO g 15 37 200 km WITHDIST ASC|GEORADIUSBYMEMBER g Palermo 200 km WITHCOORD ASC|GEORADIUSBYMEMBER_RO g Palermo 200 km ASC
XREAD STREAMS x 0|XREAD STREAMS x missing 0 0|XREAD STREAMS missing 0|XREADGROUP GROUP grp c1 STREAMS x 0|XRANGE x - +|XINFO STREAM x|XINFO STREAM x FULL|XINFO GROUPS x
XINFO CONSUMERS x grp|XPENDING x grp|XAUTOCLAIM x grp c1 3600000 0|LCS ka kb|LCS ka kb LEN|LCS ka kb IDX|LCS ka kb IDX WITHMATCHLEN|SMEMBERS s|SMISMEMBER s a z
COMMAND|COMMAND INFO get xadd config nosuch|COMMAND DOCS set config xadd|COMMAND COUNT|COMMAND LIST FILTERBY PATTERN z*|COMMAND GETKEYSANDFLAGS SET a b
CONFIG GET max*|CONFIG GET nosuch|CLIENT TRACKINGINFO|FUNCTION LIST|FUNCTION STATS|MODULE LIST|ACL GETUSER default|ACL LOG|ACL WHOAMI|PUBSUB NUMSUB a b|ROLE
MEMORY DOCTOR|OBJECT ENCODING h|TIME x|GET|NOSUCH a|CONSTRUCTOR a|XINFO CONSTRUCTOR x|CLIENT __proto__|EVAL return{1,{2,'x'}} 0`
  .trim()
  .split(/[|\n]/)

test.each(COMMANDS)('%s', async (line) => {
  const argv = line.split(' ')
  const flat = fromWire(await resp2.call(...argv))
  await resp2.call(...again)
  const expected = fromWire(await resp3.call(...argv))
  await resp2.call(...again)
  expect(steady(shown(toResp3(argv, flat)))).toEqual(steady(shown(expected)))
})

test('MEMORY STATS and LATENCY HISTOGRAM have the same maps, whatever their numbers are', async () => {
  const kinds = (value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, kinds(inner)]))
      : typeof value
  for (const argv of [
    ['MEMORY', 'STATS'],
    ['LATENCY', 'HISTOGRAM', 'get', 'hset'],
  ]) {
    const flat = fromWire(await resp2.call(...argv))
    expect(kinds(shown(toResp3(argv, flat)))).toEqual(kinds(shown(fromWire(await resp3.call(...argv)))))
  }
})

test('what is of a RESP3 kind already stays as it is', () => {
  const reply = new MapReply(['a', '1'])
  expect(toResp3(['HGETALL', 'h'], reply)).toBe(reply)
  const pair = [['a', new Double(1)]]
  expect(toResp3(['ZRANGE', 'z', '0', '-1', 'WITHSCORES'], pair)).toEqual(pair)
  const error = new ReplyError('WRONGTYPE x')
  expect(toResp3(['ZRANGE', 'z', '0', '-1', 'WITHSCORES'], error)).toBe(error)
})

test('a double keeps the text that it came with', () => {
  expect(toResp3(['ZSCORE', 'z', 'e'], '0.1')).toEqual(new Double(0.1, '0.1'))
})

test('streams go back to pairs of key and entries for RESP2', () => {
  const entries: Reply = [['1-1', ['f', 'v']]]
  const reply = new MapReply(['x', entries, 'y', entries])
  const pairs = [
    ['x', entries],
    ['y', entries],
  ]
  expect(toResp2(['XREAD'], reply)).toEqual(pairs)
  expect(toResp2(['XREADGROUP'], toResp3(['XREADGROUP'], pairs))).toEqual(pairs)
  expect(toResp2(['HGETALL', 'h'], reply)).toBe(reply)
})
