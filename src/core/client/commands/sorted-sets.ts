// Sorted sets: https://redis.io/docs/latest/commands/?group=sorted-set
import { type Either, type Key, type Limit, listOf, type Value, words } from '../arguments.ts'
import {
  double,
  doubleOrNull,
  integer,
  integerOrNull,
  list,
  pairs,
  type Decode,
  type Text,
  text,
  textOrNull,
  texts,
  tupleOrNull,
} from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'
import { scanned, type ScanOptions } from './keys.ts'
import type { WaitOptions } from './lists.ts'

interface Scored {
  member: Value
  score: number
}
/** Members and scores: `[{ member, score }, ...]` or `{ member: score, ... }`. */
export type ScoredMembers = Scored | readonly Scored[] | Readonly<Record<string, number>>

interface IfNew {
  /** Only add members. */
  nx?: boolean | undefined
}
interface IfMember {
  /** Only update members. */
  xx?: boolean | undefined
}
interface IfHigher extends IfMember {
  /** Only raise scores. New members are added unless there is `xx`. */
  gt?: boolean | undefined
}
interface IfLower extends IfMember {
  /** Only lower scores. New members are added unless there is `xx`. */
  lt?: boolean | undefined
}
/** `nx`, or one or both of `xx` and `gt`, or of `xx` and `lt`. */
export type ZaddCondition = Either<IfNew | IfHigher | IfLower>
/** For `zadd`: a condition, and `ch`. */
export type ZaddOptions = ZaddCondition & {
  /** Return how many members were added or changed rather than how many were added. */
  ch?: boolean | undefined
}

interface ByRank {
  /** From the highest to the lowest. */
  rev?: boolean | undefined
}
interface Limited extends ByRank {
  /** With `byScore` or `byLex`: an offset, and the most members to return. Default: all */
  limit?: Limit | undefined
}
interface ByScore extends Limited {
  /** `start` and `stop` are scores: numbers, `(1` to exclude the bound, `-inf`, `+inf`. */
  byScore: true
}
interface ByLex extends Limited {
  /** `start` and `stop` are members: `[a`, `(a` to exclude the bound, `-`, `+`. All scores must be equal. */
  byLex: true
}
/** What `start` and `stop` are: ranks, with `byScore` scores, with `byLex` members. */
export type ZrangeOptions = Either<ByRank | ByScore | ByLex>
interface LimitOptions {
  /** An offset, and the most members to return. Default: all */
  limit?: Limit | undefined
}
/** With `byLex` there are no scores. */
type ScoredRange = Either<ByRank | ByScore> & { byLex?: false | undefined }

/** For `zunion`, `zinter` and the commands that store them. */
export interface CombineOptions {
  /** A factor for each set's scores. Default: 1 */
  weights?: readonly number[] | undefined
  /** How to combine the scores of a member. Default: sum */
  aggregate?: 'sum' | 'min' | 'max' | undefined
}

type Bound = number | string
type Popped<T extends Text> = [key: T, members: [member: T, score: number][]] | null

const scored = <T extends Text>(): Decode<T, [T, number][]> => pairs<T, T, number>(text, double)

function scoredWords(members: ScoredMembers): Value[] {
  if (Array.isArray(members)) return (members as readonly Scored[]).flatMap(({ member, score }) => [score, member])
  const { member, score } = members as Scored
  if (member !== undefined && score !== undefined) return [score, member]
  return Object.entries(members as Record<string, number>).flatMap(([member, score]) => [score, member])
}

/** The methods of one group of commands. Sorted sets. */
export abstract class SortedSets<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds members or gives them new scores. @returns how many were added; with `ch` how many were added or changed */
  zadd(key: Key, members: ScoredMembers, options: ZaddOptions = {}): Out<M, T, number> {
    return this.run(['ZADD', key, ...words(options), ...scoredWords(members)], integer)
  }

  /** Adds to a member's score under a condition. @returns the new score, null if the condition was not met */
  zaddIncr(key: Key, increment: number, member: Value, options: ZaddCondition = {}): Out<M, T, number | null> {
    return this.run(['ZADD', key, ...words(options), 'INCR', increment, member], doubleOrNull)
  }

  /** Adds to a member's score. @returns the new score */
  zincrby(key: Key, increment: number, member: Value): Out<M, T, number> {
    return this.run(['ZINCRBY', key, increment, member], double)
  }

  /** Removes members. @returns how many were removed */
  zrem(key: Key, ...members: Value[]): Out<M, T, number> {
    return this.run(['ZREM', key, ...members], integer)
  }

  /** The number of members. */
  zcard(key: Key): Out<M, T, number> {
    return this.run(['ZCARD', key], integer)
  }

  /** The score of a member. @returns null if it is not a member */
  zscore(key: Key, member: Value): Out<M, T, number | null> {
    return this.run(['ZSCORE', key, member], doubleOrNull)
  }

  /** The scores of several members; null for those that are not members. */
  zmscore(key: Key, ...members: Value[]): Out<M, T, (number | null)[]> {
    return this.run(['ZMSCORE', key, ...members], list<T, number | null>(doubleOrNull))
  }

  /** The rank of a member from the lowest score, starting at 0. @returns null if it is not a member */
  zrank(key: Key, member: Value): Out<M, T, number | null> {
    return this.run(['ZRANK', key, member], integerOrNull)
  }

  /** The rank of a member from the highest score, starting at 0. @returns null if it is not a member */
  zrevrank(key: Key, member: Value): Out<M, T, number | null> {
    return this.run(['ZREVRANK', key, member], integerOrNull)
  }

  /** As `zrank`, with the score (Redis 7.2). */
  zrankWithScore(key: Key, member: Value): Out<M, T, [rank: number, score: number] | null> {
    return this.run(['ZRANK', key, member, 'WITHSCORE'], tupleOrNull<T, number, number>(integer, double))
  }

  /** As `zrevrank`, with the score (Redis 7.2). */
  zrevrankWithScore(key: Key, member: Value): Out<M, T, [rank: number, score: number] | null> {
    return this.run(['ZREVRANK', key, member, 'WITHSCORE'], tupleOrNull<T, number, number>(integer, double))
  }

  /** The number of members with a score from `min` to `max`. */
  zcount(key: Key, min: Bound, max: Bound): Out<M, T, number> {
    return this.run(['ZCOUNT', key, min, max], integer)
  }

  /** The number of members from `min` to `max` in byte order; all scores must be equal. */
  zlexcount(key: Key, min: string, max: string): Out<M, T, number> {
    return this.run(['ZLEXCOUNT', key, min, max], integer)
  }

  /** Members from `start` to `stop`, by rank unless an option says otherwise; with `withScores` pairs of members and scores. */
  zrange(key: Key, start: Bound, stop: Bound, options: ScoredRange & { withScores: true }): Out<M, T, [member: T, score: number][]>
  zrange(key: Key, start: Bound, stop: Bound, options?: ZrangeOptions & { withScores?: false | undefined }): Out<M, T, T[]>
  zrange(key: Key, start: Bound, stop: Bound, options?: ScoredRange & { withScores?: boolean | undefined }): Out<M, T, T[] | [T, number][]>
  zrange(
    key: Key,
    start: Bound,
    stop: Bound,
    options: ZrangeOptions & { withScores?: boolean | undefined } = {},
  ): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZRANGE', key, start, stop], options)
  }

  /** Stores a range. @returns its size */
  zrangestore(destination: Key, source: Key, start: Bound, stop: Bound, options: ZrangeOptions = {}): Out<M, T, number> {
    return this.run(['ZRANGESTORE', destination, source, start, stop, ...words(options)], integer)
  }

  /** Members by rank, from the highest score. */
  zrevrange(key: Key, start: number, stop: number, options: { withScores: true }): Out<M, T, [member: T, score: number][]>
  zrevrange(key: Key, start: number, stop: number, options?: { withScores?: false | undefined }): Out<M, T, T[]>
  zrevrange(key: Key, start: number, stop: number, options?: { withScores?: boolean | undefined }): Out<M, T, T[] | [T, number][]>
  zrevrange(key: Key, start: number, stop: number, options: { withScores?: boolean | undefined } = {}): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZREVRANGE', key, start, stop], options)
  }

  /** Members with a score from `min` to `max`. */
  zrangebyscore(key: Key, min: Bound, max: Bound, options: LimitOptions & { withScores: true }): Out<M, T, [member: T, score: number][]>
  zrangebyscore(key: Key, min: Bound, max: Bound, options?: LimitOptions & { withScores?: false | undefined }): Out<M, T, T[]>
  zrangebyscore(
    key: Key,
    min: Bound,
    max: Bound,
    options?: LimitOptions & { withScores?: boolean | undefined },
  ): Out<M, T, T[] | [T, number][]>
  zrangebyscore(
    key: Key,
    min: Bound,
    max: Bound,
    options: LimitOptions & { withScores?: boolean | undefined } = {},
  ): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZRANGEBYSCORE', key, min, max], options)
  }

  /** Members with a score from `max` down to `min`. */
  zrevrangebyscore(key: Key, max: Bound, min: Bound, options: LimitOptions & { withScores: true }): Out<M, T, [member: T, score: number][]>
  zrevrangebyscore(key: Key, max: Bound, min: Bound, options?: LimitOptions & { withScores?: false | undefined }): Out<M, T, T[]>
  zrevrangebyscore(
    key: Key,
    max: Bound,
    min: Bound,
    options?: LimitOptions & { withScores?: boolean | undefined },
  ): Out<M, T, T[] | [T, number][]>
  zrevrangebyscore(
    key: Key,
    max: Bound,
    min: Bound,
    options: LimitOptions & { withScores?: boolean | undefined } = {},
  ): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZREVRANGEBYSCORE', key, max, min], options)
  }

  /** Members from `min` to `max` in byte order; all scores must be equal. */
  zrangebylex(key: Key, min: string, max: string, options: LimitOptions = {}): Out<M, T, T[]> {
    return this.run(['ZRANGEBYLEX', key, min, max, ...words(options)], texts<T>)
  }

  /** Members from `max` down to `min` in byte order; all scores must be equal. */
  zrevrangebylex(key: Key, max: string, min: string, options: LimitOptions = {}): Out<M, T, T[]> {
    return this.run(['ZREVRANGEBYLEX', key, max, min, ...words(options)], texts<T>)
  }

  /** Removes members by rank. @returns how many were removed */
  zremrangebyrank(key: Key, start: number, stop: number): Out<M, T, number> {
    return this.run(['ZREMRANGEBYRANK', key, start, stop], integer)
  }

  /** Removes members by score. @returns how many were removed */
  zremrangebyscore(key: Key, min: Bound, max: Bound): Out<M, T, number> {
    return this.run(['ZREMRANGEBYSCORE', key, min, max], integer)
  }

  /** Removes members by byte order. @returns how many were removed */
  zremrangebylex(key: Key, min: string, max: string): Out<M, T, number> {
    return this.run(['ZREMRANGEBYLEX', key, min, max], integer)
  }

  /** Removes and returns the members with the lowest scores. Default: one */
  zpopmin(key: Key, count = 1): Out<M, T, [member: T, score: number][]> {
    return this.run(['ZPOPMIN', key, count], scored<T>())
  }

  /** Removes and returns the members with the highest scores. Default: one */
  zpopmax(key: Key, count = 1): Out<M, T, [member: T, score: number][]> {
    return this.run(['ZPOPMAX', key, count], scored<T>())
  }

  /** Removes up to `count` members from the first set that has any. @returns its key and the members, or null */
  zmpop(keys: readonly Key[], end: 'min' | 'max', count?: number): Out<M, T, Popped<T>> {
    return this.run(['ZMPOP', keys.length, ...keys, end, ...words({ count })], tupleOrNull<T, T, [T, number][]>(text, scored<T>()))
  }

  /** Removes the lowest member of the first set that has one, or waits for one. @param timeout seconds; 0 waits forever */
  bzpopmin(keys: Key | readonly Key[], timeout: number, options?: WaitOptions): Out<M, T, [key: T, member: T, score: number] | null> {
    return this.run(['BZPOPMIN', ...listOf(keys), timeout], poppedOne<T>, { ...options, blocking: true })
  }

  /** Removes the highest member of the first set that has one, or waits for one. @param timeout seconds; 0 waits forever */
  bzpopmax(keys: Key | readonly Key[], timeout: number, options?: WaitOptions): Out<M, T, [key: T, member: T, score: number] | null> {
    return this.run(['BZPOPMAX', ...listOf(keys), timeout], poppedOne<T>, { ...options, blocking: true })
  }

  /** As `zmpop`, but waits for a member. @param timeout seconds; 0 waits forever */
  bzmpop(
    timeout: number,
    keys: readonly Key[],
    end: 'min' | 'max',
    { signal, ...options }: WaitOptions & { count?: number | undefined } = {},
  ): Out<M, T, Popped<T>> {
    const argv = ['BZMPOP', timeout, keys.length, ...keys, end, ...words(options)]
    return this.run(argv, tupleOrNull<T, T, [T, number][]>(text, scored<T>()), { signal, blocking: true })
  }

  /** Random members: one, up to `count` different ones, or for a negative `count` that many with repetition. */
  zrandmember(key: Key): Out<M, T, T | null>
  zrandmember(key: Key, count: number, options: { withScores: true }): Out<M, T, [member: T, score: number][]>
  zrandmember(key: Key, count: number, options?: { withScores?: false | undefined }): Out<M, T, T[]>
  zrandmember(key: Key, count: number, options?: { withScores?: boolean | undefined }): Out<M, T, T[] | [member: T, score: number][]>
  zrandmember(key: Key, count?: number, options?: { withScores?: boolean | undefined }): Out<M, T, T | null | T[] | [T, number][]> {
    if (count === undefined) return this.run(['ZRANDMEMBER', key], textOrNull<T>)
    if (options?.withScores) return this.run(['ZRANDMEMBER', key, count, 'WITHSCORES'], scored<T>())
    return this.run(['ZRANDMEMBER', key, count], texts<T>)
  }

  /** One step of a walk over a sorted set. @returns the next cursor, `0` at the end, and members and scores in turn */
  zscan(key: Key, cursor: string | number, options: ScanOptions = {}): Out<M, T, [cursor: string, flat: T[]]> {
    return this.run(['ZSCAN', key, cursor, ...words(options)], scanned)
  }

  /** The members that are in any of the sets. */
  zunion(keys: readonly Key[], options: CombineOptions & { withScores: true }): Out<M, T, [member: T, score: number][]>
  zunion(keys: readonly Key[], options?: CombineOptions & { withScores?: false | undefined }): Out<M, T, T[]>
  zunion(keys: readonly Key[], options?: CombineOptions & { withScores?: boolean | undefined }): Out<M, T, T[] | [T, number][]>
  zunion(keys: readonly Key[], options: CombineOptions & { withScores?: boolean | undefined } = {}): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZUNION', keys.length, ...keys], options)
  }

  /** The members that are in all of the sets. */
  zinter(keys: readonly Key[], options: CombineOptions & { withScores: true }): Out<M, T, [member: T, score: number][]>
  zinter(keys: readonly Key[], options?: CombineOptions & { withScores?: false | undefined }): Out<M, T, T[]>
  zinter(keys: readonly Key[], options?: CombineOptions & { withScores?: boolean | undefined }): Out<M, T, T[] | [T, number][]>
  zinter(keys: readonly Key[], options: CombineOptions & { withScores?: boolean | undefined } = {}): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZINTER', keys.length, ...keys], options)
  }

  /** The members of the first set that are in none of the others. */
  zdiff(keys: readonly Key[], options: { withScores: true }): Out<M, T, [member: T, score: number][]>
  zdiff(keys: readonly Key[], options?: { withScores?: false | undefined }): Out<M, T, T[]>
  zdiff(keys: readonly Key[], options?: { withScores?: boolean | undefined }): Out<M, T, T[] | [T, number][]>
  zdiff(keys: readonly Key[], options: { withScores?: boolean | undefined } = {}): Out<M, T, T[] | [T, number][]> {
    return this.members(['ZDIFF', keys.length, ...keys], options)
  }

  /** Members, with their scores if that is asked for. */
  protected members(argv: Value[], options: { withScores?: boolean | undefined }): Out<M, T, T[] | [T, number][]> {
    return this.run<T[] | [T, number][]>([...argv, ...words(options)], options.withScores ? scored<T>() : texts<T>)
  }

  /** Stores a union. @returns its size */
  zunionstore(destination: Key, keys: readonly Key[], options: CombineOptions = {}): Out<M, T, number> {
    return this.run(['ZUNIONSTORE', destination, keys.length, ...keys, ...words(options)], integer)
  }

  /** Stores an intersection. @returns its size */
  zinterstore(destination: Key, keys: readonly Key[], options: CombineOptions = {}): Out<M, T, number> {
    return this.run(['ZINTERSTORE', destination, keys.length, ...keys, ...words(options)], integer)
  }

  /** Stores a difference. @returns its size */
  zdiffstore(destination: Key, keys: readonly Key[]): Out<M, T, number> {
    return this.run(['ZDIFFSTORE', destination, keys.length, ...keys], integer)
  }

  /** The size of an intersection, counted up to `limit`. Default: all of it */
  zintercard(keys: readonly Key[], options: { limit?: number | undefined } = {}): Out<M, T, number> {
    return this.run(['ZINTERCARD', keys.length, ...keys, ...words(options)], integer)
  }
}

const poppedOne: <T extends Text>(...args: Parameters<Decode<T, unknown>>) => [T, T, number] | null = (reply, toText) => {
  if (!Array.isArray(reply)) return null
  return [text(reply[0], toText), text(reply[1], toText), double(reply[2])]
}
