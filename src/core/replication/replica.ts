// A replica that is connected here, as its master sees it: what it is sent, and how much of that it has told to have.
import type { ByteString } from '../bytes.ts'
import type { Session } from '../engine/session.ts'
import type { OutputLimits } from '../resp/output-limits.ts'

/** What a connection has said of itself with REPLCONF, before it asks for the data. */
export interface Wishes {
  /** It can tell the end of a file by a mark; otherwise it must know the length before. */
  mark: boolean
  functionsOnly: boolean
  /** It wants a file and nothing after it, as `redis-cli --rdb` does. */
  fileOnly: boolean
  port: number
  address: ByteString
}

export class Replica {
  readonly session: Session
  readonly port: number
  readonly address: ByteString
  /** Whether it has been sent all data, and gets what changes. */
  online = false
  /** How many bytes of the stream it has. */
  has = 0
  /** When it last said so, in milliseconds. */
  heard: number
  /** Whether it has said so yet: while it reads the file it only shows that it is there. */
  answers = false
  #waiting: ByteString[] = []
  #size = 0
  /** Since when more than the soft limit waits, in milliseconds; 0 if it does not. */
  #slowSince = 0
  #wake: (() => void) | null = null
  #gone = false

  constructor(session: Session, { port, address }: Wishes) {
    this.session = session
    this.port = port
    const peer = session.options.peer?.address ?? ''
    this.address = address === '' ? peer.slice(0, peer.lastIndexOf(':')) : address
    this.heard = session.engine.clock.now()
  }

  /** When it last was known to be there, in milliseconds. */
  get alive(): number {
    return this.answers ? this.heard : Math.max(this.heard, this.session.lastUsed)
  }

  /** Sends it more; one that does not keep up is cut off, and comes again. */
  push(bytes: ByteString, { hard, soft, seconds }: OutputLimits['slave'], now: number): void {
    this.#waiting.push(bytes)
    this.#size += bytes.length
    this.#wake?.()
    const size = this.unsent
    if (soft === 0 || size <= soft) this.#slowSince = 0
    else if (this.#slowSince === 0) this.#slowSince = now
    const slow = this.#slowSince !== 0 && now - this.#slowSince > seconds * 1000
    if ((hard > 0 && size > hard) || slow) this.end()
  }

  /** How many bytes wait for it. */
  get unsent(): number {
    return this.#size + (this.session.options.buffers?.unread ?? 0)
  }

  /** Cuts it off. */
  end(): void {
    this.leave()
    this.session.options.onKill?.()
  }

  /** Its connection has ended. */
  leave(): void {
    this.#gone = true
    this.#waiting = []
    this.#wake?.()
  }

  /** It has said how much it has. */
  heardOf(offset: number, now: number): void {
    this.heard = now
    this.answers = true
    this.has = Math.max(this.has, offset)
    this.#wake?.()
  }

  /**
   * All that goes to it: what answers it, the file with all data if it needs that, and then every change, without end.
   * @param marked whether a mark ends the file. redis-server looks for it at the end of what it has just read, and finds it only if
   * nothing comes behind it: the changes wait until it says that it has the file.
   */
  async *stream(before: AsyncIterable<ByteString>, marked: boolean): AsyncGenerator<ByteString> {
    yield* before
    this.online = true
    while (marked && !this.answers && !this.#gone) await new Promise<void>((resolve) => (this.#wake = resolve))
    while (!this.#gone) {
      if (this.#size === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = null
      const bytes = this.#waiting.join('')
      this.#waiting = []
      this.#size = 0
      if (bytes !== '') yield bytes
    }
  }
}
