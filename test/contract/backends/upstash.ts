// The Upstash adapter over a client of @upstash/redis, on the REST handler, over HTTP: with the engine behind it, and with a
// real redis-server behind ioredis. The second is made to know no more than Upstash itself: bytes go through scripts there.
import { Redis as UpstashRedis } from '@upstash/redis'
import { Redis as Ioredis } from 'ioredis'
import { fromIoredis } from '../../../src/adapters/ioredis.ts'
import { createRedis, type Redis } from '../../../src/adapters/memory.ts'
import { createRestHandler, type RestHandler } from '../../../src/adapters/serve/rest-handler.ts'
import { serveRest } from '../../../src/adapters/serve/rest-server.ts'
import { fromUpstash } from '../../../src/adapters/upstash.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { startRedisServer } from '../../support/redis-server.ts'
import { requestOf } from '../../support/rest.ts'
import { overRest } from '../capabilities.ts'
import type { BackendUnderTest, Running } from '../contract.ts'
import { bytesInScripts, lines, redis70, requests } from '../exceptions.ts'

const TOKEN = 'token'

/** Knows no more than Upstash's protocol: bodies of bytes are no JSON, and events are never in base64. */
function plain(handler: RestHandler): RestHandler {
  return async (request) => {
    const headers = new Headers(request.headers)
    headers.delete('isodis-events')
    const body = await request.text()
    if (body.startsWith('bytes:')) return Response.json({ error: 'ERR failed to parse command' }, { status: 400 })
    return handler(requestOf(request.url, { method: request.method, headers, body, signal: request.signal }))
  }
}

/** A client of @upstash/redis on a handler that serves what is given. */
async function served(redis: Redis, stop: () => Promise<void>, as: (handler: RestHandler) => RestHandler): Promise<Running> {
  const server = await serveRest(as(createRestHandler(redis, { token: TOKEN })), { port: 0 })
  const connect = (): Redis => fromUpstash(new UpstashRedis({ url: server.url, token: TOKEN, enableTelemetry: false }))
  const client = connect()
  return {
    redis: client,
    another: async () => connect(),
    async stop() {
      await client.close()
      await server.close()
      await redis.close()
      await stop()
    },
  }
}

export const upstashOnEngine: BackendUnderTest = {
  name: '@upstash/redis → REST → engine',
  capabilities: overRest,
  exceptions: requests,
  async start() {
    return served(
      await createRedis({ lua }),
      async () => {},
      (handler) => handler,
    )
  },
}

export const upstashOnRedis: BackendUnderTest = {
  name: '@upstash/redis → REST → ioredis → redis-server',
  capabilities: overRest,
  exceptions: { ...redis70, ...requests, 'any message': lines, 'bytes in scripts': bytesInScripts },
  async start() {
    const server = await startRedisServer()
    return served(fromIoredis(new Ioredis({ path: server.path, stringNumbers: true })), () => server.stop(), plain)
  },
}
