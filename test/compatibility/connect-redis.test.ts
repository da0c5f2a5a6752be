// connect-redis from npm, unmodified: express-session's store on the engine in process, as on redis-server.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RedisStore } from 'connect-redis'
import session, { type SessionData } from 'express-session'
import { describe, expect, test } from 'vitest'
import { type Connect, usePlaces } from './places.ts'

const places = usePlaces()

const store = (connect: Connect, options: object = {}): RedisStore => new RedisStore({ client: connect(), ...options })
const data = (text: string, maxAge?: number): never => ({ cookie: maxAge === undefined ? {} : { originalMaxAge: maxAge, expires: new Date(Date.now() + maxAge) }, text }) as never // prettier-ignore

describe('connect-redis', () => {
  test('keeps, touches, lists and destroys sessions', async () => {
    const got = await places.same(async (connect) => {
      const sessions = store(connect, { prefix: 'app:', ttl: 600 })
      const client = connect()
      await sessions.set('a', data('grüße'))
      await sessions.set('b', data('short', 60_000))
      const ttls = [await client.ttl('app:a'), await client.ttl('app:b')].map((ttl) => Math.round(ttl / 10) * 10)
      await client.expire('app:a', 50)
      await sessions.touch('a', data('grüße'))
      const all = (await sessions.all()) as { id: string; text: string }[]
      const log: unknown[] = [
        ((await sessions.get('a')) as unknown as { text: string }).text,
        await sessions.get('nobody'),
        ttls,
        (await client.ttl('app:a')) > 500,
        all.map(({ id, text }) => [id, text]).toSorted(),
        ((await sessions.ids()) as string[]).toSorted(),
        await sessions.length(),
      ]
      await sessions.destroy('a')
      log.push(await sessions.length())
      await client.set('other', 1)
      await sessions.clear()
      return [...log, await sessions.length(), await client.keys('*')]
    })
    expect(got.at(-1)).toEqual(['other'])
  })

  test('walks over hundreds of sessions', async () => {
    await places.same(async (connect) => {
      const sessions = store(connect, { scanCount: 10 })
      await Promise.all(Array.from({ length: 300 }, (_, i) => sessions.set(`s${i}`, data(`${i}`))))
      return [await sessions.length(), new Set((await sessions.ids()) as string[]).size]
    })
  })

  test('serves express-session over HTTP', async () => {
    const got = await places.same(async (connect) => {
      const middleware = session({ store: store(connect), secret: 'secret', resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } })
      const server = createServer((request, response) => {
        middleware(request, response, () => {
          const { session } = request as unknown as { session: SessionData & { views?: number; destroy(done: () => void): void } }
          if (request.url === '/out') return session.destroy(() => response.end('bye'))
          session.views = (session.views ?? 0) + 1
          response.end(String(session.views))
        })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const visit = async (path: string, cookie = ''): Promise<[string, string]> => {
        const response = await fetch(address + path, { headers: { cookie } })
        return [await response.text(), response.headers.get('set-cookie')?.split(';', 1)[0] ?? '']
      }
      const [first, cookie] = await visit('/')
      const log = [first, (await visit('/', cookie))[0], (await visit('/'))[0], (await visit('/', cookie))[0], (await visit('/out', cookie))[0], (await visit('/', cookie))[0]]
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      return log
    }) // prettier-ignore
    expect(got).toEqual(['1', '2', '1', '3', 'bye', '1'])
  })
})
