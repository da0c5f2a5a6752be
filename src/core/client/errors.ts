// The one error that a command can fail with, whatever the backend.
import { decodeUtf8, encodeUtf8 } from '../bytes.ts'
import { ReplyError } from '../reply.ts'

/** A command failed. The message is Redis's own text. */
export class RedisError extends Error {
  override name = 'RedisError'
  /** The first word of Redis's text: `WRONGTYPE`, `MISCONF`, `NOSCRIPT`, ...; `ERR` if it has none of its own. */
  readonly code: string
  /** The command's name, such as `HSET`, without its arguments. */
  readonly command: string | undefined

  constructor(message: string, options: { command?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = /^[A-Z][A-Z0-9_]*(?= )/.exec(message)?.[0] ?? 'ERR'
    this.command = options.command
  }

  /** An error reply as an error. */
  static from(reply: ReplyError, command: string): RedisError {
    return new RedisError(decodeUtf8(reply.text), { command, cause: reply.cause })
  }
}

/** A reply in the place of one that never came. Whether the command has run is not known. @param cause the library's own error */
export function unreachable(cause: unknown): ReplyError {
  return new ReplyError(`CONNECTION ${encodeUtf8(cause instanceof Error ? cause.message : String(cause))}`, cause)
}

/** Whether a reply stands for one that never came. */
export function isLost(reply: unknown): reply is ReplyError {
  return reply instanceof ReplyError && reply.text.startsWith('CONNECTION ')
}

/** Why a connection that has ended gives no replies: in ioredis's words. */
export const connectionClosed = (): Error => new Error('Connection is closed.')

/** A command that a backend cannot run, said before anything is sent. */
export function unsupported(command: string, instead: string): RedisError {
  return new RedisError(`UNSUPPORTED ${command}: ${instead}`, { command })
}
