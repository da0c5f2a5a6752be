// What the engine asks of persistence, which core/persistence answers. Without it nothing is ever written.
import { OK, type Reply, ReplyError } from '../reply.ts'

export interface Durability {
  /** SAVE. @throws ReplyError if a save runs */
  save(): Promise<Reply>
  /** BGSAVE. @param later whether it must not start yet, since a transaction runs; @throws ReplyError if a save runs */
  bgsave(schedule: boolean, later: boolean): Reply
  /** BGREWRITEAOF, with `later` as above. @throws ReplyError if a rewrite runs */
  rewrite(later: boolean): Reply
  /**
   * Settles, with an error or null, when all that was changed so far is in the journal and safe from a power cut. Under
   * `appendfsync always` replies wait for it; null if they need not.
   */
  durable(): Promise<ReplyError | null> | null
  /**
   * What servers wait for before they send replies, as their clients outlive this process: `durable`, or that all that was
   * changed so far would outlive it too. Null if there is nothing to wait for, or the storage is too slow for it.
   */
  handedOver(): Promise<ReplyError | null> | null
  /** WAITAOF: has the journal made durable. @returns what `durable` would; @throws ReplyError if there is no journal */
  sync(): Promise<ReplyError | null>
  /** When data was last saved, in seconds since 1970. */
  readonly lastSave: number
  /** The error that every write gets while the data cannot be saved (MISCONF), or null. */
  writeError(): ReplyError | null
  /** Data has changed since this was last called. */
  changed(): void
  /** FLUSHALL has emptied every database. Settles when that is saved; null if there is nothing to wait for */
  flushed(): Promise<void> | null
  /** All data was replaced. Settles, with an error or null, when the journal knows; null if there is nothing to wait for */
  replaced(): Promise<ReplyError | null> | null
  /** INFO persistence, as names and values. */
  info(): [string, string | number][]
  /** CONFIG SET was called. */
  configured(): void
  /** Settles, with an error or null, when the journal that CONFIG SET turned on has begun, or the one it turned off has ended. */
  readonly turning: Promise<ReplyError | null> | null
  /**
   * Ends saving; nothing can be written any more. `save` null asks the rules.
   * @param force ends although the data could not be saved, or the storage answers nothing; so does one that runs already
   * @returns an error if the data could not be saved; then everything goes on
   */
  close(save: boolean | null, force: boolean): Promise<Reply>
}

const NO_STORAGE = new ReplyError('ERR there is no storage to save to')

export const NO_JOURNAL = new ReplyError('ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.')

export const NOT_DURABLE: Durability = {
  save: async () => NO_STORAGE,
  bgsave: () => NO_STORAGE,
  rewrite: () => NO_STORAGE,
  durable: () => null,
  handedOver: () => null,
  sync: () => {
    throw NO_JOURNAL
  },
  replaced: () => null,
  lastSave: 0,
  writeError: () => null,
  changed: () => {},
  flushed: () => null,
  info: () => [],
  configured: () => {},
  turning: null,
  close: async () => OK,
}
