// What SCAN, HSCAN, SSCAN and ZSCAN have in common.
import type { ByteString } from '../../bytes.ts'
import { type Reply, ReplyError } from '../../reply.ts'
import { integerIn } from '../arguments.ts'
import { NOT_INTEGER, SYNTAX } from '../errors.ts'
import { matches } from '../glob.ts'
import type { SlotTable } from '../structures/slot-table.ts'

const HASHES_ONLY = new ReplyError('ERR NOVALUES option can only be used in HSCAN')

export const SCAN_OPTIONS = {
  MATCH: (pattern: ByteString) => (pattern === '*' ? undefined : pattern),
  COUNT: (text: ByteString) => integerIn(text, 1, Infinity, SYNTAX, NOT_INTEGER),
  NOVALUES(): true {
    throw HASHES_ONLY
  },
}
export const USUAL_COUNT = 10

/** As in Redis, a small collection is returned whole, whatever cursor and COUNT say, in the order in which Redis keeps it. */
const SCANNED_AT_ONCE = 128

/**
 * One step of HSCAN, SSCAN or ZSCAN.
 * @param shown what of a slot is replied
 * @param inOrder the keys of a small table. Default: in the order of their slots
 */
export function scanTable(
  table: SlotTable,
  from: number,
  { MATCH, COUNT = USUAL_COUNT }: { MATCH?: ByteString | undefined; COUNT?: number },
  shown: (slot: number) => Reply[],
  inOrder?: () => readonly ByteString[],
): Reply {
  const found: Reply[] = []
  const visit = (slot: number): void => {
    if (MATCH === undefined || matches(MATCH, table.keys[slot])) found.push(...shown(slot))
  }
  if (table.size > SCANNED_AT_ONCE) return [String(table.scan(from, COUNT, visit)), found]
  if (inOrder === undefined) table.keys.forEach((_, slot) => visit(slot))
  else for (const key of inOrder()) visit(table.find(key))
  return ['0', found]
}
