// The value of a key: one JSON value and what it takes to change it in place. A save that is being written reads the value piece by
// piece: what it holds must not change. So as long as there is one, an object or array is copied, by itself and once, before it
// is changed, and so are those that it lies in; whatever else there is, however much, stays where it is.
import type { ByteString } from '../bytes.ts'
import { type ModuleType, ModuleValue, type Saving } from '../engine/modules.ts'
import { ReplyError } from '../reply.ts'
import { DEPTH, parseJson } from './parse.ts'
import {
  type Container,
  copyOf,
  depthOf,
  elementSize,
  fieldSize,
  isContainer,
  type Json,
  type JsonObject,
  MOST_DEPTH,
  sizeOf,
} from './value.ts'
import { toPieces } from './write.ts'

/** Where a value is, and what it was when it was looked for. */
export interface Place {
  /** The object or array that it lies in; null for the root. */
  readonly parent: Place | null
  /** Its key or index there. */
  readonly key: ByteString | number
  readonly value: Json
}

/** Of the older versions that RedisJSON still reads, 2 has the same text. */
const READABLE = /^[23]$/
/** What the object itself takes. */
const OVERHEAD = 100

export const jsonType: ModuleType = {
  name: 'ReJSON-RL',
  id: '\x45\xe2\x52\x38\xdf\x91\x2c\x03',
  load(content, version) {
    if (!READABLE.test(String(version))) return null
    try {
      return new JsonDocument(parseJson(content, MOST_DEPTH))
    } catch (error) {
      if (error instanceof ReplyError) return null
      throw error
    }
  },
}

export class JsonDocument extends ModuleValue {
  readonly of = jsonType
  bytes: number
  #root: Json
  /** How many saves read it. */
  #saves = 0
  /** What has been made since the last of them began: no save knows it. */
  #own = new WeakSet<Container>()

  constructor(root: Json) {
    super()
    this.#root = root
    this.bytes = OVERHEAD + sizeOf(root)
  }

  get root(): Json {
    return this.#root
  }

  copy(): JsonDocument {
    return new JsonDocument(copyOf(this.#root))
  }

  save(): Saving {
    const pieces = toPieces(this.#root)
    this.#saves++
    this.#own = new WeakSet()
    let held = true
    return {
      next: () => pieces.next().value ?? null,
      release: () => {
        if (held) this.#saves--
        held = false
      },
    }
  }

  /** @throws ReplyError if values would lie too deep in a place. @param below how much deeper than the place itself */
  static checkDepth(place: Place, values: readonly Json[], below = 0): void {
    const depth = below + depthIn(place)
    // Mostly that need not be looked at: what a command brings is not so deep.
    if (depth + DEPTH > MOST_DEPTH && values.some((value) => depth + depthOf(value) > MOST_DEPTH))
      throw new ReplyError('ERR recursion limit exceeded')
  }

  /** What is at a place now; undefined if there is no such place any more. */
  at(place: Place): Json | undefined {
    if (place.parent === null) return this.#root
    return childOf(this.at(place.parent), place.key)
  }

  /** Puts a value, which becomes its own, in place of another. */
  replace(place: Place, value: Json): void {
    if (place.parent === null) this.bytes = OVERHEAD + sizeOf(value)
    else this.bytes += sizeOf(value) - sizeOf(this.at(place)!)
    this.#put(place, value)
  }

  #put({ parent, key }: Place, value: Json): void {
    if (parent === null) this.#root = value
    else {
      const container = this.#writable(parent)
      if (Array.isArray(container)) container[key as number] = value
      else container.set(key as ByteString, value)
    }
  }

  /** The object or array at a place, as one that may be changed. */
  #writable(place: Place): Container {
    const container = this.at(place) as Container
    if (this.#saves === 0 || this.#own.has(container)) return container
    const copy = Array.isArray(container) ? container.slice() : new Map(container)
    this.#own.add(copy)
    this.#put(place, copy)
    return copy
  }

  /** Adds a field to an object, or gives it another value. */
  setField(place: Place, key: ByteString, value: Json): void {
    const object = this.#writable(place) as JsonObject
    const old = object.get(key)
    this.bytes += old === undefined ? fieldSize(key, value) : sizeOf(value) - sizeOf(old)
    object.set(key, value)
  }

  /** Puts elements in place of others, as Array's splice. @returns those that are gone */
  splice(place: Place, start: number, count: number, elements: readonly Json[] = []): Json[] {
    const array = this.#writable(place) as Json[]
    // Not as arguments: there may be more elements than a call takes.
    const tail = elements.length === 0 ? [] : array.splice(start + count)
    const removed = array.splice(start, count)
    for (const each of elements) array.push(each)
    for (const each of tail) array.push(each)
    for (const each of elements) this.bytes += elementSize(each)
    for (const each of removed) this.bytes -= elementSize(each)
    return removed
  }

  /** Removes what lies in objects and arrays; not the root. @returns how many were removed, without what lay in them */
  remove(places: readonly Place[]): number {
    const removed = outermost(places).map((place) => ({ place, depth: depthIn(place) }))
    // What lies deeper comes first, and in an array what is behind: so the indexes that are still to come stay right.
    removed.sort((a, b) => b.depth - a.depth || Number(b.place.key) - Number(a.place.key) || 0)
    for (const { place } of removed) this.#removeOne(place)
    return removed.length
  }

  #removeOne({ parent, key }: Place): void {
    if (typeof key === 'number') this.splice(parent!, key, 1)
    else {
      const object = this.#writable(parent!) as JsonObject
      this.bytes -= fieldSize(key, object.get(key)!)
      object.delete(key)
    }
  }
}

/** Each place once, without those that lie in another of them. */
export function outermost(places: readonly Place[]): Place[] {
  const marked = new Map<Json | null, Map<ByteString | number, Place>>()
  for (const place of places) {
    const container = place.parent?.value ?? null
    marked.set(container, (marked.get(container) ?? new Map<ByteString | number, Place>()).set(place.key, place))
  }
  const isFree = ({ parent }: Place): boolean => {
    for (let each = parent; each !== null; each = each.parent) if (marked.get(each.parent?.value ?? null)?.has(each.key)) return false
    return true
  }
  return [...marked.values()].flatMap((keys) => [...keys.values()].filter(isFree))
}

function depthIn(place: Place): number {
  let depth = 0
  for (let { parent } = place; parent !== null; parent = parent.parent) depth++
  return depth
}

/** What lies in an object or array under a key or index. */
function childOf(container: Json | undefined, key: ByteString | number): Json | undefined {
  if (container === undefined || !isContainer(container)) return undefined
  if (Array.isArray(container)) return typeof key === 'number' ? container[key] : undefined
  return typeof key === 'string' ? container.get(key) : undefined
}
