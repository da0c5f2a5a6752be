// One owner at a time, among all tabs and workers of an origin: a Web Lock that is held until it is given back or its tab
// goes away. Where there are no Web Locks (Node, happy-dom) nothing is held.
import { systemClock } from '../host.ts'
import { StorageError } from '../../core/persistence/storage.ts'

export interface LockOptions {
  readonly signal?: AbortSignal
  /** Takes the lock away from whoever has it. */
  readonly steal?: boolean
}
/** What is used of Web Locks. */
export interface LockManager {
  request(name: string, options: LockOptions, held: () => Promise<void>): Promise<void>
  query(): Promise<{ held?: { name?: string; clientId?: string }[] }>
}

/** @returns null where there are none. happy-dom has the property, and null in it */
export function hostLocks(): LockManager | null {
  return (globalThis as { navigator?: { locks?: LockManager | null } }).navigator?.locks ?? null
}

/** Another tab or worker has the lock. */
export class LockedError extends StorageError {
  /** Who: an id that the browser gave. */
  readonly holder: string | undefined
  constructor(name: string, holder: string | undefined) {
    super(`the storage "${name}" belongs to another client, tab or worker: \`shared: true\` would share it`)
    this.holder = holder
  }
}

/** Pages in sandboxed frames and, in some browsers, in frames of other sites have no storage. */
export const denied = (cause: unknown): StorageError => new StorageError('the browser denies this page its storage', { cause })

/** Gives a lock back. */
export interface HeldLock {
  (): void
  /** Whether it was stolen. */
  readonly isLost: () => boolean
}

/**
 * @param patience milliseconds to wait for whoever has it
 * @param steal takes it from whoever has it
 * @returns a function that gives the lock back
 * @throws LockedError if another has it
 */
export async function holdLock(name: string, patience: number, steal = false): Promise<HeldLock> {
  const locks = hostLocks()
  if (locks === null) return Object.assign(() => {}, { isLost: () => false })
  try {
    return await request(locks, name, patience, steal)
  } catch (cause) {
    throw (cause as Error).name === 'SecurityError' ? denied(cause) : cause
  }
}

async function request(locks: LockManager, name: string, patience: number, steal: boolean): Promise<HeldLock> {
  const waiting = new AbortController()
  let cancel: (() => void) | null = null
  let settled = false
  let lost = false
  let giveBack: () => void = () => {}
  await new Promise<void>((resolve, reject) => {
    const held = (): Promise<void> => {
      settled = true
      resolve()
      return new Promise((done) => (giveBack = done))
    }
    const refused = (error: unknown): void => {
      settled = lost = true
      reject(error)
    }
    // A busy browser may take long to grant even a free lock. It answers requests in order: if the lock was granted to this one just
    // now, that is heard before the answer to the query.
    const losePatience = async (): Promise<void> => {
      const holder = (await locks.query()).held?.find((lock) => lock.name === name)
      if (settled) return
      if (holder === undefined) beginWaiting()
      else waiting.abort(new LockedError(name, holder.clientId))
    }
    const beginWaiting = (): void => {
      cancel = systemClock.after(patience, () => void losePatience().catch((error: unknown) => waiting.abort(error)), true)
    }
    locks.request(name, steal ? { steal } : { signal: waiting.signal }, held).catch(refused)
    if (!steal && patience !== Infinity) beginWaiting()
  }).finally(() => cancel?.())
  return Object.assign(() => giveBack(), { isLost: () => lost })
}
