// What one Lua state has: globals, the count of calls and steps, and the operations on values with their metamethods.
// Compiled code handles the common case of each operation itself and comes here for the rest.
import type { ByteString } from '../../core/bytes.ts'
import type { Coroutine } from './coroutine.ts'
import { LuaError } from './errors.ts'
import { formatNumber, parseNumber } from './number.ts'
import { NOWHERE, Site } from './site.ts'
import { Table } from './table.ts'
import { all, apply, Builtin, first, LuaFunction, type LuaValue, type Native, type Result, typeName, Userdata } from './value.ts'

/** Puts functions into the globals of a machine. */
export type Library = (machine: Machine) => void

/** Calls within calls, as Lua 5.1 allows. The stack of JS is usually full before: that ends in the same error. */
const MAX_DEPTH = 20_000
/** How deep calls may nest that Lua makes from C, as in Lua: of functions given to libraries, metamethods, iterators, coroutines. */
export const MAX_NESTED = 200
/** How deep they may nest while an error is handled. */
export const MOST_NESTED = 223
export const HANDLING = 'error in error handling'
/** How long a chain of __index may be, as in Lua. */
const MAX_CHAIN = 100
/** Longer strings do not fit into JS. */
export const MAX_STRING = 2 ** 29 - 24

export class Machine {
  readonly globals = new Table()
  /** The metatable of strings: its __index is the string library. */
  strings: Table | null = null
  /** Where the last call was made: a library's function raises its errors there. */
  site: Site = NOWHERE
  /** From where each running function was called. */
  readonly callers: Site[] = []
  depth = 0
  /** How many of them were called by C: the script itself, functions given to libraries, metamethods, iterators. */
  nested = 1
  /** Calls and turns of loops until `onSteps` is asked whether to go on. */
  steps = 0
  onSteps: () => number = () => Infinity
  /** `next`, and what `ipairs` gives: loops over them need no calls. */
  next: Builtin | null = null
  nextItem: Builtin | null = null
  /** The coroutine that runs; null outside of all. */
  coroutine: Coroutine | null = null
  /** What a global is that is not there. Default: nil */
  onMissing: ((name: ByteString, site: Site) => never) | null = null

  constructor(libraries: readonly Library[]) {
    for (const library of libraries) library(this)
  }

  /** A library's table of functions, as a global. */
  library(name: ByteString, functions: Readonly<Record<string, Native>>): Table {
    const found = this.globals.get(name)
    const table = found instanceof Table ? found : new Table()
    this.functions(functions, table)
    this.globals.set(name, table)
    return table
  }

  /** Global functions, or those of a table. */
  functions(functions: Readonly<Record<string, Native>>, table = this.globals): void {
    for (const [name, run] of Object.entries(functions)) table.set(name, new Builtin(run))
  }

  /** Makes the globals, and every table in them, such that scripts cannot change them. */
  protect(): void {
    const seen = new Set<Table>()
    const visit = (table: Table): void => {
      if (seen.has(table)) return
      seen.add(table)
      table.readonly = true
      for (const value of table.values) if (value instanceof Table) visit(value)
      if (table.metatable !== null) visit(table.metatable)
    }
    visit(this.globals)
    if (this.strings !== null) visit(this.strings)
  }

  // Calls

  /** The count of steps has run out. @param site where, if it was not at a call */
  tick(site: Site = this.site): void {
    this.site = site
    this.steps = this.onSteps()
  }

  /** A function begins. */
  enter(): void {
    this.callers[this.depth++] = this.site
    if (this.depth > MAX_DEPTH) this.fail(this.site, 'stack overflow')
    if (--this.steps < 0) this.tick()
  }

  /** Calls what a library was given, at a place that messages do not name. */
  call(fn: LuaValue, ...values: LuaValue[]): Result {
    return this.invoke(fn, values, NOWHERE)
  }

  /** Calls what Lua calls from C. @param site names the function only for what that says of its arguments */
  invoke(fn: LuaValue, values: LuaValue[], site: Site): Result {
    this.nest(site)
    this.site = site
    const result = apply(this.callable(fn, site.place, values), values)
    this.nested--
    return result
  }

  nest(site: Site): void {
    if (++this.nested === MAX_NESTED) this.fail(site, 'C stack overflow')
    if (this.nested > MOST_NESTED + 1) this.raise(HANDLING)
  }

  /** Runs what may fail; afterwards as many calls are open as before. @param failed what there is instead of an error */
  attempt(run: () => Result, failed: (value: LuaValue) => readonly LuaValue[] = (value) => [value]): readonly LuaValue[] {
    const { depth, nested, site } = this
    let result: readonly LuaValue[]
    let error: LuaError | null = null
    try {
      this.nest(NOWHERE)
      // A tail call takes the place of the function that makes it.
      this.callers[this.depth++] = site.tail ? new Site(site.source, site.chunk, site.line) : site
      this.site = NOWHERE
      result = all(run())
    } catch (thrown) {
      error = this.caught(thrown)
      result = []
    }
    this.depth = depth
    this.nested = nested
    return error === null ? [true, ...result] : [false, ...failed(error.value)]
  }

  /** A function to call instead of a value. @param values the arguments, to which the value may be added */
  callable(value: LuaValue, site: Site, values: LuaValue[]): LuaFunction {
    if (value instanceof LuaFunction) return value
    const method = this.metamethod(value, '__call')
    if (!(method instanceof LuaFunction)) this.fail(site, `attempt to call ${named(site.what, value)}`)
    values.unshift(value)
    return method
  }

  // Globals

  /** A global that has no value. */
  missing(name: ByteString, site: Site): LuaValue {
    return this.onMissing === null ? undefined : this.onMissing(name, site)
  }

  setGlobal(name: ByteString, value: LuaValue, site: Site): void {
    this.setIndex(this.globals, name, value, site)
  }

  /** Lua 5.0's table `arg` of a function's extra arguments. */
  extraTable(extra: readonly LuaValue[]): Table {
    const table = Table.of([...extra])
    table.set('n', extra.length)
    return table
  }

  // Errors

  fail(site: Site, message: string): never {
    throw new LuaError(site.where + message, this.blamed(site))
  }

  /** Raises any value at the place of the last call. */
  raise(value: LuaValue): never {
    throw new LuaError(value, this.blamed(this.site))
  }

  /** The place in the script that is behind a place in a library. */
  blamed(site: Site): Site {
    if (site.line > 0) return site
    if (this.site.line > 0) return this.site
    for (let i = this.depth - 1; i >= 0; i--) if (this.callers[i].line > 0) return this.callers[i]
    return site
  }

  /** An error of a library's function, at the place of its call. */
  error(message: string): never {
    this.fail(this.site, message)
  }

  /** As luaL_argerror. */
  argumentError(index: number, message: string): never {
    const { site } = this
    let at = index
    if (site.isMethod && --at === 0) return this.error(`calling '${site.name}' on bad self (${message})`)
    return this.error(`bad argument #${at} to '${site.name}' (${message})`)
  }

  typeError(index: number, expected: string, value: LuaValue, n: number): never {
    return this.argumentError(index, `${expected} expected, got ${index > n ? 'no value' : typeName(value)}`)
  }

  /** What was thrown, as an error of Lua. @throws what is none */
  caught(error: unknown): LuaError {
    if (error instanceof LuaError) return error
    const full = hostLimit(error)
    if (full === null) throw error
    return new LuaError(this.site.where + full, this.blamed(this.site))
  }

  // Arguments of library functions

  string(value: LuaValue, index: number, n: number): ByteString {
    if (typeof value === 'string') return value
    if (typeof value === 'number') return formatNumber(value)
    return this.typeError(index, 'string', value, n)
  }

  number(value: LuaValue, index: number, n: number): number {
    if (typeof value === 'number') return value
    const number = typeof value === 'string' ? parseNumber(value) : undefined
    return number === undefined ? this.typeError(index, 'number', value, n) : number
  }

  /** A number as C casts it to an integer. */
  integer(value: LuaValue, index: number, n: number): number {
    return toInteger(this.number(value, index, n))
  }

  /** Where C has an int: of a larger number its lowest 32 bits. */
  int(value: LuaValue, index: number, n: number): number {
    return this.integer(value, index, n) | 0
  }

  table(value: LuaValue, index: number, n: number): Table {
    return value instanceof Table ? value : this.typeError(index, 'table', value, n)
  }

  // Operations

  metamethod(value: LuaValue, name: string): LuaValue {
    if (value instanceof Table) return value.metatable === null ? undefined : value.metatable.get(name)
    return typeof value === 'string' && this.strings !== null ? this.strings.get(name) : undefined
  }

  index(object: LuaValue, key: LuaValue, site: Site = NOWHERE): LuaValue {
    let from = object
    for (let i = 0; i < MAX_CHAIN; i++) {
      let method: LuaValue
      if (from instanceof Table) {
        const value = from.get(key)
        if (value !== undefined || from.metatable === null) return value
        method = from.metatable.get('__index')
        if (method === undefined) return undefined
      } else {
        method = this.metamethod(from, '__index')
        if (method === undefined) this.fail(site, `attempt to index ${named(i === 0 ? site.what : '', from)}`)
      }
      if (method instanceof LuaFunction) {
        return first(this.invoke(method, [from, key], site.place))
      }
      from = method
    }
    return this.fail(site, 'loop in gettable')
  }

  /** A table that scripts may change. */
  writable(table: Table, site: Site = NOWHERE): Table {
    return table.readonly ? this.fail(site, 'Attempt to modify a readonly table') : table
  }

  /** A value that can be a key. */
  asKey(key: LuaValue, site: Site = NOWHERE): LuaValue {
    return key === undefined || key !== key ? this.fail(site, `table index is ${key === undefined ? 'nil' : 'NaN'}`) : key
  }

  setIndex(object: LuaValue, key: LuaValue, value: LuaValue, site: Site = NOWHERE): void {
    let into = object
    for (let i = 0; i < MAX_CHAIN; i++) {
      let method: LuaValue
      if (into instanceof Table) {
        this.writable(into, site)
        this.asKey(key, site)
        method = into.metatable === null || into.get(key) !== undefined ? undefined : into.metatable.get('__newindex')
        if (method === undefined) {
          into.set(key, value)
          return
        }
      } else {
        method = this.metamethod(into, '__newindex')
        if (method === undefined) this.fail(site, `attempt to index ${named(i === 0 ? site.what : '', into)}`)
      }
      if (method instanceof LuaFunction) {
        this.invoke(method, [into, key, value], site.place)
        return
      }
      into = method
    }
    this.fail(site, 'loop in settable')
  }

  arithmetic(operator: string, left: LuaValue, right: LuaValue, site: Site): LuaValue {
    const a = toNumber(left)
    const b = toNumber(right)
    const [name, compute] = OPERATORS[operator]
    if (a !== undefined && b !== undefined) return compute(a, b)
    const method = this.#binary(left, right, name)
    if (method !== undefined) return this.#callMethod(method, left, right, site)
    return this.fail(site, `attempt to perform arithmetic on ${a === undefined ? named(site.what, left) : named(site.other, right)}`)
  }

  negate(value: LuaValue, site: Site): LuaValue {
    const number = toNumber(value)
    if (number !== undefined) return -number
    const method = this.metamethod(value, '__unm')
    if (method !== undefined) return this.#callMethod(method, value, value, site)
    return this.fail(site, `attempt to perform arithmetic on ${named(site.what, value)}`)
  }

  concat(left: LuaValue, right: LuaValue, site: Site): LuaValue {
    const a = typeof left === 'number' ? formatNumber(left) : left
    const b = typeof right === 'number' ? formatNumber(right) : right
    if (typeof a === 'string' && typeof b === 'string') {
      if (a.length + b.length > MAX_STRING) this.fail(site, 'string length overflow')
      return a + b
    }
    const method = this.#binary(left, right, '__concat')
    if (method !== undefined) return this.#callMethod(method, left, right, site)
    const wrong = typeof a !== 'string'
    return this.fail(site, `attempt to concatenate ${wrong ? named(site.what, left) : named(site.other, right)}`)
  }

  length(value: LuaValue, site: Site): LuaValue {
    if (typeof value === 'string') return value.length
    if (value instanceof Table) return value.length
    const method = this.metamethod(value, '__len')
    if (method !== undefined) return this.#callMethod(method, value, undefined, site)
    return this.fail(site, `attempt to get length of ${named(site.what, value)}`)
  }

  equals(left: LuaValue, right: LuaValue): boolean {
    if (left === right) return true
    if (!(left instanceof Table && right instanceof Table) || left.metatable === null || right.metatable === null) return false
    const method = this.#comparison(left, right, '__eq')
    return method !== undefined && isTrue(this.#callMethod(method, left, right, NOWHERE))
  }

  lessThan(left: LuaValue, right: LuaValue, site: Site = NOWHERE): boolean {
    if (typeof left === 'number' && typeof right === 'number') return left < right
    if (typeof left === 'string' && typeof right === 'string') return left < right
    const method = typeof left === typeof right ? this.#comparison(left, right, '__lt') : undefined
    if (method !== undefined) return isTrue(this.#callMethod(method, left, right, site))
    return this.#compareError(left, right, site)
  }

  lessOrEqual(left: LuaValue, right: LuaValue, site: Site): boolean {
    if (typeof left === 'number' && typeof right === 'number') return left <= right
    if (typeof left === 'string' && typeof right === 'string') return left <= right
    if (typeof left === typeof right) {
      const method = this.#comparison(left, right, '__le')
      if (method !== undefined) return isTrue(this.#callMethod(method, left, right, site))
      const less = this.#comparison(right, left, '__lt')
      if (less !== undefined) return !isTrue(this.#callMethod(less, right, left, site))
    }
    return this.#compareError(left, right, site)
  }

  #compareError(left: LuaValue, right: LuaValue, site: Site): never {
    const [a, b] = [typeName(left), typeName(right)]
    // Lua compares the third letters only: a thread and a string are two threads to it.
    return this.fail(site, a[2] === b[2] ? `attempt to compare two ${a} values` : `attempt to compare ${a} with ${b}`)
  }

  #binary(left: LuaValue, right: LuaValue, name: string): LuaValue {
    return this.metamethod(left, name) ?? this.metamethod(right, name)
  }

  /** A comparison asks both operands, which must agree. */
  #comparison(left: LuaValue, right: LuaValue, name: string): LuaValue {
    const method = this.metamethod(left, name)
    if (method === undefined) return undefined
    return method === this.metamethod(right, name) ? method : undefined
  }

  #callMethod(method: LuaValue, left: LuaValue, right: LuaValue, site: Site): LuaValue {
    return first(this.invoke(method, [left, right], site.place))
  }

  /** As `tostring` shows a value. */
  toString(value: LuaValue): ByteString {
    const method = this.metamethod(value, '__tostring')
    if (method !== undefined) {
      const text = first(this.call(method, value))
      if (typeof text === 'string') return text
    }
    switch (typeof value) {
      case 'string':
        return value
      case 'number':
        return formatNumber(value)
      case 'object':
        return value instanceof Userdata ? value.text : `${typeName(value)}: ${this.#address(value)}`
      default:
        return value === undefined ? 'nil' : String(value)
    }
  }

  // Tables and functions show an address: made up, but each has its own.
  readonly #addresses = new WeakMap<object, string>()
  #lastAddress = 0x55d0_c0de_0000
  #address(value: object): string {
    let address = this.#addresses.get(value)
    if (address === undefined) this.#addresses.set(value, (address = `0x${(this.#lastAddress += 0x40).toString(16)}`))
    return address
  }
}

/** The metamethod of an operator, and what it does with numbers. */
const OPERATORS: Readonly<Record<string, readonly [method: string, compute: (a: number, b: number) => number]>> = {
  '+': ['__add', (a, b) => a + b],
  '-': ['__sub', (a, b) => a - b],
  '*': ['__mul', (a, b) => a * b],
  '/': ['__div', (a, b) => a / b],
  '%': ['__mod', modulo],
  '^': ['__pow', power],
}

/** Lua's remainder has the sign of the divisor. */
export function modulo(a: number, b: number): number {
  return a - Math.floor(a / b) * b
}

/** As C's pow: where JS gives NaN for 1 and an infinite or missing exponent, C gives 1. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b
}

/** What is used up when JS itself gives up: its stack, or the length of a string or an array. Null for another error. */
function hostLimit(error: unknown): string | null {
  // Firefox has a class of its own for it.
  if (!(error instanceof Error) || !(error instanceof RangeError || error.name === 'InternalError')) return null
  return /stack|recursion/.test(error.message) ? 'stack overflow' : 'not enough memory'
}

/** `local 'x' (a nil value)`, or `a nil value` for what has no name. */
function named(what: string, value: LuaValue): string {
  return what === '' ? `a ${typeName(value)} value` : `${what}(a ${typeName(value)} value)`
}

export const isTrue = (value: LuaValue): boolean => value !== undefined && value !== false

/** A number, or a string that is one. */
export function toNumber(value: LuaValue): number | undefined {
  return typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value) : undefined
}

/** As C casts a double to a 64-bit integer: what does not fit becomes the least one. */
export function toInteger(value: number): number {
  return value >= -(2 ** 63) && value < 2 ** 63 ? Math.trunc(value) : -(2 ** 63)
}
