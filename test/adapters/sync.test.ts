// Backups as operators make them: `redis-cli --rdb` against a server of ours. What it gets is one moment of the data, and a
// redis-server starts on it.
import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { printRdb } from '../../src/adapters/serve/rdb-command.ts'
import { atTimesOf, keyspace } from '../differential/compare.ts'
import { startEngineServer } from '../support/engine-server.ts'
import { startRedisServer } from '../support/redis-server.ts'
import { RespClient } from '../support/resp-client.ts'

const run = promisify(execFile)
const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'isodis-sync-'))

async function filled(keys: number): Promise<Awaited<ReturnType<typeof createRedis>>> {
  const redis = await createRedis({ lua })
  for (let i = 0; i < keys; i++) redis.sync.set(`key${i}`, `value ${i} `.repeat(10))
  redis.sync.hset('hash', { a: 1, b: 'two' })
  redis.sync.rpush('list', 'a', 'b')
  redis.sync.set('later', 'x', { px: 10_000_000 })
  await redis.call('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('one', function() return 1 end)")
  return redis
}

test('redis-cli --rdb gets a file that a redis-server starts on', async () => {
  const redis = await filled(1000)
  await using served = await startEngineServer(redis.engine)
  const dir = await newFolder()
  const { stderr } = await run('redis-cli', ['-s', served.path, '--rdb', join(dir, 'dump.rdb')])
  expect(stderr).toMatch(/Transfer finished with success after \d+ bytes/)
  await using real = await startRedisServer([], dir)
  const [theirs, ours] = await Promise.all([RespClient.connect({ path: real.path }), RespClient.connect({ path: served.path })])
  const wanted = await keyspace(ours)
  expect(atTimesOf(wanted, await keyspace(theirs))).toEqual(wanted)
  expect((await theirs.call('FCALL', 'one', '0')).value).toBe('1')
  theirs.close()
  ours.close()
})

test('the file is the data of one moment, however much is written while it is read', async () => {
  const redis = await filled(30_000)
  for (let i = 0; i < 30_000; i++) redis.sync.set(`key${i}`, 'before')
  await using served = await startEngineServer(redis.engine)
  const file = join(await newFolder(), 'dump.rdb')
  const done = run('redis-cli', ['-s', served.path, '--rdb', file])
  let ended = false
  void done.finally(() => (ended = true))
  await expect.poll(() => redis.engine.databases()[0].keyspace.guard !== null, { interval: 1 }).toBe(true)
  for (let i = 0; i < 30_000; i++) redis.sync.set(`key${i}`, 'after')
  expect(ended).toBe(false)
  await done
  const values = new Set<unknown>()
  await printRdb(file, (lines) => {
    for (const line of lines.trim().split('\n')) {
      const { key, value } = JSON.parse(line) as { key?: string; value: unknown }
      if (key?.startsWith('key')) values.add(value)
    }
  })
  expect([...values]).toEqual(['before'])
  expect(redis.engine.databases()[0].keyspace.guard).toBe(null)
})

test('redis-cli --functions-rdb gets the functions alone', async () => {
  const redis = await filled(10)
  await using served = await startEngineServer(redis.engine)
  const file = join(await newFolder(), 'functions.rdb')
  await run('redis-cli', ['-s', served.path, '--functions-rdb', file])
  let lines = ''
  expect(await printRdb(file, (more) => void (lines += more))).toMatchObject({ keys: 0 })
  expect(lines).toContain('register_function')
})

test('who wants the file alone and does not say that it knows a mark gets the length before, and then the connection ends', async () => {
  const redis = await filled(10)
  await using served = await startEngineServer(redis.engine)
  const socket = connect(served.path)
  socket.write('PING\r\nREPLCONF rdb-only 1\r\nSYNC\r\nPING\r\n')
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  const [, length, rest] = /^\+PONG\r\n\+OK\r\n\$(\d+)\r\n(REDIS.*)$/s.exec(Buffer.concat(chunks).toString('latin1'))!
  expect(rest.length).toBe(Number(length))
})

test('who goes away in the middle is forgotten', async () => {
  const redis = await filled(100_000)
  await using served = await startEngineServer(redis.engine)
  const socket = connect(served.path)
  socket.write('REPLCONF capa eof\r\nSYNC\r\n')
  await new Promise((resolve) => socket.once('readable', resolve))
  expect(redis.engine.databases()[0].keyspace.guard).not.toBe(null)
  socket.destroy()
  await expect.poll(() => redis.engine.databases()[0].keyspace.guard).toBe(null)
})

test('what there is not is an error: other filters, SYNC without a connection or in a transaction', async () => {
  const redis = await filled(1)
  await using served = await startEngineServer(redis.engine)
  const client = await RespClient.connect({ path: served.path })
  const texts = async (...argv: string[]): Promise<unknown> => (await client.call(...argv)).value
  expect(await texts('REPLCONF', 'rdb-filter-only', 'keys')).toBe('ERR Unsupported rdb-filter-only option: keys')
  expect(await texts('REPLCONF', 'foo', 'bar')).toBe('ERR Unrecognized REPLCONF option: foo')
  expect(await texts('REPLCONF', 'foo')).toBe('ERR syntax error')
  await client.call('MULTI')
  expect(await texts('SYNC')).toBe('ERR Command not allowed inside a transaction')
  client.close()
  expect(() => redis.sync.call('SYNC')).toThrow('needs a connection of its own')
  await expect(redis.call('SYNC')).rejects.toThrow('UNSUPPORTED SYNC: it never ends')
})
