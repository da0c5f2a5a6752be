// The engine on a TCP port, for redis-cli and any client in any language (Node, Deno and Bun). One connection is one
// session; for a client that does not read no further command is run, and one that will not read is closed.
/// <reference lib="esnext.disposable" preserve="true" />
import { chmodSync } from 'node:fs'
import { lstat, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type Server as SecureServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { admin } from '../../core/admin/admin.ts'
import type { ByteString } from '../../core/bytes.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { type Carrier, Conversation } from '../../core/resp/conversation.ts'
import { dial } from './dial.ts'
import { opensslReason } from './tls.ts'

/** For `serveResp`. */
export interface RespServerOptions {
  /** The port; 0 picks any free one. Default: 6379 */
  port?: number | undefined
  /** The address to listen on. Default: 127.0.0.1, this machine only */
  host?: string | undefined
  /** The path of a Unix socket to listen on instead of a port. */
  path?: string | undefined
  /** Who may connect to the Unix socket, as the permissions of its file: 0o700. Default: what the process's umask leaves */
  mode?: number | undefined
  /** TLS, with Node's options: `{ key, cert }`, and for clients with certificates `{ ca, requestCert: true }`. Default: none */
  tls?: TlsOptions | undefined
}

/** An engine that listens on a port, for any client of Redis. */
export interface RespServer extends AsyncDisposable {
  /** The port it listens on; 0 for a Unix socket. */
  readonly port: number
  /** Ends all connections and stops listening. */
  close(): Promise<void>
}

/** Serves an engine. @throws if the port is taken or not allowed */
export async function serveEngine(engine: Engine, options: RespServerOptions = {}): Promise<RespServer> {
  admin.attach(engine)
  engine.dial ??= dial
  const connections = new Connections()
  const listener = await listen(engine, options, connections)
  const close = async (): Promise<void> => {
    engine.onClose.delete(end)
    await finish(connections, listener.stop())
  }
  const end = (): void => void close()
  engine.onClose.add(end)
  return { port: listener.port, close, [Symbol.asyncDispose]: close }
}

/** So long a client may take to read what is left for it. */
const PATIENCE_MS = 2000

/** Sends all what is left and ends them. @param stopped settles when they have ended */
export async function finish(connections: Connections, stopped: Promise<unknown>): Promise<void> {
  for (const connection of [...connections.begun]) connection.finish()
  // Who reads nothing is not waited for.
  const late = setTimeout(() => {
    for (const socket of [...connections.sockets]) socket.destroy()
  }, PATIENCE_MS)
  await stopped
  clearTimeout(late)
}

/** Those that are open. */
export class Connections {
  readonly begun = new Set<Connection>()
  /** Also those that have yet to agree on TLS. */
  readonly sockets = new Set<Socket>()
}

/** A place where connections begin. */
export interface Listener {
  /** 0 for a Unix socket. */
  readonly port: number
  /** Handshakes have other certificates and the like from now on. */
  secure(tls: TlsOptions): void
  /** Takes no more connections. Settles when those that it took have ended. */
  stop(): Promise<void>
}

interface ListenOptions extends RespServerOptions {
  /** Whether `::` leaves the addresses of IPv4 to others. */
  readonly ipv6Only?: boolean
  /** Whether it follows `protected-mode`. */
  readonly protects?: boolean
}

/** Connections that wait to be accepted, up to the system's own limit. Among Node's 511, some of a thousand at once waited a second for TCP. */
const BACKLOG = 1 << 14

/** Listens for an engine that has isodis/admin. @throws if the port is taken or not allowed */
export function listen(engine: Engine, options: ListenOptions, connections: Connections): Promise<Listener> {
  const refuse = (socket: Socket, error: string): void => {
    engine.stats.rejectedConnections++
    socket.on('error', () => {}) // it may have gone already
    // Nobody reads what it says: by itself it would never end.
    socket.end(`-${error}\r\n`, () => socket.destroy())
  }
  const { tls, path } = options
  const begin = (socket: Socket): void => {
    if (options.protects && isExposed(engine) && !LOOPBACK.test(socket.remoteAddress ?? '')) return refuse(socket, DENIED)
    const connection = new Connection(engine, socket, path ?? '', () => connections.begun.delete(connection))
    connections.begun.add(connection)
  }
  const accept = (socket: Socket): void => {
    if (connections.sockets.size >= engine.config.number('maxclients')) {
      // Before there is a key, nothing can be said.
      if (tls === undefined) return refuse(socket, 'ERR max number of clients reached')
      engine.stats.rejectedConnections++
      return void socket.destroy()
    }
    connections.sockets.add(socket)
    socket.on('close', () => connections.sockets.delete(socket))
    // A client that vanished without a word is noticed by this.
    const seconds = engine.config.number('tcp-keepalive') ?? 0
    if (seconds > 0) socket.setKeepAlive(true, seconds * 1000)
    if (tls === undefined) begin(socket)
  }
  const secured = tls === undefined ? null : tlsServer(engine, tls, begin)
  const server: Server = secured ?? createServer({ noDelay: true })
  server.on('connection', accept)
  const { port = 6379, host = '127.0.0.1', ipv6Only = false } = options
  const where = { ...(path === undefined ? { port, host, ipv6Only } : { path }), backlog: BACKLOG }
  return new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (options.path === undefined || error.code !== 'EADDRINUSE') return reject(error)
      leftBehind(options.path).then((gone) => (gone ? server.listen(where, listening) : reject(error)), reject)
    })
    const listening = (): void => {
      try {
        if (options.path !== undefined && options.mode) chmodSync(options.path, options.mode)
      } catch (error) {
        server.close()
        return reject(error)
      }
      const address = server.address()
      let stopped: Promise<void> | undefined
      resolve({
        secure: (tls) => secured?.setSecureContext(tls),
        port: typeof address === 'object' && address !== null ? address.port : 0,
        stop: () => (stopped ??= new Promise((done) => server.close(() => done()))),
      })
    }
    server.listen(where, listening)
  })
}

/** A server that calls back when a handshake is made. */
function tlsServer(engine: Engine, options: TlsOptions, begin: (socket: Socket) => void): SecureServer {
  const failed = (reason: string): void => engine.log('warning', `Error accepting a client connection: ${reason}`)
  const server = createTlsServer({ noDelay: true, ...options } as TlsOptions, (socket) => {
    // Who need not have a certificate may not have a wrong one.
    if (socket.authorized || Object.keys(socket.getPeerCertificate() ?? {}).length === 0) return begin(socket)
    failed(UNVERIFIED)
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket: TLSSocket) => {
    failed(socket.authorizationError ? UNVERIFIED : opensslReason(error))
    socket.destroy()
  })
  return server
}

const UNVERIFIED = 'error:0A000086:SSL routines::certificate verify failed'

/** Whether `protected-mode` keeps others than this machine out: anybody could do anything. */
const isExposed = ({ config, users }: Engine): boolean => config.isOn('protected-mode') && users?.passwordless === true

const DENIED =
  'DENIED isodis takes connections from this machine only (protected-mode), since the default user has no password. ' +
  'Set one (requirepass), or turn protected-mode off if nobody else can reach the port.'

/**
 * A process that was killed leaves the file of its Unix socket: it is removed if nobody answers there. So is an empty file,
 * which keeps a temporary name free.
 */
async function leftBehind(path: string): Promise<boolean> {
  const found = await lstat(path)
  const isEmpty = found.isFile() && found.size === 0
  if (!found.isSocket() && !isEmpty) return false
  const refused =
    isEmpty ||
    (await new Promise<boolean>((resolve) => {
      const probe = connect(path, () => resolve(false))
      probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
      probe.on('connect', () => probe.destroy())
    }))
  if (refused) await rm(path, { force: true })
  return refused
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

/**
 * A socket as what carries a conversation. It goes on reading while the client does not: most libraries write a pipeline to
 * its end before they read the first reply.
 */
class Connection implements Carrier {
  readonly #socket: Socket
  readonly #conversation: Conversation

  constructor(engine: Engine, socket: Socket, path: string, onClose: () => void) {
    this.#socket = socket
    // On a Unix socket both ends have its path, as in Redis.
    this.#conversation = new Conversation(engine, this, {
      address: `${socket.remoteAddress ?? path}:${socket.remotePort ?? 0}`,
      local: `${socket.localAddress ?? path}:${socket.localPort ?? 0}`,
      isLocal: path !== '' || LOOPBACK.test(socket.remoteAddress ?? ''),
    })
    socket.on('data', (bytes) => this.#conversation.receive(bytes))
    socket.on('drain', () => this.#conversation.resume())
    socket.on('error', () => socket.destroy()) // a reset by the peer is an ordinary end
    socket.on('close', () => {
      this.#conversation.close()
      onClose()
    })
  }

  /** Sends what is left and closes. */
  finish(): void {
    this.#conversation.end()
  }

  get full(): boolean {
    return this.#socket.writableNeedDrain
  }

  get backlog(): number {
    return this.#socket.writableLength
  }

  send(bytes: ByteString): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes, 'latin1')
  }

  end(): void {
    this.#socket.end(() => this.#socket.destroy())
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
