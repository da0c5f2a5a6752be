// A real redis-server loads our files and payloads, and we load its.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { textOf, type Value } from '../../../../src/core/engine/values.ts'
import { Stream } from '../../../../src/core/streams/stream.ts'
import { formatDouble } from '../../../../src/core/numbers.ts'
import { dumpValue } from '../../../../src/core/persistence/rdb/dump.ts'
import { LzfCompressor } from '../../../../src/core/persistence/rdb/lzf.ts'
import { type RedisServer, startRedisServer } from '../../../support/redis-server.ts'
import { plain, RespClient } from '../../../support/resp-client.ts'
import { byteStrings, hashes, keysOf, lists, sets, sortedSets, streams, strings, values } from './arbitraries.ts'
import { contentOf, contentOfKeys, type KeyToWrite, readFile, readServer, restore, writeFile } from './content.ts'
import { SEED } from '../../../support/seed.ts'

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

// One command makes a value of these.
const plainValues = fc.oneof(strings, lists, sets, hashes, sortedSets)

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
  if (value.type === 'stream' || value.type === 'module') throw new Error('it takes more than one command')
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
    await fc.assert(property, { seed: SEED, numRuns: RUNS })
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
    await client.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu', 'lfu-decay-time', '0')
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
    const property = fc.asyncProperty(keysOf(plainValues), settings, async (keys, settings) => {
      await ok([['FLUSHALL'], ['CONFIG', 'SET', ...Object.entries(settings).flat()], ...keys.flatMap(commandsFor), ['SAVE']])
      expect((await readFile([readFileSync(dumpFile())])).content).toEqual(contentOfKeys(keys))
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS })
  })
})

describe('DUMP and RESTORE', () => {
  test('redis-server restores what we dump', async () => {
    const property = fc.asyncProperty(byteStrings, values, async (key, value) => {
      await client.call('FLUSHALL')
      expect(plain(await client.call('RESTORE', key, '0', dumpValue(value)))).toBe('OK')
      expect(await readServer(client)).toEqual({ [`0:${key}`]: { ...contentOf(value), expiry: 0 } })
    })
    await fc.assert(property, { seed: SEED, numRuns: 2 * RUNS })
  })

  test('we restore what redis-server dumps', async () => {
    const property = fc.asyncProperty(fc.constantFrom('0', '512'), plainValues, async (small, value) => {
      await ok([
        ['FLUSHALL'],
        ['CONFIG', 'SET', 'hash-max-listpack-entries', small, 'zset-max-listpack-entries', small, 'set-max-intset-entries', small],
        make('key', value),
      ])
      const payload = plain(await client.call('DUMP', 'key')) as string
      expect(contentOf(restore(payload))).toEqual(contentOf(value))
    })
    await fc.assert(property, { seed: SEED, numRuns: 2 * RUNS })
  })

  test('short strings and integers are dumped to the same bytes', async () => {
    const property = fc.asyncProperty(
      fc.oneof(
        fc.integer().map(String),
        byteStrings.filter(({ length }) => length <= 20),
      ),
      async (text) => {
        await client.call('SET', 'key', text)
        const payload = plain(await client.call('DUMP', 'key')) as string
        // But for the version and the checksum behind them.
        expect(dumpValue(text).slice(0, -10)).toBe(payload.slice(0, -10))
      },
    )
    await fc.assert(property, { seed: SEED, numRuns: 2 * RUNS })
  })
})

describe('streams', () => {
  test('redis-server loads ours and goes on with them', async () => {
    const property = fc.asyncProperty(streams, async (stream) => {
      await client.call('FLUSHALL')
      expect(plain(await client.call('RESTORE', 'key', '0', dumpValue(stream)))).toBe('OK')
      expect(await readServer(client)).toEqual({ '0:key': { ...contentOf(stream), expiry: 0 } })
      await client.call('XTRIM', 'key', 'MAXLEN', '2')
      const payload = plain(await client.call('DUMP', 'key')) as string
      expect(contentOf(restore(payload)).value).toEqual((await readServer(client))['0:key'].value)
    })
    await fc.assert(property, { seed: SEED, numRuns: 2 * RUNS })
  })

  // What happens to one stream, by commands.
  const id = fc.tuple(fc.nat(20), fc.nat(3)).map(([ms, seq]) => `${ms}-${seq}`)
  const word = fc.oneof(byteStrings, fc.constantFrom('a', 'b', '1', '2'))
  const name = fc.constantFrom('g', 'h')
  const consumer = fc.constantFrom('alice', 'bob', '17')
  const command = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(word, word).map(([a, b]) => ['XADD', 'key', '*', 'name', a, 'number', b]) },
    { weight: 3, arbitrary: fc.tuple(word, word).map(([a, b]) => ['XADD', 'key', '*', a, b]) },
    { weight: 2, arbitrary: id.map((id) => ['XADD', 'key', id, 'f', 'v']) },
    { weight: 1, arbitrary: fc.nat(20).map((length) => ['XTRIM', 'key', 'MAXLEN', '~', String(length)]) },
    { weight: 1, arbitrary: fc.nat(20).map((length) => ['XTRIM', 'key', 'MAXLEN', String(length)]) },
    { weight: 4, arbitrary: id.map((id) => ['XDEL', 'key', id]) },
    { weight: 2, arbitrary: fc.tuple(name, id).map(([name, id]) => ['XGROUP', 'CREATE', 'key', name, id, 'MKSTREAM']) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(name, consumer, fc.integer({ min: 1, max: 9 }))
        .map(([name, consumer, count]) => ['XREADGROUP', 'GROUP', name, consumer, 'COUNT', String(count), 'STREAMS', 'key', '>']),
    },
    { weight: 2, arbitrary: fc.tuple(name, id).map(([name, id]) => ['XACK', 'key', name, id]) },
    {
      weight: 1,
      arbitrary: fc.tuple(name, consumer).map(([name, consumer]) => ['XAUTOCLAIM', 'key', name, consumer, '0', '0', 'COUNT', '3']),
    },
  )

  test('of redis-server are read, whatever was done to them', async () => {
    const size = fc.constantFrom('3', '10', '100')
    const property = fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 60, size: 'max' }), size, async (commands, size) => {
      await client.pipeline([
        ['FLUSHALL'],
        ['CONFIG', 'SET', 'stream-node-max-entries', size],
        ['XADD', 'key', '1-0', 'first', '1'],
        ...commands,
      ])
      const payload = plain(await client.call('DUMP', 'key')) as string
      const { type, value } = (await readServer(client))['0:key']
      expect(contentOf(restore(payload))).toEqual({ type, value })
    })
    await fc.assert(property, { seed: SEED, numRuns: 2 * RUNS })
  })

  test('have the same nodes as one that went through the same', async () => {
    const steps = fc.array(fc.oneof({ weight: 4, arbitrary: fc.tuple(word, word) }, { weight: 1, arbitrary: fc.nat(200) }), {
      maxLength: 120,
      size: 'max',
    })
    const property = fc.asyncProperty(steps, fc.constantFrom(3, 100), async (steps, entries) => {
      await client.pipeline([
        ['FLUSHALL'],
        ['CONFIG', 'SET', 'stream-node-max-entries', String(entries)],
        ['XADD', 'key', '1-0', 'name', 'x'],
      ])
      const stream = new Stream()
      stream.append({ ms: 1, seq: 0 }, ['name', 'x'], { bytes: 4096, entries })
      for (const [i, step] of steps.entries()) {
        const ms = i + 2
        if (typeof step === 'number') {
          // A stream's last entry stays: Redis drops a node whose entries are all gone.
          if (step < ms - 1 && stream.delete({ ms: step, seq: 0 })) await client.call('XDEL', 'key', `${step}-0`)
        } else {
          stream.append({ ms, seq: 0 }, ['name', step[0], 'x', step[1]], { bytes: 4096, entries })
          await client.call('XADD', 'key', `${ms}-0`, 'name', step[0], 'x', step[1])
        }
      }
      const restored = restore(plain(await client.call('DUMP', 'key')) as string) as Stream
      expect(restored.chunks).toEqual(stream.chunks)
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS })
  })
})
