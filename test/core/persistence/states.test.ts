// The table of states: what BGSAVE, SAVE, BGREWRITEAOF and LASTSAVE reply while nothing, a save or a rewrite runs. The same
// script runs on a redis-server, whose saves are made slow, and on the engine, whose storage waits.
import { expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'
import { memoryStorage } from '../../../src/adapters/storage/memory.ts'
import { startEngineServer } from '../../support/engine-server.ts'
import { faultyStorage } from '../../support/faulty-storage.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { RespClient, type WireReply } from '../../support/resp-client.ts'

const shown = ({ type, value }: WireReply): string => (type === ':' ? ': a number' : type + JSON.stringify(value))

interface Subject {
  client: RespClient
  /** Lets what runs in the background end. */
  finish(): Promise<void>
  end(): Promise<void>
}

async function redisServer(): Promise<Subject> {
  const server = await startRedisServer(['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'])
  const client = await RespClient.connect({ path: server.path })
  await client.call('SET', 'a', '1')
  // Each key of a save or a rewrite takes so many microseconds, in its process; SAVE has to be fast.
  await client.call('DEBUG', 'POPULATE', '20000')
  const idle = async (): Promise<boolean> =>
    !/(rdb_bgsave_in_progress|aof_rewrite_in_progress|aof_rewrite_scheduled):1/.test(
      (await client.call('INFO', 'persistence')).value as string,
    )
  const finish = async (): Promise<void> => {
    await client.call('CONFIG', 'SET', 'rdb-key-save-delay', '0')
    await expect.poll(idle).toBe(true)
    await client.call('CONFIG', 'SET', 'rdb-key-save-delay', '100')
  }
  await finish()
  return { client, finish, end: () => server.stop() }
}

async function engine(): Promise<Subject> {
  const storage = faultyStorage(memoryStorage())
  const redis = await createRedis({ storage, save: '', config: { appendonly: 'yes', 'auto-aof-rewrite-percentage': '0' } })
  let waiting: (() => void)[] = []
  let held = true
  // Only what runs in the background waits: SAVE has a writer of its own.
  let background = false
  storage.before = (call) => {
    if (call !== 'base commit' && !(call === 'commit' && background)) return undefined
    return held ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined
  }
  const server = await startEngineServer(redis.engine)
  const client = await RespClient.connect({ path: server.path })
  const call = client.call.bind(client)
  client.call = (...argv: string[]) => {
    background = argv[0] === 'BGSAVE' || (background && argv[0] !== 'SAVE')
    return call(...argv)
  }
  await client.call('SET', 'a', '1')
  const idle = async (): Promise<boolean> =>
    !/(rdb_bgsave_in_progress|aof_rewrite_in_progress|aof_rewrite_scheduled):1/.test(
      (await client.call('INFO', 'persistence')).value as string,
    )
  const finish = async (): Promise<void> => {
    held = false
    await expect
      .poll(() => {
        for (const go of waiting.splice(0)) go()
        return idle()
      })
      .toBe(true)
    held = true
    waiting = []
  }
  return { client, finish, end: () => server.stop() }
}

const ASKED = [
  ['BGSAVE'],
  ['BGSAVE', 'SCHEDULE'],
  ['BGREWRITEAOF'],
  ['BGREWRITEAOF'],
  ['LASTSAVE'],
  ['BGSAVE', 'foo'],
  ['BGSAVE', 'SCHEDULE', 'x'],
]

async function table({ client, finish }: Subject): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {}
  for (const [state, start] of [
    ['a save runs', 'BGSAVE'],
    ['a rewrite runs', 'BGREWRITEAOF'],
  ] as const) {
    rows[`${state}: ${start}`] = [shown(await client.call(start))]
    // SAVE while a rewrite runs takes its own time on a real server, so it is asked with a fast one.
    const asked = state === 'a save runs' ? [['SAVE'], ...ASKED] : ASKED
    for (const argv of asked) (rows[`${state}: ${argv.join(' ')}`] ??= []).push(shown(await client.call(...argv)))
    await finish()
    await finish()
  }
  rows['a rewrite runs, then SAVE'] = [shown(await client.call('BGREWRITEAOF'))]
  await client.call('CONFIG', 'SET', 'rdb-key-save-delay', '0')
  rows['a rewrite runs, then SAVE'].push(shown(await client.call('SAVE')))
  await finish()
  rows['in MULTI'] = []
  for (const argv of [['MULTI'], ['SAVE'], ['EXEC'], ['MULTI'], ['BGSAVE'], ['EXEC']])
    rows['in MULTI'].push(JSON.stringify(await client.call(...argv)))
  await finish()
  return rows
}

test('replies and states are those of a redis-server', { timeout: 60_000 }, async () => {
  const real = await redisServer()
  const ours = await engine()
  expect(await table(ours)).toEqual(await table(real))
  for (const each of [real, ours]) {
    each.client.close()
    await each.end()
  }
})
