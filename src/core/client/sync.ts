// The client without promises, for a backend in the same process. A command that would block returns at once what it
// returns on a timeout.
import { ReplyError, type Reply } from '../reply.ts'
import { encodeCommand, type Value } from './arguments.ts'
import type { Argv, Backend } from './backend.ts'
import { AllCommands } from './commands.ts'
import { anyCommand } from './connection-commands.ts'
import { anything, type Decode, type Plain, type Text, type ToText } from './decode.ts'
import { RedisError } from './errors.ts'
import { finish } from './redis.ts'
import { type Given, type Returned, type Script, scriptLine, scriptResult } from './script.ts'

/**
 * The client without promises: `redis.sync`. Methods return results and throw errors. What would wait for others returns at once what
 * it returns when its time is up.
 */
export class SyncRedis<T extends Text = string> extends AllCommands<'sync', T> {
  readonly #execute: (argv: Argv) => Reply | Promise<Reply>
  readonly #toText: ToText<T>
  readonly #backend: Pick<Backend, 'capabilities' | 'loadScript'>

  /** @param backend knows scripts */
  constructor(execute: (argv: Argv) => Reply | Promise<Reply>, toText: ToText<T>, backend: Pick<Backend, 'capabilities' | 'loadScript'>) {
    super()
    this.#execute = execute
    this.#toText = toText
    this.#backend = backend
  }

  protected run<R>(argv: Value[], decode: Decode<T, R>): R {
    const line = encodeCommand(argv)
    const reply = this.#execute(line)
    if (reply instanceof Promise)
      throw RedisError.from(new ReplyError(`ERR '${line[0]}' cannot be waited for: use the client without sync`), line[0])
    return finish(reply, line[0], decode, this.#toText)
  }

  /** Runs any command. @throws RedisError for CLIENT REPLY: each call gets its reply */
  call(name: string, ...args: Value[]): Plain<T> {
    const command = anyCommand(name, args)
    return this.run([command, ...args], anything(command))
  }

  /** Makes a function of a script. It throws a TypeError for what is missing or of the wrong type. */
  script<K, A, R>(script: Script<K, A, R>): (...given: Given<K, A>) => Returned<R, T> {
    return (...given) => {
      const line = scriptLine(this.#backend.capabilities, script, given, false)
      this.#backend.loadScript?.(script)
      return scriptResult(this.#execute(line) as Reply, script, this.#toText)
    }
  }
}
