// The commands of a script's keys: their types, with the client's names; what they become is in commands.ts. What the client
// gives as 0 or 1 because it says no or yes is a boolean here, scores are numbers, and commands that can only say OK give
// nothing. Blocking commands, which cannot wait in a script, are left out.
import type { Expr, Give, Typed, Untyped, Value } from './types.ts'

type N = Give<number>
type S = Give<string>
/** Several values, or a list of the script. */
type Many = readonly Value[] | readonly [Typed<string[]>] | readonly [Typed<number[]>]
type Member = Expr<{ member: string; score: number }[]>
type Entries = Expr<{ id: string; fields: { [field: string]: string } }[]>
type Scan = Expr<{ cursor: string; items: string[] }>
type OrNull<T> = Expr<T | null>
type Condition = 'nx' | 'xx' | 'gt' | 'lt'
interface Expiry {
  ex?: N
  px?: N
  exat?: N
  pxat?: N
}
interface ScanOptions {
  match?: S
  count?: N
}
interface Limit {
  limit?: { offset: N; count: N }
}
interface RangeOptions extends Limit {
  byScore?: boolean
  byLex?: boolean
  rev?: boolean
}
interface Combine {
  weights?: readonly N[]
  aggregate?: 'sum' | 'min' | 'max'
}
interface Sorting extends Limit {
  by?: S
  get?: readonly S[]
  desc?: boolean
  alpha?: boolean
}
interface Trim {
  maxlen?: N
  minid?: S
  approximate?: boolean
  limit?: N
}

interface Claim {
  idle?: N
  time?: N
  retrycount?: N
  force?: boolean
  lastid?: S
}

/** A key, whatever it holds. It may be given as text too: then it is its name. */
export interface AnyKey extends Typed<string> {
  exists(): Expr<boolean>
  del(...others: AnyKey[]): Expr<number>
  unlink(...others: AnyKey[]): Expr<number>
  touch(...others: AnyKey[]): Expr<number>
  /** `string`, `list`, `set`, `zset`, `hash`, `stream` or `none`. */
  type(): Expr<string>
  rename(to: AnyKey): void
  renamenx(to: AnyKey): Expr<boolean>
  copy(to: AnyKey, options?: { replace?: boolean }): Expr<boolean>
  expire(seconds: N, condition?: Condition): Expr<boolean>
  pexpire(milliseconds: N, condition?: Condition): Expr<boolean>
  expireat(seconds: N, condition?: Condition): Expr<boolean>
  pexpireat(milliseconds: N, condition?: Condition): Expr<boolean>
  /** -1: it never expires; -2: there is no such key. */
  ttl(): Expr<number>
  pttl(): Expr<number>
  expiretime(): Expr<number>
  pexpiretime(): Expr<number>
  persist(): Expr<boolean>
  dump(): OrNull<string>
  restore(ttl: N, dump: S, options?: { replace?: boolean; absttl?: boolean; idletime?: N; freq?: N }): void
  objectEncoding(): OrNull<string>
  objectIdletime(): OrNull<number>
  objectFreq(): OrNull<number>
  objectRefcount(): OrNull<number>
}

/** A key that holds a string, a number or a HyperLogLog, with the commands for it. */
export interface StringKey extends AnyKey {
  get(): OrNull<string>
  set(value: Value, options: Expiry & { nx?: boolean; xx?: boolean; keepttl?: boolean; get: true }): OrNull<string>
  /** Whether it was set: with `nx` and `xx` it need not be. */
  set(value: Value, options?: Expiry & { nx?: boolean; xx?: boolean; keepttl?: boolean }): Expr<boolean>
  setnx(value: Value): Expr<boolean>
  setex(seconds: N, value: Value): void
  psetex(milliseconds: N, value: Value): void
  getset(value: Value): OrNull<string>
  getdel(): OrNull<string>
  getex(options?: Expiry & { persist?: boolean }): OrNull<string>
  mget(...others: AnyKey[]): Expr<(string | null)[]>
  append(value: Value): Expr<number>
  strlen(): Expr<number>
  getrange(start: N, end: N): Expr<string>
  setrange(offset: N, value: Value): Expr<number>
  incr(): Expr<number>
  incrby(by: N): Expr<number>
  incrbyfloat(by: N): Expr<number>
  decr(): Expr<number>
  decrby(by: N): Expr<number>
  lcs(other: AnyKey): Expr<string>
  setbit(offset: N, bit: N): Expr<number>
  getbit(offset: N): Expr<number>
  bitcount(range?: { start: N; end: N; unit?: 'byte' | 'bit' }): Expr<number>
  bitpos(bit: N, range?: { start: N; end?: N; unit?: 'byte' | 'bit' }): Expr<number>
  /** Combines others into this one. */
  bitop(operation: 'and' | 'or' | 'xor' | 'not', ...sources: AnyKey[]): Expr<number>
  bitfield(...operations: readonly BitfieldOperation[]): Expr<(number | null)[]>
  bitfieldRo(...operations: readonly { get: string; offset: Value }[]): Expr<number[]>
  pfadd(...elements: Many): Expr<boolean>
  pfcount(...others: AnyKey[]): Expr<number>
  pfmerge(...sources: AnyKey[]): void
}
type BitfieldOperation =
  | { get: string; offset: Value }
  | { set: string; offset: Value; value: N }
  | { incrby: string; offset: Value; value: N }
  | { overflow: 'wrap' | 'sat' | 'fail' }

/** A key that holds a hash, with the commands for it. */
export interface HashKey extends AnyKey {
  hget(field: Value): OrNull<string>
  /** Sets fields. How many are new. */
  hset(field: Value, value: Value): Expr<number>
  hset(fields: { readonly [field: string]: Value }): Expr<number>
  hmset(fields: { readonly [field: string]: Value }): void
  hsetnx(field: Value, value: Value): Expr<boolean>
  hmget(...fields: Many): Expr<(string | null)[]>
  hgetall(): Expr<{ [field: string]: string }>
  hkeys(): Expr<string[]>
  hvals(): Expr<string[]>
  hlen(): Expr<number>
  hexists(field: Value): Expr<boolean>
  hstrlen(field: Value): Expr<number>
  hdel(...fields: Many): Expr<number>
  hincrby(field: Value, by: N): Expr<number>
  hincrbyfloat(field: Value, by: N): Expr<number>
  hrandfield(): OrNull<string>
  hrandfield(count: N): Expr<string[]>
  hrandfield(count: N, options: { withValues: true }): Expr<{ field: string; value: string }[]>
  hscan(cursor: Value, options?: ScanOptions): Scan
}

/** A key that holds a list, with the commands for it. */
export interface ListKey extends AnyKey {
  lpush(...elements: Many): Expr<number>
  rpush(...elements: Many): Expr<number>
  lpushx(...elements: Many): Expr<number>
  rpushx(...elements: Many): Expr<number>
  lpop(): OrNull<string>
  lpop(count: N): OrNull<string[]>
  rpop(): OrNull<string>
  rpop(count: N): OrNull<string[]>
  llen(): Expr<number>
  lindex(index: N): OrNull<string>
  lset(index: N, element: Value): void
  linsert(where: 'before' | 'after', pivot: Value, element: Value): Expr<number>
  lrange(start: N, stop: N): Expr<string[]>
  ltrim(start: N, stop: N): void
  lrem(count: N, element: Value): Expr<number>
  lpos(element: Value, options: { rank?: N; maxlen?: N; count: N }): Expr<number[]>
  lpos(element: Value, options?: { rank?: N; maxlen?: N }): OrNull<number>
  lmove(to: AnyKey, from: 'left' | 'right', where: 'left' | 'right'): OrNull<string>
  rpoplpush(to: AnyKey): OrNull<string>
  sort(options?: Sorting): Expr<(string | null)[]>
  sortRo(options?: Sorting): Expr<(string | null)[]>
  sortStore(to: AnyKey, options?: Sorting): Expr<number>
}

/** A key that holds a set, with the commands for it. */
export interface SetKey extends AnyKey {
  sadd(...members: Many): Expr<number>
  srem(...members: Many): Expr<number>
  smove(to: AnyKey, member: Value): Expr<boolean>
  scard(): Expr<number>
  sismember(member: Value): Expr<boolean>
  smismember(...members: Many): Expr<boolean[]>
  smembers(): Expr<string[]>
  spop(): OrNull<string>
  spop(count: N): Expr<string[]>
  srandmember(): OrNull<string>
  srandmember(count: N): Expr<string[]>
  sinter(...others: AnyKey[]): Expr<string[]>
  sunion(...others: AnyKey[]): Expr<string[]>
  sdiff(...others: AnyKey[]): Expr<string[]>
  sinterstore(...sources: AnyKey[]): Expr<number>
  sunionstore(...sources: AnyKey[]): Expr<number>
  sdiffstore(...sources: AnyKey[]): Expr<number>
  sintercard(others: readonly AnyKey[], options?: { limit?: N }): Expr<number>
  sscan(cursor: Value, options?: ScanOptions): Scan
  sort(options?: Sorting): Expr<(string | null)[]>
  sortRo(options?: Sorting): Expr<(string | null)[]>
  sortStore(to: AnyKey, options?: Sorting): Expr<number>
}

interface Scored {
  readonly member: Value
  readonly score: N
}
interface AddOptions {
  nx?: boolean
  xx?: boolean
  gt?: boolean
  lt?: boolean
}
/** A key that holds a sorted set, with the commands for it. Bounds are as Redis writes them: `'(5'`, `'-inf'`, `'[a'`. */
export interface SortedSetKey extends AnyKey {
  zadd(members: Scored | readonly Scored[], options?: AddOptions & { ch?: boolean }): Expr<number>
  zaddIncr(increment: N, member: Value, options?: AddOptions): OrNull<number>
  zincrby(by: N, member: Value): Expr<number>
  zrem(...members: Many): Expr<number>
  zcard(): Expr<number>
  zscore(member: Value): OrNull<number>
  zmscore(...members: Many): Expr<(number | null)[]>
  zrank(member: Value): OrNull<number>
  zrevrank(member: Value): OrNull<number>
  zcount(min: Value, max: Value): Expr<number>
  zlexcount(min: S, max: S): Expr<number>
  zrange(start: Value, stop: Value, options: RangeOptions & { withScores: true }): Member
  zrange(start: Value, stop: Value, options?: RangeOptions): Expr<string[]>
  /** Stores a range of another. */
  zrangestore(source: AnyKey, start: Value, stop: Value, options?: RangeOptions): Expr<number>
  zrevrange(start: N, stop: N, options: { withScores: true }): Member
  zrevrange(start: N, stop: N): Expr<string[]>
  zrangebyscore(min: Value, max: Value, options: Limit & { withScores: true }): Member
  zrangebyscore(min: Value, max: Value, options?: Limit): Expr<string[]>
  zrevrangebyscore(max: Value, min: Value, options: Limit & { withScores: true }): Member
  zrevrangebyscore(max: Value, min: Value, options?: Limit): Expr<string[]>
  zrangebylex(min: S, max: S, options?: Limit): Expr<string[]>
  zrevrangebylex(max: S, min: S, options?: Limit): Expr<string[]>
  zremrangebyrank(start: N, stop: N): Expr<number>
  zremrangebyscore(min: Value, max: Value): Expr<number>
  zremrangebylex(min: S, max: S): Expr<number>
  zpopmin(): OrNull<{ member: string; score: number }>
  zpopmin(count: N): Member
  zpopmax(): OrNull<{ member: string; score: number }>
  zpopmax(count: N): Member
  zrandmember(): OrNull<string>
  zrandmember(count: N): Expr<string[]>
  zrandmember(count: N, options: { withScores: true }): Member
  zscan(cursor: Value, options?: ScanOptions): Scan
  zunion(others: readonly AnyKey[], options: Combine & { withScores: true }): Member
  zunion(others: readonly AnyKey[], options?: Combine): Expr<string[]>
  zinter(others: readonly AnyKey[], options: Combine & { withScores: true }): Member
  zinter(others: readonly AnyKey[], options?: Combine): Expr<string[]>
  zdiff(others: readonly AnyKey[], options: { withScores: true }): Member
  zdiff(others: readonly AnyKey[]): Expr<string[]>
  zunionstore(sources: readonly AnyKey[], options?: Combine): Expr<number>
  zinterstore(sources: readonly AnyKey[], options?: Combine): Expr<number>
  zdiffstore(sources: readonly AnyKey[]): Expr<number>
  zintercard(others: readonly AnyKey[], options?: { limit?: N }): Expr<number>
  geodist(from: Value, to: Value, unit?: 'm' | 'km' | 'ft' | 'mi'): OrNull<number>
  geohash(...members: Many): Expr<(string | null)[]>
  geoadd(longitude: N, latitude: N, member: Value): Expr<number>
  sort(options?: Sorting): Expr<(string | null)[]>
  sortRo(options?: Sorting): Expr<(string | null)[]>
  sortStore(to: AnyKey, options?: Sorting): Expr<number>
}

/** A key that holds a stream, with the commands for it. */
export interface StreamKey extends AnyKey {
  /** Adds an entry. @param id `*` for one made of the time. @returns its ID; null with `nomkstream` if there is no stream */
  xadd(id: S, fields: { readonly [field: string]: Value }, options: Trim & { nomkstream: true }): OrNull<string>
  xadd(id: S, fields: { readonly [field: string]: Value }, options?: Trim): Expr<string>
  xlen(): Expr<number>
  xrange(start: S, end: S, count?: N): Entries
  xrevrange(end: S, start: S, count?: N): Entries
  xdel(...ids: Many): Expr<number>
  xtrim(options: Trim): Expr<number>
  xsetid(id: S): void
  /** Entries behind an ID. */
  xread(id: S, options?: { count?: N }): Entries
  /** Entries for a consumer: `>` is what nobody of the group has got yet, an ID what is pending for this one. */
  xreadgroup(group: S, consumer: S, id: S, options?: { count?: N; noack?: boolean }): Entries
  xack(group: S, ...ids: Many): Expr<number>
  xclaim(group: S, consumer: S, minIdle: N, ids: readonly S[], options: Claim & { justid: true }): Expr<string[]>
  xclaim(group: S, consumer: S, minIdle: N, ids: readonly S[], options?: Claim): Entries
  xautoclaim(
    group: S,
    consumer: S,
    minIdle: N,
    start: S,
    options?: { count?: N },
  ): Expr<{ next: string; entries: { id: string; fields: { [field: string]: string } }[]; deleted: string[] }>
  xpending(group: S): Expr<Untyped>
  xpendingRange(group: S, start: S, end: S, count: N, options?: { idle?: N; consumer?: S }): Expr<Untyped>
  xinfoStream(): Expr<Untyped>
  xinfoGroups(): Expr<Untyped>
  xinfoConsumers(group: S): Expr<Untyped>
  xgroupCreate(group: S, id: S, options?: { mkstream?: boolean; entriesread?: N }): void
  xgroupSetid(group: S, id: S, options?: { entriesread?: N }): void
  xgroupDestroy(group: S): Expr<boolean>
  xgroupCreateconsumer(group: S, consumer: S): Expr<boolean>
  xgroupDelconsumer(group: S, consumer: S): Expr<number>
}

export interface KeyTypes {
  string: StringKey
  hash: HashKey
  list: ListKey
  set: SetKey
  zset: SortedSetKey
  stream: StreamKey
}
/** What a script's key holds. */
export type KeyType = keyof KeyTypes

/** @throws TypeError if it is no type of a key */
export function checkKeyType(type: string): void {
  if (!/^(?:string|hash|list|set|zset|stream)$/.test(type))
    throw new TypeError(`${type} is no type of a key: use 'string', 'hash', 'list', 'set', 'zset' or 'stream'`)
}
