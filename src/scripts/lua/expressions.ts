// Expressions as closures. The operands that are common (locals, constants) have closures of their own: that saves a
// call for each, which is most of the time an expression takes.
import type {
  Binary,
  Call,
  Expression,
  FunctionExpression,
  Index,
  LocalName,
  MethodCall,
  Statement,
  TableConstructor,
  Variable,
} from '../tree.ts'
import { compileFunction } from './compile.ts'
import {
  type Box,
  Closure,
  type Code,
  type Condition,
  EXTRA,
  type Frame,
  type FunctionContext,
  isBoxed,
  type MultiCode,
  PendingCall,
  UPVALUES,
} from './frame.ts'
import { isTrue, modulo } from './machine.ts'
import type { Site } from './site.ts'
import { Table } from './table.ts'
import { all, apply, argumentsOf, Builtin, first, LuaFunction, type LuaValue, NONE, type Result } from './value.ts'

/** Whether an expression can give several values. */
function isMulti({ kind }: Expression): boolean {
  return kind === 'call' || kind === 'method' || kind === 'vararg'
}

/** How a script names a value, for messages: `local 'x' ` or nothing. */
export function describe(context: FunctionContext, node: Expression): string {
  switch (node.kind) {
    case 'local':
      return `${context.upvalue(node.variable) < 0 ? 'local' : 'upvalue'} '${node.variable.name}' `
    case 'global':
      return `global '${node.name}' `
    case 'index':
      return `field '${node.key.kind === 'constant' && typeof node.key.value === 'string' ? node.key.value : '?'}' `
    case 'group':
      return isMulti(node.inner) ? '' : describe(context, node.inner)
    case 'logical': {
      const or = node.operator === 'or'
      return way(node.left, or) === or ? '' : describe(context, node.right)
    }
    default:
      return ''
  }
}

/**
 * What a condition is where Lua's search for a name, which follows the first jump that it meets, gets out of it.
 * @param jumps what a value that is none in itself is taken for: the one that leaves the operation around it
 */
function way(node: Expression, jumps: boolean): boolean {
  if (node.kind === 'constant') return isTrue(node.value)
  if (node.kind === 'group') return way(node.inner, jumps)
  if (node.kind === 'unary' && node.operator === 'not') return !way(node.operand, !jumps)
  if (node.kind !== 'logical') return jumps
  const or = node.operator === 'or'
  return way(node.left, or) === or ? or : way(node.right, jumps)
}

/** The value of an expression that is known before the script runs. */
function known(context: FunctionContext, node: Expression): LuaValue {
  if (node.kind === 'constant') return node.value
  if (node.kind === 'global' && node.name !== 'KEYS' && node.name !== 'ARGV') {
    const globals = context.limited ?? context.machine.globals
    const value = globals.readonly ? globals.get(node.name) : undefined
    return value instanceof Builtin || (value instanceof Table && value.readonly) ? value : undefined
  }
  if (node.kind === 'index' && node.key.kind === 'constant') {
    const table = known(context, node.object)
    const value = table instanceof Table ? table.get(node.key.value) : undefined
    return value instanceof Table && !value.readonly ? undefined : value
  }
  return undefined
}

/** An expression where one value is wanted. */
export function compileExpression(context: FunctionContext, node: Expression): Code {
  const value = known(context, node)
  if (value !== undefined) return () => value
  switch (node.kind) {
    case 'constant':
      return () => undefined
    case 'vararg':
      return (frame) => (frame[EXTRA] as readonly LuaValue[])[0]
    case 'function':
      return compileClosure(context, node)
    case 'local':
      return compileVariable(context, node.variable)
    case 'global':
      return compileGlobal(context, node.name, node.line)
    case 'index': {
      const site = context.site(node.line, describe(context, node.object))
      return compileIndex(context, node, site)
    }
    case 'call':
    case 'method': {
      const call = context.call(node)
      return (frame) => first(call(frame))
    }
    case 'binary':
      return compileBinary(context, node)
    case 'unary': {
      const { machine } = context
      const operand = context.expression(node.operand)
      const site = context.site(node.line, describe(context, node.operand))
      if (node.operator === 'not') return (frame) => !isTrue(operand(frame))
      if (node.operator === '#') {
        return (frame) => {
          const value = operand(frame)
          return value instanceof Table ? value.length : machine.length(value, site)
        }
      }
      return (frame) => {
        const value = operand(frame)
        return typeof value === 'number' ? -value : machine.negate(value, site)
      }
    }
    case 'logical': {
      const left = context.expression(node.left)
      const right = context.expression(node.right)
      if (node.operator === 'and') {
        return (frame) => {
          const value = left(frame)
          return value === undefined || value === false ? value : right(frame)
        }
      }
      return (frame) => {
        const value = left(frame)
        return value === undefined || value === false ? right(frame) : value
      }
    }
    case 'table':
      return compileTable(context, node)
    case 'group':
      return context.expression(node.inner)
  }
}

/** Whether a part of the tree contains a call, functions inside it left aside. */
export function hasCall(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  if (Array.isArray(part)) return part.some(hasCall)
  const { kind } = part as Partial<Statement | Expression>
  if (kind === 'call' || kind === 'method') return true
  // A variable leads to the function it belongs to.
  if (kind === 'function' || kind === 'local') return false
  return Object.entries(part).some(([name, each]) => name !== 'variable' && name !== 'variables' && hasCall(each))
}

/** Whether an expression is a local of the function itself that a call may give another value. */
export function isOwnBox(context: FunctionContext, node: Expression): node is LocalName {
  return node.kind === 'local' && isBoxed(node.variable) && context.upvalue(node.variable) < 0
}

/**
 * The operands of one operation, in their order. Lua reads a local of the function only when all others are computed: what
 * they have called may have given it another value.
 */
export function compileOperands(context: FunctionContext, ...nodes: readonly Expression[]): Code[] {
  const codes: Code[] = []
  const late = nodes.map((node, i) => isOwnBox(context, node) && hasCall(nodes.slice(i + 1)))
  for (const [i, node] of nodes.entries()) codes.push(late[i] ? compileExpression(context, node) : context.expression(node))
  if (!late.includes(true)) return codes
  const slots = codes.map(() => context.reserve())
  const compute = (frame: Frame): LuaValue => {
    for (const turn of [false, true]) codes.forEach((code, i) => late[i] === turn && (frame[slots[i]] = code(frame)))
    return frame[slots[0]] as LuaValue
  }
  return slots.map((slot, i) => (i === 0 ? compute : (frame) => frame[slot] as LuaValue))
}

/** An expression where any number of values is wanted. */
export function compileMulti(context: FunctionContext, node: Expression): MultiCode {
  if (node.kind === 'call' || node.kind === 'method') return context.call(node)
  if (node.kind === 'vararg') return (frame) => frame[EXTRA] as readonly LuaValue[]
  return context.expression(node)
}

/** A list of expressions, whose last may give several values, as one array. */
export function compileList(context: FunctionContext, nodes: readonly Expression[]): (frame: Frame) => LuaValue[] {
  const last = nodes.at(-1)
  const open = last !== undefined && isMulti(last)
  const codes = (open ? nodes.slice(0, -1) : nodes).map((node) => context.expression(node))
  const tail = open ? compileMulti(context, last) : null
  return (frame) => {
    const values: LuaValue[] = []
    for (let i = 0; i < codes.length; i++) values.push(codes[i](frame))
    if (tail === null) return values
    const more = all(tail(frame))
    for (let i = 0; i < more.length; i++) values.push(more[i])
    return values
  }
}

export function compileCondition(context: FunctionContext, node: Expression): Condition {
  if (node.kind === 'binary' && /[=<>]/.test(node.operator)) return compileBinary(context, node) as Condition
  if (node.kind === 'unary' && node.operator === 'not') {
    const operand = compileCondition(context, node.operand)
    return (frame) => !operand(frame)
  }
  if (node.kind === 'logical') {
    const left = compileCondition(context, node.left)
    const right = compileCondition(context, node.right)
    return node.operator === 'and' ? (frame) => left(frame) && right(frame) : (frame) => left(frame) || right(frame)
  }
  const code = compileExpression(context, node)
  return (frame) => {
    const value = code(frame)
    return value !== undefined && value !== false
  }
}

function compileVariable(context: FunctionContext, variable: Variable): Code {
  const { slot } = variable
  const upvalue = context.upvalue(variable)
  if (isBoxed(variable)) {
    if (upvalue < 0) return (frame) => (frame[slot] as Box).value
    return (frame) => ((frame[UPVALUES] as unknown[])[upvalue] as Box).value
  }
  if (upvalue < 0) return (frame) => frame[slot] as LuaValue
  return (frame) => (frame[UPVALUES] as unknown[])[upvalue] as LuaValue
}

/** A local that stands in the frame itself; -1 if the expression is something else. */
function plainSlot(context: FunctionContext, node: Expression): number {
  return node.kind === 'local' && context.upvalue(node.variable) < 0 && !isBoxed(node.variable) ? node.variable.slot : -1
}

function compileGlobal(context: FunctionContext, name: string, line: number): Code {
  const { machine } = context
  const globals = context.limited ?? machine.globals
  const site = context.site(line)
  let hint = 0
  return () => {
    const { keys, values } = globals
    if (hint < keys.length && keys[hint] === name && values[hint] !== undefined) return values[hint]
    const slot = globals.find(name)
    const value = slot < 0 ? undefined : values[slot]
    if (value === undefined) return machine.missing(name, site)
    hint = slot
    return value
  }
}

function compileIndex(context: FunctionContext, node: Index, site: Site): Code {
  const { machine } = context
  const { key } = node
  const [object, code] = compileOperands(context, node.object, key)
  if (key.kind === 'constant' && typeof key.value === 'string') {
    const name = key.value
    let hint = 0
    return (frame) => {
      const from = object(frame)
      if (from instanceof Table) {
        const { keys } = from
        if (hint < keys.length && keys[hint] === name) {
          const value = from.values[hint]
          if (value !== undefined || from.metatable === null) return value
        } else {
          const slot = from.find(name)
          if (slot >= 0) {
            hint = slot
            const value = from.values[slot]
            if (value !== undefined) return value
          }
          if (from.metatable === null) return undefined
        }
      }
      return machine.index(from, name, site)
    }
  }
  return (frame) => {
    const from = object(frame)
    const at = code(frame)
    if (from instanceof Table) {
      if (typeof at === 'number') {
        const { array } = from
        const i = at - 1
        if (i >= 0 && i < array.length && (i | 0) === i) {
          const value = array[i]
          if (value !== undefined) return value
        }
      }
      const value = from.get(at)
      if (value !== undefined || from.metatable === null) return value
    }
    return machine.index(from, at, site)
  }
}

function compileBinary(context: FunctionContext, node: Binary): Code {
  const { machine } = context
  const { operator } = node
  const site = context.site(node.line, describe(context, node.left), describe(context, node.right))
  // Unlike other operators, `..` takes its operands as they were when they were evaluated.
  const [left, right] =
    operator === '..' ? [context.expression(node.left), context.expression(node.right)] : compileOperands(context, node.left, node.right)
  const slot = plainSlot(context, node.left)
  const number = node.right.kind === 'constant' && typeof node.right.value === 'number' ? node.right.value : undefined
  switch (operator) {
    case '+':
    case '-': {
      if (number !== undefined) {
        const by = operator === '+' ? number : -number
        if (slot >= 0) {
          return (frame) => {
            const a = frame[slot] as LuaValue
            return typeof a === 'number' ? a + by : machine.arithmetic(operator, a, number, site)
          }
        }
        return (frame) => {
          const a = left(frame)
          return typeof a === 'number' ? a + by : machine.arithmetic(operator, a, number, site)
        }
      }
      if (operator === '+') {
        return (frame) => {
          const a = left(frame)
          const b = right(frame)
          return typeof a === 'number' && typeof b === 'number' ? a + b : machine.arithmetic(operator, a, b, site)
        }
      }
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a - b : machine.arithmetic(operator, a, b, site)
      }
    }
    case '*':
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a * b : machine.arithmetic(operator, a, b, site)
      }
    case '/':
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a / b : machine.arithmetic(operator, a, b, site)
      }
    case '%':
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? modulo(a, b) : machine.arithmetic(operator, a, b, site)
      }
    case '^':
      return (frame) => machine.arithmetic(operator, left(frame), right(frame), site)
    case '..':
      return (frame) => machine.concat(left(frame), right(frame), site)
    case '==':
    case '~=':
      return compileEquality(context, node, left, right)
    case '<':
      if (slot >= 0 && number !== undefined) {
        return (frame) => {
          const a = frame[slot] as LuaValue
          return typeof a === 'number' ? a < number : machine.lessThan(a, number, site)
        }
      }
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a < b : machine.lessThan(a, b, site)
      }
    case '<=':
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a <= b : machine.lessOrEqual(a, b, site)
      }
    case '>':
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a > b : machine.lessThan(b, a, site)
      }
    case '>=':
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        return typeof a === 'number' && typeof b === 'number' ? a >= b : machine.lessOrEqual(b, a, site)
      }
  }
}

function compileEquality(context: FunctionContext, node: Binary, left: Code, right: Code): Code {
  const { machine } = context
  const equal = node.operator === '=='
  if (node.right.kind === 'constant') {
    // A constant has no metatable.
    const { value } = node.right
    return equal ? (frame) => left(frame) === value : (frame) => left(frame) !== value
  }
  return (frame) => {
    const a = left(frame)
    const b = right(frame)
    return (a === b || (typeof a === 'object' && typeof b === 'object' && machine.equals(a, b))) === equal
  }
}

function compileTable(context: FunctionContext, { fields }: TableConstructor): Code {
  const { machine } = context
  const items = fields.filter(({ key }) => key === null)
  if (items.length === fields.length) {
    if (fields.length === 0) return () => new Table()
    const list = compileList(
      context,
      items.map(({ value }) => value),
    )
    return (frame) => Table.of(list(frame))
  }
  const last = fields[fields.length - 1]
  const open = last.key === null && isMulti(last.value)
  const parts = (open ? fields.slice(0, -1) : fields).map(({ key, value, line }) => {
    const site = context.site(line)
    if (key === null) return { key, value: context.expression(value), site }
    const [at, given] = compileOperands(context, key, value)
    // Among steps, a wrong key is an error before the next field is computed.
    context.keep((frame) => machine.asKey(at(frame), site))
    return { key: at, value: given, site }
  })
  const tail = open ? compileMulti(context, last.value) : null
  return (frame) => {
    const values: LuaValue[] = []
    const table = new Table()
    for (let i = 0; i < parts.length; i++) {
      const { key, value, site } = parts[i]
      if (key === null) values.push(value(frame))
      else {
        const at = key(frame)
        const given = value(frame)
        table.set(machine.asKey(at, site), given)
      }
    }
    if (tail !== null) values.push(...all(tail(frame)))
    return items.length === 0 ? table : finishItems(table, values)
  }
}

/** The items of a constructor come last: they win over keys that were set to the same numbers. */
function finishItems(keyed: Table, values: LuaValue[]): Table {
  const { length } = values
  const table = Table.of(values)
  for (let place = keyed.seek(0); place >= 0; place = keyed.seek(place + 1)) {
    const key = keyed.keyAt(place)
    if (!(Number.isInteger(key) && (key as number) >= 1 && (key as number) <= length)) table.set(key, keyed.valueAt(place))
  }
  return table
}

export function compileClosure(context: FunctionContext, node: FunctionExpression): (frame: Frame) => Closure {
  const prototype = compileFunction(context.machine, node, context.source, context.chunk)
  // A slot of this function, or ~index of an upvalue that it has itself.
  const sources = node.scope.upvalues.map((variable) => {
    const upvalue = context.upvalue(variable)
    return upvalue < 0 ? variable.slot : ~upvalue
  })
  if (sources.length === 0) return () => new Closure(prototype, [])
  return (frame) => {
    const upvalues: unknown[] = []
    for (let i = 0; i < sources.length; i++) {
      const from = sources[i]
      upvalues.push(from >= 0 ? frame[from] : (frame[UPVALUES] as unknown[])[~from])
    }
    return new Closure(prototype, upvalues)
  }
}

/** @param tail whether the function ends with it */
export function compileCall(context: FunctionContext, node: Call | MethodCall, tail = false): MultiCode {
  return node.kind === 'method' ? compileMethod(context, node, tail) : compileFunctionCall(context, node, tail)
}

/** In calls that are nested deeper, a function's tail call is handed to its caller, so that JS's stack does not overflow. */
const DEEP = 150

/** The call that a function ends with. */
export function compileTailCall(context: FunctionContext, node: Call | MethodCall): (frame: Frame) => Result | PendingCall {
  const { machine } = context
  const direct = compileCall(context, node, true)
  const pending = compilePendingCall(context, node, true)
  return (frame) => (machine.depth < DEEP ? direct(frame) : pending(frame))
}

/** A call for others to make. */
export function compilePendingCall(context: FunctionContext, node: Call | MethodCall, tail = false): (frame: Frame) => PendingCall {
  const { machine } = context
  const name = node.kind === 'method' ? node.name : null
  const from = node.kind === 'method' ? node.object : node.callee
  const named = context.site(node.line, describe(context, from))
  const site = context.site(node.line, name === null ? named.what : `method '${name}' `)
  site.tail = tail
  const value = context.expression(from)
  const head = context.keep((frame): readonly LuaValue[] => {
    const self = value(frame)
    return name === null ? [self] : [machine.index(self, name, named), self]
  })
  const list = compileList(context, node.arguments)
  return (frame) => {
    const [fn, ...self] = head(frame)
    const values = self.concat(list(frame))
    machine.site = site
    return new PendingCall(machine.callable(fn, site, values), values)
  }
}

function compileFunctionCall(context: FunctionContext, node: Call, tail: boolean): MultiCode {
  const { machine } = context
  const site = context.site(node.line, describe(context, node.callee))
  site.tail = tail
  const builtin = known(context, node.callee)
  const callee = compileExpression(context, node.callee)
  const last = node.arguments.at(-1)
  const open = last !== undefined && isMulti(last)
  if (open || node.arguments.length > 3) {
    const list = compileList(context, node.arguments)
    return (frame) => {
      const fn = callee(frame)
      const values = list(frame)
      machine.site = site
      return apply(fn instanceof LuaFunction ? fn : machine.callable(fn, site, values), values)
    }
  }
  const n = node.arguments.length
  const [a, b, c] = node.arguments.map((argument): Code | undefined => compileExpression(context, argument))
  if (builtin instanceof Builtin) {
    const { run } = builtin
    // Calls of one and two arguments are most of a script's.
    switch (n) {
      case 1:
        return (frame) => {
          const x = a!(frame)
          machine.site = site
          return run(1, x, undefined, undefined, NONE)
        }
      case 2:
        return (frame) => {
          const x = a!(frame)
          const y = b!(frame)
          machine.site = site
          return run(2, x, y, undefined, NONE)
        }
      default:
        return (frame) => {
          const x = a?.(frame)
          const y = b?.(frame)
          const z = c?.(frame)
          machine.site = site
          return run(n, x, y, z, NONE)
        }
    }
  }
  return (frame) => {
    const fn = callee(frame)
    const x = a?.(frame)
    const y = b?.(frame)
    const z = c?.(frame)
    machine.site = site
    if (fn instanceof LuaFunction) return fn.call(n, x, y, z)
    const values = argumentsOf(n, x, y, z, NONE)
    return apply(machine.callable(fn, site, values), values)
  }
}

function compileMethod(context: FunctionContext, node: MethodCall, tail: boolean): MultiCode {
  const { machine } = context
  const site = context.site(node.line, `method '${node.name}' `)
  site.tail = tail
  const indexSite = context.site(node.line, describe(context, node.object))
  const object = compileExpression(context, node.object)
  const list = compileList(context, node.arguments)
  const { name } = node
  const n = node.arguments.length + 1
  const few = n <= 3 && !node.arguments.some(isMulti)
  const [a, b] = few ? node.arguments.map((argument): Code | undefined => compileExpression(context, argument)) : []
  return (frame) => {
    const self = object(frame)
    const fn = machine.index(self, name, indexSite)
    if (few && fn instanceof LuaFunction) {
      const x = a?.(frame)
      const y = b?.(frame)
      machine.site = site
      return fn.call(n, self, x, y)
    }
    const values = list(frame)
    values.unshift(self)
    machine.site = site
    return apply(fn instanceof LuaFunction ? fn : machine.callable(fn, site, values), values)
  }
}
