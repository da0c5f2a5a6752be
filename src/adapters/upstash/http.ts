// The way to Upstash over HTTP, with all bytes: replies come in base64 and integers are read as they are written.
import { type ByteString, encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import { type Argv, reasonOf } from '../../core/client/backend.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { BYTES_HEADER, BYTES_PREFIX, EVENTS_HEADER } from '../../core/rest/agreed.ts'
import { parseExactly } from '../../core/rest/json.ts'
import { isText, textOf } from './arguments.ts'
import { errorOf, fromBase64, INTEGER_MARK, lost, repliesOf, replyOf, wordsOf } from './replies.ts'
import type { Endpoint, Listener, Service } from './service.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Fetch's RequestCache, which is no type everywhere. */
type CacheMode = 'default' | 'force-cache' | 'no-cache' | 'no-store' | 'only-if-cached' | 'reload'

/** Where to, and how: the fields that a client of @upstash/redis has too. */
export interface HttpTarget {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly retry: { readonly attempts: number; readonly backoff: (attempt: number) => number }
  /** Passed on to fetch. A function gives a signal for each request. */
  readonly options?: {
    readonly cache?: CacheMode | undefined
    readonly agent?: unknown
    readonly backend?: string | undefined
    readonly signal?: AbortSignal | (() => AbortSignal) | undefined
  }
  readonly readYourWrites?: boolean
  /** The sync token of the last answer. A request that brings it sees all that was written before that. */
  upstashSyncToken?: string
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const DEFAULT_TIMEOUT_MS = 30_000
/** setTimeout takes a longer delay for 0. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const NO_STREAMS = 'subscriptions need a fetch whose answers can be read as streams, and this host has no ReadableStream'
const SYNC_TOKEN = 'upstash-sync-token'
/** The server has not shown yet whether it takes bytes. */
const UNKNOWN = null

export class HttpService implements Service {
  readonly repeats: boolean
  readonly exactIntegers = true
  readonly #target: HttpTarget
  readonly #timeout: number
  readonly #fetch: Fetch
  readonly #headers: Headers
  #takesBytes: boolean | typeof UNKNOWN = UNKNOWN

  constructor(target: HttpTarget, timeout = DEFAULT_TIMEOUT_MS, fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
    this.#target = target
    this.#timeout = timeout
    this.#fetch = fetch
    this.repeats = target.retry.attempts > 0
    this.#headers = new Headers(target.headers)
    this.#headers.set('content-type', 'application/json')
    this.#headers.set('upstash-encoding', 'base64')
  }

  async single(argv: Argv): Promise<Reply> {
    try {
      const answer = await this.#send('', [argv], ([line]) => JSON.stringify(line))
      return failureOf(answer) ?? replyOf(jsonOf(answer), fromBase64)
    } catch (error) {
      return lost(error)
    }
  }

  async several(endpoint: Endpoint, commands: readonly Argv[]): Promise<Reply[] | ReplyError> {
    try {
      const answer = await this.#send(`/${endpoint}`, commands, (lines) => JSON.stringify(lines))
      return failureOf(answer) ?? repliesOf(jsonOf(answer), commands.length, fromBase64)
    } catch (error) {
      return lost(error)
    }
  }

  async listen(kind: Listener, name: ByteString, onEvent: (words: ByteString[]) => void, signal: AbortSignal): Promise<void> {
    const headers = new Headers(this.#headers)
    headers.set('accept', 'text/event-stream')
    headers.set(EVENTS_HEADER, 'base64')
    const path = name.replace(/[^\w.~-]/g, (char) => `%${(char.charCodeAt(0) + 256).toString(16).slice(1)}`)
    if (typeof ReadableStream === 'undefined') throw new Error(NO_STREAMS)
    const abort = new Abort()
    signal.addEventListener('abort', () => abort.now(reasonOf(signal)))
    if (signal.aborted) abort.now(reasonOf(signal))
    const timer = this.#timer(abort) // for the confirmation: a message may come at any time
    await this.#abortable(abort, async () => {
      const response = await this.#ask(`/${kind}/${path}`, '[]', headers, abort.signal)
      if (!response.ok) throw failureOf({ status: response.status, headers: response.headers, text: await response.text() })
      const base64 = response.headers.get(EVENTS_HEADER) === 'base64'
      await readEvents(response, (data) => {
        clearTimeout(timer)
        onEvent(wordsOf(data, name, base64))
      })
    }).finally(() => clearTimeout(timer))
  }

  /** @param toBody makes the body of lines as they are to be sent */
  async #send(path: string, commands: readonly Argv[], toBody: (lines: readonly Argv[]) => string): Promise<Answer> {
    if (this.#takesBytes !== false && !commands.every(isText)) {
      const answer = await this.#post(path, BYTES_PREFIX + toBody(commands))
      // The server took the body for invalid JSON, so nothing has run.
      const refused = answer.status === 400 && !answer.headers.has(BYTES_HEADER) && !answer.text.includes('max request size')
      this.#takesBytes = answer.headers.has(BYTES_HEADER) || (refused ? false : this.#takesBytes)
      if (!refused) return answer
    }
    return this.#post(path, toBody(commands.map(textOf)))
  }

  async #post(path: string, body: string): Promise<Answer> {
    const { readYourWrites = true } = this.#target
    if (readYourWrites) this.#headers.set(SYNC_TOKEN, this.#target.upstashSyncToken ?? '')
    const late = new Abort()
    const timer = this.#timer(late)
    try {
      return await this.#abortable(late, async () => {
        const response = await this.#ask(path, body, this.#headers, late.signal)
        if (readYourWrites) this.#target.upstashSyncToken = response.headers.get(SYNC_TOKEN) ?? ''
        return { status: response.status, headers: response.headers, text: await response.text() }
      })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Aborts what has no answer in time. */
  #timer(late: Abort): ReturnType<typeof setTimeout> | undefined {
    const tooLate = (): void => late.now(new Error(`there was no answer within ${this.#timeout} ms`))
    return this.#timeout > LONGEST_TIMER_MS ? undefined : setTimeout(tooLate, this.#timeout)
  }

  /**
   * Runs something that the user's signal can abort. The signal may outlive many requests: AbortSignal.any would leave a trace of each
   * on it in Node 20. It is not left to fetch alone: a user's own fetch may not look at its signal, and then nothing must wait for it.
   */
  async #abortable<T>(abort: Abort, run: () => Promise<T>): Promise<T> {
    const given = this.#target.options?.signal
    const own = typeof given === 'function' ? given() : given
    const end = (): void => abort.now(reasonOf(own!))
    own?.addEventListener('abort', end)
    if (own?.aborted) end()
    try {
      return await Promise.race([abort.come, run()])
    } finally {
      own?.removeEventListener('abort', end)
    }
  }

  async #ask(path: string, body: string, headers: Headers, signal: AbortSignal): Promise<Response> {
    const { baseUrl, retry, options } = this.#target
    const { cache = defaultCache(), agent, backend } = options ?? {}
    const init = {
      method: 'POST',
      headers,
      body,
      signal,
      ...(cache === undefined ? {} : { cache }),
      ...(agent === undefined ? {} : { agent }),
      ...(backend === undefined ? {} : { backend }),
    }
    for (let attempt = 0; ; attempt++) {
      try {
        if (signal.aborted) throw reasonOf(signal)
        return await this.#fetch(baseUrl + path, init)
      } catch (error) {
        if (attempt >= retry.attempts || signal.aborted) throw error
        await new Promise((resolve) => setTimeout(resolve, retry.backoff(attempt)))
      }
    }
  }
}

/** A controller that hands its reason on: React Native's has none. */
class Abort {
  readonly #controller = new AbortController()
  readonly signal = this.#controller.signal
  /** Rejects with the reason. */
  readonly come: Promise<never>
  readonly now: (reason: Error) => void

  constructor() {
    let reject: (reason: Error) => void
    this.come = new Promise((_, refuse) => (reject = refuse))
    this.come.catch(() => {}) // it may come when nobody waits any more
    this.now = (reason) => {
      reject(reason)
      this.#controller.abort(reason)
    }
  }
}

/** Some frameworks keep the answers of fetch unless told otherwise; older Workers throw if they are told. */
function defaultCache(): CacheMode | undefined {
  return globalThis.navigator?.userAgent === 'Cloudflare-Workers' ? undefined : 'no-store'
}

/** The error that a status stands for: the service's own, or that the request's fate is unknown. */
function failureOf({ status, text }: Answer): ReplyError | undefined {
  if (status >= 200 && status < 300) return undefined
  let error: unknown
  try {
    error = (JSON.parse(text) as { error?: unknown } | null)?.error
  } catch {
    error = undefined // a proxy's page
  }
  const known = typeof error === 'string'
  if (status < 500 && known) return errorOf(error as string)
  return lost(new Error(`HTTP status ${status}${known ? `: ${encodeUtf8(error as string)}` : ''}`))
}

function jsonOf({ text }: Answer): unknown {
  return parseExactly(text, INTEGER_MARK)
}

/**
 * Reads an event stream. An event ends with an empty line; as long as none has come, each line is taken for an event, which
 * is how @upstash/redis reads them.
 */
async function readEvents(response: Response, onData: (data: ByteString) => void): Promise<void> {
  const reader = response.body!.getReader()
  let rest = ''
  let data: ByteString | null = null
  let separated = false
  const finish = (): void => {
    if (data !== null) onData(data)
    data = null
  }
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const lines = (rest + fromUint8Array(next.value)).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      const [, text] = /^data: ?([^]*?)\r?$/.exec(line) ?? []
      if (text !== undefined) data = data === null ? text : `${data}\n${text}`
      separated ||= /^\r?$/.test(line)
      if (text === undefined || !separated) finish()
    }
  }
}
