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
