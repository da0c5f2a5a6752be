// What every runtime must be able to do, with nothing but the language and the built package: it runs in Node, Deno, Bun,
// workerd, a page, and in engines that have no more than the language. Each check throws if something is not as it should be.
import type * as Isodis from '../../src/adapters/memory.ts'
import type * as Small from '../../src/adapters/small.ts'
import type * as Rest from '../../src/adapters/serve/rest-handler.ts'
import type * as Json from '../../src/core/json/json.ts'
import type * as Vectors from '../../src/core/vectors/vectors.ts'
import type * as Upstash from '../../src/adapters/upstash.ts'
import type * as Scripts from '../../src/scripts/builder/define.ts'
import type * as Lua from '../../src/scripts/lua/scripting.ts'

/** The package's public paths, as the runtime has loaded them. */
interface Entries {
  readonly isodis: typeof Isodis
  readonly small: typeof Small
  readonly rest: typeof Rest
  readonly upstash: typeof Upstash
  readonly scripts: typeof Scripts
  readonly lua: typeof Lua
  readonly json: typeof Json
  readonly vectors: typeof Vectors
}

export interface Outcome {
  readonly passed: string[]
  readonly failed: string[]
  /** What needs something that this host has not. */
  readonly skipped: string[]
}

const TOKEN = 'token'
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i)
const has = (name: string): boolean => name in globalThis
const pause = (ms: number): Promise<void> => new Promise((resolve) => void (has('setTimeout') ? setTimeout(resolve, ms) : resolve()))

function shown(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (each instanceof Uint8Array) return `bytes ${each.join(' ')}`
    return typeof each === 'bigint' || (typeof each === 'number' && !Number.isFinite(each)) ? String(each) : each
  })
}

function same(got: unknown, wanted: unknown): void {
  if (shown(got) !== shown(wanted)) throw new Error(`${shown(got)} instead of ${shown(wanted)}`)
}

async function fails(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not fail')
}

const takeOf = (defineScript: Entries['scripts']['defineScript']) =>
  defineScript({ name: 'take', keys: { stock: 'hash' }, args: { item: 'string' } }, (_, { stock }, { item }) => {
    stock.hincrby(item, -1)
    return { left: stock.hget(item), kinds: stock.hlen() }
  })

/** What a check needs besides the language. */
const NEEDS: Record<string, string> = {
  expiry: 'setTimeout',
  signals: 'AbortController',
  'scripts over REST': 'Request',
  'the Upstash adapter on the REST handler': 'Request',
}

const checks: Record<string, (entries: Entries) => Promise<void>> = {
  'data types': async ({ isodis }) => {
    await using redis = await isodis.createRedis()
    await redis.set('text', 'grüße 🙂')
    same(await redis.get('text'), 'grüße 🙂')
    await redis.bytes.set(ALL_BYTES, ALL_BYTES)
    same(await redis.bytes.get(ALL_BYTES), ALL_BYTES)
    await redis.set('n', '9223372036854775806')
    same(await redis.incr('n'), 9223372036854775807n)
    await redis.hset('hash', { a: 1, ['__proto__']: 'x' })
    same(Object.entries(await redis.hgetall('hash')), [
      ['a', '1'],
      ['__proto__', 'x'],
    ])
    await redis.rpush('list', 'a', 'b', 'c')
    same(await redis.lrange('list', 0, -1), ['a', 'b', 'c'])
    await redis.sadd('set', 'x', 'y')
    same(await redis.scard('set'), 2)
    await redis.zadd('zset', [
      { score: 1.5, member: 'm' },
      { score: Infinity, member: 'top' },
    ])
    same(await redis.zrange('zset', 0, -1, { withScores: true }), [
      ['m', 1.5],
      ['top', Infinity],
    ])
    const keys: string[] = []
    for await (const key of redis.scanIterator()) keys.push(key)
    same(keys.length, 7)
    same(await redis.pipeline().incrby('count', 5).get('count').exec(), [5, '5'])
    same(redis.sync.get('count'), '5')
  },

  errors: async ({ isodis }) => {
    await using redis = await isodis.createRedis()
    await redis.set('k', 'v')
    const error = await fails(redis.lpush('k', 'x'))
    same([error instanceof isodis.RedisError, error.code], [true, 'WRONGTYPE'])
    same(await redis.get('k'), 'v')
  },

  expiry: async ({ isodis }) => {
    await using redis = await isodis.createRedis({ config: { 'notify-keyspace-events': 'Ex' } })
    await using expired = await redis.subscribe('__keyevent@0__:expired')
    await redis.set('k', 'v', { ex: 30 })
    same(await redis.get('k'), 'v')
    await redis.pexpire('k', 30)
    // Nobody asks for it: it goes by itself.
    same((await expired.next()).value, { channel: '__keyevent@0__:expired', message: 'k' })
    same(await redis.exists('k'), 0)
  },

  'MULTI and WATCH': async ({ isodis }) => {
    await using redis = await isodis.createRedis()
    same(await redis.multi().set('k', 1).incr('k').get('k').exec(), ['OK', 2, '2'])
    let changed = false
    const result = await redis.watch(
      'k',
      async (watching) => {
        const value = Number(await watching.get('k'))
        if (!changed) await redis.incr('k')
        changed = true
        return watching
          .multi()
          .set('k', value * 10)
          .exec()
      },
      { retries: 1 },
    )
    same([result, await redis.get('k')], [['OK'], '30'])
  },

  'publish and subscribe': async ({ isodis }) => {
    await using redis = await isodis.createRedis()
    await using subscription = await redis.psubscribe('n*')
    same(await redis.publish('news', 'hello'), 1)
    same((await subscription.next()).value, { pattern: 'n*', channel: 'news', message: 'hello' })
  },

  'waiting commands': async ({ isodis }) => {
    await using redis = await isodis.createRedis()
    const waiting = redis.blpop('list', 0)
    await redis.rpush('list', 'x')
    same(await waiting, ['list', 'x'])
    if (has('setTimeout')) same(await redis.blpop('list', 0.02), null)
  },

  signals: async ({ isodis }) => {
    await using redis = await isodis.createRedis()
    const controller = new AbortController()
    const aborted = fails(redis.blpop('list', 0, { signal: controller.signal }))
    controller.abort(new Error('enough'))
    // React Native's signals have no reason.
    same((await aborted).message, 'reason' in controller.signal ? 'enough' : 'The operation was aborted')
  },

  snapshots: async ({ isodis }) => {
    const storage = isodis.memoryStorage()
    const first = await isodis.createRedis({ storage })
    await first.bytes.set('bytes', ALL_BYTES)
    await first.hset('hash', { f: 'v' })
    await first.set('soon', 'x', { ex: 1000 })
    await first.save()
    await first.close()
    await using second = await isodis.createRedis({ storage })
    same([await second.bytes.get('bytes'), await second.hgetall('hash')], [ALL_BYTES, { f: 'v' }])
    same((await second.ttl('soon')) > 900, true)
    await second.set('late', 1)
    await second.bgsave()
    while ((await second.info('persistence')).includes('rdb_bgsave_in_progress:1')) await pause(10)
    same((await second.info('persistence')).includes('rdb_last_bgsave_status:ok'), true)
  },

  'a journal': async ({ isodis }) => {
    const storage = isodis.memoryStorage()
    const config = { appendonly: 'yes', appendfsync: 'always' }
    const first = await isodis.createRedis({ storage, config })
    await first.bytes.set('bytes', ALL_BYTES)
    await first.multi().rpush('list', 'a', 'b').lpop('list').exec()
    // It is not closed: what was answered is there.
    await using second = await isodis.createRedis({ storage, config })
    same([await second.bytes.get('bytes'), await second.lrange('list', 0, -1)], [ALL_BYTES, ['b']])
  },

  'JSON and vector sets': async ({ isodis, json: { json }, vectors: { vectors } }) => {
    await using redis = await isodis.createRedis({ json, vectors })
    await redis.call('JSON.SET', 'doc', '$', '{"a":[{"n":1,"t":"é"},{"n":2,"t":"f"}]}')
    same(await redis.call('JSON.GET', 'doc', '$.a[?@.n>1 || @.t=~"^.$"].t'), '["é","f"]')
    for (let i = 0; i < 50; i++) await redis.call('VADD', 'points', 'VALUES', '2', Math.cos(i / 50), Math.sin(i / 50), `p${i}`)
    same(await redis.call('VSIM', 'points', 'ELE', 'p7', 'COUNT', '1'), ['p7'])
  },

  'the small engine beside the other': async ({ isodis, small, json: { json } }) => {
    await using redis = await small.createRedis({ json })
    same(redis instanceof isodis.EmbeddedRedis, true)
    await redis.zadd('zset', { m: 1 })
    await redis.call('JSON.SET', 'doc', '$', '[1]')
    await using other = await isodis.createRedis({ json })
    for (const key of ['zset', 'doc']) await other.restore(key, 0, (await redis.bytes.dump(key))!)
    same(await other.zrange('zset', 0, -1), ['m'])
    await other.xadd('stream', '*', { a: 1 })
    same((await fails(redis.xlen('stream'))).message.endsWith('(createRedis of isodis has it)'), true)
    same(
      (await fails(redis.restore('stream', 0, (await other.bytes.dump('stream'))!))).message,
      'ERR RDB: a value of the type stream (createRedis of isodis has it) at byte 0',
    )
  },

  scripts: async ({ isodis, lua: { lua }, scripts: { defineScript } }) => {
    await using redis = await isodis.createRedis({ lua })
    same(await redis.call('EVAL', "return {redis.call('INCR', KEYS[1]), string.format('%5.2f', ARGV[1]), false}", 1, 'n', 2.345), [
      1,
      ' 2.35',
      null,
    ])
    const error = await fails(redis.call('EVAL', 'return nothing.field', 0))
    same(error.message.includes("Script attempted to access nonexistent global variable 'nothing'"), true)
    const take = takeOf(defineScript)
    await redis.hset('stock', { apple: 3 })
    same(await redis.script(take)({ stock: 'stock' }, { item: 'apple' }), { left: '2', kinds: 1 })
  },

  'scripts over REST': async ({ isodis, rest, upstash, lua: { lua }, scripts: { defineScript } }) => {
    await using redis = await isodis.createRedis({ lua })
    const take = takeOf(defineScript)
    await redis.hset('stock', { apple: 2 })
    const handler = rest.createRestHandler(redis, { token: TOKEN })
    const fetch = (url: string, init: RequestInit): Promise<Response> => handler(new Request(url, init))
    await using remote = upstash.connectUpstash({ url: 'http://localhost', token: TOKEN, fetch })
    same(await remote.script(take)({ stock: 'stock' }, { item: 'apple' }), { left: '1', kinds: 1 })
  },

  'the Upstash adapter on the REST handler': async ({ isodis, rest, upstash }) => {
    await using engine = await isodis.createRedis()
    const handler = rest.createRestHandler(engine, { token: TOKEN, readOnlyToken: 'reader' })
    const fetch = (url: string, init: RequestInit): Promise<Response> => handler(new Request(url, init))
    await using redis = upstash.connectUpstash({ url: 'http://localhost', token: TOKEN, fetch })
    await redis.bytes.set('k', ALL_BYTES)
    same(await redis.bytes.get('k'), ALL_BYTES)
    same(await Promise.all([redis.set('n', 1), redis.incr('n'), redis.get('n')]), ['OK', 2, '2'])
    same(await redis.multi().hset('h', { a: 1 }).hgetall('h').exec(), [1, { a: '1' }])
    same((await fails(redis.lpush('n', 'x'))).code, 'WRONGTYPE')
    await using reader = upstash.connectUpstash({ url: 'http://localhost', token: 'reader', fetch })
    same([await reader.get('n'), (await fails(reader.set('n', 5))).code], ['2', 'NOPERM'])
    await using stranger = upstash.connectUpstash({ url: 'http://localhost', token: 'guess', fetch })
    same((await fails(stranger.get('n'))).code, 'WRONGPASS')
    const subscription = await redis.subscribe('news')
    await redis.publish('news', 'hello')
    same((await subscription.next()).value, { channel: 'news', message: 'hello' })
    await subscription.unsubscribe()
    while ((await engine.publish('news', 'x')) > 0) await pause(10)
    const path = await handler(new Request(`http://localhost/set/%C3%A9/raw?_token=${TOKEN}&EX=100`))
    same([path.status, await path.json(), await engine.ttl('é')], [200, { result: 'OK' }, 100])
  },
}

/** What there is to pass. */
export const CHECKS = Object.keys(checks)

async function inTime(check: Promise<void>): Promise<void> {
  if (!has('setTimeout')) return check
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long')), 20_000)
  })
  await Promise.race([check, late]).finally(() => clearTimeout(timer))
}

/** Runs all checks that the host has all for. It does not reject. */
export async function smoke(entries: Entries): Promise<Outcome> {
  const outcome: Outcome = { passed: [], failed: [], skipped: [] }
  for (const [name, check] of Object.entries(checks)) {
    if (!has(NEEDS[name] ?? 'globalThis')) {
      outcome.skipped.push(name)
      continue
    }
    try {
      await inTime(check(entries))
      outcome.passed.push(name)
    } catch (error) {
      outcome.failed.push(`${name}: ${String(error)}\n${(error as Error).stack}`)
    }
  }
  return outcome
}
