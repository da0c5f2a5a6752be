// Lua 5.1's parser: source to tree, with Lua's own error texts. It follows the grammar as the real compiler does, which
// decides what is an error, where it is seen, and the line that a running script reports.
import type { ByteString } from '../../core/bytes.ts'
import {
  type BinaryOperator,
  type Block,
  type Call,
  type Expression,
  type Field,
  type FunctionExpression,
  FunctionScope,
  type LocalStatement,
  type MethodCall,
  type Statement,
  type Target,
  Variable,
} from '../tree.ts'
import { Lexer } from './lexer.ts'

/** Left and right binding power. */
const PRIORITY: Readonly<Record<string, readonly [left: number, right: number]>> = {
  or: [1, 1],
  and: [2, 2],
  '<': [3, 3],
  '>': [3, 3],
  '<=': [3, 3],
  '>=': [3, 3],
  '~=': [3, 3],
  '==': [3, 3],
  '..': [5, 4],
  '+': [6, 6],
  '-': [6, 6],
  '*': [7, 7],
  '/': [7, 7],
  '%': [7, 7],
  '^': [10, 9],
}
const UNARY_PRIORITY = 8
const BLOCK_ENDS: ReadonlySet<string> = new Set(['else', 'elseif', 'end', 'until', '<eof>'])

// luaconf.h
const MAX_LEVELS = 200
const MAX_LOCALS = 200
const MAX_UPVALUES = 60

/** A function while it is parsed. */
interface State {
  readonly scope: FunctionScope
  readonly outer: State | null
  /** The locals that can be seen, the latest last. */
  readonly active: Variable[]
  readonly line: number
  readonly vararg: boolean
  /** Whether `...` was said. */
  usesExtra: boolean
  loops: number
}

/**
 * Parses a chunk.
 * @param name the chunk's name as Lua has it: `@user_script`
 * @param levels how many of the 200 syntax levels are taken: one in `loadstring`, as the real compiler is called from C
 * @throws LuaError with the text of the real compiler
 */
export function parse(source: ByteString, name: string, levels = 0): FunctionExpression {
  return new Parser(new Lexer(source, name), levels).chunk()
}

class Parser {
  readonly #lexer: Lexer
  #state!: State
  #levels: number

  constructor(lexer: Lexer, levels: number) {
    this.#lexer = lexer
    this.#levels = levels
  }

  chunk(): FunctionExpression {
    const scope = new FunctionScope(null)
    this.#state = { scope, outer: null, active: [], line: 0, vararg: true, usesExtra: false, loops: 0 }
    const body = this.#block()
    this.#check('<eof>')
    return { kind: 'function', scope, parameters: [], vararg: true, arg: null, body, line: 0 }
  }

  // Tokens

  #is(token: string): boolean {
    return this.#lexer.token === token
  }

  #accept(token: string): boolean {
    if (this.#lexer.token !== token) return false
    this.#lexer.next()
    return true
  }

  #check(token: string): void {
    if (this.#lexer.token !== token) this.#lexer.syntaxError(`'${token}' expected`)
  }

  #expect(token: string): void {
    this.#check(token)
    this.#lexer.next()
  }

  /** The end of what was opened on a line. */
  #close(token: string, opened: string, line: number): void {
    if (this.#accept(token)) return
    if (line === this.#lexer.line) this.#check(token)
    this.#lexer.syntaxError(`'${token}' expected (to close '${opened}' at line ${line})`)
  }

  #name(): ByteString {
    this.#check('<name>')
    const name = this.#lexer.value as ByteString
    this.#lexer.next()
    return name
  }

  #enter(): void {
    if (++this.#levels > MAX_LEVELS) this.#lexer.error('chunk has too many syntax levels')
  }

  #limit(count: number, limit: number, what: string, { line } = this.#state): void {
    if (count <= limit) return
    this.#lexer.error(`${line === 0 ? 'main function' : `function at line ${line}`} has more than ${limit} ${what}`)
  }

  // Variables

  /** A local of the running function. It is seen from `#activate` on. */
  #variable(name: ByteString, pending = 0): Variable {
    this.#limit(this.#state.active.length + pending + 1, MAX_LOCALS, 'local variables')
    return new Variable(name, this.#state.scope)
  }

  #activate(variables: readonly Variable[]): void {
    this.#state.active.push(...variables)
  }

  #find(name: ByteString): Variable | null {
    for (let state: State | null = this.#state; state !== null; state = state.outer) {
      let at = state.active.length - 1
      while (at >= 0 && state.active[at].name !== name) at--
      if (at < 0) continue
      const found = state.active[at]
      found.use(this.#state.scope)
      this.#limitUpvalues(this.#state, state)
      return found
    }
    return null
  }

  /** In a function and all those around it that hand the variable on, of which the outermost is checked first. */
  #limitUpvalues(state: State, home: State): void {
    if (state === home) return
    this.#limitUpvalues(state.outer!, home)
    this.#limit(state.scope.upvalues.length, MAX_UPVALUES, 'upvalues', state)
  }

  #named(name: ByteString): Expression & Target {
    const variable = this.#find(name)
    const line = this.#lexer.lastLine
    return variable === null ? { kind: 'global', name, line } : { kind: 'local', variable, line }
  }

  // Statements

  /** A block with its own locals. */
  #block(): Block {
    const { active } = this.#state
    const { length } = active
    const statements = this.#statements()
    active.length = length
    return statements
  }

  #statements(): Statement[] {
    const statements: Statement[] = []
    this.#enter()
    for (let last = false; !last && !BLOCK_ENDS.has(this.#lexer.token);) {
      const statement = this.#statement()
      statements.push(statement)
      last = statement.kind === 'return' || statement.kind === 'break'
      this.#accept(';')
    }
    this.#levels--
    return statements
  }

  #loop(): Block {
    this.#state.loops++
    const body = this.#block()
    this.#state.loops--
    return body
  }

  #statement(): Statement {
    const lexer = this.#lexer
    const { line } = lexer
    switch (lexer.token) {
      case 'if':
        return this.#if(line)
      case 'while': {
        lexer.next()
        const condition = this.#expression()
        this.#expect('do')
        const body = this.#loop()
        this.#close('end', 'while', line)
        return { kind: 'while', condition, body, line }
      }
      case 'do': {
        lexer.next()
        const body = this.#block()
        this.#close('end', 'do', line)
        return { kind: 'do', body, line }
      }
      case 'for':
        return this.#for(line)
      case 'repeat': {
        lexer.next()
        const { active } = this.#state
        const { length } = active
        this.#state.loops++
        const body = this.#statements()
        this.#close('until', 'repeat', line)
        const condition = this.#expression()
        this.#state.loops--
        active.length = length
        return { kind: 'repeat', body, condition, line }
      }
      case 'function':
        return this.#functionStatement(line)
      case 'local':
        lexer.next()
        return this.#accept('function') ? this.#localFunction(line) : this.#local(line)
      case 'return': {
        lexer.next()
        const none = BLOCK_ENDS.has(lexer.token) || this.#is(';')
        return { kind: 'return', values: none ? [] : this.#list(), line }
      }
      case 'break':
        lexer.next()
        if (this.#state.loops === 0) lexer.syntaxError('no loop to break')
        return { kind: 'break', line }
      default:
        return this.#expressionStatement(line)
    }
  }

  #if(line: number): Statement {
    const branches: { condition: Expression; body: Block }[] = []
    do {
      this.#lexer.next()
      const condition = this.#expression()
      this.#expect('then')
      branches.push({ condition, body: this.#block() })
    } while (this.#is('elseif'))
    const otherwise = this.#accept('else') ? this.#block() : null
    this.#close('end', 'if', line)
    return { kind: 'if', branches, otherwise, line }
  }

  #for(line: number): Statement {
    const lexer = this.#lexer
    lexer.next()
    const name = this.#name()
    if (this.#is('=')) return this.#numericFor(name, line)
    if (this.#is(',') || this.#is('in')) return this.#genericFor(name, line)
    return lexer.syntaxError("'=' or 'in' expected")
  }

  #numericFor(name: ByteString, opened: number): Statement {
    this.#lexer.next()
    // The real compiler keeps three hidden variables for the loop.
    const variable = this.#variable(name, 3)
    const start = this.#expression()
    this.#expect(',')
    const limit = this.#expression()
    const step = this.#accept(',') ? this.#expression() : null
    this.#expect('do')
    const line = this.#lexer.lastLine
    const body = this.#forBody([variable], opened)
    return { kind: 'for', variable, start, limit, step, body, line }
  }

  #genericFor(name: ByteString, opened: number): Statement {
    const variables = [this.#variable(name, 3)]
    while (this.#accept(',')) variables.push(this.#variable(this.#name(), 3 + variables.length))
    this.#expect('in')
    const line = this.#lexer.line
    const values = this.#list()
    this.#expect('do')
    const body = this.#forBody(variables, opened)
    return { kind: 'for in', variables, values, body, line }
  }

  #forBody(variables: readonly Variable[], line: number): Block {
    const { active } = this.#state
    const { length } = active
    this.#activate(variables)
    const body = this.#loop()
    active.length = length
    this.#close('end', 'for', line)
    return body
  }

  /** `function a.b:c() ... end` */
  #functionStatement(line: number): Statement {
    const lexer = this.#lexer
    lexer.next()
    let target: Expression & Target = this.#named(this.#name())
    let method = false
    while (this.#is('.') || this.#is(':')) {
      method = this.#is(':')
      lexer.next()
      const key = this.#name()
      target = { kind: 'index', object: target, key: { kind: 'constant', value: key, line }, line: lexer.lastLine }
      if (method) break
    }
    const value = this.#function(method, line)
    return this.#assign([{ ...target, line }], [value], line)
  }

  #localFunction(line: number): Statement {
    const variable = this.#variable(this.#name())
    this.#activate([variable])
    return { kind: 'local function', variable, value: this.#function(false, this.#lexer.line), line }
  }

  #local(line: number): LocalStatement {
    const variables: Variable[] = []
    do variables.push(this.#variable(this.#name(), variables.length))
    while (this.#accept(','))
    const values = this.#accept('=') ? this.#list() : []
    this.#activate(variables)
    return { kind: 'declare', variables, values, line }
  }

  #expressionStatement(line: number): Statement {
    const lexer = this.#lexer
    const first = this.#primary()
    if (first.kind === 'call' || first.kind === 'method') return { kind: 'do call', call: first, line }
    const targets = [this.#target(first)]
    while (this.#accept(',')) {
      const target = this.#target(this.#primary())
      this.#limit(targets.push(target) - 1, MAX_LEVELS - this.#levels, 'variables in assignment')
    }
    this.#expect('=')
    const values = this.#list()
    return this.#assign(
      targets.map((target) => ({ ...target, line: lexer.lastLine })),
      values,
      line,
    )
  }

  #target(node: Expression): Target {
    if (node.kind === 'local' || node.kind === 'global' || node.kind === 'index') return node
    return this.#lexer.syntaxError('syntax error')
  }

  #assign(targets: readonly Target[], values: readonly Expression[], line: number): Statement {
    for (const target of targets) if (target.kind === 'local') target.variable.reassign(this.#state.scope)
    return { kind: 'assign', targets, values, line }
  }

  // Expressions

  #list(): Expression[] {
    const list = [this.#expression()]
    while (this.#accept(',')) {
      this.#read(list)
      list.push(this.#expression())
    }
    return list
  }

  /** The real compiler reads a global or a field when it has seen what comes behind it: errors name that line. Of a list, its last. */
  #read(list: readonly (Expression | undefined)[]): void {
    const node = list.at(-1)
    if (node?.kind === 'global' || node?.kind === 'index') (node as { line: number }).line = this.#lexer.lastLine
  }

  /** An expression whose operators bind more strongly than `limit`. */
  #expression(limit = 0): Expression {
    const lexer = this.#lexer
    this.#enter()
    let left: Expression
    const { token } = lexer
    if (token === 'not' || token === '-' || token === '#') {
      lexer.next()
      const operand = this.#expression(UNARY_PRIORITY)
      left = { kind: 'unary', operator: token, operand, line: lexer.lastLine }
    } else left = this.#simple()
    for (;;) {
      const operator = lexer.token
      const priority = Object.hasOwn(PRIORITY, operator) ? PRIORITY[operator] : undefined
      if (priority === undefined || priority[0] <= limit) break
      lexer.next()
      this.#read([left])
      const right = this.#expression(priority[1])
      const line = lexer.lastLine
      left =
        operator === 'and' || operator === 'or'
          ? { kind: 'logical', operator, left, right, line }
          : { kind: 'binary', operator: operator as BinaryOperator, left, right, line }
    }
    this.#levels--
    return left
  }

  #simple(): Expression {
    const lexer = this.#lexer
    const { line, token } = lexer
    switch (token) {
      case '<number>':
      case '<string>': {
        const { value } = lexer
        lexer.next()
        return { kind: 'constant', value, line }
      }
      case 'nil':
      case 'true':
      case 'false':
        lexer.next()
        return { kind: 'constant', value: token === 'nil' ? undefined : token === 'true', line }
      case '...':
        if (!this.#state.vararg) lexer.syntaxError("cannot use '...' outside a vararg function")
        this.#state.usesExtra = true
        lexer.next()
        return { kind: 'vararg', line }
      case '{':
        return this.#table()
      case 'function':
        lexer.next()
        return this.#function(false, lexer.line)
      default:
        return this.#primary()
    }
  }

  /** A name or an expression in parentheses, and what follows: fields, calls. */
  #primary(): Expression {
    const lexer = this.#lexer
    let node = this.#prefix()
    for (;;) {
      const { token, line } = lexer
      if (token === '.') {
        lexer.next()
        const key = this.#name()
        node = { kind: 'index', object: node, key: { kind: 'constant', value: key, line }, line: lexer.lastLine }
      } else if (token === '[') {
        lexer.next()
        const key = this.#expression()
        this.#expect(']')
        node = { kind: 'index', object: node, key, line: lexer.lastLine }
      } else if (token === ':') {
        lexer.next()
        const name = this.#name()
        this.#read([node])
        node = this.#call({ kind: 'method', object: node, name, arguments: [], line })
      } else if (token === '(' || token === '{' || token === '<string>') {
        node = this.#call({ kind: 'call', callee: node, arguments: [], line })
      } else return node
    }
  }

  #prefix(): Expression {
    const lexer = this.#lexer
    const { line } = lexer
    if (this.#is('<name>')) return this.#named(this.#name())
    if (!this.#accept('(')) return lexer.syntaxError('unexpected symbol')
    const inner = this.#expression()
    this.#close(')', '(', line)
    this.#read([inner])
    // What is in parentheses is still the name of a field.
    return inner.kind === 'constant' ? inner : { kind: 'group', inner, line }
  }

  #call(node: Call | MethodCall): Expression {
    const lexer = this.#lexer
    const { line } = lexer
    let values: Expression[]
    if (this.#is('(')) {
      if (line !== lexer.lastLine) lexer.syntaxError('ambiguous syntax (function call x new statement)')
      lexer.next()
      values = this.#is(')') ? [] : this.#list()
      this.#close(')', '(', line)
      this.#read(values)
    } else if (this.#is('{')) values = [this.#table()]
    else if (this.#is('<string>')) values = [this.#simple()]
    else return lexer.syntaxError('function arguments expected')
    return { ...node, arguments: values, line }
  }

  #table(): Expression {
    const lexer = this.#lexer
    const { line } = lexer
    const fields: Field[] = []
    this.#expect('{')
    let item: Expression[] = []
    while (!this.#is('}')) {
      this.#read(item)
      const field = this.#field()
      fields.push(field)
      item = field.key === null ? [field.value] : []
      if (!this.#accept(',') && !this.#accept(';')) break
    }
    this.#close('}', '{', line)
    this.#read(item)
    return { kind: 'table', fields, line: lexer.lastLine }
  }

  #field(): Field {
    const lexer = this.#lexer
    const { line } = lexer
    let key: Expression | null = null
    if (this.#accept('[')) {
      key = this.#expression()
      this.#expect(']')
      this.#expect('=')
    } else if (this.#is('<name>') && lexer.peek() === '=') {
      key = { kind: 'constant', value: this.#name(), line }
      lexer.next()
    }
    return { key, value: this.#expression(), line: lexer.lastLine }
  }

  /** Parameters and body. */
  #function(method: boolean, line: number): FunctionExpression {
    const outer = this.#state
    const scope = new FunctionScope(outer.scope)
    const parameters: Variable[] = []
    this.#expect('(')
    // Parameters belong to the function, whose limits are checked with them.
    const self = new Variable('self', scope)
    const state: State = { scope, outer, active: method ? [self] : [], line, vararg: false, usesExtra: false, loops: 0 }
    this.#state = state
    if (method) parameters.push(self)
    const vararg = this.#parameters(parameters)
    const arg = vararg ? new Variable('arg', scope) : null
    const inner: State = { ...state, vararg, active: arg === null ? [...parameters] : [...parameters, arg] }
    this.#state = inner
    this.#expect(')')
    const statements = this.#statements()
    this.#close('end', 'function', line)
    this.#state = outer
    if (arg === null || !inner.usesExtra) return { kind: 'function', scope, parameters, vararg, arg, body: statements, line }
    // Who says `...` has a local `arg` too, but it is nil.
    const body: Block = [{ kind: 'declare', variables: [arg], values: [], line }, ...statements]
    return { kind: 'function', scope, parameters, vararg, arg: null, body, line }
  }

  /** @returns whether they end with `...` */
  #parameters(parameters: Variable[]): boolean {
    if (this.#is(')')) return false
    do {
      if (this.#accept('...')) return true
      if (!this.#is('<name>')) this.#lexer.syntaxError("<name> or '...' expected")
      parameters.push(this.#variable(this.#name(), parameters.length - this.#state.active.length))
    } while (this.#accept(','))
    return false
  }
}
