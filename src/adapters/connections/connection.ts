// What the client's backends on servers ask of a library that reaches them: connections, each of which runs commands. Replies
// have RESP3's shapes, and a lost connection is a reply too, so nothing here knows which library it is.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Capabilities, Topic } from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import type { Push, Reply, ReplyError } from '../../core/reply.ts'

/** What takes commands. */
export interface Sender {
  /** Runs one command. What the library rejects with is a reply as well. */
  send(argv: Argv): Promise<Reply>
  /**
   * Runs commands together.
   * @param atomic as a transaction; the result is null if a watched key has changed
   * @throws RedisError if none of them has run
   */
  sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null>
}

export interface Connection extends Sender {
  /** Whether it is connected, so that the next command may use it. */
  readonly ready: boolean
  /** Listens. Resolves once that is confirmed. @throws RedisError if it is not: then the connection has ended */
  listen(topic: Topic, names: readonly ByteString[], onPush: (push: Push) => void): Promise<void>
  /** Has a function called when it has ended and will not come back. */
  onEnd(listener: (reason: ReplyError) => void): void
  /** Ends it at once: what is under way fails. */
  drop(): void
  /** Ends it once what was sent is answered. */
  close(): Promise<void>
}

/** What a connection is made for: a command that waits, a subscription, or WATCH, which is lost with its connection. */
export type Purpose = 'wait' | 'listen' | 'watch'

/** A single server, through the connection that the user made. */
export interface Server extends Connection {
  readonly traits: Pick<Capabilities, 'exactIntegers' | 'delivery'>
  /** Another connection like it; one for WATCH is connected. @throws RedisError if there can be none */
  open(purpose: Purpose): Promise<Server>
}

/** One master of a cluster. */
export interface Master extends Sender {
  /** Where it is, by which it is known. */
  readonly address: string
  /** A connection to it that ends when it is lost, or when what it listens to has moved. @throws RedisError if there can be none */
  open(purpose: 'listen' | 'watch'): Promise<Connection>
}

/** A cluster, through the client that the user made: it sends each command to the master that has its keys. */
export interface Nodes extends Connection {
  readonly traits: Server['traits']
  /** Whether it will not be reached any more. */
  readonly ended: boolean
  /** Another client like it, for commands that wait. */
  open(): Promise<Connection>
  /** A command's keys as they are sent; null if it has a key too few. */
  keysOf(argv: Argv): ByteString[] | null | Promise<ByteString[] | null>
  /** The masters, in an order that stays the same. @throws RedisError if the cluster cannot be reached */
  masters(): Promise<Master[]>
  /** The masters of all slots, or an error if one is gone. */
  everyMaster(): Promise<Master[] | ReplyError>
  /** The master that has a key's slot. @param key as it is sent */
  masterOf(key: ByteString): Promise<Master>
  /** Makes the library find out who has a key's slot now. */
  locate(key: ByteString): Promise<void>
}

/** The commands that listen. */
export const SUBSCRIBE = { channels: 'SUBSCRIBE', patterns: 'PSUBSCRIBE', shards: 'SSUBSCRIBE' } as const satisfies Record<Topic, string>

/** @throws RedisError if no reply at all has come */
export function someOf(replies: Reply[], commands: readonly Argv[]): Reply[] {
  const [first] = replies
  if (isLost(first) && replies.every(isLost)) throw RedisError.from(first, commands[0][0])
  return replies
}
