// What a command line names: the keys and channels that its handler will touch, and whether it reads or writes them. Rights
// hang on it, so where Redis's key specs can be led astray by the words of a command, its options are read as it reads them.
import type { ByteString } from '../../bytes.ts'
import type { Argv, Command } from '../../engine/command.ts'
import { findKeys, isOfKeys, type KeySpec, keySpecs } from '../../engine/key-specs.ts'

export interface NamedKey {
  readonly key: ByteString
  /** Its position in the command line. */
  readonly at: number
  readonly reads: boolean
  readonly writes: boolean
}

export interface NamedChannel {
  readonly channel: ByteString
  readonly at: number
  /** It is a pattern to listen to. */
  readonly isPattern: boolean
}

type Finder = (argv: Argv) => readonly NamedKey[]

/** How the keys of each command are found, by the command's index. */
export class Names {
  readonly #finders: Finder[] = []

  keys(command: Command, argv: Argv): readonly NamedKey[] {
    return (this.#finders[command.index] ??= finderOf(command))(argv)
  }
}

function finderOf(command: Command): Finder {
  const special = SPECIAL[command.name]
  if (special !== undefined) return (argv) => special(argv).filter(({ at }) => at < argv.length)
  const specs = keySpecs(command).filter(isOfKeys)
  // Most commands have their keys in places that do not depend on what is said.
  if (specs.every(({ kind, flags }) => kind === 'range' && !flags.includes('variable_flags'))) return rangeFinder(specs)
  // With an impossible number of keys the command fails and touches none.
  return (argv) => (findKeys(command, argv, specs) ?? []).map(({ key, at, flags }) => ({ key, at, ...usesOf(flags) }))
}

function rangeFinder(specs: readonly KeySpec[]): Finder {
  const ranges = specs.map(({ index, last, step, flags }) => ({ index, last, step, ...usesOf(flags) }))
  return (argv) => {
    const found: NamedKey[] = []
    for (const { index, last, step, reads, writes } of ranges) {
      const end = Math.min(last < 0 ? argv.length + last : index + last, argv.length - 1)
      for (let at = index; at <= end; at += step) found.push({ key: argv[at], at, reads, writes })
    }
    return found
  }
}

const WRITING = new Set(['insert', 'delete', 'update'])

function usesOf(flags: readonly string[]): { reads: boolean; writes: boolean } {
  return { reads: flags.includes('access'), writes: flags.some((flag) => WRITING.has(flag)) }
}

export function channelsOf({ name }: Command, argv: Argv): readonly NamedChannel[] {
  if (!/^(s?publish|[sp]?subscribe)$/.test(name)) return []
  // What is published stands behind the channel.
  const words = name.endsWith('publish') ? argv.slice(1, 2) : argv.slice(1)
  return words.map((channel, i) => ({ channel, at: i + 1, isPattern: name === 'psubscribe' }))
}

const SPECIAL: Readonly<Record<string, Finder>> = {
  set: (argv) => [
    { ...written(argv, 1), reads: argv.length > 3 && argv.some((word, i) => i > 2 && /^(?:GET|IFD?(?:EQ|NE))$/i.test(word)) },
  ],
  sort: sortKeys,
  sort_ro: (argv) => [read(argv, 1)],
  georadius: (argv) => [read(argv, 1), ...stores(argv, 6)],
  georadiusbymember: (argv) => [read(argv, 1), ...stores(argv, 5)],
  xread: streamKeys,
  xreadgroup: streamKeys,
}

const read = (argv: Argv, at: number): NamedKey => ({ key: argv[at], at, reads: true, writes: false })
const written = (argv: Argv, at: number): NamedKey => ({ key: argv[at], at, reads: false, writes: true })

/** How many words follow an option of SORT. */
const SORT_WORDS: Readonly<Record<string, number>> = { BY: 1, GET: 1, LIMIT: 2, STORE: 1 }

/** The word behind an option is no option: `BY store` stores nothing. Of several STORE the last counts. */
function sortKeys(argv: Argv): NamedKey[] {
  let target = 0
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'STORE' && i + 1 < argv.length) target = i + 1
    i += SORT_WORDS[word] ?? 0
  }
  return target > 0 ? [read(argv, 1), written(argv, target)] : [read(argv, 1)]
}

/** Redis looks at the first STORE, and stores in the last: here each must be allowed. */
function stores(argv: Argv, from: number): NamedKey[] {
  return argv.slice(from, -1).flatMap((word, i) => (/^store(dist)?$/i.test(word) ? [written(argv, from + i + 1)] : []))
}

const STREAM_WORDS: Readonly<Record<string, number>> = { BLOCK: 1, CLAIM: 1, COUNT: 1, GROUP: 2 }

/** A group or a consumer may be called STREAMS. */
function streamKeys(argv: Argv): NamedKey[] {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'STREAMS') {
      return Array.from({ length: Math.floor((argv.length - i - 1) / 2) }, (_, n) => read(argv, i + 1 + n))
    }
    i += STREAM_WORDS[word] ?? 0
  }
  return []
}
