// The syntax tree of scripts, with Lua 5.1's meaning. Two ways in: the Lua parser and the typed builder. Two ways out: the
// closures that run it (lua/compile.ts) and the printer. Variables are objects, not names: who makes a tree says which
// variable is meant, so that nothing has to be looked up again and two variables may share a name.
import type { ByteString } from '../core/bytes.ts'

/** A local variable or parameter. Its users are told to it with `use` and `reassign`, before the tree is compiled. */
export class Variable {
  readonly name: ByteString
  /** Whose local it is. */
  readonly home: FunctionScope
  /** Whether a function inside its home uses it as an upvalue. */
  captured = false
  /** Whether it gets a value after its declaration. */
  reassigned = false
  /** Its place in the frame: the compiler's. */
  slot = 0

  constructor(name: ByteString, home: FunctionScope) {
    this.name = name
    this.home = home
  }

  /** Says that a function uses it. If that is inside its home, it is an upvalue of that one and of all in between. */
  use(from: FunctionScope): void {
    for (let scope = from; scope !== this.home && scope.parent !== null; scope = scope.parent) {
      this.captured = true
      if (!scope.upvalues.includes(this)) scope.upvalues.push(this)
    }
  }

  /** Says that a function gives it a value. */
  reassign(from: FunctionScope): void {
    this.use(from)
    this.reassigned = true
  }
}

/** One function of the tree, as the owner of variables. */
export class FunctionScope {
  readonly parent: FunctionScope | null
  /** Variables of the functions around it that it uses, or that a function inside it does. */
  readonly upvalues: Variable[] = []
  constructor(parent: FunctionScope | null) {
    this.parent = parent
  }
}

/** The line an error in this node is reported at: where the real compiler emits its instruction. */
interface Node {
  readonly line: number
}

export type Expression =
  | Constant
  | Vararg
  | FunctionExpression
  | LocalName
  | GlobalName
  | Index
  | Call
  | MethodCall
  | Binary
  | Unary
  | Logical
  | TableConstructor
  | Group

export interface Constant extends Node {
  readonly kind: 'constant'
  readonly value: undefined | boolean | number | ByteString
}

/** `...` */
export interface Vararg extends Node {
  readonly kind: 'vararg'
}

export interface FunctionExpression extends Node {
  readonly kind: 'function'
  readonly scope: FunctionScope
  readonly parameters: readonly Variable[]
  /** Whether it takes `...`. */
  readonly vararg: boolean
  /** Lua 5.0's table of the extra arguments: a function that takes `...` and never says it has it as the local `arg`. */
  readonly arg: Variable | null
  readonly body: Block
}

export interface LocalName extends Node {
  readonly kind: 'local'
  readonly variable: Variable
}

export interface GlobalName extends Node {
  readonly kind: 'global'
  readonly name: ByteString
}

export interface Index extends Node {
  readonly kind: 'index'
  readonly object: Expression
  readonly key: Expression
}

export interface Call extends Node {
  readonly kind: 'call'
  readonly callee: Expression
  readonly arguments: readonly Expression[]
}

/** `object:name(...)` */
export interface MethodCall extends Node {
  readonly kind: 'method'
  readonly object: Expression
  readonly name: ByteString
  readonly arguments: readonly Expression[]
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^'
export type BinaryOperator = ArithmeticOperator | '..' | '==' | '~=' | '<' | '<=' | '>' | '>='

export interface Binary extends Node {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

export interface Unary extends Node {
  readonly kind: 'unary'
  readonly operator: '-' | 'not' | '#'
  readonly operand: Expression
}

export interface Logical extends Node {
  readonly kind: 'logical'
  readonly operator: 'and' | 'or'
  readonly left: Expression
  readonly right: Expression
}

export interface TableConstructor extends Node {
  readonly kind: 'table'
  /** In the order they are written; a field without a key is the next item. */
  readonly fields: readonly Field[]
}

export interface Field extends Node {
  readonly key: Expression | null
  readonly value: Expression
}

/** Parentheses, which cut a list of values to one. */
export interface Group extends Node {
  readonly kind: 'group'
  readonly inner: Expression
}

export type Block = readonly Statement[]

export type Statement =
  | LocalStatement
  | LocalFunction
  | Assignment
  | CallStatement
  | DoStatement
  | WhileStatement
  | RepeatStatement
  | IfStatement
  | NumericFor
  | GenericFor
  | ReturnStatement
  | BreakStatement

export interface LocalStatement extends Node {
  readonly kind: 'declare'
  readonly variables: readonly Variable[]
  readonly values: readonly Expression[]
}

/** `local function`: the variable is known in the function's own body. */
export interface LocalFunction extends Node {
  readonly kind: 'local function'
  readonly variable: Variable
  readonly value: FunctionExpression
}

export type Target = LocalName | GlobalName | Index

export interface Assignment extends Node {
  readonly kind: 'assign'
  readonly targets: readonly Target[]
  readonly values: readonly Expression[]
}

export interface CallStatement extends Node {
  readonly kind: 'do call'
  readonly call: Call | MethodCall
}

export interface DoStatement extends Node {
  readonly kind: 'do'
  readonly body: Block
}

export interface WhileStatement extends Node {
  readonly kind: 'while'
  readonly condition: Expression
  readonly body: Block
}

/** The condition sees the body's locals. */
export interface RepeatStatement extends Node {
  readonly kind: 'repeat'
  readonly body: Block
  readonly condition: Expression
}

export interface IfStatement extends Node {
  readonly kind: 'if'
  readonly branches: readonly { readonly condition: Expression; readonly body: Block }[]
  readonly otherwise: Block | null
}

export interface NumericFor extends Node {
  readonly kind: 'for'
  readonly variable: Variable
  readonly start: Expression
  readonly limit: Expression
  readonly step: Expression | null
  readonly body: Block
}

export interface GenericFor extends Node {
  readonly kind: 'for in'
  readonly variables: readonly Variable[]
  readonly values: readonly Expression[]
  readonly body: Block
}

export interface ReturnStatement extends Node {
  readonly kind: 'return'
  readonly values: readonly Expression[]
}

export interface BreakStatement extends Node {
  readonly kind: 'break'
}
