// From Upstash's JSON to replies, in RESP2's shapes.
import { type ByteString, encodeUtf8 } from '../../core/bytes.ts'
import { unreachable } from '../../core/client/errors.ts'
import { shrink } from '../../core/numbers.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'

/** Stands before the digits of an integer that JSON would round; base64 has no such char. */
export const INTEGER_MARK = ':'

export type ToReply = (string: string) => Reply
export const fromText: ToReply = encodeUtf8
export const fromBase64: ToReply = (string) => (string[0] === INTEGER_MARK ? shrink(BigInt(string.slice(1))) : atob(string))

/** @param answer what there should be for one command: `{ result }` or `{ error }`; @throws Error if it is something else */
export function replyOf(answer: unknown, toReply: ToReply): Reply {
  const { result, error } = Object(answer) as { result?: unknown; error?: unknown }
  if (typeof error === 'string') return errorOf(error)
  if (result === undefined) throw new Error('the answer is not of the REST protocol')
  // This word is never in base64 where it is the whole reply.
  return result === 'OK' ? result : valueOf(result, toReply)
}

/** An array of such answers. @param count how many there should be */
export function repliesOf(answers: unknown, count: number, toReply: ToReply): Reply[] {
  if (!Array.isArray(answers) || answers.length !== count) throw new Error('the answer has not one reply for each command')
  return answers.map((answer) => replyOf(answer, toReply))
}

export function errorOf(text: string): ReplyError {
  return new ReplyError(encodeUtf8(text))
}

function valueOf(value: unknown, toReply: ToReply): Reply {
  if (typeof value === 'string') return toReply(value)
  if (typeof value === 'number') return value
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return value.map((each) => valueOf(each, toReply))
  if (typeof value === 'boolean') return value
  return replyOf(value, toReply)
}

/** The service was not reached. fetch tells why only in the cause. */
export function lost(error: unknown): ReplyError {
  const { message, cause } = Object(error) as { message?: string; cause?: { message?: string } }
  const why = [message, cause?.message].filter((part) => part !== undefined && part !== '').join(': ')
  return new ReplyError(unreachable(why === '' ? error : why).text, error)
}

/** The words of an event: in base64, or with what is known of them, as a message may have commas. */
export function wordsOf(data: ByteString, name: ByteString, base64: boolean): ByteString[] {
  const comma = data.indexOf(',')
  const kind = data.slice(0, comma)
  if (base64)
    return [
      kind,
      ...data
        .slice(comma + 1)
        .split(',')
        .map(atob),
    ]
  const rest = data.slice(comma + 1 + name.length + 1)
  if (kind !== 'pmessage') return [kind, name, rest]
  const end = rest.indexOf(',')
  return [kind, name, rest.slice(0, end), rest.slice(end + 1)]
}
