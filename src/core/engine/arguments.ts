// Reading a command's arguments: each of these gives a value or throws Redis's error for it.
import type { ByteString } from '../bytes.ts'
import { ReplyError } from '../reply.ts'
import type { Argv } from './command.ts'
import {
  INVALID_CURSOR,
  LIMIT_NEGATIVE,
  NOT_FLOAT,
  NOT_INTEGER,
  NOT_POSITIVE,
  OUT_OF_RANGE,
  SYNTAX,
  TIMEOUT_NEGATIVE,
  TIMEOUT_NOT_FLOAT,
  TIMEOUT_NOT_INTEGER,
} from './errors.ts'
import { type Int64, parseDouble, parseInt64 } from '../numbers.ts'

/** A 64-bit integer, exact. */
export function int64(text: ByteString, error: ReplyError = NOT_INTEGER): Int64 {
  const value = parseInt64(text)
  if (value === undefined) throw error
  return value
}

/** A 64-bit integer where the nearest double will do: an index, a count, a cursor. */
export function integer(text: ByteString, error: ReplyError = NOT_INTEGER): number {
  return Number(int64(text, error))
}

/** An integer from `least` to `most`. @param malformed the error for what is no integer, if it has one of its own */
export function integerIn(text: ByteString, least: number, most: number, error: ReplyError, malformed = error): number {
  const value = integer(text, malformed)
  if (value < least || value > most) throw error
  return value
}

/** A count that must be 0 or more. */
export function positive(text: ByteString): number {
  return integerIn(text, 0, Infinity, NOT_POSITIVE)
}

const LONG_MAX = 2 ** 63
/** The longest array of random elements that may be asked for: more would not fit in memory, and Redis dies of it. */
const MOST_REPEATED = 2 ** 26

/**
 * How many random elements: a negative count allows repetition.
 * @param pairs whether each element brings a value with it
 */
export function randomCount(text: ByteString, pairs: boolean): number {
  const count = integer(text)
  if (count < -MOST_REPEATED || (pairs && count > LONG_MAX / 2)) throw OUT_OF_RANGE
  return count
}

export function double(text: ByteString, error: ReplyError = NOT_FLOAT): number {
  const value = parseDouble(text)
  if (Number.isNaN(value)) throw error
  return value
}

/**
 * A double as plain strtod takes it: after spaces, up to a zero byte, nothing at all for 0.
 * @param bounded whether a number too large or too small is an error rather than infinite or 0
 */
export function looseDouble(text: ByteString, error: ReplyError, bounded = false): number {
  let value = parseDouble(text)
  if (!Number.isNaN(value)) return value
  const line = text.split('\0', 1)[0]
  if (line === '') return 0
  const number = line.replace(/^[ \t-\r]+/, '')
  value = parseDouble(number)
  if (!Number.isNaN(value)) return value
  // parseDouble refuses numbers that are too large or too small; Number makes Infinity or 0 of them, as strtod does.
  const extreme = /\d$/.test(number) && !bounded ? Number(number) : NaN
  if (Number.isNaN(extreme)) throw error
  return extreme
}

/** A blocking command's timeout, in milliseconds; 0 waits for ever. */
export function timeout(text: ByteString): number {
  const seconds = parseDouble(text)
  if (Number.isNaN(seconds)) throw TIMEOUT_NOT_FLOAT
  // Redis computes in 64 bits, where what is too large becomes negative.
  if (seconds < 0 || seconds * 1000 >= LONG_MAX) throw TIMEOUT_NEGATIVE
  return Math.ceil(seconds * 1000)
}

/** A timeout in whole milliseconds. */
export function milliseconds(text: ByteString): number {
  return integerIn(text, 0, Infinity, TIMEOUT_NEGATIVE, TIMEOUT_NOT_INTEGER)
}

/** The cursor of a SCAN: an unsigned integer, or nothing for the first, as Redis up to 7.0 takes it (Laravel with Predis sends it). */
export function cursor(text: ByteString): number {
  if (!/^(\+?\d{1,20})?$/.test(text) || BigInt(text) >= 2n ** 64n) throw INVALID_CURSOR
  return Number(text)
}

/**
 * A reader for each option, by the option's word. A reader's parameters are the words that follow it: an option must be followed by as
 * many words as its reader has parameters.
 */
type OptionReaders = Readonly<Record<string, (first: ByteString, second: ByteString) => unknown>>

/** Reads an option that has no words behind it. */
export const flag = (): true => true

/**
 * Reads the options from a position of argv on, in order.
 * @param error of a word that is no option, or has too few words behind it
 * @returns what was read, by the options' words; of an option that is given twice the last
 */
export function readOptions<R extends OptionReaders>(
  argv: Argv,
  from: number,
  readers: R,
  error: (word: ByteString) => ReplyError = () => SYNTAX,
): { [Word in keyof R]?: ReturnType<R[Word]> } {
  const given: Record<string, unknown> = {}
  for (let i = from; i < argv.length;) {
    const word = argv[i].toUpperCase()
    const read = readers[word] as R[string] | undefined
    if (read === undefined || i + read.length >= argv.length) throw error(argv[i])
    given[word] = read(argv[i + 1], argv[i + 2])
    i += 1 + read.length
  }
  return given as { [Word in keyof R]?: ReturnType<R[Word]> }
}

/** `[LIMIT limit]` from a position on, as SINTERCARD and ZINTERCARD have it. @returns Infinity for 0 and for none */
export function limitOption(argv: Argv, from: number): number {
  const { LIMIT } = readOptions(argv, from, { LIMIT: (text) => integerIn(text, 0, Infinity, LIMIT_NEGATIVE) })
  return LIMIT || Infinity
}

/** An index that may count from the end, cut to 0..length-1 as ranges do. */
export function clampRange(start: number, stop: number, length: number): { start: number; stop: number } | null {
  const from = Math.max(start < 0 ? start + length : start, 0)
  const to = Math.min(stop < 0 ? stop + length : stop, length - 1)
  return from > to ? null : { start: from, stop: to }
}
