// A journal that is not wanted any more, or that was forgotten to be asked for: nothing that it holds is lost.
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRedis, type Storage } from '../../../../src/adapters/memory.ts'
import { fileStorage } from '../../../../src/adapters/storage/file.ts'
import { memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import type { Persistence } from '../../../../src/core/persistence/persistence.ts'
import { faultyStorage } from '../../../support/faulty-storage.ts'
import { settled } from '../../../support/manual-clock.ts'
import { RecordMap } from '../../../support/record-map.ts'

describe('a journal that is there although appendonly is off', () => {
  const on = { appendonly: 'yes', appendfsync: 'always' }

  const memory = (): (() => Storage) => {
    const storage = memoryStorage()
    return () => storage
  }
  const inRecords = (): (() => Storage) => {
    const records = new RecordMap()
    return () => records.storage()
  }
  test.each([
    ['in memory', memory],
    ['in records', inRecords],
  ])('%s is loaded, said to be there, and gone with the next save', async (_place, make) => {
    const open = make()
    const first = await createRedis({ storage: open(), save: '', config: on })
    await first.set('saved', 1)
    await first.save()
    await first.set('journal', 1)
    await first.close()

    const log: string[] = []
    const off = await createRedis({ storage: open(), save: '', log: (_level, message) => log.push(message) })
    expect(await off.mget('saved', 'journal')).toEqual(['1', '1'])
    expect(log.join('\n')).toMatch(/appendonly is off, but .* has a journal that goes further than its last snapshot: it was loaded/)
    expect(Object.fromEntries((await off.info('persistence')).split('\r\n').map((line) => line.split(':')))).toMatchObject({
      aof_enabled: '0',
      rdb_changes_since_last_save: expect.not.stringMatching(/^0$/),
    })
    await off.set('journal', 2)
    await off.engine.close(false)

    // Nothing was saved: it is as it was.
    const again = await createRedis({ storage: open(), save: '' })
    expect(await again.get('journal')).toBe('1')
    await again.set('journal', 3)
    await again.save()
    await again.close()

    const last = await createRedis({ storage: open(), save: '', config: on })
    expect(await last.mget('saved', 'journal')).toEqual(['1', '3'])
    await last.close()
  })

  test('since it was turned off is gone with the next save', async () => {
    const memory = memoryStorage()
    const redis = await createRedis({ storage: memory, save: '', config: on })
    await redis.set('a', 1)
    await redis.configSet('appendonly', 'no')
    await redis.set('a', 2)
    expect(memory.journal.written).not.toBe(null)
    await expect.poll(() => redis.save().then(() => memory.journal.written)).toBe(null)
    await redis.configSet('appendonly', 'yes')
    await redis.set('a', 3)
    await redis.close()
    const again = await createRedis({ storage: memory, save: '', config: on })
    expect(await again.get('a')).toBe('3')
  })
})

test('a page that is hidden saves in one step, which takes the place of a journal that is off', async () => {
  const records = new RecordMap()
  const first = await createRedis({ storage: records.storage(), save: '', config: { appendonly: 'yes', appendfsync: 'always' } })
  await first.set('a', 1)
  await first.close()
  const second = await createRedis({ storage: records.storage(), save: '1000 1' })
  await second.set('a', 2)
  records.left = 2 // the record with the data and the manifest; then the page is gone
  ;(second.engine.durability as Persistence).saveNow()
  await settled()
  const third = await createRedis({ storage: new RecordMap(new Map(records.map)).storage(), save: '' })
  expect(await third.get('a')).toBe('2')
})

test('a save that cannot remove the journal that it has made out of date has failed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'left-over-'))
  const redis = await createRedis({ storage: fileStorage({ dir }), save: '', config: { appendonly: 'yes' } })
  await redis.set('a', 1)
  await redis.configSet('appendonly', 'no')
  const manifest = join(dir, 'appendonlydir', 'appendonly.aof.manifest')
  await rename(manifest, `${manifest}.aside`)
  await mkdir(manifest) // which cannot be removed as a file is
  await expect(redis.save()).rejects.toThrow(/^ERR/)
  await rm(manifest, { recursive: true })
  await rename(`${manifest}.aside`, manifest)
  await redis.set('a', 2)
  await redis.save()
  await redis.close()
  const next = await createRedis({ storage: fileStorage({ dir }), save: '', config: { appendonly: 'yes' } })
  expect(await next.get('a')).toBe('2')
  await next.close()
})

test('a save that begins while BGREWRITEAOF writes a journal that is off takes its place', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'left-over-'))
  const storage = faultyStorage(fileStorage({ dir }))
  const log: string[] = []
  const redis = await createRedis({ storage, save: '', log: (_level, message) => log.push(message) })
  await redis.set('a', 1)
  await redis.bgrewriteaof()
  await expect.poll(() => redis.info('persistence')).toContain('aof_rewrite_in_progress:0')
  expect(log).toContain('Background AOF rewrite finished successfully')
  let release = (): void => {}
  storage.before = (call) => (call === 'base chunk' ? new Promise((resolve) => (release = resolve)) : undefined)
  await redis.bgrewriteaof()
  await expect.poll(() => storage.calls.filter((call) => call === 'base chunk')).toHaveLength(2)
  const saved = redis.save()
  release()
  await saved
  expect(log).toContain('Background AOF rewrite terminated by signal 10')
  await redis.set('a', 2)
  await redis.save()
  await redis.close()
  const next = await createRedis({ storage: fileStorage({ dir }), save: '', config: { appendonly: 'yes' } })
  expect(await next.get('a')).toBe('2')
  await next.close()
})

describe('CONFIG SET appendonly yes', () => {
  test('is answered when the journal records, others not waiting: what is written then is safe when it is answered', async () => {
    const storage = faultyStorage(memoryStorage())
    const redis = await createRedis({ storage, save: '', config: { appendfsync: 'always' } })
    await redis.set('before', 1)
    const turned = redis.configSet('appendonly', 'yes')
    let answered = false
    void turned.then(() => (answered = true))
    expect(await redis.get('before')).toBe('1')
    expect(answered).toBe(false)
    await turned
    expect(redis.engine.effects?.waits).toBe(true)
    await redis.set('after', 1)
    expect(storage.calls).toContain('base commit')
    expect(storage.calls).toContain('append')
    await redis.engine.close(false)
  })
})
