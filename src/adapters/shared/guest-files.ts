// RDB files on their way to and from a guest, chunk by chunk: each chunk is asked for, so that none pile up between tabs.
import type { Loaded } from '../../core/persistence/load.ts'
import type { EmbeddedRedis } from '../embedded.ts'

interface Incoming {
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
  readonly loaded: Promise<Loaded>
}

export class GuestFiles {
  readonly #redis: EmbeddedRedis
  readonly #outgoing = new Map<number, ReadableStreamDefaultReader<Uint8Array>>()
  readonly #incoming = new Map<number, Incoming>()

  constructor(redis: EmbeddedRedis) {
    this.#redis = redis
  }

  begin(id: number, direction: 'export' | 'import'): void {
    if (direction === 'export') this.#outgoing.set(id, this.#redis.exportRdb().getReader())
    else {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const loaded = this.#redis.importRdb(readable)
      // It is told when the guest pushes the next chunk.
      loaded.catch(() => {})
      this.#incoming.set(id, { writer: writable.getWriter(), loaded })
    }
  }

  /** @returns null at the end */
  async pull(id: number): Promise<Uint8Array | null> {
    const { done, value } = await this.#outgoing.get(id)!.read()
    if (done) this.#outgoing.delete(id)
    return done ? null : value
  }

  /** @param chunk null at the end; @returns what was loaded then */
  async push(id: number, chunk: Uint8Array | null): Promise<Loaded | null> {
    const { writer, loaded } = this.#incoming.get(id)!
    try {
      if (chunk !== null) {
        await writer.write(chunk)
        return null
      }
      await writer.close()
    } catch {
      // The import has ended before the file: with an error, which the next line throws.
    }
    this.#incoming.delete(id)
    return await loaded
  }

  /** The guest wants no more of it, or will send no more. */
  stop(id: number): void {
    this.#outgoing
      .get(id)
      ?.cancel()
      .catch(() => {}) // it has failed, which its guest knows
    this.#outgoing.delete(id)
    void this.#incoming.get(id)?.writer.abort(new Error('the file ends early: its tab is gone'))
    this.#incoming.delete(id)
  }

  /** The guest is gone. */
  end(): void {
    for (const id of [...this.#outgoing.keys(), ...this.#incoming.keys()]) this.stop(id)
  }
}
