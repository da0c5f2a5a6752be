// The entry `isodis/server`: the embedded client's engine on a TCP port or as the replica of a server, and a REST handler on another
// port (Node, Deno, Bun).
import { given, knownOptions } from '../given.ts'
import type { EmbeddedRedis } from '../embedded.ts'
import { type RespServer, type RespServerOptions, serveEngine } from './resp-server.ts'

export { type MasterOptions, replicate, type Replicating } from './replicate.ts'
export type { RespServer, RespServerOptions } from './resp-server.ts'
export { serveRest, type RestServer, type RestServerOptions } from './rest-server.ts'

/**
 * Serves an embedded engine to redis-cli and any client in any language.
 * Closing the server leaves the engine as it is; closing the engine closes the server.
 * @throws TypeError if an option is unknown
 * @throws Error if the port is taken or not allowed
 * @example await using server = await serveResp(redis, { port: 6379 })
 */
export function serveResp(redis: EmbeddedRedis, options: RespServerOptions = {}): Promise<RespServer> {
  const engine = given(redis.engine, 'serveResp', 'the client of createRedis()')
  // Such as `password`: that is CONFIG's `requirepass`.
  knownOptions('serveResp', options, ['port', 'host', 'path', 'mode', 'tls'])
  return serveEngine(engine, options)
}
