// From a request's JSON to command lines. Strings, numbers and booleans are arguments; null, arrays and objects mean
// nothing to Redis, so they are an error before anything runs.
import { type ByteString, encodeUtf8 } from '../bytes.ts'
import { encodeArgument } from '../client/arguments.ts'
import { ReplyError } from '../reply.ts'
import { EMPTY_COMMAND, EMPTY_PIPELINE, EMPTY_PIPELINE_COMMAND, NOT_A_COMMAND, NOT_A_PIPELINE } from './errors.ts'

/** A command line, or what is wrong with it. */
export type Line = ByteString[] | ReplyError

/** @param json an array: the command's name and its arguments; it becomes the line. @param bytes its strings are bytes already */
export function commandFrom(json: unknown, bytes = false): Line {
  if (!Array.isArray(json)) return NOT_A_COMMAND
  if (json.length === 0) return EMPTY_COMMAND
  const argv = json as ByteString[]
  for (let i = 0; i < argv.length; i++) {
    const argument: unknown = argv[i]
    if (typeof argument === 'string' && !(bytes && WIDE.test(argument))) argv[i] = bytes ? argument : encodeUtf8(argument)
    else if (typeof argument === 'number') argv[i] = encodeArgument(argument)
    else if (typeof argument === 'boolean') argv[i] = String(argument)
    else return NOT_A_COMMAND
  }
  return named(argv)
}

/** @param json an array of commands; one that is none spoils all. @param bytes its strings are bytes already */
export function commandsFrom(json: unknown, bytes = false): Line[] | ReplyError {
  if (!Array.isArray(json) || !json.every(Array.isArray)) return NOT_A_PIPELINE
  if (json.length === 0) return EMPTY_PIPELINE
  const lines = json.map((command: unknown[]) => (command.length === 0 ? EMPTY_PIPELINE_COMMAND : commandFrom(command, bytes)))
  return lines.includes(NOT_A_COMMAND) ? NOT_A_PIPELINE : lines
}

/** No byte. */
const WIDE = /[^\0-\xff]/
const NON_ASCII = /[^\0-\x7f]/

/** Backends know a command's name in upper case. What is not ASCII is no command's name. */
export function named(argv: ByteString[]): ByteString[] {
  if (!NON_ASCII.test(argv[0])) argv[0] = argv[0].toUpperCase()
  return argv
}
