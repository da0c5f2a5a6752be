// The way to Upstash through a requester that the user made: `new Redis(requester)`. It gives text, so replies that are no
// UTF-8 are what the requester makes of them; this project's own can be asked for bytes.
import { type ByteString, encodeUtf8 } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { BYTES_HEADER } from '../../core/rest/agreed.ts'
import { parseExactly } from '../../core/rest/json.ts'
import { textOf } from './arguments.ts'
import { errorOf, fromBase64, fromText, INTEGER_MARK, lost, repliesOf, replyOf, type ToReply, wordsOf } from './replies.ts'
import type { Endpoint, Listener, Service } from './service.ts'

/** As @upstash/redis asks for it. */
export interface Requester {
  readonly takesBytes?: boolean
  request(request: {
    path?: string[]
    body: unknown
    headers?: Record<string, string>
    isStreaming?: boolean
    onMessage?: (data: string) => void
    signal?: AbortSignal
  }): Promise<unknown>
}

export class RequesterService implements Service {
  readonly repeats = true
  readonly exactIntegers: boolean
  readonly #requester: Requester
  readonly #bytes: boolean
  readonly #toReply: ToReply

  constructor(requester: Requester) {
    this.#requester = requester
    this.#bytes = this.exactIntegers = requester.takesBytes === true
    this.#toReply = this.#bytes ? fromBase64 : fromText
  }

  async single(argv: Argv): Promise<Reply> {
    try {
      return bare(replyOf(await this.#ask(argv), this.#toReply))
    } catch (error) {
      return failureOf(error)
    }
  }

  async several(endpoint: Endpoint, commands: readonly Argv[]): Promise<Reply[] | ReplyError> {
    try {
      const answer = await this.#ask(commands, endpoint)
      if (!Array.isArray(answer)) {
        const reply = replyOf(answer, this.#toReply)
        if (reply instanceof ReplyError) return bare(reply) as ReplyError
      }
      return repliesOf(answer, commands.length, this.#toReply)
    } catch (error) {
      return failureOf(error) as ReplyError
    }
  }

  async #ask(lines: Argv | readonly Argv[], endpoint?: Endpoint): Promise<unknown> {
    const path = endpoint === undefined ? {} : { path: [endpoint] }
    if (this.#bytes) {
      const json = await this.#requester.request({ ...path, body: lines, headers: { [BYTES_HEADER]: '1' } })
      return parseExactly(json as string, INTEGER_MARK)
    }
    return this.#requester.request({ ...path, body: endpoint === undefined ? textOf(lines as Argv) : (lines as Argv[]).map(textOf) })
  }

  /** A requester does not say when its stream ends: only the signal does. */
  async listen(kind: Listener, name: ByteString, onEvent: (words: ByteString[]) => void, signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await this.#requester.request({
      path: [kind, this.#bytes ? name : textOf([name])[0]],
      body: [],
      headers: {
        Accept: 'text/event-stream',
        'Cache-Control': 'no-cache',
        Connection: 'keep-alive',
        ...(this.#bytes ? { [BYTES_HEADER]: '1' } : {}),
      },
      isStreaming: true,
      onMessage: (line) => onEvent(wordsOf(encodeUtf8(line.replace(/^data: /, '')), name, this.#bytes)),
      signal,
    })
    await ended
  }
}

/** A requester of @upstash/redis throws what the service says. */
function failureOf(error: unknown): Reply {
  return error instanceof Error && error.name === 'UpstashError' ? bare(errorOf(error.message)) : lost(error)
}

/** Upstash's own client puts the command behind an error's text, with all its values. */
function bare(reply: Reply): Reply {
  return reply instanceof ReplyError ? new ReplyError(reply.text.replace(/, command was: .*$/s, ''), reply.cause) : reply
}
