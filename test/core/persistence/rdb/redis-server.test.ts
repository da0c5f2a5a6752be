// A real redis-server loads our files and payloads, and we load its.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { textOf, type Value } from '../../../../src/core/engine/values.ts'
import { formatDouble } from '../../../../src/core/numbers.ts'
import { dumpValue, restoreValue } from '../../../../src/core/persistence/rdb/dump.ts'
import { LzfCompressor } from '../../../../src/core/persistence/rdb/lzf.ts'
import { type RedisServer, startRedisServer } from '../../../support/redis-server.ts'
import { plain, RespClient } from '../../../support/resp-client.ts'
import { byteStrings, keysOf, values } from './arbitraries.ts'
import { contentOf, contentOfKeys, type KeyToWrite, readFile, readServer, writeFile } from './content.ts'

const RUNS = Number(process.env['ISODIS_RDB_RUNS'] ?? 40)

let server: RedisServer
let client: RespClient

beforeAll(async () => {
  server = await startRedisServer()
  client = await RespClient.connect({ path: server.path })
})

beforeEach(async () => {
  await client.pipeline([['SELECT', '0'], ['FLUSHALL']])
})

afterAll(async () => {
  client?.close()
  await server?.stop()
})

const dumpFile = (): string => join(server.dir, 'dump.rdb')

/** The commands that make a value. */
function commandsFor({ db, key, value, expiry }: KeyToWrite): string[][] {
  const expire = expiry === 0 ? [] : [['PEXPIREAT', key, String(expiry)]]
  return [['SELECT', String(db)], make(key, value), ...expire]
}

function make(key: string, value: Value): string[] {
  if (typeof value !== 'object' || value.type === 'string') return ['SET', key, textOf(value)]
  if (value.type === 'list') return ['RPUSH', key, ...value.slice(0, value.size - 1)]
  if (value.type === 'set') return ['SADD', key, ...value.keys]
  if (value.type === 'hash') return ['HSET', key, ...value.keys.flatMap((field, slot) => [field, value.values[slot]])]
  return ['ZADD', key, ...value.scores.keys.flatMap((member, slot) => [formatDouble(value.scores.values[slot]), member])]
}

async function ok(commands: string[][]): Promise<void> {
  for (const reply of await client.pipeline(commands)) expect(reply.type).not.toBe('-')
}

describe('redis-server', () => {
  test('starts from a file of ours', async () => {
    const keys = fc.sample(keysOf(values, 100), { numRuns: 1, seed: 7 })[0]
    const dir = mkdtempSync(join(tmpdir(), 'isodis-redis-'))
    writeFileSync(join(dir, 'dump.rdb'), writeFile(keys, { compressor: new LzfCompressor() }))
    await using started = await startRedisServer([], dir)
    const connection = await RespClient.connect({ path: started.path })
    expect(await readServer(connection)).toEqual(contentOfKeys(keys))
    connection.close()
  })

  test('loads our files, compressed or not, with a checksum or without', async () => {
    const options = fc.record({
      compressor: fc.constantFrom(null, new LzfCompressor()),
      checksum: fc.boolean(),
      chunkSize: fc.constantFrom(300, 65_536),
    })
    const property = fc.asyncProperty(keysOf(values), options, async (keys, options) => {
      writeFileSync(dumpFile(), writeFile(keys, options))
      expect(plain(await client.call('DEBUG', 'RELOAD', 'NOSAVE'))).toBe('OK')
      expect(await readServer(client)).toEqual(contentOfKeys(keys))
    })
    await fc.assert(property, { numRuns: RUNS })
  })

  test('keeps idle time, frequency and function libraries of our files', async () => {
    const code = "#!lua name=lib\nredis.register_function('one', function() return 1 end)"
    const use = [{ db: 0, key: 'idle', value: 'x', expiry: 0, use: { idle: 100_000 } }]
    writeFileSync(dumpFile(), writeFile(use, { libraries: [code] }))
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
    await client.call('FUNCTION', 'FLUSH')
    expect(plain(await client.call('DEBUG', 'RELOAD', 'NOSAVE'))).toBe('OK')
    expect(plain(await client.call('FCALL', 'one', '0'))).toBe(1)
    expect(plain(await client.call('OBJECT', 'IDLETIME', 'idle'))).toBeGreaterThanOrEqual(100_000)

    writeFileSync(dumpFile(), writeFile([{ db: 0, key: 'often', value: 'x', expiry: 0, use: { frequency: 200 } }]))
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu')
    await client.call('DEBUG', 'RELOAD', 'NOSAVE')
    expect(plain(await client.call('OBJECT', 'FREQ', 'often'))).toBe(200)
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await client.call('FUNCTION', 'FLUSH')
  })

  test('writes files that we load, with small encodings and large ones', async () => {
    const settings = fc.record({
      rdbcompression: fc.constantFrom('yes', 'no'),
      'hash-max-listpack-entries': fc.constantFrom('0', '8', '512'),
      'zset-max-listpack-entries': fc.constantFrom('0', '8', '512'),
      'set-max-intset-entries': fc.constantFrom('0', '8', '512'),
      'list-max-listpack-size': fc.constantFrom('-1', '-5', '3', '128'),
      'list-compress-depth': fc.constantFrom('0', '1'),
      'hash-max-listpack-value': fc.constantFrom('8', '100000'),
      'zset-max-listpack-value': fc.constantFrom('8', '100000'),
    })
    const property = fc.asyncProperty(keysOf(values), settings, async (keys, settings) => {
      await ok([['FLUSHALL'], ['CONFIG', 'SET', ...Object.entries(settings).flat()], ...keys.flatMap(commandsFor), ['SAVE']])
      const { content, aux, version } = await readFile([readFileSync(dumpFile())])
      expect(content).toEqual(contentOfKeys(keys))
      expect(version).toBe(10)
      expect(aux['redis-ver']).toMatch(/^7\./)
    })
    await fc.assert(property, { numRuns: RUNS })
  })
})

describe('DUMP and RESTORE', () => {
  test('redis-server restores what we dump', async () => {
    const property = fc.asyncProperty(byteStrings, values, async (key, value) => {
      await client.call('FLUSHALL')
      expect(plain(await client.call('RESTORE', key, '0', dumpValue(value)))).toBe('OK')
      expect(await readServer(client)).toEqual({ [`0:${key}`]: { ...contentOf(value), expiry: 0 } })
    })
    await fc.assert(property, { numRuns: 2 * RUNS })
  })

  test('we restore what redis-server dumps', async () => {
    const property = fc.asyncProperty(fc.constantFrom('0', '512'), values, async (small, value) => {
      await ok([
        ['FLUSHALL'],
        ['CONFIG', 'SET', 'hash-max-listpack-entries', small, 'zset-max-listpack-entries', small, 'set-max-intset-entries', small],
        make('key', value),
      ])
      const payload = plain(await client.call('DUMP', 'key')) as string
      expect(contentOf(restoreValue(payload))).toEqual(contentOf(value))
    })
    await fc.assert(property, { numRuns: 2 * RUNS })
  })

  test('short strings and integers are dumped to the same bytes', async () => {
    const property = fc.asyncProperty(
      fc.oneof(
        fc.integer().map(String),
        byteStrings.filter(({ length }) => length <= 20),
      ),
      async (text) => {
        await client.call('SET', 'key', text)
        expect(dumpValue(text)).toBe(plain(await client.call('DUMP', 'key')))
      },
    )
    await fc.assert(property, { numRuns: 2 * RUNS })
  })
})
