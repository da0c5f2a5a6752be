// Types of values that the engine does not know: an entry of its own brings one with its commands, as isodis/json does. What is
// done with any value (counting, copying, saving and loading it) is asked of the value itself.
import type { ByteString } from '../bytes.ts'
import type { MapReply } from '../reply.ts'
import type { readStream } from '../streams/loading.ts'
import type { Stream } from '../streams/stream.ts'
import type { Group, LoadDocs } from './command.ts'

/** What an entry such as `isodis/json` gives `createRedis`: commands, and the type of value they work on. */
export interface Module {
  /** Its commands. */
  readonly groups: readonly Group[]
  /** What COMMAND DOCS says of them. */
  readonly docs: LoadDocs
  /** Its type of value. */
  readonly type: ModuleType
  /** What MODULE LIST and HELLO say: the module of Redis that has the same, with the version whose commands are here. */
  readonly listing: MapReply
}

/** Streams, which come with their commands: see streams/. */
export interface StreamType {
  make(): Stream
  /** Begins to read one from a file. */
  readonly read: typeof readStream
}

/** The types of values that not every engine has. */
export interface Types {
  /** Those that an entry such as `isodis/json` brings, by their names. */
  readonly modules: ReadonlyMap<string, ModuleType>
  readonly stream: StreamType | undefined
}

/** A type of value. */
export interface ModuleType {
  /** Nine chars, as TYPE says it and RDB files have it. */
  readonly name: string
  /** What stands before a value in a file: eight bytes, of nine times six bits for the name and ten for the version of the form. */
  readonly id: ByteString
  /** How a value stands in a file: as one string, which is what it saves, or as items, which it saves as they are written there. */
  readonly form: 'string' | 'items'
  /** Reads a value of a version of the form: it is handed item after item, and undefined at the end. @returns null if that is none */
  load(version: number): Loading
}

/** What a file holds of a value: integers, floating point numbers, strings. */
export type Item = bigint | number | ByteString
export type Loading = Generator<void, ModuleValue | null, Item | undefined>

/** A value of such a type. */
export abstract class ModuleValue {
  /** What tells it from the engine's own values. */
  readonly type = 'module'
  /** What its keyspace counts it as: see keyspace.ts. */
  counted = 0
  /** The type it is of. */
  abstract readonly of: ModuleType
  /** Bytes of memory that it takes, known without going through it. */
  abstract readonly bytes: number
  /** A value of its own with the same content. */
  abstract copy(): ModuleValue
  /** Its content as it is now, for a file: later changes do not show in it. */
  abstract save(): Saving
  /** What tells it from others: texts in any order. */
  abstract parts(): Iterable<ByteString>
}

/** The content of a value on its way into a file. */
export interface Saving {
  /** The next piece, of some ten thousand bytes; null at the end. */
  next(): ByteString | null
  /** It is not wanted any more: what was held for it can go. It may be said again. */
  release(): void
}

/** All of a value's content. */
export function contentOf(value: ModuleValue): ByteString {
  const saving = value.save()
  const pieces: ByteString[] = []
  for (let piece = saving.next(); piece !== null; piece = saving.next()) pieces.push(piece)
  saving.release()
  return pieces.join('')
}
