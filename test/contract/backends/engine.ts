// The engine in this process, also as a cluster.
import { createRedis } from '../../../src/adapters/memory.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { everything } from '../capabilities.ts'
import type { BackendUnderTest } from '../contract.ts'
import { inCluster } from '../exceptions.ts'
import { admin } from '../../../src/core/admin/admin.ts'

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

export const engineCluster: BackendUnderTest = {
  name: 'engine as a cluster',
  capabilities: { ...everything, databases: false, multipleSlots: false },
  sync: true,
  exceptions: { databases: inCluster.databases, 'all keys in reach': inCluster['all keys in reach'] },
  async start() {
    const create = () => createRedis({ lua, admin, config: { 'cluster-enabled': 'yes' } })
    const redis = await create()
    return { redis, another: create, stop: () => redis.close() }
  },
}
