// DEBUG, as far as test suites call it: https://redis.io/docs/latest/commands/debug/
import type { ByteString } from '../bytes.ts'
import { type Argv, type Result, type Row, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { encodingOf } from '../engine/encoding.ts'
import type { Engine } from '../engine/engine.ts'
import { NO_SUCH_KEY, printed, subcommandSyntax } from '../engine/errors.ts'
import { timeout } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import { dumpValue } from '../persistence/rdb/dump.ts'
import { OK, type Reply, ReplyError, Status } from '../reply.ts'
import type { ActiveExpiry } from './active-expiry.ts'
import { rewriteConfig } from './config-commands.ts'
import { loadAppendOnlyFiles, populate, reload } from './debug-data.ts'
import { sampleReply, TYPES } from './debug-protocol.ts'
import { digestOf, digestOfValue } from './digest.ts'
import type { Pause } from './pause.ts'

export const notAllowed = (command: string): ReplyError =>
  new ReplyError(
    `ERR ${command} command not allowed. If the enable-${command.toLowerCase()}-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  )
/** Who holds expiries after SET-ACTIVE-EXPIRE 0. */
const DEBUG = {}
const CRON = {}
const BAD_THRESHOLD = new ReplyError('ERR argument must be a memory value bigger than 1 and smaller than 4gb')
/** DUMP's byte of type, bytes of version and checksum. */
const DUMP_FRAME = 11
/** Of the LRU clock, in seconds. */
const LRU_BITS = 2 ** 24

/** @throws ReplyError unless the configuration lets the connection use DEBUG */
function allow(session: Session): void {
  const mode = session.engine.config.get('enable-debug-command')
  if (mode !== 'yes' && (mode !== 'local' || session.options.peer?.isLocal === false)) throw notAllowed('DEBUG')
}

interface Subcommand {
  /** How many words the command line has; negative: at least so many. */
  readonly words: number
  readonly syntax: string
  readonly summary: string
  readonly run: (db: Database, argv: Argv, session: Session) => Result
}

interface Parts {
  readonly pause: Pause
  readonly expiry: ActiveExpiry
  readonly payloads: { unchecked: boolean }
}

function subcommandsOf(of: (engine: Engine) => Parts): Readonly<Record<string, Subcommand>> {
  return {
    'CONFIG-REWRITE-FORCE-ALL': {
      words: 2,
      syntax: 'CONFIG-REWRITE-FORCE-ALL',
      summary: 'Writes every parameter into the configuration file, also those that have their defaults.',
      run: ({ engine }) => rewriteConfig(engine, true),
    },
    DIGEST: {
      words: 2,
      syntax: 'DIGEST',
      summary: 'A hash of all data.',
      run: ({ engine }) => new Status(digestOf(engine)),
    },
    'DIGEST-VALUE': {
      words: -2,
      syntax: 'DIGEST-VALUE [<key> ...]',
      summary: 'A hash of the value of each key.',
      run: (db, argv) => argv.slice(2).map((key) => new Status(digestOfValue(db, key))),
    },
    ERROR: {
      words: 3,
      syntax: 'ERROR <string>',
      summary: 'Replies this error.',
      run: (_db, argv) => new ReplyError(printed(argv[2])),
    },
    LOADAOF: {
      words: 2,
      syntax: 'LOADAOF',
      summary: 'Reads all data from the append-only files.',
      run: ({ engine }) => of(engine).pause.during(loadAppendOnlyFiles(engine)),
    },
    LOG: {
      words: 3,
      syntax: 'LOG <message>',
      summary: 'Writes a line into the log.',
      run: ({ engine }, argv) => {
        engine.log('warning', `DEBUG LOG: ${argv[2]}`)
        return OK
      },
    },
    OBJECT: {
      words: 3,
      syntax: 'OBJECT <key>',
      summary: 'Tells where and how a value is kept.',
      run: (db, argv) => new Status(describe(db, argv[2])),
    },
    'PAUSE-CRON': {
      words: 3,
      syntax: 'PAUSE-CRON <0|1>',
      summary: 'With 1, nothing happens by itself: keys go only when they are looked up.',
      run: ({ engine }, argv) => {
        if (argv[2] === '0') of(engine).expiry.release(CRON)
        else of(engine).expiry.hold(CRON)
        return OK
      },
    },
    POPULATE: {
      words: -3,
      syntax: 'POPULATE <count> [<prefix>] [<size>]',
      summary: 'Adds strings under keys such as key:0, where there are none.',
      run: populate,
    },
    PROTOCOL: {
      words: 3,
      syntax: `PROTOCOL <${TYPES}>`,
      summary: 'Replies with a value of this kind.',
      run: (_db, argv, session) => sampleReply(argv[2].toLowerCase(), session),
    },
    'QUICKLIST-PACKED-THRESHOLD': {
      words: 3,
      syntax: 'QUICKLIST-PACKED-THRESHOLD <size>',
      summary: 'Changes nothing: lists here do not tell long elements from short ones.',
      run: (_db, argv) => {
        if (!/^\d+([kmg]?b?)$/i.test(argv[2])) throw BAD_THRESHOLD
        return OK
      },
    },
    RELOAD: {
      words: -2,
      syntax: 'RELOAD [NOSAVE] [NOFLUSH] [MERGE]',
      summary: 'Writes all data as an RDB file, and reads it from that; with NOSAVE the file that was saved last.',
      run: ({ engine }, argv) => of(engine).pause.during(reload(engine, argv)),
    },
    'SET-ACTIVE-EXPIRE': {
      words: 3,
      syntax: 'SET-ACTIVE-EXPIRE <0|1>',
      summary: 'With 0, keys whose time has come go only when they are looked up.',
      run: ({ engine }, argv) => {
        if (Number.parseInt(argv[2], 10) > 0) of(engine).expiry.release(DEBUG)
        else of(engine).expiry.hold(DEBUG)
        return OK
      },
    },
    'SET-DISABLE-DENY-SCRIPTS': {
      words: 3,
      syntax: 'SET-DISABLE-DENY-SCRIPTS <0|1>',
      summary: 'With 1, scripts may run every command.',
      run: ({ engine }, argv) => {
        engine.scripting.unrestrict?.(Number.parseInt(argv[2], 10) > 0)
        return OK
      },
    },
    'SET-SKIP-CHECKSUM-VALIDATION': {
      words: 3,
      syntax: 'SET-SKIP-CHECKSUM-VALIDATION <0|1>',
      summary: 'With 1, RESTORE takes payloads whose checksum is wrong.',
      run: ({ engine }, argv) => {
        of(engine).payloads.unchecked = argv[2] !== '0'
        return OK
      },
    },
    SLEEP: {
      words: 3,
      syntax: 'SLEEP <seconds>',
      summary: 'Runs no command of anybody for so long. The program around the engine goes on.',
      run: ({ engine }, argv) => of(engine).pause.during(sleep(engine, (Number.parseFloat(argv[2]) || 0) * 1000)),
    },
  }
}

function sleep({ clock }: Engine, milliseconds: number): Promise<Reply> {
  return new Promise((resolve) => {
    const done = (): void => resolve(OK)
    // Where there are no timers, nobody can sleep.
    if (milliseconds <= 0 || timeout(clock, milliseconds, done) === null) done()
  })
}

/** As Redis, but for the address: that is the key's place in the database's table. */
function describe(db: Database, key: ByteString): string {
  // Even if its time has come.
  const slot = db.keyspace.find(key)
  if (slot < 0) throw NO_SUCH_KEY
  const { engine, keyspace } = db
  const value = keyspace.values[slot]
  const { eviction, config } = engine
  const idle = eviction.lfu ? 0 : eviction.idle(keyspace, slot)
  const used = Math.floor(engine.now / 1000) - idle
  const lru = eviction.lfu ? eviction.frequency(keyspace, slot) : used % LRU_BITS
  return `Value at:0x${slot.toString(16)} refcount:1 encoding:${encodingOf(value, config)} serializedlength:${dumpValue(value).length - DUMP_FRAME} lru:${lru} lru_seconds_idle:${idle}`
}

export function debugRow(of: (engine: Engine) => Parts): Row {
  const subcommands = subcommandsOf(of)
  return row('DEBUG', -2, 'admin noscript loading stale', '', (db, argv, session) => {
    allow(session)
    const name = argv[1].toUpperCase()
    if (name === 'HELP' && argv.length === 2) return help(Object.values(subcommands))
    const found = subcommands[name]
    if (found === undefined || (found.words > 0 ? found.words !== argv.length : argv.length < -found.words)) throw subcommandSyntax(argv)
    return found.run(db, argv, session)
  })
}

function help(subcommands: readonly Subcommand[]): Reply {
  const lines = [
    'DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
    ...subcommands.flatMap(({ syntax, summary }) => [syntax, `    ${summary}`]),
    'HELP',
    '    Lists what DEBUG can do',
  ]
  return lines.map((line) => new Status(line))
}
