// The engine in this process.
import { createRedis } from '../../../src/adapters/memory.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { everything } from '../capabilities.ts'
import type { BackendUnderTest } from '../contract.ts'

export const engine: BackendUnderTest = {
  name: 'engine',
  capabilities: everything,
  sync: true,
  exceptions: {},
  async start() {
    const redis = await createRedis({ lua })
    return { redis, another: () => createRedis({ lua }), stop: () => redis.close() }
  },
}
