// A real redis-server and the engine side by side, for test files that ask both the same.
import { afterAll, beforeAll } from 'vitest'
import { admin } from '../../src/core/admin/admin.ts'
import type { ScriptingExtension } from '../../src/core/engine/scripting.ts'
import { type EngineServer, newEngine, startEngineServer } from './engine-server.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'
import { RespClient } from './resp-client.ts'

/** A server with a connection to it, which is open until the end. */
type WithClient<Server> = Server & { readonly client: RespClient }

export interface BesideRedis {
  readonly redis: WithClient<RedisServer>
  readonly engine: WithClient<EngineServer>
}

interface Options {
  /** redis-server's. */
  readonly args?: readonly string[]
  /** Scripts for the engine. */
  readonly lua?: ScriptingExtension
  /** Whether the engine has the commands for operators. */
  readonly operated?: boolean
}

/** Starts both before the tests of a file and stops them after it. */
export function besideRedis({ args = [], lua, operated = false }: Options = {}): BesideRedis {
  // They are filled when the servers run, so that a file can take them apart at once.
  const redis = {} as WithClient<RedisServer>
  const engine = {} as WithClient<EngineServer>
  beforeAll(async () => {
    Object.assign(redis, await startRedisServer(args))
    const made = newEngine(lua)
    if (operated) admin.attach(made)
    Object.assign(engine, await startEngineServer(made))
    for (const server of [redis, engine]) Object.assign(server, { client: await RespClient.connect({ path: server.path }) })
  })
  afterAll(async () => {
    for (const { client, stop } of [redis, engine]) {
      client?.close()
      await stop?.()
    }
    await engine.engine?.close()
  })
  return { redis, engine }
}
