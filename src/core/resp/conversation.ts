// One RESP connection to the engine, whatever carries the bytes (a socket, a stream in process): commands are taken out of
// what arrives and run in order on a session of their own, and their replies go back together.
import type { ByteString } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import { microtask } from '../engine/ports.ts'
import type { Buffers, Peer, Session } from '../engine/session.ts'
import { NO_REPLY, type Reply } from '../reply.ts'
import { DEFAULT_OUTPUT_LIMITS, type OutputLimits, parseOutputLimits } from './output-limits.ts'
import { ProtocolError, RequestParser } from './request-parser.ts'
import { encodeReply } from './writer.ts'

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

/** Long outputs go as they are made, so that back-pressure shows while a pipeline still runs. */
const PIECE = 1 << 16
/** So many bytes of replies may wait for a client that has not given the password: in Redis, one buffer of a connection. */
const UNAUTHENTICATED_OUTPUT = 16_384

export class Conversation implements Buffers {
  readonly session: Session
  readonly #engine: Engine
  readonly #carrier: Carrier
  readonly #parser = new RequestParser()
  #output = ''
  /** Messages that go out behind the reply that is being made. */
  readonly #behind: Reply[] = []
  /** A blocking command is being waited for: what comes behind it waits too. */
  #waiting = false
  /** Replies wait for the journal. Settles when they are sent. */
  #held: Promise<void> | null = null
  #ended = false
  /** Called when the other side may have read. */
  #goOn: () => void = () => {}
  /** Bytes that had not been run when the last command began. */
  input = 0
  #limits: OutputLimits = parseOutputLimits(DEFAULT_OUTPUT_LIMITS)
  #limitsText = DEFAULT_OUTPUT_LIMITS
  /** Since when more than the soft limit waits; null while it does not. */
  #overSince: number | null = null
  /** Cancels another check of the output limits. */
  #cancelCheck: (() => void) | null = null
  /** Cancels the check for idleness; set while `timeout` may end the connection. */
  #cancelIdle: (() => void) | null = null

  constructor(engine: Engine, carrier: Carrier, peer: Peer) {
    this.#engine = engine
    this.#carrier = carrier
    this.session = engine.connect({
      peer,
      onPush: (push) => this.#push(push),
      onKill: () => carrier.destroy(),
      onConfig: () => {
        this.#watchIdle()
        if (this.unread > 0) this.#checkIn(0)
      },
      onStream: (bytes) => this.#stream(bytes),
      buffers: this,
    })
    this.#watchIdle()
  }

  /** Bytes have arrived. */
  receive(bytes: Uint8Array): void {
    this.#engine.stats.inputBytes += bytes.length
    if (this.#ended) return
    this.session.lastUsed = this.#engine.clock.now()
    this.#parser.limits.maxBulk = this.#engine.config.number('proto-max-bulk-len')
    this.#parser.feed(bytes)
    // Ends the connection if a command grows beyond the limit, or if the client goes on sending while a command, or its replies, wait.
    if (this.#parser.pending > (this.#engine.config.number('client-query-buffer-limit') ?? Infinity)) return this.#cutOff()
    this.resume()
    const { pending, limits } = this.#parser
    if ((this.#waiting || this.#carrier.full) && pending > 2 * limits.maxBulk) this.#cutOff()
  }

  #cutOff(): void {
    this.#engine.stats.inputLimited++
    this.#carrier.destroy()
  }

  /** Runs the commands that have arrived whole, then sends their replies together. */
  resume(): void {
    const { session } = this
    this.#goOn()
    try {
      while (!this.#waiting && !this.#ended && !session.closed) {
        this.#parser.limits.authenticated = session.authenticated
        this.input = this.#parser.pending
        const argv = this.#parser.next()
        if (argv === undefined) break
        const result = session.execute(argv)
        if (result instanceof Promise) this.#wait(result)
        else if (!this.#reply(result)) return
        if (session.quitting) return this.end()
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      if (error.message === '') return this.#carrier.destroy()
      this.#output += `-ERR ${error.message}\r\n`
      return this.end()
    }
    // Messages go out before the reply to whoever published them.
    for (const send of this.#engine.unsent) send()
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
    this.#goOn()
    this.#cancelCheck?.()
    this.#cancelIdle?.()
    this.session.close()
  }

  /** `timeout`: ends the connection after more than so many seconds without a word, in whole ones as Redis counts them. */
  #watchIdle(): void {
    const { session } = this
    const { config, clock, monitors } = this.#engine
    this.#cancelIdle?.()
    this.#cancelIdle = null
    const seconds = config.number('timeout')
    if (seconds === 0 || this.#ended) return
    const limit = (seconds + 1) * 1000
    const listens = this.#waiting || session.subscribed > 0 || monitors.has(session)
    const left = listens ? limit : session.lastUsed + limit - clock.now()
    if (left > 0) this.#cancelIdle = clock.after(left, () => this.#watchIdle())
    else {
      this.#engine.log('verbose', 'Closing idle client')
      this.#carrier.destroy()
    }
  }

  /** As fast as it is read. */
  async #stream(bytes: AsyncIterable<ByteString>): Promise<void> {
    this.#flush()
    await this.#held
    for await (const piece of bytes) {
      if (this.#ended) return
      this.#send(piece)
      if (this.#carrier.full) await new Promise<void>((resolve) => (this.#goOn = resolve))
    }
    this.end()
  }

  #wait(result: Promise<Reply>): void {
    this.#waiting = true
    void result.then((reply) => {
      this.#waiting = false
      if (this.#ended) return
      if (!this.#reply(reply)) return
      if (this.session.quitting) this.end()
      else this.resume()
    })
  }

  /** @returns false if the connection has ended by it: too much waits for who does not read */
  #reply(reply: Reply): boolean {
    // What goes to a replica is the stream of changes: a reply in it would be taken for one.
    if (this.session.role === 'S' && reply !== NO_REPLY) {
      this.#engine.log(
        'warning',
        `Replica generated a reply to command '${this.session.last?.name ?? ''}', disconnecting it: ${this.session.options.peer?.address ?? ''}`,
      )
      this.#carrier.destroy()
      return false
    }
    this.#output += encodeReply(reply, this.session.protocol)
    if (!this.#fits()) return false
    for (const push of this.#behind.splice(0)) this.#push(push)
    if (this.#output.length > PIECE) this.#flush()
    return !this.#ended
  }

  #push(push: Reply): void {
    // As since Redis 7.2, messages that commands inside EXEC cause come behind EXEC's reply, which confirms a subscription among them.
    if (this.session.inExec) return void this.#behind.push(push)
    const first = this.#output === ''
    this.#output += encodeReply(push, this.session.protocol)
    if (!this.#fits() || !first) return
    this.#engine.unsent.add(this.#flushPushes)
    microtask(this.#engine.clock, this.#flushPushes)
  }

  readonly #flushPushes = (): void => {
    this.#engine.unsent.delete(this.#flushPushes)
    this.#flush()
  }

  get replies(): number {
    return this.#output.length
  }

  get unread(): number {
    return this.#carrier.backlog
  }

  /** Checks `client-output-buffer-limit`. @returns false if the connection has ended by it */
  #fits(): boolean {
    const { config } = this.#engine
    const text = config.get('client-output-buffer-limit') ?? DEFAULT_OUTPUT_LIMITS
    if (text !== this.#limitsText) {
      this.#limitsText = text
      this.#limits = parseOutputLimits(text)
    }
    const { authenticated, subscribed } = this.session
    const { hard, soft, seconds } = this.#limits[subscribed > 0 ? 'pubsub' : 'normal']
    if (hard === 0 && soft === 0 && authenticated) {
      this.#overSince = null
      return true
    }
    const size = this.replies + this.unread
    const tooMuch = (hard > 0 && size > hard) || (!authenticated && size > UNAUTHENTICATED_OUTPUT && !this.#engine.users?.open)
    const tooLong = this.#isOverFor(seconds * 1000, soft > 0 && size > soft)
    if (tooMuch || tooLong) this.#overflow()
    return !tooMuch && !tooLong
  }

  /** @param over whether more than the soft limit waits now; @returns whether that has been so for longer than `ms` */
  #isOverFor(ms: number, over: boolean): boolean {
    if (!over) {
      this.#overSince = null
      return false
    }
    const now = this.#engine.clock.now()
    this.#overSince ??= now
    const left = this.#overSince + ms - now
    if (left >= 0 && this.#cancelCheck === null) this.#checkIn(left + 1)
    return left < 0
  }

  /** Checks the output limits though nothing is sent. */
  #checkIn(ms: number): void {
    this.#cancelCheck?.()
    this.#cancelCheck = this.#engine.clock.after(ms, () => {
      this.#cancelCheck = null
      this.#fits()
    })
  }

  #overflow(): void {
    const { peer } = this.session.options
    this.#engine.stats.outputLimited++
    this.#engine.log('warning', `Client ${peer?.address ?? ''} closed for overcoming of output buffer limits.`)
    this.#output = ''
    this.#ended = true
    this.#carrier.destroy()
  }

  #flush(): void {
    if (this.#output === '' || this.#ended || this.#held !== null) return
    const output = this.#output
    this.#output = ''
    const safe = this.#engine.durability.handedOver()
    if (safe === null) return this.#send(output)
    this.#held = safe.then((error) => {
      this.#held = null
      // The change could not be stored: as when a redis-server dies, the client gets no reply.
      if (error !== null) return this.#carrier.destroy()
      this.#send(output)
      this.#flush()
    })
  }

  #send(output: ByteString): void {
    this.#engine.stats.outputBytes += output.length
    this.session.lastUsed = this.#engine.clock.now()
    this.#carrier.send(output)
  }
}
