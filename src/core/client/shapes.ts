// What RESP3 tells apart and RESP2 does not: replies of a server that was spoken to in RESP2, brought to the shapes of
// RESP3, so that `call` gives the same on every backend. One row for each command whose reply differs.
import { readDouble, shrink } from '../numbers.ts'
import { Double, MapReply, Pairs, type Reply, ReplyError } from '../reply.ts'
import type { Argv } from './backend.ts'

type Shape = (reply: Reply, argv: Argv) => Reply

const same: Shape = (reply) => reply
const each =
  (shape: (item: Reply, argv: Argv, i: number) => Reply): Shape =>
  (reply, argv) =>
    Array.isArray(reply) ? reply.map((item, i) => shape(item, argv, i)) : reply

/** An item's place in an array, and its shape; the others stay as they are. */
const at = (index: number, shape: Shape): Shape => each((item, argv, i) => (i === index ? shape(item, argv) : item))

const double: Shape = (reply) => (typeof reply === 'string' ? new Double(readDouble(reply), reply) : reply)

/** Members and scores in turn, or fields and values; what comes in pairs already stays so. */
const pairs =
  (second: Shape): Shape =>
  (reply, argv) => {
    if (!Array.isArray(reply)) return reply
    if (Array.isArray(reply[0])) return each(at(1, second))(reply, argv)
    return new Pairs(reply.map((item, i) => (i % 2 === 1 ? second(item, argv) : item)))
  }

/** Fields and values in turn. @param known the shapes of some values; @param others the shape of the rest */
const map = (known: Readonly<Record<string, Shape>> = {}, others: Shape = same): Shape => {
  const shapes = new Map<Reply, Shape>(Object.entries(known))
  if (shapes.size === 0 && others === same) return (reply) => (Array.isArray(reply) ? new MapReply(reply) : reply)
  return (reply, argv) => {
    if (!Array.isArray(reply)) return reply
    return new MapReply(reply.map((item, i) => (i % 2 === 1 ? (shapes.get(reply[i - 1]) ?? others)(item, argv) : item)))
  }
}

/** A shape that is asked for by a word, which is looked for behind the keys, as keys may have any name. */
const asked =
  (word: string, from: (argv: Argv) => number, shape: Shape): Shape =>
  (reply, argv) =>
    argv.slice(from(argv)).some((each) => each.toUpperCase() === word) ? shape(reply, argv) : reply

const ranged = asked('WITHSCORES', () => 4, pairs(double))
const combined = asked('WITHSCORES', (argv) => 2 + Number(argv[1]), pairs(double))
const random = (word: string, second: Shape): Shape => asked(word, () => 3, pairs(second))
const popped: Shape = (reply, argv) => (argv.length > 2 ? pairs(double) : at(1, double))(reply, argv)
const poppedFrom = at(1, each(at(1, double)))
/** GEOSEARCH and its like: of what they give for a place, only the coordinates are an array. */
const places = each(each(each(double)))

/** Streams come as pairs of key and entries; some clients flatten these. */
const streams: Shape = (reply) => {
  if (!Array.isArray(reply)) return reply
  return new MapReply(Array.isArray(reply[0]) ? (reply as Reply[][]).flat() : reply)
}

/** JSON.NUMINCRBY and its like: JSON of one number or of an array of them; some clients give doubles as texts. */
const numbers: Shape = (reply) => {
  const items = typeof reply === 'string' ? (reply.match(/[^[\],]+/g) ?? []) : reply
  const number = (item: Reply): Reply =>
    typeof item !== 'string' ? item : item === 'null' ? null : /[.e]/.test(item) ? new Double(+item, item) : shrink(BigInt(item))
  return Array.isArray(items) ? items.map(number) : reply
}
/** JSON.TYPE: one array more, unless it is there already. */
const types: Shape = (reply, [, , path]) => {
  const [first] = Array.isArray(reply) ? reply : []
  return Array.isArray(reply) && (!path?.startsWith('$') || first === null || Array.isArray(first)) ? reply : [reply]
}

const argument: Shape = map({ arguments: each((reply, argv) => argument(reply, argv)) })
const doc: Shape = map({ arguments: each(argument), subcommands: map({}, (reply, argv) => doc(reply, argv)) })
const spec = map({ spec: map() })
const info: Shape = (reply, argv) => at(9, each(info))(at(8, each(map({ begin_search: spec, find_keys: spec })))(reply, argv), argv)
/** MEMORY STATS has numbers with and without a fraction, and a map for each database. */
const numbered: Shape = (reply, argv) => map()(double(reply, argv), argv)

/** By the command's name; for some by their subcommand's, where `''` is the command alone. */
const SHAPES = new Map(
  Object.entries<Shape | Readonly<Record<string, Shape>>>({
    HGETALL: map(),
    HRANDFIELD: random('WITHVALUES', same),
    LCS: asked('IDX', () => 3, map()),

    ZSCORE: double,
    ZINCRBY: double,
    ZADD: double, // only with INCR is it a string
    ZMSCORE: each(double),
    ZRANK: at(1, double),
    ZREVRANK: at(1, double),
    ZRANGE: ranged,
    ZREVRANGE: ranged,
    ZRANGEBYSCORE: ranged,
    ZREVRANGEBYSCORE: ranged,
    ZUNION: combined,
    ZINTER: combined,
    ZDIFF: combined,
    ZRANDMEMBER: random('WITHSCORES', double),
    ZPOPMIN: popped,
    ZPOPMAX: popped,
    BZPOPMIN: at(2, double),
    BZPOPMAX: at(2, double),
    ZMPOP: poppedFrom,
    BZMPOP: poppedFrom,

    GEOPOS: each(each(double)),
    GEOSEARCH: places,
    GEORADIUS: places,
    GEORADIUS_RO: places,
    GEORADIUSBYMEMBER: places,
    GEORADIUSBYMEMBER_RO: places,

    XREAD: streams,
    XREADGROUP: streams,
    XINFO: { STREAM: map({ groups: each(map({ consumers: each(map()) })) }), GROUPS: each(map()), CONSUMERS: each(map()) },

    'JSON.TYPE': types,
    'JSON.NUMINCRBY': numbers,
    'JSON.NUMMULTBY': numbers,
    'JSON.NUMPOWBY': numbers,

    COMMAND: { '': each(info), INFO: each(info), DOCS: map({}, doc) },
    CONFIG: { GET: map() },
    CLIENT: { TRACKINGINFO: map() },
    MEMORY: { STATS: map({}, numbered) },
    FUNCTION: { LIST: each(map({ functions: each(map()) })), STATS: map({ running_script: map(), engines: map({}, map()) }) },
    MODULE: { LIST: each(map()) },
    LATENCY: { HISTOGRAM: map({}, map({ histogram_usec: map() })) },
    ACL: { GETUSER: map({ selectors: each(map()) }), LOG: each(map({ 'age-seconds': double })) },
    CLUSTER: { LINKS: each(map()), SHARDS: each(map({ nodes: each(map()) })) },
  }),
)

/**
 * A RESP2 reply in the shape that RESP3 gives it.
 * @param reply bulk strings as byte strings; what is already of a RESP3 kind stays as it is
 */
export function toResp3(argv: Argv, reply: Reply): Reply {
  const row = SHAPES.get(argv[0])
  if (typeof row === 'function') return row(reply, argv)
  if (row === undefined) return reply
  const shape = new Map(Object.entries(row)).get((argv[1] ?? '').toUpperCase())
  return shape === undefined ? reply : shape(reply, argv)
}

/** Pairs that RESP3 nests and RESP2 does not: some clients give them as arrays in an array. */
const FLAT = /^(?:ZRANGE|ZREVRANGE|ZRANGEBYSCORE|ZREVRANGEBYSCORE|ZUNION|ZINTER|ZDIFF|ZRANDMEMBER|HRANDFIELD|ZPOPMIN|ZPOPMAX)$/

/** A RESP3 reply as RESP2 has it, where the kinds of replies do not say it by themselves. */
export function toResp2(argv: Argv, reply: Reply): Reply {
  if (argv[0].startsWith('JSON.')) return jsonToResp2(argv, reply)
  if (Array.isArray(reply)) return Array.isArray(reply[0]) && FLAT.test(argv[0]) ? (reply as Reply[][]).flat() : reply
  if (!(reply instanceof MapReply) || !argv[0].startsWith('XREAD')) return reply
  const { flat } = reply
  return Array.from({ length: flat.length / 2 }, (_, i) => flat.slice(2 * i, 2 * i + 2))
}

function jsonToResp2([name, , path]: Argv, reply: Reply): Reply {
  if (!Array.isArray(reply)) return reply
  if (name === 'JSON.TYPE') return reply[0]
  if (!name.startsWith('JSON.NUM')) return reply
  const texts = reply.map((item) => (item instanceof Double ? textOf(item) : String(item as Reply & (number | bigint | null))))
  if (/^\$([.[]|$)/.test(path)) return `[${texts.join(',')}]`
  return (
    texts.reverse().find((text) => text !== 'null') ?? new ReplyError(`ERR Path '${path}' does not exist or does not contains a number`)
  )
}

/** A floating point number as JSON has it, where an integer would be another number. */
const textOf = ({ value, text }: Double): string =>
  text ?? `${value}${Number.isInteger(value) && value < 1e16 ? '.0' : ''}`.replace('e+', 'e')
