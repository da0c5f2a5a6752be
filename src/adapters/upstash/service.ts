// What the backend asks of the way to Upstash: over HTTP, or through a requester of the user's own.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Signal } from '../../core/client/backend.ts'
import type { Reply, ReplyError } from '../../core/reply.ts'

/** Where several commands go. */
export type Endpoint = 'pipeline' | 'multi-exec'
export type Listener = 'subscribe' | 'psubscribe'

export interface Service {
  /** Whether a request may be sent again that got no answer. */
  readonly repeats: boolean
  /** Whether integers beyond 2^53 arrive exact. */
  readonly exactIntegers: boolean

  /** Sends one command. It does not reject. */
  single(argv: Argv): Promise<Reply>
  /** Sends several. It does not reject. @returns an error if none has run, or nobody knows */
  several(endpoint: Endpoint, commands: readonly Argv[]): Promise<Reply[] | ReplyError>
  /**
   * Listens to one channel or pattern. Resolves when it ends.
   * @param onEvent gets the words of an event, first the confirmation
   * @throws what went wrong
   */
  listen(kind: Listener, name: ByteString, onEvent: (words: ByteString[]) => void, signal: AbortSignal & Signal): Promise<void>
}
