// Data that earlier versions have written, as records, and the commands that it came from. Whatever changes in the formats, it
// has to be found: an app's users have it in their browsers.
import { expect, vi } from 'vitest'
import { createRedis, type EmbeddedRedis, type RedisOptions } from '../../src/adapters/memory.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { encodeUtf8 } from '../../src/core/bytes.ts'
import { json } from '../../src/core/json/json.ts'
import type { Storage } from '../../src/core/persistence/storage.ts'
import { ReplyError } from '../../src/core/reply.ts'
import { vectors } from '../../src/core/vectors/vectors.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'

/** In the year 2255. */
const LATE = '9000000000000'
const many = (count: number, item: (i: number) => string | string[]): string[] => Array.from({ length: count }, (_, i) => item(i)).flat()
type Commands = readonly (readonly string[])[]

/** What is saved as a snapshot: every type, in every form that files have for it. */
const snapshot: Commands = [
  ['SET', 'text', 'é€\0'],
  ['SET', 'integer', '-12'],
  ['SET', 'digits', '123456789012345678901234567890'],
  ['SET', 'late', 'x', 'PXAT', LATE],
  ['SET', 'compressible', 'abc'.repeat(150)],
  ['SETBIT', 'bits', '1000', '1'],
  ['RPUSH', 'list', 'a', '1', ''],
  ['RPUSH', 'large list', ...many(150, (i) => `element ${i}`)],
  ['SADD', 'integers', '1', '-70000', '9000000000000000000'],
  ['SADD', 'set', 'a', '1', ''],
  ['SADD', 'large set', ...many(150, (i) => `member ${i}`)],
  ['HSET', 'hash', 'f', 'v', '__proto__', '1'],
  ['HSET', 'large hash', ...many(150, (i) => [`f${i}`, `v${i}`])],
  ['HSET', 'expiring', 'f', 'v', 'g', 'w'],
  ['HPEXPIREAT', 'expiring', LATE, 'FIELDS', '1', 'g'],
  ['ZADD', 'sorted set', '1.5', 'a', '-inf', 'b', 'inf', 'c'],
  ['ZADD', 'large sorted set', ...many(150, (i) => [`${i / 3}`, `m${i}`])],
  ['GEOADD', 'places', '13.361389', '38.115556', 'Palermo'],
  ['PFADD', 'log', 'a', 'b', 'c'],
  ...['1-1', '2-1', '3-1'].map((id) => ['XADD', 'stream', id, 'f', 'v']),
  ['XDEL', 'stream', '2-1'],
  ['XGROUP', 'CREATE', 'stream', 'group', '0'],
  ['XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', '1', 'STREAMS', 'stream', '>'],
  ['JSON.SET', 'json', '$', '{"a":[1,2.5,"x",null,true],"__proto__":{}}'],
  ...['a', 'b', 'c'].map((name, i) => ['VADD', 'vectors', 'VALUES', '3', '1', `${i}`, '0.5', name, 'SETATTR', `{"i":${i}}`]),
  ['FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('one', function() return 1 end)"],
  ['SELECT', '3'],
  ['SET', 'elsewhere', '1'],
  ['SELECT', '0'],
]

/** What is saved as a delta. */
const delta: Commands = [
  ['APPEND', 'text', '!'],
  ['DEL', 'integers'],
  ['HDEL', 'hash', 'f'],
  ['LPOP', 'large list'],
  ['PEXPIREAT', 'set', LATE],
  ['RENAME', 'bits', 'renamed'],
  ['JSON.ARRAPPEND', 'json', '$.a', '7'],
  ['VREM', 'vectors', 'b'],
  ['SELECT', '3'],
  ['SET', 'more', '1'],
  ['SELECT', '0'],
]

/** What is in the journal. */
const journal: Commands = [
  ['INCR', 'integer'],
  ['MULTI'],
  ['SADD', 'set', 'z'],
  ['ZADD', 'sorted set', '2', 'a'],
  ['EXEC'],
  ['XADD', 'stream', '4-1', 'f', 'v'],
  ['XACK', 'stream', 'group', '1-1'],
  ['VADD', 'vectors', 'VALUES', '3', '0', '0', '1', 'd'],
  ['SELECT', '3'],
  ['DEL', 'more'],
  ['SET', 'last', 'x', 'PXAT', LATE],
  ['SELECT', '0'],
]

/** What was written, by what it was. */
export const stages = { deltas: [...snapshot, ...delta], journal: [...snapshot, ...delta, ...journal] }
export type Stage = keyof typeof stages
/** Records in base64, by their names. */
export type Written = Readonly<Record<string, string>>

const start = (options: RedisOptions = {}): Promise<EmbeddedRedis> => createRedis({ save: '', json, vectors, lua, admin, ...options })

async function run(redis: EmbeddedRedis, commands: Commands): Promise<void> {
  const connection = await redis.backend.connect()
  for (const argv of commands) {
    const reply = await connection.call(argv.map((word) => encodeUtf8(word)))
    if (reply instanceof ReplyError) throw new Error(`${argv.join(' ')}: ${reply.text}`)
  }
  await connection.close()
}

/** All that can be asked of the data. */
async function contentOf(redis: EmbeddedRedis): Promise<object> {
  return {
    digest: await redis.call('DEBUG', 'DIGEST'),
    types: await Promise.all(
      (await redis.keys('*')).toSorted().map(async (key) => [key, await redis.type(key), await redis.pexpiretime(key)]),
    ),
    fields: await redis.hpexpiretime('expiring', 'f', 'g'),
    group: (await redis.xpendingRange('stream', 'group', '-', '+', 9)).map(([id, consumer, , deliveries]) => [id, consumer, deliveries]),
    function: await redis.fcall('one'),
  }
}

/** Writes all of it. @param taken is told of each stage, when it is in the storage */
export async function write(storage: Storage, taken: (stage: Stage) => void): Promise<void> {
  const redis = await start({ storage, config: { appendfsync: 'always', 'auto-aof-rewrite-percentage': '0' } })
  await run(redis, snapshot)
  await redis.save()
  await run(redis, delta)
  await redis.save()
  taken('deltas')
  await redis.configSet({ appendonly: 'yes' })
  await vi.waitFor(async () => expect(await redis.info('persistence')).toContain('aof_rewrite_in_progress:0'))
  await run(redis, journal)
  taken('journal')
  await redis.close()
}

/** Expects that a storage holds what the commands of a stage make. */
export async function expectWritten(storage: Storage, stage: Stage): Promise<void> {
  const [loaded, made] = [await start({ storage, config: stage === 'journal' ? { appendonly: 'yes' } : {} }), await start()]
  await run(made, stages[stage])
  expect(await contentOf(loaded)).toEqual(await contentOf(made))
  await made.close()
  await loaded.close()
}
