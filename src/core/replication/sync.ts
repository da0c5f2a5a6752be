// What a replica says to its master: what it is, which data it has, and how far it has come. It is sent what it has missed, or a
// file with all data as it is at that moment, and from then on every change. `redis-cli --rdb` asks for the file alone.
import { type ByteString, fromUint8Array } from '../bytes.ts'
import { integer } from '../engine/arguments.ts'
import { type Argv, type Handler, type Result, type Row, row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { SYNTAX } from '../engine/errors.ts'
import { randomId } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import { parseInt64 } from '../numbers.ts'
import { exportRdb, type Export } from '../persistence/export.ts'
import { NO_REPLY, OK, type Reply, ReplyError } from '../reply.ts'
import { NO_MASTER_LINK, NO_SYNC_NOW, NOT_A_REPLICA, OTHER_HISTORY } from './errors.ts'
import { Replica, type Wishes } from './replica.ts'
import type { Replication } from './replication.ts'

const NO_CONNECTION = new ReplyError('ERR SYNC needs a connection of its own; in this process there is exportRdb()')
const UNKNOWN_OPTION = (option: ByteString): ReplyError => new ReplyError(`ERR Unrecognized REPLCONF option: ${option}`)
const BAD_FILTER = (filter: ByteString): ReplyError => new ReplyError(`ERR Unsupported rdb-filter-only option: ${filter}`)

/** What masters and replicas of newer versions say too. */
const IGNORED = new Set(['replid', 'version', 'rdb-channel', 'main-ch-client-id'])

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

async function* joined(first: ByteString, rest: AsyncIterable<ByteString>): AsyncGenerator<ByteString> {
  if (first !== '') yield first
  yield* rest
}

const numberIn = (text: ByteString): number => Number(parseInt64(text) ?? 0)

async function* only(bytes: ByteString): AsyncGenerator<ByteString> {
  yield bytes
}

/** Connections that ask for data. */
export class ReplicaConnections {
  readonly #of: (engine: Engine) => Replication
  readonly #wishes = new WeakMap<Session, Wishes>()
  readonly #replicas = new WeakMap<Session, Replica>()

  constructor(of: (engine: Engine) => Replication) {
    this.#of = of
  }

  rows(): Row[] {
    const sync: Handler = (_db, _argv, session) => this.#sync(session, '')
    return [
      row('REPLCONF', -1, 'admin noscript loading stale allow_busy', '', (_db, argv, session) => this.#replconf(argv, session)),
      row('SYNC', 1, 'admin noscript no_async_loading no_multi', '', sync),
      row('PSYNC', -3, 'admin noscript no_async_loading no_multi', '', (_db, argv, session) => this.#psync(argv, session)),
    ]
  }

  /** A connection has ended. */
  forget(session: Session): void {
    const replica = this.#replicas.get(session)
    if (replica !== undefined) this.#of(session.engine).remove(replica)
  }

  #wishesOf(session: Session): Wishes {
    const found = this.#wishes.get(session) ?? { mark: false, functionsOnly: false, fileOnly: false, port: 0, address: '' }
    this.#wishes.set(session, found)
    return found
  }

  #replconf(argv: Argv, session: Session): Reply {
    if (argv.length % 2 === 0) throw SYNTAX
    const wishes = this.#wishesOf(session)
    for (let i = 1; i < argv.length; i += 2) {
      const option = argv[i].toLowerCase()
      const value = argv[i + 1]
      if (option === 'capa') wishes.mark ||= value.toLowerCase() === 'eof'
      else if (option === 'listening-port') wishes.port = numberIn(value)
      else if (option === 'ip-address') wishes.address = value
      else if (option === 'rdb-only') wishes.fileOnly = value !== '0'
      else if (option === 'ack') {
        const replica = this.#replicas.get(session)
        if (replica !== undefined) this.#of(session.engine).heard(replica, numberIn(value))
        return NO_REPLY
      } else if (option === 'getack') return NO_REPLY
      else if (option === 'rdb-filter-only') {
        const filters = value.split(' ').filter((word) => word !== '')
        const unknown = filters.find((word) => word.toLowerCase() !== 'functions')
        if (unknown !== undefined) throw BAD_FILTER(unknown)
        wishes.functionsOnly = filters.length > 0
      } else if (!IGNORED.has(option)) throw UNKNOWN_OPTION(argv[i])
    }
    return OK
  }

  #psync([, id, from, how = '']: Argv, session: Session): Result {
    const { engine } = session
    const { onStream } = session.options
    const replication = this.#of(engine)
    const wishes = this.#wishesOf(session)
    if (how.toLowerCase() === 'failover') this.#takeOver(id, session)
    if (replication.failover.under) throw NO_SYNC_NOW
    const missed = replication.missed(id, integer(from) - 1)
    if (missed === null || onStream === undefined) {
      // Who has nothing yet asks for everything.
      if (id !== '?') replication.syncs.refused++
      return this.#sync(session, 'FULLRESYNC')
    }
    replication.syncs.partial++
    engine.log(
      'notice',
      `Partial resynchronization request from ${session.options.peer?.address ?? ''} accepted. Sending ${missed.length} bytes of backlog starting from offset ${from}.`,
    )
    const replica = this.#attach(session, wishes)
    void onStream(replica.stream(only(`+CONTINUE ${replication.id}\r\n${missed}`), false))
    return NO_REPLY
  }

  /** The master of this one hands over to it. */
  #takeOver(id: ByteString, { engine, options }: Session): void {
    const replication = this.#of(engine)
    engine.log('warning', `Failover request received for replid ${id}.`)
    if (!replication.follows) throw NOT_A_REPLICA
    if (id !== replication.id) throw OTHER_HISTORY
    replication.lead()
    engine.log('notice', `MASTER MODE enabled (failover request from '${options.peer?.address ?? ''}')`)
  }

  /** Sends all data. @param greeting what is said before, with the name of the history and where it begins */
  #sync(session: Session, greeting: string): Result {
    const { engine } = session
    const { onStream, peer } = session.options
    if (onStream === undefined || !session.mayBlock) throw NO_CONNECTION
    const replication = this.#of(engine)
    if (replication.failover.under) throw NO_SYNC_NOW
    if (replication.link !== null && replication.link.state !== 'connected') throw NO_MASTER_LINK
    const wishes = this.#wishesOf(session)
    const { mark, functionsOnly, fileOnly } = wishes
    engine.log(
      'notice',
      `${peer?.address ?? ''} asks for a snapshot${functionsOnly ? ' of the functions' : ''} (${greeting === '' ? 'SYNC' : 'PSYNC'})`,
    )
    const stays = !fileOnly && !functionsOnly
    replication.syncs.full++
    if (stays) replication.begin()
    // What comes from now on is not in the file: it must say which database it is for. A master's stream goes on as it is: the file
    // says it then.
    if (!replication.follows) replication.feed?.forgetDatabase()
    const first = greeting === '' ? '' : `+${greeting} ${replication.id} ${replication.offset}\r\n`
    const all = joined(first, asSent(exportRdb(engine, { functionsOnly }), mark ? randomId(engine.random) : null))
    // A connection that wants no more ends with the file, and is not answered before.
    if (!stays) return onStream(all).then(() => NO_REPLY)
    void onStream(this.#attach(session, wishes).stream(all, mark))
    return NO_REPLY
  }

  #attach(session: Session, wishes: Wishes): Replica {
    const replica = new Replica(session, wishes)
    session.role = 'S'
    session.restrict()
    this.#replicas.set(session, replica)
    this.#of(session.engine).add(replica)
    return replica
  }
}
