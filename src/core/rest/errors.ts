// The protocol's own errors, worded as Upstash words them; everything else is the backend's text.
import type { ByteString } from '../bytes.ts'
import { ReplyError } from '../reply.ts'
import type { Argv } from '../client/backend.ts'

export const WRONG_TOKEN = new ReplyError('WRONGPASS invalid or missing auth token')
export const NOT_A_COMMAND = new ReplyError('ERR failed to parse command')
export const EMPTY_COMMAND = new ReplyError('ERR empty command')
export const NOT_A_PIPELINE = new ReplyError('ERR failed to parse pipeline request')
export const EMPTY_PIPELINE = new ReplyError('ERR empty pipeline request')
export const EMPTY_PIPELINE_COMMAND = new ReplyError('ERR empty pipeline command')
export const TOO_MANY_STREAMS = new ReplyError('ERR max concurrent connections exceeded')
export const BAD_FORMAT = new ReplyError('ERR Upstash-Response-Format must be json or resp2')
export const BASE64_IN_RESP2 = new ReplyError('ERR Upstash-Encoding base64 does not go with Upstash-Response-Format resp2')
export const NO_RESP2 = new ReplyError('ERR Upstash-Response-Format resp2 is not supported by multi-exec')
export const NO_BACKEND = new ReplyError('ERR the database cannot be reached')
export const INTERNAL = new ReplyError('ERR internal error')

export function notAvailable(argv: Argv): ReplyError {
  return new ReplyError(
    `ERR Command is not available: '${argv[0]}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`,
  )
}

/** The token may not run a command. */
export function notPermitted(name: ByteString): ReplyError {
  return new ReplyError(`NOPERM this user has no permissions to run the '${name.toLowerCase()}' command`)
}

/** @param actual bytes; undefined if nobody counted them to the end */
export function requestTooLarge(limit: number, actual: number | undefined): ReplyError {
  const counted = actual === undefined ? '' : `, Actual: ${actual} bytes`
  return new ReplyError(`ERR max request size exceeded. Limit: ${limit} bytes${counted}`)
}

export function tooManyCommands(limit: number, actual: number): ReplyError {
  return new ReplyError(`ERR max pipeline size exceeded. Limit: ${limit} commands, Actual: ${actual} commands`)
}
