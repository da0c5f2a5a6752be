// What the engine asks of persistence, which core/persistence answers. Without it nothing is ever written.
import type { Reply, ReplyError } from '../reply.ts'

export interface Durability {
  /** The error that every write gets while the data cannot be saved (MISCONF), or null. */
  writeError(): ReplyError | null
  /** Data has changed since this was last called. */
  changed(): void
  /** FLUSHALL has emptied every database. */
  flushed(): void
  /** INFO persistence, as names and values. */
  info(): [string, string | number][]
  /** CONFIG SET was called. */
  configured(): void
  /** Ends saving; `save` null asks the rules. @returns an error if the data could not be saved */
  close(save: boolean | null): Promise<Reply>
}

export const NOT_DURABLE: Durability = {
  writeError: () => null,
  changed: () => {},
  flushed: () => {},
  info: () => [],
  configured: () => {},
  close: async () => null,
}
