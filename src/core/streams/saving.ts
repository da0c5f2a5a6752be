// What a file has of a stream, part by part. A node of the engine is a node of the file; entries that were deleted are not written.
import { fromUint8Array } from '../bytes.ts'
import type { Consumer, ConsumerGroup } from './consumer-group.ts'
import type { Chunk, IdChunks } from './id-map.ts'
import type { Stream } from './stream.ts'
import { MIN_ID, minus } from './stream-id.ts'
import type { StreamNode } from './stream-log.ts'
import type { Int64 } from '../numbers.ts'
import type { ByteSink } from '../persistence/rdb/byte-sink.ts'
import { ACTIVE_TIME_VERSION } from '../persistence/rdb/format.ts'
import { ListpackWriter } from '../persistence/rdb/listpack.ts'
import type { OrderedPart, RdbWriter } from '../persistence/rdb/writer.ts'

// Flags of an entry.
export const DELETED = 1
export const SAME_FIELDS = 2
/** An entry begins with its flags and the two halves of its ID. */
export const ENTRY_HEAD = 3
export const ID_LENGTH = 16

/** All that follows the head of a stream, in order. */
export function streamParts(stream: Stream): OrderedPart[] {
  const parts: OrderedPart[] = []
  const now = (write: (writer: RdbWriter) => void): void => void parts.push({ owner: null, chunks: [{}], write })
  const each = <V, C extends Chunk<V>>(owner: IdChunks<V, C>, write: (writer: RdbWriter, chunk: C) => void): void => {
    parts.push({ owner, chunks: owner.chunks.slice(), write: write as OrderedPart['write'] })
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
