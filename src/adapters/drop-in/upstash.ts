// The entry `isodis/drop-in/upstash`: an unmodified @upstash/redis client on the engine in the same process. It gives what
// the client would have read from Upstash's REST service, by way of the same code that serves it, without HTTP.
import { type ByteString, decodeUtf8, encodeUtf8 } from '../../core/bytes.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import type { Redis } from '../../core/client/redis.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { BYTES_HEADER } from '../../core/rest/agreed.ts'
import { commandFrom, commandsFrom, named } from '../../core/rest/commands.ts'
import { notAvailable } from '../../core/rest/errors.ts'
import { confirmations, confirmedFirst, eventOf, messageData, TOPICS } from '../../core/rest/events.ts'
import { asBase64, asText, resultJson } from '../../core/rest/replies.ts'
import { RestRunner } from '../../core/rest/runner.ts'
import { given } from '../given.ts'
import { systemClock } from '../host.ts'
import { Fair } from './fair.ts'

/** For `requesterOn`. */
export interface RequesterOptions {
  /** As the client's option of this name: with base64 it drops a byte order mark. Default: `'base64'` */
  responseEncoding?: 'base64' | false | undefined
  /** As the client's option of this name: how often a request is repeated after its connection was lost. Default: 5 times */
  retry?: (false | { retries?: number; backoff?: (retryCount: number) => number }) | undefined
}

/** What the client asks for. */
export interface UpstashRequest {
  path?: string[]
  body?: unknown
  headers?: Record<string, string>
  upstashSyncToken?: string
  onMessage?: (data: string) => void
  isStreaming?: boolean
  signal?: AbortSignal
}
/** What a requester of @upstash/redis gives. */
export interface UpstashResponse<R> {
  result?: R
  error?: string
}

/** The client's `Requester`. */
export interface EngineRequester {
  readYourWrites: boolean
  upstashSyncToken: string
  /** `fromUpstash` asks it for bytes, which @upstash/redis itself could not. */
  readonly takesBytes: boolean
  request<R = unknown>(request: UpstashRequest): Promise<UpstashResponse<R>>
}

/**
 * The requester that puts an @upstash/redis client on the engine: `new Redis(requesterOn(redis))`. The client decodes and
 * encodes as it always does.
 */
export function requesterOn(redis: Pick<Redis, 'backend'>, options: RequesterOptions = {}): EngineRequester {
  given(redis.backend, 'requesterOn', 'a client')
  return new Requester(redis, options)
}

/** The client's own error, which it does not hand to requesters. */
class UpstashError extends Error {
  override name = 'UpstashError'
}

/** One command's part of a response, as the client reads it. */
interface Part {
  result?: unknown
  error?: string
}

class Requester implements EngineRequester {
  readYourWrites = true
  upstashSyncToken = ''
  readonly takesBytes = true
  readonly #redis: Pick<Redis, 'backend'>
  readonly #runner: RestRunner
  readonly #base64: boolean
  readonly #retries: number
  readonly #backoff: (retryCount: number) => number
  readonly #fair = new Fair()
  #requests = 0
  /** What all event streams have to tell, in order. */
  #events: (() => unknown)[] = []

  constructor(redis: Pick<Redis, 'backend'>, { responseEncoding = 'base64', retry }: RequesterOptions) {
    this.#redis = redis
    this.#runner = new RestRunner(redis.backend)
    this.#base64 = responseEncoding === 'base64'
    // As @upstash/redis, which without retries still tries twice.
    this.#retries = retry === false ? 1 : (retry?.retries ?? 5)
    this.#backoff = retry === false ? () => 0 : (retry?.backoff ?? ((count) => Math.exp(count) * 50))
  }

  async request<R = unknown>(request: UpstashRequest): Promise<UpstashResponse<R>> {
    await new Promise<void>((resolve) => this.#fair.soon(resolve))
    if (request.signal?.aborted) return { result: null as R }
    for (let retry = 0; ; retry++) {
      const answer = await this.#answer(request)
      // A lost reply stands for a request that got no answer at all: it may be tried again.
      if (!isLost(answer)) {
        if (this.readYourWrites) this.upstashSyncToken = (++this.#requests).toString(36)
        return this.#response(answer, request) as UpstashResponse<R>
      }
      if (retry >= this.#retries) throw new TypeError('fetch failed', { cause: answer.cause })
      await new Promise((resolve) => setTimeout(resolve, this.#backoff(retry)))
    }
  }

  /** What the service would say: an error for a request as a whole, a reply for one command, a list for several. */
  async #answer(request: UpstashRequest): Promise<Reply | Replies> {
    // A path is joined and split as in an address.
    const [endpoint = '', ...words] = (request.path ?? []).join('/').split('/')
    const body = onTheWire(request.body)
    const bytes = asksForBytes(request)
    try {
      if (endpoint === '') return await this.#runner.run(commandFrom(body, bytes), request.signal)
      if (endpoint === 'pipeline' || endpoint === 'multi-exec') {
        const lines = commandsFrom(body, bytes)
        if (lines instanceof ReplyError) return lines
        const replies = await (endpoint === 'pipeline' ? this.#runner.pipeline(lines, request.signal) : this.#runner.transaction(lines))
        return replies instanceof ReplyError ? replies : (replies.find(isLost) ?? new Replies(replies))
      }
      if (endpoint === 'monitor' || Object.hasOwn(TOPICS, endpoint)) return await this.#stream(endpoint, words, request)
      const command = [endpoint, ...words, ...(body === undefined ? [] : [JSON.stringify(body)])]
      return await this.#runner.run(named(command.map(encodeUtf8)), request.signal)
    } catch (error) {
      if (error instanceof RedisError) return new ReplyError(encodeUtf8(error.message), error.cause ?? error)
      throw error
    }
  }

  #response(answer: Reply | Replies, request: UpstashRequest): Part | Part[] | string {
    if (asksForBytes(request)) {
      const json = (reply: Reply): string => resultJson(reply, asBase64)
      return answer instanceof Replies ? `[${answer.items.map(json).join(',')}]` : json(answer)
    }
    if (answer instanceof Replies) return answer.items.map((reply) => this.#part(reply))
    const part = this.#part(answer)
    if (part.error === undefined) return part
    const message = `${part.error}, command was: ${JSON.stringify(request.body)}`
    // The client makes its own error of it where it expects one reply; a list it would try to read.
    if (request.path?.[0] === 'pipeline' || request.path?.[0] === 'multi-exec') throw new UpstashError(message)
    return { error: message }
  }

  #part(reply: Reply): Part {
    const { result, error } = JSON.parse(resultJson(reply, asText)) as Part
    if (error !== undefined) return { result: undefined, error }
    return { result: this.#base64 ? decoded(result) : result }
  }

  /** Gives the client an event stream's lines. They come later, as over a network, so that listeners are there first. */
  async #stream(kind: string, words: string[], request: UpstashRequest): Promise<Reply> {
    const { onMessage, signal } = request
    const { backend } = this.#redis
    const bytes = asksForBytes(request)
    const monitor = kind === 'monitor'
    if (!monitor && words.join('') === '') return new ReplyError(`ERR wrong number of arguments for '${kind}' command`)
    if (monitor ? backend.monitor === undefined : !backend.capabilities.subscribe) return notAvailable([kind.toUpperCase()])
    const names = bytes ? [words.join('/')] : words.map(encodeUtf8)
    const deliver = (data: ByteString): void => {
      // The client reads the lines that begin with this.
      const line = decodeUtf8(eventOf(data).split('\n', 1)[0].slice('data: '.length))
      if (this.#events.push(() => signal?.aborted || onMessage?.(line)) === 1) systemClock.soon(() => this.#deliver())
    }
    const stop = await confirmedFirst(monitor ? ['"OK"'] : confirmations(kind, names, bytes), deliver, (hear) =>
      monitor
        ? backend.monitor!(hear, () => {})
        : backend.subscribe({
            topic: TOPICS[kind],
            names,
            onPush: ({ items }) => hear(messageData(items as ByteString[], bytes)),
            onEnd: () => {},
          }),
    )
    const end = (): void => void stop()
    if (signal?.aborted) end()
    else signal?.addEventListener('abort', end, { once: true })
    return 1
  }

  #deliver(): void {
    for (const event of this.#events.splice(0)) {
      try {
        event()
      } catch (error) {
        // An error of a listener must not keep the others from being called: it shows as uncaught.
        systemClock.soon(() => {
          throw error
        })
      }
    }
  }
}

/** The replies of several commands. */
class Replies {
  readonly items: readonly Reply[]
  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** By this project's own client: see core/rest/agreed.ts. */
function asksForBytes({ headers }: UpstashRequest): boolean {
  return headers?.[BYTES_HEADER] !== undefined
}

/** What of an argument arrives as JSON. */
function onTheWire(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(onTheWire)
  if (typeof body === 'number') return Number.isFinite(body) ? body + 0 : null // there is no -0 in JSON.stringify's text
  return body
}

/** What the client makes of strings in base64, and of what it does not expect. */
function decoded(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.startsWith('\ufeff') ? value.slice(1) : value
  if (Array.isArray(value)) return value.map((item) => decoded(item, depth + 1))
  if (typeof value === 'object' && depth !== 1) return null
  return value
}
