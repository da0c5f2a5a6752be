// HyperLogLogs: https://redis.io/docs/latest/commands/?group=hyperloglog
import type { Key, Value } from '../arguments.ts'
import { integer, ok, type Text } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

export abstract class HyperLogLogs<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Notes elements as seen. @returns 1 if the estimate may have changed */
  pfadd(key: Key, ...elements: Value[]): Out<M, T, number> {
    return this.run(['PFADD', key, ...elements], integer)
  }

  /** Estimates how many different elements were seen, by several together; the error is 0.8 % on average. */
  pfcount(...keys: Key[]): Out<M, T, number> {
    return this.run(['PFCOUNT', ...keys], integer)
  }

  /** Adds what others have seen to what the first one has. */
  pfmerge(destination: Key, ...sources: Key[]): Out<M, T, 'OK'> {
    return this.run(['PFMERGE', destination, ...sources], ok)
  }
}
