// What the client's part of an entry such as isodis/json is: methods that run as those of a client, a batch or `redis.sync` do.
import type { Value } from './arguments.ts'
import type { CallOptions } from './backend.ts'
import type { Decode, Text } from './decode.ts'
import { type Mode, type Out, Runner } from './runner.ts'

/** What runs commands: a client, what `watch` gives, `redis.sync`, or a batch. */
interface Runs {
  run(argv: Value[], decode: Decode<Text, unknown>, options?: CallOptions): unknown
}

/** Methods that run on something that runs commands. */
export abstract class View<M extends Mode, T extends Text> extends Runner<M, T> {
  readonly #on: Runs

  /** @param on a client, what `watch` gives, `redis.sync`, or a batch */
  constructor(on: object) {
    super()
    this.#on = on as Runs
  }

  protected run<R>(argv: Value[], decode: Decode<T, R>, options?: CallOptions): Out<M, T, R> {
    return this.#on.run(argv, decode as Decode<Text, unknown>, options) as Out<M, T, R>
  }
}
