// The journal while something else happens: a command that asks for it in a transaction, CONFIG SET, an import, a rewrite.
import { expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../../../src/adapters/memory.ts'
import { type MemoryStorage, memoryStorage } from '../../../../src/adapters/storage/memory.ts'
import { lua } from '../../../../src/scripts/lua/scripting.ts'
import { type FaultyStorage, faultyStorage } from '../../../support/faulty-storage.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { copyOf, exported } from './setup.ts'

interface Setup {
  redis: EmbeddedRedis
  clock: ManualClock
  storage: FaultyStorage
  memory: MemoryStorage
}

async function setup(appendfsync: string): Promise<Setup> {
  const clock = new ManualClock()
  const memory = memoryStorage()
  const storage = faultyStorage(memory)
  const redis = await createRedis({ storage, save: '', clock, config: { appendonly: 'yes', appendfsync } })
  return { redis, clock, storage, memory }
}

test('what a transaction changes stays together, though a command in it has the journal made durable', async () => {
  for (const command of [
    ['WAITAOF', '1', '0', '0'],
    ['CONFIG', 'SET', 'appendfsync', 'everysec'],
  ]) {
    const { redis, clock, memory } = await setup('no')
    await redis.set('first', 1)
    await clock.drain()
    const session = redis.engine.connect({ trusted: true })
    for (const argv of [['MULTI'], ['SET', 'a', '1'], command, ['SET', 'b', '1'], ['EXEC']]) void session.execute(argv)
    await clock.drain()
    const written = Buffer.concat(memory.journal.written!.at(-1)!.chunks).toString()
    expect(written.match(/MULTI|EXEC|(?<=SET\r\n\$1\r\n)[ab](?=\r\n)/g)).toEqual(['MULTI', 'a', 'b', 'EXEC'])
  }
})

test('SAVE and WAITAOF answer once the base that an import needs is there, or the journal is not asked for any more', async () => {
  const other = await createRedis()
  await other.set('n', 'imported')
  const file = await exported(other)
  for (const off of [false, true]) {
    const { redis, clock, storage, memory } = await setup('always')
    let goOn = (): void => {}
    storage.before = (call) => (call === 'base' ? new Promise((resolve) => (goOn = resolve)) : undefined)
    const answers: string[] = []
    const listen = (name: string, answer: Promise<unknown>): void => {
      const failed = (error: Error): void => void answers.push(`${name}: ${error.message}`)
      answer.then(() => void answers.push(name), failed)
    }
    listen('import', redis.importRdb(file))
    await clock.drain()
    listen('save', redis.save())
    listen('waitaof', redis.waitaof(1, 0, 0))
    await clock.drain()
    expect(answers).toEqual([])
    if (off) listen('off', redis.configSet('appendonly', 'no'))
    goOn()
    await clock.drain()
    const disabled = 'waitaof: ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.'
    expect(answers.toSorted()).toEqual(off ? ['import', 'off', 'save', disabled] : ['import', 'save', 'waitaof'])
    const found = await createRedis({ storage: copyOf(memory), save: '', config: { appendonly: 'yes' } })
    expect(await found.get('n')).toBe('imported')
  }
})

test('turned off while it cannot be written is given up: it does not go on beside one that is turned on again', async () => {
  const { redis, storage, clock, memory } = await setup('everysec')
  storage.before = (call) => {
    if (call === 'append') throw new Error('full')
  }
  await redis.incr('n')
  await clock.drain()
  await redis.configSet('appendonly', 'no')
  clock.advance(1000)
  await clock.drain()
  expect(clock.timers).toBe(0)
  expect(await redis.incr('n')).toBe(2)
  storage.before = () => {}
  await redis.configSet('appendonly', 'yes')
  for (let i = 0; i < 3; i++) {
    await clock.drain()
    clock.advance(1000)
  }
  const found = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })
  expect(await found.get('n')).toBe('2')
})

test('one that is turned off is written to its end before BGREWRITEAOF writes another', async () => {
  const { redis, storage, clock, memory } = await setup('everysec')
  let release = (): void => {}
  storage.before = (call) => (call === 'append' ? new Promise((resolve) => (release = resolve)) : undefined)
  storage.calls.length = 0
  await redis.set('a', 1)
  await clock.drain()
  const turned = redis.configSet('appendonly', 'no')
  await redis.bgrewriteaof()
  await clock.drain()
  expect(storage.calls).toEqual(['append'])
  storage.before = () => {}
  release()
  await turned
  await clock.drain()
  expect(storage.calls.filter((call) => /split|leave|base commit/.test(call))).toEqual(['leave', 'split', 'base commit', 'leave'])
  const found = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes' } })
  expect(await found.get('a')).toBe('1')
})

test('turned off while a rewrite waits for another is not written any more', async () => {
  const { redis, storage, clock } = await setup('everysec')
  let release = (): void => {}
  storage.before = (call) => (call === 'base chunk' ? new Promise((resolve) => (release = resolve)) : undefined)
  const imported = redis.importRdb(await exported(await createRedis())).catch(() => {})
  await clock.drain()
  await redis.bgrewriteaof()
  const turned = redis.configSet('appendonly', 'no')
  await clock.drain()
  storage.before = () => {}
  storage.calls.length = 0
  release()
  await turned
  await clock.drain()
  expect(storage.calls).not.toContain('base commit')
  await imported
})

test('a change that was being written under no is made durable when the policy changes', async () => {
  const { redis, storage, clock } = await setup('no')
  let release = (): void => {}
  const durables: unknown[] = []
  storage.before = (_call, durable) => {
    durables.push(durable)
    return durable ? undefined : new Promise((resolve) => (release = resolve))
  }
  await redis.set('a', 1)
  await clock.drain()
  const set = redis.configSet('appendfsync', 'always')
  release()
  await set
  await clock.drain()
  expect(durables).toEqual([false, true])
})

test('what a transaction changes stays together, though something in it evicts', async () => {
  for (const inside of [
    ['CONFIG', 'SET', 'maxmemory', '50kb'],
    ['EVAL', "redis.call('SET', KEYS[1], '1')", '1', 'script'],
  ]) {
    const memory = memoryStorage()
    const redis = await createRedis({
      storage: memory,
      lua,
      save: '',
      config: { appendonly: 'yes', appendfsync: 'no', 'maxmemory-policy': 'allkeys-lru' },
    })
    for (let i = 0; i < 1000; i++) redis.sync.set(`key${i}`, 'x'.repeat(100))
    await redis.waitaof(1, 0, 0)
    const before = memory.journal.written!.flatMap(({ chunks }) => chunks).length
    const session = redis.engine.connect({ trusted: true })
    for (const argv of [['MULTI'], ['SET', 'a', '1'], inside, ['SET', 'b', '1']]) void session.execute(argv)
    if (inside[0] === 'EVAL') redis.engine.eviction.limit = 50_000
    void session.execute(['EXEC'])
    await redis.waitaof(1, 0, 0)
    const written = Buffer.concat(memory.journal.written!.flatMap(({ chunks }) => chunks).slice(before)).toString()
    expect(written).toContain('DEL')
    const words = written.match(/MULTI|EXEC|(?<=SET\r\n\$1\r\n)[ab](?=\r\n)/g)!
    expect(words.slice(words.lastIndexOf('MULTI'))).toEqual(['MULTI', 'a', 'b', 'EXEC'])
  }
})

test('keys that SCAN and RANDOMKEY find expired are not tied together in the journal, unless they are part of a transaction', async () => {
  for (const [words, transaction] of [
    ['SCAN 0', false],
    ['RANDOMKEY', false],
    ['SCAN 0', true],
  ] as const) {
    // prettier-ignore
    const memory = memoryStorage()
    const redis = await createRedis({ storage: memory, save: '', config: { appendonly: 'yes', appendfsync: 'no' } })
    redis.engine.expiry.active = false
    const session = redis.engine.connect({ trusted: true })
    const lines = ['SET a 1 PX 1', 'SET b 1 PX 1', ...(transaction ? ['MULTI', words, 'EXEC'] : [words])]
    for (const line of lines) {
      if (line === words) await new Promise((resolve) => setTimeout(resolve, 3))
      void session.execute(line.split(' '))
    }
    await redis.waitaof(1, 0, 0)
    const written = Buffer.concat(memory.journal.written!.flatMap(({ chunks }) => chunks)).toString()
    expect(written.match(/MULTI|DEL|EXEC/g)).toEqual(transaction ? ['MULTI', 'DEL', 'DEL', 'EXEC'] : ['DEL', 'DEL'])
  }
})
