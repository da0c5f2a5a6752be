// A fetch handler on a Node HTTP server, for runtimes that have none of their own. Small bodies are read before the handler
// is asked, which saves a stream; larger ones stream as they are read. A client that goes away aborts its request's signal.
/// <reference lib="esnext.disposable" preserve="true" />
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { knownOptions } from '../given.ts'

/** For `serveRest`. */
export interface RestServerOptions {
  /** The port; 0 picks any free one. Default: 8079 */
  port?: number | undefined
  /** The address to listen on. Default: 127.0.0.1, this machine only */
  host?: string | undefined
  /** How many clients may be connected at once; further ones are refused. Default: 10000 */
  maxConnections?: number | undefined
}

/** A REST handler that listens on a port. */
export interface RestServer extends AsyncDisposable {
  /** The port it listens on. */
  readonly port: number
  /** Such as `http://127.0.0.1:8079`. */
  readonly url: string
  /** Ends all connections and stops listening. */
  close(): Promise<void>
}

type Handler = (request: Request) => Promise<Response>

/** Bodies up to this many bytes are read before the handler is asked. */
const SMALL = 65_536
/** How long the rest of a body that the handler did not want is still taken in, so that its sender gets to read why. */
const LINGER_MS = 2000
/** A client that vanished without a word is noticed by then, and its event stream ends. */
const KEEP_ALIVE_MS = 60_000

/** Serves a fetch handler, such as `createRestHandler` makes. @throws if the port is taken or not allowed */
export function serveRest(handler: Handler, options: RestServerOptions = {}): Promise<RestServer> {
  knownOptions('serveRest', options, ['port', 'host', 'maxConnections'])
  const { port = 8079, host = '127.0.0.1', maxConnections = 10_000 } = options
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (incoming, outgoing) => {
    // The client has gone in the middle of its body or of the response.
    serve(handler, incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.maxConnections = maxConnections
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        })
      const shown = host.includes(':') ? `[${host}]` : host
      resolve({ port: address.port, url: `http://${shown}:${address.port}`, close, [Symbol.asyncDispose]: close })
    })
  })
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = urlOf(incoming)
  if (url === null) return void outgoing.writeHead(400).end()
  const gone = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  const request = await requestOf(url, incoming, gone.signal)
  const response = await handler(request)
  if (!incoming.complete) discard(incoming)
  await send(response, outgoing)
}

/** Takes the rest of a body in without keeping it. */
function discard(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.destroy(), LINGER_MS)
  incoming.once('end', () => clearTimeout(timer))
  incoming.removeAllListeners('data')
  incoming.resume()
}

/** @returns null if what the client asks for is no URL */
function urlOf({ headers, url = '/' }: IncomingMessage): string | null {
  const whole = `http://${headers.host ?? 'localhost'}${url}`
  return url.startsWith('/') && URL.canParse(whole) ? whole : null
}

async function requestOf(url: string, incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = 'GET', headers } = incoming
  const init = { method, headers: headersOf(incoming), signal }
  const length = headers['content-length']
  const none = length === '0' || (length === undefined && headers['transfer-encoding'] === undefined)
  if (none || method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return new Request(url, init)
  if (length === undefined || Number(length) > SMALL) {
    return new Request(url, { ...init, body: streamOf(incoming), duplex: 'half' } as RequestInit)
  }
  return new Request(url, { ...init, body: (await readAll(incoming)) as BodyInit })
}

/** Unlike `Readable.toWeb` it leaves the connection as it is when nobody wants the rest. */
function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let wanted = true
  return new ReadableStream({
    start(controller) {
      incoming.on('data', (chunk: Uint8Array) => {
        controller.enqueue(chunk)
        incoming.pause()
      })
      incoming.on('end', () => wanted && controller.close())
      incoming.on('error', (error) => controller.error(error))
      incoming.pause()
    },
    pull: () => void incoming.resume(),
    cancel() {
      wanted = false
      incoming.removeAllListeners('data')
    },
  })
}

function readAll(incoming: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    incoming.on('error', reject)
  })
}

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const headers: [string, string][] = []
  for (let i = 0; i < rawHeaders.length; i += 2) headers.push([rawHeaders[i], rawHeaders[i + 1]])
  return headers
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const headers: Record<string, string | number> = Object.fromEntries(response.headers)
  if (headers['content-type'] === 'text/event-stream') {
    outgoing.writeHead(response.status, headers)
    outgoing.flushHeaders()
    return pump(response.body!.getReader(), outgoing)
  }
  const body = response.body === null ? undefined : new Uint8Array(await response.arrayBuffer())
  if (body !== undefined) headers['content-length'] = body.length
  outgoing.writeHead(response.status, headers).end(body)
}

/** Passes a stream on as fast as the client reads it. */
async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  let goOn = (): void => {}
  outgoing.on('drain', () => goOn())
  outgoing.on('close', () => {
    goOn()
    reader.cancel().catch(() => {}) // it has ended with an error already
  })
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (outgoing.destroyed) return
    if (!outgoing.write(next.value)) await new Promise<void>((resolve) => (goOn = resolve))
  }
  outgoing.end()
}
