// What backends say of themselves, for the table and for the test that they do.
import type { Capabilities } from '../../src/core/client/backend.ts'

/** The engine in this process can do everything. */
export const everything: Capabilities = {
  watch: true,
  blocking: true,
  subscribe: true,
  databases: true,
  persistence: true,
  multipleSlots: true,
  exactIntegers: true,
  delivery: 'exactly once',
}

/** ioredis sends commands again that were under way when a connection was lost. */
export const overIoredis: Capabilities = { ...everything, delivery: 'at least once' }

/** node-redis does not. */
export const overNodeRedisCluster: Capabilities = { ...everything, databases: false, multipleSlots: false }

export const overCluster: Capabilities = { ...overIoredis, databases: false, multipleSlots: false }

/** A request has no connection of its own. @upstash/redis repeats requests. */
export const overRest: Capabilities = { ...overIoredis, watch: false, blocking: false, databases: false, persistence: false }
