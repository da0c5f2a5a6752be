// Lua 5.1's tokens. The parser reads `token` (the text itself for symbols and reserved words, otherwise one of `<name>`,
// `<string>`, `<number>`, `<eof>`) with its `value`. Error texts are Lua's, which show the text read so far.
import type { ByteString } from '../../core/bytes.ts'
import { chunkId, LEXER_ID_SIZE, LuaError, untilZero } from './errors.ts'
import { parseNumber } from './number.ts'

const RESERVED = new Set(
  'and break do else elseif end false for function if in local nil not or repeat return then true until while'.split(' '),
)

const SPACE = /[ \t\v\f]+/y
const NAME = /[A-Za-z_][\w]*/y
const NUMERAL = /[\d.]+(?:[eE][+-]?)?\w*/y
const COMMENT = /[^\n\r]*/y
const LONG_OPENING = /\[(=*)\[/y
const PLAIN = /[^\\\n\r'"]+/y
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const MAX_LINES = 2 ** 31 - 3

export class Lexer {
  readonly source: ByteString
  /** The chunk's name as messages show it. */
  readonly chunk: string
  token = ''
  value: ByteString | number = ''
  /** The line of `token`. */
  line = 1
  /** The line of the token before. */
  lastLine = 1
  #at = 0
  /** Name, string or number as written so far: what an error shows. */
  #text = ''
  #ahead: { token: string; value: ByteString | number } | null = null
  // The same name is the same string object everywhere, so that comparing two of them ends at the pointer.
  readonly #names = new Map<string, string>()

  constructor(source: ByteString, name: string) {
    this.source = source
    this.chunk = chunkId(name, LEXER_ID_SIZE)
    this.next()
  }

  /** To the next token. */
  next(): void {
    this.lastLine = this.line
    if (this.#ahead !== null) {
      this.token = this.#ahead.token
      this.value = this.#ahead.value
      this.#ahead = null
    } else this.token = this.#read()
  }

  /** The token after this one. As in the real lexer, its line is the line from then on. */
  peek(): string {
    const { value } = this
    const token = this.#read()
    this.#ahead = { token, value: this.value }
    this.value = value
    return token
  }

  /** @param near the token to show, if any */
  error(message: string, near?: string): never {
    let shown = ''
    // A zero byte is no token to the real lexer.
    if (near !== undefined && near !== '\0') {
      const text = near === '<name>' || near === '<string>' || near === '<number>' ? untilZero(this.#text) : near
      const control = text.length === 1 && text < ' ' && near === text
      shown = ` near '${control || near === '\x7f' ? `char(${text.charCodeAt(0)})` : text}'`
    }
    throw new LuaError(`${this.chunk}:${this.line}: ${message}${shown}`)
  }

  /** An error at this token. */
  syntaxError(message: string): never {
    this.error(message, this.token)
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.source)
    if (found === null) return ''
    this.#at += found[0].length
    return found[0]
  }

  #read(): string {
    const { source } = this
    for (;;) {
      const char = source[this.#at]
      switch (char) {
        case undefined:
          return '<eof>'
        case '\n':
        case '\r':
          this.#newLine()
          continue
        case ' ':
        case '\t':
        case '\v':
        case '\f':
          this.#take(SPACE)
          continue
        case '-':
          if (source[this.#at + 1] !== '-') break
          this.#at += 2
          this.#comment()
          continue
        case '[': {
          const level = this.#longLevel()
          if (level >= 0) {
            this.value = this.#long(level, 'string')
            return '<string>'
          }
          if (source[this.#at + 1] !== '=') break
          this.#text = source.slice(this.#at, (this.#at += -level))
          return this.error('invalid long string delimiter', '<string>')
        }
        case '"':
        case "'":
          this.value = this.#string(char)
          return '<string>'
        case '.':
          if (source.startsWith('...', this.#at)) return this.#symbol(3)
          if (source[this.#at + 1] === '.') return this.#symbol(2)
          if (isDigit(source[this.#at + 1])) return this.#number()
          break
        case '=':
        case '<':
        case '>':
        case '~':
          if (source[this.#at + 1] === '=') return this.#symbol(2)
          break
        default: {
          if (isDigit(char)) return this.#number()
          const name = this.#take(NAME)
          if (name === '') break
          this.#text = name
          if (RESERVED.has(name)) return name
          this.value = this.#interned(name)
          return '<name>'
        }
      }
      return this.#symbol(1)
    }
  }

  #symbol(length: number): string {
    return this.source.slice(this.#at, (this.#at += length))
  }

  #interned(name: string): string {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    // A property's key is V8's own copy of the string.
    const own = Object.keys({ [name]: 0 })[0]
    this.#names.set(own, own)
    return own
  }

  #newLine(): void {
    const { source } = this
    const first = source[this.#at++]
    const second = source[this.#at]
    if ((second === '\n' || second === '\r') && second !== first) this.#at++
    if (++this.line >= MAX_LINES) this.syntaxError('chunk has too many lines')
  }

  #number(): string {
    this.#text = this.#take(NUMERAL)
    const value = parseNumber(this.#text)
    if (value === undefined) this.error('malformed number', '<number>')
    this.value = value
    return '<number>'
  }

  #comment(): void {
    if (this.source[this.#at] === '[') {
      const level = this.#longLevel()
      if (level >= 0) {
        this.#long(level, 'comment')
        return
      }
    }
    this.#take(COMMENT)
  }

  /** How many `=` are between the brackets of a long string that opens here; negative if none does: -1 and then as many as were seen. */
  #longLevel(): number {
    LONG_OPENING.lastIndex = this.#at
    const opening = LONG_OPENING.exec(this.source)
    if (opening !== null) return opening[1].length
    let level = 0
    while (this.source[this.#at + 1 + level] === '=') level++
    return -1 - level
  }

  #long(level: number, what: string): ByteString {
    const { source } = this
    const open = source.slice(this.#at, (this.#at += level + 2))
    if (source[this.#at] === '\n' || source[this.#at] === '\r') this.#newLine()
    const close = open.replaceAll('[', ']')
    let out = ''
    let from = this.#at
    for (;;) {
      const char = source[this.#at]
      if (char === undefined) this.error(`unfinished long ${what}`, '<eof>')
      if (char === '\n' || char === '\r') {
        out += `${source.slice(from, this.#at)}\n`
        this.#newLine()
        from = this.#at
      } else if (char === ']' && source.startsWith(close, this.#at)) {
        out += source.slice(from, this.#at)
        this.#at += close.length
        this.#text = open + out + close
        return out
      } else this.#at++
    }
  }

  #string(quote: string): ByteString {
    const { source } = this
    this.#at++
    let out = ''
    for (;;) {
      out += this.#take(PLAIN)
      const char = source[this.#at]
      this.#text = quote + out
      if (char === undefined) this.error('unfinished string', '<eof>')
      if (char === '\n' || char === '\r') this.error('unfinished string', '<string>')
      this.#at++
      if (char === quote) break
      out += char === '\\' ? this.#escape(quote + out) : char
    }
    this.#text = quote + out + quote
    return out.length < 40 && out !== '' ? this.#interned(out) : out
  }

  #escape(before: string): string {
    const { source } = this
    const char = source[this.#at]
    if (char === undefined) return '' // the string's own loop says that it is unfinished
    if (char === '\n' || char === '\r') {
      this.#newLine()
      return '\n'
    }
    if (!isDigit(char)) {
      this.#at++
      return ESCAPES[char] ?? char
    }
    let digits = 0
    let code = 0
    while (digits < 3 && isDigit(source[this.#at])) {
      code = code * 10 + Number(source[this.#at++])
      digits++
    }
    if (code > 255) {
      this.#text = before
      this.error('escape sequence too large', '<string>')
    }
    return String.fromCharCode(code)
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9'
}
