// The way to Upstash through a requester that the user made: `new Redis(requester)`. It gives text, so replies that are no
// UTF-8 are what the requester makes of them.
import { type ByteString, encodeUtf8 } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { textOf } from './arguments.ts'
import { errorOf, fromText, lost, repliesOf, replyOf, wordsOf } from './replies.ts'
import type { Endpoint, Listener, Service } from './service.ts'

/** As @upstash/redis asks for it. */
export interface Requester {
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
  readonly exactIntegers = false
  readonly #requester: Requester

  constructor(requester: Requester) {
    this.#requester = requester
  }

  async single(argv: Argv): Promise<Reply> {
    try {
      return bare(replyOf(await this.#requester.request({ body: textOf(argv) }), fromText))
    } catch (error) {
      return failureOf(error)
    }
  }

  async several(endpoint: Endpoint, commands: readonly Argv[]): Promise<Reply[] | ReplyError> {
    try {
      const answer = await this.#requester.request({ path: [endpoint], body: commands.map(textOf) })
      if (!Array.isArray(answer)) {
        const reply = replyOf(answer, fromText)
        if (reply instanceof ReplyError) return bare(reply) as ReplyError
      }
      return repliesOf(answer, commands.length, fromText)
    } catch (error) {
      return failureOf(error) as ReplyError
    }
  }

  /** A requester does not say when its stream ends: only the signal does. */
  async listen(kind: Listener, name: ByteString, onEvent: (words: ByteString[]) => void, signal: AbortSignal): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await this.#requester.request({
      path: [kind, textOf([name])[0]],
      body: [],
      headers: { Accept: 'text/event-stream', 'Cache-Control': 'no-cache', Connection: 'keep-alive' },
      isStreaming: true,
      onMessage: (line) => onEvent(wordsOf(encodeUtf8(line.replace(/^data: /, '')), name, false)),
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
