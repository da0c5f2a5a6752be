// Lua's values as JS values: nil is undefined, a string is a byte string, a number a double; tables, functions,
// coroutines and userdata are classes. A call gives one value as it is, and none or several as an array.
import type { ByteString } from '../../core/bytes.ts'
import type { Coroutine } from './coroutine.ts'
import { Table } from './table.ts'

export type LuaValue = undefined | boolean | number | ByteString | Table | LuaFunction | Coroutine | Userdata
/** What a call gives: one value, or an array of any number of them. */
export type Result = LuaValue | readonly LuaValue[]

/** No values. */
export const NONE: readonly LuaValue[] = []

/** The first of a call's values. */
export function first(result: Result): LuaValue {
  return typeof result === 'object' && Array.isArray(result) ? (result as readonly LuaValue[])[0] : (result as LuaValue)
}

/** All of a call's values. */
export function all(result: Result): readonly LuaValue[] {
  return typeof result === 'object' && Array.isArray(result) ? (result as readonly LuaValue[]) : [result as LuaValue]
}

export abstract class LuaFunction {
  /**
   * Calls it with `n` arguments: three by themselves, so that most calls make no array, the others in `rest`.
   */
  abstract call(n: number, a?: LuaValue, b?: LuaValue, c?: LuaValue, rest?: readonly LuaValue[]): Result
}

/** The arguments of a call as an array. */
export function argumentsOf(n: number, a: LuaValue, b: LuaValue, c: LuaValue, rest: readonly LuaValue[]): LuaValue[] {
  switch (n) {
    case 0:
      return []
    case 1:
      return [a]
    case 2:
      return [a, b]
    case 3:
      return [a, b, c]
    default:
      return [a, b, c, ...rest]
  }
}

/** Calls a function with the values of an array. */
export function apply(fn: LuaFunction, values: readonly LuaValue[]): Result {
  const n = values.length
  return fn.call(
    n,
    n > 0 ? values[0] : undefined,
    n > 1 ? values[1] : undefined,
    n > 2 ? values[2] : undefined,
    n > 3 ? values.slice(3) : NONE,
  )
}

export type Native = (n: number, a: LuaValue, b: LuaValue, c: LuaValue, rest: readonly LuaValue[]) => Result

/** A function of a library. */
export class Builtin extends LuaFunction {
  readonly run: Native
  constructor(run: Native) {
    super()
    this.run = run
  }

  override call(n: number, a?: LuaValue, b?: LuaValue, c?: LuaValue, rest: readonly LuaValue[] = NONE): Result {
    return this.run(n, a, b, c, rest)
  }
}

/** A value that a script can only pass on, such as cjson.null. */
export class Userdata {
  readonly text: string
  /** @param text as tostring shows it */
  constructor(text: string) {
    this.text = text
  }
}

/** A value's type as `type` names it. */
export function typeName(value: LuaValue): string {
  switch (typeof value) {
    case 'undefined':
      return 'nil'
    case 'object':
      return value instanceof Table
        ? 'table'
        : value instanceof LuaFunction
          ? 'function'
          : value instanceof Userdata
            ? 'userdata'
            : 'thread'
    default:
      return typeof value
  }
}
