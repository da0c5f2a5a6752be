// What EVAL and the trees that come without Lua have in common: the words behind a script, the globals of scripts, and a run with
// KEYS and ARGV.
import type { ByteString } from '../core/bytes.ts'
import { integer } from '../core/engine/arguments.ts'
import type { Argv } from '../core/engine/command.ts'
import { TOO_MANY_KEYS } from '../core/engine/errors.ts'
import type { Session } from '../core/engine/session.ts'
import { type Reply, ReplyError } from '../core/reply.ts'
import type { Bridge, Permission } from './lua/bridge.ts'
import type { Closure } from './lua/frame.ts'
import type { Machine } from './lua/machine.ts'
import { Table } from './lua/table.ts'
import { Builtin } from './lua/value.ts'

export const NO_SCRIPT = new ReplyError('NOSCRIPT No matching script. Please use EVAL.')
const NEGATIVE_KEYS = new ReplyError("ERR Number of keys can't be negative")

/** `numkeys key... arg...` behind the script. */
export function keysOf(argv: Argv, badCount?: ReplyError): { keys: ByteString[]; rest: ByteString[] } {
  const count = integer(argv[2], badCount)
  if (count > argv.length - 3) throw TOO_MANY_KEYS
  if (count < 0) throw NEGATIVE_KEYS
  return { keys: argv.slice(3, 3 + count), rest: argv.slice(3 + count) }
}

/** Runs a function with the globals KEYS and ARGV, whose arrays become the tables', within a command that has begun. */
export function runScript(
  bridge: Bridge,
  session: Session,
  script: Closure,
  label: string,
  keys: ByteString[],
  argv: ByteString[],
  permission: Permission,
): Reply {
  const { globals } = bridge.machine
  globals.set('KEYS', Table.grown(keys))
  globals.set('ARGV', Table.grown(argv))
  return bridge.run(session, script, label, permission)
}

/** Scripts share the globals: they may not change them, nor use one that is not there. */
export function protectGlobals(machine: Machine): void {
  machine.onMissing = (name, site) => machine.fail(site, `Script attempted to access nonexistent global variable '${name}'`)
  machine.globals.metatable = refusing(machine)
  machine.protect()
}

/** The metatable of a table that may not be asked for what is not there. */
export function refusing(machine: Machine): Table {
  const metatable = new Table()
  metatable.set('__index', new Builtin((_n, _table, name) => machine.missing(machine.toString(name), machine.site)))
  return metatable
}
