// What the prompt knows about commands, out of COMMAND DOCS: for help, completion and the hint below the line.
import type { Plain, Redis } from 'isodis'

export interface CommandHelp {
  /** `SET`, or `CONFIG GET`. */
  readonly name: string
  readonly syntax: string
  readonly summary: string
  readonly since: string
  readonly group: string
  readonly complexity: string
  /** Whether there is more to say behind the name: subcommands. */
  readonly isContainer: boolean
}

type Fields = { readonly [field: string]: Plain }

export class CommandDocs {
  readonly commands: readonly CommandHelp[]
  readonly groups: readonly string[]
  readonly #byName: ReadonlyMap<string, CommandHelp>

  private constructor(commands: CommandHelp[]) {
    this.commands = commands.sort((a, b) => (a.name < b.name ? -1 : 1))
    this.groups = [...new Set(commands.map(({ group }) => group))].sort()
    this.#byName = new Map(commands.map((each) => [each.name, each]))
  }

  static async load(redis: Redis): Promise<CommandDocs> {
    return new CommandDocs(flatten(asFields(await redis.commandDocs())))
  }

  find(name: string): CommandHelp | undefined {
    return this.#byName.get(name.toUpperCase())
  }

  /** The command that a line is about, as far as it is written. */
  about(line: string): CommandHelp | undefined {
    const [first = '', second = ''] = line.trimStart().split(/\s+/, 2)
    return this.find(`${first} ${second}`) ?? this.find(first)
  }

  /** What a line may go on as: whole lines, of command names only. */
  complete(line: string): string[] {
    const help = /^\s*(help\s+)?(.*)$/i.exec(line)!
    const before = line.slice(0, line.length - help[2].length)
    const typed = help[2].toUpperCase().replace(/\s+/g, ' ')
    if (typed === '' && help[1] === undefined) return []
    const topics = help[1] === undefined ? [] : this.groups.map((group) => `@${group}`)
    const names = [...this.commands.map(({ name }) => name), ...topics]
    // Subcommands show once their container is written.
    const depth = typed.split(' ').length
    const lower = help[2] !== help[2].toUpperCase()
    return names
      .filter((name) => name.toUpperCase().startsWith(typed) && name.split(' ').length === depth && name.toUpperCase() !== typed)
      .map((name) => before + (lower ? name.toLowerCase() : name))
  }
}

function flatten(docs: Fields): CommandHelp[] {
  return Object.entries(docs).flatMap(([name, value]) => {
    const docsOfOne = asFields(value)
    const subcommands = asFields(docsOfOne['subcommands'] ?? null)
    return [describe(name, docsOfOne, Object.keys(subcommands).length > 0), ...flatten(subcommands)]
  })
}

function describe(name: string, docs: Fields, isContainer: boolean): CommandHelp {
  const words = name.replace('|', ' ').toUpperCase()
  const text = (field: string): string => textOf(docs[field])
  const syntax = isContainer ? '<subcommand>' : syntaxOf(asList(docs['arguments']))
  return {
    name: words,
    syntax,
    summary: text('summary'),
    since: text('since'),
    group: text('group'),
    complexity: text('complexity'),
    isContainer,
  }
}

/** `key [count]`. */
function syntaxOf(parts: readonly Plain[], between = ' '): string {
  return parts.map((part) => argumentSyntax(asFields(part))).join(between)
}

function argumentSyntax(argument: Fields): string {
  const flags = asList(argument['flags'])
  const type = argument['type']
  const parts = asList(argument['arguments'])
  const value =
    type === 'oneof' ? syntaxOf(parts, '|') : type === 'block' ? syntaxOf(parts) : type === 'pure-token' ? '' : textOf(argument['name'])
  const once = [textOf(argument['token']), value].filter((word) => word !== '').join(' ')
  const shown = flags.includes('multiple') ? `${once} [${flags.includes('multiple_token') ? once : value} ...]` : once
  return flags.includes('optional') ? `[${shown}]` : shown
}

const textOf = (plain: Plain | undefined): string => (typeof plain === 'string' ? plain : '')

const asList = (plain: Plain | undefined): readonly Plain[] => (Array.isArray(plain) ? plain : [])

function asFields(plain: Plain | undefined): Fields {
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? plain : {}
}
