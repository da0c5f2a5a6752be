// One owner at a time, among all tabs and workers of an origin: a Web Lock that is held until it is given back or its tab
// goes away. Where there are no Web Locks (Node, happy-dom) nothing is held.
import { StorageError } from '../../core/persistence/storage.ts'

interface Locks {
  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, held: () => Promise<void>): Promise<void>
  query(): Promise<{ held?: { name?: string; clientId?: string }[] }>
}

/** Another tab or worker has the lock. */
export class LockedError extends StorageError {
  /** Who: an id that the browser gave. */
  readonly holder: string | undefined
  constructor(name: string, holder: string | undefined, cause: unknown) {
    super(`the storage "${name}" belongs to another tab or worker: \`shared: true\` would share it`, { cause })
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
  // happy-dom has the property, and null in it.
  const locks = (globalThis as { navigator?: { locks?: Locks | null } }).navigator?.locks
  if (!locks) return Object.assign(() => {}, { isLost: () => false })
  try {
    return await request(locks, name, patience, steal)
  } catch (cause) {
    if ((cause as Error).name === 'SecurityError') throw denied(cause)
    const { held = [] } = await locks.query()
    const holder = held.find((lock) => lock.name === name)
    // A browser that is busy may take its time for a lock that is free.
    if ((cause as Error).name === 'TimeoutError' && holder === undefined) return holdLock(name, patience, steal)
    throw new LockedError(name, holder?.clientId, cause)
  }
}

async function request(locks: Locks, name: string, patience: number, steal: boolean): Promise<HeldLock> {
  let lost = false
  let giveBack: () => void = () => {}
  await new Promise<void>((resolve, reject) => {
    const held = (): Promise<void> => {
      resolve()
      return new Promise((done) => (giveBack = done))
    }
    const options = steal ? { steal } : patience === Infinity ? {} : { signal: AbortSignal.timeout(patience) }
    locks.request(name, options, held).catch((error: unknown) => {
      lost = true
      reject(error)
    })
  })
  return Object.assign(() => giveBack(), { isLost: () => lost })
}
