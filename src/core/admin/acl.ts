// ACL, as far as one user goes: what it may (everything), which commands are of which category, and who failed to log in.
// https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
import type { ByteString } from '../bytes.ts'
import { integer } from '../engine/arguments.ts'
import { arityFits, type Argv, type Command, type Row, row } from '../engine/command.ts'
import { categoriesOf } from '../engine/commands/command.ts'
import { describe } from '../engine/commands/connection.ts'
import type { Engine } from '../engine/engine.ts'
import { printed, subcommandSyntax, wrongArity } from '../engine/errors.ts'
import type { Session } from '../engine/session.ts'
import { Double, MapReply, OK, type Reply, ReplyError, SetReply } from '../reply.ts'
import { sha256 } from './sha256.ts'

// Of the host: passwords are not left to the engine's port of chance, which a test may know.
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }

const NO_FILE = new ReplyError(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
)
const BITS_MAX = 4096
const BITS = new ReplyError(
  `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${BITS_MAX}`,
)
const CATEGORIES = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub',
  'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
] // prettier-ignore
/** Redis's default of `acllog-max-len`. */
const KEPT = 128
const SHOWN = 10
/** What happens again within this time is the same entry; so many of the newest are looked at. */
const SAME_MS = 60_000
const LOOKED_AT = 10

interface Failure {
  readonly context: 'toplevel' | 'multi'
  readonly object: string
  readonly username: ByteString
  readonly client: ByteString
  readonly count: number
  /** In milliseconds since 1970. */
  readonly time: number
}

/** Logins that failed, the newest first. */
export class AclLog {
  #entries: Failure[] = []

  /** A command has failed for a wrong password. */
  failed(session: Session, command: Command, argv: Argv): void {
    const at = argv.findIndex((word) => word.toUpperCase() === 'AUTH')
    const username = command.name === 'auth' && argv.length === 2 ? 'default' : argv[at + 1]
    const context = session.inExec ? 'multi' : 'toplevel'
    const time = session.engine.clock.now()
    const same = this.#entries.slice(0, LOOKED_AT).find((each) => {
      return each.context === context && each.object === argv[0] && each.username === username && time - each.time <= SAME_MS
    })
    const entry = { context, object: argv[0], username, client: describe(session), count: (same?.count ?? 0) + 1, time } as const
    this.#entries = [entry, ...this.#entries.filter((each) => each !== same)].slice(0, KEPT)
  }

  entries(count: number, now: number): Reply {
    return this.#entries.slice(0, Math.max(0, count)).map(({ count, context, object, username, time, client }) => {
      return new MapReply([
        ...['count', count, 'reason', 'auth', 'context', context, 'object', object, 'username', username],
        ...['age-seconds', new Double((now - time) / 1000), 'client-info', client],
      ])
    })
  }

  clear(): void {
    this.#entries = []
  }
}

/** The password's digest, if there is a password. */
function passwords({ config }: Engine): string[] {
  const password = config.get('requirepass')
  return password === '' ? [] : [sha256(password)]
}

function getUser(engine: Engine, name: ByteString): Reply {
  if (name !== 'default') return null
  const hashes = passwords(engine)
  const flags = hashes.length === 0 ? ['on', 'nopass'] : ['on']
  return new MapReply([
    ...['flags', new SetReply(flags), 'passwords', hashes, 'commands', '+@all', 'keys', '~*', 'channels', '&*', 'selectors', []],
  ])
}

function listUsers(engine: Engine): Reply {
  const rules = passwords(engine).map((hash) => `#${hash}`)
  return [`user default on ${rules[0] ?? 'nopass'} ~* &* +@all`]
}

function category({ table }: Engine, name: ByteString): Reply {
  const wanted = name.toLowerCase()
  if (!CATEGORIES.includes(wanted)) throw new ReplyError(`ERR Unknown category '${printed(name)}'`)
  return table.commands.filter((command) => categoriesOf(command).includes(`@${wanted}`)).map((command) => command.name)
}

/** ACL DRYRUN username command [arg ...]: the one user may do all that can be done. */
function dryRun({ table }: Engine, argv: Argv): Reply {
  if (argv[2] !== 'default') throw new ReplyError(`ERR User '${printed(argv[2])}' not found`)
  const line = argv.slice(3)
  let command: Command
  try {
    command = table.find(line)
  } catch {
    throw new ReplyError(`ERR Command '${printed(line[0])}' not found`)
  }
  if (!arityFits(command, line.length)) throw wrongArity(command.name)
  return OK
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

const ADMIN = 'admin noscript loading stale'

export function aclRows(of: (engine: Engine) => AclLog): Row[] {
  const noFile = (): never => {
    throw NO_FILE
  }
  return [
    row('ACL|CAT', -2, 'noscript loading stale', '', ({ engine }, argv) => {
      if (argv.length > 3) throw subcommandSyntax(argv)
      return argv.length === 2 ? [...CATEGORIES] : category(engine, argv[2])
    }),
    row('ACL|LIST', 2, ADMIN, '', ({ engine }) => listUsers(engine)),
    row('ACL|USERS', 2, ADMIN, '', () => ['default']),
    row('ACL|GETUSER', 3, ADMIN, '', ({ engine }, argv) => getUser(engine, argv[2])),
    row('ACL|DRYRUN', -4, ADMIN, '', ({ engine }, argv) => dryRun(engine, argv)),
    row('ACL|GENPASS', -2, 'noscript loading stale', '', (_db, argv) => newPassword(argv)),
    row('ACL|LOG', -2, ADMIN, '', ({ engine }, argv) => {
      if (argv.length > 3) throw subcommandSyntax(argv)
      if (argv[2]?.toUpperCase() === 'RESET') {
        of(engine).clear()
        return OK
      }
      return of(engine).entries(argv.length === 3 ? integer(argv[2]) : SHOWN, engine.now)
    }),
    row('ACL|LOAD', 2, ADMIN, '', noFile),
    row('ACL|SAVE', 2, ADMIN, '', noFile),
  ]
}
