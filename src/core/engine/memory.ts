// How much memory the data takes. JavaScript tells no sizes: they are worked out from how many elements a value has, and how
// many bytes of text, which the structures count. So a value's size costs the same however large it is; a keyspace adds them
// up as they change, and `maxmemory` holds whatever is in it.
import { STRING_OVERHEAD } from '../bytes.ts'
import type { Engine } from './engine.ts'
import type { Argv } from './command.ts'
import type { SlotTable } from './structures/slot-table.ts'
import type { Value } from './values.ts'

// Bytes on V8 without pointer compression, as measured (bench/memory.bench.ts). Short arrays have room for 19, others grow by half.
export const SLOT = 45 // a key's entry in the index, and its place in the columns
export const EXPIRY = 32 // a time, and an entry in the queue
const COMMAND = 215 // in the queue of a MULTI
export const WATCH = 270
export const SUBSCRIPTION = 235

const column = (size: number): number => 8 * (size < 2 ? size : Math.max(size * 1.25, 19))
/** Keys, and from 33 on their index. See slot-table.ts. */
const table = ({ size, chars }: SlotTable): number => chars + column(size) + size * STRING_OVERHEAD + (size <= 32 ? 0 : 350 + size * 17)

export function sizeOfValue(value: Value): number {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return STRING_OVERHEAD + value.length
  switch (value.type) {
    case 'string':
      return 72 + value.room
    case 'list':
      return 235 + value.chars + column(value.size) + value.size * STRING_OVERHEAD
    case 'set':
      return 182 + table(value)
    case 'hash': {
      const fields = 265 + table(value) + column(value.size) + value.size * STRING_OVERHEAD
      return value.expires === null ? fields : fields + 400 + value.expires.size * EXPIRY
    }
    case 'zset':
      return 481 + table(value.scores) + 4 * column(value.size) + 8 * value.size
    case 'stream':
    case 'module':
      return value.bytes
  }
}

/** A queued command. */
export const sizeOfCommand = (argv: Argv): number => argv.reduce((bytes, word) => bytes + STRING_OVERHEAD + word.length, COMMAND)

export class Memory {
  readonly #engine: Engine
  /**
   * Bytes of what may grow large besides the data: queued commands, watched keys, subscriptions, scripts, tracked keys. Whoever keeps
   * such things adds them here and takes them away.
   */
  beside = 0
  peak = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Bytes of all data and what is beside it. */
  used(): number {
    let bytes = this.beside
    for (const { keyspace } of this.#engine.databases()) bytes += keyspace.bytes
    this.peak = Math.max(this.peak, bytes)
    return bytes
  }
}
