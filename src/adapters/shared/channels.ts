// The ways between tabs: broadcast channels of the origin, one that all tabs of a database hear, and one for each tab
// that only this tab listens to.

interface Port {
  postMessage(message: unknown): void
  close(): void
  onmessage: ((event: { data: unknown }) => void) | null
}

interface Host {
  BroadcastChannel?: new (name: string) => Port
}

/** Whether there are such ways here. */
export const hasChannels = (): boolean => (globalThis as Host).BroadcastChannel !== undefined

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
