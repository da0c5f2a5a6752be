// Vector sets in RDB files, as Redis 8 writes them: the form of the set, then element by element its name, its attributes, its vector, and
// numbers that say where it is in the graph and which elements, by their numbers, it is linked to.
import { type ByteString, fromUint8Array, toUint8Array } from '../bytes.ts'
import type { Item } from '../engine/modules.ts'
import { ByteSink } from '../persistence/rdb/byte-sink.ts'
import { writeItem } from '../persistence/rdb/module.ts'
import { type Graph, MOST_LAYERS, type Node } from './graph.ts'
import { bytesOf, type Form, fromBytes, MOST_DIMENSIONS, MOST_M, type Quantization, vectorBytes } from './vector.ts'

const DEFAULT_M = 16
/** By their numbers in files. */
const QUANTIZATIONS: readonly Quantization[] = ['f32', 'int8', 'bin']
const HAS_PROJECTION = 1
const HAS_ATTRIBUTES = 2
/** The version of an element's numbers: since this one, they say which of its links is the longest. */
const WITH_LONGEST = 1
const MOST_LINKS = 16_384

/** Two floating point numbers of 32 bits as an integer of 64. */
const view = new DataView(new ArrayBuffer(8))
function toBits(low: number, high: number): bigint {
  view.setFloat32(0, high)
  view.setFloat32(4, low)
  return view.getBigUint64(0)
}
function fromBits(bits: bigint): [low: number, high: number] {
  view.setBigUint64(0, BigInt.asUintN(64, bits))
  return [view.getFloat32(4), view.getFloat32(0)]
}

function written(items: readonly (number | bigint | Uint8Array)[]): ByteString {
  const sink = new ByteSink({ checksum: false })
  for (const item of items) writeItem(sink, item)
  sink.flush()
  return sink
    .take()
    .map((chunk) => fromUint8Array(chunk))
    .join('')
}

/** What stands before the elements. */
export function storedHead({ dim, quantization, m, projection }: Form, size: number, hasAttributes: boolean): ByteString {
  const flags = (projection === null ? 0 : HAS_PROJECTION) | (hasAttributes ? HAS_ATTRIBUTES : 0)
  const items = [dim, size, QUANTIZATIONS.indexOf(quantization) | (m << 8), flags]
  return written(projection === null ? items : [...items, projection.from, bytesOf(projection.matrix)])
}

/** An element. */
export function storedNode(graph: Graph, node: Node, hasAttributes: boolean): ByteString {
  const { name, attributes, vector, id, layers } = node
  const params: (number | bigint)[] = [id, (layers.length - 1) | (WITH_LONGEST << 24)]
  for (let layer = 0; layer < layers.length; layer++) {
    const distances = graph.distances(node, layer)
    const links = layers[layer].links.map((other, i) => ({ id: other.id, distance: distances[i] })).sort((a, b) => a.id - b.id)
    let longest = 0
    for (let i = 1; i < links.length; i++) if (links[i].distance > links[longest].distance) longest = i
    params.push(links.length, Math.max(links.length, graph.mostLinks(layer)))
    for (const link of links) params.push(link.id)
    params.push(toBits(0, links[longest]?.distance ?? 0) | BigInt(longest))
  }
  params.push(toBits(vector.length, vector.range))
  const texts = hasAttributes ? [name, attributes ?? ''] : [name]
  return written([...texts.map(toUint8Array), bytesOf(vector.data), params.length, ...params])
}

/** What a set is read into. */
interface Target {
  /** Takes an element, and gives it its number. @returns false if there is one of that name */
  adopt(node: Node): boolean
}

class Damaged extends Error {}

function text(item: Item | undefined): ByteString {
  if (typeof item !== 'string') throw new Damaged()
  return item
}

function bits(item: Item | undefined): bigint {
  if (typeof item !== 'bigint') throw new Damaged()
  return item
}

function number(item: Item | undefined, most: number): number {
  const value = Number(bits(item))
  if (value > most) throw new Damaged()
  return value
}

/** Reads a set. @param make makes one of a form; @returns null if it is damaged */
export function* readStored<T extends Target>(version: number, make: (form: Form) => T): Generator<void, T | null, Item | undefined> {
  if (version !== 0) return null
  try {
    const dim = number(yield, MOST_DIMENSIONS)
    const size = number(yield, Infinity)
    const config = number(yield, 2 ** 32)
    const quantization = QUANTIZATIONS.at(config & 255)
    const flags = number(yield, 2 ** 32)
    const m = (config >> 8) & 65_535 || DEFAULT_M
    if (dim === 0 || quantization === undefined || m > MOST_M) return null
    let projection: Form['projection'] = null
    if (flags & HAS_PROJECTION) {
      const from = number(yield, MOST_DIMENSIONS)
      const matrix = text(yield)
      if (from < dim || matrix.length !== 4 * from * dim) return null
      projection = { from, matrix: fromBytes(matrix) }
    }
    const set = make({ quantization, dim, m, projection })
    // By the numbers of the file, which may be any: in the set they get others.
    const linked = new Map<bigint, { node: Node; layers: bigint[][] }>()
    for (let i = 0; i < size; i++) {
      const name = text(yield)
      const attributes = flags & HAS_ATTRIBUTES ? text(yield) : ''
      const bytes = text(yield)
      if (bytes.length !== vectorBytes(quantization, dim)) return null
      const params: bigint[] = []
      for (let left = number(yield, Infinity); left > 0; left--) params.push(bits(yield))
      const { id, layers, length, range } = readParams(params)
      // The range stands for nothing in other forms, and is whatever was there.
      const vector = { data: fromBytes(bytes, quantization), length, range: quantization === 'int8' ? range : 0 }
      const node: Node = { name, attributes: attributes || null, vector, id: 0, layers: [], index: 0, seen: 0 }
      for (const _ of layers) node.layers.push({ links: [], distances: null })
      if (linked.has(id) || !set.adopt(node)) return null
      linked.set(id, { node, layers })
    }
    for (const { node, layers } of linked.values()) {
      layers.forEach((ids, layer) => {
        const links = new Set(ids.map((each) => linked.get(each)?.node))
        if (links.size < ids.length || links.has(node) || links.has(undefined)) throw new Damaged()
        node.layers[layer].links = [...(links as Set<Node>)]
      })
    }
    for (const { node } of linked.values()) {
      // Links go both ways.
      node.layers.forEach(({ links }, layer) => {
        if (!links.every((other) => other.layers[layer]?.links.includes(node))) throw new Damaged()
      })
    }
    return set
  } catch (error) {
    if (error instanceof Damaged) return null
    throw error
  }
}

/** What the numbers of an element say. */
function readParams(params: readonly bigint[]): { id: bigint; layers: bigint[][]; length: number; range: number } {
  let at = 0
  const next = (most: number): number => number(params[at++], most)
  const id = bits(params[at++])
  const height = next(2 ** 32)
  const version = height >>> 24
  if (version > WITH_LONGEST || (height & 255) > MOST_LAYERS) throw new Damaged()
  const layers = Array.from({ length: (height & 255) + 1 }, () => {
    const count = next(MOST_LINKS)
    if (next(MOST_LINKS) < count) throw new Damaged()
    const links = Array.from({ length: count }, () => bits(params[at++]))
    if (version === WITH_LONGEST) at++
    return links
  })
  const [length, range] = fromBits(bits(params[at]))
  return { id, layers, length, range }
}
