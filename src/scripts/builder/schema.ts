// What a value is: as the author of a script says it (a schema), and as the builder carries it along with every expression
// (a shape). From it come the types, the checks of arguments, and how values travel: a script's result is an array of its
// fields in order, numbers that may have a fraction as text, so that the caller gets exactly what the script had.
import { type ByteString, decodeUtf8, encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import { anything, type Decode, double, integer, plainObject, type Text, text } from '../../core/client/decode.ts'
import { isNull, type Reply } from '../../core/reply.ts'

/**
 * The type of an argument, a result or decoded JSON: `'string'`, `'number'`, `'integer'`, `'boolean'`, with `?` where it
 * may be null (`'string?'`), `['string']` for a list, `{ task: 'string' }` for a record, `nullable({ ... })`, and
 * `dictionary('number')` for a record with any fields.
 */
export type Schema = Scalar | `${Exclude<Scalar, 'boolean'>}?` | 'null' | readonly [Schema] | Nullable<Schema> | Dictionary<Schema> | Fields
export type Scalar = 'string' | 'number' | 'integer' | 'boolean'
interface Fields {
  readonly [field: string]: Schema
}

export class Nullable<S> {
  declare protected readonly nominal: 'Nullable'
  readonly of: S
  constructor(of: S) {
    this.of = of
  }
}
export class Dictionary<S> {
  declare protected readonly nominal: 'Dictionary'
  readonly of: S
  constructor(of: S) {
    this.of = of
  }
}

/** A list or a record that may be null. */
export const nullable = <const S extends Schema>(of: S): Nullable<S> => new Nullable(of)
/** A record with any fields, whose values are all of one type. */
export const dictionary = <const S extends Schema>(of: S): Dictionary<S> => new Dictionary(of)

/** What a schema means in TypeScript. */
export type TypeOf<S> = S extends 'string'
  ? string
  : S extends 'number' | 'integer'
    ? number
    : S extends 'boolean'
      ? boolean
      : S extends 'null'
        ? null
        : S extends `${infer Inner}?`
          ? TypeOf<Inner> | null
          : S extends string
            ? never
            : S extends readonly [infer Item]
              ? TypeOf<Item>[]
              : S extends Nullable<infer Inner>
                ? TypeOf<Inner> | null
                : S extends Dictionary<infer Value>
                  ? { [field: string]: TypeOf<Value> }
                  : { -readonly [F in keyof S]: TypeOf<S[F]> }

/** What a caller may pass for a schema: text may be bytes. */
export type InputOf<S> = Input<TypeOf<S>>
type Input<T> = T extends string
  ? string | Uint8Array
  : T extends number | boolean | null
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Input<Item>[]
      : { readonly [F in keyof T]: Input<T[F]> }

export interface Shape {
  readonly kind: Scalar | 'null' | 'any' | 'list' | 'record' | 'dictionary'
  readonly nullable?: boolean
  /** Of a list or dictionary. */
  readonly of?: Shape
  readonly fields?: ReadonlyMap<string, Shape>
}

export const STRING: Shape = { kind: 'string' }
export const NUMBER: Shape = { kind: 'number' }
export const INTEGER: Shape = { kind: 'integer' }
export const BOOLEAN: Shape = { kind: 'boolean' }
export const NULL: Shape = { kind: 'null', nullable: true }
export const ANY: Shape = { kind: 'any' }
export const listOf = (of: Shape): Shape => ({ kind: 'list', of })
export const recordOf = (fields: Readonly<Record<string, Shape>>): Shape => ({ kind: 'record', fields: new Map(Object.entries(fields)) })
export const dictionaryOf = (of: Shape): Shape => ({ kind: 'dictionary', of })
export const maybe = (shape: Shape): Shape => ({ ...shape, nullable: true })
export const present = (shape: Shape): Shape => ({ ...shape, nullable: false })

/** A shape in which integers may become numbers with a fraction. */
export function widen(shape: Shape): Shape {
  const { kind, of, fields } = shape
  if (of !== undefined) return { ...shape, of: widen(of) }
  if (fields !== undefined) return { ...shape, fields: new Map([...fields].map(([field, inner]) => [field, widen(inner)])) }
  return kind === 'integer' ? { ...shape, kind: 'number' } : shape
}

const SCALAR = /^(?:(?:string|number|integer)\??|boolean|null)$/

/** @throws TypeError if it is no schema */
export function shapeOf(schema: Schema): Shape {
  if (typeof schema === 'string' && SCALAR.test(schema)) {
    const shape: Shape = { kind: schema.replace('?', '') as Scalar }
    return schema === 'null' || schema.endsWith('?') ? maybe(shape) : shape
  }
  if (Array.isArray(schema) && schema.length === 1) return listOf(shapeOf(schema[0] as Schema))
  if (schema instanceof Nullable) return maybe(shapeOf(schema.of))
  if (schema instanceof Dictionary) return dictionaryOf(shapeOf(schema.of))
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new TypeError(`${String(schema)} is no type: use 'string', 'number', 'integer' or 'boolean'`)
  return recordOf(Object.fromEntries(Object.entries(schema).map(([field, inner]) => [field, shapeOf(inner)])))
}

/** One shape for both. @throws TypeError if they have nothing in common */
export function join(a: Shape, b: Shape): Shape {
  if (a.kind === 'null') return maybe(b)
  if (b.kind === 'null') return maybe(a)
  const nullable = a.nullable === true || b.nullable === true
  if (a.kind === b.kind) {
    if (a.of !== undefined) return { ...a, nullable, of: join(a.of, b.of!) }
    if (a.fields === undefined) return { ...a, nullable }
    const fields = new Map([...a.fields].map(([field, shape]) => [field, join(shape, b.fields!.get(field) ?? NULL)]))
    return { ...a, nullable, fields }
  }
  if (isNumber(a) && isNumber(b)) return { ...NUMBER, nullable }
  throw new TypeError(`a value cannot be ${a.kind} or ${b.kind}: a script cannot tell them apart`)
}

export const isNumber = ({ kind }: Shape): boolean => kind === 'number' || kind === 'integer'
/** A value for which the script's own form is the one that it has on its way. */
export const isPlain = ({ kind, nullable }: Shape): boolean =>
  kind === 'string' || kind === 'integer' || kind === 'any' || kind === 'null' || (kind === 'boolean' && nullable === true)

/** An argument as a word of the command line: text and numbers as they are, everything else as JSON. @throws TypeError */
export function encodeInput(value: unknown, shape: Shape, what: string): ByteString {
  const { kind, nullable } = shape
  if (kind === 'integer' && !nullable && Number.isSafeInteger(value) && value !== 0) return String(value)
  const checked = checkInput(value, shape, what)
  if (!nullable && kind === 'string') return checked as ByteString
  if (!nullable && kind === 'boolean') return checked ? '1' : '0'
  if (!nullable && isNumber(shape)) return Object.is(checked, -0) ? '-0' : String(checked).replace('Infinity', '1e999')
  return JSON.stringify(checked)
}

/** In text, chars are bytes; JSON leaves them as they are. */
function checkInput(value: unknown, shape: Shape, what: string): unknown {
  const { kind, nullable, of, fields } = shape
  if (value === null && nullable) return null
  if (kind === 'string') {
    if (typeof value === 'string') return encodeUtf8(value)
    if (value instanceof Uint8Array) return fromUint8Array(value)
  } else if (kind === 'number') {
    if (typeof value === 'number' && !Number.isNaN(value)) return value
  } else if (kind === 'integer') {
    if (Number.isSafeInteger(value)) return value
  } else if (kind === 'boolean') {
    if (typeof value === 'boolean') return value
  } else if (kind === 'list') {
    if (Array.isArray(value)) return value.map((item, i) => checkInside(item, of!, `${what}[${i}]`))
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const object = value as Record<string, unknown>
    const names = fields === undefined ? Object.keys(object) : [...fields.keys()]
    const checked = names.map((name) => [encodeUtf8(name), checkInside(object[name], fields?.get(name) ?? of!, `${what}.${name}`)])
    return Object.fromEntries(checked)
  }
  throw new TypeError(`${what} must be ${wanted(shape)}, not ${shown(value)}`)
}

function checkInside(value: unknown, shape: Shape, what: string): unknown {
  const checked = checkInput(value, shape, what)
  if (typeof checked === 'number' && !Number.isFinite(checked)) throw new TypeError(`${what} must be finite`)
  return checked
}

const wanted = ({ kind, nullable }: Shape): string => `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}${nullable ? ' or null' : ''}`
const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value

/** A script's reply as what it returned. */
export function decodeResult<T extends Text>(shape: Shape): Decode<T, unknown> {
  const { kind, of, fields } = shape
  const inner = of && decodeResult<T>(of)
  const each = fields && [...fields].map(([field, value]) => [field, decodeResult<T>(value)] as const)
  return (reply, toText) => {
    if (isNull(reply)) return null
    if (kind === 'string') return text(reply, toText)
    if (kind === 'integer' || kind === 'number') {
      if (typeof reply !== 'string') return integer(reply)
      return reply.includes('nan') ? NaN : double(reply)
    }
    if (kind === 'boolean') return reply === 1
    const items = reply as Reply[]
    if (kind === 'list') return items.map((item) => inner!(item, toText))
    if (kind !== 'record' && kind !== 'dictionary') return anything<T>('EVALSHA')(reply, toText)
    return plainObject((object) => {
      if (kind === 'record') each!.forEach(([field, decode], i) => (object[field] = decode(items[i], toText)))
      else for (let i = 0; i < items.length; i += 2) object[text(items[i], decodeUtf8)] = inner!(items[i + 1], toText)
    })
  }
}
