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

/** Of files that include each other. */
const DEPTH = 15
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const WORD = /\s*(?:"((?:\\[^]|[^"\\])*)"|'((?:\\'|[^'])*)'|([^\s"']+))/y

/** The words of a line, or of a value that has several. @returns null if its quotes do not match */
export function splitWords(line: string): string[] | null {
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
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new Error(`Fatal error, can't open config file '${file}': ${(error as Error).message}`, { cause: error })
  }
  return text.split('\n').flatMap((line, i) => readLine(line, `${file}, at line ${i + 1}`, depth))
}

function readLine(full: string, at: string | undefined, depth: number): Directive[] {
  const line = full.trim()
  if (line === '' || line.startsWith('#')) return []
  const where = { line, ...(at !== undefined && { at }) }
  const words = splitWords(line)
  if (words === null) throw new ConfigFileError(where, 'Unbalanced quotes in configuration line')
  const name = words[0].toLowerCase()
  if (name !== 'include') return [{ name, words: words.slice(1), ...where }]
  if (words.length !== 2 || depth > DEPTH) throw new ConfigFileError(where, 'Bad directive or wrong number of arguments')
  return readConfigFile(words[1], depth + 1)
}

/** The directives of a command line: as redis-server, each `--` begins one, but for what directly follows a name alone. */
export function readArguments(args: readonly string[]): Directive[] {
  const lines: string[] = []
  /** Whether what begins with `--` is a name. */
  let complete = true
  for (const [i, arg] of args.entries()) {
    if (complete && arg.startsWith('--')) {
      const [, name, value] = /^--([^=\s]+)=([^]*)$/.exec(arg) ?? [undefined, arg.slice(2)]
      lines.push(value === undefined ? name! : `${name!} ${quoted(value)}`)
      complete = value !== undefined || /\s\S/.test(arg)
      // Without rules, nothing is saved.
      const next = args[i + 1]
      if (arg.toLowerCase() !== '--save' || (next !== undefined && !next.startsWith('--'))) continue
      lines.push(`${lines.pop()!} ""`)
      complete = true
    } else {
      lines.push(`${lines.pop() ?? ''} ${quoted(arg)}`)
      complete = true
    }
  }
  return lines.flatMap((line) => readLine(line, undefined, 0))
}

const quoted = (word: string): string => `"${word.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)}"`
