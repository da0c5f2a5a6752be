// Saving while the world around it misbehaves: a clock that is set back, a log that throws.
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/adapters/host.ts'
import { createRedis, type Clock, type EmbeddedRedis } from '../../../src/adapters/memory.ts'
import { memoryStorage } from '../../../src/adapters/storage/memory.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { faultyStorage } from '../../support/faulty-storage.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { exported } from './journal/setup.ts'

class LooseClock extends ManualClock {
  /** By how much it was set back. */
  back = 0

  override now(): number {
    return super.now() - this.back
  }

  elapsed(): number {
    return super.now()
  }
}

const isSaving = (redis: EmbeddedRedis): boolean => redis.sync.info('persistence').includes('rdb_bgsave_in_progress:1')

test('a clock that is set back by an hour does not put saves off by an hour', async () => {
  for (const changedFirst of [true, false]) {
    const clock = new LooseClock()
    const redis = await createRedis({ storage: memoryStorage(), clock })
    if (changedFirst) await redis.set('a', 1)
    clock.back = 3_600_000
    if (!changedFirst) await redis.set('a', 1)
    let waited = 0
    for (; !isSaving(redis) && waited < 20_000; waited += 1000) clock.advance(1000)
    expect(waited).toBeLessThanOrEqual(10_000)
    await clock.drain()
    const closed = redis.close()
    await clock.drain()
    await closed
  }
})

test('nor does it put off a base that the journal waits for, without which nothing can be written', async () => {
  const clock = new LooseClock()
  const storage = faultyStorage(memoryStorage())
  const redis = await createRedis({ storage, clock, save: '', config: { appendonly: 'yes' } })
  const file = await exported(await createRedis())
  storage.before = (call) => {
    if (call === 'base commit') throw new Error('no')
  }
  const imported = redis.importRdb(file).catch(String)
  await clock.drain()
  expect(await imported).toContain('MISCONF')
  storage.before = () => {}
  clock.back = 3_600_000
  clock.advance(2000)
  await clock.drain()
  expect(await redis.set('a', 1)).toBe('OK')
  const closed = redis.close()
  await clock.drain()
  await closed
})

test('a time of day that runs backwards makes no slice longer, nor a script that does not end', async () => {
  let day = Date.now()
  let elapsed = 0
  let turns = 0
  const clock: Clock = {
    ...systemClock,
    now: () => (day -= 1000),
    elapsed: () => elapsed++,
    soon(run) {
      turns++
      systemClock.soon(run)
    },
  }
  const storage = memoryStorage()
  const log: string[] = []
  const config = { appendonly: 'yes', 'busy-reply-threshold': '100' }
  const options = { storage, clock, config, lua, log: (_level: string, line: string) => void log.push(line) }
  const redis = await createRedis(options)
  for (let i = 0; i < 20_000; i++) redis.sync.set(`key:${i}`, i)
  expect(() => redis.sync.eval('while true do end')).toThrow('Script killed')
  expect(log.at(-1)).toMatch(/^Lua script ended after 10\d ms/)
  turns = 0
  await redis.save()
  expect(turns).toBeGreaterThan(10)
  await redis.close()

  turns = 0
  const again = await createRedis(options)
  expect(turns).toBeGreaterThan(1000)
  expect(await again.dbsize()).toBe(20_000)
  await again.close()
})

test('a log that throws stops no save, and whoever made it hears of it', async () => {
  const heard: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => heard.push(error))
  try {
    const error = new TypeError('console.notice is not a function')
    const storage = memoryStorage()
    const redis = await createRedis({
      storage,
      save: '',
      log: () => {
        throw error
      },
    })
    await redis.set('a', 1)
    expect(await redis.bgsave()).toBe('Background saving started')
    await expect.poll(() => isSaving(redis)).toBe(false)
    expect(storage.snapshot).not.toBe(null)
    expect(await redis.save()).toBe('OK')
    await redis.close()
    await new Promise((resolve) => setTimeout(resolve))
    expect(new Set(heard)).toEqual(new Set([error]))
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of others) process.on('unhandledRejection', listener)
  }
})
