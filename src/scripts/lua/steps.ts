// The tree walked step by step, for coroutines: a generator that stops where `coroutine.yield` is called. Only calls from
// Lua to Lua can be left in the middle, as in Lua 5.1; what contains no call is run by its closure.
import type { Block, Expression, FunctionExpression, Statement, Target } from '../tree.ts'
import { compileStatement } from './compile.ts'
import { compileExpression, describe, isMulti } from './expressions.ts'
import { Box, Closure, type Code, EXTRA, type Exec, type Frame, type FunctionContext, isBoxed, RESULT, UPVALUES } from './frame.ts'
import { isTrue, toNumber } from './machine.ts'
import type { Site } from './site.ts'
import { Table } from './table.ts'
import { all, apply, type Builtin, first, type LuaFunction, type LuaValue, type Result } from './value.ts'

/** Gives what is yielded, takes what is resumed with. */
export type Steps<T> = Generator<readonly LuaValue[], T, readonly LuaValue[]>

const NORMAL = 0
const BREAK = 1
const RETURN = 2
type Signal = typeof NORMAL | typeof BREAK | typeof RETURN

/** Calls a function such that it can be left. @param yields the function `coroutine.yield` */
export function* callInSteps(fn: LuaFunction, values: readonly LuaValue[], yields: Builtin): Steps<Result> {
  if (fn === yields) return yield values
  if (!(fn instanceof Closure)) return apply(fn, values)
  const { prototype } = fn
  const { machine } = prototype
  machine.enter()
  const frame = fn.frame(values)
  yield* new Walker(prototype.context, yields).block(prototype.node.body, frame)
  machine.depth--
  return frame[RESULT] as Result
}

/** Whether a part of the tree contains a call, functions inside it left aside. */
function hasCall(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  if (Array.isArray(part)) return part.some(hasCall)
  const { kind } = part as Partial<Statement | Expression | FunctionExpression>
  if (kind === 'call' || kind === 'method') return true
  // A variable leads to the function it belongs to.
  if (kind === 'function' || kind === 'local') return false
  return Object.entries(part).some(([name, each]) => name !== 'variable' && name !== 'variables' && hasCall(each))
}

class Walker {
  readonly #context: FunctionContext
  readonly #yields: Builtin

  constructor(context: FunctionContext, yields: Builtin) {
    this.#context = context
    this.#yields = yields
  }

  *block(block: Block, frame: Frame): Steps<Signal> {
    for (const statement of block) {
      const signal = hasCall(statement) ? yield* this.#statement(statement, frame) : this.#exec(statement)(frame)
      if (signal !== NORMAL) return signal
    }
    return NORMAL
  }

  // The closures belong to the function, not to one walk through it.
  #exec(node: Statement): Exec {
    return (this.#context.execs[this.#id(node)] ??= compileStatement(this.#context, node))
  }

  #code(node: Expression): Code {
    return (this.#context.codes[this.#id(node)] ??= compileExpression(this.#context, node))
  }

  #id(node: object): number {
    const { ids } = this.#context
    let id = ids.get(node)
    if (id === undefined) ids.set(node, (id = ids.size))
    return id
  }

  #site(node: Expression | Statement, left?: Expression, right?: Expression): Site {
    const context = this.#context
    return context.site(node.line, left && describe(context, left), right && describe(context, right))
  }

  *#statement(node: Statement, frame: Frame): Steps<Signal> {
    const { machine } = this.#context
    switch (node.kind) {
      case 'declare': {
        const values = yield* this.#list(node.values, frame)
        node.variables.forEach((variable, i) => {
          frame[variable.slot] = isBoxed(variable) ? new Box(values[i]) : values[i]
        })
        return NORMAL
      }
      case 'assign':
        return yield* this.#assign(node.targets, node.values, frame)
      case 'do call':
        yield* this.#multi(node.call, frame)
        return NORMAL
      case 'do':
        return yield* this.block(node.body, frame)
      case 'while':
        while (isTrue(yield* this.#value(node.condition, frame))) {
          if (--machine.steps < 0) machine.tick()
          const signal = yield* this.block(node.body, frame)
          if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
        }
        return NORMAL
      case 'repeat':
        do {
          if (--machine.steps < 0) machine.tick()
          const signal = yield* this.block(node.body, frame)
          if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
        } while (!isTrue(yield* this.#value(node.condition, frame)))
        return NORMAL
      case 'if':
        for (const { condition, body } of node.branches) {
          if (isTrue(yield* this.#value(condition, frame))) return yield* this.block(body, frame)
        }
        return node.otherwise === null ? NORMAL : yield* this.block(node.otherwise, frame)
      case 'for': {
        const given: LuaValue[] = []
        for (const part of [node.start, node.limit, node.step]) given.push(part === null ? 1 : yield* this.#value(part, frame))
        const [start, limit, step] = given.map((value, i) => {
          const number = toNumber(value)
          return number ?? machine.fail(this.#site(node), `'for' ${['initial value', 'limit', 'step'][i]} must be a number`)
        })
        for (let i = start; step > 0 ? i <= limit : limit <= i; i += step) {
          if (--machine.steps < 0) machine.tick()
          frame[node.variable.slot] = isBoxed(node.variable) ? new Box(i) : i
          const signal = yield* this.block(node.body, frame)
          if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
        }
        return NORMAL
      }
      case 'for in': {
        const values = yield* this.#list(node.values, frame)
        let control = values[2]
        const site = this.#site(node)
        for (;;) {
          if (--machine.steps < 0) machine.tick()
          machine.site = site
          const words = [values[1], control]
          const results = all(apply(machine.callable(values[0], site, words), words))
          control = results[0]
          if (control === undefined) return NORMAL
          node.variables.forEach((variable, i) => {
            frame[variable.slot] = isBoxed(variable) ? new Box(results[i]) : results[i]
          })
          const signal = yield* this.block(node.body, frame)
          if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
        }
      }
      case 'return':
        frame[RESULT] = node.values.length === 1 ? yield* this.#multi(node.values[0], frame) : yield* this.#list(node.values, frame)
        return RETURN
      default:
        return this.#exec(node)(frame)
    }
  }

  *#assign(targets: readonly Target[], nodes: readonly Expression[], frame: Frame): Steps<Signal> {
    const { machine } = this.#context
    const places: { object: LuaValue; key: LuaValue }[] = []
    for (const target of targets) {
      if (target.kind !== 'index') places.push({ object: undefined, key: undefined })
      else {
        const object = yield* this.#value(target.object, frame)
        places.push({ object, key: yield* this.#value(target.key, frame) })
      }
    }
    const values = yield* this.#list(nodes, frame)
    for (let i = targets.length - 1; i >= 0; i--) {
      const target = targets[i]
      if (target.kind === 'index') machine.setIndex(places[i].object, places[i].key, values[i], this.#site(target, target.object))
      else if (target.kind === 'global') machine.setGlobal(target.name, values[i], this.#site(target))
      else {
        const { variable } = target
        const upvalue = this.#context.upvalue(variable)
        if (!isBoxed(variable)) frame[variable.slot] = values[i]
        else ((upvalue < 0 ? frame[variable.slot] : (frame[UPVALUES] as unknown[])[upvalue]) as Box).value = values[i]
      }
    }
    return NORMAL
  }

  *#list(nodes: readonly Expression[], frame: Frame): Steps<LuaValue[]> {
    const values: LuaValue[] = []
    for (let i = 0; i < nodes.length; i++) {
      if (i === nodes.length - 1 && isMulti(nodes[i])) values.push(...all(yield* this.#multi(nodes[i], frame)))
      else values.push(yield* this.#value(nodes[i], frame))
    }
    return values
  }

  *#multi(node: Expression, frame: Frame): Steps<Result> {
    if (node.kind === 'vararg') return frame[EXTRA] as readonly LuaValue[]
    if (node.kind !== 'call' && node.kind !== 'method') return yield* this.#value(node, frame)
    const { machine } = this.#context
    const values: LuaValue[] = []
    let fn: LuaValue
    let site: Site
    if (node.kind === 'method') {
      const self = yield* this.#value(node.object, frame)
      fn = machine.index(self, node.name, this.#site(node, node.object))
      site = this.#context.site(node.line, `method '${node.name}' `)
      values.push(self)
    } else {
      fn = yield* this.#value(node.callee, frame)
      site = this.#site(node, node.callee)
    }
    values.push(...(yield* this.#list(node.arguments, frame)))
    machine.site = site
    return yield* callInSteps(machine.callable(fn, site, values), values, this.#yields)
  }

  *#value(node: Expression, frame: Frame): Steps<LuaValue> {
    if (!hasCall(node)) return this.#code(node)(frame)
    const { machine } = this.#context
    switch (node.kind) {
      case 'call':
      case 'method':
        return first(yield* this.#multi(node, frame))
      case 'group':
        return yield* this.#value(node.inner, frame)
      case 'index': {
        const object = yield* this.#value(node.object, frame)
        return machine.index(object, yield* this.#value(node.key, frame), this.#site(node, node.object))
      }
      case 'unary': {
        const value = yield* this.#value(node.operand, frame)
        const site = this.#site(node, node.operand)
        if (node.operator === 'not') return !isTrue(value)
        return node.operator === '#' ? machine.length(value, site) : machine.negate(value, site)
      }
      case 'logical': {
        const left = yield* this.#value(node.left, frame)
        return isTrue(left) === (node.operator === 'and') ? yield* this.#value(node.right, frame) : left
      }
      case 'binary': {
        const left = yield* this.#value(node.left, frame)
        const right = yield* this.#value(node.right, frame)
        const site = this.#site(node, node.left, node.right)
        switch (node.operator) {
          case '..':
            return machine.concat(left, right, site)
          case '==':
            return machine.equals(left, right)
          case '~=':
            return !machine.equals(left, right)
          case '<':
            return machine.lessThan(left, right, site)
          case '<=':
            return machine.lessOrEqual(left, right, site)
          case '>':
            return machine.lessThan(right, left, site)
          case '>=':
            return machine.lessOrEqual(right, left, site)
          default:
            return machine.arithmetic(node.operator, left, right, site)
        }
      }
      case 'table': {
        const table = new Table()
        let next = 1
        for (const [i, { key, value }] of node.fields.entries()) {
          if (key !== null) {
            const at = yield* this.#value(key, frame)
            machine.setIndex(table, at, yield* this.#value(value, frame), this.#site(node))
          } else if (i === node.fields.length - 1 && isMulti(value)) {
            for (const item of all(yield* this.#multi(value, frame))) table.set(next++, item)
          } else table.set(next++, yield* this.#value(value, frame))
        }
        return table
      }
      default:
        return this.#code(node)(frame)
    }
  }
}
