// Responses that do not end: subscriptions and MONITOR as event streams. A stream ends with its client; one that does not
// read is cut off when too much waits for it, as Redis does with its subscribers.
import { type ByteString, toUint8Array } from '../../../core/bytes.ts'
import type { Stop } from '../../../core/client/backend.ts'
import { ReplyError } from '../../../core/reply.ts'
import { TOO_MANY_STREAMS } from '../../../core/rest/errors.ts'
import { eventOf } from '../../../core/rest/events.ts'

export interface StreamLimits {
  /** How many streams are open at once. */
  readonly streams: number
  /** How many bytes may wait for one that does not read. */
  readonly buffer: number
}

/** Where a stream's events go. */
interface Sink {
  send(data: ByteString): void
  /** Ends the stream. @param error cuts it off */
  end(error?: Error): void
}

/** Opens what a stream shows. @returns a function that closes it */
export type Open = (sink: Sink) => Promise<Stop>

export class EventStreams {
  readonly #limits: StreamLimits
  #open = 0

  constructor(limits: StreamLimits) {
    this.#limits = limits
  }

  /** @param signal the client has gone. @returns the stream, or an error if there are too many; rejects if it cannot be opened */
  async open(source: Open, signal: AbortSignal): Promise<ReadableStream<Uint8Array> | ReplyError> {
    if (this.#open >= this.#limits.streams) return TOO_MANY_STREAMS
    this.#open++
    const stream = new EventStream(this.#limits.buffer, () => this.#open--)
    try {
      await stream.follow(source, signal)
    } catch (error) {
      stream.end()
      throw error
    }
    return stream.readable
  }
}

class EventStream implements Sink {
  readonly readable: ReadableStream<Uint8Array>
  readonly #onEnd: () => void
  #controller!: ReadableStreamDefaultController<Uint8Array>
  #ended = false
  #close: Stop | null = null

  constructor(buffer: number, onEnd: () => void) {
    this.#onEnd = onEnd
    const source = {
      start: (controller: ReadableStreamDefaultController<Uint8Array>) => void (this.#controller = controller),
      cancel: () => this.#finish(),
    }
    // Vercel's edge runtime has no ByteLengthQueuingStrategy.
    this.readable = new ReadableStream(source, { highWaterMark: buffer, size: ({ byteLength }) => byteLength })
  }

  async follow(open: Open, signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.end(), { once: true })
    this.#close = await open(this)
    // It may have ended while it was being opened.
    if (signal.aborted) this.end()
    if (this.#ended) await this.#close()
  }

  send(data: ByteString): void {
    if (this.#ended) return
    this.#controller.enqueue(toUint8Array(eventOf(data)))
    if ((this.#controller.desiredSize ?? 0) <= 0) this.end(new Error('the client does not read its events'))
  }

  end(error?: Error): void {
    if (this.#ended) return
    if (error === undefined) this.#controller.close()
    else this.#controller.error(error)
    this.#finish()
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
    this.#close?.().catch(() => {}) // the backend is gone: there is nothing left to close
  }
}
