// What the tests of shared tabs have a page do. Everything goes through the public client.
import { createRedis, type SharedRedis, type Subscription } from '../../../src/adapters/memory.ts'
import { indexedDb } from '../../../src/adapters/storage/indexeddb.ts'
import { defineScript } from '../../../src/scripts/builder/define.ts'
import { scripts } from '../../../src/scripts/engine.ts'

const count = defineScript({ name: 'count', keys: { key: 'string' }, args: { by: 'integer' } }, (_$, { key }, { by }) => ({
  is: key.incrby(by),
}))

let redis: SharedRedis
let subscription: Subscription<string>

/** Numbers that are written until somebody says stop. */
const writes = { goOn: true, acknowledged: [] as number[], errors: [] as string[] }

const frozen = new BroadcastChannel('frozen')
const anotherIsFrozen = new Promise<void>((resolve) => frozen.addEventListener('message', () => resolve()))

const page = {
  /** Opens the database. @param patience until an owner that does not answer loses it */
  async open(options: { patience?: number; config?: Record<string, string>; save?: string } = {}): Promise<string> {
    const { patience, config = {}, save = '' } = options
    redis = await createRedis({ storage: indexedDb('shared'), save, config, scripts, shared: patience === undefined ? true : { patience } })
    return redis.role
  },
  /** Opens the database for this tab alone. @param patience how long it waits for other tabs */
  openAlone: (patience: number): Promise<string> =>
    createRedis({ storage: indexedDb('shared', { patience }), save: '' }).then((alone) => `${alone.sync.dbsize()} key`, String),
  role: (): string => redis.role,
  call: (...argv: [string, ...(string | number)[]]): Promise<unknown> => redis.call(...argv),
  /** A command, or the error it gives. */
  attempt: (...argv: [string, ...(string | number)[]]): Promise<unknown> =>
    redis.call(...argv).catch((error: Error & { code?: string; cause?: Error }) => ({
      name: error.name,
      code: error.code,
      message: error.message,
      cause: error.cause?.message,
    })),
  /** A write and a SAVE in a pipeline: their results, or the error's code. */
  saveInPipeline: (): Promise<unknown> =>
    redis
      .pipeline()
      .set('written in a pipeline', 1)
      .save()
      .exec()
      .catch(({ code }: { code: string }) => code),
  sync(): unknown {
    try {
      return redis.sync.dbsize()
    } catch (error) {
      return (error as Error).message
    }
  },
  hgetall: (key: string): Promise<Record<string, string>> => redis.hgetall(key),
  transaction: (): Promise<unknown> =>
    redis.multi().set('t', 1).incr('t').zadd('z', { a: 1.5 }).zrange('z', 0, -1, { withScores: true }).exec(),
  brokenTransaction: (): Promise<unknown> =>
    redis
      .multi()
      .call('NONSENSE')
      .exec()
      .catch((error: Error) => [error.message, (error.cause as Error).message]),
  pipeline: (): Promise<unknown> =>
    redis
      .pipeline()
      .set('p', 'x')
      .lpush('p', 1)
      .get('p')
      .execSettled()
      .then((all) => (all as unknown[]).map(String)),
  /** Watches a key, waits until it is told to go on, and then tries to change it. */
  async watch(key: string): Promise<unknown> {
    return redis.watch(key, async (watching) => {
      const seen = await watching.get(key)
      await redis.rpush('seen', 1)
      await redis.blpop('go on', 10)
      return watching.multi().set(key, `${seen}!`).exec()
    })
  },
  script: (key: string, by: number): Promise<unknown> => redis.script(count)({ key }, { by }),
  scriptInTransaction: (key: string): Promise<unknown> => redis.multi().script(count, { key }, { by: 1 }).get(key).exec(),
  async subscribe(channel: string): Promise<void> {
    subscription = await redis.subscribe(channel)
  },
  next: async (): Promise<unknown> => (await subscription.next()).value,
  blpop: (key: string, seconds: number): Promise<unknown> => redis.blpop(key, seconds),
  abortedBlpop: (): Promise<string> =>
    redis.blpop('never', 0, { signal: AbortSignal.timeout(50) }).then(
      () => 'no error',
      (error: Error) => error.name,
    ),
  /** Exports all data, empties the database and imports it again; then a damaged file. */
  async exportAndImport(): Promise<unknown> {
    const file = new Uint8Array(await new Response(redis.exportRdb()).arrayBuffer())
    await redis.flushall()
    const loaded = await redis.importRdb(new Blob([file]).stream())
    file[file.length >> 1] ^= 1
    const refused = await redis.importRdb([file]).catch((error: Error) => `${error.name}: ${error.message}`)
    return [loaded, refused, await redis.dbsize(), String.fromCharCode(...file.subarray(0, 9))]
  },
  close: (): Promise<void> => redis.close(),
  /** Has the service worker answer for this page. */
  async register(): Promise<void> {
    const controlled = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
    await navigator.serviceWorker.register('/sw.js')
    await controlled
  },
  /** What the service worker answers. */
  visit: async (): Promise<unknown> => (await fetch('/api/visits')).json(),
  /** The page's thread does nothing else for so long. */
  freeze(milliseconds: number): void {
    setTimeout(() => {
      frozen.postMessage(null)
      const end = performance.now() + milliseconds
      while (performance.now() < end);
    })
  },
  /** Waits until another page is. */
  anotherIsFrozen: (): Promise<void> => anotherIsFrozen,
  /** Writes numbers in transactions, for ever, and tells which of them are promised: by the write, or by a command after it. */
  async write({ writer, promise }: { writer: string; promise?: [string, ...string[]] | undefined }): Promise<void> {
    const told = globalThis as unknown as { promised: (writer: string, n: number) => Promise<void> }
    const loop = async (): Promise<never> => {
      for (let n = 1; ; n++) {
        try {
          await redis.multi().set(writer, n).hset('all', writer, n).exec()
          if (promise !== undefined) await redis.call(...promise)
          void told.promised(writer, n)
        } catch {
          // Not promised: lost on the way, or another tab saves.
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    void loop()
  },
  /** What a writer has written, in two places at once. */
  async both(writer: string): Promise<[number, number]> {
    const [alone, together] = await redis.multi().get(writer).hget('all', writer).exec()
    return [Number(alone), Number(together)]
  },
  /** What there is, for whoever has to find out why something is not. */
  state: async (): Promise<string> => `${redis.role}, ${await redis.dbsize()} keys, ${await redis.info('persistence')}`,
  /** Writes numbers one after the other until it is stopped. @returns what was acknowledged, and what became of the others */
  async writeUntilStopped(list: string): Promise<{ acknowledged: number[]; errors: string[] }> {
    const { acknowledged, errors } = writes
    for (let i = 0; writes.goOn; i++) {
      try {
        await redis.rpush(list, i)
        acknowledged.push(i)
      } catch (error) {
        errors.push((error as { code: string }).code)
      }
      // In the owner's tab a write is no wait: others have to get a turn.
      await new Promise((resolve) => setTimeout(resolve))
    }
    return { acknowledged, errors }
  },
  acknowledged: (): number => writes.acknowledged.length,
  stop(): void {
    writes.goOn = false
  },
}

declare global {
  // oxlint-disable-next-line no-var -- how a global is declared
  var tab: typeof page
}
Object.assign(globalThis, { tab: page })
