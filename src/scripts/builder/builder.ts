// `$`: what a script is written with. Each method adds a statement where it is called; the body of a statement is written as
// a function, which is called at once.
import { type Expression, FunctionScope, type IfStatement, type Statement, type Variable } from '../tree.ts'
import { execute, Key } from './commands.ts'
import { encodeJson, encodeResult } from './encode.ts'
import * as helpers from './helpers.ts'
import { checkKeyType, type KeyType, type KeyTypes } from './keys.ts'
import { binary, breaks, call, concat, constant, counting, declare, define, effective, FALSE, going, index, leave, local, named, not, or, plus, run, truth, when } from './nodes.ts' // prettier-ignore
import { type Placed, Program } from './program.ts'
import {
  ANY,
  dictionaryOf,
  INTEGER,
  isNumber,
  listOf,
  NULL,
  type Schema,
  type Shape,
  shapeOf,
  STRING,
  type TypeOf,
  widen,
} from './schema.ts'
import { LEAVES, placed, Term } from './term.ts'
import type { Anything, Expr, Give, IsNull, IsThere, Leaves, Local, Typed, Untyped, Value, ValueOf } from './types.ts'

/** What may follow an `$.if`. `Narrowed` is the value that the condition was about, where that has a value here. */
export interface Otherwise<Narrowed extends readonly unknown[]> {
  /** @param condition is evaluated only if none of those before was met */
  elseIf(condition: () => Give<boolean>, then: () => unknown): Otherwise<Narrowed>
  else(otherwise: (...value: Narrowed) => unknown): void
}

interface Range {
  readonly range: readonly [start: unknown, end: unknown, step: number]
}

export type Level = 'debug' | 'verbose' | 'notice' | 'warning'
type Parameters<A> = { readonly [P in keyof A]: Expr<TypeOf<A[P]>> }
type Arguments<A> = { readonly [P in keyof A]: Give<TypeOf<A[P]>> }
type Schemas = Readonly<Record<string, Schema>>
interface FunctionDefinition {
  readonly name: string
  readonly args: Schemas
  /** What it returns. Default: nothing */
  readonly returns?: Schema
}
type Returned<D> = D extends { readonly returns: infer S } ? TypeOf<S> : null
type Callable<D extends FunctionDefinition> = (args: Arguments<D['args']>) => Expr<Returned<D>>

/** @typeParam R what the script returns; never, if it has not said that it returns something early */
export class Builder<R> {
  readonly #program: Program
  /** How many functions of the script we are in. */
  #depth = 0
  /** How many loops of that function we are in. */
  #loops = 0
  #returns: Shape | undefined

  constructor(program: Program, returns: Shape | undefined) {
    this.#program = program
    this.#returns = returns
  }

  /** Has errors of every method tell where it was called. It is called once, below the class. */
  static define(): void {
    const { prototype } = this
    for (const name of Object.getOwnPropertyNames(prototype) as (keyof Builder<unknown>)[]) {
      if (name !== ('constructor' as string)) {
        const method = prototype[name] as (this: Builder<unknown>, ...args: unknown[]) => unknown
        Object.defineProperty(prototype, name, { value: placed((builder) => builder.#program, method) })
      }
    }
  }

  /** Declares a variable with a value. `name` is its name in Lua; a type is needed where the value does not imply it. */
  local<V extends Anything>(value: V): Local<ValueOf<V>>
  local<V extends Anything>(name: string, value: V): Local<ValueOf<V>>
  local<const S extends string | object>(name: string, schema: S & Schema, value: Give<TypeOf<S>>): Local<TypeOf<S>>
  local(...args: unknown[]): unknown {
    const name = args.length > 1 ? (args[0] as string) : 'value'
    const given = this.#give(args[args.length - 1])
    const shape = args.length > 2 ? shapeOf(args[1] as Schema) : given.shape
    const variable = this.#program.variable(name)
    this.#program.emit(declare(variable, given.node))
    // What is assigned later may have a fraction.
    return this.#term(local(variable), widen(shape))
  }

  /** Returns a value from the script, or from the enclosing function. */
  return(...value: null extends R ? [value?: Give<R>] : [value: Give<R>]): Leaves
  return(value: unknown = null): unknown {
    this.#leave(value)
    return LEAVES
  }

  /** Ends the script with an error. A message should begin with a code in capitals: `NOTASK there is no such task`. */
  fail(...message: readonly Value[]): Leaves
  fail(...message: readonly unknown[]): unknown {
    const error = call('redis.error_reply', this.#text(message))
    this.#program.emit(this.#depth > 0 ? run(call('error', error)) : leave(error))
    return LEAVES
  }

  /** Leaves the enclosing loop. */
  break(): Leaves
  break(): unknown {
    if (this.#loops === 0) throw new TypeError('$.break() is not in a loop')
    this.#program.emit(breaks())
    return LEAVES
  }

  /**
   * Runs the body if a condition is met. Conditions that ask whether a value is there narrow it:
   * `$.if(x.notNull(), (x) => ...)`, `$.if(x.isNull(), () => ...).else((x) => ...)`,
   * and if the body leaves, `const y = $.if(x.isNull(), () => $.return(null))`.
   */
  if<T>(condition: IsNull<T>, then: () => Leaves): Expr<T>
  if<T>(condition: IsNull<T>, then: () => void): Otherwise<[value: Expr<T>]>
  if<T>(condition: IsThere<T>, then: (value: Expr<T>) => unknown): Otherwise<[]>
  if(condition: Give<boolean>, then: () => unknown): Otherwise<[]>
  if(condition: unknown, then: (...value: never[]) => unknown): unknown {
    const check = condition instanceof Term ? Term.check(condition) : undefined
    const asked = truth(this.#give(condition).node)
    let left: unknown
    const body = this.#program.inside(() => (left = (then as (value?: Term) => unknown)(check?.there ? check.of.present() : undefined)))
    const statement = when(asked, body)
    this.#program.emit(statement)
    if (left === LEAVES && check?.there === false) return check.of.present()
    let last = this.#program.block[this.#program.block.length - 1] as OpenIf
    const after: Otherwise<unknown[]> = {
      elseIf: placed<unknown, [() => unknown, () => unknown], Otherwise<unknown[]>>(
        () => this.#program,
        (condition, then) => {
          const { statements, node } = this.#program.before(() => truth(this.#give(condition()).node))
          const body = this.#program.inside(then)
          if (statements.length === 0) last.branches = [...last.branches, { condition: node, body }]
          else {
            const next = { ...when(node, body), site: this.#program.site } as OpenIf
            last.otherwise = [...statements, next]
            last = next
          }
          return after
        },
      ),
      else: (otherwise) => {
        last.otherwise = this.#program.inside(() => otherwise(check?.there === false ? check.of.present() : undefined))
      },
    }
    return after
  }

  /** Repeats the body while a condition is met, or while there is a next value: `$.while(() => queue.lpop(), (task) => ...)`. */
  while<T>(next: () => Typed<T | null> & Expr<T | null>, body: (value: Expr<T>) => unknown): void
  while(condition: () => Give<boolean>, body: () => unknown): void
  while(next: () => unknown, body: (...value: never[]) => unknown): void {
    let shape = NULL
    const program = this.#program
    this.#loops++
    const { statements, node } = program.before(() => {
      const given = this.#give(next())
      shape = given.shape
      return given.node
    })
    const inner = program.inside(() => {
      for (const each of statements) program.block.push(each)
      if (shape.nullable) {
        const value = program.variable(names(body)[0] ?? 'value')
        program.emit(declare(value, node))
        program.emit(when(not(local(value)), [breaks()]))
        ;(body as (value: Term) => unknown)(this.#term(local(value), { ...shape, nullable: false }))
      } else {
        if (statements.length > 0) program.emit(when(not(node), [breaks()]))
        ;(body as () => unknown)()
      }
    })
    this.#loops--
    const simple = statements.length === 0 && !shape.nullable
    program.emit({ kind: 'while', line: 0, condition: simple ? truth(node) : constant(true), body: inner })
  }

  /** The integers from `start` up to but excluding `end`, for `$.for`. @param step an integer, not 0. Default: 1 */
  range(start: Give<number>, end: Give<number>, step = 1): Range {
    if (!Number.isInteger(step) || step === 0) throw new TypeError('a step must be an integer that is not 0')
    return { range: [start, end, step] }
  }

  /**
   * Runs the body for each integer of a range, each item of a list (with its index from 0), or each field and value of a
   * dictionary, in the byte order of the fields.
   */
  for(range: Range, body: (i: Expr<number>) => unknown): void
  for<T>(list: Typed<readonly T[]>, body: (item: Expr<T>, index: Expr<number>) => unknown): void
  for<V extends Anything>(list: readonly V[], body: (item: Expr<ValueOf<V>>, index: Expr<number>) => unknown): void
  for<T>(dictionary: Typed<{ readonly [field: string]: T }>, body: (field: Expr<string>, value: Expr<T>) => unknown): void
  for(over: unknown, body: (...values: never[]) => unknown): void {
    const program = this.#program
    const [first, second] = names(body)
    if (typeof over === 'object' && over !== null && 'range' in over && !(over instanceof Term)) {
      const [start, end, step] = (over as Range).range
      const from = this.#give(start).node
      const limit = plus(this.#give(end).node, -Math.sign(step))
      const variable = program.variable(first ?? 'i')
      const inner = this.#loop(() => (body as (i: Term) => unknown)(this.#term(local(variable), INTEGER)))
      program.emit(counting(variable, from, limit, inner, step))
      return
    }
    const { node, shape } = this.#give(over)
    const { kind, of } = shape
    if (of === undefined) throw new TypeError(`$.for goes over a range, a list or a dictionary, not over a ${kind}`)
    const isList = kind === 'list'
    const source = isList || node.kind === 'local' ? node : program.temp('all', node, 'stays')
    const place = program.variable(isList && body.length > 1 ? (second ?? 'i') : '_')
    const item = program.variable(first ?? (isList ? 'item' : 'field'))
    const inner = this.#loop(() => {
      const call = body as (first: Term, second: Term) => unknown
      if (isList) call(this.#term(local(item), of), this.#term(plus(local(place), -1), INTEGER))
      else call(this.#term(local(item), STRING), this.#term(program.temp(second ?? 'value', index(source, local(item)), 'stays'), of))
    })
    program.emit(going([place, item], 'ipairs', isList ? source : helpers.sortedKeys(program, source), inner))
  }

  /** Declares a function of the script. It may call itself as `self`. A call of it runs where it is written. */
  function<const D extends FunctionDefinition>(
    definition: D,
    body: ($: Builder<Returned<D>>, args: Parameters<D['args']>, self: Callable<D>) => Give<Returned<D>> | void | Leaves,
  ): Callable<D>
  function(definition: FunctionDefinition, body: (...args: never[]) => unknown): unknown {
    const program = this.#program
    const returns = widen(shapeOf(definition.returns ?? 'null'))
    const variable = program.variable(definition.name)
    const scope = new FunctionScope(program.scope)
    const parameters: Variable[] = []
    const args: Record<string, Term> = {}
    const self = placed(
      () => program,
      (given: Readonly<Record<string, unknown>>): Term => {
        const values = Object.keys(definition.args).map((name) => {
          if (given[name] === undefined) throw new TypeError(`${definition.name}: the argument ${name} is missing`)
          return this.#give(given[name]).node
        })
        const result = effective(call(local(variable), ...values))
        return this.#term(program.temp(definition.name, returns.nullable ? or(result, FALSE) : result, 'stays'), returns)
      },
    )
    const outer = this.#returns
    const loops = this.#loops
    this.#returns = returns
    this.#depth++
    this.#loops = 0
    const statements = program.inside(() => {
      for (const [name, schema] of Object.entries(definition.args)) {
        const parameter = program.variable(name)
        parameters.push(parameter)
        args[name] = this.#term(local(parameter), widen(shapeOf(schema)))
      }
      this.#end((body as (...args: unknown[]) => unknown)(this, args, self))
    }, scope)
    this.#depth--
    this.#loops = loops
    this.#returns = outer
    program.emit(define(variable, { scope, parameters, body: statements }))
    return self
  }

  /** Runs any command that scripts may run, where it is written. */
  call(name: string, ...words: readonly Value[]): Expr<Untyped>
  call(name: string, ...words: readonly unknown[]): unknown {
    return execute(this.#program, name.toLowerCase(), [name, ...words])
  }

  /** As `call`, but an error is a value: check `isError()`. */
  pcall(name: string, ...words: readonly Value[]): Expr<Untyped>
  pcall(name: string, ...words: readonly unknown[]): unknown {
    return execute(this.#program, name.toLowerCase(), [name, ...words], undefined, 'redis.pcall')
  }

  /** The result of a function of Lua's libraries: `$.lua('math.fmod', a, b).as('number')`. It is called where the result is used. */
  lua(name: string, ...values: readonly Anything[]): Expr<Untyped>
  lua(name: string, ...values: readonly unknown[]): unknown {
    return this.#term(call(name, ...values.map((value) => this.#give(value).node)), ANY)
  }

  /** A key whose name the script computes. In a cluster it must be in the same slot as the keys that the script declares. */
  key<K extends KeyType>(type: K, name: Give<string>): KeyTypes[K]
  key(type: string, name: unknown): unknown {
    checkKeyType(type)
    return new Key(this.#program, this.#give(name).node)
  }

  /** Text with values in it: `` $.text`task:${id}` ``. */
  text(parts: TemplateStringsArray, ...values: readonly Value[]): Expr<string>
  text(parts: readonly string[], ...values: readonly unknown[]): unknown {
    return this.#term(
      this.#text(parts.flatMap((part, i) => (i < values.length ? [part, values[i]] : [part])).filter((part) => part !== '')),
      STRING,
    )
  }

  /** Text formatted by Lua's `string.format`: `$.format('%05d', n)`. */
  format(form: string, ...values: readonly Value[]): Expr<string>
  format(...values: readonly unknown[]): unknown {
    return this.#term(call('string.format', ...values.map((value) => this.#give(value).node)), STRING)
  }

  /** A new list, empty if no items are given. Unless it is used at once, it is a variable, to which items can be pushed. */
  list<const S extends string | object>(of: S & Schema, items?: readonly Give<TypeOf<S>>[]): Expr<TypeOf<S>[]>
  list(of: Schema, items: readonly unknown[] = []): unknown {
    return this.#term(this.#program.temp('list', this.#give(items).node, 'moves'), listOf(widen(shapeOf(of))))
  }

  /** A new dictionary, empty if no values are given. Unless it is used at once, it is a variable, in which values can be set. */
  dictionary<const S extends string | object>(
    of: S & Schema,
    values?: { readonly [field: string]: Give<TypeOf<S>> },
  ): Expr<{ [field: string]: TypeOf<S> }>
  dictionary(of: Schema, values: Readonly<Record<string, unknown>> = {}): unknown {
    return this.#term(this.#program.temp('dictionary', this.#give(values).node, 'moves'), dictionaryOf(widen(shapeOf(of))))
  }

  /** Parses JSON text as a value of the given type, which is not checked. Text that is not JSON is an error of the script. */
  parseJson<const S extends string | object>(text: Give<string>, schema: S & Schema): Expr<TypeOf<S>>
  parseJson(text: unknown, schema: Schema): unknown {
    return this.#term(this.#program.temp('parsed', this.#parsed(this.#give(text).node), 'stays'), widen(shapeOf(schema)))
  }

  /** A value as JSON text. */
  toJson(value: Anything): Expr<string>
  toJson(value: unknown): unknown {
    return this.#term(encodeJson(this.#program, this.#give(value)), STRING)
  }

  /** The server's time in milliseconds since 1970, or in seconds (`'s'`) or microseconds (`'us'`). */
  now(unit?: 's' | 'ms' | 'us'): Expr<number>
  now(unit: 's' | 'ms' | 'us' = 'ms'): unknown {
    const time = this.#program.temp('time', callOf('TIME'), 'stays')
    const part = (i: number): Expression => call('tonumber', index(time, constant(i)))
    const by = { s: 1, ms: 1e3, us: 1e6 }[unit]
    const rest = by === 1e6 ? part(2) : call('math.floor', binary('/', part(2), constant(1000)))
    const now = by === 1 ? part(1) : binary('+', binary('*', part(1), constant(by)), rest)
    return this.#term(this.#program.temp('now', now, 'moves'), INTEGER)
  }

  /** Writes to the server's log. */
  log(level: Level, ...message: readonly Value[]): void {
    this.#program.emit(run(call('redis.log', named(`redis.LOG_${level.toUpperCase()}`), this.#text(message))))
  }

  /** The SHA-1 of text, in hexadecimal. */
  sha1(text: Give<string>): Expr<string>
  sha1(text: unknown): unknown {
    return this.#term(call('redis.sha1hex', this.#give(text).node), STRING)
  }

  /** Declares what the caller passes. @internal */
  static start(program: Program, keys: readonly string[], args: Readonly<Record<string, Shape>>, returns: Shape | undefined) {
    const builder = new Builder(program, returns)
    const variables = keys.map((name) => program.variable(name))
    if (keys.length > 0)
      program.emit({ kind: 'declare', line: 0, variables, values: keys.map((_, i) => index(named('KEYS'), constant(i + 1))) })
    const terms = Object.entries(args).map(([name, shape], i) => {
      const word = index(named('ARGV'), constant(i + 1))
      const scalar = shape.nullable || shape.of !== undefined || shape.fields !== undefined ? builder.#parsed(word) : undefined
      const value =
        scalar ?? (isNumber(shape) ? call('tonumber', word) : shape.kind === 'boolean' ? binary('==', word, constant('1')) : word)
      const variable = program.variable(name)
      program.emit(declare(variable, value))
      return [name, builder.#term(local(variable), shape)] as const
    })
    return {
      builder,
      keys: Object.fromEntries(variables.map((variable) => [variable.name, new Key(program, local(variable))])),
      args: Object.fromEntries(terms),
      end: (value: unknown) => builder.#end(value),
    }
  }

  #term(node: Expression, shape: Shape): Term {
    return new Term(this.#program, node, shape)
  }

  #give(value: unknown) {
    return Term.give(this.#program, value)
  }

  #text(parts: readonly unknown[]): Expression {
    return concat(...parts.map((part) => Term.text(this.#program, part)))
  }

  #parsed(text: Expression): Expression {
    return helpers.nulls(this.#program, call('cjson.decode', text))
  }

  #loop(body: () => unknown): Placed[] {
    this.#loops++
    const statements = this.#program.inside(body)
    this.#loops--
    return statements
  }

  /** The end of the script or of a function, if it is one. */
  #end(value: unknown): void {
    if (value === LEAVES || alwaysLeaves(this.#program.block)) return
    if (value === undefined && this.#returns && !this.#returns.nullable)
      throw new TypeError('it says that it returns a value, but can end without one: return one at its end')
    this.#leave(value ?? null)
  }

  #leave(value: unknown): void {
    const program = this.#program
    const parts = this.#give(value)
    if (this.#depth > 0) return program.emit(leave(parts.node))
    program.result = this.#returns ?? parts.shape
    const node = encodeResult(program, parts, program.result)
    program.emit(leave(node))
  }
}
Builder.define()

/** An if that may still get branches. */
type OpenIf = { -readonly [F in keyof IfStatement]: IfStatement[F] } & Pick<Placed, 'site'>

/** Whether its end is never reached. */
function alwaysLeaves(block: readonly Statement[]): boolean {
  const last = block.at(-1)
  if (last?.kind !== 'if') return last?.kind === 'return'
  return last.otherwise !== null && alwaysLeaves(last.otherwise) && last.branches.every(({ body }) => alwaysLeaves(body))
}

const callOf = (name: string): Expression => effective(call('redis.call', constant(name)))

/** The names that the author gave to a function's parameters, for the Lua that people read. */
function names(body: (...args: never[]) => unknown): string[] {
  const [, list = ''] = /^\(?([\w$,\s]*)\)?\s*=>/.exec(String(body)) ?? []
  return list.split(',').flatMap((name) => name.match(/[\w$]+/)?.[0] ?? [])
}
