// What is seen of commands from elsewhere, against a real redis-server: MONITOR's lines, and INFO's counts of calls and errors.
import { expect, test } from 'vitest'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../support/beside-redis.ts'
import { RespClient } from '../support/resp-client.ts'
import { reset } from './compare.ts'

const { redis, engine } = besideRedis({ lua })

/** Lines of words; a script is one word. */
const SCENARIOS: Readonly<Record<string, string>> = {
  transactions: `
    SET a 1
    MULTI
    GET a
    INCR a
    NOSUCH
    EXEC
    MULTI
    SET a 2
    LPUSH a 1
    EXEC
    MULTI
    GET
    EXEC
    WATCH a
    SET a 3
    MULTI
    GET a
    EXEC
    MULTI
    MULTI
    EXEC
    EXEC
    MULTI
    EVAL return(redis.call('lpush','a',1)) 0
    EXEC
    MULTI
    DISCARD`,
  'the database, passwords and what waits': `
    SELECT 1
    AUTH secret
    AUTH ann secret
    HELLO 3 AUTH ann secret SETNAME me
    HELLO 3 SETNAME me
    CONFIG SET requirepass ''
    BLPOP l 0.01
    SELECT x
    OBJECT ENCODING a
    CONFIG FOO
    GET
    PING`,
  scripts: `
    SET a 1
    EVAL return(redis.call('get','a')) 0
    EVAL return(redis.call('get')) 0
    EVAL return(redis.call('nosuch')) 0
    EVAL return(redis.call('lpush','a',1)) 0
    EVAL return(redis.pcall('lpush','a',1)) 0
    EVAL redis.pcall('lpush','a',1)return(1) 0
    EVAL return(redis.error_reply('MY_error')) 0
    EVAL return{err='MYERROR'} 0
    EVAL return{err='MY'..string.char(32)..'error'} 0
    EVAL error('x') 0
    EVAL error({err='MY'..string.char(32)..'error'}) 0
    EVAL this_is_no_script! 0
    EVAL return(1) x
    EVAL_RO return(redis.call('set','a',1)) 0
    EVALSHA abc 0
    FCALL f 0`,
}

const words = (lines: string): string[][] => lines.trim().split('\n').map((line) => line.trim().split(' ').map((word) => (word === "''" ? '' : word))) // prettier-ignore

/** @returns MONITOR's lines without time and address, and INFO's statistics without times */
async function observed(path: string, commands: readonly string[][]): Promise<unknown> {
  const [client, monitor] = [await RespClient.connect({ path }), await RespClient.connect({ path })]
  await reset(client, 3)
  await client.call('SCRIPT', 'FLUSH')
  await monitor.call('MONITOR')
  await client.call('CONFIG', 'RESETSTAT')
  for (const command of commands) await client.call(...command)
  await client.call('RESET')
  const info = (
    await client.pipeline([
      ['INFO', 'commandstats'],
      ['INFO', 'errorstats'],
    ])
  ).map(({ value }) => value as string)
  const shown = (): string[] => monitor.pushed.map(({ value }) => (value as string).replace(/^[\d.]+ \[(\d+) (lua)?[^\]]*\]/, '$1 $2'))
  while (!shown().includes('0  "RESET"')) await new Promise((resolve) => setTimeout(resolve, 1))
  client.close()
  monitor.close()
  const lines = shown().slice(0, shown().indexOf('0  "RESET"'))
  const counts = info.join('').split('\r\n').map((line) => line.replace(/usec=\d+,usec_per_call=[\d.]+,/, '')).sort() // prettier-ignore
  return { lines, counts }
}

test.for(Object.entries(SCENARIOS))('%s', async ([, lines]) => {
  const wanted = await observed(redis.path, words(lines))
  expect(await observed(engine.path, words(lines))).toEqual(wanted)
})

test('who monitors already is not answered', async () => {
  for (const { path } of [redis, engine]) {
    const client = await RespClient.connect({ path })
    const [ok, refusal] = await client.raw('MONITOR\r\nMONITOR\r\nGET k\r\n', 2)
    expect([ok.type, refusal]).toEqual(['+', { type: '-', value: "ERR Replica can't interact with the keyspace" }])
    client.close()
  }
})

test('what waits and gets an error is counted as one that failed', async () => {
  const run = async (path: string): Promise<unknown> => {
    const [client, other] = [await RespClient.connect({ path }), await RespClient.connect({ path })]
    await reset(client, 3)
    await client.call('XGROUP', 'CREATE', 'x', 'g', '$', 'MKSTREAM')
    const blocked = async (): Promise<void> => {
      while (!/blocked_clients:1/.test((await other.call('INFO', 'clients')).value as string));
    }
    const id = (await client.call('CLIENT', 'ID')).value as string
    await client.call('CONFIG', 'RESETSTAT')
    const waiting = client.call('XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 'x', '>')
    await blocked()
    await other.call('XGROUP', 'DESTROY', 'x', 'g')
    const replies = [await waiting]
    const again = client.call('BLPOP', 'l', '0')
    await blocked()
    await other.call('CLIENT', 'UNBLOCK', id, 'ERROR')
    replies.push(await again)
    const info = (
      await other.pipeline([
        ['INFO', 'commandstats'],
        ['INFO', 'errorstats'],
      ])
    ).map(({ value }) => value as string)
    client.close()
    other.close()
    return [
      replies,
      info
        .join('')
        .match(/^errorstat.*|cmdstat_(xreadgroup|blpop).*failed_calls=\d+/gm)
        ?.map((line) => line.replace(/usec.*?,rej/, 'rej'))
        .sort(),
    ]
  }
  expect(await run(engine.path)).toEqual(await run(redis.path))
})
