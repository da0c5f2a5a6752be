// Users and their rights, against a real redis-server: the same rules, the same scenarios, replies to the letter.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin } from '../../src/core/admin/admin.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { type EngineServer, newEngine, startEngineServer } from '../support/engine-server.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'
import { plain, RespClient } from '../support/resp-client.ts'

const SEED = Number(process.env['ISODIS_SEED'] ?? 1)

let redis: RedisServer
let engine: EngineServer

beforeAll(async () => {
  redis = await startRedisServer()
  const made = newEngine(lua)
  admin.attach(made)
  engine = await startEngineServer(made)
})
afterAll(async () => {
  await redis?.stop()
  await engine?.stop()
  await engine?.engine.close()
})

/** What HELLO tells of the server is another test's matter; a later version words its refusal otherwise. */
function greeting(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply[0]
  return typeof reply === 'object' ? JSON.stringify(reply).replace('<proto> ', '') : reply
}

/** Without what tells of the server; Redis names commands in the order of a hash table. */
function comparable(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply[0] === 'server' ? 'a greeting' : reply.map(comparable)
  if (typeof reply !== 'string') return reply
  if (reply.startsWith('id=')) return / user=\S+/.exec(reply)?.[0]
  return reply.startsWith('user ') ? reply.split(' ').sort().join(' ') : reply
}

type Connect = () => Promise<Client>

/** A connection that takes a command as a line: words parted by spaces, with quotes where there are spaces in one. */
class Client {
  readonly resp: RespClient
  constructor(resp: RespClient) {
    this.resp = resp
  }

  /** @returns the reply, or that the connection was closed */
  async say(line: string): Promise<unknown> {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word)
    const reply = await this.resp.call(...words).then(plain, () => 'closed')
    return /^hello/i.test(line) ? greeting(reply) : reply
  }

  async all(...lines: string[]): Promise<unknown[]> {
    const replies: unknown[] = []
    for (const line of lines) replies.push([line, await this.say(line)])
    return replies
  }
}

/** Runs on both servers, without users but the default one. @returns what redis-server gave, and the engine */
async function both(scenario: (connect: Connect) => Promise<unknown>): Promise<[wanted: unknown, found: unknown]> {
  const run = async (path: string): Promise<unknown> => {
    const clients: Client[] = []
    const connect = async (): Promise<Client> => {
      const client = new Client(await RespClient.connect({ path }))
      clients.push(client)
      return client
    }
    const first = await connect()
    await first.all(
      'FLUSHALL',
      'CONFIG SET requirepass ""',
      'CONFIG SET acl-pubsub-default resetchannels',
      'ACL LOG RESET',
      'FUNCTION FLUSH',
    )
    await first.say('ACL SETUSER default reset on nopass ~* &* +@all')
    for (const name of (await first.say('ACL USERS')) as string[]) if (name !== 'default') await first.say(`ACL DELUSER ${name}`)
    try {
      return await scenario(connect)
    } finally {
      for (const { resp } of clients) resp.close()
    }
  }
  return [await run(redis.path), await run(engine.path)]
}

async function same(scenario: (connect: Connect) => Promise<unknown>): Promise<unknown> {
  const [wanted, found] = await both(scenario)
  expect(found).toEqual(wanted)
  return wanted
}

/** The same lines on one connection. */
const sameLines = (...lines: string[]): Promise<unknown> => same(async (connect) => (await connect()).all(...lines))

const HASH = '34344e4d60c2b6d639b7bd22e18f2b0b91bc34bf0ac5f9952744435093cfb4e6'

describe('ACL SETUSER', () => {
  test('takes and refuses the rules that redis-server does', async () => {
    const rules = [
      'on', 'OFF', 'nopass', 'resetpass', '>secret', '<secret', '<secret', `#${HASH}`, `!${HASH}`, `!${HASH}`, '#abc', `#${HASH.toUpperCase()}`, '!',
      '>', '<', '+get', '+GET', '-get', '+nosuch', '-nosuch', '+config|get', '-config|get', '+config|nosuch', '-config|nosuch', '+config|', '+config|get|x',
      '+get|', '+select|0', '+select|1', '-select|0', '+get|a|b', '+@read', '-@READ', '+@nosuch', '-@', '+', '-', '+@all', '-@all', 'allcommands', 'nocommands',
      '~a', '~a*', '~', '~*', '~b', 'resetkeys', 'allkeys', '%R~a', 'resetkeys', '%R~a', '%W~a', '%RW~b', '%wr~c', '%RR~a', '%X~a', '%R', '%Ra', '&a', '&*', '&b',
      'resetchannels', 'allchannels', 'resetchannels', '&', '"~a b"', '"&a b"', '(', ')', '()', '(+get ~a)', '"(+get ~a)"', '"( %R~a  &x )"', '(~*', '+@all', ')x', ')',
      '(nosuch)', '(+nosuch)', '"(&* &a)"', 'clearselectors', 'skip-sanitize-payload', 'sanitize-payload', 'reset', 'nosuch', '*', '@read', '""', 'on"', '+@all -@all',
    ] // prettier-ignore
    await same(async (connect) => {
      const client = await connect()
      const shown: unknown[] = []
      for (const rule of rules) {
        shown.push(rule, await client.say(`ACL SETUSER u ${rule}`))
        const fields = (await client.say('ACL GETUSER u')) as unknown[] | null
        // The rules for commands tell which commands there are.
        shown.push(fields?.filter((_, i) => i !== 5 && i !== 11))
      }
      return shown
    })
  })

  test('takes all rules or none', () =>
    sameLines('ACL SETUSER u on >p ~a nosuch', 'ACL GETUSER u', 'ACL SETUSER u on', 'ACL SETUSER u >p ~a +nosuch', 'ACL LIST', 'ACL USERS'))

  test('refuses names with spaces, and takes others', () =>
    sameLines(
      'ACL SETUSER "a b"',
      'ACL SETUSER "a\tb"',
      'ACL SETUSER ""',
      'ACL SETUSER "é"',
      'ACL SETUSER A',
      'ACL SETUSER a',
      'ACL LIST',
      'ACL SETUSER',
    ))

  test('gives and takes away single commands, as ACL LIST says', () =>
    sameLines(
      ...[
        '+get',
        '+get',
        '-get',
        '+config',
        '-config|set',
        '+config|set',
        '-config',
        '+select|3',
        '+Select|X',
        '-select',
        'allcommands',
        '-get',
        '+get',
        'nocommands',
      ].flatMap((rule) => [`ACL SETUSER u ${rule}`, 'ACL GETUSER u', 'ACL LIST']),
    ))
})

describe('what rules allow', () => {
  const lines = [
    'get a', 'GET a', 'set a 1', 'set a 1 get', 'set a get', 'getset b 1', 'mget a b c', 'mset a 1 b 2', 'del a', 'exists c', 'copy a b', 'rename b a', 'lmove a b left right',
    'sort a', 'sort a store b', 'sort a by b store c', 'sort_ro a', 'sort a limit 0 1 get x store c store b', 'sort a by store get store', 'bitfield a get u8 0', 'bitfield a set u8 0 1',
    'bitfield a overflow sat get u8 0', 'bitop and a b c', 'zunionstore a 2 b c', 'zunion 1 c', 'zunionstore a x b', 'zunionstore a 3 b c', 'eval x 1 a', 'eval_ro x 2 a b', 'eval x 0 c',
    'eval x -1 c', 'fcall f 1 a', 'xread streams a b 0 0', 'xread count 1 streams a 0', 'xreadgroup group g c streams a >', 'xinfo stream a', 'xgroup create b g 0', 'georadius a 0 0 1 m',
    'georadius a 0 0 1 m store b', 'georadius a 0 0 1 m storedist c', 'georadiusbymember a m 1 m store b', 'geosearchstore a b fromlonlat 0 0 byradius 1 m', 'object encoding a', 'memory usage c',
    'publish a x', 'spublish b x', 'subscribe a b', 'ssubscribe a', 'psubscribe a*', 'psubscribe a', 'unsubscribe c', 'punsubscribe', 'sunsubscribe c', 'config get x', 'config set x y', 'config',
    'client id', 'client list', 'select 0', 'select 1', 'debug object a', 'debug digest', 'multi', 'exec', 'auth a b', 'hello', 'quit', 'reset', 'ping', 'acl whoami', 'acl list', 'keys *', 'scan 0',
    'flushall', 'watch a', 'lmpop 1 a left', 'blpop a b 0', 'brpoplpush a b 0', 'pfcount a', 'pfmerge a b', 'touch c', 'unlink b', 'smove a b x', 'command', 'command info get', 'wait 0 0', 'nosuch',
    'script load x', 'function list', 'zrangestore a b 0 1', 'sintercard 2 a b', 'lcs a b', 'xautoclaim a g c 0 0', 'get', 'set a', 'client nosuch', 'dump a', 'restore b 0 x',
  ] // prettier-ignore
  const words = [
    '+@all', '-@all', '+@read', '+@write', '-@write', '-@dangerous', '+@keyspace', '-@string', '+@pubsub', '+@set', '+get', '-get', '+set', '+config|get', '-config|set', '+select|0', '+client', '-client|id',
    '+debug|object', '+sort', '+eval', '-@scripting', '+@connection', '+@stream', '+@slow', '-@fast', '+@admin', '~a', '~b', '~*', '%R~a', '%W~b', '%R~c', '%RW~b', '%R~*', '%W~*', '~?', '~[ab]', 'resetkeys',
    '&a', '&a*', '&*', '&b', 'resetchannels', '(+get ~c)', '(+@write %W~a)', '(+@all %R~*)', '(+@pubsub &c)', '(+sort ~*)', 'clearselectors', 'allkeys', 'allchannels',
  ] // prettier-ignore

  test(`random rules (seed ${SEED})`, async () => {
    const property = fc.asyncProperty(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 9 }), async (rules) => {
      await same(async (connect) => {
        const client = await connect()
        // One by one: what cannot be taken is left out.
        for (const rule of rules) await client.say(`ACL SETUSER u "${rule}"`)
        return client.all(...lines.map((line) => `ACL DRYRUN u ${line}`))
      })
    })
    await fc.assert(property, { seed: SEED, numRuns: 60, endOnFailure: true })
  })
})

describe('who is refused', () => {
  const user = (rules: string): string => `ACL SETUSER u on nopass ${rules}`

  test('hears why, in the words of redis-server', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.all(user('+@all -set -config|set ~a:* %R~r:* &c:*'), 'SET b 1', 'RPUSH a:list 2 1 3')
      return client.all(
        ...[
          'AUTH u x',
          'ACL WHOAMI',
          'GET a:1',
          'GET b',
          'get r:1',
          'DEL r:1',
          'SET a:1 x',
          'CONFIG SET maxmemory 0',
          'CONFIG GET port',
          'config set a b',
        ],
        ...[
          'MGET a:1 b',
          'COPY a:1 b',
          'RENAME a:1 b',
          'EXISTS b',
          'PUBLISH c:1 x',
          'PUBLISH d x',
          'SPUBLISH d x',
          'PSUBSCRIBE c:1',
          'SUBSCRIBE c:1 d',
          'SSUBSCRIBE d',
        ],
        ...[
          'GET',
          'NOSUCH',
          'CONFIG',
          'CONFIG NOSUCH',
          'SORT a:list BY w*',
          'SORT a:list GET w*',
          'SORT a:list BY nosort',
          'SORT a:list STORE b',
          'SORT a:list foo BY w*',
        ],
        ...[
          'SORT a:list LIMIT 0 1 GET #',
          'SORT_RO a:list GET #',
          'SORT a:list STORE b BY store',
          'EVAL "return 1" 1 b',
          'EVAL "return 1" 0',
          'XREAD STREAMS b 0',
        ],
      )
    }))

  test('in MULTI at once, and again when EXEC comes', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.say(user('+@all -incr ~a* &c'))
      const replies = await client.all(
        'AUTH u x',
        'MULTI',
        'INCR a',
        'GET a',
        'EXEC',
        'MULTI',
        'GET a',
        'GET b',
        'EXEC',
        'MULTI',
        'GET a',
        'SET ab 1',
        'PUBLISH c x',
        'DEL a',
      )
      await boss.say(user('-get resetkeys ~a resetchannels'))
      const more = await client.all('EXEC', 'MULTI', 'SET a 1')
      await boss.say(user('-exec'))
      return [replies, more, await client.all('EXEC', 'GET a', 'PING'), await boss.say('INFO errorstats')].slice(0, 3)
    }))

  test('in scripts and functions, by the rights of who calls them', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      const library = "#!lua name=lib\nredis.register_function('f', function(keys, args) return redis.call(unpack(args)) end)"
      await boss.resp.call('FUNCTION', 'LOAD', library)
      await boss.all(user('+@all -set -config|set ~a* &c'), 'SET b secret', 'SET a 1')
      const call = 'return redis.call(unpack(ARGV))'
      const check = 'return {redis.acl_check_cmd(unpack(ARGV))}'
      return client.all(
        ...[
          'AUTH u x',
          ...['GET a', 'GET b', 'SET a 1', 'PUBLISH d x', 'PUBLISH c x', 'INCR b'].flatMap((line) => [
            `EVAL "${call}" 0 ${line}`,
            `FCALL f 0 ${line}`,
          ]),
        ],
        ...[`EVAL "return redis.pcall('GET', 'b')" 0`, `EVAL "return redis.pcall('SET', 'a', '1')['err']" 0`, `EVAL_RO "${call}" 0 GET b`],
        ...['GET a', 'GET b', 'SET a 1', 'PUBLISH d x', 'PUBLISH', 'GET', 'NOSUCH', 'CONFIG SET'].map(
          (line) => `EVAL "${check}" 0 ${line}`,
        ),
        ...[`EVAL "return redis.call('SORT', 'a', 'BY', 'w*')" 1 a`, `EVAL "return redis.call('SORT', 'a', 'STORE', 'b')" 1 a`],
        ...['MULTI', `EVAL "${call}" 0 GET b`, 'EXEC'],
      )
    }))

  test('is in the log', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.say(user('+@all -incr -config|set ~a &c (+mget ~a ~b)'))
      await client.all(
        'AUTH u x',
        'INCR a',
        'INCR a',
        'config set x y',
        'GET key',
        'MGET b d',
        'MGET a e',
        'PUBLISH d x',
        'SUBSCRIBE c d',
        'MULTI',
        'INCR a',
        'DISCARD',
        'MULTI',
        'DEL a',
      )
      await client.all(
        `EVAL "return redis.call('INCR', 'a')" 0`,
        'DISCARD',
        `EVAL "return redis.call('GET', 'z')" 0`,
        'EVAL "return redis.call(1)" 1 y',
      )
      await boss.say(user('-del'))
      await client.all('MULTI', 'GET a')
      await boss.say(user('-get'))
      await client.all('EXEC', 'AUTH u2 x', 'HELLO 2 AUTH u3 x')
      const shown = (entry: string[]): string[] => [
        ...entry.slice(0, 10),
        // Whose connection it was, and what it ran.
        / name= .* flags=\S+ db=0 .* (cmd=\S+) (user=\S+) /.exec(entry[13])?.slice(1).join(' ') ?? entry[13],
      ]
      return ((await boss.say('ACL LOG 100')) as string[][]).map(shown)
    }))

  test('may always log in, reset and quit', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.all(user('-@all'), 'ACL SETUSER v on >p +@all ~*')
      return client.all(
        ...[
          'AUTH u x',
          'PING',
          'AUTH v wrong',
          'PING',
          'AUTH v p',
          'PING',
          'HELLO 2 AUTH u x',
          'PING',
          'HELLO 2',
          'RESET',
          'ACL WHOAMI',
          'AUTH u x',
          'QUIT',
        ],
      )
    }))
})

describe('passwords', () => {
  test('let in who knows one of them, unless the user is off', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      const tries = ['AUTH u one', 'AUTH u two', 'AUTH u ""', 'AUTH u passwd4', 'AUTH u', 'AUTH nobody x', 'AUTH u a b', 'ACL WHOAMI']
      const seen: unknown[] = []
      for (const rules of ['>one', 'on +@all', '>two', '<one', `#${HASH}`, `!${HASH}`, 'nopass', 'resetpass', '>two off', '#abc', 'on']) {
        seen.push(await boss.say(`ACL SETUSER u ${rules}`), await client.all(...tries))
      }
      return seen
    }))

  test('requirepass is the default user’s', () =>
    same(async (connect) => {
      const boss = await connect()
      const seen: unknown[] = [
        await boss.all('CONFIG SET requirepass one', 'ACL LIST', 'PING', 'ACL SETUSER default >two', 'CONFIG GET requirepass'),
      ]
      const client = await connect()
      const tries = [
        'PING',
        'HELLO 2',
        'AUTH wrong',
        'AUTH one',
        'PING',
        'RESET',
        'PING',
        'AUTH default two',
        'PING',
        'RESET',
        'HELLO 3 AUTH default two',
        'RESET',
      ]
      seen.push(await client.all(...tries))
      seen.push(await boss.all('CONFIG SET requirepass three', 'ACL LIST'), await client.all('AUTH one', 'AUTH three', 'RESET'))
      seen.push(
        await boss.all('CONFIG SET requirepass ""', 'ACL LIST'),
        await client.all('PING', 'HELLO 2', 'AUTH x', 'AUTH default x', 'HELLO 2'),
      )
      seen.push(
        await boss.say('ACL SETUSER default off'),
        await (await connect()).all('PING', 'AUTH default x', 'HELLO'),
        await client.say('PING'),
      )
      seen.push(await boss.say('ACL SETUSER default on resetpass'), await (await connect()).all('PING', 'AUTH default x', 'AUTH x'))
      await boss.say('ACL SETUSER default nopass')
      return seen
    }))
})

describe('connections', () => {
  const filter = (list: unknown): string[] => (String(list).match(/ user=\S+/g) ?? []).sort()

  test('end when their user is deleted', () =>
    same(async (connect) => {
      const [boss, client, other, blocked] = [await connect(), await connect(), await connect(), await connect()]
      await boss.all('ACL SETUSER u on nopass +@all ~*', 'ACL SETUSER v on nopass +@all ~*')
      await client.say('AUTH u x')
      await other.say('AUTH v x')
      await blocked.say('AUTH u x')
      const waiting = blocked.say('BLPOP list 0')
      const seen: unknown[] = [
        filter(await boss.say('CLIENT LIST')),
        await boss.all('CLIENT KILL USER nobody', 'ACL DELUSER default', 'ACL DELUSER u nobody u'),
      ]
      seen.push(await waiting, await client.say('PING'), await other.say('PING'), filter(await boss.say('CLIENT LIST')))
      // The one who does it gets the reply.
      seen.push(await other.all('ACL DELUSER v', 'PING'), await boss.all('ACL USERS', 'ACL DELUSER', 'ACL DELUSER default x'))
      return seen
    }))

  test('are killed by the user’s name', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.say('ACL SETUSER u on nopass +@all ~*')
      await client.say('AUTH u x')
      return [await boss.all('CLIENT KILL USER u', 'CLIENT KILL USER u', 'CLIENT KILL USER default'), await client.say('PING')]
    }))

  test('end when they listen to what they no longer may', () =>
    same(async (connect) => {
      const boss = await connect()
      const seen: unknown[] = []
      const rules = [
        '&a &b*',
        '&a',
        'resetchannels &b*',
        'resetchannels',
        'allchannels',
        'resetchannels &x',
        '&a (&b*)',
        '-@all +@pubsub',
        'clearselectors',
        'off',
        'reset',
      ]
      for (const listens of ['SUBSCRIBE a', 'PSUBSCRIBE b*', 'SUBSCRIBE bc', 'SSUBSCRIBE bx', 'PING']) {
        for (const rule of rules) {
          await boss.all('ACL DELUSER u', 'ACL SETUSER u on nopass +@all &a &b* (+@all &*)', 'ACL SETUSER u clearselectors')
          const client = await connect()
          await client.all('AUTH u x', listens)
          await boss.say(`ACL SETUSER u ${rule}`)
          seen.push([listens, rule, filter(await boss.say('CLIENT LIST TYPE pubsub')), (await client.say('QUIT')) === 'closed'])
          client.resp.close()
        }
      }
      return seen
    }))

  test('keep their user when it changes, and have its new rights', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.say('ACL SETUSER u on nopass +@all ~*')
      const lines = ['SET a 1', 'GET b', 'ACL WHOAMI']
      const seen: unknown[] = [await client.all('AUTH u x', ...lines)]
      for (const rule of ['-get', 'resetkeys ~a', '+get', 'reset', 'allcommands allkeys', 'off resetpass']) {
        seen.push(await boss.say(`ACL SETUSER u ${rule}`), await client.all(...lines))
      }
      return seen
    }))

  test('of the default user are limited as others are', () =>
    same(async (connect) => {
      const [boss, client] = [await connect(), await connect()]
      await boss.all('ACL SETUSER boss on nopass +@all ~* &*', 'AUTH boss x', 'ACL SETUSER default -@all +get ~a')
      return [
        await client.all('GET a', 'GET b', 'SET a 1', 'ACL WHOAMI', 'RESET', 'SET a 1'),
        await (await connect()).all('SET a 1', 'AUTH boss x', 'SET a 1', 'RESET', 'GET a'),
        await boss.say('ACL SETUSER default +@all ~*'),
      ]
    }))
})

describe('what two connections say while a third changes rights', () => {
  const said = [
    'AUTH u x', 'AUTH v x', 'AUTH v pw', 'AUTH default x', 'AUTH x', 'RESET', 'HELLO 2', 'HELLO 2 AUTH u x', 'ACL WHOAMI', 'MULTI', 'EXEC', 'DISCARD', 'GET a', 'SET a 1', 'GET b', 'DEL b',
    'INCR c', 'PUBLISH a x', 'PUBLISH b x', 'WATCH a', 'WATCH b', 'UNWATCH', 'CONFIG GET port', 'ACL LIST', 'PING', 'SELECT 1', 'SELECT 0', `EVAL "return redis.call('SET', 'a', '2')" 0`,
    `EVAL "return redis.call('GET', 'b')" 1 a`, 'SORT a BY w*', 'MGET a b', 'COPY a b', 'ACL SETUSER v +get', 'CLIENT INFO',
  ] // prettier-ignore
  const changed = [
    '+@all', '-@all', '+get', '-get', '+@write', '-@write', '+acl', '+multi', '+exec', '-exec', '~a', '~*', 'resetkeys', '%R~b', '%W~c', '&a', '&*', 'resetchannels', 'on', 'off', '>pw', 'nopass', 'resetpass',
    '(+get ~b)', 'clearselectors', 'reset', '+eval', '+@pubsub', '+select|0', '+auth',
  ] // prettier-ignore
  const step = fc.oneof(
    { weight: 40, arbitrary: fc.record({ by: fc.constantFrom(0, 1), line: fc.constantFrom(...said) }) },
    {
      weight: 10,
      arbitrary: fc
        .tuple(fc.constantFrom('u', 'v', 'u', 'v', 'default'), fc.constantFrom(...changed))
        .map(([name, rule]) => ({ by: 2, line: `ACL SETUSER ${name} "${rule}"` })),
    },
    { weight: 1, arbitrary: fc.constantFrom({ by: 2, line: 'ACL DELUSER u' }, { by: 2, line: 'CLIENT KILL USER v' }) },
  )

  test(`at random (seed ${SEED})`, async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      await same(async (connect) => {
        const clients = [await connect(), await connect(), await connect()]
        await clients[2].all(
          'ACL SETUSER boss on nopass +@all ~* &*',
          'AUTH boss x',
          'ACL SETUSER u on nopass +@all ~* &*',
          'ACL SETUSER v on >pw +@read +@connection ~a',
        )
        const replies: unknown[] = []
        for (const { by, line } of steps) {
          const reply = await clients[by].say(line)
          replies.push([by, line, comparable(reply)])
        }
        await clients[2].all('ACL SETUSER default reset on nopass +@all ~* &*')
        return replies
      })
    })
    await fc.assert(property, { seed: SEED, numRuns: 60, endOnFailure: true })
  })
})

test('acl-pubsub-default says which channels new users have', () =>
  sameLines(
    'CONFIG GET acl-*',
    'ACL SETUSER u',
    'CONFIG SET acl-pubsub-default allchannels',
    'ACL SETUSER v (+get) (resetchannels)',
    'ACL SETUSER w &a',
    'ACL SETUSER u reset',
    'ACL LIST',
    'CONFIG SET acl-pubsub-default x',
  ))

test('the log keeps as much as acllog-max-len says', () =>
  same(async (connect) => {
    const [boss, client] = [await connect(), await connect()]
    await boss.all('ACL SETUSER u on nopass', 'CONFIG SET acllog-max-len 3')
    await client.say('AUTH u x')
    for (const command of ['GET a', 'SET a 1', 'DEL a', 'TTL a', 'GET a']) await client.say(command)
    const objects = ((await boss.say('ACL LOG')) as string[][]).map((entry) => [entry[1], entry[7]])
    return [objects, await boss.say('CONFIG SET acllog-max-len 128')]
  }))

test('passwords and users are in no slow log and in no MONITOR', () =>
  same(async (connect) => {
    const [boss, monitor] = [await connect(), await connect()]
    await boss.all('CONFIG SET slowlog-log-slower-than 0', 'SLOWLOG RESET')
    await monitor.say('MONITOR')
    await boss.all('ACL SETUSER u on >secret ~a', 'acl setuser u "nosuch secret"', 'AUTH u secret', 'AUTH default x')
    await boss.say('CONFIG SET slowlog-log-slower-than -1')
    const shown = JSON.stringify([await boss.say('SLOWLOG GET 100'), monitor.resp.pushed.map(plain)])
    return [shown.includes('secret'), ((await boss.say('SLOWLOG GET 100')) as unknown[][]).map((entry) => entry[3])]
  }))
