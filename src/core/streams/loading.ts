// Streams as files have them: nodes of entries in listpacks, what is known of IDs, and consumer groups with their pending entries.
// A node of the file is a node of the engine. Entries that were deleted are read over. Saving is in saving.ts.
import { ConsumerGroup, type PendingEntry } from './consumer-group.ts'
import { DELETED, ENTRY_HEAD, ID_LENGTH, SAME_FIELDS } from './saving.ts'
import { Stream } from './stream.ts'
import { compareIds, formatId, MIN_ID, plus, type StreamId } from './stream-id.ts'
import { integerSize, type StreamNode } from './stream-log.ts'
import { parseInt64, shrink } from '../numbers.ts'
import type { ByteSource } from '../persistence/rdb/byte-source.ts'
import { STREAM_LISTPACKS, STREAM_LISTPACKS_3, STREAM_LISTPACKS_4 } from '../persistence/rdb/format.ts'
import { readListpack } from '../persistence/rdb/listpack.ts'

/** Begins to read a stream. */
export function readStream(source: ByteSource, type: number, done: (stream: Stream) => void): void {
  const stream = new Stream()
  const nodes = source.length()
  source.repeat(1, () => readTail(source, type, stream, done))
  source.repeat(nodes, () => {
    const node = source.length() === ID_LENGTH ? nodeOf(idOf(source), source.blob(), stream.chunks.at(-1)?.last) : null
    if (node === null) throw source.fail('damaged node of a stream')
    stream.adopt(node)
  })
}

/** @param before the highest ID so far @returns null if the node is damaged */
function nodeOf(first: StreamId, bytes: Uint8Array, before: StreamId | undefined): StreamNode | null {
  const elements = readListpack(bytes)
  if (elements === null) return null
  const [count, deleted, width] = elements.slice(0, 3).map(Number)
  const fields = elements.slice(3, 3 + width)
  let at = 4 + width
  if (!(count >= 0 && deleted >= 0 && count + deleted <= elements.length && width >= 0) || elements[at - 1] !== '0') return null
  if (before !== undefined && compareIds(first, before) <= 0) return null
  const size = bytes.length - integerSize(count) - integerSize(deleted)
  const node: StreamNode = { first, last: first, ms: [], seq: [], values: [], deleted, bytes: size, chars: 0, fields }
  for (let left = count + deleted; left > 0; left--) {
    const flags: number = Number(elements[at])
    const [ms, seq] = [parseInt64(elements[at + 1] ?? ''), parseInt64(elements[at + 2] ?? '')]
    const same = (flags & SAME_FIELDS) !== 0
    const start: number = at + ENTRY_HEAD + (same ? 0 : 1)
    const length: number = same ? fields.length : 2 * Number(elements[start - 1])
    const end = start + length
    // Behind an entry stands how many elements it has.
    if (ms === undefined || seq === undefined || !(length >= 0) || elements[end] !== String(end - at)) return null
    const id = { ms: plus(first.ms, ms), seq: plus(first.seq, seq) }
    if (compareIds(id, node.last) < (left === count + deleted ? 0 : 1)) return null
    node.last = id
    if ((flags & DELETED) === 0) {
      const own = elements.slice(start, end)
      node.ms.push(id.ms)
      node.seq.push(id.seq)
      node.values.push(same ? own.flatMap((value, i) => [fields[i], value]) : own)
    }
    at = end + 1
  }
  return at === elements.length && node.values.length === count ? node : null
}

function readTail(source: ByteSource, type: number, stream: Stream, done: (stream: Stream) => void): void {
  const size = source.length()
  stream.lastId = lengthsId(source)
  stream.added = size
  if (type !== STREAM_LISTPACKS) {
    lengthsId(source) // the first entry's, which is there
    stream.maxDeletedId = lengthsId(source)
    stream.added = shrink(BigInt.asIntN(64, source.identifier()))
  }
  const groups = source.length()
  const last = stream.chunks.at(-1)?.last ?? MIN_ID
  if (size !== stream.size || compareIds(last, stream.lastId) > 0) throw source.fail('a stream whose counts do not fit its entries')
  source.repeat(1, () => done(stream))
  if (type === STREAM_LISTPACKS_4) source.repeat(1, () => skipProducers(source))
  source.repeat(groups, () => readGroup(source, type, stream))
}

/** What Redis 8.6 knows of messages that producers may send twice. There is nothing here that asks for it. */
function skipProducers(source: ByteSource): void {
  source.length() // how long it is kept
  source.length() // of how many messages
  const producers = source.length()
  source.repeat(2, () => source.length()) // how many messages there were, and how many of them again
  source.repeat(producers, () => {
    source.string()
    const messages = source.length()
    source.repeat(messages, () => {
      source.string()
      lengthsId(source)
    })
  })
}

type Unassigned = Omit<PendingEntry, 'consumer'>

function readGroup(source: ByteSource, type: number, stream: Stream): void {
  const name = source.string()
  const lastId = lengthsId(source)
  const read = type === STREAM_LISTPACKS ? stream.positionOf(lastId) : shrink(BigInt.asIntN(64, source.identifier()))
  const count = source.length()
  if (stream.groups.has(name)) throw source.fail('duplicate consumer group')
  const group = new ConsumerGroup(lastId, read)
  stream.groups.set(name, group)
  // Pending entries come first, and with each consumer those that are its.
  const pending = new Map<string, Unassigned>()
  source.repeat(1, () => readConsumers(source, type, group, pending))
  source.repeat(count, () => {
    const id = formatId(idOf(source))
    const entry = { time: source.integer(8), count: shrink(source.identifier()) }
    if (pending.has(id)) throw source.fail('duplicate pending entry')
    pending.set(id, entry)
  })
}

function readConsumers(source: ByteSource, type: number, group: ConsumerGroup, pending: Map<string, Unassigned>): void {
  const consumers = source.length()
  source.repeat(1, () => {
    if (pending.size > 0) throw source.fail("a pending entry that is no consumer's")
  })
  source.repeat(consumers, () => {
    const name = source.string()
    const seen = source.integer(8)
    const active = type >= STREAM_LISTPACKS_3 ? source.integer(8) : seen
    const count = source.length()
    if (group.consumers.has(name)) throw source.fail('duplicate consumer')
    const consumer = group.addConsumer(name, seen, active)
    source.repeat(count, () => {
      const id = idOf(source)
      const entry = pending.get(formatId(id))
      if (!pending.delete(formatId(id))) throw source.fail('an entry that is pending for a consumer only')
      group.assign(id, { consumer, ...entry! })
    })
  })
}

/** An ID of twice eight bytes. */
function idOf(source: ByteSource): StreamId {
  return { ms: shrink(source.half()), seq: shrink(source.half()) }
}

/** An ID of two lengths. */
function lengthsId(source: ByteSource): StreamId {
  return { ms: shrink(source.identifier()), seq: shrink(source.identifier()) }
}
