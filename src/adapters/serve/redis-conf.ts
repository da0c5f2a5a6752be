// redis.conf and redis-server's command line, which has the same directives: each becomes a name and its words. A file
// includes others; quotes and their escapes are Redis's. Words are byte strings, as escapes may name any byte.
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type ByteString, decodeUtf8, encodeUtf8 } from '../../core/bytes.ts'
import { matches } from '../../core/engine/glob.ts'
import { quoted, splitWords } from '../../core/words.ts'
import { reasonOf } from './reason.ts'

export interface Directive {
  /** In lower case. */
  readonly name: string
  readonly words: readonly ByteString[]
  /** The line as it was written, for messages. */
  readonly line: string
  /** Where: a file, or undefined for the command line. */
  readonly at?: string
}

/** What makes a configuration impossible, in Redis's form. */
export class ConfigFileError extends Error {
  constructor({ line, at }: { line: string; at?: string }, reason: string) {
    super(
      `FATAL CONFIG FILE ERROR\n${at === undefined ? 'On the command line' : `Reading the configuration file, ${at}`}\n>>> '${decodeUtf8(line)}'\n${reason}`,
    )
  }
}

/** Of files that include each other. */
const DEPTH = 15
/** The directives of a file, `-` for standard input. @throws Error if it cannot be read; ConfigFileError */
export function readConfigFile(file: string, depth = 0): Directive[] {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'latin1')
  } catch (error) {
    throw new Error(`Fatal error, can't open config file '${file}': ${reasonOf(error)}`, { cause: error })
  }
  return text.split('\n').flatMap((line, i) => readLine(line, `${file}, at line ${i + 1}`, depth))
}

/** Without the spaces around it; a byte of UTF-8 is none. */
export const trimmed = (line: ByteString): ByteString => line.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')

function readLine(full: string, at: string | undefined, depth: number): Directive[] {
  const line = trimmed(full)
  if (line === '' || line.startsWith('#')) return []
  const where = { line, ...(at !== undefined && { at }) }
  const words = splitWords(line)
  if (words === null) throw new ConfigFileError(where, 'Unbalanced quotes in configuration line')
  const name = words[0].toLowerCase()
  if (name !== 'include') return [{ name, words: words.slice(1), ...where }]
  if (words.length !== 2 || depth > DEPTH) throw new ConfigFileError(where, 'Bad directive or wrong number of arguments')
  return included(decodeUtf8(words[1])).flatMap((file) => readConfigFile(file, depth + 1))
}

/** The files of an `include`, which may be a pattern: `conf.d/*.conf`. */
function included(path: string): string[] {
  if (!/[*?[]/.test(basename(path))) return [path]
  const dir = dirname(path)
  const names = readdirSync(dir).filter((name) => (name[0] !== '.' || basename(path)[0] === '.') && matches(basename(path), name))
  return names.sort().map((name) => join(dir, name))
}

/** The directives of a command line: as redis-server, each `--` begins one, but for what directly follows a name alone. */
export function readArguments(args: readonly string[]): Directive[] {
  const lines: string[] = []
  /** Whether what begins with `--` is a name. */
  let complete = true
  for (const [i, arg] of args.map(encodeUtf8).entries()) {
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
