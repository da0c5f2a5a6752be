// HyperLogLog, in strings: https://redis.io/docs/latest/commands/?group=hyperloglog
import type { ByteString } from '../../bytes.ts'
import { OK, type Reply, ReplyError, Status } from '../../reply.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { printed } from '../errors.ts'
import { EVENT } from '../events.ts'
import * as hll from '../structures/hyperloglog.ts'
import { bytesOf, Raw, type StringValue } from '../values.ts'
import { toRaw } from './strings.ts'

const NOT_HLL = new ReplyError('WRONGTYPE Key is not a valid HyperLogLog string value.')
const DAMAGED = new ReplyError('INVALIDOBJ Corrupted HLL object detected')
const NO_KEY = new ReplyError('ERR The specified key does not exist')
const NOT_SPARSE = new ReplyError('ERR HLL encoding is not sparse')

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

    row('PFCOUNT', -2, 'readonly', '1..-1 RW access', (db, argv) => {
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
      hll.addRegisters(raw, registers, maxBytes(db))
      changed(db, key, raw, 1)
      return OK
    }),

    row('PFDEBUG', 3, 'write denyoom admin', '2 RW access', debug),
    row('PFSELFTEST', 1, 'admin', '', selftest),
  ],
}

const maxBytes = (db: Database): number => db.engine.config.number('hll-sparse-max-bytes')

function changed(db: Database, key: ByteString, raw: Raw, changes: number): void {
  hll.invalidate(raw.grow(raw.length))
  db.changed(key, EVENT.string, 'pfadd', changes)
}

/** The bytes of a key for changing them; an empty HyperLogLog is made if there is none. */
function writable(db: Database, key: ByteString, value: StringValue | undefined): Raw {
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
  const bytes = bytesOf(value)
  if (!hll.isHyperLogLog(bytes)) throw NOT_HLL
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

function debug(db: Database, argv: Argv): Reply {
  const [, word, key] = argv
  const value = db.string.write(key)
  if (value === undefined) throw NO_KEY
  const raw = writable(db, key, value)
  const sparse = !hll.isDense(raw.bytes)
  const toDense = (): void => {
    if (!sparse) return
    if (!hll.makeDense(raw)) throw DAMAGED
    db.noted(key, 0, '')
  }
  switch (word.toUpperCase()) {
    case 'GETREG':
      toDense()
      return hll.registersOf(raw.bytes)
    case 'DECODE':
      if (!sparse) throw NOT_SPARSE
      return hll.describeRuns(raw.bytes)
    case 'ENCODING':
      return new Status(sparse ? 'sparse' : 'dense')
    case 'TODENSE':
      toDense()
      return sparse ? 1 : 0
    default:
      throw new ReplyError(`ERR Unknown PFDEBUG subcommand '${printed(word)}'`)
  }
}

/** How far an estimate may be off: six standard deviations. */
const MOST_ERROR = (6 * 1.04) / Math.sqrt(hll.noRegisters().length)

/** Adds elements and looks whether the estimates, sparse and dense, are near enough. */
function selftest(db: Database): Reply {
  const [sparse, dense] = [new Raw(hll.EMPTY), new Raw(hll.EMPTY)]
  hll.makeDense(dense)
  for (let n = 1, next = 10; n <= 100_000; n++) {
    const element = String(db.engine.random()) + n
    hll.addElement(sparse, element, maxBytes(db))
    hll.addElement(dense, element, 0)
    if (n !== next) continue
    next *= 10
    const counts = [hll.count(sparse.bytes), hll.count(dense.bytes)]
    if (counts.some((count) => count === null || Math.abs(count - n) > Math.max(1, Math.ceil(MOST_ERROR * n)))) {
      throw new ReplyError(`ERR TESTFAILED ${n} elements are counted as ${counts.join(' and ')}`)
    }
  }
  return OK
}
