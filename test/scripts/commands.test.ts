// Every method of the keys does the same on a real redis-server and on the engine.
import { expect, test } from 'vitest'
import { type Anything, defineScript } from '../../src/scripts/builder/define.ts'
import { dataOf, scriptBackends } from '../support/script-backends.ts'

/** Values of different types, as a record. */
const row = (...values: Anything[]): Record<string, Anything> => Object.fromEntries(values.map((value, i) => [`v${i}`, value]))

test.each(Object.keys(scriptBackends))('every method of the keys, on %s', async (name) => {
  const { redis, close } = await scriptBackends[name]()
  const script = defineScript({ name: 'commands', keys: { s: 'string', h: 'hash', l: 'list', t: 'set', z: 'zset', x: 'stream' } }, ($, { s, h, l, t, z, x }) => {
    const other = { s: $.key('string', 'other:s'), t: $.key('set', 'other:t'), z: $.key('zset', 'other:z'), l: $.key('list', 'other:l') }
    const members = $.local('members', ['p', 'q'])
    return {
      strings: row(s.set('a', { ex: 100 }), s.set('b', { nx: true }), s.exists(), s.expire(50, 'gt'), s.persist()),
      old: row(s.set('c', { get: true }), s.getset('d'), s.getex({ px: 1000 }), s.get(), s.getdel(), s.get()),
      numbers: row(s.append('10'), s.incr(), s.incrby(5), s.decr(), s.decrby(2), s.incrbyfloat(0.5), s.strlen(), s.setrange(1, 'x'), s.ttl()),
      text: row(s.getrange(0, 1), s.lcs(other.s), s.type()),
      bits: row(s.setbit(0, 1), s.getbit(0), s.bitcount(), s.bitcount({ start: 0, end: 0 }), s.bitpos(1), other.s.bitop('not', s)),
      fields: s.bitfield({ set: 'u8', offset: 0, value: 200 }, { overflow: 'fail' }, { incrby: 'u8', offset: 0, value: 100 }, { get: 'u4', offset: '#1' }),
      loglog: row(other.l.exists(), $.key('string', 'other:p').pfadd('a', 'b'), $.key('string', 'other:p').pfcount()),
      several: s.mget(other.s).length(),
      hash: row(h.hset('a', 1), h.hset({ b: 2, c: 'x' }), h.hlen(), h.hstrlen('c'), h.hincrby('a', 2), h.hincrbyfloat('b', 0.5), h.hdel('c', 'd')),
      fieldsOf: row(h.hkeys(), h.hvals()),
      ask: row(h.hsetnx('a', 1), h.hexists('a')),
      all: { hgetall: h.hgetall(), hscan: h.hscan(0).items.length() },
      pairs: h.hrandfield(5, { withValues: true }).length(),
      list: row(l.rpush(members), l.lpush('o', 1.5), l.llen(), l.linsert('before', 'p', 'n'), l.lrem(0, 'o'), l.lpushx('z'), other.l.rpushx('z')),
      elements: row(l.lpop(), l.rpop(), l.lindex(0), l.lmove(other.l, 'left', 'right'), other.l.lindex(-1), l.rpoplpush(other.l), l.lpop()),
      more: { left: other.l.lrange(0, -1), popped: other.l.lpop(5).orElse([]), none: other.l.lpop(5).isNull() },
      places: row(l.rpush('a', 'b', 'a'), l.lpos('b'), l.lpos('zz')),
      places2: row(l.lpos('a', { count: 0 }), l.lpos('a', { rank: 2, count: 1 })),
      sorted: l.sort({ alpha: true, desc: true, limit: { offset: 0, count: 2 } }),
      set: row(t.sadd(members), t.sadd('r'), t.scard(), t.srem('r', 'x'), other.t.sunionstore(t), t.sinterstore(other.t), t.sintercard([other.t], { limit: 1 })),
      is: row(t.sismember('p'), t.sismember('x'), t.smove(other.t, 'p')),
      are: t.smismember('q', 'p'),
      sets: { members: t.smembers(), diff: other.t.sdiff(t), union: t.sunion(other.t).length(), popped: [t.spop(), t.spop(), t.srandmember()] },
      zadd: row(z.zadd({ member: 'a', score: 1.5 }), z.zadd([{ member: 'b', score: 2 }, { member: 'c', score: '3' as never }].slice(0, 1)), z.zadd({ member: 'a', score: 1 }, { gt: true, ch: true })),
      scores: row(z.zscore('a'), z.zincrby(0.25, 'a'), z.zaddIncr(1, 'b'), z.zaddIncr(1, 'x', { xx: true }), z.zscore('x')),
      zm: z.zmscore('a', 'x'),
      ranks: row(z.zrank('a'), z.zrevrank('a'), z.zrank('x'), z.zcard(), z.zcount('-inf', '(3'), z.zlexcount('-', '+')),
      ranges: row(z.zrange(0, -1), z.zrange('(1.75', '+inf', { byScore: true, limit: { offset: 0, count: 1 } }), z.zrevrange(0, 0), z.zrangebyscore(0, 9)),
      scored: row(z.zrange(0, -1, { rev: true, withScores: true }), z.zunion([z], { weights: [2, 1], withScores: true })),
      stores: row(other.z.zunionstore([z], { weights: [2], aggregate: 'max' }), other.z.zinterstore([z, other.z]), other.z.zrangestore(z, 0, 0), z.zintercard([other.z])),
      pops: row(z.zpopmax(), z.zpopmin(), z.zpopmin()),
      emptied: row(z.zpopmax(3), z.zdiff([other.z], { withScores: true })),
      stream: row(x.xadd('1-1', { f: 'v', count: 1 }).concat('!'), x.xadd('2-1', { f: 'w' }, { maxlen: 5, approximate: true }), x.xadd('3-1', { f: 'v' }, { nomkstream: true }), $.key('stream', 'none').xadd('1-1', { f: 'v' }, { nomkstream: true })),
      lengths: row(x.xlen(), x.xdel('3-1'), x.xtrim({ maxlen: 5 })),
      entries: row(x.xrange('-', '+', 1), x.xrevrange('+', '-'), x.xread('1-1'), x.xread('9-1')),
      made: x.xgroupCreate('g', '0', { mkstream: true }) as unknown as null,
      group: row(x.xreadgroup('g', 'c', '>', { count: 1 }), x.xreadgroup('g', 'c', '0'), x.xclaim('g', 'd', 0, ['1-1']), x.xclaim('g', 'd', 0, ['1-1'], { force: true, justid: true })),
      claimed: x.xautoclaim('g', 'e', 0, '0'),
      pending: row(x.xpending('g'), x.xpendingRange('g', '-', '+', 5, { consumer: 'nobody' })),
      acked: row(x.xack('g', '1-1'), x.xgroupDelconsumer('g', 'c')),
      gone: row(x.xgroupDestroy('g'), x.xgroupDestroy('g')),
      keys: row(s.copy(other.s, { replace: true }), other.s.del(s), s.exists(), h.touch(), z.unlink()),
      encoding: h.objectEncoding(),
    }
  }) // prettier-ignore
  const keys = { s: 's', h: 'h', l: 'l', t: 't', z: 'z', x: 'x' }
  const result = await redis.script(script)(keys)
  const all = JSON.stringify({ result, data: await dataOf(redis) }, null, 2)
  await expect(all).toMatchFileSnapshot('commands.expected.json')
  await close()
})

test.each(Object.keys(scriptBackends))('places, and what goes through several keys, on %s', async (name) => {
  const { redis, close } = await scriptBackends[name]()
  const script = defineScript({ name: 'places', keys: { l: 'list', z: 'zset', k: 'list', y: 'zset' } }, (_, { l, z, k, y }) => {
    return {
      lists: { pushed: l.rpush('a', 'b', 'c'), two: k.lmpop([l], 'right', 2), one: l.lmpop([], 'left'), none: l.lmpop([k], 'left') },
      sets: { added: z.zadd([{ member: 'm', score: 1.5 }, { member: 'n', score: 2 }]), one: y.zmpop([z], 'min'), all: z.zmpop([], 'max', 9), none: z.zmpop([y], 'max') },
      added: row(z.geoadd(13.361389, 38.115556, 'Palermo'), z.geoadd(15.087269, 37.502669, 'Catania')),
      positions: z.geopos('Palermo', 'none'),
      found: z.geosearch({ member: 'Palermo', radius: 200, unit: 'km' }, { order: 'desc' }),
      near: z.geosearch({ longitude: 15, latitude: 37, width: 400, height: 400, unit: 'km' }, { order: 'asc', count: 1, withDist: true }),
      whole: z.geosearch({ longitude: 15, latitude: 37, radius: 400_000 }, { count: 2, any: true, order: 'asc', withDist: true, withHash: true, withCoord: true }),
      stored: y.geosearchstore(z, { member: 'Palermo', radius: 1 }, { storedist: true }),
      moved: row(y.move(1), y.move(1)),
    }
  }) // prettier-ignore
  const { near, whole, positions, ...result } = await redis.script(script)({ l: 'l', z: 'z', k: 'k', y: 'y' })
  expect(result).toEqual({
    lists: { pushed: 3, two: { key: 'l', elements: ['c', 'b'] }, one: { key: 'l', elements: ['a'] }, none: null },
    sets: {
      added: 2,
      one: { key: 'z', members: [{ member: 'm', score: 1.5 }] },
      all: { key: 'z', members: [{ member: 'n', score: 2 }] },
      none: null,
    },
    added: { v0: 1, v1: 1 },
    found: ['Catania', 'Palermo'],
    stored: 1,
    moved: { v0: true, v1: false },
  })
  // The distances that Redis's documentation has for these places.
  expect(near).toEqual([{ member: 'Catania', distance: expect.closeTo(56.4413, 4) }])
  expect(whole[1]).toEqual({
    member: 'Palermo',
    distance: expect.closeTo(190442.4, 0),
    hash: 3479099956230698,
    longitude: expect.closeTo(13.36139, 5),
    latitude: expect.closeTo(38.11556, 5),
  })
  expect(positions).toEqual([{ longitude: whole[1].longitude, latitude: whole[1].latitude }, null])
  await close()
})

test.each(['engine', 'engine with Lua'])('methods for commands that are newer than the redis-server here, on %s', async (name) => {
  const { redis, close } = await scriptBackends[name]()
  const script = defineScript({ name: 'newer', keys: { s: 'string', h: 'hash', x: 'stream' } }, ($, { s, h, x }) => {
    const names = $.local('names', ['a', 'none'])
    return {
      compared: row(s.set('1'), s.set('2', { ifeq: 'x' }), s.set('2', { ifne: 'x', get: true }), s.digest(), s.delex({ ifeq: 'x' }), s.delex({ ifeq: '2' }), s.digest()),
      made: row(h.hset({ a: 1, b: 2, c: 3 }), h.hsetex({ d: 4, e: 5 }, { ex: 100 }), h.hsetex({ d: 6 }, { fnx: true, keepttl: true })),
      expire: { a: h.hexpire(100, ['a', 'none']), b: h.hexpire(50, names, 'gt'), c: h.hpexpire(60_000, ['b']), at: h.hexpireat(9e9, ['c']), atMs: h.hpexpireat(9e12, ['c']) },
      times: { httl: h.httl('a', 'd', 'none'), list: h.httl(names), hpttl: h.hpttl('b').at(0).orElse(0).ge(59_000), at: h.hexpiretime('c'), atMs: h.hpexpiretime('c') },
      kept: h.hpersist('a', 'none'),
      walked: h.hscan(0, { noValues: true, match: '[ab]' }).items,
      got: { ex: h.hgetex(['a', 'none'], { persist: true }), del: h.hgetdel('a', 'none'), left: h.httl('a', 'e') },
      added: row(x.xadd('1-1', { f: 'v' }), x.xadd('2-1', { f: 'v' }), x.xadd('3-1', { f: 'v' }, { maxlen: 3, delref: true })),
      group: row(x.xgroupCreate('g', '0') as unknown as null, x.xreadgroup('g', 'c', '>').length()),
      gone: { ack: x.xackdel('g', ['1-1', '9-9'], 'acked'), del: x.xdelex(['2-1', '9-9'], 'delref'), trim: x.xtrim({ maxlen: 0, acked: true }), left: x.xlen() },
    }
  }) // prettier-ignore
  await redis.set('two', '2')
  const digest = await redis.digest('two')
  expect(await redis.script(script)({ s: 's', h: 'h', x: 'x' })).toEqual({
    compared: { v0: true, v1: false, v2: '1', v3: digest, v4: false, v5: true, v6: null },
    made: { v0: 3, v1: true, v2: false },
    expire: { a: [1, -2], b: [0, -2], c: [1], at: [1], atMs: [1] },
    times: { httl: [100, 100, -2], list: [100, -2], hpttl: true, at: [9e9], atMs: [9e12] },
    kept: [1, -2],
    walked: ['a', 'b'],
    got: { ex: ['1', null], del: ['1', null], left: [-2, 100] },
    added: { v0: '1-1', v1: '2-1', v2: '3-1' },
    group: { v0: null, v1: 3 },
    gone: { ack: [1, -1], del: [1, -1], trim: 0, left: 1 },
  }) // prettier-ignore
  await close()
})

test('a condition that is missing by mistake is an error', () => {
  const token = undefined as unknown as string
  expect(() => defineScript({ name: 'unlock', keys: { lock: 'string' } }, (_, { lock }) => lock.delex({ ifeq: token }))).toThrow(TypeError)
})
