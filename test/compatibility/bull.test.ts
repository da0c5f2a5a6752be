// Bull 4 from npm, unmodified: its queues and workers on the engine in process, as on redis-server.
import Bull, { type Job, type Queue, type QueueOptions } from 'bull'
import { describe, test } from 'vitest'
import { type Connect, type Places, until, usePlaces } from './places.ts'

const places = usePlaces()

type Make = (name: string, options?: QueueOptions) => Queue

/** As `places.same`, with queues that are closed when the scenario is over. */
function same<T>(scenario: (queue: Make, connect: Connect) => Promise<T>): ReturnType<Places['same']> {
  return places.same(async (connect) => {
    const queues: Queue[] = []
    const make: Make = (name, options) => {
      const queue = new Bull(name, { createClient: () => connect({ enableReadyCheck: false }), ...options })
      queues.push(queue)
      return queue
    }
    try {
      return await scenario(make, connect)
    } finally {
      await Promise.all(queues.map((queue) => queue.close(true)))
    }
  })
}

const errorOf = (error: unknown): string => (error as Error).message
const n = (jobs: readonly Job[]): unknown[] => jobs.map(({ data }) => data.n)
const double = async (job: Job): Promise<number> => (job.data.n as number) * 2

describe('Bull', () => {
  test('works through jobs, several at a time, and keeps what they returned', () =>
    same(async (make) => {
      const queue = make('work')
      void queue.process('double', 2, async (job) => {
        await job.progress(50)
        return double(job)
      })
      const jobs = await queue.addBulk([1, 2, 3, 4].map((value) => ({ name: 'double', data: { n: value } })))
      const results = await Promise.all(jobs.map((job) => job.finished()))
      await until(async () => (await queue.getActiveCount()) === 0)
      const first = (await queue.getJob(jobs[0].id))!
      return [results, first.returnvalue, first.progress(), await first.getState(), await queue.getJobCounts()]
    }))

  test('tries what failed again, after a backoff, and keeps why it failed', () =>
    same(async (make) => {
      const queue = make('retries')
      void queue.process(async (job) => {
        throw new Error(`attempt ${job.attemptsMade}`)
      })
      const job = await queue.add({}, { attempts: 3, backoff: { type: 'exponential', delay: 5 } })
      const error = await job.finished().catch(errorOf)
      const failed = (await queue.getJob(job.id))!
      return [
        error,
        failed.attemptsMade,
        failed.failedReason,
        failed.stacktrace.length,
        n(await queue.getFailed()),
        await queue.getJobCounts(),
      ]
    }))

  test('delays, orders by priority, pauses, and takes a job of the same name once', () =>
    same(async (make) => {
      const queue = make('order')
      await queue.pause()
      for (const [value, priority] of [[1, 3], [2, 1], [3, 2]]) await queue.add({ n: value }, { priority }) // prettier-ignore
      const lifo = await queue.add({ n: 4 }, { lifo: true })
      const later = await queue.add({ n: 5 }, { delay: 3_600_000, jobId: 'named' })
      await queue.add({ n: 6 }, { jobId: 'named' })
      const before = [n(await queue.getWaiting()), await later.getState(), await queue.getJobCounts(), await queue.isPaused()]
      await lifo.remove()
      const order: unknown[] = []
      void queue.process(async (job) => void order.push(job.data.n))
      await queue.resume()
      const completed = (count: number): Promise<void> => until(async () => (await queue.getCompletedCount()) === count)
      await completed(3)
      await later.promote()
      await completed(4)
      await queue.add({ n: 7 }, { delay: 50 })
      await completed(5)
      return [before, order]
    }))

  test('repeats a job, and stops', () =>
    same(async (make) => {
      const queue = make('repeat')
      await queue.add('tick', { n: 1 }, { repeat: { every: 3_600_000 } })
      await queue.add('yearly', { n: 2 }, { repeat: { cron: '0 0 1 1 *' } })
      const jobs = await queue.getRepeatableJobs()
      const listed = jobs.map(({ name, every, cron }) => [name, every, cron]).toSorted()
      const waiting = await queue.getDelayedCount()
      for (const { key } of jobs) await queue.removeRepeatableByKey(key)
      return [listed, waiting, await queue.getRepeatableJobs(), await queue.getDelayedCount()]
    }))

  test('hands what a stalled worker held to another', () =>
    same(async (make) => {
      const settings = { lockDuration: 400, lockRenewTime: 1_000_000, stalledInterval: 100, maxStalledCount: 5 }
      const stuck = make('stalled', { settings })
      void stuck.process(() => new Promise(() => {}))
      const job = await stuck.add({})
      await until(async () => (await stuck.getActiveCount()) === 1)
      await stuck.pause(true, true)
      void make('stalled', { settings }).process(async () => 'done by another')
      return job.finished()
    }))

  test('logs, changes, cleans and obliterates', () =>
    same(async (make, connect) => {
      const queue = make('keep')
      const job = await queue.add({ n: 1 })
      for (const line of ['one', 'two', 'three']) await job.log(line)
      await job.update({ n: 2 })
      const { logs, count } = await queue.getJobLogs(job.id, 1, 2)
      const changed = n([(await queue.getJob(job.id))!])
      void queue.process(double)
      await job.finished()
      await (await queue.add({ n: 3 }, { removeOnComplete: true })).finished()
      await until(async () => (await queue.getActiveCount()) === 0)
      const log = [logs, count, changed, n(await queue.getCompleted()), await queue.clean(0, 'completed')]
      await queue.obliterate({ force: true })
      return [...log, (await connect().keys('bull:keep:*')).length]
    }))
})
