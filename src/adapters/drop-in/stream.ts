// A connection to the engine that looks like a socket to a client library in the same process. It has what ioredis uses of
// net.Socket; a Duplex of node:stream would do, with buffers and ticks of its own, for a tenth more time a command.
import { EventEmitter } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import type { ByteString } from '../../core/bytes.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { microtask } from '../../core/engine/ports.ts'
import { Conversation } from '../../core/resp/conversation.ts'
import { systemClock } from '../host.ts'
import { Fair } from './fair.ts'

export class InProcessStream extends EventEmitter {
  /**
   * True until somebody listens for `connect`. If it were connected from the start, ioredis would use process.nextTick, which tests
   * fake.
   */
  connecting = true
  readonly remoteAddress = 'in-process'
  readonly remotePort: number
  writable = true
  destroyed = false
  readonly #conversation: Conversation
  // As an open socket it keeps the process alive, so that a worker that waits for work does. Not a timer: tests fake those.
  readonly #holder = new MessageChannel().port1
  #input: (string | Uint8Array)[] = []
  #scheduled = false
  readonly #fair = new Fair()

  /** @param id tells connections apart in CLIENT LIST */
  constructor(engine: Engine, id: number) {
    super()
    this.remotePort = id
    const carrier = {
      full: false,
      backlog: 0,
      send: (bytes: ByteString) => void this.emit('data', Buffer.from(bytes, 'latin1')),
      end: () => this.destroy(),
      destroy: () => this.destroy(),
    }
    this.#conversation = new Conversation(engine, carrier, {
      address: `${this.remoteAddress}:${id}`,
      // ioredis takes a port of 0 in a cluster for none.
      local: `${this.remoteAddress}:6379`,
      isLocal: true,
    })
    this.#holder.ref()
    this.on('newListener', (event: string) => {
      if (event === 'connect' || event === 'secureConnect') microtask(systemClock, () => this.#tellConnected(event))
    })
  }

  #tellConnected(event: string): void {
    if (!this.connecting || this.destroyed) return
    this.connecting = false
    this.emit(event)
  }

  write(chunk: string | Uint8Array): boolean {
    if (!this.writable) return false
    this.#input.push(chunk)
    this.#schedule()
    return true
  }

  /** The client closes its side: what was written still runs. */
  end(): this {
    this.writable = false
    this.#schedule()
    return this
  }

  /** Closes at once. `close` is told later, as by a socket. */
  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    this.writable = false
    this.#input = []
    this.#conversation.close()
    this.#holder.close()
    systemClock.soon(() => {
      if (error !== undefined) this.emit('error', error)
      this.emit('end')
      this.emit('close', error !== undefined)
    })
    return this
  }

  ref(): this {
    this.#holder.ref()
    return this
  }

  unref(): this {
    this.#holder.unref()
    return this
  }

  // What a socket has and a connection without a network does not need.
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  setTimeout(): this {
    return this
  }
  resume(): this {
    return this
  }
  pause(): this {
    return this
  }

  #schedule(): void {
    if (this.#scheduled || this.destroyed) return
    this.#scheduled = true
    this.#fair.soon(() => this.#receive())
  }

  #receive(): void {
    this.#scheduled = false
    const input = this.#input
    this.#input = []
    for (const chunk of input) {
      if (this.destroyed) return
      this.#conversation.receive(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    }
    if (!this.writable) this.destroy()
  }
}
