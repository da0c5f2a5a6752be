// The filters of VSIM: `.year > 1980 and .genre in ["drama", "comedy"]`, about the attributes of an element, which are a JSON object.
// An element without one of the attributes that are named does not pass, and neither does one whose attributes are no object.
import { type ByteString, decodeUtf8 } from '../bytes.ts'
import { printed } from '../engine/errors.ts'
import { ReplyError } from '../reply.ts'
import type { Filter } from './graph.ts'

type Scalar = number | string
type Value = Scalar | null | readonly Scalar[]
type Fields = Readonly<Record<string, Value>>
type Expression = (fields: Fields) => Value

type Token = { readonly kind: 'operator' | 'selector'; readonly text: string } | { readonly kind: 'value'; readonly value: Value }

/** Longer ones first. */
const OPERATORS = ['and', 'not', '**', '>=', '<=', '==', '!=', '&&', '||', 'in', 'or', ...'()!*/%+-><']
const SPACES = /\s*/y
/** No operator is longer, and `null` is no part of a longer word. */
const WORD = /[a-z+\-*%/!()<>=|&]{1,5}/iy
const RUN = /[a-z+\-*%/!()<>=|&]+/iy
const NUMBER = /-?[\d.eE]+/y
const TEXT = /(["'])((?:\\[^]|(?!\1)[^\\])*)\1/y
const SELECTOR = /\.([\w-]+)/y

const toNumber = (value: Value): number => (typeof value === 'string' ? Number(value) || 0 : typeof value === 'number' ? value : 0)
const isTrue = (value: Value): boolean => value !== 0 && value !== '' && value !== null

function isEqual(a: Value, b: Value): boolean {
  if (typeof a === typeof b && (typeof a === 'string' || typeof a === 'number')) return a === b
  return a === null || b === null ? a === b : toNumber(a) === toNumber(b)
}

function isIn(a: Value, b: Value): boolean {
  if (Array.isArray(b)) return (b as readonly Scalar[]).some((each) => isEqual(a, each))
  return typeof a === 'string' && typeof b === 'string' && b.includes(a)
}

const numeric =
  (run: (a: number, b: number) => number | boolean) =>
  (a: Value, b: Value): number =>
    Number(run(toNumber(a), toNumber(b)))
const and = (a: Value, b: Value): number => Number(isTrue(a) && isTrue(b))
const or = (a: Value, b: Value): number => Number(isTrue(a) || isTrue(b))

/** Those that bind least first. */
const LEVELS: readonly Readonly<Record<string, (a: Value, b: Value) => Value>>[] = [
  { or, '||': or },
  { and, '&&': and },
  {
    '>': numeric((a, b) => a > b),
    '>=': numeric((a, b) => a >= b),
    '<': numeric((a, b) => a < b),
    '<=': numeric((a, b) => a <= b),
    '==': (a, b) => Number(isEqual(a, b)),
    '!=': (a, b) => Number(!isEqual(a, b)),
    in: (a, b) => Number(isIn(a, b)),
  },
  { '+': numeric((a, b) => a + b), '-': numeric((a, b) => a - b) },
  { '*': numeric((a, b) => a * b), '/': numeric((a, b) => a / b), '%': numeric((a, b) => a % b) },
  { '**': numeric((a, b) => a ** b) },
]
const POWER = LEVELS.length - 1
/** So deep may parentheses and signs lie in each other. */
const MOST_DEPTH = 200

/** @throws ReplyError */
export function parseFilter(expression: ByteString): Filter {
  const text = decodeUtf8(expression)
  const tokens = tokenize(text)
  const names = tokens.flatMap((token) => (token.kind === 'selector' ? [token.text] : []))
  const run = new Parser(tokens, text).parse()
  return (attributes) => {
    // Without one that is named, they may be anything.
    const fields = names.length === 0 ? {} : fieldsOf(attributes, names)
    return fields !== null && isTrue(run(fields))
  }
}

/** @param rest of the expression, from the mistake on */
const syntaxError = (rest: string): ReplyError => new ReplyError(`ERR syntax error in FILTER expression near: ${printed(rest)}`)

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at += found[0].length
    return found
  }
  /** A minus is a number's where a value has to come. */
  const wantsValue = (): boolean => {
    const last = tokens.at(-1)
    return last === undefined || (last.kind === 'operator' && last.text !== ')')
  }
  const readNumber = (): Token => {
    const value = Number(match(NUMBER)![0])
    if (Number.isNaN(value)) throw syntaxError(text.slice(at) || text)
    return { kind: 'value', value }
  }
  const readText = (): Token => {
    const found = match(TEXT)
    if (found === null) throw syntaxError(text)
    return { kind: 'value', value: found[2].replace(/\\([^])/g, '$1') }
  }
  const readTuple = (): Token => {
    const items: Scalar[] = []
    at++
    for (match(SPACES); text[at] !== ']'; match(SPACES)) {
      if (items.length > 0) {
        if (text[at] !== ',') throw syntaxError(text.slice(at) || text)
        at++
        match(SPACES)
        if (text[at] === ']') break
      }
      const item = /["']/.test(text[at] ?? '') ? readText() : /[\d-]/.test(text[at] ?? '') ? readNumber() : undefined
      if (item?.kind !== 'value') throw syntaxError(text.slice(at) || text)
      items.push(item.value as Scalar)
    }
    at++
    return { kind: 'value', value: items }
  }
  const readOperator = (): Token => {
    const word = match(WORD)?.[0] ?? ''
    if (word === 'null') return { kind: 'value', value: null }
    const operator = OPERATORS.find((each) => word.startsWith(each))
    if (operator === undefined) {
      match(RUN)
      throw syntaxError(text.slice(at) || text)
    }
    at += operator.length - word.length
    return { kind: 'operator', text: operator }
  }
  for (match(SPACES); at < text.length; match(SPACES)) {
    const [first, second = ''] = text.slice(at, at + 2)
    if (/\d/.test(first) || (first === '-' && /\d/.test(second) && wantsValue())) tokens.push(readNumber())
    else if (first === '"' || first === "'") tokens.push(readText())
    else if (first === '.' && /[\w-]/.test(second)) tokens.push({ kind: 'selector', text: match(SELECTOR)![1] })
    else tokens.push(first === '[' ? readTuple() : readOperator())
  }
  return tokens
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens
    this.#text = text
  }

  parse(): Expression {
    const expression = this.#level(0)
    if (this.#at < this.#tokens.length) throw syntaxError(this.#text)
    return expression
  }

  #operator(): string {
    const token = this.#tokens[this.#at] as Token | undefined
    return token?.kind === 'operator' ? token.text : ''
  }

  /** An expression of operators that bind as strongly as those of a level, or more. */
  #level(level: number): Expression {
    if (level > POWER) return this.#operand()
    const first = this.#level(level + 1)
    const rest: { readonly run: (a: Value, b: Value) => Value; readonly operand: Expression }[] = []
    for (let run = LEVELS[level][this.#operator()]; run !== undefined; run = LEVELS[level][this.#operator()]) {
      this.#at++
      rest.push({ run, operand: this.#deeper(() => this.#level(level === POWER ? level : level + 1)) })
    }
    if (rest.length === 0) return first
    return (fields) => {
      let value = first(fields)
      for (const { run, operand } of rest) value = run(value, operand(fields))
      return value
    }
  }

  #operand(): Expression {
    const token = this.#tokens[this.#at++] as Token | undefined
    if (token?.kind === 'value') return () => token.value
    if (token?.kind === 'selector') return (fields) => fields[token.text]
    if (token?.text === '!' || token?.text === 'not') {
      const operand = this.#deeper(() => this.#operand())
      return (fields) => Number(!isTrue(operand(fields)))
    }
    if (token?.text !== '(') throw syntaxError(this.#text)
    const inner = this.#deeper(() => this.#level(0))
    if (this.#operator() !== ')') throw syntaxError(this.#text)
    this.#at++
    return inner
  }

  #deeper(read: () => Expression): Expression {
    if (++this.#depth > MOST_DEPTH) throw syntaxError(this.#text)
    const expression = read()
    this.#depth--
    return expression
  }
}

/** The attributes of these names. @returns null if one of them is missing, or is nothing that an expression can hold */
function fieldsOf(attributes: ByteString, names: readonly string[]): Fields | null {
  let object: unknown
  try {
    object = JSON.parse(decodeUtf8(attributes))
  } catch {
    return null
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return null
  const fields = Object.create(null) as Record<string, Value>
  for (const name of names) {
    const value = Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
    if (typeof value === 'boolean') fields[name] = Number(value)
    else if (value === null || isScalar(value) || (Array.isArray(value) && value.every(isScalar))) fields[name] = value as Value
    else return null
  }
  return fields
}

const isScalar = (value: unknown): value is Scalar => typeof value === 'number' || typeof value === 'string'
