// The tree as closures: functions and statements. A statement tells how it ended by a number, and a function's result
// waits in its frame, so that nothing is thrown and nothing allocated for `return` and `break`.
import type { Assignment, Block, Expression, FunctionExpression, GenericFor, NumericFor, Statement, Target, Variable } from '../tree.ts'
import {
  compileClosure,
  compileCondition,
  compileExpression,
  compileList,
  compileMulti,
  compileOperands,
  compileTailCall,
  describe,
  hasCall,
  isOwnBox,
} from './expressions.ts'
import {
  Box,
  BREAK,
  Closure,
  type Exec,
  type Frame,
  FunctionContext,
  isBoxed,
  NORMAL,
  type Prototype,
  RESULT,
  RETURN,
  SMALL_FRAME,
  UPVALUES,
} from './frame.ts'
import { type Machine, toNumber } from './machine.ts'
import { chunkId } from './errors.ts'
import { Table } from './table.ts'
import { type LuaValue, NONE } from './value.ts'

/**
 * Compiles a chunk.
 * @param source the chunk's name as Lua has it: `@user_script`
 * @param limited the globals that the chunk itself may use, if not all; functions in it run later and may use all
 */
export function compileChunk(machine: Machine, chunk: FunctionExpression, source: string, limited: Table | null = null): Closure {
  return new Closure(compileFunction(machine, chunk, source, chunkId(source), limited), [])
}

export function compileFunction(
  machine: Machine,
  node: FunctionExpression,
  source: string,
  chunk: string,
  limited: Table | null = null,
): Prototype {
  const context = new FunctionContext(machine, source, chunk, node.scope, limited)
  for (const parameter of node.parameters) context.declare(parameter)
  const arg = node.arg === null ? -1 : context.declare(node.arg)
  const boxed = [...node.parameters, ...(node.arg === null ? [] : [node.arg])].filter(isBoxed).map(({ slot }) => slot)
  const body = compileBlock(context, node.body)
  const parameters = node.parameters.length
  context.compiled = true
  return {
    machine,
    line: node.line,
    site: context.site(node.line),
    parameters,
    size: context.size,
    complex: context.size > SMALL_FRAME || parameters > 3 || node.vararg || boxed.length > 0,
    vararg: node.vararg,
    arg,
    boxed,
    body,
    node,
    context,
    steps: null,
  }
}

function compileBlock(context: FunctionContext, block: Block): Exec {
  const { top } = context
  const statements = block.map((statement) => compileStatement(context, statement))
  context.top = top
  return sequence(statements)
}

function sequence(statements: readonly Exec[]): Exec {
  const [a, b, c] = statements
  switch (statements.length) {
    case 0:
      return () => NORMAL
    case 1:
      return a
    case 2:
      return (frame) => {
        const signal = a(frame)
        return signal === NORMAL ? b(frame) : signal
      }
    case 3:
      return (frame) => {
        let signal = a(frame)
        if (signal !== NORMAL) return signal
        signal = b(frame)
        return signal === NORMAL ? c(frame) : signal
      }
    default:
      return (frame) => {
        for (let i = 0; i < statements.length; i++) {
          const signal = statements[i](frame)
          if (signal !== NORMAL) return signal
        }
        return NORMAL
      }
  }
}

export function compileStatement(context: FunctionContext, node: Statement): Exec {
  switch (node.kind) {
    case 'declare':
      return compileDeclaration(context, node.variables, node.values.length === 0 ? [] : node.values)
    case 'local function': {
      const { variable, value } = node
      const slot = context.declare(variable)
      const make = compileClosure(context, value)
      if (isBoxed(variable)) {
        return (frame) => {
          const box = (frame[slot] = new Box(undefined))
          box.value = make(frame)
          return NORMAL
        }
      }
      // A local function that calls itself: its copy of its own variable was taken before the variable had a value.
      const self = value.scope.upvalues.indexOf(variable)
      return (frame) => {
        const closure = make(frame)
        frame[slot] = closure
        if (self >= 0) closure.upvalues[self] = closure
        return NORMAL
      }
    }
    case 'assign':
      return compileAssignment(context, node)
    case 'do call': {
      const call = context.call(node.call)
      return (frame) => {
        call(frame)
        return NORMAL
      }
    }
    case 'do':
      return compileBlock(context, node.body)
    case 'while': {
      const { machine } = context
      const site = context.site(node.line)
      const condition = compileCondition(context, node.condition)
      const body = compileBlock(context, node.body)
      return (frame) => {
        while (condition(frame)) {
          if (--machine.steps < 0) machine.tick(site)
          const signal = body(frame)
          if (signal !== NORMAL) {
            if (signal === BREAK) break
            return signal
          }
        }
        return NORMAL
      }
    }
    case 'repeat': {
      const { machine, top } = context
      const site = context.site(node.line)
      const body = sequence(node.body.map((statement) => compileStatement(context, statement)))
      const condition = compileCondition(context, node.condition)
      context.top = top
      return (frame) => {
        do {
          if (--machine.steps < 0) machine.tick(site)
          const signal = body(frame)
          if (signal !== NORMAL) {
            if (signal === BREAK) break
            return signal
          }
        } while (!condition(frame))
        return NORMAL
      }
    }
    case 'if': {
      const branches = node.branches.map(({ condition, body }) => ({
        condition: compileCondition(context, condition),
        body: compileBlock(context, body),
      }))
      const otherwise = node.otherwise === null ? null : compileBlock(context, node.otherwise)
      if (branches.length === 1) {
        const [{ condition, body }] = branches
        if (otherwise === null) return (frame) => (condition(frame) ? body(frame) : NORMAL)
        return (frame) => (condition(frame) ? body(frame) : otherwise(frame))
      }
      return (frame) => {
        for (let i = 0; i < branches.length; i++) if (branches[i].condition(frame)) return branches[i].body(frame)
        return otherwise === null ? NORMAL : otherwise(frame)
      }
    }
    case 'for':
      return compileNumericFor(context, node)
    case 'for in':
      return compileGenericFor(context, node)
    case 'return': {
      if (node.values.length === 0) {
        return (frame) => {
          frame[RESULT] = NONE
          return RETURN
        }
      }
      const [only] = node.values
      const value =
        node.values.length > 1
          ? compileList(context, node.values)
          : only.kind === 'call' || only.kind === 'method'
            ? compileTailCall(context, only)
            : compileMulti(context, only)
      return (frame) => {
        frame[RESULT] = value(frame)
        return RETURN
      }
    }
    case 'break':
      return () => BREAK
  }
}

function compileDeclaration(context: FunctionContext, variables: readonly Variable[], nodes: readonly Expression[]): Exec {
  if (variables.length === 1 && nodes.length === 1) {
    const value = context.expression(nodes[0])
    const slot = context.declare(variables[0])
    if (isBoxed(variables[0])) {
      return (frame) => {
        frame[slot] = new Box(value(frame))
        return NORMAL
      }
    }
    return (frame) => {
      frame[slot] = value(frame)
      return NORMAL
    }
  }
  const values = compileList(context, nodes)
  const places = variables.map((variable) => ({ slot: context.declare(variable), boxed: isBoxed(variable) }))
  return (frame) => {
    const given = values(frame)
    for (let i = 0; i < places.length; i++) {
      const value = i < given.length ? given[i] : undefined
      frame[places[i].slot] = places[i].boxed ? new Box(value) : value
    }
    return NORMAL
  }
}

/** Puts a value into a place whose table and key are known by now. */
type Store = (frame: Frame, value: LuaValue, object: LuaValue, key: LuaValue) => void

function compileAssignment(context: FunctionContext, node: Assignment): Exec {
  const { targets, values } = node
  if (targets.length === 1 && values.length === 1) return compileSingle(context, targets[0], values[0])
  const called = hasCall(values)
  // A local that is computed with is read when its value is needed, unless the assignment itself gives it another.
  const isLate = (node: Expression, at: number): boolean =>
    called && isOwnBox(context, node) && !targets.some((other, i) => i > at && other.kind === 'local' && other.variable === node.variable)
  const parts = targets.map((target, i) => {
    const nodes = target.kind === 'index' ? [target.object, target.key] : []
    return {
      early: nodes.map((node) => context.expression(node)),
      late: nodes.map((node) => isLate(node, i) && compileExpression(context, node)),
      store: compileStore(context, target),
    }
  })
  const list = compileList(context, values)
  return (frame) => {
    const found = parts.map(({ early }) => early.map((code) => code(frame)))
    const given = list(frame)
    for (let i = parts.length - 1; i >= 0; i--) {
      const { store, late } = parts[i]
      const [object, key] = found[i]
      store(frame, i < given.length ? given[i] : undefined, late[0] ? late[0](frame) : object, late[1] ? late[1](frame) : key)
    }
    return NORMAL
  }
}

function compileStore(context: FunctionContext, target: Target): Store {
  const { machine } = context
  if (target.kind === 'local') return compileVariableStore(context, target.variable)
  if (target.kind === 'global') {
    const site = context.site(target.line)
    return (_frame, value) => machine.setGlobal(target.name, value, site)
  }
  const site = context.site(target.line, describe(context, target.object))
  return (_frame, value, object, key) => machine.setIndex(object, key, value, site)
}

function compileVariableStore(context: FunctionContext, variable: Variable): Store {
  const { slot } = variable
  const upvalue = context.upvalue(variable)
  if (!isBoxed(variable)) {
    return (frame, value) => {
      frame[slot] = value
    }
  }
  if (upvalue < 0) {
    return (frame, value) => {
      ;(frame[slot] as Box).value = value
    }
  }
  return (frame, value) => {
    ;((frame[UPVALUES] as unknown[])[upvalue] as Box).value = value
  }
}

function compileSingle(context: FunctionContext, target: Target, node: Expression): Exec {
  const { machine } = context
  if (target.kind !== 'index') {
    const value = context.expression(node)
    if (target.kind === 'local' && !isBoxed(target.variable)) {
      const { slot } = target.variable
      return (frame) => {
        frame[slot] = value(frame)
        return NORMAL
      }
    }
    const store = compileStore(context, target)
    return (frame) => {
      store(frame, value(frame), undefined, undefined)
      return NORMAL
    }
  }
  const [object, key, value] = compileOperands(context, target.object, target.key, node)
  const site = context.site(target.line, describe(context, target.object))
  if (target.key.kind === 'constant' && typeof target.key.value === 'string') {
    const name = target.key.value
    let hint = 0
    return (frame) => {
      const into = object(frame)
      const given = value(frame)
      if (into instanceof Table && into.metatable === null && !into.readonly) {
        if (hint < into.keys.length && into.keys[hint] === name) into.setSlot(hint, given)
        else {
          into.set(name, given)
          hint = Math.max(into.find(name), 0)
        }
      } else machine.setIndex(into, name, given, site)
      return NORMAL
    }
  }
  return (frame) => {
    const into = object(frame)
    const at = key(frame)
    const given = value(frame)
    if (into instanceof Table && into.metatable === null && !into.readonly && at !== undefined && at === at) {
      const { array } = into
      const i = typeof at === 'number' ? at - 1 : -1
      if (i >= 0 && i < array.length && (i | 0) === i && given !== undefined) array[i] = given
      else into.set(at, given)
    } else machine.setIndex(into, at, given, site)
    return NORMAL
  }
}

/** Where a numeric `for` is, its limit and its step. */
export type Range = [at: number, limit: number, step: number]

export function compileRange(context: FunctionContext, node: NumericFor): (frame: Frame) => Range {
  const site = context.site(node.line)
  const start = context.expression(node.start)
  const limit = context.expression(node.limit)
  const step = node.step === null ? null : context.expression(node.step)
  const number = (value: LuaValue, what: string): number => toNumber(value) ?? context.machine.fail(site, `'for' ${what} must be a number`)
  return (frame) => {
    const given = [start(frame), limit(frame), step === null ? 1 : step(frame)]
    const from = number(given[0], 'initial value')
    const to = number(given[1], 'limit')
    const by = number(given[2], 'step')
    // As Lua's FORPREP and FORLOOP count: with fractions that is not always where it began.
    return [from - by + by, to, by]
  }
}

function compileNumericFor(context: FunctionContext, node: NumericFor): Exec {
  const { machine, top } = context
  const site = context.site(node.line)
  const range = compileRange(context, node)
  const slot = context.declare(node.variable)
  const body = compileBlock(context, node.body)
  context.top = top
  const boxed = isBoxed(node.variable)
  return (frame) => {
    const [from, end, by] = range(frame)
    for (let i = from; by > 0 ? i <= end : end <= i; i += by) {
      if (--machine.steps < 0) machine.tick(site)
      frame[slot] = boxed ? new Box(i) : i
      const signal = body(frame)
      if (signal !== NORMAL) {
        if (signal === BREAK) break
        return signal
      }
    }
    return NORMAL
  }
}

/** One turn of a generic `for`: asks the iterator, and says whether there is something to run the body with. */
export function compileTurn(context: FunctionContext, node: GenericFor): (frame: Frame, given: LuaValue[]) => boolean {
  const { machine } = context
  const site = context.site(node.line, "local '(for generator)' ")
  const places = node.variables.map((variable) => ({ slot: context.declare(variable), boxed: isBoxed(variable) }))
  return (frame, given) => {
    if (--machine.steps < 0) machine.tick(site)
    const [fn, state, control] = given
    const result = machine.invoke(fn, [state, control], site)
    const several = typeof result === 'object' && Array.isArray(result)
    const next = (given[2] = several ? (result as readonly LuaValue[])[0] : (result as LuaValue))
    if (next === undefined) return false
    for (let i = 0; i < places.length; i++) {
      const value = i === 0 ? next : several ? (result as readonly LuaValue[])[i] : undefined
      frame[places[i].slot] = places[i].boxed ? new Box(value) : value
    }
    return true
  }
}

function compileGenericFor(context: FunctionContext, node: GenericFor): Exec {
  const { machine, top } = context
  const site = context.site(node.line)
  const { variables } = node
  const list = compileList(context, node.values)
  const turn = compileTurn(context, node)
  const body = compileBlock(context, node.body)
  context.top = top
  const simple = variables.length <= 2 && !variables.some(isBoxed)
  const keySlot = variables[0].slot
  const valueSlot = variables.length > 1 ? variables[1].slot : -1

  /** pairs(t), without calls. */
  const walk = (frame: Frame, table: Table, from: LuaValue): ReturnType<Exec> => {
    for (let place = table.seek(table.after(from)); place >= 0; place = table.seek(place + 1)) {
      if (--machine.steps < 0) machine.tick(site)
      frame[keySlot] = table.keyAt(place)
      if (valueSlot >= 0) frame[valueSlot] = table.valueAt(place)
      const signal = body(frame)
      if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
    }
    return NORMAL
  }
  /** ipairs(t), without calls. */
  const count = (frame: Frame, table: Table, from: number): ReturnType<Exec> => {
    for (let i = from + 1; ; i++) {
      const value = table.get(i)
      if (value === undefined) return NORMAL
      if (--machine.steps < 0) machine.tick(site)
      frame[keySlot] = i
      if (valueSlot >= 0) frame[valueSlot] = value
      const signal = body(frame)
      if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
    }
  }

  return (frame) => {
    const given = list(frame)
    const [fn, state, control] = given
    if (simple && state instanceof Table) {
      if (fn === machine.next && (control === undefined || state.after(control) >= 0)) return walk(frame, state, control)
      if (fn === machine.nextItem && typeof control === 'number') return count(frame, state, control)
    }
    while (turn(frame, given)) {
      const signal = body(frame)
      if (signal !== NORMAL) return signal === BREAK ? NORMAL : signal
    }
    return NORMAL
  }
}
