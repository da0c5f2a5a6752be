// The memory of a running function, and what its code is compiled to: closures over the frame. No eval, no
// `new Function`: it runs under a strict content security policy and on edge runtimes.
import type { Call, Expression, FunctionExpression, FunctionScope, MethodCall, Variable } from '../tree.ts'
import { compileCall, compileExpression } from './expressions.ts'
import type { Machine } from './machine.ts'
import { Site } from './site.ts'
import type { Step } from './steps.ts'
import type { Table } from './table.ts'
import { apply, LuaFunction, type LuaValue, NONE, type Result } from './value.ts'

/** The result of the function, its upvalues, its extra arguments (`...`), then its variables. */
export type Frame = unknown[]
export const RESULT = 0
export const UPVALUES = 1
export const EXTRA = 2
const FIRST = 3

export type Code = (frame: Frame) => LuaValue
export type MultiCode = (frame: Frame) => Result
export type Condition = (frame: Frame) => boolean
/** A statement says how it ended. */
export type Exec = (frame: Frame) => Signal
export type Signal = typeof NORMAL | typeof BREAK | typeof RETURN
export const NORMAL = 0
export const BREAK = 1
/** The frame's RESULT is set. */
export const RETURN = 2

/** A variable that functions share and that changes. One that keeps its first value is copied instead. */
export class Box {
  value: LuaValue
  constructor(value: LuaValue) {
    this.value = value
  }
}

export const isBoxed = (variable: Variable): boolean => variable.captured && variable.reassigned

/** A function as it is compiled: what its closures have in common. */
export interface Prototype {
  readonly machine: Machine
  readonly line: number
  readonly site: Site
  readonly parameters: number
  /** Slots of the frame. */
  size: number
  /** Whether arguments need more than being put in place. */
  complex: boolean
  vararg: boolean
  /** The slot of the table `arg`, or -1. */
  arg: number
  /** Parameters that live in a box. */
  boxed: readonly number[]
  body: Exec
  /** What steps are made of. */
  readonly node: FunctionExpression
  readonly context: FunctionContext
  /** The same for coroutines, once one has called it. */
  steps: readonly Step[] | null
}

/** A frame of so many slots is made in one go. */
export const SMALL_FRAME = 12

/**
 * A call that the caller has to make: a tail call where calls are nested so deep that JS's stack might overflow, and any call in a
 * coroutine.
 */
export class PendingCall {
  readonly fn: LuaFunction
  readonly values: readonly LuaValue[]
  constructor(fn: LuaFunction, values: readonly LuaValue[]) {
    this.fn = fn
    this.values = values
  }
}

/** A function of a script. */
export class Closure extends LuaFunction {
  /** Not `prototype`: QuickJS takes no field of that name. */
  readonly code: Prototype
  readonly upvalues: unknown[]

  constructor(code: Prototype, upvalues: unknown[]) {
    super()
    this.code = code
    this.upvalues = upvalues
  }

  override call(n: number, a?: LuaValue, b?: LuaValue, c?: LuaValue, rest: readonly LuaValue[] = NONE): Result {
    const result = this.#start(n, a, b, c, rest)
    return typeof result === 'object' && result instanceof PendingCall ? this.#finish(result) : result
  }

  /** Goes on with the calls that functions ended with, in the place of the first. */
  #finish(first: PendingCall): Result {
    let result: Result | PendingCall = first
    while (typeof result === 'object' && result instanceof PendingCall) {
      const { fn, values }: PendingCall = result
      const [a, b, c] = values
      result = fn instanceof Closure ? fn.#start(values.length, a, b, c, values.slice(3)) : apply(fn, values)
    }
    return result
  }

  #start(n: number, a: LuaValue, b: LuaValue, c: LuaValue, rest: readonly LuaValue[]): Result | PendingCall {
    const { code } = this
    const { machine } = code
    machine.enter()
    const frame: Frame = [NONE, this.upvalues, NONE, a, b, c, undefined, undefined, undefined, undefined, undefined, undefined]
    if (code.complex) prepare(code, frame, n, a, b, c, rest)
    code.body(frame)
    machine.depth--
    return frame[RESULT] as Result | PendingCall
  }

  /** Its frame for a call: a coroutine runs it in steps. */
  frame(values: readonly LuaValue[]): Frame {
    const [a, b, c] = values
    const frame: Frame = [NONE, this.upvalues, NONE, a, b, c, undefined, undefined, undefined, undefined, undefined, undefined]
    if (this.code.complex) prepare(this.code, frame, values.length, a, b, c, values.slice(3))
    return frame
  }
}

/** Lays out what the common case has not: more slots, more parameters, `...`, boxes. */
function prepare(prototype: Prototype, frame: Frame, n: number, a: LuaValue, b: LuaValue, c: LuaValue, rest: readonly LuaValue[]): void {
  const { parameters, size } = prototype
  for (let i = SMALL_FRAME; i < size; i++) frame.push(undefined)
  for (let i = 3; i < parameters; i++) frame[FIRST + i] = rest[i - 3]
  if (prototype.vararg && n > parameters) {
    const extra: LuaValue[] = []
    for (let i = parameters; i < n; i++) extra.push(i === 0 ? a : i === 1 ? b : i === 2 ? c : rest[i - 3])
    frame[EXTRA] = extra
  }
  if (prototype.arg >= 0) frame[prototype.arg] = prototype.machine.extraTable(frame[EXTRA] as readonly LuaValue[])
  for (const slot of prototype.boxed) frame[slot] = new Box(frame[slot] as LuaValue)
}

/** One function while it is compiled: slots, and the names for messages. */
export class FunctionContext {
  readonly machine: Machine
  readonly source: string
  readonly chunk: string
  readonly scope: FunctionScope
  compiled = false
  /** The next free slot. */
  top = FIRST
  size = FIRST

  /** The only globals that this function may use; null for those of the machine. */
  readonly limited: Table | null

  constructor(machine: Machine, source: string, chunk: string, scope: FunctionScope, limited: Table | null = null) {
    this.machine = machine
    this.limited = limited
    this.source = source
    this.chunk = chunk
    this.scope = scope
  }

  /** Gives a variable a slot; the one that it has, once the function has been compiled. */
  declare(variable: Variable): number {
    if (!this.compiled) variable.slot = this.reserve()
    return variable.slot
  }

  reserve(): number {
    this.size = Math.max(this.size, this.top + 1)
    return this.top++
  }

  /** The index among the function's upvalues; -1 for a variable of its own. */
  upvalue(variable: Variable): number {
    return variable.home === this.scope ? -1 : this.scope.upvalues.indexOf(variable)
  }

  site(line: number, what = '', other = ''): Site {
    return new Site(this.source, this.chunk, line, what, other)
  }

  // What steps do otherwise: there, an operand is computed before the operation.

  /** Compiles an operand. */
  expression(node: Expression): Code {
    return compileExpression(this, node)
  }

  /** Compiles a call. */
  call(node: Call | MethodCall): MultiCode {
    return compileCall(this, node)
  }

  /** Has a value computed before anything that is compiled after it. Closures, which call their operands in order, do so by themselves. */
  keep<T>(code: (frame: Frame) => T): (frame: Frame) => T {
    return code
  }
}
