// The numbers of the RDB format, and its one error. What is written where is in writer.ts and reader.ts.

/** The newest version that is read. */
export const NEWEST_VERSION = 12
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
