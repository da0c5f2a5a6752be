// Streams: https://redis.io/docs/latest/commands/?group=stream
import { type Either, type Entries, flatten, ifGiven, type Key, type Pairs, type Value, type Valued, words } from '../arguments.ts'
import { anything, type Decode, type Fields, fields, integer, list, ok, pairs, type Plain, record, type Text, text, word, wordOrNull } from '../decode.ts' // prettier-ignore
import { isNull, type Reply } from '../../reply.ts'
import type { CallOptions, Signal } from '../backend.ts'
import { type Mode, type Out, Runner } from '../runner.ts'
import type { WaitOptions } from './lists.ts'

/** An entry's ID, and its fields as an object, or through `redis.bytes` as pairs. If a field occurs twice, the object has its last value. */
export type StreamEntry<T extends Text> = [id: string, fields: Fields<T>]
/** A pending entry; its fields are null if it has been deleted. */
export type PendingEntry<T extends Text> = [id: string, fields: Fields<T> | null]
/** An entry as CLAIM gives it: with the milliseconds since it was last delivered, and how often it was; both are 0 if it is new. */
export type ClaimedEntry<T extends Text> = [id: string, fields: Fields<T>, idle: number, deliveries: number]
/** The entries read from each stream: an object by key, or through `redis.bytes` pairs. */
export type StreamsRead<T extends Text, E> = T extends string ? Record<string, E[]> : [key: T, entries: E[]][]

/** Which entries to remove: all but the newest `maxlen`, or those with a lower ID than `minid`; and what that means for groups. */
export type Trim = Either<Maxlen | Minid, undefined> & Either<Exactly | Roughly> & Either<Keepref | Delref | Acked>
interface Maxlen {
  /** Keep this many entries, the newest. */
  maxlen: number
}
interface Minid {
  /** Keep entries with this ID and higher ones. */
  minid: string
}
interface Keepref {
  /** Entries that go stay pending (Redis 8.2). This is the default */
  keepref?: boolean | undefined
}
interface Delref {
  /** Entries that go are pending no more, in any group (Redis 8.2). */
  delref?: boolean | undefined
}
interface Acked {
  /** Only entries go that every group has read and acknowledged (Redis 8.2). */
  acked?: boolean | undefined
}
/**
 * What the removal of entries means for groups: they stay pending (`keepref`), are pending no more in any group (`delref`), or only
 * those go that every group has read and acknowledged (`acked`).
 */
export type References = 'keepref' | 'delref' | 'acked'
interface Exactly {
  /** Only what is cheap to remove: whole nodes (`~`). Default: false */
  approximate?: boolean | undefined
}
interface Roughly {
  approximate: true
  /** With `approximate`: remove at most this many entries. Default: a hundred nodes' worth */
  limit?: number | undefined
}
/** As `Trim`, or nothing at all. */
export type MaybeTrim = Either<Trim | { maxlen?: undefined }, undefined>

/** For `xreadgroup`. */
export interface XreadgroupOptions extends XreadOptions {
  /** Entries are not pending afterwards. Default: false */
  noack?: boolean | undefined
}

/** For `xread` and `xreadgroup`. */
export interface XreadOptions extends WaitOptions {
  /** At most this many entries per stream. Default: all */
  count?: number | undefined
  /** How many milliseconds to wait for entries; 0 waits forever. Default: not at all */
  block?: number | undefined
}

interface Idle {
  /** The idle time that the entries get: milliseconds since the last delivery. Default: 0 */
  idle?: number | undefined
}
interface DeliveredAt {
  /** The time of the last delivery that the entries get, in milliseconds since 1970. */
  time?: number | undefined
}
/** For `xclaim`: `idle` or `time`, and what else is set. */
export type XclaimOptions = Either<Idle | DeliveredAt> & {
  /** The delivery count that the entries get. */
  retrycount?: number | undefined
  /** Also claim entries that are not pending. */
  force?: boolean | undefined
  /** The last ID delivered to the group. */
  lastid?: string | undefined
}

const trimWords = ({ maxlen, minid, approximate, ...options }: MaybeTrim): Value[] => [
  ...(maxlen === undefined ? [] : ['MAXLEN', ...words({ '~': approximate }), maxlen]),
  ...(minid === undefined ? [] : ['MINID', ...words({ '~': approximate }), minid]),
  ...words(options),
]

function entry<T extends Text>(reply: Reply, toText: (bytes: string) => T): PendingEntry<T> {
  const [id, values, ...counts] = reply as Reply[]
  const found = [word(id), Array.isArray(values) ? fields<T>(values, toText) : null, ...counts.map((count) => integer(count))]
  return found as PendingEntry<T>
}

const entries = <T extends Text>(): Decode<T, StreamEntry<T>[]> => list(entry<T> as Decode<T, StreamEntry<T>>)
const ids = <T extends Text>(): Decode<T, string[]> => list<T, string>(word)

/** Null if there was nothing to read. */
function streamsRead<T extends Text, E>(reply: Reply, toText: (bytes: string) => T): StreamsRead<T, E> | null {
  if (isNull(reply)) return null
  const read = list(entry<T>)
  const found = typeof toText('') === 'string' ? record<T, PendingEntry<T>[]>(read) : pairs<T, T, PendingEntry<T>[]>(text, read)
  return found(reply, toText) as StreamsRead<T, E>
}

/** `{ key: id, ... }` as the words of XREAD. */
function streamWords(options: Omit<XreadOptions, 'signal'>, streams: Pairs<Key, string>): Value[] {
  const flat = flatten(streams)
  const half = (at: number): Value[] => flat.filter((_, i) => i % 2 === at)
  return [...words(options), 'STREAMS', ...half(0), ...half(1)]
}

const waiting = ({ block }: XreadOptions, signal: Signal | undefined): CallOptions | undefined =>
  block === undefined ? undefined : { blocking: true, signal }

/** The methods of one group of commands. Streams and consumer groups. */
export abstract class Streams<M extends Mode, T extends Text> extends Runner<M, T> {
  /**
   * Appends an entry. @param id `*` to make one from the time, or an ID higher than the last
   * @returns its ID; null if there is no stream and `nomkstream` is set
   */
  xadd<O extends Valued<O>>(key: Key, id: string, values: Entries | O, options: MaybeTrim & { nomkstream: true }): Out<M, T, string | null>
  xadd<O extends Valued<O>>(
    key: Key,
    id: string,
    values: Entries | O,
    options?: MaybeTrim & { nomkstream?: false | undefined },
  ): Out<M, T, string>
  xadd(
    key: Key,
    id: string,
    values: object,
    { nomkstream, ...trim }: MaybeTrim & { nomkstream?: boolean | undefined } = {},
  ): Out<M, T, string | null> {
    const argv = ['XADD', key, ...words({ nomkstream }), ...trimWords(trim), id, ...flatten(values)]
    return this.run(argv, wordOrNull)
  }

  /** Removes old entries. @returns how many were removed */
  xtrim(key: Key, trim: Trim): Out<M, T, number> {
    return this.run(['XTRIM', key, ...trimWords(trim)], integer)
  }

  /** The number of entries. */
  xlen(key: Key): Out<M, T, number> {
    return this.run(['XLEN', key], integer)
  }

  /** Removes entries. @returns how many were removed */
  xdel(key: Key, ...entryIds: string[]): Out<M, T, number> {
    return this.run(['XDEL', key, ...entryIds], integer)
  }

  /**
   * Removes entries (Redis 8.2). @param references what that means for groups. Default: `keepref`
   * @returns for each 1 if it was removed, 2 if not, because a group still needs it, -1 if there is no such entry
   */
  xdelex(key: Key, entryIds: readonly string[], references?: References): Out<M, T, number[]> {
    return this.run(['XDELEX', key, ...ifGiven(references), 'IDS', entryIds.length, ...entryIds], list<T, number>(integer))
  }

  /** Entries from one ID to another: `-` and `+` are the ends, `(5-1` excludes the ID. */
  xrange(key: Key, start: string, end: string, count?: number): Out<M, T, StreamEntry<T>[]> {
    return this.run(['XRANGE', key, start, end, ...words({ count })], entries<T>())
  }

  /** As `xrange`, newest first. */
  xrevrange(key: Key, end: string, start: string, count?: number): Out<M, T, StreamEntry<T>[]> {
    return this.run(['XREVRANGE', key, end, start, ...words({ count })], entries<T>())
  }

  /**
   * Entries after an ID of each stream: `{ key: '0' }`; `$` is the current end, and `+` asks for the last entry alone (Redis 7.4).
   * @returns null if there are none
   */
  xread(streams: Pairs<Key, string>, { signal, ...options }: XreadOptions = {}): Out<M, T, StreamsRead<T, StreamEntry<T>> | null> {
    return this.run(['XREAD', ...streamWords(options, streams)], streamsRead<T, StreamEntry<T>>, waiting(options, signal))
  }

  /**
   * As `xread`, for a consumer of a group: `>` reads entries not yet delivered to the group, an ID those pending for this consumer.
   * With `claim`, `>` reads first what has been pending for any consumer for at least so many milliseconds (Redis 8.4).
   */
  xreadgroup(
    group: Key,
    consumer: Key,
    streams: Pairs<Key, '>'>,
    options: XreadgroupOptions & { claim: number },
  ): Out<M, T, StreamsRead<T, ClaimedEntry<T>> | null>
  xreadgroup(
    group: Key,
    consumer: Key,
    streams: Pairs<Key, string>,
    options?: XreadgroupOptions & { claim?: undefined },
  ): Out<M, T, StreamsRead<T, PendingEntry<T>> | null>
  xreadgroup(
    group: Key,
    consumer: Key,
    streams: Pairs<Key, string>,
    { signal, ...options }: XreadgroupOptions & { claim?: number | undefined } = {},
  ): Out<M, T, StreamsRead<T, PendingEntry<T> | ClaimedEntry<T>> | null> {
    const argv = ['XREADGROUP', 'GROUP', group, consumer, ...streamWords(options, streams)]
    return this.run(argv, streamsRead<T, PendingEntry<T>>, waiting(options, signal))
  }

  /** Acknowledges entries. @returns how many were pending */
  xack(key: Key, group: Key, ...entryIds: string[]): Out<M, T, number> {
    return this.run(['XACK', key, group, ...entryIds], integer)
  }

  /**
   * Acknowledges entries and removes them (Redis 8.2). @param references what that means for other groups. Default: `keepref`
   * @returns for each 1 if it was removed, 2 if not, because another group still needs it, -1 if it was not pending
   */
  xackdel(key: Key, group: Key, entryIds: readonly string[], references?: References): Out<M, T, number[]> {
    return this.run(['XACKDEL', key, group, ...ifGiven(references), 'IDS', entryIds.length, ...entryIds], list<T, number>(integer))
  }

  /** Creates a group that starts after an ID; `$` is the end, `0` the beginning. */
  xgroupCreate(
    key: Key,
    group: Key,
    id: string,
    options: { mkstream?: boolean | undefined; entriesread?: number | undefined } = {},
  ): Out<M, T, 'OK'> {
    return this.run(['XGROUP', 'CREATE', key, group, id, ...words(options)], ok)
  }

  /** Sets the ID after which a group continues. */
  xgroupSetid(key: Key, group: Key, id: string, options: { entriesread?: number | undefined } = {}): Out<M, T, 'OK'> {
    return this.run(['XGROUP', 'SETID', key, group, id, ...words(options)], ok)
  }

  /** Removes a group. @returns 1 if it existed, 0 if not */
  xgroupDestroy(key: Key, group: Key): Out<M, T, number> {
    return this.run(['XGROUP', 'DESTROY', key, group], integer)
  }

  /** Adds a consumer; reading adds it automatically. @returns 1 if it is new, 0 if not */
  xgroupCreateconsumer(key: Key, group: Key, consumer: Key): Out<M, T, number> {
    return this.run(['XGROUP', 'CREATECONSUMER', key, group, consumer], integer)
  }

  /** Removes a consumer. @returns how many entries were pending for it */
  xgroupDelconsumer(key: Key, group: Key, consumer: Key): Out<M, T, number> {
    return this.run(['XGROUP', 'DELCONSUMER', key, group, consumer], integer)
  }

  /** The number of pending entries, their lowest and highest IDs, and how many each consumer has. */
  xpending(
    key: Key,
    group: Key,
  ): Out<M, T, [count: number, lowest: string | null, highest: string | null, consumers: [name: T, count: number][]]> {
    return this.run(['XPENDING', key, group], (reply, toText) => {
      const [count, lowest, highest, consumers] = reply as Reply[]
      return [integer(count), wordOrNull(lowest), wordOrNull(highest), pairs<T, T, number>(text, integer)(consumers, toText)]
    })
  }

  /** Pending entries from one ID to another: the consumer, the milliseconds since the last delivery, and the delivery count. */
  xpendingRange(
    key: Key,
    group: Key,
    start: string,
    end: string,
    count: number,
    { consumer, ...options }: { idle?: number | undefined; consumer?: Key | undefined } = {},
  ): Out<M, T, [id: string, consumer: T, idle: number, deliveries: number][]> {
    const argv = ['XPENDING', key, group, ...words(options), start, end, count, ...ifGiven(consumer)]
    return this.run(
      argv,
      list((reply, toText) => {
        const [id, name, since, deliveries] = reply as Reply[]
        return [word(id), text(name, toText), integer(since), integer(deliveries)] as [string, T, number, number]
      }),
    )
  }

  /** Makes entries pending for a consumer if their last delivery is at least this many milliseconds ago. @returns the entries, or their IDs */
  xclaim(key: Key, group: Key, consumer: Key, minIdle: number, entryIds: readonly string[], options: XclaimOptions & { justid: true }): Out<M, T, string[]> // prettier-ignore
  xclaim(key: Key, group: Key, consumer: Key, minIdle: number, entryIds: readonly string[], options?: XclaimOptions & { justid?: false | undefined }): Out<M, T, StreamEntry<T>[]> // prettier-ignore
  xclaim(key: Key, group: Key, consumer: Key, minIdle: number, entryIds: readonly string[], options?: XclaimOptions & { justid?: boolean | undefined }): Out<M, T, string[] | StreamEntry<T>[]> // prettier-ignore
  xclaim(
    key: Key,
    group: Key,
    consumer: Key,
    minIdle: number,
    entryIds: readonly string[],
    options: XclaimOptions & { justid?: boolean | undefined } = {},
  ): Out<M, T, string[] | StreamEntry<T>[]> {
    const argv = ['XCLAIM', key, group, consumer, minIdle, ...entryIds, ...words(options)]
    return options.justid ? this.run(argv, ids<T>()) : this.run(argv, entries<T>())
  }

  /** As `xclaim`, for pending entries from an ID on. @returns the ID to continue from (`0-0` at the end), the entries, and the IDs of deleted ones */
  xautoclaim(key: Key, group: Key, consumer: Key, minIdle: number, start: string, options: { count?: number | undefined; justid: true }): Out<M, T, [next: string, ids: string[], deleted: string[]]> // prettier-ignore
  xautoclaim(key: Key, group: Key, consumer: Key, minIdle: number, start: string, options?: { count?: number | undefined; justid?: false | undefined }): Out<M, T, [next: string, entries: StreamEntry<T>[], deleted: string[]]> // prettier-ignore
  xautoclaim(key: Key, group: Key, consumer: Key, minIdle: number, start: string, options?: { count?: number | undefined; justid?: boolean | undefined }): Out<M, T, [next: string, claimed: string[] | StreamEntry<T>[], deleted: string[]]> // prettier-ignore
  xautoclaim(
    key: Key,
    group: Key,
    consumer: Key,
    minIdle: number,
    start: string,
    options: { count?: number | undefined; justid?: boolean | undefined } = {},
  ): Out<M, T, [next: string, claimed: string[] | StreamEntry<T>[], deleted: string[]]> {
    const argv = ['XAUTOCLAIM', key, group, consumer, minIdle, start, ...words(options)]
    return this.run(argv, (reply, toText) => {
      const [next, claimed, deleted] = reply as Reply[]
      const decode: Decode<T, string[] | StreamEntry<T>[]> = options.justid ? ids<T>() : entries<T>()
      return [word(next), decode(claimed, toText), ids<T>()(deleted, toText)]
    })
  }

  /** Sets the last ID of a stream; the next one must be higher. */
  xsetid(key: Key, id: string, options: { entriesadded?: number | undefined; maxdeletedid?: string | undefined } = {}): Out<M, T, 'OK'> {
    return this.run(['XSETID', key, id, ...words(options)], ok)
  }

  /** Facts about a stream, under Redis's names. */
  xinfoStream(key: Key): Out<M, T, Record<string, Plain<T>>> {
    return this.run(['XINFO', 'STREAM', key], record<T, Plain<T>>(anything('XINFO')))
  }

  /** The same with entries, groups, consumers and pending entries. @param count how many entries; 0 for all. Default: 10 */
  xinfoStreamFull(key: Key, count?: number): Out<M, T, Record<string, Plain<T>>> {
    return this.run(['XINFO', 'STREAM', key, 'FULL', ...words({ count })], record<T, Plain<T>>(anything('XINFO')))
  }

  /** The groups of a stream. */
  xinfoGroups(key: Key): Out<M, T, Record<string, Plain<T>>[]> {
    return this.run(['XINFO', 'GROUPS', key], list(record<T, Plain<T>>(anything('XINFO'))))
  }

  /** The consumers of a group. */
  xinfoConsumers(key: Key, group: Key): Out<M, T, Record<string, Plain<T>>[]> {
    return this.run(['XINFO', 'CONSUMERS', key, group], list(record<T, Plain<T>>(anything('XINFO'))))
  }
}
