// The ways between tabs: broadcast channels of the origin, one that all tabs of a database hear, and one for each tab
// that only this tab listens to.

interface Port {
  postMessage(message: unknown): void
  close(): void
  onmessage: ((event: { data: unknown }) => void) | null
}

/** What a browser has, of what is needed here. Node has no locks. */
interface Host {
  BroadcastChannel?: new (name: string) => Port
  navigator?: { locks?: LockManager | null }
}

export interface LockOptions {
  readonly signal?: AbortSignal
  /** Takes the lock away from whoever has it. */
  readonly steal?: boolean
}
export interface LockManager {
  request(name: string, options: LockOptions, held: () => Promise<void>): Promise<void>
  query(): Promise<{ held?: { name?: string; clientId?: string }[] }>
}

/** @returns null where there is nothing to share with */
export function hostLocks(): LockManager | null {
  const { navigator, BroadcastChannel } = globalThis as Host
  return BroadcastChannel === undefined ? null : (navigator?.locks ?? null)
}

export class Channel<Sent, Received> {
  readonly #port: Port

  /** @param onMessage missing for a channel that is only spoken to */
  constructor(name: string, onMessage?: (message: Received) => void) {
    const { BroadcastChannel } = globalThis as Host
    this.#port = new BroadcastChannel!(name)
    if (onMessage !== undefined) this.#port.onmessage = ({ data }) => onMessage(data as Received)
  }

  send(message: Sent): void {
    this.#port.postMessage(message)
  }

  close(): void {
    this.#port.close()
  }
}
