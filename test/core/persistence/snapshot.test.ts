// The property that saving stands on: whatever is written while a save runs, the snapshot is the state at its beginning.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/adapters/storage/memory.ts'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { groups as commandGroups } from '../../../src/core/engine/commands/index.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import type { Clock } from '../../../src/core/engine/ports.ts'
import type { Session } from '../../../src/core/engine/session.ts'
import { textOf, type Value } from '../../../src/core/engine/values.ts'
import { load } from '../../../src/core/persistence/load.ts'
import { Snapshot } from '../../../src/core/persistence/snapshot.ts'
import { type Command, groups } from '../../differential/commands.ts'
import { contentOf } from './rdb/content.ts'
import { SEED } from '../../support/seed.ts'

const NOW = 1_700_000_000_000
/** Every look at the clock finds a slice's time over, so that each step of a save is a slice of its own. */
function hurriedClock(): Clock {
  let looks = 0
  return { now: () => NOW + looks++, after: () => () => {}, soon: (run) => setImmediate(run) }
}
const table = new CommandTable(commandGroups)
const engineWith = (clock: Clock): Engine => new Engine({ table, clock, random: Math.random, log: () => {} })

/** Everything an engine holds, in plain data. */
function content(engine: Engine): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const { index, keyspace } of engine.databases()) {
    keyspace.keys.forEach((key, slot) => (found[`${index}:${key}`] = [plain(keyspace.values[slot]), keyspace.expiry(slot)]))
  }
  return found
}

function plain(value: Value): unknown {
  if (typeof value !== 'object' || value.type === 'string') return textOf(value)
  if (value.type === 'list') return value.slice(0, value.size - 1)
  if (value.type === 'set') return ['set', ...value.keys.toSorted()]
  if (value.type === 'zset') return ['zset', ...value.scores.keys.map((member, slot) => [member, value.scores.values[slot]]).toSorted()]
  if (value.type === 'hash') return ['hash', ...value.keys.map((field, slot) => [field, value.values[slot], value.expiry(slot)]).toSorted()]
  return ['stream', contentOf(value).value]
}

/** Many keys, and values of every type that are large enough to be taken apart. */
function fill(session: Session, keys: number, elements: number): void {
  for (let i = 0; i < keys; i++) session.execute(['SET', `key${i}`, `value${i}`])
  for (let i = 0; i < keys; i += 7) session.execute(['PEXPIREAT', `key${i}`, String(NOW + 10_000_000 + i)])
  const numbered = (name: string): string[] => Array.from({ length: elements }, (_, i) => `${name}${i}`)
  if (elements === 0) return
  session.execute(['RPUSH', 'l1', ...numbered('element')])
  session.execute(['HSET', 'h1', ...numbered('field').flatMap((field) => [field, `of ${field}`])])
  const expiring = numbered('field').filter((_, i) => i % 3 === 0)
  session.execute(['HPEXPIREAT', 'h1', String(NOW + 10_000_000), 'FIELDS', String(expiring.length), ...expiring])
  session.execute(['SADD', 'set1', ...numbered('member')])
  session.execute(['ZADD', 'z1', ...numbered('member').flatMap((member, i) => [String(i / 3), member])])
  session.execute(['SET', 'long', 'x'.repeat(elements * 300)])
  session.execute(['SETBIT', 'bits', String(elements * 2400), '1'])
  for (let i = 1; i <= elements; i++) session.execute(['XADD', 'x1', `${i}-1`, 'name', `entry${i}`, 'number', String(i)])
  for (const [group, consumer, part] of [
    ['g1', 'c1', 3],
    ['g1', 'c2', 2],
    ['g2', 'c1', 1],
  ] as const) {
    session.execute(['XGROUP', 'CREATE', 'x1', group, '0'])
    session.execute(['XREADGROUP', 'GROUP', group, consumer, 'COUNT', String(Math.ceil(elements / part)), 'STREAMS', 'x1', '>'])
  }
  session.execute(['SELECT', '1'])
  session.execute(['HSET', 'other', ...numbered('field').flatMap((field) => [field, field])])
  session.execute(['SELECT', '0'])
}

const numbered = (most: number): fc.Arbitrary<string> => fc.nat(most).map(String)
const group = fc.constantFrom('g1', 'g1', 'g2', 'g3')
const consumer = fc.constantFrom('c1', 'c2', 'c3')
/** Changes to what `fill` made: elements and keys all over, and values as a whole. */
const changes: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(numbered(700), numbered(9)).map(([n, v]) => ['SET', `key${n}`, v]),
  numbered(700).map((n) => ['DEL', `key${n}`]),
  numbered(700).map((n) => ['EXPIRE', `key${n}`, '1000']),
  fc.tuple(numbered(700), numbered(700)).map(([a, b]) => ['RENAME', `key${a}`, `key${b}`]),
  fc.tuple(numbered(3000), numbered(9)).map(([n, v]) => ['HSET', 'h1', `field${n}`, v]),
  fc.array(numbered(3000), { minLength: 1, maxLength: 300 }).map((ns) => ['HDEL', 'h1', ...ns.map((n) => `field${n}`)]),
  fc.array(numbered(3000), { minLength: 1, maxLength: 300 }).map((ns) => ['SREM', 'set1', ...ns.map((n) => `member${n}`)]),
  numbered(5000).map((n) => ['SADD', 'set1', `member${n}`]),
  fc.tuple(numbered(9), numbered(3000)).map(([score, n]) => ['ZADD', 'z1', score, `member${n}`]),
  fc.tuple(numbered(500), numbered(900)).map(([min, max]) => ['ZREMRANGEBYRANK', 'z1', min, max]),
  fc.tuple(fc.constantFrom('LPUSH', 'RPUSH'), numbered(9)).map(([push, v]) => [push, 'l1', v]),
  fc.tuple(fc.constantFrom('LPOP', 'RPOP'), numbered(300)).map(([pop, n]) => [pop, 'l1', n]),
  fc.tuple(numbered(3000), numbered(9)).map(([n, v]) => ['LSET', 'l1', n, v]),
  fc.tuple(numbered(400), numbered(400)).map(([a, b]) => ['LTRIM', 'l1', a, `-${Number(b) + 1}`]),
  fc.tuple(numbered(9_000_000), fc.constantFrom('0', '1')).map(([at, bit]) => ['SETBIT', 'bits', at, bit]),
  fc.tuple(numbered(900_000), numbered(9)).map(([at, v]) => ['SETRANGE', 'long', at, v]),
  fc.tuple(group, consumer, numbered(300)).map(([g, c, n]) => ['XREADGROUP', 'GROUP', g, c, 'COUNT', n, 'STREAMS', 'x1', '>']),
  fc.tuple(group, consumer, numbered(3000)).map(([g, c, n]) => ['XREADGROUP', 'GROUP', g, c, 'COUNT', '5', 'STREAMS', 'x1', n]),
  fc
    .tuple(group, fc.array(numbered(3000), { minLength: 1, maxLength: 300 }))
    .map(([g, ns]) => ['XACK', 'x1', g, ...ns.map((n) => `${n}-1`)]),
  fc.tuple(group, consumer, numbered(3000)).map(([g, c, n]) => ['XCLAIM', 'x1', g, c, '0', `${n}-1`, 'FORCE']),
  fc.tuple(group, consumer, numbered(3000)).map(([g, c, n]) => ['XAUTOCLAIM', 'x1', g, c, '0', n]),
  fc.array(numbered(3000), { minLength: 1, maxLength: 300 }).map((ns) => ['XDEL', 'x1', ...ns.map((n) => `${n}-1`)]),
  fc.tuple(fc.constantFrom('~', '='), numbered(3000)).map(([how, n]) => ['XTRIM', 'x1', 'MAXLEN', how, n]),
  numbered(9).map((v) => ['XADD', 'x1', '*', 'name', v, 'number', v]),
  fc.constantFrom<Command>(
    ['XGROUP', 'DESTROY', 'x1', 'g1'], ['XGROUP', 'DELCONSUMER', 'x1', 'g1', 'c1'], ['XGROUP', 'CREATE', 'x1', 'g3', '0'], ['XGROUP', 'SETID', 'x1', 'g2', '5'],
    ['RENAME', 'x1', 'x2'], ['RENAME', 'x2', 'x1'], ['COPY', 'x1', 'x2'], ['DEL', 'x1'], ['XSETID', 'x1', '99999999999999'],
  ), // prettier-ignore
  fc.constantFrom<Command>(
    ['APPEND', 'long', 'more'], ['RENAME', 'h1', 'h2'], ['RENAME', 'h2', 'h1'], ['COPY', 'z1', 'z2', 'REPLACE'], ['MOVE', 'set1', '1'], ['SWAPDB', '0', '1'],
    ['DEL', 'l1'], ['FLUSHDB'], ['UNLINK', 'h1', 'z1'], ['SPOP', 'set1', '500'], ['ZPOPMAX', 'z1', '300'], ['SORT', 'l1', 'ALPHA', 'STORE', 'l1'], ['GETDEL', 'long'],
    ['HEXPIRE', 'h1', '100', 'FIELDS', '2', 'field1', 'field999'],
  ), // prettier-ignore
)
const anything = fc.oneof(...Object.entries(groups).filter(([name]) => !['connection', 'transactions'].includes(name)).map(([, commands]) => commands)) // prettier-ignore
const writes = fc.array(fc.array(fc.oneof({ weight: 3, arbitrary: changes }, { weight: 1, arbitrary: anything }), { maxLength: 12 }), {
  maxLength: 60,
  size: 'max',
})

describe('a snapshot', () => {
  test('is the state at its beginning, whatever is written while it is taken', async () => {
    const property = fc.asyncProperty(fc.nat(700), fc.constantFrom(0, 3, 70, 1000, 2900), writes, async (keys, elements, batches) => {
      const engine = engineWith(hurriedClock())
      const session = engine.connect({ trusted: true })
      session.mayBlock = false
      fill(session, keys, elements)
      const wanted = content(engine)

      const snapshot = new Snapshot(engine, { chunkSize: 4096 })
      const chunks: Uint8Array[] = []
      for (let i = 0; ; i++) {
        for (const command of batches[i] ?? []) session.execute(command)
        const slice = snapshot.slice()
        chunks.push(...slice.chunks)
        if (slice.done) break
      }

      const loaded = engineWith({ ...hurriedClock(), now: () => NOW })
      await load(loaded, memoryStorage(chunks))
      expect(content(loaded)).toEqual(wanted)
      // Nothing is held any more: a change costs no pre-image.
      expect(engine.databases().every(({ keyspace }) => keyspace.guard === null)).toBe(true)
      expect(snapshot.processed).toBe(Object.keys(wanted).length)
    })
    await fc.assert(property, { seed: SEED, numRuns: 120 })
  }, 120_000)

  test('and another that begins while it is taken are each the state at their own beginning', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(0, 70, 2900),
      fc.nat(20),
      fc.boolean(),
      writes,
      async (elements, later, givenUp, batches) => {
        const engine = engineWith(hurriedClock())
        const session = engine.connect({ trusted: true })
        session.mayBlock = false
        fill(session, 500, elements)
        const taken: { snapshot: Snapshot; chunks: Uint8Array[]; wanted: unknown; done: boolean }[] = []
        const begin = (): void =>
          void taken.push({ wanted: content(engine), snapshot: new Snapshot(engine, { chunkSize: 4096 }), chunks: [], done: false })
        begin()
        for (let i = 0; i <= later || taken.some(({ done }) => !done); i++) {
          if (i === later) begin()
          for (const command of batches[i] ?? []) session.execute(command)
          for (const each of taken.filter(({ done }) => !done)) {
            const slice = each.snapshot.slice()
            each.chunks.push(...slice.chunks)
            each.done = slice.done
          }
          if (givenUp && i === later + 5) {
            const { snapshot } = taken.shift()!
            snapshot.release()
            snapshot.release()
          }
        }
        for (const { chunks, wanted } of taken) {
          const loaded = engineWith({ ...hurriedClock(), now: () => NOW })
          await load(loaded, memoryStorage(chunks))
          expect(content(loaded)).toEqual(wanted)
        }
        expect(engine.databases().every(({ keyspace }) => keyspace.guard === null)).toBe(true)
      },
    )
    await fc.assert(property, { seed: SEED, numRuns: 60 })
  }, 120_000)

  test('that is given up holds nothing', () => {
    const engine = engineWith(hurriedClock())
    const session = engine.connect({ trusted: true })
    fill(session, 600, 1000)
    const snapshot = new Snapshot(engine)
    for (let i = 0; i < 10; i++) snapshot.slice()
    snapshot.release()
    const { keyspace } = engine.database(0)
    expect(keyspace.guard).toBe(null)
    expect(keyspace.values.filter((value) => typeof value === 'object' && 'guard' in value && value.guard !== null)).toEqual([])
  })

  test('of an empty engine is a file without keys', async () => {
    const engine = engineWith(hurriedClock())
    const { chunks, done } = new Snapshot(engine).slice()
    expect(done).toBe(true)
    const loaded = engineWith(hurriedClock())
    expect(await load(loaded, memoryStorage(chunks))).toEqual({ keys: 0, expired: 0 })
  })
})

test('pre-images that pile up behind a large value take their place part by part, whatever comes meanwhile', async () => {
  const KEYS = 20_000
  const APART = 1500
  const engine = engineWith(hurriedClock())
  const session = engine.connect({ trusted: true })
  const say = (...argv: string[]): void => void session.execute(argv)
  say('HSET', 'large', ...Array.from({ length: 10_000 }, (_, i) => [`field${i}`, 'x'.repeat(100)]).flat())
  for (const db of ['0', '1']) {
    say('SELECT', db)
    for (let i = 0; i < KEYS; i++) {
      if (db === '1' && i % APART === 0) say('SADD', `set${i}`, ...Array.from({ length: 200 }, (_, j) => `member${j}`))
      say('SET', `key${i}`, `value ${i} of ${'x'.repeat(i % 60)}`)
    }
  }
  const wanted = content(engine)
  const snapshot = new Snapshot(engine)
  const chunks: Uint8Array[] = []
  let most = 0
  let moved = 0
  for (let step = 0, more = true, before = 0; more; step++) {
    const slice = snapshot.slice()
    chunks.push(...slice.chunks)
    more = !slice.done
    const held = snapshot.cowSize
    // While pre-images are moved, another large value is come upon; until then, one page more at each step.
    if (held < before && most > 100_000) {
      say('SELECT', '1')
      say('SET', `key${APART * moved++}`, 'changed')
    } else {
      say('SELECT', '0')
      say('SET', `key${(step * 1201) % KEYS}`, 'changed')
      say('HSET', 'large', `field${(step * 701) % 10_000}`, 'changed')
    }
    before = snapshot.cowSize
    most = Math.max(most, before)
  }
  expect(moved).toBeGreaterThan(2)
  const loaded = engineWith(hurriedClock())
  await load(loaded, memoryStorage(chunks))
  expect(content(loaded)).toEqual(wanted)
})
