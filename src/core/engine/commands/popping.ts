// What lists and sorted sets have in common: taking from the first of several keys that has something, now or once one has.
import type { ByteString } from '../../bytes.ts'
import { NULL_ARRAY, type Reply } from '../../reply.ts'
import { integerIn, timeout } from '../arguments.ts'
import type { Argv, Handler } from '../command.ts'
import type { Database } from '../database.ts'
import { COUNT_NOT_POSITIVE, NUMKEYS_NOT_POSITIVE, SYNTAX } from '../errors.ts'
import type { TypeName } from '../values.ts'

/** BLPOP, BZPOPMIN and their like: `key ... timeout`. @param pop takes from a key; undefined if there is nothing */
export const blockingPop =
  (type: TypeName, pop: (db: Database, key: ByteString) => Reply | undefined): Handler =>
  (db, argv, session) =>
    session.block(argv, {
      keys: argv.slice(1, -1),
      type,
      timeout: timeout(argv[argv.length - 1]),
      onTimeout: NULL_ARRAY,
      attempt: (key) => pop(db, key),
    })

/**
 * LMPOP, ZMPOP and their waiting forms.
 * @param at where numkeys stands: at 2 behind a timeout, then it waits
 * @param endOf the end that a word names; @throws syntax error for another word
 * @param pop takes up to `count` from a key; undefined if there is nothing
 */
export const multiPop =
  <End>(
    type: TypeName,
    at: 1 | 2,
    endOf: (word: ByteString) => End,
    pop: (db: Database, key: ByteString, end: End, count: number) => Reply | undefined,
  ): Handler =>
  (db, argv, session) => {
    const { keys, end, count } = multiPopArguments(argv, at, endOf)
    const attempt = (key: ByteString): Reply | undefined => pop(db, key, end, count)
    if (at === 2) return session.block(argv, { keys, type, timeout: timeout(argv[1]), onTimeout: NULL_ARRAY, attempt })
    for (const key of keys) {
      const reply = attempt(key)
      if (reply !== undefined) return reply
    }
    return NULL_ARRAY
  }

/** `numkeys key ... end [COUNT count]` */
export function multiPopArguments<End>(
  argv: Argv,
  at: number,
  endOf: (word: ByteString) => End,
): { keys: ByteString[]; end: End; count: number } {
  const numkeys = integerIn(argv[at], 1, Infinity, NUMKEYS_NOT_POSITIVE)
  const keys = argv.slice(at + 1, at + 1 + numkeys)
  const rest = argv.slice(at + 1 + numkeys)
  if (rest.length === 0) throw SYNTAX
  const end = endOf(rest[0])
  if (rest.length === 1) return { keys, end, count: 1 }
  if (rest[1].toUpperCase() !== 'COUNT' || rest.length === 2) throw SYNTAX
  const count = integerIn(rest[2], 1, Infinity, COUNT_NOT_POSITIVE)
  if (rest.length > 3) throw SYNTAX
  return { keys, end, count }
}
