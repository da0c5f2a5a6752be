// DUMP and RESTORE: https://redis.io/docs/latest/commands/restore/
import { integerIn } from '../engine/arguments.ts'
import { type Argv, type Group, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { LAST_TIME } from '../engine/commands/expire-options.ts'
import { NOT_INTEGER, SYNTAX } from '../engine/errors.ts'
import { EVENT } from '../engine/events.ts'
import { OK, type Reply, ReplyError } from '../reply.ts'
import { dumpValue, restoreValue } from './rdb/dump.ts'
import type { Use } from './rdb/format.ts'

const BUSY_KEY = new ReplyError('BUSYKEY Target key name already exists.')
const INVALID_TTL = new ReplyError('ERR Invalid TTL value, must be >= 0')
const INVALID_IDLE_TIME = new ReplyError('ERR Invalid IDLETIME value, must be >= 0')
const INVALID_FREQUENCY = new ReplyError('ERR Invalid FREQ value, must be >= 0 and <= 255')

export const dump: Group = {
  name: 'generic',
  rows: [
    row('DUMP', 2, 'readonly nondeterministic_output', '1 RO access', (db, argv) => {
      const value = db.read(argv[1])
      return value === undefined ? null : dumpValue(value)
    }),
    row('RESTORE', -4, 'write denyoom @dangerous', '1 OW update', restore),
  ],
}

function restore(db: Database, argv: Argv): Reply {
  const [, key, time, payload] = argv
  const { replace, absolute, use } = options(argv)
  const { now, eviction } = db.engine
  if (!replace && db.find(key) >= 0) throw BUSY_KEY
  const ttl = integerIn(time, 0, Infinity, INVALID_TTL, NOT_INTEGER)
  const value = restoreValue(payload, db.engine.types)
  const old = replace ? db.peek(key) : undefined
  const deleted = replace && db.delete(key)
  const expiry = ttl === 0 ? 0 : Math.min(absolute ? ttl : now + ttl, LAST_TIME)
  if (expiry !== 0 && expiry <= now) {
    if (deleted) db.changed(key, EVENT.generic, 'del')
    return OK
  }
  db.adopt(key, value, expiry)
  eviction.restore(db.keyspace, db.find(key), use)
  db.changed(key, EVENT.generic, 'restore')
  db.overwritten(key, old, value)
  return OK
}

function options(argv: Argv): { replace: boolean; absolute: boolean; use: Use } {
  let replace = false
  let absolute = false
  let use: Use = {}
  for (let i = 4; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const more = i + 1 < argv.length
    if (word === 'REPLACE') replace = true
    else if (word === 'ABSTTL') absolute = true
    else if (word === 'IDLETIME' && more && use.frequency === undefined)
      use = { idle: integerIn(argv[++i], 0, Infinity, INVALID_IDLE_TIME, NOT_INTEGER) }
    else if (word === 'FREQ' && more && use.idle === undefined)
      use = { frequency: integerIn(argv[++i], 0, 255, INVALID_FREQUENCY, NOT_INTEGER) }
    else throw SYNTAX
  }
  return { replace, absolute, use }
}
