// The entry `isodis/upstash`: the client on Upstash's REST service, wherever there is fetch. Nothing is imported from
// @upstash/redis: of a client that the user made only its address, its token and its settings are used, because its
// commands would guess at types and lose bytes.
import { asText, Redis } from '../core/client/redis.ts'
import { UpstashBackend } from './upstash/backend.ts'
import { type Fetch, HttpService, type HttpTarget } from './upstash/http.ts'
import { type Requester, RequesterService } from './upstash/requester.ts'
import type { Service } from './upstash/service.ts'

export { RedisError } from '../core/client/errors.ts'
export { Redis } from '../core/client/redis.ts'
export { Subscription } from '../core/client/subscription.ts'
export type * from '../core/client/types.ts'

/** For `connectUpstash`. */
export interface UpstashOptions {
  /** Such as `https://eu1-example.upstash.io`, or where `isodis/rest` is served. */
  url: string | undefined
  /** The token of the database. It may be read-only. */
  token: string | undefined
  /** How often a request without an answer is sent again; its commands may then run more than once. Default: 0 */
  retries?: number | undefined
  /** How long to wait for an answer, in milliseconds; Infinity for any time. Default: 30000 */
  timeout?: number | undefined
  /** What sends the requests. Default: the host's fetch */
  fetch?: Fetch | undefined
}

/** The part of an @upstash/redis client that is used, so that any version fits. */
export interface UpstashClient {
  pipeline(): unknown
  multi(): unknown
}

const RETRY_MS = 100

/**
 * Creates a client on Upstash, or on anything that speaks its REST protocol, such as `isodis serve --rest-port`.
 * @throws TypeError for an invalid URL or a missing token
 * @example const redis = connectUpstash({ url: env.UPSTASH_REDIS_REST_URL, token: env.UPSTASH_REDIS_REST_TOKEN })
 */
export function connectUpstash(options: UpstashOptions): Redis {
  const { url, token, retries = 0, timeout, fetch } = options
  if (typeof token !== 'string' || token === '') throw new TypeError('connectUpstash needs a token')
  if (url === undefined || !/^https?:\/\/[^\s/?#]/.test(url)) throw new TypeError('connectUpstash needs an http or https URL')
  const target = {
    baseUrl: url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${token}` },
    retry: { attempts: retries, backoff: (attempt: number) => RETRY_MS * 2 ** attempt },
  }
  return over(new HttpService(target, timeout, fetch))
}

/**
 * Creates a client from one of @upstash/redis: its address, token, retries, signal and sync token are used.
 * Closing it does not affect that client.
 * @param options `timeout`: how long to wait for an answer, in milliseconds. Default: 30000
 * @throws TypeError if `client` is not such a client
 */
export function fromUpstash(redis: UpstashClient, options: Pick<UpstashOptions, 'timeout'> = {}): Redis {
  const client = (redis as { client?: Partial<HttpTarget> & Partial<Requester> }).client
  if (typeof client?.request !== 'function') throw new TypeError('fromUpstash needs a client made with @upstash/redis')
  if (typeof client.baseUrl !== 'string' || client.headers === undefined) {
    return over(new RequesterService(client as Requester))
  }
  return over(new HttpService(client as HttpTarget, options.timeout))
}

function over(service: Service): Redis {
  return new Redis(new UpstashBackend(service), asText)
}
