// Streams: https://redis.io/docs/latest/commands/?group=stream. Reading is in commands-reading.ts, groups
// in commands-groups.ts, and what groups have to do with entries that are removed in commands-references.ts.
import { NULL_ARRAY, OK, type Reply, ReplyError } from '../reply.ts'
import { int64, integer, readOptions } from '../engine/arguments.ts'
import { type Argv, type Group, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { NO_SUCH_KEY, wrongArity } from '../engine/errors.ts'
import { EVENT } from '../engine/events.ts'
import { compareIds, formatId, MAX_ID, MIN_ID, nextId, type StreamId } from './stream-id.ts'
import { remove, trimStream } from './commands-references.ts'
import { addOptions, type AskedId } from './options.ts'
import { entries, rangeEnd, rangeStart, streamId, streamIds } from './ids.ts'

const ZERO_ID = new ReplyError('ERR The ID specified in XADD must be greater than 0-0')
const ID_NOT_ABOVE = new ReplyError('ERR The ID specified in XADD is equal or smaller than the target stream top item')
/** What Redis says when a millisecond has no more IDs. */
const TOO_LARGE = new ReplyError('ERR Elements are too large to be stored')
const EXHAUSTED = new ReplyError('ERR The stream has exhausted the last possible ID, unable to add more items')
const ADDED_NEGATIVE = new ReplyError('ERR entries_added must be positive')
const ADDED_BELOW_LENGTH = new ReplyError('ERR The entries_added specified in XSETID is smaller than the target stream length')
const below = (what: string): ReplyError => new ReplyError(`ERR The ID specified in XSETID is smaller than ${what}`)

export const streamEntries: Group = {
  name: 'stream',
  rows: [
    row('XADD', -5, 'write denyoom fast nondeterministic_output', '1 RW update', xadd),
    row('XLEN', 2, 'readonly fast', '1 RO', (db, argv) => db.stream.read(argv[1])?.size ?? 0),
    row('XRANGE', -4, 'readonly', '1 RO access', (db, argv) => xrange(db, argv, false)),
    row('XREVRANGE', -4, 'readonly', '1 RO access', (db, argv) => xrange(db, argv, true)),

    row('XDEL', -3, 'write fast', '1 RW delete', (db, argv) => {
      const stream = db.stream.write(argv[1])
      if (stream === undefined) return 0
      const ids = streamIds(argv.slice(2))
      let deleted = 0
      for (const id of ids) if (remove(stream, id)) deleted++
      if (deleted > 0) db.changed(argv[1], EVENT.stream, 'xdel', deleted)
      return deleted
    }),

    row('XTRIM', -4, 'write nondeterministic_output', '1 RW delete', (db, argv) => {
      const { trim, references } = addOptions(db, argv, false)
      const stream = db.stream.write(argv[1])
      const trimmed = stream === undefined ? 0 : trimStream(db, argv[1], stream, trim!, references)
      if (trimmed > 0) db.changed(argv[1], EVENT.stream, 'xtrim', trimmed)
      return trimmed
    }),

    row('XSETID', -3, 'write denyoom fast', '1 RW update', xsetid),
  ],
}

function xadd(db: Database, argv: Argv): Reply {
  const key = argv[1]
  const { trim, references, makeStream, id: asked, at } = addOptions(db, argv, true)
  const fields = argv.slice(at + 1)
  if (fields.length === 0 || fields.length % 2 !== 0) throw wrongArity('xadd')
  if (asked?.ms === 0 && asked.seq === 0) throw ZERO_ID
  const stream = makeStream ? db.stream.orCreate(key) : db.stream.write(key)
  if (stream === undefined) return null
  if (compareIds(stream.lastId, MAX_ID) === 0) throw EXHAUSTED
  const id = newId(stream.lastId, asked, db.engine.now)
  if (id === undefined) throw TOO_LARGE
  if (compareIds(id, stream.lastId) <= 0) throw ID_NOT_ABOVE
  const { config } = db.engine
  stream.append(id, fields, { bytes: config.number('stream-node-max-bytes'), entries: config.number('stream-node-max-entries') })
  db.changed(key, EVENT.stream, 'xadd')
  // The trimming writes its own commands to the journal, which must come after the XADD.
  if (trim !== null && references !== '') db.engine.effects?.wrote(db, ['XADD', key, formatId(id), ...fields])
  if (trim !== null && trimStream(db, key, stream, trim, references) > 0) db.notify(EVENT.stream, 'xtrim', key)
  if (db.waiters.size !== 0) db.signal(key)
  return formatId(id)
}

/** The ID of a new entry; undefined if there is none left in a millisecond. @param asked null for `*` */
function newId(last: StreamId, asked: AskedId | null, now: number): StreamId | undefined {
  if (asked === null) return now > last.ms ? { ms: now, seq: 0 } : nextId(last)!
  const { ms, seq } = asked
  if (seq !== null) return { ms, seq }
  if (ms !== last.ms) return { ms, seq: 0 }
  const next = nextId(last)!
  return next.ms === ms ? next : undefined
}

function xrange(db: Database, argv: Argv, reverse: boolean): Reply {
  const from = rangeStart(argv[reverse ? 3 : 2])
  const to = rangeEnd(argv[reverse ? 2 : 3])
  const { COUNT } = readOptions(argv, 4, { COUNT: (text) => integer(text) })
  const stream = db.stream.read(argv[1])
  if (stream === undefined) return []
  if (COUNT !== undefined && COUNT <= 0) return NULL_ARRAY
  return entries(stream, from, to, COUNT ?? 0, reverse)
}

function xsetid(db: Database, argv: Argv): Reply {
  const id = streamId(argv[2])
  const { ENTRIESADDED: added, MAXDELETEDID: maxDeletedId = MIN_ID } = readOptions(argv, 3, {
    ENTRIESADDED(text) {
      const given = int64(text)
      if (given < 0) throw ADDED_NEGATIVE
      return given
    },
    MAXDELETEDID(text) {
      const given = streamId(text)
      if (compareIds(id, given) < 0) throw below('the provided max_deleted_entry_id')
      return given
    },
  })
  const stream = db.stream.write(argv[1])
  if (stream === undefined) throw NO_SUCH_KEY
  const last = stream.edge(true)
  if (last !== undefined && compareIds(id, last) < 0) throw below('the target stream top item')
  if (last !== undefined && added !== undefined && added < stream.size) throw ADDED_BELOW_LENGTH
  if (compareIds(id, stream.lastId) < 0) for (const group of stream.groups.values()) group.forgetOrder()
  stream.lastId = id
  stream.added = added ?? stream.added
  if (compareIds(maxDeletedId, MIN_ID) !== 0) stream.maxDeletedId = maxDeletedId
  db.noted(argv[1], EVENT.stream, 'xsetid')
  return OK
}
