// DEBUG LOADAOF while others go on, and where there is nothing to be loaded.
import { expect, test } from 'vitest'
import { createRedis } from '../../../../src/adapters/memory.ts'
import { memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import { admin } from '../../../../src/core/admin/admin.ts'
import { faultyStorage } from '../../../support/faulty-storage.ts'
import { messageOf, pending } from './setup.ts'

test('others wait while it loads, or are refused if they cannot, so that nothing goes on beside the journal', async () => {
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const redis = await createRedis({ storage, admin, save: '', config: { appendonly: 'yes', appendfsync: 'always' } })
  await redis.set('a', 1)
  let release = (): void => {}
  storage.before = (call) => (call === 'parts' ? new Promise((resolve) => (release = resolve)) : undefined)
  const loaded = redis.call('DEBUG', 'LOADAOF')
  await expect.poll(() => redis.engine.loading).toBe(true)
  const text = 'LOADING Redis is loading the dataset in memory'
  expect(() => redis.sync.set('a', 2)).toThrow(text)
  expect(() => redis.sync.get('a')).toThrow(text)
  const read = redis.get('a')
  const written = redis.set('a', 3)
  expect(await pending(written)).toBe(true)
  release()
  expect(await Promise.all([loaded, read, written])).toEqual(['OK', '1', 'OK'])
  const next = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })
  expect(await next.get('a')).toBe('3')
})

test('the data stays as it is if there is no journal, or it cannot be read', async () => {
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const redis = await createRedis({ storage, admin, save: '' })
  await redis.set('a', 1)
  const failed = 'ERR Error trying to load the AOF files, check server logs.'
  expect(await messageOf(redis.call('DEBUG', 'LOADAOF'))).toBe(failed)
  memory.journal.written = [
    { base: false, chunks: [Buffer.from('*1\r\n$8\r\nFLUSHALL\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n2\r\n*1\r\n$3\r\nSET\r\n')] },
  ]
  expect(await messageOf(redis.call('DEBUG', 'LOADAOF'))).toBe(failed)
  expect(await redis.get('a')).toBe('1')
  await redis.set('b', 1)
  expect(await redis.dbsize()).toBe(2)
})
