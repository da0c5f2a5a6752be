// The library `coroutine`: https://www.lua.org/manual/5.1/manual.html#5.2
import { Coroutine } from '../coroutine.ts'
import { Closure } from '../frame.ts'
import type { Machine } from '../machine.ts'
import { callInSteps } from '../steps.ts'
import { all, argumentsOf, Builtin, type LuaValue, NONE } from '../value.ts'

export function coroutineLibrary(machine: Machine): void {
  const yields = new Builtin(() => machine.raise('attempt to yield across metamethod/C-call boundary'))

  const create = (value: LuaValue): Coroutine => {
    if (!(value instanceof Closure)) return machine.argumentError(1, 'Lua function expected')
    return new Coroutine((values) => callInSteps(value, values, yields))
  }
  const given = (n: number, value: LuaValue): Coroutine => {
    if (!(value instanceof Coroutine) || n < 1) return machine.argumentError(1, 'coroutine expected')
    return value
  }

  /** @returns what was yielded or returned; @throws LuaError */
  const resume = (coroutine: Coroutine, values: readonly LuaValue[]): readonly LuaValue[] => {
    const { depth, coroutine: outer, site } = machine
    if (outer !== null) outer.status = 'normal'
    coroutine.status = 'running'
    machine.coroutine = coroutine
    machine.depth += coroutine.depth
    try {
      const started = coroutine.steps !== null
      coroutine.steps ??= coroutine.begin(values)
      const { done, value } = coroutine.steps.next(started ? values : NONE)
      coroutine.status = done === true ? 'dead' : 'suspended'
      coroutine.depth = machine.depth - depth
      return all(value)
    } finally {
      if (coroutine.status === 'running') coroutine.status = 'dead'
      machine.depth = depth
      machine.site = site
      machine.coroutine = outer
      if (outer !== null) outer.status = 'running'
    }
  }
  /** Why a coroutine cannot be resumed; null if it can. */
  const refusal = ({ status }: Coroutine): string | null => (status === 'suspended' ? null : `cannot resume ${status} coroutine`)

  const table = machine.library('coroutine', {
    create: (_n, a) => create(a),
    resume: (n, a, b, c, rest) => {
      const coroutine = given(n, a)
      const refused = refusal(coroutine)
      if (refused !== null) return [false, refused]
      try {
        return [true, ...resume(coroutine, argumentsOf(n, a, b, c, rest).slice(1))]
      } catch (thrown) {
        return [false, machine.caught(thrown).value]
      }
    },
    running: () => machine.coroutine ?? undefined,
    status: (n, a) => given(n, a).status,
    wrap: (_n, a) => {
      const coroutine = create(a)
      return new Builtin((n, x, y, z, rest) => {
        const { site } = machine
        const refused = refusal(coroutine)
        if (refused !== null) machine.fail(site, refused)
        try {
          return resume(coroutine, argumentsOf(n, x, y, z, rest))
        } catch (thrown) {
          const { value } = machine.caught(thrown)
          return typeof value === 'string' ? machine.fail(site, value) : machine.raise(value)
        }
      })
    },
  })
  table.set('yield', yields)
}
