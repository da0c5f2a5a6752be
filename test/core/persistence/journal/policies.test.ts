// When what a reply tells of is in the storage, and when the disk is asked to keep it, under `everysec` and `no`.
import { describe, expect, test } from 'vitest'
import { createRedis } from '../../../../src/adapters/memory.ts'
import { Conversation } from '../../../../src/core/resp/conversation.ts'
import { info, messageOf, pending, setup } from './setup.ts'

describe('appendfsync everysec and no', () => {
  test('everysec: a reply waits for nothing; after a second all is durable', async () => {
    const { redis, storage, clock } = await setup({ appendfsync: 'everysec' })
    const durables: unknown[] = []
    storage.before = (call, durable) => void (call === 'append' && durables.push(durable))
    await redis.set('a', 1)
    await clock.drain()
    await redis.set('a', 2)
    await clock.drain()
    expect(durables).toEqual([true, false])
    clock.advance(1000)
    await clock.drain()
    expect(durables).toEqual([true, false, true])
    expect(clock.timers).toBe(0)
  })

  test('no: only WAITAOF and the end ask for it', async () => {
    const { redis, storage, clock } = await setup({ appendfsync: 'no' })
    const durables: unknown[] = []
    storage.before = (call, durable) => void (call === 'append' && durables.push(durable))
    await redis.set('a', 1)
    await clock.drain()
    clock.advance(10_000)
    expect(durables).toEqual([false])
    const waited = redis.waitaof(1, 0, 100)
    await clock.drain()
    expect(await waited).toEqual([1, 0])
    expect(durables).toEqual([false, true])
    await redis.set('a', 2)
    await redis.close()
    expect(durables).toEqual([false, true, false, true])
  })

  test('WAITAOF gives up when its time is over, and without a journal is an error', async () => {
    const { redis, storage, clock } = await setup({ appendfsync: 'everysec' })
    storage.before = (call) => (call === 'append' ? new Promise(() => {}) : undefined)
    await redis.set('a', 1)
    const waited = redis.waitaof(1, 0, 100)
    await clock.drain()
    clock.advance(100)
    expect(await waited).toEqual([0, 0])
    const without = await createRedis()
    expect(await messageOf(without.waitaof(1, 0, 0))).toBe('ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.')
    expect(await without.waitaof(0, 0, 0)).toEqual([0, 0])
    await expect(without.call('WAITAOF', 'x', 0, 0)).rejects.toThrow('ERR value is not an integer or out of range')
    await expect(without.call('WAITAOF', 2, 0, 0)).rejects.toThrow('ERR value is out of range, value must between 0 and 1')
  })
})

test.each(['always', 'everysec'])(
  'a signal or its time ends WAITAOF under %s, and what was written is stored all the same',
  async (appendfsync) => {
    const { redis, storage, clock, found } = await setup({ appendfsync })
    let release = (): void => {}
    const answered = new Promise<void>((resolve) => (release = resolve))
    storage.before = (call) => (call === 'append' ? answered : undefined)
    const written = redis.set('a', 1)
    const { signal } = new AbortController()
    const abort = new AbortController()
    const [ended, waits] = [abort.signal, signal].map((each) => redis.waitaof(1, 0, 0, { signal: each }))
    const popped = redis.blpop('list', 0, { signal: abort.signal })
    const timed = redis.waitaof(1, 0, 100)
    await clock.drain()
    expect(await pending(ended)).toBe(true)
    expect(redis.sync.info('clients')).toContain('blocked_clients:4')
    abort.abort(new Error('enough'))
    await expect(ended).rejects.toThrow('enough')
    await expect(popped).rejects.toThrow('enough')
    clock.advance(100)
    expect(await timed).toEqual([0, 0])
    await expect(redis.waitaof(1, 0, 0, { signal: abort.signal })).rejects.toThrow('enough')
    expect(await pending(waits)).toBe(true)
    release()
    await clock.drain()
    expect(await waits).toEqual([1, 0])
    await written
    expect(await (await found()).get('a')).toBe('1')
  },
)

describe('everysec where a store syncs beside its appends', () => {
  const everysec = { appendfsync: 'everysec', quick: true }

  test('appends go on while it syncs, and count as durable only after the next one', async () => {
    const { redis, storage, clock } = await setup(everysec)
    let synced = (): void => {}
    storage.before = (call) => (call === 'sync' ? new Promise((resolve) => (synced = resolve)) : undefined)
    await redis.set('a', 1)
    await clock.drain()
    clock.advance(1000)
    await redis.set('b', 1)
    await clock.drain()
    clock.advance(5000) // one that takes long is not begun twice
    await clock.drain()
    expect(storage.calls).toEqual(['append', 'sync', 'append'])
    synced()
    await clock.drain()
    expect(await info(redis)).toMatchObject({ aof_pending_bio_fsync: '1' })
    clock.advance(1000)
    synced()
    await clock.drain()
    expect(storage.calls).toEqual(['append', 'sync', 'append', 'sync'])
    expect(await info(redis)).toMatchObject({ aof_pending_bio_fsync: '0' })
    expect(clock.timers).toBe(0)
  })

  test('WAITAOF does not take the one that has not ended for its own', async () => {
    const { redis, storage, clock } = await setup(everysec)
    const durables: unknown[] = []
    storage.before = (call, durable) => {
      if (call === 'append') durables.push(durable)
      return call === 'sync' ? new Promise(() => {}) : undefined
    }
    await redis.set('a', 1)
    await clock.drain()
    clock.advance(1000)
    expect(await redis.waitaof(1, 0, 0)).toEqual([1, 0])
    expect(durables).toEqual([false, true])
  })

  test('a failure refuses writes until a later try succeeds', async () => {
    const { redis, storage, clock } = await setup(everysec)
    storage.before = (call) => {
      if (call === 'sync') throw new Error('the disk is gone')
    }
    await redis.set('a', 1)
    await clock.drain()
    clock.advance(1000)
    await clock.drain()
    expect(await messageOf(redis.set('a', 2))).toBe('MISCONF Errors writing to the AOF file: the disk is gone')
    storage.before = () => {}
    clock.advance(1000)
    await clock.drain()
    expect(await messageOf(redis.set('a', 3))).toBe('OK')
  })

  test('a key that has expired when somebody waits for it leaves nothing that a reply would wait for without end', async () => {
    const { redis, clock, found } = await setup(everysec)
    const { engine } = redis
    engine.expiry.active = false
    await redis.call('SELECT', '1')
    await redis.rpush('k', 'hello')
    await redis.pexpire('k', 100)
    await redis.call('SELECT', '9')
    const popped = redis.blpop(['k'], 0, { signal: AbortSignal.timeout(1000) }).catch(({ name }: Error) => name)
    clock.advance(101)
    await redis.call('SWAPDB', '1', '9')
    await clock.drain()
    expect(await engine.durability.handedOver()).toBe(null)
    expect((await found()).engine.database(9).keyspace.size).toBe(0)
    expect(await popped).toBe('TimeoutError')
  })

  test('a server sends no reply before what it tells of is appended, and sends it although that failed', async () => {
    const { redis, storage, clock } = await setup(everysec)
    const sent: string[] = []
    const carrier = { full: false, backlog: 0, send: (bytes: string) => sent.push(bytes), end: () => {}, destroy: () => sent.push('gone') }
    const conversation = new Conversation(redis.engine, carrier, { address: '127.0.0.1:1', local: '127.0.0.1:2', isLocal: true })
    const say = (text: string): void => conversation.receive(Buffer.from(text))
    say('GET a\r\n')
    expect(sent).toEqual(['$-1\r\n'])
    let appended = (): void => {}
    storage.before = (call) => (call === 'append' ? new Promise((resolve) => (appended = resolve)) : undefined)
    say('SET a 1\r\n')
    say('GET a\r\n')
    await clock.drain()
    expect(sent.length).toBe(1)
    appended()
    await clock.drain()
    expect(sent.slice(1)).toEqual(['+OK\r\n', '$1\r\n1\r\n'])
    storage.before = (call) => {
      if (call === 'append') throw new Error('no room')
    }
    say('SET a 2\r\n')
    await clock.drain()
    say('SET a 3\r\n')
    await clock.drain()
    expect(sent.slice(3)).toEqual(['+OK\r\n', '-MISCONF Errors writing to the AOF file: no room\r\n'])
  })
})
