// MIGRATE: keys go to another server, and are removed here once they are there. Nobody else is served meanwhile, as in Redis, so that a
// key is never in both places. https://redis.io/docs/latest/commands/migrate/
import type { ByteString } from '../bytes.ts'
import { integer } from '../engine/arguments.ts'
import { type Argv, type Handler, type Row, row } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { SYNTAX } from '../engine/errors.ts'
import { EVENT } from '../engine/events.ts'
import type { Dial, Wire } from '../engine/ports.ts'
import type { Engine } from '../engine/engine.ts'
import { dumpValue } from '../persistence/rdb/dump.ts'
import { OK, type Reply, ReplyError, Status } from '../reply.ts'
import { encode } from './feed.ts'
import { Received } from './received.ts'

const NO_DIALING = new ReplyError('ERR MIGRATE: connections to other servers cannot be made here')
const NO_KEY = new Status('NOKEY')
const NOT_EMPTY = new ReplyError('ERR When using MIGRATE KEYS option, the key argument must be set to the empty string')
const UNREACHABLE = new ReplyError('IOERR error or timeout connecting to the client')
const UNWRITABLE = new ReplyError('IOERR error or timeout writing to target instance')
const UNREADABLE = new ReplyError('IOERR error or timeout reading to target instance')
const DEFAULT_TIMEOUT_MS = 1000

interface Wanted {
  readonly keys: readonly ByteString[]
  readonly copy: boolean
  readonly replace: boolean
  /** AUTH and its words; empty without. */
  readonly auth: readonly ByteString[]
}

function options(argv: Argv): Wanted {
  let [copy, replace] = [false, false]
  let auth: ByteString[] = []
  for (let i = 6; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (word === 'COPY') copy = true
    else if (word === 'REPLACE') replace = true
    else if (word === 'AUTH' && left >= 1) auth = ['AUTH', argv[++i]]
    else if (word === 'AUTH2' && left >= 2) auth = ['AUTH', argv[++i], argv[++i]]
    else if (word === 'KEYS') {
      if (argv[3] !== '') throw NOT_EMPTY
      return { keys: argv.slice(i + 1), copy, replace, auth }
    } else throw SYNTAX
  }
  return { keys: [argv[3]], copy, replace, auth }
}

/** Has nobody else served while something runs. */
type Alone = <T>(engine: Engine, work: Promise<T>) => Promise<T>

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH password | AUTH2 user password] [KEYS key ...] */
export function migrateRow(alone: Alone): Row {
  const migrate: Handler = (db, argv, session) => {
    const wanted = options(argv)
    const timeout = integer(argv[5])
    const target = integer(argv[4])
    const { dial } = db.engine
    if (dial === null || !session.mayBlock) throw NO_DIALING
    const keys = wanted.keys.filter((key) => db.find(key) >= 0)
    if (keys.length === 0) return NO_KEY
    const move = new Move(db, dial, argv[1], integer(argv[2]), timeout > 0 ? timeout : DEFAULT_TIMEOUT_MS)
    return alone(db.engine, move.run(keys, target, wanted))
  }
  return row('MIGRATE', -6, 'write @dangerous nondeterministic_output', '3 RW access delete, KEYS@-2* RW access delete incomplete', migrate)
}

class Move {
  readonly #db: Database
  readonly #connect: () => Wire
  readonly #timeout: number

  constructor(db: Database, dial: Dial, host: ByteString, port: number, timeout: number) {
    this.#db = db
    this.#connect = () => dial(host, port, 'cluster')
    this.#timeout = timeout
  }

  async run(keys: readonly ByteString[], target: number, { copy, replace, auth }: Wanted): Promise<Reply> {
    const { clock } = this.#db.engine
    const wire = this.#connect()
    let opened = false
    let late = false
    const cancel = clock.after(
      this.#timeout,
      () => {
        late = true
        wire.close()
      },
      true,
    )
    const moved: ByteString[] = []
    let failure: ReplyError | null = null
    try {
      await wire.opened
      opened = true
      const first = [...(auth.length > 0 ? [auth] : []), ['SELECT', String(target)]]
      const all = [...first, ...keys.map((key) => this.#restore(key, replace))]
      wire.send(all.map(encode).join(''))
      const received = new Received(wire)
      for (let i = 0; i < all.length; i++) {
        const answer = await received.line()
        if (answer.startsWith('-')) {
          failure ??= new ReplyError(`ERR Target instance replied with error: ${answer.slice(1)}`)
          if (i < first.length) break
        } else if (i >= first.length) moved.push(keys[i - first.length])
      }
    } catch {
      failure = !opened ? UNREACHABLE : late ? UNREADABLE : UNWRITABLE
    } finally {
      cancel?.()
      wire.close()
    }
    if (!copy) this.#remove(moved)
    return failure ?? OK
  }

  #restore(key: ByteString, replace: boolean): ByteString[] {
    const { keyspace, engine } = this.#db
    const slot = keyspace.find(key)
    const expiry = keyspace.expiry(slot)
    const ttl = expiry === 0 ? 0 : Math.max(expiry - engine.clock.now(), 1)
    return ['RESTORE', key, String(ttl), dumpValue(keyspace.values[slot]), ...(replace ? ['REPLACE'] : [])]
  }

  #remove(keys: readonly ByteString[]): void {
    const { engine } = this.#db
    engine.begin()
    for (const key of keys) {
      if (!this.#db.delete(key)) continue
      this.#db.changed(key, EVENT.generic, 'del')
      engine.effects?.removed(this.#db, key)
    }
    engine.end()
  }
}
