// The prompt understands lines as redis-cli does and prints what redis-cli prints.
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { type Protocol, printReply } from '../../demo/src/prompt/print-reply.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { encodeUtf8 } from '../../src/core/bytes.ts'
import { splitWords } from '../../src/core/words.ts'
import { startRedisServer } from '../support/redis-server.ts'

const LINES = [
  'set text "two words"',
  'get text',
  'get missing',
  String.raw`set bytes "\x00\xff\n\t\r\a\b\\ \" \q é"`,
  'get bytes',
  'set accent à',
  'get accent',
  String.raw`set single 'it\'s \n as it is'`,
  'get single',
  'set joined one"two"',
  'set "open',
  'set "closed"too early',
  'incr text',
  'incr number',
  'rpush list a b c d e f g h i j k',
  'lrange list 0 -1',
  'lrange missing 0 -1',
  'hset hash name Ann visits 3',
  'hgetall hash',
  'hgetall missing',
  'hset one field value',
  'hrandfield one -1 withvalues',
  'zadd zset 1.5 ann 2 bob inf eve',
  'zrange zset 0 -1 withscores',
  'zscore zset ann',
  'zmscore zset ann nobody',
  'sadd set one',
  'smembers set',
  'smembers missing',
  'sscan set 0',
  'scan 0 match zset count 100',
  'object freq',
  'hello 3 x',
  'command getkeysandflags set a b',
  'multi',
  'set a 1',
  'lrange list 0 1',
  'incr text',
  'exec',
  'lmpop 1 list left count 2',
  'blpop missing 0.01',
  'config get save',
  'type zset',
  'nonsense here',
  'get',
]

/** What redis-cli prints on a terminal. */
function redisCli(path: string, protocol: Protocol): string {
  const args = ['-s', path, ...(protocol === 3 ? ['-3'] : [])]
  const { stdout, error } = spawnSync('redis-cli', args, {
    input: LINES.join('\n'),
    env: { ...process.env, FAKETTY: '1' },
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  // It says how long a command took that took half a second.
  return stdout.replaceAll(/^\(\d+\.\d\ds\)\n/gm, '')
}

async function prompt(protocol: Protocol): Promise<string> {
  await using redis = await createRedis()
  const connection = await redis.backend.connect()
  let printed = ''
  for (const line of LINES) {
    const words = splitWords(encodeUtf8(line))
    const text = words === null ? 'Invalid argument(s)' : printReply(await connection.call(words), protocol)
    printed += `${text}\n`
  }
  return printed
}

describe.each([2, 3] as const)('in RESP%i', (protocol) => {
  test('every line gives what redis-cli prints', async () => {
    await using server = await startRedisServer()
    expect((await prompt(protocol)).split('\n')).toEqual(redisCli(server.path, protocol).split('\n'))
  })
})
