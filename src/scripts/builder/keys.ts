// The commands of a script's keys: their types, with the client's names; what they become is in commands.ts. What the client
// gives as 0 or 1 because it says no or yes is a boolean here, scores are numbers, and commands that can only say OK give
// nothing. Blocking commands, which cannot wait in a script, are left out. As in the client, options that exclude each other
// are an error of the compiler.
import type { Either } from '../../core/client/arguments.ts'
import type { Expr, Give, Typed, Untyped, Value } from './types.ts'

type N = Give<number>
type S = Give<string>
/** Several values, or a list of the script. */
type Many = readonly Value[] | readonly [Typed<string[]>] | readonly [Typed<number[]>]
type List = readonly Value[] | Typed<string[]> | Typed<number[]>
type Member = Expr<{ member: string; score: number }[]>
type Entries = Expr<{ id: string; fields: { [field: string]: string } }[]>
type Scan = Expr<{ cursor: string; items: string[] }>
type OrNull<T> = Expr<T | null>
type Condition = 'nx' | 'xx' | 'gt' | 'lt'
type Expiry = { ex?: N } | { px?: N } | { exat?: N } | { pxat?: N }
type Comparison = { ifeq: Value } | { ifne: Value } | { ifdeq: S } | { ifdne: S }
type SetOptions = Either<Expiry | { keepttl?: boolean }> & Either<{ nx?: boolean } | { xx?: boolean } | Comparison>
type References = 'keepref' | 'delref' | 'acked'
interface ScanOptions {
  match?: S
  count?: N
}
interface Limit {
  limit?: { offset: N; count: N }
}
interface ByRank {
  rev?: boolean
}
interface ByScore extends ByRank, Limit {
  byScore: true
}
interface ByLex extends ByRank, Limit {
  byLex: true
}
type RangeOptions = Either<ByRank | ByScore | ByLex>
/** With `byLex` there are no scores. */
type ScoredRange = Either<ByRank | ByScore> & { byLex?: false; withScores: true }
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
type Trim = Either<{ maxlen: N } | { minid: S }, undefined> &
  Either<{ approximate?: boolean } | { approximate: true; limit?: N }> &
  Either<{ keepref?: boolean } | { delref?: boolean } | { acked?: boolean }>
type MaybeTrim = Either<Trim | { maxlen?: undefined }, undefined>
type Claim = Either<{ idle?: N } | { time?: N }> & {
  retrycount?: N
  force?: boolean
  lastid?: S
}

/** A key, whatever it holds. It may be given as text too: then it is its name. */
export interface AnyKey extends Typed<string> {
  /** Whether the key exists. */
  exists(): Expr<boolean>
  /** Removes this key and others. @returns how many were removed */
  del(...others: AnyKey[]): Expr<number>
  /** As `del`; a server frees their memory in the background. @returns how many were removed */
  unlink(...others: AnyKey[]): Expr<number>
  /** Updates the last access time of this key and others. @returns how many exist */
  touch(...others: AnyKey[]): Expr<number>
  /** `string`, `list`, `set`, `zset`, `hash`, `stream` or `none`. */
  type(): Expr<string>
  /** Renames the key and replaces one that has the new name. The script fails if the key does not exist */
  rename(to: AnyKey): void
  /** Renames a key if no key has the new name. @returns whether it was renamed */
  renamenx(to: AnyKey): Expr<boolean>
  /** Moves a key to another database. @returns whether it was moved */
  move(database: N): Expr<boolean>
  /** Copies a key. @returns whether it was copied */
  copy(to: AnyKey, options?: { replace?: boolean }): Expr<boolean>
  /** Sets an expiry in seconds. @returns whether it was set */
  expire(seconds: N, condition?: Condition): Expr<boolean>
  /** Sets an expiry in milliseconds. @returns whether it was set */
  pexpire(milliseconds: N, condition?: Condition): Expr<boolean>
  /** Sets an expiry at a time in seconds since 1970. @returns whether it was set */
  expireat(seconds: N, condition?: Condition): Expr<boolean>
  /** Sets an expiry at a time in milliseconds since 1970. @returns whether it was set */
  pexpireat(milliseconds: N, condition?: Condition): Expr<boolean>
  /** -1: it never expires; -2: there is no such key. */
  ttl(): Expr<number>
  /** Milliseconds until a key expires. @returns -1 if it never does, -2 if there is no such key */
  pttl(): Expr<number>
  /** When a key expires, in seconds since 1970. @returns -1 if it never does, -2 if there is no such key */
  expiretime(): Expr<number>
  /** When a key expires, in milliseconds since 1970. @returns -1 if it never does, -2 if there is no such key */
  pexpiretime(): Expr<number>
  /** Removes a key's expiry. @returns whether it had one */
  persist(): Expr<boolean>
  /** The value in Redis's own format, for `restore`. @returns null if the key does not exist */
  dump(): OrNull<string>
  /** Creates a key from the result of `dump`. @param ttl milliseconds until it expires, 0 for never */
  restore(ttl: N, dump: S, options?: Either<{ idletime?: N } | { freq?: N }> & { replace?: boolean; absttl?: boolean }): void
  /** The encoding Redis uses for a key's value, such as `listpack`. @returns null if the key does not exist */
  objectEncoding(): OrNull<string>
  /** Seconds since a key was last accessed. @returns null if the key does not exist */
  objectIdletime(): OrNull<number>
  /** The access frequency, 0 to 255. The script fails unless `maxmemory-policy` is an LFU policy. @returns null if the key does not exist */
  objectFreq(): OrNull<number>
  /** The reference count of a value, as Redis reports it. @returns null if the key does not exist */
  objectRefcount(): OrNull<number>
}

/** A key that holds a string, a number or a HyperLogLog, with the commands for it. */
export interface StringKey extends AnyKey {
  /** Gets a string. @returns null if the key does not exist */
  get(): OrNull<string>
  set(value: Value, options: SetOptions & { get: true }): OrNull<string>
  /** Whether it was set: with `nx`, `xx`, `ifeq` and the like it need not be. */
  set(value: Value, options?: SetOptions): Expr<boolean>
  /** Sets a string if the key does not exist. @returns whether it was set */
  setnx(value: Value): Expr<boolean>
  /** Sets a string that expires after `seconds`. */
  setex(seconds: N, value: Value): void
  /** Sets a string that expires after `milliseconds`. */
  psetex(milliseconds: N, value: Value): void
  /** Sets a string. @returns the previous one, or null */
  getset(value: Value): OrNull<string>
  /** Removes a string. @returns the string, or null if the key does not exist */
  getdel(): OrNull<string>
  /** Removes the key, if its string meets a condition (Redis 8.4): `{ ifeq: token }`. @returns whether it was removed */
  delex(condition?: Either<Comparison>): Expr<boolean>
  /** The digest of a string: its XXH3 hash as 16 hexadecimal digits (Redis 8.4). @returns null if the key does not exist */
  digest(): OrNull<string>
  /** Gets a string and sets its expiry, or with `persist` removes it. @returns null if the key does not exist */
  getex(options?: Either<Expiry | { persist?: boolean }>): OrNull<string>
  /** Gets this string and others; null for keys that do not exist or hold another type. */
  mget(...others: AnyKey[]): Expr<(string | null)[]>
  /** Appends to a string. @returns its new length in bytes */
  append(value: Value): Expr<number>
  /** The length of a string in bytes; 0 if the key does not exist. */
  strlen(): Expr<number>
  /** The bytes of a string from `start` to `end`, both included; negative numbers count from the end. */
  getrange(start: N, end: N): Expr<string>
  /** Overwrites a string from an offset in bytes. @returns its new length in bytes */
  setrange(offset: N, value: Value): Expr<number>
  /** Adds 1 to a number. @returns the sum */
  incr(): Expr<number>
  /** Adds to a number. @returns the sum */
  incrby(by: N): Expr<number>
  /** Adds to a floating point number. @returns the sum */
  incrbyfloat(by: N): Expr<number>
  /** Subtracts 1 from a number. @returns the difference */
  decr(): Expr<number>
  /** Subtracts from a number. @returns the difference */
  decrby(by: N): Expr<number>
  /** The longest common subsequence of this string and another. */
  lcs(other: AnyKey): Expr<string>
  /** Sets a bit. @returns the previous bit */
  setbit(offset: N, bit: N): Expr<number>
  /** Gets a bit; 0 beyond the end. */
  getbit(offset: N): Expr<number>
  /** Counts the bits that are set, in a range of bytes or (with `bit`) of bits. */
  bitcount(range?: { start: N; end: N; unit?: 'byte' | 'bit' }): Expr<number>
  /** The position of the first bit that is 0 or 1, in a range of bytes or (with `bit`) of bits. @returns -1 if there is none */
  bitpos(bit: N, range?: { start: N; end?: N; unit?: 'byte' | 'bit' }): Expr<number>
  /** Combines others into this one. @returns the length of the result in bytes */
  bitop(operation: 'and' | 'or' | 'xor' | 'not', ...sources: AnyKey[]): Expr<number>
  /** Reads and changes integers of any width. @returns a result for each operation except `overflow`; null where `fail` prevented a change */
  bitfield(...operations: readonly BitfieldOperation[]): Expr<(number | null)[]>
  /** Reads integers of any width. */
  bitfieldRo(...operations: readonly { get: string; offset: Value }[]): Expr<number[]>
  /** Adds elements. @returns whether the estimate may have changed */
  pfadd(...elements: Many): Expr<boolean>
  /** Estimates the number of different elements in this one, or in the union with others; the standard error is 0.81 %. */
  pfcount(...others: AnyKey[]): Expr<number>
  /** Merges others into this one. */
  pfmerge(...sources: AnyKey[]): void
}
type BitfieldOperation = Either<
  | { get: string; offset: Value }
  | { set: string; offset: Value; value: N }
  | { incrby: string; offset: Value; value: N }
  | { overflow: 'wrap' | 'sat' | 'fail' },
  undefined
>

/** A key that holds a hash, with the commands for it. */
export interface HashKey extends AnyKey {
  /** The value of a field. @returns null if it does not exist */
  hget(field: Value): OrNull<string>
  /** Sets fields. @returns how many are new */
  hset(field: Value, value: Value): Expr<number>
  hset(fields: { readonly [field: string]: Value }): Expr<number>
  /** Sets fields, as `hset`. */
  hmset(fields: { readonly [field: string]: Value }): void
  /** Sets a field if it does not exist. @returns whether it was set */
  hsetnx(field: Value, value: Value): Expr<boolean>
  /** The values of several fields; null for those that do not exist. */
  hmget(...fields: Many): Expr<(string | null)[]>
  /** All fields and values. */
  hgetall(): Expr<{ [field: string]: string }>
  /** All fields. */
  hkeys(): Expr<string[]>
  /** All values. */
  hvals(): Expr<string[]>
  /** The number of fields. */
  hlen(): Expr<number>
  /** Whether a field exists. */
  hexists(field: Value): Expr<boolean>
  /** The length of a field's value in bytes. */
  hstrlen(field: Value): Expr<number>
  /** Removes fields. @returns how many were removed */
  hdel(...fields: Many): Expr<number>
  /** Adds to a field's number. @returns the sum */
  hincrby(field: Value, by: N): Expr<number>
  /** Adds to a field's floating point number. @returns the sum */
  hincrbyfloat(field: Value, by: N): Expr<number>
  /** Random fields: one, up to `count` different ones, or for a negative `count` that many with repetition; with `withValues` their values too. */
  hrandfield(): OrNull<string>
  hrandfield(count: N): Expr<string[]>
  hrandfield(count: N, options: { withValues: true }): Expr<{ field: string; value: string }[]>
  /** One step of a walk. @returns the next cursor, `0` at the end, and fields and values in turn */
  hscan(cursor: Value, options?: ScanOptions & { noValues?: boolean }): Scan
  /**
   * Sets the expiry of fields in seconds (Redis 7.4).
   * @returns for each 1 if it was set, 0 if the condition was not met, 2 if the field is gone at once, -2 if there is no such field
   */
  hexpire(seconds: N, fields: List, condition?: Condition): Expr<number[]>
  /** As `hexpire`, in milliseconds. */
  hpexpire(milliseconds: N, fields: List, condition?: Condition): Expr<number[]>
  /** As `hexpire`, at a time in seconds since 1970. */
  hexpireat(seconds: N, fields: List, condition?: Condition): Expr<number[]>
  /** As `hexpire`, at a time in milliseconds since 1970. */
  hpexpireat(milliseconds: N, fields: List, condition?: Condition): Expr<number[]>
  /** Seconds until fields expire: -1 never, -2 no such field (Redis 7.4). */
  httl(...fields: Many): Expr<number[]>
  /** Milliseconds until fields expire: -1 never, -2 no such field. */
  hpttl(...fields: Many): Expr<number[]>
  /** When fields expire, in seconds since 1970: -1 never, -2 no such field. */
  hexpiretime(...fields: Many): Expr<number[]>
  /** When fields expire, in milliseconds since 1970: -1 never, -2 no such field. */
  hpexpiretime(...fields: Many): Expr<number[]>
  /** Removes the expiry of fields. @returns for each 1 if it had one, -1 if not, -2 if there is no such field */
  hpersist(...fields: Many): Expr<number[]>
  /** Removes fields (Redis 8.0). @returns their values, null for those that do not exist */
  hgetdel(...fields: Many): Expr<(string | null)[]>
  /** Gets fields and sets their expiry, or with `persist` removes it (Redis 8.0). @returns their values, null for those that do not exist */
  hgetex(fields: List, options?: Either<Expiry | { persist?: boolean }>): Expr<(string | null)[]>
  /** Sets fields that expire (Redis 8.0). @returns whether they were set: with `fnx` and `fxx` they need not be */
  hsetex(
    fields: { readonly [field: string]: Value },
    options?: Either<Expiry | { keepttl?: boolean }> & Either<{ fnx?: boolean } | { fxx?: boolean }>,
  ): Expr<boolean>
}

/** A key that holds a list, with the commands for it. */
export interface ListKey extends AnyKey {
  /** Adds elements at the left, one after another. @returns the list's new length */
  lpush(...elements: Many): Expr<number>
  /** Adds elements at the right. @returns the list's new length */
  rpush(...elements: Many): Expr<number>
  /** Adds elements at the left of a list that exists. @returns the list's new length, 0 if there is no list */
  lpushx(...elements: Many): Expr<number>
  /** Adds elements at the right of a list that exists. @returns the list's new length, 0 if there is no list */
  rpushx(...elements: Many): Expr<number>
  /** Removes an element, or up to `count`, from the left. @returns what was removed; null if there is no list */
  lpop(): OrNull<string>
  lpop(count: N): OrNull<string[]>
  /** Removes an element, or up to `count`, from the right. @returns what was removed; null if there is no list */
  rpop(): OrNull<string>
  rpop(count: N): OrNull<string[]>
  /** The length of a list. */
  llen(): Expr<number>
  /** The element at an index; negative numbers count from the end. @returns null if there is none */
  lindex(index: N): OrNull<string>
  /** Replaces the element at an index. The script fails if there is none */
  lset(index: N, element: Value): void
  /** Inserts next to the first element that equals `pivot`. @returns the new length, -1 without pivot, 0 without list */
  linsert(where: 'before' | 'after', pivot: Value, element: Value): Expr<number>
  /** The elements from `start` to `stop`, both included; negative numbers count from the end. */
  lrange(start: N, stop: N): Expr<string[]>
  /** Keeps only the elements from `start` to `stop`, both included. */
  ltrim(start: N, stop: N): void
  /** Removes elements equal to `element`: `count` from the left, from the right if negative, all if 0. @returns how many were removed */
  lrem(count: N, element: Value): Expr<number>
  /** The index of an element, or with `count` the indexes of that many matches (0: all). @returns null if there is none */
  lpos(element: Value, options: { rank?: N; maxlen?: N; count: N }): Expr<number[]>
  lpos(element: Value, options?: { rank?: N; maxlen?: N }): OrNull<number>
  /** Moves an element from one end of a list to an end of another. @returns the element, or null if there is none */
  lmove(to: AnyKey, from: 'left' | 'right', where: 'left' | 'right'): OrNull<string>
  /** Moves an element from the right of a list to the left of another. @returns the element, or null if there is none */
  rpoplpush(to: AnyKey): OrNull<string>
  /** Removes up to `count` elements (one) from the first list, this one or another, that has any. @returns its key and the elements, or null */
  lmpop(others: readonly AnyKey[], end: 'left' | 'right', count?: N): OrNull<{ key: string; elements: string[] }>
  /** The elements, sorted; null where a `get` pattern finds nothing. */
  sort(options?: Sorting): Expr<(string | null)[]>
  /** As `sort`, but read-only, so that replicas run it. */
  sortRo(options?: Sorting): Expr<(string | null)[]>
  /** Sorts into a list. @returns its length */
  sortStore(to: AnyKey, options?: Sorting): Expr<number>
}

/** A key that holds a set, with the commands for it. */
export interface SetKey extends AnyKey {
  /** Adds members. @returns how many are new */
  sadd(...members: Many): Expr<number>
  /** Removes members. @returns how many were removed */
  srem(...members: Many): Expr<number>
  /** Moves a member to another set. @returns whether it was moved */
  smove(to: AnyKey, member: Value): Expr<boolean>
  /** The number of members. */
  scard(): Expr<number>
  /** Whether `member` is a member. */
  sismember(member: Value): Expr<boolean>
  /** For each of `members`, whether it is one. */
  smismember(...members: Many): Expr<boolean[]>
  /** All members. */
  smembers(): Expr<string[]>
  /** Removes and returns a random member (null if there is none), or up to `count` of them. */
  spop(): OrNull<string>
  spop(count: N): Expr<string[]>
  /** Random members: one, up to `count` different ones, or for a negative `count` that many with repetition. */
  srandmember(): OrNull<string>
  srandmember(count: N): Expr<string[]>
  /** The members that are in this set and in all of the others. */
  sinter(...others: AnyKey[]): Expr<string[]>
  /** The members that are in this set or any of the others. */
  sunion(...others: AnyKey[]): Expr<string[]>
  /** The members of this set that are in none of the others. */
  sdiff(...others: AnyKey[]): Expr<string[]>
  /** Stores the intersection of others. @returns its size */
  sinterstore(...sources: AnyKey[]): Expr<number>
  /** Stores the union of others. @returns its size */
  sunionstore(...sources: AnyKey[]): Expr<number>
  /** Stores what the first of others has and the rest have not. @returns its size */
  sdiffstore(...sources: AnyKey[]): Expr<number>
  /** The size of the intersection with others, counted up to `limit`. Default: all of it */
  sintercard(others: readonly AnyKey[], options?: { limit?: N }): Expr<number>
  /** One step of a walk. @returns the next cursor, `0` at the end, and some members */
  sscan(cursor: Value, options?: ScanOptions): Scan
  /** The elements, sorted; null where a `get` pattern finds nothing. */
  sort(options?: Sorting): Expr<(string | null)[]>
  /** As `sort`, but read-only, so that replicas run it. */
  sortRo(options?: Sorting): Expr<(string | null)[]>
  /** Sorts into a list. @returns its length */
  sortStore(to: AnyKey, options?: Sorting): Expr<number>
}

interface Scored {
  readonly member: Value
  readonly score: N
}
/** A circle or a box around a member or a position, in meters unless `unit` says otherwise. */
type GeoArea = Either<{ member: Value } | { longitude: N; latitude: N }, undefined> &
  Either<{ radius: N } | { width: N; height: N }, undefined> & { unit?: 'm' | 'km' | 'ft' | 'mi' }
type GeoSearch = Either<{ count?: N } | { count: N; any?: boolean }> & { order?: 'asc' | 'desc' }
interface Details {
  withDist?: boolean
  withHash?: boolean
  withCoord?: boolean
}
/** A place that was found, with what was asked for. */
type Place<O> = O extends { withDist: true } | { withHash: true } | { withCoord: true }
  ? { member: string } & (O extends { withDist: true } ? { distance: number } : unknown) &
      (O extends { withHash: true } ? { hash: number } : unknown) &
      (O extends { withCoord: true } ? { longitude: number; latitude: number } : unknown)
  : string
type AddOptions = Either<{ nx?: boolean } | { xx?: boolean; gt?: boolean } | { xx?: boolean; lt?: boolean }>
/** A key that holds a sorted set, with the commands for it. Bounds are as Redis writes them: `'(5'`, `'-inf'`, `'[a'`. */
export interface SortedSetKey extends AnyKey {
  /** Adds members or gives them new scores. @returns how many were added; with `ch` how many were added or changed */
  zadd(members: Scored | readonly Scored[], options?: AddOptions & { ch?: boolean }): Expr<number>
  /** Adds to a member's score under a condition. @returns the new score, null if the condition was not met */
  zaddIncr(increment: N, member: Value, options?: AddOptions): OrNull<number>
  /** Adds to a member's score. @returns the new score */
  zincrby(by: N, member: Value): Expr<number>
  /** Removes members. @returns how many were removed */
  zrem(...members: Many): Expr<number>
  /** The number of members. */
  zcard(): Expr<number>
  /** The score of a member. @returns null if it is not a member */
  zscore(member: Value): OrNull<number>
  /** The scores of several members; null for those that are not members. */
  zmscore(...members: Many): Expr<(number | null)[]>
  /** The rank of a member from the lowest score, starting at 0. @returns null if it is not a member */
  zrank(member: Value): OrNull<number>
  /** The rank of a member from the highest score, starting at 0. @returns null if it is not a member */
  zrevrank(member: Value): OrNull<number>
  /** The number of members with a score from `min` to `max`. */
  zcount(min: Value, max: Value): Expr<number>
  /** The number of members from `min` to `max` in byte order; all scores must be equal. */
  zlexcount(min: S, max: S): Expr<number>
  /** Members from `start` to `stop`, by rank unless an option says otherwise; with `withScores` with their scores. */
  zrange(start: Value, stop: Value, options: ScoredRange): Member
  zrange(start: Value, stop: Value, options?: RangeOptions): Expr<string[]>
  /** Stores a range of another. @returns its size */
  zrangestore(source: AnyKey, start: Value, stop: Value, options?: RangeOptions): Expr<number>
  /** Members by rank, from the highest score. */
  zrevrange(start: N, stop: N, options: { withScores: true }): Member
  zrevrange(start: N, stop: N): Expr<string[]>
  /** Members with a score from `min` to `max`. */
  zrangebyscore(min: Value, max: Value, options: Limit & { withScores: true }): Member
  zrangebyscore(min: Value, max: Value, options?: Limit): Expr<string[]>
  /** Members with a score from `max` down to `min`. */
  zrevrangebyscore(max: Value, min: Value, options: Limit & { withScores: true }): Member
  zrevrangebyscore(max: Value, min: Value, options?: Limit): Expr<string[]>
  /** Members from `min` to `max` in byte order; all scores must be equal. */
  zrangebylex(min: S, max: S, options?: Limit): Expr<string[]>
  /** Members from `max` down to `min` in byte order; all scores must be equal. */
  zrevrangebylex(max: S, min: S, options?: Limit): Expr<string[]>
  /** Removes members by rank. @returns how many were removed */
  zremrangebyrank(start: N, stop: N): Expr<number>
  /** Removes members by score. @returns how many were removed */
  zremrangebyscore(min: Value, max: Value): Expr<number>
  /** Removes members by byte order. @returns how many were removed */
  zremrangebylex(min: S, max: S): Expr<number>
  /** Removes and returns the member with the lowest score, or up to `count` of them. */
  zpopmin(): OrNull<{ member: string; score: number }>
  zpopmin(count: N): Member
  /** Removes and returns the member with the highest score, or up to `count` of them. */
  zpopmax(): OrNull<{ member: string; score: number }>
  zpopmax(count: N): Member
  /** Removes up to `count` members (one) from the first set, this one or another, that has any. @returns its key and the members, or null */
  zmpop(others: readonly AnyKey[], end: 'min' | 'max', count?: N): OrNull<{ key: string; members: { member: string; score: number }[] }>
  /** Random members: one, up to `count` different ones, or for a negative `count` that many with repetition. */
  zrandmember(): OrNull<string>
  zrandmember(count: N): Expr<string[]>
  zrandmember(count: N, options: { withScores: true }): Member
  /** One step of a walk. @returns the next cursor, `0` at the end, and members and scores in turn */
  zscan(cursor: Value, options?: ScanOptions): Scan
  /** The members that are in this set or any of the others. */
  zunion(others: readonly AnyKey[], options: Combine & { withScores: true }): Member
  zunion(others: readonly AnyKey[], options?: Combine): Expr<string[]>
  /** The members that are in this set and in all of the others. */
  zinter(others: readonly AnyKey[], options: Combine & { withScores: true }): Member
  zinter(others: readonly AnyKey[], options?: Combine): Expr<string[]>
  /** The members of this set that are in none of the others. */
  zdiff(others: readonly AnyKey[], options: { withScores: true }): Member
  zdiff(others: readonly AnyKey[]): Expr<string[]>
  /** Stores the union of others. @returns its size */
  zunionstore(sources: readonly AnyKey[], options?: Combine): Expr<number>
  /** Stores the intersection of others. @returns its size */
  zinterstore(sources: readonly AnyKey[], options?: Combine): Expr<number>
  /** Stores what the first of others has and the rest have not. @returns its size */
  zdiffstore(sources: readonly AnyKey[]): Expr<number>
  /** The size of the intersection with others, counted up to `limit`. Default: all of it */
  zintercard(others: readonly AnyKey[], options?: { limit?: N }): Expr<number>
  /** The distance between two places, in meters unless `unit` says otherwise. @returns null if one of them does not exist */
  geodist(from: Value, to: Value, unit?: 'm' | 'km' | 'ft' | 'mi'): OrNull<number>
  /** Places as geohashes of eleven characters; null for those that do not exist. */
  geohash(...members: Many): Expr<(string | null)[]>
  /** The positions of places; null for those that do not exist. */
  geopos(...members: Many): Expr<({ longitude: number; latitude: number } | null)[]>
  /** The places in an area: their names, or with `withDist`, `withHash` and `withCoord` records. */
  geosearch<const O extends GeoSearch & Details>(area: GeoArea, options: O): Expr<Place<O>[]>
  geosearch(area: GeoArea): Expr<string[]>
  /** Stores the places of another in an area, with `storedist` by their distance. @returns how many there are */
  geosearchstore(source: AnyKey, area: GeoArea, options?: GeoSearch & { storedist?: boolean }): Expr<number>
  /** Adds a place or moves it. @returns how many were added: 1 or 0 */
  geoadd(longitude: N, latitude: N, member: Value): Expr<number>
  /** The elements, sorted; null where a `get` pattern finds nothing. */
  sort(options?: Sorting): Expr<(string | null)[]>
  /** As `sort`, but read-only, so that replicas run it. */
  sortRo(options?: Sorting): Expr<(string | null)[]>
  /** Sorts into a list. @returns its length */
  sortStore(to: AnyKey, options?: Sorting): Expr<number>
}

/** A key that holds a stream, with the commands for it. */
export interface StreamKey extends AnyKey {
  /** Adds an entry. @param id `*` for one made of the time. @returns its ID; null with `nomkstream` if there is no stream */
  xadd(id: S, fields: { readonly [field: string]: Value }, options: MaybeTrim & { nomkstream: true }): OrNull<string>
  xadd(id: S, fields: { readonly [field: string]: Value }, options?: MaybeTrim): Expr<string>
  /** The number of entries. */
  xlen(): Expr<number>
  /** Entries from one ID to another: `-` and `+` are the ends, `(5-1` excludes the ID. */
  xrange(start: S, end: S, count?: N): Entries
  /** As `xrange`, newest first. */
  xrevrange(end: S, start: S, count?: N): Entries
  /** Removes entries. @returns how many were removed */
  xdel(...ids: Many): Expr<number>
  /**
   * Removes entries (Redis 8.2). @param references what that means for groups. Default: `keepref`
   * @returns for each 1 if it was removed, 2 if not, because a group still needs it, -1 if there is no such entry
   */
  xdelex(ids: List, references?: References): Expr<number[]>
  /** Removes old entries. @returns how many were removed */
  xtrim(options: Trim): Expr<number>
  /** Sets the last ID of a stream; the next one must be higher. */
  xsetid(id: S): void
  /** Entries behind an ID. */
  xread(id: S, options?: { count?: N }): Entries
  /** Entries for a consumer: `>` is what nobody of the group has got yet, an ID what is pending for this one. */
  xreadgroup(group: S, consumer: S, id: S, options?: { count?: N; noack?: boolean }): Entries
  /** Acknowledges entries. @returns how many were pending */
  xack(group: S, ...ids: Many): Expr<number>
  /**
   * Acknowledges entries and removes them (Redis 8.2). @param references what that means for other groups. Default: `keepref`
   * @returns for each 1 if it was removed, 2 if not, because another group still needs it, -1 if it was not pending
   */
  xackdel(group: S, ids: List, references?: References): Expr<number[]>
  /** Makes entries pending for a consumer if their last delivery is at least this many milliseconds ago. @returns the entries, or their IDs */
  xclaim(group: S, consumer: S, minIdle: N, ids: readonly S[], options: Claim & { justid: true }): Expr<string[]>
  xclaim(group: S, consumer: S, minIdle: N, ids: readonly S[], options?: Claim): Entries
  /** As `xclaim`, for pending entries from an ID on. @returns the ID to continue from (`0-0` at the end), the entries, and the IDs of deleted ones */
  xautoclaim(
    group: S,
    consumer: S,
    minIdle: N,
    start: S,
    options?: { count?: N },
  ): Expr<{ next: string; entries: { id: string; fields: { [field: string]: string } }[]; deleted: string[] }>
  /** The number of pending entries, their lowest and highest IDs, and how many each consumer has. */
  xpending(group: S): Expr<Untyped>
  /** Pending entries from one ID to another: the consumer, the milliseconds since the last delivery, and the delivery count. */
  xpendingRange(group: S, start: S, end: S, count: N, options?: { idle?: N; consumer?: S }): Expr<Untyped>
  /** Facts about a stream, under Redis's names. */
  xinfoStream(): Expr<Untyped>
  /** The groups of a stream. */
  xinfoGroups(): Expr<Untyped>
  /** The consumers of a group. */
  xinfoConsumers(group: S): Expr<Untyped>
  /** Creates a group that starts after an ID; `$` is the end, `0` the beginning. */
  xgroupCreate(group: S, id: S, options?: { mkstream?: boolean; entriesread?: N }): void
  /** Sets the ID after which a group continues. */
  xgroupSetid(group: S, id: S, options?: { entriesread?: N }): void
  /** Removes a group. @returns whether it existed */
  xgroupDestroy(group: S): Expr<boolean>
  /** Adds a consumer; reading adds it automatically. @returns whether it is new */
  xgroupCreateconsumer(group: S, consumer: S): Expr<boolean>
  /** Removes a consumer. @returns how many entries were pending for it */
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
