// From a reply to what a method returns. Each decoder takes the reply's RESP3 form and its RESP2 form, so that a backend
// that speaks RESP2 gives the same results.
import { type ByteString, decodeUtf8 } from '../bytes.ts'
import { readDouble, shrink } from '../numbers.ts'
import { RedisError } from './errors.ts'
import { Double, isNull, MapReply, Pairs, Push, type Reply, ReplyError, SetReply, Several, Status, Verbatim } from '../reply.ts'

/** Bytes as the client gives them out: text, or a `Uint8Array`. */
export type Text = string | Uint8Array
export type ToText<T extends Text> = (bytes: ByteString) => T
export type Decode<T extends Text, R> = (reply: Reply, text: ToText<T>) => R

/** Field names and values: an object, or for bytes, which cannot be property names, pairs. */
export type Fields<T extends Text> = T extends string ? Record<string, T> : [T, T][]

function bytesOf(reply: Reply): ByteString {
  if (typeof reply === 'string') return reply
  if (reply instanceof Status || reply instanceof Verbatim) return reply.text
  if (reply instanceof Double) return reply.text ?? String(reply.value).replace('Infinity', 'inf')
  return (reply as number | bigint | boolean).toString()
}

function itemsOf(reply: Reply): Reply[] {
  if (Array.isArray(reply)) return reply
  if (reply instanceof SetReply || reply instanceof Push || reply instanceof Several) return reply.items
  if (reply instanceof MapReply || reply instanceof Pairs) return reply.flat
  return isNull(reply) ? [] : [reply]
}

/** Two by two, whether the reply nests them or not. */
function pairsOf(reply: Reply): [Reply, Reply][] {
  const items = itemsOf(reply)
  if (Array.isArray(items[0])) return items as [Reply, Reply][]
  const pairs: [Reply, Reply][] = []
  for (let i = 0; i + 1 < items.length; i += 2) pairs.push([items[i], items[i + 1]])
  return pairs
}

export function text<T extends Text>(reply: Reply, toText: ToText<T>): T {
  return toText(typeof reply === 'string' ? reply : bytesOf(reply))
}

export function textOrNull<T extends Text>(reply: Reply, toText: ToText<T>): T | null {
  if (typeof reply === 'string') return toText(reply)
  return isNull(reply) ? null : text(reply, toText)
}

/** `OK`, and other words that are always ASCII. */
export function word(reply: Reply): string {
  return bytesOf(reply)
}

export function wordOrNull(reply: Reply): string | null {
  return isNull(reply) ? null : word(reply)
}

export function ok(_reply: Reply): 'OK' {
  return 'OK'
}

export function okOrNull(reply: Reply): 'OK' | null {
  return isNull(reply) ? null : 'OK'
}

/** An integer; a bigint where a number would not be exact. */
export function integer(reply: Reply): number {
  if (typeof reply === 'number') return reply
  if (typeof reply === 'boolean') return reply ? 1 : 0
  return shrink(typeof reply === 'bigint' ? reply : BigInt(bytesOf(reply))) as number
}

export function integerOrNull(reply: Reply): number | null {
  return isNull(reply) ? null : integer(reply)
}

export function double(reply: Reply): number {
  if (reply instanceof Double) return reply.value
  return typeof reply === 'number' ? reply : readDouble(bytesOf(reply))
}

export function doubleOrNull(reply: Reply): number | null {
  return isNull(reply) ? null : double(reply)
}

/** An array of what another decoder makes. */
export function list<T extends Text, R>(item: Decode<T, R>): Decode<T, R[]> {
  return (reply, toText) => itemsOf(reply).map((each) => item(each, toText))
}

export function texts<T extends Text>(reply: Reply, toText: ToText<T>): T[] {
  return itemsOf(reply).map((each) => text(each, toText))
}

export function textsOrNull<T extends Text>(reply: Reply, toText: ToText<T>): T[] | null {
  return isNull(reply) ? null : texts(reply, toText)
}

/** Pairs such as members and scores, or fields and values. */
export function pairs<T extends Text, A, B>(first: Decode<T, A>, second: Decode<T, B>): Decode<T, [A, B][]> {
  return (reply, toText) => pairsOf(reply).map(([a, b]) => [first(a, toText), second(b, toText)])
}

/** A tuple of which each place has a decoder of its own; null if the reply is. */
export function tupleOrNull<T extends Text, A, B>(first: Decode<T, A>, second: Decode<T, B>): Decode<T, [A, B] | null> {
  return (reply, toText) => {
    if (isNull(reply)) return null
    const [a, b] = itemsOf(reply)
    return [first(a, toText), second(b, toText)]
  }
}

/**
 * A plain object of what is filled in while it has no prototype, so that `__proto__` is a field like any other. It gets one, because
 * objects without are refused by React's server components and by the RPC of Workers, and equal no literal in strict assertions.
 */
export function plainObject<T>(fill: (object: Record<string, T>) => void): Record<string, T> {
  const object = Object.create(null) as Record<string, T>
  fill(object)
  return Object.setPrototypeOf(object, Object.prototype) as Record<string, T>
}

/** A map as an object. */
export function record<T extends Text, R>(value: Decode<T, R>): Decode<T, Record<string, R>> {
  return (reply, toText) =>
    plainObject((object) => {
      for (const [field, each] of pairsOf(reply)) object[utf8(field)] = value(each, toText)
    })
}

/** Fields and values of a hash. */
export function fields<T extends Text>(reply: Reply, toText: ToText<T>): Fields<T> {
  const decode = typeof toText('') === 'string' ? record<T, T>(text) : pairs<T, T, T>(text, text)
  return decode(reply, toText) as Fields<T>
}

/** Text, whatever the client gives for strings. */
export function utf8(reply: Reply): string {
  return decodeUtf8(bytesOf(reply))
}

/** Any reply as plain JS: what `call` returns. An error inside of an array is a RedisError in it. */
export type Plain<T extends Text = string> = T | number | bigint | boolean | null | Plain<T>[] | { [field: string]: Plain<T> }

/** What `call` makes of a reply to a command of which nothing more is known. */
export function anything<T extends Text>(command: string): Decode<T, Plain<T>> {
  return (reply, toText) => plain(reply, toText, command)
}

function plain<T extends Text>(reply: Reply, toText: ToText<T>, command: string): Plain<T> {
  const inner = (each: Reply): Plain<T> => plain(each, toText, command)
  if (typeof reply === 'string') return toText(reply)
  if (isNull(reply)) return null
  if (typeof reply !== 'object') return reply
  if (reply instanceof ReplyError) return RedisError.from(reply, command) as unknown as Plain<T>
  if (reply instanceof Double) return reply.value
  if (reply instanceof Status || reply instanceof Verbatim) return toText(reply.text)
  if (reply instanceof MapReply) return record<T, Plain<T>>((each) => inner(each))(reply, toText)
  if (reply instanceof Pairs) return pairsOf(reply).map(([a, b]) => [inner(a), inner(b)])
  return itemsOf(reply).map(inner)
}
