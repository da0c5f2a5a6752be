// The library `coroutine`: https://www.lua.org/manual/5.1/manual.html#5.2
import { Coroutine } from '../coroutine.ts'
import { Closure } from '../frame.ts'
import { type Machine, MAX_NESTED } from '../machine.ts'
import { argumentsOf, Builtin, type LuaValue } from '../value.ts'

export function coroutineLibrary(machine: Machine): void {
  const yields = new Builtin(() => machine.raise('attempt to yield across metamethod/C-call boundary'))

  const create = (value: LuaValue): Coroutine => {
    if (!(value instanceof Closure)) return machine.argumentError(1, 'Lua function expected')
    return new Coroutine(machine, value, yields)
  }
  const given = (n: number, value: LuaValue): Coroutine => {
    if (!(value instanceof Coroutine) || n < 1) return machine.argumentError(1, 'coroutine expected')
    return value
  }

  /** Why a coroutine cannot be resumed; null if it can. */
  const refusal = ({ status }: Coroutine): string | null =>
    status !== 'suspended' ? `cannot resume ${status} coroutine` : machine.nested >= MAX_NESTED ? 'C stack overflow' : null

  const table = machine.library('coroutine', {
    create: (_n, a) => create(a),
    resume: (n, a, b, c, rest) => {
      const coroutine = given(n, a)
      const refused = refusal(coroutine)
      if (refused !== null) return [false, refused]
      try {
        return [true, ...coroutine.resume(argumentsOf(n, a, b, c, rest).slice(1))]
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
          return coroutine.resume(argumentsOf(n, x, y, z, rest))
        } catch (thrown) {
          const { value } = machine.caught(thrown)
          return typeof value === 'string' || typeof value === 'number' ? machine.fail(site, machine.toString(value)) : machine.raise(value)
        }
      })
    },
  })
  table.set('yield', yields)
}
