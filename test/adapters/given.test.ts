// What takes a client or options and is given something else, past the types, says so at once.
import { expect, test } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { requesterOn } from '../../src/adapters/drop-in/upstash.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { serveResp, serveRest } from '../../src/adapters/serve/server.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'

test.each<[name: string, take: (redis: never) => unknown]>([
  ['ioredisOn takes the client of createRedis()', ioredisOn],
  ['serveResp takes the client of createRedis()', (redis) => serveResp(redis, { port: 0 })],
  ['requesterOn takes a client', (redis) => requesterOn(redis)],
  ['createRestHandler takes a client', (redis) => createRestHandler(redis, { token: 't' })],
])('%s, not its promise', async (message, take) => {
  const promise = createRedis()
  expect(() => take(promise as never)).toThrow(new TypeError(`${message}: is an await missing?`))
  await (await promise).close()
})

test('fileStorage takes no path alone: it would keep the data in the current directory', () => {
  expect(() => fileStorage('./data' as never)).toThrow('fileStorage takes an object, such as { dir: "./data" }')
  expect(() => fileStorage({ directory: './data' } as never)).toThrow('fileStorage: there is no option directory, but dir, dbfilename')
})

test('an option that is not there is an error: a server without the token or the limit that its owner means would be open', async () => {
  await using redis = await createRedis()
  const token = 'secret'
  expect(() => serveResp(redis, { port: 0, password: token } as never)).toThrow(
    new TypeError('serveResp: there is no option password, but port, host, path, mode, tls'),
  )
  const handler = (options: object) => createRestHandler(redis, { token, ...options })
  expect(() => handler({ prefix: '/api' })).toThrow(
    new TypeError('createRestHandler: there is no option prefix, but token, readOnlyToken, path, cors, limits, onError'),
  )
  expect(() => handler({ limits: { bodies: 10 } })).toThrow(
    new TypeError('createRestHandler: limits: there is no option bodies, but body, commands, streams, buffer'),
  )
  expect(() => serveRest(handler({}), { port: 0, token } as never)).toThrow('serveRest: there is no option token, but port, host')
})
