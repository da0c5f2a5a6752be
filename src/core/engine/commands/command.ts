// COMMAND: what the table says about its commands. https://redis.io/docs/latest/commands/command/
import { MapReply, type Reply, ReplyError, SetReply, Status } from '../../reply.ts'
import { arityFits, type Argv, type Command, type CommandTable, container, FLAG, flagNames, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { SYNTAX } from '../errors.ts'
import { matches } from '../glob.ts'
import { findKeys, type FoundKey, isOfKeys, type KeySpec, keyRange, keySpecs } from '../key-specs.ts'
import { help } from './help.ts'

const INVALID_COMMAND = new ReplyError('ERR Invalid command specified')
const NO_KEYS = new ReplyError('ERR The command has no key arguments')
const INVALID_ARGUMENTS = new ReplyError('ERR Invalid arguments specified for command')
const INVALID_ARITY = new ReplyError('ERR Invalid number of arguments specified for command')

const list = (db: Database): Reply => topLevel(db.engine.table).map(info)

export const commandIntrospection: Group = {
  name: 'server',
  rows: [
    container(
      'COMMAND',
      -1,
      'loading stale @connection nondeterministic_output_order',
      [
        row('COMMAND|COUNT', 2, 'loading stale @connection', '', (db) => topLevel(db.engine.table).length),
        row('COMMAND|LIST', -2, 'loading stale @connection nondeterministic_output_order', '', (db, argv) => names(db.engine.table, argv)),
        row('COMMAND|INFO', -2, 'loading stale @connection nondeterministic_output_order', '', (db, argv) => {
          if (argv.length === 2) return list(db)
          return argv.slice(2).map((name) => {
            const command = db.engine.table.named(name)
            return command === undefined ? null : info(command)
          })
        }),
        row('COMMAND|DOCS', -2, 'loading stale @connection nondeterministic_output_order', '', async (db, argv) => {
          // Loaded on demand: the texts are as large as a tenth of the code.
          const { docsOf } = await import('../docs.ts')
          const docs = await db.engine.table.docs()
          const commands = argv.length === 2 ? topLevel(db.engine.table) : argv.slice(2).map((name) => db.engine.table.named(name))
          return new MapReply(commands.flatMap((command) => (command === undefined ? [] : [command.name, docsOf(command, docs)])))
        }),
        row('COMMAND|GETKEYS', -4, 'loading stale @connection', '', (db, argv) => keysOf(db, argv).map(({ key }) => key)),
        row('COMMAND|GETKEYSANDFLAGS', -4, 'loading stale @connection', '', (db, argv) =>
          keysOf(db, argv).map(({ key, flags }): Reply => [key, statusSet(flags)]),
        ),
        help('COMMAND', '@connection'),
      ],
      list,
    ),
  ],
}

const topLevel = (table: CommandTable): Command[] => table.commands.filter(({ name }) => !name.includes('|'))
const statusSet = (names: readonly string[]): Reply => new SetReply(names.map((name) => new Status(name)))

/** One command as COMMAND INFO shows it. */
function info(command: Command): Reply {
  return (command.info ??= describe(command))
}

function describe(command: Command): Reply {
  const [first, last, step] = keyRange(command)
  return [
    command.name,
    command.arity,
    statusSet(flagNames(command)),
    first,
    last,
    step,
    statusSet(categoriesOf(command).map((category) => `@${category}`)),
    new SetReply([...command.tips]),
    new SetReply(keySpecs(command).map(specReply)),
    // Redis shows subcommands in an array, and that there are none as a set.
    command.subcommands === null ? new SetReply([]) : [...command.subcommands.values()].map(info),
  ]
}

function specReply({ kind, index, keyword, last, step, limit, flags }: KeySpec): Reply {
  const search: Reply[] = kind === 'keyword' ? ['keyword', keyword, 'startfrom', index] : kind === 'unknown' ? [] : ['index', index]
  const find: Reply[] =
    kind === 'keynum'
      ? ['keynumidx', 0, 'firstkey', 1, 'keystep', step]
      : kind === 'unknown'
        ? []
        : ['lastkey', last, 'keystep', step, 'limit', limit]
  const shownKind = kind === 'keynum' || kind === 'range' ? 'index' : kind
  return new MapReply([
    'flags',
    statusSet(flags),
    'begin_search',
    new MapReply(['type', shownKind, 'spec', new MapReply(search)]),
    'find_keys',
    new MapReply(['type', kind === 'keyword' ? 'range' : kind, 'spec', new MapReply(find)]),
  ])
}

/** Redis's own ACL categories, in its order. */
export const CATEGORIES = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub',
  'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
] // prettier-ignore

/** The category of a group's commands, where it is not called as the group; of those for pub/sub a flag tells. */
const GROUP_CATEGORIES: Readonly<Record<string, string>> = {
  generic: 'keyspace',
  'sorted-set': 'sortedset',
  transactions: 'transaction',
  pubsub: '',
}

/** A command's ACL categories: most follow from its flags and group. */
export function categoriesOf(command: Command): string[] {
  const { group, categories, name, subcommands } = command
  // Several flags are categories too.
  const found = new Set([...categories.map((each) => each.slice(1)), ...flagNames(command)])
  const isContainer = subcommands !== null && name !== 'command'
  if (!isContainer && !found.has('set')) found.add(GROUP_CATEGORIES[group] ?? group)
  if (found.has('readonly') && group !== 'scripting') found.add('read')
  if (found.has('admin')) found.add('dangerous')
  if (!found.has('fast')) found.add('slow')
  const others = categories.map((each) => each.slice(1)).filter((each) => !CATEGORIES.includes(each))
  return [...CATEGORIES.filter((each) => found.has(each)), ...others]
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function names(table: CommandTable, argv: Argv): Reply {
  if (argv.length === 2) return table.commands.map(({ name }) => name)
  if (argv.length !== 5 || argv[2].toUpperCase() !== 'FILTERBY') throw SYNTAX
  const by = argv[3].toUpperCase()
  const wanted = argv[4].toLowerCase()
  const filters: Readonly<Record<string, (command: Command) => boolean>> = {
    MODULE: () => false,
    ACLCAT: (command) => categoriesOf(command).includes(wanted),
    PATTERN: (command) => matches(wanted, command.name),
  }
  if (filters[by] === undefined) throw SYNTAX
  return table.commands.filter(filters[by]).map(({ name }) => name)
}

/** The keys of the command line behind COMMAND GETKEYS. */
function keysOf(db: Database, argv: Argv): FoundKey[] {
  const line = argv.slice(2)
  let command: Command
  try {
    command = db.engine.table.find(line)
  } catch {
    throw INVALID_COMMAND
  }
  const specs = keySpecs(command).filter(isOfKeys)
  if (specs.length === 0) throw NO_KEYS
  if (!arityFits(command, line.length)) throw INVALID_ARITY
  const found = findKeys(command, line, specs)
  if (found === null && !(command.flags & FLAG.no_mandatory_keys)) throw INVALID_ARGUMENTS
  return found ?? []
}
