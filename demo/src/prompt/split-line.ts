// A line as typed at redis-cli into its arguments: words, "quoted with escapes" or 'quoted as they are'.
import type { ByteString } from '../../../src/core/bytes.ts'

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const SPACE = /\s/

/** @param line bytes, so that `\xff` is one of them; @returns null if a quote is not closed, or something follows it at once */
export function splitLine(line: ByteString): ByteString[] | null {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (at < line.length && SPACE.test(line[at])) at++
    if (at === line.length) return words
    let word = ''
    for (; at < line.length && !SPACE.test(line[at]); at++) {
      const sign = line[at]
      if (sign !== '"' && sign !== "'") {
        word += sign
        continue
      }
      const quoted = sign === '"' ? doubleQuoted(line, at + 1) : singleQuoted(line, at + 1)
      if (quoted === null || (quoted.end < line.length && !SPACE.test(line[quoted.end]))) return null
      word += quoted.text
      at = quoted.end - 1
    }
    words.push(word)
  }
}

interface Quoted {
  readonly text: string
  /** Behind the closing quote. */
  readonly end: number
}

function doubleQuoted(line: string, start: number): Quoted | null {
  let text = ''
  for (let at = start; at < line.length; at++) {
    if (line[at] === '"') return { text, end: at + 1 }
    const hex = /^\\x([\da-f]{2})/i.exec(line.slice(at, at + 4))
    if (hex !== null) {
      text += String.fromCharCode(Number.parseInt(hex[1], 16))
      at += 3
    } else if (line[at] === '\\' && at + 1 < line.length) {
      at++
      text += ESCAPES[line[at]] ?? line[at]
    } else text += line[at]
  }
  return null
}

function singleQuoted(line: string, start: number): Quoted | null {
  let text = ''
  for (let at = start; at < line.length; at++) {
    if (line[at] === "'") return { text, end: at + 1 }
    if (line.startsWith("\\'", at)) at++
    text += line[at]
  }
  return null
}
