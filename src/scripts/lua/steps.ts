// Functions as coroutines run them: as a list of steps, because JS cannot leave a call of its own in the middle. Whatever
// contains no call is one step, the closure that it is elsewhere too. An operation on what calls give is that same closure,
// over operands that steps before it have computed and kept in the frame.
import type { Block, Call, Expression, MethodCall, Statement } from '../tree.ts'
import { compileRange, compileStatement, compileTurn } from './compile.ts'
import { compileExpression, compileList, compilePendingCall, hasCall } from './expressions.ts'
import {
  Box,
  BREAK,
  type Code,
  type Frame,
  FunctionContext,
  isBoxed,
  type MultiCode,
  NORMAL,
  type PendingCall,
  type Prototype,
  RESULT,
  RETURN,
  type Signal,
} from './frame.ts'
import { isTrue } from './machine.ts'
import { type LuaValue, NONE } from './value.ts'

export interface Step {
  /** If it gives a call, that has to be made, and its result put into RESULT for the next step. */
  readonly run: (frame: Frame) => Signal | PendingCall
  /** Where to go on after BREAK, and after a call. */
  readonly label: Label
}

interface Label {
  at: number
}

/** Behind every step: the function has ended. */
export const END: Label = { at: Infinity }

/** The steps of a function. */
export function stepsOf(prototype: Prototype): readonly Step[] {
  return (prototype.steps ??= new Stepper(prototype.context).function(prototype.node.body))
}

class Stepper extends FunctionContext {
  readonly #plain: FunctionContext
  readonly #steps: Step[] = []
  /** Where `break` leads. */
  #end = END

  constructor(plain: FunctionContext) {
    super(plain.machine, plain.source, plain.chunk, plain.scope, plain.limited)
    this.#plain = plain
    this.compiled = true
    this.top = plain.size
  }

  function(body: Block): readonly Step[] {
    this.#block(body)
    this.#add((frame) => {
      frame[RESULT] = NONE
      return RETURN
    })
    return this.#steps
  }

  override expression(node: Expression): Code {
    return node.kind === 'constant' ? compileExpression(this.#plain, node) : this.keep(this.#value(node))
  }

  override call(node: Call | MethodCall): MultiCode {
    const next = { at: 0 }
    this.#add(compilePendingCall(this, node), next)
    this.#place(next)
    return this.keep((frame) => frame[RESULT] as LuaValue)
  }

  override keep<T>(code: (frame: Frame) => T): (frame: Frame) => T {
    const slot = this.reserve()
    this.#set(slot, code)
    return (frame) => frame[slot] as T
  }

  #add(run: Step['run'], label = END): void {
    this.#steps.push({ run, label })
  }

  #set(slot: number, code: (frame: Frame) => unknown): void {
    this.#add((frame) => {
      frame[slot] = code(frame)
      return NORMAL
    })
  }

  #here(): Label {
    return { at: this.#steps.length }
  }

  #place(label: Label): void {
    label.at = this.#steps.length
  }

  #jump(label: Label, unless: (frame: Frame) => boolean = () => false): void {
    this.#add((frame) => (unless(frame) ? NORMAL : BREAK), label)
  }

  #condition(node: Expression, otherwise: Label): void {
    const code = this.expression(node)
    this.#jump(otherwise, (frame) => isTrue(code(frame)))
  }

  #block(block: Block): void {
    for (const statement of block) {
      const { top } = this
      if (hasCall(statement)) this.#statement(statement)
      else this.#add(compileStatement(this.#plain, statement), this.#end)
      this.top = top
    }
  }

  /** @param body between its beginning, to which it comes back, and its end, to which `break` leads */
  #loop(body: (end: Label, start: Label) => void): void {
    const outer = this.#end
    const start = this.#here()
    const end = (this.#end = { at: 0 })
    body(end, start)
    this.#jump(start)
    this.#place(end)
    this.#end = outer
  }

  #tick(line: number): void {
    const { machine } = this
    const site = this.site(line)
    this.#add(() => {
      if (--machine.steps < 0) machine.tick(site)
      return NORMAL
    })
  }

  /** A statement that contains a call. */
  #statement(node: Statement): void {
    switch (node.kind) {
      case 'do':
        return this.#block(node.body)
      case 'while':
        return this.#loop((end) => {
          this.#condition(node.condition, end)
          this.#tick(node.line)
          this.#block(node.body)
        })
      case 'repeat':
        return this.#loop((end, start) => {
          this.#tick(node.line)
          this.#block(node.body)
          this.#condition(node.condition, start)
          this.#jump(end)
        })
      case 'if': {
        const end = { at: 0 }
        for (const { condition, body } of node.branches) {
          const next = { at: 0 }
          this.#condition(condition, next)
          this.#block(body)
          this.#jump(end)
          this.#place(next)
        }
        this.#block(node.otherwise ?? [])
        return this.#place(end)
      }
      case 'for': {
        const { variable } = node
        const range = this.keep(compileRange(this, node))
        return this.#loop((end) => {
          this.#jump(end, (frame) => {
            const at = range(frame)
            const [i, limit, step] = at
            at[0] += step
            frame[variable.slot] = isBoxed(variable) ? new Box(i) : i
            return step > 0 ? i <= limit : limit <= i
          })
          this.#tick(node.line)
          this.#block(node.body)
        })
      }
      case 'for in': {
        const given = this.keep(compileList(this, node.values))
        const turn = compileTurn(this, node)
        return this.#loop((end) => {
          this.#jump(end, (frame) => turn(frame, given(frame)))
          this.#block(node.body)
        })
      }
      case 'return': {
        const [only] = node.values
        if (node.values.length > 1 || (only.kind !== 'call' && only.kind !== 'method')) break
        return this.#add(compilePendingCall(this, only, true))
      }
    }
    this.#add(compileStatement(this, node))
  }

  #value(node: Expression): Code {
    if (!hasCall(node)) return compileExpression(this.#plain, node)
    if (node.kind !== 'logical') return compileExpression(this, node)
    const end = { at: 0 }
    const slot = this.reserve()
    this.#set(slot, this.#value(node.left))
    this.#jump(end, (frame) => isTrue(frame[slot] as LuaValue) === (node.operator === 'and'))
    this.#set(slot, this.#value(node.right))
    this.#place(end)
    return (frame) => frame[slot] as LuaValue
  }
}
