// The kinds of reply a command can give: RESP3's, as JS values. RESP2 is a view of them that resp/writer.ts makes at the
// border. A bulk string is a byte string, an integer a number (a bigint beyond 2^53), null is null, an array an array;
// every other kind has a class here. `nominal` exists for the type checker only: it tells classes of one shape apart. They share no
// base class: HGETALL takes 10 ns longer with one.
import type { ByteString } from './bytes.ts'

export type Reply =
  | ByteString
  | number
  | bigint
  | boolean
  | null
  | Reply[]
  | Status
  | ReplyError
  | Double
  | MapReply
  | SetReply
  | Pairs
  | Push
  | Verbatim
  | NullArray
  | Several

/** A simple string: `+OK`. */
export class Status {
  declare protected readonly nominal: 'Status'
  readonly text: ByteString
  constructor(text: ByteString) {
    this.text = text
  }
}
export const OK = new Status('OK')

/** An error reply. The first word of the text is its code. Not an `Error`: the engine makes many, and none needs a stack. */
export class ReplyError {
  declare protected readonly nominal: 'ReplyError'
  readonly text: ByteString
  /** What lies behind it, such as the storage's own error behind MISCONF. It does not go over the wire. */
  readonly cause: unknown
  /** Whether the statistics have it already: a script passes on what one of its commands replied. */
  readonly counted: boolean
  constructor(text: ByteString, cause?: unknown, counted = false) {
    this.text = text
    this.cause = cause
    this.counted = counted
  }
}

/** What commands get once their client is closed. */
export const CLOSED = new ReplyError('ERR The client is closed')

/** A floating point number; in RESP2 a bulk string. */
export class Double {
  readonly value: number
  /** As another server wrote it: what passes it on need not write it anew. */
  readonly text: ByteString | undefined
  constructor(value: number, text?: ByteString) {
    this.value = value
    this.text = text
  }
}

/** Keys and values in turn; in RESP2 a flat array. */
export class MapReply {
  declare protected readonly nominal: 'MapReply'
  readonly flat: Reply[]
  constructor(flat: Reply[]) {
    this.flat = flat
  }
}

/** What comes before a reply and tells of it; in RESP2 nothing. */
export class Attribute extends MapReply {}

/** Members without order or doubles; in RESP2 an array. */
export class SetReply {
  declare protected readonly nominal: 'SetReply'
  readonly items: Reply[]
  constructor(items: Reply[]) {
    this.items = items
  }
}

/** Two-element arrays in an array, such as members and scores; in RESP2 a flat array. */
export class Pairs {
  declare protected readonly nominal: 'Pairs'
  readonly flat: Reply[]
  constructor(flat: Reply[]) {
    this.flat = flat
  }
}

/** Out-of-band data such as a published message; in RESP2 an array. */
export class Push {
  declare protected readonly nominal: 'Push'
  readonly items: Reply[]
  constructor(items: Reply[]) {
    this.items = items
  }
}

/** Text for people, such as INFO's; in RESP2 a bulk string. */
export class Verbatim {
  declare protected readonly nominal: 'Verbatim'
  readonly text: ByteString
  /** Three letters; `txt` is plain text. */
  readonly format: ByteString
  constructor(text: ByteString, format = 'txt') {
    this.text = text
    this.format = format
  }
}

/** A number of any size as a script writes it; in RESP2, and for who reads it, text. */
export class BigNumber extends Verbatim {}

/** Null where an array was asked for: `*-1` in RESP2, like any null in RESP3. */
export class NullArray {
  declare protected readonly nominal: 'NullArray'
}
export const NULL_ARRAY = new NullArray()

/** Whether a reply is null, of either kind. */
export const isNull = (reply: Reply): reply is null | NullArray => reply === null || reply instanceof NullArray

/** Replies that follow each other, as SUBSCRIBE gives one for each channel. None at all is CLIENT REPLY OFF's silence. */
export class Several {
  declare protected readonly nominal: 'Several'
  readonly items: Reply[]
  constructor(items: Reply[]) {
    this.items = items
  }
}
export const NO_REPLY = new Several([])
