// Users where redis-server is no measure: what runs in process, ways around rights that it leaves open, connections that end.
// What it is the measure of is in test/differential/acl.test.ts.
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { createTestRedis } from '../../src/adapters/testing.ts'
import { admin } from '../../src/core/admin/admin.ts'
import { sha256 } from '../../src/core/admin/sha256.ts'
import type { Engine } from '../../src/core/engine/engine.ts'
import type { Session } from '../../src/core/engine/session.ts'
import { type Reply, ReplyError } from '../../src/core/reply.ts'
import { newEngine, startEngineServer } from '../support/engine-server.ts'
import { plain, RespClient } from '../support/resp-client.ts'

const NO_KEY = 'NOPERM this user has no permissions to access one of the keys used as arguments'
const noCommand = (name: string): string => `NOPERM this user has no permissions to run the '${name}' command`

/** Says a line in a session. @returns the reply, of an error its text */
const say = (session: Session, line: string): unknown => {
  const reply = session.execute(line.split(' '))
  return reply instanceof ReplyError ? reply.text : reply
}

/** An engine with a user, who has connected. */
function withUser(rules: string): { engine: Engine; boss: Session; user: Session } {
  const engine = newEngine()
  admin.attach(engine)
  const [boss, user] = [engine.connect({ trusted: true }), engine.connect()]
  say(boss, `ACL SETUSER u on nopass ${rules}`)
  say(user, 'AUTH u x')
  return { engine, boss, user }
}

describe('words that stand for others', () => {
  test.for([
    // Of several places for a result it is the last that gets it; a word behind another option is none.
    ['SORT a STORE b BY store', '%R~* %W~a'],
    ['SORT a STORE b BY nosort GET store', '%R~* %W~a'],
    ['SORT a STORE a STORE b', '%R~* %W~a'],
    ['SORT a LIMIT 0 1 STORE b', '~a'],
    ['GEORADIUS a 0 0 1 m STORE a STORE b', '~a'],
    ['GEORADIUS a 0 0 1 m STOREDIST a STORE b', '~a'],
    ['GEORADIUS a 0 0 1 m STORE a STOREDIST b', '~a'],
    ['georadiusbymember a m 1 m store a store b', '~a'],
    // A group and a consumer can have any name.
    ['XREADGROUP COUNT 1 GROUP STREAMS STREAMS STREAMS b >', '~STREAMS ~c'],
    ['XREADGROUP COUNT 1 GROUP STREAMS c STREAMS b >', '~STREAMS ~c'],
    ['XREADGROUP GROUP g STREAMS STREAMS a b > >', '~a'],
    ['XREAD COUNT 1 STREAMS a b 0 0', '~a'],
    ['SET b GET', '~a'],
    ['SET a x GET', '%W~a'],
    ['SET a x ex 10 get', '%W~a'],
    ['BITFIELD a GET u8 0 set u8 0 1', '%R~a'],
    ['COPY a b', '~a'],
    ['COPY a b DB 1 REPLACE', '~a'],
    ['COPY a b', '%R~* %W~a'],
    ['RENAME b a', '~a'],
    ['RENAMENX a b', '~a'],
    ['MOVE b 1', '~a'],
    ['LMOVE a b LEFT LEFT', '~a'],
    ['SMOVE a b x', '~a'],
    ['ZUNIONSTORE a 1 b', '~a'],
    ['ZRANGESTORE b a 0 1', '~a'],
    ['GEOSEARCHSTORE b a FROMLONLAT 0 0 BYRADIUS 1 m', '~a'],
    ['BITOP NOT b a', '~a'],
    ['PFMERGE b a', '~a'],
    ['MSET a 1 b 2', '~a'],
    ['OBJECT ENCODING b', '~a'],
    ['MEMORY USAGE b', '~a'],
    ['RESTORE b 0 x', '~a'],
    ['DUMP b', '~a'],
    ['WATCH b', '~a'],
    ['TOUCH a b', '~a'],
    ['EVAL x 1 b', '~a'],
    ['BLMPOP 0 2 a b LEFT', '~a'],
    ['BZMPOP 0 2 a b MIN', '~a'],
    // The empty pattern is that of the empty key.
    ['GET a', '~'],
  ])('%s, with %s', ([line, rules]) => {
    const { user, engine } = withUser(`+@all ${rules}`)
    // Scripts are not on this engine; their command lines are read alike.
    if (line.startsWith('EVAL')) expect(engine.table.get('eval')).toBeUndefined()
    else expect(say(user, line)).toBe(NO_KEY)
  })

  test('the case of a command makes no difference', () => {
    const { user } = withUser('+@all -config|set -flushall -get ~*')
    expect(say(user, 'CoNfIg SeT maxmemory 0')).toBe(noCommand('config|set'))
    expect(say(user, 'fLuShAlL')).toBe(noCommand('flushall'))
    expect(say(user, 'get a')).toBe(noCommand('get'))
    expect(say(user, 'CONFIG GET port')).toEqual(expect.anything())
  })

  test('names are no properties of objects', () => {
    const { boss, user } = withUser('+@all ~__proto__')
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(say(user, `AUTH ${name} x`)).toMatch(/^WRONGPASS/)
      expect(say(boss, `ACL GETUSER ${name}`)).toBeNull()
      expect(say(boss, `ACL SETUSER ${name} on nopass`)).toEqual({ text: 'OK' })
      expect(say(user, `ACL DRYRUN ${name} GET a`)).toBe("This user has no permissions to run the 'get' command")
    }
    expect(say(user, 'GET __proto__')).toBeNull()
    expect(say(user, 'GET constructor')).toBe(NO_KEY)
    expect(say(boss, 'ACL SETUSER u +constructor')).toBe(
      "ERR Error in ACL SETUSER modifier '+constructor': Unknown command or category name in ACL",
    )
    expect(say(boss, 'ACL SETUSER u +@constructor')).toContain('Unknown command or category name')
  })

  test('a pattern of neither reading nor writing is none', () => {
    const { boss } = withUser('')
    expect(say(boss, 'ACL SETUSER u %~a')).toBe("ERR Error in ACL SETUSER modifier '%~a': Syntax error")
  })
})

describe('rights that change', () => {
  test('while a command waits: it is refused at once, and takes nothing', async () => {
    for (const rule of ['resetkeys', '-blpop', 'reset']) {
      const { engine, boss, user } = withUser('+@all ~*')
      const waiting = user.execute(['BLPOP', 'list', '0']) as Promise<Reply>
      say(boss, 'ACL SETUSER u ~*')
      say(boss, 'ACL SETUSER u +get')
      expect(user.waiter).not.toBeNull()
      say(boss, `ACL SETUSER u ${rule}`)
      expect(((await waiting) as ReplyError).text).toMatch(/^NOPERM/)
      expect(say(boss, 'RPUSH list x')).toBe(1)
      expect(say(boss, 'LLEN list')).toBe(1)
      expect(say(boss, 'ACL LOG')).toHaveLength(1)
      expect(engine.stats.errors.get('NOPERM')).toBe(1)
    }
  })

  test('while a command is held back by CLIENT PAUSE: what counts is when it runs', async () => {
    await using redis = await createTestRedis()
    await redis.call('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all', '~*')
    const user = redis.engine.connect()
    say(user, 'AUTH u x')
    await redis.call('CLIENT', 'PAUSE', '1000', 'WRITE')
    const writing = user.execute(['SET', 'a', '1']) as Promise<Reply>
    await redis.call('ACL', 'SETUSER', 'u', '-set')
    await redis.clock.advance(1000)
    expect(((await writing) as ReplyError).text).toBe(noCommand('set'))
  })

  test('in a transaction: whoever deletes its own user runs nothing behind it', () => {
    const { user, boss } = withUser('+@all ~*')
    for (const line of ['MULTI', 'ACL DELUSER u', 'SET a 1', 'ACL SETUSER default +@all']) say(user, line)
    const [deleted, ...others] = say(user, 'EXEC') as Reply[]
    expect(deleted).toBe(1)
    for (const reply of others) expect((reply as ReplyError).text).toMatch(/^NOPERM ACLs rules changed/)
    expect(say(boss, 'EXISTS a')).toBe(0)
    expect(say(user, 'GET a')).toMatch(/^NOPERM|^NOAUTH/)
  })

  test('AUTH in a transaction: what comes behind has the rights of the new user', () => {
    const { user, boss } = withUser('+@all ~*')
    say(boss, 'ACL SETUSER v on nopass')
    for (const line of ['MULTI', 'SET a 1', 'AUTH v x', 'SET b 1', 'AUTH u x', 'SET c 1']) say(user, line)
    const replies = say(user, 'EXEC') as Reply[]
    expect(replies.map((reply) => reply instanceof ReplyError)).toEqual([false, false, true, false, false])
    expect(say(boss, 'EXISTS a b c')).toBe(2)
  })
})

describe('connections that end', () => {
  test.for([
    ['ACL', 'DELUSER', 'u'],
    ['CLIENT', 'KILL', 'USER', 'u'],
    ['ACL', 'SETUSER', 'u', 'resetchannels'],
  ])('run nothing of what they still had to say: %j', async (line) => {
    await using server = await startEngineServer()
    const [boss, user] = [await RespClient.connect({ path: server.path }), await RespClient.connect({ path: server.path })]
    await boss.call('ACL', 'SETUSER', 'u', 'on', 'nopass', '+@all', '~list', '~a', '&*')
    await user.call('AUTH', 'u', 'x')
    // A connection that listens, in RESP3, may wait too.
    await user.call('HELLO', '3')
    void user.call('SUBSCRIBE', 'c').catch(() => {})
    const rest = user.pipeline([['BLPOP', 'list', '0'], ['SET', 'a', '1'], ['FLUSHALL'], ['SET', 'b', '1']]).catch(() => 'closed')
    await boss.call('SET', 'kept', '1')
    while (!/cmd=blpop/.test(plain(await boss.call('CLIENT', 'LIST')) as string));
    await boss.call(...line)
    expect(await rest).toBe('closed')
    expect(plain(await boss.call('MGET', 'kept', 'a', 'b'))).toEqual(['1', null, null])
    expect(plain(await boss.call('CLIENT', 'LIST'))).not.toContain('user=u')
    boss.close()
    await server.engine.close()
  })
})

describe('who may everything', () => {
  test('the program itself, whatever the default user may', async () => {
    await using redis = await createRedis({ admin })
    await redis.call('ACL', 'SETUSER', 'default', 'off', 'resetkeys', '-@all')
    expect(await redis.set('a', '1')).toBe('OK')
    expect(redis.sync.get('a')).toBe('1')
    expect(await redis.call('ACL', 'WHOAMI')).toBe('default')
    expect(await redis.multi().incr('a').exec()).toEqual([2])
  })

  test('until it logs in as somebody, and again after RESET', () => {
    const { boss } = withUser('+get ~a')
    expect(say(boss, 'AUTH u x')).toEqual({ text: 'OK' })
    expect(say(boss, 'SET a 1')).toBe(noCommand('set'))
    expect(say(boss, 'GET b')).toBe(NO_KEY)
    expect(say(boss, 'RESET')).toEqual({ text: 'RESET' })
    expect(say(boss, 'SET a 1')).toEqual({ text: 'OK' })
  })

  test('an engine without isodis/admin has no users', async () => {
    await using redis = await createRedis()
    await expect(redis.call('ACL', 'SETUSER', 'u')).rejects.toThrow('unknown subcommand')
    expect(redis.engine.users).toBeNull()
    const session = redis.engine.connect()
    expect(say(session, 'AUTH u x')).toMatch(/^WRONGPASS/)
    expect(say(session, 'SET a 1')).toEqual({ text: 'OK' })
  })

  test('who is connected when users come is the default one', () => {
    const engine = newEngine()
    const [before, program] = [engine.connect(), engine.connect({ trusted: true })]
    admin.attach(engine)
    say(program, 'ACL SETUSER default -@all')
    expect(say(before, 'GET a')).toBe(noCommand('get'))
    expect(say(program, 'GET a')).toBeNull()
  })
})

test('ioredis logs in on the drop-in as on a server', async () => {
  await using redis = await createRedis({ admin })
  await redis.call('ACL', 'SETUSER', 'app', 'on', '>secret', '+@read', '+@write', '+@connection', '+info', '~app:*')
  await redis.call('ACL', 'SETUSER', 'default', 'off')
  const client = new Redis({ ...ioredisOn(redis), username: 'app', password: 'secret' })
  expect(await client.set('app:1', 'x')).toBe('OK')
  await expect(client.get('other')).rejects.toThrow(NO_KEY)
  const stranger = new Redis({ ...ioredisOn(redis), username: 'app', password: 'wrong', retryStrategy: null, lazyConnect: true })
  stranger.on('error', () => {})
  await expect(stranger.connect().then(() => stranger.get('app:1'))).rejects.toThrow()
  client.disconnect()
  stranger.disconnect()
})

test('passwords are digested by SHA-256, however long they are', () => {
  for (const length of [...Array(200).keys(), 1000, 100_000]) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + length) & 0xff))
    expect(sha256(bytes.toString('latin1'))).toBe(createHash('sha256').update(bytes).digest('hex'))
  }
})

test('a password is text: what a program sets, a client can say', async () => {
  for (const extensions of [{ admin }, {}]) {
    await using redis = await createRedis({ config: { requirepass: 'pässwörd €' }, ...extensions })
    const client = new Redis({ ...ioredisOn(redis), password: 'pässwörd €' })
    expect(await client.set('a', '1')).toBe('OK')
    expect(await redis.call('CONFIG', 'GET', 'requirepass')).toEqual({ requirepass: 'pässwörd €' })
    client.disconnect()
  }
})

test('the log ages by the engine’s clock, and gives an event that comes back its own entry after a minute', async () => {
  await using redis = await createTestRedis({ now: 1_700_000_000_000 })
  await redis.call('ACL', 'SETUSER', 'u', 'on', 'nopass')
  const user = redis.engine.connect()
  say(user, 'AUTH u x')
  const times = async (): Promise<unknown> =>
    ((await redis.call('ACL', 'LOG')) as Record<string, unknown>[]).map((entry) => [
      ...['count', 'age-seconds', 'entry-id', 'timestamp-created', 'timestamp-last-updated'].map((field) => Number(entry[field])),
    ])
  say(user, 'GET a')
  await redis.clock.advance(60_000)
  say(user, 'GET a')
  expect(await times()).toEqual([[2, 0, 0, 1_700_000_000_000, 1_700_000_060_000]])
  await redis.clock.advance(60_001)
  say(user, 'GET a')
  expect(await times()).toEqual([
    [1, 0, 1, 1_700_000_120_001, 1_700_000_120_001],
    [2, 60.001, 0, 1_700_000_000_000, 1_700_000_060_000],
  ])
})
