// What the test of pages that go away has one do: it fills a database, changes it, and tells what a page before it has left.
import { createRedis, type EmbeddedRedis } from '../../../src/adapters/memory.ts'
import { indexedDb } from '../../../src/adapters/storage/indexeddb.ts'

let redis: EmbeddedRedis

const page = {
  /** @returns the number of the last change that is here, 0.5 if the changes that came together are not all of one */
  async open(name: string, journal: boolean): Promise<number> {
    redis = await createRedis({ storage: indexedDb(name), ...(journal ? { config: { appendonly: 'yes' } } : {}) })
    const last = Number((await redis.get('key:0'))?.split(':')[0] ?? 0)
    const together = Number((await redis.get('together'))?.split(':')[0] ?? 0)
    return together === last ? last : 0.5
  },
  async fill(keys: number): Promise<void> {
    for (let i = 0; i < keys; i++) redis.sync.set(`key:${i}`, `0:${i} and some words, as a value may have`)
    redis.sync.set('together', '0')
    await redis.save()
  },
  /** Changes the first key or all of them. */
  change(number: number, keys: number): void {
    for (let i = 0; i < keys; i++) redis.sync.set(`key:${i}`, `${number}:${i} and some words, as a value may have`)
    redis.sync.set('together', number)
  },
  /** Begins a save, and goes on before it can be finished. */
  save: (): void => void redis.bgsave(),
}

declare global {
  // oxlint-disable-next-line no-var -- how a global is declared
  var hideTest: typeof page
}
Object.assign(globalThis, { hideTest: page })
