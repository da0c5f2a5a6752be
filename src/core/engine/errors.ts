// Redis's error replies, letter for letter. Those without a variable part are values: a ReplyError has no stack and never changes.
import type { ByteString } from '../bytes.ts'
import { ReplyError } from '../reply.ts'

export const WRONG_TYPE = new ReplyError('WRONGTYPE Operation against a key holding the wrong kind of value')
export const SYNTAX = new ReplyError('ERR syntax error')
export const NOT_INTEGER = new ReplyError('ERR value is not an integer or out of range')
export const NOT_FLOAT = new ReplyError('ERR value is not a valid float')
export const OUT_OF_RANGE = new ReplyError('ERR value is out of range')
export const NOT_POSITIVE = new ReplyError('ERR value is out of range, must be positive')
export const NO_SUCH_KEY = new ReplyError('ERR no such key')
export const INDEX_RANGE = new ReplyError('ERR index out of range')
export const OFFSET_RANGE = new ReplyError('ERR offset is out of range')
export const SAME_OBJECT = new ReplyError('ERR source and destination objects are the same')
export const DB_RANGE = new ReplyError('ERR DB index is out of range')
export const STRING_TOO_LONG = new ReplyError('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
export const OVERFLOW = new ReplyError('ERR increment or decrement would overflow')
export const DECREMENT_OVERFLOW = new ReplyError('ERR decrement would overflow')
export const NAN_OR_INFINITY = new ReplyError('ERR increment would produce NaN or Infinity')
export const SCORE_NAN = new ReplyError('ERR resulting score is not a number (NaN)')
export const MIN_MAX_FLOAT = new ReplyError('ERR min or max is not a float')
export const MIN_MAX_LEX = new ReplyError('ERR min or max not valid string range item')
export const NUMKEYS_NOT_POSITIVE = new ReplyError('ERR numkeys should be greater than 0')
export const TOO_MANY_KEYS = new ReplyError("ERR Number of keys can't be greater than number of args")
export const COUNT_NOT_POSITIVE = new ReplyError('ERR count should be greater than 0')
export const COUNT_NOT_ABOVE_ZERO = new ReplyError('ERR COUNT must be > 0')
export const LIMIT_NEGATIVE = new ReplyError("ERR LIMIT can't be negative")
export const TIMEOUT_NOT_FLOAT = new ReplyError('ERR timeout is not a float or out of range')
export const TIMEOUT_NOT_INTEGER = new ReplyError('ERR timeout is not an integer or out of range')
export const TIMEOUT_NEGATIVE = new ReplyError('ERR timeout is negative')
export const INVALID_CURSOR = new ReplyError('ERR invalid cursor')
export const LOADING = new ReplyError('LOADING Redis is loading the dataset in memory')
export const NO_AUTH = new ReplyError('NOAUTH Authentication required.')
export const EXEC_ABORT = new ReplyError('EXECABORT Transaction discarded because of previous errors.')
export const OUT_OF_MEMORY = new ReplyError("OOM command not allowed when used memory > 'maxmemory'.")
export const NOT_IN_TRANSACTION = new ReplyError('ERR Command not allowed inside a transaction')

export const wrongArity = (name: ByteString): ReplyError => new ReplyError(`ERR wrong number of arguments for '${name}' command`)
export const notBetween = (least: number, most: number): ReplyError =>
  new ReplyError(`ERR value is out of range, value must between ${least} and ${most}`)
export const invalidExpire = (name: ByteString): ReplyError => new ReplyError(`ERR invalid expire time in '${name}' command`)

// Redis shows at most this much of a command that it does not know.
const SHOWN = 128

/** Commands and types of values that not every engine has, and the option of `createRedis` that brings them. */
const BROUGHT = {
  lua: /^(eval|fcall|script$|function$)/i,
  json: /^(json\.|ReJSON-RL$)/i,
  vectors: /^(v(add|sim|rem|card|dim|emb|links|info|setattr|getattr|randmember|ismember|range)|vectorset)$/i,
  admin: /^(slowlog|latency|debug|acl)$/i,
}

/** Of commands and types that `isodis/small` leaves out. */
export const IN_ISODIS = '(createRedis of isodis has it)'

/** Says what brings a command or a type of value, if that is known. @param leftOut what `isodis` has and this engine has not */
export function whatBrings(name: ByteString, leftOut?: RegExp): string {
  if (leftOut?.test(name)) return IN_ISODIS
  for (const [option, names] of Object.entries(BROUGHT))
    if (names.test(name)) return `(createRedis({ ${option} }) of isodis/${option} has it)`
  return ''
}

/** What is said of stored data with a value of a type that the engine lacks. */
export const missingType = (name: string): string => `a value of the type ${name} ${whatBrings(name)}`.trim()

export function unknownCommand(argv: readonly ByteString[], leftOut?: RegExp): ReplyError {
  let shown = ''
  for (let i = 1; i < argv.length && shown.length < SHOWN; i++) shown += `'${printed(argv[i].slice(0, SHOWN - shown.length))}' `
  shown += whatBrings(argv[0], leftOut)
  return new ReplyError(`ERR unknown command '${printed(argv[0].slice(0, SHOWN))}', with args beginning with: ${shown}`)
}

export function unknownSubcommand(argv: readonly ByteString[]): ReplyError {
  return new ReplyError(`ERR unknown subcommand '${printed(argv[1].slice(0, SHOWN))}'. Try ${argv[0].toUpperCase()} HELP.`)
}

/** A subcommand that takes other arguments than it got. */
export function subcommandSyntax(argv: readonly ByteString[]): ReplyError {
  const [container, subcommand] = argv
  return new ReplyError(
    `ERR unknown subcommand or wrong number of arguments for '${printed(subcommand)}'. Try ${container.toUpperCase()} HELP.`,
  )
}

/** At its end an error has no line feeds at all. */
export function unsupportedOption(option: ByteString): ReplyError {
  return new ReplyError(`ERR Unsupported option ${printed(option.split('\0', 1)[0].replace(/[\r\n]+$/, ''))}`)
}

/** As C prints it, up to a zero byte; an error is one line on the wire. */
export const printed = (text: ByteString): ByteString => text.split('\0', 1)[0].replace(/[\r\n]/g, ' ')
