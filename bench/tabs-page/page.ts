// What the benchmark of shared tabs has a page do.
import { createRedis, type SharedRedis } from '../../src/adapters/memory.ts'
import { indexedDb } from '../../src/adapters/storage/indexeddb.ts'

let redis: SharedRedis
const echo = new BroadcastChannel('echo')

/** Milliseconds of each of many runs, one after the other. Clocks of pages are coarse, so each figure is that of several runs. */
async function times(runs: number, run: () => Promise<unknown>): Promise<number[]> {
  const each = 10
  const found: number[] = []
  for (let i = 0; i < runs; i += each) {
    const start = performance.now()
    for (let j = 0; j < each; j++) await run()
    found.push((performance.now() - start) / each)
  }
  return found
}

const bench = {
  async open(keys: number): Promise<void> {
    redis = await createRedis({ storage: indexedDb('tabs-bench'), save: '', shared: { patience: 300 } })
    const batch = redis.pipeline()
    for (let i = 0; i < keys; i++) batch.set(`key:${i}`, `value:${i}`)
    await batch.exec()
    if (keys > 0) await redis.save()
  },
  role: (): string => redis.role,
  get: (runs: number): Promise<number[]> => times(runs, () => redis.get('key:1')),
  /** Answers whatever it is sent. */
  serveEcho(): void {
    echo.onmessage = ({ data }) => echo.postMessage(data)
  },
  /** The way there and back alone, without a database. */
  echo: (runs: number): Promise<number[]> =>
    times(runs, () => {
      echo.postMessage(['GET', 'key:1'])
      return new Promise((resolve) => (echo.onmessage = resolve))
    }),
  /** Operations a second, in pipelines of a hundred, and as many calls at once without a pipeline. */
  async throughput(count: number): Promise<{ pipelined: number; together: number }> {
    const start = performance.now()
    for (let i = 0; i < count; i += 100) {
      const batch = redis.pipeline()
      for (let j = 0; j < 100; j++) batch.get(`key:${j}`)
      await batch.exec()
    }
    const middle = performance.now()
    for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => redis.get(`key:${j}`)))
    const end = performance.now()
    return { pipelined: (count * 1000) / (middle - start), together: (count * 1000) / (end - middle) }
  },
  /** Asks until somebody answers. @returns the longest time that an answer took */
  async longestWait(milliseconds: number): Promise<number> {
    let longest = 0
    for (const end = performance.now() + milliseconds; performance.now() < end;) {
      const start = performance.now()
      await redis.get('key:1')
      longest = Math.max(longest, performance.now() - start)
      await new Promise((resolve) => setTimeout(resolve))
    }
    return longest
  },
  /** The page's thread does nothing else for so long. */
  freeze(milliseconds: number): void {
    setTimeout(() => {
      for (const end = performance.now() + milliseconds; performance.now() < end;);
    })
  },
}

declare global {
  // oxlint-disable-next-line no-var -- how a global is declared
  var tabsBench: typeof bench
}
Object.assign(globalThis, { tabsBench: bench })
