// Coroutines. JS cannot leave a call in the middle, so what runs in a coroutine does not run as closures: steps.ts walks
// the same tree with a generator, and whatever contains no call still runs as the closures that exist anyway.
import type { Steps } from './steps.ts'
import type { LuaValue, Result } from './value.ts'

export class Coroutine {
  status: 'suspended' | 'running' | 'normal' | 'dead' = 'suspended'
  /** Calls that are open in it. */
  depth = 0
  /** Starts it, or goes on; null once it has ended. */
  steps: Steps<Result> | null = null
  readonly begin: (values: readonly LuaValue[]) => Steps<Result>

  constructor(begin: (values: readonly LuaValue[]) => Steps<Result>) {
    this.begin = begin
  }
}
