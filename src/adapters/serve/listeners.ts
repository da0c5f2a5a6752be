// Where `isodis serve` listens: perhaps at a Unix socket, on a port at several addresses, and on another one with TLS. CONFIG SET
// changes ports, addresses and certificates while connections go on.
import { refusedSetting } from '../../core/admin/config-commands.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { Connections, finish, listen, type Listener } from './resp-server.ts'
import type { Tls } from './tls.ts'

/** What `listen` says of a port that another process has. */
export const IN_USE = 'EADDRINUSE'

/** An address that is not there, or of a kind that the system does not know. */
const ABSENT = 'EADDRNOTAVAIL'
const UNKNOWN_KIND = new Set(['EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ENOPROTOOPT'])
const EVERY = new Map([
  ['*', '0.0.0.0'],
  ['::*', '::'],
])

interface AtAddress extends Listener {
  readonly host: string
}

/** A port at several addresses; 0 is none. */
class Port {
  readonly #engine: Engine
  readonly #connections: Connections
  readonly #tls: Tls | undefined
  #port = 0
  #bind = ''
  #open: readonly AtAddress[] = []

  constructor(engine: Engine, connections: Connections, tls?: Tls) {
    this.#engine = engine
    this.#tls = tls
    this.#connections = connections
  }

  get addresses(): string[] {
    return this.#open.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
  }

  /** Handshakes are made with the certificates of now. */
  renew(): void {
    const options = this.#tls?.server
    if (options !== undefined) for (const each of this.#open) each.secure(options)
  }

  /**
   * Begins to listen.
   * @param bind addresses as redis.conf has them: `127.0.0.1 -::1`
   * @returns the port, which is another than 0
   */
  async on(port: number, bind: string): Promise<number> {
    this.#open = await this.#listen(port, bind)
    this.#bind = bind
    return (this.#port = this.#open[0]?.port ?? port)
  }

  /**
   * Listens elsewhere instead, or still where it did.
   * @param anew also if it listens there already
   * @throws if it cannot; port 0 and no addresses are for none
   */
  async move(port: number, bind: string, anew: boolean): Promise<void> {
    if (port === this.#port && bind === this.#bind && !anew) return
    const before = this.#open
    // The addresses may overlap with those before.
    const stopped = port === this.#port
    if (stopped) for (const each of before) void each.stop()
    try {
      this.#open = port === 0 ? [] : await this.#listen(port, bind)
    } catch (error) {
      if (stopped) this.#open = await this.#listen(this.#port, this.#bind)
      throw error
    }
    if (!stopped) for (const each of before) void each.stop()
    this.#port = port
    this.#bind = bind
  }

  async #listen(port: number, bind: string): Promise<AtAddress[]> {
    const opened: AtAddress[] = []
    for (const word of bind.split(' ').filter(Boolean)) {
      const optional = word.startsWith('-')
      const name = optional ? word.slice(1) : word
      const host = EVERY.get(name) ?? name
      try {
        // Any free port is the same one at all addresses.
        const options = { port: opened[0]?.port ?? port, host, ipv6Only: true, protects: true, tls: this.#tls?.server }
        opened.push({ host, ...(await listen(this.#engine, options, this.#connections)) })
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException
        this.#engine.log('warning', `Warning: Could not create server TCP listening socket ${name}:${port}: ${message}`)
        if ((optional && code === ABSENT) || UNKNOWN_KIND.has(code)) continue
        for (const each of opened) void each.stop()
        throw error
      }
    }
    return opened
  }

  /** Takes no more connections. Settles when those that it took have ended. */
  stop(): Promise<unknown> {
    return Promise.all(this.#open.map((each) => each.stop()))
  }
}

const UNABLE = 'Unable to update TLS configuration. Check server logs.'
const NO_PORT = 'Unable to listen on this port. Check server logs.'
const NO_ADDRESS = 'Failed to bind to specified addresses.'

export class Listeners {
  readonly plain: Port
  readonly secure: Port
  readonly #engine: Engine
  readonly #connections = new Connections()
  readonly #tls: Tls
  #socket: Listener | null = null
  /** Settles when the changes that were asked for before are made. */
  #changed: Promise<void> = Promise.resolve()

  constructor(engine: Engine, tls: Tls) {
    this.#engine = engine
    this.#tls = tls
    this.plain = new Port(engine, this.#connections)
    this.secure = new Port(engine, this.#connections, tls)
  }

  /** Listens at a Unix socket. */
  async at(path: string, mode: number): Promise<void> {
    this.#socket = await listen(this.#engine, { path, mode }, this.#connections)
  }

  /** Listens as CONFIG SET will have it. @param parameters what it is to change; @throws ReplyError if it cannot; then nothing changes */
  change(parameters: ReadonlyMap<string, string>): Promise<void> {
    const changed = this.#changed.then(() => this.#change(parameters))
    this.#changed = changed.catch(() => {})
    return changed
  }

  async #change(parameters: ReadonlyMap<string, string>): Promise<void> {
    const { config } = this.#engine
    const before = (name: string): string => config.get(name)!
    const value = (name: string): string => parameters.get(name) ?? before(name)
    const moves = [
      ['port', this.plain],
      ['tls-port', this.secure],
    ] as const
    const ofTls = [...parameters.keys()].find((name) => name.startsWith('tls-'))
    if (ofTls !== undefined && !this.#tls.configure(value)) throw refusedSetting(ofTls, UNABLE)
    // A server that listens has whether clients need certificates for good.
    const anew = parameters.has('tls-auth-clients')
    for (const [i, [name, port]] of moves.entries()) {
      try {
        await port.move(Number(value(name)), value('bind'), anew && port === this.secure)
      } catch {
        for (const [name, port] of moves.slice(0, i)) await port.move(Number(before(name)), before('bind'), false)
        if (ofTls !== undefined) this.#tls.configure(before)
        throw parameters.has('bind') ? refusedSetting('bind', NO_ADDRESS) : refusedSetting(name, NO_PORT)
      }
    }
    this.secure.renew()
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    await finish(this.#connections, Promise.all([this.plain.stop(), this.secure.stop(), this.#socket?.stop()]))
  }
}
