// JSON as replies of the protocol: JSON.RESP, and what JSON.GET and JSON.ARRPOP give with FORMAT.
import type { ByteString } from '../bytes.ts'
import { Double, MapReply, type Reply, ReplyError, Status } from '../reply.ts'
import { isContainer, isInteger, isNumber, type Json, type JsonNumber, toNumber } from './value.ts'
import { toText } from './write.ts'

export function numberReply(value: JsonNumber): Reply {
  // Beyond 64 bits with a sign no integer goes over the wire.
  const fits = isInteger(value) && (typeof value === 'number' || BigInt.asIntN(64, value) === value)
  return fits ? value : new Double(toNumber(value))
}

/** As JSON.RESP has it: what an object or array begins with tells which it is. */
export function inResp(value: Json): Reply {
  if (typeof value === 'boolean') return new Status(String(value))
  if (Array.isArray(value)) return [new Status('['), ...value.map(inResp)]
  if (value instanceof Map) return [new Status('{'), ...[...value].flatMap(([key, field]) => [key, inResp(field)])]
  return isNumber(value) ? numberReply(value) : value
}

export type Format = (value: Json) => Reply

const expand: Format = (value) => {
  if (Array.isArray(value)) return value.map(expand)
  if (value instanceof Map) return new MapReply([...value].flatMap(([key, field]) => [key, expand(field)]))
  return isNumber(value) ? numberReply(value) : value
}

const FORMATS: Readonly<Record<string, Format>> = {
  EXPAND: expand,
  EXPAND1: (value) => (isContainer(value) ? toText(value) : expand(value)),
}

/**
 * What comes behind FORMAT: the kind of replies that values become.
 * @param plain the name of JSON as text, which is what there is without FORMAT
 * @returns null for text; @throws ReplyError, over RESP2 always, which has too few kinds of replies
 */
export function readFormat(word: ByteString, plain: string, protocol: 2 | 3): Format | null {
  if (protocol === 2) throw new ReplyError('ERR FORMAT argument is not supported on RESP2')
  const name = word.toUpperCase()
  if (name === plain) return null
  if (!Object.hasOwn(FORMATS, name)) throw new ReplyError('ERR wrong reply format')
  return FORMATS[name]
}
