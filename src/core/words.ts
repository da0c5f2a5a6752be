// A line's words as Redis splits them everywhere (sdssplitargs): in inline commands, redis.conf, manifests of append-only files and
// the first lines of scripts; and a word as Redis puts it into such a line (sdscatrepr).
import type { ByteString } from './bytes.ts'

/** A word, of which the end may be quoted, and the blanks behind it. */
const WORD = /([^ \t-\r"']*)(?:"((?:\\[^]|[^"\\])*)"|'((?:\\'|\\(?!')|[^'\\])*)')?(?:[ \t-\r]+|$)/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }

/**
 * Splits a line into words, "quoted \x00 words" and 'plain ones'. A zero byte ends the line.
 * @returns null if a quote stays open, or if more than blanks follow one that closes
 */
export function splitWords(text: string): string[] | null {
  const line = text.split('\0', 1)[0].replace(/^[ \t-\r]+/, '')
  const words: string[] = []
  for (let at = 0; at < line.length; at = WORD.lastIndex) {
    WORD.lastIndex = at
    const found = WORD.exec(line)
    if (found === null) return null
    const [, plain, double = '', single = ''] = found
    words.push(plain + double.replace(/\\(?:x([\da-fA-F]{2})|([^]))/g, unescaped) + single.replaceAll("\\'", "'"))
  }
  return words
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
