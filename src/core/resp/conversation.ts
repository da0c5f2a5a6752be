// One RESP connection to the engine, whatever carries the bytes (a socket, a stream in process): commands are taken out of
// what arrives and run in order on a session of their own, and their replies go back together.
import type { ByteString } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import type { Peer, Session } from '../engine/session.ts'
import type { Reply } from '../reply.ts'
import { ProtocolError, RequestParser } from './request-parser.ts'
import { encodeReply } from './writer.ts'

declare const queueMicrotask: (run: () => void) => void

/** What carries the bytes. */
export interface Carrier {
  /** The other side does not read what it is sent; `resume` is called when it has. */
  readonly full: boolean
  /** Bytes that the other side has not taken yet. */
  readonly backlog: number
  send(bytes: ByteString): void
  /** Ends the connection once everything is sent. */
  end(): void
  /** Ends the connection at once. */
  destroy(): void
}

/** What is not yet sent to one client may take so many bytes; Redis's limit for subscribers. */
const OUTPUT_LIMIT = 32 * 1024 * 1024
/** Long outputs go as they are made, so that back-pressure shows while a pipeline still runs. */
const PIECE = 1 << 16

export class Conversation {
  readonly session: Session
  readonly #engine: Engine
  readonly #carrier: Carrier
  readonly #parser = new RequestParser()
  #output = ''
  /** A blocking command is being waited for: what comes behind it waits too. */
  #waiting = false
  /** Replies wait for the journal (`appendfsync always`). Settles when they are sent. */
  #held: Promise<void> | null = null
  #ended = false

  constructor(engine: Engine, carrier: Carrier, peer: Peer) {
    this.#engine = engine
    this.#carrier = carrier
    this.session = engine.connect({ peer, onPush: (push) => this.#push(push), onKill: () => carrier.destroy() })
  }

  /** Bytes have arrived. */
  receive(bytes: Uint8Array): void {
    this.#engine.stats.inputBytes += bytes.length
    this.session.lastUsed = this.#engine.clock.now()
    this.#parser.limits.maxBulk = this.#engine.config.number('proto-max-bulk-len')
    this.#parser.feed(bytes)
    this.resume()
    // Who sends on while a command or the way out waits is cut off, as by Redis's client-query-buffer-limit.
    if ((this.#waiting || this.#carrier.full) && this.#parser.pending > 2 * this.#parser.limits.maxBulk) this.#carrier.destroy()
  }

  /** Runs the commands that have arrived whole, then sends their replies together. */
  resume(): void {
    const { session } = this
    try {
      while (!this.#waiting && !this.#ended && !session.closed) {
        this.#parser.limits.authenticated = session.authenticated
        const argv = this.#parser.next()
        if (argv === undefined) break
        const result = session.execute(argv)
        if (result instanceof Promise) this.#wait(result)
        else this.#reply(result)
        if (session.quitting) return this.end()
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      if (error.message === '') return this.#carrier.destroy()
      this.#output += `-ERR ${error.message}\r\n`
      return this.end()
    }
    this.#flush()
  }

  /** Sends what is left and ends the connection. */
  end(): void {
    this.#flush()
    this.#ended = true
    if (this.#held === null) this.#carrier.end()
    else void this.#held.then(() => this.#carrier.end())
  }

  /** The connection is gone. */
  close(): void {
    this.#ended = true
    this.session.close()
  }

  #wait(result: Promise<Reply>): void {
    this.#waiting = true
    void result.then((reply) => {
      this.#waiting = false
      if (this.#ended) return
      this.#reply(reply)
      if (this.session.quitting) this.end()
      else this.resume()
    })
  }

  #reply(reply: Reply): void {
    this.#output += encodeReply(reply, this.session.protocol)
    if (this.#output.length > PIECE) this.#flush()
  }

  #push(push: Reply): void {
    const first = this.#output === ''
    this.#output += encodeReply(push, this.session.protocol)
    if (this.#carrier.backlog + this.#output.length > OUTPUT_LIMIT) return this.#carrier.destroy()
    if (first) queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    if (this.#output === '' || this.#ended || this.#held !== null) return
    const output = this.#output
    this.#output = ''
    const durable = this.#engine.durability.durable()
    if (durable === null) return this.#send(output)
    this.#held = durable.then((error) => {
      this.#held = null
      // What was said to be done is not durable: as when a redis-server dies, the client is told nothing.
      if (error !== null) return this.#carrier.destroy()
      this.#send(output)
      this.#flush()
    })
  }

  #send(output: ByteString): void {
    this.#engine.stats.outputBytes += output.length
    this.#carrier.send(output)
  }
}
