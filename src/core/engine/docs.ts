// What COMMAND DOCS, HELP and a prompt say about commands. Loaded only when one of them asks. The facts (since when, how
// costly, which arguments) are Redis's, the words are ours; docs/*.ts has them, a stanza a command:
//   NAME since complexity
//   summary
//   arguments, as docs/syntax.ts reads them, if there are any
//   - since, what replaces it    it is deprecated
//   ! flag                       a remark of Redis's, such as syscmd: not for users
//   + version change             its history, beyond arguments that say themselves since when they are there
import { MapReply, type Reply, SetReply, Status } from '../reply.ts'
import type { Command, DocTexts } from './command.ts'
import { bitmaps } from './docs/bitmaps.ts'
import { connection } from './docs/connection.ts'
import { geo } from './docs/geo.ts'
import { hashes } from './docs/hashes.ts'
import { hyperloglogs } from './docs/hyperloglogs.ts'
import { keys } from './docs/keys.ts'
import { lists } from './docs/lists.ts'
import { pubsub } from './docs/pubsub.ts'
import { scripting } from './docs/scripting.ts'
import { server } from './docs/server.ts'
import { sets } from './docs/sets.ts'
import { sortedSets } from './docs/sorted-sets.ts'
import { streams } from './docs/streams.ts'
import { strings } from './docs/strings.ts'
import { type Argument, parseSyntax, showSyntax, syntaxReply } from './docs/syntax.ts'
import { transactions } from './docs/transactions.ts'

interface Docs {
  readonly group: string
  readonly since: string
  /** Empty where Redis says none. */
  readonly complexity: string
  readonly summary: string
  readonly syntax: string
  /** Since when, and what replaces it. */
  readonly deprecated: readonly [version: string, replacement: string] | null
  readonly flags: readonly string[]
  readonly history: readonly (readonly [version: string, change: string])[]
}

const GROUPS = {
  string: strings,
  bitmap: bitmaps,
  generic: keys,
  list: lists,
  hash: hashes,
  set: sets,
  'sorted-set': sortedSets,
  stream: streams,
  geo,
  hyperloglog: hyperloglogs,
  transactions,
  scripting,
  pubsub,
  connection,
  server,
}

/** By the name of the table: `config|get`. */
type ByName = ReadonlyMap<string, Docs>

function parse(texts: DocTexts): ByName {
  return new Map(Object.entries(texts).flatMap(([group, text]) => parseText(group, text)))
}

function parseText(group: string, text: string): [name: string, docs: Docs][] {
  return text
    .trim()
    .split('\n\n')
    .map((stanza) => parseStanza(group, stanza))
}

const DOCS = parse(GROUPS)
/** Each text is read once. */
const OTHERS = new WeakMap<DocTexts, ByName>()
/** What was said about commands: redis-cli asks for all of it when it connects. */
const SAID = new WeakMap<Command, Reply>()

function find(name: string, more?: DocTexts): Docs | undefined {
  if (more === undefined) return DOCS.get(name)
  if (!OTHERS.has(more)) OTHERS.set(more, parse(more))
  return DOCS.get(name) ?? OTHERS.get(more)!.get(name)
}

function parseStanza(group: string, stanza: string): [name: string, docs: Docs] {
  const [head, summary, ...rest] = stanza.split('\n')
  const [, name, since, complexity] = /^(\S+) (\S+) ?(.*)/.exec(head)!
  const lines = (sign: string): [string, string][] =>
    rest.flatMap((line) => (line.startsWith(`${sign} `) ? [/^. (\S+) (.+)/.exec(line)!.slice(1) as [string, string]] : []))
  const syntax = rest.find((line) => !/^[+!-] /.test(line)) ?? ''
  const deprecated = lines('-')[0] ?? null
  const flags = [...(deprecated === null ? [] : ['deprecated']), ...rest.flatMap((line) => (line[0] === '!' ? [line.slice(2)] : []))]
  return [name.toLowerCase(), { group, since, complexity, summary, syntax, deprecated, flags, history: lines('+') }]
}

/**
 * What COMMAND DOCS replies about a command; for a container with its subcommands.
 * @param more texts of commands that not every engine has: `table.docs`
 */
export function docsOf(command: Command, more?: DocTexts): Reply {
  const said = SAID.get(command) ?? say(command, more)
  SAID.set(command, said)
  return said
}

function say(command: Command, more?: DocTexts): Reply {
  const docs = find(command.name, more)
  const subcommands = [...(command.subcommands?.values() ?? [])]
  const fields: Reply[] = docs === undefined ? ['group', command.group] : describe(docs)
  if (subcommands.length > 0) fields.push('subcommands', new MapReply(subcommands.flatMap((each) => [each.name, docsOf(each, more)])))
  return new MapReply(fields)
}

function describe({ summary, since, group, complexity, deprecated, flags, history, syntax }: Docs): Reply[] {
  const found = parseSyntax(syntax)
  const fields: Reply[] = ['summary', summary, 'since', since, 'group', group]
  if (complexity !== '') fields.push('complexity', complexity)
  if (flags.length > 0) fields.push('doc_flags', new SetReply(flags.map((flag) => new Status(flag))))
  if (deprecated !== null) {
    const replacement = deprecated[1].replace(/[A-Z]+( [A-Z]+)*/g, '`$&`')
    fields.push('deprecated_since', deprecated[0], 'replaced_by', replacement)
  }
  const changes = [...history, ...additions(found)].sort(([a], [b]) => compareVersions(a, b))
  if (changes.length > 0) fields.push('history', new SetReply(changes.map((change) => [...change])))
  if (found.length > 0) fields.push('arguments', syntaxReply(found))
  return fields
}

/** The history that the arguments tell: one entry a version. */
function additions(found: readonly Argument[]): [version: string, change: string][] {
  const added = new Map<string, string>()
  const visit = (each: Argument): void => {
    const { since, parts } = each
    if (since !== '') {
      const shown = showSyntax([{ ...each, optional: false }])
      const before = added.get(since)
      added.set(since, before === undefined ? `New: ${shown}` : `${before}, ${shown}`)
    }
    parts.forEach(visit)
  }
  found.forEach(visit)
  return [...added]
}

const compareVersions = (a: string, b: string): number => {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2]
}

/** A command's description for people. */
export interface Help {
  /** As redis-cli shows it: `SET key value [NX|XX] [GET] [EX seconds|...]`. */
  readonly syntax: string
  readonly summary: string
  readonly since: string
  readonly group: string
  /** Empty if there is none to tell. */
  readonly complexity: string
}

/** What a prompt shows about a command. @param name in any case; a subcommand's as `CONFIG GET` or `config|get` */
export function helpOf(name: string, more?: DocTexts): Help | undefined {
  const words = name.trim().split(/[\s|]+/)
  const docs = find(words.join('|').toLowerCase(), more)
  if (docs === undefined) return undefined
  const { summary, since, group, complexity } = docs
  const syntax = `${words.join(' ').toUpperCase()} ${showSyntax(parseSyntax(docs.syntax))}`.trim()
  return { syntax, summary, since, group, complexity }
}
