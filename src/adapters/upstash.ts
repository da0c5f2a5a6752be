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
export { Subscription, type Message, type SubscribeOptions } from '../core/client/subscription.ts'
export type { Key, Pairs, Value } from '../core/client/arguments.ts'
export type { Capabilities } from '../core/client/backend.ts'

export interface UpstashOptions {
  /** Such as `https://eu1-example.upstash.io`, or where `isodis/rest` is served. */
  url: string
  token: string
  /** How often a request is sent again that got no answer: its commands may then run more than once. Default: 0 */
  retries?: number
  /** Milliseconds that an answer may take; Infinity for any. Default: 30000 */
  timeout?: number
  /** Where requests go. Default: the host's fetch */
  fetch?: Fetch
}

/** What is looked at of a client made with @upstash/redis, so that any version of it is one. */
export interface UpstashClient {
  pipeline(): unknown
  multi(): unknown
}

const RETRY_MS = 100

/** A client on Upstash. @throws TypeError for a URL that is none, or no token */
export function connectUpstash(options: UpstashOptions): Redis {
  const { url, token, retries = 0, timeout, fetch } = options
  if (typeof token !== 'string' || token === '') throw new TypeError('connectUpstash needs a token')
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new TypeError('connectUpstash needs an http or https URL')
  const target = {
    baseUrl: url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${token}` },
    retry: { attempts: retries, backoff: (attempt: number) => RETRY_MS * 2 ** attempt },
  }
  return over(new HttpService(target, timeout, fetch))
}

/**
 * A client over one made with @upstash/redis: its address, token, retries, signal and sync token are used.
 * Closing it leaves that client as it is.
 * @param options `timeout`: milliseconds that an answer may take. Default: 30000
 * @throws TypeError for what is no such client
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
