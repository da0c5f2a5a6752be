// Replies as RESP2 or RESP3 bytes: https://redis.io/docs/latest/develop/reference/protocol-spec/
import type { ByteString } from '../bytes.ts'
import { formatDouble } from '../numbers.ts'
import {
  Attribute,
  BigNumber,
  Double,
  MapReply,
  NULL_ARRAY,
  Pairs,
  Push,
  type Reply,
  ReplyError,
  SetReply,
  Several,
  Status,
  Verbatim,
} from '../reply.ts'

export type Protocol = 2 | 3

/** Chars of a reply that are made one text at a time. */
const PIECE = 1 << 13

/** A reply as it goes over the wire. */
export function encodeReply(reply: Reply, protocol: Protocol): ByteString {
  if (typeof reply === 'string') return bulk(reply)
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}\r\n`
  if (reply === null) return protocol === 3 ? '_\r\n' : '$-1\r\n'
  if (reply instanceof Status) return `+${reply.text}\r\n`
  if (Array.isArray(reply)) return sequence('*', reply, protocol)
  return encodeRare(reply, protocol)
}

function encodeRare(reply: Exclude<Reply, ByteString | number | bigint | null | Status | Reply[]>, protocol: Protocol): ByteString {
  const resp3 = protocol === 3
  if (typeof reply === 'boolean') return resp3 ? `#${reply ? 't' : 'f'}\r\n` : `:${reply ? 1 : 0}\r\n`
  if (reply instanceof ReplyError) return `-${oneLine(reply.text)}\r\n`
  if (reply instanceof Double) {
    const text = reply.text ?? formatDouble(reply.value)
    return resp3 ? `,${text}\r\n` : bulk(text)
  }
  if (reply instanceof Push) return sequence(resp3 ? '>' : '*', reply.items, protocol)
  if (reply instanceof SetReply) return sequence(resp3 ? '~' : '*', reply.items, protocol)
  if (reply instanceof Attribute) return resp3 ? sequence('|', reply.flat, protocol, reply.flat.length / 2) : ''
  if (reply instanceof MapReply)
    return resp3 ? sequence('%', reply.flat, protocol, reply.flat.length / 2) : sequence('*', reply.flat, protocol)
  if (reply instanceof Pairs) return resp3 ? pairs(reply.flat) : sequence('*', reply.flat, protocol)
  if (reply instanceof Verbatim) {
    if (!resp3) return bulk(reply.text)
    return reply instanceof BigNumber ? `(${reply.text}\r\n` : `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`
  }
  if (reply instanceof Several) return reply.items.map((item) => encodeReply(item, protocol)).join('')
  return resp3 ? '_\r\n' : reply === NULL_ARRAY ? '*-1\r\n' : '$-1\r\n'
}

/** An error is one line on the wire. */
const oneLine = (text: ByteString): ByteString => text.replace(/^[\r\n]+|[\r\n]+$/g, '').replace(/[\r\n]/g, ' ')
const bulk = (text: ByteString): ByteString => `$${text.length}\r\n${text}\r\n`

function sequence(type: string, items: readonly Reply[], protocol: Protocol, length = items.length): ByteString {
  let all = ''
  let out = `${type}${length}\r\n`
  for (const item of items) {
    out += encodeReply(item, protocol)
    if (out.length > PIECE) {
      all += whole(out)
      out = ''
    }
  }
  return all + out
}

/**
 * A text that grows is a tree of its parts for V8 until somebody looks into it. Large replies take half as long if those trees are
 * small and gone soon. (No reply begins with a zero; what is read but not used V8 might not read.)
 */
const whole = (text: ByteString): ByteString => (text.charCodeAt(0) === 0 ? '' : text)

function pairs(flat: readonly Reply[]): ByteString {
  let out = `*${flat.length / 2}\r\n`
  for (let i = 0; i < flat.length; i += 2) out += `*2\r\n${encodeReply(flat[i], 3)}${encodeReply(flat[i + 1], 3)}`
  return out
}
