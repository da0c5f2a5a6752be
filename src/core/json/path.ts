// Reads paths: JSONPath, which begins with `$`, and the older form, such as `.a[0]` or `a`, which is the same without it but is
// answered with one value instead of all. What a path selects is in select.ts.
import type { ByteString } from '../bytes.ts'
import { printed } from '../engine/errors.ts'
import { ReplyError } from '../reply.ts'
import { parseJson } from './parse.ts'
import type { Json } from './value.ts'

export type Selector =
  | { readonly kind: 'keys'; readonly keys: readonly ByteString[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number | null; readonly to: number | null; readonly by: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly filter: Filter }

export interface Step {
  readonly selector: Selector
  /** Whether it is also taken from all that lies deeper (`..`). */
  readonly deep: boolean
}

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | { readonly kind: 'exists'; readonly term: Term }
  | { readonly kind: 'compare'; readonly left: Term; readonly operator: Operator; readonly right: Term }

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~'

/** A value that is written down, or a path from the element that is looked at (`@`) or from the root (`$`). */
export type Term = { readonly value: Json } | { readonly from: '@' | '$'; readonly steps: readonly Step[] }

export interface Path {
  readonly steps: readonly Step[]
  /** Whether it has the older form. */
  readonly legacy: boolean
  /** As it came. */
  readonly given: ByteString
  /** As JSONPath. */
  readonly text: ByteString
}

/** So deep may parentheses and brackets lie in each other. */
const MOST_NESTED = 64

const NAME = /[\w`~+#%$^/:\x80-\xff-]+/y
const SPACES = / */y
const INTEGER = /-?(?:0|[1-9]\d*)/y
const OPERATOR = /==|!=|<=|>=|=~|<|>/y
const LITERAL = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const TEXT = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/y

/** @throws ReplyError that says where it cannot be read */
export function parsePath(given: ByteString): Path {
  const legacy = !(given === '$' || given.startsWith('$.') || given.startsWith('$['))
  const text = !legacy ? given : given === '.' ? '$' : given.startsWith('.') ? `$${given}` : `$.${given}`
  return { steps: new Reader(text).whole(), legacy, given, text }
}

class Reader {
  readonly #text: ByteString
  #at = 1
  #nested = 0

  constructor(text: ByteString) {
    this.#text = text
  }

  whole(): Step[] {
    const steps = this.#steps()
    this.#match(SPACES)
    if (this.#at < this.#text.length) throw this.#wrong("'.', '..' or '['")
    return steps
  }

  #wrong(expected: string): ReplyError {
    const [before, behind] = [this.#text.slice(0, this.#at), this.#text.slice(this.#at)].map(printed)
    return new ReplyError(`ERR Path error on position ${this.#at}, "${before} ---->>>> ${behind}", expected ${expected}`)
  }

  /** What matches here, with the groups; null if nothing does. */
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }

  #take(word: string): boolean {
    this.#match(SPACES)
    if (!this.#text.startsWith(word, this.#at)) return false
    this.#at += word.length
    return true
  }

  #expect(word: string): void {
    if (!this.#take(word)) throw this.#wrong(`'${word}'`)
  }

  /** @param bare whether the first name may stand without a dot, as in `@name` */
  #steps(bare = false): Step[] {
    const steps: Step[] = []
    for (;;) {
      const start = this.#at
      const deep = this.#take('..')
      const dot = deep || this.#take('.')
      if (this.#take('[')) {
        steps.push({ selector: this.#bracket(), deep })
        this.#expect(']')
      } else if ((dot || bare) && this.#take('*')) steps.push({ selector: { kind: 'all' }, deep })
      else {
        const name = dot || bare ? this.#match(NAME) : null
        if (name !== null) steps.push({ selector: { kind: 'keys', keys: [name[0]] }, deep })
        else if (dot) throw this.#wrong("a name, '*' or '['")
        else {
          this.#at = start
          return steps
        }
      }
      bare = false
    }
  }

  #bracket(): Selector {
    if (this.#take('*')) return { kind: 'all' }
    if (this.#take('?')) return { kind: 'filter', filter: this.#either() }
    const text = this.#string()
    if (text !== null) {
      const keys = [text]
      while (this.#take(',')) {
        const next = this.#string()
        if (next === null) throw this.#wrong('a text in quotes')
        keys.push(next)
      }
      return { kind: 'keys', keys }
    }
    const from = this.#integer()
    if (this.#take(':')) {
      const to = this.#integer()
      const by = this.#take(':') ? (this.#integer() ?? 1) : 1
      if (by < 1) throw this.#wrong('a step above zero')
      return { kind: 'slice', from, to, by }
    }
    if (from === null) throw this.#wrong("'*', '?', a text in quotes or an integer")
    const indexes = [from]
    while (this.#take(',')) {
      const next = this.#integer()
      if (next === null) throw this.#wrong('an integer')
      indexes.push(next)
    }
    return { kind: 'indexes', indexes }
  }

  #integer(): number | null {
    this.#match(SPACES)
    const found = this.#match(INTEGER)
    return found === null ? null : +found[0]
  }

  #string(): ByteString | null {
    this.#match(SPACES)
    const found = this.#match(TEXT)
    return found === null ? null : (found[1] ?? found[2]).replace(/\\(["'\\])/g, '$1')
  }

  #either(): Filter {
    if (++this.#nested > MOST_NESTED) throw this.#wrong('less that is nested')
    const filters = [this.#both()]
    while (this.#take('||')) filters.push(this.#both())
    this.#nested--
    return filters.length === 1 ? filters[0] : { kind: 'or', filters }
  }

  #both(): Filter {
    const filters = [this.#one()]
    while (this.#take('&&')) filters.push(this.#one())
    return filters.length === 1 ? filters[0] : { kind: 'and', filters }
  }

  #one(): Filter {
    let negative = false
    while (this.#take('!')) negative = !negative
    const filter = this.#positive()
    return negative ? { kind: 'not', filter } : filter
  }

  #positive(): Filter {
    if (this.#take('(')) {
      const filter = this.#either()
      this.#expect(')')
      return filter
    }
    const left = this.#term()
    this.#match(SPACES)
    const operator = this.#match(OPERATOR)
    if (operator === null) return { kind: 'exists', term: left }
    return { kind: 'compare', left, operator: operator[0] as Operator, right: this.#term() }
  }

  #term(): Term {
    for (const from of ['@', '$'] as const) {
      if (!this.#take(from)) continue
      if (++this.#nested > MOST_NESTED) throw this.#wrong('less that is nested')
      const steps = this.#steps(true)
      this.#nested--
      return { from, steps }
    }
    const text = this.#string()
    if (text !== null) return { value: text }
    const literal = this.#match(LITERAL)
    if (literal === null) throw this.#wrong("'@', '$' or a value")
    return { value: parseJson(literal[0]) }
  }
}
