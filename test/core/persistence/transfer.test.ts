// exportRdb and importRdb as a user sees them: whole files, in one step or not at all.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../../src/adapters/memory.ts'
import { createTestRedis } from '../../../src/adapters/testing.ts'
import { describeSummary, printRdb } from '../../../src/adapters/serve/rdb-command.ts'
import { collectGarbage } from '../../support/garbage.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { plain, RespClient } from '../../support/resp-client.ts'

async function filled(keys = 3000): Promise<EmbeddedRedis> {
  const redis = await createRedis()
  for (let i = 0; i < keys; i++) redis.sync.set(`key${i}`, `value${i}`)
  redis.sync.rpush('list', 'a', 'b', 'ü')
  redis.sync.hset('hash', { __proto__2: '1', f: 'g' })
  redis.sync.zadd('zset', { low: -Infinity, mid: 0.1 })
  redis.sync.sadd('set', 'x')
  redis.sync.set('later', 1, { px: 1_000_000 })
  return redis
}

const bytesOf = async (stream: ReadableStream<Uint8Array>): Promise<Uint8Array> =>
  new Uint8Array(await new Response(stream as never).arrayBuffer())

describe('exportRdb', () => {
  test('is a file that redis-server loads', async () => {
    const redis = await filled()
    const dir = await mkdtemp(join(tmpdir(), 'isodis-export-'))
    await writeFile(join(dir, 'dump.rdb'), await bytesOf(redis.exportRdb()))
    await using server = await startRedisServer([], dir)
    const client = await RespClient.connect({ path: server.path })
    expect(plain(await client.call('DBSIZE'))).toBe(3005)
    expect(plain(await client.call('GET', 'key2999'))).toBe('value2999')
    expect(plain(await client.call('ZSCORE', 'zset', 'low'))).toBe('-inf')
    client.close()
  })

  test('is the moment it was asked for, also while a save runs', async () => {
    const redis = await filled(60_000)
    const stream = redis.exportRdb()
    await redis.set('key1', 'changed')
    await redis.del('hash')
    await redis.bgsave()
    await redis.set('key2', 'changed')
    const other = await createRedis()
    await other.importRdb(stream)
    expect(await other.mget('key1', 'key2')).toEqual(['value1', 'value2'])
    expect(await other.hgetall('hash')).toEqual({ __proto__2: '1', f: 'g' })
    expect(await redis.get('key1')).toBe('changed')
  })

  test('that is cancelled holds nothing', async () => {
    const redis = await filled(60_000)
    const stream = redis.exportRdb()
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    expect(redis.engine.database(0).keyspace.guard).toBe(null)
  })
})

describe('importRdb', () => {
  test('puts the file in place of what was there: every database, expiries, WATCH and waiting commands', async () => {
    const source = await filled(10)
    const bytes = await bytesOf(source.exportRdb())
    const redis = await createRedis({ config: { databases: '4' } })
    await redis.set('old', 1)
    await redis.call('SELECT', '2')
    await redis.set('old', 1)
    await redis.call('SELECT', '0')
    const waiting = redis.blpop('list', 5)
    const transaction = await redis.watch('key1', async (watching) => {
      await redis.importRdb([bytes])
      return watching.multi().set('key1', 'lost').exec()
    })
    expect(transaction).toBe(null)
    expect((await waiting)?.[1]).toBe('a')
    expect(await redis.dbsize()).toBe(15)
    expect(await redis.get('old')).toBe(null)
    expect(await redis.pttl('later')).toBeGreaterThan(990_000)
    expect(redis.engine.database(2).keyspace.size).toBe(0)
  })

  test('of a damaged file is an error and changes nothing', async () => {
    const bytes = await bytesOf((await filled()).exportRdb())
    const redis = await createRedis()
    await redis.set('a', 1)
    const before = redis.engine.dirty
    for (const broken of [bytes.slice(0, -1), bytes.slice(0, 5000), bytes.map((byte, i) => (i === bytes.length - 30 ? byte ^ 1 : byte))]) {
      await expect(redis.importRdb([broken])).rejects.toThrow(/^RDB: /)
      expect(await redis.keys('*')).toEqual(['a'])
    }
    const failing = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 5000))
        controller.error(new Error('the line is cut'))
      },
    })
    await expect(redis.importRdb(failing)).rejects.toThrow('the line is cut')
    expect(await redis.keys('*')).toEqual(['a'])
    expect(redis.engine.dirty).toBe(before)
  })

  test('takes Node streams, counts as changes, and leaves out what has expired', async () => {
    const source = await filled(5)
    await source.set('soon', 1, { px: 1 })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const dir = await mkdtemp(join(tmpdir(), 'isodis-import-'))
    const path = join(dir, 'x.rdb')
    await source.set('gone', 1, { ex: 30 })
    await writeFile(path, await bytesOf(source.exportRdb()))
    const redis = await createTestRedis({ now: Date.now() + 60_000 })
    expect(await redis.importRdb(createReadStream(path, { highWaterMark: 7 }))).toEqual({ keys: 10, expired: 1 })
    expect(await redis.info('persistence')).toContain('rdb_changes_since_last_save:10')
  })
})

test('an export whose stream was forgotten keeps nothing of what changes; one that somebody has goes on', async () => {
  const redis = await createRedis()
  for (let i = 0; i < 1000; i++) redis.sync.set(`k${i}`, i)
  const { keyspace } = redis.engine.database(0)
  const before = keyspace.guard
  const forget = async (): Promise<void> => {
    const reader = redis.exportRdb().getReader()
    await reader.read()
    redis.exportRdb()
  }
  await forget()
  const held = redis.exportRdb()
  expect(keyspace.guard).not.toBe(before)
  await expect.poll(() => collectGarbage().then(() => keyspace.guard?.below)).toBe(before)
  redis.sync.set('k1', 'changed')
  const copy = await createRedis()
  await copy.importRdb(held)
  expect(await copy.get('k1')).toBe('1')
  expect(keyspace.guard).toBe(before)
})

describe('isodis rdb', () => {
  test('prints a line of JSON a key, bytes that are no text in base64', async () => {
    const redis = await createRedis()
    await redis.set('text', 'grüße')
    await redis.bytes.set(Uint8Array.of(255), Uint8Array.of(0, 255))
    await redis.rpush('list', 'a', 'b')
    await redis.hset('hash', { f: 'g' })
    await redis.zadd('zset', { a: 1.5, z: Infinity })
    await redis.call('SET', 'later', 'x', 'PXAT', '9999999999999')
    await redis.call('XADD', 'stream', '5-1', 'f', 'g')
    await redis.call('XGROUP', 'CREATE', 'stream', 'group', '0')
    await redis.call('XREADGROUP', 'GROUP', 'group', 'alice', 'STREAMS', 'stream', '>')
    await redis.call('XCLAIM', 'stream', 'group', 'bob', '0', '5-1', 'TIME', '1700000000000')
    const path = join(await mkdtemp(join(tmpdir(), 'isodis-rdb-')), 'dump.rdb')
    await writeFile(path, await bytesOf(redis.exportRdb()))
    let text = ''
    const summary = await printRdb(path, (lines) => void (text += lines))
    expect(text.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([
      { db: 0, key: 'text', type: 'string', value: 'grüße' },
      { db: 0, key: { base64: '/w==' }, type: 'string', value: { base64: 'AP8=' } },
      { db: 0, key: 'list', type: 'list', value: ['a', 'b'] },
      { db: 0, key: 'hash', type: 'hash', value: [['f', 'g']] },
      { db: 0, key: 'zset', type: 'zset', value: [['a', 1.5], ['z', 'inf']] },
      { db: 0, key: 'later', type: 'string', expireAt: 9999999999999, value: 'x' },
      { db: 0, key: 'stream', type: 'stream', value: {
        entries: [['5-1', ['f', 'g']]], lastId: '5-1',
        groups: [{ name: 'group', lastId: '5-1', consumers: ['alice', 'bob'], pending: [['5-1', 'bob', 1700000000000, 2]] }],
      } },
    ]) // prettier-ignore
    expect(describeSummary(summary)).toBe(
      'RDB version 10; 7 keys in 1 database; string 3, list 1, hash 1, zset 1, stream 1; the checksum is right',
    )
    const bytes = await readFile(path)
    bytes[40] ^= 1
    await writeFile(path, bytes)
    await expect(printRdb(path, null)).rejects.toThrow(/^RDB: /)
  })
})
