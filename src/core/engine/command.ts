// The command table. A command is a row: what Redis says about it (arity, flags, keys) and its handler. Arity, flags and
// keys are checked and reported from the row alone, so a handler sees only argument lists that its row allows.
import type { ByteString } from '../bytes.ts'
import type { Reply } from '../reply.ts'
import type { Database } from './database.ts'
import { unknownCommand, unknownSubcommand } from './errors.ts'
import type { StreamType } from './modules.ts'
import type { Session } from './session.ts'

export type Argv = readonly ByteString[]
/** A promise only from a command that waits: a blocking one, SAVE, SHUTDOWN. */
export type Result = Reply | Promise<Reply>
export type Handler = (db: Database, argv: Argv, session: Session) => Result

const FLAG_NAMES = [
  'write', 'readonly', 'denyoom', 'admin', 'pubsub', 'noscript', 'blocking', 'loading', 'stale', 'skip_monitor', 'skip_slowlog', 'asking', 'fast',
  'no_auth', 'no_mandatory_keys', 'no_async_loading', 'no_multi', 'allow_busy', 'movablekeys', 'may_replicate',
] as const // prettier-ignore
type FlagName = (typeof FLAG_NAMES)[number]

/**
 * The bit of each of Redis's command flags. `may_replicate` has what replicas may have to be told, though it writes no data, or
 * none that can be seen.
 */
export const FLAG = Object.fromEntries(FLAG_NAMES.map((name, i) => [name, 1 << i])) as Readonly<Record<FlagName, number>>

export interface Row {
  /** In lower case; a subcommand's with its container's: `config|get`. */
  readonly name: ByteString
  /** How many words the command has, itself included; negative: at least so many. */
  readonly arity: number
  readonly flags: number
  /** ACL categories beyond those that follow from flags and group. */
  readonly categories: readonly string[]
  /** What a client or a proxy should know that sends the command to several nodes, or compares replies. */
  readonly tips: readonly string[]
  /** Where the keys are and what happens to them: see key-specs.ts. */
  readonly keys: string
  readonly handler: Handler
  readonly subcommands: ReadonlyMap<ByteString, Row> | null
}

/** The rows of one group of commands, such as Redis's "hash". */
export interface Group {
  readonly name: string
  readonly rows: readonly Row[]
  /** A command of `isodis/admin` that changes data: whoever loads a journal may need it without the others. */
  readonly replayed?: Row
  /** Comes with the commands of streams. */
  readonly stream?: StreamType
  /** Names of commands that `isodis` has and whoever has this group has not: an error says so. */
  readonly leftOut?: RegExp
}

/**
 * One command.
 * @param flags Redis's flags, ACL categories that follow from neither flags nor group (`@dangerous`), and its command
 * tips (`nondeterministic_output`): https://redis.io/docs/latest/develop/reference/command-tips/
 * @param keys key positions, e.g. `1 RO access`, `1..-1/2 OW update` (see key-specs.ts); empty if there are none
 */
export function row(name: string, arity: number, flags: string, keys: string, handler: Handler): Row {
  return makeRow(name, arity, flags, keys, handler, null)
}

/** A command of subcommands, such as CONFIG. `bare` answers the command alone, if it may stand alone. */
export function container(name: string, arity: number, flags: string, rows: readonly Row[], bare?: Handler): Row {
  const subcommands = new Map(rows.map((each) => [each.name.slice(name.length + 1), each]))
  const unknown: Handler = (_db, argv) => {
    throw unknownSubcommand(argv)
  }
  return makeRow(name, arity, flags, '', bare ?? unknown, subcommands)
}

function makeRow(name: string, arity: number, flags: string, keys: string, handler: Handler, subcommands: Row['subcommands']): Row {
  const words = flags === '' ? [] : flags.split(' ')
  const categories = words.filter((word) => word[0] === '@')
  const tips = words.filter((word) => word[0] !== '@' && !(word in FLAG))
  let bits = /#|@|\?/.test(keys) ? FLAG.movablekeys : 0
  for (const word of words) bits |= FLAG[word as FlagName] ?? 0
  return { name: name.toLowerCase(), arity, flags: bits, categories, tips, keys, handler, subcommands }
}

/** The names of a row's flags; `may_replicate` Redis keeps to itself. */
export function flagNames(row: Row): string[] {
  return FLAG_NAMES.filter((name) => row.flags & FLAG[name] & ~FLAG.may_replicate)
}

/** A row in a table. */
export interface Command extends Row {
  readonly group: string
  /** Its place in the table, by which statistics are kept. */
  readonly index: number
  readonly subcommands: ReadonlyMap<ByteString, Command> | null
  /** What COMMAND INFO says about it, once it was asked: clients ask for all commands when they connect. */
  info: Reply | null
}

/** Texts as docs.ts reads them, by the group that Redis puts their commands into. */
export type DocTexts = Readonly<Record<string, string>>
/** Loads them when they are asked for. */
export type LoadDocs = () => Promise<DocTexts>

export class CommandTable {
  /** Every command in order, subcommands behind their container. */
  readonly commands: Command[]
  // The two common spellings are found without changing the case.
  readonly #spelled: Map<ByteString, Command>
  /** Commands that were said last, and as what. */
  readonly #recent: Command[] = []
  readonly #recentNames: (ByteString | null)[] = new Array<null>(32).fill(null)

  // What groups brought: see there.
  readonly replayed: Row | undefined
  readonly stream: StreamType | undefined
  readonly leftOut: RegExp | undefined

  readonly #docs: readonly (DocTexts | LoadDocs)[]
  #loaded: Promise<DocTexts> | undefined

  /** @param base a table whose commands it has too, in the same places, but for those that are among the rows */
  constructor(groups: readonly Group[], base?: CommandTable, docs?: DocTexts | LoadDocs) {
    this.#docs = [...(base === undefined ? [] : base.#docs), ...(docs === undefined ? [] : [docs])]
    this.commands = base?.commands.slice() ?? []
    this.#spelled = new Map(base === undefined ? [] : base.#spelled)
    this.stream = base?.stream
    this.leftOut = base?.leftOut
    this.replayed = base?.replayed
    for (const { name: group, rows, replayed, stream, leftOut } of groups) {
      this.stream ??= stream
      this.leftOut ??= leftOut
      this.replayed ??= replayed
      for (const each of rows) {
        const command = this.#add(each, group)
        this.#spelled.set(command.name, command).set(command.name.toUpperCase(), command)
      }
    }
  }

  /** Texts on commands that docs.ts does not know. */
  docs(): Promise<DocTexts> {
    const load = (each: DocTexts | LoadDocs): DocTexts | Promise<DocTexts> => (typeof each === 'function' ? each() : each)
    this.#loaded ??= Promise.all(this.#docs.map(load)).then((texts) => Object.assign({}, ...texts) as DocTexts)
    return this.#loaded
  }

  #add(from: Row | Command, group: string): Command {
    const index = 'index' in from ? from.index : this.commands.length++
    const subcommands = from.subcommands && new Map([...from.subcommands].map(([name, sub]) => [name, this.#add(sub, group)]))
    return (this.commands[index] = { ...from, group, index, subcommands, info: null })
  }

  /** A command by its name in any case, without subcommands. */
  get(name: ByteString): Command | undefined {
    return this.#spelled.get(name) ?? this.#spelled.get(name.toLowerCase())
  }

  /** A command by its full name, such as `config|get`, in any case. */
  named(name: ByteString): Command | undefined {
    const [container, subcommand, more] = name.toLowerCase().split('|')
    const found = this.get(container)
    if (subcommand === undefined || more !== undefined) return more === undefined ? found : undefined
    return found?.subcommands?.get(subcommand)
  }

  /** The command of a command line. @throws unknown command, unknown subcommand */
  find(argv: Argv): Command {
    const name = argv[0]
    // A program says few commands again and again: this takes 2 ns where the map takes 10.
    const place = (name.length + 7 * name.charCodeAt(0)) & 31
    if (this.#recentNames[place] === name) return this.#recent[place]
    const found = this.get(name)
    if (found === undefined) throw unknownCommand(argv, this.leftOut)
    if (found.subcommands === null) {
      this.#recentNames[place] = name
      this.#recent[place] = found
      return found
    }
    if (argv.length === 1) return found
    const sub = found.subcommands.get(argv[1].toLowerCase())
    if (sub === undefined) throw unknownSubcommand(argv)
    return sub
  }
}

/** Whether a command line has as many words as its row asks for. */
export function arityFits(row: Row, words: number): boolean {
  return row.arity > 0 ? words === row.arity : words >= -row.arity
}
