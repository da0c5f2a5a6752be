// The way of commands through an ioredis connection, alone or together. It goes around `callBuffer`, which loses a command's
// name where `enableAutoPipelining` is set, and which cannot be asked where the keys are.
import type { Argv } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import type { Command, Connection, Maker, Pipeline } from './client.ts'
import { failureOf, replyOf, someOf, wordsOf } from './replies.ts'

export class Sender<C extends Connection = Connection> {
  readonly connection: C
  readonly #maker: Maker

  /** @param keyPrefix what ioredis puts before every key */
  constructor(connection: C, keyPrefix: string | undefined = connection.options.keyPrefix) {
    this.connection = connection
    this.#maker = { options: { keyPrefix }, isPipeline: true, sendCommand: (command) => command }
  }

  /** Runs one command. What ioredis rejects with is a reply too. */
  send(argv: Argv): Promise<Reply> {
    const command = this.make(argv)
    this.connection.sendCommand(command)
    return command.promise.then((value) => replyOf(argv, value), failureOf)
  }

  /**
   * Runs commands together.
   * @returns null if a watched key has changed
   * @throws RedisError if none of them has run
   */
  async sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    const pipeline: Pipeline = atomic ? this.connection.multi() : this.connection.pipeline()
    for (const argv of commands) pipeline.sendCommand!(this.make(argv))
    const results = await pipeline.exec().catch(refused)
    if (results === null) return null
    const replies = results.map(([error, value], i) => (error === null ? replyOf(commands[i], value) : failureOf(error)))
    return someOf(replies, commands)
  }

  /** ioredis's object for a command, which `callBuffer` makes and hands to `sendCommand` of what it is called on. */
  make(argv: Argv): Command {
    const command = this.connection.callBuffer.call(this.#maker, ...wordsOf(argv)) as unknown as Command
    if (this.#maker.options.keyPrefix !== undefined && lacksKeys(command, argv)) return new Sender(this.connection, '').make(argv)
    return command
  }
}

/** Whether a key is missing: then ioredis has put `undefined` in its place, prefixed or not. The server shall say so instead. */
export function lacksKeys(command: Command, argv: Argv): boolean {
  return command.args.length >= argv.length
}

/** EXEC failed. The first command that could not be queued is the cause. */
function refused(error: { previousErrors?: (Error & { command?: { name: string } })[] }): never {
  const cause = error.previousErrors?.[0]
  const reply = failureOf(error)
  if (cause === undefined) throw RedisError.from(reply, 'EXEC')
  throw RedisError.from(new ReplyError(reply.text, RedisError.from(failureOf(cause), cause.command?.name ?? '')), 'EXEC')
}
