// An expression of a script as the author holds it: a formula with its shape, and the methods that make larger ones of it.
// What the author may call is in types.ts; here is what it becomes in Lua.
import { encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import type { BinaryOperator, Expression, LocalName, Statement } from '../tree.ts'
import * as helpers from './helpers.ts'
import {
  and,
  assign,
  binary,
  call,
  concat,
  constant,
  effective,
  FALSE,
  index,
  negative,
  NIL,
  not,
  object,
  or,
  plus,
  run,
  size,
  table,
  truth,
  when,
} from './nodes.ts'
import type { Program } from './program.ts'
import { siteOf } from './site.ts'
import {
  BOOLEAN,
  INTEGER,
  isNumber,
  join,
  listOf,
  maybe,
  NULL,
  NUMBER,
  present,
  recordOf,
  type Schema,
  type Shape,
  shapeOf,
  STRING,
  widen,
} from './schema.ts'

export interface Parts {
  readonly node: Expression
  readonly shape: Shape
}
/** What a condition says of a value: that it is there, or that it is missing. */
interface Check {
  readonly of: Term
  readonly there: boolean
}

/** What a callback that leaves its block returns. */
export const LEAVES = Symbol('leaves')

/** Calls a method with the place in the author's code that it was called from. */
export function placed<T, A extends unknown[], R>(programOf: (self: T) => Program, method: (this: T, ...args: A) => R) {
  return function (this: T, ...args: A): R {
    const program = programOf(this)
    const { site } = program
    // The first frame is this function, the second its caller.
    program.site = siteOf(new Error('').stack)
    try {
      return method.apply(this, args)
    } finally {
      program.site = site
    }
  }
}

export class Term {
  readonly #program: Program
  readonly #parts: Parts
  readonly #check: Check | undefined
  readonly #born: number

  constructor(program: Program, node: Expression, shape: Shape, check?: Check) {
    this.#program = program
    this.#parts = { node, shape }
    this.#check = check
    this.#born = program.clock
    for (const field of shape.fields?.keys() ?? []) {
      if (!/^(?:[gs]et|eq|ne)$/.test(field)) Object.defineProperty(this, field, { get: () => this.get(field) })
    }
  }

  /** JS's own operators and templates would take an expression for text like `[object Object]`. @throws TypeError */
  [Symbol.toPrimitive](): never {
    throw new TypeError('an expression has no value before the script runs: use its methods (add, eq, lt, ...) and $.text`...`')
  }
  /** Nor has JSON.stringify a value yet. @throws TypeError */
  toJSON(): never {
    throw new TypeError('an expression has no value before the script runs: use $.toJson()')
  }

  static program(term: Term): Program {
    return term.#program
  }
  static check(term: Term): Check | undefined {
    return term.#check
  }

  /** Anything that may be given, as a formula. @throws TypeError */
  static give(program: Program, value: unknown): Parts {
    if (value instanceof Term) {
      if (value.#program !== program) throw new TypeError('an expression of one script cannot be used in another')
      program.check(value.#parts.node, value.#born)
      return value.#parts
    }
    if (value === null) return { node: FALSE, shape: NULL }
    if (typeof value === 'string') return { node: constant(encodeUtf8(value)), shape: STRING }
    if (typeof value === 'boolean') return { node: constant(value), shape: BOOLEAN }
    if (typeof value === 'number') return { node: constant(value), shape: Number.isSafeInteger(value) ? INTEGER : NUMBER }
    if (value instanceof Uint8Array) return { node: constant(fromUint8Array(value)), shape: STRING }
    if (Array.isArray(value)) {
      const items = value.map((item) => Term.give(program, item))
      return {
        node: table(items.map(({ node }) => node)),
        shape: listOf(items.length === 0 ? NULL : items.map(({ shape }) => shape).reduce((a, b) => join(a, b))),
      }
    }
    if (typeof value !== 'object') throw new TypeError(`a script cannot take ${typeof value}`)
    if (typeof (value as { then?: unknown }).then === 'function')
      throw new TypeError('its function must not be async: it runs once, when the script is defined')
    const fields = Object.entries(value).map(([name, each]) => [name, Term.give(program, each)] as const)
    return {
      node: object(fields.map(([name, { node }]) => [encodeUtf8(name), node])),
      shape: recordOf(Object.fromEntries(fields.map(([name, { shape }]) => [name, shape]))),
    }
  }

  /** A value of a type that is known: what is missing in Lua becomes null. */
  static found(program: Program, node: Expression, shape: Shape): Term {
    return new Term(program, shape.nullable ? or(node, FALSE) : node, shape)
  }

  #of(value: unknown): Expression {
    return Term.give(this.#program, value).node
  }
  #new(node: Expression, shape: Shape, check?: Check): Term {
    return new Term(this.#program, node, shape, check)
  }
  get #node(): Expression {
    return Term.give(this.#program, this).node
  }
  /** @throws TypeError if it changes what is made anew wherever it is used, such as the parts of a split */
  #emit(statement: Statement): void {
    if (/call|table/.test(this.#parts.node.kind)) throw new TypeError('nothing keeps what is changed here: give it a name with $.local()')
    this.#program.emit(statement)
    this.#program.change(this.#parts.node)
  }
  #function(name: string, ...args: unknown[]): Expression {
    return call(name, this.#node, ...args.map((arg) => this.#of(arg)))
  }
  #maybe(node: Expression, shape: Shape): Term {
    return Term.found(this.#program, node, shape.kind === 'boolean' ? shape : maybe(shape))
  }

  /** Makes the methods that differ in little more than their names. It is called once, below the class. */
  static define(): void {
    const operators: Record<string, [BinaryOperator, Shape]> = {
      add: ['+', NUMBER],
      sub: ['-', NUMBER],
      mul: ['*', NUMBER],
      div: ['/', NUMBER],
      mod: ['%', NUMBER],
      pow: ['^', NUMBER],
      lt: ['<', BOOLEAN],
      le: ['<=', BOOLEAN],
      gt: ['>', BOOLEAN],
      ge: ['>=', BOOLEAN],
    }
    const define = (name: string, method: (this: Term, ...args: unknown[]) => unknown): void => {
      Object.defineProperty(this.prototype, name, { value: method })
    }
    for (const [name, [operator, shape]] of Object.entries(operators)) {
      define(name, function (other) {
        return this.#new(binary(operator, this.#node, this.#of(other)), shape)
      })
    }
    for (const name of ['abs', 'floor', 'ceil', 'sqrt', 'min', 'max']) {
      define(name, function (...others) {
        return this.#new(this.#function(`math.${name}`, ...others), NUMBER)
      })
    }
    for (const name of ['upper', 'lower']) {
      define(name, function () {
        return this.#new(this.#function(`string.${name}`), STRING)
      })
    }
    for (const [name, join] of Object.entries({ and, or })) {
      define(name, function (...others) {
        return this.#new(others.map((other) => this.#of(other)).reduce(join, this.#node), BOOLEAN)
      })
    }
    for (const name of ['assign', 'set', 'push', 'pop', 'shift', 'sort', 'delete', 'orElse'] as const) {
      define(
        name,
        placed((term) => term.#program, this.prototype[name] as (this: Term, ...args: unknown[]) => unknown),
      )
    }
  }

  // Any value

  eq(other: unknown): Term {
    if (other === null) return this.isNull()
    return this.#new(binary('==', this.#node, this.#of(other)), BOOLEAN)
  }
  ne(other: unknown): Term {
    return this.eq(other).not()
  }
  assign(value: unknown): void {
    this.#emit(assign(this.#node as LocalName, this.#of(value)))
  }

  // What may be missing

  isNull(): Term {
    return this.#new(not(this.#node), BOOLEAN, { of: this, there: false })
  }
  notNull(): Term {
    return this.#new(not(not(this.#node)), BOOLEAN, { of: this, there: true })
  }
  /** The same where it is known to be there. */
  present(): Term {
    return this.#new(truth(this.#node), present(this.#parts.shape))
  }
  orElse(other: unknown): Term {
    const { node, shape } = Term.give(this.#program, this)
    if (typeof other !== 'function') {
      const { node: else_, shape: otherShape } = Term.give(this.#program, other)
      return this.#new(or(truth(node), else_), join(present(shape), otherShape))
    }
    const kept = node.kind === 'local' ? this : this.#new(this.#program.temp('value', node, 'stays'), shape)
    this.#program.emit(when(not(kept.#node), this.#program.inside(other as () => void)))
    return kept.present()
  }

  // Untyped

  as(schema: Schema): Term {
    return Term.found(this.#program, this.#node, widen(shapeOf(schema)))
  }
  isError(): Term {
    return this.#new(and(binary('==', this.#function('type'), constant('table')), not(not(index(this.#node, 'err')))), BOOLEAN)
  }
  errorText(): Term {
    return this.#new(index(this.#node, 'err'), STRING)
  }

  // Numbers

  neg(): Term {
    return this.#new(negative(this.#node), NUMBER)
  }
  round(): Term {
    return this.#new(call('math.floor', binary('+', this.#node, constant(0.5))), NUMBER)
  }
  toText(): Term {
    return this.#new(Term.text(this.#program, this), STRING)
  }

  /** Text as it is, a number in its shortest form. */
  static text(program: Program, value: unknown): Expression {
    const { node, shape } = Term.give(program, value)
    if (shape.nullable || !(isNumber(shape) || shape.kind === 'string' || shape.kind === 'any')) {
      throw new TypeError(`text is made of text and numbers, not of what is ${shape.nullable ? 'null' : shape.kind}`)
    }
    if (!isNumber(shape)) return node
    if (node.kind === 'constant' && Number.isFinite(node.value)) return constant(Object.is(node.value, -0) ? '-0' : String(node.value))
    return shape.kind === 'integer' ? call('string.format', constant('%.0f'), node) : helpers.decimal(program, node)
  }

  // Booleans

  not(): Term {
    const check = this.#check
    return this.#new(not(this.#node), BOOLEAN, check && { ...check, there: !check.there })
  }

  // Text

  concat(...others: unknown[]): Term {
    const parts = others.map((other) => Term.text(this.#program, other))
    return this.#new(concat(this.#node, ...parts), STRING)
  }
  trim(): Term {
    return this.#new(this.#function('string.match', '^%s*(.-)%s*$'), STRING)
  }
  repeat(count: unknown): Term {
    return this.#new(this.#function('string.rep', count), STRING)
  }
  indexOf(text: unknown, from: unknown = 0): Term {
    const found = call('string.find', this.#node, this.#of(text), plus(this.#of(from), 1), constant(true))
    return this.#new(plus(or(found, constant(0)), -1), INTEGER)
  }
  startsWith(text: unknown): Term {
    const start = this.#of(text)
    return this.#new(binary('==', call('string.sub', this.#node, constant(1), size(start)), start), BOOLEAN)
  }
  endsWith(text: unknown): Term {
    const end = this.#of(text)
    const same = binary('==', call('string.sub', this.#node, negative(size(end))), end)
    return this.#new(or(binary('==', end, constant('')), same), BOOLEAN)
  }
  split(separator: unknown): Term {
    return this.#new(helpers.split(this.#program, this.#node, this.#of(separator)), listOf(STRING))
  }
  replaceAll(text: unknown, by: unknown): Term {
    return this.#new(call('table.concat', helpers.split(this.#program, this.#node, this.#of(text)), this.#of(by)), STRING)
  }
  match(pattern: unknown): Term {
    return this.#maybe(this.#function('string.match', pattern), STRING)
  }
  byteAt(at: unknown): Term {
    return this.#maybe(call('string.byte', this.#node, plus(this.#of(at), 1)), INTEGER)
  }
  toNumber(): Term {
    return this.#maybe(this.#function('tonumber'), NUMBER)
  }

  // Text and lists

  length(): Term {
    return this.#new(size(this.#node), INTEGER)
  }
  slice(start: unknown, end?: unknown): Term {
    const { node, shape } = Term.give(this.#program, this)
    const from = this.#of(start)
    const to = end === undefined ? constant(-1) : this.#of(end)
    if (shape.kind !== 'string') return this.#new(helpers.slice(this.#program, node, from, end === undefined ? size(node) : to), shape)
    const first = bound(from, from, plus(from, 1))
    return this.#new(call('string.sub', node, first, end === undefined ? to : bound(to, plus(to, -1), to)), STRING)
  }
  includes(what: unknown): Term {
    const { node, shape } = Term.give(this.#program, this)
    if (shape.kind !== 'string') return this.#new(helpers.includes(this.#program, node, this.#of(what)), BOOLEAN)
    return this.#new(binary('~=', call('string.find', node, this.#of(what), constant(1), constant(true)), NIL), BOOLEAN)
  }

  // Lists, dictionaries and records

  isEmpty(): Term {
    const isList = this.#parts.shape.kind === 'list'
    return this.#new(isList ? binary('==', size(this.#node), constant(0)) : binary('==', this.#function('next'), NIL), BOOLEAN)
  }
  at(at: unknown): Term {
    return this.#maybe(index(this.#node, plus(this.#of(at), 1)), this.#parts.shape.of!)
  }
  last(): Term {
    return this.#maybe(index(this.#node, size(this.#node)), this.#parts.shape.of!)
  }
  get(field: unknown): Term {
    const { node, shape } = Term.give(this.#program, this)
    const { fields, of } = shape
    if (of !== undefined) return this.#maybe(index(node, this.#of(field)), of)
    const found = fields?.get(field as string)
    if (found === undefined) throw new TypeError(`there is no field ${String(field)}`)
    return Term.found(this.#program, index(node, this.#of(field)), found)
  }
  set(at: unknown, value: unknown): void {
    const { node, shape } = Term.give(this.#program, this)
    if (shape.kind === 'list') return this.#emit(run(helpers.put(this.#program, node, this.#of(at), this.#of(value))))
    this.#emit(assign(index(node, this.#of(at)), this.#of(value)))
  }
  has(field: unknown): Term {
    return this.#new(binary('~=', index(this.#node, this.#of(field)), NIL), BOOLEAN)
  }
  delete(field: unknown): void {
    this.#emit(assign(index(this.#node, this.#of(field)), NIL))
  }
  keys(): Term {
    return this.#new(helpers.sortedKeys(this.#program, this.#node), listOf(STRING))
  }
  push(...items: unknown[]): void {
    const node = this.#node
    for (const item of items) this.#emit(assign(index(node, plus(size(node), 1)), this.#of(item)))
  }
  pop(): Term {
    return this.#take('pop')
  }
  shift(): Term {
    return this.#take('shift', constant(1))
  }
  #take(name: string, ...at: Expression[]): Term {
    const of = this.#parts.shape.of!
    const taken = or(effective(call('table.remove', this.#node, ...at)), FALSE)
    const kept = this.#program.temp(name, taken, 'stays')
    this.#program.change(this.#parts.node)
    return this.#new(kept, of.kind === 'boolean' ? of : maybe(of))
  }
  sort(): void {
    this.#emit(run(this.#function('table.sort') as ReturnType<typeof call>))
  }
  join(separator: unknown = ''): Term {
    return this.#new(this.#function('table.concat', separator), STRING)
  }
}
Term.define()

/** One of two formulas, by whether an index counts from the end. */
function bound(node: Expression, negative: Expression, other: Expression): Expression {
  if (node.kind === 'constant') return (node.value as number) < 0 ? negative : other
  return or(and(binary('<', node, constant(0)), negative), other)
}
