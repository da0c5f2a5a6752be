// The storage over records: the conformance suite with records in a Map, and crashes after every single put.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import type { Value } from '../../src/core/engine/values.ts'
import { RecordMap } from '../support/record-map.ts'
import { storageConformance } from './conformance.ts'
import { SEED } from '../support/seed.ts'

storageConformance('records in a Map', async () => {
  const records = new RecordMap()
  return {
    open: () => records.storage(),
    exclusive: true,
    async damage(how) {
      const names = [...records.map.keys()].filter((name) => name.startsWith('run/'))
      const name = names[names.length >> 1]
      if (how === 'drop') records.map.delete(name)
      else records.map.get(name)![100] ^= 4
    },
  }
})

const content = (redis: EmbeddedRedis): Record<string, string> =>
  Object.fromEntries(
    redis.engine
      .databases()
      .flatMap(({ index, keyspace }) =>
        keyspace.keys.map((key, slot): [string, string] => [`${index}:${key}`, shown(keyspace.values[slot], keyspace.expiry(slot))]),
      ),
  )

/** How large a value once was, which shows in its encoding only, is not saved; nor is what of it has been counted. */
const withoutPast = (name: string, field: unknown): unknown => (/^(peak|longest|counted)$/.test(name) ? undefined : field)

/** Short, whatever it is: a failing test prints it. */
function shown(value: Value, expiry: number): string {
  const text = typeof value !== 'object' || value.type === 'string' ? String(value) : JSON.stringify(value, withoutPast)
  return `${text.length > 300 ? createHash('sha1').update(text).digest('hex') : text} until ${expiry}`
}

const command = fc.oneof(
  fc.tuple(fc.constantFrom('SET', 'APPEND'), fc.nat(400), fc.nat(9)).map(([name, key, value]) => [name, `key${key}`, String(value)]),
  fc.tuple(fc.constantFrom('DEL', 'PERSIST'), fc.nat(400)).map(([name, key]) => [name, `key${key}`]),
  fc.nat(400).map((key) => ['PEXPIREAT', `key${key}`, String(9_000_000_000_000 + key)]),
  fc.tuple(fc.nat(400), fc.nat(400)).map(([a, b]) => ['RENAME', `key${a}`, `key${b}`]),
  fc.tuple(fc.nat(20), fc.nat(9)).map(([key, field]) => ['HSET', `hash${key}`, `field${field}`, 'x']),
  fc.tuple(fc.nat(20), fc.nat(9)).map(([key, field]) => ['HDEL', `hash${key}`, `field${field}`]),
  fc.tuple(fc.nat(400), fc.nat(2)).map(([key, db]) => ['MOVE', `key${key}`, String(db)]),
  fc.nat(2).map((db) => ['SELECT', String(db)]),
)
const rare = fc.constantFrom<string[]>(['FLUSHDB'], ['SWAPDB', '0', '1'], ['FLUSHALL'], ['SETBIT', 'bits', '900000', '1'])
const batch = fc.array(fc.oneof({ weight: 60, arbitrary: command }, { weight: 1, arbitrary: rare }), { maxLength: 60, size: 'max' })

describe('snapshots and their deltas', () => {
  test('are what was there when each save began, whatever is written meanwhile and wherever a save is cut off', async () => {
    let deltas = 0
    const property = fc.asyncProperty(
      fc.array(fc.tuple(batch, batch, fc.option(fc.nat(12), { freq: 3 })), { minLength: 3, maxLength: 10, size: 'max' }),
      async (rounds) => {
        const records = new RecordMap(new Map(), 4096)
        let redis = await createRedis({ storage: records.storage(), save: '' })
        let session = redis.engine.connect({ trusted: true })
        const run = (commands: readonly string[][]): void => commands.forEach((argv) => void session.execute(argv))
        for (let i = 0; i < 400; i++) void session.execute(['SET', `key${i}`, `value${i}`])
        let good = {}
        for (const [before, during, cutAfter] of rounds) {
          run(before)
          const wanted = content(redis)
          records.left = cutAfter ?? Infinity
          const saved = redis.save().then(() => true, () => false) // prettier-ignore
          for (const argv of during) if (argv[0] !== 'FLUSHALL') void session.execute(argv)
          if (await saved) good = wanted
          else if (cutAfter === null) throw new Error('a save failed that was not cut off')
          deltas += JSON.parse(new TextDecoder().decode(records.map.get('manifest')?.slice(0, -8)) || '{"deltas":[]}').deltas.length
          records.left = Infinity
          // What a crash at this moment leaves, and now and then a crash.
          const copy = new RecordMap(new Map(records.map), 4096)
          const found = await createRedis({ storage: copy.storage(), save: '' })
          expect(content(found)).toEqual(good)
          await found.close()
          if (before.length % 3 === 0) {
            await records.close()
            redis = await createRedis({ storage: records.storage(), save: '' })
            session = redis.engine.connect({ trusted: true })
            expect(content(redis)).toEqual(good)
          }
        }
      },
    )
    await fc.assert(property, { seed: SEED, numRuns: 60 })
    expect(deltas).toBeGreaterThan(50)
  }, 120_000)

  test('a delta is as large as what changed, and deltas that outgrow their snapshot are given up for a new one', async () => {
    const records = new RecordMap()
    const redis = await createRedis({ storage: records.storage(), save: '' })
    for (let i = 0; i < 20_000; i++) redis.sync.set(`key${i}`, `value number ${i}`)
    await redis.save()
    const size = (): number => [...records.map.values()].reduce((sum, { length }) => sum + length, 0)
    const whole = size()
    let most = 0
    for (let round = 0; round < 100; round++) {
      for (let i = 0; i < 200; i++) redis.sync.set(`key${(round * 7919 + i * 104_729) % 20_000}`, `changed in ${round}`)
      const before = size()
      await redis.save()
      if (size() > before) expect(size() - before).toBeLessThan(whole / 50)
      most = Math.max(most, size())
    }
    expect(most).toBeLessThan(whole * 1.7)
    const again = await createRedis({ storage: new RecordMap(new Map(records.map)).storage(), save: '' })
    expect(content(again)).toEqual(content(redis))
  })
})

test('many small deltas are given up for a new snapshot before there are too many to name in one record', async () => {
  const records = new RecordMap(undefined, 1 << 15)
  const redis = await createRedis({ storage: records.storage(), save: '' })
  for (let i = 0; i < 20_000; i++) redis.sync.set(`key${i}`, `value ${i}`)
  for (let i = 0; i < 1200; i++) {
    redis.sync.set('key', i)
    await redis.save()
  }
  await redis.close()
  const again = await createRedis({ storage: records.storage(), save: '' })
  expect([await again.dbsize(), await again.get('key')]).toEqual([20_001, '1199'])
})

test('a journal in records that is cut off at any put keeps every write that was answered', async () => {
  const property = fc.asyncProperty(fc.nat(120), fc.nat(40), async (cutAfter, rewriteAt) => {
    const records = new RecordMap(new Map(), 4096)
    const config = { appendonly: 'yes', appendfsync: 'always' }
    const redis = await createRedis({ storage: records.storage(), save: '', config })
    records.left = cutAfter
    let answered = 0
    for (let i = 1; i <= 60; i++) {
      if (i === rewriteAt) await redis.bgrewriteaof()
      const replies = await redis.multi().incr('n').set('large', `${i}:${'x'.repeat(i * 90)}`).exec().catch(() => null) // prettier-ignore
      if (replies === null) break
      answered = i
    }
    const copy = new RecordMap(new Map(records.map), 4096)
    const found = await createRedis({ storage: copy.storage(), save: '', config })
    const n = Number(await found.get('n'))
    expect(n).toBeGreaterThanOrEqual(answered)
    expect(n).toBeLessThanOrEqual(answered + 1)
    if (n > 0) expect(await found.get('large')).toBe(`${n}:${'x'.repeat(n * 90)}`)
    // And it goes on.
    expect(await found.incr('n')).toBe(n + 1)
    await found.close()
    const last = await createRedis({ storage: copy.storage(), save: '', config })
    expect(await last.get('n')).toBe(String(n + 1))
  })
  await fc.assert(property, { seed: SEED, numRuns: 150 })
}, 120_000)

test('a record that is damaged or missing is an error that names it; nothing is touched', async () => {
  const config = { appendonly: 'yes', appendfsync: 'always' }
  const records = new RecordMap(new Map(), 4096)
  const redis = await createRedis({ storage: records.storage(), save: '', config })
  for (let i = 0; i < 50; i++) await redis.set(`key${i}`, 'x'.repeat(1000))
  await redis.close()
  for (const [name, original] of [...records.map]) {
    for (const how of ['flip', 'cut', 'drop'] as const) {
      const map = new Map(records.map)
      if (how === 'drop') map.delete(name)
      else map.set(name, how === 'cut' ? original.slice(0, -1) : original.map((byte, i) => (i === original.length >> 1 ? byte ^ 1 : byte)))
      const before = new Map(map)
      const error = await createRedis({ storage: new RecordMap(map, 4096).storage(), save: '', config }).catch((reason: unknown) => reason)
      // The last record may not have come yet.
      const isLast = name === [...records.map.keys()].findLast((each) => each.startsWith('journal/'))
      if (how === 'drop' && (name === 'committed' || isLast)) continue
      expect(error).toBeInstanceOf(Error)
      expect((error as Error).message).toMatch(/damaged|missing/)
      expect(map).toEqual(before)
    }
  }
})
