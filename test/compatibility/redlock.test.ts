// redlock from npm, unmodified: locks by its Lua scripts on the engine in process, as on redis-server.
import Redlock from 'redlock'
import { describe, expect, test } from 'vitest'
import { type Connect, pause, until, usePlaces } from './places.ts'

const places = usePlaces()

/** Redlock locks on most of several servers; here they are several databases of one. */
const clients = (connect: Connect): unknown[] => [0, 1, 2].map((db) => connect({ db }))
const failure = (error: unknown): string => `${(error as Error).name}: ${(error as Error).message}`

describe('redlock', () => {
  test('lets one in at a time', async () => {
    const outcome = await places.same(async (connect) => {
      const redlock = new Redlock(clients(connect), { retryCount: 0 })
      const lock = await redlock.lock('resource', 60_000)
      const refused = await redlock.lock('resource', 60_000).catch(failure)
      const [first] = [connect()]
      const held = [(await first.get('resource')) === lock.value, (await first.pttl('resource')) > 30_000]
      await lock.unlock()
      const after = await first.exists('resource')
      const again = await redlock.lock('resource', 60_000)
      await again.unlock()
      return [held, refused, after, await lock.unlock().catch(failure)]
    })
    expect(outcome).toEqual([[true, true], expect.stringContaining('LockError'), 0, expect.stringContaining('LockError')])
  })

  test('waits its turn', async () => {
    await places.same(async (connect) => {
      const redlock = new Redlock(clients(connect), { retryCount: -1, retryDelay: 10, retryJitter: 5 })
      let inside = 0
      let most = 0
      const work = async (): Promise<void> => {
        const lock = await redlock.lock('resource', 60_000)
        most = Math.max(most, ++inside)
        await pause(5)
        inside--
        await lock.unlock()
      }
      await Promise.all(Array.from({ length: 8 }, work))
      return most
    })
  })

  test('extends a lock, which else runs out', async () => {
    await places.same(async (connect) => {
      const redlock = new Redlock(clients(connect), { retryCount: 0 })
      const long = await (await redlock.lock('long', 30_000)).extend(60_000)
      const longer = (await connect().pttl('long')) > 30_000
      const short = await redlock.lock('short', 1000)
      const dbs = clients(connect) as ReturnType<Connect>[]
      await until(async () => (await Promise.all(dbs.map((db) => db.exists('short')))).every((exists) => exists === 0))
      const taken = await redlock.lock('short', 60_000)
      return [longer, await short.extend(1000).catch(failure), await redlock.lock('long', 1000).catch(failure), taken.value !== short.value, await long.unlock()]
    }) // prettier-ignore
  })

  test('locks several resources or none', async () => {
    await places.same(async (connect) => {
      const redlock = new Redlock(clients(connect), { retryCount: 0 })
      const client = connect()
      const b = await redlock.lock('b', 60_000)
      const refused = await redlock.lock(['a', 'b', 'c'], 60_000).catch(failure)
      const left = await client.exists('a', 'c')
      await b.unlock()
      const all = await redlock.lock(['a', 'b', 'c'], 60_000)
      const held = await client.exists('a', 'b', 'c')
      await all.unlock()
      return [refused, left, held, await client.exists('a', 'b', 'c')]
    })
  })

  test('holds as long as most of its servers do', async () => {
    await places.same(async (connect) => {
      const redlock = new Redlock(clients(connect), { retryCount: 0 })
      await connect({ db: 2 }).set('resource', 'of another')
      const lock = await redlock.lock('resource', 60_000)
      await connect({ db: 1 }).del('resource')
      return [typeof lock.value, await lock.extend(5000).catch(failure)]
    })
  })
})
