// @socket.io/redis-streams-adapter from npm, unmodified: two socket.io servers that meet on the engine in process, as on
// redis-server.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, test } from 'vitest'
import { type Connect, until, usePlaces } from './places.ts'

const places = usePlaces()

/** Two servers and four clients: ann and ben at the first, cid and dan at the second; ben and cid are in `room`. */
async function gathering(connect: Connect): Promise<{ servers: Server[]; got: string[]; close: () => Promise<void> }> {
  const servers: Server[] = []
  const clients: Socket[] = []
  const got: string[] = []
  for (const names of [
    ['ann', 'ben'],
    ['cid', 'dan'],
  ]) {
    // prettier-ignore
    const http = createServer()
    const server = new Server(http, { adapter: createAdapter(connect(), { heartbeatInterval: 100, blockTimeInMs: 50 }) })
    servers.push(server)
    server.on('connection', async (socket) => {
      socket.data.name = socket.handshake.auth.name
      if (['ben', 'cid'].includes(socket.data.name as string)) await socket.join('room')
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    for (const name of names) {
      const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
        auth: { name },
        transports: ['websocket'],
        forceNew: true,
      })
      client.onAny((event: string, ...values: unknown[]) => void got.push(`${name}: ${event} ${JSON.stringify(values)}`))
      client.on('whoami', (answer: (name: string) => void) => answer(name))
      clients.push(client)
      await new Promise<void>((resolve) => client.on('connect', resolve))
    }
  }
  for (const server of servers)
    await until(async () => (await server.fetchSockets()).length === 4 && (await server.in('room').fetchSockets()).length === 2)
  const close = async (): Promise<void> => {
    for (const client of clients) client.disconnect()
    for (const server of servers) await server.close()
  }
  return { servers, got, close }
}

const namesOf = (sockets: readonly { data: { name?: unknown } }[]): unknown[] => sockets.map(({ data }) => data.name).toSorted()

describe('@socket.io/redis-streams-adapter', () => {
  test('brings messages to the sockets of all servers, by room and without', async () => {
    const outcome = await places.same(async (connect) => {
      const { servers, got, close } = await gathering(connect)
      const heard = async (count: number): Promise<string[]> => {
        await until(() => got.length >= count)
        return got.splice(0).toSorted()
      }
      servers[0].emit('all', 1, { text: 'grüße' })
      const log = [await heard(4)]
      servers[1].to('room').emit('room', Buffer.from('bytes').toString('base64'))
      log.push(await heard(2))
      servers[0].except('room').emit('others')
      log.push(await heard(2))
      servers[0].local.emit('near')
      log.push(await heard(2))
      await close()
      return log
    })
    expect(outcome.map(({ length }) => length)).toEqual([4, 2, 2, 2])
  })

  test('finds, moves, asks and ends the sockets of all servers', async () => {
    const outcome = await places.same(async (connect) => {
      const { servers, close } = await gathering(connect)
      const [one, two] = servers
      const log: unknown[] = [namesOf(await one.fetchSockets()), namesOf(await two.in('room').fetchSockets())]
      log.push(((await one.timeout(10_000).emitWithAck('whoami')) as string[]).toSorted())
      one.in('room').socketsJoin('club')
      await until(async () => (await two.in('club').fetchSockets()).length === 2)
      two.on('ping', (value: number, answer: (text: string) => void) => answer(`pong ${value}`))
      log.push(
        await new Promise((resolve) =>
          one.serverSideEmit('ping', 5, (error: Error | null, answers: string[]) => resolve(error ?? answers)),
        ),
      )
      two.in('room').disconnectSockets(true)
      await until(async () => (await one.fetchSockets()).length === 2)
      log.push(namesOf(await one.fetchSockets()))
      await close()
      return log
    })
    expect(outcome).toEqual([['ann', 'ben', 'cid', 'dan'], ['ben', 'cid'], ['ann', 'ben', 'cid', 'dan'], ['pong 5'], ['ann', 'dan']]) // prettier-ignore
  })
})
