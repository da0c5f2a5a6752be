// The base library, as far as Redis lets scripts have it: https://www.lua.org/manual/5.1/manual.html#5.1
import { LuaError, untilZero } from '../errors.ts'
import { HANDLING, isTrue, type Machine, MOST_NESTED } from '../machine.ts'
import { parseNumber } from '../number.ts'
import { NOWHERE } from '../site.ts'
import { Table } from '../table.ts'
import { apply, argumentsOf, Builtin, first, LuaFunction, type LuaValue, type Native, typeName } from '../value.ts'

/** As many values as Lua lets a function have on its stack. */
export const MAX_VALUES = 8000

export function baseLibrary(machine: Machine): void {
  const any = (n: number, index: number): void => {
    if (n < index) machine.argumentError(index, 'value expected')
  }
  /** What an error handler makes of an error. It has to answer for its own errors, too, as long as calls may be nested. */
  const handled = (handler: LuaValue, value: LuaValue): LuaValue => {
    if (!(handler instanceof LuaFunction) || machine.nested > MOST_NESTED) return HANDLING
    try {
      return first(machine.call(handler, value))
    } catch (thrown) {
      return handled(handler, machine.caught(thrown).value)
    }
  }
  const next: Native = (n, a, key) => {
    const table = machine.table(a, 1, n)
    const from = table.after(key)
    if (from < 0) machine.fail(NOWHERE, "invalid key to 'next'")
    const place = table.seek(from)
    return place < 0 ? undefined : [table.keyAt(place), table.valueAt(place)]
  }
  const nextItem: Native = (n, a, control) => {
    const i = machine.number(control, 2, n) + 1
    const value = machine.table(a, 1, n).get(i)
    return value === undefined ? undefined : [i, value]
  }
  machine.next = new Builtin(next)
  machine.nextItem = new Builtin(nextItem)
  const { next: nextFunction, nextItem: nextItemFunction } = machine

  machine.functions({
    assert: (n, a, message, c, rest) => {
      any(n, 1)
      if (isTrue(a)) return argumentsOf(n, a, message, c, rest)
      return machine.error(message === undefined ? 'assertion failed!' : untilZero(machine.string(message, 2, n)))
    },
    collectgarbage: (n, a) => {
      const option = a === undefined ? 'collect' : machine.string(a, 1, n)
      // There is nothing to steer; what a script can see is a plausible answer.
      if (option === 'count') return 40
      if (!COLLECTOR.has(option)) machine.argumentError(1, `invalid option '${option}'`)
      return option === 'step' ? true : 0
    },
    gcinfo: () => 40,
    error: (n, value, level) => {
      const at = level === undefined ? 1 : machine.int(level, 2, n)
      const { site } = machine
      if ((typeof value !== 'string' && typeof value !== 'number') || at <= 0) throw new LuaError(value, machine.blamed(site))
      const place = at === 1 ? site : (machine.callers[machine.depth - at + 1] ?? NOWHERE)
      throw new LuaError((place.tail && at > 1 ? '' : place.where) + machine.toString(value), machine.blamed(site))
    },
    getmetatable: (n, value) => {
      any(n, 1)
      const metatable = value instanceof Table ? value.metatable : typeof value === 'string' ? machine.strings : null
      return metatable?.get('__metatable') ?? metatable ?? undefined
    },
    setmetatable: (n, a, metatable) => {
      const table = machine.table(a, 1, n)
      if (n < 2 || !(metatable === undefined || metatable instanceof Table)) return machine.argumentError(2, 'nil or table expected')
      if (table.metatable?.get('__metatable') !== undefined) machine.error('cannot change a protected metatable')
      machine.writable(table).metatable = metatable ?? null
      return table
    },
    ipairs: (n, a) => [nextItemFunction, machine.table(a, 1, n), 0],
    pairs: (n, a) => [nextFunction, machine.table(a, 1, n), undefined],
    pcall: (n, fn, b, c, rest) => {
      if (n === 0) return [false, 'attempt to call a boolean value']
      const values = argumentsOf(n, fn, b, c, rest).slice(1)
      return machine.attempt(
        () => apply(machine.callable(fn, NOWHERE, values), values),
        (value) => {
          // As Redis does: a script that knew errors as texts still gets them so.
          const err = value instanceof Table ? machine.index(value, 'err') : undefined
          return typeof err === 'string' || typeof err === 'number' ? [err] : value instanceof Table ? [value, err] : [value]
        },
      )
    },
    xpcall: (n, fn, handler) => {
      any(n, 2)
      return machine.attempt(
        () => apply(machine.callable(fn, NOWHERE, []), []),
        (value) => [machine.attempt(() => handled(handler, value))[1]],
      )
    },
    rawequal: (n, a, b) => {
      any(n, 1)
      any(n, 2)
      return a === b
    },
    rawget: (n, a, key) => {
      const table = machine.table(a, 1, n)
      any(n, 2)
      return table.get(key)
    },
    rawset: (n, a, key, value) => {
      const table = machine.table(a, 1, n)
      any(n, 2)
      any(n, 3)
      machine.writable(table).set(machine.asKey(key), value)
      return table
    },
    select: (n, which, b, c, rest) => {
      if (which === '#') return n - 1
      const at = machine.int(which, 1, n)
      const from = at < 0 ? n + at : Math.min(at, n)
      if (from < 1) machine.argumentError(1, 'index out of range')
      return argumentsOf(n, which, b, c, rest).slice(from)
    },
    tonumber: (n, value, base) => {
      const radix = base === undefined ? 10 : machine.int(base, 2, n)
      if (radix === 10) {
        if (typeof value === 'number') return value
        any(n, 1)
        return typeof value === 'string' ? parseNumber(value) : undefined
      }
      const text = machine.string(value, 1, n)
      if (radix < 2 || radix > 36) machine.argumentError(2, 'base out of range')
      return parseInBase(text, radix)
    },
    tostring: (n, value) => {
      any(n, 1)
      const method = machine.metamethod(value, '__tostring')
      return method === undefined ? machine.toString(value) : first(machine.call(method, value))
    },
    type: (n, value) => {
      any(n, 1)
      return typeName(value)
    },
    unpack: (n, a, from, to) => {
      const table = machine.table(a, 1, n)
      const start = from === undefined ? 1 : machine.int(from, 2, n)
      const end = to === undefined ? table.length : machine.int(to, 3, n)
      if (end - start + 1 + n > MAX_VALUES) machine.error('too many results to unpack')
      const values: LuaValue[] = []
      for (let i = start; i <= end; i++) values.push(table.get(i))
      return values
    },
  })
  machine.globals.set('next', nextFunction)
  machine.globals.set('_VERSION', 'Lua 5.1')
  machine.globals.set('_G', machine.globals)
}

const COLLECTOR: ReadonlySet<string> = new Set(['stop', 'restart', 'collect', 'step', 'setpause', 'setstepmul'])

const IN_BASE = /^[ \t-\r]*([+-]?)([\da-zA-Z]+)[ \t-\r]*(?:\0|$)/
const IN_BASE_16 = /^[ \t-\r]*([+-]?)(?:0[xX](?=[\da-fA-F]))?([\da-zA-Z]+)[ \t-\r]*(?:\0|$)/

/** As C's strtoul reads it, with a sign or without. */
function parseInBase(text: string, base: number): number | undefined {
  const parts = (base === 16 ? IN_BASE_16 : IN_BASE).exec(text)
  if (parts === null) return undefined
  let value = 0
  for (const digit of parts[2]) {
    const worth = Number.parseInt(digit, 36)
    if (worth >= base) return undefined
    value = value * base + worth
  }
  const most = 2 ** 64
  if (value >= most) return most
  return parts[1] === '-' && value !== 0 ? most - value : value
}
