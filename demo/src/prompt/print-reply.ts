// Replies as redis-cli prints them on a terminal. It speaks RESP2 unless told otherwise, and so does this: maps, sets and
// scores are flat arrays then, and doubles are strings.
import { formatDouble } from '../../../src/core/numbers.ts'
import {
  Double,
  MapReply,
  NullArray,
  Pairs,
  Push,
  type Reply,
  ReplyError,
  SetReply,
  Several,
  Status,
  Verbatim,
} from '../../../src/core/reply.ts'
import { decodeUtf8 } from '../../../src/core/bytes.ts'
import { quoted } from '../../../src/core/words.ts'

export type Protocol = 2 | 3

/** @returns lines, without a newline at the end */
export function printReply(reply: Reply, protocol: Protocol = 2): string {
  return print(reply, protocol, '')
}

/** @param indent of every line but the first, which the caller begins */
function print(reply: Reply, protocol: Protocol, indent: string): string {
  if (typeof reply === 'string') return quoted(reply)
  if (reply === null || reply instanceof NullArray) return '(nil)'
  if (reply instanceof ReplyError) return `(error) ${decodeUtf8(reply.text)}`
  if (reply instanceof Status) return decodeUtf8(reply.text)
  if (reply instanceof Verbatim) return decodeUtf8(reply.text).replace(/\r?\n$/, '')
  if (reply instanceof Double) return printDouble(reply, protocol)
  if (typeof reply === 'boolean') return protocol === 3 ? `(${reply})` : `(integer) ${reply ? 1 : 0}`
  if (typeof reply !== 'object') return `(integer) ${reply}`
  if (reply instanceof Several) return reply.items.map((each) => print(each, protocol, indent)).join('\n')
  if (reply instanceof Pairs) return printItems(protocol === 3 ? inTwos(reply.flat) : reply.flat, ')', 'array', protocol, indent)
  if (reply instanceof MapReply && protocol === 3) return printMap(reply.flat, indent)
  if (reply instanceof SetReply && protocol === 3) return printItems(reply.items, '~', 'set', protocol, indent)
  if (reply instanceof Push && protocol === 3) return printItems(reply.items, '>', 'push', protocol, indent)
  return printItems(Array.isArray(reply) ? reply : reply instanceof MapReply ? reply.flat : reply.items, ')', 'array', protocol, indent)
}

function printDouble({ value, text }: Double, protocol: Protocol): string {
  const digits = text ?? formatDouble(value)
  return protocol === 3 ? `(double) ${digits}` : quoted(digits)
}

function printItems(items: readonly Reply[], sign: string, what: string, protocol: Protocol, indent: string): string {
  if (items.length === 0) return `(empty ${what})`
  const width = String(items.length).length
  const inner = indent + ' '.repeat(width + 2)
  return items
    .map((item, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}${sign} ${print(item, protocol, inner)}`)
    .join('\n')
}

function printMap(flat: readonly Reply[], indent: string): string {
  const pairs = inTwos(flat)
  if (pairs.length === 0) return '(empty hash)'
  const width = String(pairs.length).length
  const inner = indent + ' '.repeat(width + 2)
  return pairs
    .map(([key, value], i) => {
      const arrow = sizeOf(value) > 1 ? ` => \n${inner}` : ' => '
      return `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}# ${print(key, 3, inner)}${arrow}${print(value, 3, inner)}`
    })
    .join('\n')
}

/** How many lines a reply begins. */
function sizeOf(reply: Reply): number {
  if (Array.isArray(reply)) return reply.length
  if (reply instanceof MapReply || reply instanceof Pairs) return reply.flat.length / 2
  return reply instanceof SetReply || reply instanceof Push ? reply.items.length : 0
}

function inTwos(flat: readonly Reply[]): [Reply, Reply][] {
  const pairs: [Reply, Reply][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i], flat[i + 1]])
  return pairs
}
