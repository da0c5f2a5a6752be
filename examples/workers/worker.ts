// A worker: it takes the best task, works on it, and says all the while that it is alive.
import type { Redis } from '../../src/adapters/memory.ts' // 'isodis'
import { beat, finishTask, pickTask } from './scripts.ts'

const BEAT_MS = 100
const IDLE_MS = 20

/** The keys of one queue; by the braces they are in one slot of a cluster. */
export function queueKeys(prefix: string) {
  const key = (name: string): string => `${prefix}:${name}`
  return { prefix, queue: key('queue'), info: key('info'), busy: key('busy'), heard: key('heard'), done: key('done') }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Works until the signal. @param onPick gets the name of each task that it begins */
export async function work(
  redis: Redis,
  { queue, info, busy, heard, done }: ReturnType<typeof queueKeys>,
  worker: string,
  onPick: (task: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const [say, pick, finish] = [redis.script(beat), redis.script(pickTask), redis.script(finishTask)]
  await say({ heard }, { worker })
  const beats = setInterval(() => void say({ heard }, { worker }), BEAT_MS)
  signal.addEventListener('abort', () => clearInterval(beats))
  while (!signal.aborted) {
    const picked = await pick({ queue, info, busy }, { worker })
    if (picked === null) {
      await sleep(IDLE_MS)
      continue
    }
    onPick(picked.task)
    await sleep(Number(picked.payload))
    if (!signal.aborted) await finish({ info, busy, done }, { task: picked.task, worker })
  }
}
