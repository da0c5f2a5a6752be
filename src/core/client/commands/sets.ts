// Sets: https://redis.io/docs/latest/commands/?group=set
import { type Key, type Value, words } from '../arguments.ts'
import { integer, list, type Text, textOrNull, texts } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'
import { scanned, type ScanOptions } from './keys.ts'

/** The methods of one group of commands. Sets. */
export abstract class Sets<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds members. @returns how many are new */
  sadd(key: Key, ...members: Value[]): Out<M, T, number> {
    return this.run(['SADD', key, ...members], integer)
  }

  /** Removes members. @returns how many were removed */
  srem(key: Key, ...members: Value[]): Out<M, T, number> {
    return this.run(['SREM', key, ...members], integer)
  }

  /** Moves a member to another set. @returns 1 if it was moved, 0 if not */
  smove(source: Key, destination: Key, member: Value): Out<M, T, number> {
    return this.run(['SMOVE', source, destination, member], integer)
  }

  /** The number of members. */
  scard(key: Key): Out<M, T, number> {
    return this.run(['SCARD', key], integer)
  }

  /** 1 if `member` is a member, 0 if not. */
  sismember(key: Key, member: Value): Out<M, T, number> {
    return this.run(['SISMEMBER', key, member], integer)
  }

  /** For each of `members`, 1 if it is a member, 0 if not. */
  smismember(key: Key, ...members: Value[]): Out<M, T, number[]> {
    return this.run(['SMISMEMBER', key, ...members], list<T, number>(integer))
  }

  /** All members. */
  smembers(key: Key): Out<M, T, T[]> {
    return this.run(['SMEMBERS', key], texts<T>)
  }

  /** Removes and returns a random member (null if there is none), or up to `count` of them. */
  spop(key: Key): Out<M, T, T | null>
  spop(key: Key, count: number): Out<M, T, T[]>
  spop(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['SPOP', key], textOrNull<T>) : this.run(['SPOP', key, count], texts<T>)
  }

  /** Random members: one, up to `count` different ones, or for a negative `count` that many with repetition. */
  srandmember(key: Key): Out<M, T, T | null>
  srandmember(key: Key, count: number): Out<M, T, T[]>
  srandmember(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['SRANDMEMBER', key], textOrNull<T>) : this.run(['SRANDMEMBER', key, count], texts<T>)
  }

  /** The members that are in all of the sets. */
  sinter(...keys: Key[]): Out<M, T, T[]> {
    return this.run(['SINTER', ...keys], texts<T>)
  }

  /** The members that are in any of the sets. */
  sunion(...keys: Key[]): Out<M, T, T[]> {
    return this.run(['SUNION', ...keys], texts<T>)
  }

  /** The members of the first set that are in none of the others. */
  sdiff(...keys: Key[]): Out<M, T, T[]> {
    return this.run(['SDIFF', ...keys], texts<T>)
  }

  /** Stores an intersection. @returns its size */
  sinterstore(destination: Key, ...keys: Key[]): Out<M, T, number> {
    return this.run(['SINTERSTORE', destination, ...keys], integer)
  }

  /** Stores a union. @returns its size */
  sunionstore(destination: Key, ...keys: Key[]): Out<M, T, number> {
    return this.run(['SUNIONSTORE', destination, ...keys], integer)
  }

  /** Stores a difference. @returns its size */
  sdiffstore(destination: Key, ...keys: Key[]): Out<M, T, number> {
    return this.run(['SDIFFSTORE', destination, ...keys], integer)
  }

  /** The size of an intersection, counted up to `limit`. Default: all of it */
  sintercard(keys: readonly Key[], options: { limit?: number | undefined } = {}): Out<M, T, number> {
    return this.run(['SINTERCARD', keys.length, ...keys, ...words(options)], integer)
  }

  /** One step of a walk over a set. @returns the next cursor, `0` at the end, and some members */
  sscan(key: Key, cursor: string | number, options: ScanOptions = {}): Out<M, T, [cursor: string, members: T[]]> {
    return this.run(['SSCAN', key, cursor, ...words(options)], scanned)
  }
}
