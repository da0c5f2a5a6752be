// The named exceptions: what backends do in place of a case of the contract. Each is tested where it applies.
import { expect } from 'vitest'
import type { Body, Context, Exception } from './contract.ts'

/** The case fails with this error of the server or of the adapter. */
export function failsWith(message: RegExp): Exception['instead'] {
  return async (context: Context, body: Body): Promise<void> => {
    // Where the case itself expects an error, the other error shows in the message of its failure.
    const error = await body(context).then(
      () => undefined,
      (error: Error & { actual?: { message?: string } }) => error,
    )
    expect(error, 'the case holds: the exception is not needed').toBeDefined()
    expect([error!.message, error!.actual?.message].join('\n')).toMatch(message)
  }
}

const UNKNOWN_COMMAND = /ERR unknown command|EXECABORT/

/** redis-server 7.0.15, which Debian has, lacks what came later; the engine has it. */
export const redis70 = {
  'Redis 7.2': {
    name: 'needs Redis 7.2',
    why: "the server's error: `ERR syntax error` for an option, `ERR unknown command` for a command",
    instead: failsWith(/ERR syntax error|ERR wrong number of arguments|EXECABORT/),
  },
  'Redis 7.4': {
    name: 'needs Redis 7.4',
    why: "the server's error: `ERR unknown command`",
    instead: failsWith(UNKNOWN_COMMAND),
  },
} satisfies Record<string, Exception>

/** Without `stringNumbers` ioredis makes numbers of all integers. */
export const rounding: Exception = {
  name: 'rounded integers',
  why: 'integers beyond 2^53 in replies are rounded, unless the ioredis client is made with `stringNumbers: true`; values are never touched',
  instead: async ({ redis }) => {
    expect(redis.capabilities.exactIntegers).toBe(false)
    await redis.set('n', '9007199254740992')
    expect(await redis.incr('n')).toBe(2 ** 53)
    expect(await redis.get('n')).toBe('9007199254740993')
  },
}
