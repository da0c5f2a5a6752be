// A REST handler for tests, asked with requests as they come over HTTP.
import { createRedis, type EmbeddedRedis, type Redis } from '../../src/adapters/memory.ts'
import { createRestHandler, type RestHandler, type RestOptions } from '../../src/adapters/serve/rest-handler.ts'

export const TOKEN = 'secret-token'
export const READ_ONLY = 'read-only-token'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

export interface Rest {
  readonly redis: EmbeddedRedis
  readonly handler: RestHandler
  /** Asks as the owner of the token. @param path with its query; @param body JSON, or text and bytes as they are */
  ask(path: string, body?: unknown, init?: RequestInit): Promise<Answer>
}

export async function startRest(options: Partial<RestOptions> & { served?: (redis: EmbeddedRedis) => Redis } = {}): Promise<Rest> {
  const { served = (redis) => redis, ...rest } = options
  const redis = await createRedis()
  const handler = createRestHandler(served(redis), { token: TOKEN, readOnlyToken: READ_ONLY, ...rest })
  return { redis, handler, ask: (path, body, init) => ask(handler, path, body, init) }
}

export async function ask(handler: RestHandler, path: string, body?: unknown, init: RequestInit = {}): Promise<Answer> {
  const response = await handler(requestTo(path, body, init))
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : jsonOr(text), headers: response.headers }
}

export function requestTo(path: string, body?: unknown, init: RequestInit = {}): Request {
  const headers = new Headers({ authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string> | undefined) })
  for (const [name, value] of [...headers]) if (value === '') headers.delete(name)
  const sent = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return requestOf(`http://rest.test${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...init,
    headers,
    ...(sent === undefined ? {} : { body: sent as BodyInit }),
  })
}

/**
 * A request with the very signal that it is given: in Node 20 a request has one of its own, which hears of the given one only
 * until the request is collected as garbage.
 */
export function requestOf(url: string, init: RequestInit): Request {
  const request = new Request(url, init)
  if (init.signal) Object.defineProperty(request, 'signal', { value: init.signal })
  return request
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
