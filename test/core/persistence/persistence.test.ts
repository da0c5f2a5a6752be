// Saving as a user sees it, by the rules that a real redis-server was observed to follow; time is moved by hand.
import { describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis, RedisError } from '../../../src/adapters/memory.ts'
import { memoryStorage } from '../../../src/adapters/storage/memory.ts'
import type { Persistence } from '../../../src/core/persistence/persistence.ts'
import { type FaultyStorage, faultyStorage } from '../../support/faulty-storage.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { RespClient } from '../../support/resp-client.ts'

const MISCONF =
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error."

interface Setup {
  redis: EmbeddedRedis
  clock: ManualClock
  storage: FaultyStorage
  log: string[]
  /** What is stored, loaded into another engine. */
  stored(): Promise<EmbeddedRedis>
}

async function setup(save = ''): Promise<Setup> {
  const clock = new ManualClock()
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const log: string[] = []
  const redis = await createRedis({ storage, save, clock, log: (level, message) => log.push(`${level}: ${message}`) })
  storage.calls.length = 0
  return { redis, clock, storage, log, stored: () => createRedis({ storage: memoryStorage(memory.snapshot), save: '', clock }) }
}

async function info(redis: EmbeddedRedis): Promise<Record<string, string>> {
  const lines = (await redis.info('persistence')).split('\r\n').filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => line.split(':') as [string, string]))
}

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(String, (error: unknown) => (error instanceof RedisError ? error.message : String(error)))
const fail = (error: unknown) => (): never => {
  throw error
}

describe('BGSAVE', () => {
  test('saves the moment it was given, and says how far it is', async () => {
    const { redis, clock, stored, log } = await setup()
    await redis.set('a', 1)
    expect(await redis.bgsave()).toBe('Background saving started')
    await redis.set('a', 2)
    await redis.set('b', 2)
    expect(await info(redis)).toMatchObject({ rdb_bgsave_in_progress: '1', rdb_current_bgsave_time_sec: '0', current_save_keys_total: '1' })
    await clock.drain()
    expect(await info(redis)).toMatchObject({
      rdb_bgsave_in_progress: '0',
      rdb_last_bgsave_status: 'ok',
      rdb_last_bgsave_time_sec: '0',
      rdb_saves: '1',
    })
    expect(await (await stored()).mget('a', 'b')).toEqual(['1', null])
    expect(log).toEqual([
      'notice: Background saving started by pid 1',
      'notice: DB saved on disk',
      'notice: Background saving terminated with success',
    ])
  })

  test('counts what was written while it ran toward the next save', async () => {
    const { redis, clock } = await setup()
    await redis.mset({ a: 1, b: 2, c: 3 })
    expect((await info(redis))['rdb_changes_since_last_save']).toBe('3')
    await redis.bgsave()
    await redis.set('d', 4)
    expect((await info(redis))['rdb_changes_since_last_save']).toBe('4')
    await clock.drain()
    expect((await info(redis))['rdb_changes_since_last_save']).toBe('1')
  })

  test('while a save runs is refused, and so are SAVE and BGSAVE SCHEDULE', async () => {
    const { redis, clock } = await setup()
    await redis.bgsave()
    for (const again of [() => redis.bgsave(), () => redis.bgsave({ schedule: true }), () => redis.save()]) {
      expect(await messageOf(again())).toBe('ERR Background save already in progress')
    }
    await clock.drain()
    expect(await redis.bgsave()).toBe('Background saving started')
    await clock.drain()
  })

  test('takes no other word than SCHEDULE', async () => {
    const { redis } = await setup()
    expect(await messageOf(redis.call('BGSAVE', 'foo'))).toBe('ERR syntax error')
    expect(await messageOf(redis.call('BGSAVE', 'SCHEDULE', 'x'))).toBe('ERR syntax error')
  })

  test('that fails says so in INFO and the log, and leaves the last snapshot', async () => {
    const { redis, clock, storage, stored, log } = await setup()
    await redis.set('a', 1)
    await redis.bgsave()
    await clock.drain()
    for (const call of ['write', 'chunk', 'commit'] as const) {
      storage.before = (each) => (each === call ? fail(new DOMException('no room', 'QuotaExceededError'))() : undefined)
      await redis.set('a', 2)
      expect(await redis.bgsave()).toBe('Background saving started')
      await clock.drain()
      expect(await info(redis)).toMatchObject({ rdb_last_bgsave_status: 'err', rdb_bgsave_in_progress: '0' })
      expect(log.at(-1)).toBe('warning: Background saving error: QuotaExceededError: no room')
      expect(await (await stored()).get('a')).toBe('1')
    }
    expect(storage.calls.slice(-3)).toEqual(['chunk', 'commit', 'abort'])
    storage.before = () => {}
    await redis.bgsave()
    await clock.drain()
    expect(await info(redis)).toMatchObject({ rdb_last_bgsave_status: 'ok' })
    expect(await (await stored()).get('a')).toBe('2')
  })

  test('in a transaction runs after EXEC, SAVE is refused', async () => {
    const { redis, clock, stored } = await setup()
    expect(await redis.multi().set('a', 1).bgsave().set('b', 1).exec()).toEqual(['OK', 'Background saving scheduled', 'OK'])
    await clock.drain()
    // It has seen all of the transaction.
    expect(await (await stored()).mget('a', 'b')).toEqual(['1', '1'])
    const refused = await redis.multi().set('a', 2).save().exec().catch((error: unknown) => error) // prettier-ignore
    expect(refused).toMatchObject({ code: 'EXECABORT', cause: { message: 'ERR Command not allowed inside a transaction' } })
    expect(await redis.get('a')).toBe('1')
  })
})

describe('SAVE', () => {
  test('is done when it says OK', async () => {
    const { redis, clock, stored } = await setup()
    await redis.set('a', 1)
    const saved = redis.save()
    await clock.drain()
    expect(await saved).toBe('OK')
    expect(await (await stored()).get('a')).toBe('1')
    expect((await info(redis))['rdb_changes_since_last_save']).toBe('0')
  })

  test('that fails is an error with its cause; the status of background saves stays', async () => {
    const { redis, clock, storage } = await setup()
    const cause = new Error('disk is on fire')
    storage.before = (call) => (call === 'commit' ? fail(cause)() : undefined)
    const saved = redis.save().catch((error: unknown) => error)
    await clock.drain()
    expect(await saved).toMatchObject({ message: 'ERR', command: 'SAVE', cause })
    expect((await info(redis))['rdb_last_bgsave_status']).toBe('ok')
  })

  test('without promises is an error that says what to use', async () => {
    const { redis } = await setup()
    expect(() => redis.sync.save()).toThrow('use BGSAVE')
  })
})

test('LASTSAVE is the start, then the end of the last save that succeeded', async () => {
  const { redis, clock, storage } = await setup()
  const start = Math.floor(clock.now() / 1000)
  clock.advance(5000)
  expect(await redis.lastsave()).toBe(start)
  let release = (): void => {}
  storage.before = (call) => (call === 'commit' ? new Promise((resolve) => (release = resolve)) : undefined)
  await redis.bgsave()
  await clock.drain()
  clock.advance(3000)
  release()
  await clock.drain()
  expect(await redis.lastsave()).toBe(start + 8)
  clock.advance(3000)
  storage.before = fail(new Error('no'))
  await redis.bgsave()
  await clock.drain()
  expect(await redis.lastsave()).toBe(start + 8)
})

describe('save rules', () => {
  test('start a save when enough has changed for long enough', async () => {
    const { redis, clock, log } = await setup('10 2 100 1')
    await redis.set('a', 1)
    clock.advance(50_000)
    await clock.drain()
    expect(log).toEqual([])
    await redis.set('a', 2)
    expect(log[0]).toBe('notice: 2 changes in 10 seconds. Saving...')
    await clock.drain()
    expect(log.at(-1)).toBe('notice: Background saving terminated with success')
    await redis.set('a', 3)
    clock.advance(100_000)
    expect(log).toHaveLength(4)
    clock.advance(1000)
    expect(log[4]).toBe('notice: 1 changes in 100 seconds. Saving...')
    await clock.drain()
  })

  test('wait for nothing when nothing has changed: no timer runs', async () => {
    const { redis, clock } = await setup('10 2 100 1')
    await redis.get('a')
    await redis.del('a')
    expect(clock.timers).toBe(0)
  })

  test('try again 5 s after a failure', async () => {
    const { redis, clock, storage, log } = await setup('1 1')
    await redis.configSet('stop-writes-on-bgsave-error', 'no')
    storage.before = (call) => (call === 'commit' ? fail(new Error('no'))() : undefined)
    await redis.set('a', 1)
    clock.advance(2000)
    await clock.drain()
    expect(storage.calls.filter((call) => call === 'commit')).toHaveLength(1)
    clock.advance(5000)
    await clock.drain()
    expect(storage.calls.filter((call) => call === 'commit')).toHaveLength(1)
    clock.advance(1000)
    await clock.drain()
    expect(storage.calls.filter((call) => call === 'commit')).toHaveLength(2)
    expect(log.filter((line) => line.includes('error'))).toHaveLength(2)
  })

  test('can be changed while it runs, and a wrong text changes nothing', async () => {
    const { redis, clock, log } = await setup('100 1')
    await redis.set('a', 1)
    for (const wrong of [' 1 1', '1 1 ', '1  1', '0 1', '1 -1', '1', '1 1 2', 'a b']) {
      expect(await messageOf(redis.configSet('save', wrong))).toBe(
        "ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters",
      )
    }
    expect(await redis.configGet('save')).toEqual({ save: '100 1' })
    clock.advance(20_000)
    await redis.configSet('save', '10 1')
    expect(log[0]).toBe('notice: 1 changes in 10 seconds. Saving...')
    await clock.drain()
  })

  test('for a page, when none are given: a save starts at most 5 s after a change', async () => {
    for (const since of [0, 300, 999, 4500, 60_000]) {
      const clock = new ManualClock(1_700_000_000_123)
      const redis = await createRedis({ storage: memoryStorage(), clock })
      clock.advance(since)
      await redis.set('a', 1)
      const written = clock.now()
      while ((await info(redis))['rdb_bgsave_in_progress'] === '0') clock.advance(10)
      expect(clock.now() - written).toBeLessThanOrEqual(5000)
      await clock.drain()
    }
  })
})

describe('when a save has failed and there are rules', () => {
  async function failing(): Promise<Setup & { cause: Error }> {
    const all = await setup('1000 1')
    const cause = new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    await all.redis.set('a', 1)
    all.storage.before = (call) => (call === 'chunk' ? fail(cause)() : undefined)
    await all.redis.bgsave()
    await all.clock.drain()
    return { ...all, cause }
  }

  test('every write is MISCONF with the cause, also one that would change nothing; reads and PUBLISH go on', async () => {
    const { redis, cause } = await failing()
    const write = await redis.set('a', 2).catch((error: unknown) => error)
    expect(write).toMatchObject({ name: 'RedisError', code: 'MISCONF', message: MISCONF, command: 'SET', cause })
    for (const call of [() => redis.del('nosuch'), () => redis.flushall(), () => redis.ping(), () => redis.getdel('nosuch')]) {
      expect(await messageOf(call())).toBe(MISCONF)
    }
    expect(() => redis.sync.set('a', 2)).toThrow(MISCONF)
    expect(await redis.get('a')).toBe('1')
    expect(await redis.publish('c', 'm')).toBe(0)
    expect(await redis.call('CONFIG', 'GET', 'save')).toEqual({ save: '1000 1' })
  })

  test('a transaction with a write is aborted when it is queued', async () => {
    const { redis } = await failing()
    expect(await redis.multi().get('a').set('a', 2).exec().catch((error: unknown) => error)).toMatchObject({ code: 'EXECABORT', cause: { code: 'MISCONF' } }) // prettier-ignore
  })

  test('a transaction with a write is aborted by EXEC, if it was queued before', async () => {
    const { redis, storage, clock } = await setup('1000 1')
    const session = redis.engine.connect({ trusted: true })
    session.execute(['MULTI'])
    session.execute(['SET', 'a', '2'])
    storage.before = (call) => (call === 'commit' ? fail(new Error('no'))() : undefined)
    await redis.bgsave()
    await clock.drain()
    expect(session.execute(['EXEC'])).toMatchObject({ text: `EXECABORT Transaction discarded because of: ${MISCONF}` })
    expect(await redis.get('a')).toBeNull()
  })

  test('writes go on after a save that succeeds, without rules, or when they are not to be stopped', async () => {
    const ways: ((all: Setup) => Promise<unknown>)[] = [
      async ({ redis, storage, clock }) => {
        storage.before = () => {}
        await redis.bgsave()
        await clock.drain()
      },
      async ({ redis, storage, clock }) => {
        storage.before = () => {}
        const saved = redis.save()
        await clock.drain()
        await saved
      },
      ({ redis }) => redis.configSet('stop-writes-on-bgsave-error', 'no'),
      ({ redis }) => redis.configSet('save', ''),
    ]
    for (const way of ways) {
      const all = await failing()
      await way(all)
      expect(await all.redis.set('a', 2)).toBe('OK')
    }
  })
})

describe('FLUSHALL', () => {
  test('gives a running save up: nothing half-written is ever seen', async () => {
    const { redis, clock, storage, stored, log } = await setup()
    await redis.set('a', 1)
    const first = redis.save()
    await clock.drain()
    await first
    await redis.set('b', 2)
    await redis.bgsave()
    const flushed = redis.flushall()
    await clock.drain()
    expect(await flushed).toBe('OK')
    expect(log.at(-1)).toBe('warning: Background saving terminated by signal 10')
    expect(storage.calls.at(-1)).toBe('abort')
    expect(await (await stored()).keys('*')).toEqual(['a'])
    // Without rules the removed keys are changes.
    expect(await info(redis)).toMatchObject({ rdb_changes_since_last_save: '3', rdb_last_bgsave_status: 'ok' })
  })

  test('with rules saves the empty data at once', async () => {
    const { redis, clock, stored } = await setup('1000 1')
    await redis.mset({ a: 1, b: 2 })
    await redis.bgsave()
    const flushed = redis.flushall()
    await clock.drain()
    expect(await flushed).toBe('OK')
    expect((await info(redis))['rdb_changes_since_last_save']).toBe('0')
    expect(await (await stored()).dbsize()).toBe(0)
    expect(await redis.bgsave()).toBe('Background saving started')
    await clock.drain()
  })
})

describe('closing', () => {
  test('saves if there are rules and something has changed', async () => {
    for (const [save, wanted] of [
      ['1000 1', '1'],
      ['', null],
    ] as const) {
      // prettier-ignore
      const { redis, clock, stored } = await setup(save)
      await redis.set('a', 1)
      const closed = redis.close()
      await clock.drain()
      await closed
      expect(await (await stored()).get('a')).toBe(wanted)
      expect(await messageOf(redis.get('a'))).toBe('ERR The client is closed')
    }
  })

  test('SHUTDOWN SAVE and NOSAVE say what the rules would; other words are a syntax error', async () => {
    for (const [word, save, wanted] of [
      ['SAVE', '', '1'],
      ['NOSAVE', '1000 1', null],
    ] as const) {
      // prettier-ignore
      const { redis, clock, stored } = await setup(save)
      await redis.set('a', 1)
      expect(await messageOf(redis.call('SHUTDOWN', 'foo'))).toBe('ERR syntax error')
      expect(await messageOf(redis.call('SHUTDOWN', 'SAVE', 'NOSAVE'))).toBe('ERR syntax error')
      const ended = redis.call('SHUTDOWN', word)
      await clock.drain()
      await ended
      expect(await (await stored()).get('a')).toBe(wanted)
    }
  })

  test('that cannot save is an error, and the engine goes on', async () => {
    const { redis, clock, storage } = await setup('1000 1')
    await redis.set('a', 1)
    storage.before = (call) => (call === 'commit' ? fail(new Error('no'))() : undefined)
    const closed = messageOf(redis.close())
    await clock.drain()
    expect(await closed).toBe('ERR Errors trying to SHUTDOWN. Check logs.')
    expect(await redis.get('a')).toBe('1')
    storage.before = () => {}
    const again = redis.close()
    await clock.drain()
    await again
    expect(storage.calls.at(-1)).toBe('close')
  })

  test('during a save gives that one up and saves what is there now', async () => {
    const { redis, clock, stored } = await setup('1000 1')
    await redis.set('a', 1)
    await redis.bgsave()
    await redis.set('a', 2)
    const closed = redis.close()
    await clock.drain()
    await closed
    expect(await (await stored()).get('a')).toBe('2')
  })
})

describe('while it closes', () => {
  test('nothing is written any more, so that all that was answered is saved', async () => {
    const { redis, clock, storage, stored } = await setup('1000 1')
    await redis.set('a', 1)
    let release = (): void => {}
    storage.before = (call) => (call === 'commit' ? new Promise((resolve) => (release = resolve)) : undefined)
    const closed = redis.close()
    await clock.drain()
    expect(await messageOf(redis.set('a', 2))).toBe('ERR The client is closed')
    expect(() => redis.sync.set('a', 2)).toThrow('ERR The client is closed')
    expect(await messageOf(redis.importRdb((await createRedis()).exportRdb()))).toMatch('The client is closed')
    expect(await messageOf(redis.bgsave())).toBe('ERR The client is closed')
    expect(await redis.get('a')).toBe('1')
    release()
    await closed
    expect(await (await stored()).get('a')).toBe('1')
  })

  test('every save whose place another has taken is waited for', async () => {
    const { redis, clock, storage } = await setup('1000 1')
    const persistence = redis.engine.durability as Persistence
    const releases: (() => void)[] = []
    storage.before = (call) => (call === 'write' && releases.length < 2 ? new Promise((resolve) => releases.push(resolve)) : undefined)
    for (let i = 0; i < 3; i++) {
      await redis.set('a', i)
      persistence.saveNow()
    }
    await clock.drain()
    const closed = redis.close()
    releases[1]()
    await clock.drain()
    expect(storage.calls).toContain('commit')
    expect(storage.calls).not.toContain('close')
    releases[0]()
    await clock.drain()
    await closed
    expect(storage.calls.at(-1)).toBe('close')
  })

  test('closing once more is the same', async () => {
    const { redis, clock, storage } = await setup('1000 1')
    await redis.set('a', 1)
    let ended = 0
    redis.engine.onClose.add(() => ended++)
    const closed = [redis.close(), redis.close()]
    await clock.drain()
    await Promise.all(closed)
    await redis.close()
    expect(ended).toBe(1)
    expect(storage.calls.filter((call) => call === 'commit' || call === 'close')).toEqual(['commit', 'close'])
  })

  test("a rule's save that is given up does not start again", async () => {
    const { redis, clock, stored } = await setup('1 1')
    await redis.set('a', 1)
    clock.advance(2000)
    expect(await info(redis)).toMatchObject({ rdb_bgsave_in_progress: '1' })
    const closed = redis.close()
    await clock.drain()
    await closed
    expect(await (await stored()).get('a')).toBe('1')
  })

  test('SHUTDOWN FORCE ends though the data cannot be saved', async () => {
    const { redis, storage, clock } = await setup('1000 1')
    await redis.set('a', 1)
    storage.before = (call) => (call === 'commit' ? fail(new Error('no'))() : undefined)
    const refused = messageOf(redis.call('SHUTDOWN'))
    await clock.drain()
    expect(await refused).toBe('ERR Errors trying to SHUTDOWN. Check logs.')
    expect(await redis.set('a', 2)).toBe('OK')
    void redis.call('SHUTDOWN', 'FORCE')
    await clock.drain()
    expect(await messageOf(redis.get('a'))).toBe('ERR The client is closed')
    expect(storage.calls.at(-1)).toBe('close')
    clock.advance(1000)
    expect(clock.timers).toBe(0)
  })

  test('a rewrite that BGREWRITEAOF began without a journal is given up', async () => {
    const { redis, storage, clock } = await setup()
    await redis.set('a', 1)
    let release = (): void => {}
    storage.before = (call) => (call === 'base' ? new Promise((resolve) => (release = resolve)) : undefined)
    await redis.bgrewriteaof()
    await expect.poll(() => storage.calls).toContain('base')
    const closed = redis.close()
    await clock.drain()
    release()
    await clock.drain()
    await closed
    expect(storage.calls.slice(-2)).toEqual(['base abort', 'close'])
  })
})

describe('loading', () => {
  test('leaves out what has expired, and counts it', async () => {
    const { redis, clock, stored } = await setup()
    await redis.set('short', 1, { px: 1000 })
    await redis.set('long', 1, { px: 100_000 })
    await redis.set('ever', 1)
    const saved = redis.save()
    await clock.drain()
    await saved
    clock.advance(2000)
    const loaded = await stored()
    expect((await loaded.keys('*')).toSorted()).toEqual(['ever', 'long'])
    expect(await loaded.pttl('long')).toBe(98_000)
    expect(await info(loaded)).toMatchObject({
      rdb_last_load_keys_loaded: '2',
      rdb_last_load_keys_expired: '1',
      rdb_changes_since_last_save: '0',
    })
    clock.advance(98_000)
    expect(await loaded.dbsize()).toBe(1)
  })

  test.each([
    ['no', 'allkeys-lru', 'IDLETIME', 1000],
    ['yes', 'volatile-lru', 'IDLETIME', 1000],
    ['no', 'allkeys-lfu', 'FREQ', 77],
    ['yes', 'volatile-lfu', 'FREQ', 77],
  ])('keeps how keys were used, as eviction needs it: journal %s, %s', async (appendonly, policy, word, use) => {
    const clock = new ManualClock()
    const storage = memoryStorage()
    const open = async (): Promise<EmbeddedRedis> => {
      let opened: EmbeddedRedis | null = null
      void createRedis({ storage, save: '', clock, config: { appendonly, 'maxmemory-policy': policy } }).then((made) => (opened = made))
      // The journal's code may have to be loaded, which takes turns of the host too.
      for (; opened === null; await new Promise(setImmediate)) await clock.drain()
      return opened
    }
    const redis = await open()
    await redis.set('a', 1)
    await redis.restore('b', 0, (await redis.bytes.dump('a'))!, word === 'FREQ' ? { freq: use } : { idletime: use })
    const saved = appendonly === 'yes' ? redis.bgrewriteaof() : redis.save()
    await clock.drain()
    await saved
    const closed = redis.close()
    await clock.drain()
    await closed
    expect(await (await open()).call('OBJECT', word, 'b')).toBe(use)
  })

  test('what is damaged is an error that says what, and the storage keeps it', async () => {
    const { redis, clock } = await setup()
    await redis.set('a', 'x'.repeat(100))
    const memory = memoryStorage()
    const source = await createRedis({ storage: memory, save: '', clock })
    await source.set('a', 'value')
    const saved = source.save()
    await clock.drain()
    await saved
    const whole = memory.snapshot!
    const bytes = Uint8Array.from(whole[0])
    bytes[bytes.length - 12] ^= 1
    memory.snapshot = [bytes]
    await expect(createRedis({ storage: memory, clock })).rejects.toThrow(/^memory is damaged and was left as it is: RDB: .* at byte \d+/)
    expect(memory.snapshot).toEqual([bytes])
    memory.snapshot = [whole[0].subarray(0, 20)]
    await expect(createRedis({ storage: memory, clock })).rejects.toThrow(/ends too early/)
  })
})

test('INFO persistence has the fields of a real server, in its order', async () => {
  await using server = await startRedisServer()
  const client = await RespClient.connect({ path: server.path })
  const real = ((await client.call('INFO', 'persistence')).value as string).split('\r\n')
  const { redis } = await setup()
  const ours = (await redis.info('persistence')).split('\r\n')
  const names = (lines: string[]): string[] => lines.filter((line) => line !== '').map((line) => line.split(':')[0])
  expect(names(ours)).toEqual(names(real))
  client.close()
  await settled()
})
