// The connection itself: https://redis.io/docs/latest/commands/?group=connection
import { type ByteString, equalInConstantTime } from '../../bytes.ts'
import { MapReply, NO_REPLY, OK, type Reply, ReplyError, Status, Verbatim } from '../../reply.ts'
import { int64, integer, integerIn, readOptions } from '../arguments.ts'
import { type Argv, container, type Group, row } from '../command.ts'
import { type Engine, isClient } from '../engine.ts'
import { printed, subcommandSyntax, SYNTAX, wrongArity } from '../errors.ts'
import type { Session } from '../session.ts'
import { VERSION } from '../version.ts'
import { help } from './help.ts'
import { databaseAt } from './keys.ts'

const NOT_A_VERSION = new ReplyError('ERR Protocol version is not an integer or out of range')
const NO_PROTOCOL = new ReplyError('NOPROTO unsupported protocol version')
const HELLO_NO_AUTH = new ReplyError(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
)
const NO_PASSWORD_SET = new ReplyError(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
)
const WRONG_PASSWORD = new ReplyError('WRONGPASS invalid username-password pair or user is disabled.')
const BAD_NAME = new ReplyError('ERR Client names cannot contain spaces, newlines or special characters.')
const MAXAGE_NOT_AN_INTEGER = new ReplyError('ERR maxage is not an integer or out of range')
const MAXAGE_NOT_POSITIVE = new ReplyError('ERR maxage should be greater than 0')
const BAD_CLIENT_ID = new ReplyError('ERR Invalid client ID')
const NO_SUCH_CLIENT = new ReplyError('ERR No such client')
const UNBLOCKED = new ReplyError('UNBLOCKED client unblocked via CLIENT UNBLOCK')

const CLIENT_FLAGS = 'noscript loading stale'
const ADMIN_FLAGS = 'admin noscript loading stale'

export const connection: Group = {
  name: 'connection',
  rows: [
    row('PING', -1, 'fast request_policy:all_shards response_policy:all_succeeded', '', (db, argv, session) => {
      if (argv.length > 2) throw wrongArity('ping')
      const refusal = db.engine.durability.writeError()
      if (refusal !== null) throw refusal
      if (session.protocol === 2 && session.subscribed > 0) return ['pong', argv[1] ?? '']
      return argv[1] ?? new Status('PONG')
    }),
    row('ECHO', 2, 'loading stale fast', '', (_db, argv) => argv[1]),
    row('SELECT', 2, 'loading stale fast', '', (db, argv, session) => {
      session.db = databaseAt(db, argv[1])
      return OK
    }),
    row('QUIT', -1, 'noscript loading stale fast no_auth allow_busy', '', (_db, _argv, session) => {
      session.quitting = true
      return OK
    }),
    row('RESET', 1, 'noscript loading stale fast no_auth allow_busy', '', (_db, _argv, session) => {
      session.reset()
      return new Status('RESET')
    }),
    row('AUTH', -2, 'noscript loading stale fast no_auth allow_busy', '', (db, argv, session) => {
      if (argv.length > 3) throw SYNTAX
      if (argv.length === 2 && (db.engine.users?.passwordless ?? db.engine.config.get('requirepass') === '')) throw NO_PASSWORD_SET
      const [user, password] = argv.length === 3 ? [argv[1], argv[2]] : ['default', argv[1]]
      authenticate(session, user, password)
      return OK
    }),
    row('HELLO', -1, 'noscript loading stale fast no_auth allow_busy', '', hello),

    container('CLIENT', -2, '', [
      row('CLIENT|ID', 2, CLIENT_FLAGS, '', (_db, _argv, session) => session.id),
      row('CLIENT|GETNAME', 2, CLIENT_FLAGS, '', (_db, _argv, session) => session.name || null),
      row('CLIENT|SETNAME', 3, CLIENT_FLAGS, '', (_db, argv, session) => {
        session.name = clientName(argv[2])
        return OK
      }),
      row('CLIENT|SETINFO', 4, `${CLIENT_FLAGS} request_policy:all_nodes response_policy:all_succeeded`, '', (_db, argv, session) => {
        const attribute = argv[2].toLowerCase()
        if (attribute !== 'lib-name' && attribute !== 'lib-ver') throw new ReplyError(`ERR Unrecognized option '${printed(argv[2])}'`)
        if (!isPrintable(argv[3])) throw new ReplyError(`ERR ${printed(argv[2])} cannot contain spaces, newlines or special characters.`)
        if (attribute === 'lib-name') session.library.name = argv[3]
        else session.library.version = argv[3]
        return OK
      }),
      row('CLIENT|INFO', 2, `${CLIENT_FLAGS} nondeterministic_output`, '', (_db, _argv, session) => new Verbatim(`${describe(session)}\n`)),
      row('CLIENT|LIST', -2, `${ADMIN_FLAGS} nondeterministic_output`, '', (db, argv) => {
        return new Verbatim(
          listed(db.engine, argv)
            .map((session) => `${describe(session)}\n`)
            .join(''),
        )
      }),
      row('CLIENT|NO-EVICT', 3, ADMIN_FLAGS, '', (_db, argv, session) => {
        session.noEvict = onOff(argv[2])
        return OK
      }),
      row('CLIENT|NO-TOUCH', 3, CLIENT_FLAGS, '', (_db, argv, session) => {
        session.noTouch = onOff(argv[2])
        return OK
      }),
      row('CLIENT|REPLY', 3, CLIENT_FLAGS, '', (_db, argv, session) => {
        const mode = argv[2].toUpperCase()
        if (mode !== 'ON' && mode !== 'OFF' && mode !== 'SKIP') throw SYNTAX
        if (mode === 'ON') {
          session.silence = 'none'
          return OK
        }
        if (session.silence !== 'all') session.silence = mode === 'OFF' ? 'all' : 'next'
        return NO_REPLY
      }),
      row('CLIENT|KILL', -3, ADMIN_FLAGS, '', kill),
      row('CLIENT|UNBLOCK', -3, ADMIN_FLAGS, '', (db, argv) => {
        const how = argv[3]?.toUpperCase() ?? 'TIMEOUT'
        if (argv.length > 4) throw subcommandSyntax(argv)
        if (how !== 'TIMEOUT' && how !== 'ERROR') throw new ReplyError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')
        const id = integer(argv[2])
        const waiter = db.engine.sessions.get(id)?.waiter ?? null
        waiter?.settle(how === 'TIMEOUT' ? waiter.wait.onTimeout : UNBLOCKED)
        return waiter === null ? 0 : 1
      }),
      help('CLIENT', '@connection'),
    ]),
  ],
}

/** @throws WRONGPASS */
function authenticate(session: Session, user: ByteString, password: ByteString): void {
  const { users, config } = session.engine
  const expected = config.get('requirepass')
  const known = users?.login(user, password)
  const right = users === null ? user === 'default' && (expected === '' || equalInConstantTime(password, expected)) : known
  if (!right) throw WRONG_PASSWORD
  session.user = known ?? null
  session.authenticated = true
  session.restrict()
}

function clientName(name: ByteString): ByteString {
  if (!isPrintable(name)) throw BAD_NAME
  return name
}

const isPrintable = (text: ByteString): boolean => /^[!-~]*$/.test(text)

function onOff(text: ByteString): boolean {
  const word = text.toUpperCase()
  if (word !== 'ON' && word !== 'OFF') throw SYNTAX
  return word === 'ON'
}

/** HELLO [protover [AUTH username password] [SETNAME clientname]] */
function hello(_db: unknown, argv: Argv, session: Session): Reply {
  let protocol: 2 | 3 = session.protocol
  if (argv.length > 1) {
    const version = integer(argv[1], NOT_A_VERSION)
    if (version !== 2 && version !== 3) throw NO_PROTOCOL
    protocol = version
  }
  const { AUTH, SETNAME } = readOptions(
    argv,
    2,
    { AUTH: (user, password) => ({ user, password }), SETNAME: clientName },
    (word) => new ReplyError(`ERR Syntax error in HELLO option '${printed(word)}'`),
  )
  if (AUTH !== undefined) authenticate(session, AUTH.user, AUTH.password)
  if (!session.authenticated) throw HELLO_NO_AUTH
  if (SETNAME !== undefined) session.name = SETNAME
  session.protocol = protocol
  session.restrict()
  return new MapReply([
    ...['server', 'redis', 'version', VERSION, 'proto', protocol, 'id', session.id],
    ...['mode', session.engine.mode, 'role', session.engine.replication?.follows ? 'replica' : 'master', 'modules', session.engine.modules],
  ])
}

/** The fields of CLIENT LIST on buffers, in bytes. */
function buffersOf({ options: { buffers }, transaction: { queued } }: Session): string {
  if (buffers === undefined) return ''
  const { input, replies, unread } = buffers
  const memory = `multi-mem=${queued} rbs=0 rbp=0 obl=${replies} oll=${unread > 0 ? 1 : 0} omem=${unread}`
  return ` qbuf=${input} qbuf-free=0 argv-mem=0 ${memory} tot-mem=${input + queued + replies + unread}`
}

/** A session as a line of CLIENT LIST. What a connection in process does not have is 0. */
export function describe(session: Session): string {
  const { options, transaction, engine, library } = session
  const age = Math.floor((engine.now - session.created) / 1000)
  const idle = Math.floor((engine.now - session.lastUsed) / 1000)
  const flags = [
    engine.monitors.has(session) ? 'O' : session.role,
    session.subscribed > 0 ? 'P' : '',
    transaction.open ? 'x' : '',
    session.waiter !== null ? 'b' : '',
    session.tracking?.letters ?? '',
    transaction.failed ? 'd' : '',
    session.noEvict ? 'e' : '',
    session.noTouch ? 'T' : '',
  ].join('')
  const [channels, patterns, shards] = (['channels', 'patterns', 'shards'] as const).map((topic) => session.subscriptions(topic).size)
  // As one text: an object of fields takes five times as long, and there may be thousands of clients.
  return [
    // There is no fd to tell of.
    `id=${session.id} addr=${options.peer?.address ?? ''} laddr=${options.peer?.local ?? ''} fd=-1 name=${session.name} age=${age} idle=${idle}`,
    ` flags=${flags || 'N'} db=${session.db.index} sub=${channels} psub=${patterns} ssub=${shards} multi=${transaction.queue?.length ?? -1}`,
    buffersOf(session),
    // Redis 7.4 has watch directly behind multi; here it follows the fields of 7.0, which keep their places.
    ` watch=${transaction.watching} events=r cmd=${session.last?.name ?? 'NULL'} user=${nameOf(session)} redir=${session.tracking?.redirect ?? -1}`,
    ` resp=${session.protocol} lib-name=${library.name} lib-ver=${library.version}`,
  ].join('')
}

/** Whose rights a session has. */
export const nameOf = ({ user }: Session): ByteString => user?.name ?? 'default'

type Filter = (session: Session) => boolean

const KINDS = { S: ['replica', 'slave'], M: ['master'] }
const TYPES = new Set(['normal', 'master', 'replica', 'slave', 'pubsub'])

function ofType(name: ByteString): Filter {
  const type = name.toLowerCase()
  if (!TYPES.has(type)) throw new ReplyError(`ERR Unknown client type '${printed(name)}'`)
  return (session) => (session.role === '' ? [session.subscribed > 0 ? 'pubsub' : 'normal'] : KINDS[session.role]).includes(type)
}

/** CLIENT LIST [TYPE type] [ID id ...], in the order of the IDs */
function listed(engine: Engine, argv: Argv): Session[] {
  const filter = argv[2]?.toUpperCase()
  if (filter === undefined) return engine.clients
  if (filter === 'TYPE' && argv.length === 4) return engine.clients.filter(ofType(argv[3]))
  if (filter !== 'ID' || argv.length < 4) throw SYNTAX
  const ids = argv.slice(3).map((id) => int64(id, BAD_CLIENT_ID))
  return ids.flatMap((id) => {
    const session = engine.sessions.get(id as number)
    return session !== undefined && isClient(session) ? session : []
  })
}

/** CLIENT KILL's `filter value ...`. @returns the sessions that all of them fit */
function filtered(engine: Engine, argv: Argv, self: Session): Session[] {
  let candidates: Iterable<Session> = engine.sessions.values() // an ID leaves one
  const filters: Filter[] = []
  const { SKIPME: skipMe = true } = readOptions(argv, 2, {
    ID(text) {
      const id = integerIn(text, 1, Infinity, new ReplyError('ERR client-id should be greater than 0'))
      const named = engine.sessions.get(id)
      candidates = named === undefined ? [] : [named]
    },
    ADDR: (address) => filters.push(comesFrom(address)),
    LADDR: (address) => filters.push((session) => session.options.peer?.local === address),
    TYPE: (name) => filters.push(ofType(name)),
    MAXAGE(text) {
      const age = integer(text, MAXAGE_NOT_AN_INTEGER)
      if (age <= 0) throw MAXAGE_NOT_POSITIVE
      filters.push((session) => engine.now - session.created >= age * 1000)
    },
    USER(name) {
      if (!(engine.users?.has(name) ?? name === 'default')) throw new ReplyError(`ERR No such user '${name}'`)
      filters.push((session) => nameOf(session) === name)
    },
    SKIPME(text) {
      if (!/^(yes|no)$/i.test(text)) throw SYNTAX
      return text.toLowerCase() === 'yes'
    },
  })
  return [...candidates].filter((session) => (!skipMe || session !== self) && filters.every((fits) => fits(session)))
}

const comesFrom =
  (address: ByteString): Filter =>
  ({ options }) =>
    options.peer?.address === address

/** CLIENT KILL addr:port, or filters of which each must fit. @returns OK, or how many were killed */
function kill({ engine }: { engine: Engine }, argv: Argv, self: Session): Reply {
  const old = argv.length === 3
  const found = old ? [...engine.sessions.values()].filter(comesFrom(argv[2])) : filtered(engine, argv, self)
  // Sessions of this process are no connections: there is nothing to close, and nobody who would connect again.
  const victims = found.filter((session) => session === self || session.options.onKill !== undefined)
  for (const victim of victims) {
    if (victim === self) victim.quitting = true
    else {
      victim.options.onKill?.()
      victim.close()
    }
  }
  if (!old) return victims.length
  if (victims.length === 0) throw NO_SUCH_CLIENT
  return OK
}
