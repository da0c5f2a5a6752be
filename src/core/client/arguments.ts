// From what a caller passes to what a command line holds: text becomes UTF-8, numbers their decimal form. What has no
// meaning for Redis (null, undefined, NaN, booleans, objects) is a TypeError before anything runs.
import { type ByteString, encodeUtf8, fromUint8Array } from '../bytes.ts'

/** A key, a field, a channel: text, or bytes as they are. */
export type Key = string | Uint8Array
/** A value or a number. */
export type Value = string | number | bigint | Uint8Array

/**
 * @param place where it is in which command, for the error
 * @throws TypeError for what is neither text, number nor bytes
 */
export function encodeArgument(argument: Value, command?: string, place?: number): ByteString {
  if (typeof argument === 'string') return encodeUtf8(argument)
  if (typeof argument === 'number' && !Number.isNaN(argument)) return encodeNumber(argument)
  if (typeof argument === 'bigint') return String(argument)
  if (argument instanceof Uint8Array) return fromUint8Array(argument)
  const which = command === undefined ? 'a Redis argument' : `argument ${place} of ${command}`
  throw new TypeError(`${which} must be a string, a number, a bigint or a Uint8Array, not ${kindOf(argument)}`)
}

function encodeNumber(number: number): ByteString {
  if (number === Infinity) return 'inf'
  if (number === -Infinity) return '-inf'
  return Object.is(number, -0) ? '-0' : String(number)
}

function kindOf(argument: unknown): string {
  if (typeof argument === 'number') return 'NaN'
  if (argument === null || typeof argument !== 'object') return argument === null ? 'null' : typeof argument
  return Array.isArray(argument) ? 'an array' : 'an object'
}

/** A command line for a backend, whose name is encoded. It takes the array over. @throws TypeError */
export function encodeCommand(argv: Value[]): ByteString[] {
  for (let i = 1; i < argv.length; i++) argv[i] = encodeArgument(argv[i], argv[0] as string, i)
  return argv as ByteString[]
}

/** A command's name as backends know it. @throws TypeError if it is no text */
export function commandName(name: string): ByteString {
  return encodeArgument(typeof name === 'string' ? name.toUpperCase() : name)
}

/**
 * Options in one of several forms, not in a mixture of them: what only other forms have is left out.
 * `Either<{ ex: number } | { px: number }>` is `{ ex: number; px?: false } | { px: number; ex?: false }`.
 */
export type Either<
  Forms,
  Out = false | undefined,
  All extends PropertyKey = Forms extends unknown ? keyof Forms : never,
> = Forms extends unknown ? Forms & { [Other in Exclude<All, keyof Forms>]?: Out } : never

/** Fields and values: a Map, or pairs. */
export type Entries<K = Key, V = Value> = ReadonlyMap<K, V> | Iterable<readonly [K, V]>
/** Fields and values: an object, a Map, or pairs. */
export type Pairs<K = Key, V = Value> = Readonly<Record<string, V>> | Entries<K, V>
/**
 * What an object must be to be fields and values: `<O extends Valued<O>>(values: O)`. Unlike `Pairs` it takes an interface, which has
 * no index signature, and refuses a property that may be missing.
 */
export type Valued<O> = Record<keyof O, Value>

/** Fields and values in turn. Anything else is passed on, for `encodeArgument` to refuse. */
export function flatten(pairs: object): Value[] {
  if (typeof pairs !== 'object' || pairs === null) return [pairs]
  const entries = Symbol.iterator in pairs ? (pairs as Iterable<readonly [Key, Value]>) : Object.entries(pairs)
  const flat: Value[] = []
  for (const [field, value] of entries) flat.push(field, value)
  return flat
}

/** A word that may be left out. */
export function ifGiven<T>(word: T | undefined): T[] {
  return word === undefined ? [] : [word]
}

/** One or several, as an array. */
export function listOf<T>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? one : [one as T]
}

/**
 * Options as Redis's words: `{ ex: 60, nx: true, get: false }` is EX 60 NX. Names that the command does not have are sent too, for
 * Redis to refuse: without types, `{ expire: 60 }` would otherwise set a value for ever.
 */
export function words(options: object): Value[] {
  const all: Value[] = []
  for (const [name, value] of Object.entries(options) as [string, OptionValue][]) {
    // What is compared with (`ifeq`) and is missing by mistake must not be a condition less.
    if (value === false || (value === undefined && !name.startsWith('if'))) continue
    // Methods look for options by their names in lower case: another spelling must not reach Redis and work by half.
    all.push(name[0] < 'a' ? `'${name}'` : name.toUpperCase())
    if (Array.isArray(value)) all.push(...(value as number[]))
    else if (isLimit(value)) all.push(value.offset, value.count)
    else if (value !== true) all.push(value as Value)
  }
  return all
}

type OptionValue = Value | boolean | undefined | readonly number[] | Limit

/** A part of what was found. */
export interface Limit {
  /** How many to leave out, from the first one on. */
  offset: number
  /** How many to give at most; a negative number for all. */
  count: number
}

const isLimit = (value: unknown): value is Limit => typeof value === 'object' && value !== null && 'offset' in value
