// Cases that random commands hardly meet, each kept because it once differed: the engine must reply as a real redis-server,
// to the letter.
import { expect, test } from 'vitest'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../support/beside-redis.ts'
import { RespClient, type WireReply } from '../support/resp-client.ts'
import { reset } from './compare.ts'

const { redis, engine } = besideRedis({ lua })

/** Commands in lines, words apart by spaces; `''` is an empty word. */
const CASES: Readonly<Record<string, string>> = {
  'an expiry may be given twice in the same unit': `
    SET k v EX 10 EX 20
    TTL k
    SET k v PX 10 EX 20
    GETEX k EX 100 EX 200
    TTL k
    GETEX k EX 100 PX 200`,
  'a rank has too many words': `
    ZADD z 1 a
    ZRANK z a WITHSCORE x
    ZREVRANK z a x y`,
  'what scripts return has the kind they say': `
    EVAL return{big_number='123456789012345678901'} 0
    EVAL return{verbatim_string={format='mkd',string='text'}} 0
    EVAL return{verbatim_string={format='x',string='text'}} 0
    EVAL return{{map={[1]=true}},{double=0.5},{set={a=1}}} 0
    RESET
    EVAL return{{big_number='1'},{verbatim_string={format='mkd',string='text'}}} 0`,
  'a database has a number that C can hold': `
    SWAPDB 0 2147483647
    SWAPDB 0 2147483648
    SWAPDB -2147483648 0
    SWAPDB -2147483649 0
    SWAPDB -9223372036854775808 0
    SWAPDB 9223372036854775807 x
    SELECT 2147483648
    COPY a b DB 2147483648`,
  'no option is a name that every object of JavaScript has': `
    ZADD z constructor 1 a
    ZADD z __proto__ 1 a
    CONFIG SET maxmemory 1constructor
    CONFIG SET maxmemory 1kg
    CONFIG SET maxmemory 1kB
    CONFIG GET maxmemory
    CONFIG SET maxmemory 0`,
  'a transaction queues nothing when memory has run out': `
    SET k v
    CONFIG SET maxmemory 1
    MULTI
    DISCARD
    MULTI
    EXEC
    MULTI
    GET k
    EXEC
    CONFIG SET maxmemory 0`,
  'the keys of SORT are not led astray by its other words': `
    COMMAND GETKEYS SORT a BY STORE b
    COMMAND GETKEYS SORT a GET store b
    COMMAND GETKEYS SORT a LIMIT STORE 1 STORE b
    COMMAND GETKEYS SORT a STORE b STORE c
    COMMAND GETKEYS SORT a STORE STORE c
    COMMAND GETKEYS SORT a STORE LIMIT 1 STORE d
    COMMAND GETKEYS SORT a STORE`,
  'keys are counted as C reads numbers, and may be none where none are needed': `
    COMMAND GETKEYS ZMPOP 1.5 a MIN
    COMMAND GETKEYS ZMPOP 0x1 a MIN
    COMMAND GETKEYS ZMPOP -1 a MIN
    COMMAND GETKEYS EVAL s 0
    COMMAND GETKEYS EVAL s 2 a
    COMMAND GETKEYSANDFLAGS EVAL s -1 a`,
  'channels are no keys': `
    COMMAND GETKEYS SPUBLISH a b
    COMMAND GETKEYS SSUBSCRIBE a b
    COMMAND GETKEYS SUNSUBSCRIBE a`,
  'who is not known is told how to become so': `
    CONFIG SET requirepass p
    RESET
    HELLO 3
    AUTH p
    CONFIG SET requirepass ''`,
  'MONITOR waits for nobody, so a transaction has no place for it': `
    MULTI
    MONITOR
    SET k v
    EXEC
    GET k`,
  'who monitors has nothing to do with keys': `
    MONITOR
    GET k
    SET k v
    PUBLISH c m
    EVAL return(1) 0
    DBSIZE`,
  'REV may be given once': `
    ZADD z 1 a 2 b
    ZRANGE z 0 -1 REV REV`,
  'a cursor has 64 bits': `
    SET k v
    SCAN 18446744073709551616
    SCAN x COUNT
    HSCAN none 99999999999999999999
    SSCAN none 18446744073709551615`,
  'a cursor may be empty, have a sign and zeros before it': `
    HSET h f v
    SADD s m
    ZADD z 1 m
    SCAN '' TYPE hash
    HSCAN h ''
    SSCAN s ''
    ZSCAN z +0
    SCAN 00 TYPE set
    SCAN + TYPE hash
    HSCAN h -
    HSCAN h ++0
    HSCAN h 0x0`,
  'what SORT stores of a set has an order': `
    SADD s 10 9 8 c b a 7
    SORT s BY nosort STORE l
    LRANGE l 0 -1
    SORT s BY nosort GET # LIMIT 1 3 DESC STORE l
    LRANGE l 0 -1
    SORT s BY w_* BY nosort ASC STORE s
    LRANGE s 0 -1`,
  'SORT without an order walks a list from either end': `
    RPUSH l b c a d
    SORT l BY nosort
    SORT l BY nosort DESC
    SORT l BY nosort DESC LIMIT 0 1
    SORT l BY nosort DESC LIMIT 1 2 GET #`,
  'WAIT has a timeout': `
    WAIT 0 x
    WAIT 0 -1
    WAIT x 0
    XREAD BLOCK -1 STREAMS s 0
    XREAD BLOCK x STREAMS s 0`,
  'numbers of CONFIG are integers of 64 bits': `
    CONFIG SET maxmemory-samples 05
    CONFIG SET maxmemory-samples 9223372036854775808
    CONFIG SET maxmemory-samples 9223372036854775807
    CONFIG SET maxmemory-samples -0
    CONFIG SET lfu-log-factor ''`,
  'where files are kept is not for clients to say': `
    CONFIG SET dir /
    CONFIG SET dbfilename x`,
  'subcommands with a word too many': `
    CLIENT UNBLOCK 99999 TIMEOUT x
    MEMORY USAGE k SAMPLES -1
    MEMORY USAGE nokey SAMPLES 1 SAMPLES 2
    MEMORY USAGE k SAMPLES 1 SAMPLES
    MEMORY USAGE k SAMPLES x SAMPLES 1
    MEMORY USAGE k SAMPLES x`,
  'a string that was changed in place is raw, a number that became another is int': `
    APPEND k ''
    OBJECT ENCODING k
    APPEND k ''
    OBJECT ENCODING k
    SETRANGE new 0 1
    OBJECT ENCODING new
    COPY new copy
    OBJECT ENCODING copy
    INCR new
    OBJECT ENCODING new
    INCRBYFLOAT new 1
    OBJECT ENCODING new
    BITOP NOT not new
    OBJECT ENCODING not
    PFADD hll a
    OBJECT ENCODING hll`,
  'a small encoding that was outgrown does not come back': `
    SADD set 1 2 3 a
    SREM set a
    OBJECT ENCODING set
    COPY set copy
    OBJECT ENCODING copy
    SUNIONSTORE new set
    OBJECT ENCODING new
    SDIFFSTORE diff set new none
    SADD few 1 2 3 4 5 6 a
    SADD a a
    SDIFFSTORE diff few a none a
    OBJECT ENCODING diff
    SPOP set 2
    OBJECT ENCODING set
    SADD most 1 2 3 4 5 6 7 8 9 10 11
    OBJECT ENCODING most
    SPOP most 10
    OBJECT ENCODING most
    HSET hash a 1 b 2 c 3 d 4
    HDEL hash a b
    OBJECT ENCODING hash
    HSET long f 123456
    HSET long f 1
    OBJECT ENCODING long
    ZADD zset 1 a 2 b 3 c 4 d
    ZREM zset a b
    OBJECT ENCODING zset
    ZADD sorted 1 a
    SORT sorted BY nosort
    OBJECT ENCODING sorted`,
  'a script gets a set in an order that is always the same': `
    SADD s 10 9 8 c b a 7
    EVAL return(redis.call('sort','s','by','nosort')) 0`,
  'bits beyond 2^31': `
    BITFIELD b SET u2 2147483647 2 SET u1 2147483700 1 GET u2 2147483647
    GETBIT b 2147483647
    GETBIT b 2147483648
    BITCOUNT b
    BITPOS b 1
    BITFIELD b GET u63 4294967295`,
  'CONFIG GET shows a name as it was asked for': `
    CONFIG GET MaxMemory maxmemory
    CONFIG GET MAXMEMORY-S*`,
  'what reads and writes a bitfield': `
    COMMAND GETKEYSANDFLAGS BITFIELD b GET u8 0 OVERFLOW SAT GET u8 0
    COMMAND GETKEYSANDFLAGS BITFIELD b GET u8
    COMMAND GETKEYSANDFLAGS BITFIELD b OVERFLOW
    COMMAND GETKEYSANDFLAGS BITFIELD b GET u8 0 SET u8 0 1`,
  'no pattern but a lone star matches an empty name': `
    SADD '' ''
    KEYS *
    KEYS **
    SCAN 0 MATCH *
    SCAN 0 MATCH **
    SSCAN '' 0 MATCH *
    SSCAN '' 0 MATCH **`,
  'where there are no keys, as few words as there may be': `
    COMMAND GETKEYS PFMERGE p
    COMMAND GETKEYS XREADGROUP GROUP g c BLOCK 1 STREAMS x`,
  'ZSCAN shows large scores of small sorted sets as integers': `
    ZADD z 4611686018427387904 a 4611686018427389000 b -100000000000000016 c
    ZSCAN z 0
    ZRANGE z 0 -1 WITHSCORES
    ZADD z 1 longer_than_5
    ZSCAN z 0 MATCH a`,
  'an expiry as far off as 64 bits reach': `
    SET k v
    PEXPIREAT k 9223372036854775807
    PEXPIREAT k 9223372036854775807 GT
    PEXPIREAT k 9223372036854775808
    PEXPIRE k 9223372036854775807`,
}

const shown = ({ type, value }: WireReply): unknown => (Array.isArray(value) ? [type, ...value.map(shown)] : `${type}${value}`)

test.for(Object.entries(CASES))('%s', async ([, lines]) => {
  const commands = lines.trim().split('\n').map((line) => line.trim().split(' ').map((word) => (word === "''" ? '' : word))) // prettier-ignore
  const [wanted, found] = await Promise.all(
    [redis.path, engine.path].map(async (path) => {
      const client = await RespClient.connect({ path })
      await reset(client, 3)
      const replies = await client.pipeline(commands)
      client.close()
      // What SPOP takes is chance.
      return commands.map((command, i) => [command.join(' '), command[0] === 'SPOP' ? replies[i].type : shown(replies[i])])
    }),
  )
  expect(found).toEqual(wanted)
})

test('commands of very many words', async () => {
  const many = Array.from({ length: 200_000 }, (_, i) => String(i))
  const commands = [
    ['BITOP', 'OR', 'd', ...many],
    ['BITFIELD', 'b', ...many.flatMap((bit) => ['SET', 'u1', bit, '1'])],
    ['BITCOUNT', 'b'],
  ]
  const [wanted, found] = await Promise.all(
    [redis.path, engine.path].map(async (path) => {
      const client = await RespClient.connect({ path })
      await reset(client, 3)
      const replies = await client.pipeline(commands)
      client.close()
      return replies.map((reply) => JSON.stringify(shown(reply)).slice(0, 100))
    }),
  )
  expect(found).toEqual(wanted)
})
