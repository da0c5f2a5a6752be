// The encoding that Redis would keep a value in (OBJECT ENCODING): its small forms up to the configured limits.
import type { Config } from './config.ts'
import { parseInt64 } from '../numbers.ts'
import { type Members, Raw, type Value } from './values.ts'

/** Redis keeps strings up to this length in one allocation with their header. */
const EMBSTR_LENGTH = 44

export function encodingOf(value: Value, config: Config): string {
  if (typeof value === 'number') return 'int'
  if (typeof value === 'string') return parseInt64(value) !== undefined ? 'int' : value.length <= EMBSTR_LENGTH ? 'embstr' : 'raw'
  if (value instanceof Raw) return 'raw'
  switch (value.type) {
    case 'list':
      return 'quicklist'
    case 'set':
      return isIntset(value, config.number('set-max-intset-entries')) ? 'intset' : 'hashtable'
    case 'hash': {
      const fits = isShort(value.keys, 'hash', config) && isShort(value.values, 'hash', config)
      return !fits ? 'hashtable' : value.expires !== null && value.expires.size > 0 ? 'listpackex' : 'listpack'
    }
    case 'zset':
      return isShort(value.scores.keys, 'zset', config) ? 'listpack' : 'skiplist'
    case 'stream':
      return 'stream'
  }
}

function isShort(elements: readonly string[], type: 'hash' | 'zset', config: Config): boolean {
  const longest = config.number(`${type}-max-listpack-value`)
  return elements.length <= config.number(`${type}-max-listpack-entries`) && elements.every((element) => element.length <= longest)
}

/** Whether Redis would keep a set as sorted integers. */
export function isIntset(members: Members, limit = 512): boolean {
  return members.size <= limit && members.keys.every((member) => parseInt64(member) !== undefined)
}
