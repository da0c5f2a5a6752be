// Reads JSON (RFC 8259). JSON.parse cannot do it: it does not tell 1 from 1.0, rounds integers, reorders keys and has no bound
// for depth. What is wrong is said in the words of RedisJSON, with line and column.
import { type ByteString, decodeUtf8, encodeUtf8, isAscii, partOf } from '../bytes.ts'
import { shrink } from '../numbers.ts'
import { ReplyError } from '../reply.ts'
import { float, type Json, type JsonObject } from './value.ts'

/** So deep may what a command brings be. */
export const DEPTH = 127
const UINT64_MAX = 2n ** 64n - 1n
const INT64_MIN = -(2n ** 63n)

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * The value of a JSON text.
 * @param depth how many objects and arrays may lie in each other
 * @throws ReplyError that says where it is not right
 */
export function parseJson(text: ByteString, depth = DEPTH): Json {
  if (!isAscii(text) && encodeUtf8(decodeUtf8(text)) !== text) throw new ReplyError("ERR Couldn't parse as UTF-8 string")
  return new Parser(text, depth).whole()
}

class Parser {
  readonly #text: ByteString
  #at = 0
  /** How much deeper it may go. */
  #left: number
  /** One text for all that are the same: objects in an array have the same keys. */
  readonly #keys = new Map<string, string>()
  readonly #plain = /[^"\\\0-\x1f]*/y
  readonly #number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

  constructor(text: ByteString, depth: number) {
    this.#text = text
    this.#left = depth
  }

  whole(): Json {
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#wrong('trailing characters')
    return value
  }

  /** @param at the byte that is wrong */
  #wrong(what: string, at = this.#at): ReplyError {
    const before = this.#text.slice(0, at)
    const column = Math.min(at + 1, this.#text.length) - (before.lastIndexOf('\n') + 1)
    return new ReplyError(`ERR ${what} at line ${before.split('\n').length} column ${column}`)
  }

  /** Goes past spaces. @returns the char code behind them; NaN at the end */
  #space(): number {
    const text = this.#text
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code
      this.#at++
    }
  }

  #value(): Json {
    const code = this.#space()
    switch (code) {
      case 34: // "
        return this.#string()
      case 123: // {
        return this.#nested(() => this.#object())
      case 91: // [
        return this.#nested(() => this.#array())
      case 116: // t
        return this.#word('true', true)
      case 102: // f
        return this.#word('false', false)
      case 110: // n
        return this.#word('null', null)
    }
    if (code === 45 || (code >= 48 && code <= 57)) return this.#numeric()
    throw this.#wrong(Number.isNaN(code) ? 'EOF while parsing a value' : 'expected value')
  }

  #word(word: string, value: Json): Json {
    for (let i = 1; i < word.length; i++) {
      if (this.#text[++this.#at] !== word[i])
        throw this.#wrong(this.#at < this.#text.length ? 'expected ident' : 'EOF while parsing a value')
    }
    this.#at++
    return value
  }

  #nested<T>(read: () => T): T {
    this.#at++
    if (--this.#left < 0) throw this.#wrong('recursion limit exceeded', this.#at - 1)
    const value = read()
    this.#at++
    this.#left++
    return value
  }

  #array(): Json[] {
    const array: Json[] = []
    if (this.#space() === 93) return array
    for (;;) {
      array.push(this.#value())
      if (!this.#more(93, 'a list', 'expected `,` or `]`')) return array.length < 12 ? array.slice() : array // without room for more
    }
  }

  #object(): JsonObject {
    const object: JsonObject = new Map()
    if (this.#space() === 125) return object
    for (;;) {
      const code = this.#space()
      if (code !== 34) throw this.#wrong(Number.isNaN(code) ? 'EOF while parsing an object' : 'key must be a string')
      const text = this.#string()
      let key = this.#keys.get(text)
      if (key === undefined) this.#keys.set(text, (key = text))
      const colon = this.#space()
      if (colon !== 58) throw this.#wrong(Number.isNaN(colon) ? 'EOF while parsing an object' : 'expected `:`')
      this.#at++
      object.set(key, this.#value())
      if (!this.#more(125, 'an object', 'expected `,` or `}`')) return object
    }
  }

  /** Whether a comma and another element follow, and not the end. */
  #more(end: number, where: string, expected: string): boolean {
    const code = this.#space()
    if (code === end) return false
    if (code !== 44) throw this.#wrong(Number.isNaN(code) ? `EOF while parsing ${where}` : expected)
    this.#at++
    if (this.#space() === end) throw this.#wrong('trailing comma')
    return true
  }

  #string(): ByteString {
    const text = this.#text
    let out = ''
    for (let start = this.#at + 1; ; start = this.#at) {
      this.#plain.lastIndex = start
      this.#plain.test(text)
      this.#at = this.#plain.lastIndex
      const code = text.charCodeAt(this.#at)
      if (code === 34 && out === '') return partOf(text, start, this.#at++)
      out += partOf(text, start, this.#at) // or it would keep all of the text in memory
      if (code === 34) {
        this.#at++
        return out
      }
      if (code !== 92)
        throw this.#wrong(
          Number.isNaN(code) ? 'EOF while parsing a string' : 'control character (\\u0000-\\u001F) found while parsing a string',
        )
      out += this.#escape()
    }
  }

  #escape(): ByteString {
    const letter = this.#text[this.#at + 1]
    const plain = ESCAPES[letter]
    this.#at += 2
    if (plain !== undefined) return plain
    if (letter !== 'u') throw this.#wrong(letter === undefined ? 'EOF while parsing a string' : 'invalid escape', this.#at - 1)
    const first = this.#unit()
    if (first < 0xd800 || first > 0xdfff) return encodeUtf8(String.fromCharCode(first))
    if (first > 0xdbff || this.#text.slice(this.#at, this.#at + 2) !== '\\u') throw this.#wrong('lone leading surrogate in hex escape')
    this.#at += 2
    const second = this.#unit()
    if (second < 0xdc00 || second > 0xdfff) throw this.#wrong('lone leading surrogate in hex escape')
    return encodeUtf8(String.fromCharCode(first, second))
  }

  /** Four hexadecimal digits. */
  #unit(): number {
    const digits = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[\da-f]{4}$/i.test(digits)) throw this.#wrong(digits.length < 4 ? 'EOF while parsing a string' : 'invalid escape')
    this.#at += 4
    return Number.parseInt(digits, 16)
  }

  #numeric(): Json {
    this.#number.lastIndex = this.#at
    const found = this.#number.exec(this.#text)
    if (found === null) {
      this.#at++
      throw this.#wrong(this.#at < this.#text.length ? 'invalid number' : 'EOF while parsing a value')
    }
    const [digits, fraction, exponent] = found
    const start = this.#at
    this.#at += digits.length
    // A digit behind a zero, a point or an e without digits.
    if (/[\d.eE]/.test(this.#text[this.#at] ?? '')) throw this.#wrong('invalid number')
    const value = +digits
    if (fraction === undefined && exponent === undefined) {
      if (Number.isSafeInteger(value)) return Object.is(value, -0) ? float(value) : value
      const exact = BigInt(digits)
      if (exact <= UINT64_MAX && exact >= INT64_MIN) return shrink(exact)
    }
    if (!Number.isFinite(value)) throw this.#wrong('number out of range', start)
    return float(value)
  }
}
