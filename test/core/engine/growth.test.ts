// What a command costs as the data grows: no more than Redis's documentation says. Work is counted, not timed.
import { workOf } from '../../support/work.ts'
import { expect, test } from 'vitest'
import { admin } from '../../../src/core/admin/admin.ts'
import { createTestRedis, type TestRedis } from '../../../src/adapters/testing.ts'
import { json } from '../../../src/core/json/json.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { RecordMap } from '../../support/record-map.ts'
import type { Session } from '../../../src/core/engine/session.ts'
import { Raw } from '../../../src/core/engine/values.ts'

/** Of two engines, one has so many times what the other has. */
const FEW = 1000
const TIMES = 16

type Run = (...words: (string | number)[]) => void
interface Scene {
  readonly redis: TestRedis
  readonly session: Session
  readonly run: Run
}

/** @param journal whether it writes one */
async function scene(journal = false): Promise<Scene> {
  const written = { storage: new RecordMap(new Map(), 1 << 20).storage(), config: { appendonly: 'yes' } }
  const redis = await createTestRedis({ admin, lua, json, ...(journal ? written : {}) })
  const session = redis.engine.connect()
  return { redis, session, run: (...words) => void session.execute(words.map(String)) }
}

/** Words in a line: `{3/4}` is the number of that part of the elements. */
const words = (line: string, n: number): string[] =>
  line.split(' ').map((word) => word.replace(/\{(\d+)\/(\d+)\}/g, (_, a, b) => String(Math.floor((n * Number(a)) / Number(b)))))

interface Case {
  readonly fill: (scene: Scene, n: number) => void | Promise<void>
  readonly lines: readonly string[]
}

const fillEach =
  (...head: string[]) =>
  (item: (i: number) => (string | number)[]): Case['fill'] =>
  ({ run }, n) => {
    for (let i = 0; i < n; i++) run(...head, ...item(i))
  }
const library = (i: number | string): string => `#!lua name=l${i}\nredis.register_function('f${i}', function() return 1 end)`

/** Commands that cost the same, or a little more where they search in an order, however much there is. */
const SAME: Record<string, Case> = {
  'of a list': {
    fill: fillEach('RPUSH', 'l')((i) => [`e${i}`]),
    lines: [
      ...[
        'LLEN l',
        'LINDEX l 5',
        'LINDEX l -5',
        'LSET l -3 x',
        'LRANGE l 0 9',
        'LRANGE l -10 -1',
        'LPUSH l x',
        'RPUSH l x',
        'LPOP l',
        'RPOP l',
      ],
      ...['LINSERT l BEFORE e10 x', 'LREM l 1 e20', 'LREM l -1 x', 'LPOS l e30', 'LTRIM l 1 -2', 'LMOVE l l LEFT RIGHT', 'LMPOP 1 l LEFT'],
      ...['BLPOP l 0', 'SORT l BY nosort LIMIT 0 5', 'OBJECT ENCODING l', 'MEMORY USAGE l', 'RENAME l k', 'MOVE k 1', 'UNLINK k'],
    ],
  },
  'of a set': {
    fill: fillEach('SADD', 's')((i) => [`m${i}`]),
    lines: [
      ...['SCARD s', 'SADD s x', 'SADD t x m1', 'SREM s m5', 'SISMEMBER s m6', 'SMISMEMBER s m7 y', 'SMOVE s t m8', 'SPOP s', 'SPOP s 5'],
      ...['SRANDMEMBER s', 'SRANDMEMBER s 5', 'SRANDMEMBER s -5', 'SSCAN s 0', 'SINTER s t', 'SINTERCARD 2 s s LIMIT 5', 'SDIFF t s'],
      ...['OBJECT ENCODING s', 'MEMORY USAGE s', 'RENAME s k', 'UNLINK k'],
    ],
  },
  'of a hash': {
    fill: fillEach('HSET', 'h')((i) => [`f${i}`, i]),
    lines: [
      ...[
        'HLEN h',
        'HGET h f5',
        'HSET h x 1',
        'HSETNX h f6 1',
        'HDEL h f7',
        'HMGET h f8 f9',
        'HINCRBY h f10 1',
        'HEXISTS h f11',
        'HSTRLEN h f12',
      ],
      ...['HRANDFIELD h', 'HRANDFIELD h 5', 'HRANDFIELD h -5', 'HSCAN h 0', 'HEXPIRE h 100 FIELDS 1 f20', 'HTTL h FIELDS 1 f20'],
      ...[
        'HGETEX h EX 50 FIELDS 1 f21',
        'HSETEX h EX 50 FIELDS 1 f22 v',
        'HPERSIST h FIELDS 1 f20',
        'HGETDEL h FIELDS 1 f23',
        'HGET h f24',
      ],
      ...['OBJECT ENCODING h', 'MEMORY USAGE h', 'RENAME h k', 'UNLINK k'],
    ],
  },
  'of a sorted set': {
    fill: fillEach('ZADD', 'z')((i) => [(i * 7919) % 1000, `m${i}`]),
    lines: [
      ...[
        'ZCARD z',
        'ZSCORE z m5',
        'ZADD z 5 x',
        'ZADD z 7 m6',
        'ZINCRBY z 9 m7',
        'ZREM z m8',
        'ZRANK z m9',
        'ZREVRANK z m10',
        'ZMSCORE z m11 y',
      ],
      ...[
        'ZRANGE z {1/2} {1/2}',
        'ZRANGE z {1/3} {1/3} REV',
        'ZRANGEBYSCORE z 500 500 LIMIT 0 5',
        'ZREVRANGEBYSCORE z 500 0 LIMIT 0 5',
        'ZCOUNT z 10 900',
      ],
      ...[
        'ZRANGESTORE d z {1/2} {1/2}',
        'ZPOPMIN z',
        'ZPOPMAX z',
        'ZMPOP 1 z MIN',
        'BZPOPMIN z 0',
        'ZRANDMEMBER z',
        'ZRANDMEMBER z 5',
        'ZSCAN z 0',
      ],
      ...[
        'ZREMRANGEBYRANK z {1/2} {1/2}',
        'ZADD t 1 m1',
        'ZINTER 2 z t',
        'ZINTERCARD 2 z t',
        'ZDIFF 2 t z',
        'OBJECT ENCODING z',
        'RENAME z k',
        'UNLINK k',
      ],
    ],
  },
  'of a stream': {
    fill: fillEach('XADD', 'x')((i) => [`${i + 1}-0`, 'f', 'v']),
    lines: [
      ...[
        'XLEN x',
        'XADD x * f v',
        'XADD x MAXLEN ~ {2/1} * f v',
        'XADD x MAXLEN {1/1} * f v',
        'XRANGE x {1/2} + COUNT 3',
        'XREVRANGE x {1/2} - COUNT 3',
      ],
      ...[
        'XREAD COUNT 3 STREAMS x {1/2}',
        'XREAD STREAMS x +',
        'XDEL x {1/2}',
        'XDELEX x IDS 1 {1/3}',
        'XTRIM x MAXLEN {2/1}',
        'XSETID x 9999999999999-0',
      ],
      ...['XGROUP CREATE x g 0', 'XREADGROUP GROUP g c COUNT 3 STREAMS x >', 'MEMORY USAGE x', 'RENAME x k', 'UNLINK k'],
    ],
  },
  'of a group with many entries pending': {
    fill: (scene, n) => {
      SAME['of a stream'].fill(scene, n)
      scene.run('XGROUP', 'CREATE', 'x', 'g', 0)
      scene.run('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'x', '>')
    },
    lines: [
      ...[
        'XPENDING x g',
        'XPENDING x g {1/2} + 3',
        'XPENDING x g {1/2} + 3 c',
        'XACK x g 5',
        'XACK x g {1/2}',
        'XCLAIM x g d 0 {1/3}',
        'XCLAIM x g d 0 9',
      ],
      ...[
        'XAUTOCLAIM x g d 0 {1/2} COUNT 3 JUSTID',
        'XAUTOCLAIM x g d 9999999 0 COUNT 3',
        'XREADGROUP GROUP g c COUNT 3 STREAMS x 0',
        'XADD x * f v',
      ],
      ...[
        'XREADGROUP GROUP g c STREAMS x >',
        'XINFO GROUPS x',
        'XINFO CONSUMERS x g',
        'XACKDEL x g IDS 1 {1/4}',
        'XDELEX x ACKED IDS 1 {1/5}',
        'XDELEX x DELREF IDS 1 {1/6}',
      ],
    ],
  },
  'among many groups': {
    fill: (scene, n) => {
      scene.run('XADD', 'x', '1-0', 'f', 'v')
      for (let i = 0; i < n; i++) scene.run('XGROUP', 'CREATE', 'x', `g${i}`, 0)
    },
    lines: [
      'XADD x * f v',
      'XADD x MAXLEN 1 * f v',
      'XREADGROUP GROUP g5 c STREAMS x >',
      'XINFO STREAM x',
      'XGROUP CREATE x new 0',
      'XGROUP DESTROY x g6',
    ],
  },
  'among many consumers': {
    fill: (scene, n) => {
      scene.run('XGROUP', 'CREATE', 'x', 'g', '$', 'MKSTREAM')
      for (let i = 0; i < n; i++) scene.run('XGROUP', 'CREATECONSUMER', 'x', 'g', `c${i}`)
    },
    lines: [
      'XADD x * f v',
      'XREADGROUP GROUP g c5 STREAMS x >',
      'XGROUP CREATECONSUMER x g new',
      'XGROUP DELCONSUMER x g c6',
      'XINFO GROUPS x',
    ],
  },
  'among many keys': {
    fill: fillEach('SET')((i) => [`k${i}`, i, 'EX', 10_000 + i]),
    lines: [
      ...[
        'GET k5',
        'SET k6 x',
        'SET new x',
        'DEL k7',
        'EXISTS k8',
        'EXPIRE k9 5000',
        'SET k10 x EX 99',
        'PERSIST k11',
        'TTL k12',
        'RENAME k13 r',
      ],
      ...[
        'RANDOMKEY',
        'DBSIZE',
        'SCAN 0',
        'SCAN 0 MATCH none*',
        'INFO keyspace',
        'INFO memory',
        'MEMORY STATS',
        'SWAPDB 0 1',
        'SWAPDB 0 1',
        'MOVE k14 1',
        'COPY k15 c',
      ],
      ...['CONFIG SET maxmemory 1gb maxmemory-policy allkeys-lru', 'SET more x', 'FLUSHALL ASYNC'],
    ],
  },
  'among many hashes with fields that expire': {
    fill: ({ run }, n) => {
      for (let i = 0; i < n; i++) {
        run('HSET', `h${i}`, 'f', 'v')
        run('HEXPIRE', `h${i}`, 10_000 + i, 'FIELDS', 1, 'f')
      }
      // What has changed last is counted when it is asked for.
      run('INFO', 'keyspace')
    },
    lines: ['INFO keyspace', 'HGET h5 f', 'HPERSIST h6 FIELDS 1 f', 'HEXPIRE h7 50 FIELDS 1 f', 'DEL h8', 'INFO keyspace'],
  },
  'among many libraries of functions': {
    fill: fillEach('FUNCTION', 'LOAD')((i) => [library(i)]),
    lines: ['FCALL f5 0', 'FUNCTION STATS', 'FUNCTION DELETE l6', 'INFO memory'],
  },
  'among many users': {
    fill: fillEach('ACL', 'SETUSER')((i) => [`u${i}`, 'on', '+get', '~k*']),
    lines: ['GET k', 'ACL GETUSER u5', 'ACL SETUSER u6 +set', 'ACL SETUSER new on', 'ACL DELUSER u7'],
  },
  'among many channels and patterns of others': {
    fill: ({ redis }, n) => {
      const other = redis.engine.connect()
      for (let i = 0; i < n; i++) other.execute(['SUBSCRIBE', `c${i}`])
    },
    lines: ['PUBLISH c5 hello', 'PUBLISH none hello', 'PUBSUB NUMSUB c6', 'PUBSUB NUMPAT', 'SUBSCRIBE own', 'UNSUBSCRIBE own'],
  },
  'beside many connections': {
    fill: ({ redis }, n) => {
      for (let i = 0; i < n; i++) redis.engine.connect().execute(['PING'])
    },
    lines: ['PING', 'CLIENT ID', 'CLIENT INFO', 'CLIENT LIST ID 5', 'CLIENT KILL ID 999999', 'CLIENT UNBLOCK 5'],
  },
  'beside a connection that queues many commands': {
    fill: ({ redis }, n) => {
      const other = redis.engine.connect({ buffers: { input: 0, replies: 0, unread: 0 } })
      other.execute(['MULTI'])
      for (let i = 0; i < n; i++) other.execute(['SET', `k${i}`, 'v'])
    },
    lines: ['GET k5', 'CLIENT LIST'],
  },
  'beside many that wait for other keys, or another type': {
    fill: ({ redis, run }, n) => {
      run('XGROUP', 'CREATE', 'x', 'g', '$', 'MKSTREAM')
      void redis.engine.connect().execute(['XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 'x', '>'])
      for (let i = 0; i < n; i++) {
        void redis.engine.connect().execute(['BLPOP', `l${i}`, '0'])
        void redis.engine.connect().execute(['BLPOP', 'many', '0'])
      }
    },
    lines: ['RPUSH none x', 'RPUSH l5 x', 'RPUSH many x', 'SADD many x', 'DEL many', 'SET many x', 'DEL many', 'XADD x * f v'],
  },
  'beside many transactions that have failed': {
    fill: ({ redis, run }, n) => {
      for (let i = 0; i < n; i++) redis.engine.connect().execute(['WATCH', 'k', 'other'])
      run('SET', 'k', 'x')
    },
    lines: ['SET k y', 'SET other x', 'DEL k'],
  },
  'in a long array and a large object of JSON': {
    fill: ({ run }, n) => {
      const members = Array.from({ length: n }, (_, i) => `"k${i}":{"a":${i}}`)
      run('JSON.SET', 'j', '$', `{"list":[${members.map((_, i) => i).join()}],"object":{${members.join()}},"text":"x"}`)
    },
    lines: [
      ...[
        'JSON.GET j $.list[{1/2}]',
        'JSON.GET j $.object.k5',
        'JSON.GET j .object.k6.a',
        'JSON.SET j $.list[5] 7',
        'JSON.SET j $.object.k7 8',
        'JSON.SET j $.object.new 8',
        'JSON.MERGE j $ {"object":{"k5":null,"k6":{"a":2},"newer":7}}',
      ],
      ...[
        'JSON.ARRAPPEND j $.list 1 2',
        'JSON.ARRPOP j $.list',
        'JSON.ARRLEN j $.list',
        'JSON.OBJLEN j $.object',
        'JSON.TYPE j $.object',
        'JSON.NUMINCRBY j $.object.k8.a 1',
      ],
      ...[
        'JSON.STRAPPEND j $.text "y"',
        'JSON.STRLEN j $.text',
        'JSON.TOGGLE j $.object.k9',
        'JSON.CLEAR j $.object.k9',
        'JSON.DEL j $.object.k10',
        'JSON.MERGE j $.object.k11 {"b":1}',
      ],
      ...['JSON.RESP j $.object.k12', 'JSON.MGET j $.object.k12', 'MEMORY USAGE j', 'RENAME j k', 'UNLINK k'],
    ],
  },
  'with a long SLOWLOG and ACL LOG': {
    fill: ({ run }, n) => {
      run('CONFIG', 'SET', 'slowlog-max-len', n, 'acllog-max-len', n, 'slowlog-log-slower-than', 0)
      for (let i = 0; i < n; i++) run('AUTH', `nobody${i}`, 'x')
    },
    lines: ['GET k', 'AUTH nobody x', 'AUTH nobody x', 'SLOWLOG LEN', 'SLOWLOG GET 5', 'ACL LOG 5'],
  },
}

for (const [where, { fill, lines }] of Object.entries(SAME)) {
  test(`these cost the same whatever there is ${where}`, async () => {
    const work: number[][] = []
    for (const n of [FEW, FEW * TIMES]) {
      const made = await scene()
      await fill(made, n)
      work.push(lines.map((line) => workOf(() => made.run(...words(line, n)))))
      await made.redis.close()
    }
    const [few, many] = work
    const grown = lines.map((line, i) => ({ line, few: few[i], many: many[i] })).filter((each) => each.many > 2 * each.few + 100)
    expect(grown).toEqual([])
  })
}

/** What costs as much as there is of it: not as much again for each. */
const LINEAR: Record<string, (scene: Scene, n: number) => Promise<() => void> | (() => void)> = {
  'a transaction that changes a key many times for which many wait'({ redis, run }, n) {
    for (let i = 0; i < n; i++) void redis.engine.connect().execute(['BLPOP', 'key', '0'])
    return () => {
      run('MULTI')
      for (let i = 0; i < n; i++) {
        run('ZADD', 'key', 1, 'm')
        run('DEL', 'key')
      }
      run('ZADD', 'key', 1, 'm')
      run('EXEC')
    }
  },
  async 'watched keys that go, after they had expired already'({ redis, run }, n) {
    run('DEBUG', 'SET-ACTIVE-EXPIRE', 0)
    for (let i = 0; i < n; i++) run('SET', `k${i}`, 'v', 'PX', 10)
    await redis.clock.advance(20)
    redis.engine.connect().execute(['WATCH', ...Array.from({ length: n }, (_, i) => `k${i}`)])
    return () => {
      for (let i = n - 1; i >= 0; i--) run('GET', `k${i}`)
    }
  },
  async 'SWAPDB with watched keys that have expired'({ redis, run }, n) {
    run('DEBUG', 'SET-ACTIVE-EXPIRE', 0)
    for (let i = 0; i < n; i++) run('SET', `k${i}`, 'v', 'PX', 10)
    await redis.clock.advance(20)
    const other = redis.engine.connect()
    other.execute(['SELECT', '1'])
    other.execute(['WATCH', ...Array.from({ length: n }, (_, i) => `k${i}`)])
    return () => run('SWAPDB', 0, 1)
  },
  'loading libraries of functions'({ run }, n) {
    return () => {
      for (let i = 0; i < n / 4; i++) run('FUNCTION', 'LOAD', library(i))
      for (let i = 0; i < n / 4; i++) run('FUNCTION', 'LOAD', 'REPLACE', library(i))
    }
  },
  'a user with many patterns and channels'({ run }, n) {
    const patterns = Array.from({ length: n / 4 }, (_, i) => [`~k${i}`, `&c${i}`]).flat()
    return () => {
      run('ACL', 'SETUSER', 'u', ...patterns)
      run('ACL', 'SETUSER', 'u', 'resetchannels', ...patterns)
    }
  },
}

for (const line of [
  ...[
    'HSET h PAIRS',
    'HEXPIRE h 100 FIELDS {1/1} FIELDS',
    'HGETEX h EX 50 FIELDS {1/1} FIELDS',
    'HPERSIST h FIELDS {1/1} FIELDS',
    'HSETEX h EX 50 FIELDS {1/1} PAIRS',
  ],
  ...[
    'HDEL h FIELDS',
    'SADD s FIELDS',
    'SPOP s {1/2}',
    'MSET PAIRS',
    'DEL FIELDS',
    'RPUSH l FIELDS',
    'LMPOP 1 l LEFT COUNT {1/2}',
    'XADD x * PAIRS',
    'BITFIELD b BITS',
    'EVAL MANY',
  ],
]) {
  LINEAR[`${line}, written to a journal`] = (scene, n) => {
    const all = Array.from({ length: n }, (_, i) => `m${i}`)
    const given = line.split(' ').flatMap((word, i, { length }): string[] => {
      if (word === 'FIELDS' && i === length - 1) return all
      if (word === 'PAIRS') return all.flatMap((each) => [each, 'v'])
      if (word === 'BITS') return all.flatMap((_, at) => ['INCRBY', 'u8', `#${at}`, '1'])
      return word === 'MANY' ? [`for i = 1, ${n} do redis.call('HSET', 'h', i, i) end`, '0'] : words(word, n)
    })
    scene.run('HSET', 'h', ...all.flatMap((each) => [each, 'v']))
    scene.run('SADD', 's', ...all)
    scene.run('RPUSH', 'l', ...all)
    return () => void scene.session.execute(given)
  }
}

for (const [what, prepare] of Object.entries(LINEAR)) {
  test(`${what}: as much work as there is of it`, async () => {
    const work: number[] = []
    for (const n of [FEW, FEW * TIMES]) {
      const made = await scene(true)
      work.push(workOf(await prepare(made, n)))
      await made.redis.close()
    }
    expect(work[1]).toBeLessThan(1.5 * TIMES * work[0])
  })
}

test('a string that grows to 64 MB piece by piece is copied less than ten times over', () => {
  const raw = new Raw('')
  const piece = 'x'.repeat(1 << 16)
  let copied = 0
  for (let at = 0, before = raw.grow(1); at < 1 << 26; at += piece.length) {
    raw.write(at, piece)
    const bytes = raw.grow(0)
    if (bytes !== before) copied += at
    before = bytes
  }
  expect(raw.length).toBe(1 << 26)
  expect(copied).toBeLessThan(10 * raw.length)
})

// Here the work was in copying, which is not counted: what took a minute is over in one or two seconds.
test('expiries of very many fields are written to a journal at once', { timeout: 20_000 }, async () => {
  const { redis, session } = await scene(true)
  const fields = Array.from({ length: 100_000 }, (_, i) => `f${i}`)
  session.execute(['HSET', 'h', ...fields.flatMap((field) => [field, 'v'])])
  expect(session.execute(['HEXPIRE', 'h', '100', 'FIELDS', '100000', ...fields])).toHaveLength(100_000)
  await redis.close()
})
