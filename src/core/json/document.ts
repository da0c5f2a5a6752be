// The value of a key: one JSON value and what it takes to change it in place. A save that is being written reads the value piece by
// piece: what it holds must not change. So as long as there is one, an object or array is copied, by itself and once, before it
// is changed, and so are those that it lies in; whatever else there is, however much, stays where it is.
import type { ByteString } from '../bytes.ts'
import { contentOf, type ModuleType, ModuleValue, type Saving } from '../engine/modules.ts'
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
  form: 'string',
  *load(version) {
    let content: ByteString | undefined
    // The older one has more behind the text.
    for (let item = yield; item !== undefined; item = yield) if (typeof item === 'string') content ??= item
    if (!READABLE.test(String(version)) || content === undefined) return null
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
  /** Objects and arrays that were made since the last save began. No save reads them, so they are changed without a copy. */
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

  parts(): ByteString[] {
    return [contentOf(this)]
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
    const groups = byContainer(places).map((removed) => ({ removed, depth: depthIn(removed[0]) }))
    // What lies deeper comes first: so the indexes that lead to it are still right.
    groups.sort((a, b) => b.depth - a.depth)
    for (const { removed } of groups) this.#removeFrom(removed[0].parent!, new Set(removed.map(({ key }) => key)))
    return groups.reduce((sum, { removed }) => sum + removed.length, 0)
  }

  #removeFrom(place: Place, keys: ReadonlySet<ByteString | number>): void {
    const container = this.#writable(place)
    if (container instanceof Map) {
      for (const key of keys as ReadonlySet<ByteString>) {
        this.bytes -= fieldSize(key, container.get(key)!)
        container.delete(key)
      }
      return
    }
    const [first] = keys as ReadonlySet<number>
    if (keys.size === 1) return void this.splice(place, first, 1)
    // In one go: one by one, each would move all that is behind it.
    let left = 0
    container.forEach((element, i) => {
      if (keys.has(i)) this.bytes -= elementSize(element)
      else container[left++] = element
    })
    container.length = left
  }
}

/** Each place once, without those that lie in another of them. */
export const outermost = (places: readonly Place[]): Place[] => byContainer(places).flat()

/** The same by the object or array that they lie in. */
function byContainer(places: readonly Place[]): Place[][] {
  const marked = new Map<Json | null, Map<ByteString | number, Place>>()
  for (const place of places) {
    const container = place.parent?.value ?? null
    marked.set(container, (marked.get(container) ?? new Map<ByteString | number, Place>()).set(place.key, place))
  }
  const isFree = ({ parent }: Place): boolean => {
    for (let each = parent; each !== null; each = each.parent) if (marked.get(each.parent?.value ?? null)?.has(each.key)) return false
    return true
  }
  return [...marked.values()].map((keys) => [...keys.values()].filter(isFree)).filter((group) => group.length > 0)
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
