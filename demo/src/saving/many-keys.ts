// Writes many keys of all types, in batches, so that there is a save to watch; and takes them away again.
import type { Redis } from 'isodis'

/** What the keys' names begin with. */
const PREFIX = 'many:'
const BATCH = 500
/** The page gets a turn after so much work. */
const SLICE_MS = 8

/** @param onProgress gets how many are written */
export async function writeMany(redis: Redis, count: number, onProgress: (written: number) => void, signal: AbortSignal): Promise<void> {
  let sliceEnds = performance.now() + SLICE_MS
  for (let start = 0; start < count && !signal.aborted; start += BATCH) {
    const end = Math.min(start + BATCH, count)
    const batch = redis.pipeline()
    for (let i = start; i < end; i++) writeOne(batch, i)
    await batch.exec()
    if (performance.now() < sliceEnds) continue
    onProgress(end)
    await nextTask()
    sliceEnds = performance.now() + SLICE_MS
  }
}

function writeOne(batch: ReturnType<Redis['pipeline']>, i: number): void {
  const stamp = Date.now() + i
  switch (i % 8) {
    case 0:
      batch.hset(`${PREFIX}user:${i}`, { name: `User ${i}`, visits: stamp % 1000, seen: stamp })
      break
    case 1:
      batch.zadd(`${PREFIX}scores:${i}`, { ann: stamp % 100, bob: stamp % 77, eve: stamp % 50 })
      break
    case 2:
      batch.sadd(`${PREFIX}tags:${i}`, 'red', 'green', stamp % 1000)
      break
    case 3:
      batch.del(`${PREFIX}queue:${i}`)
      batch.rpush(`${PREFIX}queue:${i}`, 'first', 'second', stamp)
      break
    default:
      batch.set(`${PREFIX}page:${i}`, `visits ${stamp}`)
  }
}

export async function removeMany(redis: Redis): Promise<void> {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, { match: `${PREFIX}*`, count: 5000 })
    if (keys.length > 0) await redis.unlink(...keys)
    cursor = next
    await nextTask()
  } while (cursor !== '0')
}

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
