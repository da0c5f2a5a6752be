// The options of commands that trim a stream or remove entries. The journal reads them too.
import type { ByteString } from '../bytes.ts'
import { ReplyError } from '../reply.ts'
import { integer, integerIn } from '../engine/arguments.ts'
import type { Argv } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { SYNTAX } from '../engine/errors.ts'
import { partialId, streamId } from './ids.ts'
import type { Trim } from './stream-log.ts'

const ONE_STRATEGY = new ReplyError('ERR syntax error, MAXLEN and MINID options at the same time are not compatible')
const NO_STRATEGY = new ReplyError('ERR syntax error, XTRIM must be called with a trimming strategy')
const LIMIT_ALONE = new ReplyError('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy')
const LIMIT_EXACT = new ReplyError('ERR syntax error, LIMIT cannot be used without the special ~ option')
const negative = (option: string): ReplyError => new ReplyError(`ERR The ${option} argument must be >= 0.`)
const IDS_NOT_POSITIVE = new ReplyError('ERR Number of IDs must be a positive integer')
const IDS_MISMATCH = new ReplyError('ERR The `numids` parameter must match the number of arguments')
const IDS_MISSING = new ReplyError('ERR IDS option is required')

/** Trimming with `~` looks at no more than so many nodes, and entries, at once. */
const TRIMMED_NODES = 100
const MOST_TRIMMED = 1_000_000

/** Whether a word in upper case is one of KEEPREF, DELREF, ACKED. */
export const isReferences = (word: string): boolean => word === 'KEEPREF' || word === 'DELREF' || word === 'ACKED'

/** An ID as XADD is told it. */
export type AskedId = ReturnType<typeof partialId>

type Strategy = Pick<Trim, 'maxlen' | 'minId'>

interface AddOptions {
  trim: Trim | null
  /** How it trims: DELREF or ACKED, empty for KEEPREF. */
  references: string
  makeStream: boolean
  /** Null for `*`. */
  id: AskedId | null
  /** Position of the ID. */
  at: number
}

/** The options of XADD, up to its ID, or of XTRIM. */
export function addOptions(db: Database, argv: Argv, adding: boolean): AddOptions {
  let strategy: Strategy | null = null
  let approximate = false
  let limit: number | null = null
  let makeStream = true
  let references = ''
  let id: AddOptions['id'] = null
  let at = 2
  for (; at < argv.length; at++) {
    const word = argv[at].toUpperCase()
    const left = argv.length - at - 1
    if (adding && word === '*') break
    if ((word === 'MAXLEN' || word === 'MINID') && left > 0) {
      if (strategy !== null) throw ONE_STRATEGY
      if (left > 1 && (argv[at + 1] === '~' || argv[at + 1] === '=')) approximate = argv[++at] === '~'
      const bound = argv[++at]
      strategy = word === 'MINID' ? { maxlen: 0, minId: streamId(bound) } : { maxlen: notNegative(bound, word), minId: null }
    } else if (word === 'LIMIT' && left > 0) limit = notNegative(argv[++at], word)
    else if (word === 'NOMKSTREAM' && adding) makeStream = false
    else if (isReferences(word) && references === '') references = word
    else if (adding) {
      id = partialId(argv[at])
      break
    } else throw SYNTAX
  }
  if (!adding && strategy === null && !limit) throw NO_STRATEGY
  const trim = trimOf(db, strategy, approximate, limit)
  return { trim, references: trim === null || references === 'KEEPREF' ? '' : references, makeStream, id, at }
}

/** How to trim, of what the options say; null if they do not ask for it. @throws ReplyError if they do not go together */
function trimOf(db: Database, strategy: Strategy | null, approximate: boolean, limit: number | null): Trim | null {
  if (limit && strategy === null) throw LIMIT_ALONE
  // In the journal, Redis leaves the limit where it writes how far was trimmed.
  if (limit !== null && !approximate && !db.engine.replays) throw LIMIT_EXACT
  if (strategy === null) return null
  if (!approximate) return { ...strategy, approximate, limit: 0 }
  const usual = Math.min(TRIMMED_NODES * db.engine.config.number('stream-node-max-entries') || 10_000, MOST_TRIMMED)
  return { ...strategy, approximate, limit: limit ?? usual }
}

function notNegative(text: ByteString, option: string): number {
  const value = integer(text)
  if (value < 0) throw negative(option)
  return value
}

/** `[KEEPREF|DELREF|ACKED] IDS numids id ...` in any order, from a position of argv on. */
export function idArguments(argv: Argv, from: number): { references: string; ids: Argv } {
  let references = ''
  let ids: Argv = []
  for (let i = from; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (isReferences(word) && references === '') references = word
    else if (word === 'IDS' && i + 1 < argv.length) {
      const count = integerIn(argv[i + 1], 1, Infinity, IDS_NOT_POSITIVE)
      if (count > argv.length - i - 2) throw IDS_MISMATCH
      ids = argv.slice(i + 2, i + 2 + count)
      i += 1 + count
    } else throw SYNTAX
  }
  if (ids.length === 0) throw IDS_MISSING
  return { references, ids }
}
