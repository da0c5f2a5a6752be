// What a request says, taken apart: its path as a command line, its query, its headers and its body, which is never read
// further than its limit.
import { type ByteString, encodeUtf8, fromUint8Array, joinBytes } from '../../../core/bytes.ts'
import { ReplyError } from '../../../core/reply.ts'
import { BAD_FORMAT, BASE64_IN_RESP2, NOT_A_COMMAND, requestTooLarge } from '../../../core/rest/errors.ts'

export interface Target {
  /** The path's segments, still encoded. */
  readonly segments: readonly string[]
  /** The query's parameters in order, decoded, without the token. */
  readonly parameters: readonly ByteString[]
  readonly token: ByteString | undefined
}

const TOKEN = '_token'

/**
 * Takes a URL apart.
 * @param mount the path under which the handler is mounted, without a slash at its end
 * @returns an error for what cannot be decoded
 */
export function targetOf(url: string, mount: string): Target | ReplyError {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const hash = url.indexOf('#')
  const question = url.indexOf('?')
  const end = hash < 0 ? url.length : hash
  const pathEnd = question < 0 || question > end ? end : question
  const path = start < 0 || start > pathEnd ? '/' : url.slice(start, pathEnd)
  // A router may have taken the mount away already.
  const inside = path === mount || path.startsWith(`${mount}/`) ? path.slice(mount.length) : path
  const segments = inside.length <= 1 ? [] : inside.slice(1).split('/')
  if (pathEnd === end) return { segments, parameters: [], token: undefined }
  return withQuery(segments, url.slice(question + 1, end))
}

function withQuery(segments: readonly string[], query: string): Target | ReplyError {
  const parameters: ByteString[] = []
  let token: ByteString | undefined
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const words = (equals < 0 ? [pair] : [pair.slice(0, equals), pair.slice(equals + 1)]).map((word) =>
      decodeBytes(word.replaceAll('+', ' ')),
    )
    const [name, value] = words
    if (name === undefined || (equals >= 0 && value === undefined)) return NOT_A_COMMAND
    if (name === TOKEN) token = value ?? ''
    else parameters.push(...(words as ByteString[]))
  }
  return { segments, parameters, token }
}

/** The bytes that a part of a URL stands for. @returns undefined for a stray `%` */
export function decodeBytes(part: string): ByteString | undefined {
  if (!part.includes('%')) return encodeUtf8(part)
  if (/%(?![\da-fA-F]{2})/.test(part)) return undefined
  return encodeUtf8(part).replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** How the response is to be written. */
export interface Format {
  readonly base64: boolean
  readonly resp2: boolean
}

export function formatOf(headers: Headers): Format | ReplyError {
  const base64 = headers.get('upstash-encoding') === 'base64'
  const format = headers.get('upstash-response-format')
  if (format === null || format === 'json') return { base64, resp2: false }
  if (format !== 'resp2') return BAD_FORMAT
  return base64 ? BASE64_IN_RESP2 : { base64, resp2: true }
}

/** How long the body says that it is; null if it does not. (Firefox has no `body` of requests; there it is read whole.) */
function lengthOf(request: Request): number | null {
  const length = request.headers.get('content-length')
  return length === null ? (request.body === undefined ? 0 : null) : Number(length)
}

/**
 * The whole body as text.
 * @returns an error if it is longer than its limit, in bytes; then the rest stays unread
 */
export async function textOf(request: Request, limit: number): Promise<string | ReplyError> {
  const length = lengthOf(request)
  if (length !== null) return length > limit ? requestTooLarge(limit, length) : request.text()
  const bytes = await readUpTo(request.body, limit)
  return bytes instanceof ReplyError ? bytes : new TextDecoder().decode(bytes)
}

/** The whole body as it is. @returns an error as `textOf` does */
export async function bytesOf(request: Request, limit: number): Promise<ByteString | ReplyError> {
  const length = lengthOf(request)
  if (length !== null && length > limit) return requestTooLarge(limit, length)
  const bytes = length === null ? await readUpTo(request.body, limit) : new Uint8Array(await request.arrayBuffer())
  return bytes instanceof ReplyError ? bytes : fromUint8Array(bytes)
}

/** A body that does not say how long it is: it is read up to the limit. */
async function readUpTo(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array | ReplyError> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body?.getReader()
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    length += next.value.length
    if (length > limit) {
      await reader?.cancel()
      return requestTooLarge(limit, undefined)
    }
    chunks.push(next.value)
  }
  return joinBytes(chunks)
}
