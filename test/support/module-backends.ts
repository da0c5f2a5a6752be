// The clients that an entry with a type of its own is tested on: all on one engine that has it.
import { Redis as IORedis } from 'ioredis'
import { fromIoredis } from '../../src/adapters/ioredis.ts'
import { createRedis, type EmbeddedRedis, type RedisOptions } from '../../src/adapters/memory.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { connectUpstash } from '../../src/adapters/upstash.ts'
import type { Redis } from '../../src/core/client/redis.ts'

export interface Under {
  readonly redis: Redis
  readonly engine: EmbeddedRedis
  close(): Promise<void>
}

/** By what they are. @param options what brings the type */
export const moduleBackends = (options: Pick<RedisOptions, 'json' | 'vectors'>): Record<string, () => Promise<Under>> => ({
  engine: async () => {
    const engine = await createRedis(options)
    return { redis: engine, engine, close: () => engine.close() }
  },
  'the engine behind RESP, through ioredis': async () => {
    const engine = await createRedis(options)
    const server = await serveResp(engine, { port: 0 })
    const redis = fromIoredis(new IORedis(server.port))
    const close = async (): Promise<void> => {
      await redis.close()
      await server.close()
      await engine.close()
    }
    return { redis, engine, close }
  },
  "Upstash's REST protocol": async () => {
    const engine = await createRedis(options)
    const handler = createRestHandler(engine, { token: 'dev' })
    const fetchHere = (address: string | URL | Request, init?: RequestInit): Promise<Response> => handler(new Request(address, init))
    const redis = connectUpstash({ url: 'http://localhost', token: 'dev', fetch: fetchHere as typeof fetch })
    return { redis, engine, close: () => engine.close() }
  },
})
