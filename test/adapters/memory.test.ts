// What the client on an engine in this process has beyond the contract.
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createRedis, memoryStorage } from '../../src/adapters/memory.ts'
import type { Backend } from '../../src/core/client/backend.ts'
import { asText, Redis } from '../../src/core/client/redis.ts'
import { admin } from '../../src/core/admin/admin.ts'

test('`call` gives the same with and without promises', async () => {
  await using redis = await createRedis()
  await redis.xadd('stream', '1-1', { field: 'value' })
  const read = ['XREAD', 'STREAMS', 'stream', '0'] as const
  expect(redis.sync.call(...read)).toEqual(await redis.call(...read))
})

test('console.log shows a client in a line', async () => {
  await using redis = await createRedis()
  expect(inspect({ redis, bytes: redis.bytes })).toBe('{ redis: Redis { EngineBackend }, bytes: Redis { EngineBackend } }')
})

test('what prints or sends a client, such as a test runner, does not get all that the engine holds', async () => {
  await using redis = await createRedis()
  await redis.set('key', 'x'.repeat(1000))
  expect(JSON.stringify({ redis }).length).toBeLessThan(1000)
})

test('a backend around another need not know of nodes', async () => {
  await using redis = await createRedis()
  const { backend } = redis
  const asked: string[] = []
  const around: Backend = {
    capabilities: backend.capabilities,
    call(argv, options) {
      asked.push(argv[0])
      return backend.call(argv, options)
    },
    batch: (commands, atomic) => backend.batch(commands, atomic),
    connect: () => backend.connect(),
    subscribe: (listening) => backend.subscribe(listening),
    close: () => backend.close(),
  }
  const client = new Redis(around, asText)
  await client.mset({ a: 1, b: 2 })
  const keys: string[] = []
  for await (const key of client.scanIterator()) keys.push(key)
  expect(keys.sort()).toEqual(['a', 'b'])
  expect(asked).toEqual(['MSET', 'SCAN'])
})

test('a transaction with a wrong command runs nothing, even if it is held back before it begins', async () => {
  await using redis = await createRedis({ admin })
  await redis.call('CLIENT', 'PAUSE', 20)
  await expect(redis.multi().set('key', 'x').call('NOSUCH').exec()).rejects.toMatchObject({
    message: 'EXECABORT Transaction discarded because of previous errors.',
    cause: { command: 'NOSUCH' },
  })
  expect(await redis.multi().get('key').exec()).toEqual([null])
})

test('CLIENT REPLY is refused: no method could tell its reply', async () => {
  await using redis = await createRedis()
  expect(() => redis.sync.call('client', 'reply', 'off')).toThrow('UNSUPPORTED CLIENT REPLY: each call gets its reply')
  expect(redis.sync.call('CLIENT', 'GETNAME')).toBeNull()
})

test('the names and words of `config` are Redis’s in any case, and `save` may be one of them', async () => {
  const config = { APPENDONLY: 'YES', RequirePass: 'ü', dir: 'für 5 €' }
  await using journal = await createRedis({ storage: memoryStorage(), config })
  const shown = { save: '', appendonly: 'yes', requirepass: 'ü', dir: 'für 5 €' }
  expect(await journal.configGet('save', 'appendonly', 'requirepass', 'dir')).toEqual(shown)
  await using rules = await createRedis({ storage: memoryStorage(), config: { save: '900 1' } })
  expect(await rules.configGet('save')).toEqual({ save: '900 1' })
})
