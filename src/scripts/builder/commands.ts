// What the methods of keys become: a command's words, and how its reply gets the form that the method's type says. A row of
// the table is a form and the methods that have it.
import type { Expression } from '../tree.ts'
import * as helpers from './helpers.ts'
import { binary, call, command, constant, FALSE, index, not, or } from './nodes.ts'
import type { Program } from './program.ts'
import { ANY, BOOLEAN, dictionaryOf, INTEGER, isNumber, listOf, maybe, NULL, NUMBER, recordOf, type Shape, STRING } from './schema.ts'
import { placed, Term } from './term.ts'

const MEMBER = recordOf({ member: STRING, score: NUMBER })
const POSITION = { longitude: NUMBER, latitude: NUMBER }
const ENTRY = recordOf({ id: STRING, fields: dictionaryOf(STRING) })
type Form = readonly [Shape, (program: Program, reply: Expression) => Expression]
const asIs = (_: Program, reply: Expression): Expression => reply
const number = (_: Program, reply: Expression): Expression => call('tonumber', reply)

/** By a letter or two. */
const FORMS: Readonly<Record<string, Form>> = {
  n: [INTEGER, asIs],
  'n?': [maybe(INTEGER), asIs],
  s: [STRING, asIs],
  's?': [maybe(STRING), asIs],
  d: [NUMBER, number],
  'd?': [maybe(NUMBER), (_, reply) => or(number(_, reply), FALSE)],
  b: [BOOLEAN, (_, reply) => binary('==', reply, constant(1))],
  /** OK, or null where a condition was not met. */
  ok: [BOOLEAN, (_, reply) => not(not(reply))],
  v: [NULL, asIs],
  t: [STRING, (_, reply) => index(reply, 'ok')],
  l: [listOf(STRING), asIs],
  'l?': [maybe(listOf(STRING)), asIs],
  ln: [listOf(NUMBER), asIs],
  'm?': [listOf(maybe(STRING)), asIs],
  mn: [listOf(maybe(NUMBER)), asIs],
  md: [listOf(maybe(NUMBER)), helpers.numbers],
  mb: [listOf(BOOLEAN), helpers.flags],
  h: [dictionaryOf(STRING), helpers.fields],
  p: [listOf(recordOf({ field: STRING, value: STRING })), helpers.fieldPairs],
  z: [listOf(MEMBER), helpers.scored],
  z1: [maybe(MEMBER), (program, reply) => or(index(helpers.scored(program, reply), constant(1)), FALSE)],
  c: [recordOf({ cursor: STRING, items: listOf(STRING) }), helpers.scan],
  e: [listOf(ENTRY), helpers.entries],
  er: [listOf(ENTRY), helpers.read],
  lm: [maybe(recordOf({ key: STRING, elements: listOf(STRING) })), helpers.poppedElements],
  zm: [maybe(recordOf({ key: STRING, members: listOf(MEMBER) })), helpers.poppedMembers],
  pos: [listOf(maybe(recordOf(POSITION))), helpers.positions],
  ac: [recordOf({ next: STRING, entries: listOf(ENTRY), deleted: listOf(STRING) }), helpers.claimed],
  a: [ANY, asIs],
}

/**
 * Forms, and the methods that have them, with the command's words where these are not the method's name. `s?,l` gives the first form
 * without arguments and the second with some; `l withScores:z` gives another with that option.
 */
const TABLE: Readonly<Record<string, string>> = {
  n: 'del unlink touch ttl pttl expiretime pexpiretime append strlen setrange incr incrby decr decrby setbit getbit bitcount bitpos bitop pfcount hset hlen hstrlen hdel hincrby lpush rpush lpushx rpushx llen linsert lrem sortStore=SORT sadd srem scard sinterstore sunionstore sdiffstore sintercard zadd zrem zcard zcount zlexcount zrangestore zremrangebyrank zremrangebyscore zremrangebylex zunionstore zinterstore zdiffstore zintercard geoadd geosearchstore xlen xdel xtrim xack xgroupDelconsumer=XGROUP+DELCONSUMER',
  'n?': 'objectIdletime=OBJECT+IDLETIME objectFreq=OBJECT+FREQ objectRefcount=OBJECT+REFCOUNT zrank zrevrank lpos',
  s: 'getrange lcs',
  's?': 'dump digest objectEncoding=OBJECT+ENCODING get getset getdel getex hget lindex lmove rpoplpush',
  's nomkstream:s?': 'xadd',
  's?,l': 'spop srandmember',
  's?,l withValues:p': 'hrandfield',
  's?,l withScores:z': 'zrandmember',
  's?,l?': 'lpop rpop',
  d: 'incrbyfloat hincrbyfloat zincrby',
  'd?': 'zaddIncr=ZADD zscore geodist',
  b: 'exists delex renamenx move copy expire pexpire expireat pexpireat persist setnx pfadd hsetnx hsetex hexists smove sismember xgroupDestroy=XGROUP+DESTROY xgroupCreateconsumer=XGROUP+CREATECONSUMER',
  'ok get:s?': 'set',
  v: 'rename restore setex psetex pfmerge hmset lset ltrim xgroupCreate=XGROUP+CREATE xgroupSetid=XGROUP+SETID xsetid',
  t: 'type',
  l: 'hkeys hvals geosearch lrange smembers sinter sunion sdiff zrangebylex zrevrangebylex',
  'l withScores:z': 'zrange zrevrange zrangebyscore zrevrangebyscore zunion zinter zdiff',
  ln: 'bitfieldRo=BITFIELD_RO hexpire hpexpire hexpireat hpexpireat httl hpttl hexpiretime hpexpiretime hpersist xdelex xackdel',
  'm?': 'mget hmget hgetdel hgetex sort sortRo=SORT_RO geohash',
  mn: 'bitfield',
  md: 'zmscore',
  mb: 'smismember',
  h: 'hgetall',
  'z1,z': 'zpopmin zpopmax',
  c: 'hscan sscan zscan',
  e: 'xrange xrevrange',
  'e justid:l': 'xclaim',
  ac: 'xautoclaim',
  a: 'xpending xpendingRange=XPENDING xinfoStream=XINFO+STREAM xinfoGroups=XINFO+GROUPS xinfoConsumers=XINFO+CONSUMERS',
  er: 'xread xreadgroup',
  lm: 'lmpop',
  zm: 'zmpop',
  pos: 'geopos',
}

/** The form of what a method gives when it is called so. */
function formOf(name: string, forms: string, args: readonly unknown[]): Form {
  const [plain, option, asked] = forms.split(/[ :]/)
  const last = args.at(-1)
  const options = isOptions(last) ? last : {}
  if (options[option] === true) return FORMS[asked]
  if (name === 'lpos' && options['count'] !== undefined) return FORMS['ln']
  const [bare, given = bare] = plain.split(',')
  return (name === 'geosearch' ? detailed(options) : undefined) ?? FORMS[args.length > 0 ? given : bare]
}

type Options = Readonly<Record<string, unknown>>
const isOptions = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !(value instanceof Term) && !Array.isArray(value) && !(value instanceof Uint8Array)

/** Values in turn: arrays item by item, options by their names. */
function spread(value: unknown): unknown[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.flatMap(spread)
  return isOptions(value) ? Object.entries(value).flatMap(option) : [value]
}

function option([name, value]: [string, unknown]): unknown[] {
  const word = name.toUpperCase()
  // What is compared with (`ifeq`) and is missing by mistake must not be a condition less.
  if (value === undefined) return name.startsWith('if') ? [word, value] : []
  if (value === false) return []
  if (value === true) return [word]
  if (name === 'get') return (value as unknown[]).flatMap((each) => [word, each])
  return name === 'limit' && isOptions(value) ? [word, value['offset'], value['count']] : [word, ...spread(value)]
}

/** What does not follow the rule: the words behind the command's name. */
const WORDS: Readonly<Record<string, (key: Term, args: readonly unknown[]) => unknown[]>> = {
  hset: pairs,
  hmset: pairs,
  zadd: (key, [members, options]) => [
    key,
    ...spread(options),
    ...([members].flat() as Options[]).flatMap(({ member, score }) => [score, member]),
  ],
  zaddIncr: (key, [increment, member, options]) => [key, ...spread(options), 'INCR', increment, member],
  bitop: (key, [operation, ...sources]) => [operation, key, ...sources],
  bitcount: (key, [range]) => [key, ...bounds(range)],
  bitpos: (key, [bit, range]) => [key, bit, ...bounds(range)],
  bitfield,
  bitfieldRo: bitfield,
  sortStore: (key, [to, options]) => [key, ...spread(options), 'STORE', to],
  xadd: (key, [id, fields, options]) => [key, ...trimming((options ?? {}) as Options), id, ...Object.entries(fields as Options).flat()],
  xtrim: (key, [options]) => [key, ...trimming(options as Options)],
  xrange: counted,
  xrevrange: counted,
  xread: (key, [id, options]) => [...spread(options), 'STREAMS', key, id],
  xreadgroup: (key, [group, consumer, id, options]) => ['GROUP', group, consumer, ...spread(options), 'STREAMS', key, id],
  xdelex: (key, [ids, references]) => [key, ...spread(references), ...numbered('IDS', ids)],
  xackdel: (key, [group, ids, references]) => [key, group, ...spread(references), ...numbered('IDS', ids)],
  hgetdel: named,
  httl: named,
  hpttl: named,
  hexpiretime: named,
  hpexpiretime: named,
  hpersist: named,
  hexpire: timed,
  hpexpire: timed,
  hexpireat: timed,
  hpexpireat: timed,
  hgetex: (key, [fields, options]) => [key, ...spread(options), ...numbered('FIELDS', fields)],
  hsetex: (key, [fields, options]) => [
    key,
    ...spread(options),
    'FIELDS',
    Object.keys(fields as Options).length,
    ...Object.entries(fields as Options).flat(),
  ],
  sintercard: keysCounted,
  zintercard: keysCounted,
  zunion: keysCounted,
  zinter: keysCounted,
  zdiff: keysCounted,
  zunionstore: storing,
  zinterstore: storing,
  zdiffstore: storing,
  lmpop: many,
  zmpop: many,
  geosearch: (key, [area, options]) => [key, ...within(area as Options), ...search(options as Options)],
  geosearchstore: (key, [source, area, options]) => [key, source, ...within(area as Options), ...search(options as Options)],
  xpendingRange: (key, [group, start, end, count, options]) => {
    const { idle, consumer } = (options ?? {}) as Options
    return [key, group, ...spread({ idle }), start, end, count, ...spread(consumer)]
  },
}

/** A list of the script, or one that is written out, behind its length. */
function numbered(word: string, list: unknown): unknown[] {
  const items = list as Term | readonly unknown[]
  return items instanceof Term ? [word, items.length(), items] : [word, items.length, ...items]
}

function named(key: Term, fields: readonly unknown[]): unknown[] {
  const [first] = fields
  const isList = first instanceof Term && Term.give(Term.program(key), first).shape.kind === 'list'
  return [key, ...numbered('FIELDS', isList ? first : fields)]
}

function timed(key: Term, [time, fields, condition]: readonly unknown[]): unknown[] {
  return [key, time, ...spread(condition), ...numbered('FIELDS', fields)]
}

/** The number of keys goes before them. */
function keysCounted(key: Term, [others, options]: readonly unknown[]): unknown[] {
  const keys = [key, ...(others as Term[])]
  return [keys.length, ...keys, ...spread(options)]
}

function storing(key: Term, [others, options]: readonly unknown[]): unknown[] {
  const keys = others as Term[]
  return [key, keys.length, ...keys, ...spread(options)]
}

function many(key: Term, [others, end, count]: readonly unknown[]): unknown[] {
  const keys = [key, ...(others as Term[])]
  return [keys.length, ...keys, end, ...spread({ count })]
}

function within({ member, longitude, latitude, radius, width, height, unit = 'm' }: Options): unknown[] {
  const from = member === undefined ? ['FROMLONLAT', longitude, latitude] : ['FROMMEMBER', member]
  return [...from, ...(radius === undefined ? ['BYBOX', width, height] : ['BYRADIUS', radius]), unit]
}

function search({ order, ...options }: Options = {}): unknown[] {
  return spread([order, options])
}

function counted(key: Term, [start, end, count]: readonly unknown[]): unknown[] {
  return [key, start, end, ...spread({ count })]
}

function pairs(key: Term, [first, value]: readonly unknown[]): unknown[] {
  return isOptions(first) ? [key, ...Object.entries(first).flat()] : [key, first, value]
}

function bounds(range: unknown): unknown[] {
  if (!isOptions(range)) return []
  const { start, end, unit } = range
  return spread([start, end, unit])
}

function bitfield(key: Term, operations: readonly unknown[]): unknown[] {
  return [
    key,
    ...(operations as Options[]).flatMap((each) => {
      const name = ['get', 'set', 'incrby', 'overflow'].find((word) => word in each)!
      return spread([name.toUpperCase(), each[name], each['offset'], each['value']])
    }),
  ]
}

function trimming({ approximate, maxlen, minid, limit, ...others }: Options): unknown[] {
  const [word, bound] = maxlen === undefined ? ['MINID', minid] : ['MAXLEN', maxlen]
  const trim = bound === undefined ? [] : [word, approximate ? '~' : '=', bound, ...spread({ limit })]
  return [...spread(others), ...trim]
}

/** A key of a script, and with it all commands. It is its name too. */
export class Key extends Term {
  /** Makes a method of each command in the table. It is called once, below the class. */
  static override define(): void {
    for (const [forms, names] of Object.entries(TABLE)) {
      for (const row of names.split(' ')) {
        const [name, words = name.toUpperCase()] = row.split('=')
        const method = function (this: Key, ...args: unknown[]): Term {
          return this.#run(name, words.split('+'), forms, args)
        }
        Object.defineProperty(this.prototype, name, { value: placed<Key, unknown[], Term>((key) => Term.program(key), method) })
      }
    }
  }

  constructor(program: Program, node: Expression) {
    super(program, node, STRING)
  }

  #run(name: string, words: readonly string[], forms: string, args: readonly unknown[]): Term {
    const behind = WORDS[name]?.(this, args) ?? [this, ...spread(args)]
    return execute(Term.program(this), words[0].toLowerCase(), [...words, ...behind], formOf(name, forms, args))
  }
}
Key.define()

/** Places with what was asked for besides their names. */
function detailed({ withDist, withHash, withCoord }: Options): Form | undefined {
  if (!withDist && !withHash && !withCoord) return undefined
  const fields = {
    member: STRING,
    ...(withDist ? { distance: NUMBER } : {}),
    ...(withHash ? { hash: NUMBER } : {}),
    ...(withCoord ? POSITION : {}),
  }
  return [listOf(recordOf(fields)), helpers.places(fields)]
}

/** Runs a command, here. */
export function execute(program: Program, name: string, words: readonly unknown[], form = FORMS['a'], by = 'redis.call'): Term {
  const line = command(...words.map((word, i) => wordOf(program, word, i === words.length - 1, name)))
  const [shape, convert] = form
  const { callee } = call(by)
  return new Term(program, program.temp(name, convert(program, { ...line, callee } as Expression), 'moves'), shape)
}

/** What a command takes: text, or a number with all its digits; a list as the last words. @throws TypeError */
function wordOf(program: Program, value: unknown, last: boolean, name: string): Expression {
  const { node, shape } = Term.give(program, value)
  const { kind, nullable, of } = shape
  if (node.kind === 'constant' && Number.isFinite(node.value)) return kind === 'integer' ? node : Term.text(program, value)
  if (!nullable && (kind === 'string' || kind === 'any' || isNumber(shape))) return node
  if (!nullable && last && of !== undefined && kind === 'list' && (of.kind === 'string' || isNumber(of))) return call('unpack', node)
  throw new TypeError(`${name} takes text and numbers, not what may be ${nullable ? 'null' : `a ${kind}`}`)
}
