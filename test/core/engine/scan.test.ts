// HSCAN, SSCAN and ZSCAN of collections that Redis keeps in one piece: whole, and in the order in which redis-server has them.
import { expect, test } from 'vitest'
import { besideRedis } from '../../support/beside-redis.ts'
import { plain } from '../../support/resp-client.ts'

const { redis, engine } = besideRedis()

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
    for (const client of [redis.client, engine.client]) {
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

test('NOVALUES is for HSCAN (7.4)', async () => {
  const { client } = engine
  await client.pipeline([['FLUSHALL'], ['HSET', 'hash', 'field', 'value'], ['SADD', 'set', 'a'], ['ZADD', 'zset', '1', 'a']])
  expect(plain(await client.call('HSCAN', 'hash', '0', 'NOVALUES'))).toEqual(['0', ['field']])
  for (const line of ['SSCAN set 0 NOVALUES', 'ZSCAN zset 0 COUNT 1 NOVALUES', 'SCAN 0 NOVALUES']) {
    expect(plain(await client.call(...line.split(' ')))).toEqual({ error: 'ERR NOVALUES option can only be used in HSCAN' })
  }
})
