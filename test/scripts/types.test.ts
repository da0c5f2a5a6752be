// What the builder's types allow, give and refuse. The compiler checks this file; running it shows that it can be built.
import { expect, expectTypeOf, test } from 'vitest'
import type { Redis } from '../../src/core/client/redis.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { defineScript, dictionary, type Expr, nullable } from '../../src/scripts/builder/define.ts'
import { scripts } from '../../src/scripts/engine.ts'

const pick = defineScript(
  {
    name: 'pick',
    keys: { queue: 'zset', info: 'hash' },
    args: { worker: 'string', now: 'number' },
    returns: nullable({ task: 'string', payload: 'string?', tries: ['integer'], more: dictionary('number') }),
  },
  ($, { queue }, { worker, now }) => {
    const { member: task } = queue.zpopmax().orElse(() => $.return(null))
    return { task, payload: worker, tries: [1, now], more: {} }
  },
)

test('a caller gets the types that the script says', async () => {
  const redis = await createRedis({ scripts })
  const run = redis.script(pick)
  type Result = { task: string; payload: string | null; tries: number[]; more: { [field: string]: number } } | null
  expectTypeOf(run).returns.resolves.toEqualTypeOf<Result>()
  expectTypeOf(redis.sync.script(pick)).returns.toEqualTypeOf<Result>()
  expectTypeOf(redis.bytes.script(pick)).returns.resolves.toEqualTypeOf<{
    task: Uint8Array
    payload: Uint8Array | null
    tries: number[]
    more: { [field: string]: number }
  } | null>()
  const batch = redis.multi().get('a').script(pick, { queue: 'q', info: 'i' }, { worker: 'w', now: 1 }).incr('n')
  const results = await batch.exec()
  expectTypeOf(results).toEqualTypeOf<[string | null, Result, number]>()
  expect(results).toEqual([null, null, 1])
  expect(redis.sync.script(pick)({ queue: 'q', info: 'i' }, { worker: 'w', now: 1 })).toBeNull()
  await redis.close()
})

test('without saying it, what the function returns is the type', () => {
  const script = defineScript({ name: 'inferred', keys: { h: 'hash', z: 'zset' } }, ($, { h, z }) => ({
    text: 'a',
    missing: h.hget('f'),
    score: z.zscore('m').orElse(0),
    list: h.hmget('a'),
    yes: h.hexists('f'),
    members: z.zrange(0, -1, { withScores: true }),
    all: h.hgetall(),
    local: $.local([1, 2]),
    none: null,
  }))
  const run = (redis: Redis): Promise<unknown> => {
    const result = redis.script(script)({ h: 'h', z: 'z' })
    expectTypeOf(result).resolves.toEqualTypeOf<{
      text: string
      missing: string | null
      score: number
      list: (string | null)[]
      yes: boolean
      members: { member: string; score: number }[]
      all: { [field: string]: string }
      local: number[]
      none: null
    }>()
    return result
  }
  expect(run).toBeTypeOf('function')
})

test('keys and arguments that are missing, unknown or of the wrong type do not compile', () => {
  const check = (redis: Redis): void => {
    const run = redis.script(pick)
    // @ts-expect-error -- a key is missing
    void run({ queue: 'q' }, { worker: 'w', now: 1 })
    // @ts-expect-error -- the arguments are missing
    void run({ queue: 'q', info: 'i' })
    // @ts-expect-error -- an argument of the wrong type
    void run({ queue: 'q', info: 'i' }, { worker: 'w', now: 'then' })
    // @ts-expect-error -- an argument that was not declared
    void run({ queue: 'q', info: 'i' }, { worker: 'w', now: 1, later: 2 })
  }
  expect(check).toBeTypeOf('function')
})

test('expressions are used as what they are', () => {
  defineScript(
    { name: 'uses', keys: { h: 'hash', z: 'zset' }, args: { n: 'number', s: 'string', m: 'number?' } },
    ($, { h, z }, { n, s, m }) => {
      expectTypeOf(n).toEqualTypeOf<Expr<number>>()
      expectTypeOf(m).toEqualTypeOf<Expr<number | null>>()
      expectTypeOf(m.orElse(0)).toEqualTypeOf<Expr<number>>()
      expectTypeOf(s.split(',').at(0)).toEqualTypeOf<Expr<string | null>>()
      expectTypeOf($.local([true]).at(0)).toEqualTypeOf<Expr<boolean>>()
      expectTypeOf(h.hgetall().get('x')).toEqualTypeOf<Expr<string | null>>()
      $.if(m.notNull(), (there) => expectTypeOf(there).toEqualTypeOf<Expr<number>>())
      $.if(m.isNull(), () => h.hdel('f')).else((there) => expectTypeOf(there).toEqualTypeOf<Expr<number>>())
      $.while(
        () => h.hget('x'),
        (there) => {
          expectTypeOf(there).toEqualTypeOf<Expr<string>>()
          $.break()
        },
      )
      const failing = [
        // @ts-expect-error -- what may be missing is not a number
        () => m.add(1),
        // @ts-expect-error -- nor may it be given as one
        () => n.add(m),
        // @ts-expect-error -- a hash's field may be missing
        () => h.hget('f').upper(),
        // @ts-expect-error -- text is not added
        () => n.add(s),
        // @ts-expect-error -- text has no arithmetic
        () => s.add(1),
        // @ts-expect-error -- text and numbers are not compared
        () => n.eq('1'),
        // @ts-expect-error -- nor ordered
        () => s.lt(1),
        // @ts-expect-error -- a number is no condition
        () => $.if(n, () => {}),
        // @ts-expect-error -- a hash is no sorted set
        () => h.zadd({ member: 'a', score: 1 }),
        // @ts-expect-error -- a score is a number
        () => z.zadd({ member: 'a', score: 'high' }),
        // @ts-expect-error -- a value must not be missing
        () => h.hset('f', h.hget('g')),
        // @ts-expect-error -- nor be a boolean
        () => h.hset('f', true),
        // @ts-expect-error -- a variable keeps its type
        () => $.local('x', 1).assign('text'),
        // @ts-expect-error -- a record has the fields it has
        () => $.local({ a: 1 }).b,
        // @ts-expect-error -- a list's items are of one type
        () => $.local(['a']).push(1),
        // @ts-expect-error -- a script that returns early says what
        () => $.return(1),
        // @ts-expect-error -- what leaves, leaves
        () => h.hget('f').orElse(() => h.hdel('f')),
      ]
      expect(failing).toHaveLength(17)
    },
  )
})

test('options that exclude each other do not compile, as in the client', () => {
  defineScript({ name: 'options', keys: { s: 'string', z: 'zset', x: 'stream' } }, (_, { s, z, x }) => {
    // What goes together does.
    expectTypeOf(s.set('v', { ex: 1, nx: true, xx: false })).toEqualTypeOf<Expr<boolean>>()
    expectTypeOf(s.set('v', { keepttl: true, xx: true, get: true })).toEqualTypeOf<Expr<string | null>>()
    expectTypeOf(z.zrange(0, '(5', { byScore: true, rev: true, limit: { offset: 0, count: 1 }, withScores: true })).toExtend<object>()
    s.getex({ persist: true })
    s.bitfield({ get: 'u8', offset: 0 }, { overflow: 'sat' }, { incrby: 'u8', offset: 0, value: 1 })
    s.restore(0, 'dump', { replace: true, freq: 1 })
    z.zadd({ member: 'a', score: 1 }, { xx: true, gt: true, ch: true })
    x.xadd('*', { a: 1 }, { maxlen: 1, approximate: true, limit: 5, nomkstream: true })
    x.xadd('*', { a: 1 }, { nomkstream: true })
    x.xclaim('g', 'c', 0, ['1-1'], { idle: 1, force: true, justid: true })
    const failing = [
      // @ts-expect-error -- seconds or milliseconds
      () => s.set('v', { ex: 1, px: 1 }),
      // @ts-expect-error -- a new expiry or the old one
      () => s.set('v', { pxat: 1, keepttl: true, get: true }),
      // @ts-expect-error -- new or not
      () => s.set('v', { nx: true, xx: true }),
      // @ts-expect-error -- an expiry or none
      () => s.getex({ ex: 1, persist: true }),
      // @ts-expect-error -- one operation
      () => s.bitfield({ get: 'u8', offset: 0, overflow: 'wrap' }),
      // @ts-expect-error -- idle or used often
      () => s.restore(0, 'dump', { idletime: 1, freq: 1 }),
      // @ts-expect-error -- new members have no score to be above
      () => z.zadd({ member: 'a', score: 1 }, { nx: true, gt: true }),
      // @ts-expect-error -- higher or lower
      () => z.zaddIncr(1, 'a', { gt: true, lt: true }),
      // @ts-expect-error -- by score or by name
      () => z.zrange('-', '+', { byScore: true, byLex: true }),
      // @ts-expect-error -- members in the order of their names have no scores
      () => z.zrange('-', '+', { byLex: true, withScores: true }),
      // @ts-expect-error -- ranks are a limit themselves
      () => z.zrangestore(z, 0, 1, { limit: { offset: 0, count: 1 } }),
      // @ts-expect-error -- by number or by ID
      () => x.xtrim({ maxlen: 1, minid: '1' }),
      // @ts-expect-error -- exactly, or up to a limit
      () => x.xadd('*', { a: 1 }, { maxlen: 1, limit: 1 }),
      // @ts-expect-error -- since when, or for how long
      () => x.xclaim('g', 'c', 0, ['1-1'], { idle: 1, time: 1 }),
    ]
    expect(failing).toHaveLength(14)
  })
})

test('what is returned is what was said', () => {
  const definition = { name: 'said', args: { n: 'number' }, returns: nullable({ task: 'string' }) } as const
  defineScript(definition, ($) => {
    $.return({ task: 'a' })
  })
  defineScript(definition, () => null)
  const wrong = {
    // @ts-expect-error -- a field of the wrong type
    field: () => defineScript(definition, (_$, _keys, { n }) => ({ task: n })),
    // @ts-expect-error -- a field is missing
    missing: () => defineScript(definition, ($) => void $.return({})),
    // @ts-expect-error -- no such type
    type: () => defineScript({ name: 'x', args: { n: 'float' } }, () => {}),
    // @ts-expect-error -- no such kind of key
    key: () => defineScript({ name: 'x', keys: { k: 'heap' } }, () => {}),
  }
  expect(wrong.type).toThrow(new TypeError("script x: float is no type: use 'string', 'number', 'integer' or 'boolean'"))
})
