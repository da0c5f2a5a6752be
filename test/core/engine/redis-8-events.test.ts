// Keyspace events that came with Redis 8.2: redis-server 7.0 does not know their classes.
import { beforeEach, describe, expect, test } from 'vitest'
import { createTestRedis, type TestRedis } from '../../../src/adapters/testing.ts'
import type { Session } from '../../../src/core/engine/session.ts'
import { type Push, type Reply, ReplyError } from '../../../src/core/reply.ts'

let redis: TestRedis
let session: Session
/** In order: `set a`. */
let told: string[]

beforeEach(async () => {
  redis = await createTestRedis()
  session = redis.engine.connect()
  told = []
  const listener = redis.engine.connect({
    onPush: (push) => {
      const [, , channel, key] = (push as Push).items as string[]
      if (key !== undefined) told.push(`${channel.slice('__keyevent@0__:'.length)} ${key}`)
    },
  })
  listener.execute(['PSUBSCRIBE', '__keyevent@0__:*'])
})

function say(line: string): Reply | Promise<Reply> {
  const reply = session.execute(line.split(' '))
  if (reply instanceof ReplyError) throw reply
  return reply
}

/** The events of a command. */
function events(line: string): string[] {
  told.length = 0
  say(line)
  return told.slice()
}

describe('what is overwritten', () => {
  beforeEach(() => {
    for (const line of ['SET a 1', 'SET b 2', 'RPUSH list x', 'SADD set x', 'ZADD zset 1 x', 'GEOADD places 1 1 x'])
      session.execute(line.split(' '))
    say('CONFIG SET notify-keyspace-events EAoc')
  })

  test.each([
    ['SET a 2', ['overwritten a', 'set a']],
    ['SET a 2 KEEPTTL', ['overwritten a', 'set a']],
    ['SET list 2 EX 10', ['overwritten list', 'type_changed list', 'set list', 'expire list']],
    ['SET new 2', ['set new']],
    ['SETNX a 2', []],
    ['GETSET a 2', ['overwritten a', 'set a']],
    ['MSET a 2 new 3 set 4', ['overwritten a', 'set a', 'set new', 'overwritten set', 'type_changed set', 'set set']],
    ['BITOP NOT list a', ['overwritten list', 'type_changed list', 'set list']],
    ['SUNIONSTORE set set', ['overwritten set', 'sunionstore set']],
    ['SINTERSTORE set set none', ['del set']],
    ['ZUNIONSTORE list 1 zset', ['overwritten list', 'type_changed list', 'zunionstore list']],
    ['ZRANGESTORE a zset 0 -1', ['overwritten a', 'type_changed a', 'zrangestore a']],
    ['GEOSEARCHSTORE zset places FROMLONLAT 1 1 BYRADIUS 1 KM', ['overwritten zset', 'geosearchstore zset']],
    ['SORT list ALPHA STORE set', ['overwritten set', 'type_changed set', 'sortstore set']],
    ['RENAME a b', ['rename_from a', 'rename_to b', 'overwritten b']],
    ['RENAME a list', ['rename_from a', 'rename_to list', 'overwritten list', 'type_changed list']],
    ['RENAME a new', ['rename_from a', 'rename_to new']],
    ['COPY a b REPLACE', ['copy_to b', 'overwritten b']],
    ['COPY set b REPLACE', ['copy_to b', 'overwritten b', 'type_changed b']],
    // What changes in place is the same value.
    ['APPEND a 2', ['append a']],
    ['SETRANGE a 0 2', ['setrange a']],
    ['INCR a', ['incrby a']],
    ['INCRBYFLOAT a 1.5', ['incrbyfloat a']],
    ['SADD set y', ['sadd set']],
  ])('%s', (line, wanted) => {
    expect(events(line)).toEqual(wanted)
  })

  test('RESTORE REPLACE tells it last', async () => {
    const payload = await redis.bytes.dump('list')
    told.length = 0
    for (const key of ['list', 'a', 'new']) await redis.restore(key, 0, payload!, { replace: true })
    expect(told).toEqual(['restore list', 'overwritten list', 'restore a', 'overwritten a', 'type_changed a', 'restore new'])
  })

  test('each class by itself, and neither in A', () => {
    say('CONFIG SET notify-keyspace-events Ec')
    expect(events('SET list 2')).toEqual(['type_changed list'])
    say('CONFIG SET notify-keyspace-events Eo')
    expect(events('SET set 2')).toEqual(['overwritten set'])
    say('CONFIG SET notify-keyspace-events EA')
    expect(events('SET zset 2')).toEqual(['set zset'])
    say('CONFIG SET notify-keyspace-events gcKo')
    expect(say('CONFIG GET notify-keyspace-events')).toMatchObject({ flat: ['notify-keyspace-events', 'gocK'] })
    say('CONFIG SET notify-keyspace-events KEAmnoc')
    expect(say('CONFIG GET notify-keyspace-events')).toMatchObject({ flat: ['notify-keyspace-events', 'AKEm'] })
  })
})
