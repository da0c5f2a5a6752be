// The engine on a socket beside a real redis-server: what bytes do to a connection, and what connections do to each other.
import { createConnection, Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { createTestRedis } from '../../src/adapters/testing.ts'
import { besideRedis } from '../support/beside-redis.ts'
import { plain, RespClient } from '../support/resp-client.ts'

const { redis, engine } = besideRedis()

const open = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(path, () => resolve(socket))
    socket.once('error', reject)
  })

/** Sends bytes. @returns what came back until the server closed or said nothing for a while, and whether it closed */
async function exchange(path: string, bytes: string, quiet: number): Promise<[string, boolean]> {
  const socket = await open(path)
  let received = ''
  return new Promise((resolve) => {
    const settle = (closed: boolean) => () => {
      clearTimeout(timer)
      socket.destroy()
      resolve([received, closed])
    }
    let timer = setTimeout(settle(false), quiet)
    socket.on('data', (data) => {
      received += data.toString('latin1')
      clearTimeout(timer)
      timer = setTimeout(settle(false), quiet)
    })
    socket.on('end', settle(true))
    socket.on('close', settle(true))
    socket.on('error', () => {})
    socket.write(bytes, 'latin1')
  })
}

describe('bytes on the wire get what redis-server gives them', () => {
  const cases = {
    'inline commands': "PING\r\nset inline \"a b\"\r\nGET inline\n\r\n\r\nECHO 'x\\'y'\r\n",
    'a pipeline': '*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n*1\r\n$3\r\nfoo\r\n',
    'arrays without words': '*0\r\n*-1\r\n*-10\r\n*1\r\n$4\r\nPING\r\n',
    'a bad array length': '*1\r\n$4\r\nPING\r\n*abc\r\n*1\r\n$4\r\nPING\r\n',
    'a huge array length': '*2147483648\r\n',
    'a bad bulk length': '*1\r\n$abc\r\n',
    'a negative bulk length': '*1\r\n$-5\r\n',
    'an oversized bulk length': '*2\r\n$3\r\nGET\r\n$536870913\r\n',
    'no dollar sign': '*1\r\n:1\r\n',
    'a byte that cannot be printed in its place': '*1\r\n\x01\r\n',
    'open quotes': 'SET a "b\r\n',
    'quotes in the middle of a word': 'SET a "b"c\r\n',
    'a form that a page sends': 'POST / HTTP/1.1\r\nHost: x\r\n\r\nSET form 1\r\n',
    'a page that is asked for': 'Host: x\r\nGET nosuch\r\n',
    QUIT: '*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n*1\r\n$4\r\nPING\r\n',
    'half a command': '*2\r\n$4\r\nECHO\r\n$5\r\nhel',
    'binary words': '*2\r\n$4\r\nECHO\r\n$7\r\n\x00\xff\r\n*1\r\r\n',
    'HELLO 3, then doubles and maps':
      'HELLO 3 FOO\r\nZADD zz 1.5 a\r\nHELLO 3 SETNAME x\r\nZSCORE zz a\r\nCONFIG GET maxmemory\r\nGET nosuch\r\n',
    'RESET after HELLO 3': 'HELLO 4\r\nRESET\r\nGET nosuch\r\n',
    'subscribing in RESP2': 'SUBSCRIBE a\r\nGET x\r\nPING\r\nPING hi\r\nUNSUBSCRIBE\r\nUNSUBSCRIBE\r\nGET nosuch\r\n',
    'subscribing in RESP3': 'HELLO 3 x\r\nPSUBSCRIBE p*\r\nPUNSUBSCRIBE nosuch\r\nSSUBSCRIBE s\r\nSUNSUBSCRIBE\r\n',
    'replies off and on': 'CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\nPING\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\n',
    'a skipped reply, twice': 'CLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING\r\nPING x\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\n',
    'a transaction, and errors, with replies off':
      'CLIENT REPLY OFF\r\nMULTI\r\nSET quiet 1\r\nEXEC\r\nfoo\r\nGET\r\nMULTI\r\nfoo\r\nEXEC\r\nCLIENT REPLY ON\r\nGET quiet\r\n',
    'an error that is skipped': 'CLIENT REPLY SKIP\r\nfoo\r\nfoo\r\nMULTI\r\nCLIENT REPLY SKIP\r\nPING\r\nEXEC\r\nPING\r\n',
    'waiting with replies off':
      'CLIENT REPLY OFF\r\nBLPOP quietly 0.05\r\nRPUSH quietly a\r\nCLIENT REPLY ON\r\nLLEN quietly\r\nDEL quietly\r\n',
    'subscribing with replies off':
      'CLIENT REPLY OFF\r\nSUBSCRIBE q\r\nUNSUBSCRIBE q\r\nCLIENT REPLY foo\r\nCLIENT REPLY SKIP\r\nRESET\r\nPING\r\n',
    'a transaction': 'MULTI\r\nSET t 1\r\nfoo\r\nGET\r\nEXEC\r\nMULTI\r\nINCR t\r\nEXEC\r\nEXEC a\r\n',
  }
  // What both servers are asked about themselves differs.
  const comparable = (text: string): string => text.replace(/\$\d+\r\n7\.\d+\.\d+/g, 'VERSION').replace(/(\$2\r\nid\r\n):\d+/g, '$1ID')
  test.for(Object.entries(cases))('%s', async ([, bytes]) => {
    const both = (quiet: number): Promise<string[]> =>
      Promise.all(
        [redis.path, engine.path].map(async (path) => {
          const [text, closed] = await exchange(path, bytes, quiet)
          return `${comparable(text)}${closed ? 'closed' : ''}`
        }),
      )
    let [wanted, got] = await both(150)
    // On a busy machine one may have been silent for longer.
    if (got !== wanted) [wanted, got] = await both(3000)
    expect(got).toBe(wanted)
  })
})

describe('connections', () => {
  test('are left alone when another breaks the protocol', async () => {
    const client = await RespClient.connect({ path: engine.path })
    expect(await exchange(engine.path, '*1\r\n$-5\r\n', 3000)).toEqual(['-ERR Protocol error: invalid bulk length\r\n', true])
    expect(plain(await client.call('PING'))).toBe('PONG')
    client.close()
  })

  test('by the hundred are served side by side', async () => {
    const clients = await Promise.all(Array.from({ length: 300 }, () => RespClient.connect({ path: engine.path })))
    await clients[0].call('DEL', 'counter')
    await Promise.all(clients.map((client) => client.pipeline(Array.from({ length: 20 }, () => ['INCR', 'counter']))))
    expect(plain(await clients[0].call('GET', 'counter'))).toBe('6000')
    for (const client of clients) client.close()
  })

  test('beyond maxclients are refused in Redis’s words', async () => {
    const own = await createRedis({ config: { maxclients: '2' } })
    await using server = await serveResp(own, { port: 0 })
    const clients = await Promise.all([1, 2].map(() => RespClient.connect({ port: server.port })))
    await Promise.all(clients.map((client) => client.call('PING')))
    const third = await RespClient.connect({ port: server.port })
    await expect(third.raw('', 1)).resolves.toEqual([{ type: '-', value: 'ERR max number of clients reached' }])
    for (const client of clients) client.close()
    await own.close()
  })

  test('that are refused leave no socket behind, whatever they said and however they went', async () => {
    const own = await createRedis({ config: { maxclients: '1' } })
    await using server = await serveResp(own, { port: 0 })
    const client = await RespClient.connect({ port: server.port })
    await client.call('PING')
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = sockets()
    const refused = Array.from({ length: 60 }, async (_, i) => {
      const socket = createConnection({ port: server.port, allowHalfOpen: true })
      socket.on('error', () => {})
      await new Promise((resolve) => socket.once('connect', resolve))
      if (i % 3 > 0) socket.write('CLIENT SETINFO lib-name x\r\n')
      if (i % 2 > 0) {
        socket.resetAndDestroy()
        return
      }
      // Its other half stays open, until the server has closed its own.
      socket.on('data', () => {})
      const talking = setInterval(() => socket.write('PING\r\n'), 20)
      await new Promise((resolve) => socket.once('close', resolve))
      clearInterval(talking)
    })
    await Promise.all(refused)
    // Those of the tests before may have been among them.
    await expect.poll(sockets).toBeLessThanOrEqual(before)
    expect(plain(await client.call('PING'))).toBe('PONG')
    client.close()
    await own.close()
  })

  test('are asked now and then whether the client is still there', async () => {
    const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive')
    const own = await createRedis()
    await using server = await serveResp(own, { port: 0 })
    const client = await RespClient.connect({ port: server.port })
    await client.call('CONFIG', 'SET', 'tcp-keepalive', '60')
    const other = await RespClient.connect({ port: server.port })
    await other.call('CONFIG', 'SET', 'tcp-keepalive', '0')
    const third = await RespClient.connect({ port: server.port })
    await third.call('PING')
    expect(keepAlive.mock.calls).toEqual([
      [true, 300_000],
      [true, 60_000],
    ])
    keepAlive.mockRestore()
    for (const each of [client, other, third]) each.close()
    await own.close()
  })

  test('and servers that were closed are forgotten by the engine', async () => {
    const own = await createRedis()
    const { onClose } = own.engine
    const serve = async (): Promise<void> => {
      await using server = await serveResp(own, { port: 0 })
      const client = await RespClient.connect({ port: server.port })
      await client.call('PING')
    }
    await serve()
    const before = onClose.size
    for (let i = 0; i < 5; i++) await serve()
    expect(onClose.size).toBe(before)
    await own.close()
  })

  test('that are held back by a pause and go away are not counted any longer', async () => {
    const own = await createRedis()
    await using server = await serveResp(own, { port: 0 })
    const [paused, other] = await Promise.all([1, 2].map(() => RespClient.connect({ port: server.port })))
    await other.call('CLIENT', 'PAUSE', '1000000', 'WRITE')
    paused.call('SET', 'a', '1').catch(() => {})
    const blocked = async (): Promise<unknown> => plain(await other.call('INFO', 'clients'))
    await expect.poll(blocked).toContain('blocked_clients:1')
    paused.close()
    await expect.poll(blocked).toContain('blocked_clients:0')
    expect(plain(await other.call('CLIENT', 'UNPAUSE'))).toBe('OK')
    expect(plain(await other.call('GET', 'a'))).toBe(null)
    other.close()
    await own.close()
  })

  test('that tracked keys and are gone are not remembered for ever', async () => {
    const own = await createRedis()
    await using server = await serveResp(own, { port: 0 })
    const observer = await RespClient.connect({ port: server.port })
    const totals = async (): Promise<number[]> => {
      const info = plain(await observer.call('INFO', 'everything')) as string
      return ['clients', 'total_keys', 'total_items', 'total_prefixes'].map((name) =>
        Number(new RegExp(`tracking_${name}:(\\d+)`).exec(info)![1]),
      )
    }
    const track = async (keys: readonly string[], ...options: string[]): Promise<RespClient> => {
      const client = await RespClient.connect({ port: server.port })
      await client.pipeline([['HELLO', '3'], ['CLIENT', 'TRACKING', 'ON', ...options], ...keys.map((key) => ['GET', key])])
      return client
    }
    const some = Array.from({ length: 10 }, (_, i) => `key:${i}`)
    const staying = await track(['hot', 'own'])
    for (let i = 0; i < 30; i++) (await track([`own:${i}`, 'hot'])).close()
    const broadcast = await track([], 'BCAST', 'PREFIX', 'p:')
    await expect.poll(totals).toEqual([2, expect.any(Number), expect.any(Number), 1])
    broadcast.close()
    await expect.poll(totals).toEqual([1, expect.any(Number), expect.any(Number), 0])
    // Of those that have gone no more is kept than of those that are there, about.
    expect((await totals())[2]).toBeLessThanOrEqual(4)
    const another = await track(some)
    expect((await totals())[2]).toBeGreaterThanOrEqual(12)
    await observer.call('SET', 'hot', '1')
    await expect.poll(() => staying.pushed.map(plain)).toEqual([['invalidate', ['hot']]])
    for (const client of [staying, another]) client.close()
    await expect.poll(totals).toEqual([0, 0, 0, 0])
    observer.close()
    expect(own.engine.tracking).toBe(null)
    await own.close()
  })

  test('that wait hold up only what comes behind them', async () => {
    const [waiter, other] = await Promise.all([1, 2].map(() => RespClient.connect({ path: engine.path })))
    await other.call('DEL', 'queue')
    const waited = waiter.pipeline([['BLPOP', 'queue', '0'], ['ECHO', 'after']]) // prettier-ignore
    expect(plain(await other.call('RPUSH', 'queue', 'job'))).toBe(1)
    expect((await waited).map(plain)).toEqual([['queue', 'job'], 'after'])
    for (const client of [waiter, other]) client.close()
  })

  test('that send on and on while they wait are cut off', async () => {
    const own = await createRedis({ config: { 'proto-max-bulk-len': '1mb' } })
    await using server = await serveResp(own, { port: 0 })
    const client = await RespClient.connect({ port: server.port })
    const waiting = client.raw(`BLPOP nosuch 0\r\n${'PING\r\n'.repeat(100_000)}`, 1)
    client.raw('PING\r\n'.repeat(400_000), 1).catch(() => {})
    await expect(waiting).rejects.toThrow('connection closed')
    expect(own.sync.call('INFO', 'clients')).toContain('blocked_clients:0')
    await own.close()
  })

  test('that go away while they wait leave nothing behind', async () => {
    const [waiter, other] = await Promise.all([1, 2].map(() => RespClient.connect({ path: engine.path })))
    const waited = waiter.call('BLPOP', 'lost', '0').catch(() => {})
    await expect.poll(() => engine.engine.database(0).waiters.size).toBe(1)
    waiter.close()
    await waited
    await expect.poll(() => engine.engine.database(0).waiters.size).toBe(0)
    await other.call('RPUSH', 'lost', 'kept')
    expect(plain(await other.call('LRANGE', 'lost', '0', '-1'))).toEqual(['kept'])
    other.close()
  })

  test('that do not read have little done for them, and lose nothing', async () => {
    const socket = await open(engine.path)
    const value = 'v'.repeat(1 << 20)
    socket.write(`*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${value.length}\r\n${value}\r\n`)
    await new Promise((resolve) => socket.once('data', resolve))
    socket.pause()
    const count = 200
    socket.write('*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n'.repeat(count))
    const other = await RespClient.connect({ path: engine.path })
    // 200 MiB were asked for; the server holds a few of them and is at anyone else's service.
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed
    for (let i = 0; i < 20; i++) expect(plain(await other.call('PING'))).toBe('PONG')
    expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(100 << 20)
    let received = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        received += data.length
        if (received >= count * (value.length + 12)) resolve()
      })
      socket.resume()
    })
    expect(received).toBe(count * (value.length + 12))
    socket.destroy()
    other.close()
  })

  test('that write a long pipeline before they read its replies get them all', async () => {
    const socket = await open(engine.path)
    const value = 'v'.repeat(4000)
    socket.pause()
    const count = 100_000
    const pipeline = `*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${value.length}\r\n${value}\r\n${'*2\r\n$3\r\nGET\r\n$3\r\nbig\r\n'.repeat(count)}`
    // As hiredis, redis-py and most libraries that do not run an event loop do: the last byte is out before the first is read.
    await new Promise((resolve) => socket.write(pipeline, resolve))
    const expected = 5 + count * (value.length + 9)
    let received = 0
    await new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        received += data.length
        if (received >= expected) resolve()
      })
      socket.resume()
    })
    expect(received).toBe(expected)
    socket.destroy()
  })

  test('that are killed by another are closed', async () => {
    const [victim, killer] = await Promise.all([1, 2].map(() => RespClient.connect({ path: engine.path })))
    const id = plain(await victim.call('CLIENT', 'ID')) as number
    expect(plain(await killer.call('CLIENT', 'KILL', 'ID', String(id)))).toBe(1)
    await expect.poll(() => victim.closed).toBe(true)
    killer.close()
  })

  test('kill connections, not the client in process', async () => {
    const own = await createRedis()
    await using server = await serveResp(own, { port: 0 })
    const killer = await RespClient.connect({ port: server.port })
    expect(plain(await killer.call('CLIENT', 'KILL', 'TYPE', 'normal'))).toBe(0)
    expect([await own.set('a', 1), own.sync.get('a')]).toEqual(['OK', '1'])
    killer.close()
    await own.close()
  })
})

describe('a password', () => {
  test('is asked of connections, not of the client in process', async () => {
    const own = await createRedis({ config: { requirepass: 'secret' } })
    await using server = await serveResp(own, { port: 0 })
    await own.set('a', 1)
    const client = await RespClient.connect({ port: server.port })
    const answers = await client.pipeline([['GET', 'a'], ['AUTH', 'wrong'], ['HELLO', '3'], ['AUTH', 'default', 'secret'], ['GET', 'a']]) // prettier-ignore
    expect(answers.map(plain)).toEqual([
      { error: 'NOAUTH Authentication required.' },
      { error: 'WRONGPASS invalid username-password pair or user is disabled.' },
      { error: expect.stringContaining('NOAUTH HELLO must be called with the client already authenticated') },
      'OK',
      '1',
    ])
    client.close()
    await own.close()
  })

  test('before it is given, long commands are refused', async () => {
    const own = await createRedis({ config: { requirepass: 'secret' } })
    await using server = await serveResp(own, { port: 0 })
    const client = await RespClient.connect({ port: server.port })
    await expect(client.raw('*11\r\n', 1)).resolves.toEqual([{ type: '-', value: 'ERR Protocol error: unauthenticated multibulk length' }])
    const second = await RespClient.connect({ port: server.port })
    await expect(second.raw('*2\r\n$4\r\nAUTH\r\n$16385\r\n', 1)).resolves.toEqual([
      { type: '-', value: 'ERR Protocol error: unauthenticated bulk length' },
    ])
    await own.close()
  })

  test('before it is given, no more than 16 kB of replies may wait', async () => {
    const own = await createRedis({ config: { requirepass: 'secret' } })
    await using server = await serveResp(own, { port: 0 })
    const pings = (times: number): string[][] => Array.from({ length: times }, () => ['PING'])
    const patient = await RespClient.connect({ port: server.port })
    expect(await patient.pipeline(pings(480))).toHaveLength(480)
    await expect(patient.pipeline(pings(490))).rejects.toThrow('connection closed')
    const known = await RespClient.connect({ port: server.port })
    expect(await known.pipeline([['AUTH', 'secret'], ...pings(5000)])).toHaveLength(5001)
    known.close()
    await own.close()
  })
})

describe('timeout', () => {
  test('ends a connection that is idle for longer, not one that waits, listens or monitors', async () => {
    const own = await createTestRedis({ now: 0 })
    await using server = await serveResp(own, { port: 0 })
    const names = ['idle', 'busy', 'waiting', 'subscribed', 'monitor'] as const
    const clients = await Promise.all(names.map(() => RespClient.connect({ port: server.port })))
    const open = (): string[] => names.filter((_, i) => !clients[i].closed)
    const [idle, busy, waiting, subscribed, monitor] = clients
    await idle.call('PING')
    const popped = waiting.call('BLPOP', 'list', '0')
    await subscribed.call('SUBSCRIBE', 'channel')
    await monitor.call('MONITOR')
    await busy.call('CONFIG', 'SET', 'timeout', '10')
    await own.clock.advance(10_000)
    await busy.call('PING')
    expect(open()).toEqual(names)
    await own.clock.advance(1000)
    await expect.poll(open).toEqual(names.slice(1))
    await own.clock.advance(10_000)
    await expect.poll(open).toEqual(names.slice(2))
    // From here on it is a connection like any other.
    await own.rpush('list', 'a')
    await popped
    await own.clock.advance(10_000)
    await waiting.call('PING')
    await own.clock.advance(11_000)
    await expect.poll(open).toEqual(names.slice(3))
    await own.close()
  })
})

describe('the end', () => {
  test('of the engine closes the server, and SHUTDOWN ends both', async () => {
    const own = await createRedis()
    const server = await serveResp(own, { port: 0 })
    const client = await RespClient.connect({ port: server.port })
    client.call('SHUTDOWN', 'NOSAVE').catch(() => {})
    await expect.poll(() => client.closed).toBe(true)
    await expect(RespClient.connect({ port: server.port })).rejects.toThrow('ECONNREFUSED')
    await server.close()
  })

  test('of the server leaves the engine as it is', async () => {
    const own = await createRedis()
    const server = await serveResp(own, { port: 0 })
    await own.set('a', 1)
    await server.close()
    expect(await own.get('a')).toBe('1')
    await using again = await serveResp(own, { port: 0 })
    const client = await RespClient.connect({ port: again.port })
    expect(plain(await client.call('GET', 'a'))).toBe('1')
    client.close()
    await own.close()
  })
})

describe('what client libraries and monitoring tools read', () => {
  const say = async (path: string, ...words: string[]): Promise<string> => {
    const client = await RespClient.connect({ path })
    const reply = plain(await client.call(...words)) as string
    client.close()
    return reply
  }

  test('a line of CLIENT LIST has all fields that redis-server’s has, in its order, and the path of a Unix socket', async () => {
    const [wanted, found] = await Promise.all(
      [redis, engine].map(async ({ path }) => (await say(path, 'CLIENT', 'INFO')).replaceAll(path, 'PATH')),
    )
    const names = (line: string): string[] => line.trim().split(' ').map((field) => field.split('=', 1)[0]) // prettier-ignore
    const later = new Set(['watch', 'lib-name', 'lib-ver']) // Redis 7.2 and 7.4
    expect(names(found).filter((name) => !later.has(name))).toEqual(names(wanted))
    expect(/ addr=.* name/.exec(found)![0].replace(/fd=\S+/, '')).toBe(/ addr=.* name/.exec(wanted)![0].replace(/fd=\S+/, ''))
  })

  test('MONITOR shows a command with the database that it was run in, SELECT with the one that it chose', async () => {
    const shown: string[][] = []
    for (const { path } of [redis, engine]) {
      const [monitor, client] = [await open(path), await RespClient.connect({ path })]
      let received = ''
      monitor.on('data', (data) => (received += String(data)))
      monitor.write('MONITOR\r\n')
      await expect.poll(() => received).toContain('OK')
      for (const words of [
        ['GET', 'a'],
        ['SELECT', '4'],
        ['GET', 'a'],
        ['LPUSH', 'a'],
        ['NOSUCH'],
        ['SELECT', '99'],
        ['SELECT', '0'],
        ['ECHO', 'end'],
      ])
        await client.call(...words)
      await expect.poll(() => received).toContain('"end"')
      shown.push(
        received
          .split('\r\n')
          .slice(1)
          .map((line) => line.replace(/^\S+ \[(\d+) .*?\]/, '$1')),
      )
      monitor.destroy()
      client.close()
    }
    expect(shown[1]).toEqual(shown[0])
  })
})

test('a server ends although a client does not read what is left for it', async () => {
  await using db = await createRedis()
  const server = await serveResp(db, { port: 0 })
  await db.setrange('large', 30_000_000, 'x')
  const client = createConnection(server.port, '127.0.0.1')
  client.on('error', () => {})
  client.write('GET large\r\n')
  await vi.waitFor(async () => expect(await db.call('CLIENT', 'LIST', 'TYPE', 'normal')).toMatch(/ omem=[1-9]/))
  await server.close()
  client.destroy()
})
