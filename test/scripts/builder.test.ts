// Scripts of the builder: how they read as Lua, and what they do on a real redis-server.
import { Redis as IORedis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import { defineScript, dictionary, nullable } from '../../src/scripts/builder/define.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'

let server: RedisServer
let redis: ReturnType<typeof fromIoredis>
beforeAll(async () => {
  server = await startRedisServer()
  redis = fromIoredis(new IORedis({ path: server.path }))
})
afterAll(async () => {
  await redis.close()
  await server.stop()
})
beforeEach(async () => {
  await redis.flushall()
})

describe('what a script returns', () => {
  test('comes as its type says', async () => {
    const script = defineScript({ name: 'all', keys: { z: 'zset', h: 'hash' } }, ($, { z, h }) => {
      z.zadd({ member: 'a', score: 0.1 })
      h.hset({ f: 'v', g: 2.5 })
      return {
        text: 'é\0',
        float: z.zscore('a').orElse(0).add(0.2),
        integer: h.hlen(),
        yes: h.hexists('f'),
        no: h.hexists('x'),
        missing: h.hget('x'),
        noScore: z.zscore('x'),
        list: h.hmget('f', 'x', 'g'),
        empty: $.list('string'),
        members: z.zrange(0, -1, { withScores: true }),
        hash: h.hgetall(),
        nested: [[1.5], [2]],
        nothing: null,
        infinite: $.local(1).div(0),
        nan: $.local(0).div(0),
      }
    })
    expect(await redis.script(script)({ z: 'z', h: 'h' })).toEqual({
      text: 'é\0',
      float: 0.1 + 0.2,
      integer: 2,
      yes: true,
      no: false,
      missing: null,
      noScore: null,
      list: ['v', null, '2.5'],
      empty: [],
      members: [{ member: 'a', score: 0.1 }],
      hash: { f: 'v', g: '2.5' },
      nested: [[1.5], [2]],
      nothing: null,
      infinite: Infinity,
      nan: NaN,
    })
  })

  test('follows what it says it returns', async () => {
    const script = defineScript(
      {
        name: 'find',
        args: { n: 'integer' },
        returns: nullable({ n: 'number', list: ['number?'], more: dictionary(['integer']), sub: nullable({ x: 'string' }) }),
      },
      ($, _keys, { n }) => {
        $.if(n.lt(0), () => $.return(null))
        const more = $.local('more', $.dictionary(['integer']))
        more.set('b', [1, 2])
        more.set('a', [n])
        $.if(n.eq(0), () => $.return({ sub: null, more, list: [], n: 0.5 }))
        return { n, list: [n, null, n.div(4)], more, sub: { x: $.text`n is ${n}` } }
      },
    )
    const find = redis.script(script)
    expect(await find({}, { n: -1 })).toBeNull()
    expect(await find({}, { n: 0 })).toEqual({ n: 0.5, list: [], more: { a: [0], b: [1, 2] }, sub: null })
    expect(await find({}, { n: 1 })).toEqual({ n: 1, list: [1, null, 0.25], more: { a: [1], b: [1, 2] }, sub: { x: 'n is 1' } })
  })
})
