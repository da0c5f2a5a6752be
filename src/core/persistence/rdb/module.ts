// Values of types that modules bring, as RDB files hold them: the type's name and version in 64 bits, and a list of items, each
// behind a number that says its kind, so that they can be passed over by who does not know the type.
import { viewOf } from '../../bytes.ts'
import { missingType } from '../../engine/errors.ts'
import type { Item, ModuleType, ModuleValue, Types } from '../../engine/modules.ts'
import type { Int64 } from '../../numbers.ts'
import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { RdbError } from './format.ts'

/** The file is whole, but this engine lacks the type of one of its values. */
export class MissingTypeError extends RdbError {}

const CHARS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

// Kinds of items.
const END = 0
const SIGNED = 1
const UNSIGNED = 2
const FLOAT = 3
const DOUBLE = 4
const STRING = 5

/** What stands before a value's content. A string's length and bytes must follow, or items, and after them `writeEnd`. */
export function writeHead(sink: ByteSink, { id, form }: ModuleType): void {
  sink.byte(0x81) // a length of 64 bits
  sink.text(id)
  if (form === 'string') sink.length(STRING)
}

/** Writes an item of a value. */
export function writeItem(sink: ByteSink, item: Int64 | Uint8Array): void {
  if (item instanceof Uint8Array) {
    sink.length(STRING)
    sink.length(item.length)
    sink.bytes(item)
  } else {
    sink.length(UNSIGNED)
    sink.identifier(item)
  }
}

export const writeEnd = (sink: ByteSink): void => sink.length(END)

/** The name and version of a type: nine chars of six bits, and ten bits. */
export function readType(source: ByteSource): { name: string; version: number } {
  const id = source.identifier()
  let name = ''
  for (let bit = 58n; bit > 9n; bit -= 6n) name += CHARS[Number((id >> bit) & 63n)]
  return { name, version: Number(id & 1023n) }
}

/** What is wrong is the engine, not the data. */
export const missing = (name: string, source: ByteSource): MissingTypeError =>
  new MissingTypeError(missingType(name), source.fail('').offset)

/** @throws MissingTypeError */
function knownType(source: ByteSource, types: Types | undefined): { type: ModuleType; version: number } {
  const { name, version } = readType(source)
  const type = types?.modules.get(name)
  if (type === undefined) throw missing(name, source)
  return { type, version }
}

/** Begins to read a value: `done` is called in a later step of the source. @throws MissingTypeError */
export function readModule(source: ByteSource, types: Types | undefined, done: (value: ModuleValue) => void): void {
  const { type, version } = knownType(source, types)
  const loading = type.load(version)
  let loaded = loading.next()
  const next = (): void => {
    const item = readItem(source)
    if (!loaded.done) loaded = loading.next(item)
    else if (item !== undefined) loaded = { done: true, value: null } // more than there should be
    if (loaded.done && loaded.value === null) throw source.fail(`damaged value of the type ${type.name}`)
    if (item !== undefined) source.repeat(1, next)
    else done(loaded.value!)
  }
  source.repeat(1, next)
}

/** Passes over what a module keeps beside the keys. @throws MissingTypeError unless its type is known */
export function skipBeside(source: ByteSource, types: Types | undefined): void {
  knownType(source, types)
  source.length()
  source.length() // whether it stands before or after the keys
  while (readItem(source) !== undefined);
}

/** @returns undefined at the end */
function readItem(source: ByteSource): Item | undefined {
  const kind = source.length()
  if (kind === END) return undefined
  if (kind === STRING) return source.string()
  if (kind === SIGNED || kind === UNSIGNED) return source.identifier()
  if (kind === DOUBLE) return source.double()
  if (kind !== FLOAT) throw source.fail(`unknown kind of item ${kind}`)
  return viewOf(source.raw(4)).getFloat32(0, true)
}
