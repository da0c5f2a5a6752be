// Libraries of functions in snapshots: Redis's file is loaded, ours is loaded by Redis, and none gets lost.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'
import { fileStorage } from '../../../src/adapters/storage/file.ts'
import { memoryStorage } from '../../../src/adapters/storage/memory.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'

const CODE = '#!lua name=mylib\nredis.register_function("hello", function(keys, args) return "hello " .. args[1] end)'
const sample = (name: string): Uint8Array => readFileSync(new URL(`../../core/persistence/rdb/samples/${name}`, import.meta.url))

test("a library in redis-server's snapshot is loaded", async () => {
  await using redis = await createRedis({ lua })
  await redis.importRdb([sample('functions.rdb')])
  const list = (await redis.call('FUNCTION', 'LIST')) as { functions: { name: string }[] }[]
  expect(list).toHaveLength(1)
  expect(list[0].functions.length).toBeGreaterThan(0)
})

test('a library survives a restart, and replaces those of the engine that takes the file', async () => {
  await using redis = await createRedis({ lua })
  await redis.call('FUNCTION', 'LOAD', CODE)
  const file = redis.exportRdb()
  await using other = await createRedis({ lua })
  await other.call('FUNCTION', 'LOAD', CODE.replaceAll('hello', 'bye').replace('mylib', 'gone'))
  await other.importRdb(file)
  expect(await other.call('FCALL', 'hello', 0, 'world')).toBe('hello world')
  await expect(other.call('FCALL', 'bye', 0, 'x')).rejects.toThrow('Function not found')
})

test('the journal has libraries, and what scripts did, not the scripts', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'isodis-lua-'))
  const config = { appendonly: 'yes', appendfsync: 'always' }
  let expected: string | null
  {
    await using redis = await createRedis({ lua, config, storage: fileStorage({ dir }) })
    await redis.call('FUNCTION', 'LOAD', CODE)
    await redis.call(
      'EVAL',
      "redis.call('SET', KEYS[1], math.random()) redis.call('RPUSH', 'list', 1, 2) redis.call('LPOP', 'list')",
      1,
      'key',
    )
    await redis.call('FUNCTION', 'LOAD', CODE.replaceAll('hello', 'bye').replace('mylib', 'gone'))
    await redis.call('FUNCTION', 'DELETE', 'gone')
    expected = await redis.get('key')
  }
  await using redis = await createRedis({ lua, config, storage: fileStorage({ dir }) })
  expect(await redis.get('key')).toBe(expected)
  expect(await redis.lrange('list', 0, -1)).toEqual(['2'])
  expect(await redis.call('FCALL', 'hello', 0, 'world')).toBe('hello world')
  await expect(redis.call('FCALL', 'bye', 0, 'x')).rejects.toThrow('Function not found')
})

test('an engine without Lua keeps the libraries it was given', async () => {
  await using redis = await createRedis({ lua })
  await redis.call('FUNCTION', 'LOAD', CODE)
  await using without = await createRedis()
  await without.importRdb(redis.exportRdb())
  await expect(without.call('FCALL', 'hello', 0, 'x')).rejects.toThrow('unknown command')
  await using again = await createRedis({ lua })
  await again.importRdb(without.exportRdb())
  expect(await again.call('FCALL', 'hello', 0, 'again')).toBe('hello again')
})

test('a library that cannot be loaded makes the whole file an error and changes nothing', async () => {
  await using without = await createRedis({ storage: memoryStorage() })
  without.engine.scripting.prepare(['#!lua name=bad\nx x'])()
  await using redis = await createRedis({ lua })
  await redis.set('key', 'value')
  await expect(redis.importRdb(without.exportRdb())).rejects.toThrow(
    'a library of functions cannot be loaded: ERR Error compiling function',
  )
  expect(await redis.get('key')).toBe('value')
})
