// BullMQ from npm, unmodified: its scripts, streams, blocking commands and timers on the engine in process, with the
// outcome that they have on redis-server.
import { FlowProducer, type Job, Queue, QueueEvents, UnrecoverableError, Worker, type WorkerOptions } from 'bullmq'
import { describe, test } from 'vitest'
import { type Connect, pause, until, usePlaces } from './places.ts'

const places = usePlaces()

/** A queue's parts on connections of their own; all are closed when the scenario is over. */
class Bench {
  readonly connect: Connect
  #open: { close(force?: boolean): Promise<unknown> }[] = []

  constructor(connect: Connect) {
    this.connect = connect
  }

  queue(name = 'q'): Queue {
    return this.#keep(new Queue(name, { connection: this.connect() }))
  }

  worker(process: (job: Job, token?: string) => Promise<unknown>, options: Partial<WorkerOptions> = {}, name = 'q'): Worker {
    const worker = this.#keep(new Worker(name, process, { connection: this.connect(), ...options }))
    worker.on('error', () => {})
    return worker
  }

  /** From the first one on: it begins to read some time after it is ready. */
  async events(name = 'q'): Promise<QueueEvents> {
    const events = this.#keep(new QueueEvents(name, { connection: this.connect(), lastEventId: '0-0' }))
    await events.waitUntilReady()
    return events
  }

  flow(): FlowProducer {
    return this.#keep(new FlowProducer({ connection: this.connect() }))
  }

  async close(): Promise<void> {
    for (const each of this.#open.toReversed()) await each.close(true)
  }

  #keep<T extends { close(): Promise<unknown> }>(part: T): T {
    this.#open.push(part)
    return part
  }
}

function same(scenario: (bench: Bench) => Promise<unknown>): Promise<unknown> {
  return places.same(async (connect) => {
    const bench = new Bench(connect)
    try {
      return await scenario(bench)
    } finally {
      await bench.close()
    }
  })
}

const finished = (worker: Worker, event: 'completed' | 'failed', count = 1): Promise<void> => {
  let left = count
  return new Promise((resolve) => worker.on(event as 'completed', () => --left === 0 && resolve()))
}
const sorted = (values: unknown[]): string[] => values.map((value) => JSON.stringify(value)).toSorted()

describe('BullMQ', () => {
  test('adds jobs and processes them in order', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      await queue.add('one', { text: 'grüße' }, { jobId: 'first' })
      await queue.addBulk([1, 2, 3].map((n) => ({ name: 'many', data: { n } })))
      await queue.add('again', {}, { jobId: 'first' })
      const before = await queue.getJobCounts()
      const seen: unknown[] = []
      const worker = bench.worker(async (job) => {
        seen.push([job.name, job.data])
        await job.updateProgress(50)
        await job.log(`did ${job.name}`)
        return { done: job.name }
      })
      await finished(worker, 'completed', 4)
      const job = await queue.getJob('first')
      return [
        before,
        seen,
        await queue.getJobCounts(),
        [job?.returnvalue, job?.progress, job?.attemptsMade, await job?.getState(), await queue.getJobLogs('first')],
        (await queue.getCompleted()).map(({ id }) => id).toSorted(),
      ]
    })
  })

  test('tries failed jobs again, with a fixed and with an exponential backoff', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      const times = new Map<string, number[]>()
      const worker = bench.worker(async (job) => {
        times.set(job.name, [...(times.get(job.name) ?? []), Date.now()])
        if (job.name === 'hopeless') throw new UnrecoverableError('never')
        if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`)
        return 'at last'
      })
      const done = finished(worker, 'completed', 2)
      await queue.add('fixed', {}, { jobId: 'fixed', attempts: 3, backoff: { type: 'fixed', delay: 100 } })
      await queue.add('exponential', {}, { jobId: 'exponential', attempts: 3, backoff: { type: 'exponential', delay: 100 } })
      await queue.add('hopeless', {}, { jobId: 'hopeless', attempts: 3 })
      await queue.add('spent', {}, { jobId: 'spent', attempts: 2 })
      await done
      await until(async () => (await queue.getJobCounts('failed')).failed === 2)
      const waits = (name: string): boolean[] => times.get(name)!.slice(1).map((time, i) => time - times.get(name)![i] >= 99 * (name === 'fixed' ? 1 : 2 ** i)) // prettier-ignore
      const jobs = await Promise.all(['fixed', 'exponential', 'hopeless', 'spent'].map((id) => queue.getJob(id)))
      return [
        waits('fixed'),
        waits('exponential'),
        jobs.map((job) => [job?.attemptsMade, job?.returnvalue, job?.failedReason, job?.stacktrace?.length]),
        await queue.getJobCounts(),
      ]
    })
  })

  test('delays jobs', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      const seen: string[] = []
      const worker = bench.worker(async (job) => void seen.push(job.name))
      const done = finished(worker, 'completed', 3)
      const late = await queue.add('late', {}, { delay: 7_200_000 })
      const early = await queue.add('early', {}, { delay: 3_600_000 })
      const counts = await queue.getJobCounts('delayed')
      await queue.add('now', {})
      await until(() => seen.length === 1)
      // However long it takes to say so, the early one is the first.
      const start = Date.now()
      await early.changeDelay(100)
      await late.changeDelay(300)
      await done
      return [counts, seen, Date.now() - start >= 300]
    })
  })

  test('takes jobs by priority', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      for (const [name, priority] of [['low', 10], ['high', 1], ['none', 0], ['middle', 5], ['high too', 1]] as const) await queue.add(name, {}, { priority }) // prettier-ignore
      const counts = await queue.getJobCounts()
      const seen: string[] = []
      const worker = bench.worker(async (job) => void seen.push(job.name))
      await finished(worker, 'completed', 5)
      return [counts, seen]
    })
  })

  test('repeats jobs by a schedule', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      const seen: unknown[] = []
      await queue.upsertJobScheduler('tick', { every: 100, limit: 3 }, { name: 'tick', data: { a: 1 } })
      const scheduled = (await queue.getJobSchedulers()).map(({ key, every, limit }) => [key, every, limit])
      bench.worker(async (job) => void seen.push([job.name, job.data]))
      await until(() => seen.length === 3)
      await pause(300)
      await queue.upsertJobScheduler('cron', { pattern: '0 0 1 1 *' }, { name: 'new year' })
      const planned = await queue.getJobCounts('delayed')
      const removed = await queue.removeJobScheduler('cron')
      return [scheduled, seen, planned, removed, await queue.getJobCounts('delayed')]
    })
  })

  test('runs children before their parent', async () => {
    await same(async (bench) => {
      const parents = bench.queue('parents')
      const seen: unknown[] = []
      bench.worker(async (job) => (job.data as { n: number }).n * 2, {}, 'children')
      const worker = bench.worker(async (job) => void seen.push(Object.values(await job.getChildrenValues()).toSorted()), {}, 'parents')
      const done = finished(worker, 'completed')
      const tree = await bench.flow().add({
        name: 'sum',
        queueName: 'parents',
        children: [1, 2, 3].map((n) => ({ name: 'double', queueName: 'children', data: { n } })),
      })
      await done
      const dependencies = await (await parents.getJob(tree.job.id!))!.getDependencies()
      return [seen, Object.values(dependencies.processed ?? {}).toSorted(), await parents.getJobCounts()]
    })
  })

  test('holds a rate limit', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      await queue.addBulk(Array.from({ length: 6 }, (_, n) => ({ name: `job ${n}`, data: {} })))
      const times: number[] = []
      const start = Date.now()
      const worker = bench.worker(async () => void times.push(Date.now() - start), { limiter: { max: 2, duration: 500 } })
      await finished(worker, 'completed', 6)
      // The third job and the fifth begin a new span.
      return [times[2] > 490, times[4] > 990]
    })
  })

  test('gives the job of a worker that is gone to another', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      await queue.add('fragile', {}, { jobId: 'job' })
      // It takes the job, and never renews its lock nor ends.
      const dead = new Worker('q', null, { connection: bench.connect(), lockDuration: 200, autorun: false })
      dead.on('error', () => {})
      await dead.getNextJob('token of the dead')
      const seen: unknown[] = []
      const stalled: string[] = []
      const worker = bench.worker(async (job) => void seen.push([job.name, job.stalledCounter]), {
        stalledInterval: 250,
      })
      worker.on('stalled', (id) => stalled.push(id))
      await finished(worker, 'completed')
      await dead.close(true)
      return [seen, stalled, (await queue.getJob('job'))?.attemptsMade]
    })
  })

  test('tells of events', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      const events = await bench.events()
      const heard: unknown[] = []
      for (const name of ['added', 'waiting', 'active', 'progress', 'completed', 'failed', 'drained'] as const) {
        events.on(name, (data: object) => heard.push([name, data]))
      }
      bench.worker(async (job) => {
        await job.updateProgress({ half: true })
        if (job.name === 'bad') throw new Error('broken')
        return 7
      })
      const good = await queue.add('good', {}, { jobId: 'good' })
      const results = [await good.waitUntilFinished(events)]
      const bad = await queue.add('bad', {}, { jobId: 'bad' })
      results.push(await bad.waitUntilFinished(events).catch((error: Error) => error.message))
      // The last of them, but for what tells that nothing is left to do.
      await until(() => heard.some((each) => (each as [string])[0] === 'failed'))
      return [results, sorted(heard.filter((each) => (each as [string])[0] !== 'drained'))]
    })
  })

  test('pauses, resumes, removes, drains and obliterates', async () => {
    await same(async (bench) => {
      const queue = bench.queue()
      const log: unknown[] = []
      const worker = bench.worker(async (job) => void log.push(job.name))
      await worker.waitUntilReady()
      await queue.pause()
      await queue.addBulk(['a', 'b', 'c'].map((name) => ({ name, data: {}, opts: { jobId: name } })))
      await pause(50)
      log.push(await queue.isPaused(), await queue.getJobCounts(), await queue.remove('b'))
      const done = finished(worker, 'completed', 2)
      await queue.resume()
      await done
      await worker.pause()
      await queue.add('d', {})
      await queue.add('e', {}, { delay: 10_000 })
      await queue.drain(true)
      log.push(await queue.getJobCounts(), await queue.clean(0, 100, 'completed'), await queue.getJobCounts())
      await queue.obliterate({ force: true })
      log.push((await bench.connect().keys('*')).toSorted())
      return log
    })
  })
})
