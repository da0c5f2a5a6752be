// Replies as Lua's values and back: https://redis.io/docs/latest/develop/programmability/lua-api/#data-type-conversion
import type { ByteString } from '../../core/bytes.ts'
import { formatDouble } from '../../core/numbers.ts'
import {
  Attribute,
  BigNumber,
  Double,
  MapReply,
  Pairs,
  Push,
  type Reply,
  ReplyError,
  SetReply,
  Several,
  Status,
  Verbatim,
} from '../../core/reply.ts'
import { untilZero } from './errors.ts'
import { toInteger } from './machine.ts'
import { Table } from './table.ts'
import type { LuaValue } from './value.ts'

/** What a script sees: RESP2's kinds of reply, or after `redis.setresp(3)` RESP3's. */
export type Protocol = 2 | 3

/** A table of one field, such as `{ ok = 'OK' }`. */
export function tagged(name: string, value: LuaValue): Table {
  const table = new Table()
  table.set(name, value)
  return table
}

/** Whether an error is what a command of the script replied, which the statistics have. */
export function isCounted(error: Table): boolean {
  return error.get('ignore_error_stats_update') === true
}

export function toLua(reply: Reply, protocol: Protocol): LuaValue {
  if (typeof reply === 'string' || typeof reply === 'number') return reply
  if (reply === null) return protocol === 3 ? undefined : false
  if (Array.isArray(reply)) return toItems(reply, protocol)
  if (reply instanceof Status) return tagged('ok', reply.text)
  return toLuaRare(reply, protocol)
}

function toItems(replies: readonly Reply[], protocol: Protocol): Table {
  const items: LuaValue[] = []
  for (let i = 0; i < replies.length; i++) items.push(toLua(replies[i], protocol))
  return Table.of(items)
}

function toLuaRare(reply: Reply, protocol: Protocol): LuaValue {
  const resp3 = protocol === 3
  if (reply instanceof ReplyError) return tagged('err', reply.text)
  if (typeof reply === 'boolean') return resp3 ? reply : reply ? 1 : 0
  if (typeof reply === 'bigint') return Number(reply)
  if (reply instanceof Double) return resp3 ? tagged('double', reply.value) : (reply.text ?? formatDouble(reply.value))
  if (reply instanceof Verbatim) {
    if (!resp3) return reply.text
    if (reply instanceof BigNumber) return tagged('big_number', reply.text)
    const verbatim = tagged('format', reply.format)
    verbatim.set('string', reply.text)
    return tagged('verbatim_string', verbatim)
  }
  if (reply instanceof MapReply) {
    if (!resp3) return toItems(reply.flat, 2)
    const map = new Table()
    for (let i = 0; i < reply.flat.length; i += 2) setKey(map, toLua(reply.flat[i], 3), toLua(reply.flat[i + 1], 3))
    return tagged('map', map)
  }
  if (reply instanceof SetReply) {
    if (!resp3) return toItems(reply.items, 2)
    const set = new Table()
    for (const item of reply.items) setKey(set, toLua(item, 3), true)
    return tagged('set', set)
  }
  if (reply instanceof Pairs) {
    if (!resp3) return toItems(reply.flat, 2)
    const pairs: Reply[] = []
    for (let i = 0; i < reply.flat.length; i += 2) pairs.push([reply.flat[i], reply.flat[i + 1]])
    return toItems(pairs, 3)
  }
  if (reply instanceof Push) return toItems(reply.items, protocol)
  if (reply instanceof Several) {
    const heard = reply.items.find((item) => !(item instanceof Attribute))
    return heard === undefined ? false : toLua(heard, protocol)
  }
  return resp3 ? undefined : false
}

function setKey(table: Table, key: LuaValue, value: LuaValue): void {
  if (key !== undefined && key === key) table.set(key, value)
}

/** Deeper tables cannot be replies. */
const MAX_DEPTH = 1000
const TOO_DEEP = new ReplyError('ERR reached lua stack limit')

/** What a script returns, as a reply. */
export function toReply(value: LuaValue, protocol: Protocol, depth = 0): Reply {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return integerOf(value)
    case 'boolean':
      return protocol === 3 ? value : value ? 1 : null
    default:
      return value instanceof Table ? tableReply(value, protocol, depth) : null
  }
}

/** Numbers are cut to integers. */
function integerOf(value: number): Reply {
  const integer = toInteger(value)
  return Number.isSafeInteger(integer) ? integer + 0 : BigInt(integer)
}

function tableReply(table: Table, protocol: Protocol, depth: number): Reply {
  if (depth >= MAX_DEPTH) return TOO_DEEP
  if (table.keys.length > 0) {
    const err = table.get('err')
    if (typeof err === 'string') return new ReplyError(line(untilZero(err).replace(/[\r\n]+$/, '')), undefined, isCounted(table))
    const ok = table.get('ok')
    if (typeof ok === 'string') return new Status(line(untilZero(ok)))
    const double = table.get('double')
    if (typeof double === 'number') return new Double(double)
    const map = table.get('map')
    if (map instanceof Table) {
      const flat: Reply[] = []
      for (let place = map.seek(0); place >= 0; place = map.seek(place + 1)) {
        flat.push(toReply(map.keyAt(place), protocol, depth + 1), toReply(map.valueAt(place), protocol, depth + 1))
      }
      return new MapReply(flat)
    }
    const set = table.get('set')
    if (set instanceof Table) {
      const items: Reply[] = []
      for (let place = set.seek(0); place >= 0; place = set.seek(place + 1)) items.push(toReply(set.keyAt(place), protocol, depth + 1))
      return new SetReply(items)
    }
    const big = table.get('big_number')
    if (typeof big === 'string') return new BigNumber(line(big))
    const verbatim = table.get('verbatim_string')
    if (verbatim instanceof Table) {
      const text = verbatim.get('string')
      const format = verbatim.get('format')
      if (typeof text === 'string' && typeof format === 'string') return new Verbatim(text, format.padEnd(3).slice(0, 3))
    }
  }
  const items: Reply[] = []
  for (let i = 1; ; i++) {
    const item = table.get(i)
    if (item === undefined) return items
    items.push(toReply(item, protocol, depth + 1))
  }
}

/** Errors and statuses are one line. */
const line = (text: ByteString): ByteString => text.replace(/[\r\n]/g, ' ')
