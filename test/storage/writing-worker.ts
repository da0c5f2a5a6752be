// A worker that opens a storage, tells what it finds there, and writes until it is terminated, telling of each write that was answered.
import { createRedis } from '../../src/adapters/memory.ts'
import { indexedDb } from '../../src/adapters/storage/indexeddb.ts'
import { opfs } from '../../src/adapters/storage/opfs.ts'

export interface Told {
  /** What is there at the start: a number, and what was written together with it. */
  readonly found?: readonly [number, number]
  /** The last number that is safe. */
  readonly written?: number
  readonly failed?: string
}

/** The journal is rewritten again and again. */
const config = { appendonly: 'yes', appendfsync: 'always', 'auto-aof-rewrite-min-size': '20000', 'auto-aof-rewrite-percentage': '20' }
const tell = (told: Told): void => (globalThis as unknown as Worker).postMessage(told)

addEventListener('message', ({ data }: MessageEvent<{ kind: 'IndexedDB' | 'OPFS'; name: string }>) => {
  write(data).catch((error: unknown) => tell({ failed: String(error) }))
})

async function write({ kind, name }: { kind: 'IndexedDB' | 'OPFS'; name: string }): Promise<never> {
  const redis = await createRedis({ storage: kind === 'OPFS' ? opfs(name) : indexedDb(name), config })
  const [n, together] = (await redis.multi().get('n').hget('all', 'n').exec()).map(Number)
  tell({ found: [n, together] })
  for (let i = n + 1; ; i++) {
    await redis.multi().set('n', i).hset('all', 'n', i).set(`key${i % 100}`, 'x'.repeat(5000)).exec() // prettier-ignore
    tell({ written: i })
  }
}
