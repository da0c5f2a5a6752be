// The engine in this process.
import { createRedis } from '../../../src/adapters/memory.ts'
import type { BackendUnderTest } from '../contract.ts'

export const engine: BackendUnderTest = {
  name: 'engine',
  exceptions: {},
  async start() {
    const redis = await createRedis()
    return { redis, another: () => createRedis(), stop: () => redis.close() }
  },
}
