// Where `isodis serve` listens: perhaps at a Unix socket, and on a port at several addresses. CONFIG SET changes port and
// addresses while connections go on.
import type { Engine } from '../../core/engine/engine.ts'
import { type Connections, finish, listen, type Listener } from './resp-server.ts'

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

export class Listeners {
  readonly #engine: Engine
  readonly #connections: Connections = new Set()
  #socket: Listener | null = null
  #port = 0
  #bind = ''
  #tcp: AtAddress[] = []
  /** Settles when the changes that were asked for before are made. */
  #moved: Promise<void> = Promise.resolve()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Those of the port, with it. */
  get addresses(): string[] {
    return this.#tcp.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
  }

  /** Listens at a Unix socket. */
  async at(path: string, mode: number): Promise<void> {
    this.#socket = await listen(this.#engine, { path, mode }, this.#connections)
  }

  /**
   * Listens on a port.
   * @param bind addresses as redis.conf has them: `127.0.0.1 -::1`
   * @returns the port, which is another than 0
   */
  async on(port: number, bind: string): Promise<number> {
    this.#tcp = await this.#open(port, bind)
    this.#bind = bind
    return (this.#port = this.#tcp[0]?.port ?? port)
  }

  /** Listens elsewhere instead, or still where it did. @throws if it cannot; port 0 and no addresses are for none */
  move(port: number, bind: string): Promise<void> {
    const moved = this.#moved.then(() => this.#move(port, bind))
    this.#moved = moved.catch(() => {})
    return moved
  }

  async #move(port: number, bind: string): Promise<void> {
    const before = this.#tcp
    // The addresses may overlap with those before.
    const stopped = port === this.#port
    if (stopped) for (const each of before) void each.stop()
    try {
      this.#tcp = port === 0 ? [] : await this.#open(port, bind)
    } catch (error) {
      if (stopped) this.#tcp = await this.#open(this.#port, this.#bind)
      throw error
    }
    if (!stopped) for (const each of before) void each.stop()
    this.#port = port
    this.#bind = bind
  }

  async #open(port: number, bind: string): Promise<AtAddress[]> {
    const opened: AtAddress[] = []
    for (const word of bind.split(' ').filter(Boolean)) {
      const optional = word.startsWith('-')
      const name = optional ? word.slice(1) : word
      const host = EVERY.get(name) ?? name
      try {
        // Any free port is the same one at all addresses.
        const options = { port: opened[0]?.port ?? port, host, ipv6Only: true, protects: true }
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

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    const stopped = [...this.#tcp, ...(this.#socket === null ? [] : [this.#socket])].map((each) => each.stop())
    await finish(this.#connections, Promise.all(stopped))
  }
}
