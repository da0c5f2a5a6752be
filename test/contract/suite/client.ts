// What the client makes of more than one command: pipelines, transactions, WATCH, subscriptions; and `call`. Walks are in walks.ts.
import { expect } from 'vitest'
import type { Redis } from '../../../src/core/client/redis.ts'
import { defineScript } from '../../../src/scripts/builder/define.ts'
import { a, b, c, d, type Context, does, EDGES, EVERY_BYTE, failure, type Suite, SYNTAX, WRONGTYPE } from '../contract.ts'
import { walks } from './walks.ts'

const ALONE = { views: ['alone'] } as const
const WATCHING = { views: ['alone'], needs: 'watching' } as const
const CLOSED = { name: 'RedisError', message: 'ERR The client is closed' }
const SHARDS = { views: ['alone'], needs: 'shard channels' } as const

const takeUpTo = defineScript(
  { name: 'take up to', keys: { stock: 'string' }, args: { wanted: 'integer', by: 'string' }, returns: 'integer' },
  ($, { stock }, { wanted }) => {
    const left = $.local('left', stock.get().orElse('0').toNumber().orElse(0))
    $.if(left.lt(wanted), () => {
      stock.set(0)
      $.return(left)
    })
    stock.decrby(wanted)
    return wanted
  },
)
const echo = defineScript({ name: 'echo', args: { text: 'string' }, returns: 'string' }, (_, _keys, { text }) => text)

function subscribing(
  listen: (redis: Redis) => Promise<AsyncIterableIterator<{ channel: string; message: string }> & AsyncDisposable>,
  send: 'publish' | 'spublish',
) {
  return async ({ redis }: Context): Promise<void> => {
    await using subscription = await listen(redis)
    for (const text of ['x', '', 'é', '__proto__', 'null', '"quoted"', '9007199254740993']) {
      await redis[send]('channel', text)
      expect((await subscription.next()).value).toMatchObject({ channel: 'channel', message: text })
    }
    const next = subscription.next()
    await redis[send]('other', 'not heard')
    await redis[send]('channel', 'last')
    expect((await next).value).toMatchObject({ message: 'last' })
  }
}

export const client: Suite = {
  call: [
    does("gives each kind of reply in RESP3's shape", async ({ redis }) => {
      expect(await redis.call('SET', a, 'x')).toBe('OK')
      expect(await redis.call('get', a)).toBe('x')
      expect(await redis.call('GET', b)).toBeNull()
      expect(await redis.call('STRLEN', a)).toBe(1)
      expect(await redis.call('HSET', c, 'f', 1, '__proto__', 2)).toBe(2)
      const hash = (await redis.call('HGETALL', c)) as Record<string, string>
      expect([Object.getPrototypeOf(hash), Object.entries(hash).sort()]).toEqual([
        Object.prototype,
        [
          ['__proto__', '2'],
          ['f', '1'],
        ],
      ])
      await redis.call('ZADD', b, 1.5, 'x', 'inf', 'y')
      expect(await redis.call('ZSCORE', b, 'y')).toBe(Infinity)
      expect(await redis.call('ZRANGE', b, 0, -1, 'WITHSCORES')).toEqual([
        ['x', 1.5],
        ['y', Infinity],
      ])
      expect(await redis.call('ZPOPMIN', b)).toEqual(['x', 1.5])
      expect(await redis.call('LPOP', '{k}none', 2)).toBeNull()
      expect(await redis.bytes.call('GET', a)).toEqual(Uint8Array.of(0x78))
    }),
    does(
      "gives the server's errors",
      async ({ redis }) => {
        await expect(redis.call('GET')).rejects.toMatchObject({
          ...failure("ERR wrong number of arguments for 'get' command"),
          command: 'GET',
        })
        await expect(redis.call('nosuch', 'x', 1)).rejects.toMatchObject(
          failure("ERR unknown command 'NOSUCH', with args beginning with: 'x' '1' "),
        )
        await expect(redis.call('SET', a, 'x', 'y')).rejects.toMatchObject(SYNTAX)
        await expect(redis.call('GET', null as unknown as string)).rejects.toBeInstanceOf(TypeError)
        await expect(redis.call(null as unknown as string)).rejects.toBeInstanceOf(TypeError)
      },
      ALONE,
    ),
    does(
      'refuses what would change the connection',
      async ({ redis }) => {
        const names = ['MULTI', 'exec', 'WATCH', 'SUBSCRIBE', 'MONITOR', 'SYNC', 'HELLO', 'AUTH', 'REPLCONF', 'QUIT', 'reset']
        const replies = [['CLIENT', 'REPLY', 'OFF'], ['client', new TextEncoder().encode('reply'), 'SKIP']] as const // prettier-ignore
        for (const [name, ...args] of [...names.map((each) => [each] as const), ...replies]) {
          const refusal = { name: 'RedisError', code: 'UNSUPPORTED' }
          await expect(redis.call(name, ...args)).rejects.toMatchObject(refusal)
          expect(() => redis.pipeline().call(name, ...args)).toThrow(expect.objectContaining(refusal))
        }
        expect(await redis.ping()).toBe('PONG')
      },
      ALONE,
    ),
    does(
      'SELECT: for what waits and what is watched, too',
      async ({ redis }) => {
        await redis.blpop(a, 0.01) // its connection may be kept for the next one
        try {
          expect(await redis.pipeline().call('SELECT', 3).rpush(a, 'x').exec()).toEqual(['OK', 1])
          expect(await redis.blpop(a, 5)).toEqual([a, 'x'])
          expect(await redis.watch(a, (look) => look.multi().rpush(a, 'y').exec())).toEqual([1])
          expect(await redis.multi().call('SELECT', 0).dbsize().exec()).toEqual(['OK', 0])
          await redis.rpush(a, 'z')
          expect(await redis.blpop(a, 5)).toEqual([a, 'z'])
        } finally {
          await redis.call('SELECT', 0)
        }
      },
      { views: ['alone'], needs: ['databases', 'waiting'] },
    ),
  ],
  pipeline: [
    does(
      'what waits holds up what comes behind it',
      async ({ redis }) => {
        expect(await redis.pipeline().blpop(a, 0.02).rpush(a, 'x').blpop(a, 0).exec()).toEqual([null, 1, [a, 'x']])
      },
      { ...ALONE, needs: 'waiting' },
    ),
    does(
      'what waits holds up nobody else',
      async ({ redis }) => {
        const pipeline = redis.pipeline().set(b, 1).blpop(b, 0).blpop(a, 0).incr(b).call('BLPOP', a, 0).execSettled()
        await redis.rpush(a, 'x')
        await redis.rpush(a, 'y')
        expect(await pipeline).toMatchObject(['OK', WRONGTYPE, [a, 'x'], 2, [a, 'y']])
      },
      { ...ALONE, needs: 'waiting' },
    ),
    does(
      'gives the results in order',
      async ({ redis }) => {
        const pipeline = redis
          .pipeline()
          .set(a, 'x')
          .get(a)
          .hset(c, { f: 1 })
          .hgetall(c)
          .zadd(b, { m: 1.5 })
          .zrange(b, 0, -1, { withScores: true })
          .call('TYPE', b)
        expect(pipeline.length).toBe(7)
        const [set, x, added, hash, , range, type] = await pipeline.exec()
        expect([set, x, added, hash, range, type]).toEqual(['OK', 'x', 1, { f: '1' }, [['m', 1.5]], 'zset'])
        expect(pipeline.length).toBe(0)
        expect(await pipeline.exec()).toEqual([])
      },
      ALONE,
    ),
    does(
      'throws the first error; the others have run',
      async ({ redis }) => {
        await expect(redis.pipeline().set(a, 1).lpush(a, 1).incr(a).lpop(a).exec()).rejects.toMatchObject({
          ...WRONGTYPE,
          command: 'LPUSH',
        })
        expect(await redis.get(a)).toBe('2')
        const settled = await redis.pipeline().set(a, 1).lpush(a, 1).call('GET').incr(a).execSettled()
        expect(settled).toMatchObject(['OK', WRONGTYPE, failure("ERR wrong number of arguments for 'get' command"), 2])
      },
      ALONE,
    ),
    does(
      'takes many commands, and bytes',
      async ({ redis }) => {
        const pipeline = redis.pipeline()
        for (let i = 0; i < 2000; i++) pipeline.incr(a)
        const sums: number[] = await pipeline.exec<number[]>()
        expect(sums).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1))
        // @ts-expect-error -- what is wanted of the results does not change their types
        void (async (): Promise<[string]> => redis.pipeline().incr(a).exec())
        expect(await redis.bytes.pipeline().set(b, EVERY_BYTE).get(b).hgetall(c).exec()).toEqual(['OK', EVERY_BYTE, []])
      },
      ALONE,
    ),
    does(
      'what is no argument is a TypeError when it is collected',
      async ({ redis }) => {
        const pipeline = redis.pipeline()
        expect(() => pipeline.set(a, NaN)).toThrow(
          new TypeError('argument 2 of SET must be a string, a number, a bigint or a Uint8Array, not NaN'),
        )
        expect(await pipeline.exec()).toEqual([])
      },
      ALONE,
    ),
  ],
  multi: [
    does(
      'runs all, and gives the results in order',
      async ({ redis }) => {
        const multi = redis
          .multi()
          .set(a, 'x')
          .get(a)
          .zadd(b, { m: Infinity })
          .zscore(b, 'm')
          .zrandmember(b, 1, { withScores: true })
          .call('HGETALL', c)
        expect(await multi.exec()).toEqual(['OK', 'x', 1, Infinity, [['m', Infinity]], {}])
        expect(await redis.multi().exec()).toEqual([])
      },
      ALONE,
    ),
    does(
      'a command that fails leaves the others as they are',
      async ({ redis }) => {
        await expect(redis.multi().set(a, 1).lpush(a, 1).incr(a).exec()).rejects.toMatchObject({ ...WRONGTYPE, command: 'LPUSH' })
        expect(await redis.get(a)).toBe('2')
        expect(await redis.multi().incr(a).lpush(a, 1).execSettled()).toMatchObject([3, WRONGTYPE])
      },
      ALONE,
    ),
    does(
      'what cannot be queued discards all',
      async ({ redis }) => {
        const expected = {
          name: 'RedisError',
          code: 'EXECABORT',
          message: 'EXECABORT Transaction discarded because of previous errors.',
          command: 'EXEC',
        }
        await expect(redis.multi().set(a, 1).call('GET').exec()).rejects.toMatchObject(expected)
        await expect(redis.multi().set(a, 1).call('NOSUCH').execSettled()).rejects.toMatchObject(expected)
        expect(await redis.exists(a)).toBe(0)
        expect(await redis.multi().set(a, 1).exec()).toEqual(['OK'])
      },
      ALONE,
    ),
    does(
      'comes in its turn, although nobody waits for what was called before',
      async ({ redis }) => {
        const pipeline = redis.pipeline().incr(a).incr(a)
        const called = [redis.set(a, 1), pipeline.exec(), redis.incr(a), redis.multi().incr(a).get(a).exec(), redis.incr(a)]
        expect(await Promise.all(called)).toEqual(['OK', [2, 3], 4, [5, '5'], 6])
      },
      ALONE,
    ),
    does(
      'nobody gets in between',
      async ({ redis }) => {
        const runs = Array.from({ length: 20 }, () => redis.multi().incr(a).incr(a).get(a).exec())
        const between = Array.from({ length: 20 }, () => redis.decr(b))
        for (const [first, second, text] of await Promise.all(runs)) expect([second, text]).toEqual([first + 1, String(first + 1)])
        await Promise.all(between)
        expect(await redis.get(a)).toBe('40')
      },
      ALONE,
    ),
  ],
  watch: [
    does(
      'runs the transaction if nothing has changed',
      async ({ redis }) => {
        await redis.set(a, 41)
        const result = await redis.watch(a, async (look) => {
          const n = Number(await look.get(a))
          return look
            .multi()
            .set(a, n + 1)
            .get(a)
            .exec()
        })
        expect(result).toEqual(['OK', '42'])
      },
      WATCHING,
    ),
    does(
      'gives null if a key has changed, and nothing has run',
      async ({ redis }) => {
        const changes: ((redis: Redis) => Promise<unknown>)[] = [
          (redis) => redis.set(b, 1),
          (redis) => redis.pexpire(b, 100_000),
          (redis) => redis.del(b),
          (redis) => redis.flushall(),
        ]
        for (const change of changes) {
          await redis.set(b, 0)
          const result = await redis.watch([a, b], async (look) => {
            await change(redis)
            return look.multi().set(a, 'changed').exec()
          })
          expect(result).toBeNull()
          expect(await redis.get(a)).toBeNull()
        }
      },
      WATCHING,
    ),
    does(
      'looks again as often as it is told',
      async ({ redis }) => {
        let looks = 0
        const result = await redis.watch(
          a,
          async (look) => {
            if (looks++ < 2) await redis.incr(a)
            return look.multi().incr(a).exec()
          },
          { retries: 5 },
        )
        expect([result, looks]).toEqual([[3], 3])
      },
      WATCHING,
    ),
    does(
      'many at once lose nothing',
      async ({ redis }) => {
        const add = (): Promise<unknown> =>
          redis.watch(
            a,
            async (look) =>
              look
                .multi()
                .set(a, Number(await look.get(a)) + 1)
                .exec(),
            { retries: 100 },
          )
        await Promise.all(Array.from({ length: 8 }, add))
        expect(await redis.get(a)).toBe('8')
      },
      WATCHING,
    ),
    does(
      'a failing look fails, and leaves nothing behind',
      async ({ redis }) => {
        await expect(redis.watch(a, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
        await expect(redis.watch(a, (look) => look.multi().call('GET').exec())).rejects.toMatchObject({ code: 'EXECABORT' })
        expect(await redis.watch(a, async () => 'anything')).toBe('anything')
        expect(await redis.multi().get(a).exec()).toEqual([null])
        await expect(redis.watch([], async () => 1)).rejects.toMatchObject(failure("ERR wrong number of arguments for 'watch' command"))
      },
      WATCHING,
    ),
  ],
  subscribe: [
    does(
      'gives the messages of its channels',
      subscribing((redis) => redis.subscribe('channel'), 'publish'),
      ALONE,
    ),
    does(
      'of several, each in order',
      async ({ redis }) => {
        await using subscription = await redis.subscribe(['x', 'y'])
        for (let i = 0; i < 50; i++) await redis.publish(i % 2 ? 'x' : 'y', i)
        const heard: Record<string, number[]> = { x: [], y: [] }
        for (let i = 0; i < 50; i++) {
          const { channel, message } = (await subscription.next()).value!
          heard[channel].push(Number(message))
        }
        const inOrder = (first: number): number[] => Array.from({ length: 25 }, (_, i) => first + 2 * i)
        expect(heard).toEqual({ x: inOrder(1), y: inOrder(0) })
      },
      ALONE,
    ),
    does(
      'any text as a message',
      async ({ redis }) => {
        await using subscription = await redis.subscribe('channel')
        for (const text of EDGES) {
          await redis.publish('channel', text)
          expect((await subscription.next()).value).toEqual({ channel: 'channel', message: text })
        }
      },
      { views: ['alone'], needs: 'any message' },
    ),
    does(
      'any bytes as a message, any text as a channel',
      async ({ redis }) => {
        await using bytes = await redis.bytes.subscribe(['__proto__', 'é, /%\n'])
        await redis.publish('__proto__', EVERY_BYTE)
        expect((await bytes.next()).value).toEqual({ channel: '__proto__', message: EVERY_BYTE })
        await redis.publish('é, /%\n', new Uint8Array())
        expect((await bytes.next()).value).toEqual({ channel: 'é, /%\n', message: new Uint8Array() })
      },
      { views: ['alone'], needs: 'any message' },
    ),
    does(
      'ends when it is left',
      async ({ redis }) => {
        const subscription = await redis.subscribe('channel')
        await redis.publish('channel', 'x')
        for await (const { message } of subscription) {
          expect(message).toBe('x')
          break
        }
        expect(await subscription.next()).toEqual({ done: true, value: undefined })
        await expect.poll(() => redis.pubsubNumsub('channel')).toEqual({ channel: 0 })
      },
      ALONE,
    ),
    does(
      'drops the oldest that nobody reads',
      async ({ redis }) => {
        await using subscription = await redis.subscribe(['channel', 'end'], { limit: 3 })
        for (let i = 0; i < 10; i++) await redis.publish('channel', i)
        await expect.poll(() => subscription.dropped).toBe(7)
        expect((await subscription.next()).value).toEqual({ channel: 'channel', message: '7' })
        for (const limit of [0, -1, NaN]) await expect(redis.subscribe('channel', { limit })).rejects.toThrow(RangeError)
      },
      ALONE,
    ),
    does(
      'ends with a signal, whose reason is the reason',
      async ({ redis }) => {
        const abort = new AbortController()
        const { signal } = abort
        const subscription = await redis.subscribe('channel', { signal })
        const read = expect(subscription.next()).rejects.toThrow('enough')
        const pending = expect(redis.psubscribe('ch*', { signal })).rejects.toThrow('enough')
        abort.abort(new Error('enough'))
        await Promise.all([read, pending])
        await expect(subscription.next()).rejects.toThrow('enough')
        await expect(redis.subscribe('channel', { signal })).rejects.toThrow('enough')
        await expect.poll(() => redis.pubsubNumsub('channel')).toEqual({ channel: 0 })
        await expect.poll(() => redis.pubsubNumpat()).toBe(0)
        await subscription.unsubscribe()
      },
      ALONE,
    ),
  ],
  psubscribe: [
    does(
      'wants a name at least',
      async ({ redis }) => {
        const fewer = "ERR wrong number of arguments for 'psubscribe' command"
        await expect(redis.psubscribe([])).rejects.toMatchObject({ ...failure(fewer), command: 'PSUBSCRIBE' })
      },
      ALONE,
    ),
    does(
      'gives the messages of channels that fit',
      subscribing((redis) => redis.psubscribe('chan*'), 'publish'),
      ALONE,
    ),
    does(
      'tells the pattern',
      async ({ redis }) => {
        // No other case's channel: in a cluster their messages may still be on their way.
        await using subscription = await redis.psubscribe(['to?d', '*old'])
        await redis.publish('told', 'm')
        const both = [(await subscription.next()).value, (await subscription.next()).value]
        expect(both).toEqual(
          expect.arrayContaining([
            { pattern: 'to?d', channel: 'told', message: 'm' },
            { pattern: '*old', channel: 'told', message: 'm' },
          ]),
        )
      },
      ALONE,
    ),
  ],
  ssubscribe: [
    does(
      'gives the messages of its shard channels',
      subscribing((redis) => redis.ssubscribe('channel'), 'spublish'),
      SHARDS,
    ),
  ],
  ...walks,
  script: [
    does(
      'runs where the data is, with what it is called with',
      async ({ redis }) => {
        const take = redis.script(takeUpTo)
        await redis.set(a, 5)
        expect(await take({ stock: a }, { wanted: 3, by: 'é' })).toBe(3)
        expect(await take({ stock: a }, { wanted: 3, by: 'x' })).toBe(2)
        expect(await take({ stock: b }, { wanted: 1, by: 'x' })).toBe(0)
        expect(await redis.get(a)).toBe('0')
        await redis.rpush(c, 'x')
        await expect(take({ stock: c }, { wanted: 1, by: 'x' })).rejects.toMatchObject({ name: 'RedisError', code: 'WRONGTYPE' })
      },
      ALONE,
    ),
    does(
      'also in pipelines and transactions, and through bytes',
      async ({ redis }) => {
        await redis.set(a, 5)
        const call = [{ stock: a }, { wanted: 2, by: 'x' }] as const
        expect(
          await redis
            .pipeline()
            .script(takeUpTo, ...call)
            .get(a)
            .exec(),
        ).toEqual([2, '3'])
        expect(
          await redis
            .multi()
            .script(takeUpTo, ...call)
            .get(a)
            .exec(),
        ).toEqual([2, '1'])
        expect(await redis.bytes.script(echo)({}, { text: 'é' })).toEqual(Uint8Array.of(0xc3, 0xa9))
        expect(await redis.script(echo)({}, { text: 'é' })).toBe('é')
      },
      ALONE,
    ),
  ],
  bytes: [
    does(
      'is the same client with bytes for text',
      async ({ redis }) => {
        await redis.bytes.hset(a, EVERY_BYTE, EVERY_BYTE)
        expect(await redis.bytes.hvals(a)).toEqual([EVERY_BYTE])
        expect(await redis.bytes.type(a)).toBe('hash')
        expect(await redis.bytes.hlen(a)).toBe(1)
      },
      ALONE,
    ),
  ],
  capabilities: [
    does(
      'says what the backend can do',
      async ({ redis }) => {
        const { delivery, ...abilities } = redis.capabilities
        expect(['exactly once', 'at least once']).toContain(delivery)
        expect(Object.keys(abilities).sort()).toEqual([
          'blocking',
          'databases',
          'exactIntegers',
          'multipleSlots',
          'persistence',
          'subscribe',
          'watch',
        ])
        for (const ability of Object.values(abilities)) expect(ability).toBeTypeOf('boolean')
      },
      ALONE,
    ),
  ],
  close: [
    does(
      'ends the client: waits, subscriptions and later calls',
      async ({ another }) => {
        const redis = await another()
        await redis.set(a, 1)
        const subscription = await redis.subscribe('channel')
        const next = subscription.next()
        await redis.close()
        expect(await next).toEqual({ done: true, value: undefined })
        await expect(redis.get(a)).rejects.toMatchObject(CLOSED)
        await expect(redis.pipeline().get(a).exec()).rejects.toMatchObject(CLOSED)
        await expect(redis.multi().get(a).exec()).rejects.toMatchObject(CLOSED)
        await expect(redis.subscribe('channel')).rejects.toMatchObject(CLOSED)
        await expect(redis.scanIterator().next()).rejects.toMatchObject(CLOSED)
        if (redis.capabilities.watch) await expect(redis.watch(a, async () => 1)).rejects.toMatchObject(CLOSED)
        await redis.close()
      },
      ALONE,
    ),
    does(
      'ends commands that wait',
      async ({ another }) => {
        const redis = await another()
        const waiting = expect(redis.blpop(a, 0)).rejects.toMatchObject(CLOSED)
        const piped = redis.pipeline().blpop(a, 0).get(a).execSettled()
        await redis.ping()
        await redis.close()
        await waiting
        expect(await piped).toMatchObject([CLOSED, CLOSED])
      },
      { views: ['alone'], needs: 'waiting' },
    ),
    does(
      'lets what was called before finish',
      async ({ another }) => {
        const redis = await another()
        await redis.del(b, c, d)
        const called = [redis.set(a, 1), redis.pipeline().incr(b).get(c).exec(), redis.multi().set(d, 1).incr(d).exec()]
        await redis.close()
        expect(await Promise.all(called)).toEqual(['OK', [1, null], ['OK', 2]])
      },
      ALONE,
    ),
    does(
      'ends what looks under WATCH',
      async ({ another }) => {
        const redis = await another()
        const looked = redis.watch(a, async (look) => {
          await redis.close()
          await expect(look.get(a)).rejects.toMatchObject(CLOSED)
          return look.multi().set(a, 1).exec()
        })
        await expect(looked).rejects.toMatchObject(CLOSED)
      },
      WATCHING,
    ),
    does(
      'ends a subscription that is only beginning',
      async ({ another }) => {
        const redis = await another()
        const heard = redis.subscribe('channel').then((it) => it.next()).catch((error: Error) => error.message) // prettier-ignore
        await redis.close()
        expect([{ done: true, value: undefined }, 'ERR The client is closed']).toContainEqual(await heard)
      },
      ALONE,
    ),
  ],
}
