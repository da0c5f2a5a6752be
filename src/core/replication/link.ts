// A replica's connection to its master: it asks for what it has missed, or for everything, and runs what comes then. When the
// connection ends it is made anew, until somebody says otherwise.
import { type ByteString, fromUint8Array } from '../bytes.ts'
import type { Engine } from '../engine/engine.ts'
import { type Dial, ID_LENGTH, nextTurn, type Wire } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import { Incoming } from '../persistence/load.ts'
import { readRdb } from '../persistence/rdb/reader.ts'
import { ReplyError } from '../reply.ts'
import { RequestParser } from '../resp/request-parser.ts'
import { encode } from './feed.ts'
import { Received } from './received.ts'
import { SAVED } from './saved.ts'

/** What a link keeps up to date, and is told by. */
export interface Copy {
  /** The history that the data is of, and how many bytes of its stream are in it; null if it is of no master's. */
  readonly known: { readonly id: ByteString; readonly offset: number } | null
  /** The database that the stream is about. */
  db: number
  /** Whether the master is one that has yet to become it: see FAILOVER. */
  readonly handsOver: boolean
  /** The master has answered whether it sends its data. */
  answered(accepts: boolean): void
  /** The link is in another state. */
  became(): void
  /** All data has come. @param db the database that the stream is about. @param install puts the data in place of what was there */
  received(id: ByteString, offset: number, db: number, install: () => void): Promise<void>
  /** The master goes on with what is missed. */
  continued(id: ByteString): void
  /** Bytes of the stream have been run. */
  ran(bytes: ByteString): void
  /** How many bytes have been. */
  readonly offset: number
}

export type LinkState = 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected'

const SECOND_MS = 1000
const HANDSHAKE = 'Timeout connecting to the MASTER...'
/** What the log says when nothing comes for too long, by what is waited for. */
const LATE: Readonly<Record<LinkState, string>> = {
  connect: HANDSHAKE,
  connecting: HANDSHAKE,
  handshake: HANDSHAKE,
  sync: "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
  connected: 'MASTER timeout: no data nor PING received...',
}
const UNKNOWN_LENGTH = 'EOF:'

export class Link {
  readonly host: ByteString
  readonly port: number
  state: LinkState = 'connect'
  /** When the master last said something, and since when it is away, in milliseconds. */
  heard: number
  downSince: number
  /** What went wrong last; null once it is connected. */
  failure: unknown = null
  readonly #engine: Engine
  readonly #dial: Dial
  readonly #copy: Copy
  #wire: Wire | null = null
  #session: Session | null = null
  #stopped = false
  #cancel: (() => void) | null = null
  /** Ends the pause between two attempts. */
  #goOn: () => void = () => {}

  constructor(engine: Engine, dial: Dial, copy: Copy, host: ByteString, port: number) {
    this.#engine = engine
    this.#dial = dial
    this.#copy = copy
    this.host = host
    this.port = port
    this.heard = this.downSince = engine.clock.now()
    this.#tick()
    void this.#run()
  }

  /** Whether it has ended for good. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Ends it for good. */
  stop(): void {
    this.#stopped = true
    this.#become('connect')
    this.#cancel?.()
    this.#wire?.close()
    this.#session?.close()
    this.#goOn()
  }

  #become(state: LinkState): void {
    this.state = state
    this.#copy.became()
  }

  async #run(): Promise<void> {
    const { log, clock } = this.#engine
    while (!this.#stopped) {
      let wasUp = false
      try {
        log('notice', `Connecting to MASTER ${this.host}:${this.port}`)
        this.heard = clock.now()
        this.#wire = this.#dial(this.host, this.port, 'replication')
        this.#become('connecting')
        await this.#wire.opened
        await this.#follow(this.#wire)
      } catch (error) {
        this.failure = error
        if (!this.#stopped)
          log('warning', `The link to MASTER ${this.host}:${this.port}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        this.#wire?.close()
        this.#wire = null
        this.#session?.close()
        this.#session = null
        wasUp = this.state === 'connected'
        if (wasUp) this.downSince = clock.now()
        if (!this.#stopped) this.#become('connect')
      }
      if (this.#stopped) return
      // A master that was there may be back at once.
      if (wasUp) continue
      await new Promise<void>((resolve) => {
        // The timer keeps the process alive, as a connection would.
        const cancel = clock.after(SECOND_MS, resolve, true)
        this.#goOn = () => {
          cancel?.()
          resolve()
        }
      })
    }
  }

  /** Every second it says how far it is, and looks whether the master still speaks. */
  #tick(): void {
    const { clock, config, log } = this.#engine
    this.#cancel = clock.after(SECOND_MS, () => {
      if (this.state === 'connected') this.#acknowledge()
      else if (this.state === 'sync') this.#wire?.send('\n')
      if (this.#wire !== null && clock.now() - this.heard > config.number('repl-timeout')! * SECOND_MS) {
        log('warning', LATE[this.state])
        this.#wire.close()
      }
      this.#tick()
    })
  }

  #acknowledge(): void {
    this.#wire?.send(encode(['REPLCONF', 'ACK', String(this.#copy.offset)]))
  }

  async #follow(wire: Wire): Promise<void> {
    this.#become('handshake')
    const received = new Received(this.#heard(wire))
    const ask = async (...words: ByteString[]): Promise<ByteString> => {
      wire.send(encode(words))
      return received.line()
    }
    await this.#introduce(ask)
    const known = this.#copy.known
    if (known !== null) this.#engine.log('notice', `Trying a partial resynchronization (request ${known.id}:${known.offset + 1}).`)
    const from = known === null ? ['?', '-1'] : [known.id, String(known.offset + 1)]
    const answer = await ask('PSYNC', ...from, ...(this.#copy.handsOver ? ['FAILOVER'] : []))
    const [how, id, offset] = answer.split(' ')
    this.#copy.answered(how === '+CONTINUE' || how === '+FULLRESYNC')
    if (this.#stopped) return
    if (how === '+CONTINUE') {
      this.#engine.log('notice', 'Successful partial resynchronization with master.')
      this.#copy.continued(id ?? known!.id)
    } else if (how === '+FULLRESYNC') {
      this.#engine.log('notice', `Full resync from master: ${id}:${offset}`)
      await this.#takeAll(received, id, Number(offset))
      if (this.#stopped) return
    } else throw new Error(`master does not send its data: ${answer}`)
    this.failure = null
    this.#become('connected')
    this.#acknowledge()
    await this.#takeCommands(wire, received)
  }

  async *#heard(wire: Wire): AsyncGenerator<Uint8Array> {
    for await (const chunk of wire) {
      this.heard = this.#engine.clock.now()
      yield chunk
    }
  }

  /** Says who this is and what it understands. @throws Error if the master wants a password, or another */
  async #introduce(ask: (...words: ByteString[]) => Promise<ByteString>): Promise<void> {
    const { config } = this.#engine
    const pong = await ask('PING')
    if (pong.startsWith('-') && !/^-(NOAUTH|NOPERM|ERR operation not permitted)/.test(pong))
      throw new Error(`Error reply to PING from master: '${pong}'`)
    const [user, password] = [config.get('masteruser')!, config.get('masterauth')!]
    if (password !== '') {
      const answer = await (user === '' ? ask('AUTH', password) : ask('AUTH', user, password))
      if (answer.startsWith('-')) throw new Error(`Unable to AUTH to MASTER: ${answer}`)
    }
    // A master that does not know one of these goes on without it.
    const own = (config.isOn('tls-replication') && config.number('tls-port')) || config.number('port') || 0
    const port = config.number('replica-announce-port') || own
    await ask('REPLCONF', 'listening-port', String(port))
    const address = config.get('replica-announce-ip')!
    if (address !== '') await ask('REPLCONF', 'ip-address', address)
    await ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2')
  }

  /** Reads the file with all data, and puts it in place of what is here once it has come whole. */
  async #takeAll(received: Received, id: ByteString, offset: number): Promise<void> {
    this.#become('sync')
    const header = await received.line()
    if (!header.startsWith('$')) throw new Error(`Bad protocol from MASTER, the first byte is not '$': ${header}`)
    const engine = this.#engine
    engine.log('notice', 'MASTER <-> REPLICA sync: receiving data from master')
    // Keys that have expired are taken too: the master says itself when they go.
    const incoming = new Incoming(engine, true)
    const reader = await readRdb(received.chunks(), incoming, () => nextTurn(engine.clock), true)
    received.rest = reader.rest
    const length = header.slice(1)
    if (length.startsWith(UNKNOWN_LENGTH)) {
      const mark = length.slice(UNKNOWN_LENGTH.length)
      if ((await received.drop(ID_LENGTH)) !== mark) throw new Error('the file of the master does not end where it should')
    } else await received.drop(Number(length) - reader.position)
    if (this.#stopped) return
    await this.#copy.received(id, offset, Number(incoming.beside.get(SAVED.db) ?? 0), incoming.prepare())
    engine.log('notice', 'MASTER <-> REPLICA sync: Finished with success')
  }

  async #takeCommands(wire: Wire, received: Received): Promise<void> {
    const engine = this.#engine
    const copy = this.#copy
    const peer = { address: `${this.host}:${this.port}`, local: wire.local, isLocal: false }
    const session = engine.connect({ trusted: true, peer, onKill: () => wire.close() })
    this.#session = session
    session.role = 'M'
    session.mayBlock = false
    session.db = engine.database(copy.db)
    const parser = new RequestParser()
    parser.limits.maxBulk = Infinity
    /** What has come since `copy` was last told what has run, and how many bytes of it have run. */
    let bytes = ''
    let ran = 0
    const tell = (): void => {
      if (ran > 0) copy.ran(bytes.slice(0, ran))
      bytes = bytes.slice(ran)
      ran = 0
    }
    for (let some = await received.some(); some !== null && !this.#stopped; some = await received.some()) {
      engine.stats.inputBytes += some.length
      bytes += fromUint8Array(some)
      parser.feed(some)
      for (let argv = parser.next(); argv !== undefined && !session.closed; argv = parser.next()) {
        if (/^replconf$/i.test(argv[0])) {
          // The answer does not count this command itself.
          tell()
          if (/^getack$/i.test(argv[1] ?? '')) this.#acknowledge()
        } else this.#perform(session, argv)
        // A transaction counts as a whole: what is cut off within it comes again.
        if (!session.transaction.open) ran = bytes.length - parser.pending
      }
      copy.db = session.db.index
      tell()
    }
    if (!this.#stopped) throw new Error('Connection with master lost.')
  }

  #perform(session: Session, argv: ByteString[]): void {
    const { log } = this.#engine
    const reply = this.#engine.timeless(() => session.execute(argv))
    if (reply instanceof ReplyError)
      log(
        'warning',
        `== CRITICAL == This replica is sending an error to its master: '${reply.text}' after processing the command '${argv[0]}'`,
      )
  }
}
