// Where a library's scenario runs: ioredis 6 and 5 on the engine in process, and ioredis on a redis-server of its own. What
// the scenario returns must be the same.
import { Redis as Redis6, type RedisOptions } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { afterAll, beforeAll, expect } from 'vitest'
import { ioredisOn } from '../../src/adapters/drop-in/ioredis.ts'
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'

/** Makes a client; all are disconnected when the scenario is over. */
export type Connect = (options?: RedisOptions) => Redis6

export interface Places {
  readonly engine: EmbeddedRedis
  /** Runs a scenario in all places, each empty at the start. @returns what it returned */
  same<T>(scenario: (connect: Connect) => Promise<T>): Promise<T>
}

/** The places of a test file. */
export function usePlaces(): Places {
  let server: RedisServer
  let engine: EmbeddedRedis
  beforeAll(async () => {
    server = await startRedisServer()
    engine = await createRedis({ lua })
  })
  afterAll(async () => {
    await engine?.close()
    await server?.stop()
  })
  return {
    get engine() {
      return engine
    },
    async same(scenario) {
      const wanted = await runIn(Redis6, { path: server.path }, scenario)
      const got = await runIn(Redis6, ioredisOn(engine), scenario)
      expect(got).toEqual(wanted)
      expect(await runIn(Redis5 as unknown as typeof Redis6, ioredisOn(engine), scenario), 'with ioredis 5').toEqual(wanted)
      return got
    },
  }
}

async function runIn<T>(Redis: typeof Redis6, place: RedisOptions, scenario: (connect: Connect) => Promise<T>): Promise<T> {
  const clients: Redis6[] = []
  const connect: Connect = (options) => {
    const client = new Redis({ ...place, maxRetriesPerRequest: null, ...options })
    clients.push(client)
    return client
  }
  try {
    await connect().flushall()
    return await scenario(connect)
  } finally {
    for (const client of clients) client.disconnect()
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until something is so. @throws if it does not come to be */
export async function until(isSo: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  for (const end = Date.now() + ms; !(await isSo()); await pause(5)) if (Date.now() > end) throw new Error('it did not come to be')
}
