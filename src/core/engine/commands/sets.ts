// Sets: https://redis.io/docs/latest/commands/?group=set
import type { ByteString } from '../../bytes.ts'
import { type Reply, SetReply } from '../../reply.ts'
import { cursor, integerIn, limitOption, positive, randomCount, readOptions } from '../arguments.ts'
import { type Argv, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { isIntset } from '../encoding.ts'
import { NUMKEYS_NOT_POSITIVE, SYNTAX, TOO_MANY_KEYS } from '../errors.ts'
import { EVENT } from '../events.ts'
import { Members } from '../values.ts'
import { randomSlots } from './random.ts'
import { SCAN_OPTIONS, scanTable } from './scanning.ts'

/** More members than so many, and than a fifth of a set, are popped in one pass, in the set's order, as in Redis if they are nearly all. */
const MANY = 1000
const UNORDERED = 'readonly nondeterministic_output_order'

export const sets: Group = {
  name: 'set',
  rows: [
    row('SADD', -3, 'write denyoom fast', '1 RW insert', (db, argv) => {
      const [, key] = argv
      const set = db.set.orCreate(key)
      let added = 0
      for (let i = 2; i < argv.length; i++) if (set.add(argv[i])) added++
      if (added > 0) db.changed(key, EVENT.set, 'sadd', added)
      return added
    }),

    row('SREM', -3, 'write fast', '1 RW delete', (db, argv) => {
      const [, key] = argv
      const set = db.set.write(key)
      if (set === undefined) return 0
      let removed = 0
      for (let i = 2; i < argv.length; i++) if (set.delete(argv[i])) removed++
      if (removed > 0) db.shrunk(key, set, EVENT.set, 'srem', removed)
      return removed
    }),

    row('SMOVE', 4, 'write fast', '1 RW access delete, 2 RW insert', (db, argv) => {
      const [, from, to, member] = argv
      const source = db.set.write(from)
      if (source === undefined) return 0
      const present = db.set.write(to)
      if (from === to) return source.has(member) ? 1 : 0
      if (!source.delete(member)) return 0
      db.shrunk(from, source, EVENT.set, 'srem')
      if (!(present ?? db.set.orCreate(to)).add(member)) return 1
      db.changed(to, EVENT.set, 'sadd')
      return 1
    }),

    row('SCARD', 2, 'readonly fast', '1 RO', (db, argv) => db.set.read(argv[1])?.size ?? 0),
    row('SISMEMBER', 3, 'readonly fast', '1 RO', (db, argv) => (db.set.read(argv[1])?.has(argv[2]) ? 1 : 0)),
    row('SMISMEMBER', -3, 'readonly fast', '1 RO access', (db, argv) => {
      const set = db.set.read(argv[1])
      return argv.slice(2).map((member) => (set?.has(member) ? 1 : 0))
    }),

    row('SMEMBERS', 2, UNORDERED, '1 RO access', (db, argv) => {
      const set = db.set.read(argv[1])
      return new SetReply(set === undefined ? [] : inOrder(set))
    }),

    row('SPOP', -2, 'write fast nondeterministic_output', '1 RW access delete', (db, argv) => {
      const [, key] = argv
      if (argv.length > 3) throw SYNTAX
      const counted = argv.length === 3
      const count = counted ? positive(argv[2]) : 1
      const set = db.set.write(key)
      if (set === undefined) return counted ? new SetReply([]) : null
      const { random } = db.engine
      let popped: ByteString[] = []
      if (count > MANY && count * 5 > set.size) {
        let left = count
        popped = set.removeMarked((places) => {
          for (let slot = 0; slot < set.size; slot++) {
            // With the chance of those that have yet to be drawn among those that are yet to come.
            if (random() * (set.size - slot) >= left) continue
            places[slot] = -1
            left--
          }
        })
      }
      while (popped.length < count && set.size > 0) {
        const slot = Math.floor(random() * set.size)
        popped.push(set.keys[slot])
        set.removeAt(slot)
      }
      // When almost all members are popped, Redis makes a new set of the rest, which may be an intset again.
      if (counted && set.size * 5 <= count) set.forget()
      if (popped.length > 0) db.shrunk(key, set, EVENT.set, 'spop', popped.length)
      return counted ? new SetReply(popped) : popped[0]
    }),

    row('SRANDMEMBER', -2, 'readonly nondeterministic_output', '1 RO access', (db, argv) => {
      if (argv.length > 3) throw SYNTAX
      const count = argv.length === 3 ? randomCount(argv[2], false) : 1
      const set = db.set.read(argv[1])
      if (argv.length === 2) return set === undefined ? null : set.keys[Math.floor(db.engine.random() * set.size)]
      return set === undefined ? [] : randomSlots(set.size, count, db.engine.random).map((slot) => set.keys[slot])
    }),

    row('SSCAN', -3, 'readonly nondeterministic_output', '1 RO access', (db, argv) => {
      const from = cursor(argv[2])
      const set = db.set.read(argv[1])
      if (set === undefined) return ['0', []]
      return scanTable(
        set,
        from,
        readOptions(argv, 3, SCAN_OPTIONS),
        (slot) => [set.keys[slot]],
        () => inOrder(set),
      )
    }),

    row('SINTER', -2, UNORDERED, '1..-1 RO access', (db, argv) => new SetReply(inOrder(intersection(read(db, argv, 1))))),
    row('SUNION', -2, UNORDERED, '1..-1 RO access', (db, argv) => new SetReply(inOrder(union(read(db, argv, 1))))),
    row('SDIFF', -2, UNORDERED, '1..-1 RO access', (db, argv) => new SetReply(inOrder(difference(read(db, argv, 1))))),
    row('SINTERSTORE', -3, 'write denyoom', '1 RW update, 2..-1 RO access', (db, argv) => store(db, argv, intersection, 'sinterstore')),
    row('SUNIONSTORE', -3, 'write denyoom', '1 OW update, 2..-1 RO access', (db, argv) => store(db, argv, union, 'sunionstore')),
    row('SDIFFSTORE', -3, 'write denyoom', '1 OW update, 2..-1 RO access', (db, argv) => store(db, argv, difference, 'sdiffstore')),

    row('SINTERCARD', -3, 'readonly', '#1 RO access', (db, argv) => {
      const numkeys = integerIn(argv[1], 1, Infinity, NUMKEYS_NOT_POSITIVE)
      if (numkeys > argv.length - 2) throw TOO_MANY_KEYS
      const limit = limitOption(argv, 2 + numkeys)
      return intersection(read(db, argv.slice(0, 2 + numkeys), 2), limit).size
    }),
  ],
}

/** A set's members; integers in order where Redis keeps them so. */
function inOrder(set: Members): ByteString[] {
  return isIntset(set) ? Array.from(BigInt64Array.from(set.keys, BigInt).sort(), String) : set.keys.slice()
}

/** The sets of the keys in argv from a position on. */
function read(db: Database, argv: Argv, from: number): (Members | undefined)[] {
  return argv.slice(from).map((key) => db.set.read(key))
}

function intersection(sets: readonly (Members | undefined)[], limit = Infinity): Members {
  const result = new Members()
  if (sets.includes(undefined)) return result
  const [smallest, ...others] = [...(sets as Members[])].sort((a, b) => a.size - b.size)
  for (const member of smallest.keys) {
    if (others.every((set) => set.has(member))) result.add(member)
    if (result.size >= limit) break
  }
  return result
}

function union(sets: readonly (Members | undefined)[]): Members {
  const result = new Members()
  for (const set of sets) for (const member of set?.keys ?? []) result.add(member)
  return result
}

function difference([first, ...others]: readonly (Members | undefined)[]): Members {
  const result = new Members()
  if (first === undefined) return result
  const present = others.filter((set) => set !== undefined)
  const total = present.reduce((sum, { size }) => sum + size, first.size)
  // As Redis: with many small sets to subtract, taking away what is in them is less work than looking up in each.
  const takeAway = total < Math.floor(((present.length + 1) * first.size) / 2)
  for (const member of first.keys) if (takeAway || !present.some((set) => set.has(member))) result.add(member)
  if (takeAway) for (const { keys } of present) for (const member of keys) result.delete(member)
  return result
}

function store(db: Database, argv: Argv, combine: (sets: readonly (Members | undefined)[]) => Members, event: string): Reply {
  const result = combine(read(db, argv, 2))
  return db.storeResult(argv[1], result, result.size, EVENT.set, event)
}
