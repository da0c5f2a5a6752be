// HyperLogLogs: https://redis.io/docs/latest/commands/?group=hyperloglog
import type { Key, Value } from '../arguments.ts'
import { integer, ok, type Text } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

/** The methods of one group of commands. HyperLogLogs. */
export abstract class HyperLogLogs<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds elements. @returns 1 if the estimate may have changed, 0 if not */
  pfadd(key: Key, ...elements: Value[]): Out<M, T, number> {
    return this.run(['PFADD', key, ...elements], integer)
  }

  /** Estimates the number of different elements in one or the union of several; the standard error is 0.81 %. */
  pfcount(...keys: Key[]): Out<M, T, number> {
    return this.run(['PFCOUNT', ...keys], integer)
  }

  /** Merges others into the first one. */
  pfmerge(destination: Key, ...sources: Key[]): Out<M, T, 'OK'> {
    return this.run(['PFMERGE', destination, ...sources], ok)
  }
}
