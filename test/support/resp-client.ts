// A bare RESP connection for tests: it sends byte strings and shows replies with their wire types, so that two servers
// can be compared to the letter.
import { createConnection, type NetConnectOpts, type Socket } from 'node:net'

/** A reply as it came: its type's sign and its content. */
export type WireReply = { type: string; value: string | null | WireReply[] }

/** A command as a client sends it. */
export const respCommand = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`

export class RespClient {
  readonly #socket: Socket
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  #waiting: { resolve: (reply: WireReply) => void; reject: (error: Error) => void }[] = []
  /** What came without being asked for. */
  readonly pushed: WireReply[] = []
  closed = false

  static async connect(options: NetConnectOpts): Promise<RespClient> {
    const socket = createConnection(options)
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new RespClient(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => this.#receive(bytes))
    socket.on('close', () => {
      this.closed = true
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('connection closed'))
    })
    socket.on('error', () => {})
  }

  call(...argv: string[]): Promise<WireReply> {
    return this.pipeline([argv]).then(([reply]) => reply)
  }

  /** Sends commands together. */
  pipeline(commands: readonly (readonly string[])[]): Promise<WireReply[]> {
    return this.raw(commands.map(respCommand).join(''), commands.length)
  }

  /** Sends bytes as they are and waits for so many replies. */
  raw(bytes: string, replies: number): Promise<WireReply[]> {
    if (this.closed) return Promise.reject(new Error('connection closed'))
    const answers = Array.from(
      { length: replies },
      () => new Promise<WireReply>((resolve, reject) => this.#waiting.push({ resolve, reject })),
    )
    this.#socket.write(bytes, 'latin1')
    return Promise.all(answers)
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(bytes: Buffer): void {
    this.#buffer = this.#at === this.#buffer.length ? bytes : Buffer.concat([this.#buffer.subarray(this.#at), bytes])
    this.#at = 0
    for (;;) {
      const start = this.#at
      const reply = this.#read()
      if (reply === undefined) {
        this.#at = start
        return
      }
      const waiter = reply.type === '>' ? undefined : this.#waiting.shift()
      if (waiter === undefined) this.pushed.push(reply)
      else waiter.resolve(reply)
    }
  }

  #read(): WireReply | undefined {
    const end = this.#buffer.indexOf('\r\n', this.#at)
    if (end < 0) return undefined
    const type = String.fromCharCode(this.#buffer[this.#at])
    const line = this.#buffer.toString('latin1', this.#at + 1, end)
    this.#at = end + 2
    if ('$=!'.includes(type)) {
      if (+line < 0) return { type, value: null }
      const from = this.#at
      this.#at += +line + 2
      return this.#at > this.#buffer.length ? undefined : { type, value: this.#buffer.toString('latin1', from, from + +line) }
    }
    if (!'*~%>'.includes(type)) return { type, value: line }
    if (+line < 0) return { type, value: null }
    const items: WireReply[] = []
    for (let left = type === '%' ? 2 * +line : +line; left > 0; left--) {
      const item = this.#read()
      if (item === undefined) return undefined
      items.push(item)
    }
    return { type, value: items }
  }
}

/** A reply as plain JS: what most tests want to look at. */
export function plain(reply: WireReply): unknown {
  if (Array.isArray(reply.value)) return reply.value.map(plain)
  if (reply.type === ':') return Number(reply.value)
  if (reply.type === '-') return { error: reply.value }
  return reply.value
}
