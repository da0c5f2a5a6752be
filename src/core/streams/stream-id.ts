// Stream IDs: milliseconds and a sequence number, each exact up to 2^64-1. A half is a number, and a bigint only beyond
// 2^53: `<` and `===` compare either kind. So an ID of our times costs two comparisons of numbers and, side by side with
// its like in the arrays of a chunk, 16 bytes: half of what a 16-byte string or one bigint takes, at ten times the speed.
import type { ByteString } from '../bytes.ts'
import { type Int64, shrink } from '../numbers.ts'

export interface StreamId {
  readonly ms: Int64
  readonly seq: Int64
}

/** The highest value of either half. */
export const MAX_HALF = 2n ** 64n - 1n
export const MIN_ID: StreamId = { ms: 0, seq: 0 }
export const MAX_ID: StreamId = { ms: MAX_HALF, seq: MAX_HALF }

/** Negative, 0 or positive, as the ID of two halves is below, the same as or above another. */
export function compareHalves(ms: Int64, seq: Int64, id: StreamId): number {
  if (ms !== id.ms) return ms < id.ms ? -1 : 1
  return seq === id.seq ? 0 : seq < id.seq ? -1 : 1
}

export function compareIds(a: StreamId, b: StreamId): number {
  return compareHalves(a.ms, a.seq, b)
}

export function formatId({ ms, seq }: StreamId): ByteString {
  return `${ms}-${seq}`
}

/** The ID after another; undefined after the last. */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== MAX_HALF) return { ms, seq: plus(seq, 1) }
  return ms === MAX_HALF ? undefined : { ms: plus(ms, 1), seq: 0 }
}

/** The ID before another; undefined before the first. */
export function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq !== 0) return { ms, seq: plus(seq, -1) }
  return ms === 0 ? undefined : { ms: plus(ms, -1), seq: MAX_HALF }
}

/** The sum of a half and something, in 64 bits. */
export function plus(half: Int64, by: Int64): Int64 {
  if (typeof half === 'number' && typeof by === 'number') {
    const sum = half + by
    if (sum >= 0 && sum <= Number.MAX_SAFE_INTEGER) return sum
  }
  return shrink(BigInt.asUintN(64, BigInt(half) + BigInt(by)))
}

/** What is between two halves, in 64 bits with a sign. */
export function minus(half: Int64, base: Int64): Int64 {
  return typeof half === 'number' && typeof base === 'number' ? half - base : shrink(BigInt.asIntN(64, BigInt(half) - BigInt(base)))
}
