// Streams: nodes of entries in listpacks, what is known of IDs, and consumer groups with their pending entries. A node of
// the engine is a node of the file. Entries that were deleted are read over, and not written.
import { fromUint8Array } from '../../bytes.ts'
import { type Consumer, ConsumerGroup, type PendingEntry } from '../../engine/structures/consumer-group.ts'
import type { Chunk, ChunkGuard, IdChunks } from '../../engine/structures/id-map.ts'
import { compareIds, formatId, MIN_ID, minus, plus, type StreamId } from '../../engine/structures/stream-id.ts'
import { integerSize, type StreamNode } from '../../engine/structures/stream-log.ts'
import { Stream } from '../../engine/values.ts'
import { type Int64, parseInt64, shrink } from '../../numbers.ts'
import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { ACTIVE_TIME_VERSION, STREAM_LISTPACKS, STREAM_LISTPACKS_3, STREAM_LISTPACKS_4 } from './format.ts'
import { ListpackWriter, readListpack } from './listpack.ts'
import type { RdbWriter } from './writer.ts'

// Flags of an entry.
const DELETED = 1
const SAME_FIELDS = 2
/** An entry begins with its flags and the two halves of its ID. */
const ENTRY_HEAD = 3
const ID_LENGTH = 16

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

/** Parts of a value that are written in order. */
export interface PlacedParts {
  /** What tells its guard before one of the chunks changes; null if nothing does: then they must be written at once. */
  readonly owner: { guard: ChunkGuard<object> | null } | null
  readonly chunks: readonly object[]
  readonly write: (writer: RdbWriter, chunk: object) => void
}

/** How many nodes are written: those that were emptied are not. */
export function nodesOf(stream: Stream): number {
  return stream.chunks.filter(({ values }) => values.length > 0).length
}

/** All that follows the head of a stream, in order. */
export function streamParts(stream: Stream): PlacedParts[] {
  const parts: PlacedParts[] = []
  const now = (write: (writer: RdbWriter) => void): void => void parts.push({ owner: null, chunks: [{}], write })
  const each = <V, C extends Chunk<V>>(owner: IdChunks<V, C>, write: (writer: RdbWriter, chunk: C) => void): void => {
    parts.push({ owner, chunks: owner.chunks.slice(), write: write as PlacedParts['write'] })
  }
  each(stream, writeNode)
  now((writer) => writeTail(writer, stream))
  for (const [name, group] of stream.groups) {
    now((writer) => writeGroup(writer, name, group))
    each(group.pel, ({ sink }, { ms, seq, values }) => {
      values.forEach(({ time, count }, i) => {
        writeId(sink, ms[i], seq[i])
        sink.milliseconds(time)
        sink.identifier(count)
      })
    })
    now(({ sink }) => sink.length(group.consumers.size))
    for (const consumer of group.consumers.values()) {
      now((writer) => writeConsumer(writer, consumer))
      each(consumer.pending, ({ sink }, { ms, seq }) => ms.forEach((half, i) => writeId(sink, half, seq[i])))
    }
  }
  return parts
}

function writeNode(writer: RdbWriter, { first, fields, ms, seq, values }: StreamNode): void {
  if (values.length === 0) return
  const pack = new ListpackWriter()
  pack.integer(values.length)
  pack.integer(0) // none is deleted
  pack.integer(fields.length)
  for (const field of fields) pack.text(field)
  pack.integer(0)
  values.forEach((pairs, i) => {
    const same = pairs.length === 2 * fields.length && fields.every((field, j) => field === pairs[2 * j])
    pack.integer(same ? SAME_FIELDS : 0)
    pack.integer(minus(ms[i], first.ms))
    pack.integer(minus(seq[i], first.seq))
    if (!same) pack.integer(pairs.length / 2)
    pairs.forEach((text, j) => {
      if (!same || j % 2 === 1) pack.text(text)
    })
    pack.integer(ENTRY_HEAD + (same ? fields.length : pairs.length + 1))
  })
  writer.sink.length(ID_LENGTH)
  writeId(writer.sink, first.ms, first.seq)
  writer.string(fromUint8Array(pack.finish()))
}

function writeTail({ sink }: RdbWriter, stream: Stream): void {
  sink.length(stream.size)
  const ids = [stream.lastId, stream.edge(false) ?? MIN_ID, stream.maxDeletedId]
  for (const { ms, seq } of ids) {
    sink.identifier(ms)
    sink.identifier(seq)
  }
  sink.identifier(stream.added)
  sink.length(stream.groups.size)
}

function writeGroup(writer: RdbWriter, name: string, { lastId, entriesRead, pel }: ConsumerGroup): void {
  const { sink } = writer
  writer.string(name)
  sink.identifier(lastId.ms)
  sink.identifier(lastId.seq)
  sink.identifier(entriesRead)
  sink.length(pel.size)
}

function writeConsumer(writer: RdbWriter, { name, seen, active, pending }: Consumer): void {
  const { sink, version } = writer
  writer.string(name)
  sink.milliseconds(seen)
  if (version >= ACTIVE_TIME_VERSION) sink.milliseconds(active)
  sink.length(pending.size)
}

function writeId(sink: ByteSink, ms: Int64, seq: Int64): void {
  sink.half(ms)
  sink.half(seq)
}
