// The commands on JSON for the client, on any backend: a view of a client, a batch or `redis.sync`. Values are JS values, turned into
// JSON and back here. No code of the engine comes with it, and none of it with a client that does not use it.
import { decodeUtf8 } from '../bytes.ts'
import { type Either, type Key, type Value, words } from '../client/arguments.ts'
import type { Batch } from '../client/batch.ts'
import { type Decode, integer, integerOrNull, list, ok, okOrNull, type Text, word, wordOrNull } from '../client/decode.ts'
import type { Redis, Watching } from '../client/redis.ts'
import type { Collected, Mode, Out } from '../client/runner.ts'
import type { SyncRedis } from '../client/sync.ts'
import { View } from '../client/view.ts'
import { Double, type Reply } from '../reply.ts'

/** A path: JSONPath, which begins with `$`, or the older form, such as `.a[0]`, which stands for one value. */
export type JsonPath = string

/** For `set`: only a value that is not there yet, or only one that is. */
export type JsonSetOptions = Either<Missing | Present>
interface Missing {
  /** Only if there is no value yet. */
  nx?: boolean | undefined
}
interface Present {
  /** Only if there is a value. */
  xx?: boolean | undefined
}

/** What a command gives for a path: one result for each value that is selected; for an older path one result. */
export type Each<P extends JsonPath, R> = string extends P ? R | R[] : P extends `$${string}` ? R[] : R

/** The name of a value's type. */
export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/**
 * The commands on JSON, run as the client, the batch or `redis.sync` runs others. A value is what JSON.stringify takes, a result what
 * JSON.parse gives. A path that begins with `$` stands for all values that it selects, with an array of results; an older one for the
 * first, and it is an error if there is none.
 */
export class Json<M extends Mode, T extends Text> extends View<M, T> {
  /**
   * The values that a path selects, in an array; without a path the whole document; for several paths an object with one result for
   * each. @returns null if there is no such key
   */
  get<V = unknown>(key: Key, ...paths: JsonPath[]): Out<M, T, V | null> {
    return this.run(['JSON.GET', key, ...paths], parsed<V>)
  }

  /** What a path selects in several documents; null for each that is missing. */
  mget<V = unknown>(keys: readonly Key[], path: JsonPath): Out<M, T, (V | null)[]> {
    return this.run(['JSON.MGET', ...keys, path], list<T, V | null>(parsed))
  }

  /** Sets the values that a path selects, or adds a field. @returns null if a condition or the path did not allow it */
  set(key: Key, path: JsonPath, value: unknown, options: JsonSetOptions = {}): Out<M, T, 'OK' | null> {
    return this.run(['JSON.SET', key, path, json(value), ...words(options)], okOrNull)
  }

  /** Sets values in several documents: all, or on an error none. */
  mset(...values: readonly (readonly [key: Key, path: JsonPath, value: unknown])[]): Out<M, T, 'OK'> {
    return this.run(['JSON.MSET', ...values.flatMap(([key, path, value]) => [key, path, json(value)])], ok)
  }

  /** Merges a value into those that a path selects: null removes a field. @returns null if the path selects nothing */
  merge(key: Key, path: JsonPath, value: unknown): Out<M, T, 'OK' | null> {
    return this.run(['JSON.MERGE', key, path, json(value)], okOrNull)
  }

  /** Removes values, and the key if nothing is left; without a path the key. @returns how many were removed */
  del(key: Key, path: JsonPath = '$'): Out<M, T, number> {
    return this.run(['JSON.DEL', key, path], integer)
  }

  /** Empties objects and arrays and sets numbers to 0. @returns how many values that has changed */
  clear(key: Key, path: JsonPath = '$'): Out<M, T, number> {
    return this.run(['JSON.CLEAR', key, path], integer)
  }

  /** The types of values. @returns null if there is no such key */
  type<P extends JsonPath = '.'>(key: Key, path?: P): Out<M, T, Each<P, JsonType> | null> {
    return this.run(['JSON.TYPE', key, path ?? '.'], typeOf) as Out<M, T, Each<P, JsonType> | null>
  }

  /** Adds to numbers. @returns the sums; null for what is no number, of an older path too */
  numincrby<P extends JsonPath>(key: Key, path: P, by: number): Out<M, T, Each<P, number | null>> {
    return this.#compute('JSON.NUMINCRBY', key, path, by)
  }

  /** Multiplies numbers. @returns the products; null for what is no number, of an older path too */
  nummultby<P extends JsonPath>(key: Key, path: P, by: number): Out<M, T, Each<P, number | null>> {
    return this.#compute('JSON.NUMMULTBY', key, path, by)
  }

  /** Appends to texts. @returns their lengths in bytes; null for what is no text */
  strappend<P extends JsonPath>(key: Key, path: P, text: string): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.STRAPPEND', key, path, json(text)])
  }

  /** The lengths of texts, in bytes; null for what is no text. */
  strlen<P extends JsonPath = '.'>(key: Key, path?: P): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.STRLEN', key, path ?? '.'])
  }

  /** Turns true into false, and false into true. @returns what they are now; null for what is neither */
  toggle<P extends JsonPath>(key: Key, path: P): Out<M, T, Each<P, boolean | null>> {
    return this.run(['JSON.TOGGLE', key, path], each(boolean)) as Out<M, T, Each<P, boolean | null>>
  }

  /** Appends values to arrays. @returns their lengths; null for what is no array */
  arrappend<P extends JsonPath>(key: Key, path: P, ...values: unknown[]): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.ARRAPPEND', key, path, ...values.map(json)])
  }

  /** Inserts values into arrays before an index, which may count from the end. @returns their lengths; null for what is no array */
  arrinsert<P extends JsonPath>(key: Key, path: P, index: number, ...values: unknown[]): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.ARRINSERT', key, path, index, ...values.map(json)])
  }

  /**
   * The first index of a value in arrays, -1 if there is none; null for what is no array.
   * @param start where to begin; @param stop where to end, before this index; 0 for the end
   */
  arrindex<P extends JsonPath>(key: Key, path: P, value: unknown, start = 0, stop = 0): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.ARRINDEX', key, path, json(value), start, stop])
  }

  /** The lengths of arrays; null for what is no array. */
  arrlen<P extends JsonPath = '.'>(key: Key, path?: P): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.ARRLEN', key, path ?? '.'])
  }

  /** Removes an element of arrays, the last if no index is given. @returns what they were; null where there was none */
  arrpop<V = unknown, P extends JsonPath = JsonPath>(key: Key, path: P, index = -1): Out<M, T, Each<P, V | null>> {
    return this.run(['JSON.ARRPOP', key, path, index], each(parsed<V>)) as Out<M, T, Each<P, V | null>>
  }

  /** Cuts arrays to the elements from `start` to `stop`, this one included. @returns their lengths; null for what is no array */
  arrtrim<P extends JsonPath>(key: Key, path: P, start: number, stop: number): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.ARRTRIM', key, path, start, stop])
  }

  /** The keys of an object; for a `$` path, those of each object, and null for what is none. */
  objkeys<P extends JsonPath = '.'>(key: Key, path?: P): Out<M, T, Each<P, string[] | null>> {
    const decode = isJsonPath(path ?? '.') ? list<T, string[] | null>(keysOrNull) : keysOrNull
    return this.run(['JSON.OBJKEYS', key, path ?? '.'], decode as Decode<T, unknown>) as Out<M, T, Each<P, string[] | null>>
  }

  /** How many keys objects have; null for what is none. */
  objlen<P extends JsonPath = '.'>(key: Key, path?: P): Out<M, T, Each<P, number | null>> {
    return this.#integers(['JSON.OBJLEN', key, path ?? '.'])
  }

  /** With JSONPath always: to an older path without a number, RESP2 has an error and RESP3 has none. */
  #compute<P extends JsonPath>(command: string, key: Key, path: P, by: number): Out<M, T, Each<P, number | null>> {
    const sent = isJsonPath(path) ? path : path === '.' ? '$' : path.startsWith('.') ? `$${path}` : `$.${path}`
    return this.run([command, key, sent, by], numbers(path)) as Out<M, T, Each<P, number | null>>
  }

  #integers<P extends JsonPath>(argv: Value[]): Out<M, T, Each<P, number | null>> {
    return this.run(argv, each(integerOrNull)) as Out<M, T, Each<P, number | null>>
  }
}

/**
 * The commands on JSON of a client, a batch or `redis.sync`, on any backend: `const json = jsonOf(redis)`, `await json.get('user', '$.name')`.
 * Those of a batch are collected in it: its `exec` has their results.
 */
export function jsonOf<T extends Text>(redis: Redis<T> | Watching<T>): Json<'async', T>
export function jsonOf<T extends Text>(redis: SyncRedis<T>): Json<'sync', T>
export function jsonOf<R extends readonly unknown[], A, T extends Text>(batch: Batch<R, A, T>): Json<Collected<R, A>, T>
export function jsonOf(on: object): unknown {
  return new Json(on)
}

const isJsonPath = (path: JsonPath): boolean => /^\$(?:[.[]|$)/.test(path)

/** What is nothing in JSON, such as undefined, is left for `encodeArgument` to refuse. */
const json = (value: unknown): Value => (typeof value === 'bigint' ? value : JSON.stringify(value))

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what is in the document
function parsed<V>(reply: Reply): V | null {
  const text = wordOrNull(reply)
  return text === null ? null : (JSON.parse(decodeUtf8(text)) as V)
}

/** One result, or one for each in an array. */
const each =
  <R>(decode: (reply: Reply) => R) =>
  (reply: Reply): R | R[] =>
    Array.isArray(reply) ? reply.map(decode) : decode(reply)

const keysOrNull = (reply: Reply): string[] | null => (Array.isArray(reply) ? reply.map((key) => decodeUtf8(word(key))) : null)

function boolean(reply: Reply): boolean | null {
  const text = wordOrNull(reply)
  return text === null ? null : text === 'true' || text === '1'
}

/** Backends give what RESP3 has: one more array around it. */
const typeOf = (reply: Reply): unknown => each(wordOrNull)((reply as Reply[])[0])

/** Numbers in an array; of an older path the last. */
const numbers =
  (path: JsonPath) =>
  (reply: Reply): unknown => {
    const all = (reply as Reply[]).map((item) => (item instanceof Double ? item.value : item === null ? null : Number(item)))
    return isJsonPath(path) ? all : (all.reverse().find((item) => item !== null) ?? null)
  }
