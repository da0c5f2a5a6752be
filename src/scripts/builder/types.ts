// The types of the builder's expressions: what can be done with a value, by what it is. A value that may be missing has no
// methods but those that deal with that, so that using it as if it were there does not compile.
import type { Schema, TypeOf } from './schema.ts'

declare const TYPE: unique symbol
declare const MISSING: unique symbol
declare const THERE: unique symbol

/** Something that has a type in the script. */
export interface Typed<T> {
  readonly [TYPE]: T
}

/** What a script cannot know the type of, such as the reply of `$.call`. */
export interface Untyped {
  /** For the compiler only. */
  readonly untyped: true
}

/** What leaves the block it stands in: `$.return`, `$.fail` and `$.break`. */
export interface Leaves {
  /** For the compiler only. */
  readonly leaves: true
}

/** What may be given where a script wants a T: an expression, or a plain value that may hold expressions. */
export type Give<T> =
  | Typed<T>
  | (T extends string
      ? string | Uint8Array
      : T extends number | boolean | null
        ? T
        : T extends readonly (infer Item)[]
          ? readonly Give<Item>[]
          : T extends Untyped
            ? never
            : { readonly [F in keyof T]: Give<T[F]> })

/** What commands take as a value. */
export type Value = Give<string> | Give<number>

/** The type that something given has in the script. */
export type ValueOf<V> =
  V extends Typed<infer T>
    ? T
    : V extends string | Uint8Array
      ? string
      : V extends number
        ? number
        : V extends boolean
          ? boolean
          : V extends null | undefined | void
            ? null
            : V extends readonly (infer Item)[]
              ? ValueOf<Item>[]
              : { -readonly [F in keyof V]: ValueOf<V[F]> }

/** Anything that can be given. */
export type Anything =
  | Typed<unknown>
  | string
  | Uint8Array
  | number
  | boolean
  | null
  | readonly Anything[]
  | { readonly [field: string]: Anything }

/** A value of a script while it runs: what may be missing has to be dealt with before it is used. */
export type Expr<T> = Typed<T> & Comparable<T> & (null extends T ? Missing<T> & MissingMethods<T> : Methods<T>)

/** A variable of the script. */
export type Local<T> = Expr<T> & {
  /** Assigns another value. */
  assign(value: Give<T>): void
}

type Methods<T> = [T] extends [Untyped]
  ? UntypedMethods
  : [T] extends [string]
    ? TextMethods
    : [T] extends [number]
      ? NumberMethods
      : [T] extends [boolean]
        ? BooleanMethods
        : [T] extends [readonly (infer Item)[]]
          ? ListMethods<Item>
          : string extends keyof T
            ? DictionaryMethods<T[keyof T]>
            : RecordMethods<T>

interface Comparable<T> {
  /** Whether both are the same string, number or boolean. Text and numbers are never equal. */
  eq(other: Give<T | null>): Expr<boolean>
  ne(other: Give<T | null>): Expr<boolean>
}

/** A condition on whether a value is missing. */
export interface IsNull<T> extends BooleanMethods, Typed<boolean> {
  readonly [MISSING]: T
  eq(other: Give<boolean>): Expr<boolean>
  ne(other: Give<boolean>): Expr<boolean>
}
/** A condition on whether a value exists. */
export interface IsThere<T> extends BooleanMethods, Typed<boolean> {
  readonly [THERE]: T
  eq(other: Give<boolean>): Expr<boolean>
  ne(other: Give<boolean>): Expr<boolean>
}

interface Missing<T> {
  /** Whether the value is missing. In `$.if` it narrows: `$.if(x.isNull(), () => ...).else((x) => ...)`. */
  isNull(): IsNull<NonNullable<T>>
  /** Whether the value exists. In `$.if` it narrows: `$.if(x.notNull(), (x) => ...)`. */
  notNull(): IsThere<NonNullable<T>>
  /** The value. If it is missing, the callback runs, which must leave: `x.orElse(() => $.return(null))`. */
  orElse(leave: () => Leaves): Expr<NonNullable<T>>
  /** The value, or another if it is missing. */
  orElse(other: Give<NonNullable<T>>): Expr<NonNullable<T>>
}

type MissingMethods<T> = [T] extends [string | null] ? MissingTextMethods : unknown
interface MissingTextMethods {
  /** The number that the text spells, or null if it is missing or not a number: `counter.get().toNumber().orElse(0)`. */
  toNumber(): Expr<number | null>
}

interface UntypedMethods {
  /** States its type. Nothing is checked or converted, except that nil becomes null. */
  as<const S extends string | object>(schema: S & Schema): Expr<TypeOf<S>>
  /** Whether it is an error that `$.pcall` caught. */
  isError(): Expr<boolean>
  /** The text of an error that `$.pcall` caught. */
  errorText(): Expr<string>
}

interface Ordered<T> {
  lt(other: Give<T>): Expr<boolean>
  le(other: Give<T>): Expr<boolean>
  gt(other: Give<T>): Expr<boolean>
  ge(other: Give<T>): Expr<boolean>
}

interface NumberMethods extends Ordered<number> {
  add(other: Give<number>): Expr<number>
  sub(other: Give<number>): Expr<number>
  mul(other: Give<number>): Expr<number>
  /** Divides. Division by zero gives an infinity or NaN, as in JS. */
  div(other: Give<number>): Expr<number>
  /** The remainder of a division, with the sign of `other`. */
  mod(other: Give<number>): Expr<number>
  pow(other: Give<number>): Expr<number>
  neg(): Expr<number>
  abs(): Expr<number>
  floor(): Expr<number>
  ceil(): Expr<number>
  /** The nearest integer; halves round up, as in `Math.round`. */
  round(): Expr<number>
  sqrt(): Expr<number>
  min(...others: Give<number>[]): Expr<number>
  max(...others: Give<number>[]): Expr<number>
  /** The shortest decimal text that reads back as the same number. */
  toText(): Expr<string>
}

interface BooleanMethods {
  and(...others: Give<boolean>[]): Expr<boolean>
  or(...others: Give<boolean>[]): Expr<boolean>
  not(): Expr<boolean>
}

/** Text in a script is bytes: positions and lengths count bytes, and text is ordered by its bytes. */
interface TextMethods extends Ordered<string> {
  /** Concatenates this and others; numbers in their shortest form. */
  concat(...others: Value[]): Expr<string>
  length(): Expr<number>
  /** The bytes from `start` up to but excluding `end`; negative positions count from the end. */
  slice(start: Give<number>, end?: Give<number>): Expr<string>
  upper(): Expr<string>
  lower(): Expr<string>
  /** Without white space at either end. */
  trim(): Expr<string>
  repeat(count: Give<number>): Expr<string>
  /** The position where some text begins; -1 if it does not occur. */
  indexOf(text: Give<string>, from?: Give<number>): Expr<number>
  includes(text: Give<string>): Expr<boolean>
  startsWith(text: Give<string>): Expr<boolean>
  endsWith(text: Give<string>): Expr<boolean>
  split(separator: Give<string>): Expr<string[]>
  replaceAll(text: Give<string>, by: Give<string>): Expr<string>
  /** What a Lua pattern finds: its first capture, or the whole match. */
  match(pattern: Give<string>): Expr<string | null>
  /** The byte at a position. */
  byteAt(index: Give<number>): Expr<number | null>
  /** The number that the text spells, or null if it is not a number. */
  toNumber(): Expr<number | null>
}

/** What may not be there: null, and for booleans false. */
type Found<T> = [T] extends [boolean] ? Expr<T> : Expr<T | null>

interface ListMethods<T> {
  length(): Expr<number>
  isEmpty(): Expr<boolean>
  /** The item at an index, starting at 0. */
  at(index: Give<number>): Found<T>
  last(): Found<T>
  /** Replaces an item; at the index `length()` it adds one. Any other index is an error of the script. */
  set(index: Give<number>, item: Give<T>): void
  push(...items: Give<T>[]): void
  pop(): Found<T>
  shift(): Found<T>
  /** The items from `start` up to but excluding `end`, as a new list. */
  slice(start: Give<number>, end?: Give<number>): Expr<T[]>
  includes(item: Give<T>): Expr<boolean>
  /** Sorts strings by their bytes, numbers by value. */
  sort(this: Expr<string[]> | Expr<number[]>): void
  /** The strings joined by a separator. */
  join(this: Expr<string[]>, separator?: Give<string>): Expr<string>
}

interface DictionaryMethods<T> {
  get(field: Give<string>): Found<T>
  set(field: Give<string>, value: Give<T>): void
  has(field: Give<string>): Expr<boolean>
  delete(field: Give<string>): void
  /** The field names, in byte order. */
  keys(): Expr<string[]>
  isEmpty(): Expr<boolean>
}

/** Fields are properties, unless a method has the same name. */
type RecordMethods<T> = Fielded<T> & { readonly [F in keyof T as F extends 'get' | 'set' | 'eq' | 'ne' ? never : F]: Expr<T[F]> }
interface Fielded<T> {
  get<F extends keyof T>(field: F): Expr<T[F]>
  set<F extends keyof T>(field: F, value: Give<T[F]>): void
}
