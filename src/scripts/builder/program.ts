// A script while it is being built: where statements go, and what becomes of them when a block is complete. A command is a
// statement at once, so that it runs where it is written; its reply is a local, which is folded into the next statement if
// that is its only use.
import type { ByteString } from '../../core/bytes.ts'
import { print, visit } from '../printer.ts'
import { type Block, type Call, type Expression, type FunctionExpression, FunctionScope, type Statement, Variable } from '../tree.ts'
import { declare, define, type Effect, leave, local, run, truth } from './nodes.ts'
import type { Shape } from './schema.ts'

/** A statement, with where the author wrote it. */
export type Placed = Statement & {
  site?: string
  /** A local that nobody asked for, whose value may move to where it is used, or has to be made here. */
  temp?: 'moves' | 'stays'
  /** Whether a command has moved into it. */
  merged?: boolean
}

export class Program {
  readonly main = new FunctionScope(null)
  scope = this.main
  block: Placed[] = []
  /** Where the author is. */
  site = ''
  /** What the script returns, once that is known. */
  result: Shape | undefined
  /** Counts changes of variables and of tables. */
  clock = 0
  readonly #changes = new Map<Variable, number>()
  readonly #helpers: Placed[] = []
  readonly #names = new Map<string, Variable>()

  variable(name: string): Variable {
    return new Variable(name, this.scope)
  }

  /** @throws Error if it could never run */
  emit(statement: Placed): void {
    const last = this.block[this.block.length - 1]
    if (last?.kind === 'return' || last?.kind === 'break') throw new Error('nothing can follow what leaves a block')
    this.block.push({ ...statement, site: this.site })
  }

  /** What a formula says from here on may differ. */
  change(of: Expression): void {
    let root = of
    while (root.kind === 'index') root = root.object
    if (root.kind === 'local') this.#changes.set(root.variable, ++this.clock)
  }

  /** @throws Error if a formula is older than the last change of what it is made of */
  check(node: Expression, born: number): void {
    if (born === this.clock || node.kind === 'local') return
    visit(
      node,
      (each) => {
        if (each.kind !== 'local' || (this.#changes.get(each.variable) ?? 0) <= born) return
        throw new Error(`'${each.variable.name}' has changed since this expression was made: keep its value with $.local()`)
      },
      null,
    )
  }

  /** A local of which it is not known yet whether it is needed. */
  temp(name: string, value: Expression, temp: 'moves' | 'stays'): Expression {
    const variable = this.variable(name)
    this.emit({ ...declare(variable, value), temp })
    return local(variable)
  }

  /** The statements that are made meanwhile. */
  inside(make: () => void, scope = this.scope): Placed[] {
    const { block, scope: outer } = this
    const inner: Placed[] = (this.block = [])
    this.scope = scope
    try {
      make()
    } finally {
      this.block = block
      this.scope = outer
    }
    return fold(inner)
  }

  /** An expression and the statements that go before it. */
  before(make: () => Expression): { statements: Placed[]; node: Expression } {
    const statements = this.inside(() => this.emit(leave(make())))
    const last = statements.pop() as Statement & { values: readonly Expression[] }
    return { statements, node: last.values[0] }
  }

  /** A function that scripts bring along where they need it. */
  helper(name: string, parameters: readonly string[], body: (...parameters: Expression[]) => Statement[]): Expression {
    let variable = this.#names.get(name)
    if (variable === undefined) {
      variable = new Variable(name, this.main)
      this.#names.set(name, variable)
      const scope = new FunctionScope(this.main)
      const variables = parameters.map((each) => new Variable(each, scope))
      const { scope: outer } = this
      this.scope = scope
      const statements = body(...variables.map(local))
      this.scope = outer
      this.#helpers.push({ ...define(variable, { scope, parameters: variables, body: statements }), site: this.site })
    }
    return local(variable)
  }

  /** The script as a tree and as Lua, and where the author wrote each line. */
  finish(): { chunk: FunctionExpression; lua: ByteString; sites: string[] } {
    const body = replace([...this.#helpers, ...fold(this.block)], null, null) as Block
    const sites: string[] = []
    const lua = print(body, (node, line) => {
      ;(node as { line: number }).line = line
      const { site } = node as Placed
      if (site !== undefined) sites[line] = site
    })
    visit<FunctionScope>(
      body,
      (node, scope) => {
        if (node.kind === 'local') node.variable.use(scope)
        if (node.kind === 'assign') for (const target of node.targets) if (target.kind === 'local') target.variable.reassign(scope)
      },
      this.main,
    )
    const chunk: FunctionExpression = { kind: 'function', line: 0, scope: this.main, parameters: [], vararg: false, arg: null, body }
    return { chunk, lua, sites }
  }
}

function fold(body: Placed[]): Placed[] {
  const folded: Placed[] = []
  const uses = new Map<Variable, number>()
  visit(body, (node) => node.kind === 'local' && uses.set(node.variable, (uses.get(node.variable) ?? 0) + 1), null)
  body.forEach((statement, i) => {
    const { temp } = statement
    const next = body[i + 1]
    if (temp !== undefined && statement.kind === 'declare') {
      const [variable] = statement.variables
      if (!uses.has(variable)) {
        const call = effect(statement.values[0])
        if (call !== undefined) folded.push({ ...run(call), site: statement.site })
        return
      }
      if (uses.get(variable) === 1 && temp === 'moves' && !next.merged && first(next).some((node) => surelyUses(node, variable))) {
        body[i + 1] = { ...(replace(next, variable, statement.values[0]) as Placed), merged: true, site: statement.site }
        return
      }
    }
    folded.push(statement)
  })
  return folded
}

/** What a statement does before anything else. */
function first(statement: Statement): readonly unknown[] {
  switch (statement.kind) {
    case 'declare':
    case 'return':
    case 'for in':
      return statement.values
    case 'assign':
      return [...statement.values, ...statement.targets]
    case 'do call':
      return [statement.call]
    case 'if':
      return [statement.branches[0].condition]
    case 'for':
      return [statement.start, statement.limit, statement.step]
    default:
      return []
  }
}

const inner = (node: unknown): unknown[] => (Array.isArray(node) ? node : isNode(node) ? Object.values(node) : [])
const isNode = (node: unknown): node is object => Object.getPrototypeOf(node ?? 0) === Object.prototype

function surelyUses(node: unknown, variable: Variable): boolean {
  const { kind, left } = (isNode(node) ? node : {}) as { kind?: string; left?: unknown }
  if (kind === 'local') return (node as { variable: Variable }).variable === variable
  return kind === 'logical' ? surelyUses(left, variable) : kind !== 'function' && inner(node).some((each) => surelyUses(each, variable))
}

/** What is left of a value that nobody uses. */
function effect(node: unknown): Call | undefined {
  if ((node as Effect)?.effect) return node as Call
  for (const each of inner(node)) {
    const found = effect(each)
    if (found !== undefined) return found
  }
  return undefined
}

/** A copy with a variable's value in its place. */
function replace(node: unknown, variable: Variable | null, value: Expression | null): unknown {
  if (Array.isArray(node)) return node.map((each) => replace(each, variable, value))
  if (!isNode(node)) return node
  if ((node as { variable?: Variable }).variable === variable && (node as Expression).kind === 'local') return value
  const copy = Object.fromEntries(Object.entries(node).map(([name, each]) => [name, replace(each, variable, value)]))
  // What has moved in may say `or false`, which a condition does not need.
  if (copy['operator'] === 'or') copy['left'] = truth(copy['left'] as Expression)
  if (copy['operator'] === 'not') copy['operand'] = truth(copy['operand'] as Expression)
  if (copy['condition'] !== undefined) copy['condition'] = truth(copy['condition'] as Expression)
  return copy
}
