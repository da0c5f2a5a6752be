// The entry `isodis`: the engine in this process, and the client on it.
import { groups } from '../core/engine/commands/index.ts'
import { dump } from '../core/persistence/commands-dump.ts'
import { type Commands, create } from './create.ts'
import type { EmbeddedRedis, RedisOptions, SharedRedisOptions } from './embedded.ts'
import type { SharedRedis } from './shared/shared-redis.ts'

export * from './embedded.ts'

const COMMANDS: Commands = { groups: [...groups, dump] }

/**
 * Starts an engine in this process and creates a client on it.
 * @example const redis = await createRedis({ storage: indexedDb('my-app') })
 * @throws StorageError if another engine has the storage, or what it holds is damaged; nothing in it is changed
 * @throws RdbError if a stored snapshot is damaged; nothing in the storage is changed
 * @throws TypeError if an option is unknown or of the wrong type; nothing has run then
 * @throws RedisError if `config` or `save` has an unknown parameter or an invalid value
 */
export function createRedis(options: SharedRedisOptions): Promise<SharedRedis>
export function createRedis(options?: RedisOptions): Promise<EmbeddedRedis>
export function createRedis(options: RedisOptions | SharedRedisOptions = {}): Promise<EmbeddedRedis | SharedRedis> {
  return create(COMMANDS, options)
}
