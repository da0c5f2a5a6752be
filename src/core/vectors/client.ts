// The commands on vector sets for the client, on any backend: a view of a client, a batch or `redis.sync`. No code of the engine comes
// with it, and none of it with a client that does not use it.
import { decodeUtf8 } from '../bytes.ts'
import type { Key, Value } from '../client/arguments.ts'
import type { Batch } from '../client/batch.ts'
import { type Decode, double, integer, list, type Text, text, textOrNull, texts, type ToText, word, wordOrNull } from '../client/decode.ts'
import type { Redis, Watching } from '../client/redis.ts'
import type { Collected, Mode, Out } from '../client/runner.ts'
import type { SyncRedis } from '../client/sync.ts'
import { View } from '../client/view.ts'
import { isNull, MapReply, type Reply } from '../reply.ts'

/** A vector: numbers, of which a set keeps four bytes, one byte or one bit. */
export type Numbers = readonly number[] | Float32Array

/** For `add`. */
export interface VaddOptions {
  /** Brings vectors to so many dimensions; all of a set the same. Default: as they are */
  reduce?: number | undefined
  /** What is kept of a number: four bytes (`noquant`), one byte or one bit; all of a set the same. Default: q8 */
  quantization?: 'noquant' | 'q8' | 'bin' | undefined
  /** How many elements are looked at to place this one. Default: 200 */
  ef?: number | undefined
  /** What filters are about: an object, or text that is JSON. Default: as they were */
  attributes?: object | string | undefined
  /** How many links an element gets; all of a set the same. Default: 16 */
  m?: number | undefined
}

/** For `sim`. */
export interface VsimOptions {
  /** How many elements at most. Default: 10 */
  count?: number | undefined
  /** Only what is at most so far away: a score of 1 less this, or more. Default: any */
  epsilon?: number | undefined
  /** How many elements are looked at: more is slower and misses less. Default: 100 */
  ef?: number | undefined
  /** Only elements with such attributes: `.year > 1980 and .genre == "drama"`. Default: all */
  filter?: string | undefined
  /** How many elements are looked at with a filter. Default: a hundred times `count` */
  filterEf?: number | undefined
  /** Looks at all elements. Default: false */
  truth?: boolean | undefined
}
interface Scored {
  /** How like it is: 1 for the same direction, 0 for the opposite one. */
  score: number
}
interface Attributed {
  /** Null if it has none. */
  attributes: unknown
}
/** What to give for each element besides its name. */
export interface VsimDetails {
  /** How like it is. */
  withScores?: boolean | undefined
  /** Its attributes. */
  withAttributes?: boolean | undefined
}
/** An element that was found, with what was asked for. */
export type Similar<T extends Text, D extends VsimDetails> = { element: T } & (D extends { withScores: true } ? Scored : unknown) &
  (D extends { withAttributes: true } ? Attributed : unknown)

/** What a set is, as VINFO has it. */
export interface VectorSetInfo {
  /** `f32`, `int8` or `bin`. */
  quantization: string
  /** Dimensions of its vectors. */
  dim: number
  /** Dimensions that they had before they were brought to fewer; 0 if they were not. */
  inputDim: number
  /** How many elements there are. */
  size: number
  /** How many of them have attributes. */
  attributed: number
  /** How many links an element gets. */
  m: number
}

/** The commands on vector sets, run as the client, the batch or `redis.sync` runs others. */
export class VectorSets<M extends Mode, T extends Text> extends View<M, T> {
  /** Adds an element, or gives it another vector. @returns whether it is new */
  add(key: Key, element: Key, vector: Numbers, options: VaddOptions = {}): Out<M, T, boolean> {
    const { reduce, quantization, ef, attributes, m } = options
    return this.run(
      [
        'VADD',
        key,
        ...given('REDUCE', reduce),
        ...blob(vector),
        element,
        ...(quantization === undefined ? [] : [quantization.toUpperCase()]),
        ...given('EF', ef),
        ...given('SETATTR', attributes === undefined ? undefined : json(attributes)),
        ...given('M', m),
      ],
      boolean,
    )
  }

  /** The elements most like a vector, or like one of them: `{ element }`. Most alike first. */
  sim<const D extends VsimDetails & ({ withScores: true } | { withAttributes: true })>(
    key: Key,
    like: Numbers | { element: Key },
    options: VsimOptions & D,
  ): Out<M, T, Similar<T, D>[]>
  sim(key: Key, like: Numbers | { element: Key }, options?: VsimOptions): Out<M, T, T[]>
  sim(key: Key, like: Numbers | { element: Key }, options: VsimOptions & VsimDetails = {}): Out<M, T, unknown[]> {
    const { count, epsilon, ef, filter, filterEf, truth, withScores = false, withAttributes = false } = options
    const argv = [
      'VSIM',
      key,
      ...('element' in like ? ['ELE', like.element] : blob(like)),
      ...(withScores ? ['WITHSCORES'] : []),
      ...(withAttributes ? ['WITHATTRIBS'] : []),
      ...given('COUNT', count),
      ...given('EPSILON', epsilon),
      ...given('EF', ef),
      ...given('FILTER', filter),
      ...given('FILTER-EF', filterEf),
      ...(truth ? ['TRUTH'] : []),
    ]
    return this.run(argv, withScores || withAttributes ? similar<T>(withScores, withAttributes) : (texts<T> as Decode<T, unknown[]>))
  }

  /** Removes an element. @returns whether it was there */
  rem(key: Key, element: Key): Out<M, T, boolean> {
    return this.run(['VREM', key, element], boolean)
  }

  /** The number of elements. */
  card(key: Key): Out<M, T, number> {
    return this.run(['VCARD', key], integer)
  }

  /** How many dimensions vectors have. It is an error if there is no such key */
  dim(key: Key): Out<M, T, number> {
    return this.run(['VDIM', key], integer)
  }

  /** Whether there is an element. */
  ismember(key: Key, element: Key): Out<M, T, boolean> {
    return this.run(['VISMEMBER', key, element], boolean)
  }

  /** The vector of an element, as well as the set keeps it. @returns null if it does not exist */
  emb(key: Key, element: Key): Out<M, T, number[] | null> {
    return this.run(['VEMB', key, element], (reply, toText) => (isNull(reply) ? null : list<T, number>(double)(reply, toText)))
  }

  /** Sets what filters are about: an object, or text that is JSON; null removes it. @returns whether there is such an element */
  setattr(key: Key, element: Key, attributes: object | string | null): Out<M, T, boolean> {
    return this.run(['VSETATTR', key, element, attributes === null ? '' : json(attributes)], boolean)
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what they are
  /** The attributes of an element. @returns null if there are none */
  getattr<V = unknown>(key: Key, element: Key): Out<M, T, V | null> {
    return this.run(['VGETATTR', key, element], (reply) => parsed(reply) as V | null)
  }

  /** Random elements: one, or with a count so many different ones, or for a negative count that many with repetition. */
  randmember(key: Key): Out<M, T, T | null>
  randmember(key: Key, count: number): Out<M, T, T[]>
  randmember(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['VRANDMEMBER', key], textOrNull<T>) : this.run(['VRANDMEMBER', key, count], texts<T>)
  }

  /** Elements from one to another in the order of their bytes (Redis 8.4): `'['` includes, `'('` excludes, `'-'` and `'+'` are the ends. */
  range(key: Key, start: Key, end: Key, count?: number): Out<M, T, T[]> {
    return this.run(['VRANGE', key, start, end, ...(count === undefined ? [] : [count])], texts<T>)
  }

  /** What an element is linked to, from the topmost layer down. @returns null if it does not exist */
  links(key: Key, element: Key): Out<M, T, T[][] | null> {
    return this.run(['VLINKS', key, element], (reply, toText) => (isNull(reply) ? null : list<T, T[]>(texts)(reply, toText)))
  }

  /** What a set is. @returns null if there is no such key */
  info(key: Key): Out<M, T, VectorSetInfo | null> {
    return this.run(['VINFO', key], (reply) => {
      if (isNull(reply)) return null
      const facts = new Map<string, Reply>()
      const flat = flatten(reply)
      for (let i = 0; i < flat.length; i += 2) facts.set(word(flat[i]), flat[i + 1])
      const number = (name: string): number => integer(facts.get(name) ?? 0)
      return {
        quantization: word(facts.get('quant-type')!),
        dim: number('vector-dim'),
        inputDim: number('projection-input-dim'),
        size: number('size'),
        attributed: number('attributes-count'),
        m: number('hnsw-m'),
      }
    })
  }
}

/**
 * The commands on vector sets of a client, a batch or `redis.sync`, on any backend: `const sets = vectorsOf(redis)`,
 * `await sets.sim('pictures', vector)`. Those of a batch are collected in it: its `exec` has their results.
 */
export function vectorsOf<T extends Text>(redis: Redis<T> | Watching<T>): VectorSets<'async', T>
export function vectorsOf<T extends Text>(redis: SyncRedis<T>): VectorSets<'sync', T>
export function vectorsOf<R extends readonly unknown[], A, T extends Text>(batch: Batch<R, A, T>): VectorSets<Collected<R, A>, T>
export function vectorsOf(on: object): unknown {
  return new VectorSets(on)
}

const given = (name: string, value: Value | undefined): Value[] => (value === undefined ? [] : [name, value])

/** A vector in four bytes a number. @throws TypeError */
function blob(vector: Numbers): Value[] {
  const numbers = Float32Array.from(vector)
  if (numbers.length === 0 || !numbers.every(Number.isFinite))
    throw new TypeError('a vector has one number at least, and all of them are finite')
  return ['FP32', new Uint8Array(numbers.buffer)]
}

const json = (value: object | string): string => (typeof value === 'string' ? value : JSON.stringify(value))
const boolean = (reply: Reply): boolean => reply === true || reply === 1

/** Attributes should be JSON; but any text can be set. */
function parsed(reply: Reply): unknown {
  const found = wordOrNull(reply)
  if (found === null) return null
  const text = decodeUtf8(found)
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** RESP3 has a map, RESP2 a flat array. */
const flatten = (reply: Reply): Reply[] => (reply instanceof MapReply ? reply.flat : (reply as Reply[]))

/** Elements with details; where both were asked for, RESP3 has them in an array. */
const similar =
  <T extends Text>(withScores: boolean, withAttributes: boolean): Decode<T, unknown[]> =>
  (reply, toText: ToText<T>) => {
    const items = flatten(reply).flatMap((item) => (Array.isArray(item) ? item : [item]))
    const found: unknown[] = []
    for (let i = 0; i < items.length;) {
      found.push({
        element: text(items[i++], toText),
        ...(withScores && { score: double(items[i++]) }),
        ...(withAttributes && { attributes: parsed(items[i++]) }),
      })
    }
    return found
  }
