// Coroutines: each has the calls that are open in it, and none of them is on the stack of JS. Only what is called by Lua can be
// left, as in Lua 5.1: a library's function, and what it calls, runs as anywhere else.
import { Closure, type Frame, NORMAL, PendingCall, RESULT, RETURN } from './frame.ts'
import type { Machine } from './machine.ts'
import { NOWHERE, type Site } from './site.ts'
import { END, type Step, stepsOf } from './steps.ts'
import { all, apply, type LuaFunction, type LuaValue, NONE, type Result } from './value.ts'

/** A call that has begun. */
interface OpenCall {
  readonly steps: readonly Step[]
  readonly frame: Frame
  /** The next step. */
  at: number
  /** From where the call was made. */
  readonly site: Site
}

export class Coroutine {
  status: 'suspended' | 'running' | 'normal' | 'dead' = 'suspended'
  readonly #machine: Machine
  readonly #yields: LuaFunction
  readonly #calls: OpenCall[] = []
  /** What it runs, until it has begun. */
  #begin: Closure | null

  /** @param yields the function `coroutine.yield` */
  constructor(machine: Machine, begin: Closure, yields: LuaFunction) {
    this.#machine = machine
    this.#begin = begin
    this.#yields = yields
  }

  /** @returns what it yields or gives back; @throws LuaError */
  resume(values: readonly LuaValue[]): readonly LuaValue[] {
    const machine = this.#machine
    const { depth, nested, coroutine: outer, site } = machine
    if (outer !== null) outer.status = 'normal'
    this.status = 'running'
    machine.coroutine = this
    machine.nested++
    try {
      for (const call of this.#calls) machine.callers[machine.depth++] = call.site
      machine.site = NOWHERE
      return all(this.#run(values))
    } finally {
      if (this.status === 'running') this.status = 'dead'
      machine.depth = depth
      machine.nested = nested
      machine.site = site
      machine.coroutine = outer
      if (outer !== null) outer.status = 'running'
    }
  }

  #run(values: readonly LuaValue[]): Result {
    const calls = this.#calls
    let result: Result = values
    let next = this.#begin === null ? null : new PendingCall(this.#begin, values)
    this.#begin = null
    for (;;) {
      if (next !== null) {
        if (next.fn === this.#yields) {
          this.status = 'suspended'
          return next.values
        }
        result = this.#call(next)
        next = null
      }
      const call = calls.at(-1)
      if (call === undefined) return result
      const { steps, frame } = call
      frame[RESULT] = result
      while (next === null && call.at < steps.length) {
        const { run, label } = steps[call.at++]
        const signal = run(frame)
        if (signal === NORMAL) continue
        call.at = (signal === RETURN ? END : label).at
        if (typeof signal !== 'object') continue
        // A function that ends with a call of a library's is still there while that runs.
        if (label === END && !(signal.fn instanceof Closure) && signal.fn !== this.#yields) frame[RESULT] = apply(signal.fn, signal.values)
        else next = signal
      }
      if (call.at < steps.length) continue
      calls.pop()
      this.#machine.depth--
      result = frame[RESULT] as Result
    }
  }

  /** @returns what comes of it, if that is known at once */
  #call({ fn, values }: PendingCall): Result {
    if (!(fn instanceof Closure)) return apply(fn, values)
    const machine = this.#machine
    const { site } = machine
    machine.enter()
    this.#calls.push({ steps: stepsOf(fn.code), frame: fn.frame(values), at: 0, site })
    return NONE
  }
}
