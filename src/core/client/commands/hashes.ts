// Hashes: https://redis.io/docs/latest/commands/?group=hash
import { type Either, type Entries, flatten, ifGiven, type Key, type Value, type Valued, words } from '../arguments.ts'
import { type Fields, fields, integer, list, ok, pairs, type Text, text, textOrNull, texts, word } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'
import { type ExpireCondition, scanned, type ScanOptions } from './keys.ts'
import type { Expiry, GetexOptions, KeepTtl } from './strings.ts'

interface IfFieldsNew {
  /** Only if none of the fields exists. */
  fnx?: boolean | undefined
}
interface IfFieldsExist {
  /** Only if all of the fields exist. */
  fxx?: boolean | undefined
}

/** When the fields expire (one of `ex`, `px`, `exat`, `pxat`, `keepttl`), and whether they are set at all (`fnx` or `fxx`). */
export type HsetexOptions = Either<Expiry | KeepTtl> & Either<IfFieldsNew | IfFieldsExist>

/** For `hscan` and `hscanIterator`. */
export interface HscanOptions extends ScanOptions {
  /** Only the fields, without their values (Redis 7.4). */
  noValues?: boolean | undefined
}

/** The methods of one group of commands. Hashes, and fields that expire. */
export abstract class Hashes<M extends Mode, T extends Text> extends Runner<M, T> {
  /** The value of a field. @returns null if it does not exist */
  hget(key: Key, field: Key): Out<M, T, T | null> {
    return this.run(['HGET', key, field], textOrNull)
  }

  /** Sets fields. @returns how many are new */
  hset<O extends Valued<O>>(key: Key, values: Entries | O): Out<M, T, number>
  hset(key: Key, field: Key, value: Value): Out<M, T, number>
  hset(key: Key, first: Key | object, ...values: Value[]): Out<M, T, number> {
    // More pairs, as ioredis takes them, do not compile; but JavaScript must not lose them.
    if (typeof first === 'string' || first instanceof Uint8Array) return this.run(['HSET', key, first, ...values], integer)
    return this.run(['HSET', key, ...flatten(first)], integer)
  }

  /** Sets fields, as `hset`. */
  hmset<O extends Valued<O>>(key: Key, values: Entries | O): Out<M, T, 'OK'> {
    return this.run(['HMSET', key, ...flatten(values)], ok)
  }

  /** Sets a field if it does not exist. @returns 1 if it was set, 0 if not */
  hsetnx(key: Key, field: Key, value: Value): Out<M, T, number> {
    return this.run(['HSETNX', key, field, value], integer)
  }

  /** The values of several fields; null for those that do not exist. */
  hmget(key: Key, ...names: Key[]): Out<M, T, (T | null)[]> {
    return this.run(['HMGET', key, ...names], list<T, T | null>(textOrNull))
  }

  /** All fields and values: an object, through `redis.bytes` an array of pairs. */
  hgetall(key: Key): Out<M, T, Fields<T>> {
    return this.run(['HGETALL', key], fields<T>)
  }

  /** All fields. */
  hkeys(key: Key): Out<M, T, T[]> {
    return this.run(['HKEYS', key], texts<T>)
  }

  /** All values. */
  hvals(key: Key): Out<M, T, T[]> {
    return this.run(['HVALS', key], texts<T>)
  }

  /** The number of fields. */
  hlen(key: Key): Out<M, T, number> {
    return this.run(['HLEN', key], integer)
  }

  /** 1 if a field exists, 0 if not. */
  hexists(key: Key, field: Key): Out<M, T, number> {
    return this.run(['HEXISTS', key, field], integer)
  }

  /** The length of a field's value in bytes. */
  hstrlen(key: Key, field: Key): Out<M, T, number> {
    return this.run(['HSTRLEN', key, field], integer)
  }

  /** Removes fields. @returns how many were removed */
  hdel(key: Key, ...names: Key[]): Out<M, T, number> {
    return this.run(['HDEL', key, ...names], integer)
  }

  /** Adds to a field's number. @returns the sum; beyond 2^53 it is a bigint */
  hincrby(key: Key, field: Key, increment: number | bigint): Out<M, T, number> {
    return this.run(['HINCRBY', key, field, increment], integer)
  }

  /** Adds to a field's floating point number. @returns the sum as Redis writes it */
  hincrbyfloat(key: Key, field: Key, increment: number): Out<M, T, string> {
    return this.run(['HINCRBYFLOAT', key, field, increment], word)
  }

  /** Random fields: one, up to `count` different ones, or for a negative `count` that many with repetition. */
  hrandfield(key: Key): Out<M, T, T | null>
  hrandfield(key: Key, count: number, options?: { withValues?: false | undefined }): Out<M, T, T[]>
  hrandfield(key: Key, count: number, options: { withValues: true }): Out<M, T, [field: T, value: T][]>
  hrandfield(key: Key, count: number, options?: { withValues?: boolean | undefined }): Out<M, T, T[] | [field: T, value: T][]>
  hrandfield(key: Key, count?: number, options?: { withValues?: boolean | undefined }): Out<M, T, T | null | T[] | [T, T][]> {
    if (count === undefined) return this.run(['HRANDFIELD', key], textOrNull<T>)
    if (options?.withValues) return this.run(['HRANDFIELD', key, count, 'WITHVALUES'], pairs<T, T, T>(text, text))
    return this.run(['HRANDFIELD', key, count], texts<T>)
  }

  /** One step of a walk over a hash. @returns the next cursor, `0` at the end, and fields and values in turn, with `noValues` only fields */
  hscan(key: Key, cursor: string | number, options: HscanOptions = {}): Out<M, T, [cursor: string, flat: T[]]> {
    return this.run(['HSCAN', key, cursor, ...words(options)], scanned)
  }

  /**
   * Sets the expiry of fields in seconds (Redis 7.4).
   * @returns for each 1 if it was set, 0 if the condition was not met, 2 if the field is gone at once, -2 if there is no such field
   */
  hexpire(key: Key, seconds: number, names: readonly Key[], condition?: ExpireCondition): Out<M, T, number[]> {
    return this.expireFields('HEXPIRE', key, seconds, names, condition)
  }

  /** As `hexpire`, in milliseconds. */
  hpexpire(key: Key, milliseconds: number, names: readonly Key[], condition?: ExpireCondition): Out<M, T, number[]> {
    return this.expireFields('HPEXPIRE', key, milliseconds, names, condition)
  }

  /** As `hexpire`, at a time in seconds since 1970. */
  hexpireat(key: Key, seconds: number, names: readonly Key[], condition?: ExpireCondition): Out<M, T, number[]> {
    return this.expireFields('HEXPIREAT', key, seconds, names, condition)
  }

  /** As `hexpire`, at a time in milliseconds since 1970. */
  hpexpireat(key: Key, milliseconds: number, names: readonly Key[], condition?: ExpireCondition): Out<M, T, number[]> {
    return this.expireFields('HPEXPIREAT', key, milliseconds, names, condition)
  }

  /** Removes fields (Redis 8.0). @returns their values, null for those that do not exist */
  hgetdel(key: Key, ...names: Key[]): Out<M, T, (T | null)[]> {
    return this.run(['HGETDEL', key, 'FIELDS', names.length, ...names], list<T, T | null>(textOrNull))
  }

  /**
   * Gets fields and sets their expiry, or with `persist` removes it (Redis 8.0).
   * @returns their values, null for those that do not exist
   */
  hgetex(key: Key, names: readonly Key[], options: GetexOptions = {}): Out<M, T, (T | null)[]> {
    return this.run(['HGETEX', key, ...words(options), 'FIELDS', names.length, ...names], list<T, T | null>(textOrNull))
  }

  /**
   * Sets fields that expire (Redis 8.0). An earlier expiry is removed unless `keepttl` is set.
   * @returns 1 if all of them were set, 0 if `fnx` or `fxx` was not met
   */
  hsetex<O extends Valued<O>>(key: Key, values: Entries | O, options: HsetexOptions = {}): Out<M, T, number> {
    const flat = flatten(values)
    return this.run(['HSETEX', key, ...words(options), 'FIELDS', flat.length / 2, ...flat], integer)
  }

  /** Seconds until fields expire: -1 never, -2 no such field. */
  httl(key: Key, ...names: Key[]): Out<M, T, number[]> {
    return this.askFields('HTTL', key, names)
  }

  /** Milliseconds until fields expire: -1 never, -2 no such field. */
  hpttl(key: Key, ...names: Key[]): Out<M, T, number[]> {
    return this.askFields('HPTTL', key, names)
  }

  /** When fields expire, in seconds since 1970: -1 never, -2 no such field. */
  hexpiretime(key: Key, ...names: Key[]): Out<M, T, number[]> {
    return this.askFields('HEXPIRETIME', key, names)
  }

  /** When fields expire, in milliseconds since 1970: -1 never, -2 no such field. */
  hpexpiretime(key: Key, ...names: Key[]): Out<M, T, number[]> {
    return this.askFields('HPEXPIRETIME', key, names)
  }

  /** Removes the expiry of fields. @returns for each 1 if it had one, -1 if not, -2 if there is no such field */
  hpersist(key: Key, ...names: Key[]): Out<M, T, number[]> {
    return this.askFields('HPERSIST', key, names)
  }

  protected expireFields(command: string, key: Key, time: number, names: readonly Key[], condition?: ExpireCondition): Out<M, T, number[]> {
    return this.run([command, key, time, ...ifGiven(condition), 'FIELDS', names.length, ...names], list<T, number>(integer))
  }

  protected askFields(command: string, key: Key, names: readonly Key[]): Out<M, T, number[]> {
    return this.run([command, key, 'FIELDS', names.length, ...names], list<T, number>(integer))
  }
}
