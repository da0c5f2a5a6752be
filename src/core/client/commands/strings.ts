// Strings and bitmaps: https://redis.io/docs/latest/commands/?group=string
import { type Either, type Entries, flatten, ifGiven, type Key, type Value, type Valued, words } from '../arguments.ts'
import { integer, integerOrNull, list, ok, okOrNull, record, type Text, text, textOrNull, word, wordOrNull } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

interface Ex {
  /** Expire after this many seconds. */
  ex?: number | undefined
}
interface Px {
  /** Expire after this many milliseconds. */
  px?: number | undefined
}
interface ExAt {
  /** Expire at a time, in seconds since 1970. */
  exat?: number | undefined
}
interface PxAt {
  /** Expire at a time, in milliseconds since 1970. */
  pxat?: number | undefined
}
export interface KeepTtl {
  /** Keep the expiry. Default: it is removed */
  keepttl?: boolean | undefined
}
interface Persist {
  /** Remove the expiry. Default: it stays */
  persist?: boolean | undefined
}
interface IfNew {
  /** Only if the key does not exist. */
  nx?: boolean | undefined
}
interface IfExists {
  /** Only if the key exists. */
  xx?: boolean | undefined
}

interface IfEqual {
  /** Only if the key holds this string (Redis 8.4). */
  ifeq: Value
}
interface IfUnequal {
  /** Only if the key does not hold this string (Redis 8.4). */
  ifne: Value
}
interface IfDigest {
  /** Only if the key holds a string with this digest (Redis 8.4). */
  ifdeq: string
}
interface IfOtherDigest {
  /** Only if the key does not hold a string with this digest (Redis 8.4). */
  ifdne: string
}
type Comparison = IfEqual | IfUnequal | IfDigest | IfOtherDigest

/** When something expires: one of these. */
export type Expiry = Ex | Px | ExAt | PxAt

/**
 * When the key expires (one of `ex`, `px`, `exat`, `pxat`, `keepttl`), and whether it is set at all (one of `nx`, `xx`, `ifeq`, `ifne`,
 * `ifdeq`, `ifdne`).
 */
export type SetOptions = Either<Expiry | KeepTtl> & Either<IfNew | IfExists | Comparison>

/** When the keys expire (one of `ex`, `px`, `exat`, `pxat`, `keepttl`), and whether they are set at all (`nx` or `xx`). */
export type MsetexOptions = Either<Expiry | KeepTtl> & Either<IfNew | IfExists>

/** What the key must hold to be removed: one of `ifeq`, `ifne`, `ifdeq`, `ifdne`. */
export type DelexCondition = Either<Comparison, undefined>

/** When the key, or fields of it, expire: one of these, or `persist`. */
export type GetexOptions = Either<Expiry | Persist>

/** A common subsequence's matches, last first: where it is in both strings, and its length. */
export interface LcsMatches {
  /** Where the strings agree, from the end on; positions in bytes, both ends included. */
  matches: [first: [start: number, end: number], second: [start: number, end: number], length: number][]
  /** The length of the whole subsequence in bytes. */
  len: number
}

/** `u8`, `i16` and the like. */
export type FieldType = `${'i' | 'u'}${number}`
/** A position in bits, or with `#` in fields of the given type. */
export type FieldOffset = number | `#${number}`
/** One of `get`, `set` and `incrby`; or `overflow`, which says what those behind it do. Default: wrap */
export type BitfieldOperation = Either<GetField | SetField | IncrbyField | Overflow, undefined>
interface AtOffset {
  /** Where the integer is: a position in bits, or `#2` for the third integer of its type. */
  offset: FieldOffset
}
interface GetField extends AtOffset {
  /** Reads an integer of this type: `u8`, `i16`, ... */
  get: FieldType
}
interface SetField extends AtOffset {
  /** Writes an integer of this type. Its result is the integer before. */
  set: FieldType
  /** The integer to write. */
  value: number | bigint
}
interface IncrbyField extends AtOffset {
  /** Adds to an integer of this type. Its result is the sum. */
  incrby: FieldType
  /** What to add. */
  value: number | bigint
}
interface Overflow {
  /** What becomes of sums that are too large: they begin anew, stay at the limit, or are null and change nothing. */
  overflow: 'wrap' | 'sat' | 'fail'
}

/** Of all bits; or of those of the first bitmap and any of the others (Redis 8.2): only there, only elsewhere, in both; or in exactly one. */
export type BitOperation = 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one'

/** The methods of one group of commands. Strings and bitmaps. */
export abstract class Strings<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Gets a string. @returns null if the key does not exist */
  get(key: Key): Out<M, T, T | null> {
    return this.run(['GET', key], textOrNull)
  }

  /**
   * Sets a string. An earlier expiry is removed unless `keepttl` is set.
   * @returns `OK`, or null if a condition was not met; with `get` the previous string, or null
   */
  set(key: Key, value: Value, options: SetOptions & { get: true }): Out<M, T, T | null>
  set(key: Key, value: Value, options?: SetOptions & { get?: false | undefined }): Out<M, T, 'OK' | null>
  set(key: Key, value: Value, options?: SetOptions & { get?: boolean | undefined }): Out<M, T, T | 'OK' | null>
  set(key: Key, value: Value, options?: SetOptions & { get?: boolean | undefined }): Out<M, T, T | 'OK' | null> {
    if (options === undefined) return this.run(['SET', key, value], okOrNull)
    const argv = ['SET', key, value, ...words(options)]
    return options.get === true ? this.run(argv, textOrNull<T>) : this.run(argv, okOrNull)
  }

  /** Sets a string if the key does not exist. @returns 1 if it was set */
  setnx(key: Key, value: Value): Out<M, T, number> {
    return this.run(['SETNX', key, value], integer)
  }

  /** Sets a string that expires after `seconds`. */
  setex(key: Key, seconds: number, value: Value): Out<M, T, 'OK'> {
    return this.run(['SETEX', key, seconds, value], ok)
  }

  /** Sets a string that expires after `milliseconds`. */
  psetex(key: Key, milliseconds: number, value: Value): Out<M, T, 'OK'> {
    return this.run(['PSETEX', key, milliseconds, value], ok)
  }

  /** Sets a string. @returns the previous one, or null */
  getset(key: Key, value: Value): Out<M, T, T | null> {
    return this.run(['GETSET', key, value], textOrNull)
  }

  /** Removes a string. @returns the string, or null if the key does not exist */
  getdel(key: Key): Out<M, T, T | null> {
    return this.run(['GETDEL', key], textOrNull)
  }

  /** Gets a string and sets its expiry, or with `persist` removes it. @returns null if the key does not exist */
  getex(key: Key, options: GetexOptions = {}): Out<M, T, T | null> {
    return this.run(['GETEX', key, ...words(options)], textOrNull)
  }

  /** Gets several strings; null for keys that do not exist or hold another type. */
  mget(...keys: Key[]): Out<M, T, (T | null)[]> {
    return this.run(['MGET', ...keys], list<T, T | null>(textOrNull))
  }

  /** Sets several strings. */
  mset<O extends Valued<O>>(values: Entries | O): Out<M, T, 'OK'> {
    return this.run(['MSET', ...flatten(values)], ok)
  }

  /** Sets several strings if none of the keys exists. @returns 1 if they were set, 0 if not */
  msetnx<O extends Valued<O>>(values: Entries | O): Out<M, T, number> {
    return this.run(['MSETNX', ...flatten(values)], integer)
  }

  /**
   * Sets several strings with one expiry (Redis 8.4).
   * @returns 1 if they were set, 0 if not, because with `nx` one of the keys exists, or with `xx` one does not
   */
  msetex<O extends Valued<O>>(values: Entries | O, options: MsetexOptions = {}): Out<M, T, number> {
    const flat = flatten(values)
    return this.run(['MSETEX', flat.length / 2, ...flat, ...words(options)], integer)
  }

  /** Removes a key, if its string meets a condition (Redis 8.4): `{ ifeq: token }`. @returns 1 if it was removed, 0 if not */
  delex(key: Key, condition?: DelexCondition): Out<M, T, number> {
    return this.run(['DELEX', key, ...words(condition ?? {})], integer)
  }

  /** The digest of a string: its XXH3 hash as 16 hexadecimal digits (Redis 8.4). @returns null if the key does not exist */
  digest(key: Key): Out<M, T, string | null> {
    return this.run(['DIGEST', key], wordOrNull)
  }

  /** Appends to a string. @returns its new length in bytes */
  append(key: Key, value: Value): Out<M, T, number> {
    return this.run(['APPEND', key, value], integer)
  }

  /** The length of a string in bytes; 0 if the key does not exist. */
  strlen(key: Key): Out<M, T, number> {
    return this.run(['STRLEN', key], integer)
  }

  /** The bytes of a string from `start` to `end`, both included; negative numbers count from the end. */
  getrange(key: Key, start: number, end: number): Out<M, T, T> {
    return this.run(['GETRANGE', key, start, end], text)
  }

  /** Overwrites a string from an offset in bytes. @returns its new length in bytes */
  setrange(key: Key, offset: number, value: Value): Out<M, T, number> {
    return this.run(['SETRANGE', key, offset, value], integer)
  }

  /** Adds 1 to a number. @returns the sum; beyond 2^53 it is a bigint */
  incr(key: Key): Out<M, T, number> {
    return this.run(['INCR', key], integer)
  }

  /** Adds to a number. @returns the sum; beyond 2^53 it is a bigint */
  incrby(key: Key, increment: number | bigint): Out<M, T, number> {
    return this.run(['INCRBY', key, increment], integer)
  }

  /** Adds to a floating point number. @returns the sum as Redis writes it */
  incrbyfloat(key: Key, increment: number): Out<M, T, string> {
    return this.run(['INCRBYFLOAT', key, increment], word)
  }

  /** Subtracts 1 from a number. @returns the difference; beyond 2^53 it is a bigint */
  decr(key: Key): Out<M, T, number> {
    return this.run(['DECR', key], integer)
  }

  /** Subtracts from a number. @returns the difference; beyond 2^53 it is a bigint */
  decrby(key: Key, decrement: number | bigint): Out<M, T, number> {
    return this.run(['DECRBY', key, decrement], integer)
  }

  /** The longest common subsequence of two strings. */
  lcs(first: Key, second: Key): Out<M, T, T> {
    return this.run(['LCS', first, second], text)
  }

  /** The length of the longest common subsequence. */
  lcsLen(first: Key, second: Key): Out<M, T, number> {
    return this.run(['LCS', first, second, 'LEN'], integer)
  }

  /** The positions of the longest common subsequence. @param options `minmatchlen`: the shortest match to report. Default: any */
  lcsIdx(first: Key, second: Key, options: { minmatchlen?: number | undefined } = {}): Out<M, T, LcsMatches> {
    const argv = ['LCS', first, second, 'IDX', 'WITHMATCHLEN', ...words(options)]
    return this.run(argv, (reply, toText) => {
      const found = record<T, unknown>((each) => each)(reply, toText)
      return { matches: found['matches'] as LcsMatches['matches'], len: found['len'] as number }
    })
  }

  /** Sets a bit. @returns the previous bit */
  setbit(key: Key, offset: number, bit: 0 | 1): Out<M, T, number> {
    return this.run(['SETBIT', key, offset, bit], integer)
  }

  /** Gets a bit; 0 beyond the end. */
  getbit(key: Key, offset: number): Out<M, T, number> {
    return this.run(['GETBIT', key, offset], integer)
  }

  /** Counts the bits that are set, in a range of bytes or (with `bit`) of bits. */
  bitcount(key: Key, range?: { start: number; end: number; unit?: 'byte' | 'bit' | undefined }): Out<M, T, number> {
    if (range === undefined) return this.run(['BITCOUNT', key], integer)
    return this.run(['BITCOUNT', key, range.start, range.end, ...ifGiven(range.unit)], integer)
  }

  /** The position of the first bit that is 0 or 1, in a range of bytes or (with `bit`) of bits. @returns -1 if there is none */
  bitpos(
    key: Key,
    bit: 0 | 1,
    range: { start?: number | undefined; end?: number | undefined; unit?: 'byte' | 'bit' | undefined } = {},
  ): Out<M, T, number> {
    const { start, end, unit } = range
    const words =
      unit !== undefined ? [start ?? 0, end ?? -1, unit] : end !== undefined ? [start ?? 0, end] : start !== undefined ? [start] : []
    return this.run(['BITPOS', key, bit, ...words], integer)
  }

  /** Combines bitmaps. @returns the length of the result in bytes */
  bitop(operation: BitOperation, destination: Key, ...sources: Key[]): Out<M, T, number> {
    return this.run(['BITOP', operation, destination, ...sources], integer)
  }

  /** Reads and changes integers of any width. @returns a result for each operation except `overflow`; null where `fail` prevented a change */
  bitfield(key: Key, ...operations: BitfieldOperation[]): Out<M, T, (number | null)[]> {
    return this.run(['BITFIELD', key, ...operations.flatMap(bitfieldWords)], list<T, number | null>(integerOrNull))
  }

  /** Reads integers of any width. */
  bitfieldRo(key: Key, ...operations: { get: FieldType; offset: FieldOffset }[]): Out<M, T, number[]> {
    return this.run(['BITFIELD_RO', key, ...operations.flatMap(bitfieldWords)], list<T, number>(integer))
  }
}

function bitfieldWords(operation: BitfieldOperation): Value[] {
  if (operation.overflow !== undefined) return ['OVERFLOW', operation.overflow]
  if (operation.get !== undefined) return ['GET', operation.get, operation.offset]
  if (operation.set !== undefined) return ['SET', operation.set, operation.offset, operation.value]
  return ['INCRBY', operation.incrby, operation.offset, operation.value]
}
