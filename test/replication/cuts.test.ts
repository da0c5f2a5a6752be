// The connection between master and replica is cut at any byte, again and again: in the greeting, in the file, within commands and
// transactions. Once it holds, the replica has run every command, and none twice.
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ask, caughtUp, type Server, start, until } from './servers.ts'

const seed = Number(process.env['ISODIS_SEED'] ?? 1)
const ALL = '10000000'
const CUTS = Number(process.env['ISODIS_COMMANDS'] ?? 500) / 50

/** Numbers below a limit that are the same in every run. */
function dice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** Stands between a replica and its master, and cuts each connection after so many bytes of the master. */
async function cutter(port: number, bytes: () => number, dribbles: () => boolean): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((replica) => {
    const master = connect({ port, host: '127.0.0.1' })
    const end = (): void => {
      master.destroy()
      replica.destroy()
    }
    let left = bytes()
    const dribble = dribbles()
    for (const socket of [master, replica]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
    replica.on('data', (some) => void master.write(some))
    master.on('data', async (some) => {
      master.pause()
      const sent = some.subarray(0, Math.min(left, some.length))
      left -= sent.length
      for (let at = 0; at < sent.length && !replica.destroyed; at += dribble ? 1 : sent.length) {
        replica.write(sent.subarray(at, dribble ? at + 1 : sent.length))
        if (dribble) await new Promise(setImmediate)
      }
      if (left === 0) replica.end(end)
      else master.resume()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as { port: number }).port, close }
}

const DATABASES = ['0', '3']

/** What all commands so far should have made. */
const data = async (server: Server): Promise<unknown> => {
  const found: unknown[] = []
  for (const db of DATABASES) {
    await ask(server, 'SELECT', db)
    found.push([
      await ask(server, 'GET', 'count'),
      await ask(server, 'LRANGE', 'list', '0', '-1'),
      await ask(server, 'GET', 'text'),
      await ask(server, 'DBSIZE'),
    ])
  }
  return found
}

describe.each([
  ['engine', 'redis'],
  ['redis', 'engine'],
  ['engine', 'engine'],
] as const)(`%s as master, %s as replica (seed ${seed})`, (ofMaster, ofReplica) => {
  test.each([
    ['a backlog that has all', ALL],
    ['a backlog that has little', '16384'],
  ])('%s', { timeout: 600_000 }, async (_, backlog) => {
    const random = dice(seed)
    await using master = await start[ofMaster]('repl-backlog-size', backlog)
    await using replica = await start[ofReplica]()
    for (let i = 0; i < 200; i++) await ask(master, 'SET', `key:${i}`, 'x'.repeat(random(100)))
    let cuts = CUTS
    // Some end in the greeting, some in the file, most in the commands.
    const proxy = await cutter(
      master.port,
      () => (cuts-- <= 0 ? Infinity : 1 + [random(250), random(12_000), 12_000 + random(20_000), random(60_000)][random(4)]),
      () => random(5) === 0,
    )
    try {
      await ask(replica, 'REPLICAOF', '127.0.0.1', String(proxy.port))
      let number = 0
      const wanted = DATABASES.map(() => ({ count: 0, list: [] as string[], text: '' }))
      while (cuts >= 0) {
        const which = random(2)
        const one = wanted[which]
        const commands = [['SELECT', DATABASES[which]]]
        // The file stays smaller than what most connections let through.
        if (one.list.length > 300) {
          commands.push(['DEL', 'count', 'list', 'text'])
          Object.assign(one, { count: 0, list: [], text: '' })
        }
        const transaction = random(2) === 0
        if (transaction) commands.push(['MULTI'])
        for (let i = random(10); i >= 0; i--) {
          const word = String(number++)
          commands.push(['INCR', 'count'], ['RPUSH', 'list', word], ['APPEND', 'text', `${word},${'.'.repeat(random(30))}`])
          one.count++
          one.list.push(word)
          one.text += commands.at(-1)![2]
        }
        if (transaction) commands.push(['EXEC'])
        await master.client.pipeline(commands)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await until(replica, /master_link_status:up/)
      await until(master, /state=online/)
      await ask(master, 'SELECT', '0')
      await ask(master, 'SET', 'last', '1')
      await caughtUp(master)
      const found = await data(replica)
      expect(found).toEqual(wanted.map(({ count, list, text }, at) => [String(count), list, text, at === 0 ? 204 : 3]))
      expect(found).toEqual(await data(master))
      // A small backlog may have been outrun each time.
      if (backlog === ALL) expect(String(await ask(master, 'INFO', 'stats'))).toMatch(/sync_partial_ok:[1-9]/)
    } finally {
      await proxy.close()
    }
  })
})
