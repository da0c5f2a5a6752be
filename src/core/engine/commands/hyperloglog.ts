// HyperLogLog, in strings: https://redis.io/docs/latest/commands/?group=hyperloglog
import type { ByteString } from '../../bytes.ts'
import { OK, ReplyError } from '../../reply.ts'
import { type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { EVENT } from '../events.ts'
import * as hll from '../structures/hyperloglog.ts'
import { bytesOf, Raw, sliceOf, type StringValue } from '../values.ts'
import { toRaw } from './strings.ts'

const NOT_HLL = new ReplyError('WRONGTYPE Key is not a valid HyperLogLog string value.')
export const DAMAGED = new ReplyError('INVALIDOBJ Corrupted HLL object detected')

export const hyperloglogs: Group = {
  name: 'hyperloglog',
  rows: [
    row('PFADD', -2, 'write denyoom fast', '1 RW insert', (db, argv) => {
      const key = argv[1]
      const found = db.string.write(key)
      const raw = writable(db, key, found)
      let changes = found === undefined ? 1 : 0
      for (const element of argv.slice(2)) {
        const changed = hll.addElement(raw, element, maxBytes(db))
        if (changed === null) throw DAMAGED
        if (changed) changes++
      }
      if (changes === 0) return 0
      changed(db, key, raw, changes)
      return 1
    }),

    row('PFCOUNT', -2, 'readonly may_replicate', '1..-1 RW access', (db, argv) => {
      if (argv.length > 2) return hll.countRegisters(union(db, argv.slice(1)).registers)
      const found = db.string.read(argv[1])
      if (found === undefined) return 0
      // The count is kept in the value, which makes a change of it.
      db.willChange(argv[1])
      const raw = writable(db, argv[1], found)
      const known = hll.lastCount(raw.bytes)
      if (known !== null) return known
      const count = hll.count(raw.bytes)
      if (count === null) throw DAMAGED
      hll.keepCount(raw.grow(raw.length), count)
      db.changed(argv[1], 0, '')
      db.engine.effects?.wrote(db, argv)
      return count
    }),

    row('PFMERGE', -2, 'write denyoom', '1 RW access insert, 2..-1 RO access', (db, argv) => {
      const key = argv[1]
      const { registers, dense } = union(db, argv.slice(1))
      const raw = writable(db, key, db.string.write(key))
      if (dense && !hll.makeDense(raw)) throw DAMAGED
      hll.raiseTo(raw, registers, maxBytes(db))
      changed(db, key, raw, 1)
      return OK
    }),
  ],
  // TODENSE changes data.
  replayed: row('PFDEBUG', 3, '', '', (db, [, , key]) => {
    hll.makeDense(writable(db, key, db.string.write(key)))
    return OK
  }),
}

export const maxBytes = (db: Database): number => db.engine.config.number('hll-sparse-max-bytes')

function changed(db: Database, key: ByteString, raw: Raw, changes: number): void {
  hll.invalidate(raw.grow(raw.length))
  db.changed(key, EVENT.string, 'pfadd', changes)
}

/** The bytes of a key for changing them; an empty HyperLogLog is made if there is none. */
export function writable(db: Database, key: ByteString, value: StringValue | undefined): Raw {
  if (value === undefined) {
    const made = new Raw(hll.EMPTY)
    db.insert(key, made)
    return made
  }
  hllBytes(value)
  return toRaw(db, key, value)
}

/** The bytes of a value. @throws it is no HyperLogLog */
function hllBytes(value: StringValue): Uint8Array {
  // A long text need not be made bytes of to see that it is none.
  const bytes = sliceOf(value, 0, hll.MAGIC.length) === hll.MAGIC ? bytesOf(value) : null
  if (bytes === null || !hll.isHyperLogLog(bytes)) throw NOT_HLL
  return bytes
}

/** The highest of each register; missing keys are empty. */
function union(db: Database, keys: readonly ByteString[]): { registers: Uint8Array; dense: boolean } {
  const registers = hll.noRegisters()
  let dense = false
  for (const key of keys) {
    const value = db.string.read(key)
    if (value === undefined) continue
    const bytes = hllBytes(value)
    if (!hll.mergeInto(registers, bytes)) throw DAMAGED
    if (hll.isDense(bytes)) dense = true
  }
  return { registers, dense }
}
