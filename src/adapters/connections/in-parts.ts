// A pipeline in which something may wait. On the connection that all calls share it would hold up everything, and for ever if
// what it waits for is behind it. So it goes alone, on a connection of its own, and what stands behind it comes after it.
import { encodeUtf8 } from '../../core/bytes.ts'
import type { Argv, Backend } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { tellsOfWrites, waits } from '../../core/client/waits.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { someOf } from './connection.ts'

/** Whether a command cannot be sent with the others of its pipeline. */
export const goesAlone = (argv: Argv): boolean => waits(argv) && !tellsOfWrites(argv)

/** @throws RedisError if no reply at all has come */
export async function inParts(backend: Backend, commands: readonly Argv[]): Promise<Reply[]> {
  const replies: Reply[] = []
  for (let at = 0; at < commands.length;) {
    const from = at
    while (at < commands.length && !goesAlone(commands[at])) at++
    const together = commands.slice(from, at)
    if (together.length > 0) {
      const settled = await backend.batch(together, false).catch((error: unknown) => together.map(() => replyOf(error)))
      for (const reply of settled!) replies.push(reply)
    }
    if (at < commands.length) replies.push(await Promise.resolve(backend.call(commands[at++], { blocking: true })).catch(replyOf))
  }
  return someOf(replies, commands)
}

function replyOf(error: unknown): ReplyError {
  if (!(error instanceof RedisError)) throw error
  return new ReplyError(encodeUtf8(error.message), error.cause)
}
