// Drawing random elements for HRANDFIELD, SRANDMEMBER and ZRANDMEMBER.
import type { Random } from '../ports.ts'

/**
 * Random slots of a table of `size`.
 * @param count positive: at most so many different ones; negative: exactly so many, with repetition
 */
export function randomSlots(size: number, count: number, random: Random): number[] {
  if (size === 0) return []
  if (count < 0) return Array.from({ length: -count }, () => Math.floor(random() * size))
  if (count >= size) return Array.from({ length: size }, (_, slot) => slot)
  // Floyd's sampling: each subset is equally likely, and no more is drawn than is needed.
  const chosen = new Set<number>()
  for (let last = size - count; last < size; last++) {
    const slot = Math.floor(random() * (last + 1))
    chosen.add(chosen.has(slot) ? last : slot)
  }
  return [...chosen]
}
