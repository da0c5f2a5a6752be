// The engine on a TCP port, for redis-cli and any client in any language (Node, Deno and Bun). One connection is one
// session; a client that does not read is not read from, and one that will not read is closed.
import { createServer, type Server, type Socket } from 'node:net'
import type { Engine } from '../../core/engine/engine.ts'
import type { Session } from '../../core/engine/session.ts'
import type { Reply } from '../../core/reply.ts'
import { ProtocolError, RequestParser } from '../../core/resp/request-parser.ts'
import { encodeReply } from '../../core/resp/writer.ts'

export interface RespServerOptions {
  /** Default: 6379; 0 takes any free port. */
  port?: number
  /** Default: 127.0.0.1, this machine only. */
  host?: string
  /** A Unix socket instead of a port. */
  path?: string
}

export interface RespServer extends AsyncDisposable {
  /** The port that is listened on; 0 on a Unix socket. */
  readonly port: number
  /** Ends all connections and stops listening. */
  close(): Promise<void>
}

/** What is not yet sent to one client may take so many bytes; Redis's limit for subscribers. */
const OUTPUT_LIMIT = 32 * 1024 * 1024

/** Serves an engine. @throws if the port is taken or not allowed */
export function serveEngine(engine: Engine, options: RespServerOptions = {}): Promise<RespServer> {
  const connections = new Set<Connection>()
  const server = createServer({ noDelay: true }, (socket) => {
    if (connections.size >= engine.config.number('maxclients')) {
      engine.stats.rejectedConnections++
      socket.end('-ERR max number of clients reached\r\n')
      return
    }
    const connection = new Connection(engine, socket, () => connections.delete(connection))
    connections.add(connection)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const listening = (): void => {
      const address = server.address()
      const close = (): Promise<void> => closeServer(server, connections)
      engine.onClose.add(() => void close())
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, close, [Symbol.asyncDispose]: close })
    }
    if (options.path !== undefined) server.listen(options.path, listening)
    else server.listen(options.port ?? 6379, options.host ?? '127.0.0.1', listening)
  })
}

function closeServer(server: Server, connections: Iterable<Connection>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const connection of [...connections]) connection.end()
  })
}

class Connection {
  readonly #engine: Engine
  readonly #socket: Socket
  readonly #session: Session
  readonly #parser: RequestParser
  #output = ''
  /** A blocking command is being waited for: what comes behind it waits too. */
  #waiting = false
  #ended = false

  constructor(engine: Engine, socket: Socket, onClose: () => void) {
    this.#engine = engine
    this.#socket = socket
    const peer = {
      address: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`,
      local: `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`,
    }
    this.#session = engine.connect({ peer, onPush: (push) => this.#push(push), onKill: () => socket.destroy() })
    this.#parser = new RequestParser()
    socket.on('data', (bytes) => this.#receive(bytes))
    socket.on('drain', () => this.#resume())
    socket.on('error', () => socket.destroy()) // a reset by the peer is an ordinary end
    socket.on('close', () => {
      this.#ended = true
      this.#session.close()
      onClose()
    })
  }

  /** Sends what is left and closes. */
  end(): void {
    this.#ended = true
    this.#flush()
    this.#socket.end(() => this.#socket.destroy())
  }

  #receive(bytes: Uint8Array): void {
    this.#engine.stats.inputBytes += bytes.length
    this.#session.lastUsed = this.#engine.clock.now()
    this.#parser.limits.maxBulk = this.#engine.config.number('proto-max-bulk-len')
    this.#parser.feed(bytes)
    this.#run()
  }

  /** Runs the commands that have arrived whole, then sends their replies together. */
  #run(): void {
    const session = this.#session
    try {
      while (!this.#waiting && !this.#ended) {
        this.#parser.limits.authenticated = session.authenticated
        const argv = this.#parser.next()
        if (argv === undefined) break
        const result = session.execute(argv)
        if (result instanceof Promise) this.#wait(result)
        else this.#reply(result)
        if (session.quitting) return this.end()
        if (this.#socket.writableNeedDrain) break
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#output += `-ERR ${error.message}\r\n`
      return this.end()
    }
    this.#flush()
  }

  #wait(result: Promise<Reply>): void {
    this.#waiting = true
    void result.then((reply) => {
      this.#waiting = false
      if (this.#ended) return
      this.#reply(reply)
      this.#run()
    })
  }

  #reply(reply: Reply): void {
    this.#output += encodeReply(reply, this.#session.protocol)
    // Long outputs go as they are made, so that back-pressure shows while a pipeline still runs.
    if (this.#output.length > 1 << 16) this.#flush()
  }

  #push(push: Reply): void {
    const first = this.#output === ''
    this.#output += encodeReply(push, this.#session.protocol)
    if (this.#socket.writableLength + this.#output.length > OUTPUT_LIMIT) return void this.#socket.destroy()
    if (first) queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    if (this.#output === '' || this.#socket.destroyed) return
    this.#engine.stats.outputBytes += this.#output.length
    const room = this.#socket.write(this.#output, 'latin1')
    this.#output = ''
    if (!room) this.#socket.pause()
  }

  #resume(): void {
    this.#socket.resume()
    this.#run()
  }
}
