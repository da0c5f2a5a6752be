// Replies as the JSON of a response: `{"result": ...}` or `{"error": ...}`, in RESP2's shapes. With base64 a string keeps
// all its bytes; without, what is no UTF-8 becomes U+FFFD.
import { type ByteString, decodeUtf8 } from '../bytes.ts'
import { formatDouble } from '../numbers.ts'
import { Double, isNull, MapReply, Pairs, Push, type Reply, ReplyError, SetReply, Status, Verbatim } from '../reply.ts'

declare const btoa: (bytes: ByteString) => string

/** How a string is written. */
export type ToJson = (bytes: ByteString) => string
export const asText: ToJson = (bytes) => JSON.stringify(decodeUtf8(bytes))
export const asBase64: ToJson = (bytes) => `"${btoa(bytes)}"`

/** One command's part of a response. */
export function resultJson(reply: Reply, toJson: ToJson): string {
  if (reply instanceof ReplyError) return errorJson(reply)
  // Upstash leaves this word alone where it is the whole reply.
  const isOk = reply === 'OK' || (reply instanceof Status && reply.text === 'OK')
  return `{"result":${isOk ? '"OK"' : valueJson(reply, toJson)}}`
}

export function errorJson(error: ReplyError): string {
  return `{"error":${asText(error.text)}}`
}

function valueJson(reply: Reply, toJson: ToJson): string {
  if (typeof reply === 'string') return toJson(reply)
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply)
  if (isNull(reply)) return 'null'
  if (Array.isArray(reply)) return listJson(reply, toJson)
  if (typeof reply === 'boolean') return reply ? '1' : '0'
  if (reply instanceof Status || reply instanceof Verbatim) return toJson(reply.text)
  if (reply instanceof Double) return toJson(reply.text ?? formatDouble(reply.value))
  if (reply instanceof MapReply || reply instanceof Pairs) return listJson(reply.flat, toJson)
  if (reply instanceof SetReply || reply instanceof Push) return listJson(reply.items, toJson)
  return reply instanceof ReplyError ? errorJson(reply) : 'null'
}

function listJson(items: readonly Reply[], toJson: ToJson): string {
  let out = '['
  for (let i = 0; i < items.length; i++) out += (i === 0 ? '' : ',') + valueJson(items[i], toJson)
  return `${out}]`
}
