// Directories as redis-server keeps them, beyond what every storage does: files that it loads, and what stands in the way.
import { mkdir, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'
import { indexedDb } from '../../src/adapters/storage/indexeddb.ts'
import { memoryStorage } from '../../src/adapters/storage/memory.ts'
import { opfs } from '../../src/adapters/storage/opfs.ts'
import { startRedisServer } from '../support/redis-server.ts'
import { plain, RespClient } from '../support/resp-client.ts'
import { storageConformance } from './conformance.ts'

test('a storage of another place, or none at all, is an error that says what to use', async () => {
  await expect(createRedis({ storage: indexedDb('app') })).rejects.toThrow(/no IndexedDB here.*isodis\/file/)
  await expect(createRedis({ storage: opfs('app') })).rejects.toThrow(/no private file system here.*isodis\/file/)
  await expect(createRedis({ storage: './data' as never })).rejects.toThrow("createRedis: storage must be one, such as indexedDb('my-app')")
})

storageConformance('memory', async () => {
  const storage = memoryStorage()
  return { open: () => storage, exclusive: false }
})

storageConformance('a dump.rdb', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  const path = join(dir, 'dump.rdb')
  return {
    open: () => fileStorage({ dir }),
    exclusive: false,
    async damage(how) {
      const bytes = await readFile(path)
      bytes[bytes.length >> 1] ^= 4
      await (how === 'flip' ? writeFile(path, bytes) : truncate(path, bytes.length - 100))
    },
  }
})

test('a dump.rdb is what redis-server loads, and what it saves loads here', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  const redis = await createRedis({ storage: fileStorage({ dir }), save: '' })
  await redis.set('from', 'isodis')
  await redis.rpush('list', ...Array.from({ length: 300 }, (_, i) => i))
  await redis.close()
  const again = await createRedis({ storage: fileStorage({ dir }), save: '1000 1' })
  await again.set('from', 'isodis')
  await again.rpush('list', ...Array.from({ length: 300 }, (_, i) => i))
  await again.close()
  const server = await startRedisServer([], dir)
  const client = await RespClient.connect({ path: server.path })
  expect(plain(await client.call('GET', 'from'))).toBe('isodis')
  expect(plain(await client.call('LLEN', 'list'))).toBe(300)
  await client.call('SET', 'from', 'redis')
  expect(plain(await client.call('SAVE'))).toBe('OK')
  client.close()
  const saved = await readFile(join(dir, 'dump.rdb'))
  await server.stop()
  const copy = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  await writeFile(join(copy, 'other.rdb'), saved)
  const loaded = await createRedis({ storage: fileStorage({ dir: copy, dbfilename: 'other.rdb' }), save: '' })
  expect(await loaded.get('from')).toBe('redis')
  expect(await loaded.llen('list')).toBe(300)
  await loaded.close()
})

test('a snapshot that was given up leaves no file behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  const redis = await createRedis({ storage: fileStorage({ dir }), save: '' })
  await redis.set('a', 'x'.repeat(1000))
  await redis.bgsave()
  await redis.flushall()
  await redis.close()
  expect(await readdir(dir)).toEqual([])
})

test('a directory that cannot be cleaned up is an error, and nobody has it then', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  await mkdir(join(dir, 'temp-1-00000000-0000-0000-0000-000000000000.rdb'))
  await expect(createRedis({ storage: fileStorage({ dir }) })).rejects.toThrow(/EISDIR/)
  expect(await readdir(dir)).toHaveLength(1)
})

test('a directory that cannot be written is an error that says so', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  await writeFile(join(dir, 'file'), '')
  await expect(createRedis({ storage: fileStorage({ dir: join(dir, 'file', 'below') }) })).rejects.toThrow(/ENOTDIR|EEXIST/)
})

test('names that lead out of the directory are refused', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-file-'))
  const refused = createRedis({ storage: fileStorage({ dir: join(dir, 'data'), dbfilename: '../other.rdb' }) })
  await expect(refused).rejects.toThrow("dbfilename can't be a path, just a name")
  expect(await readdir(dir)).toEqual([])
})
