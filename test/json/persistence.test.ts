// JSON in snapshots, deltas, journals and RDB files.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis, RdbError, StorageError } from '../../src/adapters/memory.ts'
import { printRdb } from '../../src/adapters/serve/rdb-command.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'
import { ByteSink } from '../../src/core/persistence/rdb/byte-sink.ts'
import { json } from '../../src/core/json/json.ts'
import { RecordMap } from '../support/record-map.ts'

const TEXT = '{"b":1,"a":[1.0,9007199254740993,"\xc3\xa4",null,true,{}],"10":-0.0,"__proto__":[]}'
const folder = (): string => mkdtempSync(join(tmpdir(), 'isodis-json-'))
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')

async function withText(redis: EmbeddedRedis, key = 'k', text = TEXT): Promise<void> {
  await redis.call('JSON.SET', key, '$', bytesOf(text))
}
const textIn = async (redis: EmbeddedRedis, key = 'k'): Promise<string> =>
  Buffer.from((await redis.bytes.call('JSON.GET', key)) as Uint8Array).toString('latin1')

describe('a dump.rdb', () => {
  test('has the value, its order and its expiry', async () => {
    const dir = folder()
    {
      await using redis = await createRedis({ json, storage: fileStorage({ dir }) })
      await withText(redis)
      await withText(redis, 'one', '1')
      await redis.pexpireat('k', 4_102_444_800_000)
      await redis.save()
    }
    await using redis = await createRedis({ json, storage: fileStorage({ dir }) })
    expect(await textIn(redis)).toBe(TEXT)
    expect(await textIn(redis, 'one')).toBe('1')
    expect(await redis.pexpiretime('k')).toBe(4_102_444_800_000)
    const lines: string[] = []
    expect(await printRdb(join(dir, 'dump.rdb'), (line) => void lines.push(line))).toMatchObject({ types: { 'ReJSON-RL': 2 } })
    expect(lines.join('')).toContain('"type":"ReJSON-RL"')
  })

  test('is as RedisJSON writes it: the type, its version, one string and an end', async () => {
    const dir = folder()
    await using redis = await createRedis({ json, storage: fileStorage({ dir }) })
    await withText(redis, 'k', '{"a":1}')
    await redis.save()
    const file = readFileSync(join(dir, 'dump.rdb')).toString('latin1')
    // ReJSON-RL in nine times six bits, and 3 in ten: https://redis.io/docs/latest/develop/reference/modules/modules-native-types/
    expect(file).toContain('\x07\x01k\x81\x45\xe2\x52\x38\xdf\x91\x2c\x03\x05\x07{"a":1}\0')
  })

  test('loads what a server with the module has written: this version, the one before, and what it keeps beside', async () => {
    const type = (version: number): string => `\x81\x45\xe2\x52\x38\xdf\x91\x2c${String.fromCharCode(version)}`
    const entry = (key: string, value: string): string => `\x07${String.fromCharCode(key.length)}${key}${value}`
    const beside = `\xf7${type(3)}\x02\x02\x02\x2a\x05\x03abc\x04${'\0'.repeat(8)}\0`
    const file = [
      'REDIS0011',
      beside,
      '\xfe\0',
      entry('new', `${type(3)}\x05\x07{"a":1}\0`),
      entry('old', `${type(2)}\x05\x02[]\x02\0\0`),
      entry('indexed', `${type(2)}\x05\x02{}\x02\x01\x05\x01x\x05\x01y\0`),
      beside,
      '\xff',
    ].join('')
    await using redis = await createRedis({ json })
    expect(await redis.importRdb([rdb(file)])).toEqual({ keys: 3, expired: 0 })
    expect(await redis.call('JSON.MGET', 'new', 'old', 'indexed', '.')).toEqual(['{"a":1}', '[]', '{}'])

    for (const wrong of [`${type(3)}\x05\x01{\0`, `${type(3)}\0`, `${type(4)}\x05\x02{}\0`, `${type(3)}\x07\x02{}\0`]) {
      await expect(redis.importRdb([rdb(`REDIS0011\xfe\0${entry('k', wrong)}\xff`)])).rejects.toThrow(RdbError)
    }
    await expect(redis.importRdb([rdb(`REDIS0011\xfe\0${entry('k', `\x81${'\0'.repeat(8)}\0`)}\xff`)])).rejects.toThrow(
      'of the type AAAAAAAAA',
    )
    expect(await redis.dbsize()).toBe(3)
  })

  test('is left as it is by an engine without json, whose error says what it lacks', async () => {
    const dir = folder()
    {
      await using redis = await createRedis({ json, storage: fileStorage({ dir }) })
      await withText(redis)
      await redis.save()
    }
    const before = readFileSync(join(dir, 'dump.rdb'))
    const refused = createRedis({ storage: fileStorage({ dir }) })
    await expect(refused).rejects.toThrow(StorageError)
    await expect(refused).rejects.toThrow(
      /cannot read and was left as it is.*ReJSON-RL \(createRedis\(\{ json \}\) of isodis\/json has it\)/,
    )
    expect(readFileSync(join(dir, 'dump.rdb'))).toEqual(before)
    await using redis = await createRedis({ json, storage: fileStorage({ dir }) })
    expect(await textIn(redis)).toBe(TEXT)
  })
})

/** A file with its checksum. */
function rdb(text: string): Uint8Array {
  const sink = new ByteSink()
  sink.text(text)
  sink.bytes(sink.digest())
  sink.flush()
  return Buffer.concat(sink.take())
}

test('a large document is saved as it was when the save began, though it changes meanwhile', async () => {
  const dir = folder()
  const large = `{"list":[${Array.from({ length: 60_000 }, (_, i) => `{"id":${i},"name":"name ${i}"}`).join(',')}],"n":0}`
  {
    await using redis = await createRedis({ json, storage: fileStorage({ dir }), save: '' })
    await withText(redis, 'small', '[1]')
    await withText(redis, 'k', large)
    await redis.bgsave()
    for (let i = 0; i < 200; i++) {
      redis.sync.call('JSON.NUMINCRBY', 'k', '$.n', '1')
      redis.sync.call('JSON.ARRPOP', 'k', '$.list', '0')
      redis.sync.call('JSON.SET', 'k', `$.list[${i * 100}].name`, '"changed"')
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve))
    }
    redis.sync.call('JSON.ARRAPPEND', 'small', '$', '2')
    while (/rdb_bgsave_in_progress:1/.test(await redis.info('persistence'))) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await redis.call('JSON.GET', 'k', '.n')).toBe('200')
  }
  await using redis = await createRedis({ json, storage: fileStorage({ dir }) })
  expect(await textIn(redis)).toBe(large)
  expect(await textIn(redis, 'small')).toBe('[1]')
})

test('deltas and snapshots in records', async () => {
  const records = new RecordMap()
  for (const text of [TEXT, '[1,2]', '{"a":{}}']) {
    await using redis = await createRedis({ json, storage: records.storage(), save: '' })
    await withText(redis, `key ${text.length}`, text)
    await redis.save()
    await redis.call('JSON.SET', 'counted', '$', String(text.length))
    await redis.save()
  }
  await using redis = await createRedis({ json, storage: records.storage(), save: '' })
  expect(await textIn(redis, `key ${TEXT.length}`)).toBe(TEXT)
  expect(await redis.call('JSON.MGET', 'key 5', 'key 8', 'counted', '.')).toEqual(['[1,2]', '{"a":{}}', '8'])
})

describe('a journal', () => {
  const COMMANDS: [string, ...(string | Uint8Array)[]][] = [
    ['JSON.SET', 'k', '$', bytesOf(TEXT)],
    ['JSON.SET', 'k', '$.a[0]', '2', 'XX'],
    ['JSON.ARRAPPEND', 'k', '$.a', '"x"'],
    ['JSON.ARRPOP', 'k', '$..a', '0'],
    ['JSON.NUMINCRBY', 'k', '$.*', '0.5'],
    ['JSON.MERGE', 'k', '$', '{"new":{"deep":[1]},"10":null}'],
    ['JSON.TOGGLE', 'k', '$..*'],
    ['JSON.DEL', 'k', '$..[1]'],
    ['JSON.MSET', 'k2', '$', '[]', 'k', '$.b', '"set"'],
    ['JSON.STRAPPEND', 'k', '$.b', '"!"'],
    ['JSON.CLEAR', 'k', '$.new.deep'],
  ]

  test('has the commands as they came, and gives the same again', async () => {
    const dir = folder()
    const config = { appendonly: 'yes', appendfsync: 'always' }
    let left: string
    {
      await using redis = await createRedis({ json, storage: fileStorage({ dir }), config })
      for (const [name, ...words] of COMMANDS) await redis.call(name, ...words)
      left = await textIn(redis)
    }
    const journal = readdirSync(join(dir, 'appendonlydir')).find((name) => name.endsWith('.incr.aof'))!
    expect(readFileSync(join(dir, 'appendonlydir', journal)).toString('latin1')).toContain('JSON.MERGE\r\n$1\r\nk\r\n$1\r\n$\r\n')
    const refused = createRedis({ storage: fileStorage({ dir }), config })
    await expect(refused).rejects.toThrow(/Unknown command 'JSON.SET'.*createRedis\(\{ json \}\)/)
    await using redis = await createRedis({ json, storage: fileStorage({ dir }), config })
    expect(await textIn(redis)).toBe(left)
    await redis.bgrewriteaof()
    expect(await redis.call('JSON.GET', 'k2')).toBe('[]')
  })
})
