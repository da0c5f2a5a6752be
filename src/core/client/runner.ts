// How a method's command gets run. A method is written once, as a command line and a decoder; a view decides what becomes
// of them: the async client awaits them, the sync client runs them at once, a batch collects them.
import type { Value } from './arguments.ts'
import type { CallOptions } from './backend.ts'
import type { Batch } from './batch.ts'
import type { Decode, Text } from './decode.ts'

/** A batch with these results so far; `aborted` is what `exec` gives besides them (null, where keys are watched). */
export interface Collected<Results extends readonly unknown[], Aborted> {
  readonly results: Results
  readonly aborted: Aborted
}
export type Mode = 'async' | 'sync' | Collected<readonly unknown[], unknown>

/** What a method returns: a promise, the result itself, or the batch with one more result. */
export type Out<M extends Mode, T extends Text, R> = M extends 'async'
  ? Promise<R>
  : M extends 'sync'
    ? R
    : M extends Collected<infer Results, infer Aborted>
      ? Batch<[...Results, R], Aborted, T>
      : never

/** What every group of commands is made on. */
export abstract class Runner<M extends Mode, T extends Text> {
  /** Runs a command. It takes `argv` over. */
  protected abstract run<R>(argv: Value[], decode: Decode<T, R>, options?: CallOptions): Out<M, T, R>
}
