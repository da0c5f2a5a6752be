// The intset: a set of integers, sorted, all of the same width.
import type { ByteString } from '../../bytes.ts'
import { integerText, uint32 } from './integers.ts'

const HEADER = 8

/** @returns the members, null if the intset is damaged */
export function readIntset(bytes: Uint8Array): ByteString[] | null {
  const width = uint32(bytes, 0)
  if (bytes.length < HEADER || (width !== 2 && width !== 4 && width !== 8) || uint32(bytes, 4) * width !== bytes.length - HEADER)
    return null
  const members: ByteString[] = []
  for (let at = HEADER; at < bytes.length; at += width) members.push(integerText(bytes, at, width))
  return members
}
