// Web Locks in one process, as far as sharing needs them: one holder at a time, a queue, stealing.
import type { LockManager, LockOptions } from '../../src/adapters/storage/web-lock.ts'

interface Request {
  readonly held: () => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class Locks implements LockManager {
  readonly #holders = new Map<string, Request>()
  readonly #queues = new Map<string, Request[]>()

  request(name: string, { signal, steal = false }: LockOptions, held: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const request: Request = { held, resolve, reject }
      const queue = this.#queues.get(name) ?? []
      this.#queues.set(name, queue)
      signal?.addEventListener('abort', () => {
        const place = queue.indexOf(request)
        if (place < 0) return
        queue.splice(place, 1)
        reject(signal.reason as Error)
      })
      if (!steal) queue.push(request)
      else {
        this.#holders.get(name)?.reject(new DOMException('stolen', 'AbortError'))
        this.#holders.delete(name)
        queue.unshift(request)
      }
      void this.#next(name)
    })
  }

  async #next(name: string): Promise<void> {
    await Promise.resolve()
    if (this.#holders.has(name)) return
    const request = this.#queues.get(name)?.shift()
    if (request === undefined) return
    this.#holders.set(name, request)
    await request.held()
    request.resolve()
    if (this.#holders.get(name) !== request) return
    this.#holders.delete(name)
    void this.#next(name)
  }

  /** The locks as one tab sees them. `seize` takes all it has and waits for, as a browser does from a page that it sets aside. */
  ofTab(): LockManager & { seize(): void } {
    const requests = new Set<() => void>()
    return {
      request: (name, options, held) => {
        let give = (): void => {}
        const away = new AbortController()
        const taken = new Promise<never>((_, reject) => {
          requests.add(() => {
            away.abort()
            give()
            reject(new DOMException('going away', 'AbortError'))
          })
        })
        const signal = options.signal === undefined ? away.signal : AbortSignal.any([options.signal, away.signal])
        const granted = (): Promise<void> => Promise.race([held(), new Promise<void>((resolve) => (give = resolve))])
        return Promise.race([this.request(name, { ...options, signal }, granted), taken])
      },
      query: () => this.query(),
      seize() {
        for (const take of requests) take()
        requests.clear()
      },
    }
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: Array.from(this.#holders.keys(), (name) => ({ name })) }
  }

  /** Takes a lock as another tab would. @returns a function that gives it back */
  async steal(name: string): Promise<() => void> {
    return new Promise((resolve) => {
      void this.request(name, { steal: true }, () => new Promise((release) => resolve(release))).catch(() => {})
    })
  }
}
