// The values of all types and encodings. Those with a count are read element by element; those in one string (listpacks
// and their like) are small, or parted into nodes.
import type { ByteString } from '../../bytes.ts'
import type { ModuleValue, Types } from '../../engine/modules.ts'
import { Hash, List, Members, SortedSet, type StringValue, type Value } from '../../engine/values.ts'
import { IN_ISODIS } from '../../engine/errors.ts'
import { parseDouble, parseInt64 } from '../../numbers.ts'
import type { ByteSource } from './byte-source.ts'
import * as format from './format.ts'
import { readIntset } from './intset.ts'
import { readListpack } from './listpack.ts'
import { missing, readModule, readType } from './module.ts'
import { readZiplist } from './ziplist.ts'
import { readZipmap } from './zipmap.ts'

/** Gets the value; null is a collection without elements, which Redis skips when it loads. */
export type Done = (value: Value | null) => void

/**
 * Begins to read a value: `done` is called in this step of the source or in a later one.
 * @param types what there is beyond Redis's own types
 */
export function readValue(source: ByteSource, type: number, done: Done, types?: Types): void {
  switch (type) {
    case format.STRING:
      return done(source.value())
    case format.LIST:
    case format.LIST_ZIPLIST:
    case format.LIST_QUICKLIST:
    case format.LIST_QUICKLIST_2:
      return readList(source, type, done)
    case format.SET:
    case format.SET_INTSET:
    case format.SET_LISTPACK:
      return readSet(source, type, done)
    case format.ZSET:
    case format.ZSET_2:
    case format.ZSET_ZIPLIST:
    case format.ZSET_LISTPACK:
      return readSortedSet(source, type, done)
    case format.HASH:
    case format.HASH_ZIPMAP:
    case format.HASH_ZIPLIST:
    case format.HASH_LISTPACK:
    case format.HASH_METADATA_PRE_GA:
    case format.HASH_METADATA:
    case format.HASH_LISTPACK_EX_PRE_GA:
    case format.HASH_LISTPACK_EX:
    case format.VALKEY_HASH_2:
      return readHash(source, type, done)
    case format.STREAM_LISTPACKS:
    case format.STREAM_LISTPACKS_2:
    case format.STREAM_LISTPACKS_3:
    case format.STREAM_LISTPACKS_4:
      if (types?.stream === undefined) throw missing(`stream ${IN_ISODIS}`, source)
      return types.stream.read(source, type, done)
    case format.MODULE_2:
      return readModule(source, types, done)
    case format.MODULE_PRE_GA:
      throw source.fail(`a value of the module type ${readType(source).name} from before Redis 4.0.0 cannot be read`)
    default:
      throw source.fail(`unknown type ${type}`)
  }
}

function readList(source: ByteSource, type: number, done: Done): void {
  const list = new List()
  const add = (elements: ByteString[]): void => {
    for (const element of elements) list.push(element)
  }
  if (type === format.LIST_ZIPLIST) {
    add(packed(source, 'ziplist'))
    return done(orNull(list))
  }
  repeat(source, list, done, () => {
    if (type === format.LIST) list.push(source.string())
    else if (type === format.LIST_QUICKLIST) add(packed(source, 'ziplist'))
    else add(readNode(source))
  })
}

/** A node of a list: one large element, or a listpack of small ones. */
function readNode(source: ByteSource): ByteString[] {
  const kind = source.length()
  if (kind === PACKED_NODE) return packed(source, 'listpack')
  const element = kind === PLAIN_NODE ? source.string() : ''
  if (element === '') throw source.fail('damaged node of a list')
  return [element]
}

const PLAIN_NODE = 1
const PACKED_NODE = 2

function readSet(source: ByteSource, type: number, done: Done): void {
  const members = new Members()
  const add = (member: ByteString): void => {
    if (!members.add(member)) throw source.fail('duplicate member of a set')
  }
  if (type === format.SET) return repeat(source, members, done, () => add(source.string()))
  for (const member of packed(source, type === format.SET_INTSET ? 'intset' : 'listpack')) add(member)
  done(orNull(members))
}

function readSortedSet(source: ByteSource, type: number, done: Done): void {
  const zset = new SortedSet()
  const add = (member: ByteString, score: number): void => {
    if (Number.isNaN(score)) throw source.fail('a score that is not a number')
    if (zset.scores.has(member)) throw source.fail('duplicate member of a sorted set')
    zset.set(member, score)
  }
  if (type === format.ZSET) return repeat(source, zset, done, () => add(source.string(), textScore(source)))
  if (type === format.ZSET_2) return repeat(source, zset, done, () => add(source.string(), source.double()))
  const elements = packed(source, type === format.ZSET_ZIPLIST ? 'ziplist' : 'listpack', 2)
  for (let i = 0; i < elements.length; i += 2) add(elements[i], parseDouble(elements[i + 1]))
  done(orNull(zset))
}

/** A score as text behind its length byte, whose three highest values stand for NaN, inf and -inf. */
function textScore(source: ByteSource): number {
  const length = source.byte()
  if (length > 252) return length === 253 ? NaN : length === 254 ? Infinity : -Infinity
  return parseDouble(String.fromCharCode(...source.raw(length)))
}

/** Of a field, as Redis has it: 48 bits. */
const LAST_EXPIRY = 2 ** 48 - 1

function readHash(source: ByteSource, type: number, done: Done): void {
  const hash = new Hash()
  const add = (field: ByteString, value: ByteString, expiry: number): void => {
    if (hash.has(field)) throw source.fail('duplicate field of a hash')
    if (expiry > LAST_EXPIRY) throw source.fail('an expiry that is too late')
    const slot = hash.insert(field, value)
    if (expiry !== 0) hash.setExpiry(slot, expiry)
  }
  // The earliest expiry stands in front since 7.4; in METADATA the others count from one before it, so that 0 means none.
  const earliest = type === format.HASH_METADATA || type === format.HASH_LISTPACK_EX ? source.integer(8) : 1
  if (type === format.HASH) return repeat(source, hash, done, () => add(source.string(), source.string(), 0))
  // Valkey has the time behind each field, -1 for none.
  if (type === format.VALKEY_HASH_2) {
    return repeat(source, hash, done, () => add(source.string(), source.string(), Math.max(0, source.integer(8))))
  }
  if (type === format.HASH_METADATA || type === format.HASH_METADATA_PRE_GA) {
    return repeat(source, hash, done, () => {
      const after = source.length()
      add(source.string(), source.string(), after === 0 ? 0 : earliest + after - 1)
    })
  }
  const expiring = type === format.HASH_LISTPACK_EX || type === format.HASH_LISTPACK_EX_PRE_GA
  const width = expiring ? 3 : 2
  const elements = packed(source, type === format.HASH_ZIPMAP ? 'zipmap' : type === format.HASH_ZIPLIST ? 'ziplist' : 'listpack', width)
  for (let i = 0; i < elements.length; i += width) {
    const expiry = expiring ? Number(parseInt64(elements[i + 2]) ?? -1) : 0
    if (expiry < 0) throw source.fail('an expiry that is not a number')
    add(elements[i], elements[i + 1], expiry)
  }
  done(orNull(hash))
}

type Collection = Exclude<Value, StringValue | ModuleValue>

/** A collection's count, and so many elements. */
function repeat(source: ByteSource, value: Collection, done: Done, element: () => void): void {
  const count = source.length()
  source.repeat(1, () => done(orNull(value)))
  source.repeat(count, element)
}

const orNull = (value: Collection): Collection | null => (value.size === 0 ? null : value)

const PACKED = { listpack: readListpack, ziplist: readZiplist, zipmap: readZipmap, intset: readIntset }

/** The elements in a string, whose number must be a multiple of `width`. */
function packed(source: ByteSource, kind: keyof typeof PACKED, width = 1): ByteString[] {
  const elements = PACKED[kind](source.blob())
  if (elements === null || elements.length % width !== 0) throw source.fail(`damaged ${kind}`)
  return elements
}
