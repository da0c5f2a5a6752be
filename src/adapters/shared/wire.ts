// What tabs say to each other. One tab owns the database and runs the commands; the others are its guests. Messages are
// plain data, as structured clones carry it; replies, which are classes here, are packed into it.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Topic } from '../../core/client/backend.ts'
import type { Loaded } from '../../core/persistence/load.ts'
import {
  Double,
  MapReply,
  NULL_ARRAY,
  NullArray,
  Pairs,
  Push,
  type Reply,
  ReplyError,
  SetReply,
  Several,
  Status,
  Verbatim,
} from '../../core/reply.ts'

/** Tabs may have loaded the page before and after an update: another number for what tabs of before would not understand. */
export const WIRE = 1

/** What every tab hears. */
export type Notice =
  /** Is there an owner? */
  | { readonly is: 'hello' }
  /** The lock is won, and what is stored is being loaded. */
  | { readonly is: 'claim'; readonly owner: string; readonly wire: number }
  /** The database is open here. */
  | { readonly is: 'owner'; readonly owner: string; readonly wire: number }
  /**
   * A guest says that it is there, perhaps anew. What it asks has ids above `first`, which its welcome has. It stays for as
   * long as its page, unless it is a service worker.
   */
  | { readonly is: 'join'; readonly owner: string; readonly tab: string; readonly first: number; readonly stays: boolean }
  /** The owner ends: commands that come now are not run any more. */
  | { readonly is: 'closing'; readonly owner: string }
  /** The browser stops the owner's tab. */
  | { readonly is: 'frozen'; readonly owner: string }
  | { readonly is: 'ping' }
  | { readonly is: 'alive'; readonly owner: string }

/** From a guest to the owner. `id` names what is asked, and its answer. */
export type Request = { readonly id: number; readonly connection: number } & (
  | { readonly op: 'call'; readonly argv: Argv; readonly blocking: boolean }
  | { readonly op: 'batch'; readonly commands: readonly Argv[]; readonly atomic: boolean }
  | { readonly op: 'subscribe'; readonly topic: Topic; readonly names: readonly ByteString[] }
  | { readonly op: 'monitor' }
  /** A script's tree, which is called by its SHA-1 from now on. */
  | { readonly op: 'script'; readonly sha: ByteString; readonly body: unknown }
  /** A connection of its own, which has this id from now on. */
  | { readonly op: 'connect' }
  /** Ends what that id began: a subscription, or the waiting of a command. */
  | { readonly op: 'stop' }
  | { readonly op: 'close' }
  /** All data as an RDB file, which is then pulled; or one to come, which is then pushed. The last push is null. */
  | { readonly op: 'export' | 'import' }
  | { readonly op: 'pull'; readonly file: number }
  | { readonly op: 'push'; readonly file: number; readonly chunk: Uint8Array | null }
)

/** From the owner to a guest. */
export type Answer = { readonly id: number } & (
  | { readonly is: 'welcome' }
  | { readonly is: 'reply'; readonly reply: Packed }
  | { readonly is: 'replies'; readonly replies: readonly Packed[] | null }
  | { readonly is: 'done' }
  /** The request failed as a whole: a transaction that was refused, an RDB file that is damaged (then with the offset). */
  | ({ readonly is: 'failed' } & Failure)
  | { readonly is: 'chunk'; readonly chunk: Uint8Array | null }
  | { readonly is: 'loaded'; readonly loaded: Loaded }
  /** A published message, or a line of MONITOR. */
  | { readonly is: 'push'; readonly push: Packed }
  /** A subscription has ended by itself. */
  | { readonly is: 'ended'; readonly error: string | null }
  /** The owner ends, and has not run it. */
  | { readonly is: 'not run' }
)

export interface Failure {
  readonly message: string
  readonly cause: { readonly command: string | undefined; readonly message: string } | null
  readonly offset?: number
}

export interface Requests {
  readonly tab: string
  readonly requests: readonly Request[]
}

export interface Answers {
  readonly owner: string
  readonly answers: readonly Answer[]
  /** They were held back until what they tell of was safe: the journal's `always`. */
  readonly safe: boolean
}

/** A reply as plain data: what is no string, number, null or array says its kind. */
export type Packed = ByteString | number | bigint | boolean | null | readonly Packed[] | { readonly kind: number; readonly value: unknown }

/** The kinds that are classes. A packed reply says its place here. */
const KINDS: readonly unknown[] = [Status, ReplyError, Double, MapReply, SetReply, Pairs, Push, Verbatim, NullArray, Several]

export function pack(reply: Reply): Packed {
  if (typeof reply !== 'object' || reply === null) return reply
  if (Array.isArray(reply)) return reply.map(pack)
  return { kind: KINDS.indexOf(reply instanceof Verbatim ? Verbatim : reply.constructor), value: contentOf(reply) }
}

function contentOf(reply: Exclude<Reply & object, Reply[]>): unknown {
  if (reply instanceof ReplyError) return [reply.text, cloneable(reply.cause)]
  if (reply instanceof Status || reply instanceof Verbatim) return reply.text
  if (reply instanceof Double) return [reply.value, reply.text]
  if (reply instanceof NullArray) return null
  return (reply instanceof MapReply || reply instanceof Pairs ? reply.flat : reply.items).map(pack)
}

/** An error keeps its name and message on the way. What else there is may not be fit for travel. */
function cloneable(cause: unknown): unknown {
  return cause instanceof Error ? cause : undefined
}

export function unpack(packed: Packed): Reply {
  if (typeof packed !== 'object' || packed === null) return packed
  if (isList(packed)) return packed.map(unpack)
  const { kind, value } = packed
  switch (KINDS[kind]) {
    case Status:
      return new Status(value as ByteString)
    case ReplyError:
      return new ReplyError(...(value as [ByteString, unknown]))
    case Double:
      return new Double(...(value as [number, ByteString | undefined]))
    case Verbatim:
      return new Verbatim(value as ByteString)
    case NullArray:
      return NULL_ARRAY
    default: {
      const Items = KINDS[kind] as new (items: Reply[]) => Reply
      return new Items((value as Packed[]).map(unpack))
    }
  }
}

/** `Array.isArray` does not know read-only arrays. */
const isList = (packed: Packed & object): packed is readonly Packed[] => Array.isArray(packed)
