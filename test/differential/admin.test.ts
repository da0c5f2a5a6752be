// What operators ask, against a real redis-server: replies and error texts to the letter where they do not depend on the
// clock, and the same scenario on both where they do.
import { describe, expect, test } from 'vitest'
import { besideRedis } from '../support/beside-redis.ts'
import { plain, RespClient, type WireReply } from '../support/resp-client.ts'

const { redis, engine } = besideRedis()

type Scenario = (connect: () => Promise<RespClient>) => Promise<unknown>

/** Runs on both servers, which start empty. @returns what redis-server gave, and the engine */
async function both(scenario: Scenario): Promise<[wanted: unknown, found: unknown]> {
  const run = async (path: string): Promise<unknown> => {
    const clients: RespClient[] = []
    const connect = async (): Promise<RespClient> => {
      const client = await RespClient.connect({ path })
      clients.push(client)
      return client
    }
    await (await connect()).pipeline([['FLUSHALL'], ['CONFIG', 'RESETSTAT'], ['SLOWLOG', 'RESET'], ['LATENCY', 'RESET'], DEFAULTS])
    try {
      return await scenario(connect)
    } finally {
      for (const client of clients) client.close()
    }
  }
  return [await run(redis.path), await run(engine.path)]
}

const DEFAULTS = ['CONFIG', 'SET', 'slowlog-log-slower-than', '-1', 'slowlog-max-len', '128', 'latency-monitor-threshold', '0']
const say = (line: string): string[] => (line === '' ? [] : line.split(' ')).map((word) => (word === "''" ? '' : word))
const later = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await later(2)
}
/** How many connections wait, or are held back. */
const blocked = async (client: RespClient): Promise<number> =>
  Number(/blocked_clients:(\d+)/.exec(plain(await client.call('INFO', 'clients')) as string)![1])
/** All that was said to others before is here by then: some of it is said at the end of a turn. */
async function heard(observer: RespClient): Promise<void> {
  for (let i = 0; i < 2; i++) await observer.call('PING')
}

/** What no file makes shorter. */
const UNLIKE = Array.from({ length: 70 }, (_, i) => String.fromCharCode(33 + i)).join('')
/** Lines of commands whose replies are the same on both. */
const LINES = {
  slowlog: [
    'SLOWLOG', 'SLOWLOG FOO', 'SLOWLOG GET a', 'SLOWLOG GET -2', 'SLOWLOG GET 1 2', 'SLOWLOG GET', 'SLOWLOG GET -1', 'SLOWLOG GET 0', 'SLOWLOG LEN',
    'SLOWLOG LEN 1', 'SLOWLOG RESET', 'SLOWLOG RESET x', 'slowlog get 3', 'CONFIG SET slowlog-log-slower-than -2', 'CONFIG SET slowlog-log-slower-than a',
    'CONFIG SET slowlog-max-len -1', 'CONFIG GET slowlog-max-len',
  ],
  pause: [
    'CLIENT PAUSE', 'CLIENT PAUSE a', 'CLIENT PAUSE 1.5', 'CLIENT PAUSE -1', 'CLIENT PAUSE 1 FOO', 'CLIENT PAUSE a FOO', 'CLIENT PAUSE 1 WRITE x',
    'CLIENT UNPAUSE', 'CLIENT UNPAUSE x', 'CLIENT PAUSE 100000 WRITE', 'GET a', 'CLIENT UNPAUSE', 'client pause 0',
  ],
  debug: [
    'DEBUG', 'DEBUG FOO', 'DEBUG SLEEP', 'DEBUG SLEEP 0', 'DEBUG SLEEP x', 'DEBUG SLEEP 0 1', 'DEBUG OBJECT', 'DEBUG OBJECT nosuch', 'DEBUG SET-ACTIVE-EXPIRE',
    'DEBUG SET-ACTIVE-EXPIRE 0', 'DEBUG SET-ACTIVE-EXPIRE 1', 'DEBUG SET-ACTIVE-EXPIRE x', 'DEBUG SET-ACTIVE-EXPIRE 1', 'DEBUG ERROR', 'DEBUG ERROR OOPS', 'DEBUG DIGEST', 'DEBUG DIGEST x', 'DEBUG DIGEST-VALUE', 'DEBUG DIGEST-VALUE nosuch', 'DEBUG LOG hello', 'DEBUG ERROR a b',
    'CONFIG SET enable-debug-command no', 'MULTI', 'DEBUG SLEEP 0', 'EXEC',
  ],
  module: ['MODULE', 'MODULE LIST', 'MODULE LIST x', 'MODULE FOO', 'MODULE LOAD', 'MODULE LOAD x', 'MODULE LOAD x y z', 'MODULE LOADEX x', 'MODULE UNLOAD x', 'MODULE UNLOAD'],
  latency: [
    'LATENCY', 'LATENCY FOO', 'LATENCY GRAPH command', 'LATENCY GRAPH', 'LATENCY HISTORY', 'LATENCY HISTORY command', 'LATENCY LATEST', 'LATENCY LATEST x',
    'LATENCY RESET', 'LATENCY RESET a b', 'LATENCY DOCTOR x', 'LATENCY HISTOGRAM nosuch', 'LATENCY HISTOGRAM getdel', 'CONFIG GET latency-monitor-threshold',
    'CONFIG SET latency-monitor-threshold -1', 'CONFIG SET latency-tracking maybe', 'CONFIG GET latency-tracking',
  ],
  memory: ['MEMORY', 'MEMORY FOO', 'MEMORY DOCTOR x', 'MEMORY PURGE', 'MEMORY PURGE x', 'MEMORY STATS x', 'MEMORY MALLOC-STATS x'],
  replication: [
    'FAILOVER', 'FAILOVER ABORT', 'FAILOVER ABORT x', 'FAILOVER TO x', 'FAILOVER TO x 1', 'FAILOVER TO x y', 'FAILOVER TO x 1 FORCE', 'FAILOVER FORCE',
    'FAILOVER FORCE FORCE', 'FAILOVER TIMEOUT', 'FAILOVER TIMEOUT a', 'FAILOVER TIMEOUT 0', 'FAILOVER TIMEOUT -1', 'FAILOVER TIMEOUT 1', 'FAILOVER TIMEOUT 1 TIMEOUT 2',
    'FAILOVER TIMEOUT 1 ABORT', 'FAILOVER TO a 1 TO b 2', 'FAILOVER FOO', 'REPLICAOF', 'REPLICAOF NO ONE', 'REPLICAOF no one', 'SLAVEOF NO ONE', 'REPLICAOF NO ONE x',
    'REPLICAOF NO TWO', 'REPLICAOF a b', 'REPLICAOF 127.0.0.1 65536', 'REPLICAOF 127.0.0.1 -1', 'SLAVEOF 127.0.0.1 x',
  ],
  acl: [
    'ACL', 'ACL FOO', 'ACL CAT', 'ACL CAT nosuch', 'ACL CAT a b', 'ACL LIST', 'ACL LIST x', 'ACL USERS', 'ACL WHOAMI', 'ACL GETUSER default', 'ACL GETUSER nosuch',
    'ACL GETUSER', 'ACL GENPASS 0', 'ACL GENPASS -1', 'ACL GENPASS 4097', 'ACL GENPASS a', 'ACL GENPASS 1 2', 'ACL LOG RESET', 'ACL LOG', 'ACL LOG a', 'ACL LOG -1', 'ACL LOG 1 2',
    'ACL LOG reset x', 'ACL LOAD', 'ACL SAVE', 'ACL LOAD x', 'ACL DRYRUN default', 'ACL DRYRUN default get a', 'ACL DRYRUN default GET', 'ACL DRYRUN default nosuch', "ACL DRYRUN default ''",
    'ACL DRYRUN nobody get a', 'ACL DRYRUN default config get x', 'ACL DRYRUN default config nosuch', 'ACL DRYRUN default config get', 'ACL DRYRUN default client',
    'CONFIG SET requirepass secret', 'ACL LIST', 'ACL GETUSER default', "CONFIG SET requirepass ''", 'ACL LIST',
  ],
  tracking: [
    'CLIENT TRACKING', 'CLIENT TRACKING FOO', 'CLIENT TRACKINGINFO', 'CLIENT GETREDIR', 'CLIENT TRACKING ON REDIRECT', 'CLIENT TRACKING ON REDIRECT a', 'CLIENT TRACKING ON REDIRECT 999999',
    'CLIENT TRACKING ON PREFIX', 'CLIENT TRACKING ON PREFIX a', 'CLIENT TRACKING ON BCAST PREFIX a PREFIX ab', 'CLIENT TRACKING ON BCAST PREFIX a PREFIX a', 'CLIENT TRACKING ON BCAST OPTIN',
    'CLIENT TRACKING ON OPTIN OPTOUT', 'CLIENT TRACKING ON FOO', 'CLIENT TRACKING ON constructor', 'CLIENT TRACKING OFF FOO', 'CLIENT TRACKING OFF', 'CLIENT CACHING YES', 'CLIENT CACHING FOO', 'CLIENT CACHING', 'CLIENT TRACKING on',
    'CLIENT TRACKINGINFO', 'CLIENT GETREDIR', 'CLIENT CACHING YES', 'CLIENT CACHING FOO', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKING ON OPTIN', 'CLIENT TRACKINGINFO', 'CLIENT CACHING NO', 'CLIENT CACHING YES',
    'CLIENT TRACKINGINFO', 'GET a', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON OPTOUT', 'CLIENT TRACKING OFF', 'CLIENT TRACKING ON OPTOUT NOLOOP', 'CLIENT CACHING NO', 'CLIENT TRACKINGINFO', 'MULTI', 'GET a', 'EXEC',
    'CLIENT TRACKINGINFO', 'CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST PREFIX foo', 'CLIENT TRACKING ON BCAST PREFIX bar PREFIX baz', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON BCAST PREFIX ba', 'CLIENT TRACKING ON BCAST PREFIX foo',
    "CLIENT TRACKING ON BCAST PREFIX ''", 'CLIENT TRACKING ON', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKINGINFO', 'RESET', 'CLIENT TRACKINGINFO',
    'CLIENT TRACKINGINFO x', 'CLIENT GETREDIR x', 'CONFIG GET tracking-table-max-keys',
  ],
  lolwut: ['LOLWUT VERSION a'],
} // prettier-ignore

describe('answers as redis-server does:', () => {
  for (const [name, lines] of Object.entries(LINES)) {
    test.for(['2', '3'])(`${name}, in RESP%s`, async (protocol) => {
      const [wanted, found] = await both(async (connect) => {
        const client = await connect()
        await client.call('HELLO', protocol)
        const replies: [string, WireReply][] = []
        for (const line of lines) replies.push([line, await client.call(...say(line))])
        return replies
      })
      expect(found).toEqual(wanted)
    })
  }

  test('the kinds of replies that are texts for people', async () => {
    const lines = ['LOLWUT', 'LATENCY DOCTOR', 'MEMORY DOCTOR']
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('HELLO', '3')
      return Promise.all(lines.map(async (line) => (await client.call(...say(line))).type))
    })
    expect(found).toEqual(wanted)
  })

  test('MEMORY STATS has the fields of redis-server', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('SET', 'key', 'value')
      await client.call('HELLO', '3')
      const stats = (await client.call('MEMORY', 'STATS')).value as WireReply[]
      return stats.map(({ type, value }, i) => (i % 2 === 0 ? value : Array.isArray(value) ? value.map((each) => each.type) : type)).sort()
    })
    // An allocator's peak is a number of its own; the rest is to the letter.
    expect(found).toEqual(wanted)
  })
})

describe('ACL', () => {
  test('CAT names the commands of a category, as far as the engine has them', async () => {
    const categories = ['read', 'write', 'set', 'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection', 'scripting', 'KEYSPACE']
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      const named = await client.pipeline(categories.map((category) => ['ACL', 'CAT', category]))
      const all = plain(await client.call('COMMAND', 'LIST', 'FILTERBY', 'PATTERN', '*')) as string[]
      return { named: named.map((reply) => plain(reply) as string[]), all }
    })
    const [theirs, ours] = [wanted, found] as { named: string[][]; all: string[] }[]
    const common = (names: string[]): string[] => names.filter((name) => ours.all.includes(name) && theirs.all.includes(name)).sort()
    for (const [i, category] of categories.entries()) expect(common(ours.named[i]), category).toEqual(common(theirs.named[i]))
  })

  test('GENPASS has as many digits as bits ask for, others each time', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      const made = (await client.pipeline([['1'], ['5'], ['256'], ['4096'], []].map((bits) => ['ACL', 'GENPASS', ...bits]))).map(
        plain,
      ) as string[]
      return [made.map((word) => /^[\da-f]+$/.test(word) && word.length), new Set(made).size]
    })
    expect(found).toEqual(wanted)
  })

  test('LOG has the logins that failed', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [client, other] = [await connect(), await connect()]
      await client.call('ACL', 'LOG', 'RESET')
      for (let i = 0; i < 3; i++) await client.call('AUTH', 'ann', 'wrong')
      await other.call('AUTH', 'bob', 'wrong')
      await other.call('HELLO', '3', 'AUTH', 'bob', 'wrong')
      await other.pipeline([['MULTI'], ['auth', 'ann', 'wrong'], ['EXEC']])
      await client.call('AUTH', 'default', 'anything')
      await client.call('AUTH', 'ann', 'wrong')
      await client.call('HELLO', '3')
      const all = await client.call('ACL', 'LOG')
      const two = await client.call('ACL', 'LOG', '2')
      const shown = ({ type, value }: WireReply): unknown => [
        type,
        // Without the fields that came with 7.2.
        (value as WireReply[]).slice(0, 14).map((each, i, { [i - 1]: field }) => {
          if (field?.value === 'age-seconds') return [each.type, Number(each.value) >= 0 && Number(each.value) < 60]
          return field?.value === 'client-info' ? [each.type, / cmd=(auth|hello|exec) user=default /.test(each.value as string)] : each
        }),
      ]
      return [(all.value as WireReply[]).map(shown), (two.value as WireReply[]).length]
    })
    expect(found).toEqual(wanted)
  })
})

describe('SLOWLOG', () => {
  /** Entries without what the clock brings into them. */
  const entries = ({ value }: WireReply): unknown[] =>
    (value as WireReply[]).map((entry) => {
      const [id, time, micros, argv, , name] = plain(entry) as [number, number, number, string[], string, string]
      return [id > 0, Math.abs(Date.now() / 1000 - time) < 60, Number.isInteger(micros), argv, name]
    })

  test('has what took long, the newest first, in the words that Redis keeps', async () => {
    const long = 'x'.repeat(300)
    const many = Array.from({ length: 40 }, (_, i) => String(i))
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('CLIENT', 'SETNAME', 'me')
      await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '0')
      for (const argv of [['SET', 'a', long], ['RPUSH', 'l', ...many], ['GET', 'l'], ['NOSUCH'], ['GET'], ['MULTI'], ['get', 'a'], ['EXEC'], ['AUTH', 'user', 'secret'], ['HELLO', '2', 'AUTH', 'user', 'secret', 'SETNAME', 'you'], ['HELLO', '2', 'AUTH', 'default', 'any'], ['CONFIG', 'SET', 'requirepass', '', 'slowlog-max-len', '128'], ['XADD', 's', '*', 'f', 'v'], ['PING']]) await client.call(...argv) // prettier-ignore
      const all = await client.call('SLOWLOG', 'GET', '-1')
      const two = await client.call('SLOWLOG', 'GET', '2')
      return { all: entries(all), two: entries(two), length: await client.call('SLOWLOG', 'LEN') }
    })
    expect(found).toEqual(wanted)
  })

  test('keeps no more than slowlog-max-len, and nothing when it is off', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '2')
      for (let i = 0; i < 5; i++) await client.call('PING')
      const few = entries(await client.call('SLOWLOG', 'GET', '-1'))
      // What is told of itself goes too.
      await client.call('CONFIG', 'SET', 'slowlog-max-len', '0')
      const none = await client.call('SLOWLOG', 'LEN')
      await client.call('CONFIG', 'SET', 'slowlog-log-slower-than', '-1', 'slowlog-max-len', '2')
      await client.call('SLOWLOG', 'RESET')
      await client.call('PING')
      return [few, none, await client.call('SLOWLOG', 'LEN')]
    })
    expect(found).toEqual(wanted)
  })

  test('DEBUG SLEEP took as long as it slept', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.pipeline([
        ['CONFIG', 'SET', 'slowlog-log-slower-than', '40000'],
        ['DEBUG', 'SLEEP', '0.05'],
        ['CONFIG', 'SET', 'slowlog-log-slower-than', '-1'],
      ])
      const [[, , micros, argv]] = plain(await client.call('SLOWLOG', 'GET')) as [number, number, number, string[]][]
      return [micros >= 50_000, argv]
    })
    expect(wanted).toEqual([true, ['DEBUG', 'SLEEP', '0.05']])
    expect(found).toEqual(wanted)
  })
})

describe('CLIENT PAUSE', () => {
  /** What comes during a pause, and after its end. */
  async function paused(connect: () => Promise<RespClient>, mode: 'WRITE' | 'ALL', lines: readonly string[]): Promise<unknown> {
    const [control, ...clients] = await Promise.all([connect(), ...lines.map(() => connect())])
    await control.call('SET', 'a', '1')
    await control.call('SET', 'n', '1')
    for (const [i, line] of lines.entries()) if (line.startsWith('EXEC')) await clients[i].pipeline([['MULTI'], say(line.slice(5))])
    // Nobody can look at what is held back, nor end it, while all is.
    await control.call('CLIENT', 'PAUSE', mode === 'ALL' ? '1500' : '1000000', mode)
    const order: string[] = []
    let over = false
    const replies = clients.map(async (client, i) => {
      const line = lines[i].startsWith('EXEC') ? 'EXEC' : lines[i]
      const reply = await client.call(...say(line))
      order.push(`${lines[i]} ${over ? 'later' : 'at once'}`)
      return plain(reply)
    })
    if (mode === 'ALL') await later(1000)
    else await until(async () => order.length + (await blocked(control)) === lines.length)
    over = true
    if (mode === 'WRITE') await control.call('CLIENT', 'UNPAUSE')
    return [await Promise.all(replies), order.sort()]
  }

  test('WRITE holds back what writes, or may', async () => {
    const lines = ['GET a', 'SET a 2', 'INCR n', 'PING', 'PUBLISH c m', 'SPUBLISH c m', 'PFCOUNT h', 'EXEC GET n', 'EXEC INCRBY n 5', 'DBSIZE', 'SORT l', 'BLPOP nolist 0.01', 'XREAD COUNT 1 STREAMS s 0', 'TOUCH a', 'SCAN 0 TYPE list', 'OBJECT ENCODING a', 'MEMORY PURGE', 'INFO nosuch', 'WAIT 0 0', 'FLUSHDB'] // prettier-ignore
    const [wanted, found] = await both((connect) => paused(connect, 'WRITE', lines))
    expect(found).toEqual(wanted)
  })

  test('ALL holds everything back, in order', async () => {
    const lines = ['GET a', 'SET a 2', 'PING', 'MEMORY PURGE', 'CLIENT ID x', 'NOSUCH', 'EXEC GET n']
    const [wanted, found] = await both((connect) => paused(connect, 'ALL', lines))
    expect(found).toEqual(wanted)
  })

  test('a connection that waits says nothing more until then, and UNPAUSE lets it go at once', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [control, client] = [await connect(), await connect()]
      await control.call('CLIENT', 'PAUSE', '100000', 'WRITE')
      const replies = client.pipeline([
        ['GET', 'a'],
        ['SET', 'a', '1'],
        ['GET', 'a'],
        ['INCR', 'a'],
      ])
      const first = await Promise.race([replies, later(50).then(() => 'nothing yet')])
      const seen = plain(await control.call('GET', 'a'))
      await control.call('CLIENT', 'UNPAUSE')
      return [first, seen, (await replies).map(plain)]
    })
    expect(wanted).toEqual(['nothing yet', null, [null, 'OK', '1', 2]])
    expect(found).toEqual(wanted)
  })

  test('the later end of two counts, and what holds back more', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [control, client] = [await connect(), await connect()]
      const began = Date.now()
      await control.pipeline([['MULTI'], ['CLIENT', 'PAUSE', '300', 'ALL'], ['CLIENT', 'PAUSE', '20', 'WRITE'], ['EXEC']])
      await later(60)
      await client.call('GET', 'a')
      return Date.now() - began > 250
    })
    expect(wanted).toBe(true)
    expect(found).toEqual(wanted)
  })

  test('who said QUIT is let go at the end', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [control, client] = [await connect(), await connect()]
      await control.call('CLIENT', 'PAUSE', '1000', 'ALL')
      const replies = client.pipeline([['PING'], ['QUIT'], ['PING']]).catch((error: Error) => error.message)
      const [first] = await Promise.all([client.call('PING').catch((error: Error) => error.message), replies])
      return [first, await replies, client.closed]
    })
    expect(wanted).toEqual(['connection closed', 'connection closed', true])
    expect(found).toEqual(wanted)
  })

  test('INFO counts who is held back and who tracks', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [control, one, two] = [await connect(), await connect(), await connect()]
      await one.call('CLIENT', 'TRACKING', 'ON')
      await control.call('CLIENT', 'PAUSE', '100000', 'WRITE')
      const held = [one, two].map((client) =>
        client.pipeline([
          ['INCR', 'n'],
          ['INCR', 'n'],
        ]),
      )
      await until(async () => (await blocked(control)) === 2)
      const info = async (): Promise<unknown> =>
        (plain(await control.call('INFO', 'clients')) as string).match(/(blocked|tracking)_clients:\d/g)
      const during = await info()
      await control.call('CLIENT', 'UNPAUSE')
      await Promise.all(held)
      return [during, await info()]
    })
    expect(wanted).toEqual([
      ['blocked_clients:2', 'tracking_clients:1'],
      ['blocked_clients:0', 'tracking_clients:1'],
    ])
    expect(found).toEqual(wanted)
  })

  test('keys do not expire by themselves meanwhile, but are gone for those who look', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.pipeline([
        ['SET', 'a', '1', 'PX', '20'],
        ['CLIENT', 'PAUSE', '100000', 'WRITE'],
      ])
      await later(150)
      const during = [await client.call('DBSIZE'), await client.call('GET', 'a')].map(plain)
      await client.call('CLIENT', 'UNPAUSE')
      await until(async () => plain(await client.call('DBSIZE')) === 0)
      return during
    })
    expect(wanted).toEqual([1, null])
    expect(found).toEqual(wanted)
  })
})

describe('DEBUG', () => {
  test('SLEEP keeps everybody waiting', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [one, other] = [await connect(), await connect()]
      const began = Date.now()
      const sleeping = one.call('DEBUG', 'SLEEP', '0.2')
      await later(20)
      const answer = plain(await other.call('PING'))
      const waited = Date.now() - began >= 190
      await sleeping
      return [answer, waited]
    })
    expect(wanted).toEqual(['PONG', true])
    expect(found).toEqual(wanted)
  })

  test('SET-ACTIVE-EXPIRE 0 leaves keys until they are looked up', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.pipeline([
        ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'],
        ['SET', 'a', '1', 'PX', '10'],
        ['SET', 'b', '1', 'PX', '10'],
      ])
      await later(200)
      const kept = await client.pipeline([['DBSIZE'], ['GET', 'a'], ['DBSIZE'], ['DEBUG', 'SET-ACTIVE-EXPIRE', '1']])
      await until(async () => plain(await client.call('DBSIZE')) === 0)
      return kept.map(plain)
    })
    expect(wanted).toEqual([2, null, 1, 'OK'])
    expect(found).toEqual(wanted)
  })

  test('OBJECT tells the encoding and the length in a file', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.pipeline([
        ['SET', 'int', '123'], ['SET', 'text', 'hello'], ['SET', 'long', UNLIKE], ['HSET', 'h', 'f', UNLIKE],
        ['SADD', 'set', 'a'], ['ZADD', 'z', ...Array.from({ length: 200 }, (_, i) => [String(i), `m${i}`]).flat()],
      ]) // prettier-ignore
      const found = await client.pipeline(['int', 'text', 'long', 'h', 'set', 'z'].map((key) => ['DEBUG', 'OBJECT', key]))
      return found.map(({ type, value }) => {
        const [, encoding, length, idle] =
          /^Value at:0x[\da-f]+ refcount:\d+ encoding:(\w+) serializedlength:(\d+) lru:\d+ lru_seconds_idle:(\d+)$/.exec(value as string)!
        // Redis shares small integers, whose time is anybody's.
        return [type, encoding, Number(length), encoding === 'int' || Number(idle) < 10]
      })
    })
    expect(found).toEqual(wanted)
  })

  test('DIGEST is that of redis-server for the same data', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      const told: unknown[] = []
      for (const line of [
        'SET int 123', 'APPEND text abc', 'RPUSH l a b c', 'RPUSH l 1', 'SADD s x y 3 z', 'HSET h f1 v1 f2 v2 f3 3', 'ZADD z 1 a 2.5 b 0.1 c -1e300 d inf e', 'ZADD z 12345678901234567 f',
        'XADD x 1-1 f v g w', 'XADD x 2-18446744073709551615 f v', 'SETBIT bits 100 1', 'EXPIRE l 1000', 'SELECT 1', 'SET other 1', 'SELECT 9', 'HSET h b 1 a 2', 'SELECT 0', 'DEL text',
      ]) {
        await client.call(...say(line))
        told.push([line, plain(await client.call('DEBUG', 'DIGEST'))])
      }
      return [told, await client.call('DEBUG', 'DIGEST-VALUE', 'int', 'l', 's', 'h', 'z', 'x', 'bits', 'nosuch')]
    }) // prettier-ignore
    expect(found).toEqual(wanted)
  })

  test('RELOAD leaves the data as it was', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.pipeline([
        ['SET', 'a', '1', 'EX', '1000'],
        ['RPUSH', 'l', '1', '2'],
        ['DEBUG', 'RELOAD'],
      ])
      const replies = await client.pipeline([['DBSIZE'], ['GET', 'a'], ['LRANGE', 'l', '0', '-1']])
      return [...replies.map(plain), Number((await client.call('TTL', 'a')).value) > 900]
    })
    expect(found).toEqual(wanted)
  })
})

describe('LATENCY', () => {
  test('LATEST and HISTORY have what was longer than the threshold', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('CONFIG', 'SET', 'latency-monitor-threshold', '20')
      for (const seconds of ['0.03', '0.06', '0.001']) await client.call('DEBUG', 'SLEEP', seconds)
      // The samples of one second are one.
      const near = (millis: number): boolean => millis >= 20
      const latest = plain(await client.call('LATENCY', 'LATEST')) as [string, number, number, number][]
      const history = plain(await client.call('LATENCY', 'HISTORY', 'command')) as [number, number][]
      const graph = plain(await client.call('LATENCY', 'GRAPH', 'command')) as string
      const reset = await client.call('LATENCY', 'RESET', 'nosuch', 'command')
      return {
        // What else took its time on a busy machine is not theirs.
        latest: latest
          .filter(([event]) => event === 'command')
          .map(([event, time, last, max]) => [event, Math.abs(Date.now() / 1000 - time) < 60, near(last), near(max)]),
        history: history.every(([time, millis]) => Math.abs(Date.now() / 1000 - time) < 60 && near(millis)),
        graph: graph.replace(/\d+/g, '#').split('\n').slice(0, 2),
        reset: plain(reset),
        after: plain(await client.call('LATENCY', 'LATEST')),
      }
    })
    expect(found).toEqual(wanted)
  })

  test('HISTOGRAM counts the calls of each command', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('HELLO', '3')
      await client.pipeline([
        ['SET', 'a', '1'],
        ['SET', 'a', '2'],
        ['GET', 'a'],
        ['GET', 'a', 'x'],
        ['CONFIG', 'GET', 'port'],
        ['DEBUG', 'SLEEP', '0.3'],
      ])
      const told = await client.call('LATENCY', 'HISTOGRAM', 'set', 'get', 'config', 'nosuch')
      // The machine may be busy.
      const slept = JSON.stringify(plain(await client.call('LATENCY', 'HISTOGRAM', 'debug'))).replace(/\d{6,}/g, (micros) =>
        String(Number(micros) > 300_000),
      )
      const shape = (told.value as WireReply[]).map((each) => (Array.isArray(each.value) ? each.value.slice(0, 3).map(plain) : each.value))
      return [told.type, shape.filter((each) => typeof each !== 'string' || !each.includes('|')).toSorted(), slept]
    })
    expect(found).toEqual(wanted)
  })

  test('INFO tells how long commands took', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('DEBUG', 'SLEEP', '0.3')
      const text = plain(await client.call('INFO', 'commandstats', 'latencystats')) as string
      const lines = text.split('\r\n').filter((line) => line.includes('debug'))
      return [
        lines.map((line) => line.replace(/\d+(\.\d+)?/g, (digits) => (digits.length > 3 ? 'n' : digits))),
        Number(/debug:p50=([\d.]+)/.exec(text)?.[1]) >= 300_000,
      ]
    })
    expect(wanted).toContain(true)
    expect(found).toEqual(wanted)
  })
})

describe('CLIENT TRACKING', () => {
  /**
   * A script on several connections: `0 GET a` runs on the first, `1> ...` waits for nothing. What has come without being asked
   * for is told after each.
   */
  const tracking =
    (setup: readonly string[], steps: readonly string[], protocols = ['3', '3', '3']): Scenario =>
    async (connect) => {
      const clients = await Promise.all(protocols.map(() => connect()))
      const ids = await Promise.all(clients.map(async (client) => (await client.call('CLIENT', 'ID')).value as string))
      for (const [i, client] of clients.entries()) await client.call('HELLO', protocols[i])
      const observer = await connect()
      const told: unknown[] = []
      for (const step of [...setup, ...steps]) {
        const [number, ...words] = say(step)
        const client = clients[Number(number)]
        const lines = words
          .join(' ')
          .replace(/ID(\d)/g, (_, i: string) => ids[Number(i)])
          .split(' ; ')
        const argvs = lines.map(say)
        const replies =
          argvs[0][0] === 'SUBSCRIBE' && protocols[Number(number)] === '3'
            ? await client.raw(`*2\r\n$9\r\nSUBSCRIBE\r\n$${argvs[0][1].length}\r\n${argvs[0][1]}\r\n*1\r\n$4\r\nPING\r\n`, 1)
            : await client.pipeline(argvs)
        // What expires at once has expired, or has not been set yet, when the next one looks.
        if (step.endsWith(' PX 1')) await later(5)
        await heard(observer)
        // Only where it is asked for: elsewhere the same digits are values.
        const hidden = /REDIR|TRACKINGINFO/.test(step) ? new RegExp(`"(${ids.join('|')})"`, 'g') : /(?!)/g
        const shown = JSON.stringify(replies).replaceAll(hidden, (id) => `id ${ids.indexOf(id.slice(1, -1))}`)
        const pushed = clients.map((each) => JSON.stringify(each.pushed.splice(0)))
        told.push([step, words[0] === 'HELLO' ? '' : shown, pushed])
      }
      return told
    }

  test.for([
    ['what was read is told once, when it changes', ['0 CLIENT TRACKING ON'], ['0 GET a', '1 SET a 1', '1 SET a 2', '0 GET a', '0 GET a', '1 INCR a', '0 MGET a b', '1 MSET a 1 b 2 c 3', '0 GET c', '1 DEL c', '1 DEL c']],
    ['its own changes too, after the reply', ['0 CLIENT TRACKING ON'], ['0 GET a', '0 SET a 1', '0 GET a ; SET a 2 ; GET a ; SET a 3', '0 SET b 1', '0 GET b ; APPEND b x']],
    ['not with NOLOOP', ['0 CLIENT TRACKING ON NOLOOP'], ['0 GET a', '0 SET a 1', '1 SET a 2', '0 GET a', '1 SET a 3']],
    ['commands that write do not track', ['0 CLIENT TRACKING ON'], ['0 SET a 1', '0 INCR a', '1 SET a 2', '0 GETSET a 1', '1 SET a 2', '0 EXISTS a', '1 SET a 2', '0 STRLEN a', '1 DEL a', '0 TYPE a', '1 SET a 1']],
    ['every kind of key', ['0 CLIENT TRACKING ON'], ['0 LRANGE l 0 -1', '1 RPUSH l x', '0 LLEN l', '1 LPOP l', '0 HGETALL h', '1 HSET h f v', '0 HGET h f', '1 HDEL h f', '0 SMEMBERS s', '1 SADD s a', '0 ZRANGE z 0 -1', '1 ZADD z 1 a', '0 XRANGE x - +', '1 XADD x 1-1 f v', '0 XLEN x', '1 XGROUP CREATE x g 0', '0 XREAD STREAMS x 0', '1 XREADGROUP GROUP g c STREAMS x >', '1 XDEL x 1-1', '0 SINTER s t', '1 SADD t b', '0 GETBIT bits 1', '1 SETBIT bits 1 1', '0 PFCOUNT p', '1 PFADD p a']],
    ['two keys of one command', ['0 CLIENT TRACKING ON'], ['0 GET a', '0 GET b', '1 SET a 1', '1 RENAME a b', '0 GET b', '0 GET c', '1 COPY b c', '0 LRANGE l 0 -1', '0 LRANGE m 0 -1', '1 RPUSH l 1', '0 GET l', '1 LMOVE l m LEFT LEFT', '0 SMEMBERS s', '1 SADD t 1', '1 SINTERSTORE s t']],
    ['a transaction', ['0 CLIENT TRACKING ON'], ['0 MULTI ; GET a ; GET b ; EXEC', '1 MULTI ; SET a 1 ; SET b 2 ; SET a 3 ; EXEC', '0 MULTI ; GET a ; SET a 4 ; GET b ; EXEC', '1 SET b 5']],
    ['another database has the same names', ['0 CLIENT TRACKING ON'], ['0 GET a', '1 SELECT 1', '1 SET a 1', '0 GET a', '1 SELECT 0', '1 SET a 2']],
    ['a flush tells of everything', ['0 CLIENT TRACKING ON', '1 CLIENT TRACKING ON BCAST'], ['0 GET a', '2 FLUSHALL', '2 SET a 1', '0 GET a', '2 FLUSHDB', '0 FLUSHALL', '2 MULTI ; FLUSHALL ; EXEC']],
    ['turned off, nothing is told', ['0 CLIENT TRACKING ON'], ['0 GET a', '0 CLIENT TRACKING OFF', '1 SET a 1', '0 CLIENT TRACKING ON', '0 GET a', '0 CLIENT TRACKING OFF', '0 CLIENT TRACKING ON', '1 SET a 2', '0 GET a', '0 RESET', '0 HELLO 3', '1 SET a 3']],
    ['OPTIN tracks what follows CLIENT CACHING YES', ['0 CLIENT TRACKING ON OPTIN'], ['0 GET a', '1 SET a 1', '0 CLIENT CACHING YES', '0 GET a', '0 GET b', '1 MSET a 1 b 2', '0 CLIENT CACHING YES ; MULTI ; GET a ; GET b ; EXEC', '1 MSET a 1 b 2', '0 CLIENT CACHING YES ; CLIENT ID x ; GET a', '1 SET a 5']],
    ['OPTOUT leaves out what follows CLIENT CACHING NO', ['0 CLIENT TRACKING ON OPTOUT'], ['0 GET a', '1 SET a 1', '0 CLIENT CACHING NO', '0 GET a', '0 GET b', '1 SET a 1', '1 SET b 1']],
    ['BCAST tells of all changes under a prefix, once a turn', ['0 CLIENT TRACKING ON BCAST PREFIX a PREFIX b', '1 CLIENT TRACKING ON BCAST'], ['2 SET a1 1', '2 SET c 1', '2 MSET b2 1 a2 1 b1 1 a1 1 x 1', '2 SET a 1 ; SET a 2 ; SET b 1', '0 SET a 1 ; GET a', '2 DEL a1 nosuch', '2 GET a']],
    ['BCAST with NOLOOP', ['0 CLIENT TRACKING ON BCAST NOLOOP'], ['0 SET a 1', '1 SET a 1', '0 MSET a 1 b 1', '1 SET b 2']],
    ['keys that expire', ['0 CLIENT TRACKING ON'], ['1 SET a 1 PX 1', '0 GET a', '0 GET b', '1 SET b 1', '0 GET b', '1 EXPIRE b 100', '0 GET b', '1 PERSIST b', '0 GET b', '1 EXPIRE b -1']],
    ['REDIRECT in RESP3', ['0 CLIENT TRACKING ON REDIRECT ID1'], ['0 CLIENT GETREDIR', '0 CLIENT TRACKINGINFO', '0 GET a', '2 SET a 1', '0 GET a', '0 SET a 2']],
    ['commands that only ask about a key', ['0 CLIENT TRACKING ON'], ['0 SORT_RO l', '1 RPUSH l 1', '0 OBJECT ENCODING l', '1 RPUSH l 2', '0 SCAN 0 COUNT 100', '1 RPUSH l 4', '0 TTL l', '1 RPUSH l 5']],
  ] as const)('%s', async ([, setup, steps]) => {
    const [wanted, found] = await both(tracking(setup, steps))
    expect(found).toEqual(wanted)
  }) // prettier-ignore

  test('RESP2 hears through REDIRECT and __redis__:invalidate', async () => {
    const setup = ['1 SUBSCRIBE __redis__:invalidate', '0 CLIENT TRACKING ON REDIRECT ID1']
    const steps = ['0 GET a', '2 SET a 1', '2 SET a 2', '0 GET a', '0 SET a 3', '0 GET a', '2 FLUSHALL']
    const [wanted, found] = await both(tracking(setup, steps, ['2', '2', '2']))
    expect(found).toEqual(wanted)
    const [alone, ours] = await both(tracking(['0 CLIENT TRACKING ON'], ['0 GET a', '1 SET a 1', '0 SET a 1'], ['2', '2']))
    expect(ours).toEqual(alone)
  })

  test('a redirection to who is gone is told, and CLIENT LIST shows it', async () => {
    const [wanted, found] = await both(async (connect) => {
      const [client, gone, other] = [await connect(), await connect(), await connect()]
      await client.call('HELLO', '3')
      const id = (await gone.call('CLIENT', 'ID')).value as string
      await client.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id)
      const flags = async (): Promise<unknown> => {
        const info = (await client.call('CLIENT', 'INFO')).value as string
        return [/flags=\w+/.exec(info)?.[0].replace('U', ''), info.includes(` redir=${id} `)]
      }
      const before = await flags()
      await client.call('GET', 'a')
      gone.close()
      await until(async () => !(plain(await other.call('CLIENT', 'LIST')) as string).includes(`id=${id} `))
      await other.call('SET', 'a', '1')
      await heard(other)
      const info = plain(await client.call('CLIENT', 'TRACKINGINFO')) as unknown[]
      return [
        before,
        await flags(),
        JSON.stringify(client.pushed).replace(`"${id}"`, 'id'),
        info.map((each) => (String(each) === id ? 'id' : each)),
      ]
    })
    expect(found).toEqual(wanted)
  })

  test('more keys than tracking-table-max-keys are forgotten, and told of', async () => {
    const [wanted, found] = await both(async (connect) => {
      const client = await connect()
      await client.call('HELLO', '3')
      await client.call('CONFIG', 'SET', 'tracking-table-max-keys', '2')
      await client.call('CLIENT', 'TRACKING', 'ON')
      for (const key of ['a', 'b', 'c', 'd']) await client.call('GET', key)
      const forgotten = (): unknown[][] => client.pushed.map(plain).map((push) => [(push as unknown[])[0], ((push as unknown[])[1] as unknown[]).length]) // prettier-ignore
      await until(() => forgotten().reduce((sum, [, keys]) => sum + Number(keys), 0) === 2)
      await client.call('CONFIG', 'SET', 'tracking-table-max-keys', '1000000')
      return forgotten()
    })
    expect(found).toEqual(wanted)
  })
})
