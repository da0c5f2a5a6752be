// The encoding that Redis would keep a value in (OBJECT ENCODING): its small forms up to the configured limits.
import type { Config } from './config.ts'
import { parseInt64 } from '../numbers.ts'
import type { SlotTable } from './structures/slot-table.ts'
import { type Members, Raw, type Value } from './values.ts'

/** Redis keeps strings up to this length in one allocation with their header. */
const EMBSTR_LENGTH = 44

export function encodingOf(value: Value, config: Config): string {
  if (typeof value === 'number') return 'int'
  // Integers that a number holds exactly are numbers, unless INCRBYFLOAT made them.
  if (typeof value === 'string') {
    return value.length > 15 && parseInt64(value) !== undefined ? 'int' : value.length <= EMBSTR_LENGTH ? 'embstr' : 'raw'
  }
  if (value instanceof Raw || value.type === 'module') return 'raw'
  switch (value.type) {
    case 'list':
      return 'quicklist'
    case 'set':
      return isIntset(value, config.number('set-max-intset-entries')) ? 'intset' : 'hashtable'
    case 'hash': {
      const fits = isShort(value, 'hash', config) && value.values.every((each) => each.length <= config.number('hash-max-listpack-value'))
      // As in Redis, it stays what it is when no field expires any more.
      return !fits ? 'hashtable' : value.expires === null ? 'listpack' : 'listpackex'
    }
    case 'zset':
      return isShort(value.scores, 'zset', config) ? 'listpack' : 'skiplist'
    case 'stream':
      return 'stream'
  }
}

/** Whether a table is small, and always was. */
function isShort({ keys, peak, longest }: SlotTable, type: 'hash' | 'zset', config: Config): boolean {
  const most = config.number(`${type}-max-listpack-value`)
  return (
    Math.max(keys.length, peak) <= config.number(`${type}-max-listpack-entries`) &&
    longest <= most &&
    keys.every((key) => key.length <= most)
  )
}

/** Whether Redis would keep a set as sorted integers. */
export function isIntset({ keys, peak, mixed }: Members, limit = 512): boolean {
  return !mixed && Math.max(keys.length, peak) <= limit && keys.every((member) => parseInt64(member) !== undefined)
}
