// The value of a key: elements with their vectors and attributes. A save that is being written takes the elements as they were when it
// began: one that is about to change before its turn is put aside first.
import type { ByteString } from '../bytes.ts'
import { type ModuleType, ModuleValue, type Saving } from '../engine/modules.ts'
import { Graph, type Node } from './graph.ts'
import { readStored, storedHead, storedNode } from './stored.ts'
import { type Form, project, projection, quantized, restored, type Quantization, type Vector } from './vector.ts'

export const vectorSetType: ModuleType = {
  name: 'vectorset',
  id: '\xbd\xe7\x2d\xa2\xbb\x1e\xb4\x00',
  form: 'items',
  load: (version) => readStored(version, (form) => new VectorSet(form)),
}

// Bytes on V8.
const OVERHEAD = 500
const ELEMENT = 400
const LINK = 16
/** A piece for a file is at least so long, but for the last. */
const PIECE = 1 << 15

let lastUid = 0

export class VectorSet extends ModuleValue {
  readonly of = vectorSetType
  readonly form: Form
  readonly uid = ++lastUid
  /** The highest number that an element has had in files. */
  lastId = 0
  /** How many elements have attributes. */
  attributed = 0
  bytes: number
  readonly graph: Graph
  readonly #byName = new Map<ByteString, Node>()
  readonly #saves = new Set<SetSaving>()
  /** The names in order, if they are known. */
  #sorted: ByteString[] | null = null

  constructor(form: Form) {
    super()
    this.form = form
    this.graph = new Graph(form.quantization, form.dim, form.m)
    this.bytes = OVERHEAD + (form.projection?.matrix.byteLength ?? 0)
    this.graph.beforeChange = (node) => {
      for (const save of this.#saves) save.keep(node)
    }
  }

  /** The form of a set whose first vector has so many dimensions. @param reduced to how many they are to be brought; 0 for all */
  static form(quantization: Quantization, from: number, reduced: number, m: number): Form {
    if (reduced === 0) return { quantization, dim: from, m, projection: null }
    return { quantization, dim: reduced, m, projection: { from, matrix: projection(from, reduced) } }
  }

  get size(): number {
    return this.#byName.size
  }

  find(name: ByteString): Node | undefined {
    return this.#byName.get(name)
  }

  /** A vector from outside in the form of the set. It must have as many dimensions as the set, or as its projection takes. */
  toVector(values: Float32Array): Vector {
    const { projection: to, dim, quantization } = this.form
    const projected = to !== null && values.length === to.from ? project(values, to.matrix, dim) : values
    return quantized(projected, quantization)
  }

  /** The vector of an element, as well as it is known. */
  valuesOf({ vector }: Node): Float32Array {
    return restored(vector, this.form.dim)
  }

  /** Adds an element, or gives it another vector. @returns it, and whether it is new */
  add(name: ByteString, values: Float32Array, random: () => number, effort: number): { node: Node; isNew: boolean } {
    const vector = this.toVector(values)
    const old = this.#byName.get(name)
    if (old !== undefined) this.#take(old)
    const node: Node = { name, attributes: old?.attributes ?? null, vector, id: ++this.lastId, layers: [], index: 0, seen: 0 }
    this.#put(node)
    this.graph.insert(node, random, effort)
    return { node, isNew: old === undefined }
  }

  /** Takes an element that comes with its layers, and gives it its number. @returns false if there is one of that name */
  adopt(node: Node): boolean {
    if (this.#byName.has(node.name)) return false
    node.id = ++this.lastId
    this.#put(node)
    this.graph.adopt(node)
    return true
  }

  remove(node: Node): void {
    this.#take(node)
  }

  #put(node: Node): void {
    this.#byName.set(node.name, node)
    this.#sorted = null
    this.#count(node, 1)
  }

  #take(node: Node): void {
    this.graph.beforeChange!(node)
    this.graph.remove(node)
    this.#byName.delete(node.name)
    this.#sorted = null
    this.#count(node, -1)
  }

  #count({ name, attributes, vector }: Node, sign: 1 | -1): void {
    this.bytes += sign * (ELEMENT + name.length + (attributes?.length ?? 0) + vector.data.byteLength + this.form.m * LINK)
    if (attributes !== null) this.attributed += sign
  }

  /** @param attributes null for none */
  setAttributes(node: Node, attributes: ByteString | null): void {
    this.graph.beforeChange!(node)
    this.#count(node, -1)
    node.attributes = attributes
    this.#count(node, 1)
  }

  /** The names in the order of their bytes. */
  sorted(): readonly ByteString[] {
    this.#sorted ??= [...this.#byName.keys()].sort((a, b) => (a < b ? -1 : 1))
    return this.#sorted
  }

  copy(): VectorSet {
    const copy = new VectorSet(this.form)
    const copies = new Map(this.graph.nodes.map((node) => [node, { ...node, layers: [], seen: 0 } as Node]))
    for (const [node, other] of copies) {
      for (const { links, distances } of node.layers) {
        other.layers.push({ links: links.map((each) => copies.get(each)!), distances: distances && [...distances] })
      }
      copy.adopt(other)
    }
    return copy
  }

  *parts(): Iterable<ByteString> {
    for (const { name, attributes, vector } of this.graph.nodes) {
      const numbers = vector.data instanceof Uint32Array ? vector.data : this.valuesOf({ vector } as Node)
      yield `${name}: ${numbers.join(' ')}${attributes === null ? '' : ` ${attributes}`}`
    }
  }

  save(): Saving {
    const saving = new SetSaving(this, () => this.#saves.delete(saving))
    this.#saves.add(saving)
    return saving
  }
}

class SetSaving implements Saving {
  readonly #graph: Graph
  readonly #nodes: readonly Node[]
  readonly #hasAttributes: boolean
  readonly release: () => void
  /** Elements with higher numbers came later. */
  readonly #lastId: number
  /** Those that are written or put aside. */
  readonly #done = new Set<Node>()
  readonly #kept = new Map<Node, ByteString>()
  #head: ByteString
  #at = 0

  constructor(set: VectorSet, release: () => void) {
    this.#graph = set.graph
    this.#nodes = set.graph.nodes.slice()
    this.#hasAttributes = set.attributed > 0
    this.#lastId = set.lastId
    this.#head = storedHead(set.form, set.size, this.#hasAttributes)
    this.release = release
  }

  /** Puts an element aside that is about to change. */
  keep(node: Node): void {
    if (node.id > this.#lastId || this.#done.has(node)) return
    this.#done.add(node)
    this.#kept.set(node, storedNode(this.#graph, node, this.#hasAttributes))
  }

  next(): ByteString | null {
    if (this.#at === this.#nodes.length && this.#head === '') return null
    const parts = [this.#head]
    let { length } = this.#head
    this.#head = ''
    while (length < PIECE && this.#at < this.#nodes.length) {
      const node = this.#nodes[this.#at++]
      const part = this.#kept.get(node) ?? storedNode(this.#graph, node, this.#hasAttributes)
      this.#kept.delete(node)
      this.#done.add(node)
      parts.push(part)
      length += part.length
    }
    return parts.join('')
  }
}
