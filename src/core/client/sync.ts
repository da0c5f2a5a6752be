// The client without promises, for a backend in the same process. A command that would wait gives what it gives when its
// time is up.
import { ReplyError, type Reply } from '../reply.ts'
import { commandName, encodeCommand, type Value } from './arguments.ts'
import type { Argv } from './backend.ts'
import { Commands } from './commands.ts'
import { anything, type Decode, type Plain, type Text, type ToText } from './decode.ts'
import { RedisError } from './errors.ts'
import { finish } from './redis.ts'

export class SyncRedis<T extends Text = string> extends Commands<'sync', T> {
  readonly #execute: (argv: Argv) => Reply | Promise<Reply>
  readonly #toText: ToText<T>

  constructor(execute: (argv: Argv) => Reply | Promise<Reply>, toText: ToText<T>) {
    super()
    this.#execute = execute
    this.#toText = toText
  }

  protected run<R>(argv: Value[], decode: Decode<T, R>): R {
    const line = encodeCommand(argv)
    const reply = this.#execute(line)
    if (reply instanceof Promise)
      throw RedisError.from(new ReplyError(`ERR '${line[0]}' cannot be waited for: use the client without sync`), line[0])
    return finish(reply, line[0], decode, this.#toText)
  }

  /** Runs any command. */
  call(name: string, ...args: Value[]): Plain<T> {
    const command = commandName(name)
    return this.run([command, ...args], anything(command))
  }
}
