// Streams: https://redis.io/docs/latest/commands/?group=stream
import { flag, flatten, type Key, option, type Pairs, type Value } from '../arguments.ts'
import { anything, type Decode, type Fields, fields, integer, list, ok, pairs, type Plain, record, type Text, text, word } from '../decode.ts' // prettier-ignore
import { NullArray, type Reply } from '../../reply.ts'
import type { CallOptions } from '../backend.ts'
import { type Mode, type Out, Runner } from '../runner.ts'
import type { WaitOptions } from './lists.ts'

/** An entry's ID, and its fields as an object, through `bytes` as pairs. A field that comes twice has its last value in an object. */
export type StreamEntry<T extends Text> = [id: string, fields: Fields<T>]
/** An entry that is pending; without fields if it is deleted. */
export type PendingEntry<T extends Text> = [id: string, fields: Fields<T> | null]
/** What was read of each stream: an object, through `bytes` pairs. */
export type StreamsRead<T extends Text, E> = T extends string ? Record<string, E[]> : [key: T, entries: E[]][]

/** Which entries are to go: all but the newest `maxlen`, or those with a lower ID than `minid`. */
export type Trim = ({ maxlen: number; minid?: never } | { minid: string; maxlen?: never }) & {
  /** Only what is cheap to drop: whole nodes (`~`). */
  approximate?: boolean
  /** With `approximate`: no more than so many. */
  limit?: number
}

export interface XreadOptions extends WaitOptions {
  /** At most so many entries a stream. */
  count?: number
  /** Waits for so many milliseconds until there is something; 0 waits for ever. */
  block?: number
}

export interface XclaimOptions {
  /** Milliseconds since its last delivery that an entry gets. */
  idle?: number
  /** Or the time of that, in milliseconds since 1970. */
  time?: number
  /** How often it counts as delivered. */
  retrycount?: number
  /** Also entries that are not pending. */
  force?: boolean
  /** The last ID that the group was handed out. */
  lastid?: string
}

const trimWords = ({ maxlen, minid, approximate, limit }: Partial<Trim>): Value[] => [
  ...(maxlen === undefined ? [] : ['MAXLEN', ...flag('~', approximate), maxlen]),
  ...(minid === undefined ? [] : ['MINID', ...flag('~', approximate), minid]),
  ...option('LIMIT', limit),
]

function entry<T extends Text>(reply: Reply, toText: (bytes: string) => T): PendingEntry<T> {
  const [id, values] = reply as [Reply, Reply]
  return [word(id), Array.isArray(values) ? fields<T>(values, toText) : null]
}

const entries = <T extends Text>(): Decode<T, StreamEntry<T>[]> => list(entry<T> as Decode<T, StreamEntry<T>>)
const ids = <T extends Text>(): Decode<T, string[]> => list<T, string>(word)

/** Null if nothing was read. */
function streamsRead<T extends Text, E>(reply: Reply, toText: (bytes: string) => T): StreamsRead<T, E> | null {
  if (reply === null || reply instanceof NullArray) return null
  const read = list(entry<T>)
  const found = typeof toText('') === 'string' ? record<T, PendingEntry<T>[]>(read) : pairs<T, T, PendingEntry<T>[]>(text, read)
  return found(reply, toText) as StreamsRead<T, E>
}

/** `{ key: id, ... }` as the words of XREAD. */
function streamWords({ count, block }: XreadOptions, more: Value[], streams: Pairs<Key, string>): Value[] {
  const flat = flatten(streams)
  const half = (at: number): Value[] => flat.filter((_, i) => i % 2 === at)
  return [...option('COUNT', count), ...option('BLOCK', block), ...more, 'STREAMS', ...half(0), ...half(1)]
}

const waiting = ({ block, signal }: XreadOptions): CallOptions | undefined => (block === undefined ? undefined : { blocking: true, signal })

export abstract class Streams<M extends Mode, T extends Text> extends Runner<M, T> {
  /**
   * Appends an entry. @param id `*` for one made of the time, or a higher one than the last
   * @returns its ID; null if there is no stream and `nomkstream` asks for none to be made
   */
  xadd(key: Key, id: string, values: Pairs, options: Partial<Trim> & { nomkstream: true }): Out<M, T, string | null>
  xadd(key: Key, id: string, values: Pairs, options?: Partial<Trim>): Out<M, T, string>
  xadd(key: Key, id: string, values: Pairs, options: Partial<Trim> & { nomkstream?: boolean } = {}): Out<M, T, string | null> {
    const argv = ['XADD', key, ...flag('NOMKSTREAM', options.nomkstream), ...trimWords(options), id, ...flatten(values)]
    return this.run(argv, (reply) => (typeof reply === 'string' ? reply : null))
  }

  /** Drops old entries. @returns how many */
  xtrim(key: Key, trim: Trim): Out<M, T, number> {
    return this.run(['XTRIM', key, ...trimWords(trim)], integer)
  }

  /** How many entries there are. */
  xlen(key: Key): Out<M, T, number> {
    return this.run(['XLEN', key], integer)
  }

  /** Removes entries. @returns how many there were */
  xdel(key: Key, ...entryIds: string[]): Out<M, T, number> {
    return this.run(['XDEL', key, ...entryIds], integer)
  }

  /** Entries from one ID to another: `-` and `+` are the ends, `(5-1` is without the ID itself. */
  xrange(key: Key, start: string, end: string, count?: number): Out<M, T, StreamEntry<T>[]> {
    return this.run(['XRANGE', key, start, end, ...option('COUNT', count)], entries<T>())
  }

  /** As `xrange`, the newest first. */
  xrevrange(key: Key, end: string, start: string, count?: number): Out<M, T, StreamEntry<T>[]> {
    return this.run(['XREVRANGE', key, end, start, ...option('COUNT', count)], entries<T>())
  }

  /** Entries after an ID of each stream: `{ key: '0' }`; `$` is the end as it is now. @returns null if there are none */
  xread(streams: Pairs<Key, string>, options: XreadOptions = {}): Out<M, T, StreamsRead<T, StreamEntry<T>> | null> {
    return this.run(['XREAD', ...streamWords(options, [], streams)], streamsRead<T, StreamEntry<T>>, waiting(options))
  }

  /** As `xread`, for a consumer of a group: `>` is what nobody of it has got yet, an ID what is pending for this one. */
  xreadgroup(
    group: Key,
    consumer: Key,
    streams: Pairs<Key, string>,
    options: XreadOptions & { noack?: boolean } = {},
  ): Out<M, T, StreamsRead<T, PendingEntry<T>> | null> {
    const words = streamWords(options, flag('NOACK', options.noack), streams)
    return this.run(['XREADGROUP', 'GROUP', group, consumer, ...words], streamsRead<T, PendingEntry<T>>, waiting(options))
  }

  /** Says that entries are done with. @returns how many were pending */
  xack(key: Key, group: Key, ...entryIds: string[]): Out<M, T, number> {
    return this.run(['XACK', key, group, ...entryIds], integer)
  }

  /** Makes a group that starts behind an ID; `$` is the end, `0` the beginning. */
  xgroupCreate(key: Key, group: Key, id: string, options: { mkstream?: boolean; entriesread?: number } = {}): Out<M, T, 'OK'> {
    const words = [...flag('MKSTREAM', options.mkstream), ...option('ENTRIESREAD', options.entriesread)]
    return this.run(['XGROUP', 'CREATE', key, group, id, ...words], ok)
  }

  /** Sets behind which ID a group goes on. */
  xgroupSetid(key: Key, group: Key, id: string, options: { entriesread?: number } = {}): Out<M, T, 'OK'> {
    return this.run(['XGROUP', 'SETID', key, group, id, ...option('ENTRIESREAD', options.entriesread)], ok)
  }

  /** Removes a group. @returns 1 if there was one */
  xgroupDestroy(key: Key, group: Key): Out<M, T, number> {
    return this.run(['XGROUP', 'DESTROY', key, group], integer)
  }

  /** Adds a consumer, which reading does by itself. @returns 1 if it is new */
  xgroupCreateconsumer(key: Key, group: Key, consumer: Key): Out<M, T, number> {
    return this.run(['XGROUP', 'CREATECONSUMER', key, group, consumer], integer)
  }

  /** Removes a consumer. @returns how many entries were pending for it */
  xgroupDelconsumer(key: Key, group: Key, consumer: Key): Out<M, T, number> {
    return this.run(['XGROUP', 'DELCONSUMER', key, group, consumer], integer)
  }

  /** How many entries are pending, the lowest and the highest ID of them, and how many each consumer has. */
  xpending(
    key: Key,
    group: Key,
  ): Out<M, T, [count: number, lowest: string | null, highest: string | null, consumers: [name: T, count: number][]]> {
    return this.run(['XPENDING', key, group], (reply, toText) => {
      const [count, lowest, highest, consumers] = reply as Reply[]
      const id = (each: Reply): string | null => (each === null ? null : word(each))
      return [integer(count), id(lowest), id(highest), pairs<T, T, number>(text, integer)(consumers, toText)]
    })
  }

  /** Pending entries from one ID to another: whose they are, the milliseconds since they were delivered, and how often. */
  xpendingRange(
    key: Key,
    group: Key,
    start: string,
    end: string,
    count: number,
    options: { idle?: number; consumer?: Key } = {},
  ): Out<M, T, [id: string, consumer: T, idle: number, deliveries: number][]> {
    const { idle, consumer } = options
    const argv = ['XPENDING', key, group, ...option('IDLE', idle), start, end, count, ...(consumer === undefined ? [] : [consumer])]
    return this.run(
      argv,
      list((reply, toText) => {
        const [id, name, since, deliveries] = reply as Reply[]
        return [word(id), text(name, toText), integer(since), integer(deliveries)] as [string, T, number, number]
      }),
    )
  }

  /** Makes entries pending for a consumer, if nobody has got them for so many milliseconds. @returns them, or their IDs */
  xclaim(key: Key, group: Key, consumer: Key, minIdle: number, entryIds: readonly string[], options: XclaimOptions & { justid: true }): Out<M, T, string[]> // prettier-ignore
  xclaim(key: Key, group: Key, consumer: Key, minIdle: number, entryIds: readonly string[], options?: XclaimOptions): Out<M, T, StreamEntry<T>[]> // prettier-ignore
  xclaim(
    key: Key,
    group: Key,
    consumer: Key,
    minIdle: number,
    entryIds: readonly string[],
    options: XclaimOptions & { justid?: boolean } = {},
  ): Out<M, T, string[] | StreamEntry<T>[]> {
    const { idle, time, retrycount, force, lastid, justid } = options
    const words = [...option('IDLE', idle), ...option('TIME', time), ...option('RETRYCOUNT', retrycount), ...flag('FORCE', force)]
    const argv = ['XCLAIM', key, group, consumer, minIdle, ...entryIds, ...words, ...flag('JUSTID', justid), ...option('LASTID', lastid)]
    return justid ? this.run(argv, ids<T>()) : this.run(argv, entries<T>())
  }

  /** As `xclaim`, for those that are pending from an ID on. @returns where to go on (`0-0` at the end), the entries, and IDs of deleted ones */
  xautoclaim(key: Key, group: Key, consumer: Key, minIdle: number, start: string, options: { count?: number; justid: true }): Out<M, T, [next: string, ids: string[], deleted: string[]]> // prettier-ignore
  xautoclaim(key: Key, group: Key, consumer: Key, minIdle: number, start: string, options?: { count?: number }): Out<M, T, [next: string, entries: StreamEntry<T>[], deleted: string[]]> // prettier-ignore
  xautoclaim(
    key: Key,
    group: Key,
    consumer: Key,
    minIdle: number,
    start: string,
    options: { count?: number; justid?: boolean } = {},
  ): Out<M, T, [next: string, claimed: string[] | StreamEntry<T>[], deleted: string[]]> {
    const argv = ['XAUTOCLAIM', key, group, consumer, minIdle, start, ...option('COUNT', options.count), ...flag('JUSTID', options.justid)]
    return this.run(argv, (reply, toText) => {
      const [next, claimed, deleted] = reply as Reply[]
      const decode: Decode<T, string[] | StreamEntry<T>[]> = options.justid ? ids<T>() : entries<T>()
      return [word(next), decode(claimed, toText), ids<T>()(deleted, toText)]
    })
  }

  /** Sets a stream's last ID, behind which the next one goes. */
  xsetid(key: Key, id: string, options: { entriesadded?: number; maxdeletedid?: string } = {}): Out<M, T, 'OK'> {
    const words = [...option('ENTRIESADDED', options.entriesadded), ...option('MAXDELETEDID', options.maxdeletedid)]
    return this.run(['XSETID', key, id, ...words], ok)
  }

  /** What a stream is made of, with Redis's names. */
  xinfoStream(key: Key): Out<M, T, Record<string, Plain<T>>> {
    return this.run(['XINFO', 'STREAM', key], record<T, Plain<T>>(anything('XINFO')))
  }

  /** The same with entries, groups, consumers and what is pending. @param count of entries; default 10, 0 for all */
  xinfoStreamFull(key: Key, count?: number): Out<M, T, Record<string, Plain<T>>> {
    return this.run(['XINFO', 'STREAM', key, 'FULL', ...option('COUNT', count)], record<T, Plain<T>>(anything('XINFO')))
  }

  /** A stream's groups. */
  xinfoGroups(key: Key): Out<M, T, Record<string, Plain<T>>[]> {
    return this.run(['XINFO', 'GROUPS', key], list(record<T, Plain<T>>(anything('XINFO'))))
  }

  /** A group's consumers. */
  xinfoConsumers(key: Key, group: Key): Out<M, T, Record<string, Plain<T>>[]> {
    return this.run(['XINFO', 'CONSUMERS', key, group], list(record<T, Plain<T>>(anything('XINFO'))))
  }
}
