// From the tree to Lua that people can read: the author's names where they do not clash, one statement a line, only the
// parentheses that change the meaning, numbers and byte strings exact. Redis's Lua reads it back as the same tree.
import type { ByteString } from '../core/bytes.ts'
import type { Block, Expression, Field, FunctionExpression, Statement, Variable } from './tree.ts'

const KEYWORDS =
  'and break do else elseif end false for function if in local nil not or repeat return then true until while arg self'.split(' ')
const IDENTIFIER = /^[A-Za-z_]\w*$/

/** How tight operators bind. */
const BINDING: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '<': 3,
  '>': 3,
  '<=': 3,
  '>=': 3,
  '~=': 3,
  '==': 3,
  '..': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
  '^': 8,
}
const UNARY = 7
const ATOM = 9
/** As luaconf.h has it. */
const MAX_LOCALS = 200

/** Calls `see` with everything in a tree that has a kind, and the function around it. */
export function visit<Scope>(node: unknown, see: (node: Expression | Statement, scope: Scope) => void, scope: Scope): void {
  if (Array.isArray(node)) for (const each of node) visit(each, see, scope)
  else if (Object.getPrototypeOf(node ?? 0) === Object.prototype) {
    const { kind } = node as Expression
    if (kind !== undefined) see(node as Expression, scope)
    const inner = kind === 'function' ? ((node as FunctionExpression).scope as Scope) : scope
    for (const each of Object.values(node as object)) visit(each, see, inner)
  }
}

/**
 * Writes a script.
 * @param onLine gets every node with the line it is on
 * @throws Error if a variable is used where it is not known, or a function has more of them than Lua allows
 */
export function print(body: Block, onLine: (node: Expression | Statement, line: number) => void = () => {}): string {
  return new Printer(body, onLine).text
}

class Printer {
  text = ''
  readonly #onLine: (node: Expression | Statement, line: number) => void
  readonly #reserved = new Set(KEYWORDS)
  /** The names of the variables that are known here, and whose they are. */
  readonly #names = new Map<Variable, string>()
  readonly #taken = new Set<string>()
  #line = 1
  /** How many variables the function has that is being written. */
  #locals = 0
  #indent = ''

  constructor(body: Block, onLine: (node: Expression | Statement, line: number) => void) {
    this.#onLine = onLine
    visit(body, (node) => node.kind === 'global' && this.#reserved.add(node.name), null)
    this.#block(body)
  }

  #write(...parts: (string | readonly Expression[])[]): void {
    for (const part of parts) {
      if (typeof part === 'string') this.text += part
      else
        part.forEach((each, i) => {
          if (i > 0) this.text += ', '
          this.#expression(each, 0)
        })
    }
  }

  #newLine(): void {
    this.text += `\n${this.#indent}`
    this.#line++
  }

  #block(body: Block, after?: () => void): void {
    const before = this.#names.size
    body.forEach((statement, i) => {
      if (i > 0) {
        const end = this.text.length
        this.#newLine()
        const start = this.text.length
        this.#statement(statement)
        // Behind a call, a parenthesis would be its arguments.
        if (this.text[start] === '(') this.text = `${this.text.slice(0, end)};${this.text.slice(end)}`
      } else this.#statement(statement)
    })
    after?.()
    this.#forget([...this.#names.keys()].slice(before))
  }

  #forget(variables: readonly Variable[]): void {
    for (const variable of variables) {
      this.#locals--
      this.#taken.delete(this.#names.get(variable)!)
      this.#names.delete(variable)
    }
  }

  /** A block on lines of its own, further in. */
  #inside(body: Block, end: string, after?: () => void): void {
    this.#indent += '  '
    if (body.length > 0) this.#newLine()
    this.#block(body, () => {
      this.#indent = this.#indent.slice(2)
      this.#newLine()
      this.text += end
      after?.()
    })
  }

  #declare(variables: readonly Variable[]): string {
    return variables
      .map((variable) => {
        const base = variable.name.replace(/\W/g, '_').replace(/^(?=\d|$)/, '_')
        let name = base
        for (let i = 2; this.#reserved.has(name) || this.#taken.has(name); i++) name = `${base}${i}`
        this.#taken.add(name)
        this.#names.set(variable, name)
        if (++this.#locals > MAX_LOCALS) throw new Error(`a function of Lua has at most ${MAX_LOCALS} variables`)
        return name
      })
      .join(', ')
  }

  #statement(node: Statement): void {
    this.#onLine(node, this.#line)
    switch (node.kind) {
      case 'declare':
        this.#write('local ', this.#declare(node.variables))
        if (node.values.length > 0) this.#write(' = ', node.values)
        break
      case 'local function':
        this.#write('local function ', this.#declare([node.variable]))
        this.#function(node.value)
        break
      case 'assign':
        this.#write(node.targets, ' = ', node.values)
        break
      case 'do call':
        this.#expression(node.call, 0)
        break
      case 'do':
        this.#write('do')
        this.#inside(node.body, 'end')
        break
      case 'while':
        this.#write('while ', [node.condition], ' do')
        this.#inside(node.body, 'end')
        break
      case 'repeat':
        this.#write('repeat')
        this.#inside(node.body, 'until ', () => this.#expression(node.condition, 0))
        break
      case 'if':
        node.branches.forEach(({ condition, body }, i) => {
          this.#write(i > 0 ? 'elseif ' : 'if ', [condition], ' then')
          this.#inside(body, '')
        })
        if (node.otherwise !== null) {
          this.#write('else')
          this.#inside(node.otherwise, '')
        }
        this.#write('end')
        break
      case 'for': {
        const range = node.step === null ? [node.start, node.limit] : [node.start, node.limit, node.step]
        this.#loop([node.variable], ' = ', range, node.body)
        break
      }
      case 'for in':
        this.#loop(node.variables, ' in ', node.values, node.body)
        break
      case 'return':
        this.#write('return', node.values.length > 0 ? ' ' : '', node.values)
        break
      default:
        this.#write('break')
    }
  }

  #loop(variables: readonly Variable[], word: string, values: readonly Expression[], body: Block): void {
    this.#scoped(variables, (names) => {
      this.#write('for ', names, word, values, ' do')
      this.#inside(body, 'end')
    })
  }

  /** What is written while some variables are known. */
  #scoped(variables: readonly Variable[], write: (names: string) => void): void {
    write(this.#declare(variables))
    this.#forget(variables)
  }

  #function({ parameters, vararg, arg, body }: FunctionExpression): void {
    const outside = this.#locals
    this.#locals = 0
    if (arg !== null) this.#names.set(arg, 'arg')
    this.#scoped(parameters, (names) => {
      this.#write(`(${names}${vararg ? (names === '' ? '...' : ', ...') : ''})`)
      this.#inside(body, 'end')
    })
    if (arg !== null) this.#names.delete(arg)
    this.#locals = outside
  }

  /** @param least how tight it has to bind to need no parentheses */
  #expression(node: Expression, least: number): void {
    this.#onLine(node, this.#line)
    const open = binding(node) < least
    if (open) this.#write('(')
    switch (node.kind) {
      case 'constant':
        this.#write(constant(node.value))
        break
      case 'vararg':
        this.#write('...')
        break
      case 'function':
        this.#write('function')
        this.#function(node)
        break
      case 'local': {
        const name = this.#names.get(node.variable)
        if (name === undefined) throw new Error(`'${node.variable.name}' is used outside of the block that it belongs to`)
        this.#write(name)
        break
      }
      case 'global':
        this.#write(node.name)
        break
      case 'index':
        this.#prefix(node.object)
        if (node.key.kind === 'constant' && isName(node.key.value)) this.#write('.', node.key.value as string)
        else this.#write('[', [node.key], ']')
        break
      case 'call':
        this.#prefix(node.callee)
        this.#write('(', node.arguments, ')')
        break
      case 'method':
        this.#prefix(node.object)
        this.#write(':', node.name, '(', node.arguments, ')')
        break
      case 'binary':
      case 'logical': {
        const tight = BINDING[node.operator]
        const toTheRight = node.operator === '..' || node.operator === '^'
        this.#expression(node.left, toTheRight ? tight + 1 : tight)
        this.#write(` ${node.operator} `)
        // A sign may follow `^` although it binds less.
        this.#expression(node.right, node.operator === '^' ? UNARY : toTheRight ? tight : tight + 1)
        break
      }
      case 'unary':
        // Two minus signs in a row begin a comment.
        this.#write(node.operator, node.operator === '#' ? '' : node.operator === 'not' || startsWithMinus(node.operand) ? ' ' : '')
        this.#expression(node.operand, UNARY)
        break
      case 'table':
        if (node.fields.length === 0) this.#write('{}')
        else {
          node.fields.forEach((field, i) => {
            this.#write(i > 0 ? ', ' : '{ ')
            this.#field(field)
          })
          this.#write(' }')
        }
        break
      default: {
        if (isMulti(node.inner)) this.#write('(', [node.inner], ')')
        else this.#expression(node.inner, 0)
      }
    }
    if (open) this.#write(')')
  }

  #field({ key, value }: Field): void {
    if (key?.kind === 'constant' && isName(key.value) && !KEYWORDS.includes(key.value as string)) this.#write(key.value as string, ' = ')
    else if (key !== null) this.#write('[', [key], '] = ')
    this.#expression(value, 0)
  }

  /** What may be indexed and called without parentheses. */
  #prefix(node: Expression): void {
    const bare = ['local', 'global', 'index', 'call', 'method'].includes(node.kind)
    if (bare || (node.kind === 'group' && isMulti(node.inner))) this.#expression(node, 0)
    else this.#write('(', [node], ')')
  }
}

/** Whether an expression may give several values, which parentheses cut to one. */
const isMulti = ({ kind }: Expression): boolean => ['call', 'method', 'vararg'].includes(kind)

/** `self` and `arg` are no keywords, but are not given to variables, as functions have them without saying. */
const isName = (value: unknown): boolean =>
  typeof value === 'string' && IDENTIFIER.test(value) && (!KEYWORDS.includes(value) || value === 'self' || value === 'arg')

function startsWithMinus(node: Expression): boolean {
  if (node.kind === 'binary') return binding(node) > UNARY && startsWithMinus(node.left)
  if (node.kind === 'group') return startsWithMinus(node.inner)
  if (node.kind === 'unary') return node.operator === '-'
  return node.kind === 'constant' && typeof node.value === 'number' && node.value < 0
}

function binding(node: Expression): number {
  if (node.kind === 'binary' || node.kind === 'logical') return BINDING[node.operator]
  if (node.kind === 'unary') return UNARY
  if (node.kind === 'constant' && typeof node.value === 'number') {
    if (!Number.isFinite(node.value) || Object.is(node.value, -0)) return BINDING['/']
    return node.value < 0 ? UNARY : ATOM
  }
  if (node.kind === 'group') return isMulti(node.inner) ? ATOM : binding(node.inner)
  return ATOM
}

function constant(value: undefined | boolean | number | ByteString): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'number') return value === undefined ? 'nil' : String(value)
  if (Number.isNaN(value)) return '0 / 0'
  if (!Number.isFinite(value)) return value > 0 ? '1 / 0' : '-1 / 0'
  // Lua 5.1 takes the constants 0 and -0 for one: this is worked out when the script runs.
  return Object.is(value, -0) ? '-1 / (1 / 0)' : String(value)
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', "'": "\\'" }

/** A byte string as a Lua literal in ASCII. */
export function quote(bytes: ByteString): string {
  const escaped = bytes.replace(/[^ -~]|['\\]/g, (char) => ESCAPES[char] ?? `\\${String(char.charCodeAt(0)).padStart(3, '0')}`)
  return `'${escaped}'`
}
