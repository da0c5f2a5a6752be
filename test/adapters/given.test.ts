// What takes a client and is given something else, past the types, says so at once.
import { expect, test } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { requesterOn } from '../../src/adapters/drop-in/upstash.ts'
import { createRedis } from '../../src/adapters/memory.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
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
