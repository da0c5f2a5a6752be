// The numbers of the RDB format, and its one error. What is written where is in writer.ts and reader.ts.

/** The newest of Redis's versions that are read: Redis 8.6's. */
const NEWEST_VERSION = 13
/** Valkey 9's version. Before it Valkey has Redis 7.2's; the numbers between are Redis's. */
export const VALKEY_VERSION = 80
/** Redis 7.0's version: what is written unless a value needs a newer one. */
export const USUAL_VERSION = 10
/** Redis 7.2's version, the first where a stream's consumers have two times. */
export const ACTIVE_TIME_VERSION = 11
/** Redis 7.4's version, the first with hash fields that expire. */
export const FIELD_EXPIRY_VERSION = 12

// Opcodes between the keys.
export const SLOT_INFO = 244
export const FUNCTION = 245
export const FUNCTION_PRE_GA = 246
export const MODULE_AUX = 247
export const IDLE = 248
export const FREQ = 249
export const AUX = 250
export const RESIZE_DB = 251
export const EXPIRE_MS = 252
export const EXPIRE_SECONDS = 253
export const SELECT_DB = 254
export const EOF = 255

// Types of values.
export const STRING = 0
export const LIST = 1
export const SET = 2
export const ZSET = 3
export const HASH = 4
export const ZSET_2 = 5
export const MODULE_PRE_GA = 6
export const MODULE_2 = 7
export const HASH_ZIPMAP = 9
export const LIST_ZIPLIST = 10
export const SET_INTSET = 11
export const ZSET_ZIPLIST = 12
export const HASH_ZIPLIST = 13
export const LIST_QUICKLIST = 14
export const STREAM_LISTPACKS = 15
export const HASH_LISTPACK = 16
export const ZSET_LISTPACK = 17
export const LIST_QUICKLIST_2 = 18
export const STREAM_LISTPACKS_2 = 19
export const SET_LISTPACK = 20
export const STREAM_LISTPACKS_3 = 21
export const HASH_METADATA_PRE_GA = 22
export const HASH_LISTPACK_EX_PRE_GA = 23
export const HASH_METADATA = 24
export const HASH_LISTPACK_EX = 25
export const STREAM_LISTPACKS_4 = 26
/** Valkey's type 22, which has another meaning in Redis. */
export const VALKEY_HASH_2 = 0x100 + 22

/** @returns whether a format's version is one that is read */
export const isKnown = (version: number): boolean => (version >= 1 && version <= NEWEST_VERSION) || version === VALKEY_VERSION

/** What the number of a type means in a version of the format. */
export const typeIn = (version: number, type: number): number =>
  version === VALKEY_VERSION && type === HASH_METADATA_PRE_GA ? VALKEY_HASH_2 : type

// A length whose first byte is one of these is a string in another form.
export const INT8 = 0xc0
export const INT32 = 0xc2
export const LZF = 0xc3

/** How a key was used: seconds since the last time, or how often on a scale of 0 to 255. */
export interface Use {
  readonly idle?: number
  readonly frequency?: number
}

/** RDB data that cannot be read. The message says what is wrong with it and at which byte; it never shows the data. */
export class RdbError extends Error {
  override name = 'RdbError'
  /** Where in the file, in bytes. */
  readonly offset: number

  constructor(what: string, offset: number) {
    super(`RDB: ${what} at byte ${offset}`)
    this.offset = offset
  }
}
