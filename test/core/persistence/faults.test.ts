// Every call of the storage port, failing, hanging, or out of room: the engine goes on, nothing half-made is ever seen, and
// once the fault is over everything can be saved again.
import { describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../../src/adapters/memory.ts'
import { type MemoryStorage, memoryStorage } from '../../../src/adapters/storage/memory.ts'
import { type Call, type FaultyStorage, faultyStorage } from '../../support/faulty-storage.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const FAULTS: Readonly<Record<string, () => void | Promise<void>>> = {
  fails: () => {
    throw new Error('the disk is gone')
  },
  'is out of room': () => {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
  },
  'never comes back': () => new Promise(() => {}),
}

interface Setup {
  redis: EmbeddedRedis
  clock: ManualClock
  memory: MemoryStorage
  storage: FaultyStorage
}

async function setup(config: Record<string, string>): Promise<Setup> {
  const clock = new ManualClock()
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const redis = await createRedis({ storage, save: '', clock, config: { 'auto-aof-rewrite-percentage': '0', ...config } })
  await redis.set('a', 1)
  const saved = redis.save()
  await clock.drain()
  await saved
  return { redis, clock, memory, storage }
}

/** What the next engine would find now. */
async function found({ memory, clock }: Setup, config: Record<string, string>): Promise<(string | null)[]> {
  const copy = memoryStorage(memory.snapshot)
  copy.journal.written = memory.journal.written?.map(({ base, chunks }) => ({ base, chunks: chunks.slice() })) ?? null
  const next = await createRedis({ storage: copy, save: '', clock: new ManualClock(clock.now()), config })
  const values = await next.mget('a', 'b')
  await next.close()
  return values
}

describe.each(Object.entries(FAULTS))('a call that %s', (how, fault) => {
  const hangs = how === 'never comes back'

  test.each<Call>(['write', 'chunk', 'commit', 'abort'])('of a snapshot: %s', async (call) => {
    const all = await setup({})
    const { redis, clock, storage } = all
    await redis.set('a', 2)
    // Giving up is only asked for when something has failed.
    storage.before = (each) => (each === call ? fault() : call === 'abort' && each === 'commit' ? FAULTS['fails']() : undefined)
    expect(await redis.bgsave()).toBe('Background saving started')
    await redis.set('b', 2)
    await clock.drain()
    expect(await redis.mget('a', 'b')).toEqual(['2', '2'])
    expect(await found(all, {})).toEqual(['1', null])
    if (hangs) return expect(await redis.info('persistence')).toContain('rdb_bgsave_in_progress:1')
    expect(await redis.info('persistence')).toContain('rdb_last_bgsave_status:err')
    storage.before = () => {}
    await redis.bgsave()
    await clock.drain()
    expect(await found(all, {})).toEqual(['2', '2'])
  })

  test.each<Call>(['split', 'base', 'base chunk', 'base commit', 'base abort'])('of a rewrite: %s', async (call) => {
    const config = { appendonly: 'yes', appendfsync: 'everysec' }
    const all = await setup(config)
    const { redis, clock, storage } = all
    await redis.set('a', 2)
    storage.before = (each) => (each === call ? fault() : call === 'base abort' && each === 'base commit' ? FAULTS['fails']() : undefined)
    await redis.bgrewriteaof()
    await redis.set('b', 2)
    await clock.drain()
    expect(await redis.mget('a', 'b')).toEqual(['2', '2'])
    // Where the store itself hangs between two parts, what comes then is still to be written.
    if (hangs && call === 'split') return expect(await found(all, config)).toEqual(['2', null])
    expect(await found(all, config)).toEqual(['2', '2'])
    if (hangs) return
    expect(await redis.info('persistence')).toContain('aof_last_bgrewrite_status:err')
    storage.before = () => {}
    await redis.bgrewriteaof()
    await clock.drain()
    expect(await redis.info('persistence')).toContain('aof_last_bgrewrite_status:ok')
    expect(await found(all, config)).toEqual(['2', '2'])
  })

  test('of the journal: append', async () => {
    const config = { appendonly: 'yes', appendfsync: 'everysec' }
    const all = await setup(config)
    const { redis, clock, storage } = all
    await clock.drain()
    storage.before = (each) => (each === 'append' ? fault() : undefined)
    await redis.set('a', 2)
    await clock.drain()
    expect(await redis.get('a')).toBe('2')
    expect(await found(all, config)).toEqual(['1', null])
    if (hangs) return expect(await redis.set('b', 2)).toBe('OK')
    await expect(redis.set('b', 2)).rejects.toThrow('MISCONF Errors writing to the AOF file')
    storage.before = () => {}
    clock.advance(1000)
    await clock.drain()
    expect(await redis.set('b', 2)).toBe('OK')
    await clock.drain()
    expect(await found(all, config)).toEqual(['2', '2'])
  })

  if (hangs) return
  test('when the engine is made leaves no timer behind, whose key would keep the data', async () => {
    const clock = new ManualClock()
    const memory = memoryStorage()
    const first = await createRedis({ storage: memory, save: '1000 1', clock })
    await first.set('a', 1, { ex: 1_000_000 })
    const closed = first.close()
    await clock.drain()
    await closed
    clock.advance(1000)
    const storage = faultyStorage(memory)
    storage.before = (each) => (each === 'split' ? fault() : undefined)
    await expect(createRedis({ storage, clock, config: { appendonly: 'yes' } })).rejects.toThrow(/disk is gone|quota/)
    clock.advance(1000)
    expect(clock.timers).toBe(0)
  })

  test.each<[Call, Record<string, string>]>([
    ['open', {}],
    ['read', {}],
    ['parts', { appendonly: 'yes' }],
    ['split', { appendonly: 'yes' }],
    ['base commit', { appendonly: 'yes' }],
  ])('when the engine is made: %s is the error that createRedis gives, and the storage is given back', async (call, config) => {
    const memory = memoryStorage()
    const storage = faultyStorage(memory)
    storage.before = (each) => (each === call ? fault() : undefined)
    await expect(createRedis({ storage, config })).rejects.toThrow(/disk is gone|quota/)
    if (call !== 'open') expect(storage.calls.at(-1)).toBe('close')
    storage.before = () => {}
    await (await createRedis({ storage, config })).close()
  })
})
