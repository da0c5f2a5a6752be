// ACL: https://redis.io/docs/latest/commands/?group=server
import type { ByteString } from '../../bytes.ts'
import { integer } from '../../engine/arguments.ts'
import { arityFits, type Argv, type Command, type Row, row } from '../../engine/command.ts'
import type { Engine } from '../../engine/engine.ts'
import { printed, subcommandSyntax, wrongArity } from '../../engine/errors.ts'
import type { Session } from '../../engine/session.ts'
import { OK, type Reply, ReplyError } from '../../reply.ts'
import type { AclLog } from './log.ts'
import type { AclFile, Registry } from './users.ts'

// Of the host: passwords are not left to the engine's port of chance, which a test may know.
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }

const NO_FILE = new ReplyError(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
)
const NOT_SAVED = new ReplyError('ERR There was an error trying to save the ACLs. Please check the server logs for more information')
const BITS_MAX = 4096
const BITS = new ReplyError(
  `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${BITS_MAX}`,
)
const SHOWN = 10

function category({ catalogue }: Registry, name: ByteString): Reply {
  const members = catalogue.members(name)
  if (members === undefined) throw new ReplyError(`ERR Unknown category '${printed(name.slice(0, 128))}'`)
  return members.map((command) => command.name)
}

/** ACL DRYRUN username command [arg ...] */
function dryRun({ table }: Engine, users: Registry, argv: Argv): Reply {
  const user = users.get(argv[2])
  if (user === undefined) throw new ReplyError(`ERR User '${printed(argv[2])}' not found`)
  const line = argv.slice(3)
  let command: Command
  try {
    command = table.find(line)
  } catch {
    throw new ReplyError(`ERR Command '${printed(line[0])}' not found`)
  }
  if (!arityFits(command, line.length)) throw wrongArity(command.name)
  const denial = user.denial(command, line)
  if (denial === null) return OK
  if (denial.reason === 'command') return `This user has no permissions to run the '${command.name}' command`
  return `This user has no permissions to access the '${line[denial.at]}' ${denial.reason}`
}

function newPassword(argv: Argv): Reply {
  if (argv.length > 3) throw subcommandSyntax(argv)
  const bits = argv.length === 3 ? integer(argv[2]) : 256
  if (bits <= 0 || bits > BITS_MAX) throw BITS
  const digits = Math.ceil(bits / 4)
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(digits / 2)))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, digits)
}

function fileOf({ file }: Registry): AclFile {
  if (file === null) throw NO_FILE
  return file
}

async function load(users: Registry, session: Session): Promise<Reply> {
  const file = fileOf(users)
  let lines: ByteString
  try {
    lines = await file.read()
  } catch (error) {
    return new ReplyError(`ERR Error loading ACLs, opening file '${file.name}': ${error instanceof Error ? error.message : String(error)}`)
  }
  const wrong = users.load(lines, file.name, session)
  return wrong === null ? OK : new ReplyError(`ERR ${printed(wrong)}`)
}

async function save({ log }: Engine, users: Registry): Promise<Reply> {
  try {
    await fileOf(users).write(users.lines())
    return OK
  } catch (error) {
    if (error instanceof ReplyError) return error
    log('warning', `Writing ACL file for ACL SAVE: ${error instanceof Error ? error.message : String(error)}`)
    return NOT_SAVED
  }
}

const ADMIN = 'admin noscript loading stale'

interface Parts {
  readonly users: Registry
  readonly log: AclLog
}

export function aclRows(of: (engine: Engine) => Parts): Row[] {
  const usersOf = (engine: Engine): Registry => of(engine).users
  return [
    row('ACL|CAT', -2, 'noscript loading stale', '', ({ engine }, argv) => {
      if (argv.length > 3) throw subcommandSyntax(argv)
      return argv.length === 2 ? usersOf(engine).catalogue.names : category(usersOf(engine), argv[2])
    }),
    row('ACL|LIST', 2, ADMIN, '', ({ engine }) => usersOf(engine).all.map(String)),
    row('ACL|USERS', 2, ADMIN, '', ({ engine }) => usersOf(engine).all.map(({ name }) => name)),
    row('ACL|GETUSER', 3, ADMIN, '', ({ engine }, argv) => usersOf(engine).get(argv[2])?.fields() ?? null),
    row('ACL|SETUSER', -3, ADMIN, '', ({ engine }, argv, session) => {
      usersOf(engine).set(argv[2], argv.slice(3), session)
      return OK
    }),
    row('ACL|DELUSER', -3, ADMIN, '', ({ engine }, argv, session) => usersOf(engine).delete(argv.slice(2), session)),
    row('ACL|DRYRUN', -4, ADMIN, '', ({ engine }, argv) => dryRun(engine, usersOf(engine), argv)),
    row('ACL|GENPASS', -2, 'noscript loading stale', '', (_db, argv) => newPassword(argv)),
    row('ACL|LOG', -2, ADMIN, '', ({ engine }, argv) => {
      if (argv.length > 3) throw subcommandSyntax(argv)
      const { log } = of(engine)
      if (argv[2]?.toUpperCase() !== 'RESET') return log.entries(argv.length === 3 ? integer(argv[2]) : SHOWN, engine.now)
      log.clear()
      return OK
    }),
    row('ACL|LOAD', 2, ADMIN, '', ({ engine }, _argv, session) => load(usersOf(engine), session)),
    row('ACL|SAVE', 2, ADMIN, '', ({ engine }) => save(engine, usersOf(engine))),
  ]
}
