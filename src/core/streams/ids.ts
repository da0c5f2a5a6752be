// Stream IDs as arguments, and entries as replies.
import type { ByteString } from '../bytes.ts'
import { type Int64, parseInt64, shrink } from '../numbers.ts'
import { type Reply, ReplyError } from '../reply.ts'
import type { Argv } from '../engine/command.ts'
import { formatId, MAX_HALF, MAX_ID, MIN_ID, nextId, previousId, type StreamId } from './stream-id.ts'
import type { StreamLog } from './stream-log.ts'

const INVALID_ID = new ReplyError('ERR Invalid stream ID specified as stream command argument')
const INVALID_START = new ReplyError('ERR invalid start ID for the interval')
const INVALID_END = new ReplyError('ERR invalid end ID for the interval')

/** Redis copies an ID into a buffer of 128 bytes. */
const LONGEST_ID = 127
/** What strtoull takes and Redis's own reader of integers does not. */
const LOOSE = /^[ \t-\r]*([+-]?)(\d+)$/

/** One half of an ID. */
function half(text: ByteString): Int64 {
  const strict = parseInt64(text)
  if (strict !== undefined && strict >= 0) return strict
  const [, sign, digits] = (strict === undefined && LOOSE.exec(text)) || []
  const value = BigInt(digits ?? -1)
  if (value < 0 || value > MAX_HALF) throw INVALID_ID
  return shrink(sign === '-' ? BigInt.asUintN(64, -value) : value)
}

/** `ms-seq`, `ms-*` (no sequence number) or `ms`. @param missing the sequence number of the last form */
export function partialId(text: ByteString, missing: Int64 = 0): { ms: Int64; seq: Int64 | null } {
  if (text.length > LONGEST_ID) throw INVALID_ID
  const [line] = text.split('\0', 1)
  const dash = line.indexOf('-')
  if (dash < 0) return { ms: half(line), seq: missing }
  const seq = line.slice(dash + 1)
  return { ms: half(line.slice(0, dash)), seq: seq === '*' ? null : half(seq) }
}

/** `ms-seq` or `ms`. */
export function streamId(text: ByteString, missing: Int64 = 0): StreamId {
  const { ms, seq } = partialId(text, missing)
  if (seq === null) throw INVALID_ID
  return { ms, seq }
}

export const streamIds = (texts: Argv): StreamId[] => texts.map((text) => streamId(text))

/** As `streamId`, with `-` and `+` for the lowest and the highest. */
export function looseId(text: ByteString, missing: Int64 = 0): StreamId {
  const [line] = text.split('\0', 1)
  return line === '-' ? MIN_ID : line === '+' ? MAX_ID : streamId(text, missing)
}

const isOpen = (text: ByteString): boolean => text.length > 1 && text[0] === '('

/** Where a range starts: `(` in front leaves the ID itself out. */
export function rangeStart(text: ByteString): StreamId {
  const id = isOpen(text) ? nextId(streamId(text.slice(1))) : looseId(text)
  if (id === undefined) throw INVALID_START
  return id
}

/** Where a range ends: an ID without a sequence number takes in all of its millisecond. */
export function rangeEnd(text: ByteString): StreamId {
  const id = isOpen(text) ? previousId(streamId(text.slice(1), MAX_HALF)) : looseId(text, MAX_HALF)
  if (id === undefined) throw INVALID_END
  return id
}

/** Entries from one ID to another, both included. @param count at most so many; 0 for all */
export function entries(log: StreamLog, from: StreamId, to: StreamId, count: number, reverse = false): Reply[] {
  const found: Reply[] = []
  log.walk(from, to, reverse, (fields, ms, seq) => {
    found.push([formatId({ ms, seq }), fields.slice()])
    return found.length !== count
  })
  return found
}

/** One entry; undefined if it is not there. */
export function entry(log: StreamLog, id: StreamId): Reply | undefined {
  const fields = log.get(id)
  return fields && [formatId(id), fields.slice()]
}
