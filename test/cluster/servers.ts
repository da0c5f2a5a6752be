// A cluster of one node, by the engine and by a real redis-server.
import { admin } from '../../src/core/admin/admin.ts'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { serveResp } from '../../src/adapters/serve/server.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { ask, type Server, startRedis } from '../replication/servers.ts'
import { RespClient } from '../support/resp-client.ts'

export const createCluster = (): Promise<EmbeddedRedis> => createRedis({ admin, lua, config: { 'cluster-enabled': 'yes' } })

export async function startEngineCluster(): Promise<Server> {
  const redis = await createCluster()
  const server = await serveResp(redis, { port: 0 })
  const client = await RespClient.connect({ port: server.port, host: '127.0.0.1' })
  const stop = async (): Promise<void> => {
    client.close()
    await server.close()
    await redis.close()
  }
  return { port: server.port, client, engine: redis.engine, stop, [Symbol.asyncDispose]: stop }
}

export async function startRedisCluster(): Promise<Server> {
  const server = await startRedis('cluster-enabled', 'yes')
  await ask(server, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await ask(server, 'CLUSTER', 'INFO')).includes('cluster_state:ok')) await new Promise((resolve) => setTimeout(resolve, 20))
  return server
}
