// Unmodified clients on the engine in the same process, without a socket.
import { Redis as Upstash } from '@upstash/redis'
import { Redis as Ioredis } from 'ioredis'
import { ioredisOn } from '../../../src/adapters/drop-in/ioredis.ts'
import { requesterOn } from '../../../src/adapters/drop-in/upstash.ts'
import { fromIoredis } from '../../../src/adapters/ioredis.ts'
import { createRedis, type EmbeddedRedis, type Redis } from '../../../src/adapters/memory.ts'
import { fromUpstash } from '../../../src/adapters/upstash.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { overIoredis, overRest } from '../capabilities.ts'
import type { BackendUnderTest, Running } from '../contract.ts'
import { requests } from '../exceptions.ts'

async function on(connect: (engine: EmbeddedRedis) => Redis): Promise<Running> {
  const engine = await createRedis({ lua })
  const redis = connect(engine)
  const stop = async (): Promise<void> => {
    await redis.close()
    await engine.close()
  }
  return { redis, another: async () => connect(engine), stop }
}

export const dropInIoredis: BackendUnderTest = {
  name: 'drop-in ioredis',
  capabilities: overIoredis,
  exceptions: {},
  start: () => on((engine) => fromIoredis(new Ioredis({ ...ioredisOn(engine), stringNumbers: true }))),
}

export const dropInUpstash: BackendUnderTest = {
  name: 'drop-in @upstash/redis',
  capabilities: overRest,
  exceptions: requests,
  start: () => on((engine) => fromUpstash(new Upstash(requesterOn(engine)))),
}
