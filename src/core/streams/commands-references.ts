// What becomes of what consumer groups have to do with entries that are removed (8.2). KEEPREF leaves it as it is, DELREF makes
// them pending no more, and ACKED removes only what every group has read and acknowledged. The journal gets it in older commands.
import type { ByteString } from '../bytes.ts'
import type { Reply } from '../reply.ts'
import { type Group, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { EVENT } from '../engine/events.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import { compareIds, formatId, MIN_ID, type StreamId } from './stream-id.ts'
import type { Trim } from './stream-log.ts'
import { idArguments } from './options.ts'
import type { Stream } from './stream.ts'
import { streamIds } from './ids.ts'

// What XDELEX and XACKDEL reply for an ID.
const NO_ENTRY = -1
const REMOVED = 1
const REFERENCED = 2

export const streamReferences: Group = {
  name: 'stream',
  rows: [
    row('XDELEX', -5, 'write fast', '1 RW delete', (db, argv) => {
      const key = argv[1]
      const stream = db.stream.write(key)
      const { references, ids } = idArguments(argv, 2)
      if (stream === undefined) return ids.map(() => NO_ENTRY)
      let deleted = 0
      const replies = streamIds(ids).map((id) => {
        if (!release(db, key, stream, id, references)) return REFERENCED
        if (!remove(stream, id)) return NO_ENTRY
        deleted++
        return REMOVED
      })
      if (deleted > 0) db.changed(key, EVENT.stream, 'xdel', deleted)
      return replies
    }),

    row('XACKDEL', -6, 'write fast', '1 RW update delete', (db, argv): Reply => {
      const [, key, name] = argv
      const stream = db.stream.read(key)
      const { references, ids } = idArguments(argv, 3)
      const group = stream?.groups.get(name)
      if (stream === undefined || group === undefined) return ids.map(() => NO_ENTRY)
      const found = streamIds(ids)
      db.willChange(key)
      let deleted = false
      const replies = found.map((id) => {
        if (!acknowledge(db, key, name, group, id, 1)) return NO_ENTRY
        if (!release(db, key, stream, id, references)) return REFERENCED
        if (remove(stream, id)) deleted = true
        return REMOVED
      })
      if (deleted) db.changed(key, EVENT.stream, 'xdel', 0)
      return replies
    }),
  ],
}

/** An entry is pending no more in a group. @returns whether it was */
function acknowledge(db: Database, key: ByteString, name: ByteString, group: ConsumerGroup, id: StreamId, dirty: number): boolean {
  if (!group.acknowledge(id)) return false
  db.engine.effects?.wrote(db, ['XACK', key, name, formatId(id)])
  db.engine.dirty += dirty
  return true
}

/** @returns whether an entry may be removed, after DELREF from the groups too */
function release(db: Database, key: ByteString, stream: Stream, id: StreamId, references: string): boolean {
  // Redis counts the entries that are removed as changes. Where only a pending entry goes, that is counted, or nothing would be saved.
  const dirty = references === 'DELREF' && stream.get(id) === undefined ? 1 : 0
  for (const [name, group] of stream.groups) {
    if (references === 'ACKED' && (compareIds(id, group.lastId) > 0 || group.pel.get(id) !== undefined)) return false
    if (references === 'DELREF') acknowledge(db, key, name, group, id, dirty)
  }
  return true
}

/** Removes an entry, and notes that one is missing. @returns whether it was there */
export function remove(stream: Stream, id: StreamId): boolean {
  if (!stream.delete(id)) return false
  if (compareIds(id, stream.maxDeletedId) > 0) stream.maxDeletedId = id
  return true
}

/** Trims a stream. @param references DELREF or ACKED, empty for KEEPREF @returns how many entries went */
export function trimStream(db: Database, key: ByteString, stream: Stream, trim: Trim, references: string): number {
  if (references === '') return stream.trim(trim)
  const gone = stream.trimmable(trim, (id) => release(db, key, stream, id, references))
  if (gone.length === 0) return 0
  for (const id of gone) stream.delete(id)
  const { effects } = db.engine
  const first = stream.edge(false)
  if (first === undefined || compareIds(first, gone[gone.length - 1]) > 0) {
    effects?.wrote(db, ['XTRIM', key, 'MAXLEN', '=', String(stream.size)])
    return gone.length
  }
  // Some entries that stay are older than some that go, which only XDEL can express. XDEL raises the stream's max-deleted-entry-id;
  // XSETID sets it back, with 0-1, the ID of no entry, in place of 0-0, which XSETID does not take.
  const { lastId, maxDeletedId } = stream
  effects?.wrote(db, ['XDEL', key, ...gone.map(formatId)])
  effects?.wrote(db, [
    'XSETID',
    key,
    formatId(lastId),
    'MAXDELETEDID',
    compareIds(maxDeletedId, MIN_ID) === 0 ? '0-1' : formatId(maxDeletedId),
  ])
  return gone.length
}
