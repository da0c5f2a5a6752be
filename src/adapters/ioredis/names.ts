// What ioredis has to know of a command by its name: whether a Cluster with `scaleReads` may ask a replica. It looks only
// at names in lower case, but with these it changes some arguments and replies, so commands keep Redis's upper case where
// it does. Lower case also saves it some work: the commands that are used the most have it.

export interface Known {
  /** The name in lower case. */
  readonly lower: string
  readonly readOnly: boolean
}

const READ = `BITCOUNT BITFIELD_RO BITPOS DUMP EVALSHA_RO EVAL_RO EXISTS EXPIRETIME FCALL_RO GEODIST GEOHASH GEOPOS GEORADIUSBYMEMBER_RO
  GEORADIUS_RO GEOSEARCH GET GETBIT GETRANGE HEXISTS HEXPIRETIME HGET HGETALL HKEYS HLEN HMGET HPEXPIRETIME HPTTL HRANDFIELD HSCAN
  HSTRLEN HTTL HVALS LCS LINDEX LLEN LPOS LRANGE MGET OBJECT PEXPIRETIME PFCOUNT PTTL SCARD SDIFF SINTER SINTERCARD SISMEMBER SMEMBERS
  SMISMEMBER SORT_RO SRANDMEMBER SSCAN STRLEN SUBSTR SUNION TTL TYPE XINFO XLEN XPENDING XRANGE XREAD XREVRANGE ZCARD ZCOUNT ZDIFF
  ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYLEX ZREVRANGEBYSCORE
  ZREVRANK ZSCAN ZSCORE ZUNION`
/** SELECT is here because ioredis selects again after a reconnection, if it knows the name. */
const WRITE = `DECR DECRBY DEL EVAL EVALSHA EXPIRE HDEL HINCRBY INCR INCRBY LPOP LPUSH PEXPIRE RPOP RPUSH SADD SELECT SET SETEX SREM XADD
  ZADD ZINCRBY ZREM`

const entries = (names: string, readOnly: boolean): [string, Known][] =>
  names.split(/\s+/).map((name) => [name, { lower: name.toLowerCase(), readOnly }])

export const KNOWN: ReadonlyMap<string, Known> = new Map([...entries(READ, true), ...entries(WRITE, false)])
