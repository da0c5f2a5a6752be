// HSCAN, SSCAN and ZSCAN of collections that Redis keeps in one piece: whole, and in the order in which redis-server has them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EngineServer, startEngineServer } from '../../support/engine-server.ts'
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts'
import { plain, RespClient } from '../../support/resp-client.ts'

let server: RedisServer
let engine: EngineServer
let real: RespClient
let ours: RespClient
beforeAll(async () => {
  server = await startRedisServer()
  engine = await startEngineServer()
  real = await RespClient.connect({ path: server.path })
  ours = await RespClient.connect({ path: engine.path })
})
afterAll(async () => {
  real?.close()
  ours?.close()
  await engine?.stop()
  await server?.stop()
})

const SIZE = 100

test.for([
  ['HSCAN', 'hash'],
  ['HSCAN', 'hash', 'MATCH', '*7'],
  ['SSCAN', 'integers'],
  ['ZSCAN', 'zset'],
  ['ZSCAN', 'zset', 'MATCH', '*3*'],
])('%s of a small %s gives all of it at once, in order, whatever cursor and COUNT say', async ([command, key, ...options]) => {
  for (const cursor of ['0', '17']) {
    const replies = []
    for (const client of [real, ours]) {
      await client.call('FLUSHALL')
      for (let i = 0; i < SIZE; i++) {
        await client.call('HSET', 'hash', `field:${(i * 37) % SIZE}`, `${i}`)
        await client.call('SADD', 'integers', `${(i * 37) % SIZE}`)
        await client.call('ZADD', 'zset', `${(i * 53) % 10}`, `member:${(i * 37) % SIZE}`)
      }
      await client.call('HDEL', 'hash', 'field:5')
      await client.call('SREM', 'integers', '5')
      await client.call('ZREM', 'zset', 'member:5')
      replies.push(plain(await client.call(command, key, cursor, ...options, 'COUNT', '3')))
    }
    expect((replies[0] as [string])[0]).toBe('0')
    expect(replies[1]).toEqual(replies[0])
  }
})
