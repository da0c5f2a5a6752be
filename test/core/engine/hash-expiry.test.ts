// Fields that expire, whatever expiries they had before: each at its time, while hashes are copied, changed and kept small.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTestRedis } from '../../../src/adapters/testing.ts'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import type { Session } from '../../../src/core/engine/session.ts'
import { copyOf, Hash } from '../../../src/core/engine/values.ts'
import { NULL_ARRAY, type Push, type Reply } from '../../../src/core/reply.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { SEED } from '../../support/seed.ts'

test('fields are there until their last expiry, and no longer', async () => {
  const step = fc.record({
    do: fc.constantFrom('expire', 'expire', 'persist', 'set', 'delete', 'copy', 'wait'),
    field: fc.nat(20),
    time: fc.integer({ min: 1, max: 60 }),
  })
  const property = fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
    const redis = await createTestRedis({ now: 1_000_000 })
    const model = new Map<string, number>()
    for (const { do: what, field: number, time } of steps) {
      const field = `f${number}`
      if (what === 'wait') await redis.clock.advance(time)
      else if (what === 'copy') {
        await redis.copy('key', 'other')
        await redis.del('key')
        await redis.copy('other', 'key', { replace: true })
      } else if (what === 'delete') await redis.hdel('key', field)
      else if (what === 'set') await redis.hset('key', { [field]: 1 })
      else await (what === 'persist' ? redis.hpersist('key', field) : redis.hpexpire('key', time, [field]))
      if (what === 'set') model.set(field, Infinity)
      else if (what === 'delete') model.delete(field)
      else if (what === 'persist' && model.has(field)) model.set(field, Infinity)
      else if (what === 'expire' && model.has(field)) model.set(field, redis.clock.now() + time)
      for (const [each, at] of model) if (at <= redis.clock.now()) model.delete(each)
      // By the timer, not by a look at it.
      const kept = redis.engine.database(0).keyspace.get('key') as Hash | undefined
      expect([...(kept?.keys ?? [])].toSorted()).toEqual([...model.keys()].toSorted())
    }
  })
  await fc.assert(property, { numRuns: 100, seed: 1 })
})

test('a field has its last expiry, and one entry in the queue, in a copy too', () => {
  const hash = new Hash()
  for (const field of ['a', 'b', 'c']) hash.insert(field, '')
  for (let i = 0; i < 10_000; i++) hash.setExpiry(i % 3, 10_000 + i)
  for (const each of [hash, copyOf(hash) as Hash]) {
    expect(each.expires!.size).toBe(3)
    expect(each.nextExpiry).toBe(19_997)
    expect(each.removeExpired(19_996)).toEqual([])
    expect(each.removeExpired(19_998)).toEqual(['b', 'c'])
    expect(each.removeExpired(19_999)).toEqual(['a'])
    expect(each.nextExpiry).toBe(Infinity)
  }
})

test('whichever fields are due, they go, and all others stay as they were, before and after; a save sees each page before that', () => {
  const property = fc.property(fc.integer({ min: 1, max: 1500 }), fc.nat(10), fc.nat(20), (size, share, repeats) => {
    const hash = new Hash()
    const model = new Map<string, { value: string; at: number }>()
    const put = (i: number): void => {
      const at = i % 10 < share ? 1000 + ((i * 7919) % 100) : i % 3 === 0 ? 5000 + i : 0
      hash.put(`f${i}`, `v${i}`)
      if (at !== 0) hash.setExpiry(hash.find(`f${i}`), at)
      model.set(`f${i}`, { value: `v${i}`, at })
    }
    const shown = (from = 0, to = hash.size): unknown[] =>
      hash.keys.slice(from, to).map((field, i) => [field, { value: hash.values[from + i], at: hash.expiry(from + i) }])
    for (let i = 0; i < size; i++) put(i)
    for (let round = 0; round <= repeats; round++) {
      const pages: unknown[][] = []
      const before = Array.from({ length: Math.ceil(hash.size / 256) }, (_, page) => shown(page * 256, page * 256 + 256))
      hash.guard = { before: (page) => (pages[page] ??= shown(page * 256, page * 256 + 256)), below: null }
      const due = [...model].filter(([, { at }]) => at !== 0 && at < 1100).map(([field]) => field)
      expect(hash.removeExpired(1100).toSorted()).toEqual(due.toSorted())
      for (const field of due) model.delete(field)
      pages.forEach((page, i) => expect(page).toEqual(before[i]))
      hash.guard = null
      expect(new Map(shown() as [string, never][])).toEqual(model)
      hash.keys.forEach((field, slot) => expect(hash.find(field)).toBe(slot))
      for (const field of due) expect(hash.has(field)).toBe(false)
      expect(hash.chars).toBe([...model].reduce((sum, [field, { value }]) => sum + field.length + value.length, 0))
      // As many again, while the index still moves.
      for (let i = 0; i < 3; i++) put(size + round * 3 + i)
      for (const field of due.slice(0, 40)) put(Number(field.slice(1)))
    }
  })
  fc.assert(property, { numRuns: 60, seed: SEED })
})

describe('very many fields that are due at once', () => {
  const COUNT = 5000
  /** A clock that does not move by itself, a hash with fields that are due and (`others`) some that are not, and what it tells. */
  async function due(others: number): Promise<{ engine: Engine; clock: ManualClock; session: Session; told: string[] }> {
    const clock = new ManualClock()
    const engine = new Engine({ table: new CommandTable(groups), clock, random: Math.random, log: () => {} })
    const session = engine.connect()
    const told: string[] = []
    const listener = engine.connect({ onPush: (push) => told.push((push as Push).items[2] as string) })
    listener.execute(['HELLO', '3'])
    session.execute(['CONFIG', 'SET', 'notify-keyspace-events', 'Khg'])
    const fields = Array.from({ length: COUNT }, (_, i) => `field:${i}`)
    session.execute(['HSET', 'hash', ...fields.flatMap((field) => [field, 'value'])])
    session.execute(['HPEXPIRE', 'hash', '500', 'FIELDS', String(COUNT), ...fields])
    for (let i = 0; i < others; i++) session.execute(['HSET', 'hash', `other:${i}`, 'value'])
    listener.execute(['SUBSCRIBE', '__keyspace@0__:hash'])
    told.length = 0
    return { engine, clock, session, told }
  }
  const sizeOf = (engine: Engine): number => (engine.database(0).keyspace.get('hash') as Hash | undefined)?.size ?? 0

  test('go a part at a time, each in a turn of its own', async () => {
    const { engine, clock, told } = await due(1)
    const sizes: number[] = []
    clock.advance(499)
    expect(sizeOf(engine)).toBe(COUNT + 1)
    while (sizeOf(engine) > 1 && clock.step()) sizes.push(sizeOf(engine))
    expect(sizes).toEqual([4001, 3001, 2001, 1001, 1])
    expect(told).toEqual(Array.from({ length: 5 }, () => 'hexpired'))
  })

  test('are not there any more for whoever looks meanwhile', async () => {
    const { engine, clock, session } = await due(1)
    clock.advance(499)
    clock.step()
    expect(sizeOf(engine)).toBe(4001)
    expect(session.execute(['HMGET', 'hash', 'field:0', `field:${COUNT - 1}`, 'other:0'])).toEqual([null, null, 'value'])
    expect(session.execute(['HLEN', 'hash'])).toBe(1)
  })

  test('are no change for whoever WATCHes meanwhile; what falls due later is one', async () => {
    const { clock, session } = await due(1)
    session.execute(['HPEXPIRE', 'hash', '600', 'FIELDS', '1', 'other:0'])
    session.execute(['HSET', 'hash', 'stays', 'value'])
    clock.advance(499)
    clock.step()
    const transaction = (): Reply | Promise<Reply> => {
      session.execute(['MULTI'])
      session.execute(['HLEN', 'hash'])
      return session.execute(['EXEC'])
    }
    session.execute(['WATCH', 'hash'])
    clock.step()
    expect(transaction()).toEqual([2])
    session.execute(['WATCH', 'hash'])
    clock.advance(100)
    expect(transaction()).toBe(NULL_ARRAY)
    expect(transaction()).toEqual([1])
  })

  test('go with the key, at once, if they are all that there is', async () => {
    const { engine, clock, session, told } = await due(0)
    clock.advance(499)
    clock.step()
    expect(engine.database(0).keyspace.size).toBe(0)
    expect(told).toEqual(['hexpired', 'del'])
    expect(session.execute(['EXISTS', 'hash'])).toBe(0)
  })
})

describe('as Redis 7.4 has it', () => {
  const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value'

  test.each([
    'HEXPIRE s x',
    'HPEXPIRE s -1',
    'HEXPIREAT s x',
    'HPEXPIREAT s x',
    'HTTL s',
    'HPTTL s',
    'HEXPIRETIME s',
    'HPEXPIRETIME s',
    'HPERSIST s',
  ])('%s says that the key is no hash before it looks at its arguments', async (start) => {
    await using redis = await createTestRedis()
    await redis.set('s', 'text')
    const [name, ...args] = start.split(' ')
    await expect(redis.call(name, ...args, 'FIELD', 0, 'f')).rejects.toThrow(WRONG_TYPE)
  })

  test('HPERSIST is one change, of however many fields', async () => {
    await using redis = await createTestRedis()
    await redis.hsetex('h', { a: 1, b: 2 }, { ex: 10 })
    const { dirty } = redis.engine
    expect(await redis.hpersist('h', 'a', 'b', 'none')).toEqual([1, 1, -2])
    expect(await redis.hpersist('h', 'a', 'b')).toEqual([-1, -1])
    expect(redis.engine.dirty - dirty).toBe(1)
  })

  test('INFO counts fields that have expired, and hashes with fields that will', async () => {
    await using redis = await createTestRedis()
    const counts = async (): Promise<string[]> => {
      const text = await redis.info()
      return [/expired_keys:(\d+)/, /expired_subkeys:(\d+)/, /^db0:.*subexpiry=(\d+)/m].map((field) => field.exec(text)?.[1] ?? '')
    }
    const hashes = ['deleted', 'taken', 'kept', 'overwritten', 'expired', 'left']
    for (const hash of hashes) await redis.hset(hash, { a: 1, b: 2, c: 3 })
    expect(await counts()).toEqual(['0', '0', '0'])
    for (const hash of hashes) await redis.hpexpire(hash, 100, ['a', 'b'])
    expect(await counts()).toEqual(['0', '0', '6'])
    await redis.hdel('deleted', 'a', 'b')
    await redis.hgetdel('taken', 'a', 'b')
    await redis.hpersist('kept', 'a', 'b')
    await redis.set('overwritten', 'text')
    await redis.hpexpire('left', 200, ['b'])
    expect(await counts()).toEqual(['0', '0', '2'])
    await redis.clock.advance(100)
    expect(await counts()).toEqual(['0', '3', '1'])
    await redis.hpexpire('kept', 0, ['a'])
    await redis.hgetex('kept', ['b'], { pxat: 1 })
    await redis.hsetex('kept', { c: 3, d: 4 }, { px: 0 })
    expect([await redis.exists('kept'), ...(await counts())]).toEqual([0, '0', '7', '1'])
    await redis.configResetstat()
    expect(await counts()).toEqual(['0', '0', '1'])
  })

  test('OBJECT ENCODING of a small hash is listpackex from its first expiry on, in copies too, and until it is restored', async () => {
    await using redis = await createTestRedis()
    await redis.hset('h', { a: 1 })
    expect(await redis.objectEncoding('h')).toBe('listpack')
    await redis.hexpire('h', 10, ['a'])
    await redis.hpersist('h', 'a')
    await redis.copy('h', 'copy')
    await redis.restore('restored', 0, (await redis.bytes.dump('h'))!)
    expect(await Promise.all(['h', 'copy', 'restored'].map((key) => redis.objectEncoding(key)))).toEqual([
      'listpackex',
      'listpackex',
      'listpack',
    ])
  })

  test('and from the first time that an expiry is asked for, though no field gets one (as in Redis 8)', async () => {
    await using redis = await createTestRedis()
    const after = async (...line: [string, ...string[]]): Promise<string | null> => {
      await redis.del('h')
      await redis.hset('h', { a: 1 })
      await redis.call(...line)
      return redis.objectEncoding('h')
    }
    for (const line of [
      'HEXPIRE h 10 FIELDS 1 none',
      'HEXPIRE h 10 XX FIELDS 1 a',
      'HGETEX h PERSIST FIELDS 1 a',
      'HGETEX h EX 10 FIELDS 1 none',
    ])
      expect([line, await after(...(line.split(' ') as [string]))]).toEqual([line, 'listpackex'])
    for (const line of ['HPERSIST h FIELDS 1 a', 'HGETEX h FIELDS 1 a', 'HSETEX h FNX EX 10 FIELDS 1 a b', 'HTTL h FIELDS 1 a'])
      expect([line, await after(...(line.split(' ') as [string]))]).toEqual([line, 'listpack'])
  })

  test('DEBUG DIGEST is another if a field expires', async () => {
    await using redis = await createTestRedis()
    for (const key of ['h', 'same', 'other']) await redis.hset(key, { a: 1, b: 2 })
    await redis.hexpire('other', 10, ['b'])
    expect(await redis.call('DEBUG', 'DIGEST-VALUE', 'h', 'same', 'other')).toSatisfy(
      ([h, same, other]: string[]) => h === same && h !== other,
    )
  })
})
