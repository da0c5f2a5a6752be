// Keys of any type: https://redis.io/docs/latest/commands/?group=generic
import { type Either, ifGiven, type Key, type Limit, type Value, words } from '../arguments.ts'
import { integer, integerOrNull, list, ok, type Text, textOrNull, texts, tupleOrNull, word, wordOrNull } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

/** What a key holds; `none` if there is no such key. */
export type KeyType = 'none' | 'string' | 'list' | 'set' | 'zset' | 'hash' | 'stream'

/** When EXPIRE may set an expiry: only without one, only with one, only a later one, only an earlier one. */
export type ExpireCondition = 'nx' | 'xx' | 'gt' | 'lt'
/** The same for a key, where `xx` may be joined with `gt` or `lt`. */
export type ExpireConditions = ExpireCondition | readonly ['xx', 'gt' | 'lt']

/** For `scan` and its like, and for iterators. */
export interface ScanOptions {
  /** Only what matches this glob pattern: `*`, `?`, `[abc]`. Default: everything */
  match?: string | undefined
  /** About how many elements to look at in one step. Default: 10 */
  count?: number | undefined
}

/** For `sort` and its like. */
export interface SortOptions {
  /** Sort by the values of other keys: `weight_*`, `hash_*->field`; a pattern without `*` leaves the order as it is. */
  by?: Key | undefined
  /** An offset, and the most elements to return. Default: all */
  limit?: Limit | undefined
  /** Return the values of other keys; `#` is the element itself. */
  get?: readonly Key[] | undefined
  /** From the highest to the lowest. Default: false */
  desc?: boolean | undefined
  /** Sort as text rather than as numbers. */
  alpha?: boolean | undefined
}

/** For `restore`. */
export type RestoreOptions = Either<
  | {
      /** The seconds since it was last accessed. Default: 0 */
      idletime?: number | undefined
    }
  | {
      /** Its access frequency, 0 to 255. */
      freq?: number | undefined
    }
> & {
  /** Replace a key that exists. Default: false, an error */
  replace?: boolean | undefined
  /** `ttl` is a time in milliseconds since 1970. Default: false */
  absttl?: boolean | undefined
}

/** The methods of one group of commands. Keys, whatever they hold. */
export abstract class Keys<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Removes keys. @returns how many were removed */
  del(...keys: Key[]): Out<M, T, number> {
    return this.run(['DEL', ...keys], integer)
  }

  /** Removes keys; a server frees their memory in the background. @returns how many were removed */
  unlink(...keys: Key[]): Out<M, T, number> {
    return this.run(['UNLINK', ...keys], integer)
  }

  /** How many of the keys exist; one named twice counts twice. */
  exists(...keys: Key[]): Out<M, T, number> {
    return this.run(['EXISTS', ...keys], integer)
  }

  /** Updates the last access time of keys. @returns how many exist */
  touch(...keys: Key[]): Out<M, T, number> {
    return this.run(['TOUCH', ...keys], integer)
  }

  /** The type of the value at a key; `none` if it does not exist. */
  type(key: Key): Out<M, T, KeyType> {
    return this.run(['TYPE', key], (reply) => word(reply) as KeyType)
  }

  /** All keys that match a pattern. It looks at every key: use `scan` for large databases. */
  keys(pattern: string): Out<M, T, T[]> {
    return this.run(['KEYS', pattern], texts<T>)
  }

  /** One step of a walk over the keys. @returns the next cursor, `0` at the end, and some keys */
  scan(
    cursor: string | number,
    options: ScanOptions & { type?: Exclude<KeyType, 'none'> | undefined } = {},
  ): Out<M, T, [cursor: string, keys: T[]]> {
    return this.run(['SCAN', cursor, ...words(options)], scanned)
  }

  /** A random key. @returns null if the database is empty */
  randomkey(): Out<M, T, T | null> {
    return this.run(['RANDOMKEY'], textOrNull)
  }

  /** Renames a key and replaces any key that has the new name. @throws RedisError if the key does not exist */
  rename(key: Key, newKey: Key): Out<M, T, 'OK'> {
    return this.run(['RENAME', key, newKey], ok)
  }

  /** Renames a key if no key has the new name. @returns 1 if it was renamed, 0 if not */
  renamenx(key: Key, newKey: Key): Out<M, T, number> {
    return this.run(['RENAMENX', key, newKey], integer)
  }

  /** Copies a key. @returns 1 if it was copied, 0 if not */
  copy(source: Key, destination: Key, options: { db?: number | undefined; replace?: boolean | undefined } = {}): Out<M, T, number> {
    return this.run(['COPY', source, destination, ...words(options)], integer)
  }

  /** Moves a key to another database. @returns 1 if it was moved, 0 if not */
  move(key: Key, db: number): Out<M, T, number> {
    return this.run(['MOVE', key, db], integer)
  }

  /** Sets an expiry in seconds. @returns 1 if it was set, 0 if not */
  expire(key: Key, seconds: number, condition?: ExpireConditions): Out<M, T, number> {
    return this.run(['EXPIRE', key, seconds, ...ifGiven(condition).flat()], integer)
  }

  /** Sets an expiry in milliseconds. @returns 1 if it was set, 0 if not */
  pexpire(key: Key, milliseconds: number, condition?: ExpireConditions): Out<M, T, number> {
    return this.run(['PEXPIRE', key, milliseconds, ...ifGiven(condition).flat()], integer)
  }

  /** Sets an expiry at a time in seconds since 1970. @returns 1 if it was set, 0 if not */
  expireat(key: Key, seconds: number, condition?: ExpireConditions): Out<M, T, number> {
    return this.run(['EXPIREAT', key, seconds, ...ifGiven(condition).flat()], integer)
  }

  /** Sets an expiry at a time in milliseconds since 1970. @returns 1 if it was set, 0 if not */
  pexpireat(key: Key, milliseconds: number, condition?: ExpireConditions): Out<M, T, number> {
    return this.run(['PEXPIREAT', key, milliseconds, ...ifGiven(condition).flat()], integer)
  }

  /** Seconds until a key expires. @returns -1 if it never does, -2 if there is no such key */
  ttl(key: Key): Out<M, T, number> {
    return this.run(['TTL', key], integer)
  }

  /** Milliseconds until a key expires. @returns -1 if it never does, -2 if there is no such key */
  pttl(key: Key): Out<M, T, number> {
    return this.run(['PTTL', key], integer)
  }

  /** When a key expires, in seconds since 1970. @returns -1 if it never does, -2 if there is no such key */
  expiretime(key: Key): Out<M, T, number> {
    return this.run(['EXPIRETIME', key], integer)
  }

  /** When a key expires, in milliseconds since 1970. @returns -1 if it never does, -2 if there is no such key */
  pexpiretime(key: Key): Out<M, T, number> {
    return this.run(['PEXPIRETIME', key], integer)
  }

  /** Removes a key's expiry. @returns 1 if it had one, 0 if not */
  persist(key: Key): Out<M, T, number> {
    return this.run(['PERSIST', key], integer)
  }

  /** The encoding Redis uses for a key's value, such as `listpack`. @returns null if the key does not exist */
  objectEncoding(key: Key): Out<M, T, string | null> {
    return this.run(['OBJECT', 'ENCODING', key], wordOrNull)
  }

  /** Seconds since a key was last accessed. @returns null if the key does not exist */
  objectIdletime(key: Key): Out<M, T, number | null> {
    return this.run(['OBJECT', 'IDLETIME', key], integerOrNull)
  }

  /** The access frequency of a key, 0 to 255. @returns null if the key does not exist; @throws RedisError unless `maxmemory-policy` is an LFU policy */
  objectFreq(key: Key): Out<M, T, number | null> {
    return this.run(['OBJECT', 'FREQ', key], integerOrNull)
  }

  /** The reference count of a value, as Redis reports it. @returns null if the key does not exist */
  objectRefcount(key: Key): Out<M, T, number | null> {
    return this.run(['OBJECT', 'REFCOUNT', key], integerOrNull)
  }

  /** The elements of a list, a set or a sorted set, sorted; null where a `get` pattern finds nothing. */
  sort(key: Key, options: SortOptions = {}): Out<M, T, (T | null)[]> {
    return this.run(['SORT', key, ...sortWords(options)], list<T, T | null>(textOrNull))
  }

  /** As `sort`, but read-only, so that replicas run it. */
  sortRo(key: Key, options: SortOptions = {}): Out<M, T, (T | null)[]> {
    return this.run(['SORT_RO', key, ...sortWords(options)], list<T, T | null>(textOrNull))
  }

  /** Sorts into a list. @returns its length */
  sortStore(key: Key, destination: Key, options: SortOptions = {}): Out<M, T, number> {
    return this.run(['SORT', key, ...sortWords(options), 'STORE', destination], integer)
  }

  /** A key's value in Redis's own format, for `restore`: use it through `redis.bytes`. @returns null if the key does not exist */
  dump(key: Key): Out<M, T, T | null> {
    return this.run(['DUMP', key], textOrNull)
  }

  /** Creates a key from the result of `dump`. @param ttl milliseconds until it expires, 0 for never */
  restore(key: Key, ttl: number, dump: Uint8Array, options: RestoreOptions = {}): Out<M, T, 'OK'> {
    return this.run(['RESTORE', key, ttl, dump, ...words(options)], ok)
  }
}

/** A cursor and what was found. */
export const scanned = <T extends Text>(reply: Parameters<typeof texts>[0], toText: Parameters<typeof texts<T>>[1]): [string, T[]] =>
  tupleOrNull<T, string, T[]>(word, texts)(reply, toText)!

function sortWords({ get = [], ...options }: SortOptions): Value[] {
  return [...words(options), ...get.flatMap((pattern) => ['GET', pattern])]
}
