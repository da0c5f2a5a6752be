// What the client's backends on servers ask of a library that reaches them: connections, each of which runs commands. Replies
// have RESP3's shapes, and a lost connection is a reply too, so nothing here knows which library it is.
import { type ByteString, isAscii } from '../../core/bytes.ts'
import type { Argv, Capabilities, Listening, Topic } from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import type { Reply, ReplyError } from '../../core/reply.ts'

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

/** What goes on until it ends. */
export interface Lasting {
  /** Has a function called when it has ended and will not come back. */
  onEnd(listener: (reason: ReplyError) => void): void
  /** Ends it at once: what is under way fails. */
  drop(): void
}

export interface Connection extends Sender, Lasting {
  /** Whether it is connected, so that the next command may use it. */
  readonly ready: boolean
  /** Ends it once what was sent is answered. */
  close(): Promise<void>
}

/** What the user made: a client of a library, for a server or a cluster. */
interface Client extends Sender, Pick<Connection, 'onEnd' | 'close'> {
  readonly traits: Pick<Capabilities, 'exactIntegers' | 'delivery'>
  /** The one that it has selected, if there are several. */
  readonly database?: number
  /** Another like it, for commands that wait. @throws RedisError if there can be none */
  open(): Promise<Connection>
}

/** What is listened to, and who hears it. */
export type Heard = Pick<Listening, 'topic' | 'names' | 'onPush'>

/** A single server. */
export interface Server extends Client {
  /** Another like it for WATCH: it ends when its connection is lost. @throws RedisError if it cannot be reached */
  watch(): Promise<Server & Lasting>
  /** Listens on a connection of its own. Resolves once that is confirmed. @throws RedisError if it is not */
  listen(heard: Heard): Promise<Lasting>
}

/** One master of a cluster. */
export interface Master extends Sender {
  /** Where it is, by which it is known. */
  readonly address: string
  /** A connection for WATCH. @throws RedisError if it cannot be reached */
  watch(): Promise<Connection>
  /** The same, until the connection is lost or a shard's slot has moved. */
  listen(heard: Heard): Promise<Lasting>
}

/** A cluster: each command goes to the master that has its keys. */
export interface Nodes extends Client {
  /** Whether it will not be reached any more. */
  readonly ended: boolean
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

/** A word of a command as these libraries take it: a string goes out as UTF-8. */
export type Word = string | Buffer

/** ASCII is the same either way, and faster as a string. */
export const wordOf = (bytes: ByteString): Word => (isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1'))

/** `close` lets what was sent before finish, but not for ever. */
export const CLOSE_TIMEOUT_MS = 2000

/** @returns once so much time has passed, which keeps no process alive */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

/** @throws RedisError if no reply at all has come */
export function someOf(replies: Reply[], commands: readonly Argv[]): Reply[] {
  const [first] = replies
  if (isLost(first) && replies.every(isLost)) throw RedisError.from(first, commands[0][0])
  return replies
}
