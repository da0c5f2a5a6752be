// The client of a tab that shares its database with other tabs.
import { asText, Redis } from '../../core/client/redis.ts'
import { unsupported } from '../../core/client/errors.ts'
import type { EmbeddedRedis } from '../memory.ts'
import type { SharedBackend } from './shared-backend.ts'

/** Where a shared database is: `owner` means in this tab, `guest` in another one. */
export type Role = 'owner' | 'guest'

export class SharedRedis extends Redis<string> {
  readonly #owned: () => EmbeddedRedis | null

  constructor(backend: SharedBackend, owned: () => EmbeddedRedis | null) {
    super(backend, asText)
    this.#owned = owned
  }

  /** Whether the engine runs in this tab. It changes to `owner` when the tab that had it is gone. */
  get role(): Role {
    return this.#owned() === null ? 'guest' : 'owner'
  }

  /**
   * The same commands without promises, in the owner's tab only.
   * @throws RedisError in the other tabs
   */
  get sync(): EmbeddedRedis['sync'] {
    const owned = this.#owned()
    if (owned === null) throw unsupported('redis.sync', 'another tab runs the commands: use the client without sync')
    return owned.sync
  }
}
