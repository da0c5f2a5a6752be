// A line's words as Redis splits them everywhere (sdssplitargs): in inline commands, redis.conf, manifests of append-only files and
// the first lines of scripts; and a word as Redis puts it into such a line (sdscatrepr).
import type { ByteString } from './bytes.ts'

const UNQUOTED = /[^ \t-\r"']*/y
const BLANKS = /[ \t-\r]*/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }

/**
 * Splits a line into words, "quoted \x00 words" and 'plain ones'. A zero byte ends the line.
 * @returns null if a quote stays open, or if more than blanks follow one that closes
 */
export function splitWords(text: string): string[] | null {
  const line = text.split('\0', 1)[0]
  const words: string[] = []
  for (let at = after(BLANKS, line, 0); at < line.length;) {
    // Only the end of a word can be quoted.
    let end = after(UNQUOTED, line, at)
    let word = line.slice(at, end)
    if (line[end] === '"' || line[end] === "'") {
      const close = closingQuote(line, end)
      if (close < 0) return null
      const inside = line.slice(end + 1, close)
      word += line[end] === '"' ? inside.replace(/\\(?:x([\da-fA-F]{2})|([^]))/g, unescaped) : inside.replaceAll("\\'", "'")
      end = close + 1
    }
    words.push(word)
    at = after(BLANKS, line, end)
    if (at === end && at < line.length) return null
  }
  return words
}

/** Where what the pattern matches at a place ends. */
function after(pattern: RegExp, line: string, at: number): number {
  pattern.lastIndex = at
  pattern.test(line)
  return pattern.lastIndex
}

/** Where the quote that opens at a place closes, or -1. A search, since a regular expression for it runs out of stack on long words. */
function closingQuote(line: string, open: number): number {
  const quote = line[open]
  for (let at = line.indexOf(quote, open + 1); at >= 0; at = line.indexOf(quote, at + 1)) {
    let slashes = 0
    while (line[at - slashes - 1] === '\\') slashes++
    // In double quotes a backslash may itself be escaped; in single ones \' is the only escape.
    if (quote === '"' ? slashes % 2 === 0 : slashes === 0) return at
  }
  return -1
}

const unescaped = (_all: string, hex: string | undefined, char: string): string =>
  hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16))

const NAMED: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
  '"': '\\"',
  '\\': '\\\\',
}

/** A word in quotes, every byte that cannot be printed escaped. */
export function quoted(word: ByteString): ByteString {
  return `"${word.replace(/[^ !#-[\]-~]/g, (byte) => NAMED[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`
}
