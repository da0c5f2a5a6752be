// The journal as a user sees it: what a reply promises, what is found again, and what a rewrite says. Time is moved by hand.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedis } from '../../../../src/adapters/memory.ts'
import { type MemoryStorage, memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import { Raw, type Value } from '../../../../src/core/engine/values.ts'
import { JournalReader } from '../../../../src/core/persistence/journal/journal-reader.ts'
import { type Call, faultyStorage } from '../../../support/faulty-storage.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { startRedisServer } from '../../../support/redis-server.ts'
import { RespClient, respCommand } from '../../../support/resp-client.ts'
import { copyOf, exported, info, messageOf, pending, setup } from './setup.ts'
import { SEED } from '../../../support/seed.ts'

describe('what was written', () => {
  test('is found again, over a base and what came after it', async () => {
    const { redis, found, clock } = await setup()
    await redis.set('a', 1)
    await redis.rpush('list', 'x', 'y', 'ü')
    await redis.call('SELECT', '3')
    await redis.set('b', 2)
    await redis.bgrewriteaof()
    await redis.incr('b')
    await clock.drain()
    await redis.append('b', '!')
    const again = await found()
    expect([await again.get('a'), await again.lrange('list', 0, -1), shown(again.engine.database(3).keyspace.get('b'))]).toEqual([
      '1',
      ['x', 'y', 'ü'],
      '"3!"',
    ])
    expect(await info(again)).toMatchObject({ aof_enabled: '1', rdb_changes_since_last_save: '2', loading: '0' })
  })

  test('is found though it was written by those who waited, by scripts of commands and by what expired', async () => {
    const { redis, found, clock } = await setup()
    const popped = redis.blpop(['q'], 0)
    await redis.rpush('q', 1, 2, 3)
    expect(await popped).toEqual(['q', '1'])
    await redis.set('short', 1, { px: 50 })
    await redis.call('HSET', 'h', 'f', '1', 'g', '1')
    await redis.call('HPEXPIRE', 'h', '50', 'FIELDS', '1', 'f')
    clock.advance(100)
    await redis.setnx('short', 'new')
    await redis.hincrby('h', 'f', 5)
    await redis.multi().sadd('s', 1, 2, 3).spop('s', 2).incrbyfloat('n', 1.5).exec()
    const again = await found()
    expect(await again.lrange('q', 0, -1)).toEqual(['2', '3'])
    expect([await again.get('short'), await again.pttl('short')]).toEqual(['new', -1])
    expect(await again.hgetall('h')).toEqual({ f: '5', g: '1' })
    expect([await again.smembers('s'), await again.get('n')]).toEqual([await redis.smembers('s'), '1.5'])
  })

  test('before the journal was turned on is found too: a snapshot, and what only memory held', async () => {
    const memory = memoryStorage()
    const first = await createRedis({ storage: memory, save: '' })
    await first.set('saved', 1)
    await first.save()
    await first.close()
    const { redis, found } = await setup({ memory })
    expect(await redis.get('saved')).toBe('1')
    expect(await (await found()).get('saved')).toBe('1')
    await redis.close()
    const off = await createRedis({ storage: memory, save: '' })
    await off.set('only', 2)
    await off.configSet('appendonly', 'yes')
    await expect.poll(async () => (await info(off))['aof_last_rewrite_time_sec']).not.toBe('-1')
    await off.set('later', 3)
    await off.close()
    const last = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })
    expect(await last.mget('saved', 'only', 'later')).toEqual(['1', '2', '3'])
  })

  test('after it was turned off is in no journal', async () => {
    const { redis, clock, memory } = await setup()
    await redis.set('a', 1)
    await redis.configSet('appendonly', 'no')
    await redis.set('a', 2)
    await clock.drain()
    expect(Buffer.concat(memory.journal.written!.at(-1)!.chunks).toString()).toContain('$1\r\na\r\n$1\r\n1')
    expect(Buffer.concat(memory.journal.written!.at(-1)!.chunks).toString()).not.toContain('$1\r\na\r\n$1\r\n2')
    expect((await info(redis))['aof_enabled']).toBe('0')
  })

  test('by an import is found as a whole, and what is written after it', async () => {
    const { redis, clock, found } = await setup()
    await redis.set('old', 1)
    const source = await createRedis()
    for (let i = 0; i < 5000; i++) source.sync.set(`key${i}`, i)
    const imported = redis.importRdb(source.exportRdb())
    while (await pending(imported)) {
      await clock.drain()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await imported
    await redis.set('after', 1)
    const again = await found()
    expect([await again.dbsize(), await again.exists('old'), await again.get('after')]).toEqual([5001, 0, '1'])
  })
})

describe('a journal whose first base cannot be made', () => {
  const text = 'MISCONF Errors writing to the AOF file: full'
  const full = (failing: Call) => (call: Call) => {
    if (call === failing) throw new Error('full')
  }

  test.each<Call>(['split', 'base', 'base commit'])('says so to writes and tries again, when it is turned on: %s', async (call) => {
    const memory = memoryStorage()
    const storage = faultyStorage(memory)
    const clock = new ManualClock()
    const redis = await createRedis({ storage, clock, save: '', config: { appendfsync: 'always' } })
    await redis.set('a', 1)
    storage.before = full(call)
    await redis.configSet('appendonly', 'yes')
    await expect.poll(async () => messageOf(redis.set('b', 1))).toBe(text)
    expect(await redis.get('a')).toBe('1')
    storage.before = () => {}
    clock.advance(1000)
    await clock.drain()
    expect(await redis.set('c', 1)).toBe('OK')
    const again = await createRedis({ storage: copyOf(memory), save: '', config: { appendonly: 'yes' } })
    expect(await again.mget('a', 'c')).toEqual(['1', '1'])
    await redis.close()
  })

  test('after an import says so to the import and to writes; a crash then leaves what was there before', async () => {
    const { redis, storage, clock, found } = await setup()
    await redis.set('old', 1)
    const source = await createRedis()
    await source.call('XADD', 'new', '1-1', 'a', 'b')
    const file = await exported(source)
    storage.before = full('base commit')
    const imported = messageOf(redis.importRdb(file))
    // What is written now does not follow what is stored.
    const write = messageOf(redis.call('XGROUP', 'CREATE', 'new', 'g', '0'))
    while (await pending(imported)) await clock.drain()
    expect([await imported, await write]).toEqual([`StorageError: ${text}`, expect.any(String)])
    expect(await messageOf(redis.call('XGROUP', 'CREATE', 'new', 'h', '0'))).toBe(text)
    expect(await (await found()).keys('*')).toEqual(['old'])
    storage.before = () => {}
    clock.advance(1000)
    await clock.drain()
    expect(await redis.call('XGROUP', 'CREATE', 'new', 'h', '0')).toBe('OK')
    expect(await (await found()).keys('*')).toEqual(['new'])
  })

  test('is an error for two imports at the same time, of which the second gives up what the first began', async () => {
    const { redis, storage, clock } = await setup()
    const file = await exported(await createRedis())
    storage.before = full('base commit')
    const imported = [messageOf(redis.importRdb(file)), messageOf(redis.importRdb(file))]
    for (const each of imported) while (await pending(each)) await clock.drain()
    expect(await Promise.all(imported)).toEqual([`StorageError: ${text}`, `StorageError: ${text}`])
  })

  test('replies wait for it under always', async () => {
    const { redis, storage, clock } = await setup()
    let release = (): void => {}
    storage.before = (call) => (call === 'base commit' ? new Promise((resolve) => (release = resolve)) : undefined)
    const imported = redis.importRdb(await exported(await createRedis()))
    await clock.drain()
    const write = redis.set('a', 1)
    await clock.drain()
    expect([await pending(imported), await pending(write)]).toEqual([true, true])
    release()
    expect([await imported, await write]).toEqual([{ keys: 0, expired: 0 }, 'OK'])
  })

  test('is made by closing', async () => {
    const memory = memoryStorage()
    const redis = await createRedis({ storage: memory, save: '' })
    await redis.set('a', 1)
    await redis.configSet('appendonly', 'yes')
    await redis.close()
    expect(await (await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })).get('a')).toBe('1')
  })
})

test('a journal that was off is not added to before it has a base that knows what came between', async () => {
  const { redis, storage, clock, found } = await setup()
  await redis.set('a', 1)
  await redis.configSet('appendonly', 'no')
  await clock.drain()
  await redis.call('XADD', 'stream', '1-1', 'a', 'b')
  storage.before = (call) => (call === 'base commit' ? new Promise(() => {}) : undefined)
  await redis.configSet('appendonly', 'yes')
  await expect.poll(() => redis.sync.info('persistence')).toContain('aof_rewrite_in_progress:1')
  redis.sync.call('XGROUP', 'CREATE', 'stream', 'group', '0')
  await clock.drain()
  expect(await (await found()).keys('*')).toEqual(['a'])
})

test('a change that was written under no is made durable when the policy changes', async () => {
  const { redis, storage, clock } = await setup({ appendfsync: 'no' })
  await redis.set('a', 1)
  await clock.drain()
  const durables: unknown[] = []
  storage.before = (call, durable) => void (call === 'append' && durables.push(durable))
  await redis.configSet('appendfsync', 'everysec')
  await clock.drain()
  expect(durables).toEqual([true])
})

describe('the reader', () => {
  const read = (bytes: Uint8Array, size: number): string[][] => {
    const reader = new JournalReader()
    const all: string[][] = []
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size))
      for (let argv = reader.next(); argv !== null; argv = reader.next()) all.push(argv)
    }
    expect(reader.rest.length).toBe(0)
    return all
  }

  test('gives the same commands however their bytes are parted', () => {
    const bytes = Buffer.from(
      respCommand(['SET', 'a', 'x'.repeat(30)]) + '#TS:1700000000\r\n' + respCommand(['DEL', '', 'b']) + respCommand(['PING']),
    )
    const wanted = [['SET', 'a', 'x'.repeat(30)], ['DEL', '', 'b'], ['PING']] // prettier-ignore
    for (let size = 1; size <= bytes.length; size++) expect(read(bytes, size)).toEqual(wanted)
  })

  test('takes commands of more than a million words, which expiring fields can make', () => {
    const words = ['HDEL', 'key', ...Array.from({ length: 1_100_000 }, (_, i) => String(i))]
    const [argv] = read(Buffer.from(respCommand(words)), 1 << 20)
    expect([argv.length, argv.at(-1)]).toEqual([words.length, '1099999'])
  })
})

test('a HyperLogLog that PFDEBUG made dense is found without isodis/admin too', async () => {
  const memory = memoryStorage()
  const lines = ['PFADD h a', 'PFDEBUG TODENSE h'].map((line) => line.split(' '))
  const journal = lines.map(respCommand).join('')
  memory.journal.written = [{ base: false, chunks: [Buffer.from(journal)] }]
  await using redis = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })
  expect([await redis.pfcount('h'), await redis.strlen('h')]).toEqual([1, 12_304])
})

test('a command with too few words is damage, not a fault of ours', async () => {
  const memory = memoryStorage()
  memory.journal.written = [{ base: false, chunks: [Buffer.from('*1\r\n$3\r\nSET\r\n')] }]
  await expect(createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })).rejects.toThrow(
    "The command SET before byte 13 of the append only file part 1 fails: ERR wrong number of arguments for 'set' command",
  )
})

describe('appendfsync always', () => {
  test('a reply comes when the change is durable, and what reads it waits too', async () => {
    const { redis, storage } = await setup()
    let release = (): void => {}
    const durables: unknown[] = []
    storage.before = (call, durable) => {
      if (call !== 'append') return
      durables.push(durable)
      return new Promise((resolve) => (release = resolve))
    }
    const write = redis.set('a', 1)
    const read = redis.get('a')
    const piped = redis.pipeline().set('b', 1).get('b').exec()
    const transaction = redis.multi().set('c', 1).exec()
    for (const each of [write, read, piped, transaction]) expect(await pending(each)).toBe(true)
    // One append for all that was written at once.
    release()
    expect(await Promise.all([write, read, piped, transaction])).toEqual(['OK', '1', ['OK', '1'], ['OK']])
    expect(durables).toEqual([true])
    expect(await pending(redis.get('a'))).toBe(false)
  })

  test('.sync cannot wait; WAITAOF does it for what it has written', async () => {
    const { redis, storage } = await setup()
    let release = (): void => {}
    storage.before = (call) => (call === 'append' ? new Promise((resolve) => (release = resolve)) : undefined)
    expect(redis.sync.set('a', 1)).toBe('OK')
    const waited = redis.waitaof(1, 0, 0)
    expect(await pending(waited)).toBe(true)
    release()
    expect(await waited).toEqual([1, 0])
  })

  test('a change that cannot be written is MISCONF with the cause, until it can', async () => {
    const { redis, storage, clock, log, found } = await setup()
    const cause = new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    storage.before = (call) => {
      if (call === 'append') throw cause
    }
    const text = 'MISCONF Errors writing to the AOF file: The quota has been exceeded.'
    expect(await redis.set('a', 1).catch((error: unknown) => error)).toMatchObject({ message: text, cause })
    expect(await messageOf(redis.set('a', 2))).toBe(text)
    expect(await messageOf(redis.ping())).toBe(text)
    expect(await redis.get('a')).toBe('1')
    expect(await info(redis)).toMatchObject({ aof_last_write_status: 'err' })
    storage.before = () => {}
    clock.advance(1000)
    await clock.drain()
    expect(await info(redis)).toMatchObject({ aof_last_write_status: 'ok', aof_buffer_length: '0' })
    expect(await redis.set('b', 2)).toBe('OK')
    expect(log).toEqual([
      'warning: Error writing to the AOF file: QuotaExceededError: The quota has been exceeded.',
      'warning: AOF write error looks solved, Redis can write again.',
    ])
    // What could not be written at first was not forgotten.
    expect(await (await found()).mget('a', 'b')).toEqual(['1', '2'])
  })
})

describe('BGREWRITEAOF', () => {
  const STARTED = 'Background append only file rewriting started'

  test('replies and states are those of a real server', async () => {
    const { redis, clock, log } = await setup()
    await redis.set('a', 1)
    log.length = 0
    expect(await redis.bgrewriteaof()).toBe(STARTED)
    expect(await messageOf(redis.bgrewriteaof())).toBe('ERR Background append only file rewriting already in progress')
    expect(await messageOf(redis.bgsave())).toMatch(/^ERR Another child process is active \(AOF\?\)/)
    expect(await redis.bgsave({ schedule: true })).toBe('Background saving scheduled')
    const saved = redis.save()
    expect(await info(redis)).toMatchObject({ aof_rewrite_in_progress: '1', aof_current_rewrite_time_sec: '0', aof_rewrites: '2' })
    await clock.drain()
    expect(await saved).toBe('OK')
    expect(await info(redis)).toMatchObject({
      aof_rewrite_in_progress: '0',
      aof_last_rewrite_time_sec: '0',
      aof_last_bgrewrite_status: 'ok',
      rdb_saves: '2',
    })
    expect(log).toEqual(expect.arrayContaining([
      'notice: Background append only file rewriting started by pid 2',
      'notice: Background AOF rewrite terminated with success',
      'notice: Background AOF rewrite finished successfully',
      'notice: Background saving started by pid 2',
    ])) // prettier-ignore
    await redis.bgsave()
    expect(await redis.bgrewriteaof()).toBe('Background append only file rewriting scheduled')
    expect((await info(redis))['aof_rewrite_scheduled']).toBe('1')
    await clock.drain()
    expect(await info(redis)).toMatchObject({ aof_rewrite_scheduled: '0', aof_rewrites: '3' })
  })

  test('that fails leaves the journal as it was, and it goes on', async () => {
    for (const failing of ['split', 'base', 'base chunk', 'base commit'] as const) {
      const { redis, clock, storage, found, log } = await setup()
      await redis.set('a', 1)
      storage.before = (call) => {
        if (call === failing) throw new Error('no')
      }
      expect(await redis.bgrewriteaof()).toBe(STARTED)
      await clock.drain()
      expect(await info(redis)).toMatchObject({
        aof_last_bgrewrite_status: 'err',
        aof_rewrites_consecutive_failures: '1',
        aof_last_write_status: 'ok',
      })
      expect(log.at(-1)).toBe('warning: Background AOF rewrite terminated with error: Error: no')
      await redis.set('b', 2)
      expect(await (await found()).mget('a', 'b')).toEqual(['1', '2'])
      storage.before = () => {}
      await redis.bgrewriteaof()
      await clock.drain()
      expect(await info(redis)).toMatchObject({ aof_last_bgrewrite_status: 'ok', aof_rewrites_consecutive_failures: '0' })
      expect(await (await found()).mget('a', 'b')).toEqual(['1', '2'])
    }
  })

  test('is not what a SHUTDOWN does that cannot write what is left', async () => {
    const { redis, storage } = await setup({ appendfsync: 'no' })
    storage.before = (call) => {
      if (call === 'append') throw new Error('no')
    }
    await redis.set('a', 1)
    expect(await messageOf(redis.close())).toBe('ERR Errors trying to SHUTDOWN. Check logs.')
    expect((await info(redis))['aof_rewrites']).toBe('1')
  })

  test('happens by itself when the journal has grown enough', async () => {
    const { redis, clock, log, memory } = await setup({
      config: { 'auto-aof-rewrite-min-size': '5000', 'auto-aof-rewrite-percentage': '100' },
    })
    for (let i = 0; i < 200; i++) await redis.set('a', i)
    await clock.drain()
    expect(log[0]).toMatch(/^notice: Starting automatic rewriting of AOF on \d+% growth$/)
    expect(log.at(-1)).toBe('notice: Background AOF rewrite finished successfully')
    expect(memory.journal.written!.reduce((sum, { chunks }) => sum + Buffer.concat(chunks).length, 0)).toBeLessThan(5000)
    expect(Number((await info(redis))['aof_current_size'])).toBe(
      memory.journal.written!.reduce((sum, { chunks }) => sum + Buffer.concat(chunks).length, 0),
    )
  })

  test('is counted from the base after a restart, as by redis-server', async () => {
    const { redis, clock, found, memory } = await setup()
    await redis.set('a', 1)
    await redis.bgrewriteaof()
    await clock.drain()
    await redis.set('b', 2)
    await clock.drain()
    const sizes = memory.journal.written!.map(({ chunks }) => Buffer.concat(chunks).length)
    const { aof_base_size: base, aof_current_size: current } = await info(await found())
    expect([Number(base), Number(current)]).toEqual([sizes[0], sizes[0] + sizes[1]])
  })

  test('without a journal writes one all the same; without a place for one is an error', async () => {
    const memory = memoryStorage()
    const redis = await createRedis({ storage: memory, save: '' })
    await redis.set('a', 1)
    expect(await redis.bgrewriteaof()).toBe(STARTED)
    await expect.poll(() => memory.journal.written?.[0]?.base).toBe(true)
    const { journal: _, ...plain } = memoryStorage()
    const placeless = await createRedis({ storage: plain })
    expect(await messageOf(placeless.bgrewriteaof())).toBe('ERR this storage keeps no journal')
    expect(await messageOf(placeless.configSet('appendonly', 'yes'))).toBe(
      "ERR CONFIG SET failed (possibly related to argument 'appendonly') - Unable to turn on AOF. Check server logs.",
    )
    expect(await placeless.configGet('appendonly')).toEqual({ appendonly: 'no' })
    await expect(createRedis({ storage: plain, config: { appendonly: 'yes' } })).rejects.toThrow('keeps no journal')
  })
})

describe('a journal that was cut off', () => {
  async function journalOf(): Promise<{ memory: MemoryStorage; bytes: Buffer }> {
    const { redis, memory } = await setup()
    for (let i = 0; i < 20; i++) await redis.multi().incr('a').incr('b').exec()
    return { memory, bytes: Buffer.concat(memory.journal.written!.at(-1)!.chunks) }
  }

  test('at any byte is loaded up to its last whole transaction, with a line in the log, and goes on from there', async () => {
    const { bytes } = await journalOf()
    for (let length = 0; length < bytes.length; length += 7) {
      for (const rest of [0, 5]) {
        const memory = memoryStorage()
        memory.journal.written = [{ base: false, chunks: [bytes.subarray(0, length), Buffer.alloc(rest)] }]
        const log: string[] = []
        const redis = await createRedis({
          storage: memory,
          save: '',
          config: { appendonly: 'yes', appendfsync: 'always' },
          log: (_, line) => log.push(line),
        })
        const [a, b] = await redis.mget('a', 'b')
        expect(a).toBe(b)
        const whole = Buffer.concat(memory.journal.written[0].chunks).length
        expect(whole).toBeLessThanOrEqual(length)
        expect(log.some((line) => line.startsWith('Truncating the AOF'))).toBe(whole < length + rest)
        await redis.multi().incr('a').incr('b').exec()
        const again = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })
        expect(await again.get('b')).toBe(String(Number(b) + 1))
      }
    }
  })

  test('is an error with aof-load-truncated no, and so is damage inside; both leave it as it is', async () => {
    const { bytes } = await journalOf()
    const damaged = Buffer.from(bytes)
    damaged[200] ^= 0x40
    for (const [part, config, message] of [
      [bytes.subarray(0, 500), { 'aof-load-truncated': 'no' }, /Unexpected end of file/],
      [damaged, {}, /Bad file format reading the append only file part 1: it is damaged at byte \d+|fails: /],
    ] as const) {
      const memory = memoryStorage()
      memory.journal.written = [{ base: false, chunks: [part] }]
      await expect(createRedis({ storage: memory, save: '', config: { appendonly: 'yes', ...config } })).rejects.toThrow(message)
      expect(memory.journal.written).toEqual([{ base: false, chunks: [part] }])
    }
  })

  test('is cut off if it is damaged, up to aof-load-corrupt-tail-max-size bytes (Redis 8.4)', async () => {
    const { bytes } = await journalOf()
    const damaged = Buffer.concat([bytes, Buffer.from('*1\r\n!4\r\nPING\r\n')])
    const open = async (size: number, chunks: Uint8Array[]): Promise<[MemoryStorage, (string | null)[]]> => {
      const memory = memoryStorage()
      memory.journal.written = [{ base: false, chunks }]
      const config = { appendonly: 'yes', 'aof-load-corrupt-tail-max-size': String(size) }
      const redis = await createRedis({ storage: memory, save: '', config })
      return [memory, await redis.mget('a', 'b')]
    }
    for (const size of [0, 13]) {
      await expect(open(size, [damaged])).rejects.toThrow("; with 'aof-load-corrupt-tail-max-size 14' its end would be cut off")
    }
    for (const chunks of [[damaged], [damaged.subarray(0, bytes.length + 6), damaged.subarray(bytes.length + 6)]]) {
      const [memory, values] = await open(14, chunks)
      expect(values).toEqual(['20', '20'])
      expect(Buffer.concat(memory.journal.written![0].chunks)).toEqual(bytes)
    }
    // What came whole before it, and no half of a transaction.
    const inside = Buffer.from(bytes)
    inside[bytes.lastIndexOf('*2')] = '!'.charCodeAt(0)
    expect((await open(1000, [inside]))[1]).toEqual(['19', '19'])
  })

  test('in a part that is not the last is an error', async () => {
    const { bytes } = await journalOf()
    const memory = memoryStorage()
    memory.journal.written = [{ base: false, chunks: [bytes.subarray(0, 100)] }, { base: false, chunks: [] }] // prettier-ignore
    await expect(createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })).rejects.toThrow(/Unexpected end of file/)
  })
})

/** What it was last counted as depends on when. */
const shown = (value: Value | undefined): string =>
  JSON.stringify(value instanceof Raw ? String(value) : value, (key, each: unknown) => (key === 'counted' ? undefined : each))

test('a crash at any moment of writes and rewrites leaves exactly what had been written', async () => {
  const action = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom('SET', 'APPEND', 'DEL', 'RPUSH', 'SELECT', 'EXPIRE'), fc.nat(5), fc.nat(3)) },
    { weight: 1, arbitrary: fc.constant(['BGREWRITEAOF', 0, 0] as const) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('turn'), fc.nat(3), fc.constant(0)) },
    { weight: 2, arbitrary: fc.constant(['crash', 0, 0] as const) },
  )
  const property = fc.asyncProperty(fc.array(action, { maxLength: 80, size: 'max' }), async (actions) => {
    const { redis, clock, memory } = await setup()
    for (let i = 0; i < 1000; i++) redis.sync.set(`filler${i}`, i)
    await redis.waitaof(1, 0, 0)
    const session = redis.engine.connect({ trusted: true })
    for (const [what, n, m] of actions) {
      if (what === 'turn') for (let i = 0; i < n; i++) await clock.turn()
      else if (what === 'crash') {
        while (redis.engine.durability.durable() !== null) await settled()
        const again = await createRedis({
          storage: copyOf(memory),
          save: '',
          clock: new ManualClock(clock.now()),
          config: { appendonly: 'yes' },
        })
        for (const { index, keyspace } of redis.engine.databases()) {
          const other = again.engine.database(index).keyspace
          expect(other.size).toBe(keyspace.size)
          keyspace.keys.forEach((key, slot) => {
            expect([key, shown(other.get(key)), other.expiry(other.find(key))]).toEqual([
              key,
              shown(keyspace.values[slot]),
              keyspace.expiry(slot),
            ])
          })
        }
      } else if (what === 'BGREWRITEAOF') void session.execute(['BGREWRITEAOF'])
      else if (what === 'SELECT') void session.execute(['SELECT', String(m)])
      else if (what === 'DEL') void session.execute(['DEL', `k${n}`])
      else if (what === 'EXPIRE') void session.execute(['EXPIRE', `k${n}`, '100'])
      else void session.execute([what, `k${n}`, `v${m}`])
    }
  })
  await fc.assert(property, { seed: SEED, numRuns: 60 })
}, 120_000)

test('INFO persistence has the fields of a real server with its journal on, in its order', async () => {
  await using server = await startRedisServer(['--appendonly', 'yes'])
  const client = await RespClient.connect({ path: server.path })
  const real = ((await client.call('INFO', 'persistence')).value as string).split('\r\n')
  const { redis } = await setup()
  const names = (lines: string[]): string[] => lines.filter((line) => line !== '').map((line) => line.split(':')[0])
  expect(names((await redis.info('persistence')).split('\r\n'))).toEqual(names(real))
  client.close()
})
