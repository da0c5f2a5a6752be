// Commands collected to be sent together: a pipeline, or with `atomic` a transaction. It has every method of the client;
// each returns the batch itself, typed with one more result.
import type { ByteString } from '../bytes.ts'
import { ReplyError } from '../reply.ts'
import { encodeCommand, type Value } from './arguments.ts'
import type { Backend } from './backend.ts'
import { AllCommands } from './commands.ts'
import { sharedCommand } from './connection-commands.ts'
import { anything, type Decode, type Plain, type Text, type ToText } from './decode.ts'
import { RedisError } from './errors.ts'
import type { Collected, Out } from './runner.ts'
import { type Given, type Returned, type Script, scriptError, scriptLine } from './script.ts'

type AnyScript = Script<never, never, unknown>

/** Each result, or the error of its command. */
export type Settled<Results extends readonly unknown[]> = { [I in keyof Results]: Results[I] | RedisError }

/** Commands that are collected, from `pipeline()` or `multi()`, until `exec()` sends them together and gives all results as a tuple. */
export class Batch<Results extends readonly unknown[], Aborted, T extends Text> extends AllCommands<Collected<Results, Aborted>, T> {
  readonly #backend: Backend
  readonly #toText: ToText<T>
  readonly #atomic: boolean
  // Two arrays rather than one of objects: a pipeline has many commands, and each object would be work for the garbage collector.
  #lines: ByteString[][] = []
  #decoders: Decode<T, unknown>[] = []
  /** The scripts that are called, by SHA-1, and by the place of the call. */
  #scripts = new Map<string, AnyScript>()
  #calls = new Map<number, AnyScript>()

  constructor(backend: Backend, toText: ToText<T>, atomic: boolean) {
    super()
    this.#backend = backend
    this.#toText = toText
    this.#atomic = atomic
  }

  /** The number of commands collected so far. */
  get length(): number {
    return this.#lines.length
  }

  protected run<R>(argv: Value[], decode: Decode<T, R>): Out<Collected<Results, Aborted>, T, R> {
    this.#lines.push(encodeCommand(argv))
    this.#decoders.push(decode)
    return this as unknown as Out<Collected<Results, Aborted>, T, R>
  }

  /** Collects any command. @throws RedisError for one that would change the connection, which is shared */
  call(name: string, ...args: Value[]): Out<Collected<Results, Aborted>, T, Plain<T>> {
    const command = sharedCommand(name, args)
    return this.run([command, ...args], anything(command))
  }

  /**
   * Collects a call of a script.
   * @throws TypeError if a key or an argument is missing or of the wrong type
   */
  script<K, A, R>(script: Script<K, A, R>, ...given: Given<K, A>): Out<Collected<Results, Aborted>, T, Returned<R, T>> {
    const { capabilities } = this.#backend
    // A batch cannot be repeated if the server turns out not to know a script, so its source is sent with the first call; in a
    // cluster's pipeline with every call, since each node must know it.
    const known = this.#backend.loadScript !== undefined || (this.#scripts.has(script.sha) && (this.#atomic || capabilities.multipleSlots))
    const argv = scriptLine(capabilities, script, given, !known)
    this.#scripts.set(script.sha, script)
    this.#calls.set(this.#lines.length, script)
    this.#lines.push(argv)
    this.#decoders.push(script.decode)
    return this as unknown as Out<Collected<Results, Aborted>, T, Returned<R, T>>
  }

  /**
   * Sends the commands and empties the batch.
   * @returns the results in order; for a transaction null if a watched key has changed
   * @throws RedisError the first error; the other commands have run all the same
   * @typeParam R the results, where the compiler cannot know them because a loop collected them: `exec<string[]>()`
   */
  async exec<R extends readonly unknown[] = Results>(): Promise<NoInfer<R> | Aborted> {
    const settled = await this.execSettled<R>()
    const failed = settled === null ? undefined : (settled as readonly unknown[]).find((result) => result instanceof RedisError)
    if (failed !== undefined) throw failed
    return settled as R | Aborted
  }

  /** As `exec`, but a command's error takes the place of its result. @throws RedisError if nothing has run at all */
  async execSettled<R extends readonly unknown[] = Results>(): Promise<Settled<NoInfer<R>> | Aborted> {
    const [lines, decoders, scripts, calls] = [this.#lines, this.#decoders, this.#scripts, this.#calls]
    this.#lines = []
    this.#decoders = []
    this.#scripts = new Map()
    this.#calls = new Map()
    if (lines.length === 0) return [] as unknown as Settled<R>
    for (const script of scripts.values()) this.#backend.loadScript?.(script)
    const replies = await this.#backend.batch(lines, this.#atomic)
    if (replies === null) return null as Aborted
    const results: unknown[] = replies // which is ours
    for (let i = 0; i < replies.length; i++) {
      const reply = replies[i]
      const script = calls.get(i)
      if (!(reply instanceof ReplyError)) results[i] = decoders[i](reply, this.#toText)
      else results[i] = script === undefined ? RedisError.from(reply, lines[i][0]) : scriptError(reply, script)
    }
    return results as unknown as Settled<R>
  }
}
