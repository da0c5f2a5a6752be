// The server, its connections, saving and publishing.
import { expect } from 'vitest'
import { asText, Redis } from '../../../src/core/client/redis.ts'
import { a, b, does, EDGES, EVERY_BYTE, failure, type Suite } from '../contract.ts'

const OUTSIDE = { views: ['alone', 'pipeline'] } as const
const EVERY_NODE = { needs: 'every node' } as const

/** Waits until no node saves: another test may have started one. */
async function idle(redis: Redis): Promise<void> {
  const saving = async (): Promise<boolean> => {
    for (const node of (await redis.backend.nodes?.()) ?? [redis.backend]) {
      if (/(?:rdb_bgsave|aof_rewrite)_in_progress:1/.test(await new Redis(node, asText).info('persistence'))) return true
    }
    return false
  }
  await expect.poll(saving).toBe(false)
}

/** Waits until nobody listens any more: what the test before has left may take a moment to end. */
async function silence({ backend }: Redis): Promise<void> {
  const redis = new Redis(backend, asText)
  const heard = async (): Promise<unknown> => [await redis.pubsubChannels(), await redis.pubsubNumpat(), await redis.pubsubShardchannels()]
  await expect.poll(heard).toEqual([[], 0, []])
}

export const server: Suite = {
  ping: [
    does('PONG, or the message', async ({ redis }) => {
      expect(await redis.ping()).toBe('PONG')
      expect(await redis.ping('hello')).toBe('hello')
      expect(await redis.bytes.ping(EVERY_BYTE)).toEqual(EVERY_BYTE)
    }),
  ],
  echo: [
    does('gives back anything', async ({ redis }) => {
      for (const text of EDGES) expect(await redis.echo(text)).toBe(text)
      expect(await redis.bytes.echo(EVERY_BYTE)).toEqual(EVERY_BYTE)
    }),
  ],
  publish: [
    does('reaches who listens', async ({ redis }) => {
      expect(await redis.publish('unheard', 'x')).toBe(0)
      await using subscription = await redis.subscribe('channel')
      await redis.publish('channel', 'x')
      expect((await subscription.next()).value).toEqual({ channel: 'channel', message: 'x' })
    }),
    does(
      'counts who has heard it',
      async ({ redis }) => {
        await silence(redis)
        await using _ = await redis.subscribe(['channel', 'other'])
        await using patterns = await redis.psubscribe('chan*')
        expect(await redis.publish('channel', 'x')).toBe(2)
        expect(await redis.publish('other', 'x')).toBe(1)
        expect((await patterns.next()).value).toMatchObject({ channel: 'channel' })
      },
      { needs: 'receivers counted' },
    ),
  ],
  spublish: [
    does(
      'reaches and counts who listens to the shard channel',
      async ({ redis }) => {
        await silence(redis)
        expect(await redis.spublish('unheard', 'x')).toBe(0)
        await using subscription = await redis.ssubscribe('shard')
        expect(await redis.spublish('shard', EVERY_BYTE)).toBe(1)
        expect((await subscription.next()).value).toMatchObject({ channel: 'shard' })
      },
      { needs: 'shard channels' },
    ),
  ],
  pubsubChannels: [
    does(
      'gives the channels that someone listens to',
      async ({ redis }) => {
        await silence(redis)
        expect(await redis.pubsubChannels()).toEqual([])
        await using _ = await redis.subscribe(['x1', 'x2', 'y'])
        expect((await redis.pubsubChannels()).sort()).toEqual(['x1', 'x2', 'y'])
        expect((await redis.pubsubChannels('x*')).sort()).toEqual(['x1', 'x2'])
      },
      EVERY_NODE,
    ),
  ],
  pubsubNumsub: [
    does(
      'counts for each channel',
      async ({ redis }) => {
        await silence(redis)
        await using _ = await redis.subscribe('x')
        expect(await redis.pubsubNumsub('x', '__proto__')).toEqual({ x: 1, ['__proto__']: 0 })
        expect(await redis.pubsubNumsub()).toEqual({})
      },
      EVERY_NODE,
    ),
  ],
  pubsubNumpat: [
    does(
      'counts patterns',
      async ({ redis }) => {
        await silence(redis)
        expect(await redis.pubsubNumpat()).toBe(0)
        await using _ = await redis.psubscribe(['x*', 'y*'])
        expect(await redis.pubsubNumpat()).toBe(2)
      },
      EVERY_NODE,
    ),
  ],
  pubsubShardchannels: [
    does(
      'gives the shard channels that someone listens to',
      async ({ redis }) => {
        await silence(redis)
        await using _ = await redis.ssubscribe('shard')
        expect(await redis.pubsubShardchannels()).toEqual(['shard'])
        expect(await redis.pubsubShardchannels('x*')).toEqual([])
      },
      { needs: ['shard channels', 'every node'] },
    ),
  ],
  pubsubShardnumsub: [
    does(
      'counts for each shard channel',
      async ({ redis }) => {
        await silence(redis)
        await using _ = await redis.ssubscribe('shard')
        expect(await redis.pubsubShardnumsub('shard', 'none')).toEqual({ shard: 1, none: 0 })
      },
      { needs: ['shard channels', 'every node'] },
    ),
  ],
  dbsize: [
    does(
      'counts keys',
      async ({ redis }) => {
        expect(await redis.dbsize()).toBe(0)
        for (let i = 0; i < 20; i++) await redis.set(`key${i}`, 1)
        expect(await redis.dbsize()).toBe(20)
      },
      EVERY_NODE,
    ),
  ],
  flushdb: [
    does(
      'removes all keys',
      async ({ redis }) => {
        for (const mode of [undefined, 'sync', 'async'] as const) {
          for (let i = 0; i < 5; i++) await redis.set(`key${i}`, 1)
          expect(await redis.flushdb(mode)).toBe('OK')
          expect(await redis.dbsize()).toBe(0)
        }
      },
      EVERY_NODE,
    ),
  ],
  flushall: [
    does(
      'removes all keys',
      async ({ redis }) => {
        for (const mode of [undefined, 'sync', 'async'] as const) {
          for (let i = 0; i < 5; i++) await redis.set(`key${i}`, 1)
          expect(await redis.flushall(mode)).toBe('OK')
          expect(await redis.dbsize()).toBe(0)
        }
      },
      EVERY_NODE,
    ),
  ],
  swapdb: [
    does(
      'exchanges two databases',
      async ({ redis }) => {
        await redis.set(a, 1)
        expect(await redis.swapdb(0, 9)).toBe('OK')
        expect(await redis.get(a)).toBeNull()
        await redis.swapdb(9, 0)
        expect(await redis.get(a)).toBe('1')
        await expect(redis.swapdb(0, 99)).rejects.toMatchObject(failure('ERR DB index is out of range'))
      },
      { needs: 'databases' },
    ),
  ],
  time: [
    does('gives seconds and microseconds', async ({ redis }) => {
      const [seconds, microseconds] = await redis.time()
      expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(5)
      expect(Number.isInteger(microseconds) && microseconds >= 0 && microseconds < 1_000_000).toBe(true)
    }),
  ],
  info: [
    does('gives sections of lines', async ({ redis }) => {
      expect(await redis.info()).toMatch(/# Server\r\n(?:.*\r\n)*redis_version:\d+\.\d+\.\d+\r\n/)
      const info = await redis.info('keyspace', 'memory')
      expect(info).toMatch(/# Memory\r\n(?:.*\r\n)*used_memory:\d+\r\n/)
      expect(info).toContain('# Keyspace')
      expect(info).not.toContain('# Server')
    }),
  ],
  configGet: [
    does('gives parameters by pattern', async ({ redis }) => {
      const found = await redis.configGet('maxmemory*', 'timeout')
      expect(found).toMatchObject({ timeout: '0', maxmemory: '0', 'maxmemory-policy': 'noeviction' })
      expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
      expect(await redis.configGet('nosuch')).toEqual({})
    }),
  ],
  configSet: [
    does(
      'sets one or several, all or none',
      async ({ redis }) => {
        expect(await redis.configSet('hash-max-listpack-value', 100)).toBe('OK')
        expect(await redis.configSet({ 'hash-max-listpack-value': 64, 'set-max-intset-entries': 512 })).toBe('OK')
        await expect(redis.configSet({ 'hash-max-listpack-value': 1, nosuch: 1 })).rejects.toMatchObject({
          message: expect.stringMatching(/^ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'/) as string,
        })
        expect(await redis.configGet('hash-max-listpack-value')).toEqual({ 'hash-max-listpack-value': '64' })
      },
      EVERY_NODE,
    ),
  ],
  configResetstat: [does('says OK', async ({ redis }) => expect(await redis.configResetstat()).toBe('OK'), EVERY_NODE)],
  commandCount: [does('counts the commands', async ({ redis }) => expect(await redis.commandCount()).toBeGreaterThan(150))],
  commandList: [
    does('names the commands', async ({ redis }) => {
      expect(await redis.commandList()).toEqual(expect.arrayContaining(['get', 'hset', 'zadd']))
      expect((await redis.commandList({ pattern: 'hget*' })).sort().slice(0, 2)).toEqual(['hget', 'hgetall'])
      expect(await redis.commandList({ aclcat: 'hash' })).toContain('hset')
    }),
  ],
  commandInfo: [
    does('gives arity, flags and keys, null for no command', async ({ redis }) => {
      const [get, none] = (await redis.commandInfo('get', 'nosuch')) as [unknown[], null]
      expect(get.slice(0, 2)).toEqual(['get', 2])
      expect(get[2]).toEqual(expect.arrayContaining(['readonly', 'fast']))
      expect(get.slice(3, 6)).toEqual([1, 1, 1])
      expect(none).toBeNull()
    }),
  ],
  commandDocs: [
    does(
      'gives an object for each command',
      async ({ redis }) => {
        const docs = (await redis.commandDocs('get', 'nosuch')) as Record<string, Record<string, unknown>>
        expect(Object.keys(docs)).toEqual(['get'])
        expect(docs['get']).toMatchObject({ since: '1.0.0', group: 'string', complexity: 'O(1)' })
        expect(docs['get']['arguments']).toMatchObject([{ name: 'key', type: 'key' }])
      },
      { views: ['alone', 'pipeline', 'transaction'] }, // the engine loads the texts when it is asked for them
    ),
  ],
  commandGetkeys: [
    does('gives the keys of a command line', async ({ redis }) => {
      expect(await redis.commandGetkeys('mset', a, 1, b, 2)).toEqual([a, b])
      expect(await redis.commandGetkeys('zunion', 2, a, b)).toEqual([a, b])
      await expect(redis.commandGetkeys('ping', 'x')).rejects.toMatchObject(failure('ERR The command has no key arguments'))
      await expect(redis.commandGetkeys('nosuch', 'x')).rejects.toMatchObject(failure('ERR Invalid command specified'))
    }),
  ],
  memoryUsage: [
    does('gives a number, null if there is no such key', async ({ redis }) => {
      await redis.set(a, 'x'.repeat(1000))
      expect(await redis.memoryUsage(a)).toBeGreaterThan(1000)
      expect(await redis.memoryUsage(a, { samples: 0 })).toBeGreaterThan(1000)
      expect(await redis.memoryUsage(b)).toBeNull()
    }),
  ],
  clientId: [does('gives a number', async ({ redis }) => expect(await redis.clientId()).toBeGreaterThan(0))],
  clientGetname: [
    does(
      'null unless a name was set',
      async ({ redis }) => {
        expect(await redis.clientGetname()).toBeNull()
        await redis.clientSetname('name')
        expect(await redis.clientGetname()).toBe('name')
        await redis.clientSetname('')
      },
      { needs: 'a connection' },
    ),
  ],
  clientSetname: [
    does('says OK', async ({ redis }) => {
      expect(await redis.clientSetname('')).toBe('OK')
      await expect(redis.clientSetname('a b')).rejects.toMatchObject({
        message: expect.stringMatching(/^ERR Client names cannot contain spaces, newlines or special characters\./) as string,
      })
    }),
  ],
  clientInfo: [
    does('gives a line', async ({ redis }) => expect(await redis.clientInfo()).toMatch(/^id=\d+ .*cmd=(?:client\|info|exec).*\n$/)),
  ],
  clientList: [does('gives a line for each', async ({ redis }) => expect(await redis.clientList()).toMatch(/^(?:id=\d+ addr=.*\n)+$/))],
  save: [
    does(
      'says OK when it is done',
      async ({ redis }) => {
        await redis.set(a, 1)
        const start = Math.floor(Date.now() / 1000)
        await idle(redis)
        expect(await redis.save()).toBe('OK')
        expect(await redis.lastsave()).toBeGreaterThanOrEqual(start)
      },
      OUTSIDE,
    ),
  ],
  bgsave: [
    does(
      "says Redis's words",
      async ({ redis }) => {
        await idle(redis)
        expect(await redis.bgsave()).toBe('Background saving started')
        await idle(redis)
        expect(await redis.bgsave({ schedule: true })).toBe('Background saving started')
      },
      OUTSIDE,
    ),
  ],
  bgrewriteaof: [
    does(
      "says Redis's words",
      async ({ redis }) => {
        await idle(redis)
        expect(await redis.bgrewriteaof()).toMatch(/^Background append only file rewriting (?:started|scheduled)$/)
        await idle(redis)
      },
      OUTSIDE,
    ),
  ],
  wait: [
    does(
      'counts the replicas, of which there is none',
      async ({ redis }) => {
        await redis.set(a, 1)
        expect(await redis.wait(0, 100)).toBe(0)
        expect(await redis.wait(1, 1)).toBe(0)
      },
      { needs: ['waiting', 'every node'] },
    ),
  ],
  waitaof: [
    does(
      'needs a journal to wait for',
      async ({ redis }) => {
        await redis.set(a, 1)
        expect(await redis.waitaof(0, 0, 100)).toEqual([0, 0])
        await expect(redis.waitaof(1, 0, 100)).rejects.toMatchObject({
          message: 'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.',
        })
      },
      { needs: ['waiting', 'every node', 'Redis 7.2'] },
    ),
  ],
  lastsave: [
    does(
      'gives a second',
      async ({ redis }) => {
        const second = await redis.lastsave()
        expect(Number.isInteger(second) && second > 1_500_000_000 && second <= Date.now() / 1000 + 1).toBe(true)
      },
      EVERY_NODE,
    ),
  ],
}
