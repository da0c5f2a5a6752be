// redis.conf and redis-server's command line, which has the same directives: each becomes a name and its words. A file
// includes others; quotes and their escapes are Redis's.
import { readFileSync } from 'node:fs'

export interface Directive {
  /** In lower case. */
  readonly name: string
  readonly words: readonly string[]
  /** The line as it was written, for messages. */
  readonly line: string
  /** Where: a file, or undefined for the command line. */
  readonly at?: string
}

/** What makes a configuration impossible, in Redis's form. */
export class ConfigFileError extends Error {
  constructor({ line, at }: { line: string; at?: string }, reason: string) {
    super(
      `FATAL CONFIG FILE ERROR\n${at === undefined ? 'On the command line' : `Reading the configuration file, ${at}`}\n>>> '${line}'\n${reason}`,
    )
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const WORD = /\s*(?:"((?:\\[^]|[^"\\])*)"|'((?:\\'|[^'])*)'|([^\s"']+))/y

/** The words of a line. @returns null if its quotes do not match */
function splitWords(line: string): string[] | null {
  const words: string[] = []
  WORD.lastIndex = 0
  const end = line.trimEnd().length
  for (let at = 0; at < end; at = WORD.lastIndex) {
    const found = WORD.exec(line)
    // A closing quote ends the word.
    if (found === null || /^[^\s]/.test(line.slice(WORD.lastIndex))) return null
    const [, double, single, plain] = found
    if (double !== undefined) words.push(double.replace(/\\(?:x([\da-f]{2})|([^]))/gi, (_all, hex, char) => unescaped(hex, char)))
    else words.push(single === undefined ? plain : single.replaceAll("\\'", "'"))
  }
  return words
}

const unescaped = (hex: string | undefined, char: string): string =>
  hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16))

/** The directives of a file, `-` for standard input. @throws Error if it cannot be read; ConfigFileError */
export function readConfigFile(file: string, depth = 0): Directive[] {
  const lines = readFileSync(file === '-' ? 0 : file, 'utf8').split('\n')
  return lines.flatMap((full, i): Directive[] => {
    const line = full.trim()
    if (line === '' || line.startsWith('#')) return []
    const where = { line, at: `${file}, at line ${i + 1}` }
    const words = splitWords(line)
    if (words === null) throw new ConfigFileError(where, 'Unbalanced quotes in configuration line')
    const name = words[0].toLowerCase()
    if (name !== 'include') return [{ name, words: words.slice(1), ...where }]
    if (words.length !== 2 || depth > 15) throw new ConfigFileError(where, 'Bad directive or wrong number of arguments')
    return readConfigFile(words[1], depth + 1)
  })
}

/** `--name word word` and `--name=word`, as directives. @returns also the words before the first */
export function readArguments(args: readonly string[]): { positionals: string[]; directives: Directive[] } {
  const positionals: string[] = []
  const directives: (Directive & { words: string[] })[] = []
  for (const arg of args) {
    const last = directives.at(-1)
    const option = /^--([^=\s]+)(?:=([^]*))?$/.exec(arg)
    if (option !== null) directives.push({ name: option[1].toLowerCase(), words: option[2] === undefined ? [] : [option[2]], line: arg })
    else if (last === undefined) positionals.push(arg)
    else last.words.push(arg)
  }
  return { positionals, directives }
}
