// What a command is in the journal: a command that does the same whenever and wherever it is run again. Times become
// absolute, what was drawn by chance becomes what was drawn, what waited becomes what it did in the end. The forms are
// Redis's own; a command that is not listed goes into the journal as it came. Commands newer than 7.4 are written in older ones,
// so that the redis-server that is there can load them.
import type { ByteString } from '../../bytes.ts'
import type { Argv } from '../../engine/command.ts'
import { fieldOptions, hgetexArguments, hsetexArguments } from '../../engine/commands/hashes.ts'
import { multiPopArguments } from '../../engine/commands/popping.ts'
import { msetexArguments, setOptions } from '../../engine/commands/strings.ts'
import type { Database } from '../../engine/database.ts'
import { rewrites as streams } from '../../streams/journal.ts'
import { type Hash, type StringValue, textOf } from '../../engine/values.ts'
import { type Reply, SetReply } from '../../reply.ts'

/** @returns the commands to be written, null for the command as it came; the database is as the command has left it */
export type Rewrite = (argv: Argv, reply: Reply, db: Database) => readonly Argv[] | null

/** When a key expires, past or not; 0 for never, -1 if it is not there. */
function expiryOf(db: Database, key: ByteString): number {
  const slot = db.keyspace.find(key)
  return slot < 0 ? -1 : db.keyspace.expiry(slot)
}

/** EXPIRE and its like: conditions have been looked at already, but Redis writes them too. */
const expire: Rewrite = (argv, _reply, db) => {
  const at = expiryOf(db, argv[1])
  return [at < 0 ? ['DEL', argv[1]] : ['PEXPIREAT', argv[1], String(at), ...argv.slice(3)]]
}

const set: Rewrite = (argv, _reply, db) => {
  if (argv.length === 3) return null
  const { unit, get, when, keep } = setOptions(argv, 3, 'SET')
  if (unit !== null) return [withExpiry(db, argv[1], argv[2])]
  // The condition was met, and what it was compared with has been overwritten: it is left out.
  if (when.startsWith('IF')) return [[...argv.slice(0, 3), ...(keep ? ['KEEPTTL'] : [])]]
  return get ? [argv.filter((word, i) => i < 3 || word.toUpperCase() !== 'GET')] : null
}

const withExpiry = (db: Database, key: ByteString, value: ByteString): Argv => ['SET', key, value, 'PXAT', String(expiryOf(db, key))]

/** SETEX and PSETEX. */
const setex: Rewrite = (argv, _reply, db) => [withExpiry(db, argv[1], argv[3])]

const msetex: Rewrite = (argv, _reply, db) => {
  const { pairs, options } = msetexArguments(argv)
  if (options.unit === null && !options.keep) return [['MSET', ...pairs]]
  return pairs.flatMap((key, i) => {
    if (i % 2 === 1) return []
    const value = pairs[i + 1]
    return [options.keep ? ['SET', key, value, 'KEEPTTL'] : withExpiry(db, key, value)]
  })
}

/** Operations that came with 8.2 are written as what came of them. */
const bitop: Rewrite = ([, operation, key], _reply, db) => {
  if (/^(?:AND|OR|XOR|NOT)$/i.test(operation)) return null
  const value = db.keyspace.get(key)
  return [value === undefined ? ['DEL', key] : ['SET', key, textOf(value as StringValue)]]
}

const getex: Rewrite = ([, key], _reply, db) => {
  const at = expiryOf(db, key)
  return [at < 0 ? ['DEL', key] : at === 0 ? ['PERSIST', key] : ['PEXPIREAT', key, String(at)]]
}

const spop: Rewrite = (argv, reply, db) => {
  const [, key] = argv
  if (argv.length === 2) return [['SREM', key, reply as ByteString]]
  if (expiryOf(db, key) < 0) return [['DEL', key]]
  return (reply as SetReply).items.map((member) => ['SREM', key, member as ByteString])
}

/** BLPOP and its like, without the waiting. */
const popFrom =
  (command: string): Rewrite =>
  (_argv, reply) => [[command, (reply as ByteString[])[0]]]

const without =
  (command: string): Rewrite =>
  (argv) => [[command, ...argv.slice(1, -1)]]

const POPS: Readonly<Record<string, string>> = { LEFT: 'LPOP', RIGHT: 'RPOP', MIN: 'ZPOPMIN', MAX: 'ZPOPMAX' }

/** LMPOP, ZMPOP and their waiting forms. @param at where numkeys stands */
const multiPop =
  (at: number): Rewrite =>
  (argv, reply) => {
    const [key, popped] = reply as [ByteString, Reply[]]
    const { end } = multiPopArguments(argv, at, (word) => POPS[word.toUpperCase()])
    return [[end, key, String(popped.length)]]
  }

const restore: Rewrite = (argv, _reply, db) => {
  const absolute = argv.slice(4).some((word) => word.toUpperCase() === 'ABSTTL')
  const at = expiryOf(db, argv[1])
  if (at < 0) return [['DEL', argv[1]]] // it had expired already, and has replaced what was there
  if (absolute || at === 0) return [argv]
  return [[argv[0], argv[1], String(at), ...argv.slice(3), 'ABSTTL']]
}

const hashAt = (db: Database, key: ByteString): Hash | undefined => db.keyspace.get(key) as Hash | undefined

const onFields = (start: Argv, fields: readonly ByteString[]): Argv[] =>
  fields.length === 0 ? [] : [[...start, 'FIELDS', String(fields.length), ...fields]]

/** When fields expire now; those that are not there any more are removed. */
function expiriesOf(db: Database, key: ByteString, fields: readonly ByteString[]): Argv[] {
  const hash = hashAt(db, key)
  const gone: ByteString[] = []
  const byTime = new Map<number, ByteString[]>()
  for (const field of new Set(fields)) {
    const slot = hash?.find(field) ?? -1
    if (slot < 0) {
      gone.push(field)
      continue
    }
    const at = hash!.expiry(slot)
    if (at === 0) continue
    const others = byTime.get(at)
    if (others === undefined) byTime.set(at, [field])
    else others.push(field)
  }
  const kept = [...byTime].flatMap(([at, some]) => onFields(['HPEXPIREAT', key, String(at)], some))
  return gone.length === 0 ? kept : [...kept, ['HDEL', key, ...gone]]
}

/** Fields as they are now, with their expiries. */
function fieldsNow(db: Database, key: ByteString, fields: readonly ByteString[]): Argv[] {
  const hash = hashAt(db, key)
  const pairs = [...new Set(fields)].flatMap((field) => (hash?.has(field) ? [field, hash.get(field)!] : []))
  return [...(pairs.length === 0 ? [] : [['HSET', key, ...pairs]]), ...expiriesOf(db, key, fields)]
}

/** HEXPIRE and its like: of each field what came of it. */
const expireFields: Rewrite = (argv, reply, db) => {
  const changed = fieldOptions(argv).fields.filter((_, i) => (reply as number[])[i] > 0)
  return expiriesOf(db, argv[1], changed)
}

const hgetex: Rewrite = (argv, reply, db) => {
  const { fields, persist } = hgetexArguments(db, argv)
  const found = fields.filter((_, i) => (reply as Reply[])[i] !== null)
  return persist ? onFields(['HPERSIST', argv[1]], found) : expiriesOf(db, argv[1], found)
}

const hsetex: Rewrite = (argv, _reply, db) =>
  fieldsNow(
    db,
    argv[1],
    hsetexArguments(db, argv).pairs.filter((_, i) => i % 2 === 0),
  )

export const REWRITES: Readonly<Record<string, Rewrite>> = {
  set,
  setex,
  psetex: setex,
  getset: (argv) => [['SET', ...argv.slice(1)]],
  getdel: (argv) => [['DEL', argv[1]]],
  delex: (argv) => [['DEL', argv[1]]],
  msetex,
  bitop,
  getex,
  incrbyfloat: (argv, reply) => [['SET', argv[1], reply as ByteString, 'KEEPTTL']],
  hincrbyfloat: (argv, _reply, db) => fieldsNow(db, argv[1], [argv[2]]),
  expire,
  pexpire: expire,
  expireat: expire,
  pexpireat: expire,
  hexpire: expireFields,
  hpexpire: expireFields,
  hexpireat: expireFields,
  hpexpireat: expireFields,
  hgetdel: (argv) => [['HDEL', argv[1], ...argv.slice(4)]],
  hgetex,
  hsetex,
  spop,
  blpop: popFrom('LPOP'),
  brpop: popFrom('RPOP'),
  bzpopmin: popFrom('ZPOPMIN'),
  bzpopmax: popFrom('ZPOPMAX'),
  blmove: without('LMOVE'),
  brpoplpush: without('RPOPLPUSH'),
  lmpop: multiPop(1),
  blmpop: multiPop(2),
  zmpop: multiPop(1),
  bzmpop: multiPop(2),
  restore,
  geoadd: () => [], // it has written its ZADD itself
  ...streams,
}
