// The tree's nodes in short, for the builder. Their lines are filled in when the script is printed.
import type { ByteString } from '../../core/bytes.ts'
import type { BinaryOperator, Binary, Call, Expression, FunctionExpression, Index, LocalName, Statement, Variable } from '../tree.ts'

const line = 0

export const constant = (value: undefined | boolean | number | ByteString): Expression => ({ kind: 'constant', line, value })
export const NIL = constant(undefined)
export const FALSE = constant(false)
export const local = (variable: Variable): LocalName => ({ kind: 'local', line, variable })
export const index = (object: Expression, key: Expression | ByteString): Index => ({
  kind: 'index',
  line,
  object,
  key: typeof key === 'string' ? constant(key) : key,
})
/** A global, or what is in one: `string.format`. */
export const named = (path: string): Expression => {
  const [first, second] = path.split('.')
  const global: Expression = { kind: 'global', line, name: first }
  return second === undefined ? global : index(global, second)
}
export const call = (callee: Expression | string, ...args: readonly Expression[]): Call => ({
  kind: 'call',
  line,
  callee: typeof callee === 'string' ? named(callee) : callee,
  arguments: args,
})
/** A call that does something besides giving a value. */
export type Effect = Call & { readonly effect?: true }
export const effective = (node: Call): Effect => ({ ...node, effect: true })
export const command = (...words: readonly (Expression | string)[]): Effect =>
  effective(call('redis.call', ...words.map((word) => (typeof word === 'string' ? constant(word) : word))))
export const binary = (operator: BinaryOperator, left: Expression, right: Expression): Binary => ({
  kind: 'binary',
  line,
  operator,
  left,
  right,
})
export const and = (left: Expression, right: Expression): Expression => ({ kind: 'logical', line, operator: 'and', left, right })
export const or = (left: Expression, right: Expression): Expression => ({ kind: 'logical', line, operator: 'or', left, right })
export const negative = (operand: Expression): Expression => ({ kind: 'unary', line, operator: '-', operand })
export const size = (operand: Expression): Expression => ({ kind: 'unary', line, operator: '#', operand })
export const table = (items: readonly Expression[] = []): Expression => ({
  kind: 'table',
  line,
  fields: items.map((value) => ({ line, key: null, value })),
})
export const object = (fields: Iterable<readonly [ByteString, Expression]>): Expression => ({
  kind: 'table',
  line,
  fields: Array.from(fields, ([name, value]) => ({ line, key: constant(name), value })),
})

const OPPOSITES: Readonly<Record<string, BinaryOperator>> = { '==': '~=', '~=': '==' }

export function not(operand: Expression): Expression {
  if (operand.kind === 'binary' && operand.operator in OPPOSITES) return { ...operand, operator: OPPOSITES[operand.operator] }
  return { kind: 'unary', line, operator: 'not', operand: truth(operand) }
}

/** As a condition, `x or false` and `not not x` are `x`. */
export function truth(node: Expression): Expression {
  if (node.kind === 'logical' && node.operator === 'or' && isConstant(node.right, false)) return truth(node.left)
  if (node.kind === 'unary' && node.operator === 'not' && node.operand.kind === 'unary' && node.operand.operator === 'not') {
    return truth(node.operand.operand)
  }
  return node
}

const isConstant = (node: Expression, value: unknown): boolean => node.kind === 'constant' && node.value === value

/** An index plus a number. Constants are added up, and `i - 1` plus 1 is `i`. */
export function plus(node: Expression, by: number): Expression {
  if (node.kind === 'constant' && typeof node.value === 'number') return constant(node.value + by)
  const operator = by > 0 ? '+' : '-'
  if (node.kind === 'binary' && node.operator === (by > 0 ? '-' : '+') && isConstant(node.right, Math.abs(by))) return node.left
  return binary(operator, node, constant(Math.abs(by)))
}

/** More would be too deep for Lua's parser. */
const MAX_PARTS = 100
/** Text behind text. */
export function concat(...texts: readonly Expression[]): Expression {
  const parts = texts.flatMap(partsOf)
  if (parts.length > MAX_PARTS) return call('table.concat', table(parts))
  return parts.length === 0 ? constant('') : parts.reduceRight((right, left) => binary('..', left, right))
}
const partsOf = (node: Expression): Expression[] =>
  node.kind === 'binary' && node.operator === '..' ? [node.left, ...partsOf(node.right)] : [node]

// Statements

export const declare = (variable: Variable, value: Expression): Statement => ({
  kind: 'declare',
  line,
  variables: [variable],
  values: [value],
})
export const assign = (target: LocalName | Index, value: Expression): Statement => ({
  kind: 'assign',
  line,
  targets: [target],
  values: [value],
})
export const run = (what: Call): Statement => ({ kind: 'do call', line, call: what })
export const leave = (value: Expression): Statement => ({ kind: 'return', line, values: [value] })
export const when = (condition: Expression, body: readonly Statement[]): Statement => ({
  kind: 'if',
  line,
  branches: [{ condition, body }],
  otherwise: null,
})
export const counting = (variable: Variable, start: Expression, limit: Expression, body: readonly Statement[], step = 1): Statement => ({
  kind: 'for',
  line,
  variable,
  start,
  limit,
  step: step === 1 ? null : constant(step),
  body,
})
export const going = (variables: readonly Variable[], iterator: string, of: Expression, body: readonly Statement[]): Statement => ({
  kind: 'for in',
  line,
  variables,
  values: [call(iterator, of)],
  body,
})
export const breaks = (): Statement => ({ kind: 'break', line })
export const define = (variable: Variable, value: Omit<FunctionExpression, 'kind' | 'line' | 'vararg' | 'arg'>): Statement => ({
  kind: 'local function',
  line,
  variable,
  value: { kind: 'function', line, vararg: false, arg: null, ...value },
})
