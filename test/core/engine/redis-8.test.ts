// Commands and options of Redis 8.0 to 8.4. No redis-server here has them: the replies, errors and events are those of Redis's source.
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { CommandTable } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { Engine } from '../../../src/core/engine/engine.ts'
import type { Session } from '../../../src/core/engine/session.ts'
import { type MapReply, type Push, type Reply, ReplyError } from '../../../src/core/reply.ts'
import { ManualClock } from '../../support/manual-clock.ts'

let clock: ManualClock
let engine: Engine
let session: Session
/** Keyspace events, in order: `hset h`. */
let told: string[]

beforeEach(() => {
  clock = new ManualClock(1_000_000_000_000)
  engine = new Engine({ table: new CommandTable(groups), clock, random: Math.random, log: () => {} })
  session = engine.connect()
  told = []
  session.execute(['CONFIG', 'SET', 'notify-keyspace-events', 'EA'])
  const listener = engine.connect({
    onPush: (push) => {
      const [, , channel, key] = (push as Push).items as string[]
      if (key !== undefined) told.push(`${channel.slice(channel.indexOf(':') + 1)} ${key}`)
    },
  })
  listener.execute(['HELLO', '3'])
  listener.execute(['PSUBSCRIBE', '__keyevent@0__:*'])
})

/** The reply to a command line, `''` for an empty word; an error as its text. */
function say(line: string): Reply | Promise<Reply> {
  const reply = session.execute(line.split(' ').map((word) => (word === "''" ? '' : word)))
  return reply instanceof ReplyError ? reply.text : reply
}

/** The events of a command, and how many changes it counts as. */
function effects(line: string): [events: string[], dirty: number] {
  told.length = 0
  const before = engine.dirty
  say(line)
  return [told.slice(), engine.dirty - before]
}

describe('HGETDEL', () => {
  test('gives values and removes their fields, and with the last the key', () => {
    say('HSET h a 1 b 2 c 3')
    expect(say('HGETDEL h FIELDS 4 a none b a')).toEqual(['1', null, '2', null])
    expect(effects('HGETDEL h FIELDS 1 none')).toEqual([[], 0])
    expect(effects('HGETDEL h FIELDS 2 c c')).toEqual([['hdel h', 'del h'], 1])
    expect(say('EXISTS h')).toBe(0)
    expect(say('HGETDEL h FIELDS 2 a b')).toEqual([null, null])
  })

  test('a field that has expired is not there', () => {
    say('HSETEX h PX 10 FIELDS 1 a 1')
    say('HSET h b 2')
    clock.advance(10)
    expect(say('HGETDEL h FIELDS 2 a b')).toEqual([null, '2'])
  })

  test.each([
    ['HGETDEL s FIELDS 0', "ERR wrong number of arguments for 'hgetdel' command"],
    ['HGETDEL s FIELD 0 x', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['HGETDEL h FIELD 1 x', 'ERR Mandatory argument FIELDS is missing or not at the right position'],
    ['HGETDEL h FIELDS 0 x', 'ERR Number of fields must be a positive integer'],
    ['HGETDEL h FIELDS x x', 'ERR Number of fields must be a positive integer'],
    ['HGETDEL h FIELDS 2 x', 'ERR The `numfields` parameter must match the number of arguments'],
    ['HGETDEL h FIELDS 1 x y', 'ERR The `numfields` parameter must match the number of arguments'],
  ])('%s', (line, message) => {
    say('SET s 1')
    expect(say(line)).toBe(message)
  })
})

describe('HGETEX', () => {
  test('gives values, and sets or takes away the expiry of what is there', () => {
    say('HSET h a 1 b 2')
    expect(say('HGETEX h FIELDS 3 a none b')).toEqual(['1', null, '2'])
    expect(effects('HGETEX h FIELDS 1 a')).toEqual([[], 0])
    expect(effects('HGETEX h EX 100 FIELDS 3 a none b')).toEqual([['hexpire h'], 2])
    expect(say('HTTL h FIELDS 2 a b')).toEqual([100, 100])
    say('HGETEX h PX 5000 FIELDS 1 a')
    say('HGETEX h EXAT 1000000002 FIELDS 1 b')
    expect(say('HPTTL h FIELDS 2 a b')).toEqual([5000, 2000])
    say('HGETEX h PXAT 1000000000007 FIELDS 1 a')
    expect(say('HPTTL h FIELDS 1 a')).toEqual([7])
    expect(effects('HGETEX h PERSIST FIELDS 2 a none')).toEqual([['hpersist h'], 1])
    expect(effects('HGETEX h PERSIST FIELDS 1 a')).toEqual([[], 0])
    expect(say('HTTL h FIELDS 2 a b')).toEqual([-1, 2])
    clock.advance(2000)
    expect(say('HKEYS h')).toEqual(['a'])
    expect(say('HGETEX none EX 1 FIELDS 2 a b')).toEqual([null, null])
  })

  test('a time that has passed removes, the key too', () => {
    say('HSET h a 1 b 2')
    expect(say('HGETEX h EXAT 0 FIELDS 1 a')).toEqual(['1'])
    expect(effects('HGETEX h PX 0 FIELDS 2 b none')).toEqual([['hdel h', 'del h'], 1])
    expect(say('EXISTS h')).toBe(0)
  })

  test.each([
    ['HGETEX s EX FIELDS 1 x', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['HGETEX h EX FIELDS 1', 'ERR value is not an integer or out of range'],
    ['HGETEX h EX -1 FIELDS 1 x', 'ERR invalid expire time, must be >= 0'],
    ['HGETEX h EX 99999999999999 FIELDS 1 x', "ERR invalid expire time in 'hgetex' command"],
    ['HGETEX h EX 1 PERSIST FIELDS 1 x', 'ERR Mandatory argument FIELDS is missing or not at the right position'],
    ['HGETEX h KEEPTTL FIELDS 1 x', 'ERR Mandatory argument FIELDS is missing or not at the right position'],
    ['HGETEX h PXAT 1 1', 'ERR Mandatory argument FIELDS is missing or not at the right position'],
    ['HGETEX h FIELDS 1 x y', 'ERR The `numfields` parameter must match the number of arguments'],
    ['HGETEX h FIELDS 1 x EX 10', 'ERR The `numfields` parameter must match the number of arguments'],
    ['HGETEX h PERSIST FIELDS 1', 'ERR The `numfields` parameter must match the number of arguments'],
    ['HGETEX h FIELDS 0 x', 'ERR Number of fields must be a positive integer'],
    ['HGETEX h FIELDS 9223372036854775808 x', 'ERR Number of fields must be a positive integer'],
    ['HGETEX h EX 1 FIELDS', "ERR wrong number of arguments for 'hgetex' command"],
  ])('%s', (line, message) => {
    say('SET s 1')
    expect(say(line)).toBe(message)
  })
})

describe('HSETEX', () => {
  test('sets fields with an expiry, without one, or keeps it', () => {
    expect(effects('HSETEX h EX 10 FIELDS 2 a 1 b 2')).toEqual([['hset h', 'hexpire h'], 2])
    expect(say('HTTL h FIELDS 2 a b')).toEqual([10, 10])
    expect(effects('HSETEX h FIELDS 1 a 2')).toEqual([['hset h'], 1])
    expect(say('HSETEX h KEEPTTL FIELDS 2 b 3 c 4')).toBe(1)
    expect(say('HTTL h FIELDS 3 a b c')).toEqual([-1, 10, -1])
    expect(say('HMGET h a b c')).toEqual(['2', '3', '4'])
    clock.advance(10_000)
    expect(say('HMGET h a b c')).toEqual(['2', null, '4'])
  })

  test('FNX wants none of the fields, FXX all of them', () => {
    expect(effects('HSETEX h FXX FIELDS 1 a 1')).toEqual([[], 0])
    expect(say('EXISTS h')).toBe(0)
    expect(say('HSETEX h FNX EX 10 FIELDS 2 a 1 b 2')).toBe(1)
    expect(say('HSETEX h FNX FIELDS 2 c 3 b 9')).toBe(0)
    expect(say('HSETEX h EX 100 FXX FIELDS 2 a 3 c 9')).toBe(0)
    expect(say('HSETEX h EX 100 FXX FIELDS 2 a 3 b 4')).toBe(1)
    expect(say('HMGET h a b c')).toEqual(['3', '4', null])
    expect(say('HTTL h FIELDS 2 a b')).toEqual([100, 100])
  })

  test('a time that has passed removes, the key too', () => {
    expect(effects('HSETEX h PXAT 5 FIELDS 2 a 1 b 2')[0]).toEqual(['hset h', 'hdel h', 'del h'])
    expect(say('EXISTS h')).toBe(0)
    say('HSET h a 1 c 3')
    expect(say('HSETEX h EX 0 FIELDS 2 a 1 b 2')).toBe(1)
    expect(say('HKEYS h')).toEqual(['c'])
  })

  test.each([
    ['HSETEX s FIELDS 1 x', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX s FIELDS 1 x 1', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['HSETEX s FIELDS 2 x 1', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX s FIELDS 0 x 1', 'ERR invalid number of fields'],
    ['HSETEX h FIELDS 1 x 1 2', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX h FIELDS 1 x 1 EX 10', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX h EX 10 FNX FIELDS 1', "ERR wrong number of arguments for 'hsetex' command"],
    ['HSETEX h EX FIELDS 1 x 1', 'ERR value is not an integer or out of range'],
    ['HSETEX h PERSIST FIELDS 1 x 1', 'ERR unknown argument: PERSIST'],
    ['HSETEX h KEEPTTL KEEPTTL FIELDS 1 x 1', 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'],
    ['HSETEX h KEEPTTL EX 1 FIELDS 1 x 1', 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified'],
    ['HSETEX h FNX FXX FIELDS 1 x 1', 'ERR Only one of FXX or FNX arguments can be specified'],
    ['HSETEX h FNX PX x FIELDS 1 x 1', 'ERR value is not an integer or out of range'],
  ])('%s', (line, message) => {
    say('SET s 1')
    expect(say(line)).toBe(message)
    expect(say('EXISTS h')).toBe(0)
  })
})

describe('entries of streams and their groups', () => {
  /** Four entries; group g has read all, h two of them, and g has acknowledged 1-1 and 2-1, h 1-1. */
  beforeEach(() => {
    for (const id of [1, 2, 3, 4]) say(`XADD s ${id}-1 n ${id}`)
    say('XGROUP CREATE s g 0')
    say('XGROUP CREATE s h 0')
    say('XREADGROUP GROUP g ann STREAMS s >')
    say('XREADGROUP GROUP h bob COUNT 2 STREAMS s >')
    say('XACK s g 1-1 2-1')
    say('XACK s h 1-1')
  })
  const ids = (): string[] => (say('XRANGE s - +') as [string, Reply][]).map(([id]) => id)
  const pending = (group: string): string[] => (say(`XPENDING s ${group} - + 9`) as [string, Reply][]).map(([id]) => id)

  test('XDELEX removes entries, and leaves them pending', () => {
    expect(effects('XDELEX s IDS 3 2-1 9-9 3-1')).toEqual([['xdel s'], 2])
    expect([ids(), pending('g'), pending('h')]).toEqual([['1-1', '4-1'], ['3-1', '4-1'], ['2-1']])
    expect(say('XDELEX s KEEPREF IDS 2 2-1 4-1')).toEqual([-1, 1])
    expect(say('XDELEX none IDS 2 2-1 x')).toEqual([-1, -1])
    expect(say('XINFO STREAM s')).toMatchObject({ flat: expect.arrayContaining(['max-deleted-entry-id', '4-1']) })
  })

  test('XDELEX DELREF has them pending no more', () => {
    expect(say('XDELEX s DELREF IDS 3 2-1 3-1 2-1')).toEqual([1, 1, -1])
    expect([ids(), pending('g'), pending('h')]).toEqual([['1-1', '4-1'], ['4-1'], []])
    say('XDEL s 4-1')
    expect(effects('XDELEX s DELREF IDS 1 4-1')).toEqual([[], 1])
    expect(pending('g')).toEqual([])
  })

  test('XDELEX ACKED removes what every group has read and acknowledged', () => {
    expect(say('XDELEX s IDS 5 1-1 2-1 3-1 4-1 9-9 ACKED')).toEqual([1, 2, 2, 2, 2])
    expect(effects('XDELEX s ACKED IDS 1 2-1')).toEqual([[], 0])
    expect([ids(), pending('g'), pending('h')]).toEqual([['2-1', '3-1', '4-1'], ['3-1', '4-1'], ['2-1']])
    say('XGROUP DESTROY s h')
    expect(say('XDELEX s ACKED IDS 3 2-1 3-1 9-9')).toEqual([1, 2, 2])
    say('XGROUP DESTROY s g')
    expect(say('XDELEX s ACKED IDS 2 3-1 9-9')).toEqual([1, -1])
  })

  test('XACKDEL acknowledges and removes', () => {
    expect(effects('XACKDEL s h IDS 2 2-1 3-1')).toEqual([['xdel s'], 1])
    expect([ids(), pending('h')]).toEqual([['1-1', '3-1', '4-1'], []])
    expect(say('XACKDEL s g ACKED IDS 2 3-1 1-1')).toEqual([2, -1])
    expect([ids(), pending('g')]).toEqual([['1-1', '3-1', '4-1'], ['4-1']])
    say('XREADGROUP GROUP h bob STREAMS s >')
    expect(say('XACKDEL s g DELREF IDS 1 4-1')).toEqual([1])
    expect([ids(), pending('h')]).toEqual([['1-1', '3-1'], ['3-1']])
    say('XDEL s 3-1')
    expect(say('XACKDEL s h IDS 1 3-1')).toEqual([1])
    expect([say('XACKDEL s none IDS 1 1-1'), say('XACKDEL none g IDS 2 1-1 x')]).toEqual([[-1], [-1, -1]])
  })

  test('XTRIM DELREF has what it drops pending no more', () => {
    expect(effects('XTRIM s MAXLEN 1 DELREF')).toEqual([['xtrim s'], 3])
    expect([ids(), pending('g'), pending('h')]).toEqual([['4-1'], ['4-1'], []])
    expect(say('XTRIM s KEEPREF MINID 5')).toBe(1)
    expect(pending('g')).toEqual(['4-1'])
  })

  test('XTRIM ACKED drops what every group has read and acknowledged', () => {
    say('XACK s g 3-1')
    say('XGROUP SETID s h 3-1')
    expect(say('XTRIM s ACKED MAXLEN 0')).toBe(2)
    expect(ids()).toEqual(['2-1', '4-1'])
    say('XACK s h 2-1')
    expect(say('XTRIM s MINID 9 ACKED')).toBe(1)
    expect(say('XTRIM s MINID 9 ACKED')).toBe(0)
    expect(ids()).toEqual(['4-1'])
  })

  test('trimming notes no entry as missing, so that what is to be read stays known', () => {
    say('XACK s g 3-1')
    say('XACK s h 2-1')
    say('XCLAIM s h bob 0 1-1 FORCE JUSTID')
    expect(say('XTRIM s MAXLEN 1 ACKED')).toBe(1)
    expect(ids()).toEqual(['1-1', '3-1', '4-1'])
    expect(say('XINFO STREAM s')).toMatchObject({ flat: expect.arrayContaining(['max-deleted-entry-id', '0-0']) })
    say('XGROUP CREATE s new 0')
    const lags = (say('XINFO GROUPS s') as MapReply[]).map(({ flat }) => flat[flat.indexOf('lag') + 1])
    expect(lags).toEqual([0, 2, 3])
  })

  test('entries that go are what counts as changed, not those that are pending no more', () => {
    expect(effects('XADD s DELREF MAXLEN 1 5-1 n 5')).toEqual([['xadd s', 'xtrim s'], 1])
    expect([pending('g'), pending('h')]).toEqual([[], []])
    for (const group of ['g', 'h']) say(`XREADGROUP GROUP ${group} ann STREAMS s >`)
    expect(effects('XACKDEL s g DELREF IDS 1 5-1')).toEqual([['xdel s'], 1])
    expect(pending('h')).toEqual([])
  })

  test('XADD trims so too; roughly, only what is in whole nodes', () => {
    say('CONFIG SET stream-node-max-entries 2')
    say('XACK s h 2-1')
    expect(effects('XADD s MAXLEN = 3 ACKED 5-1 n 5')).toEqual([['xadd s', 'xtrim s'], 1])
    expect(ids()).toEqual(['3-1', '4-1', '5-1'])
    for (const id of [6, 7, 8, 9]) say(`XADD s NOMKSTREAM DELREF ${id}-1 n ${id}`)
    expect(say('XTRIM s MAXLEN ~ 4 DELREF')).toBe(2)
    expect(say('XTRIM s MAXLEN ~ 4 DELREF')).toBe(0)
    expect([ids(), pending('g')]).toEqual([['5-1', '6-1', '7-1', '8-1', '9-1'], []])
  })

  test.each([
    ['XDELEX s IDS 1', "ERR wrong number of arguments for 'xdelex' command"],
    ['XDELEX s IDS 0 1-1', 'ERR Number of IDs must be a positive integer'],
    ['XDELEX s IDS x 1-1', 'ERR Number of IDs must be a positive integer'],
    ['XDELEX s IDS 3 1-1 2-1', 'ERR The `numids` parameter must match the number of arguments'],
    ['XDELEX s IDS 1 1-1 2-1', 'ERR syntax error'],
    ['XDELEX s KEEPREF ACKED IDS 1 1-1', 'ERR syntax error'],
    ['XDELEX s IDS 2 1-1 x', 'ERR Invalid stream ID specified as stream command argument'],
    ['XACKDEL s g ACKED ACKED 1', 'ERR syntax error'],
    ['XACKDEL s g DELREF IDS 1 x', 'ERR Invalid stream ID specified as stream command argument'],
    ['XTRIM s MAXLEN 1 ACKED DELREF', 'ERR syntax error'],
    ['XADD s ACKED DELREF MAXLEN 1 6-1 f v', 'ERR Invalid stream ID specified as stream command argument'],
  ])('%s', (line, message) => {
    expect(say(line)).toBe(message)
    expect(ids()).toHaveLength(4)
  })
})

const HELLO_WORLD = 'b6acb9d84a38ff74' // of `Hello world`: the example of Redis's documentation

describe('SET under a condition on the value', () => {
  test('IFEQ wants the same string, IFNE another or none', () => {
    expect(effects('SET k b IFEQ a')).toEqual([[], 0])
    expect(say('SET k a IFNE a')).toMatchObject({ text: 'OK' })
    expect(effects('SET k b IFNE a')).toEqual([[], 0])
    expect(effects('SET k b IFEQ a EX 10')).toEqual([['set k', 'expire k'], 1])
    expect(say('SET k c IFEQ b KEEPTTL')).toMatchObject({ text: 'OK' })
    expect([say('GET k'), say('TTL k')]).toEqual(['c', 10])
    expect([say('SET k d IFEQ x GET'), say('SET k d IFEQ c GET'), say('SET new d IFNE c GET')]).toEqual(['c', 'c', null])
    expect(say('MGET k new')).toEqual(['d', 'd'])
    say('SET n 12')
    expect(say('SET n 13 IFEQ 12 IFEQ 11')).toBe(null)
    expect(say('SET n 13 IFEQ 11 IFEQ 12')).toMatchObject({ text: 'OK' })
  })

  test('IFDEQ and IFDNE compare digests', () => {
    session.execute(['SET', 'k', 'Hello world'])
    expect(say('DIGEST k')).toBe(HELLO_WORLD)
    expect(say(`SET k x IFDNE ${HELLO_WORLD}`)).toBe(null)
    expect(say(`SET k 7 IFDEQ ${HELLO_WORLD.toUpperCase()}`)).toMatchObject({ text: 'OK' })
    expect([say('DIGEST k'), say('OBJECT ENCODING k')]).toEqual(['06eed105b82285fa', 'int'])
    expect(say('SET none x IFDEQ 0')).toBe(null)
    expect(say('SET none x IFDNE 0')).toMatchObject({ text: 'OK' })
    expect(say('DIGEST nosuch')).toBe(null)
  })

  test.each([
    ['SET k x IFEQ', 'ERR syntax error'],
    ['SET k x IFEQ a NX', 'ERR syntax error'],
    ['SET k x XX IFNE a', 'ERR syntax error'],
    ['SET k x IFEQ a IFNE b', 'ERR syntax error'],
    ['SET k x IFDEQ 12', 'ERR must be exactly 16 hexadecimal characters'],
    ['SET l x IFEQ a', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['GETEX k IFEQ a', 'ERR syntax error'],
    ['DIGEST l', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
  ])('%s', (line, message) => {
    say('SET k a')
    say('LPUSH l a')
    expect(say(line)).toBe(message)
    expect(say('GET k')).toBe('a')
  })
})

describe('DELEX', () => {
  test('removes a key, or only if its string is the right one', () => {
    say('SET k a')
    expect(effects('DELEX k IFEQ b')).toEqual([[], 0])
    expect([say('DELEX k IFNE a'), say('DELEX k ifdne 96d0b8dd3d6fb7d5')]).toEqual([0, 1])
    say('SET k 12')
    expect(effects('DELEX k IFEQ 12')).toEqual([['del k'], 1])
    session.execute(['SET', 'k', 'Hello world'])
    expect(say(`DELEX k IFDNE ${HELLO_WORLD}`)).toBe(0)
    expect(say(`DELEX k IFDEQ ${HELLO_WORLD}`)).toBe(1)
    say('LPUSH l a')
    expect([say('DELEX l'), say('DELEX l'), say('DELEX k IFNE x'), say('EXISTS l k')]).toEqual([1, 0, 0, 0])
  })

  test('reads what it compares', () => {
    say('CONFIG SET notify-keyspace-events EAm')
    expect(effects('DELEX none')).toEqual([[], 0])
    expect(effects('DELEX none IFNE x')).toEqual([['keymiss none'], 0])
  })

  test.each([
    ['DELEX k IFEQ', "ERR wrong number of arguments for 'delex' command"],
    ['DELEX none IFEQ a b', "ERR wrong number of arguments for 'delex' command"],
    ['DELEX k IF a', 'ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE'],
    ['DELEX k IFDEQ 1', 'ERR must be exactly 16 hexadecimal characters'],
    ['DELEX l IFEQ a', 'ERR Key should be of string type if conditions are specified'],
  ])('%s', (line, message) => {
    say('SET k a')
    say('LPUSH l a')
    expect(say(line)).toBe(message)
    expect(say('EXISTS k l')).toBe(2)
  })
})

describe('MSETEX', () => {
  test('sets strings with one expiry, all or none', () => {
    expect(effects('MSETEX 2 a 1 b 2 EX 10')).toEqual([['expire a', 'set a', 'expire b', 'set b'], 2])
    expect([say('MGET a b'), say('TTL a'), say('TTL b')]).toEqual([['1', '2'], 10, 10])
    expect(effects('MSETEX 2 c 3 b 4 NX')).toEqual([[], 0])
    expect(effects('MSETEX 2 a 3 c 4 XX')).toEqual([[], 0])
    expect(say('MSETEX 2 a 3 b 4 XX KEEPTTL')).toBe(1)
    expect([say('MGET a b c'), say('TTL a')]).toEqual([['3', '4', null], 10])
    expect(say('MSETEX 2 c x c y NX')).toBe(1)
    expect([say('GET c'), say('TTL c')]).toEqual(['y', -1])
    expect(say('MSETEX 1 a x PXAT 1000000000007')).toBe(1)
    expect(say('PTTL a')).toBe(7)
    expect(say('COMMAND GETKEYS MSETEX 2 a 3 b 4 XX')).toEqual(['a', 'b'])
  })

  test.each([
    ['MSETEX a 1 EX 10', 'ERR invalid numkeys value'],
    ['MSETEX 0 a 1', 'ERR invalid numkeys value'],
    ['MSETEX 2147483648 a 1', 'ERR invalid numkeys value'],
    ['MSETEX 2147483647 a 1', 'ERR wrong number of key-value pairs'],
    ['MSETEX 2 a 1 b', 'ERR wrong number of key-value pairs'],
    ['MSETEX 1 a 1 b', 'ERR syntax error'],
    ['MSETEX 1 a 1 NX XX', 'ERR syntax error'],
    ['MSETEX 1 a 1 EX 1 PX 1', 'ERR syntax error'],
    ['MSETEX 1 a 1 EX 1 KEEPTTL', 'ERR syntax error'],
    ['MSETEX 1 a 1 GET', 'ERR syntax error'],
    ['MSETEX 1 a 1 IFEQ 2', 'ERR syntax error'],
    ['MSETEX 1 a 1 EX 0', "ERR invalid expire time in 'msetex' command"],
  ])('%s', (line, message) => {
    expect(say(line)).toBe(message)
    expect(say('DBSIZE')).toBe(0)
  })
})

describe('BITOP DIFF, DIFF1, ANDOR and ONE', () => {
  test('are what they are of each bit', () => {
    const strings = fc.array(fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 9 }), {
      minLength: 2,
      maxLength: 4,
    })
    const byBit: Readonly<Record<string, (first: number, others: number) => boolean>> = {
      DIFF: (first, others) => first === 1 && others === 0,
      DIFF1: (first, others) => first === 0 && others > 0,
      ANDOR: (first, others) => first === 1 && others > 0,
      ONE: (first, others) => first + others === 1,
    }
    const property = fc.property(strings, (sources) => {
      const keys = sources.map((text, i) => {
        session.execute(['SET', `k${i}`, text])
        return `k${i}`
      })
      for (const [operation, expected] of Object.entries(byBit)) {
        const length = Math.max(...sources.map((text) => text.length))
        expect(session.execute(['BITOP', operation, 'to', ...keys])).toBe(length)
        for (let at = 0; at < length * 8; at++) {
          const [first, ...others] = keys.map((key) => session.execute(['GETBIT', key, String(at)]) as number)
          const bit = session.execute(['GETBIT', 'to', String(at)])
          expect(bit).toBe(Number(expected(first, others.filter((each) => each === 1).length)))
        }
      }
    })
    fc.assert(property, { numRuns: 100, seed: 1 })
  })

  test.each(['DIFF', 'DIFF1', 'ANDOR'])('%s takes two sources or more', (operation) => {
    expect(say(`BITOP ${operation} to a`)).toBe(`ERR BITOP ${operation} must be called with at least two source keys.`)
    say('SET a x')
    expect(say('BITOP ONE to a')).toBe(1)
    expect(say('GET to')).toBe('x')
    expect(say(`BITOP ${operation.toLowerCase()} to none nil`)).toBe(0)
    expect(say('EXISTS to')).toBe(0)
  })
})

describe('XREADGROUP CLAIM', () => {
  const claim = (words: string): Reply | Promise<Reply> => say(`XREADGROUP GROUP g ${words}`)
  beforeEach(() => {
    for (const id of [1, 2, 3]) say(`XADD s ${id}-1 n ${id}`)
    say('XGROUP CREATE s g 0')
    claim('ann COUNT 2 STREAMS s >')
  })

  test('gives first what has been pending long enough, then what is new', () => {
    clock.advance(50)
    expect(claim('bob CLAIM 50 STREAMS s >')).toEqual([
      ['s', [['1-1', ['n', '1'], 50, 1], ['2-1', ['n', '2'], 50, 1], ['3-1', ['n', '3'], 0, 0]]],
    ]) // prettier-ignore
    expect(say('XPENDING s g - + 9')).toEqual([['1-1', 'bob', 0, 2], ['2-1', 'bob', 0, 2], ['3-1', 'bob', 0, 1]]) // prettier-ignore
    expect(claim('ann CLAIM 50 STREAMS s >')).toMatchObject({})
    expect(say('XPENDING s g')).toEqual([3, '1-1', '3-1', [['bob', '3']]])
    clock.advance(7)
    expect(claim('ann COUNT 1 CLAIM 7 STREAMS s >')).toEqual([['s', [['1-1', ['n', '1'], 7, 2]]]])
  })

  test('the longest idle comes first, COUNT counts both, and what is gone is left out', () => {
    say('XCLAIM s g ann 0 1-1 IDLE 10 JUSTID')
    say('XCLAIM s g ann 0 2-1 IDLE 20 JUSTID')
    expect(claim('bob COUNT 3 CLAIM 10 STREAMS s >')).toEqual([
      ['s', [['2-1', ['n', '2'], 20, 1], ['1-1', ['n', '1'], 10, 1], ['3-1', ['n', '3'], 0, 0]]],
    ]) // prettier-ignore
    say('XDEL s 1-1')
    expect(claim('bob CLAIM 0 NOACK STREAMS s >')).toEqual([
      [
        's',
        [
          ['2-1', ['n', '2'], 0, 2],
          ['3-1', ['n', '3'], 0, 1],
        ],
      ],
    ])
    expect(say('XPENDING s g')).toEqual([3, '1-1', '3-1', [['bob', '3']]])
  })

  test('who asks is heard of, even for nothing, and what it gets is one change', () => {
    claim('ann STREAMS s >')
    expect(effects('XREADGROUP GROUP g eve CLAIM 50 STREAMS s >')).toEqual([['xgroup-createconsumer s'], 1])
    clock.advance(50)
    expect(effects('XREADGROUP GROUP g eve CLAIM 50 COUNT 2 STREAMS s >')).toEqual([[], 1])
    say('XADD s 4-1 n 4')
    expect(effects('XREADGROUP GROUP g eve CLAIM 50 STREAMS s >')).toEqual([[], 1])
    expect(say('XPENDING s g')).toEqual([4, '1-1', '4-1', [['eve', '4']]])
  })

  test('follows the order of deliveries whatever becomes of entries', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ pause: fc.nat(20), least: fc.nat(40), count: fc.nat(4) }) },
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          'XADD s * n 0',
          'XADD s MAXLEN 6 * n 0',
          'XREADGROUP GROUP g bob COUNT 2 STREAMS s >',
          'XREADGROUP GROUP g bob STREAMS s 0',
          'XACK s g FIRST',
          'XACK s g LAST',
          'XDEL s FIRST',
          'XCLAIM s g cid 0 LAST IDLE 15',
          'XCLAIM s g cid 0 FIRST',
          'XAUTOCLAIM s g dan 10 0 COUNT 1',
          'XGROUP DELCONSUMER s g bob',
          'XGROUP SETID s g 0',
        ),
      },
    )
    const property = fc.property(fc.array(step, { minLength: 30, maxLength: 150 }), (steps) => {
      say('FLUSHALL')
      say('XGROUP CREATE s g 0 MKSTREAM')
      for (const each of steps) {
        const pending = say('XPENDING s g - + 1000') as [id: string, consumer: string, idle: number, count: number][]
        if (typeof each === 'string') {
          say(each.replace('FIRST', pending[0]?.[0] ?? '1-1').replace('LAST', pending.at(-1)?.[0] ?? '1-1'))
          continue
        }
        clock.advance(each.pause)
        const there = pending.filter(([id]) => (say(`XRANGE s ${id} ${id}`) as Reply[]).length > 0)
        const due = there.map(([id, , idle, count]) => [id, idle + each.pause, count] as const).filter(([, idle]) => idle >= each.least)
        const expected = due.toSorted(([, a], [, b]) => b - a).slice(0, each.count || undefined)
        const reply = claim(`eve CLAIM ${each.least} COUNT ${each.count} STREAMS s >`)
        const entries = Array.isArray(reply) ? (reply as [string, [string, Reply, number, number][]][])[0][1] : []
        const claimed = entries.filter(([, , , count]) => count > 0)
        const byIdle = (a: readonly [string, number, number], b: readonly [string, number, number]): number =>
          b[1] - a[1] || (a[0] < b[0] ? -1 : 1)
        if (each.count === 0) {
          expect(claimed.map(([id, , idle, count]) => [id, idle, count] as const).toSorted(byIdle)).toEqual(expected.toSorted(byIdle))
        }
        expect(claimed.map(([, , idle]) => idle)).toEqual(expected.map(([, idle]) => idle))
      }
    })
    fc.assert(property, { numRuns: 200, seed: 1 })
  })

  test('an ID that a stream gets again can be claimed again', () => {
    say('XDEL s 3-1 2-1')
    clock.advance(50)
    expect(claim('bob CLAIM 50 STREAMS s >')).toEqual([['s', [['1-1', ['n', '1'], 50, 1]]]])
    say('XSETID s 1-1')
    say('XADD s 2-1 n new')
    say('XGROUP SETID s g 3-1')
    clock.advance(50)
    expect(claim('bob CLAIM 51 STREAMS s >')).toEqual([['s', [['2-1', ['n', 'new'], 100, 1]]]])
  })

  test('says nothing of an ID that asks for the history', () => {
    clock.advance(50)
    expect(claim('ann CLAIM 0 STREAMS s 0')).toEqual([
      [
        's',
        [
          ['1-1', ['n', '1']],
          ['2-1', ['n', '2']],
        ],
      ],
    ])
  })

  test('who waits gets what becomes idle meanwhile, and what is added', async () => {
    claim('ann STREAMS s >')
    clock.advance(30)
    const { timers } = clock
    const first = claim('bob BLOCK 0 CLAIM 100 STREAMS s >')
    clock.advance(69)
    say('XADD s 4-1 n 4')
    expect(await first).toEqual([['s', [['4-1', ['n', '4'], 0, 0]]]])
    const second = engine.connect().execute('XREADGROUP GROUP g cid BLOCK 0 CLAIM 100 COUNT 2 STREAMS s >'.split(' '))
    clock.advance(1)
    expect(await second).toEqual([
      [
        's',
        [
          ['1-1', ['n', '1'], 100, 1],
          ['2-1', ['n', '2'], 100, 1],
        ],
      ],
    ])
    say('XACK s g 1-1 2-1 3-1 4-1')
    const third = engine.connect().execute('XREADGROUP GROUP g cid BLOCK 1000 CLAIM 200 STREAMS s >'.split(' '))
    clock.advance(100)
    // Not pending when it began to wait.
    say('XADD s 5-1 n 5')
    expect(await third).toEqual([['s', [['5-1', ['n', '5'], 0, 0]]]])
    const fourth = engine.connect().execute('XREADGROUP GROUP g dan BLOCK 1000 CLAIM 200 STREAMS s >'.split(' '))
    say('XCLAIM s g ann 0 5-1')
    clock.advance(200)
    expect(await fourth).toEqual([['s', [['5-1', ['n', '5'], 200, 2]]]])
    const fifth = engine.connect().execute('XREADGROUP GROUP g eve BLOCK 50 CLAIM 200 STREAMS s >'.split(' '))
    clock.advance(50)
    expect(await fifth).toMatchObject({})
    expect(clock.timers).toBe(timers)
  })

  test.each([
    ['XREADGROUP GROUP g ann CLAIM x STREAMS s >', 'ERR min-idle-time is not an integer or out of range'],
    ['XREADGROUP GROUP g ann CLAIM -0 STREAMS s >', 'ERR min-idle-time is not an integer or out of range'],
    ['XREADGROUP GROUP g ann CLAIM -1 STREAMS s >', 'ERR min-idle-time must be a positive integer'],
    ['XREADGROUP GROUP g CLAIM 50 ann STREAMS s >', 'ERR syntax error'],
    ['XREAD CLAIM 1 STREAMS s 0', 'ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.'],
  ])('%s', (line, message) => {
    expect(say(line)).toBe(message)
  })
})
