// The entry `isodis/rest`: Upstash's REST protocol over any backend, as a fetch handler for Workers, Deno, Bun, Hono, Next
// and Node. On the engine it is an Upstash for development and tests, on ioredis a self-hosted one.
// The protocol: https://upstash.com/docs/redis/features/restapi
import { type ByteString, encodeUtf8, toUint8Array } from '../../core/bytes.ts'
import type { Backend, Topic } from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import type { Redis } from '../../core/client/redis.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { encodeReply } from '../../core/resp/writer.ts'
import { BYTES_HEADER, BYTES_PREFIX, EVENTS_HEADER } from '../../core/rest/agreed.ts'
import { commandFrom, commandsFrom, type Line, named } from '../../core/rest/commands.ts'
import {
  INTERNAL,
  NO_BACKEND,
  NOT_A_COMMAND,
  NOT_A_PIPELINE,
  NO_RESP2,
  notAvailable,
  notPermitted,
  tooManyCommands,
  WRONG_TOKEN,
} from '../../core/rest/errors.ts'
import { confirmations, confirmedFirst, messageData, TOPICS } from '../../core/rest/events.ts'
import { parseExactly } from '../../core/rest/json.ts'
import { asBase64, asText, errorJson, resultJson } from '../../core/rest/replies.ts'
import { RestRunner } from '../../core/rest/runner.ts'
import { given, knownOptions } from '../given.ts'
import { type Access, Authorizer } from './rest/authorize.ts'
import { type Cors, corsHeaders, preflight } from './rest/cors.ts'
import { ReadOnlyCommands } from './rest/read-only.ts'
import { bytesOf, decodeBytes, type Format, formatOf, type Target, targetOf, textOf } from './rest/request.ts'
import { EventStreams, type Open } from './rest/streams.ts'

export type { Cors } from './rest/cors.ts'

/** How much one client may ask for. */
export interface RestLimits {
  /** The largest body in bytes. Default: 1048576, as Upstash's smallest plan */
  body: number
  /** The most commands in one pipeline or transaction. Default: 10000 */
  commands: number
  /** The most event streams at once. Default: 1000 */
  streams: number
  /** How many bytes may wait for a slow reader of an event stream before it is cut off. Default: 1048576 */
  buffer: number
}

/** For `createRestHandler`. */
export interface RestOptions {
  /** The token for full access. */
  token: string | undefined
  /** A token that only allows reading: a page may know it. Default: none */
  readOnlyToken?: string | undefined
  /** The path that the handler is mounted under, such as `/api/redis`. Default: the root */
  path?: string | undefined
  /** Which other origins' pages may send requests. Default: none */
  cors?: Cors | undefined
  /** How much one client may ask for. Default: see each */
  limits?: Partial<RestLimits> | undefined
  /** Receives the errors that clients are not told, such as why the database could not be reached. Default: they are ignored */
  onError?: ((error: unknown) => void) | undefined
}

/** A fetch handler. It does not reject. */
export type RestHandler = (request: Request) => Promise<Response>

const OPTIONS: readonly (keyof RestOptions)[] = ['token', 'readOnlyToken', 'path', 'cors', 'limits', 'onError']

const DEFAULT_LIMITS: RestLimits = { body: 1 << 20, commands: 10_000, streams: 1000, buffer: 1 << 20 }
/**
 * Makes a fetch handler that serves a client's database over Upstash's REST protocol. Closing the client is up to the caller.
 * @throws TypeError if a token is missing or empty, or an option unknown
 * @example Deno.serve(createRestHandler(await createRedis(), { token: 'secret' }))
 */
export function createRestHandler(redis: Redis, options: RestOptions): RestHandler {
  const backend = given(redis.backend, 'createRestHandler', 'a client')
  knownOptions('createRestHandler', options, OPTIONS)
  knownOptions('createRestHandler: limits', options.limits ?? {}, Object.keys(DEFAULT_LIMITS))
  const server = new RestServer(backend, options)
  return (request) => server.answer(request)
}

const METHODS = new Set(['HEAD', 'GET', 'POST', 'PUT'])

/** A request that was let in. */
interface Visit {
  readonly request: Request
  readonly target: Target
  readonly access: Access
  readonly format: Format
}

class RestServer {
  readonly #backend: Backend
  readonly #options: RestOptions
  readonly #limits: RestLimits
  readonly #mount: string
  readonly #authorizer: Authorizer
  readonly #runner: RestRunner
  readonly #reading: ReadOnlyCommands
  readonly #streams: EventStreams
  #syncToken = 0

  constructor(backend: Backend, options: RestOptions) {
    this.#backend = backend
    this.#options = options
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#mount = (options.path ?? '').replace(/\/+$/, '')
    this.#authorizer = new Authorizer(options)
    this.#runner = new RestRunner(backend)
    this.#reading = new ReadOnlyCommands(backend)
    this.#streams = new EventStreams(this.#limits)
  }

  async answer(request: Request): Promise<Response> {
    const { cors = false } = this.#options
    if (cors !== false && request.method === 'OPTIONS') return preflight(cors, request.headers)
    const response = await this.#attempt(request)
    for (const [name, value] of Object.entries(corsHeaders(cors, request.headers.get('origin')))) response.headers.set(name, value)
    // All reads here see all earlier writes, so the token has nothing to say; clients only want one.
    if (request.headers.has(SYNC_TOKEN)) response.headers.set(SYNC_TOKEN, (++this.#syncToken).toString(36))
    return request.method === 'HEAD' ? new Response(null, response) : response
  }

  async #attempt(request: Request): Promise<Response> {
    try {
      const answer = await this.#enter(request)
      return answer instanceof ReplyError ? refusal(answer) : answer
    } catch (error) {
      if (error instanceof RedisError && error.code !== 'CONNECTION') return refusal(new ReplyError(encodeUtf8(error.message)))
      // Who has gone will not read the answer, and what ended with it is no error.
      if (!request.signal.aborted) this.#options.onError?.(error)
      return json(errorJson(error instanceof RedisError ? NO_BACKEND : INTERNAL), 500)
    }
  }

  /** @returns an error if there is nothing else to answer */
  async #enter(request: Request): Promise<Response | ReplyError> {
    const target = targetOf(request.url, this.#mount)
    const known = target instanceof ReplyError ? undefined : target.token
    const access = this.#authorizer.access(request.headers.get('authorization'), known)
    if (access === null) return WRONG_TOKEN
    if (!METHODS.has(request.method)) return new Response(null, { status: 405, headers: { allow: [...METHODS].join(', ') } })
    if (target instanceof ReplyError) return target
    const format = formatOf(request.headers)
    return format instanceof ReplyError ? format : this.#route({ request, target, access, format })
  }

  #route(visit: Visit): Promise<Response | ReplyError> {
    const { segments } = visit.target
    const endpoint = segments.length < 2 || segments[1] === '' ? segments[0] : ''
    if (segments.length === 0) return this.#command(visit)
    if (endpoint === 'pipeline') return this.#pipeline(visit)
    if (endpoint === 'multi-exec') return this.#transaction(visit)
    if (endpoint === 'monitor') return this.#monitor(visit)
    return Object.hasOwn(TOPICS, segments[0]) ? this.#subscribe(visit, TOPICS[segments[0]]) : this.#path(visit)
  }

  /** The command is the body. */
  async #command(visit: Visit): Promise<Response | ReplyError> {
    const body = await this.#json(visit.request)
    if (body instanceof ReplyError) return body
    return confirmed(body, await this.#run(visit, commandFrom(body.json, body.bytes)))
  }

  /** The command is the path, then the body, then the query. */
  async #path(visit: Visit): Promise<Response | ReplyError> {
    const { request, target } = visit
    const words = target.segments.map(decodeBytes)
    if (words.includes(undefined)) return NOT_A_COMMAND
    const body = request.body === null ? '' : await bytesOf(request, this.#limits.body)
    if (body instanceof ReplyError) return body
    return this.#run(visit, named([...(words as ByteString[]), ...(body === '' ? [] : [body]), ...target.parameters]))
  }

  async #run({ request, access, format }: Visit, line: Line): Promise<Response | ReplyError> {
    const checked = access === 'full' ? line : await this.#reading.check(line)
    const reply = this.#public(await this.#runner.run(checked, request.signal))
    const status = reply === NO_BACKEND ? 500 : reply instanceof ReplyError ? 400 : 200
    return format.resp2 ? resp([reply], status) : json(resultJson(reply, format.base64 ? asBase64 : asText), status)
  }

  async #pipeline(visit: Visit): Promise<Response | ReplyError> {
    const { request, format } = visit
    const body = await this.#commands(visit)
    if (body instanceof ReplyError) return body
    const replies = (await this.#runner.pipeline(body.lines, request.signal)).map((reply) => this.#public(reply))
    return confirmed(body, format.resp2 ? resp(replies, 200) : list(replies, format))
  }

  async #transaction(visit: Visit): Promise<Response | ReplyError> {
    if (visit.format.resp2) return NO_RESP2
    const body = await this.#commands(visit)
    if (body instanceof ReplyError) return body
    const replies = await this.#runner.transaction(body.lines)
    return confirmed(body, replies instanceof ReplyError ? replies : list(replies, visit.format))
  }

  async #commands({ request, access }: Visit): Promise<{ lines: Line[]; bytes: boolean } | ReplyError> {
    const body = await this.#json(request)
    if (body instanceof ReplyError) return body === NOT_A_COMMAND ? NOT_A_PIPELINE : body
    const lines = commandsFrom(body.json, body.bytes)
    if (lines instanceof ReplyError) return lines
    if (lines.length > this.#limits.commands) return tooManyCommands(this.#limits.commands, lines.length)
    return { lines: access === 'full' ? lines : await Promise.all(lines.map((line) => this.#reading.check(line))), bytes: body.bytes }
  }

  /** @returns NOT_A_COMMAND for what is no JSON */
  async #json(request: Request): Promise<{ json: unknown; bytes: boolean } | ReplyError> {
    const text = await textOf(request, this.#limits.body)
    if (text instanceof ReplyError) return text
    const bytes = text.startsWith(BYTES_PREFIX)
    try {
      return { json: parseExactly(bytes ? text.slice(BYTES_PREFIX.length) : text), bytes }
    } catch {
      return NOT_A_COMMAND
    }
  }

  async #subscribe(visit: Visit, topic: Topic): Promise<Response | ReplyError> {
    const kind = visit.target.segments[0]
    const names = visit.target.segments.slice(1).map(decodeBytes) as ByteString[]
    if (names.length === 0) return new ReplyError(`ERR wrong number of arguments for '${kind}' command`)
    if (names.includes(undefined as never)) return NOT_A_COMMAND
    if (!this.#backend.capabilities.subscribe) return notAvailable([kind])
    const base64 = visit.request.headers.get(EVENTS_HEADER) === 'base64'
    return this.#stream(visit, kind, base64, (sink) =>
      confirmedFirst(
        confirmations(kind, names, base64),
        (data) => sink.send(data),
        (hear) =>
          this.#backend.subscribe({
            topic,
            names,
            onPush: ({ items }) => hear(messageData(items as ByteString[], base64)),
            onEnd: (error) => sink.end(error),
          }),
      ),
    )
  }

  #monitor(visit: Visit): Promise<Response | ReplyError> {
    return this.#stream(visit, 'monitor', false, async (sink) => {
      if (this.#backend.monitor === undefined) throw RedisError.from(notAvailable(['MONITOR']), 'MONITOR')
      sink.send('"OK"')
      return this.#backend.monitor(
        (line) => sink.send(line),
        (error) => sink.end(error),
      )
    })
  }

  async #stream({ request, access }: Visit, command: string, base64: boolean, open: Open): Promise<Response | ReplyError> {
    if (access !== 'full') return notPermitted(command)
    if (request.method === 'HEAD') return new Response(null, { status: 405, headers: { allow: 'GET, POST, PUT' } })
    const events = await this.#streams.open(open, request.signal)
    if (events instanceof ReplyError) return events
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }
    return new Response(events, { headers: base64 ? { ...headers, [EVENTS_HEADER]: 'base64' } : headers })
  }

  /** What may be said of a reply: nothing of where the database is. */
  #public(reply: Reply): Reply {
    if (!isLost(reply)) return reply
    this.#options.onError?.(reply.cause)
    return NO_BACKEND
  }
}

function refusal(error: ReplyError): Response {
  return json(errorJson(error), error === WRONG_TOKEN ? 401 : 400)
}

/** Tells a client that its body was read as bytes. */
function confirmed({ bytes }: { bytes: boolean }, answer: Response | ReplyError): Response {
  const response = answer instanceof ReplyError ? refusal(answer) : answer
  if (bytes) response.headers.set(BYTES_HEADER, '1')
  return response
}

const SYNC_TOKEN = 'upstash-sync-token'

function json(body: string, status: number): Response {
  return new Response(body, { status, headers: { 'content-type': 'application/json' } })
}

function list(replies: readonly Reply[], format: Format): Response {
  const toJson = format.base64 ? asBase64 : asText
  let body = '['
  for (let i = 0; i < replies.length; i++) body += (i === 0 ? '' : ',') + resultJson(replies[i], toJson)
  return json(`${body}]`, 200)
}

/** Replies one after the other, as on a connection. */
function resp(replies: readonly Reply[], status: number): Response {
  const bytes = toUint8Array(replies.map((reply) => encodeReply(reply, 2)).join(''))
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status, headers: { 'content-type': 'application/octet-stream' } })
}
