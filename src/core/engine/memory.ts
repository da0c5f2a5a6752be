// How much memory the data takes. JavaScript tells no sizes: they are worked out from how many elements a value has, and how
// many bytes of text, which the structures count. So a value's size costs the same however large it is; a keyspace adds them
// up as they change, and `maxmemory` holds whatever is in it.
import type { Engine } from './engine.ts'
import type { SlotTable } from './structures/slot-table.ts'
import { STRING } from './structures/stream-log.ts'
import type { Value } from './values.ts'

export { STRING }

// Bytes on V8 without pointer compression, as measured (bench/memory.bench.ts). Short arrays have room for 19, others grow by half.
export const SLOT = 45 // a key's entry in the index, and its place in the columns
export const EXPIRY = 32 // a time, and an entry in the queue
const PENDING = 140 // an entry in a pending list and in its consumer's
const GROUP = 800 // with a consumer

const column = (size: number): number => 8 * (size < 2 ? size : Math.max(size * 1.25, 19))
/** Keys, and their index: none, a Map or one of our own. See slot-table.ts. */
const table = ({ size, chars }: SlotTable): number => chars + column(size) + size * (STRING + (size <= 32 ? 0 : size <= 32_768 ? 42 : 17))

export function sizeOfValue(value: Value): number {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return STRING + value.length
  switch (value.type) {
    case 'string':
      return 72 + value.room
    case 'list':
      return 235 + value.chars + column(value.size) + value.size * STRING
    case 'set':
      return 182 + table(value)
    case 'hash': {
      const fields = 265 + table(value) + column(value.size) + value.size * STRING
      return value.expires === null ? fields : fields + 400 + value.expires.size * EXPIRY
    }
    case 'zset':
      return 481 + table(value.scores) + 4 * column(value.size) + 8 * value.size
    case 'stream': {
      let bytes = 1100 + value.chars + value.size * 80
      for (const { pel } of value.groups.values()) bytes += GROUP + pel.size * PENDING
      return bytes
    }
  }
}

export class Memory {
  readonly #engine: Engine
  peak = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Bytes of all data. */
  used(): number {
    let bytes = 0
    for (const { keyspace } of this.#engine.databases()) bytes += keyspace.bytes
    this.peak = Math.max(this.peak, bytes)
    return bytes
  }
}
