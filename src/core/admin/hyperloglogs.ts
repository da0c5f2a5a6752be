// PFDEBUG and PFSELFTEST: how HyperLogLogs are kept, and whether they count rightly.
import { type Argv, type Row, row } from '../engine/command.ts'
import { DAMAGED, maxBytes, writable } from '../engine/commands/hyperloglog.ts'
import type { Database } from '../engine/database.ts'
import { printed } from '../engine/errors.ts'
import * as hll from '../engine/structures/hyperloglog.ts'
import { Raw } from '../engine/values.ts'
import { OK, type Reply, ReplyError, Status } from '../reply.ts'

const NO_KEY = new ReplyError('ERR The specified key does not exist')
const NOT_SPARSE = new ReplyError('ERR HLL encoding is not sparse')

export const hyperloglogRows: readonly Row[] = [
  row('PFDEBUG', 3, 'write denyoom admin', '2 RW access', debug),
  row('PFSELFTEST', 1, 'admin', '', selftest),
]

function debug(db: Database, argv: Argv): Reply {
  const [, word, key] = argv
  const value = db.string.write(key)
  if (value === undefined) throw NO_KEY
  const raw = writable(db, key, value)
  const sparse = !hll.isDense(raw.bytes)
  const toDense = (): void => {
    if (!sparse) return
    if (!hll.makeDense(raw)) throw DAMAGED
    db.engine.dirty++
  }
  switch (word.toUpperCase()) {
    case 'GETREG':
      toDense()
      return [...hll.registersOf(raw.bytes)]
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

/** Adds elements and checks that the estimates of both encodings, sparse and dense, are near enough. */
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
