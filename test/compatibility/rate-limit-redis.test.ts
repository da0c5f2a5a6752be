// rate-limit-redis from npm, unmodified: express-rate-limit's store on the engine in process, as on redis-server.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { rateLimit } from 'express-rate-limit'
import { RedisStore } from 'rate-limit-redis'
import { describe, expect, test } from 'vitest'
import { type Connect, usePlaces } from './places.ts'

const places = usePlaces()

function storeOn(connect: Connect, prefix = 'rl:'): RedisStore {
  const client = connect()
  return new RedisStore({ prefix, sendCommand: (command, ...args) => client.call(command, ...args) })
}

describe('rate-limit-redis', () => {
  test('counts, takes back, tells and forgets', async () => {
    await places.same(async (connect) => {
      const store = storeOn(connect)
      store.init({ windowMs: 60_000 })
      const hits = [await store.increment('a'), await store.increment('a'), await store.increment('b')]
      const log: unknown[] = hits.map(({ totalHits, resetTime }) => [totalHits, resetTime! > new Date()])
      await store.decrement('a')
      log.push((await store.get('a'))?.totalHits, (await connect().pttl('rl:a')) > 50_000)
      await store.resetKey('a')
      return [...log, await connect().exists('rl:a'), (await store.increment('a')).totalHits]
    })
  })

  test('begins to count again when the scripts are gone', async () => {
    await places.same(async (connect) => {
      const store = storeOn(connect)
      store.init({ windowMs: 60_000 })
      await store.increment('a')
      await connect().script('FLUSH')
      return [(await store.increment('a')).totalHits, (await store.get('a'))?.totalHits]
    })
  })

  test('serves express-rate-limit over HTTP', async () => {
    const got = await places.same(async (connect) => {
      const limit = rateLimit({
        windowMs: 60_000,
        limit: 2,
        store: storeOn(connect),
        validate: false,
        keyGenerator: ({ headers }) => String(headers['x-user']),
        handler: (_, response) => {
          response.statusCode = 429
          response.end('too many')
        },
      })
      const server = createServer((request, response) => void limit(request, response, () => response.end('welcome')))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const visits: unknown[] = []
      for (const user of ['ann', 'ann', 'ann', 'ben']) {
        const response = await fetch(address, { headers: { 'x-user': user } })
        visits.push([response.status, await response.text(), response.headers.get('x-ratelimit-remaining')])
      }
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      return visits
    })
    expect(got).toEqual([[200, 'welcome', '1'], [200, 'welcome', '0'], [429, 'too many', '0'], [200, 'welcome', '1']]) // prettier-ignore
  })
})
