// What a command line names: the keys and channels that its handler will touch, and whether it reads or writes them. Rights
// hang on it, so where Redis's key specs can be led astray by the words of a command, its options are read as it reads them.
import type { ByteString } from '../../bytes.ts'
import type { Argv, Command } from '../../engine/command.ts'
import { findKeys, type FoundKey, type KeySpec, keySpecs } from '../../engine/key-specs.ts'

export interface NamedChannel {
  readonly channel: ByteString
  readonly at: number
  /** It is a pattern to listen to. */
  readonly isPattern: boolean
}

const READ = ['RO', 'access']
const OVERWRITE = ['OW', 'update']

/** The specs of commands whose lines were looked at, by the command's index. */
export class Names {
  readonly #specs: KeySpec[][] = []

  keys(command: Command, argv: Argv): readonly FoundKey[] {
    if (command.keys === '') return []
    const special = SPECIAL[command.name]
    if (special !== undefined) return argv.length > 1 ? special(argv) : []
    // A number of keys that cannot be is an error of the command: it touches none.
    const found = findKeys(command, argv, (this.#specs[command.index] ??= keySpecs(command))) ?? []
    return found.filter(({ flags }) => flags[0] !== 'not_key')
  }
}

export function channelsOf({ name }: Command, argv: Argv): readonly NamedChannel[] {
  if (!/^(s?publish|[sp]?subscribe)$/.test(name)) return []
  // What is published stands behind the channel.
  const words = name.endsWith('publish') ? argv.slice(1, 2) : argv.slice(1)
  return words.map((channel, i) => ({ channel, at: i + 1, isPattern: name === 'psubscribe' }))
}

const SPECIAL: Readonly<Record<string, (argv: Argv) => FoundKey[]>> = {
  sort: sortKeys,
  sort_ro: (argv) => [key(argv, 1, READ)],
  georadius: (argv) => [key(argv, 1, READ), ...stores(argv, 6)],
  georadiusbymember: (argv) => [key(argv, 1, READ), ...stores(argv, 5)],
  xread: streamKeys,
  xreadgroup: streamKeys,
}

const key = (argv: Argv, at: number, flags: readonly string[]): FoundKey => ({ key: argv[at], at, flags })

/** How many words follow an option of SORT. */
const SORT_WORDS: Readonly<Record<string, number>> = { BY: 1, GET: 1, LIMIT: 2, STORE: 1 }

/** A word that stands behind an option is none: `BY store` stores nothing. Of several STORE the last counts. */
function sortKeys(argv: Argv): FoundKey[] {
  let target = 0
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'STORE' && i + 1 < argv.length) target = i + 1
    i += SORT_WORDS[word] ?? 0
  }
  return [key(argv, 1, READ), ...(target > 0 ? [key(argv, target, OVERWRITE)] : [])]
}

/** Redis looks at the first STORE, and stores in the last: here each must be allowed. */
function stores(argv: Argv, from: number): FoundKey[] {
  return argv.slice(from, -1).flatMap((word, i) => (/^store(dist)?$/i.test(word) ? [key(argv, from + i + 1, OVERWRITE)] : []))
}

const STREAM_WORDS: Readonly<Record<string, number>> = { BLOCK: 1, COUNT: 1, GROUP: 2 }

/** A group or a consumer may be called STREAMS. */
function streamKeys(argv: Argv): FoundKey[] {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'STREAMS') {
      return Array.from({ length: Math.floor((argv.length - i - 1) / 2) }, (_, n) => key(argv, i + 1 + n, READ))
    }
    i += STREAM_WORDS[word] ?? 0
  }
  return []
}
