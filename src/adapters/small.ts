// The entry `isodis/small`: the same without streams, geo, bitmaps and HyperLogLogs, for apps that count kilobytes.
import { basicGroups } from '../core/engine/commands/basic.ts'
import { dump } from '../core/persistence/commands-dump.ts'
import { type Commands, create } from './create.ts'
import type { EmbeddedRedis, RedisOptions, SharedRedisOptions } from './embedded.ts'
import type { SharedRedis } from './shared/shared-redis.ts'

export * from './embedded.ts'

const LEFT_OUT = /^(?:x|geo|pf[acm]|bit|[gs]etbit)/i
const COMMANDS: Commands = { groups: [...basicGroups, { ...dump, leftOut: LEFT_OUT }] }

/**
 * Starts an engine in this process and creates a client on it.
 * Commands of streams, geo, bitmaps and HyperLogLogs are unknown to it: `isodis` has them.
 * @example const redis = await createRedis({ storage: indexedDb('my-app') })
 * @throws StorageError if another engine has the storage, or what it holds is damaged, or has a stream; nothing in it is changed
 * @throws RdbError if a stored snapshot is damaged; nothing in the storage is changed
 * @throws TypeError if an option is unknown or of the wrong type; nothing has run then
 * @throws RedisError if `config` or `save` has an unknown parameter or an invalid value
 */
export function createRedis(options: SharedRedisOptions): Promise<SharedRedis>
export function createRedis(options?: RedisOptions): Promise<EmbeddedRedis>
export function createRedis(options: RedisOptions | SharedRedisOptions = {}): Promise<EmbeddedRedis | SharedRedis> {
  return create(COMMANDS, options)
}
