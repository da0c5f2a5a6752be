// One live database in several tabs: the tab that holds the lock owns it and runs the commands of all, and when it is
// gone the next one loads what is stored and goes on. Loaded by `createRedis({ shared: true })` only.
import { RedisError } from '../../core/client/errors.ts'
import { hostLocks } from '../storage/web-lock.ts'
import { hasChannels } from './channels.ts'
import { denied, Member, type ShareOptions } from './member.ts'
import type { SharedRedis } from './shared-redis.ts'

export { abandonable } from './abandonable.ts'

/** @throws RedisError where there are no Web Locks and broadcast channels; what `open` throws */
export async function share(options: ShareOptions): Promise<SharedRedis> {
  const locks = hostLocks()
  if (locks === null || !hasChannels())
    throw new RedisError('UNSUPPORTED shared: it needs Web Locks and BroadcastChannel, which secure pages in browsers have')
  let member: Member
  try {
    member = new Member(locks, options)
  } catch (cause) {
    throw denied(cause) // Firefox, without cookies
  }
  await member.enter()
  return member.redis
}
