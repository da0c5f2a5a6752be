// XINFO: https://redis.io/docs/latest/commands/xinfo/
import type { ByteString } from '../bytes.ts'
import { MapReply, type Reply } from '../reply.ts'
import { integer } from '../engine/arguments.ts'
import { type Argv, container, type Group, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { NO_SUCH_KEY, subcommandSyntax } from '../engine/errors.ts'
import type { ConsumerGroup } from './consumer-group.ts'
import type { IdMap } from './id-map.ts'
import { formatId, MAX_ID, MIN_ID } from './stream-id.ts'
import type { Stream } from './stream.ts'
import { help } from '../engine/commands/help.ts'
import { groupNamed } from './commands-groups.ts'
import { entries } from './ids.ts'

/** XINFO STREAM FULL shows so many entries and pending ones, unless COUNT says otherwise. */
const SHOWN = 10

export const streamInfo: Group = {
  name: 'stream',
  rows: [
    container('XINFO', -2, '', [
      row('XINFO|STREAM', -3, 'readonly', '2 RO access', (db, argv) => {
        const stream = streamOf(db, argv)
        const count = fullCount(argv)
        return new MapReply([...overview(stream), ...(count === null ? ends(stream) : contents(stream, count))])
      }),
      row('XINFO|GROUPS', 3, 'readonly', '2 RO access', (db, argv) => {
        const stream = streamOf(db, argv)
        return sortedGroups(stream).map(([name, group]) => {
          const counts: Reply[] = ['name', name, 'consumers', group.consumers.size, 'pending', group.pel.size]
          return new MapReply([...counts, ...progress(stream, group)])
        })
      }),
      row('XINFO|CONSUMERS', 4, 'readonly nondeterministic_output', '2 RO access', (db, argv) => {
        const group = groupNamed(streamOf(db, argv), argv[2], argv[3])
        const since = (time: number): number => Math.max(db.engine.now - time, 0)
        return group.sortedConsumers().map(({ name, pending, seen, active }) => {
          const inactive = active < 0 ? -1 : since(active)
          return new MapReply(['name', name, 'pending', pending.size, 'idle', since(seen), 'inactive', inactive])
        })
      }),
      help('XINFO', '@stream'),
    ]),
  ],
}

function streamOf(db: Database, argv: Argv): Stream {
  const stream = db.stream.read(argv[2])
  if (stream === undefined) throw NO_SUCH_KEY
  return stream
}

/** `FULL [COUNT count]`. @returns null without FULL; 0 asks for all */
function fullCount(argv: Argv): number | null {
  if (argv.length === 3) return null
  const counted = argv.length === 6 && argv[4].toUpperCase() === 'COUNT'
  if (argv[3].toUpperCase() !== 'FULL' || (argv.length !== 4 && !counted)) throw subcommandSyntax(argv)
  const count = counted ? integer(argv[5]) : SHOWN
  return count < 0 ? SHOWN : count
}

function overview(stream: Stream): Reply[] {
  return [
    'length',
    stream.size,
    'radix-tree-keys',
    stream.chunks.length,
    'radix-tree-nodes',
    stream.radixNodes,
    'last-generated-id',
    formatId(stream.lastId),
    'max-deleted-entry-id',
    formatId(stream.maxDeletedId),
    'entries-added',
    stream.added,
    'recorded-first-entry-id',
    formatId(stream.edge(false) ?? MIN_ID),
  ]
}

function ends(stream: Stream): Reply[] {
  const [first, last] = [false, true].map((reverse) => entries(stream, MIN_ID, MAX_ID, 1, reverse)[0] ?? null)
  return ['groups', stream.groups.size, 'first-entry', first, 'last-entry', last]
}

function contents(stream: Stream, count: number): Reply[] {
  const groups = sortedGroups(stream).map(([name, group]) => {
    const consumers = group.sortedConsumers().map(({ name, seen, active, pending }) => {
      const times = ['seen-time', seen, 'active-time', active]
      return new MapReply(['name', name, ...times, 'pel-count', pending.size, 'pending', pendingOf(group, pending, count, false)])
    })
    const pel: Reply[] = ['pel-count', group.pel.size, 'pending', pendingOf(group, group.pel, count, true)]
    return new MapReply(['name', name, ...progress(stream, group), ...pel, 'consumers', consumers])
  })
  return ['entries', entries(stream, MIN_ID, MAX_ID, count), 'groups', groups]
}

function pendingOf(group: ConsumerGroup, list: IdMap<unknown>, count: number, named: boolean): Reply[] {
  const found: Reply[] = []
  list.walk(MIN_ID, MAX_ID, false, (_, ms, seq) => {
    const id = { ms, seq }
    const { consumer, time, count: deliveries } = group.pel.get(id)!
    found.push([formatId(id), ...(named ? [consumer.name] : []), time, deliveries])
    return found.length !== count
  })
  return found
}

function progress(stream: Stream, group: ConsumerGroup): Reply[] {
  const { lastId, entriesRead } = group
  return ['last-delivered-id', formatId(lastId), 'entries-read', entriesRead === -1 ? null : entriesRead, 'lag', group.lag(stream)]
}

const sortedGroups = ({ groups }: Stream): [ByteString, ConsumerGroup][] => [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
