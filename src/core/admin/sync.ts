// SYNC, for backups: `redis-cli --rdb FILE` asks a master for a snapshot as a replica would, and goes when it has it. It gets
// all data as it is at the moment of the command, while other clients go on. What would follow for a replica, every write
// from then on, there is not: the connection is closed instead. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
import { type ByteString, fromUint8Array } from '../bytes.ts'
import { type Argv, type Handler, type Row, row } from '../engine/command.ts'
import { SYNTAX } from '../engine/errors.ts'
import type { Session } from '../engine/session.ts'
import { exportRdb, type Export } from '../persistence/export.ts'
import { OK, type Reply, ReplyError } from '../reply.ts'

const NO_CONNECTION = new ReplyError('ERR SYNC needs a connection of its own; in this process there is exportRdb()')
const NO_REPLICAS = new ReplyError('ERR isodis has no replicas; SYNC, as in redis-cli --rdb, gets a snapshot')
const UNKNOWN_OPTION = (option: ByteString): ReplyError => new ReplyError(`ERR Unrecognized REPLCONF option: ${option}`)
const BAD_FILTER = (filter: ByteString): ReplyError => new ReplyError(`ERR Unsupported rdb-filter-only option: ${filter}`)
const MARK_LENGTH = 40

/** What a connection has said of the file that it wants. */
interface Wishes {
  /** It can tell the end by a mark; otherwise it must know the length before. */
  mark: boolean
  functionsOnly: boolean
}

const WORDS = new Set(['listening-port', 'ip-address', 'ack', 'getack', 'rdb-only', 'replid', 'version'])

function replconf(wishes: Wishes, argv: Argv): Reply {
  if (argv.length % 2 === 0) throw SYNTAX
  for (let i = 1; i < argv.length; i += 2) {
    const option = argv[i].toLowerCase()
    if (option === 'capa') wishes.mark ||= argv[i + 1].toLowerCase() === 'eof'
    else if (option === 'rdb-filter-only') {
      const filters = argv[i + 1].split(' ').filter((word) => word !== '')
      const unknown = filters.find((word) => word.toLowerCase() !== 'functions')
      if (unknown !== undefined) throw BAD_FILTER(unknown)
      wishes.functionsOnly = filters.length > 0
    } else if (!WORDS.has(option)) throw UNKNOWN_OPTION(argv[i])
  }
  return OK
}

/** The file as a master sends it: with its length before it, or a mark before and behind. */
async function* asSent(file: Export, mark: ByteString | null): AsyncGenerator<ByteString> {
  try {
    const chunks: ByteString[] = []
    if (mark !== null) yield `$EOF:${mark}\r\n`
    for (let chunk = await file.next(); chunk !== null; chunk = await file.next()) {
      if (mark === null) chunks.push(fromUint8Array(chunk))
      else yield fromUint8Array(chunk)
    }
    if (mark === null) yield `$${chunks.reduce((sum, { length }) => sum + length, 0)}\r\n`
    yield* chunks
    if (mark !== null) yield mark
  } finally {
    file.cancel()
  }
}

export function syncRows(): readonly Row[] {
  const wishes = new WeakMap<Session, Wishes>()
  const of = (session: Session): Wishes => {
    const found = wishes.get(session) ?? { mark: false, functionsOnly: false }
    wishes.set(session, found)
    return found
  }
  const sync: Handler = ({ engine }, _argv, session) => {
    const { onStream, peer } = session.options
    if (onStream === undefined || !session.mayBlock) throw NO_CONNECTION
    const { mark, functionsOnly } = of(session)
    engine.log('notice', `${peer?.address ?? ''} asks for a snapshot${functionsOnly ? ' of the functions' : ''} (SYNC)`)
    const digits = Array.from({ length: MARK_LENGTH }, () => Math.floor(engine.random() * 16).toString(16))
    return onStream(asSent(exportRdb(engine, { functionsOnly }), mark ? digits.join('') : null)).then(() => null)
  }
  const psync: Handler = () => {
    throw NO_REPLICAS
  }
  return [
    row('REPLCONF', -1, 'admin noscript loading stale allow_busy', '', (_db, argv, session) => replconf(of(session), argv)),
    row('SYNC', 1, 'admin noscript no_async_loading no_multi', '', sync),
    row('PSYNC', -3, 'admin noscript no_async_loading no_multi', '', psync),
  ]
}
