// The engine as a cluster of one node beside a real one: what may not be said there, and that all else is as before.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { splitWords } from '../../src/core/words.ts'
import { type Command, groups } from '../differential/commands.ts'
import { atTimesOf, keyspace, normalise, reset } from '../differential/compare.ts'
import { ask, type Server } from '../replication/servers.ts'
import type { RespClient } from '../support/resp-client.ts'
import { SEED } from '../support/seed.ts'
import { startEngineCluster, startRedisCluster } from './servers.ts'

const COMMANDS = Number(process.env['ISODIS_COMMANDS'] ?? 300)
const SEQUENCE = 50

let engine: Server
let redis: Server
beforeAll(async () => {
  ;[engine, redis] = await Promise.all([startEngineCluster(), startRedisCluster()])
})
afterAll(() => Promise.all([engine?.stop(), redis?.stop()]))

async function run(client: RespClient, protocol: 2 | 3, commands: readonly Command[]): Promise<unknown> {
  await reset(client, protocol)
  const replies = await client.pipeline(commands)
  await client.call('RESET')
  return { replies: commands.map((command, i) => [command.join(' '), normalise(command, replies[i])]), keyspace: await keyspace(client) }
}

/** Commands in lines, quoted as redis-cli has it. */
const CASES: Readonly<Record<string, string>> = {
  'keys of one slot': `
    SET a 1
    SET {a}b 2
    MGET a {a}b a
    DEL a {a}b
    MGET a b
    MSET a 1 b 2
    EXISTS a b
    RENAME a b
    WATCH a b
    PFCOUNT a b
    BITOP AND a b c`,
  'keys behind other words': `
    XREAD STREAMS a b 0 0
    XREADGROUP GROUP g c STREAMS a b > >
    ZUNIONSTORE a 2 b c
    LMPOP 2 a b LEFT
    BLMPOP 1 2 a b LEFT
    SINTERCARD 2 a b
    GEORADIUS a 1 1 1 m STORE b
    SORT l STORE m
    MIGRATE 127.0.0.1 1 "" 0 100 KEYS a b`,
  'errors that come first': `
    MGET
    NOSUCH a b
    MSET a 1 b
    HSET a b
    ZUNIONSTORE a 0 b c
    ZUNIONSTORE a x b c`,
  'one database': `
    SET a 1
    SELECT 0
    SELECT 1
    SELECT 99
    SELECT x
    MOVE a 1
    MOVE a x
    SWAPDB 0 0
    SWAPDB 0 1
    COPY a {a}b DB 0
    COPY a {a}b DB 1
    COPY a {a}b DB x
    COPY a {a}b REPLACE
    COPY a b`,
  'SORT that looks up other keys': `
    RPUSH l 2 1
    SORT l BY w*
    SORT l BY nosort GET #
    SORT l GET #
    SORT l GET x*
    SORT l BY nosort
    SORT l BY l
    SORT_RO l BY w*
    SORT l DESC LIMIT 0 1`,
  transactions: `
    MULTI
    SET a 1
    SET b 2
    EXEC
    EXISTS a
    MULTI
    SET a 1
    MGET a b
    EXEC
    MULTI
    SET a 1
    GET a
    EXEC
    WATCH a
    MULTI
    SET b 1
    EXEC
    MULTI
    PING
    SELECT 1
    EXEC`,
  scripts: `
    SET a 1
    EVAL "return redis.call('get','b')" 1 a
    EVAL "return redis.call('get','a')" 0
    EVAL "return redis.call('mget','a','b')" 0
    EVAL "return redis.pcall('mget','a','b')" 0
    EVAL "return {redis.call('get','a'),redis.call('get','b')}" 0
    EVAL "return 1" 2 a b
    EVAL_RO "return 1" 2 a b
    EVAL "return redis.call('select',1)" 0
    EVAL "redis.call('set','a',1) redis.call('set','b',1)" 0
    EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 2 a b`,
  'scripts that say what they need': `
    SET a 1
    EVAL "#!lua\\nreturn redis.call('get','a')" 0
    EVAL "#!lua\\nreturn {redis.call('get','a'),redis.call('get','b')}" 0
    EVAL "#!lua\\nreturn redis.call('get','b')" 1 a
    EVAL "#!lua flags=allow-cross-slot-keys\\nreturn {redis.call('get','b'),redis.call('get','c')}" 1 a
    EVAL "#!lua flags=no-cluster\\nreturn 1" 0
    EVAL_RO "#!lua flags=no-cluster,no-writes\\nreturn 1" 0
    MULTI
    SET a 1
    EVAL "#!lua\\nreturn redis.call('get','b')" 0
    EXEC
    FUNCTION LOAD REPLACE "#!lua name=f\\nredis.register_function('f', function() redis.call('get','a') return redis.call('get','b') end)"
    FCALL f 0
    FCALL f 2 a b
    FUNCTION LOAD REPLACE "#!lua name=f\\nredis.register_function{function_name='f', callback=function() return 1 end, flags={'no-cluster'}}"
    FCALL f 0`,
  'shard channels': `
    SSUBSCRIBE a b
    SPUBLISH a x
    PUBLISH a x
    PUBSUB SHARDNUMSUB a b`,
  CLUSTER: `
    CLUSTER INFO
    CLUSTER LINKS
    CLUSTER KEYSLOT a{b}c
    CLUSTER KEYSLOT ""
    CLUSTER KEYSLOT
    CLUSTER COUNTKEYSINSLOT 99999
    CLUSTER COUNTKEYSINSLOT -1
    CLUSTER COUNTKEYSINSLOT x
    SET a 1
    CLUSTER COUNTKEYSINSLOT 15495
    CLUSTER GETKEYSINSLOT 15495 5
    CLUSTER GETKEYSINSLOT 15495 0
    CLUSTER GETKEYSINSLOT 15495 -1
    CLUSTER GETKEYSINSLOT x 1
    CLUSTER GETKEYSINSLOT 3 x
    CLUSTER ADDSLOTS 1
    CLUSTER ADDSLOTS x
    CLUSTER ADDSLOTS 99999
    CLUSTER ADDSLOTSRANGE 1 2
    CLUSTER ADDSLOTSRANGE 1
    CLUSTER FORGET abc
    CLUSTER REPLICAS abc
    CLUSTER SLAVES abc
    CLUSTER SAVECONFIG
    CLUSTER NOSUCH
    CLUSTER
    CLUSTER MYID x
    READONLY
    READWRITE
    ASKING
    INFO cluster
    CONFIG GET cluster-enabled
    CONFIG SET cluster-enabled no
    REPLICAOF 127.0.0.1 1
    REPLICAOF NO ONE
    FAILOVER`,
}

test.each(Object.entries(CASES))('%s', async (_, lines) => {
  const commands = lines.trim().split('\n').map((line) => splitWords(line.trim())!) // prettier-ignore
  const wanted = await run(redis.client, 2, commands)
  expect(await run(engine.client, 2, commands)).toEqual(wanted)
})

test.each(Object.keys(groups))('random commands: %s', async (name) => {
  const sequence = fc.array(groups[name], { minLength: 1, maxLength: 2 * SEQUENCE, size: 'max' })
  const property = fc.asyncProperty(fc.constantFrom(2 as const, 3 as const), sequence, async (protocol, commands) => {
    const wanted = await run(redis.client, protocol, commands)
    expect(atTimesOf(wanted, await run(engine.client, protocol, commands))).toEqual(wanted)
  })
  await fc.assert(property, { seed: SEED, numRuns: Math.ceil(COMMANDS / SEQUENCE), endOnFailure: false })
})

test('it describes itself as a node does, with the address at which it was reached', async () => {
  const shapes = async ({ client, port }: Server): Promise<string> => {
    const server = { client, port } as Server
    const id = String(await ask(server, 'CLUSTER', 'MYID'))
    const all = await Promise.all(['SLOTS', 'SHARDS', 'NODES'].map((what) => ask(server, 'CLUSTER', what)))
    return JSON.stringify(all)
      .replaceAll(id, 'ID')
      .replaceAll(String(port + 10_000), 'BUS')
      .replaceAll(String(port), 'PORT')
  }
  // A real one learns its address from other nodes.
  await ask(redis, 'CONFIG', 'SET', 'cluster-announce-ip', '127.0.0.1')
  for (const [hostname, type] of [
    ['', 'ip'],
    ['node.example', 'ip'],
    ['node.example', 'hostname'],
    ['node.example', 'unknown-endpoint'],
    ['', 'hostname'],
  ]) {
    for (const server of [engine, redis]) {
      await ask(server, 'CONFIG', 'SET', 'cluster-announce-hostname', hostname, 'cluster-preferred-endpoint-type', type)
    }
    expect(await shapes(engine)).toBe(await shapes(redis))
  }
  for (const server of [engine, redis]) {
    expect(await ask(server, 'INFO', 'server')).toMatch(/redis_mode:cluster/)
    expect(JSON.stringify(await ask(server, 'HELLO', '3'))).toContain('cluster')
  }
})
