// A page that goes away: what it had changed has been handed to the storage before anything else could happen, in one
// step, even if another save was on its way; and whatever of all that fails, what is left is whole.
import { setMaxListeners } from 'node:events'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { textOf } from '../../src/core/engine/values.ts'
import { RecordMap } from '../support/record-map.ts'
import { SEED } from '../support/seed.ts'

type Change = (map: Map<string, Uint8Array>) => void

/** Records as IndexedDB keeps them: transactions that were begun are carried out in order, later, whole or not at all. */
class Transactions extends RecordMap {
  readonly largestInHurry = 2000
  #waiting: { change: Change; settle: (error: Error | null) => void }[] = []
  /** Of the transactions to come, those that fail. */
  fails: boolean[] = []

  override async put(records: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const copies = records.map(([name, bytes]) => [name, bytes.slice()] as const)
    return this.#begin((map) => copies.forEach(([name, bytes]) => map.set(name, bytes)))
  }

  override async remove(names: readonly string[]): Promise<void> {
    return this.#begin((map) => names.forEach((name) => map.delete(name)))
  }

  #begin(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      const fails = this.fails.shift() === true
      const settle = (error: Error | null): void => (error === null ? resolve() : reject(error))
      this.#waiting.push({ change: fails ? () => {} : change, settle: () => settle(fails ? new Error('full') : null) })
      if (this.#waiting.length === 1) setImmediate(() => this.#next())
    })
  }

  #next(): void {
    const { change, settle } = this.#waiting[0]
    change(this.map)
    settle(null)
    this.#waiting.shift()
    if (this.#waiting.length > 0) setImmediate(() => this.#next())
  }

  /** What there is once everything that was begun up to now is done, although the page is gone. */
  remains(): RecordMap {
    const map = new Map(this.map)
    for (const { change } of this.#waiting) change(map)
    return new RecordMap(map)
  }
}

let page: EventTarget
beforeEach(() => {
  page = new EventTarget()
  setMaxListeners(0, page)
  vi.stubGlobal('document', { visibilityState: 'hidden' })
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
})
afterEach(() => void vi.unstubAllGlobals())

/** The page is hidden. Only what is due without a turn of the host happens before this returns. */
async function hide(event: string): Promise<void> {
  page.dispatchEvent(new Event(event))
  for (let i = 0; i < 300; i++) await Promise.resolve()
}

const dump = (redis: EmbeddedRedis): string => {
  const { keyspace } = redis.engine.database(0)
  return JSON.stringify(keyspace.keys.map((key, i) => [key, textOf(keyspace.values[i] as string)]).toSorted())
}
const load = async (records: RecordMap): Promise<string> => {
  const redis = await createRedis({ storage: records.storage(), save: '' })
  const found = dump(redis)
  await redis.close()
  return found
}

const step = fc.oneof(
  fc.tuple(fc.constant('change' as const), fc.nat(60), fc.nat(2000)),
  fc.tuple(fc.constantFrom('save' as const, 'bgsave' as const, 'hide' as const, 'turn' as const, 'turn' as const), fc.nat(3), fc.nat(9)),
)

test.each(['visibilitychange', 'pagehide', 'freeze'])('at %s all is handed over that has changed', async (event) => {
  const records = new Transactions()
  const redis = await createRedis({ storage: records.storage() })
  await redis.set('a', 1)
  await hide(event)
  expect(await load(records.remains())).toBe('[["a","1"]]')
  for (let i = 0; i < 500; i++) redis.sync.set(`key${i}`, 'x'.repeat(100))
  redis.sync.del('a')
  await hide(event)
  expect(await load(records.remains())).toBe(dump(redis))
  await redis.close()
})

test('SAVE whose place is taken replies when what took it is safe', async () => {
  const records = new Transactions()
  const redis = await createRedis({ storage: records.storage() })
  await redis.set('a', 1)
  const saved = redis.save()
  await redis.set('a', 2)
  await hide('pagehide')
  expect(await load(records.remains())).toBe('[["a","2"]]')
  expect(await saved).toBe('OK')
  expect(await load(records.remains())).toBe('[["a","2"]]')
  await redis.close()
})

test('whenever the page is hidden, and whatever fails, a whole state is left: the last one if nothing failed', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 40 }),
    fc.oneof(fc.constant<boolean[]>([]), fc.array(fc.boolean())),
    async (steps, fails) => {
      const records = new Transactions()
      const redis = await createRedis({ storage: records.storage(), config: { 'stop-writes-on-bgsave-error': 'no' } })
      records.fails = [...fails]
      const seen = new Set(['[]'])
      const pending: Promise<unknown>[] = []
      for (const [what, a, b] of steps) {
        if (what === 'change') {
          if (b < 100) redis.sync.flushdb()
          else for (let i = 0; i <= a % 5; i++) redis.sync.set(`key${a + i}`, 'x'.repeat(b))
          redis.sync.set('last', `${a}:${b}`)
        } else if (what === 'turn') for (let i = 0; i < a; i++) await new Promise(setImmediate)
        else {
          seen.add(dump(redis))
          if (what === 'hide') {
            await hide('pagehide')
            const left = await load(records.remains())
            if (!fails.includes(true)) expect(left).toBe(dump(redis))
            else expect(seen).toContain(left)
          } else pending.push(redis[what]().catch(() => {}))
        }
      }
      await Promise.all(pending)
      records.fails = []
      const last = dump(redis)
      await redis.close()
      expect(await load(records)).toBe(last)
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: 300 })
}, 60_000)
