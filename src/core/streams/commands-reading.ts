// XREAD and XREADGROUP, which may wait: https://redis.io/docs/latest/commands/xread/
import type { ByteString } from '../bytes.ts'
import { MapReply, NULL_ARRAY, type Reply, ReplyError } from '../reply.ts'
import { integer, integerIn, milliseconds } from '../engine/arguments.ts'
import { type Argv, type Group, type Result, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { printed, SYNTAX } from '../engine/errors.ts'
import { EVENT } from '../engine/events.ts'
import type { Session } from '../engine/session.ts'
import type { Consumer, ConsumerGroup } from './consumer-group.ts'
import { compareIds, formatId, MAX_ID, MIN_ID, nextId, type StreamId } from './stream-id.ts'
import { type StreamLog, sum } from './stream-log.ts'
import type { Stream } from './stream.ts'
import { entries, entry, streamId } from './ids.ts'

const UNBALANCED = new ReplyError("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.")
const NO_GROUP_GIVEN = new ReplyError('ERR Missing GROUP option for XREADGROUP')
const GROUP_ONLY = new ReplyError('ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.')
const END_IN_GROUP = new ReplyError(
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
)
const KEY_GONE = new ReplyError('UNBLOCKED the stream key no longer exists')
const GROUP_GONE = new ReplyError('NOGROUP the consumer group this client was blocked on no longer exists')
const notForXread = (option: string): ReplyError =>
  new ReplyError(`ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`)

const CLAIM_NOT_INTEGER = new ReplyError('ERR min-idle-time is not an integer or out of range')
const CLAIM_NEGATIVE = new ReplyError('ERR min-idle-time must be a positive integer')

/** XREADGROUP with CLAIM and BLOCK looks again after no less than this, in milliseconds, for entries that have become idle. */
const LOOK_AGAIN = 100
/** A client that waited without COUNT gets at most so many entries. */
const WOKEN_COUNT = 1000

export const streamReading: Group = {
  name: 'stream',
  rows: [
    row('XREAD', -4, 'readonly blocking', 'STREAMS@1 RO access', read),
    row('XREADGROUP', -7, 'write blocking', 'STREAMS@4 RO access', read),
  ],
}

interface ReadOptions {
  /** Null for XREAD. */
  group: ByteString | null
  consumer: ByteString
  noAck: boolean
  /** Pending entries come too that were delivered so many milliseconds ago (8.4); null if they do not. */
  claim: number | null
  /** At most so many entries a stream; 0 for all. */
  count: number
  /** Milliseconds, 0 for ever; null if it does not wait. */
  block: number | null
  keys: ByteString[]
  ids: ByteString[]
}

function xreadOptions(argv: Argv, session: Session): ReadOptions {
  const grouped = argv[0].toUpperCase() === 'XREADGROUP'
  const options: ReadOptions = { group: null, consumer: '', noAck: false, claim: null, count: 0, block: null, keys: [], ids: [] }
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (word === 'BLOCK' && left > 0) {
      if (session.options.script) throw new ReplyError(`ERR ${argv[0]} command is not allowed with BLOCK option from scripts`)
      options.block = milliseconds(argv[++i])
    } else if (word === 'COUNT' && left > 0) options.count = Math.max(integer(argv[++i]), 0)
    else if (word === 'STREAMS' && left > 0) {
      if (left % 2 !== 0) throw UNBALANCED
      options.keys = argv.slice(i + 1, i + 1 + left / 2)
      options.ids = argv.slice(i + 1 + left / 2)
      break
    } else if (word === 'GROUP' && left > 1) {
      if (!grouped) throw notForXread('GROUP')
      options.group = argv[++i]
      options.consumer = argv[++i]
    } else if (word === 'NOACK') {
      if (!grouped) throw notForXread('NOACK')
      options.noAck = true
    } else if (word === 'CLAIM' && left > 0) {
      if (!grouped) throw notForXread('CLAIM')
      options.claim = integerIn(argv[++i], 0, Infinity, CLAIM_NEGATIVE, CLAIM_NOT_INTEGER)
    } else throw SYNTAX
  }
  if (options.keys.length === 0) throw SYNTAX
  if (grouped && options.group === null) throw NO_GROUP_GIVEN
  return options
}

interface Source {
  key: ByteString
  stream: Stream | undefined
  group: ConsumerGroup | null
  /** What comes after this ID is read, null for the last entry alone; of a group, the highest ID asks for what is new to it. */
  after: StreamId | null
}

function read(db: Database, argv: Argv, session: Session): Result {
  const options = xreadOptions(argv, session)
  const sources = options.keys.map((key, i) => sourceOf(db, key, options.ids[i], options.group))
  const found: Reply[] = []
  for (const source of sources) {
    const reply = source.stream === undefined ? null : serve(db, source, source.stream, options)
    if (reply !== null) found.push(source.key, reply)
  }
  if (found.length > 0) return keyed(session, found)
  if (options.block === null) return NULL_ARRAY
  // Once it waits, anything that was ever added counts as news, even if it is deleted by then.
  let waiting = false
  const reply = session.block(argv, {
    keys: options.keys,
    type: 'stream',
    timeout: options.block,
    onTimeout: NULL_ARRAY,
    onGone: options.group === null ? undefined : KEY_GONE,
    again: options.claim === null ? undefined : () => untilIdle(db, options, options.claim!),
    attempt: (key) => {
      if (!waiting) return undefined
      const source = sources.find((each) => each.key === key)!
      const found = wake(db, source, { ...options, count: options.count || WOKEN_COUNT })
      return found === null ? undefined : keyed(session, [key, found])
    },
  })
  waiting = true
  return reply
}

/** Streams by key: a map, and in RESP2 an array of pairs. */
function keyed(session: Session, flat: Reply[]): Reply {
  if (session.protocol === 3) return new MapReply(flat)
  return flat.flatMap((key, i): Reply[] => (i % 2 === 0 ? [[key, flat[i + 1]]] : []))
}

function sourceOf(db: Database, key: ByteString, id: ByteString, groupName: ByteString | null): Source {
  const stream = db.stream.read(key)
  const group = groupName === null ? null : stream?.groups.get(groupName)
  if (group === undefined) throw noGroup(key, groupName!, ' in XREADGROUP with GROUP option')
  if (group !== null && id === '$') throw END_IN_GROUP
  if (group === null && id === '>') throw GROUP_ONLY
  return { key, stream, group, after: group === null ? startOf(stream, id) : id === '>' ? MAX_ID : streamId(id) }
}

/** `$` is the end of a stream, `+` its last entry. */
function startOf(stream: Stream | undefined, id: ByteString): StreamId | null {
  if (id === '+') return null
  return id === '$' ? (stream?.lastId ?? MIN_ID) : streamId(id)
}

/** What a source has at once; null if it has nothing. */
function serve(db: Database, { key, group, after }: Source, stream: Stream, options: ReadOptions): Reply[] | null {
  if (after === null) return lastEntry(stream)
  if (group === null) {
    const from = nextId(after)
    const found = from === undefined ? [] : entries(stream, from, MAX_ID, options.count)
    return found.length > 0 ? found : null
  }
  const isNew = compareIds(after, MAX_ID) === 0
  const news = compareIds(stream.edge(true) ?? MIN_ID, group.lastId) > 0
  if (isNew && !news && options.claim === null) return null
  db.willChange(key)
  if (isNew) return handOut(db, key, stream, group, options, news)
  const consumer = readerOf(db, key, group, options, true)
  db.engine.dirty++
  return history(stream, group, consumer, nextId(after)!, options.count)
}

/** What a source has for someone who waited; null if it has nothing. @throws the group is gone */
function wake(db: Database, { key, after }: Source, options: ReadOptions): Reply[] | null {
  const stream = db.stream.write(key)!
  if (after === null) return lastEntry(stream)
  const group = options.group === null ? null : stream.groups.get(options.group)
  if (group === undefined) throw GROUP_GONE
  const from = group?.lastId ?? after
  const news = compareIds(options.claim === null ? stream.lastId : (stream.edge(true) ?? MIN_ID), from) > 0
  if (group !== null) return handOut(db, key, stream, group, options, news)
  return news ? entries(stream, nextId(from)!, MAX_ID, options.count) : null
}

function lastEntry(stream: Stream): Reply[] | null {
  const last = stream.edge(true)
  return last === undefined ? null : entries(stream, last, last, 1)
}

/** Hands out what CLAIM asks for, and what is new if there is news; null if that is nothing. */
function handOut(db: Database, key: ByteString, stream: Stream, group: ConsumerGroup, options: ReadOptions, news: boolean): Reply[] | null {
  const claimed = options.claim === null ? [] : claimIdle(db, key, stream, group, options, options.claim)
  const room = options.count - claimed.length
  const found = news && (options.count === 0 || room > 0) ? deliver(db, key, stream, group, { ...options, count: Math.max(room, 0) }) : null
  if (found === null && claimed.length === 0) return null
  db.engine.dirty++
  return [...claimed, ...(found ?? [])]
}

/** Takes over pending entries that have been idle for so long, the longest first. */
function claimIdle(db: Database, key: ByteString, stream: Stream, group: ConsumerGroup, options: ReadOptions, least: number): Reply[] {
  const { now } = db.engine
  const consumer = readerOf(db, key, group, options, true)
  return group.order.take(stream, now - least, options.count).map(({ id, fields, entry }) => {
    group.deliver(id, { consumer, time: consumer.seen, count: sum(entry.count, 1) })
    wroteClaim(db, key, options.group!, group, id)
    return [formatId(id), fields.slice(), Math.max(now - entry.time, 0), entry.count]
  })
}

/**
 * In how many milliseconds the next pending entry will have been idle for `least`. An entry that is delivered meanwhile cannot be
 * before that.
 */
function untilIdle(db: Database, { keys, group: name }: ReadOptions, least: number): number {
  let next = Math.max(least, LOOK_AGAIN)
  for (const key of keys) {
    const value = db.keyspace.get(key)
    const stream = typeof value === 'object' && value.type === 'stream' ? (value as Stream) : undefined
    const left = (stream?.groups.get(name!)?.order.oldest(stream) ?? Infinity) + least - db.engine.now
    if (left > 0 && left < next) next = left
  }
  return next
}

/** @param silent whether nothing else tells the journal of a new consumer */
function readerOf(db: Database, key: ByteString, group: ConsumerGroup, { group: name, consumer }: ReadOptions, silent: boolean): Consumer {
  if (silent && !group.consumers.has(consumer)) db.engine.effects?.wrote(db, ['XGROUP', 'CREATECONSUMER', key, name!, consumer])
  return consumerOf(db, key, group, consumer)
}

/** Hands out entries that are new to a group. */
function deliver(db: Database, key: ByteString, stream: Stream, group: ConsumerGroup, options: ReadOptions): Reply[] {
  const { count, noAck } = options
  const consumer = readerOf(db, key, group, options, noAck)
  const found: Reply[] = []
  stream.walk(nextId(group.lastId)!, MAX_ID, false, (fields, ms, seq) => {
    const id = { ms, seq }
    group.advance(stream, id)
    if (!noAck) {
      group.deliver(id, { consumer, time: consumer.seen, count: 1 })
      wroteClaim(db, key, options.group!, group, id)
    }
    found.push(options.claim === null ? [formatId(id), fields.slice()] : [formatId(id), fields.slice(), 0, 0])
    return found.length !== count
  })
  wroteProgress(db, key, options.group!, group)
  return found
}

/** Tells the journal what of an entry is pending now. */
export function wroteClaim(db: Database, key: ByteString, name: ByteString, group: ConsumerGroup, id: StreamId): void {
  const { consumer, time, count } = group.pel.get(id)!
  const words = ['0', formatId(id), 'TIME', String(time), 'RETRYCOUNT', String(count), 'FORCE', 'JUSTID', 'LASTID']
  db.engine.effects?.wrote(db, ['XCLAIM', key, name, consumer.name, ...words, formatId(group.lastId)])
}

/** Tells the journal how far a group has come. */
export function wroteProgress(db: Database, key: ByteString, name: ByteString, { lastId, entriesRead }: ConsumerGroup): void {
  // A count that has wrapped around is as good as unknown.
  db.engine.effects?.wrote(db, ['XGROUP', 'SETID', key, name, formatId(lastId), 'ENTRIESREAD', String(entriesRead < 0 ? -1 : entriesRead)])
}

/** What was handed out to a consumer and is still pending; an entry that is gone has no fields. */
function history(log: StreamLog, group: ConsumerGroup, consumer: Consumer, from: StreamId, count: number): Reply[] {
  const found: Reply[] = []
  consumer.pending.walk(from, MAX_ID, false, (_, ms, seq) => {
    const id = { ms, seq }
    const there = entry(log, id)
    if (there !== undefined) group.assign(id, { consumer, time: consumer.seen, count: sum(group.pel.get(id)!.count, 1) })
    found.push(there ?? [formatId(id), NULL_ARRAY])
    return found.length !== count
  })
  return found
}

/** A consumer that is heard of now; it is made if it is not there. */
export function consumerOf(db: Database, key: ByteString, group: ConsumerGroup, name: ByteString): Consumer {
  const consumer = group.consumers.get(name)
  const now = db.engine.present
  if (consumer !== undefined) {
    consumer.seen = now
    return consumer
  }
  db.noted(key, EVENT.stream, 'xgroup-createconsumer')
  return group.addConsumer(name, now)
}

export function noGroup(key: ByteString, group: ByteString, where = ''): ReplyError {
  return new ReplyError(`NOGROUP No such key '${printed(key)}' or consumer group '${printed(group)}'${where}`)
}
