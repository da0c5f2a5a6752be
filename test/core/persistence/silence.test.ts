// A storage that does not answer: what waits for it is bounded, what is going on is said, and SHUTDOWN FORCE ends.
import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/adapters/storage/memory.ts'
import { createRedis } from '../../../src/adapters/memory.ts'
import { type Call, faultyStorage } from '../../support/faulty-storage.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'
import { info, messageOf, setup } from './journal/setup.ts'

const MEGABYTE = 'x'.repeat(1 << 20)

describe.each(['always', 'everysec', 'no'])('a journal that does not answer under %s', (appendfsync) => {
  test('takes no more than 16 MB once it is more than slow, and all of it when it answers again', async () => {
    const { redis, storage, clock, log, found } = await setup({ appendfsync })
    let release = (): void => {}
    const answered = new Promise<void>((resolve) => (release = resolve))
    storage.before = (call) => (call === 'append' ? answered : undefined)
    const { sync } = redis
    for (let i = 0; i < 15; i++) {
      sync.set(`k${i}`, MEGABYTE)
      await clock.drain()
    }
    // For two seconds it is taken for a slow one, whatever waits.
    for (let i = 15; i < 20; i++) {
      expect(sync.set(`k${i}`, MEGABYTE)).toBe('OK')
      await clock.drain()
    }
    clock.advance(2000)
    expect(sync.set('k20', 'last')).toBe('OK')
    await clock.drain()
    const refused = 'MISCONF Errors writing to the AOF file: the storage does not answer, and 19 MB wait for it'
    expect(() => sync.set('k21', 1)).toThrow(refused)
    expect(await messageOf(redis.set('k21', 1))).toBe(refused)
    expect(await redis.get('k20')).toBe('last')
    expect(await info(redis)).toMatchObject({ aof_last_write_status: 'err' })
    expect(log).toEqual(['warning: Error writing to the AOF file: the storage does not answer, and 19 MB wait for it'])
    release()
    await clock.drain()
    expect(log.at(-1)).toBe('warning: AOF write error looks solved, Redis can write again.')
    expect(sync.set('k21', 1)).toBe('OK')
    await clock.drain()
    const next = await found()
    expect(await next.dbsize()).toBe(22)
    expect(await next.strlen('k19')).toBe(MEGABYTE.length)
  })

  test('is not held against a large write, nor against little that waits for long', async () => {
    const { redis, storage, clock } = await setup({ appendfsync })
    storage.before = (call) => (call === 'append' ? new Promise(() => {}) : undefined)
    redis.sync.set('large', 'x'.repeat(1 << 25))
    await clock.drain()
    clock.advance(60_000)
    for (let i = 0; i < 100; i++) {
      expect(redis.sync.set(`small${i}`, i)).toBe('OK')
      await clock.drain()
    }
  })
})

test('a sync that takes long is counted and said as by redis-server, and holds up no append', async () => {
  const { redis, storage, clock, log } = await setup({ appendfsync: 'everysec', quick: true })
  storage.before = (call) => (call === 'sync' ? new Promise(() => {}) : undefined)
  await redis.set('a', 1)
  await clock.drain()
  clock.advance(1000)
  for (const [wait, delayed] of [
    [1000, '0'],
    [1000, '1'],
    [1000, '1'],
    [1000, '2'],
  ] as const) {
    // prettier-ignore
    clock.advance(wait)
    await redis.set('a', 2)
    await clock.drain()
    expect(await info(redis)).toMatchObject({ aof_delayed_fsync: delayed, aof_buffer_length: '0' })
  }
  expect(log[0]).toMatch(/^notice: Asynchronous AOF fsync is taking too long/)
})

test('WAITAOF that is called again and again waits a thousand times at most', async () => {
  const { redis, storage, clock } = await setup({ appendfsync: 'always' })
  let release = (): void => {}
  const answered = new Promise<void>((resolve) => (release = resolve))
  storage.before = (call) => (call === 'append' ? answered : undefined)
  void redis.sync.set('a', 1)
  await clock.drain()
  const session = redis.engine.connect({ trusted: true })
  const call = (): unknown => session.execute(['WAITAOF', '1', '0', '100'])
  // A thousand at once are not many: the storage may just be slow.
  const first = Array.from({ length: 2000 }, call)
  clock.advance(2000)
  expect(await Promise.all(first)).toEqual(first.map(() => [0, 0]))
  const refused = { text: 'MISCONF Errors writing to the AOF file: the storage does not answer' }
  expect(await call()).toMatchObject(refused)
  release()
  await clock.drain()
  expect(await redis.waitaof(1, 0, 100)).toEqual([1, 0])
})

test.each([4999, 5000])('a storage that opens after %i ms is waited for, and the log says so from 5 s on', async (ms) => {
  const clock = new ManualClock()
  const storage = faultyStorage(memoryStorage())
  const log: string[] = []
  let release = (): void => {}
  const answered = new Promise<void>((resolve) => (release = resolve))
  storage.before = (call) => (call === 'open' ? answered : undefined)
  const made = createRedis({ storage, save: '', clock, log: (level, line) => log.push(`${level}: ${line}`) })
  await clock.drain()
  clock.advance(ms)
  const said = ['warning: The storage does not answer. It is waited for.']
  expect(log.filter((line) => line.startsWith('warning'))).toEqual(ms < 5000 ? [] : said)
  release()
  await clock.drain()
  expect(await (await made).ping()).toBe('PONG')
  expect(clock.timers).toBe(0)
})

const CALLS: readonly (readonly [Call, appendonly: 'yes' | 'no'])[] = [
  ['write', 'no'],
  ['chunk', 'no'],
  ['commit', 'no'],
  ['close', 'no'],
  ['append', 'yes'],
  ['split', 'yes'],
  ['base', 'yes'],
  ['base chunk', 'yes'],
  ['base commit', 'yes'],
  ['close', 'yes'],
]

describe.each(CALLS)('%s that never comes back, appendonly %s', (call, appendonly) => {
  const begin = async () => {
    const clock = new ManualClock()
    const storage = faultyStorage(memoryStorage())
    const log: string[] = []
    const made = createRedis({ storage, save: '', clock, config: { appendonly }, log: (_level, line) => log.push(line) })
    await clock.drain()
    const redis = await made
    let release = (): void => {}
    const answered = new Promise<void>((resolve) => (release = resolve))
    storage.before = (each) => (each === call ? answered : undefined)
    if (/base|split/.test(call)) await redis.bgrewriteaof()
    await redis.set('a', 1)
    await clock.drain()
    let replies = 0
    const shutdown = (...words: string[]): void => {
      const session = redis.engine.connect({ trusted: true })
      void Promise.resolve(session.execute(['SHUTDOWN', ...words])).then(() => replies++)
    }
    const wait = async (milliseconds: number): Promise<number> => {
      for (let i = 0; i < milliseconds; i += 1000) {
        clock.advance(1000)
        await clock.drain()
      }
      return replies
    }
    return { redis, clock, storage, log, shutdown, wait, release }
  }

  test('is waited for by SHUTDOWN, which says so, and goes on when it comes', async () => {
    const { redis, log, shutdown, wait, release } = await begin()
    shutdown('SAVE')
    expect(await wait(100_000)).toBe(0)
    expect(log.filter((line) => line.includes('does not answer'))).toEqual([
      'The storage does not answer. Only SHUTDOWN FORCE ends without it.',
    ])
    expect(await messageOf(redis.set('a', 2))).toBe('ERR The client is closed')
    release()
    expect(await wait(2000)).toBe(1)
  })

  test('is not waited for by SHUTDOWN FORCE for more than 30 s, be it the second', async () => {
    for (const first of [[], [['SAVE']]]) {
      const { redis, log, storage, shutdown, wait, release, clock } = await begin()
      for (const words of first) shutdown(...words)
      await wait(first.length * 70_000)
      const before = redis.engine.closed
      shutdown('SAVE', 'FORCE')
      await wait(first.length === 0 ? 32_000 : 2000)
      expect([before, redis.engine.closed]).toEqual([false, true])
      expect(log.at(-1)).toBe('The storage does not answer. Exiting anyway.')
      // Should it come back, what was to be kept is kept after all.
      release()
      await clock.drain()
      await settled()
      expect(storage.calls.at(-1)).toBe('close')
      expect(clock.timers).toBe(0)
    }
  })
})
