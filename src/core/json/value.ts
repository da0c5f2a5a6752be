// JSON in memory. Texts are byte strings, as everywhere in the engine; an object is a Map, which keeps the order of its keys and
// knows no special ones. A number is one of JS, except where that could not tell what it was: an integer beyond 2^53 is a
// bigint, and a floating point number without a fraction (`1.0`, `1e300`) is a Float.
import { type ByteString, STRING_OVERHEAD } from '../bytes.ts'

export type JsonNumber = number | bigint | Float
export type Json = null | boolean | JsonNumber | ByteString | Json[] | JsonObject
export type JsonObject = Map<ByteString, Json>
export type Container = Json[] | JsonObject

/** A floating point number that as a number of JS would look like an integer. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** So deep may objects and arrays lie in each other, whatever put them there: all that walks over them calls itself. */
export const MOST_DEPTH = 512

export function float(value: number): JsonNumber {
  return Number.isInteger(value) ? new Float(value) : value
}

export const isContainer = (value: Json): value is Container => typeof value === 'object' && (Array.isArray(value) || value instanceof Map)

export const isNumber = (value: Json): value is JsonNumber =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Float

export const isInteger = (value: Json): value is number | bigint => typeof value === 'bigint' || Number.isInteger(value)

/** A number as the nearest one of JS. */
export const toNumber = (value: JsonNumber): number => (value instanceof Float ? value.value : Number(value))

/** The name of a value's type, as JSON.TYPE has it. */
export function typeName(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Map) return 'object'
  return isInteger(value) ? 'integer' : 'number'
}

// Bytes on V8. What an element takes in its array or object is counted with that.
const ARRAY = 56
const ELEMENT = 9
const OBJECT = 120
const FIELD = 40

/** Bytes of memory that a value takes beyond its place in an array or object. */
export function sizeOf(value: Json): number {
  if (typeof value === 'string') return STRING_OVERHEAD + value.length
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 30 ? 0 : 16
  if (typeof value === 'bigint') return 24
  if (value === null || typeof value === 'boolean') return 0
  if (value instanceof Float) return 32
  let bytes: number
  if (Array.isArray(value)) {
    bytes = ARRAY
    for (const element of value) bytes += elementSize(element)
  } else {
    bytes = OBJECT
    for (const [key, field] of value) bytes += fieldSize(key, field)
  }
  return bytes
}

export const elementSize = (value: Json): number => ELEMENT + sizeOf(value)
export const fieldSize = (key: ByteString, value: Json): number => FIELD + key.length + sizeOf(value)

/** How many objects and arrays lie in each other; 0 for what is neither. */
export function depthOf(value: Json): number {
  if (!isContainer(value)) return 0
  let deepest = 0
  for (const each of value.values()) if (typeof each === 'object') deepest = Math.max(deepest, depthOf(each))
  return deepest + 1
}

export function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(copyOf)
  if (!(value instanceof Map)) return value
  const copy: JsonObject = new Map()
  for (const [key, field] of value) copy.set(key, copyOf(field))
  return copy
}

/** Whether two values are the same, to JSON.ARRINDEX, for which 1 and 1.0 are not; the order of keys does not matter. */
export function isSame(a: Json, b: Json): boolean {
  if (!isContainer(a)) return a instanceof Float && b instanceof Float ? a.value === b.value : a === b
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, i) => isSame(each, b[i]))
  if (!(b instanceof Map) || a.size !== b.size) return false
  for (const [key, field] of a) {
    const other = b.get(key)
    if (other === undefined || !isSame(field, other)) return false
  }
  return true
}
