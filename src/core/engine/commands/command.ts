// COMMAND: what the table says about its commands. https://redis.io/docs/latest/commands/command/
import type { ByteString } from '../../bytes.ts'
import { MapReply, type Reply, ReplyError, SetReply, Status } from '../../reply.ts'
import { arityFits, type Argv, type Command, type CommandTable, container, FLAG, flagNames, type Group, row } from '../command.ts'
import type { Database } from '../database.ts'
import { SYNTAX } from '../errors.ts'
import { matches } from '../glob.ts'
import { findKeys, type FoundKey, type KeySpec, keyRange, keySpecs } from '../key-specs.ts'
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
            const command = named(db.engine.table, name)
            return command === undefined ? null : info(command)
          })
        }),
        row('COMMAND|DOCS', -2, 'loading stale @connection nondeterministic_output_order', '', async (db, argv) => {
          // The texts are a quarter of all code: they are loaded by whoever asks for them.
          const { docsOf } = await import('../docs.ts')
          const commands = argv.length === 2 ? topLevel(db.engine.table) : argv.slice(2).map((name) => named(db.engine.table, name))
          return new MapReply(
            commands.flatMap((command) => (command === undefined ? [] : [command.name, docsOf(command, db.engine.table.docs)])),
          )
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
const named = (table: CommandTable, name: ByteString): Command | undefined => {
  const wanted = name.toLowerCase()
  return table.commands.find((command) => command.name === wanted)
}
const statusSet = (names: readonly string[]): Reply => new SetReply(names.map((name) => new Status(name)))

/** One command as COMMAND INFO shows it. */
function info(command: Command): Reply {
  const [first, last, step] = keyRange(command)
  return [
    command.name,
    command.arity,
    statusSet(flagNames(command)),
    first,
    last,
    step,
    statusSet(categoriesOf(command)),
    new SetReply([...command.tips]),
    new SetReply(keySpecs(command).map(specReply)),
    new SetReply([...(command.subcommands?.values() ?? [])].map(info)),
  ]
}

function specReply({ kind, index, keyword, last, step, limit, flags }: KeySpec): Reply {
  const search: Reply[] = kind === 'keyword' ? ['keyword', keyword, 'startfrom', index] : kind === 'unknown' ? [] : ['index', index]
  const find: Reply[] =
    kind === 'keynum'
      ? ['keynumidx', 0, 'firstkey', 1, 'keystep', 1]
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

/** The ACL category of each group that has one. */
const GROUP_CATEGORIES: Readonly<Record<string, string>> = {
  generic: '@keyspace',
  string: '@string',
  bitmap: '@bitmap',
  hash: '@hash',
  list: '@list',
  set: '@set',
  'sorted-set': '@sortedset',
  stream: '@stream',
  geo: '@geo',
  hyperloglog: '@hyperloglog',
  connection: '@connection',
  transactions: '@transaction',
  scripting: '@scripting',
}

/** A command's ACL categories: most follow from its flags and group. */
export function categoriesOf({ group, flags, categories, name, subcommands }: Command): string[] {
  const found = new Set(categories)
  const isContainer = subcommands !== null && name !== 'command'
  if (GROUP_CATEGORIES[group] !== undefined && !isContainer && !categories.includes('@set')) found.add(GROUP_CATEGORIES[group])
  if (flags & FLAG.write) found.add('@write')
  if (flags & FLAG.readonly && group !== 'scripting') found.add('@read')
  if (flags & FLAG.admin) found.add('@admin').add('@dangerous')
  if (flags & FLAG.pubsub) found.add('@pubsub')
  if (flags & FLAG.blocking) found.add('@blocking')
  found.add(flags & FLAG.fast ? '@fast' : '@slow')
  return [...found]
}

/** COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN pattern] */
function names(table: CommandTable, argv: Argv): Reply {
  if (argv.length === 2) return table.commands.map(({ name }) => name)
  if (argv.length !== 5 || argv[2].toUpperCase() !== 'FILTERBY') throw SYNTAX
  const by = argv[3].toUpperCase()
  const wanted = argv[4].toLowerCase()
  const filters: Readonly<Record<string, (command: Command) => boolean>> = {
    MODULE: () => false,
    ACLCAT: (command) => categoriesOf(command).includes(`@${wanted}`),
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
  if (command.keys === '') throw NO_KEYS
  if (!arityFits(command, line.length)) throw INVALID_ARITY
  const found = findKeys(command, line)
  if (found === null) throw INVALID_ARGUMENTS
  return found
}
