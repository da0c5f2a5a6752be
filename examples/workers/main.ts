// Three workers share a queue; one is killed at work, and its task comes back.
//   npm run example:workers                               all of it on the engine, in this process
//   npm run example:workers -- --redis redis://localhost  the workers are processes, on a real server
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Redis as IORedis } from 'ioredis'
import { fromIoredis } from '../../src/adapters/ioredis.ts' // 'isodis/ioredis'
import { createRedis, type Redis } from '../../src/adapters/memory.ts' // 'isodis'
import { scripts } from '../../src/scripts/engine.ts' // 'isodis/scripts/engine'
import { enqueue, putBack } from './scripts.ts'
import { queueKeys, work } from './worker.ts'

const TASKS = 9
const PATIENCE_MS = 400

const option = (name: string): string | undefined =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined
const url = option('--redis')
const name = option('--worker')
const keys = queueKeys(option('--prefix') ?? `{workers:${process.pid}}`)
const redis: Redis = url === undefined ? await createRedis({ scripts }) : fromIoredis(new IORedis(url))

interface Worker {
  kill(): void
}

/** A worker in this process: killed, it simply says and does nothing any more. */
function startHere(worker: string, onPick: (task: string) => void, dies = false): Worker {
  const controller = new AbortController()
  const picked = (task: string): void => {
    onPick(task)
    if (dies) controller.abort()
  }
  void work(redis, keys, worker, picked, controller.signal)
  return { kill: () => controller.abort() }
}

/** @param dies whether it is killed at its first task */
function startProcess(worker: string, onPick: (task: string) => void, dies = false): Worker {
  const args = ['--redis', url!, '--worker', worker, '--prefix', keys.prefix, ...(dies ? ['--dies', 'yes'] : [])]
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), args)
  child.on('message', (task) => onPick(task as string))
  return { kill: () => child.kill('SIGKILL') }
}

async function main(): Promise<void> {
  for (let i = 0; i < TASKS; i++) {
    await redis.script(enqueue)(keys, { task: `task ${i}`, payload: String(100 + 20 * i), priority: i / TASKS })
  }
  const start = url === undefined ? startHere : startProcess
  const begins = (worker: string, task: string): void => console.log(`${worker} begins ${task}`)
  const lost = await new Promise<string>((resolve) => {
    const begun = (task: string): void => {
      begins('bob', task)
      console.log('bob is killed')
      resolve(task)
    }
    start('bob', begun, true)
  })
  const workers = ['ann', 'cid'].map((worker) => start(worker, (task) => begins(worker, task)))

  const again = redis.script(putBack)
  const deadline = Date.now() + 20_000
  while ((await redis.llen(keys.done)) < TASKS) {
    if (Date.now() > deadline) throw new Error('the tasks are not done after 20 s')
    for (const task of await again(keys, { patience: PATIENCE_MS })) console.log(`${task} is put back`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (const worker of workers) worker.kill()

  const done = await redis.lrange(keys.done, 0, -1)
  console.log(done.join('\n'))
  const names = new Set(done.map((line) => line.split(' by ')[0]))
  const finisher = done.find((line) => line.startsWith(`${lost} by `))
  if (names.size !== TASKS || done.length !== TASKS) throw new Error('each task has to be done once')
  if (finisher === undefined || finisher.endsWith(' by bob')) throw new Error('the lost task was not done by another')
  console.log(`all ${TASKS} tasks are done; ${lost}, which bob left behind, too`)
  await redis.del(keys.queue, keys.info, keys.busy, keys.heard, keys.done)
}

if (name === undefined) await main()
else {
  const told = (): unknown => option('--dies') !== undefined && process.kill(process.pid, 'SIGKILL')
  await work(redis, keys, name, (task) => process.send!(task, told), new AbortController().signal)
}
await redis.close()
