// Commands collected to be sent together: a pipeline, or with `atomic` a transaction. It has every method of the client;
// each returns the batch itself, typed with one more result.
import type { ByteString } from '../bytes.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { commandName, encodeCommand, type Value } from './arguments.ts'
import type { Backend } from './backend.ts'
import { Commands } from './commands.ts'
import { anything, type Decode, type Plain, type Text, type ToText } from './decode.ts'
import { RedisError } from './errors.ts'
import type { Collected, Out } from './runner.ts'

/** Each result, or the error of its command. */
export type Settled<Results extends readonly unknown[]> = { [I in keyof Results]: Results[I] | RedisError }

export class Batch<Results extends readonly unknown[], Aborted, T extends Text> extends Commands<Collected<Results, Aborted>, T> {
  readonly #backend: Backend
  readonly #toText: ToText<T>
  readonly #atomic: boolean
  #commands: { argv: ByteString[]; decode: Decode<T, unknown> }[] = []

  constructor(backend: Backend, toText: ToText<T>, atomic: boolean) {
    super()
    this.#backend = backend
    this.#toText = toText
    this.#atomic = atomic
  }

  /** How many commands are collected. */
  get length(): number {
    return this.#commands.length
  }

  protected run<R>(argv: Value[], decode: Decode<T, R>): Out<Collected<Results, Aborted>, T, R> {
    this.#commands.push({ argv: encodeCommand(argv), decode })
    return this as unknown as Out<Collected<Results, Aborted>, T, R>
  }

  /** Collects any command. */
  call(name: string, ...args: Value[]): Out<Collected<Results, Aborted>, T, Plain<T>> {
    const command = commandName(name)
    return this.run([command, ...args], anything(command))
  }

  /**
   * Sends the commands and empties the batch.
   * @returns the results in order; for a transaction null if a watched key has changed
   * @throws RedisError of the first command that failed; the others have run all the same
   */
  async exec(): Promise<Results | Aborted> {
    const settled = await this.execSettled()
    const failed = settled === null ? undefined : (settled as readonly unknown[]).find((result) => result instanceof RedisError)
    if (failed !== undefined) throw failed
    return settled as Results | Aborted
  }

  /** As `exec`, but a command's error takes the place of its result. @throws RedisError if nothing has run at all */
  async execSettled(): Promise<Settled<Results> | Aborted> {
    const commands = this.#commands
    this.#commands = []
    if (commands.length === 0) return [] as unknown as Settled<Results>
    const lines = commands.map(({ argv }) => argv)
    const replies = await this.#backend.batch(lines, this.#atomic)
    if (replies === null) return null as Aborted
    return commands.map(({ argv, decode }, i) => this.#settle(replies[i], argv[0], decode)) as unknown as Settled<Results>
  }

  #settle(reply: Reply, command: string, decode: Decode<T, unknown>): unknown {
    return reply instanceof ReplyError ? RedisError.from(reply, command) : decode(reply, this.#toText)
  }
}
