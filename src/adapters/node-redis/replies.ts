// From what node-redis gives for replies to those of core.
import { encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { unreachable } from '../../core/client/errors.ts'
import { toResp3 } from '../../core/client/shapes.ts'
import { parseInt64 } from '../../core/numbers.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'

/**
 * What is asked of its decoder, by RESP's signs of types. Bytes stay bytes. Numbers come as they are written, so that integers
 * are exact, and so are doubles in version 5. Maps are flat, as in RESP2: as objects, or as Maps, they would lose keys.
 */
export const MAPPING = {
  [sign('$')]: Buffer,
  [sign('+')]: Buffer,
  [sign('=')]: Buffer,
  [sign(':')]: String,
  [sign(',')]: String,
  [sign('(')]: String,
  [sign('%')]: Array,
}

function sign(type: string): number {
  return type.charCodeAt(0)
}

/** What a command was answered, in RESP3's shape. */
export function replyOf(argv: Argv, value: unknown): Reply {
  return toResp3(argv, decode(value))
}

function decode(value: unknown): Reply {
  if (value instanceof Uint8Array) return fromUint8Array(value)
  if (typeof value === 'string') return parseInt64(value) ?? value
  if (value === null || typeof value === 'boolean') return value
  if (Array.isArray(value)) return decodeAll(value)
  if (value instanceof Error) return said(value)
  throw new TypeError(`node-redis gave ${typeof value} for a reply`)
}

/** In place: nobody else has the array. */
function decodeAll(items: unknown[]): Reply[] {
  for (let i = 0; i < items.length; i++) items[i] = decode(items[i])
  return items as Reply[]
}

/** What the server has said. */
const said = ({ message }: Error): ReplyError => new ReplyError(encodeUtf8(message))

/** The server's error reply as it is; any other error says that the server was not reached. */
export function failureOf(error: unknown): ReplyError {
  return error instanceof Error && isSaid(error) ? said(error) : unreachable(error)
}

/**
 * Whether the server has said it. Bundlers shorten names of classes, but what servers say is of a class (SimpleError) of a class
 * (ErrorReply) of errors, and what node-redis says itself is of a class of errors, but for timeouts during maintenance.
 */
function isSaid(error: Error): boolean {
  const kind = Object.getPrototypeOf(Object.getPrototypeOf(error)) as object
  return kind !== Error.prototype && kind !== Object.prototype && !error.message.includes(' during maintenance. ')
}
