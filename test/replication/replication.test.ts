// What masters and replicas say and refuse, who takes over from whom, and what becomes of the data when something goes wrong.
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { json } from '../../src/core/json/json.ts'
import { vectors } from '../../src/core/vectors/vectors.ts'
import { replicate } from '../../src/adapters/serve/replicate.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { exportRdb } from '../../src/core/persistence/export.ts'
import { importRdb } from '../../src/core/persistence/load.ts'
import { buildCommand, CommandLine } from '../support/command-line.ts'
import { plain, RespClient } from '../support/resp-client.ts'
import { ask, caughtUp, follow, type Server, start, startEngine, startRedis, until } from './servers.ts'

const READ_ONLY = { error: "READONLY You can't write against a read only replica." }
const soon = (ms = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const field = (info: unknown, name: string): string | undefined => new RegExp(`^${name}:(.*)\r$`, 'm').exec(String(info))?.[1]

/** Asks until it is answered so. */
async function becomes(server: Server, wanted: unknown, ...argv: string[]): Promise<void> {
  for (;;) {
    const found = await ask(server, ...argv)
    if (JSON.stringify(found) === JSON.stringify(wanted)) return
    await soon()
  }
}

const kinds = ['redis', 'engine'] as const

test('INFO, ROLE and HELLO say the same as redis-server, of a master, of its replica and of one that cannot reach its master', async () => {
  const said = async (kind: (typeof kinds)[number]): Promise<unknown[]> => {
    await using master = await start[kind]()
    await using replica = await start[kind]()
    const before = String(await ask(master, 'INFO', 'replication'))
    await follow(replica, master)
    await ask(master, 'SET', 'a', '1')
    await caughtUp(master)
    const infos = [before, await ask(master, 'INFO', 'replication'), await ask(replica, 'INFO', 'replication')]
    const roles = [await ask(master, 'ROLE'), await ask(replica, 'ROLE')]
    for (const server of [master, replica]) {
      const greeting = (await ask(server, 'HELLO')) as unknown[]
      roles.push(greeting[greeting.indexOf('role') + 1])
    }
    const clients = [await ask(master, 'CLIENT', 'LIST', 'TYPE', 'replica'), await ask(replica, 'CLIENT', 'LIST', 'TYPE', 'master')]
    await master.stop()
    infos.push(await until(replica, /master_link_status:down/))
    roles.push(await ask(replica, 'ROLE'))
    const shape = (text: string): string => text.replaceAll(/\b\d+\b|[\da-f]{40}/g, 'N').replace(/state=\w+/, 'state')
    return [
      infos.map((info) => shape(String(info)).replace(/link_status:up|connecting/, '')),
      JSON.parse(JSON.stringify(roles).replaceAll(/\d+/g, '1').replace('connecting', 'connect')),
      clients.map((line) => /flags=\w/.exec(String(line))![0]),
    ]
  }
  expect(await said('engine')).toEqual(await said('redis'))
})

test.each(kinds)('a replica refuses writes, hides what has expired and keeps it until its master (%s) removes it', async (kind) => {
  await using master = await start[kind]()
  await using replica = await startEngine()
  await follow(replica, master)
  await ask(master, 'DEBUG', 'SET-ACTIVE-EXPIRE', '0')
  await ask(master, 'SET', 'k', 'v', 'PX', '30')
  await ask(master, 'SET', 'other', 'v')
  await caughtUp(master)
  for (const argv of [
    ['SET', 'x', '1'],
    ['DEL', 'other'],
    ['EVAL', "return redis.call('SET', 'x', '1')", '0'],
  ])
    expect(JSON.stringify(await ask(replica, ...argv))).toContain(READ_ONLY.error)
  expect(await ask(replica, 'EVAL', "return redis.call('GET', 'other')", '0')).toBe('v')
  await soon(40)
  expect([await ask(replica, 'GET', 'k'), await ask(replica, 'EXISTS', 'k'), await ask(replica, 'DBSIZE')]).toEqual([null, 0, 2])
  expect(await ask(replica, 'KEYS', '*')).toEqual(['other'])
  expect(await ask(master, 'GET', 'k')).toBeNull() // which removes it
  await becomes(replica, 1, 'DBSIZE')
  expect(await ask(replica, 'GET', 'other')).toBe('v')
})

test('WAIT counts the replicas that have what was written; one that stands still does not count', async () => {
  await using master = await startEngine()
  expect(await ask(master, 'WAIT', '0', '10')).toBe(0)
  expect(await ask(master, 'WAIT', '1', '10')).toBe(0)
  await using one = await startRedis()
  await using two = await startEngine()
  await follow(one, master)
  await follow(two, master)
  await ask(master, 'SET', 'a', '1')
  expect(await ask(master, 'WAIT', '2', '10000')).toBe(2)
  void one.client.call('DEBUG', 'SLEEP', '1')
  await soon()
  await ask(master, 'SET', 'a', '2')
  expect(await ask(master, 'WAIT', '2', '100')).toBe(1)
  expect(await ask(master, 'WAIT', '2', '10000')).toBe(2)
  expect(((await ask(two, 'WAIT', '1', '10')) as { error: string }).error).toMatch(/^ERR WAIT cannot be used with replica instances/)
})

test('min-replicas-to-write stops writes while too few replicas are there, and only then', async () => {
  await using master = await startEngine('min-replicas-to-write', '1')
  const refused = { error: 'NOREPLICAS Not enough good replicas to write.' }
  expect(await ask(master, 'SET', 'a', '1')).toEqual(refused)
  expect(await ask(master, 'GET', 'a')).toBeNull()
  const replica = await startRedis()
  await follow(replica, master)
  expect(await ask(master, 'SET', 'a', '1')).toBe('OK')
  await replica.stop()
  await becomes(master, refused, 'SET', 'a', '2')
  expect(await ask(master, 'GET', 'a')).toBe('1')
})

test.each(kinds)('a master (%s) with a password', async (kind) => {
  await using master = await start[kind]()
  await ask(master, 'CONFIG', 'SET', 'requirepass', 'secret')
  await ask(master, 'AUTH', 'secret')
  await ask(master, 'SET', 'a', '1')
  await using replica = await startEngine('masterauth', 'wrong')
  await ask(replica, 'REPLICAOF', '127.0.0.1', String(master.port))
  await soon(200)
  expect(await ask(replica, 'GET', 'a')).toBeNull()
  await ask(replica, 'CONFIG', 'SET', 'masterauth', 'secret')
  await becomes(replica, '1', 'GET', 'a')
})

test('a replica takes over: the others and the old master go on with it, and nothing is sent twice', async () => {
  await using first = await startRedis()
  await using second = await startEngine()
  await using third = await startEngine()
  await ask(first, 'SET', 'a', '1')
  await follow(second, first)
  await follow(third, first)
  await ask(first, 'SELECT', '5')
  await ask(first, 'SET', 'in', 'five')
  await caughtUp(first, 2)
  await ask(second, 'REPLICAOF', 'NO', 'ONE')
  expect(await ask(second, 'SET', 'b', '2')).toBe('OK')
  await follow(third, second)
  await follow(first, second)
  await until(second, /connected_slaves:2/)
  await caughtUp(second, 2)
  await ask(first, 'SELECT', '0')
  for (const server of [first, second, third]) {
    expect(await ask(server, 'MGET', 'a', 'b')).toEqual(['1', '2'])
    await ask(server, 'SELECT', '5')
    expect(await ask(server, 'GET', 'in')).toBe('five')
  }
  expect(String(await ask(second, 'INFO', 'stats'))).toMatch(/sync_full:0\r\nsync_partial_ok:2\r\nsync_partial_err:0/)
})

test.each([
  ['redis', 'redis', 'engine'],
  ['redis', 'engine', 'redis'],
  ['engine', 'engine', 'engine'],
] as const)('a replica (%s, %s, %s) of a replica goes on in the database that the stream is about', async (...of) => {
  await using master = await start[of[0]]()
  await using middle = await start[of[1]]()
  await using last = await start[of[2]]()
  await follow(middle, master)
  await ask(master, 'SELECT', '5')
  await ask(master, 'SET', 'a', '1')
  await caughtUp(master)
  await follow(last, middle)
  await ask(master, 'SET', 'b', '1')
  await ask(last, 'SELECT', '5')
  await becomes(last, 2, 'DBSIZE')
  await ask(last, 'SELECT', '0')
  expect(await ask(last, 'DBSIZE')).toBe(0)
})

test.each(kinds)('EXEC of a replica (%s) that has lost its master runs nothing that may not run then', async (kind) => {
  await using server = await start[kind]()
  await ask(server, 'CONFIG', 'SET', 'replica-serve-stale-data', 'no')
  const other = await RespClient.connect({ port: server.port })
  await ask(server, 'SET', 'k', '1')
  const replies: unknown[] = []
  for (const queued of [['GET', 'k'], ['PING'], ['LASTSAVE'], ['SET', 'k', '2']]) {
    await ask(server, 'MULTI')
    await ask(server, ...queued)
    await other.call('REPLICAOF', '127.0.0.1', '1')
    const reply = await ask(server, 'EXEC')
    replies.push(Array.isArray(reply) ? reply.length : reply)
    await other.call('REPLICAOF', 'NO', 'ONE')
  }
  other.close()
  const lost = {
    error: "EXECABORT Transaction discarded because of: MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  }
  const refused = { error: "EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica." }
  expect(replies).toEqual([lost, lost, 1, refused])
  expect(await ask(server, 'GET', 'k')).toBe('1')
})

test.each(kinds)('a replica (%s) that has lost its master runs only scripts that allow for it', async (kind) => {
  await using server = await start[kind]()
  await ask(server, 'SET', 'k', '1')
  const library = "#!lua name=l\nredis.register_function('f', function() return 1 end)"
  const allowing = "redis.register_function{function_name='g', callback=function() return 2 end, flags={'allow-stale', 'no-writes'}}"
  await ask(server, 'FUNCTION', 'LOAD', `${library}\n${allowing}`)
  await ask(server, 'CONFIG', 'SET', 'replica-serve-stale-data', 'no')
  await ask(server, 'REPLICAOF', '127.0.0.1', '1')
  const lost = { error: "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'." }
  expect([
    await ask(server, 'EVAL', 'return 1', '0'),
    await ask(server, 'EVAL_RO', '#!lua flags=no-writes\nreturn 1', '0'),
    await ask(server, 'EVAL', '#!lua flags=allow-stale,no-writes\nreturn 1', '0'),
    await ask(server, 'EVAL', '#!lua flags=allow-stale\nreturn 1', '0'),
    await ask(server, 'EVAL', "#!lua flags=allow-stale,no-writes\nreturn redis.pcall('GET', KEYS[1])", '1', 'k'),
    await ask(server, 'EVAL', "#!lua flags=allow-stale,no-writes\nreturn redis.call('ECHO', 'x')", '0'),
    await ask(server, 'FCALL', 'f', '0'),
    await ask(server, 'FCALL', 'g', '0'),
  ]).toEqual([lost, lost, 1, READ_ONLY, { error: 'ERR Can not execute the command on a stale replica' }, 'x', READ_ONLY, 2])
})

test('messages, functions, transactions and scripts of a master reach the clients of a replica of its replica', async () => {
  await using master = await startEngine()
  await using middle = await startEngine()
  await using last = await startRedis()
  await follow(middle, master)
  await follow(last, middle)
  const listener = await RespClient.connect({ port: last.port, host: '127.0.0.1' })
  await listener.call('SUBSCRIBE', 'news')
  await ask(
    master,
    'FUNCTION',
    'LOAD',
    "#!lua name=lib\nredis.register_function{function_name='f', callback=function() return 'of the library' end, flags={'no-writes'}}",
  )
  await master.client.pipeline([
    ['MULTI'],
    ['SET', 'a', '1'],
    ['INCR', 'a'],
    ['EXEC'],
    ['EVAL', "redis.call('INCR', 'a') return redis.call('PUBLISH', 'news', 'from a script')", '0'],
  ])
  await ask(master, 'PUBLISH', 'news', 'hello')
  await becomes(last, '3', 'GET', 'a')
  expect(await ask(last, 'FCALL', 'f', '0')).toBe('of the library')
  while (listener.pushed.length < 2) await soon()
  expect(listener.pushed.map((push) => JSON.stringify(push))).toEqual([
    expect.stringContaining('from a script'),
    expect.stringContaining('hello'),
  ])
  listener.close()
}, 20_000)

test('whoever waits to write hears that the server has become a replica', async () => {
  await using master = await startEngine()
  await using server = await startEngine()
  const waiting = await RespClient.connect({ port: server.port, host: '127.0.0.1' })
  const reply = waiting.call('BLPOP', 'list', '0')
  await soon()
  await ask(server, 'REPLICAOF', '127.0.0.1', String(master.port))
  expect((await reply).value).toBe('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)')
  waiting.close()
})

test('who was away for longer than the backlog reaches gets everything anew', async () => {
  await using master = await startEngine('repl-backlog-size', '20000')
  await using replica = await startEngine()
  await follow(replica, master)
  const port = String(master.port)
  await ask(replica, 'REPLICAOF', '127.0.0.1', '1')
  await until(master, /connected_slaves:0/)
  for (let i = 0; i < 40; i++) await ask(master, 'SET', `k${i}`, 'x'.repeat(1000))
  await ask(replica, 'REPLICAOF', '127.0.0.1', port)
  await becomes(replica, 40, 'DBSIZE')
  expect(String(await ask(master, 'INFO', 'stats'))).toMatch(/sync_full:2\r\nsync_partial_ok:0\r\nsync_partial_err:1/)
})

test('data that is replaced as a whole reaches the replicas', async () => {
  await using other = await startEngine()
  await ask(other, 'SET', 'new', '1')
  await using master = await startEngine()
  await using replica = await startRedis()
  await ask(master, 'SET', 'old', '1')
  await follow(replica, master)
  const file = exportRdb(other.engine)
  const chunks: Uint8Array[] = []
  for (let chunk = await file.next(); chunk !== null; chunk = await file.next()) chunks.push(chunk)
  await importRdb(master.engine, chunks)
  await becomes(replica, ['new'], 'KEYS', '*')
})

test('writes go on while a replica gets a large database, and are there too', async () => {
  await using master = await startEngine()
  for (let i = 0; i < 100; i++) await master.client.pipeline(Array.from({ length: 1000 }, (_, j) => ['SET', `key:${i}:${j}`, 'some value']))
  await using one = await startRedis()
  await using two = await startEngine()
  for (const replica of [one, two]) await ask(replica, 'REPLICAOF', '127.0.0.1', String(master.port))
  let written = 0
  while (!/connected_slaves:2\r\nslave0.*state=online.*\r\nslave1.*state=online/.test(String(await ask(master, 'INFO', 'replication'))))
    await master.client.pipeline([
      ['INCR', 'written'],
      ['RPUSH', 'list', String(written++)],
      ['SET', `key:0:${written}`, 'new'],
      ['DEL', `key:1:${written}`],
    ])
  await caughtUp(master, 2)
  for (const replica of [one, two]) {
    expect(await ask(replica, 'GET', 'written')).toBe(String(written))
    expect(await ask(replica, 'LRANGE', 'list', '0', '-1')).toEqual(Array.from({ length: written }, (_, i) => String(i)))
    expect(await ask(replica, 'DBSIZE')).toBe(await ask(master, 'DBSIZE'))
    expect(await ask(replica, 'GET', 'key:0:1')).toBe('new')
  }
}, 60_000)

test('nothing comes behind the mark that ends a file before the replica says that it has it', async () => {
  await using master = await startEngine()
  const socket = connect(master.port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1')))
  socket.write('REPLCONF capa eof\r\nPSYNC ? -1\r\n')
  await until(master, /state=online/)
  await ask(master, 'SET', 'later', 'x')
  await ask(master, 'WAIT', '1', '50')
  const mark = /\$EOF:(\w{40})\r\n/.exec(heard)![1]
  expect(heard.endsWith(mark)).toBe(true)
  socket.write('REPLCONF ACK 0\r\n')
  while (!heard.includes('later')) await soon()
  socket.destroy()
})

/** A master that says what it is told to. */
async function pretender(answers: (said: string, socket: Socket) => void): Promise<{ port: number; close(): void }> {
  const server = createServer((socket) => {
    socket.on('data', (bytes) => answers(bytes.toString('latin1'), socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, close: () => server.close() }
}

const introduction = (said: string): string | null => (said.includes('PING') ? '+PONG\r\n' : said.includes('REPLCONF') ? '+OK\r\n' : null)

test.each([
  [
    'a file that is damaged',
    '$EOF:0123456789012345678901234567890123456789\r\nREDIS0011\xfa\x00\x00nonsense0123456789012345678901234567890123456789',
  ],
  ['a file that ends early', '$200\r\nREDIS0011'],
  ['no file at all', '-ERR not now\r\n'],
  ['a line without an end', `$${'9'.repeat(100_000)}`],
])(
  '%s changes nothing, and is asked for again',
  async (_, file) => {
    let asked = 0
    const master = await pretender((said, socket) => {
      const known = introduction(said)
      if (known !== null) {
        socket.write(known)
        return
      }
      asked++
      socket.end(`+FULLRESYNC ${'a'.repeat(40)} 100\r\n${file}`, 'latin1')
    })
    await using replica = await startEngine()
    await ask(replica, 'SET', 'precious', '1')
    await ask(replica, 'REPLICAOF', '127.0.0.1', String(master.port))
    while (asked < 2) await soon()
    expect(await ask(replica, 'GET', 'precious')).toBe('1')
    expect(field(await ask(replica, 'INFO', 'replication'), 'master_link_status')).toBe('down')
    master.close()
  },
  20_000,
)

test.each(kinds)(
  'an embedded engine is a replica of a server (%s): reads are local, writes are refused until it stands alone',
  async (kind) => {
    await using master = await start[kind]()
    await ask(master, 'SET', 'a', '1')
    await using redis = await createRedis()
    await redis.set('own', 'goes')
    const replica = await replicate(redis, { port: master.port })
    expect(replica.connected).toBe(true)
    expect([redis.sync.get('a'), redis.sync.get('own')]).toEqual(['1', null])
    await expect(redis.set('a', '2')).rejects.toMatchObject({ code: 'READONLY' })
    await using listener = await redis.subscribe(['news'])
    await ask(master, 'SET', 'a', '2')
    await ask(master, 'PUBLISH', 'news', 'hello')
    for await (const { message } of listener) {
      expect(message).toBe('hello')
      break
    }
    expect(await redis.get('a')).toBe('2')
    await replica[Symbol.asyncDispose]()
    expect(replica.connected).toBe(false)
    await redis.set('a', '3')
    expect([await redis.get('a'), await ask(master, 'GET', 'a')]).toEqual(['3', '2'])
  },
)

test.each(kinds)('an embedded engine that cannot follow a server (%s) says why, and is as it was', async (kind) => {
  await using master = await start[kind]()
  await ask(master, 'CONFIG', 'SET', 'requirepass', 'secret')
  await using redis = await createRedis()
  await redis.set('own', 'stays')
  await expect(replicate(redis, { port: master.port })).rejects.toThrow(/^MASTERDOWN 127.0.0.1:\d+ is not followed: .*NOAUTH/)
  await expect(replicate(redis, { port: master.port, password: 'wrong' })).rejects.toThrow(/Unable to AUTH to MASTER: -WRONGPASS/)
  await expect(replicate(redis, { port: 1 })).rejects.toThrow(/ECONNREFUSED/)
  await redis.append('own', '!')
  expect(await redis.get('own')).toBe('stays!')
  await using replica = await replicate(redis, { port: master.port, username: 'default', password: 'secret' })
  expect([replica.connected, await redis.get('own')]).toEqual([true, null])
})

test('JSON and vector sets reach a copy that knows them; one that does not says what it misses, and has what it had', async () => {
  await using master = await createRedis({ json, vectors })
  await using server = await serveResp(master, { port: 0 })
  const write = async (key: string): Promise<void> => {
    await master.call('JSON.SET', key, '$', '{"list":[1,2],"of":{"it":"all"}}')
    await master.call('JSON.NUMINCRBY', key, '$.list[0]', '5')
    await master.call('JSON.DEL', key, '$.of.it')
    await master.call('VADD', `${key}:v`, 'REDUCE', '2', 'VALUES', '3', '1', '2', '3', 'one')
    await master.call('VADD', `${key}:v`, 'REDUCE', '2', 'VALUES', '3', '3', '2', '1', 'two', 'SETATTR', '{"year":1984}')
    await master.call('VREM', `${key}:v`, 'one')
  }
  await write('in the file')
  await using copy = await createRedis({ json, vectors })
  const replica = await replicate(copy, { port: server.port })
  await write('in the stream')
  await master.call('WAIT', '1', '0')
  expect(await copy.call('DEBUG', 'DIGEST')).toBe(await master.call('DEBUG', 'DIGEST'))
  expect(await copy.call('JSON.GET', 'in the stream')).toBe('{"list":[6,2],"of":{}}')
  expect(replica.connected).toBe(true)
  expect(await copy.call('VEMB', 'in the stream:v', 'two')).toEqual(await master.call('VEMB', 'in the stream:v', 'two'))
  await using plain = await createRedis()
  await plain.set('own', '1')
  await expect(replicate(plain, { port: server.port })).rejects.toThrow(/is not followed: .*ReJSON-RL.*isodis\/json/)
  expect(await plain.get('own')).toBe('1')
})

test('an embedded engine that is closed follows nobody, whether it had the data or not', async () => {
  await using master = await startEngine()
  await ask(master, 'SET', 'a', '1')
  const redis = await createRedis()
  const replica = await replicate(redis, { port: master.port })
  await redis.close()
  expect(replica.connected).toBe(false)
  // One that never answers: it is being asked while the engine is closed.
  let asked = (): void => {}
  const asks = new Promise<void>((resolve) => (asked = resolve))
  const silent = await pretender(() => asked())
  const other = await createRedis()
  const begun = expect(replicate(other, { port: silent.port })).rejects.toThrow(/^MASTERDOWN .* it was told to stop$/)
  await asks
  await other.close()
  await begun
  silent.close()
})

test('isodis serve follows a server from its configuration on', async () => {
  await using master = await startRedis()
  await ask(master, 'SET', 'a', '1')
  const command = new CommandLine(await buildCommand(), 'serve', '--port', '0', '--replicaof', `127.0.0.1 ${master.port}`)
  try {
    const [, port] = await command.says(/Ready to accept connections tcp \S*?:(\d+)/)
    const client = await RespClient.connect({ port: Number(port), host: '127.0.0.1' })
    while ((await client.call('GET', 'a')).value !== '1') await soon()
    expect((await client.call('CONFIG', 'GET', 'replicaof')).value).toMatchObject([
      { value: 'replicaof' },
      { value: `127.0.0.1 ${master.port}` },
    ])
    expect((await client.call('CONFIG', 'SET', 'replicaof', 'no one')).value).toContain("can't set immutable config")
    client.close()
  } finally {
    command.process.kill()
    await command.ended
  }
})

test('a connection to a master that does not answer is given up when nobody wants it any more', async () => {
  await using redis = await createRedis({ admin })
  let given = false
  redis.engine.dial = () => {
    let giveUp = (): void => {}
    return {
      opened: new Promise((_, reject) => (giveUp = () => reject(new Error('given up')))),
      local: '',
      send: () => {},
      close: () => {
        given = true
        giveUp()
      },
      async *[Symbol.asyncIterator]() {},
    }
  }
  await redis.call('REPLICAOF', '127.0.0.1', '6379')
  expect(await redis.call('ROLE')).toEqual(['slave', '127.0.0.1', 6379, 'connecting', -1])
  await redis.call('REPLICAOF', 'NO', 'ONE')
  expect(given).toBe(true)
})

test('FAILOVER says the same as redis-server of what it cannot do', async () => {
  const said = async (kind: (typeof kinds)[number]): Promise<unknown[]> => {
    await using master = await start[kind]()
    await using replica = await start[kind]()
    const { port } = replica
    const replies = [await ask(master, 'FAILOVER'), await ask(master, 'FAILOVER', 'ABORT')]
    await follow(replica, master)
    for (const words of [
      `TO 127.0.0.1 ${port} FORCE`,
      `TO 127.0.0.1 ${port + 1}`,
      'TO 127.0.0.1 x',
      'TIMEOUT 0',
      'TIMEOUT 1 TIMEOUT 1',
      'FORCE TIMEOUT 100',
      'ABORT TIMEOUT 1',
      'FORCE FORCE',
    ])
      replies.push(await ask(master, 'FAILOVER', ...words.split(' ')))
    replies.push(await ask(replica, 'FAILOVER'))
    replies.push(await ask(master, 'PSYNC', 'a'.repeat(40), '1', 'FAILOVER'), await ask(replica, 'PSYNC', 'a'.repeat(40), '1', 'FAILOVER'))
    return replies
  }
  expect(await said('engine')).toEqual(await said('redis'))
})

test.each([
  ['engine', 'engine'],
  ['engine', 'redis'],
  ['redis', 'engine'],
] as const)('FAILOVER: a master (%s) and its replica (%s) change places, and no write is lost or run twice', async (...of) => {
  await using master = await start[of[0]]()
  await using replica = await start[of[1]]()
  await follow(replica, master)
  const writer = await RespClient.connect({ port: master.port, host: '127.0.0.1' })
  let written = 0
  const writing = (async () => {
    for (;;) {
      const reply = plain(await writer.call('INCR', 'count'))
      if (typeof reply !== 'number') return reply
      written = reply
    }
  })()
  await becomes(master, 'OK', 'FAILOVER', 'TO', '127.0.0.1', String(replica.port), 'TIMEOUT', '20000')
  expect(await writing).toEqual(READ_ONLY)
  writer.close()
  await until(master, /role:slave[^]*master_link_status:up[^]*master_failover_state:no-failover/)
  await until(replica, /role:master[^]*connected_slaves:1/)
  expect(await ask(replica, 'INCR', 'count')).toBe(written + 1)
  await caughtUp(replica)
  expect(await ask(master, 'GET', 'count')).toBe(String(written + 1))
  expect(String(await ask(replica, 'INFO', 'stats'))).toMatch(/sync_full:0\r\nsync_partial_ok:1\r\nsync_partial_err:0/)
})

test('FAILOVER to a replica that does not keep up: writes wait, and go on when it is called off or its time is up', async () => {
  await using master = await startEngine()
  const replica = connect(master.port, '127.0.0.1')
  replica.write('REPLCONF listening-port 1\r\nPSYNC ? -1\r\n')
  replica.resume()
  await until(master, /state=online/)
  replica.write('REPLCONF ACK 0\r\n')
  await ask(master, 'INCR', 'count')
  const other = await RespClient.connect({ port: master.port, host: '127.0.0.1' })
  const failover = async (): Promise<string> => field(await ask(master, 'INFO', 'replication'), 'master_failover_state')!
  expect(await ask(master, 'FAILOVER')).toBe('OK')
  expect(await ask(master, 'FAILOVER')).toEqual({ error: 'ERR FAILOVER already in progress.' })
  expect(await ask(master, 'REPLICAOF', 'NO', 'ONE')).toEqual({ error: 'ERR REPLICAOF not allowed while failing over.' })
  const written = other.call('INCR', 'count')
  expect([await failover(), await ask(master, 'GET', 'count')]).toEqual(['waiting-for-sync', '1'])
  expect(await ask(master, 'FAILOVER', 'ABORT')).toBe('OK')
  expect([plain(await written), await failover()]).toEqual([2, 'no-failover'])
  expect(await ask(master, 'FAILOVER', 'TIMEOUT', '50')).toBe('OK')
  expect(plain(await other.call('INCR', 'count'))).toBe(3)
  expect(await failover()).toBe('no-failover')
  // Nobody is at the port that it names: it is tried until somebody says otherwise.
  expect(await ask(master, 'FAILOVER', 'TO', '127.0.0.1', '1', 'FORCE', 'TIMEOUT', '50')).toBe('OK')
  await until(master, /role:slave[^]*failover-in-progress/)
  expect(await ask(master, 'FAILOVER', 'ABORT')).toBe('OK')
  expect(plain(await other.call('INCR', 'count'))).toBe(4)
  other.close()
  replica.destroy()
})

test.each(kinds)('SHUTDOWN of a master (%s) holds writes until its replicas have everything, or somebody aborts it', async (kind) => {
  await using master = await start[kind]()
  // One that says how much it has when this test wants it to.
  const replica = connect(master.port, '127.0.0.1')
  replica.write('PSYNC ? -1\r\n')
  replica.resume()
  await until(master, /state=online/)
  replica.write('REPLCONF ACK 0\r\n')
  await ask(master, 'SET', 'a', '1')
  const [one, two, three, writer] = await Promise.all([1, 2, 3, 4].map(() => RespClient.connect({ port: master.port, host: '127.0.0.1' })))
  const waits = async (clients: number): Promise<void> => {
    while (field(await ask(master, 'INFO', 'clients'), 'blocked_clients') !== String(clients)) await soon()
    expect(Number(field(await ask(master, 'INFO', 'server'), 'shutdown_in_milliseconds'))).toBeGreaterThan(0)
  }
  const replies = [one.call('SHUTDOWN', 'NOSAVE')]
  await waits(1)
  replies.push(two.call('SHUTDOWN', 'NOSAVE', 'NOW'))
  await waits(2)
  const written = writer.call('SET', 'a', '2')
  expect(await ask(master, 'GET', 'a')).toBe('1')
  expect(await ask(master, 'SHUTDOWN', 'ABORT')).toBe('OK')
  const failed = { error: 'ERR Errors trying to SHUTDOWN. Check logs.' }
  expect((await Promise.all(replies)).map((reply) => plain(reply))).toEqual([failed, failed])
  expect(plain(await written)).toBe('OK')
  expect(await ask(master, 'SHUTDOWN', 'ABORT')).toEqual({ error: 'ERR No shutdown in progress.' })
  expect(field(await ask(master, 'INFO'), 'shutdown_in_milliseconds')).toBeUndefined()
  // Redis 7.0.15 would end at once, by an assertion, on a connection whose SHUTDOWN was aborted.
  const ended = expect(three.call('SHUTDOWN', 'NOSAVE')).rejects.toThrow('connection closed')
  await waits(1)
  const unanswered = expect(writer.call('SET', 'a', '3')).rejects.toThrow('connection closed')
  replica.write(`REPLCONF ACK ${field(await ask(master, 'INFO', 'replication'), 'master_repl_offset')}\r\n`)
  await Promise.all([ended, unanswered])
  replica.destroy()
  for (const client of [one, two]) client.close()
})

test('an engine without a server has no replicas and follows nobody, but may follow once it is told how to connect', async () => {
  await using redis = await createRedis({ admin })
  await expect(redis.call('REPLICAOF', '127.0.0.1', '6379')).rejects.toThrow(
    'ERR This server is always a master: connections to others cannot be made here',
  )
  await expect(redis.call('REPLICAOF', '127.0.0.1', 'x')).rejects.toThrow('ERR Invalid master port')
  expect(await redis.call('REPLICAOF', 'NO', 'ONE')).toBe('OK')
  expect(await redis.call('ROLE')).toEqual(['master', 0, []])
})
