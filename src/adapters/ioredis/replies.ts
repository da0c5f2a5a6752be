// From what ioredis gives for replies, Buffers, strings, numbers and errors, to those of core.
import { encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { unreachable } from '../../core/client/errors.ts'
import { toResp3 } from '../../core/client/shapes.ts'
import { parseInt64 } from '../../core/numbers.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'

/**
 * What a command was answered, in RESP3's shape.
 * @param exact whether the connection has `stringNumbers`
 */
export function replyOf(argv: Argv, value: unknown, exact: boolean): Reply {
  return toResp3(argv, decode(value, exact))
}

function decode(value: unknown, exact: boolean): Reply {
  // With `stringNumbers` integers are strings, and with RESP3 doubles as well; every other string is a Buffer.
  if (typeof value === 'string') return exact ? (parseInt64(value) ?? value) : value
  if (value instanceof Uint8Array) return fromUint8Array(value)
  if (value === null || typeof value === 'number') return value
  if (Array.isArray(value)) return decodeAll(value, exact)
  if (value instanceof Error) return said(value)
  throw new TypeError(`ioredis gave ${typeof value} for a reply`)
}

/** In place: nobody else has the array. */
function decodeAll(items: unknown[], exact: boolean): Reply[] {
  for (let i = 0; i < items.length; i++) if (exact || typeof items[i] !== 'string') items[i] = decode(items[i], exact)
  return items as Reply[]
}

/** What the server has said. */
export const said = ({ message }: Error): ReplyError => new ReplyError(encodeUtf8(message))

/** ioredis's error for a command that was under way. */
const ABORTED = 'Command aborted due to connection close'

/**
 * The server's error reply as it is; any other error says that the server was not reached. An error of ioredis 5 is named after its
 * class, whose name bundlers shorten, but one that the server has said tells its command.
 */
export function failureOf(error: unknown): ReplyError {
  const isReply = error instanceof Error && (error.name === 'ReplyError' || ('command' in error && error.message !== ABORTED))
  return isReply ? said(error) : unreachable(error)
}
