// Data that was stored by an engine that was no cluster.
import { expect, test } from 'vitest'
import { createRedis, memoryStorage } from '../../src/adapters/memory.ts'
import { admin } from '../../src/core/admin/admin.ts'

const CLUSTER = { 'cluster-enabled': 'yes' }

test('what a journal has ran before: it is loaded, keys of several slots in a command too', async () => {
  const storage = memoryStorage()
  const before = await createRedis({ storage, config: { appendonly: 'yes' } })
  await before.mset({ a: 1, b: 2 })
  await before.multi().set('c', 1).set('d', 2).exec()
  await before.rename('c', 'e')
  await before.close()
  await using redis = await createRedis({ storage, admin, config: { ...CLUSTER, appendonly: 'yes' } })
  expect((await redis.keys('*')).toSorted()).toEqual(['a', 'b', 'd', 'e'])
})

test('data of other databases is not hidden: the engine does not start', async () => {
  const storage = memoryStorage()
  const before = await createRedis({ storage })
  await before.call('SELECT', 1)
  await before.set('a', 1)
  await before.save()
  await before.close()
  await expect(createRedis({ storage, admin, config: CLUSTER })).rejects.toThrow('there is no database 1')
  await using redis = await createRedis({ storage })
  await redis.call('SELECT', 1)
  expect(await redis.get('a')).toBe('1')
})

test('nor is that of a journal', async () => {
  const storage = memoryStorage()
  const before = await createRedis({ storage, config: { appendonly: 'yes' } })
  await before.call('SELECT', 1)
  await before.set('a', 1)
  await before.close()
  await expect(createRedis({ storage, admin, config: { ...CLUSTER, appendonly: 'yes' } })).rejects.toThrow(
    'SELECT is not allowed in cluster mode',
  )
  await using redis = await createRedis({ storage, config: { appendonly: 'yes' } })
  await redis.call('SELECT', 1)
  expect(await redis.get('a')).toBe('1')
})

test('nor that of an RDB file', async () => {
  const before = await createRedis()
  await before.call('SELECT', 1)
  await before.set('a', 1)
  await using redis = await createRedis({ admin, config: CLUSTER })
  await redis.set('b', 1)
  await expect(redis.importRdb(before.exportRdb())).rejects.toThrow('there is no database 1')
  expect(await redis.keys('*')).toEqual(['b'])
  await before.close()
})
