// Consumer groups of streams; XREADGROUP is in commands-reading.ts. WATCH does not see what is done here, as in Redis.
import type { ByteString } from '../bytes.ts'
import type { Int64 } from '../numbers.ts'
import { NULL_ARRAY, OK, type Reply, ReplyError } from '../reply.ts'
import { flag, int64, integer, integerIn, readOptions } from '../engine/arguments.ts'
import { type Argv, container, type Group, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { COUNT_NOT_ABOVE_ZERO, printed, subcommandSyntax, SYNTAX } from '../engine/errors.ts'
import { EVENT } from '../engine/events.ts'
import { ConsumerGroup } from './consumer-group.ts'
import { compareIds, formatId, MAX_ID, MIN_ID, type StreamId } from './stream-id.ts'
import { sum } from './stream-log.ts'
import type { Stream } from './stream.ts'
import { help } from '../engine/commands/help.ts'
import { entry, looseId, rangeEnd, rangeStart, streamId, streamIds } from './ids.ts'
import { consumerOf, noGroup, wroteClaim, wroteProgress } from './commands-reading.ts'

const NO_STREAM = new ReplyError(
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
)
const GROUP_EXISTS = new ReplyError('BUSYGROUP Consumer Group name already exists')
const ENTRIES_READ = new ReplyError('ERR value for ENTRIESREAD must be positive or -1')
const COUNT_TOO_HIGH = new ReplyError('ERR Insufficient memory, failed allocating transient memory, COUNT too high.')
const invalidArgument = (what: string, command: string): ReplyError => new ReplyError(`ERR Invalid ${what} argument for ${command}`)

/** XAUTOCLAIM looks at no more than so many entries for each that it may claim. */
const ATTEMPTS = 10
/** Redis allocates room for COUNT IDs first: a COUNT above the first limit is an error, above the second there is no memory for it. */
const MOST_CLAIMED = 2 ** 59
const MOST_IN_MEMORY = 2 ** 40

export const streamGroups: Group = {
  name: 'stream',
  rows: [
    container('XGROUP', -2, '', [
      row('XGROUP|CREATE', -5, 'write denyoom', '2 RW insert', createGroup),
      row('XGROUP|SETID', -5, 'write', '2 RW update', (db, argv) => {
        const { ENTRIESREAD = -1 } = readOptions(argv, 5, SETID_OPTIONS, () => subcommandSyntax(argv))
        const { stream, group } = groupForChange(db, argv)
        if (argv.length > 7) throw subcommandSyntax(argv)
        const id = argv[4] === '$' ? stream.lastId : looseId(argv[4])
        group.lastId = id
        group.entriesRead = ENTRIESREAD
        db.noted(argv[2], EVENT.stream, 'xgroup-setid')
        return OK
      }),
      row('XGROUP|DESTROY', 4, 'write', '2 RW delete', (db, argv) => {
        const stream = db.stream.write(argv[2])
        if (stream === undefined) throw NO_STREAM
        if (!stream.groups.delete(argv[3])) return 0
        db.noted(argv[2], EVENT.stream, 'xgroup-destroy')
        db.signal(argv[2])
        return 1
      }),
      row('XGROUP|CREATECONSUMER', 5, 'write denyoom', '2 RW insert', (db, argv) => {
        const { group } = groupForChange(db, argv)
        if (group.consumers.has(argv[4])) return 0
        consumerOf(db, argv[2], group, argv[4])
        return 1
      }),
      row('XGROUP|DELCONSUMER', 5, 'write', '2 RW delete', (db, argv) => {
        const { group } = groupForChange(db, argv)
        const consumer = group.consumers.get(argv[4])
        if (consumer === undefined) return 0
        group.deleteConsumer(consumer)
        db.noted(argv[2], EVENT.stream, 'xgroup-delconsumer')
        return consumer.pending.size
      }),
      help('XGROUP', '@stream'),
    ]),

    row('XACK', -4, 'write fast', '1 RW update', (db, argv) => {
      const group = db.stream.read(argv[1])?.groups.get(argv[2])
      if (group === undefined) return 0
      const ids = streamIds(argv.slice(3))
      db.willChange(argv[1])
      const acknowledged = ids.filter((id) => group.acknowledge(id)).length
      db.engine.dirty += acknowledged
      return acknowledged
    }),

    row('XPENDING', -3, 'readonly nondeterministic_output', '1 RO access', (db, argv) =>
      argv.length === 3 ? pendingSummary(groupOf(db, argv).group) : pendingEntries(db, argv),
    ),
    row('XCLAIM', -6, 'write fast nondeterministic_output', '1 RW update', xclaim),
    row('XAUTOCLAIM', -6, 'write fast nondeterministic_output', '1 RW delete', xautoclaim),
  ],
}

interface Found {
  stream: Stream
  group: ConsumerGroup
}

/** The stream and group that argv names. @throws NOGROUP */
function groupOf(db: Database, [, key, name]: Argv): Found {
  const stream = db.stream.read(key)
  const group = stream?.groups.get(name)
  if (stream === undefined || group === undefined) throw noGroup(key, name)
  return { stream, group }
}

/** The same for XGROUP. */
function groupForChange(db: Database, [, , key, name]: Argv): Found {
  const stream = db.stream.write(key)
  if (stream === undefined) throw NO_STREAM
  return { stream, group: groupNamed(stream, key, name) }
}

/** @throws NOGROUP */
export function groupNamed(stream: Stream, key: ByteString, name: ByteString): ConsumerGroup {
  const group = stream.groups.get(name)
  if (group === undefined) throw new ReplyError(`NOGROUP No such consumer group '${printed(name)}' for key name '${printed(key)}'`)
  return group
}

const SETID_OPTIONS = {
  ENTRIESREAD(text: ByteString): Int64 {
    const read = int64(text)
    if (read < -1) throw ENTRIES_READ
    return read
  },
}
const CREATE_OPTIONS = { ...SETID_OPTIONS, MKSTREAM: flag }

function createGroup(db: Database, argv: Argv): Reply {
  const [, , key, name, id] = argv
  const { MKSTREAM, ENTRIESREAD = -1 } = readOptions(argv, 5, CREATE_OPTIONS, () => subcommandSyntax(argv))
  const found = db.stream.write(key)
  if (found === undefined && !MKSTREAM) throw NO_STREAM
  if (argv.length > 8) throw subcommandSyntax(argv)
  const lastId = id === '$' ? (found?.lastId ?? MIN_ID) : streamId(id)
  const stream = found ?? db.stream.orCreate(key)
  if (stream.groups.has(name)) throw GROUP_EXISTS
  stream.groups.set(name, new ConsumerGroup(lastId, ENTRIESREAD))
  if (found === undefined) db.touch(key)
  db.noted(key, EVENT.stream, 'xgroup-create')
  return OK
}

function pendingSummary(group: ConsumerGroup): Reply {
  const { pel } = group
  if (pel.size === 0) return [0, null, null, NULL_ARRAY]
  const counts = group.sortedConsumers(true).map(({ name, pending }): Reply => [name, String(pending.size)])
  return [pel.size, formatId(pel.edge(false)!), formatId(pel.edge(true)!), counts]
}

/** XPENDING key group [IDLE min-idle-time] start end count [consumer] */
function pendingEntries(db: Database, argv: Argv): Reply {
  if (argv.length < 6 || argv.length > 9) throw SYNTAX
  let at = 3
  let minIdle = 0
  if (argv[3].toUpperCase() === 'IDLE') {
    minIdle = integer(argv[4])
    if (argv.length < 8) throw SYNTAX
    at = 5
  }
  const count = integer(argv[at + 2])
  const from = rangeStart(argv[at])
  const to = rangeEnd(argv[at + 1])
  const { group } = groupOf(db, argv)
  const consumer = at + 3 < argv.length ? group.consumers.get(argv[at + 3]) : null
  if (consumer === undefined || count <= 0) return []
  const found: Reply[] = []
  const { now } = db.engine
  const list = consumer?.pending ?? group.pel
  list.walk(from, to, false, (_, ms, seq) => {
    const id = { ms, seq }
    const entry = group.pel.get(id)!
    const idle = now - entry.time
    if (idle < minIdle && minIdle !== 0) return true
    found.push([formatId(id), entry.consumer.name, Math.max(idle, 0), entry.count])
    return found.length !== count
  })
  return found
}

interface ClaimOptions {
  /** When the entries count as delivered, in milliseconds since 1970. */
  time: number
  /** How often they count as delivered; negative: once more than before. */
  RETRYCOUNT?: Int64
  FORCE?: true
  JUSTID?: true
  LASTID?: StreamId
}

function claimOptions(argv: Argv, from: number, now: number): ClaimOptions {
  const invalid = (option: string): ReplyError => invalidArgument(`${option} option`, 'XCLAIM')
  let time = now
  const options = readOptions(
    argv,
    from,
    {
      IDLE: (text) => (time = now - integer(text, invalid('IDLE'))),
      TIME: (text) => (time = integer(text, invalid('TIME'))),
      RETRYCOUNT: (text) => int64(text, invalid('RETRYCOUNT')),
      FORCE: flag,
      JUSTID: flag,
      LASTID: (text) => streamId(text),
    },
    (word) => new ReplyError(`ERR Unrecognized XCLAIM option '${printed(word)}'`),
  )
  return { ...options, time: time < 0 || time > now ? now : time }
}

function xclaim(db: Database, argv: Argv): Reply {
  const key = argv[1]
  const { stream, group } = groupOf(db, argv)
  const minIdle = integer(argv[4], invalidArgument('min-idle-time', 'XCLAIM'))
  const now = db.engine.present
  const ids: StreamId[] = []
  let at = 5
  for (; at < argv.length; at++) {
    const id = idOrOption(argv[at])
    if (id === undefined) break
    ids.push(id)
  }
  const { time, RETRYCOUNT = -1, FORCE, JUSTID, LASTID = MIN_ID } = claimOptions(argv, at, now)
  db.willChange(key)
  // The XCLAIM that is written for an entry carries the new last ID. If no entry is claimed, the ID is written as a change of its own.
  let moved = compareIds(LASTID, group.lastId) > 0
  if (moved) group.lastId = LASTID
  const claimed: Reply[] = []
  for (const id of ids) {
    const there = entry(stream, id)
    const pending = group.pel.get(id)
    if (there === undefined) {
      if (pending === undefined) continue
      wroteClaim(db, key, argv[2], group, id)
      group.acknowledge(id)
      moved = false
      db.engine.dirty++
      continue
    }
    if (pending === undefined ? !FORCE : minIdle > 0 && now - pending.time < minIdle) continue
    const before = pending?.count ?? 1
    const count = RETRYCOUNT >= 0 ? RETRYCOUNT : JUSTID ? before : sum(before, 1)
    group.deliver(id, { consumer: consumerOf(db, key, group, argv[3]), time, count })
    claimed.push(JUSTID ? formatId(id) : there)
    wroteClaim(db, key, argv[2], group, id)
    moved = false
    db.engine.dirty++
  }
  if (moved) {
    wroteProgress(db, key, argv[2], group)
    db.engine.dirty++
  }
  return claimed
}

/** @returns undefined for what is no ID */
function idOrOption(text: ByteString): StreamId | undefined {
  try {
    return streamId(text)
  } catch {
    return undefined
  }
}

function xautoclaim(db: Database, argv: Argv): Reply {
  const key = argv[1]
  const minIdle = integer(argv[4], invalidArgument('min-idle-time', 'XAUTOCLAIM'))
  const start = rangeStart(argv[5])
  const { JUSTID, COUNT = 100 } = readOptions(argv, 6, {
    JUSTID: flag,
    COUNT: (text) => integerIn(text, 1, MOST_CLAIMED, COUNT_NOT_ABOVE_ZERO),
  })
  const { stream, group } = groupOf(db, argv)
  if (COUNT > MOST_IN_MEMORY) throw COUNT_TOO_HIGH
  db.willChange(key)
  const { now } = db.engine
  const claimed: Reply[] = []
  const due: StreamId[] = []
  let next = MIN_ID
  let attempts = COUNT * ATTEMPTS
  group.pel.walk(start, MAX_ID, false, ({ time }, ms, seq) => {
    next = { ms, seq }
    if (due.length === COUNT || attempts-- === 0) return false
    if (minIdle <= 0 || now - time >= minIdle || stream.get(next) === undefined) due.push(next)
    next = MIN_ID
    return true
  })
  const deleted: Reply[] = []
  for (const id of due) {
    const there = entry(stream, id)
    if (there === undefined) {
      wroteClaim(db, key, argv[2], group, id)
      group.acknowledge(id)
      deleted.push(formatId(id))
    } else {
      const count = sum(group.pel.get(id)!.count, JUSTID ? 0 : 1)
      group.deliver(id, { consumer: consumerOf(db, key, group, argv[3]), time: now, count })
      wroteClaim(db, key, argv[2], group, id)
      claimed.push(JUSTID ? formatId(id) : there)
    }
  }
  db.engine.dirty += due.length
  return [formatId(next), claimed, deleted]
}
