// Sets: https://redis.io/docs/latest/commands/?group=set
import { type Key, option, type Value } from '../arguments.ts'
import { integer, list, type Text, textOrNull, texts } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'
import { scanned, type ScanOptions, scanWords } from './keys.ts'

export abstract class Sets<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds members. @returns how many are new */
  sadd(key: Key, ...members: Value[]): Out<M, T, number> {
    return this.run(['SADD', key, ...members], integer)
  }

  /** Removes members. @returns how many there were */
  srem(key: Key, ...members: Value[]): Out<M, T, number> {
    return this.run(['SREM', key, ...members], integer)
  }

  /** Moves a member to another set. @returns 1 if it was moved */
  smove(source: Key, destination: Key, member: Value): Out<M, T, number> {
    return this.run(['SMOVE', source, destination, member], integer)
  }

  /** How many members there are. */
  scard(key: Key): Out<M, T, number> {
    return this.run(['SCARD', key], integer)
  }

  /** 1 if something is a member. */
  sismember(key: Key, member: Value): Out<M, T, number> {
    return this.run(['SISMEMBER', key, member], integer)
  }

  /** For each of several, 1 if it is a member. */
  smismember(key: Key, ...members: Value[]): Out<M, T, number[]> {
    return this.run(['SMISMEMBER', key, ...members], list<T, number>(integer))
  }

  /** All members. */
  smembers(key: Key): Out<M, T, T[]> {
    return this.run(['SMEMBERS', key], texts<T>)
  }

  /** Takes a member at random, or up to `count` of them. */
  spop(key: Key): Out<M, T, T | null>
  spop(key: Key, count: number): Out<M, T, T[]>
  spop(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['SPOP', key], textOrNull<T>) : this.run(['SPOP', key, count], texts<T>)
  }

  /** Members at random: one, or `count` different ones, or with a negative count so many with repetition. */
  srandmember(key: Key): Out<M, T, T | null>
  srandmember(key: Key, count: number): Out<M, T, T[]>
  srandmember(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['SRANDMEMBER', key], textOrNull<T>) : this.run(['SRANDMEMBER', key, count], texts<T>)
  }

  /** What is in all of the sets. */
  sinter(...keys: Key[]): Out<M, T, T[]> {
    return this.run(['SINTER', ...keys], texts<T>)
  }

  /** What is in any of the sets. */
  sunion(...keys: Key[]): Out<M, T, T[]> {
    return this.run(['SUNION', ...keys], texts<T>)
  }

  /** What is in the first set and in none of the others. */
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

  /** The size of an intersection, counted up to `limit`. */
  sintercard(keys: readonly Key[], options: { limit?: number } = {}): Out<M, T, number> {
    return this.run(['SINTERCARD', keys.length, ...keys, ...option('LIMIT', options.limit)], integer)
  }

  /** One step of a walk over a set. @returns the next cursor, `0` at the end, and some members */
  sscan(key: Key, cursor: string | number, options: ScanOptions = {}): Out<M, T, [cursor: string, members: T[]]> {
    return this.run(['SSCAN', key, cursor, ...scanWords(options)], scanned)
  }
}
