// What the commands have in common: documents by their keys, what paths find in them, and errors in RedisJSON's words.
import type { ByteString } from '../bytes.ts'
import type { Argv } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import { printed, WRONG_TYPE } from '../engine/errors.ts'
import { EVENT } from '../engine/events.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { JsonDocument, type Place } from './document.ts'
import { parsePath, type Path } from './path.ts'
import { select } from './select.ts'
import { type Json, typeName } from './value.ts'

export const noKey = (): ReplyError => new ReplyError("ERR could not perform this operation on a key that doesn't exist")

export const missing = (path: ByteString, or?: string): ReplyError =>
  new ReplyError(`ERR Path '${printed(path)}' does not exist${or === undefined ? '' : ` or ${or}`}`)

export const expected = (type: string, found: Json): ReplyError =>
  new ReplyError(`WRONGTYPE wrong type of path value - expected ${type} but found ${typeName(found)}`)

const asDocument = (value: unknown): JsonDocument | undefined => {
  if (value === undefined || value instanceof JsonDocument) return value
  throw WRONG_TYPE
}

/** The document of a key for reading. @throws WRONG_TYPE */
export const readDocument = (db: Database, key: ByteString): JsonDocument | undefined => asDocument(db.read(key))

/** The document of a key for changing it. @throws WRONG_TYPE */
export const documentFor = (db: Database, key: ByteString): JsonDocument | undefined => asDocument(db.write(key))

/** Tells of a change, under the name of the command. */
export const changed = (db: Database, key: ByteString, command: string): void => db.changed(key, EVENT.module, `json.${command}`)

/** The path behind the key, or the older one for the root. */
export const optionalPath = (argv: Argv): Path => parsePath(argv[2] ?? '.')

/**
 * What a path selects in the document of a key, for commands that only read.
 * @returns null if there is no such key and the path is of the older form
 * @throws ReplyError if there is no such key
 */
export function placesIn(db: Database, argv: Argv, path: Path, error = noKey()): Place[] | null {
  const document = readDocument(db, argv[1])
  if (document !== undefined) return select(path.steps, document.root)
  if (path.legacy) return null
  throw error
}

/** What is done with each value that a path selects. */
export interface Change {
  /** Whether a value is of the right type. */
  is(value: Json): boolean
  /** What is said where none is. */
  readonly isNot: string
  /** Looks at one. @returns what changes it and gives its reply; null if nothing is to change; @throws ReplyError: nothing has changed then */
  prepare(document: JsonDocument, place: Place): (() => Reply) | null
}

/**
 * Changes all values of the right type that a path selects.
 * @returns for each its reply, or null; for an older path only the last
 */
export function changeEach(db: Database, argv: Argv, path: Path, change: Change): Reply {
  const replies = changeAll(db, argv, path, change)
  if (!path.legacy) return replies.map((reply) => reply ?? null)
  const right = replies.filter((reply) => reply !== undefined)
  if (right.length === 0) throw missing(path.text, change.isNot)
  return right.at(-1)!
}

/** @returns the reply of each value, undefined for one of another type */
export function changeAll(db: Database, argv: Argv, path: Path, change: Change): (Reply | undefined)[] {
  const document = documentFor(db, argv[1])
  if (document === undefined) throw noKey()
  const places = select(path.steps, document.root)
  // A place that was found twice is changed once.
  const first = new Map<Json | null, Map<ByteString | number, number>>()
  const prepared = places.map((place, i) => {
    const container = place.parent?.value ?? null
    const keys = first.get(container) ?? new Map<ByteString | number, number>()
    first.set(container, keys)
    if (keys.has(place.key)) return keys.get(place.key)!
    keys.set(place.key, i)
    return change.is(place.value) ? change.prepare(document, place) : undefined
  })
  const replies = places.map((): Reply | undefined => undefined)
  // What lies in others was found after them, and is changed before them: else it might be somewhere else by then.
  for (let i = places.length - 1; i >= 0; i--) {
    const run = prepared[i]
    if (typeof run === 'function') replies[i] = run()
    else if (run === null) replies[i] = null
  }
  prepared.forEach((run, i) => {
    if (typeof run === 'number') replies[i] = replies[run]
  })
  if (prepared.some((run) => typeof run === 'function')) changed(db, argv[1], argv[0].slice('JSON.'.length).toLowerCase())
  return replies
}
