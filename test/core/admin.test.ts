// What isodis/admin does to an engine: who has its commands, and what they do by a clock that a test moves.
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { createTestRedis } from '../../src/adapters/testing.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { CommandTable } from '../../src/core/engine/command.ts'
import { groups } from '../../src/core/engine/commands/index.ts'
import { helpOf } from '../../src/core/engine/docs.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import { NullArray } from '../../src/core/reply.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'

describe('who has the commands', () => {
  test('an app that does not ask for them has none', async () => {
    await using redis = await createRedis()
    await expect(redis.call('SLOWLOG', 'LEN')).rejects.toThrow(/unknown command 'SLOWLOG'.*createRedis\(\{ admin \}\) of isodis\/admin/)
    await expect(redis.call('EVALSHA', 'x', '0')).rejects.toThrow(/unknown command 'EVALSHA'.*createRedis\(\{ lua \}\) of isodis\/lua/)
    await expect(redis.call('CLIENT', 'PAUSE', '1')).rejects.toThrow("unknown subcommand 'PAUSE'")
  })

  test('createRedis can be given them', async () => {
    await using redis = await createRedis({ admin, config: { 'slowlog-log-slower-than': '0' } })
    await redis.set('a', '1')
    expect(await redis.call('SLOWLOG', 'LEN')).toBe(1)
  })

  test('an engine gets them with its first drop-in client, and keeps its counts', async () => {
    await using redis = await createRedis()
    await redis.get('a')
    const client = new Redis(ioredisOn(redis))
    expect(await client.call('SLOWLOG', 'RESET')).toBe('OK')
    await client.get('a')
    expect(await redis.info('commandstats')).toMatch(/cmdstat_get:calls=2,usec=\d+,/)
    expect(await redis.call('CLIENT', 'UNPAUSE')).toBe('OK')
    client.disconnect()
    await using other = await createRedis()
    await expect(other.call('SLOWLOG', 'LEN')).rejects.toThrow('unknown command')
  })

  test('CONFIG SET refuses what asks for what is not there, and says so', async () => {
    await using redis = await createRedis({ admin })
    for (const [name, value, reason] of [
      ['replica-read-only', 'no', 'replicas cannot be written to here'],
      ['maxmemory-clients', '1mb', 'clients are not evicted here: set client-output-buffer-limit'],
      ['aof-timestamp-enabled', 'yes', 'the append-only files here have no timestamps'],
      ['cluster-compatibility-sample-ratio', '100', 'isodis is one server alone, without a cluster'],
    ]) {
      await expect(redis.call('CONFIG', 'SET', name, value)).rejects.toThrow(`(possibly related to argument '${name}') - ${reason}`)
    }
    expect(await redis.call('CONFIG', 'SET', 'replica-read-only', 'yes', 'maxmemory-clients', '0')).toBe('OK')
  })

  test('CONFIG has the parameters that came with Redis 7.2 to 8.0', async () => {
    await using redis = await createRedis({ admin })
    const named = ['set-max-listpack-entries', 'set-max-listpack-value', 'max-new-connections-per-cycle', 'hide-user-data-from-log']
    expect(await redis.call('CONFIG', 'GET', ...named)).toEqual(
      Object.fromEntries(named.map((name, i) => [name, ['128', '64', '10', 'no'][i]])),
    )
    expect(await redis.call('CONFIG', 'SET', 'set-max-listpack-entries', '512', 'locale-collate', 'C')).toBe('OK')
    expect(await redis.call('CONFIG', 'GET', 'server?cpulist')).toEqual({ 'server-cpulist': '', server_cpulist: '' })
    await expect(redis.call('CONFIG', 'SET', 'locale-collate', 'de_DE')).rejects.toThrow('SORT ALPHA compares bytes here')
  })

  test('every one is documented', async () => {
    const table = new CommandTable(groups)
    const engine = new Engine({ table, clock: { now: Date.now, after: () => null, soon: () => {} }, random: Math.random, log: () => {} })
    admin.attach(engine)
    const { commands } = engine.table
    expect(commands.length).toBeGreaterThan(table.commands.length + 25)
    const docs = await engine.table.docs()
    expect(commands.filter(({ name }) => helpOf(name, docs) === undefined)).toEqual([])
    expect(commands.map(({ index }) => index)).toEqual(commands.map((_, i) => i))
    // What was there is where it was.
    expect(table.commands.map(({ index, name }) => commands[index].name === name)).not.toContain(false)
  })
})

describe("by a test's clock", () => {
  test('DEBUG SLEEP is over when the time has come, and everybody waited', async () => {
    await using redis = await createTestRedis()
    const client = new Redis(ioredisOn(redis))
    await client.ping()
    const sleeping = redis.call('DEBUG', 'SLEEP', '1')
    const got: (string | null)[] = []
    const getting = [redis, client].map(async (each) => got.push(await each.get('a')))
    await redis.clock.advance(999)
    expect(got).toEqual([])
    await redis.clock.advance(1)
    expect(await sleeping).toBe('OK')
    await Promise.all(getting)
    expect(got).toEqual([null, null])
    const [slept] = (await client.call('SLOWLOG', 'GET')) as [number, number, number, string[]][]
    expect(slept.slice(2, 4)).toEqual([1_000_000, ['DEBUG', 'SLEEP', '1']])
    client.disconnect()
  })

  test('a client times out while the engine is paused, and finds its write done later', async () => {
    await using redis = await createTestRedis()
    const client = new Redis(ioredisOn(redis))
    await client.set('a', '1')
    await redis.call('CLIENT', 'PAUSE', '60000', 'WRITE')
    client.options.commandTimeout = 20
    await expect(client.set('a', '2')).rejects.toThrow('Command timed out')
    expect(redis.sync.get('a')).toBe('1')
    await redis.clock.advance(60_000)
    expect(redis.sync.get('a')).toBe('2')
    client.disconnect()
  })

  test('what waits when the engine ends, ends', async () => {
    const redis = await createTestRedis()
    await redis.call('CLIENT', 'PAUSE', '60000')
    const getting = redis.get('a').catch((error: unknown) => error)
    await redis.close()
    expect(await getting).toBeInstanceOf(Error)
  })

  test('without timers a pause ends with the first command after its time', async () => {
    let now = 1000
    const engine = new Engine({
      table: new CommandTable(groups),
      clock: { now: () => now, after: () => null, soon: (run) => run() },
      random: Math.random,
      log: () => {},
    })
    admin.attach(engine)
    const session = engine.connect({ trusted: true })
    await session.execute(['CLIENT', 'PAUSE', '100', 'ALL'])
    const early = session.execute(['INCR', 'n'])
    now += 100
    const late = session.execute(['INCR', 'n'])
    expect([await early, await late]).toEqual([1, 2])
    expect(await session.execute(['DEBUG', 'SLEEP', '1'])).toEqual({ text: 'OK' })
    expect(session.execute(['GET', 'n'])).toBe('2')
  })
})

describe('LATENCY', () => {
  test('GRAPH draws the times as redis-server does, DOCTOR puts them into words', async () => {
    await using redis = await createTestRedis({ now: 1_700_000_000_000, config: { 'latency-monitor-threshold': '5' } })
    expect(await redis.call('LATENCY', 'DOCTOR')).toContain('No command has taken 5 ms or more')
    for (const milliseconds of [13, 100, 54, 301, 20]) {
      const sleeping = redis.call('DEBUG', 'SLEEP', String(milliseconds / 1000))
      await redis.clock.advance(milliseconds)
      await sleeping
      await redis.clock.advance(1000 - milliseconds)
    }
    // As redis-server 7.0.15 drew the same five times.
    const chart = ['   # ', '   | ', ' _ | ', '_|o|_', '     ', '54321', 'sssss', '']
    expect(await redis.call('LATENCY', 'GRAPH', 'command')).toBe(
      `command - high 301 ms, low 13 ms (all time high 301 ms)\n${'-'.repeat(80)}\n${chart.join('\n')}`,
    )
    const report = await redis.call('LATENCY', 'DOCTOR')
    expect(report).toContain('1. command: 5 spikes, one in 1.00 s, 98 ms on average (mean deviation 82 ms), at most 301 ms.')
    expect(report).toContain('CONFIG SET slowlog-log-slower-than 5000')
  })
})

describe('MEMORY', () => {
  test('DOCTOR and STATS tell what INFO tells', async () => {
    await using redis = await createRedis({ admin })
    expect(await redis.call('MEMORY', 'DOCTOR')).toContain('too little data')
    for (let i = 0; i < 50_000; i++) redis.sync.set(`key:${i}`, 'x'.repeat(100))
    expect(await redis.call('MEMORY', 'DOCTOR')).toContain('No problem')
    const stats = (await redis.call('MEMORY', 'STATS')) as Record<string, number>
    expect(stats).toMatchObject({ 'keys.count': 50_000, 'peak.percentage': 100, 'db.0': { 'overhead.hashtable.expires': 0 } })
    expect(await redis.info('memory')).toContain(`used_memory:${stats['total.allocated']}\r\n`)
    expect(stats['overhead.total'] + stats['dataset.bytes']).toBe(stats['total.allocated'])
    await redis.flushall()
    await redis.call('MEMORY', 'STATS')
    for (let i = 0; i < 30_000; i++) redis.sync.set(`key:${i}`, 'x'.repeat(100))
    expect(await redis.call('MEMORY', 'DOCTOR')).toMatch(/once took 1[67]\d%/)
  })
})

describe('INFO', () => {
  test('tells how many commands a second there are of late', async () => {
    await using redis = await createTestRedis()
    const rate = async (): Promise<number> => Number(/instantaneous_ops_per_sec:(\d+)/.exec(await redis.info('stats'))![1])
    await redis.get('a')
    for (let tenth = 0; tenth < 30; tenth++) {
      await redis.clock.advance(100)
      for (let i = 0; i < 10; i++) await redis.get('a')
    }
    expect(await rate()).toBeGreaterThanOrEqual(90)
    expect(await rate()).toBeLessThanOrEqual(110)
    await redis.clock.advance(60_000)
    expect(await rate()).toBe(0)
    await redis.call('CONFIG', 'RESETSTAT')
    expect(await rate()).toBe(0)
  })

  test('has what exporters read of memory and replicas', async () => {
    await using redis = await createTestRedis()
    await redis.set('a', 'b')
    const fields = new Map((await redis.info()).split('\r\n').map((line) => line.split(':') as [string, string])) // prettier-ignore
    expect(Number(fields.get('used_memory_overhead')) + Number(fields.get('used_memory_dataset'))).toBe(Number(fields.get('used_memory')))
    expect(fields.get('used_memory_peak_perc')).toBe('100.00%')
    for (const name of ['repl_backlog_histlen', 'sync_full', 'latest_fork_usec', 'active_defrag_hits', 'total_net_repl_input_bytes'])
      expect(fields.get(name)).toBe('0')
  })

  test('counts who listens, watches and waits, and for how many keys (Redis 7.4)', async () => {
    await using redis = await createRedis({ admin })
    const connect = () => redis.engine.connect({ trusted: true })
    const say = (session: ReturnType<typeof connect>, line: string) => session.execute(line.split(' '))
    const [listener, watcher, other, waiter, reader] = Array.from({ length: 5 }, connect)
    say(listener, 'PSUBSCRIBE *')
    say(watcher, 'WATCH a b')
    say(other, 'SELECT 1')
    say(other, 'WATCH a')
    say(waiter, 'BLPOP list another 0')
    await say(reader, 'XGROUP CREATE stream group $ MKSTREAM')
    void say(reader, 'XREADGROUP GROUP group me BLOCK 0 STREAMS stream >')
    expect(await redis.info('clients')).toContain(
      [
        'pubsub_clients:1',
        'watching_clients:2',
        'total_watched_keys:3',
        'total_blocking_keys:3',
        'total_blocking_keys_on_nokey:1',
        '',
      ].join('\r\n'),
    )
    for (const session of [listener, watcher, other, waiter, reader]) session.close()
    expect(await redis.info('clients')).toContain(
      'pubsub_clients:0\r\nwatching_clients:0\r\ntotal_watched_keys:0\r\ntotal_blocking_keys:0\r\n',
    )
  })

  test('counts the scripts that are forgotten (Redis 7.4)', async () => {
    await using redis = await createTestRedis({ lua })
    for (let i = 0; i < 503; i++) await redis.eval(`return ${i}`, [], [])
    expect(await redis.info('stats')).toContain('\r\nevicted_scripts:3\r\n')
    await redis.call('CONFIG', 'RESETSTAT')
    expect(await redis.info('stats')).toContain('\r\nevicted_scripts:0\r\n')
  })

  test('counts who was refused, by reason (Redis 7.2)', async () => {
    await using redis = await createRedis({ admin })
    await redis.call('ACL', 'SETUSER', 'ann', 'on', '>secret', '~a*', '&a*', '+@all', '-flushall')
    const session = redis.engine.connect()
    const lines = [
      'AUTH ann wrong',
      'HELLO 3 AUTH ann wrong',
      'AUTH ann secret',
      'GET b',
      'SET b 1',
      'SET c 1',
      'FLUSHALL',
      'PUBLISH b x',
      'GET a',
    ]
    for (const line of lines) await session.execute(line.split(' '))
    await redis.call('ACL', 'LOG', 'RESET')
    expect(await redis.info('stats')).toContain(
      ['acl_access_denied_auth:2', 'acl_access_denied_cmd:1', 'acl_access_denied_key:3', 'acl_access_denied_channel:1', ''].join('\r\n'),
    )
  })
})

describe('CLIENT TRACKING', () => {
  test('a script reads and writes for its caller', async () => {
    await using redis = await createRedis({ admin, lua })
    const pushed: unknown[] = []
    const session = redis.engine.connect({ trusted: true, onPush: (push) => void pushed.push(push) })
    for (const argv of [
      ['HELLO', '3'],
      ['CLIENT', 'TRACKING', 'ON', 'NOLOOP'],
      // As in Redis it has read the keys that it was given, if it has read at all.
      ['EVAL', "return redis.call('GET', 'another')", '1', 'a'],
      ['EVAL_RO', "return redis.call('GET', KEYS[1])", '1', 'b'],
      ['EVAL', "return redis.call('SET', 'another', 'x')", '1', 'd'],
      // Its own changes, which NOLOOP keeps from it.
      ['EVAL', "redis.call('GET', 'c') return redis.call('SET', 'c', 'x')", '1', 'c'],
    ])
      await session.execute(argv)
    await redis.mset({ a: '1', b: '2', c: '3', d: '4', another: 'y' })
    expect(pushed.map((push) => (push as { items: unknown[] }).items)).toEqual([
      ['invalidate', ['a']],
      ['invalidate', ['b']],
    ])
  })

  test('keys that expire or are evicted are told of, a connection that has ended is forgotten', async () => {
    await using redis = await createTestRedis()
    const pushed: unknown[] = []
    const connect = () =>
      redis.engine.connect({ trusted: true, onPush: (push) => void pushed.push((push as unknown as { items: unknown[] }).items) })
    const [session, other] = [connect(), connect()]
    for (const each of [session, other]) {
      for (const argv of [
        ['HELLO', '3'],
        ['CLIENT', 'TRACKING', 'ON'],
        ['SET', 'a', '1', 'PX', '100'],
        ['GET', 'a'],
      ])
        await each.execute(argv)
    }
    await session.execute(['GET', 'a'])
    await Promise.resolve()
    other.close()
    pushed.length = 0
    await redis.clock.advance(100)
    expect(pushed).toEqual([['invalidate', ['a']]])
    await session.execute(['GET', 'b'])
    await redis.set('b', '1')
    await session.execute(['GET', 'b'])
    await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '1')
    await redis.set('c', '1').catch(() => {})
    expect(pushed.slice(1)).toEqual([
      ['invalidate', ['b']],
      ['invalidate', ['b']],
    ])
  })

  test('WATCH goes on as before once nobody tracks', async () => {
    await using redis = await createRedis({ admin })
    const session = redis.engine.connect({ trusted: true })
    await session.execute(['CLIENT', 'TRACKING', 'ON'])
    await session.execute(['WATCH', 'a'])
    await session.execute(['CLIENT', 'TRACKING', 'OFF'])
    await redis.set('a', '1')
    await session.execute(['MULTI'])
    expect(await session.execute(['EXEC'])).toBeInstanceOf(NullArray)
    await session.execute(['WATCH', 'a'])
    await session.execute(['MULTI'])
    expect(await session.execute(['EXEC'])).toEqual([])
  })
})

test('commands of scripts are in the slow log, and a batch waits as a whole', async () => {
  await using redis = await createRedis({ admin, lua, config: { 'slowlog-log-slower-than': '0' } })
  await redis.call('EVAL', "return redis.call('SET', KEYS[1], 'x')", '1', 'a')
  const entries = (await redis.call('SLOWLOG', 'GET')) as [number, number, number, string[]][]
  expect(entries.map(([, , , argv]) => argv[0])).toEqual(['EVAL', 'SET'])
  await redis.call('CLIENT', 'PAUSE', '30', 'WRITE')
  const replies = await redis.multi().incr('n').get('n').exec()
  expect(replies).toEqual([1, '1'])
})
