// Values of types that modules bring, as RDB files hold them: the type's name and version in 64 bits, and a list of items, each
// behind a number that says its kind, so that they can be passed over by who does not know the type.
import type { ByteString } from '../../bytes.ts'
import { missingType } from '../../engine/errors.ts'
import type { ModuleType, ModuleValue } from '../../engine/modules.ts'
import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { RdbError } from './format.ts'

/** The types that an engine has, by their names. */
export type ModuleTypes = ReadonlyMap<string, ModuleType>

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

/** What stands before a value's content, whose length and bytes must follow, and after them `writeEnd`. */
export function writeHead(sink: ByteSink, { id }: ModuleType): void {
  sink.byte(0x81) // a length of 64 bits
  sink.text(id)
  sink.length(STRING)
}

export const writeEnd = (sink: ByteSink): void => sink.length(END)

/** The name and version of a type: nine chars of six bits, and ten bits. */
export function readType(source: ByteSource): { name: string; version: number } {
  const id = source.identifier()
  let name = ''
  for (let bit = 58n; bit > 9n; bit -= 6n) name += CHARS[Number((id >> bit) & 63n)]
  return { name, version: Number(id & 1023n) }
}

/** @throws MissingTypeError: what is wrong is the engine, not the data */
function knownType(source: ByteSource, types: ModuleTypes | undefined): { type: ModuleType; version: number } {
  const { name, version } = readType(source)
  const type = types?.get(name)
  if (type === undefined) throw new MissingTypeError(missingType(name), source.fail('').offset)
  return { type, version }
}

/** @throws MissingTypeError */
export function readModule(source: ByteSource, types: ModuleTypes | undefined): ModuleValue {
  const { type, version } = knownType(source, types)
  const value = type.load(readItems(source)[0] ?? '', version)
  if (value === null) throw source.fail(`damaged value of the type ${type.name}`)
  return value
}

/** Passes over what a module keeps beside the keys. @throws MissingTypeError unless its type is known */
export function skipBeside(source: ByteSource, types: ModuleTypes | undefined): void {
  knownType(source, types)
  source.length()
  source.length() // whether it stands before or after the keys
  readItems(source)
}

/** @returns those that are strings */
function readItems(source: ByteSource): ByteString[] {
  const strings: ByteString[] = []
  for (let kind = source.length(); kind !== END; kind = source.length()) {
    if (kind === STRING) strings.push(source.string())
    else if (kind === SIGNED || kind === UNSIGNED) source.identifier()
    else if (kind === FLOAT) source.raw(4)
    else if (kind === DOUBLE) source.raw(8)
    else throw source.fail(`unknown kind of item ${kind}`)
  }
  return strings
}
