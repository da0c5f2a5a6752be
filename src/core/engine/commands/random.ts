// Drawing random elements for HRANDFIELD, SRANDMEMBER and ZRANDMEMBER.
import { Pairs, type Reply } from '../../reply.ts'
import { integer, randomCount } from '../arguments.ts'
import type { Argv } from '../command.ts'
import { SYNTAX } from '../errors.ts'
import type { Random } from '../ports.ts'
import type { Dict } from '../structures/dict.ts'

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

/**
 * HRANDFIELD and ZRANDMEMBER: `key [count [WITHVALUES]]`, or WITHSCORES.
 * @param withWord the word that asks for the values too
 * @param find gives the table, once the arguments are read
 * @param shown a value as it is replied
 */
export function randomEntries<V>(
  argv: Argv,
  withWord: string,
  find: () => Dict<V> | undefined,
  shown: (value: V) => Reply,
  random: Random,
): Reply {
  const withValues = argv[3]?.toUpperCase() === withWord
  if (argv.length > 4 || (argv.length === 4 && !withValues)) {
    integer(argv[2]) // a wrong count is said before a wrong word
    throw SYNTAX
  }
  const counted = argv.length > 2
  const count = counted ? randomCount(argv[2], withValues) : 1
  const table = find()
  if (table === undefined) return counted ? [] : null
  const { keys, values } = table
  const slots = randomSlots(keys.length, count, random)
  if (!counted) return keys[slots[0]]
  if (withValues) return new Pairs(slots.flatMap((slot) => [keys[slot], shown(values[slot])]))
  return slots.map((slot) => keys[slot])
}
