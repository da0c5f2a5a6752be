// Masters and replicas that end, save, and are started again: nothing is sent twice, and nothing is run twice.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { dial } from '../../src/adapters/serve/dial.ts'
import { serveEngine } from '../../src/adapters/serve/resp-server.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { RespClient } from '../support/resp-client.ts'
import { ask, caughtUp, follow, type Server, start, startRedis, until } from './servers.ts'

const place = (): string => mkdtempSync(join(tmpdir(), 'isodis-restart-'))
const stats = async (server: Server): Promise<string> => /sync_full.*\r\n.*\r\n.*/.exec(String(await ask(server, 'INFO', 'stats')))![0]
const PARTIAL = 'sync_full:0\r\nsync_partial_ok:1\r\nsync_partial_err:0'

/** One whose data is in a `dump.rdb`, and that follows another from the start if it is told to. */
async function startAt(dir: string, kind: 'redis' | 'engine', master?: Server): Promise<Server> {
  const from = master === undefined ? '' : `127.0.0.1 ${master.port}`
  if (kind === 'redis') return startRedis('dir', dir, 'save', '3600 1', ...(from === '' ? [] : ['replicaof', from]))
  const redis = await createRedis({
    storage: fileStorage({ dir, dbfilename: 'dump.rdb' }),
    save: '3600 1',
    config: { replicaof: from },
    admin: {
      ...admin,
      attach(engine) {
        admin.attach(engine)
        engine.dial = dial
      },
    },
  })
  if (from !== '') await redis.call('REPLICAOF', ...from.split(' '))
  const server = await serveEngine(redis.engine, { port: 0 })
  const client = await RespClient.connect({ port: server.port, host: '127.0.0.1' })
  const stop = async (): Promise<void> => {
    client.close()
    await redis.close()
    await server.close()
  }
  return { port: server.port, client, stop, [Symbol.asyncDispose]: stop }
}

const end = (server: Server): Promise<unknown> => ask(server, 'SHUTDOWN', 'NOW').catch(() => {})

test.each([
  ['engine', 'engine', 'engine'],
  ['engine', 'engine', 'redis'],
  ['engine', 'redis', 'engine'],
  ['redis', 'engine', 'engine'],
] as const)('replicas go on with a master (%s) that comes back (%s; the replica: %s)', async (before, after, of) => {
  const dir = place()
  await using master = await startAt(dir, before)
  await using replica = await start[of]()
  await follow(replica, master)
  await ask(master, 'INCR', 'count')
  await ask(master, 'SET', 'expires', 'meanwhile', 'PX', '300')
  await caughtUp(master)
  await end(master)
  await new Promise((resolve) => setTimeout(resolve, 350))
  await using again = await startAt(dir, after)
  await ask(replica, 'REPLICAOF', '127.0.0.1', String(again.port))
  await until(again, /connected_slaves:1/)
  await ask(again, 'SELECT', '3')
  await ask(again, 'INCR', 'count')
  await caughtUp(again)
  expect(await stats(again)).toBe(PARTIAL)
  expect([await ask(replica, 'GET', 'count'), await ask(replica, 'DBSIZE')]).toEqual(['1', 1])
  await ask(replica, 'SELECT', '3')
  expect(await ask(replica, 'GET', 'count')).toBe('1')
})

test.each([
  ['redis', 'engine', 'engine'],
  ['engine', 'engine', 'engine'],
  ['engine', 'engine', 'redis'],
  ['engine', 'redis', 'engine'],
] as const)(
  'a replica of a master (%s) that ends (%s) and comes back (%s) gets what it has missed, as it was meant',
  async (of, before, after) => {
    const dir = place()
    await using master = await start[of]()
    await using replica = await startAt(dir, before)
    await follow(replica, master)
    await ask(master, 'SELECT', '2')
    await ask(master, 'INCR', 'count')
    const due = Date.now() + 3000
    await ask(master, 'SET', 'saved', 'in time', 'PXAT', String(due))
    await caughtUp(master)
    await end(replica)
    await until(master, /connected_slaves:0/)
    await ask(master, 'PERSIST', 'saved')
    await ask(master, 'INCR', 'count')
    while (Date.now() <= due) await new Promise((resolve) => setTimeout(resolve, 100))
    await ask(master, 'CONFIG', 'RESETSTAT')
    await using again = await startAt(dir, after, master)
    await until(again, /master_link_status:up/)
    expect(await stats(master)).toBe(PARTIAL)
    await ask(again, 'SELECT', '2')
    expect(await ask(again, 'MGET', 'count', 'saved')).toEqual(['2', 'in time'])
  },
)

test('a master that comes back with an older file than its replicas have sends them everything', async () => {
  const dir = place()
  await using master = await startAt(dir, 'engine')
  await using replica = await start.engine()
  await follow(replica, master)
  await ask(master, 'SET', 'a', '1')
  await ask(master, 'SAVE')
  await ask(master, 'SET', 'a', '2')
  await caughtUp(master)
  await ask(master, 'SHUTDOWN', 'NOSAVE').catch(() => {})
  await using again = await startAt(dir, 'engine')
  await follow(replica, again)
  expect(await stats(again)).toBe('sync_full:1\r\nsync_partial_ok:0\r\nsync_partial_err:1')
  expect(await ask(replica, 'GET', 'a')).toBe('1')
})
